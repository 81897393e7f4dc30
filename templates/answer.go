package templates

import (
	"html/template"
	"strconv"
	"strings"
	"time"
)

// Answer is what a query found. Keys are of the phrases' [answer], where nothing else is said.
type Answer struct {
	Title    string   // the key of its title
	Of       string   // completes the title: a status, a project, what was looked for
	Lines    []Remark // what is said before the rest
	State    string   // where the case stands, in one line
	Bars     []Bar
	Facts    []Detail
	Trend    *Trend
	Listings []Listing
	Sections []Section
	Items    []AnswerItem
	Files    []AnswerFile // of the whole case
	Changes  []Change
	Canned   []CannedText
	Offers   []Offer  // what may be asked for
	Orders   []Offer  // and ordered
	Last     []Remark // what is said behind the rest
}

// Bar is a number that is shown by its length, too: Share is that of the longest, in per cent.
type Bar struct {
	Name  string
	N     int
	Share int
}

// Trend is how many cases were opened and closed in the last days. Picture is the Content-ID of
// what shows each day.
type Trend struct {
	Picture              string
	Days, Opened, Closed int
}

// Listing are the first of a number of lines under a heading.
type Listing struct {
	Key   string
	Count int
	Lines []string
}

// More is how many lines it does not show.
func (l Listing) More() int { return l.Count - len(l.Lines) }

// Remark is a sentence. N and Of stand in it for {n} and {of}.
type Remark struct {
	Key string
	N   int
	Of  string
}

// Section is a list of cases. A key that is empty needs no heading.
type Section struct {
	Key   string
	Name  string // where no phrase says it: of a status
	Count int
	Cases []CaseLine
	More  Offer // asks for the others
}

// CaseLine is a case in a list.
type CaseLine struct {
	Ticket
	Who   Person // the requester, unless he reads it
	At    time.Time
	State string // where the case stands
	Notes []Remark
	Items []AnswerItem // what is new in it
	See   string       // mailto: asks for the case
	Reply string       // mailto: adds to it
}

// AnswerItem is an item of a case.
type AnswerItem struct {
	Number string // "123-4"
	Type   string
	Author Person
	At     time.Time
	Text   string `lines:"keep"`
	Inside bool   // agents only
	Notes  []Remark
	Files  []AnswerFile
}

// AnswerFile is a document. Item is the number of the item that it came with; a click asks for it.
type AnswerFile struct {
	Name string
	Size int64
	Item string
	Ask  string
}

// CannedText is a canned reply, and the order that writes it.
type CannedText struct {
	Name, Order string
	Text        string `lines:"keep"`
}

// Change is a line of a case's history. What is the key of a field; Old and New are values in the
// reader's language.
type Change struct {
	At       time.Time
	Who      string
	What     string
	Name     string // of a field of one's own
	Old, New string
	Number   bool // Old and New are numbers
}

// Offer is a query that can be asked by a click. Key says what it answers.
type Offer struct {
	Words string // as they are written
	Key   string
	Href  string
}

// title is the subject of an answer about no case: never words that are a query themselves, since a
// responder may send them back.
func (w voice) title(v *View) string {
	title := w.remark(Remark{Key: first(v.Answer.Title, "help"), Of: v.Answer.Of})
	return strings.TrimRight(title, ":, ")
}

// remark is a sentence of [answer] with what completes it.
func (w voice) remark(r Remark) string {
	s := first(w.p.Answer[r.Key], r.Key)
	if r.N == 1 {
		s = first(w.p.Answer[r.Key+one], s)
	}
	return strings.TrimSpace(strings.NewReplacer("{n}", strconv.Itoa(r.N), "{of}", r.Of).Replace(s))
}

// one ends the key of a phrase that speaks of a single thing: "1 aviso", not "1 avisos".
const one = "_one"

// heading is that of a section: "Abiertos: 3".
func (w voice) heading(s Section) string {
	name := first(s.Name, w.p.Answer[s.Key])
	if name == "" || s.Count == 0 {
		return name
	}
	return name + ": " + strconv.Itoa(s.Count)
}

// listed is the heading of a listing: "En cuarentena: 3".
func (w voice) listed(l Listing) string {
	return first(w.p.Answer[l.Key], l.Key) + ": " + strconv.Itoa(l.Count)
}

// trend says what the picture shows.
func (w voice) trend(t Trend) string {
	return strings.NewReplacer("{days}", strconv.Itoa(t.Days), "{opened}", strconv.Itoa(t.Opened),
		"{closed}", strconv.Itoa(t.Closed)).Replace(w.p.Answer["trend"])
}

// subject is what a case is called in a list; see asks for it by a click.
func (w voice) subject(c CaseLine) any {
	return w.link(c.See, first(c.Subject, w.p.Label["no_subject"]), "font-weight:600")
}

// answers is a button that adds to a case in a list.
func (w voice) answers(c CaseLine) any {
	if !w.markup || !safeMailto(c.Reply) {
		return ""
	}
	return template.HTML(`<a class="buzon-button" href="` + template.HTMLEscapeString(c.Reply) +
		`" style="color:` + accent + `;text-decoration:none;font-size:14px">` +
		template.HTMLEscapeString(w.button("reply")) + `</a>`)
}

// said is what an offer answers.
func said(o Offer) Remark { return Remark{Key: o.Key} }

// sentence is a remark that needs nothing else.
func sentence(key string) Remark { return Remark{Key: key} }

// offer is a query to click on; a text shows its words.
func (w voice) offer(o Offer) any { return w.link(o.Href, o.Words, "font-weight:600") }

// others asks for what a list does not show.
func (w voice) others(o Offer) any {
	if o.Words == "" {
		return ""
	}
	if w.markup && o.Href != "" {
		return w.link(o.Href, w.remark(Remark{Key: o.Key, Of: o.Words}), "")
	}
	return w.remark(Remark{Key: o.Key, Of: o.Words})
}

// link is text that writes a mail when it is clicked.
func (w voice) link(href, text, style string) any {
	if !w.markup || !safeMailto(href) {
		return text
	}
	return template.HTML(`<a class="buzon-accent" style="color:` + accent + `;` + style +
		`" href="` +
		template.HTMLEscapeString(href) + `">` + template.HTMLEscapeString(text) + `</a>`)
}

// file is a document with its size.
func (w voice) file(f AnswerFile) any {
	return w.line(w.link(f.Ask, f.Name, ""), w.size(f.Size))
}

// facts of a case in a list: "En proceso · severidad 1 · Carla Ruiz · 3 de marzo, 9:01".
func (w voice) caseFacts(c CaseLine, v *View) any {
	status := first(c.Status, w.p.Status[c.StatusClass])
	var down any = ""
	if c.ProductionDown {
		down = w.alert(w.p.Answer["down"])
	}
	parts := []any{down, status, w.severity(c.Ticket), c.Product, c.Who.Name,
		w.p.Date.writeNear(c.At, v.At)}
	for _, n := range c.Notes {
		parts = append(parts, w.remark(n))
	}
	return w.line(parts...)
}

// change is a line of the history: "Estado: Abierto → En proceso".
func (w voice) change(c Change, v *View) any {
	what := first(c.Name, w.p.Answer["change_"+c.What], w.p.Label[c.What], c.What)
	value := c.New
	if c.Old != "" && c.New != "" {
		value = c.Old + " → " + c.New
	} else if c.Old != "" {
		value = c.Old + " → –"
	}
	if value != "" {
		what += ": " + value
	}
	return w.line(w.p.Date.writeNear(c.At, v.At), c.Who, what)
}

// entitled is the line above an item: "123-4 · Respuesta · Ana Gómez · martes 3 de marzo, 9:01".
func (w voice) entitled(it AnswerItem, v *View) any {
	var notes []any
	for _, n := range it.Notes {
		notes = append(notes, w.remark(n))
	}
	var inside any = ""
	if it.Inside {
		inside = w.p.Answer["inside"]
	}
	author := it.Author.Name
	if v.ToAgent {
		author = who(it.Author)
	}
	return w.line(append([]any{w.strong(it.Number), it.Type, inside, author,
		w.p.Date.writeNear(it.At, v.At)}, notes...)...)
}

// fact is a line of a header: "Producto: CRM".
func (w voice) fact(d Detail) string { return w.label(first(d.Name, d.Key), d.Value) }

// detail is what a fact is called.
func (w voice) detail(d Detail) string { return first(d.Name, w.p.Label[d.Key], d.Key) }
