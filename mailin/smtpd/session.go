package smtpd

import (
	"cmp"
	"crypto/rand"
	"io"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-smtp"
)

// session is what go-smtp calls for each command.
type session struct {
	door *door
	wire *wire
	user string

	authFailures int

	mu  sync.Mutex // with BDAT, Data runs beside the commands that follow
	env *Envelope  // of the open transaction
}

func (d *door) newSession(c *smtp.Conn) (smtp.Session, error) {
	return &session{door: d, wire: c.Conn().(*wire)}, nil
}

var (
	_ smtp.Session     = (*session)(nil)
	_ smtp.AuthSession = (*session)(nil)
)

// Mail takes any sender: who he is, is judged when the mail is read.
func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if err := s.door.opts().Ready(); err != nil {
		s.door.opts().Log.Warn("mail refused before its data", "error", err)
		return replyTo(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.env != nil {
		return errNested
	}
	client := s.wire.clientAddr()
	if s.tooFast(client) {
		s.door.opts().Log.Warn("client is slowed: many forged addresses came from it", "remote",
			client)
		return errSlow
	}
	s.env = &Envelope{
		From: from, NullSender: from == "", Helo: cmp.Or(s.wire.behind.helo, s.wire.helo),
		Remote: client,
		TLS:    s.wire.secure, AuthUser: cmp.Or(s.user, s.wire.behind.login),
		Protocol: s.protocol(),
		Vouched:  client.IsValid() && s.door.opts().Vouched(client),
	}
	return nil
}

// tooFast reports whether a client from the world tries out addresses. Behind our own servers
// everybody is.
func (s *session) tooFast(client netip.Addr) bool {
	o := s.door.opts()
	if !client.IsValid() || s.user != "" || o.Relay(client) || o.Trusted(client) ||
		o.Vouched(client) {
		return false
	}
	return o.Slow(client)
}

// Rcpt takes our mailboxes and nothing else: nothing is ever relayed.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	address, err := s.door.opts().recipient(to, s.wire.rcpt)
	if err != nil { // the local part may hold a reply token, which belongs in no log
		s.door.opts().Log.Info("recipient refused", "remote", s.wire.remote,
			"domain", to[strings.LastIndexByte(to, '@')+1:], "reply", err)
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Contains(s.env.To, address) {
		s.env.To = append(s.env.To, address)
	}
	return nil
}

// recipient checks an address against the ways to route mail through a server: source route,
// percent hack, bang path, quoted address.
func (o *Options) recipient(to, raw string) (string, error) {
	at := strings.LastIndexByte(to, '@')
	local, domain := to[:at], strings.TrimSuffix(strings.ToLower(to[at+1:]), ".")
	address := local + "@" + domain
	switch {
	case sourceRoute(raw), strings.ContainsAny(local, "@%!"):
		return "", errRelay
	case strings.EqualFold(local, "postmaster") &&
		(slices.Contains(o.Domains, domain) || strings.EqualFold(domain, o.Hostname)):
		return address, nil
	case o.Mailbox(address):
		return address, nil
	case len(o.Domains) > 0 && !slices.Contains(o.Domains, domain):
		return "", errRelay
	}
	return "", errNoMailbox
}

func sourceRoute(arg string) bool {
	_, path, _ := strings.Cut(arg, ":")
	return strings.HasPrefix(strings.TrimLeft(path, " \t<"), "@")
}

// Data takes the mail of DATA or BDAT.
func (s *session) Data(r io.Reader) error {
	if !s.door.begin() {
		s.wire.dead.Store(true)
		return errStopped
	}
	defer s.door.leave()
	env := s.envelope()
	if _, chunked := r.(*io.PipeReader); chunked {
		return s.receive(env, chunkReader{r, s.wire})
	}
	s.wire.enter(true)
	err := s.receive(env, &dotReader{r: s.wire.in})
	s.wire.line = []byte(".\r\n") // go-smtp reads to what it takes for the end
	return err
}

func (s *session) envelope() Envelope {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.env == nil { // reset before Data began to run
		return Envelope{}
	}
	env := *s.env
	env.To = slices.Clone(env.To)
	env.Received, env.QueueID = time.Now(), rand.Text()[:16]
	return env
}

func (s *session) protocol() string {
	switch {
	case s.door.lmtp:
		return "LMTP"
	case !s.wire.esmtp:
		return "SMTP"
	}
	p := "ESMTP"
	if s.wire.secure {
		p += "S"
	}
	if s.user != "" {
		p += "A"
	}
	return p
}

// Reset ends the transaction.
func (s *session) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.env = nil
}

// Logout has nothing to do that could go wrong: go-smtp does not catch a panic here.
func (s *session) Logout() error { return nil }
