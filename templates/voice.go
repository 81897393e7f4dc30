package templates

import (
	"fmt"
	"html/template"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"buzon/store/desk/lazy"
)

// voice defines the functions of the templates for one language, once for the text and once for the
// HTML. A function returns a string, or template.HTML where it marks one up; html/template escapes
// the strings.
type voice struct {
	p      *phrases
	markup bool
}

func (w voice) funcs() map[string]any {
	return map[string]any{
		// how words look
		"number": w.number, "strong": w.strong, "figure": w.figure, "alert": w.alert, "words": w.words,
		"spoken": w.spoken, "quote": w.quote,
		"line": w.line, "lines": w.lines, "list": list, "commands": w.commands, "order": w.order,
		"shell":         w.shell,
		"outlookColumn": outlookColumn, "endOutlookColumn": endOutlookColumn,
		// people
		"who": who, "nameAndAddress": nameAndAddress, "customer": customer, "author": author,
		"signature": signature, "attribution": w.attribution,
		"preview": w.preview, "subjectOf": subjectOf,
		// the ticket
		"facts": w.facts, "severity": w.severity, "severityLong": w.severityLong,
		"status": w.status,
		"state":  w.state, "names": names, "files": w.files, "brought": w.brought,
		"result": w.result, "fate": w.fate, "reply": w.reply,
		// the entries of a list
		"case": w.entry, "notice": w.notice, "replyTo": w.replyTo,
		// what a query found
		"title": w.title, "remark": w.remark, "heading": w.heading, "called": w.subject,
		"answers": w.answers, "offer": w.offer, "others": w.others, "document": w.file,
		"caseFacts": w.caseFacts, "change": w.change, "entitled": w.entitled, "fact": w.fact,
		"said": said, "sentence": sentence,
		"detail": w.detail, "listed": w.listed, "trendOf": w.trend,
		// words from phrases.toml
		"phrase": w.phrase, "label": w.label, "unknown": w.unknown,
		"known": w.known, "form": w.form, "button": w.button,
		"reason": w.reason, "warning": w.warning, "hint": w.hint, "traces": w.traces,
		// time
		"date": w.date, "day": w.day, "clock": w.clock, "instant": w.instant, "span": w.span,
	}
}

// mark sets s in bold in the HTML, in the colour of a class.
func (w voice) mark(class, colour, s string) any {
	if !w.markup || s == "" {
		return s
	}
	return template.HTML(`<b class="` + class + `" style="color:` + colour + `">` +
		template.HTMLEscapeString(s) + `</b>`)
}

const (
	accent = "#0b57d0"
	red    = "#b3261e"
)

func (w voice) number(n int64) any {
	if n == 0 {
		return ""
	}
	return w.mark("buzon-accent", accent, "#"+strconv.FormatInt(n, 10))
}

// figure is a number with its units, which stay on one line: "4 h 30 min".
func (w voice) figure(s string) string { return strings.ReplaceAll(s, " ", w.blank()) }

func (w voice) strong(s string) any { return w.mark("buzon-strong", "inherit", s) }
func (w voice) alert(s string) any  { return w.mark("buzon-alert", red, s) }

// entry is the number of what an entry of a list is about.
func (w voice) entry(e Entry) any {
	if e.Number == 0 {
		return w.p.Label["mail"] + " " + e.MailID
	}
	return w.number(e.Number)
}

// replyTo is where to answer an entry; a click writes there.
func (w voice) replyTo(e Entry) any {
	if !w.markup || e.ReplyTo == "" {
		return e.ReplyTo
	}
	href := "mailto:" + strings.ReplaceAll(url.PathEscape(e.ReplyTo), "+", "%2B")
	return template.HTML(fmt.Sprintf(`<a class="buzon-accent" style="color:%s" href="%s">%s</a>`,
		accent, template.HTMLEscapeString(href), template.HTMLEscapeString(e.ReplyTo)))
}

func (w voice) notice(kind string) string { return first(w.p.Notice[kind], kind) }

// line joins what there is with middle dots, lines with line ends.
func (w voice) line(parts ...any) any {
	if w.markup {
		return w.join("\u00a0· ", parts)
	}
	return w.join(" · ", parts)
}

func (w voice) lines(parts ...any) any {
	if w.markup {
		return w.join("<br>\n", parts)
	}
	return w.join("\n", parts)
}

func (w voice) join(between string, parts []any) any {
	var there []string
	for _, p := range parts {
		s := fmt.Sprint(p)
		if _, marked := p.(template.HTML); w.markup && !marked {
			s = template.HTMLEscapeString(s)
		}
		if s != "" {
			there = append(there, s)
		}
	}
	if w.markup {
		return template.HTML(strings.Join(there, between))
	}
	return strings.Join(there, between)
}

// commands are what can be written.
func (w voice) commands(names ...string) any {
	var parts []any
	for _, n := range names {
		parts = append(parts, w.order(n))
	}
	return w.line(parts...)
}

// order is what somebody writes to have something done; it is not broken at its hyphen, and only
// where a telephone's screen is narrower.
func (w voice) order(s string) any {
	switch {
	case !w.markup:
		return s
	case len(s) > longestWhole-2: // its sides are padded
		return template.HTML(strings.Replace(orderBegins, whole, "", 1) +
			template.HTMLEscapeString(s) + `</code>`)
	}
	return template.HTML(orderBegins + template.HTMLEscapeString(s) + `</code>`)
}

const whole = "white-space:nowrap;"

const orderBegins = `<code class="buzon-order" style="` + whole + `padding:1px 4px;border-radius:4px;` +
	`background:#eef0f3;color:#111111;font-family:Consolas,Menlo,monospace;font-size:14px">`

// orders are those within sentences, with the address that some take.
var orders = lazy.Compile(`#\pL[\pL-]*(?: m@x)?`)

// sentence is one of phrases.toml, in which orders are shown as such.
func (w voice) sentence(s string) any {
	if !w.markup || !strings.Contains(s, "#") {
		return s
	}
	return template.HTML(orders.ReplaceAllString(template.HTMLEscapeString(s), orderBegins+
		"$0</code>"))
}

// longestWhole is, in octets, the line of a terminal that a telephone's screen shows whole.
const longestWhole = 38

// shell is what is typed at a terminal: a line end within it would be taken for part of it.
func (w voice) shell(words ...string) any {
	line := strings.TrimSpace(strings.Join(words, " "))
	if !w.markup {
		return line
	}
	together := ""
	if len(line) <= longestWhole {
		together = whole
	}
	return template.HTML(`<code style="display:inline-block;max-width:100%;` + together +
		`font-family:Consolas,Menlo,monospace;font-size:14px">` +
		template.HTMLEscapeString(line) + `</code>`)
}

// facts is what the desk knows of a ticket: "Producto: CRM · Tipo: Problema · Severidad: 2
// (mayor)".
func (w voice) facts(t Ticket) any {
	return w.line(w.label("product", t.Product), w.label("type", first(w.p.Type[t.Type], t.Type)),
		w.severityLong(t), w.details(t))
}

// details is what a desk has added to a ticket: "Módulo: Ventas · Sucursal: Norte".
func (w voice) details(t Ticket) any {
	var parts []any
	for _, d := range t.Details {
		parts = append(parts, w.label(first(d.Name, d.Key), d.Value))
	}
	return w.line(parts...)
}

// longestList is how many choices a sentence may offer.
const longestList = 12

func list(names []string) string {
	if len(names) > longestList {
		return strings.Join(names[:longestList], ", ") + " …"
	}
	return strings.Join(names, ", ")
}

// names lists attachments; of those whose names may not be repeated it says how many.
func names(all []Attachment) string {
	var there []string
	for _, a := range all {
		if a.Name != "" {
			there = append(there, a.Name)
		}
	}
	if len(there) == 0 && len(all) > 0 {
		return strconv.Itoa(len(all))
	}
	return strings.Join(there, ", ")
}

// files lists attachments with their sizes, and says which of them did not fit the mail.
func (w voice) files(all []Attachment) string {
	sized := slices.Clone(all)
	for i, a := range sized {
		switch {
		case a.Name != "" && a.Infected:
			sized[i].Name += " (" + w.p.Label["infected"] + ")"
		case a.Name != "" && a.Left:
			sized[i].Name += " (" + w.size(a.Size) + ", " + w.p.Label["left"] + ")"
		case a.Name != "" && a.Size > 0:
			sized[i].Name += " (" + w.size(a.Size) + ")"
		}
	}
	return names(sized)
}

// brought is what came with the words: files, and, for agents, readers and an appointment.
func (w voice) brought(v *View) any {
	var details any = ""
	if v.ToAgent {
		details = w.details(v.Ticket)
	}
	return w.lines(w.label("attachments", w.files(v.Attachments)),
		w.label("fetch", v.Fetch), w.label("copied", list(v.Copied)),
		w.label("meeting", w.meeting(v)), details)
}

// meeting is from when to when, by the desk's clock: "martes 3 de marzo, 9:01 – 10:00".
func (w voice) meeting(v *View) string {
	d := w.p.Date
	from, to := d.writeNear(v.Meeting, v.At), d.writeNear(v.MeetingEnds, v.At)
	if v.MeetingEnds.Sub(v.Meeting) < 24*time.Hour && v.Meeting.Day() == v.MeetingEnds.Day() {
		to = d.write("{time}", v.MeetingEnds)
	}
	if from == "" || to == "" || v.Meeting.Equal(v.MeetingEnds) {
		return from
	}
	return from + " – " + to
}

// size is in KB and MB of 1000, as mail clients count.
func (w voice) size(n int64) string {
	if n < 1_000_000 {
		return strconv.FormatInt(max(1, (n+500)/1000), 10) + w.blank() + "KB"
	}
	s := strconv.FormatFloat(math.Round(float64(n)/100_000)/10, 'f', -1, 64)
	return strings.Replace(s, ".", w.p.Date.Decimal, 1) + w.blank() + "MB"
}

// who is a person with the address that is really behind the name.
func who(p Person) string {
	if p.Address == "" || p.Address == p.Name || p.Name == "" {
		return first(p.Name, p.Address)
	}
	return p.Name + " (" + p.Address + ")"
}

func nameAndAddress(p Person) []string {
	if p.Address == "" || p.Address == p.Name {
		return []string{p.Name}
	}
	return []string{p.Name, p.Address}
}

func customer(p Person, organisation string) string {
	if organisation == "" {
		return who(p)
	}
	return who(p) + ", " + organisation
}

// author is who wrote. The ticket's organisation is told of its requester only: nothing says that
// another is of it.
func author(v *View) string {
	if v.Author.Address == v.Ticket.Requester.Address {
		return customer(v.Author, v.Ticket.Organisation)
	}
	return who(v.Author)
}

// signature is the author as a reader knows him: an agent speaks for the desk, and nobody else
// seems to.
func signature(v *View) string {
	switch {
	case !v.Author.Agent:
		return who(v.Author)
	case v.Author.Name != v.Desk.Name:
		return v.Author.Name + ", " + v.Desk.Name
	}
	return v.Author.Name
}

// label is "Producto: CRM", or nothing when there is no value.
func (w voice) label(key, value string) string {
	if value == "" {
		return ""
	}
	return first(w.p.Label[key], key) + ": " + value
}

// phrase is a label that a template names itself: it must exist.
func (w voice) phrase(key string) (string, error) {
	if s := w.p.Label[key]; s != "" {
		return s, nil
	}
	return "", fmt.Errorf("phrases.toml has no %q in [label]", key)
}

// unknown is the sentence about a value that we do not have: "No conocemos el producto «CMR»".
func (w voice) unknown(u Unknown) string {
	known := w.p.Unknown[u.Field]
	switch {
	case known != "" && u.Value == "":
		return known
	case known != "":
		return known + " " + strings.ReplaceAll(w.p.Label["value"], "{value}", u.Value)
	}
	return strings.NewReplacer("{value}", u.Value, "{field}",
		u.Field).Replace(w.p.Label["unknown_value"])
}

// known are the values that there are; fields by their labels.
func (w voice) known(u Unknown) []string {
	if u.Field != "field" && u.Field != "missing" {
		return u.Values
	}
	names := make([]string, len(u.Values))
	for i, v := range u.Values {
		names[i] = first(w.p.Label[v], v)
	}
	return names
}

func (w voice) form(key string) string   { return first(w.p.Form[key], key) }
func (w voice) button(key string) string { return first(w.p.Button[key], key) }

// reason is a whole sentence, or nothing for a code that has none.
func (w voice) reason(code string) any { return w.sentence(w.p.Reason[code]) }

// warning is a whole sentence, or the code where a desk's own phrases have none.
func (w voice) warning(code string) any { return w.sentence(first(w.p.Warning[code], code)) }

// traces are the languages of the programs whose stack traces there are.
func (w voice) traces(kinds []string) string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = first(w.p.Trace[k], k)
	}
	return list(names)
}

// hint is a whole sentence, or nothing for a code that has none.
func (w voice) hint(code string) any { return w.sentence(w.p.Hint[code]) }

// result is what a command did: "asignado a Luis Pérez", "jefe@cliente.test ahora sigue el caso".
func (w voice) result(c Command) any { return w.sentence(w.resulting(c)) }

func (w voice) resulting(c Command) string {
	said := first(w.p.Result[c.Result], c.Result)
	if strings.Contains(said, "{and}") {
		value, and, _ := strings.Cut(c.Value, " · ")
		then := ""
		if strings.Contains(said, "{then}") {
			and, then, _ = strings.Cut(and, " · ")
		}
		return strings.NewReplacer("{value}", value, "{and}", and, "{then}", then).Replace(said)
	}
	if strings.Contains(said, "{value}") {
		return strings.TrimSpace(strings.ReplaceAll(said, "{value}", c.Value))
	}
	return strings.TrimSpace(said + " " + c.Value)
}

// fate is what became of one ticket of many.
func (w voice) fate(f Fate) any { return w.result(Command{Result: f.Result, Value: f.Value}) }

// mix joins what is marked up and what is not.
func (w voice) mix(parts ...any) any { return w.join("", parts) }

// severity is "severidad 2", as it stands in a line; severityLong "Severidad: 2 (mayor)".
func (w voice) severity(t Ticket) any {
	if t.Severity == 0 {
		return ""
	}
	return w.urgent(t, strings.ToLower(w.p.Label["severity"])+w.blank()+strconv.Itoa(t.Severity))
}

// blank stands where a number alone on the next line would look lost.
func (w voice) blank() string {
	if w.markup {
		return "\u00a0"
	}
	return " "
}

func (w voice) severityLong(t Ticket) any {
	if t.Severity == 0 {
		return ""
	}
	s := strconv.Itoa(t.Severity)
	if t.SeverityName != "" {
		s += " (" + t.SeverityName + ")"
	}
	return w.urgent(t, strings.ReplaceAll(w.label("severity", s), " ", w.blank()))
}

func (w voice) urgent(t Ticket, s string) any {
	if t.Severity == 1 {
		return w.alert(s)
	}
	return s
}

// status is the state in the eyes of the reader: the one we wait for is told so, and nobody is who
// could do nothing.
func (w voice) status(v *View) string {
	t := v.Ticket
	switch {
	case t.StatusClass != "waiting" || v.ToAgent:
	case t.OnHold:
		return w.p.Status["on_hold"]
	case t.Requester.Address == v.To.Address || t.Requester.Address == "":
		return w.p.Status["waiting_for_you"]
	}
	return first(t.Status, w.p.Status[t.StatusClass])
}

// state is the number and the status: "Caso #123 · Abierto".
func (w voice) state(v *View) any {
	if v.Ticket.Number == 0 {
		return w.status(v)
	}
	word, n := w.p.Label["tag"], fmt.Sprint(w.number(v.Ticket.Number))
	if w.markup {
		return w.line(template.HTML(template.HTMLEscapeString(word)+w.blank()+n), w.status(v))
	}
	return w.line(word+" "+n, w.status(v))
}

func (w voice) date(t time.Time) string     { return w.p.Date.write(w.p.Date.Full, t) }
func (w voice) day(t time.Time) string      { return w.p.Date.write(w.p.Date.Day, t) }
func (w voice) clock(t time.Time) string    { return w.p.Date.clock(t) }
func (w voice) instant(t time.Time) string  { return w.p.Date.instant(t) }
func (w voice) span(d time.Duration) string { return w.p.Date.span(d) }

// attribution is the line above a quote; it names the year when that is another than now's.
func (w voice) attribution(q Quote, to Person, now time.Time) string {
	when, name := w.p.Date.writeNear(q.At, now), q.Author.Name
	if !q.Author.Agent && q.Author.Address != to.Address {
		name = who(q.Author)
	}
	if when == "" {
		return name + ":"
	}
	return strings.NewReplacer("{date}", when, "{name}", name).Replace(w.p.Date.Attribution)
}

// outlookColumn keeps the column narrow in Outlook on Windows, which knows no max-width. No other
// client sees it.
func outlookColumn() template.HTML {
	return `<!--[if mso]><table role="presentation" align="center" width="600" cellpadding="0" cellspacing="0" border="0"><tr><td><![endif]-->`
}

func endOutlookColumn() template.HTML { return `<!--[if mso]></td></tr></table><![endif]-->` }
