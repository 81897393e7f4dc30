package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"buzon/mailin/proof"
	"buzon/store/desk"
)

// noDNS is the server of a desk that proves no mail by the DNS.
const noDNS = "none"

// usualDNS is what stands for a server that is not named: "", those of the system. Tests ask
// nobody.
var usualDNS = ""

type dnsConfig struct {
	Server  string   `toml:"server"`
	Timeout duration `toml:"timeout"` // for all that is asked about one mail
}

func (c config) checkDNS() error {
	if s := c.DNS.Server; s != "" && s != noDNS {
		if _, err := proof.NewClient(s); err != nil {
			return fmt.Errorf("dns.server: %w, or %q", err, noDNS)
		}
	}
	if t := time.Duration(c.DNS.Timeout); t < 0 || t > time.Minute {
		return fmt.Errorf("dns.timeout: %v: want at most a minute, such as \"5s\"", t)
	}
	for _, domain := range c.Sealers {
		if domain == "" || strings.ContainsAny(domain, "@ /") {
			return fmt.Errorf("arc_sealers: %q: want a domain, such as \"lists.example.org\"",
				domain)
		}
	}
	for _, a := range c.IMAP {
		for _, host := range a.Authserv {
			if host == "" || strings.ContainsAny(host, "@ ;") {
				return fmt.Errorf(
					"imap.trusted_authserv: %q: want the name that begins the server's "+
						"Authentication-Results, such as \"mx.google.com\"", host)
			}
		}
	}
	return nil
}

// asksDNS reports whether mail is proven by the DNS.
func (c config) asksDNS() bool {
	return c.DNS.Server != noDNS && (c.DNS.Server != "" || usualDNS != noDNS)
}

// checker is what proves mail, nil where nothing does.
func (h *house) newChecker() (*proof.Checker, error) {
	c := h.config
	if !c.asksDNS() {
		return nil, nil
	}
	client, err := proof.NewClient(c.DNS.Server)
	if err != nil {
		if c.DNS.Server != "" {
			return nil, fmt.Errorf("dns.server: %w", err)
		}
		h.log.Warn("no mail is proven: name a server in dns.server", "error", err)
		return nil, nil
	}
	p := &proof.Checker{Resolver: client, Timeout: time.Duration(c.DNS.Timeout),
		Hostname: c.hostname(), Sealers: c.Sealers}
	if c.SMTP != nil && c.SMTP.Relays != nil {
		relays, err := networks("smtp.relays", c.SMTP.Relays)
		if err != nil {
			return nil, err
		}
		p.Relays = within(relays)
	}
	return p, nil
}

// checkResolver asks the DNS for the policy of the first mailbox's domain.
func (f *findings) checkResolver(ctx context.Context, c config) {
	if !c.asksDNS() {
		return
	}
	client, err := proof.NewClient(c.DNS.Server)
	if err != nil {
		f.report("dns", err, "")
		return
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	_, domain, _ := strings.Cut(desk.Canonical(c.firstMailbox()), "@")
	list, err := client.LookupTXT(ctx, "_dmarc."+domain)
	var missing *net.DNSError
	switch {
	case errors.As(err, &missing) && missing.IsNotFound:
		f.say("dns", "note", domain+" publishes no DMARC policy, "+
			"so that mail which claims to be from it is not held to have failed")
	case err != nil:
		f.say("dns", "warning", fmt.Sprintf("it does not answer, so that no mail is proven (%v): "+
			"set dns.server to a server that answers, or to %q", err, noDNS))
	default:
		f.say("dns", "ok", "_dmarc."+domain+": "+strings.Join(list, " "))
	}
}

// authserv are the hosts whose Authentication-Results count, by account.
func (c config) authserv() map[string][]string {
	list := map[string][]string{}
	for _, a := range c.accounts() {
		list[a.Name] = a.Authserv
	}
	return list
}

// checkAuth says what is wrong with logins at the SMTP door.
func (s smtpConfig) checkAuth() error {
	if s.Auth && (s.TLSCert == "" || s.Listen == "") {
		return errors.New("smtp.auth: passwords are taken over TLS only: " +
			"set smtp.tls_cert, smtp.tls_key and smtp.listen")
	}
	return nil
}
