package desk

import "slices"

// Detail is what a reader sees of one field of a ticket.
type Detail struct {
	Key   string // of a field, organisation, or assignee
	Name  string // what one of one's own is called in the reader's language; "": the phrases say it
	Value string // in the reader's language, never ""
	// Value is a number; its decimal mark is a point
	Number bool
}

// apart are what a ticket has beside its fields, which nobody sets as one.
var apart = []Field{
	{Key: "organisation", words: "cliente, organizacion, empresa, compania",
		Get: row(func(t *Ticket) int64 { return t.Requester.Organisation })},
	{Key: "assignee", words: "asignado a, asignado, assigned to",
		Get: func(_ *Catalogue, t *Ticket, _ string) string { return t.Assignee.shown() }},
}

// seen are all that a ticket has, in the order in which it is read, but for fields of one's own.
var seen = slices.Concat(apart[:1], Fields, apart[1:])

// shown is a name by which anybody may hear of the person: of an agent it is never the address.
func (p Person) shown() string {
	if p.Agent() && (p.Name == p.Address() || p.Name == "") {
		return ""
	}
	if p.Name == "" {
		return p.Address()
	}
	return p.Name
}

// Details are what a person sees of a ticket, in the order in which it is read; what is empty is
// left out. Every card, list and foot of a mail is made of them.
func (s Sight) Details(c *Catalogue, t Ticket, language string) (list []Detail) {
	if !s.Ticket(t) {
		return nil
	}
	for _, some := range [][]Field{seen, c.Own(&t)} {
		for i := range some {
			f := &some[i]
			value := f.Get(c, &t, language)
			if value == "" || f.Key == "progress" && value == "0" || !s.shows(&t, f) {
				continue
			}
			d := Detail{Key: f.Key, Value: value + f.unit}
			if f.Row.ID != 0 {
				d.Name, d.Number = f.Row.Name(language), f.Row.Value == NumberValue
			}
			list = append(list, d)
		}
	}
	return list
}

// Shows reports whether the person sees a field of a ticket that he sees, by its key: a column of a
// list.
func (s Sight) Shows(t Ticket, key string) bool {
	i := slices.IndexFunc(seen, func(f Field) bool { return f.Key == key })
	if i < 0 {
		i = slices.IndexFunc(seen, func(f Field) bool { return f.Called(key) })
	}
	return i >= 0 && s.shows(&t, &seen[i])
}

// Edits reports whether the person may set what a ticket has by a name.
func (s Sight) Edits(c *Catalogue, t Ticket, name string) bool {
	f, ok := fieldOf(name, Fields, apart, c.Own(&t))
	return ok && s.edits(&t, &f)
}

// timeWords are how a profile names the time sheet among what may be edited.
var timeWords = []string{"time", "tiempo"}

// KeepsTime reports whether the profile by which a customer sees the ticket lets him write its time
// sheet.
func (s Sight) KeepsTime(t Ticket) bool {
	return slices.ContainsFunc(s.profile(&t).Editable, func(name string) bool {
		return slices.Contains(timeWords, Fold(name))
	})
}

func fieldOf(name string, lists ...[]Field) (Field, bool) {
	for _, list := range lists {
		for i := range list {
			if list[i].Called(name) {
				return list[i], true
			}
		}
	}
	return Field{}, false
}

// shows reports whether the person sees a field. What the ticket is called is no secret to whoever
// sees it; fields of one's own, and tags, which agents put for each other, are seen where a profile
// names them.
func (s Sight) shows(t *Ticket, f *Field) bool {
	p := s.profile(t)
	switch {
	case s.All, f.Key == "subject" && f.Row.ID == 0:
		return true
	case p.Shown == nil:
		return f.Row.ID == 0 && !f.inner
	}
	return f.among(p.Shown)
}

// edits reports whether the person may set a field of the ticket. A status is no field to
// customers: they close and reopen.
func (s Sight) edits(t *Ticket, f *Field) bool {
	p := s.profile(t)
	switch {
	case s.All:
		return true
	case s.Person == 0, f.Key == "status" && f.Row.ID == 0:
		return false
	case p.Editable == nil:
		return f.open
	}
	return f.among(p.Editable)
}

// among reports whether one of the names is the field's.
func (f *Field) among(names []string) bool { return slices.ContainsFunc(names, f.Called) }
