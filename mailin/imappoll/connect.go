package imappoll

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-sasl"
)

// session is one connection to the server, logged in.
type session struct {
	*plan
	cas     *x509.CertPool
	secret  string // password
	wire    *wire
	client  *imapclient.Client
	caps    imap.CapSet
	last    lastWords
	wake    chan struct{} // the selected folder has news
	names   names
	open    selected
	guesses bool            // RFC822.SIZE is not to be relied on
	deaf    bool            // the server refused IDLE
	ready   map[string]bool // target folders that exist
	good    uint32          // a mail of the open folder that was had, 0 for none
	// unprinted are the last of the mails that were taken in the open folder and stay there
	unprinted []uint32
	noes      []error // of mails of the open folder, one after the other
	outage    bool    // it gave no mail at all
	// torn: the connection ended within a text, whose end is no answer of the server's
	torn    bool
	blamed  bool   // a mail is to blame for the end of the connection
	buffer  []byte // between a literal and its spool
	unfiled bool   // mail was taken that is not filed yet, and waits to be moved
	// saving is of the mails that are being journalled while the next are fetched; nil: none are
	saving chan error
}

// selected is the folder that is open.
type selected struct {
	folder
	Folder
	next     uint32 // UIDNEXT; 0: not told
	keywords bool   // the server keeps our keyword
}

// connect opens a connection, secures it and logs in. The session must be closed, an error or not.
func (p *plan) connect(ctx context.Context, fresh bool) (*session, error) {
	s := &session{plan: p, wake: make(chan struct{}, 1), ready: map[string]bool{}}
	if err := s.readFiles(); err != nil {
		return nil, errDial{err}
	}
	address := net.JoinHostPort(p.Host, strconv.Itoa(p.Port))
	nc, err := p.Dial(ctx, "tcp", address)
	if err != nil {
		return nil, errDial{fmt.Errorf("connect to %s: %w", address, err)}
	}
	s.wire = &wire{Conn: nc}
	err = s.do(ctx, "greet the server", func() (err error) {
		s.client, err = s.secure(ctx)
		if err == nil {
			err = s.client.WaitGreeting()
		}
		return err
	})
	if err == nil {
		err = s.login(ctx, fresh)
	}
	if err == nil {
		err = s.do(ctx, "ask for capabilities", func() error {
			if s.caps = s.client.Caps(); s.caps == nil {
				return errors.New("the server does not tell its capabilities")
			}
			return nil
		})
	}
	if err == nil {
		err = s.list(ctx)
	}
	if same := s.same(); len(same) > 0 {
		s.log.Warn("one folder under two names: its mail is taken twice", "folders",
			strings.Join(same, ", "))
	}
	if err != nil {
		s.close()
		return nil, s.ended(err)
	}
	return s, nil
}

// readFiles reads what connections need of this machine, anew for each: a file that is mended needs
// no restart.
func (s *session) readFiles() (err error) {
	if s.CAs != nil {
		s.cas, err = s.CAs()
	}
	if err == nil && s.Token == nil {
		s.secret, err = s.Password()
	}
	return err
}

// ended adds to an error the reason that the server has given, if it has ended the connection.
func (s *session) ended(err error) error {
	if reason := s.last.bye(); err != nil && reason != "" && !s.torn && lost(err, s) {
		return fmt.Errorf("%w (the server said BYE %s)", err, reason)
	}
	return err
}

// errDial marks that the server was not reached at all: nothing was asked of it.
type errDial struct{ error }

func (e errDial) Unwrap() error { return e.error }

// secure sets up TLS, which is never given up where it is configured, and starts the protocol.
func (s *session) secure(ctx context.Context) (*imapclient.Client, error) {
	conf := &tls.Config{ServerName: s.Host, RootCAs: s.cas, MinVersion: tls.VersionTLS12}
	o := &imapclient.Options{TLSConfig: conf, DebugWriter: &s.last,
		UnilateralDataHandler: &imapclient.UnilateralDataHandler{
			Fetch: pass,
			Mailbox: func(d *imapclient.UnilateralDataMailbox) { // on go-imap's own goroutine: must not wait
				if d.NumMessages != nil {
					s.news()
				}
			}}}
	switch s.TLS {
	case "none":
		return imapclient.New(s.wire, o), nil
	case "starttls":
		c, err := imapclient.NewStartTLS(s.wire, o)
		return c, advise(err)
	}
	tc := tls.Client(s.wire, conf)
	if err := tc.HandshakeContext(ctx); err != nil {
		return nil, advise(err)
	}
	return imapclient.New(tc, o), nil
}

// advise says what to do about a connection that can't be secured.
func advise(err error) error {
	var unknown x509.UnknownAuthorityError
	var clear tls.RecordHeaderError
	switch {
	case errors.As(err, &unknown):
		return fmt.Errorf("%w (is the certificate your own? then name its file in ca_file)", err)
	case refused(err):
		return fmt.Errorf("%w (the server has no STARTTLS here: set tls = \"tls\" and port = 993)",
			err)
	case errors.As(err, &clear):
		return fmt.Errorf("%w (this port begins in clear: set tls = \"starttls\", or port = 993)",
			err)
	}
	return err
}

func (s *session) news() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// close ends the connection without farewell: LOGOUT could wait for ever.
func (s *session) close() {
	s.wire.cut()
	if s.client != nil {
		s.client.Close()
	}
}

// do runs a command under the account's patience, and tells a server that wants a pause.
func (s *session) do(ctx context.Context, what string, f func() error) error {
	err := s.wire.within(ctx, s.Patience, what, f)
	if throttled(err) {
		return fmt.Errorf("%w: %w", errThrottle, err)
	}
	if err != nil && !refused(err) && s.client != nil {
		// QUIRK: go-imap gives a command its error a moment before it says that the connection has
		// ended.
		select {
		case <-s.client.Closed():
		case <-time.After(100 * time.Millisecond):
		}
	}
	return err
}

// throttled tells answers that speak of the account or the server and not of the command (RFC 5530;
// Microsoft and Google put it into words or into a code of their own).
func throttled(err error) bool {
	var e *imap.Error
	if !errors.As(err, &e) {
		return false
	}
	switch {
	case ofFolder(e), e.Code == "THROTTLED", e.Code == "SYS/TEMP", e.Code == "SYS":
		return true
	}
	text := strings.ToLower(e.Text)
	return strings.Contains(text, "throttl") || strings.Contains(text, "too many simultaneous") ||
		strings.Contains(text, "bandwidth limits")
}

// ofFolder tells codes that may speak of one folder as well as of the server.
func ofFolder(e *imap.Error) bool {
	return e.Code == imap.ResponseCodeUnavailable || e.Code == imap.ResponseCodeInUse ||
		e.Code == imap.ResponseCodeLimit
}

// busy tells a folder that can't be had just now from a server that wants a pause: this one has no
// time for NOOP either.
func (s *session) busy(ctx context.Context, err error) error {
	var e *imap.Error
	if !errors.As(err, &e) || !ofFolder(e) ||
		s.do(ctx, "ask whether the server is there",
			func() error { return s.client.Noop().Wait() }) != nil {
		return err
	}
	return e
}

// refused tells an answer NO or BAD, after which the connection is still good.
func refused(err error) bool {
	var e *imap.Error
	return errors.As(err, &e) && (e.Type == imap.StatusResponseTypeNo ||
		e.Type == imap.StatusResponseTypeBad)
}

// declined tells a refusal that speaks of what was asked, and not of a server that wants a pause.
func declined(err error) bool { return refused(err) && !errors.Is(err, errThrottle) }

// login gives password or token. A password is never sent twice on one connection.
func (s *session) login(ctx context.Context, fresh bool) error {
	if s.Token == nil {
		return s.authenticate(ctx, s.password)
	}
	token, err := s.Token(ctx, fresh)
	if err != nil {
		return fmt.Errorf("%w: %w", errToken, err)
	}
	user := s.Username
	if s.Shared != "" {
		user = s.Shared // the token says who asks, the name which mailbox
	}
	var mech sasl.Client = &xoauth2{user: user, token: token}
	if s.OAuthBearer {
		mech = sasl.NewOAuthBearerClient(&sasl.OAuthBearerOptions{Username: user, Token: token,
			Host: s.Host, Port: s.Port})
	}
	return s.authenticate(ctx, func() error { return s.client.Authenticate(mech) })
}

// password logs in with LOGIN, or with PLAIN where LOGIN is not to be had or another mailbox is to
// be opened.
func (s *session) password() error {
	caps := s.client.Caps()
	if s.Shared != "" {
		return s.client.Authenticate(sasl.NewPlainClient(s.Shared, s.Username, s.secret))
	}
	if caps.Has(imap.CapLoginDisabled) && caps.Has("AUTH=PLAIN") {
		return s.client.Authenticate(sasl.NewPlainClient("", s.Username, s.secret))
	}
	return s.client.Login(s.Username, s.secret).Wait()
}

// authenticate tells a login that was refused from a server that has no time.
func (s *session) authenticate(ctx context.Context, f func() error) error {
	err := s.do(ctx, "log in", f)
	var bearer *sasl.OAuthBearerError
	if err == nil || errors.Is(err, errThrottle) || !refused(err) && !errors.As(err, &bearer) {
		return err
	}
	return fmt.Errorf("%w: %w", errAuth, err)
}

// xoauth2 is the mechanism of Google and Microsoft
// (developers.google.com/workspace/gmail/imap/xoauth2-protocol).
type xoauth2 struct{ user, token string }

func (a *xoauth2) Start() (string, []byte, error) {
	return "XOAUTH2", []byte("user=" + a.user + "\x01auth=Bearer " + a.token + "\x01\x01"), nil
}

// Next answers a refusal, which comes as a challenge with the reason, with nothing; the server then
// says NO.
func (a *xoauth2) Next([]byte) ([]byte, error) { return []byte{}, nil }
