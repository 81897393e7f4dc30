package mailtest

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net"
	"sync"
	"testing"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
)

// IMAPOptions says what an IMAP server offers; the zero value serves "soporte", password
// "secreto", in clear, with MOVE and UIDPLUS.
type IMAPOptions struct {
	TLS         string // "none" (or ""), "starttls" or "tls"
	Certificate Certificate
	User        string
	Password    string
	Caps        imap.CapSet // advertised; default IMAP4rev1, MOVE, UIDPLUS, NAMESPACE, ESEARCH
	Folders     []string    // beside INBOX
}

// IMAP is a real IMAP server in process, with one account whose mail is in memory.
type IMAP struct {
	opts IMAPOptions
	addr string
	user *imapmemserver.User

	mu     sync.Mutex
	server *imapserver.Server // nil: stopped
	served sync.WaitGroup
}

// NewIMAP starts a server that stops with the test.
func NewIMAP(t testing.TB, opts IMAPOptions) *IMAP {
	t.Helper()
	if opts.Certificate.Pool == nil && opts.TLS != "" && opts.TLS != "none" {
		opts.Certificate = Certify(t, validity)
	}
	if opts.User == "" {
		opts.User, opts.Password = "soporte", "secreto"
	}
	if opts.Caps == nil {
		opts.Caps = imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapMove: {}, imap.CapUIDPlus: {},
			imap.CapNamespace: {}, imap.CapESearch: {}}
	}
	s := &IMAP{opts: opts, addr: anyPort, user: imapmemserver.NewUser(opts.User, opts.Password)}
	for _, folder := range append([]string{"INBOX"}, opts.Folders...) {
		s.Create(t, folder)
	}
	s.Start(t)
	t.Cleanup(s.Stop)
	return s
}

// Addr is where the server listens, also while it is stopped.
func (s *IMAP) Addr() string { return s.addr }

// Port is the port of Addr.
func (s *IMAP) Port() int { return port(s.addr) }

// CAs trusts the server's certificate; nil without TLS.
func (s *IMAP) CAs() (*x509.CertPool, error) { return s.opts.Certificate.Pool, nil }

// Start listens again, on the port it had, with the mail it had.
func (s *IMAP) Start(t testing.TB) {
	t.Helper()
	ln, err := net.Listen("tcp", s.addr)
	check(t, err)
	if s.addr == anyPort {
		s.addr = ln.Addr().String()
	}
	conf := &tls.Config{Certificates: []tls.Certificate{s.opts.Certificate.TLS}}
	o := &imapserver.Options{Caps: s.opts.Caps, InsecureAuth: s.opts.TLS != "starttls",
		Logger: log.New(io.Discard, "", 0),
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return &account{UserSession: imapmemserver.NewUserSession(s.user)},
				&imapserver.GreetingData{}, nil
		}}
	switch s.opts.TLS {
	case "tls":
		ln = tls.NewListener(ln, conf)
	case "starttls":
		o.TLSConfig = conf
	}
	server := imapserver.New(o)
	s.mu.Lock()
	s.server = server
	s.mu.Unlock()
	s.served.Go(func() { server.Serve(ln) })
}

// account answers a wrong user name like a wrong password.
type account struct{ *imapmemserver.UserSession }

func (a *account) Login(username, password string) error {
	if a.UserSession.Login(username, password) != nil {
		return imapserver.ErrAuthFailed
	}
	return nil
}

// Stop closes the port and every connection; the mail stays. Stopping twice does nothing.
func (s *IMAP) Stop() {
	s.mu.Lock()
	server := s.server
	s.server = nil
	s.mu.Unlock()
	if server != nil {
		server.Close()
	}
	s.served.Wait()
}

// Create makes a folder. A folder that was deleted and made again has another UIDVALIDITY.
func (s *IMAP) Create(t testing.TB, folder string) {
	t.Helper()
	check(t, s.user.Create(folder, nil))
}

// Delete removes a folder and its mail.
func (s *IMAP) Delete(t testing.TB, folder string) {
	t.Helper()
	check(t, s.user.Delete(folder))
}

// Append puts a mail into a folder, as a delivery does; who waits in IDLE is told.
func (s *IMAP) Append(t testing.TB, folder string, raw []byte) imap.UID {
	t.Helper()
	data, err := s.user.Append(folder, literal{bytes.NewReader(raw)}, &imap.AppendOptions{})
	check(t, err)
	return data.UID
}

// literal is a mail as the server's Append takes it.
type literal struct{ *bytes.Reader }

func (l literal) Size() int64 { return l.Reader.Size() }

// Messages is every mail of a folder, in order.
func (s *IMAP) Messages(t testing.TB, folder string) [][]byte {
	t.Helper()
	return fetch(t, s.Client(t), folder)
}

func fetch(t testing.TB, c *imapclient.Client, folder string) [][]byte {
	t.Helper()
	defer c.Close()
	box, err := c.Select(folder, &imap.SelectOptions{ReadOnly: true}).Wait()
	check(t, err)
	if box.NumMessages == 0 {
		return nil
	}
	whole := &imap.FetchItemBodySection{Peek: true}
	found, err := c.Fetch(imap.SeqSet{{Start: 1, Stop: 0}},
		&imap.FetchOptions{BodySection: []*imap.FetchItemBodySection{whole}}).Collect()
	check(t, err)
	var mails [][]byte
	for _, m := range found {
		mails = append(mails, m.FindBodySection(whole))
	}
	return mails
}

// Client is another client of the account, logged in: the colleague who reads, moves and deletes.
// It ends with the test.
func (s *IMAP) Client(t testing.TB) *imapclient.Client {
	t.Helper()
	return login(t, s.addr, s.opts.TLS, s.opts.Certificate.Pool, s.opts.User, s.opts.Password)
}

func login(t testing.TB, addr, security string, pool *x509.CertPool, user,
	password string) *imapclient.Client {
	t.Helper()
	dial := map[string]func(string, *imapclient.Options) (*imapclient.Client, error){
		"tls": imapclient.DialTLS, "starttls": imapclient.DialStartTLS,
	}[security]
	if dial == nil {
		dial = imapclient.DialInsecure
	}
	c, err := dial(addr, &imapclient.Options{TLSConfig: &tls.Config{RootCAs: pool,
		ServerName: "localhost"}})
	check(t, err)
	t.Cleanup(func() { c.Close() })
	check(t, c.Login(user, password).Wait())
	return c
}
