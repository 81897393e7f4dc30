package desk

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"buzon/store/desk/lazy"
)

// Meaning is what a desk makes of a line "name: value".
type Meaning struct {
	Field string // its key; of a field of one's own its row's
	Free  bool   // any value is one
	Fits  bool   // the value is one of those that there are
}

// Meaning reads a line that names a field. There is none where the desk has no such field, or no
// value for it.
func (c *Catalogue) Meaning(name, value string) (Meaning, bool) {
	if f := FieldNamed(name); f != nil {
		k := Kind(f.Key)
		switch rows := c.kinds[k]; {
		case k == Severities:
			_, ok := c.severity(value)
			return Meaning{Field: f.Key, Fits: ok}, true
		case k == Projects, k == Services: // who may name which is for the deed to say
			return Meaning{Field: f.Key, Free: true}, len(rows) > 0
		case slices.Contains(Kinds, k):
			_, ok := FindEntry(rows, value)
			return Meaning{Field: f.Key, Fits: ok}, len(rows) > 0
		}
		return Meaning{Field: f.Key, Free: true}, true
	}
	if isItemType(name) {
		_, ok := FindEntry(c.customerTypes(), value)
		return Meaning{Field: string(VerbItem), Fits: ok}, true
	}
	for _, e := range c.kinds[CustomFields] {
		if f := own(e); f.Called(name) {
			_, ok := e.value(value)
			return Meaning{Field: e.Key, Free: e.Value != ChoiceValue, Fits: ok}, true
		}
	}
	return Meaning{}, false
}

// isItemType reports whether people call the type of their item so.
func isItemType(name string) bool { return Same(name, "tipo de item") || Same(name, "item type") }

// Nearly is the field that is meant by a name with a letter or two amiss, by its key. That the
// value is one of its own makes it sure: «Modelo: X200» names no module.
func (c *Catalogue) Nearly(name, value string) (key string, ok bool) {
	name = OneLine(Fold(name))
	near := func(label string) bool {
		d := Distance(name, label)
		return d > 0 && d <= min(2, len(label)/4)
	}
	for _, f := range Fields {
		m, _ := c.Meaning(f.Key, value)
		if m.Fits && (near(f.Key) || slices.ContainsFunc(strings.Split(f.words, ", "), near)) {
			return f.Key, true
		}
	}
	for _, e := range c.kinds[CustomFields] {
		if _, fits := e.value(value); !fits || e.Value != ChoiceValue {
			continue
		}
		for _, label := range e.Names {
			if near(OneLine(Fold(label))) {
				return label, true
			}
		}
	}
	return "", false
}

// severity is the row that people mean: by its name, by its number, or as a form names both, "2
// (mayor)".
func (c *Catalogue) severity(value string) (Entry, bool) {
	if e, ok := c.Find(Severities, value); ok {
		return e, true
	}
	m := leveled.FindStringSubmatch(OneLine(Fold(value)))
	if m == nil {
		return Entry{}, false
	}
	n, _ := strconv.Atoi(m[1])
	return c.Severity(n)
}

var leveled = lazy.Compile(
	`^(?:nivel |level |severidad |severity |sev ?|s|p)?([1-9])(?:[ .:,(–-].{0,80})?$`)

// customerTypes are the types that a customer's item may bear: those of his own, those that are
// asked of him, those of tickets, and those that the desk has added.
func (c *Catalogue) customerTypes() (list []Entry) {
	for _, t := range []ItemType{MoreInformation, InfoRequest, TestingOK} {
		if e, ok := c.Keyed(ItemTypes, string(t)); ok {
			list = append(list, e)
		}
	}
	return slices.Concat(list, c.kinds[Types], c.added())
}

// setByLine sets a field as a customer's line says, where his profile lets him.
func (w *draft) setByLine(f *Field, value string) Result {
	if !w.Sight.edits(&w.before, f) {
		return Result{Key: "not_allowed"}
	}
	if f.Key == "requester" && f.Row.ID == 0 && w.ofHisOrganisation(value) {
		return Result{Key: "unchanged"} // «Cliente: Cliente SA»
	}
	was := w.Ticket.Requester
	r := w.setField(f, value)
	if r.Unknown && f.Person {
		r.Key += "_of_yours"
	}
	if w.Ticket.Requester.ID != was.ID && !slices.ContainsFunc(w.Follow, is(was)) {
		w.Follow = append(w.Follow, was) // and goes on hearing of it
	}
	return r
}

func is(p Person) func(Person) bool { return func(o Person) bool { return o.ID == p.ID } }

// ofHisOrganisation reports whether a text is what the requester's organisation is called.
func (w *draft) ofHisOrganisation(value string) bool {
	e := w.Catalogue.Entry(w.Ticket.Requester.Organisation)
	return e.ID != 0 && e.called(value, bareWords)
}

// colleague is whom a customer names: one of his organisation, or who takes part in the ticket.
// Nobody else can be told from somebody who is not there.
func (w *draft) colleague(name string) Person {
	p := w.People[whom(name)]
	by := w.deed.By
	same := p.Organisation != 0 && p.Organisation == by.Organisation
	if p.Agent() || !p.Active || !same && p.ID != by.ID && !w.before.Participant(p.ID) {
		return Person{}
	}
	return p
}

// whom is the key of somebody in People: his address, else his name as a colleague writes it.
func whom(name string) string { return cmp.Or(address(name), OneLine(Fold(name))) }

// Colleagues are whom the lines of a customer name.
func Colleagues(orders []Order) (names []string) {
	for _, o := range orders {
		if f, value := o.field(); f != nil && f.Person && o.Verb == VerbField {
			names = append(names, value)
		}
	}
	return names
}

// Known adds to people those of a list whom a customer names.
func Known(people map[string]Person, list []Person, names []string) {
	for _, name := range names {
		for _, p := range list {
			if Same(p.Name, name) || slices.Contains(p.Addresses, address(name)) {
				people[whom(name)] = p
			}
		}
	}
}

// HasUnknown reports whether a value was not understood.
func HasUnknown(done []Result) bool {
	return slices.ContainsFunc(done, func(r Result) bool { return r.Unknown })
}

// unset are the lines of a customer that set nothing.
func unset(done []Result) (lines []string) {
	for _, r := range done {
		if r.Line != "" && (r.Unknown || r.Key == "not_allowed") {
			lines = append(lines, r.Line)
		}
	}
	return lines
}
