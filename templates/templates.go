// Package templates holds every sentence that a customer or an agent reads, and turns a View into a
// mail's words.
//
//	es/phrases.toml ─┐  labels, names of days, states, buttons
//	es/parts.txt ────┤  paragraphs that several mails share
//	es/ack.txt ──────┤  one file a Kind: its body, and its subject where that is not the usual one
//	layout.txt ──────┼─► text
//	layout.html ─────┴─► HTML: the same file es/ack.txt, its literals escaped, set in paragraphs
//
// A kind is written once, as text. The HTML is made from the same file with other definitions of
// the marks (number, strong, words …), so that both always say the same in the same order, and a
// translation or an administrator's own wording is a few lines of text. Buttons and quoted history
// are the layout's.
//
// Everything a template can get wrong is found by Load, not when a mail is due.
package templates

import (
	"bytes"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	text "text/template"
)

// Kind names a notification; its words are in LANG/KIND.txt.
type Kind string

// Names lists every kind: those of which there are words in the language that has all.
func Names() []Kind { return slices.Clone(kinds()) }

var kinds = sync.OnceValue(func() (list []Kind) {
	files, _ := own.ReadDir(fallback) // they are part of the program
	for _, f := range files {
		if name, text := strings.CutSuffix(f.Name(), ".txt"); text && f.Name() != partsFile {
			list = append(list, Kind(name))
		}
	}
	return list
})

// Mail is what a template makes: a subject of one line, text with "\n" line ends, and HTML that
// says the same.
type Mail struct {
	Subject string
	Text    string
	HTML    string
	Body    template.HTML // of it, without its frame
}

// Set holds the templates of all languages, read and checked. The zero Set has those that come with
// buzon, which are read when they are first asked for. It may be used by many goroutines at once.
type Set struct{ all atomic.Pointer[texts] }

// texts are all that a Set has read.
type texts struct {
	languages map[string]*language
	layout    []source // the HTML's, for Check
}

func (s *Set) texts() *texts {
	if t := s.all.Load(); t != nil {
		return t
	}
	return embedded()
}

func (s *Set) languages() map[string]*language { return s.texts().languages }

// Replace has everybody who holds s use what by has, from the next mail on.
func (s *Set) Replace(by *Set) { s.all.Store(by.all.Load()) }

// language is one language's phrases and its two readings of each kind.
type language struct {
	code    string
	phrases *phrases // what it lacks is taken from the fallback
	given   *phrases // what its own files say
	parts   []string // the blocks that its own parts.txt defines
	// by which each is read when it is first asked for: a command that sends nothing needs none
	kinds    map[Kind]func() (*pair, error)
	closings map[string]func() (*pair, error) // the administrator's, by their path
}

type pair struct {
	text *text.Template
	html *template.Template
}

// Render writes the mail of a kind in a language ("es", "es-AR"); a language that is not there is
// replaced by the desk's, then by Spanish. It fails only for a kind that does not exist.
func (s *Set) Render(kind Kind, lang string, v View) (Mail, error) {
	l := s.language(kind, lang, v.Desk.Language)
	read := l.kinds[kind]
	if read == nil {
		return Mail{}, fmt.Errorf("render %q: there is no such kind of mail", kind)
	}
	p, err := read()
	if err != nil {
		return Mail{}, err
	}
	ready := ready(v, l.phrases)
	closing, sender, err := s.close(l, ready)
	if err != nil {
		return Mail{}, err
	}
	m, err := p.render(l, ready, closing, sender)
	if err != nil {
		return Mail{}, fmt.Errorf("render %s in %s: %w", kind, l.code, err)
	}
	return m, nil
}

// render runs the templates on a pointer: they hand the view, which is large, from one to another.
func (p *pair) render(l *language, v *View, closing, sender template.HTML) (m Mail, err error) {
	subject, err := executed(p.text, "subject", v)
	if err != nil {
		return m, err
	}
	body, err := executed(p.text, "mail", v)
	if err != nil {
		return m, err
	}
	marked, err := executed(p.html, "body", v)
	if err != nil {
		return m, err
	}
	m = Mail{Subject: oneLine(subject), Text: tidy(body), Body: paragraphs(marked)}
	m.HTML, err = executed(p.html, "mail", sheet{v, l.code, m.Subject, m.Body, closing, sender})
	return m, err
}

// buffers are what templates write into.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// mostKept is how large a buffer may be to be used again.
const mostKept = 256 << 10

// executed is what a template makes of a view.
func executed(t interface {
	ExecuteTemplate(w io.Writer, name string, data any) error
}, name string, view any) (string, error) {
	b := buffers.Get().(*bytes.Buffer)
	b.Reset()
	err := t.ExecuteTemplate(b, name, view)
	s := b.String()
	if b.Cap() <= mostKept {
		buffers.Put(b)
	}
	return s, err
}

// sheet is what the HTML layout sees: the view and the body already set.
type sheet struct {
	*View
	Language string
	Subject  string
	Body     template.HTML
	Closing  template.HTML
	Sender   template.HTML
}

// language finds the first of the languages asked for that has the kind.
func (s *Set) language(kind Kind, wanted ...string) *language {
	for _, w := range append(wanted, fallback) {
		full := strings.ReplaceAll(strings.ToLower(w), "_", "-")
		base, _, _ := strings.Cut(full, "-")
		for _, code := range []string{full, base} {
			if l := s.languages()[code]; l != nil && (l.kinds[kind] != nil || kind == "") {
				return l
			}
		}
	}
	return s.languages()[fallback]
}
