package mailout

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/wneessen/go-mail/smtp"
)

// mechanisms are the logins that buzon knows, in the order in which it takes what a relay offers.
// PLAIN comes first because it works wherever it is offered, and goes over TLS: many servers offer
// SCRAM or CRAM-MD5 for accounts whose password they keep in a form that fits neither.
var mechanisms = []string{"PLAIN", "LOGIN", "SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5"}

var errNoAuth = errors.New("the relay offers no login that buzon knows (PLAIN, LOGIN, " +
	"SCRAM-SHA-256, SCRAM-SHA-1, CRAM-MD5, XOAUTH2), or needs no username on this port")

// login chooses among what the relay offers. PLAIN and LOGIN go over TLS, or to where the
// administrator has said "none".
type login struct {
	smtp.Auth
	relay  Relay
	token  string // with it the login is XOAUTH2
	mutual bool   // the relay, too, must prove that it knows the password
	proven bool   // it has
}

var errUnproven = errors.New("the relay does not prove that it knows the password (SCRAM): " +
	"it may be another's")

func (l *login) Start(server *smtp.ServerInfo) (string, []byte, error) {
	offered := func(name string) bool {
		return slices.ContainsFunc(server.Auth, func(s string) bool {
			return strings.EqualFold(s, name)
		})
	}
	wanted := mechanisms
	switch {
	case l.token != "":
		wanted = []string{"XOAUTH2"}
	case l.relay.Auth != "":
		wanted = []string{l.relay.Auth}
	}
	i := slices.IndexFunc(wanted, offered)
	switch {
	case i >= 0:
		l.Auth, l.mutual = l.by(wanted[i]), strings.HasPrefix(wanted[i], "SCRAM")
		return l.Auth.Start(server)
	case len(wanted) == 1 && len(server.Auth) > 0:
		return "", nil, fmt.Errorf("the relay offers no %s, but %s: change auth, or allow it there",
			wanted[0], strings.Join(server.Auth, " "))
	}
	return "", nil, errNoAuth
}

// Next answers a challenge. With SCRAM a relay's last word before it lets us in is its own proof,
// which the mechanism checks (RFC 5802 section 3).
func (l *login) Next(said []byte, more bool) ([]byte, error) {
	answer, err := l.Auth.Next(said, more)
	if !more && l.mutual && !l.proven {
		return nil, errUnproven
	}
	l.proven = more && err == nil && bytes.HasPrefix(said, []byte("v="))
	return answer, err
}

func (l *login) by(mechanism string) smtp.Auth {
	r, plain := l.relay, l.relay.TLS == "none"
	switch mechanism {
	case "XOAUTH2":
		return smtp.XOAuth2Auth(r.Username, l.token)
	case "LOGIN":
		return smtp.LoginAuth(r.Username, r.Password, r.Host, plain)
	case "SCRAM-SHA-256":
		return smtp.ScramSHA256Auth(r.Username, r.Password)
	case "SCRAM-SHA-1":
		return smtp.ScramSHA1Auth(r.Username, r.Password)
	case "CRAM-MD5":
		return smtp.CRAMMD5Auth(r.Username, r.Password)
	}
	return smtp.PlainAuth("", r.Username, r.Password, r.Host, plain)
}
