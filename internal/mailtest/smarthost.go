package mailtest

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Mail is one mail that a Smarthost took.
type Mail struct {
	From   string   // "" = <>
	To     []string // as in RCPT
	Params string   // what followed the address in MAIL: "BODY=8BITMIME SMTPUTF8"
	Raw    []byte   // without dot-stuffing, with the last CRLF
	Time   time.Time
	TLS    bool
	User   string // who logged in; "" = nobody
	Conn   int    // on which connection it came, from 1
}

// SmarthostOptions says what a Smarthost offers; the zero value is a plain open server.
type SmarthostOptions struct {
	TLS         string      // "none" (or ""), "starttls" or "tls"
	Certificate Certificate // default: self-signed for localhost and 127.0.0.1
	// newest version spoken, as tls.VersionTLS11; 0 = the newest there is
	MaxTLS     uint16
	Users      map[string]string // name: password; mail is then taken only after AUTH
	Mechanisms string            // default "PLAIN LOGIN"
	// SCRAM takes every proof, and says this for its own; "none": lets in without one
	Impostor   string
	Extensions []string // more EHLO lines: "SMTPUTF8", "8BITMIME"
	Most       int      // connections at once; another is told 421; 0: any number
}

// Smarthost is an SMTP server whose answers, pauses and ends of connection a test decides. Without
// a script it takes every mail. It may be used from several goroutines.
type Smarthost struct {
	opts   SmarthostOptions
	addr   string
	script script

	mu       sync.Mutex
	listener net.Listener
	stopped  chan struct{} // closed by Stop
	conns    map[net.Conn]struct{}
	made     int
	accepted []Mail
	lines    []Line
	running  sync.WaitGroup
}

// Line is one line, or one block of content, that a client sent.
type Line struct {
	Conn int
	TLS  bool
	Text string
}

// NewSmarthost starts a server that stops with the test.
func NewSmarthost(t testing.TB, opts SmarthostOptions) *Smarthost {
	t.Helper()
	if opts.Certificate.Pool == nil {
		opts.Certificate = Certify(t, validity)
	}
	if opts.Mechanisms == "" {
		opts.Mechanisms = "PLAIN LOGIN"
	}
	s := &Smarthost{opts: opts, addr: anyPort, conns: map[net.Conn]struct{}{}}
	s.Start(t)
	t.Cleanup(s.Stop)
	return s
}

// Addr is where the server listens, also while it is stopped.
func (s *Smarthost) Addr() string { return s.addr }

// Port is the port of Addr.
func (s *Smarthost) Port() int { return port(s.addr) }

// Pool trusts the server's certificate.
func (s *Smarthost) Pool() *x509.CertPool { return s.opts.Certificate.Pool }

// Script replaces what the server does at a step, for this and later connections: one act a time,
// first those that are not used up. No act: as usual.
func (s *Smarthost) Script(step Step, acts ...Act) { s.script.set(step, acts) }

// Start listens again, on the port it had.
func (s *Smarthost) Start(t testing.TB) {
	t.Helper()
	ln, err := net.Listen("tcp", s.addr)
	check(t, err)
	if s.addr == anyPort {
		s.addr = ln.Addr().String()
	}
	s.mu.Lock()
	s.listener, s.stopped = ln, make(chan struct{})
	s.mu.Unlock()
	s.running.Go(func() { s.serve(ln) })
}

// Stop closes the port and every connection: the smarthost is down. Stopping twice does nothing.
func (s *Smarthost) Stop() {
	s.mu.Lock()
	if s.listener != nil {
		close(s.stopped)
		s.listener.Close()
		s.listener = nil
	}
	s.hangUp()
	s.mu.Unlock()
	s.running.Wait()
}

// HangUp closes every connection and goes on listening, as a server does with idle clients.
func (s *Smarthost) HangUp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hangUp()
}

func (s *Smarthost) hangUp() {
	for c := range s.conns {
		c.Close()
	}
}

func (s *Smarthost) serve(ln net.Listener) {
	for {
		nc, err := ln.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		s.made++
		c := &dialogue{s: s, no: s.made, stopped: s.stopped}
		s.conns[nc] = struct{}{}
		down := s.listener != ln
		many := s.opts.Most > 0 && len(s.conns) > s.opts.Most
		s.mu.Unlock()
		if many {
			fmt.Fprint(nc, "421 4.7.0 too many connections\r\n")
		}
		if down || many {
			nc.Close()
		}
		s.running.Go(func() {
			defer s.forget(nc)
			c.run(nc)
		})
	}
}

func (s *Smarthost) forget(nc net.Conn) {
	nc.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, nc)
}

// Connections is how many were made since the start.
func (s *Smarthost) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.made
}

// Open is how many connections are open now.
func (s *Smarthost) Open() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.conns)
}

// Accepted is every mail that the server kept, in order.
func (s *Smarthost) Accepted() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.accepted)
}

// Wait returns the mails as soon as there are at least n, and ends the test when there are not
// within 15 seconds.
func (s *Smarthost) Wait(t testing.TB, n int) []Mail {
	t.Helper()
	for end := time.Now().Add(15 * time.Second); time.Now().Before(end); time.Sleep(
		2 * time.Millisecond) {
		if got := s.Accepted(); len(got) >= n {
			return got
		}
	}
	t.Fatalf("smarthost took %d mails, want %d; it heard:\n%s", len(s.Accepted()), n,
		strings.Join(s.Heard(), "\n"))
	return nil
}

// Lines is all that clients sent, content included, each with whether it came over TLS.
func (s *Smarthost) Lines() []Line {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.lines)
}

// Heard is Lines as text, without content.
func (s *Smarthost) Heard() []string {
	var out []string
	for _, l := range s.Lines() {
		if !strings.Contains(l.Text, "\n") {
			out = append(out, fmt.Sprintf("%d %s", l.Conn, l.Text))
		}
	}
	return out
}

func (s *Smarthost) heard(l Line) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines = append(s.lines, l)
}

func (s *Smarthost) keep(m Mail) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.accepted = append(s.accepted, m)
}

func (s *Smarthost) tlsConfig() *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{s.opts.Certificate.TLS},
		MinVersion: tls.VersionTLS10, MaxVersion: s.opts.MaxTLS}
}

// anyPort is a free port of this machine.
const anyPort = "127.0.0.1:0"

func port(addr string) int {
	a, err := net.ResolveTCPAddr("tcp", addr)
	if err != nil {
		return 0
	}
	return a.Port
}
