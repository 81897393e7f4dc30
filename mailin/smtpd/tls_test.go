package smtpd

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// writeCert makes a self-signed pair for a name.
func writeCert(t *testing.T, dir, name string) (cert, key string) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
		DNSNames:  []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &k.PublicKey, k)
	if err != nil {
		t.Fatal(err)
	}
	kder, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for file, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der},
		key: {Type: "PRIVATE KEY", Bytes: kder}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

func withTLS(t *testing.T, dir string) setup {
	cert, key := writeCert(t, dir, hostname)
	return func(o *Options) { o.TLSCert, o.TLSKey = cert, key }
}

// startTLS upgrades the client after the 220.
func (c *client) startTLS() *tls.Conn {
	c.t.Helper()
	tc := tls.Client(c.Conn, &tls.Config{InsecureSkipVerify: true})
	if err := tc.Handshake(); err != nil {
		c.t.Fatal(err)
	}
	c.Conn, c.r = tc, bufio.NewReader(tc)
	return tc
}

func TestStartTLS(t *testing.T) {
	s := open(t, withTLS(t, t.TempDir()),
		func(o *Options) { o.Auth = func(u, p string) error { return nil } })
	c := s.hello()
	if got := c.ok("EHLO x"); !strings.Contains(got, "STARTTLS") || strings.Contains(got, "AUTH") {
		t.Errorf("EHLO in clear says %q", got)
	}
	c.cmd("AUTH PLAIN AGFuYQBzZWNyZXQ=", "523")
	c.ok("MAIL FROM:<before@otro.test>")
	c.cmd("STARTTLS", "220")
	c.startTLS()
	c.cmd("RCPT TO:<"+ours+">", "502") // what was said in clear is forgotten
	c.cmd("MAIL FROM:<x@otro.test>", "502")
	if got := c.ok("EHLO x"); strings.Contains(got, "STARTTLS") ||
		!strings.Contains(got, "AUTH PLAIN LOGIN") {
		t.Errorf("EHLO under TLS says %q", got)
	}
	c.cmd("STARTTLS", "502")
	c.mail(sample(50_000), "250")
	c.cmd("AUTH PLAIN AGFuYQBzZWNyZXQ=", "235")
	c.mail(sample(500), "250")
	c.cmd("QUIT", "221")
	got := s.journal.all()
	if len(got) != 2 || !got[0].TLS || got[0].Protocol != "ESMTPS" ||
		got[0].body(t) != sample(50_000) ||
		got[1].Protocol != "ESMTPSA" || got[1].AuthUser != "ana" ||
		!strings.Contains(got[1].data, "with ESMTPSA id") {
		t.Errorf("got %+v", got)
	}
}

func TestStartTLSInjection(t *testing.T) {
	s := open(t, withTLS(t, t.TempDir()))
	c := s.hello()
	c.send("STARTTLS\r\nEHLO evil\r\nMAIL FROM:<inj@otro.test>\r\nRCPT TO:<" + ours +
		">\r\nDATA\r\n")
	c.expect("220")
	c.startTLS()
	c.ok("EHLO x") // the first reply is to this
	c.cmd("RCPT TO:<"+ours+">", "502")
}

func TestStartTLSFailureCloses(t *testing.T) {
	s := open(t, withTLS(t, t.TempDir()))
	c := s.hello()
	c.cmd("STARTTLS", "220")
	c.send("EHLO x\r\nMAIL FROM:<a@otro.test>\r\nRCPT TO:<" + ours + ">\r\nDATA\r\nx\r\n.\r\n")
	rest, _ := io.ReadAll(c)
	if strings.Contains(string(rest), "250") || len(s.journal.all()) != 0 {
		t.Errorf("went on in clear: %q", rest)
	}
}

func TestStartTLSStallIsBounded(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := openPipes(t, withTLS(t, dir))
		c := s.hello("192.0.2.1")
		c.cmd("STARTTLS", "220")
		begun := time.Now()
		if c.drip(""); time.Since(begun) > time.Minute {
			t.Errorf("a handshake of %v", time.Since(begun))
		}
	})
}

func TestTLSDeadlinesAndStop(t *testing.T) {
	t.Parallel()
	s := open(t, withTLS(t, t.TempDir()), func(o *Options) { o.Idle = 600 * time.Millisecond })
	stalled, idle := s.hello(), s.hello()
	for _, c := range []*client{stalled, idle} {
		c.cmd("STARTTLS", "220")
		c.startTLS()
		c.ok("EHLO x")
	}
	stalled.begin()
	s.stop()
	idle.expect("421 4.3.2")
	stalled.expect("421 4.4.2")
}

func TestCertificateReload(t *testing.T) {
	dir := t.TempDir()
	s := open(t, withTLS(t, dir))
	name := func() string {
		c := s.hello()
		c.cmd("STARTTLS", "220")
		return c.startTLS().ConnectionState().PeerCertificates[0].Subject.CommonName
	}
	if got := name(); got != hostname {
		t.Errorf("certificate of %q, wanted %q", got, hostname)
	}
	later := func(file string) {
		if err := os.Chtimes(file, time.Time{}, time.Now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	cert, key := writeCert(t, dir, "nuevo.ejemplo.test")
	later(cert)
	if got := name(); got != "nuevo.ejemplo.test" {
		t.Errorf("certificate of %q after the renewal", got)
	}
	if err := os.WriteFile(key, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	later(key)
	if got := name(); got != "nuevo.ejemplo.test" {
		t.Errorf("certificate of %q while the new key is half written", got)
	}
}

func TestAuth(t *testing.T) {
	b64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	s := open(t, func(o *Options) {
		o.AuthLoopback = true
		o.Auth = func(user, password string) error {
			switch {
			case user == "busy":
				return errors.New("database is locked")
			case user != "ana" || password != "secreto":
				return ErrAuth
			}
			return nil
		}
	})
	login := func(c *client, user, password, want string) {
		c.cmd("AUTH LOGIN", "334 VXNlcm5hbWU6")
		c.cmd(b64(user), "334 UGFzc3dvcmQ6")
		c.cmd(b64(password), want)
	}
	c := s.hello()
	c.cmd("AUTH CRAM-MD5", "504")
	c.cmd("AUTH PLAIN "+b64("nonsense"), "501")
	if got := c.cmd("AUTH PLAIN "+b64("\x00busy\x00x"), "454 4.7.0"); strings.Contains(got,
		"database") {
		t.Errorf("internals shown: %q", got)
	}
	c.cmd("AUTH PLAIN "+b64("otro\x00ana\x00secreto"), "535")
	c.cmd("AUTH PLAIN", "334")
	c.cmd("STARTTLS", "501") // an answer, not a command
	login(c, "ana", "secreto", "235")
	c.mail(sample(100), "250")
	if got := s.journal.all()[0]; got.AuthUser != "ana" || got.Protocol != "ESMTPA" {
		t.Errorf("envelope %+v", got.Envelope)
	}
	c = s.hello()
	c.cmd("AUTH PLAIN", "334")
	c.cmd(strings.Repeat("A", saslLimit+1), "421")
	c.expectEnd()
	c = s.hello()
	for range maxAuthFailures {
		login(c, "ana", "falso", "535 5.7.8")
	}
	c.expect("421 4.7.0")
	c.expectEnd()
	open(t).hello().cmd("AUTH PLAIN AGFuYQBzZWNyZXRv", "502")
}
