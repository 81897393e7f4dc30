// Package templates holds every sentence that a customer or an agent reads, and turns a View into a mail's words.
//
//	es/phrases.toml ─┐  labels, names of days, states, buttons
//	es/parts.txt ────┤  paragraphs that several mails share
//	es/ack.txt ──────┤  one file a Kind: its body, and its subject where that is not the usual one
//	layout.txt ──────┼─► text
//	layout.html ─────┴─► HTML: the same file es/ack.txt, its literals escaped, set in paragraphs
//
// A kind is written once, as text. The HTML is made from the same file with other definitions of the marks
// (number, strong, words …), so that both always say the same in the same order, and a translation or an
// administrator's own wording is a few lines of text. Buttons and quoted history are the layout's.
//
// Everything a template can get wrong is found by Load, not when a mail is due.
package templates

import (
	"bytes"
	"fmt"
	"html/template"
	"strings"
	text "text/template"
)

// Kind names a notification; its words are in LANG/KIND.txt.
type Kind string

const (
	Ack               Kind = "ack"                 // to the customer: we have it, this is its number
	AckProductionDown Kind = "ack_production_down" // the same, and who has been alerted
	NewTicket         Kind = "new_ticket"          // to agents
	ProductionDown    Kind = "production_down"     // to whoever is on call
	OpenedForYou      Kind = "opened_for_you"      // an agent opened the ticket in the customer's name
	Item              Kind = "item"                // the other side's words; View.ToAgent says which side reads
	InfoRequest       Kind = "info_request"        // an agent's words and a form to fill in
	Note              Kind = "note"                // among agents only
	Assigned          Kind = "assigned"            // to the new assignee
	Taken             Kind = "taken"               // somebody has it
	Resolved          Kind = "resolved"            // please confirm
	Closed            Kind = "closed"              // nothing further will follow
	NewNumber         Kind = "new_number"          // a reply to a closed ticket opened another
	Pending           Kind = "pending"             // to agents: approve or reject
	Undelivered       Kind = "undelivered"         // to the author: it did not arrive
	Unfiled           Kind = "unfiled"             // to administrators: a mail is in quarantine
	MailboxDown       Kind = "mailbox_down"        // to administrators: a mailbox has not been looked into for a while
	MailboxUp         Kind = "mailbox_up"          // to administrators: it works again
	SecretEnds        Kind = "secret_ends"         // to administrators: that by which mail is fetched from a mailbox ends soon
	ConfirmAgent      Kind = "confirm_agent"       // to an agent whose mail proved too little
	Receipt           Kind = "receipt"             // what an agent's commands did; to a customer: it arrived
	List              Kind = "list"                // to an agent: many notices in one mail
	Alarm             Kind = "alarm"               // to administrators: what keeps mail from going out as usual
)

// Names lists every kind.
func Names() []Kind {
	return []Kind{Ack, AckProductionDown, NewTicket, ProductionDown, OpenedForYou, Item, InfoRequest, Note, Assigned, Taken,
		Resolved, Closed, NewNumber, Pending, Undelivered, Unfiled, MailboxDown, MailboxUp, SecretEnds, ConfirmAgent, Receipt, List, Alarm}
}

// Mail is what a template makes: a subject of one line, text with "\n" line ends, and HTML that says the same.
type Mail struct {
	Subject string
	Text    string
	HTML    string
}

// Set holds the templates of all languages, read and checked. It may be used by many goroutines at once.
type Set struct {
	languages map[string]*language
}

// language is one language's phrases and its two readings of each kind.
type language struct {
	code    string
	phrases *phrases // what it lacks is taken from the fallback
	given   *phrases // what its own files say
	parts   []string // the blocks that its own parts.txt defines
	kinds   map[Kind]*pair
}

type pair struct {
	text *text.Template
	html *template.Template
}

// Render writes the mail of a kind in a language ("es", "es-AR"); a language that is not there is replaced by the
// desk's, then by Spanish. It fails only for a kind that does not exist.
func (s *Set) Render(kind Kind, lang string, v View) (Mail, error) {
	l := s.language(kind, lang, v.Desk.Language)
	p := l.kinds[kind]
	if p == nil {
		return Mail{}, fmt.Errorf("render %q: there is no such kind of mail", kind)
	}
	m, err := p.render(l, ready(v, kind, l.phrases))
	if err != nil {
		return Mail{}, fmt.Errorf("render %s in %s: %w", kind, l.code, err)
	}
	return m, nil
}

func (p *pair) render(l *language, v View) (Mail, error) {
	var subject, body, marked bytes.Buffer
	if err := p.text.ExecuteTemplate(&subject, "subject", v); err != nil {
		return Mail{}, err
	}
	if err := p.text.ExecuteTemplate(&body, "mail", v); err != nil {
		return Mail{}, err
	}
	if err := p.html.ExecuteTemplate(&marked, "body", v); err != nil {
		return Mail{}, err
	}
	m := Mail{Subject: oneLine(subject.String()), Text: tidy(body.String())}
	var page bytes.Buffer
	err := p.html.ExecuteTemplate(&page, "mail", sheet{View: v, Language: l.code, Subject: m.Subject, Body: paragraphs(marked.String())})
	m.HTML = page.String()
	return m, err
}

// sheet is what the HTML layout sees: the view and the body already set.
type sheet struct {
	View
	Language string
	Subject  string
	Body     template.HTML
}

// language finds the first of the languages asked for that has the kind.
func (s *Set) language(kind Kind, wanted ...string) *language {
	for _, w := range append(wanted, fallback) {
		full := strings.ReplaceAll(strings.ToLower(w), "_", "-")
		base, _, _ := strings.Cut(full, "-")
		for _, code := range []string{full, base} {
			if l := s.languages[code]; l != nil && (l.kinds[kind] != nil || kind == "") {
				return l
			}
		}
	}
	return s.languages[fallback]
}
