package mailout

import (
	"cmp"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"buzon/store"
	"buzon/store/desk"
	"buzon/templates"
	"buzon/threading"
)

// view is what the template may say.
func (s *subject) view(r *Renderer) templates.View {
	d := s.o.Details
	v := templates.View{
		Desk: templates.Desk{Name: s.box.Name, Address: s.box.Address, Language: r.Language},
		Tag:  s.box.Tag, To: s.person(s.to), ToAgent: s.to.Agent(), Author: s.person(s.author),
		Welcome: d.Welcome, EchoSubject: d.EchoSender, Reason: d.Reason, Detail: d.Diagnostic, Failed: d.Failed, Ends: d.Ends, Links: s.links,
		AlertedAt: s.o.Created.In(r.Location), At: s.o.Created.In(r.Location),
	}
	s.accompany(r, &v)
	if s.o.Ticket == 0 {
		if m := s.mail; m.ID != 0 {
			v.Ticket.Subject, v.MailID, v.Author, v.Detail = m.Subject, strconv.FormatInt(m.ID, 10), templates.Person{Address: m.Sender}, m.Error
		}
		if s.o.Kind == desk.AlarmNotice {
			v.MailID, v.Ticket.OldNumber, v.EscalateIn = strconv.FormatInt(d.Number, 10), d.Old, store.BreakerPause
		}
		for _, m := range s.held {
			v.Held = append(v.Held, templates.Held{ID: strconv.FormatInt(m.ID, 10), Subject: headerLine(m.Subject, longestName), At: m.Received.In(r.Location)})
		}
		v.More = d.More
		return v
	}
	t := s.ticket
	v.Ticket = templates.Ticket{
		Number: t.Number, Subject: t.Subject, Product: t.Product, Type: t.Type, Severity: t.Severity, StatusClass: string(t.Class),
		Requester: s.person(t.Requester), OldNumber: d.Old, ProductionDown: t.ProductionDown,
	}
	v.Unverified = t.Unverified
	if s.o.Kind == desk.ConfirmAgent {
		v.MailID = strconv.FormatInt(s.o.Mail, 10)
	}
	if s.o.Kind == desk.ProductionDown { // the template says it, and a telephone shows only the first words
		v.Ticket.Subject = withoutMarker(t.Subject, headerLine(s.item.Text, longestName))
	}
	for _, n := range s.numbers {
		if !strings.Contains(t.Subject, n) {
			v.Ticket.Subject += " " + n
		}
	}
	s.ordered(&v)
	s.replied(&v)
	if s.carriesWords() && !(s.o.Kind == desk.ClosedNotice && s.item.Author.ID == s.to.ID) { // he knows that he wrote «cerrar»
		v.Text = s.item.Text
	}
	if v.Text != "" || s.carriesWords() {
		v.Retitled = s.item.Subject
	}
	if s.item.Orders {
		v.Text = ""
	}
	if s.to.Agent() {
		s.besides(&v, r)
	}
	carried := s.carried()
	for i, a := range s.item.Attachments {
		if a.Ornament {
			continue
		}
		v.Attachments = append(v.Attachments, templates.Attachment{Name: fileName(a.Filename), Size: a.Size, Left: carried != nil && !carried[i]})
	}
	for _, it := range s.quoted {
		v.Quoted = append(v.Quoted, templates.Quote{Author: s.person(it.Author), At: it.CreatedAt.In(r.Location), Text: it.Text})
	}
	if s.o.Kind == desk.InfoRequestNotice {
		v.Form = []string{"when", "where", "expected"}
	}
	return v
}

// besides adds what an agent sees of the mail beside its words.
func (s *subject) besides(v *templates.View, r *Renderer) {
	seen := s.item.Seen
	if v.Text != "" && seen.Text != "" {
		v.Text = seen.Text
	}
	v.Welcome, v.Signature, v.Copied, v.ReplyTo, v.Warnings = seen.First, seen.Signature, seen.Copied, seen.ReplyTo, seen.Warnings
	if _, _, guise := s.staff.Shown(s.author.Name, s.author.Address()); guise != "" && !s.author.Agent() {
		v.Warnings = append([]string{string(guise)}, v.Warnings...)
	}
	if !seen.Starts.IsZero() {
		v.Meeting = seen.Starts.In(r.Location)
	}
	if !seen.Ends.IsZero() {
		v.MeetingEnds = seen.Ends.In(r.Location)
	}
}

// ordered adds what commands did, what was not understood, and, for agents, which case the sender named without a right.
func (s *subject) ordered(v *templates.View) {
	for _, c := range s.o.Details.Commands {
		v.Commands = append(v.Commands, templates.Command(c))
	}
	for _, u := range s.o.Details.Unknown {
		v.Unknown = append(v.Unknown, templates.Unknown(u))
	}
	if s.to.Agent() {
		v.Claimed = s.o.Details.Claimed
	}
}

// replied says what an agent's reply would do, and to whom.
func (s *subject) replied(v *templates.View) {
	v.Inside = s.inside()
	told := map[int64]bool{s.to.ID: true}
	for i, p := range s.ticket.Customers() {
		switch {
		case told[p.ID] || p.ID == 0 || !p.Active || p.Address() == "":
			continue
		case i < 2: // the requester, and whoever controls
			v.Readers = append(v.Readers, s.person(p))
		default:
			v.Followers++
		}
		told[p.ID] = true
	}
}

// withoutMarker drops Producción Caída from the beginning of a subject. Where nothing else is left the text tells more than
// the same words again.
func withoutMarker(subject, text string) string {
	words := strings.Fields(subject)
	for n := 1; n <= min(3, len(words)); n++ {
		if threading.ProductionDown(strings.Join(words[:n], " "), nil) {
			return cmp.Or(strings.TrimLeft(strings.Join(words[n:], " "), "-–—:;,.!| "), text, subject)
		}
	}
	return subject
}

// person is somebody as he may be shown: who is not of the desk does not look like it.
func (s *subject) person(p desk.Person) templates.Person {
	shown := templates.Person{Name: p.Name, Address: p.Address(), Agent: p.Agent()}
	if !shown.Agent {
		shown.Name, shown.Address, _ = s.staff.Shown(p.Name, p.Address())
	}
	return shown
}

// button is a mail that a click writes: the key of its label, and what is in it already.
type button struct{ key, body string }

// buttons fit the reader and what the mail is about.
func (s *subject) buttons() []button {
	take := button{"take", "#tomar"}
	switch s.o.Kind {
	case desk.ProductionDown:
		return []button{take}
	case desk.PendingNotice:
		return []button{{"approve", fmt.Sprintf("#aprobar %d", s.o.Item)}, {"reject", fmt.Sprintf("#rechazar %d", s.o.Item)}}
	case desk.ResolvedNotice:
		return []button{{"testing_ok", "testing ok"}, {"still_failing", ""}}
	case desk.ClosedNotice, desk.ConfirmAgent, desk.Undelivered, desk.Receipt:
		return nil
	}
	mine := []button{{"resolved", "#resuelto"}, {"note", "#nota\r\n\r\n"}}
	switch {
	case s.to.Agent() && s.ticket.Agent.ID != s.to.ID:
		return append([]button{take}, mine...)
	case s.to.Agent():
		return mine
	case s.ticket.Class != desk.Closed:
		return []button{{"close", "cerrar"}}
	}
	return nil
}

// links are the buttons as links (RFC 6068).
func (r *Renderer) links(s *subject) (list []templates.Link) {
	if !s.box.Plus {
		return nil
	}
	// Some programs read a plus sign as a blank, though RFC 6068 section 5 forbids it.
	to := strings.ReplaceAll(url.PathEscape(r.Signer.ReplyAddress(s.box.Address, s.token())), "+", "%2B")
	for _, b := range s.buttons() {
		q := url.Values{"subject": {fmt.Sprintf("[%s #%d] %s", s.box.Tag, s.o.Ticket, headerLine(s.ticket.Subject, longestName))}}
		if b.body != "" {
			q.Set("body", b.body)
		}
		list = append(list, templates.Link{Key: b.key, Href: "mailto:" + to + "?" + strings.ReplaceAll(q.Encode(), "+", "%20")})
	}
	return list
}
