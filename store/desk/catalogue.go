package desk

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Kind names a catalogue.
type Kind string

const (
	Organisations Kind = "org"
	Products      Kind = "product"
	Modules       Kind = "module"
	Projects      Kind = "project"
	Services      Kind = "service"
	Types         Kind = "type"
	Statuses      Kind = "status"
	Severities    Kind = "severity"
	ItemTypes     Kind = "itemtype"
	Canned        Kind = "canned"
	CustomFields  Kind = "field"
)

// Kinds are all catalogues.
var Kinds = []Kind{
	Organisations, Products, Modules, Projects, Services, Types, Statuses, Severities, ItemTypes,
	Canned, CustomFields,
}

// Entry is a row of a catalogue: what it is called in each language, and the key by which rules
// speak of it. Its ID is its own among all catalogues; tickets hold it, but of a severity they hold
// the number, which is its Position.
type Entry struct {
	ID       int64             `json:"-"`
	Kind     Kind              `json:"-"`
	Key      string            `json:"-"`
	Names    map[string]string `json:"-"` // by language
	Position int               `json:"-"`
	Class    Class             `json:"-"` // of a status
	Parent   int64             `json:"-"` // a module's product; an organisation
	Removed  bool              `json:"-"` // it stays for the history that names it

	Agent    int64             `json:"agent,omitempty"`    // of a product; an organisation's CSM
	Domains  []string          `json:"domains,omitempty"`  // an organisation's
	Language string            `json:"language,omitempty"` // likewise
	Profile  string            `json:"profile,omitempty"`  // likewise: what its people may see
	Since    string            `json:"since,omitempty"`    // of a service, 2026-01-31; "": always
	Until    string            `json:"until,omitempty"`    // the last day
	Rate     string            `json:"rate,omitempty"`
	Bought   int               `json:"bought,omitempty"` // minutes of work that a service has; 0: none
	Period   Period            `json:"period,omitempty"` // for how long
	Warn     int               `json:"warn,omitempty"`   // at how many percent of them; 0: as usual
	Text     map[string]string `json:"text,omitempty"`   // of a canned reply, by language
	Follows  Follows           `json:"follows,omitzero"`
	Value    ValueType         `json:"value,omitempty"`   // of a field
	Choices  []string          `json:"choices,omitempty"` // of a field that is chosen
	Of       []int64           `json:"of,omitempty"`      // types and products with it; none: all
}

// ValueType is what a field of one's own holds.
type ValueType string

const (
	TextValue   ValueType = "text"
	ChoiceValue ValueType = "choice"
	DateValue   ValueType = "date"
	NumberValue ValueType = "number"
)

// Name is what the row is called in a language; where it has no name in it the Spanish one, else
// its first.
func (e Entry) Name(language string) string {
	if name := cmp.Or(e.Names[language], e.Names["es"]); name != "" {
		return name
	}
	for _, l := range slices.Sorted(maps.Keys(e.Names)) {
		return e.Names[l]
	}
	return e.Key
}

// called reports whether a text is a name of the row.
func (e Entry) called(text string, form func(string) string) bool {
	text = form(text)
	if text == "" {
		return false
	}
	for _, name := range e.Names {
		if form(name) == text {
			return true
		}
	}
	return false
}

// keyed reports whether a text is the row's key: what it was called at first is still understood
// while no other row is called so.
func (e Entry) keyed(text string, form func(string) string) bool {
	text = form(text)
	return text != "" && form(e.Key) == text
}

// Catalogue is all that a desk has configured. It is never changed: many read it at once.
type Catalogue struct {
	kinds map[Kind][]Entry
	ids   map[int64]*Entry
}

// NewCatalogue takes the rows of all catalogues. A row is long, and copied once.
func NewCatalogue(entries []Entry) *Catalogue {
	c := &Catalogue{map[Kind][]Entry{}, make(map[int64]*Entry, len(entries))}
	sorted, count := make([]*Entry, len(entries)), map[Kind]int{}
	for i := range entries {
		sorted[i] = &entries[i]
		count[entries[i].Kind]++
	}
	slices.SortStableFunc(sorted, func(a, b *Entry) int {
		return cmp.Or(cmp.Compare(a.Position, b.Position), cmp.Compare(a.ID, b.ID))
	})
	for _, e := range sorted {
		var row *Entry
		if list := c.kinds[e.Kind]; e.Removed {
			row = new(*e)
		} else {
			list = append(slices.Grow(list, count[e.Kind]-len(list)), *e)
			c.kinds[e.Kind], row = list, &list[len(list)-1]
		}
		if e.ID != 0 {
			c.ids[e.ID] = row
		}
	}
	return c
}

// All lists the rows of a catalogue in their order.
func (c *Catalogue) All(k Kind) []Entry { return c.kinds[k] }

// Within lists the rows that belong to another one: the modules of a product.
func (c *Catalogue) Within(k Kind, parent int64) (list []Entry) {
	for _, e := range c.kinds[k] {
		if e.Parent == parent {
			list = append(list, e)
		}
	}
	return list
}

// Entry returns the row with the id, the zero Entry for none.
func (c *Catalogue) Entry(id int64) (e Entry) {
	if known := c.ids[id]; known != nil {
		e = *known
	}
	return e
}

// Name is what the row with the id is called in a language, "" for none.
func (c *Catalogue) Name(id int64, language string) string {
	if e := c.ids[id]; e != nil {
		return e.Name(language)
	}
	return ""
}

// Names lists what the rows of a catalogue are called in a language.
func (c *Catalogue) Names(k Kind, language string) []string {
	return EntryNames(c.kinds[k], language)
}

// Choices lists what may be written for each row: of a severity its number too, "2 (mayor)".
func Choices(list []Entry, language string) []string {
	names := EntryNames(list, language)
	for i, e := range list {
		if e.Kind == Severities {
			names[i] = fmt.Sprintf("%d (%s)", e.Position, names[i])
		}
	}
	return names
}

// EntryNames lists what rows are called in a language.
func EntryNames(list []Entry, language string) (names []string) {
	for _, e := range list {
		names = append(names, e.Name(language))
	}
	return names
}

// Find returns the row of a catalogue that a text names: by its key or a name in any language,
// whatever the accents and the case; the marks between words count only where two rows differ by
// them.
func (c *Catalogue) Find(k Kind, text string) (Entry, bool) { return FindEntry(c.kinds[k], text) }

// FindEntry is Find among some rows.
func FindEntry(list []Entry, text string) (Entry, bool) {
	for _, is := range []func(Entry, string, func(string) string) bool{Entry.called, Entry.keyed} {
		for _, form := range forms {
			for _, e := range list {
				if is(e, text, form) {
					return e, true
				}
			}
		}
	}
	return Entry{}, false
}

// forms are how names are compared, the strictest first.
var forms = []func(string) string{strings.TrimSpace, plainly, bareWords}

func plainly(s string) string { return OneLine(Fold(s)) }

// bareWords is what is left of a name without its marks: "SaaS – Infraestructura" is "saas
// infraestructura".
func bareWords(s string) string {
	return strings.Join(strings.FieldsFunc(Fold(s), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}), " ")
}

// Complete gives a new row its key and its place, behind the others. The key of a severity is its
// number.
func (c *Catalogue) Complete(e Entry) Entry {
	last := 0
	for _, other := range c.kinds[e.Kind] {
		last = max(last, other.Position)
	}
	e.Position = cmp.Or(e.Position, last+1)
	switch {
	case e.Key != "":
	case e.Kind == Severities:
		e.Key = strconv.Itoa(e.Position)
	default:
		base := cmp.Or(strings.ReplaceAll(bareWords(e.Name("")), " ", "_"), string(e.Kind))
		e.Key = base
		for n := 2; c.taken(e); n++ {
			e.Key = fmt.Sprintf("%s_%d", base, n)
		}
	}
	return e
}

// ofItems reports whether items bear the row: the first one of a ticket bears the ticket's type.
func (e Entry) ofItems() bool { return e.Kind == Types || e.Kind == ItemTypes }

// taken reports whether another row has the key. The types of tickets and of items share theirs.
func (c *Catalogue) taken(e Entry) bool {
	for _, other := range c.ids {
		if other.Key == e.Key && (other.Kind == e.Kind || other.ofItems() && e.ofItems()) {
			return true
		}
	}
	return false
}

// OrganisationOf is the organisation to which an address belongs by its domain, the zero Entry for
// none.
func (c *Catalogue) OrganisationOf(address string) Entry {
	_, domain, _ := strings.Cut(address, "@")
	for _, e := range c.kinds[Organisations] {
		if slices.Contains(e.Domains, domain) {
			return e
		}
	}
	return Entry{}
}

// Called are the ids of all rows that a text names: modules of several products may have one name.
func (c *Catalogue) Called(k Kind, text string) []int64 {
	ids := []int64{}
	for _, form := range forms {
		for _, e := range c.kinds[k] {
			if e.called(text, form) {
				ids = append(ids, e.ID)
			}
		}
		if len(ids) > 0 {
			return ids
		}
	}
	if e, ok := FindEntry(c.kinds[k], text); ok {
		ids = append(ids, e.ID)
	}
	return ids
}

// Keyed returns the row by its key.
func (c *Catalogue) Keyed(k Kind, key string) (Entry, bool) {
	i := slices.IndexFunc(c.kinds[k], func(e Entry) bool { return e.Key == key })
	if i < 0 {
		return Entry{}, false
	}
	return c.kinds[k][i], true
}

// Status is the first status of a class.
func (c *Catalogue) Status(class Class) (Entry, bool) {
	i := slices.IndexFunc(c.kinds[Statuses], func(e Entry) bool { return e.Class == class })
	if i < 0 {
		return Entry{}, false
	}
	return c.kinds[Statuses][i], true
}

// Severity returns the row of a severity by its number.
func (c *Catalogue) Severity(number int) (Entry, bool) {
	return c.Keyed(Severities, strconv.Itoa(number))
}

// TopSeverity is the number of the worst severity: that of a production which is down.
func (c *Catalogue) TopSeverity() int {
	if list := c.kinds[Severities]; len(list) > 0 {
		return list[0].Position
	}
	return 1
}

// DefaultType is that of a ticket which says nothing of itself.
func (c *Catalogue) DefaultType() int64 {
	e, ok := c.Keyed(Types, "incident")
	if list := c.kinds[Types]; !ok && len(list) > 0 {
		e = list[0]
	}
	return e.ID
}

// DefaultSeverity is that of a ticket which says nothing of itself: the second, where there are
// two.
func (c *Catalogue) DefaultSeverity() int {
	list := c.kinds[Severities]
	if len(list) == 0 {
		return c.TopSeverity()
	}
	return list[min(1, len(list)-1)].Position
}

// ItemType is the row of an item's type. The first item of a ticket bears the type of the ticket.
func (c *Catalogue) ItemType(t ItemType) (Entry, bool) {
	if e, ok := c.Keyed(ItemTypes, string(t)); ok {
		return e, true
	}
	return c.Keyed(Types, string(t))
}

// ItemName is what an item's type is called.
func (c *Catalogue) ItemName(t ItemType, language string) string {
	e, ok := c.ItemType(t)
	if !ok {
		return string(t)
	}
	return e.Name(language)
}

// Opening is the type that the first item of a ticket of a type bears.
func (c *Catalogue) Opening(ticketType int64) ItemType { return ItemType(c.Entry(ticketType).Key) }

// Shown is a value of a ticket's history as people read it: rows are kept in it by their ids.
func (c *Catalogue) Shown(what, value, language string) string {
	id, err := strconv.ParseInt(value, 10, 64)
	if e := c.Entry(id); err == nil && string(e.Kind) == what {
		return e.Name(language)
	}
	return value
}
