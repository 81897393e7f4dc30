package mailout

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"buzon/store/desk"

	"golang.org/x/net/idna"
)

// Envelope says where one mail goes: one recipient each, so that every recipient has an outcome
// and a reply address of his own.
type Envelope struct {
	From string // "" = the null sender <>, for automatic mail
	To   string
	// Mailbox is the public address whose mail it is: a relay may be for some of them alone
	Mailbox string
}

// Outcome is what became of one attempt to send.
type Outcome string

const (
	Sent     Outcome = "sent"     // the relay answers for it
	Deferred Outcome = "deferred" // not now: try again
	Refused  Outcome = "refused"  // never: Err is a *Refusal
	// Uncertain was cut after the final dot: it may have been taken; try again, same bytes
	Uncertain Outcome = "uncertain"
	// Held: the relay refuses us, whatever the mail: the configuration's fault, not the mail's
	Held Outcome = "held"
)

// Result is the outcome with what was said.
type Result struct {
	Outcome Outcome
	Reply   string // the relay's last answer on one line, at most 500 bytes; "" when there was none
	Err     error  // nil only when Sent
	// ID is the Message-ID under which the relay says that it sends the mail; "" when it says none
	ID string
	// Away: no mail of this mailbox would be taken now: no relay was reached, or none lets us in
	Away bool
	// Others: another mailbox's mail may go all the same; Open is one, where it is known
	Others bool
	Open   string
	// Elsewhere: this relay has surely not taken the mail, and another may
	Elsewhere bool
	// Wait is how long the relay wants to be left alone; 0: it did not say
	Wait time.Duration
	// Refusing is what a relay that refuses us said, though another took the mail; Refuser is which
	Refusing, Refuser string
}

// Transport takes mails on their way: relays, or a Maildir where there is none. Send never
// alters the mail, and may be called from several goroutines. Close must be called.
type Transport interface {
	Send(ctx context.Context, env Envelope, mail *io.SectionReader) Result
	Close() error
}

// Relay says how a smarthost is reached. Host must be set; every other zero value is a default.
type Relay struct {
	Host       string
	Port       int    // default 587, with tls 465, with none 25
	TLS        string // "starttls" (default), "tls" or "none"; the relay must do as it says
	AllowPlain bool   // "none" also to another machine than this one
	Username   string // "" = no AUTH
	Password   string
	// Token makes the login XOAUTH2: an access token for Username, a fresh one when asked
	Token   func(ctx context.Context, fresh bool) (string, error)
	Auth    string         // the one mechanism to log in with: "CRAM-MD5"; default what is offered
	Hello   string         // our name in EHLO; default the host's name
	RootCAs *x509.CertPool // who may sign the relay's certificate; default the system's

	Timeout time.Duration // for one command, or 64 KB of content; default 2m
	// FinalTimeout is for the answer to the final dot; default 10m (RFC 5321 section 4.5.3.2.6)
	FinalTimeout  time.Duration
	Idle          time.Duration // a connection not used for so long is closed; default 45s
	PerConnection int           // mails on one connection; default 100
	Connections   int           // at the same time; default 4
}

func (r Relay) addr() string { return net.JoinHostPort(r.Host, strconv.Itoa(r.Port)) }

// String keeps the password out of logs.
func (r Relay) String() string { return fmt.Sprintf("%s@%s (%s)", r.Username, r.addr(), r.TLS) }

// GoString keeps the password out of %#v.
func (r Relay) GoString() string { return r.String() }

func (r Relay) defaults() Relay {
	port := map[string]int{"": 587, "starttls": 587, "tls": 465, "none": 25}
	host, err := os.Hostname()
	if err != nil || host == "" {
		host = "localhost"
	}
	for value, otherwise := range map[*int]int{
		&r.Port: port[r.TLS], &r.PerConnection: 100, &r.Connections: 4,
	} {
		if *value == 0 {
			*value = otherwise
		}
	}
	for value, otherwise := range map[*string]string{&r.TLS: "starttls", &r.Hello: host} {
		if *value == "" {
			*value = otherwise
		}
	}
	for value, otherwise := range map[*time.Duration]time.Duration{
		&r.Timeout: 2 * time.Minute, &r.FinalTimeout: 10 * time.Minute, &r.Idle: 45 * time.Second} {
		if *value == 0 {
			*value = otherwise
		}
	}
	return r
}

// validate names the key of [relay] that is wrong.
func (r Relay) validate() error {
	switch {
	case r.Host == "" || strings.ContainsFunc(r.Host, unfit):
		return fmt.Errorf("relay: host %q is no host name", r.Host)
	case r.TLS != "tls" && r.TLS != "starttls" && r.TLS != "none":
		return fmt.Errorf(`relay: tls = %q, want "tls", "starttls" or "none"`, r.TLS)
	case r.Port < 1 || r.Port > 65535:
		return fmt.Errorf("relay: port %d is not between 1 and 65535", r.Port)
	case r.TLS == "none" && !r.AllowPlain && !desk.Loopback(r.Host):
		return fmt.Errorf(
			`relay: tls = "none" would send mail and password in clear to %s; it is for `+
				`a relay on this machine, use "starttls" or "tls"`, r.Host)
	case r.Username == "" && r.Password != "":
		return errors.New("relay: there is a password but no username")
	case r.Auth != "" && !slices.Contains(mechanisms, r.Auth):
		return fmt.Errorf("relay: auth = %q, want one of %s", r.Auth,
			strings.Join(mechanisms, ", "))
	case r.Token != nil && r.Username == "":
		return errors.New("relay: a token is for a username; set username")
	case r.Username != "" && r.Password == "" && r.Token == nil:
		return errors.New(
			"relay: there is a username but no password; set password or password_file")
	case strings.ContainsFunc(r.Hello, unfit):
		return fmt.Errorf("relay: hello %q is no host name", r.Hello)
	case r.Timeout < 0 || r.FinalTimeout < 0 || r.Idle < 0 || r.PerConnection < 0 ||
		r.Connections < 0:
		return errors.New("relay: times and numbers must not be negative")
	}
	return nil
}

// unfit are the characters that would end an address or a command.
func unfit(r rune) bool { return r <= ' ' || r == 0x7f || r == '<' || r == '>' }

// ready checks an envelope and a mail before they leave, and writes a domain with accents in its
// ASCII form (RFC 5891), so that only a local part can need SMTPUTF8.
func ready(env Envelope, mail *io.SectionReader) (Envelope, error) {
	var err error
	if env.From != "" {
		if env.From, err = readyAddress(env.From); err != nil {
			return env, fmt.Errorf("envelope sender: %w", err)
		}
	}
	if env.To, err = readyAddress(env.To); err != nil {
		return env, fmt.Errorf("envelope recipient: %w", err)
	}
	return env, onlyCRLF(mail)
}

func readyAddress(addr string) (string, error) {
	at := strings.LastIndexByte(addr, '@')
	if at < 1 || at == len(addr)-1 || strings.ContainsFunc(addr, unfit) {
		return addr, fmt.Errorf("%q is no address", addr)
	}
	if ascii(addr[at:]) {
		return addr, nil
	}
	domain, err := idna.Lookup.ToASCII(addr[at+1:])
	if err != nil {
		return addr, fmt.Errorf("%q is no address: %w", addr, err)
	}
	return addr[:at+1] + domain, nil
}

func ascii(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > 127 })
}

// onlyCRLF refuses what a relay could read otherwise than we wrote it: a bare CR or LF lets a text
// end the mail early and begin another (RFC 5321 section 2.3.8). Such a mail is our own mistake.
func onlyCRLF(mail *io.SectionReader) error {
	part := pieces.Get().(*[piece]byte)
	defer pieces.Put(part)
	var last byte
	for at := int64(0); at < mail.Size(); {
		n, err := mail.ReadAt(part[:min(piece, mail.Size()-at)], at)
		if n == 0 {
			return fmt.Errorf("read the mail: %w", err)
		}
		if i := bareEnd(part[:n], last); i >= 0 {
			return fmt.Errorf("the mail has a bare CR or LF at byte %d", at+int64(i))
		}
		last = part[n-1]
		at += int64(n)
	}
	if last != '\n' {
		return errors.New("the mail does not end in CRLF")
	}
	return nil
}

// bareEnd is where a CR or LF stands without the other, -1 for nowhere, given the byte before.
func bareEnd(b []byte, last byte) int {
	if (b[0] == '\n') != (last == '\r') {
		return 0
	}
	for i := range each(b, '\n') {
		if i > 0 && b[i-1] != '\r' {
			return i
		}
	}
	for i := range each(b, '\r') {
		if i+1 < len(b) && b[i+1] != '\n' {
			return i + 1
		}
	}
	return -1
}

// each yields the places of a byte.
func each(b []byte, c byte) iter.Seq[int] {
	return func(yield func(int) bool) {
		for at := 0; ; at++ {
			i := bytes.IndexByte(b[at:], c)
			if i < 0 || !yield(at+i) {
				return
			}
			at += i
		}
	}
}
