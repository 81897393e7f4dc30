package smtpd

import (
	"errors"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// maxAuthFailures ends a session that guesses passwords.
const maxAuthFailures = 3

// AuthMechanisms is what EHLO offers: nothing in clear.
func (s *session) AuthMechanisms() []string {
	if s.door.opts().Auth == nil || !s.authAllowed() {
		return nil
	}
	return []string{sasl.Plain, sasl.Login}
}

func (s *session) authAllowed() bool {
	guarded := s.wire.secure || s.door.opts().AuthLoopback && s.wire.behind.login == "" &&
		s.wire.clientAddr().IsLoopback()
	return !s.door.lmtp && guarded
}

// Auth begins an authentication (RFC 4954).
func (s *session) Auth(mechanism string) (sasl.Server, error) {
	switch {
	case s.door.opts().Auth == nil || s.door.lmtp:
		return nil, errAuthOff
	case !s.authAllowed():
		return nil, errAuthClear
	}
	switch mechanism {
	case sasl.Plain:
		return authServer{sasl.NewPlainServer(s.plain)}, nil
	case sasl.Login:
		return authServer{&loginServer{check: s.check}}, nil
	}
	return nil, errAuthMech
}

func (s *session) plain(identity, user, password string) error {
	if identity != "" && identity != user {
		return errAuthWrong
	}
	return s.check(user, password)
}

func (s *session) check(user, password string) error {
	err := s.door.opts().Auth(user, password)
	switch {
	case err == nil:
		s.user = user
		return nil
	case !errors.Is(err, ErrAuth):
		s.door.opts().Log.Error("authentication could not be checked", "error", err)
		return errAuthLater
	}
	s.door.opts().Log.Warn("authentication failed", "remote", s.wire.remote)
	if s.authFailures++; s.authFailures >= maxAuthFailures {
		s.wire.dismiss("421 4.7.0 Too many failed logins, closing connection")
	}
	return errAuthWrong
}

// authServer answers with our replies only: go-smtp shows the client the text of any other error.
type authServer struct{ sasl.Server }

func (a authServer) Next(response []byte) ([]byte, bool, error) {
	challenge, done, err := a.Server.Next(response)
	var own *smtp.SMTPError
	if err == nil || errors.As(err, &own) && err == error(own) {
		return challenge, done, err
	}
	return nil, false, errAuthForm
}

// loginServer is the LOGIN mechanism (draft-murchison-sasl-login), which old Outlooks and devices
// use.
type loginServer struct {
	check func(user, password string) error
	user  *string
}

func (l *loginServer) Next(response []byte) ([]byte, bool, error) {
	switch {
	case response == nil:
		return []byte("Username:"), false, nil
	case l.user == nil:
		user := string(response)
		l.user = &user
		return []byte("Password:"), false, nil
	}
	return nil, true, l.check(*l.user, string(response))
}
