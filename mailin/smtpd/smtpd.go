// Package smtpd is the SMTP and LMTP door: it takes mail from the network and answers 250 only when
// the journal has made it durable (RFC 5321 section 6.1).
//
//	socket ─► wire ─► go-smtp ─► session ─► Spool ─► Journal.Receive ─► 250
//	           │    commands     MAIL RCPT    ▲       durable
//	           └──────── body of DATA ────────┘
//
// go-smtp speaks the protocol. Everything that it leaves open lies in the wire, the net.Conn that
// it reads: the wire hands over one command line at a time, so that it always knows whether the
// next byte is a command or mail; it keeps deadlines and a minimum rate, counts errors, upgrades to
// TLS, and reads the body of DATA itself. Once a read has failed the wire never yields another
// byte: the rest of a broken mail can't be taken for commands.
//
// Errors are temporary (451) unless the journal says otherwise with [Permanent]; see reply.go.
package smtpd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"strings"
	"time"

	"golang.org/x/time/rate"
)

// Envelope is what the door knows about a mail beside its bytes.
type Envelope struct {
	From       string // reverse path as given, without brackets
	NullSender bool   // MAIL FROM:<>
	// To are the recipients that RCPT took, as given, domain in lower case, each once
	To       []string
	Remote   netip.Addr // invalid on a Unix socket
	Helo     string     // as claimed
	TLS      bool
	Protocol string // SMTP, ESMTP, ESMTPS, ESMTPA, ESMTPSA or LMTP (RFC 3848)
	AuthUser string // empty without SMTP AUTH
	Vouched  bool   // Options.Vouched says so
	Received time.Time
	Found    Found  // by Options.Inspect
	QueueID  string // also in our Received field and in the reply
}

// Found is what a filter says of a mail that is taken: the fields that call it spam or infected,
// and why it is to be kept apart.
type Found struct{ Spam, Infected, Apart string }

// Spool takes the bytes of one mail as they come. Close is called exactly once, in the end; it
// drops what Journal.Receive has not kept.
type Spool interface {
	io.Writer
	Close() error
}

// Journal keeps mail. Its errors answer 451, those with Full() bool true 452, a [Permanent] with
// its own code.
type Journal interface {
	// Spool begins a mail: small in memory, large in a temporary file.
	Spool(ctx context.Context) (Spool, error)
	// Receive returns when the mail is durable.
	Receive(ctx context.Context, env Envelope, s Spool) (id int64, err error)
}

// Permanent is an error that refuses a mail for good. The text is shown to the sender, Error() is
// not.
type Permanent interface {
	error
	SMTP() (code int, enhanced [3]int, text string)
}

// ErrAuth is what Options.Auth returns for a wrong user or password; any other error answers "try
// again later".
var ErrAuth = errors.New("wrong user or password")

// BareLF says what becomes of a mail with a CR or LF that stands alone (SMTP smuggling,
// CVE-2023-51764).
type BareLF string

// Whatever is chosen, only CRLF.CRLF ends a mail.
const (
	// BareLFLocal keeps it from loopback, Unix sockets and trusted networks, refuses it from others
	BareLFLocal  BareLF = ""
	BareLFRefuse BareLF = "refuse" // always 550 5.5.2
	BareLFKeep   BareLF = "keep"   // always take it, byte for byte
)

// Options of a Server. Journal, Mailbox and Hostname must be set; the zero value of the others is
// the default.
type Options struct {
	Journal Journal
	// Mailbox reports whether RCPT takes the address, whose domain is in lower case.
	Mailbox func(address string) bool
	// Domains are ours, in lower case: postmaster is taken at each, and addresses elsewhere are
	// answered "relaying denied".
	Domains  []string
	Hostname string // in the greeting and our Received field

	MaxSize     int64 // bytes of a mail as sent; 25 MB
	Connections int   // at once, in all, a fifth of them kept for relays; 200
	PerAddress  int   // at once from one IPv4 address or IPv6 /64, relays excepted; 10
	Recipients  int   // of one mail; 100
	Hops        int   // Received fields before a mail counts as looping; 100
	Errors      int   // 5xx replies before the session is closed; 20

	// Idle is for a command line, and between two reads of a mail; 5 min (RFC 5321 section 4.5.3.2)
	Idle  time.Duration
	Total time.Duration // for a session; 2 h
	Grace time.Duration // for mails in flight when the server stops; 30 s
	// Patience is for a slow client when all connections are taken: it makes room for another; 2 s
	Patience time.Duration
	MinRate  int // bytes a second that a mail must come in at; 256
	// Allowance is what a mail may take beyond MinRate, and a command line once begun and a TLS
	// handshake at all; 1 min.
	Allowance time.Duration
	BareLF    BareLF

	TLSCert, TLSKey string // PEM files; both or none; read again when they change
	// Auth checks SMTP AUTH; nil: none is offered. ErrAuth for wrong credentials.
	Auth func(user, password string) error
	// AuthLoopback allows AUTH in clear from loopback. Otherwise it takes TLS.
	AuthLoopback bool
	// Trusted reports whether mail with bare line feeds is taken from the address, and many
	// connections. nil: none.
	Trusted func(netip.Addr) bool
	// Vouched reports whether the address belongs to a network that lets its users write in their
	// own names only. nil: none.
	Vouched func(netip.Addr) bool
	// Relay reports whether one of our own mail servers is there, behind which everybody is;
	// Trusted and Vouched ones count as such. nil: loopback.
	Relay func(netip.Addr) bool
	// Ready is asked at MAIL FROM: an error refuses early, as it would from the journal. nil:
	// always ready.
	Ready func() error
	// Slow reports whether a client, no relay and nobody who has logged in, is to try again later.
	// nil: nobody is.
	Slow func(netip.Addr) bool
	// Inspect looks at a mail that has come whole, before it is journalled: an error refuses it, as
	// the journal's would. nil: nobody looks.
	Inspect func(context.Context, Envelope, Spool) (Found, error)
	Log     *slog.Logger // no addresses, no content; nil: discarded
}

// MaxSize is how many bytes a mail may have where nothing else is said.
const MaxSize = 25 << 20

func (o *Options) setDefaults() {
	o.MaxSize = cmp.Or(o.MaxSize, MaxSize)
	o.Connections = cmp.Or(o.Connections, 200)
	o.PerAddress = cmp.Or(o.PerAddress, 10)
	o.Recipients = cmp.Or(o.Recipients, 100)
	o.Hops = cmp.Or(o.Hops, 100)
	o.Errors = cmp.Or(o.Errors, 20)
	o.Idle = cmp.Or(o.Idle, 5*time.Minute)
	o.Total = cmp.Or(o.Total, 2*time.Hour)
	o.Grace = cmp.Or(o.Grace, 30*time.Second)
	o.Patience = cmp.Or(o.Patience, 2*time.Second)
	o.Allowance = cmp.Or(o.Allowance, time.Minute)
	o.MinRate = cmp.Or(o.MinRate, 256)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Trusted == nil {
		o.Trusted = func(netip.Addr) bool { return false }
	}
	if o.Vouched == nil {
		o.Vouched = func(netip.Addr) bool { return false }
	}
	if o.Relay == nil {
		o.Relay = netip.Addr.IsLoopback
	}
	if o.Slow == nil {
		o.Slow = func(netip.Addr) bool { return false }
	}
	if o.Ready == nil {
		o.Ready = func() error { return nil }
	}
}

func (o *Options) relay(a netip.Addr) bool { return o.Relay(a) || o.Trusted(a) || o.Vouched(a) }

func (o *Options) check() error {
	switch {
	case o.Journal == nil || o.Mailbox == nil:
		return errors.New("smtp door: no journal or no mailboxes given")
	case o.Hostname == "" || strings.ContainsAny(o.Hostname, " \t\r\n"):
		return fmt.Errorf("smtp door: host name %q: "+
			"give the full name of this host, as in mail.example.org", o.Hostname)
	case min(o.MaxSize, int64(o.Connections), int64(o.PerAddress), int64(o.Recipients),
		int64(o.Hops), int64(o.Errors), int64(o.MinRate)) < 0,
		min(o.Idle, o.Total, o.Grace, o.Patience, o.Allowance) < 0:
		return errors.New("smtp door: a limit is negative: " +
			"give a positive number, or leave it out for the default")
	case (o.TLSCert == "") != (o.TLSKey == ""):
		return errors.New("smtp door: tls_cert and tls_key go together: " +
			"give both, or neither for no STARTTLS")
	}
	switch o.BareLF {
	case BareLFLocal, BareLFRefuse, BareLFKeep:
		return nil
	}
	return fmt.Errorf("smtp door: bare_lf is %q: give refuse or keep", o.BareLF)
}

// Server holds what all listeners share: the options, the places and the certificate.
type Server struct {
	opts   Options
	places *places
	cert   *certificate   // nil: no STARTTLS
	full   rate.Sometimes // for the log
}

// New checks the options and loads the certificate.
func New(o Options) (*Server, error) {
	o.setDefaults()
	if err := o.check(); err != nil {
		return nil, err
	}
	s := &Server{opts: o, places: newPlaces(o), full: rate.Sometimes{Interval: time.Minute}}
	if o.TLSCert != "" {
		s.cert = &certificate{certFile: o.TLSCert, keyFile: o.TLSKey, log: o.Log}
		if err := s.cert.load(); err != nil {
			return nil, err
		}
	}
	return s, nil
}
