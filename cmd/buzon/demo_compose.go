package main

import (
	"bytes"
	"fmt"
	"html"
	"mime"
	"strings"
	"text/template"
	"time"

	"buzon/store/desk/lazy"
)

// draft is what the template of a mail is filled with.
type draft struct {
	To       string
	Now      time.Time
	Date, ID string
	Re       received // what it answers
}

// compose writes the mail of a scene as its client would.
func (p *player) compose(s scene) (m posted, err error) {
	if again, ok := p.sent[s.File]; ok {
		return again, nil
	}
	d, err := p.draft(s)
	if err != nil {
		return m, err
	}
	t, err := template.New("").Funcs(quoting).ParseFS(demoFiles, "demo/quotes.tmpl",
		"demo/"+s.File+".eml")
	if err != nil {
		return m, err
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, s.File+".eml", d); err != nil {
		return m, err
	}
	p.sent[s.File] = posted{d.To, b.Bytes()}
	return p.sent[s.File], nil
}

// draft begins a mail: to the desk or, as an answer, to where the answered mail wants it.
func (p *player) draft(s scene) (d draft, err error) {
	now := p.house.store.Now()
	d = draft{To: demoBox, Now: now, Date: now.Format(time.RFC1123Z),
		ID: fmt.Sprintf("%s.%d", s.File, now.UnixNano())}
	if s.Answers == "" {
		return d, nil
	}
	got, err := p.inbox(s.Answers, s.Ticket)
	if err != nil {
		return d, err
	}
	if len(got) == 0 {
		return d, fmt.Errorf("%s got no mail about case %d", s.Answers, s.Ticket)
	}
	d.Re = got[len(got)-1]
	if !s.Plain {
		d.To = d.Re.ReplyTo
	}
	return d, nil
}

// quoting are the functions of the templates: what mail clients do to what they quote.
var quoting = template.FuncMap{
	"word":    func(s string) string { return mime.QEncoding.Encode("utf-8", s) },
	"html":    html.EscapeString,
	"lines":   func(s string) []string { return strings.Split(s, "\n") },
	"quote":   func(s string) string { return "> " + strings.ReplaceAll(s, "\n", "\n> ") },
	"fill":    fillIn,
	"gmail":   gmail,
	"spanish": spanish,
}

// fillIn writes answers into the lines of a form, as people do: pairs of label and answer.
func fillIn(form string, pairs ...string) (string, error) {
	for i := 0; i+1 < len(pairs); i += 2 {
		line := pairs[i] + ":"
		if !strings.Contains(form, line) {
			return "", fmt.Errorf("the form has no line %q", pairs[i])
		}
		form = strings.Replace(form, line, line+" "+pairs[i+1], 1)
	}
	return form, nil
}

var (
	sheet = lazy.Compile(`(?s)<style.*?</style>`)
	names = lazy.Compile(`(class|id)="`)
)

// gmail is a page as Gmail quotes it: the body alone, without its sheet, with names of its own.
func gmail(page string) string {
	_, page, _ = strings.Cut(sheet.ReplaceAllString(page, ""), "<body")
	_, page, _ = strings.Cut(page, ">")
	page, _, _ = strings.Cut(page, "</body>")
	return names.ReplaceAllString(page, `${1}="m_-2830947551620443019`)
}

var spanishNames = strings.NewReplacer(
	"Monday", "lunes", "Tuesday", "martes", "Wednesday", "miércoles", "Thursday", "jueves",
	"Friday", "viernes", "Saturday", "sábado", "Sunday", "domingo",
	"January", "enero", "February", "febrero", "March", "marzo", "April", "abril", "June", "junio",
	"July", "julio", "August", "agosto",
	"September", "septiembre", "October", "octubre", "November", "noviembre", "December",
	"diciembre",
	"Mon", "lun", "Tue", "mar", "Wed", "mié", "Thu", "jue", "Fri", "vie", "Sat", "sáb",
	"Sun", "dom",
	"Jan", "ene", "Feb", "feb", "Mar", "mar", "Apr", "abr", "May", "mayo", "Jun", "jun", "Jul",
	"jul", "Aug", "ago", "Sep", "sept", "Oct", "oct", "Nov", "nov", "Dec", "dic",
	"am", "a.m.", "pm", "p.m.")

// spanish writes a time with Spanish names.
func spanish(layout string, t time.Time) string { return spanishNames.Replace(t.Format(layout)) }
