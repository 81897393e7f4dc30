package desk

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"buzon/store/desk/lazy"
)

// placeholder is what stands in a canned reply for something of the case: "{nombre}".
var placeholder = lazy.Compile(`\{\s*([\pL_ -]+?)\s*\}`)

// placeholders are what they stand for, by their folded names in both languages.
var placeholders = map[string]func(w *draft) string{
	"nombre": requesterName, "name": requesterName,
	"numero": ticketNumber, "number": ticketNumber, "caso": ticketNumber, "case": ticketNumber,
	"asunto": ticketSubject, "subject": ticketSubject,
	"agente": agentName, "agent": agentName,
	"producto": fieldValue("product"), "product": fieldValue("product"),
	"estado": fieldValue("status"), "status": fieldValue("status"),
	"severidad": fieldValue("severity"), "severity": fieldValue("severity"),
	"vence": fieldValue("due"), "due": fieldValue("due"),
	"empresa": organisationName, "organisation": organisationName, "company": organisationName,
}

func requesterName(w *draft) string {
	return cmp.Or(w.Ticket.Requester.Name, w.Ticket.Requester.Address())
}
func ticketNumber(w *draft) string  { return strconv.FormatInt(w.before.Number, 10) }
func ticketSubject(w *draft) string { return w.Ticket.Subject }
func agentName(w *draft) string     { return w.deed.By.shown() }

func organisationName(w *draft) string {
	return w.Catalogue.Name(w.Ticket.Requester.Organisation, w.customersLanguage())
}

func fieldValue(key string) func(w *draft) string {
	return func(w *draft) string {
		return FieldNamed(key).Get(w.Catalogue, &w.Ticket, w.customersLanguage())
	}
}

func (w *draft) customersLanguage() string {
	return cmp.Or(w.Ticket.Requester.Language, w.deed.By.Language)
}

// Placeholders are the names that a canned reply can have in braces.
func Placeholders() []string { return slices.Sorted(maps.Keys(placeholders)) }

// UnknownPlaceholder is the first of a text that stands for nothing, "" for none.
func UnknownPlaceholder(text string) string {
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		if placeholders[Fold(m[1])] == nil {
			return m[0]
		}
	}
	return ""
}

// In is the canned reply in a language, else in whichever it has.
func (e Entry) In(languages ...string) string {
	for _, l := range append(languages, "es", "en") {
		if text := e.Text[l]; text != "" {
			return text
		}
	}
	for _, l := range slices.Sorted(maps.Keys(e.Text)) {
		return e.Text[l]
	}
	return ""
}

// write puts the canned replies that orders name above the agent's words. Where one can't be
// written nothing is sent: half an answer is none.
func (w *draft) write() {
	var texts []string
	for _, o := range w.deed.Orders {
		if o.Verb == VerbNew && !o.Misplaced && w.before.Number != 0 {
			w.Kept = HeldUnknown // its words are not for this ticket's customer
			return
		}
		if o.Verb != "canned" || o.Misplaced {
			continue
		}
		e, ok := w.Catalogue.Find(Canned, o.Arg)
		text := e.In(w.customersLanguage())
		if !ok || text == "" || UnknownPlaceholder(text) != "" {
			w.Kept = HeldUnknown
			return
		}
		texts = append(texts, placeholder.ReplaceAllStringFunc(text, func(s string) string {
			return placeholders[Fold(strings.TrimSpace(s[1:len(s)-1]))](w)
		}))
	}
	if len(texts) > 0 {
		if w.deed.Item.Text != "" {
			texts = append(texts, w.deed.Item.Text)
		}
		w.deed.Item.Text = strings.Join(texts, "\n\n")
		w.Item.Text = w.deed.Item.Text
	}
}

// view is for mail alone, which is then shown to its author and not carried out.
func (w *draft) view(string) Result { return Result{Key: "not_allowed"} }

// opened says that a ticket was opened in a customer's name; not by a reply, nor for whom is none.
func (w *draft) opened(string) Result {
	switch p := w.deed.Opens.Requester; {
	case p.ID == 0:
		return Result{Key: "new_elsewhere"}
	case p.Agent():
		return Result{Key: "new_refused"}
	}
	return Result{Key: "opened"}
}

// canned says what became of a canned reply.
func (w *draft) canned(arg string) Result {
	e, ok := w.Catalogue.Find(Canned, arg)
	text := e.In(w.customersLanguage())
	switch unknown := UnknownPlaceholder(text); {
	case !ok || text == "":
		return notUnderstood("canned", arg, w.Catalogue.Names(Canned, w.deed.By.Language)...)
	case unknown != "":
		return notUnderstood("placeholder", unknown, Placeholders()...)
	case w.Kept.Held():
		return Result{Key: "held"}
	}
	return Result{Key: "canned", Value: e.Name(w.deed.By.Language)}
}
