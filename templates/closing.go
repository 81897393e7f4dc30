package templates

import (
	"fmt"
	"html/template"
	"path"
	"slices"
	"strings"
	"sync"
)

// Closings are what stands below every mail to customers, where the administrator has written it:
//
//	es/signature.txt                       below the words: the desk's name, telephone, hours
//	es/sender.txt                          at the very end: what the law asks of who sends
//	es/soporte@ejemplo.test/signature.txt  the same, of one mailbox
//
// None comes with buzon. A mailbox's own goes before the language's, and this before that of the
// desk's language: what the law asks for is not left out for want of a translation.
var closings = []string{"signature", "sender"}

// isClosing reports whether a file's path is one of theirs.
func isClosing(name string) bool {
	parts := strings.Split(name, "/")
	file, text := strings.CutSuffix(parts[len(parts)-1], ".txt")
	return text && slices.Contains(closings, file) &&
		(len(parts) == 2 || len(parts) == 3 && strings.Contains(parts[1], "@"))
}

// Mailboxes lists the addresses that have closings of their own.
func (s *Set) Mailboxes() (list []string) {
	if s.all.Load() == nil {
		return nil
	}
	for _, l := range s.languages() {
		for name := range l.closings {
			if box := path.Dir(name); box != "." {
				list = append(list, box)
			}
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// readClosings reads those of a language; each is a body like a kind's.
func (f sources) readClosings(l *language) error {
	l.closings = map[string]func() (*pair, error){}
	frame := slices.Concat(f.stack("layout.txt", ""), f.stack(partsFile, fallback, l.code))
	html := f.stack("layout.html", "")
	for name, own := range f.theirs {
		code, rest, _ := strings.Cut(name, "/")
		if code != l.code || !isClosing(name) {
			continue
		}
		read := sync.OnceValues(func() (*pair, error) {
			return parseKind(l.phrases, append(slices.Clone(frame), own), html)
		})
		l.closings[strings.ToLower(strings.TrimSuffix(rest, ".txt"))] = read
		p, err := read()
		if err == nil {
			err = p.check(l)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// closing is one of them as it stands below a mail.
type closing struct {
	text string
	html template.HTML
}

// close adds the closings to a view that is ready; those in HTML are the sheet's.
func (s *Set) close(l *language, v *View) (signature, sender template.HTML, err error) {
	if v.ToAgent {
		return "", "", nil
	}
	first, err := s.closing(l, "signature", v)
	if err != nil {
		return "", "", err
	}
	last, err := s.closing(l, "sender", v)
	v.Closing, v.Sender = first.text, last.text
	return first.html, last.html, err
}

// closing looks for the mailbox's, then for that of the language, and then for those of the desk's.
func (s *Set) closing(l *language, name string, v *View) (c closing, err error) {
	for _, one := range []*language{l, s.language("", v.Desk.Language)} {
		for _, file := range []string{strings.ToLower(v.Desk.Address) + "/" + name, name} {
			if read := one.closings[file]; read != nil {
				c, err := one.write(read, v)
				if err != nil {
					err = fmt.Errorf("render %s/%s: %w", one.code, file, err)
				}
				return c, err
			}
		}
	}
	return c, nil
}

func (l *language) write(read func() (*pair, error), v *View) (c closing, err error) {
	p, err := read()
	if err != nil {
		return c, err
	}
	text, err := executed(p.text, "body", v)
	if err != nil {
		return c, err
	}
	marked, err := executed(p.html, "body", v)
	return closing{strings.TrimSpace(tidy(text)), paragraphs(marked)}, err
}

// untold names the closings that another language has and this one lacks.
func (s *Set) untold(l *language) (missing []error) {
	seen := map[string]bool{}
	for _, code := range s.Languages() {
		for name := range s.languages()[code].closings {
			if l.closings[name] == nil && !seen[name] {
				seen[name] = true
				missing = append(missing, fmt.Errorf("%s has no %s.txt, and %s has", l.code,
					name, code))
			}
		}
	}
	return missing
}
