package mailout

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"buzon/store"
	"buzon/store/desk"
	"buzon/templates"
	"buzon/threading"
)

// view is what the template may say.
func (m *matter) view(r *Renderer) templates.View {
	d := m.o.Details
	v := templates.View{
		Desk: templates.Desk{Name: m.box.Name, Address: m.box.Address, Language: r.Language},
		Tag:  r.tag(m.box, m.to.Language), To: m.person(m.to), ToAgent: m.to.Agent(),
		Author:  m.person(m.author),
		Welcome: d.Welcome, Answers: m.row().Answers, EchoSubject: d.EchoSender, Reason: d.Reason,
		Previews: m.previews, Cause: d.Cause, Detail: d.Diagnostic, Failed: d.Failed, Ends: d.Ends,
		Links:     m.links,
		AlertedAt: m.o.Created.In(m.clock(r)), At: m.o.Created.In(m.clock(r)),
	}
	if m.answer != nil {
		m.answered(&v)
		return v
	}
	m.accompany(r, &v)
	if !d.Until.IsZero() {
		v.Until = d.Until.In(m.clock(r))
	}
	if m.o.Ticket == 0 {
		m.aside(&v, r)
		return v
	}
	m.header(&v)
	m.detailed(&v, r)
	v.Own = m.item.Author.ID == m.to.ID && !m.item.Seen.InName
	v.Follows = m.to.ID != m.ticket.Requester.ID && m.to.ID != m.ticket.Controller.ID &&
		d.Project == 0
	v.Unverified, v.FromOutside = m.ticket.Unverified, m.item.State == desk.Pending
	if m.row().Asks {
		v.MailID = strconv.FormatInt(m.o.Mail, 10)
	}
	m.ordered(&v)
	m.awaits(&v)
	m.replied(&v)
	m.says(&v)
	v.Declined = m.item.Seen.Declined
	if v.Accepted = m.item.Seen.Accepted; m.to.Agent() {
		m.besides(&v, r)
	}
	v.Code = code(v.Text)
	v.Rich, v.Pictures = m.item.Seen.HTML, m.pictures()
	m.enclosed(&v, r)
	m.form(&v, r.Templates)
	return v
}

// detailed adds what the notice itself brings about its ticket.
func (m *matter) detailed(v *templates.View, r *Renderer) {
	d := m.o.Details
	v.Score, v.Lasted = d.Score, time.Duration(d.Lasted)*time.Second
	v.Repeats = int(d.Number)
	if v.Rate = d.Rate; v.Rate {
		v.Scores = r.scores(m)
	}
	if !d.Acted.IsZero() {
		v.ActedAt, v.Took = d.Acted.In(m.clock(r)), d.Took
	}
	if !d.Ends.IsZero() {
		if v.CloseAt = d.Ends.In(m.clock(r)); m.row().Greets { // a law's day is everybody's
			v.CloseAt = d.Ends.In(r.Location)
		}
	}
	if !d.Raised.IsZero() {
		v.At = d.Raised.In(r.Location)
	}
	v.Project = m.named(d.Project)
	v.EscalateTo, v.EscalateIn, v.Hints = d.Next, d.NextIn, d.Hints
}

// answered fills in what a query found.
func (m *matter) answered(v *templates.View) {
	v.Answer, v.Links, v.Unknown = m.answer.to, m.answer.links, m.unknown
	if m.about != 0 {
		m.header(v)
		m.replied(v)
	}
}

// code are the stretches of a text that a program wrote.
func code(text string) (list []string) {
	lines := strings.Split(text, "\n")
	for _, t := range desk.Traces(text) {
		list = append(list, strings.TrimRight(strings.Join(lines[t.From:t.To], "\n"), " \t\r\n"))
	}
	return list
}

// says fills in what the item says.
func (m *matter) says(v *templates.View) {
	// he knows that he wrote «cerrar»
	if m.row().Words && !(m.row().Spares && m.item.Author.ID == m.to.ID) {
		v.Text = m.item.Text
	}
	if v.Text != "" || m.row().Words {
		v.Retitled = m.item.Subject
	}
	if m.item.Orders {
		v.Text = ""
	}
}

func fateOf(f store.Fate) templates.Fate {
	fate := templates.Fate{Number: f.Ticket, Subject: f.Subject, Result: f.Result, Value: f.Value}
	for _, c := range f.Commands {
		fate.Commands = append(fate.Commands, templates.Command(c))
	}
	for _, u := range f.Unknown {
		fate.Unknown = append(fate.Unknown, templates.Unknown(u))
	}
	return fate
}

// aside fills in what is about no ticket.
func (m *matter) aside(v *templates.View, r *Renderer) {
	d := m.o.Details
	if v.About = d.Failed; m.catalogue != nil {
		v.Ticket.Organisation = m.named(m.author.Organisation)
	}
	m.proposed(v)
	m.contract(v, r)
	if m.o.Kind == desk.NewPassword {
		v.Secret, _ = r.Signer.Password(d.Key, m.o.ID, m.o.Person)
	}
	m.ordered(v)
	v.Control, v.Dry = m.o.Kind == desk.Transcript, d.Dry
	for _, f := range d.Fates {
		v.Fates = append(v.Fates, fateOf(f))
	}
	v.Ticket.OldNumber, v.EscalateIn, v.More = d.Old, store.BreakerPause, d.More
	if d.Number != 0 {
		v.MailID = strconv.FormatInt(d.Number, 10)
	}
	if mail := m.mail; mail.ID != 0 {
		v.Ticket.Subject, v.MailID, v.Detail = mail.Subject, strconv.FormatInt(mail.ID, 10),
			mail.Error
		v.Author, v.FromOutside = templates.Person{Address: mail.Sender}, true
	}
	for _, mail := range m.held {
		v.Held = append(v.Held, templates.Held{ID: strconv.FormatInt(mail.ID, 10),
			Subject: headerLine(mail.Subject, longestName), At: mail.Received.In(m.clock(r))})
	}
}

// header is what the ticket says of itself.
func (m *matter) header(v *templates.View) {
	t := m.ticket
	v.Ticket = templates.Ticket{
		Number: t.Number, Subject: t.Subject,
		Requester: m.person(t.Requester), Organisation: m.organisation(),
		OldNumber:      m.o.Details.Old,
		ProductionDown: t.ProductionDown, Offer: t.Offer,
	}
	m.details(&v.Ticket)
	if m.row().Alert { // the template says it, and a telephone shows only the first words
		v.Ticket.Subject = withoutMarker(t.Subject, headerLine(m.item.Text, longestName))
	}
	for _, n := range m.numbers {
		if !strings.Contains(t.Subject, n) {
			v.Ticket.Subject += " " + n
		}
	}
}

// details are what the reader sees of the ticket's fields. Those that name people stand elsewhere.
func (m *matter) details(to *templates.Ticket) {
	for _, d := range m.sight.Details(m.catalogue, m.ticket, m.to.Language) {
		switch d.Key {
		case "product":
			to.Product = d.Value
		case "type":
			to.Type = d.Value
		case "severity":
			to.Severity, to.SeverityName = m.ticket.Severity, m.severity()
		case "status":
			to.Status, to.StatusClass = d.Value, string(m.ticket.Class)
			to.OnHold = m.wait.Hangs || !m.wait.Until.IsZero()
		case "subject", "organisation", "requester", "controller", "assignee":
		default:
			to.Details = append(to.Details, templates.Detail(d))
		}
	}
	if m.hours.Key != "" {
		to.Details = append(to.Details, m.hours)
	}
}

// enclosed adds the attachments and the items that came before.
func (m *matter) enclosed(v *templates.View, r *Renderer) {
	carried := m.carried()
	for i, a := range m.item.Attachments {
		if a.Ornament {
			continue
		}
		v.Attachments = append(v.Attachments, templates.Attachment{Name: fileName(a.Filename),
			Size: a.Size, Left: carried != nil && !carried[i], Infected: m.item.Seen.Infected})
	}
	v.Fetch = m.fetch(carried)
	for _, it := range m.quoted {
		v.Quoted = append(v.Quoted, templates.Quote{Author: m.person(it.Author),
			At: it.CreatedAt.In(m.clock(r)), Text: it.Text})
	}
}

// fetch is the query that brings what did not fit the mail, of what one mail can carry.
func (m *matter) fetch(carried map[int]bool) string {
	if m.item.Seen.Infected {
		return ""
	}
	q := desk.Query{About: desk.File, Number: m.item.Ticket, Item: m.item.Number}
	left := 0
	for i, a := range papers(m.item) {
		if carried == nil || carried[slices.Index(m.item.Attachments, a)] || a.Size > m.room {
			continue
		}
		left++
		q.Name = strconv.Itoa(i + 1)
	}
	switch left {
	case 0:
		return ""
	case 1:
	default:
		q.Name = ""
	}
	return q.Written(m.catalogue, m.to.Language)
}

// named is what a row of a catalogue is called in the reader's language.
func (m *matter) named(id int64) string { return m.catalogue.Name(id, m.to.Language) }

// organisation is the requester's, for agents.
func (m *matter) organisation() string {
	if !m.to.Agent() {
		return ""
	}
	return m.named(m.ticket.Requester.Organisation)
}

func (m *matter) severity() string {
	e, ok := m.catalogue.Severity(m.ticket.Severity)
	if !ok {
		return ""
	}
	return e.Name(m.to.Language)
}

// besides adds what an agent sees of the mail beside its words.
func (m *matter) besides(v *templates.View, r *Renderer) {
	seen := m.item.Seen
	if v.Text != "" && seen.Text != "" {
		v.Text = seen.Text
	}
	v.Welcome, v.Signature, v.Copied, v.ReplyTo, v.Warnings = seen.First, seen.Signature,
		seen.Copied,
		seen.ReplyTo, seen.Warnings
	v.Unset = seen.Unset
	v.Errors, v.Traces, v.Duplicate = seen.Errors, seen.Traces, seen.Duplicate
	f := m.staff.shown(m.author.Name, m.author.Address())
	if f.guise != "" && !m.author.Agent() {
		v.Warnings = append([]string{string(f.guise)}, v.Warnings...)
	}
	if m.author.Admission != desk.Admitted && !m.author.Agent() {
		v.Warnings = append(v.Warnings, "admission_"+string(m.author.Admission))
	}
	if !seen.Starts.IsZero() {
		v.Meeting = seen.Starts.In(m.clock(r))
	}
	if !seen.Ends.IsZero() {
		v.MeetingEnds = seen.Ends.In(m.clock(r))
	}
}

// ordered adds what commands did, what was not understood, and, for agents, which case the sender
// named without a right.
func (m *matter) ordered(v *templates.View) {
	for _, c := range m.o.Details.Commands {
		v.Commands = append(v.Commands, templates.Command(c))
	}
	for _, u := range m.o.Details.Unknown {
		v.Unknown = append(v.Unknown, templates.Unknown(u))
	}
	if m.to.Agent() {
		v.Claimed = m.o.Details.Claimed
	}
}

// replied says what an agent's reply would do, and to whom.
func (m *matter) replied(v *templates.View) {
	v.Inside = m.inside()
	told := map[int64]bool{m.to.ID: true}
	for i, p := range m.ticket.Customers() {
		switch {
		case told[p.ID] || p.ID == 0 || !p.Active || p.Address() == "":
			continue
		case i < 2: // the requester, and whoever controls
			v.Readers = append(v.Readers, m.person(p))
		default:
			v.Followers++
		}
		told[p.ID] = true
	}
}

// withoutMarker drops Producción Caída from the beginning of a subject. Where nothing else is left
// the text tells more than the same words again.
func withoutMarker(subject, text string) string {
	words := strings.Fields(subject)
	for n := 1; n <= min(3, len(words)); n++ {
		if threading.ProductionDown(strings.Join(words[:n], " "), nil) {
			return cmp.Or(strings.TrimLeft(strings.Join(words[n:], " "), "-–—:;,.!| "), text,
				subject)
		}
	}
	return subject
}

// person is somebody as he may be shown: who is not of the desk does not look like it.
func (m *matter) person(p desk.Person) templates.Person {
	shown := templates.Person{Name: p.Name, Address: p.Address(), Agent: p.Agent()}
	if !shown.Agent {
		f := m.staff.shown(p.Name, p.Address())
		shown.Name, shown.Address = f.name, f.address
	}
	return shown
}

// written is what stands in the mail that a button writes, in Spanish and in English; %d is the
// item.
var written = map[desk.Button][2]string{
	desk.TakeButton: {"#tomar", "#take"}, desk.ResolvedButton: {"#resuelto", "#resolved"},
	desk.NoteButton:    {"#nota\r\n\r\n", "#note\r\n\r\n"},
	desk.ApproveButton: {"#aprobar %d", "#approve %d"},
	desk.RejectButton:  {"#rechazar %d", "#reject %d"},
	desk.CancelButton:  {"#cancelar %d", "#cancel %d"}, desk.SendButton: {"#enviar %d", "#send %d"},
	desk.CloseButton: {"cerrar", "close"}, desk.ConfirmButton: {"testing ok", "testing ok"},
	desk.FailingButton: {"", ""}, desk.ReplyButton: {"", ""},
	desk.AcceptButton: {"acepto", "I accept"},
	desk.MergeButton:  {"#unir %d", "#merge %d"}, desk.AdmitButton: {"apruebo", "I approve"},
	desk.RefuseButton: {"rechazo", "I reject"}, desk.YesButton: {"sí", "yes"},
	desk.AddressButton: {"Agregar dirección: ", "Add address: "},
}

// writes is what a button writes, in the reader's language.
func (m *matter) writes(b desk.Button) string {
	if m.to.Language == "en" {
		return written[b][1]
	}
	return written[b][0]
}

// offers reports whether a button is of use to the reader.
func (m *matter) offers(b desk.Button) bool {
	switch b {
	case desk.TakeButton: // whom an alert reaches says so even where the case is his
		return m.to.Agent() && (m.ticket.Agent.ID != m.to.ID || m.row().Alert)
	case desk.CancelButton:
		return !m.o.Details.Until.IsZero()
	case desk.SendButton:
		return m.o.Details.Reason == string(desk.HeldAnswered)
	case desk.ResolvedButton, desk.NoteButton:
		return m.to.Agent()
	case desk.MergeButton:
		return m.to.Agent() && m.item.Seen.Duplicate != 0
	case desk.AcceptButton:
		mine := m.to.ID == m.ticket.Requester.ID || m.to.ID == m.ticket.Controller.ID
		return m.ticket.Offer != "" && mine && !m.to.Agent()
	case desk.HistoryButton, desk.CasesButton, desk.ReplyButton:
		return !m.to.Agent()
	case desk.CloseButton:
		return !m.to.Agent() && m.ticket.Class != desk.Closed
	}
	return true
}

// links are the buttons as links.
func (r *Renderer) links(m *matter) (list []templates.Link) {
	if !m.box.Plus {
		return nil
	}
	for _, b := range m.row().Buttons {
		if m.offers(b) {
			number := m.o.Item
			if b == desk.MergeButton {
				number = m.item.Seen.Duplicate
			}
			body := strings.ReplaceAll(m.writes(b), "%d", strconv.FormatInt(number, 10))
			if b == desk.ReplyButton {
				body = m.unfilled(r.Templates)
			}
			href := r.mailto(m, body)
			if q, asks := m.asks(b); asks {
				href = m.ask(q)
			}
			list = append(list, templates.Link{Key: string(b), Href: href})
		}
	}
	return list
}

// asked is what a button asks for, by a mail of its own.
var asked = map[desk.Button]desk.Topic{desk.HistoryButton: desk.History,
	desk.CasesButton: desk.MyCases, desk.HelpButton: desk.Help, desk.PanelButton: desk.Panel}

// asks is the query that a button asks.
func (m *matter) asks(b desk.Button) (q desk.Query, ok bool) {
	if q.About, ok = asked[b]; q.About == desk.History {
		q.Number = m.o.Ticket
	}
	return q, ok
}

// awaits says which organisation has yet to approve the reader.
func (m *matter) awaits(v *templates.View) {
	asked := m.to.Admission == desk.Wanted || m.to.Admission == desk.AskedFor
	if asked && !m.to.Agent() && m.row().Answers {
		v.Awaits = m.named(m.to.Organisation)
	}
}

// proposed are the lines that somebody is asked to confirm.
func (m *matter) proposed(v *templates.View) {
	for _, e := range m.o.Details.Edits {
		v.Proposed = append(v.Proposed, e.Line)
	}
}

// scores are the answers to the question how the reader was treated.
func (r *Renderer) scores(m *matter) (list []templates.Link) {
	for n := 1; n <= 5 && m.box.Plus; n++ {
		score := strconv.Itoa(n)
		list = append(list, templates.Link{Key: score, Href: r.mailto(m, score)})
	}
	return list
}

// mailto is a link that writes a reply to the mail (RFC 6068).
func (r *Renderer) mailto(m *matter, body string) string {
	// Some programs read a plus sign as a blank, though RFC 6068 section 5 forbids it.
	to := strings.ReplaceAll(url.PathEscape(r.replyAddress(m.box, m.token())), "+", "%2B")
	q := url.Values{"subject": {r.subject(m.box, m.to, m.o.Ticket, m.ticket.Subject)}}
	if body != "" {
		q.Set("body", body)
	}
	return "mailto:" + to + "?" + strings.ReplaceAll(q.Encode(), "+", "%20")
}
