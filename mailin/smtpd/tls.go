package smtpd

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// certificate is read from its files again when one of them changes, so that a renewal needs no
// restart.
type certificate struct {
	certFile, keyFile string
	log               *slog.Logger

	mu     sync.Mutex
	stamp  [2]time.Time
	loaded *tls.Certificate
}

func (c *certificate) config() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: c.get}
}

// get goes on with the old pair while a renewal is half written.
func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	if err := c.load(); err != nil {
		c.log.Warn("tls certificate not renewed, the old one is still in use", "error", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.loaded, nil
}

func (c *certificate) load() error {
	var stamp [2]time.Time
	for i, name := range []string{c.certFile, c.keyFile} {
		fi, err := os.Stat(name)
		if err != nil {
			return fmt.Errorf("read tls certificate: %w", err)
		}
		stamp[i] = fi.ModTime()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.loaded != nil && stamp == c.stamp {
		return nil
	}
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return fmt.Errorf("load tls certificate %s with key %s: %w", c.certFile, c.keyFile, err)
	}
	c.loaded, c.stamp = &pair, stamp
	return nil
}

// startTLS upgrades the connection below go-smtp and hands it over as a new one, so that nothing
// said in clear outlives it (RFC 3207 section 4.2). What came in the same packet as STARTTLS is
// discarded (CVE-2011-0411), and a failed handshake ends the connection: it never goes on in clear.
func (w *wire) startTLS(ctx context.Context) {
	w.say("220 2.0.0 Ready to start TLS")
	w.dead.Store(true)
	if w.out.Flush() != nil {
		return
	}
	tc := tls.Server(w.raw, w.door.plain.smtp.TLSConfig)
	w.handshake(time.Now())
	err := tc.HandshakeContext(ctx)
	w.handshaken(time.Now())
	if err != nil {
		w.door.opts().Log.Info("tls handshake failed", "remote", w.remote, "error", err)
		return
	}
	w.door.secured(w, tc)
}
