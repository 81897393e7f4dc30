package smtpd

import (
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// street is a door in a bubble with a clock of its own (testing/synctest), to which clients come
// from any address.
type street struct {
	*site
	arrivals chan net.Conn
	closed   chan struct{}
	once     sync.Once
}

func (s *street) Accept() (net.Conn, error) {
	select {
	case c := <-s.arrivals:
		return c, nil
	case <-s.closed:
		return nil, net.ErrClosed
	}
}

func (s *street) Close() error   { s.once.Do(func() { close(s.closed) }); return nil }
func (s *street) Addr() net.Addr { return &net.TCPAddr{} }

func openPipes(t testing.TB, change ...setup) *street {
	t.Helper()
	s := &street{arrivals: make(chan net.Conn), closed: make(chan struct{})}
	s.site = openOn(t, s, (*Server).Serve, change...)
	return s
}

// dial comes from an address, as far as the greeting or the reply that shows it out.
func (s *street) dial(from string) (c *client, greeting string) {
	ours, theirs := net.Pipe()
	select {
	case s.arrivals <- elsewhereConn{theirs, netip.MustParseAddr(from)}:
	case <-s.closed:
		theirs.Close()
	}
	c = newClient(s.t, ours)
	c.SetDeadline(time.Time{})
	return c, c.reply()
}

func (s *street) hello(from string) *client {
	s.t.Helper()
	c, greeting := s.dial(from)
	if !strings.HasPrefix(greeting, "220 ") {
		s.t.Fatalf("%s was greeted %q", from, greeting)
	}
	c.ok("EHLO cliente.test")
	return c
}

// drip sends what it is given again and again, every ten seconds, until the door has had enough,
// and returns what it says.
func (c *client) drip(what string) string {
	last := make(chan string, 1)
	go func() { last <- c.reply() }()
	for {
		select {
		case said := <-last:
			c.Close()
			return said
		case <-time.After(10 * time.Second):
			if what != "" {
				io.WriteString(c, what)
			}
		}
	}
}

// Whoever sends something, but too little, is shown out after the first minute.
func TestTooSlow(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]struct {
		begin func(*client)
		drip  string
		most  time.Duration
	}{
		"nothing": {func(*client) {}, "", 5 * time.Minute},
		"command": {func(c *client) { c.send("NO") }, "O", time.Minute},
		"long": {func(c *client) { c.send(strings.Repeat("O", 2*commandLimit)) }, "OO",
			time.Minute},
		"AUTH": {func(c *client) { c.cmd("AUTH PLAIN", "334"); c.send("A") }, "A", time.Minute},
		"DATA": {func(c *client) { c.begin() }, "a", time.Minute},
		"TLS": {func(c *client) { c.cmd("STARTTLS", "220"); c.send("\x16\x03\x01\x02") }, "",
			time.Minute},
		"BDAT": {func(c *client) { c.ready(); c.send("BDAT 500 LAST\r\n") }, "a", time.Minute},
		"slow": {func(c *client) { c.begin(); c.send(sample(10_000)) }, sample(1000),
			160 * time.Second},
		"stalls":   {func(c *client) { c.begin(); c.send(sample(500_000)) }, "", 5 * time.Minute},
		"in total": {func(c *client) { c.begin() }, sample(5000), 2 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := openPipes(t, withTLS(t, dir), func(o *Options) {
					o.Auth = func(string, string) error { return nil }
					o.AuthLoopback = true
				})
				client := s.hello("127.0.0.1")
				begun := time.Now()
				c.begin(client)
				said := client.drip(c.drip)
				if took := time.Since(begun); took > c.most+11*time.Second ||
					took < c.most-11*time.Second {
					t.Errorf("took %v, wanted %v", took, c.most)
				}
				if name != "TLS" && !strings.HasPrefix(said, "421 4.4.2") {
					t.Errorf("got %q, wanted 421", said)
				}
			})
		})
	}
}

func TestSlowButActive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openPipes(t)
		c := s.hello("192.0.2.1")
		c.begin()
		data := sample(100_000)
		for i := 0; i < len(data); i += 10_000 {
			c.send(data[i : i+10_000])
			time.Sleep(30 * time.Second)
		}
		c.cmd(".", "250")
		if got := s.journal.all()[0].body(t); got != data {
			t.Errorf("got %q", got)
		}
	})
}

// attack keeps n clients at the door, who come back half a minute after they are shown out.
func (s *street) attack(n int, from func(i int) string, end <-chan struct{}) {
	for i := range n {
		go func() {
			for {
				if c, greeting := s.dial(from(i)); strings.HasPrefix(greeting, "220") {
					s.hang(c, i)
				}
				select {
				case <-end:
					return
				case <-time.After(30 * time.Second):
				}
			}
		}()
	}
}

// hang does one of the things that hold a place for nothing.
func (s *street) hang(c *client, i int) {
	say := func(line string) { io.WriteString(c, line+"\r\n"); c.reply() }
	if i%5 == 0 {
		c.drip("")
		return
	}
	say("EHLO x")
	switch i % 5 {
	case 1:
		c.drip("N")
	case 2:
		c.drip("NOOP\r\n")
	case 3:
		say("STARTTLS")
		c.drip("\x16")
	case 4:
		say("MAIL FROM:<a@otro.test>")
		say("RCPT TO:<" + ours + ">")
		say("DATA")
		c.drip("a")
	}
}

func (p *places) open() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.taken)
}

// ready goes as far as RCPT.
func (c *client) ready() {
	c.t.Helper()
	c.ok("MAIL FROM:<a@otro.test>")
	c.ok("RCPT TO:<" + ours + ">")
}

// served reports whether a mail from there gets its 250 within five seconds, over a line with a
// round trip of 200 ms.
func (s *street) served(from string) bool {
	begun := time.Now()
	for time.Since(begun) < 4*time.Second {
		c, said := s.dial(from)
		for _, line := range []string{
			"EHLO x", "MAIL FROM:<a@otro.test>", "RCPT TO:<" + ours + ">", "DATA",
			"Subject: x\r\n\r\nhola\r\n.",
		} {
			if said == "" || said[0] > '3' {
				break
			}
			time.Sleep(200 * time.Millisecond)
			io.WriteString(c, line+"\r\n")
			said = c.reply()
		}
		c.Close()
		if strings.Contains(said, "queued as") {
			return time.Since(begun) < 5*time.Second
		}
		time.Sleep(time.Second)
	}
	return false
}

// The door under attack: ACCEPTANCE D14.
func TestD14SlowlorisAndFloods(t *testing.T) {
	dir := t.TempDir()
	honest := []string{"192.0.2.250", "203.0.113.9", "2001:db8:9::1", "127.0.0.1"}
	for name, c := range map[string]struct {
		attackers, places int
		from              func(i int) string
	}{
		"50 from five addresses": {50, 50,
			func(i int) string { return fmt.Sprintf("192.0.2.%d", 10+i/10) }},
		"500 from one network": {500, 0,
			func(i int) string { return fmt.Sprintf("192.0.2.%d", 1+i%240) }},
		"500 from one address": {500, 0, func(i int) string { return "192.0.2.1" }},
		"5,000 from 20 networks": {5000, 0,
			func(i int) string { return fmt.Sprintf("198.51.%d.%d", i%20, i/20) }},
		"5,000 from as many": {5000, 0,
			func(i int) string { return fmt.Sprintf("10.%d.%d.1", i/250, i%250) }},
		"500 from one /48": {500, 0,
			func(i int) string { return fmt.Sprintf("2001:db8:1:%x::1", i) }},
		"500 through our relay":     {500, 0, func(i int) string { return "127.0.0.1" }},
		"50 from the honest, by 10": {50, 10, func(i int) string { return "203.0.113.9" }},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := openPipes(t, withTLS(t, dir), func(o *Options) { o.Connections = c.places })
				end := make(chan struct{})
				s.attack(c.attackers, c.from, end)
				for range 4 {
					time.Sleep(20 * time.Second)
					for _, from := range honest {
						if !s.served(from) {
							t.Errorf("%s is not served", from)
						}
					}
					if n := s.server.places.open(); n > s.server.opts.Connections {
						t.Errorf("%d connections", n)
					}
				}
				close(end)
				s.shut()
				time.Sleep(time.Minute)
			})
		})
	}
}

func TestMailsOfOneSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openPipes(t)
		s.journal.discard = true
		c, relay := s.hello("192.0.2.1"), s.hello("127.0.0.1")
		for range maxMails - 1 {
			c.mail("x\r\n", "250")
			relay.mail("x\r\n", "250")
		}
		relay.mail("x\r\n", "250")
		relay.mail("x\r\n", "250")
		c.mail("x\r\n", "250")
		c.expect("421 4.7.0")
		c.expectEnd()
	})
}

// Our own mail servers come in while strangers hold all that they may, and make room only where
// they are slow.
func TestReserveForRelays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openPipes(t, func(o *Options) {
			o.Connections = 10
			o.Relay = func(a netip.Addr) bool { return a == netip.MustParseAddr("192.0.2.1") }
		})
		for i := range 8 {
			s.hello(fmt.Sprintf("10.0.%d.1", i))
		}
		for _, c := range []struct{ from, want string }{
			{"10.0.9.1", "421 4.7.0"}, {"127.0.0.1", "421 4.7.0"}, {"192.0.2.1", "220"},
			{"192.0.2.1", "220"}, {"192.0.2.1", "421 4.7.0"},
		} {
			if _, got := s.dial(c.from); !strings.HasPrefix(got, c.want) {
				t.Errorf("%s: got %q, wanted %s", c.from, got, c.want)
			}
		}
		time.Sleep(3 * time.Second)
		for _, from := range []string{"10.0.9.1", "192.0.2.1"} {
			if _, got := s.dial(from); !strings.HasPrefix(got, "220") {
				t.Errorf("%s: got %q while others are slow", from, got)
			}
		}
	})
}
