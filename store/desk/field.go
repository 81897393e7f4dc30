package desk

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Field is a row of the table of what may be set of a ticket. Orders and `ticket set` go through
// it; a test holds the phrases against it.
type Field struct {
	Key     string
	words   string // how people call it beside its key, folded, parted by commas
	Person  bool   // its value is somebody's address
	Get     func(c *Catalogue, t *Ticket, language string) string
	set     func(w *draft, value string) bool
	choices func(*draft) []string // nil: any value of its form will do
	// what it may look like, parted by commas, where nothing is chosen
	like    string
	unit    string // of its value, in a receipt
	open    bool   // customers set it, where their profile says nothing of it
	empties bool   // an order can take its value away
	inner   bool   // customers see it only where their profile names it
	Row     Entry  // of a field of one's own
}

// Fields are all.
var Fields = []Field{
	{Key: "subject", words: "tema, asunto", open: true,
		Get: func(_ *Catalogue, t *Ticket, _ string) string { return t.Subject },
		set: func(w *draft, v string) bool {
			w.Ticket.Subject = v
			return v != ""
		}},
	{Key: "status", words: "estado",
		Get:     row(func(t *Ticket) int64 { return t.Status }),
		set:     (*draft).setStatus,
		choices: entries(Statuses)},
	{Key: "severity", open: true,
		words: "severidad, criticidad, prioridad, priority, criticality, nivel de severidad, " +
			"nivel de criticidad, severity level",
		Get:     func(_ *Catalogue, t *Ticket, _ string) string { return strconv.Itoa(t.Severity) },
		set:     (*draft).setSeverity,
		choices: entries(Severities)},
	{Key: "type", words: "tipo, tipo de ticket, tipo de caso, ticket type, case type", open: true,
		Get:     row(func(t *Ticket) int64 { return t.Type }),
		set:     func(w *draft, v string) bool { return w.choose(Types, v, &w.Ticket.Type) },
		choices: entries(Types)},
	{Key: "requester", words: "solicitante, cliente, customer", open: true, Person: true,
		Get: func(_ *Catalogue, t *Ticket, _ string) string { return t.Requester.Address() },
		set: (*draft).setRequester},
	{Key: "controller", open: true, Person: true,
		words: "debe controlar, controlador, quien controla, to confirm, must check, to be checked by",
		Get:   func(_ *Catalogue, t *Ticket, _ string) string { return t.Controller.Address() },
		set: func(w *draft, v string) bool {
			p := w.customer(v)
			if p.ID != 0 {
				w.Ticket.Controller = p
			}
			return p.ID != 0
		}},
	{Key: "product", words: "producto, para", open: true,
		Get:     row(func(t *Ticket) int64 { return t.Product }),
		set:     (*draft).setProduct,
		choices: entries(Products)},
	{Key: "module", words: "modulo", open: true,
		Get:     row(func(t *Ticket) int64 { return t.Module }),
		set:     (*draft).setModule,
		choices: (*draft).modules},
	{Key: "project", words: "proyecto", open: true,
		Get:     row(func(t *Ticket) int64 { return t.Project }),
		set:     func(w *draft, v string) bool { return w.choose(Projects, v, &w.Ticket.Project) },
		choices: entries(Projects)},
	{Key: "service", words: "servicio", open: true,
		Get:     row(func(t *Ticket) int64 { return t.Service }),
		set:     func(w *draft, v string) bool { return w.choose(Services, v, &w.Ticket.Service) },
		choices: entries(Services)},
	{Key: "progress", words: "avance, progreso, completado, % completado, porcentaje completado, " +
		"% complete, % completed",
		unit: " %",
		like: "0, 60, 100",
		Get:  func(_ *Catalogue, t *Ticket, _ string) string { return strconv.Itoa(t.Progress) },
		set: func(w *draft, v string) bool {
			n, err := strconv.Atoi(strings.TrimRight(v, " %"))
			if err == nil && n >= 0 && n <= 100 {
				w.Ticket.Progress = n
				return true
			}
			return false
		}},
	{Key: "due", words: "vence, vencimiento", empties: true,
		Get: func(_ *Catalogue, t *Ticket, _ string) string { return Day(t.DueAt) },
		set: (*draft).setDue},
	{Key: "tags", empties: true, inner: true, words: "etiquetas, etiqueta, tag",
		Get: func(_ *Catalogue, t *Ticket, _ string) string { return strings.Join(t.Tags, " ") },
		set: (*draft).setTags},
	{Key: "state_line", empties: true,
		words: "estado actual, estado-actual, current state, current-state",
		Get:   func(_ *Catalogue, t *Ticket, _ string) string { return t.State },
		set:   (*draft).setState},
}

// Day writes a day, "" for none.
func Day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

// row is the name of a row of a catalogue.
func row(of func(*Ticket) int64) func(*Catalogue, *Ticket, string) string {
	return func(c *Catalogue, t *Ticket, language string) string { return c.Name(of(t), language) }
}

// FieldNamed is the field that people call so, nil for none.
func FieldNamed(name string) *Field {
	for i := range Fields {
		if Fields[i].Called(name) {
			return &Fields[i]
		}
	}
	return nil
}

// Called reports whether people call the field so.
func (f *Field) Called(name string) bool {
	if f.Row.ID != 0 {
		_, ok := FindEntry([]Entry{f.Row}, name)
		return ok
	}
	return Same(f.Key, name) || slices.Contains(strings.Split(f.words, ", "), OneLine(Fold(name)))
}

// field is the field that an order sets, nil for none, and the value that it gets.
func (o Order) field() (*Field, string) {
	name, value := string(o.Verb), o.Arg
	if o.Verb == VerbField {
		name, value, _ = strings.Cut(o.Arg, "=")
	}
	return FieldNamed(name), strings.TrimSpace(value)
}

// set is the order that changes one field.
func set(key string) func(*draft, string) Result {
	return func(w *draft, arg string) Result { return w.setField(FieldNamed(key), arg) }
}

// field is the order that names the field which it changes: "producto=CRM".
func (w *draft) field(arg string) Result {
	name, value, ok := strings.Cut(arg, "=")
	f := w.fieldNamed(name)
	switch {
	case f == nil && !w.deed.By.Agent():
		if key, ok := w.Catalogue.Nearly(name, value); ok {
			return notUnderstood("field", strings.TrimSpace(name), key)
		}
		return Result{Key: "not_allowed"} // of tickets of another type
	case f == nil:
		return notUnderstood("field", strings.TrimSpace(name), w.fieldNames()...)
	case !ok:
		o := NewOrder(VerbField, strings.TrimSpace(name), w.deed.By.Language)
		return notUnderstood("missing", o.Line, o.Line+"=X")
	case !w.deed.By.Agent():
		return w.setByLine(f, strings.TrimSpace(value))
	}
	return w.setField(f, strings.TrimSpace(value))
}

func (w *draft) setField(f *Field, value string) Result {
	if f.Key == "status" && w.Kept.Held() && w.ends(value) {
		return Result{Key: "held"}
	}
	if w.wrong = Dated; !f.set(w, value) {
		var known []string
		if f.choices != nil {
			known = f.choices(w)
		} else if f.like != "" {
			known = strings.Split(f.like, ", ")
		}
		switch {
		case w.wrong != Dated:
			return w.misdated(value)
		case f.Key == string(VerbRequester):
			return w.nobody(VerbRequester, f.Key, value)
		}
		return f.named(w, notUnderstood(f.Key, value, known...))
	}
	value = f.Get(w.Catalogue, &w.Ticket, w.deed.By.Language)
	if value == "" && f.empties {
		return Result{Key: f.Key + "_none"}
	}
	return f.named(w, Result{Key: f.Key, Value: value + f.unit})
}

// entries are the names of a catalogue in the language of who wrote.
func entries(k Kind) func(*draft) []string {
	return func(w *draft) []string { return Choices(w.choosable(k), w.deed.By.Language) }
}

// choose takes a row of a catalogue.
func (w *draft) choose(k Kind, value string, into *int64) bool {
	e, ok := FindEntry(w.choosable(k), value)
	if ok && w.deed.By.Agent() {
		e, ok = w.Catalogue.FindFor(w.Ticket.Requester.Organisation, k, value)
	}
	if ok {
		*into = e.ID
	}
	return ok
}

// setProduct leaves no module of another product.
func (w *draft) setProduct(value string) bool {
	ok := w.choose(Products, value, &w.Ticket.Product)
	w.guessed = w.guessed && !ok
	if e := w.Catalogue.Entry(w.Ticket.Module); e.Parent != 0 && e.Parent != w.Ticket.Product {
		w.Ticket.Module = 0
	}
	return ok
}

// setModule takes one of the ticket's product, which a ticket without a product gets with it.
func (w *draft) setModule(value string) bool {
	e, ok := FindEntry(w.moduleRows(), value)
	if !ok && w.guessed { // it names the product better than we did
		w.guessed, w.Ticket.Product = false, 0
		return w.setModule(value)
	}
	if ok {
		w.Ticket.Module, w.Ticket.Product = e.ID, cmp.Or(w.Ticket.Product, e.Parent)
	}
	return ok
}

func (w *draft) modules() []string { return EntryNames(w.moduleRows(), w.deed.By.Language) }

// moduleRows are those of the ticket's product and of none; all where it has no product.
func (w *draft) moduleRows() []Entry {
	all := w.Catalogue.All(Modules)
	if w.Ticket.Product == 0 {
		return all
	}
	others := func(e Entry) bool { return e.Parent != 0 && e.Parent != w.Ticket.Product }
	return slices.DeleteFunc(slices.Clone(all), others)
}

// freely are the catalogues of which a desk that has no row takes any.
var freely = []Kind{Products, Modules, Projects, Services}

// Unlisted are rows that orders name of catalogues in which a desk has none: it takes any name, and
// has it from then on.
func Unlisted(c *Catalogue, orders []Order) (list []Entry) {
	for _, o := range orders {
		f, value := o.field()
		if f == nil || o.Misplaced || value == "" {
			continue
		}
		e := Entry{Kind: Kind(f.Key), Names: map[string]string{"es": value}}
		free := slices.Contains(freely, e.Kind) && len(c.All(e.Kind)) == 0
		if free && c.Check(e) == nil {
			list = append(list, e)
		}
	}
	return list
}

// setStatus gives the ticket a status by name. What closes or resolves it is told as such.
func (w *draft) setStatus(value string) bool {
	e, ok := w.Catalogue.Find(Statuses, value)
	if !ok {
		return false
	}
	if act := endings[e.Class]; act != "" && e.Class != w.before.Class {
		w.act, w.itemType = act, ""
		w.apply()
	}
	w.Ticket.Status, w.Ticket.Class = e.ID, e.Class
	return true
}

var endings = map[Class]Act{Resolved: Resolves, Closed: Closes}

// ends reports whether a status is one that is told to the customer.
func (w *draft) ends(status string) bool {
	e, ok := w.Catalogue.Find(Statuses, status)
	return ok && endings[e.Class] != ""
}

// setSeverity takes a number or a name. Who lowers it ends the alarm.
func (w *draft) setSeverity(value string) bool {
	e, ok := w.Catalogue.severity(value)
	if ok {
		w.Ticket.Severity = e.Position
		w.Ticket.ProductionDown = w.Ticket.ProductionDown && e.Position == w.Catalogue.TopSeverity()
	}
	return ok
}

// setRequester puts the ticket into another customer's name.
func (w *draft) setRequester(value string) bool {
	p := w.customer(value)
	if p.ID == 0 {
		return false
	}
	t := &w.Ticket
	if t.Controller.ID == t.Requester.ID {
		t.Controller = p
	}
	if t.Assignee.ID == t.Requester.ID {
		t.Assignee = p
	}
	if first := w.First; first.Via != "" && first.Author.ID == w.before.Requester.ID {
		w.Wrote = p // who passed it on took it for another's
	}
	t.Requester = p
	return true
}

// setDue takes a day that is not over, as people write it; «nunca» takes it away.
func (w *draft) setDue(value string) bool {
	if slices.Contains(noDay, Fold(OneLine(value))) {
		w.Ticket.DueAt = time.Time{}
		return true
	}
	at, wrong := w.Times.Day(value, w.Now)
	now := w.Now.In(w.Times.zone())
	if wrong == Gone && at.YearDay() == now.YearDay() && at.Year() == now.Year() { // this very day
		wrong = Dated
	}
	if w.wrong = wrong; wrong != Dated {
		return false
	}
	y, m, d := at.Date()
	w.Ticket.DueAt = time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	return true
}

var noDay = []string{"", "nunca", "never", "no", "none", "ninguna", "-"}

// A ticket has a few tags, each a short word.
const (
	maxTags    = 30
	longestTag = 40
)

// setTags adds what stands with "+" or alone, and drops what stands with "-".
func (w *draft) setTags(value string) bool {
	tags := slices.Clone(w.Ticket.Tags)
	parts := func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",;", r) }
	words := strings.FieldsFunc(value, parts)
	for _, word := range words {
		tag, drop := Tag(strings.TrimLeft(word, "+-")), strings.HasPrefix(word, "-")
		switch {
		case tag == "":
			return false
		case drop:
			tags = slices.DeleteFunc(tags, func(t string) bool { return t == tag })
		case !slices.Contains(tags, tag):
			tags = append(tags, tag)
		}
	}
	if slices.Sort(tags); len(words) == 0 || len(tags) > maxTags {
		return false
	}
	w.Ticket.Tags = tags
	return true
}

// Tag is a tag as it is kept: folded, without "#"; "" for what can't be one.
func Tag(word string) string {
	word = strings.TrimPrefix(Fold(word), "#")
	for _, r := range word {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-_./:", r) {
			return ""
		}
	}
	if strings.Trim(word, "-_./:") == "" || len([]rune(word)) > longestTag {
		return ""
	}
	return word
}

// longestState is how many characters the line has in which a ticket says how it stands.
const longestState = 200

// setState takes one line; none, or a mere mark, takes it away.
func (w *draft) setState(value string) bool {
	if value = OneLine(value); value == "-" {
		value = ""
	}
	if len([]rune(value)) > longestState {
		return false
	}
	w.Ticket.State = value
	return true
}
