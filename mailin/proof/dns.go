package proof

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/miekg/dns"
	"golang.org/x/sync/singleflight"
)

// How long answers are kept, whatever their records say.
const (
	longest  = time.Hour
	absent   = 15 * time.Minute // that a name is not there, at most
	broken   = 10 * time.Second // that the servers of a name do not work
	maxCache = 20000
	// attempt is the time for one question to one server
	attempt = 2 * time.Second
)

// Client is a Resolver that asks the recursive servers given, in their order, and keeps answers as
// long as these say (TTL).
type Client struct {
	servers []string // host:port
	now     func() time.Time

	flight singleflight.Group
	mu     sync.Mutex
	cache  map[string]answer
}

var _ Resolver = (*Client)(nil)

type answer struct {
	records []dns.RR
	err     error
	until   time.Time
}

// NewClient returns one that asks server, "address" or "address:port", or for "" the servers that
// the system asks.
func NewClient(server string) (*Client, error) {
	c := &Client{now: time.Now, cache: map[string]answer{}}
	if server != "" {
		at, err := serverAt(server)
		c.servers = []string{at}
		return c, err
	}
	system, err := dns.ClientConfigFromFile("/etc/resolv.conf")
	if err != nil {
		return nil, fmt.Errorf("read which DNS servers the system asks: %w", err)
	}
	for _, s := range system.Servers {
		c.servers = append(c.servers, net.JoinHostPort(s, system.Port))
	}
	return c, nil
}

// serverAt completes the address of a server with its port.
func serverAt(s string) (string, error) {
	if at, err := netip.ParseAddrPort(s); err == nil {
		return at.String(), nil
	}
	a, err := netip.ParseAddr(s)
	if err != nil {
		return "", fmt.Errorf("%q: want the address of a DNS server, such as \"127.0.0.1\" or "+
			"\"192.0.2.53:5353\"", s)
	}
	return netip.AddrPortFrom(a, 53).String(), nil
}

// LookupTXT returns the texts of a name, each of one record.
func (c *Client) LookupTXT(ctx context.Context, name string) (list []string, err error) {
	records, err := c.ask(ctx, name, dns.TypeTXT)
	for _, r := range records {
		list = append(list, unescape(strings.Join(r.(*dns.TXT).Txt, "")))
	}
	return list, err
}

// escape writes a name as the library reads it, and unescape a text as it was published: there a
// backslash stands before what has a meaning in zone files, and before the three digits of an
// octet.
var escape = strings.NewReplacer(`\`, `\\`, " ", `\ `, "(", `\(`, ")", `\)`, ";", `\;`, "@", `\@`,
	`"`, `\"`)

func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		if n, err := strconv.ParseUint(s[i+1:min(i+4, len(s))], 10, 8); err == nil && i+3 < len(s) {
			b.WriteByte(byte(n))
			i += 3
			continue
		}
		i++
		b.WriteByte(s[i])
	}
	return b.String()
}

// LookupMX returns the mail servers of a name.
func (c *Client) LookupMX(ctx context.Context, name string) (list []*net.MX, err error) {
	records, err := c.ask(ctx, name, dns.TypeMX)
	for _, r := range records {
		mx := r.(*dns.MX)
		list = append(list, &net.MX{Host: mx.Mx, Pref: mx.Preference})
	}
	return list, err
}

// LookupIPAddr returns the addresses of a host, of both kinds.
func (c *Client) LookupIPAddr(ctx context.Context, host string) (list []net.IPAddr, err error) {
	v4, err4 := c.ask(ctx, host, dns.TypeA)
	v6, err6 := c.ask(ctx, host, dns.TypeAAAA)
	for _, r := range v4 {
		list = append(list, net.IPAddr{IP: r.(*dns.A).A})
	}
	for _, r := range v6 {
		list = append(list, net.IPAddr{IP: r.(*dns.AAAA).AAAA})
	}
	switch {
	case later(err4):
		return nil, err4
	case later(err6):
		return nil, err6
	case len(list) > 0:
		return list, nil
	}
	return nil, err4
}

// LookupAddr returns the names of an address.
func (c *Client) LookupAddr(ctx context.Context, ip string) (list []string, err error) {
	name, err := dns.ReverseAddr(ip)
	if err != nil {
		return nil, &net.DNSError{Err: err.Error(), Name: ip, IsNotFound: true}
	}
	records, err := c.ask(ctx, name, dns.TypePTR)
	for _, r := range records {
		list = append(list, r.(*dns.PTR).Ptr)
	}
	return list, err
}

// ask returns the records of a name, from the cache or from a server; several who want the same at
// once wait for one answer.
func (c *Client) ask(ctx context.Context, name string, kind uint16) ([]dns.RR, error) {
	name = dns.Fqdn(escape.Replace(strings.ToLower(name)))
	key := dns.TypeToString[kind] + " " + name
	if a, ok := c.kept(key); ok {
		return a.records, a.err
	}
	if _, ok := dns.IsDomainName(name); !ok {
		return nil, &net.DNSError{Err: "no name of the DNS", Name: name, IsNotFound: true}
	}
	if ctx.Err() != nil {
		return nil, unanswered(name, ctx.Err())
	}
	// who asks first does so for all, also when he himself gives up
	asked := c.flight.DoChan(key, func() (any, error) {
		all, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*attempt)
		defer cancel()
		a := c.fetch(all, name, kind)
		c.keep(key, a)
		return a, nil
	})
	select {
	case r := <-asked:
		a := r.Val.(answer)
		return a.records, a.err
	case <-ctx.Done():
		return nil, unanswered(name, ctx.Err())
	}
}

func unanswered(name string, err error) *net.DNSError {
	return &net.DNSError{Err: err.Error(), Name: name, IsTemporary: true, IsTimeout: true}
}

// fetch asks the servers until one answers.
func (c *Client) fetch(ctx context.Context, name string, kind uint16) (a answer) {
	a.err = unanswered(name, errNoServer)
	for range 2 {
		for _, server := range c.servers {
			m, err := exchange(ctx, server, name, kind)
			if err != nil {
				a.err = unanswered(name, err)
				continue
			}
			switch m.Rcode {
			case dns.RcodeSuccess, dns.RcodeNameError:
				return c.read(m, name, kind)
			}
			a.err = &net.DNSError{Err: dns.RcodeToString[m.Rcode], Name: name, Server: server,
				IsTemporary: true}
			a.until = c.now().Add(broken)
		}
		if !a.until.IsZero() || ctx.Err() != nil {
			break
		}
	}
	return a
}

var errNoServer = errors.New("no DNS server is configured")

// exchange asks one server, over TCP what does not fit into a datagram.
func exchange(ctx context.Context, server, name string, kind uint16) (*dns.Msg, error) {
	q := new(dns.Msg).SetQuestion(name, kind)
	q.SetEdns0(1232, false)
	var m *dns.Msg
	for _, network := range []string{"udp", "tcp"} {
		var err error
		var cut *dns.Error // longer than we said that we take
		client := dns.Client{Net: network, Timeout: attempt}
		m, _, err = client.ExchangeContext(ctx, q, server)
		if network == "udp" && errors.As(err, &cut) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if len(m.Question) != 1 || hostname(name) && !strings.EqualFold(m.Question[0].Name, name) {
			return nil, fmt.Errorf("%s answers another question", server)
		}
		if !m.Truncated {
			break
		}
	}
	return m, nil
}

// read takes an answer apart.
func (c *Client) read(m *dns.Msg, name string, kind uint16) (a answer) {
	ttl := longest
	for _, r := range m.Answer {
		ttl = min(ttl, time.Duration(r.Header().Ttl)*time.Second)
		if r.Header().Rrtype == kind {
			a.records = append(a.records, r)
		}
	}
	if len(a.records) == 0 {
		a.err = &net.DNSError{Err: "no such record", Name: name, IsNotFound: true}
		ttl = min(ttl, time.Minute)
		for _, r := range m.Ns { // RFC 2308 section 5
			if soa, ok := r.(*dns.SOA); ok {
				ttl = min(absent, time.Duration(min(soa.Minttl, soa.Hdr.Ttl))*time.Second)
			}
		}
	}
	a.until = c.now().Add(ttl)
	return a
}

func (c *Client) kept(key string) (answer, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	a, ok := c.cache[key]
	return a, ok && c.now().Before(a.until)
}

// keep keeps an answer that has a time to live. A full cache loses some of the others.
func (c *Client) keep(key string, a answer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	if !a.until.After(now) {
		return
	}
	if len(c.cache) >= maxCache {
		left := maxCache / 10
		for k := range c.cache {
			if left--; left < 0 {
				break
			}
			delete(c.cache, k)
		}
	}
	c.cache[key] = a
}
