package imappoll

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"
)

// names are the server's folders. A configuration says "Soporte/Web" where the server may say "INBOX.Soporte.Web".
type names struct {
	all    []string
	delim  string
	prefix string // of personal folders
}

// list asks for the folders and how they are named.
func (s *session) list(ctx context.Context) error {
	err := s.do(ctx, "list folders", func() error {
		found, err := s.client.List("", "*", nil).Collect()
		for _, f := range found {
			s.names.all = append(s.names.all, f.Mailbox)
			if f.Delim != 0 {
				s.names.delim = string(f.Delim)
			}
		}
		return err
	})
	if err != nil && !refused(err) {
		return err
	}
	if !s.caps.Has(imap.CapNamespace) {
		return nil
	}
	err = s.do(ctx, "ask for the name space", func() error {
		ns, err := s.client.Namespace().Wait()
		if err == nil && len(ns.Personal) > 0 {
			s.names.prefix = ns.Personal[0].Prefix
			if ns.Personal[0].Delim != 0 {
				s.names.delim = string(ns.Personal[0].Delim)
			}
		}
		return err
	})
	if refused(err) {
		return nil
	}
	return err
}

// real is the server's name of a folder, and whether it exists.
func (n names) real(name string) (string, bool) {
	if strings.EqualFold(name, "INBOX") {
		return "INBOX", true
	}
	native := name
	if n.delim != "" {
		native = strings.ReplaceAll(name, "/", n.delim)
	}
	for _, try := range []string{name, native, n.prefix + native} {
		if slices.Contains(n.all, try) {
			return try, true
		}
	}
	if strings.HasPrefix(native, n.prefix) {
		return native, false
	}
	return n.prefix + native, false
}

// target is the name of a folder that mail is moved to, which is made when it is missing; once.
func (s *session) target(ctx context.Context, name string) (string, error) {
	real, exists := s.names.real(name)
	for _, f := range s.folders {
		if from, _ := s.names.real(f.name); from == real {
			return "", fmt.Errorf("mail is taken from %s and can't be moved there: name another in moved_to", real)
		}
	}
	if exists || s.ready[real] {
		return real, nil
	}
	err := s.do(ctx, "make folder "+real, func() error { return s.client.Create(real, nil).Wait() })
	if err != nil && !refused(err) {
		return "", err
	}
	if err != nil && !alreadyExists(err) {
		return "", fmt.Errorf("%w (make it yourself, or name another in moved_to)", err)
	}
	s.ready[real] = true
	err = s.do(ctx, "subscribe "+real, func() error { return s.client.Subscribe(real).Wait() })
	if refused(err) {
		err = nil // people will have to look for it
	}
	return real, err
}

func alreadyExists(err error) bool {
	var e *imap.Error
	return errors.As(err, &e) && (e.Code == imap.ResponseCodeAlreadyExists || strings.Contains(strings.ToLower(e.Text), "already exists"))
}
