package imappoll

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"
)

// names are the server's folders. A configuration says "Soporte/Web" where the server may say
// "INBOX.Soporte.Web".
type names struct {
	all    []string
	delim  string
	prefix string // of personal folders
}

// list asks for the folders and how they are named.
//
// QUIRK: go-imap ends the connection over a name that is not in modified UTF-7 (RFC 3501 section
// 5.1.3), as some clients make them. When that has happened twice only the folders of the account
// are asked for.
func (s *session) list(ctx context.Context) error {
	if s.caps.Has(imap.CapNamespace) {
		err := s.do(ctx, "ask for the name space", func() error {
			ns, err := s.client.Namespace().Wait()
			if err == nil && len(ns.Personal) > 0 {
				s.names.prefix = ns.Personal[0].Prefix
				s.names.heed(ns.Personal[0].Delim)
			}
			return err
		})
		if err != nil && !refused(err) {
			return err
		}
	}
	if s.unlistable < 2 {
		err := s.listLike(ctx, "*")
		if err != nil && ctx.Err() == nil && lost(err, s) {
			s.unlistable++
		}
		return err
	}
	if err := s.listLike(ctx, ""); err != nil { // tells the delimiter only
		return err
	}
	for _, name := range s.named() {
		for _, try := range s.names.spellings(name) {
			if err := s.listLike(ctx, try); err != nil {
				return err
			}
		}
	}
	return nil
}

// named are the folders that the account speaks of.
func (p *plan) named() (list []string) {
	for _, f := range p.folders {
		list = append(list, f.name)
	}
	return slices.DeleteFunc(append(list, p.MovedTo, p.Apart),
		func(name string) bool { return name == "" || strings.EqualFold(name, "INBOX") })
}

func (s *session) listLike(ctx context.Context, pattern string) error {
	err := s.do(ctx, "list folders", func() error {
		found, err := s.client.List("", pattern, nil).Collect()
		for _, f := range found {
			if f.Mailbox != "" && !slices.Contains(s.names.all, f.Mailbox) {
				s.names.all = append(s.names.all, f.Mailbox)
			}
			s.names.heed(f.Delim)
		}
		return err
	})
	if declined(err) {
		return nil
	}
	return err
}

func (n *names) heed(delim rune) {
	if delim != 0 {
		n.delim = string(delim)
	}
}

// spellings are what a folder may be called on the server, the likeliest last.
func (n names) spellings(name string) []string {
	native := name
	if n.delim != "" {
		native = strings.ReplaceAll(name, "/", n.delim)
	}
	if strings.HasPrefix(native, n.prefix) {
		return []string{name, native}
	}
	return []string{name, native, n.prefix + native}
}

// real is the server's name of a folder, and whether it exists.
func (n names) real(name string) (string, bool) {
	if strings.EqualFold(name, "INBOX") {
		return "INBOX", true
	}
	list := n.spellings(name)
	for _, try := range list {
		if slices.Contains(n.all, try) {
			return try, true
		}
	}
	return list[len(list)-1], false
}

// same are the account's folders that are one on the server, such as Web and INBOX.Web. Its mail
// would be taken twice, and found to be a duplicate.
func (s *session) same() (list []string) {
	known := map[string]string{}
	for _, f := range s.folders {
		real, _ := s.names.real(f.name)
		if other, ok := known[real]; ok {
			list = append(list, other+" = "+f.name)
		}
		known[real] = f.name
	}
	return list
}

// target is the name of a folder that mail is moved to, which is made when it is missing; once.
func (s *session) target(ctx context.Context, name string) (string, error) {
	real, exists := s.names.real(name)
	for _, f := range s.folders {
		if from, _ := s.names.real(f.name); from == real {
			return "", fmt.Errorf(
				"mail is taken from %s and can't be moved there: name another in moved_to", real)
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
	return errors.As(err, &e) && (e.Code == imap.ResponseCodeAlreadyExists ||
		strings.Contains(strings.ToLower(e.Text), "already exists"))
}
