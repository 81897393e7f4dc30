package desk

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Own are the fields of one's own that a ticket has: those for its type or its product, and those
// for all.
func (c *Catalogue) Own(t *Ticket) (list []Field) {
	for _, e := range c.kinds[CustomFields] {
		of := func(id int64) bool { return id != 0 && slices.Contains(e.Of, id) }
		if len(e.Of) == 0 || of(t.Type) || of(t.Product) {
			list = append(list, own(e))
		}
	}
	return list
}

// own makes of a row what every other field is.
func own(e Entry) Field {
	f := Field{Key: e.Key, Row: e, open: true,
		Get: func(_ *Catalogue, t *Ticket, _ string) string { return t.Custom[e.ID] },
		set: func(w *draft, value string) bool {
			value, ok := e.value(w.dated(e, value))
			if ok {
				w.custom(e.ID, value)
			}
			return ok
		}}
	switch e.Value {
	case ChoiceValue:
		f.choices = func(*draft) []string { return e.Choices }
	case NumberValue:
		f.like = "12, 12.5"
	case DateValue:
		f.like = "2026-12-31, 31/12/2026"
	}
	return f
}

// dated writes the day that a text names, as people do, for a field that holds one.
func (w *draft) dated(e Entry, text string) string {
	if day, wrong := w.Times.Day(text, w.Now); e.Value == DateValue && wrong != Undated {
		return day.Format(time.DateOnly)
	}
	return text
}

// value is what a field of the row's type makes of a text. Nothing at all empties the field.
func (e Entry) value(text string) (string, bool) {
	if text = OneLine(text); text == "" {
		return "", true
	}
	switch e.Value {
	case ChoiceValue:
		i := slices.IndexFunc(e.Choices, func(choice string) bool { return Same(choice, text) })
		if i < 0 {
			return "", false
		}
		return e.Choices[i], true
	case DateValue:
		_, err := time.Parse(time.DateOnly, text)
		return text, err == nil
	case NumberValue:
		n, err := strconv.ParseFloat(strings.Replace(text, ",", ".", 1), 64)
		finite := n-n == 0 // what is endless, or no number, is not
		return strconv.FormatFloat(n, 'f', -1, 64), err == nil && finite
	}
	return text, true
}

// custom sets a field of one's own. The map of the ticket before is another.
func (w *draft) custom(field int64, value string) {
	values := maps.Clone(w.Ticket.Custom)
	if values == nil {
		values = map[int64]string{}
	}
	if values[field] = value; value == "" {
		delete(values, field)
	}
	w.Ticket.Custom = values
}

// fieldNamed is the ticket's field that people call so, nil for none.
func (w *draft) fieldNamed(name string) *Field {
	if f := FieldNamed(name); f != nil {
		return f
	}
	own := w.Catalogue.Own(&w.Ticket)
	if i := slices.IndexFunc(own, func(f Field) bool { return f.Called(name) }); i >= 0 {
		return &own[i]
	}
	return nil
}

// fieldNames are what all fields of the ticket are called.
func (w *draft) fieldNames() (list []string) {
	for _, f := range Fields {
		list = append(list, f.Key)
	}
	for _, f := range w.Catalogue.Own(&w.Ticket) {
		list = append(list, f.Row.Name(w.deed.By.Language))
	}
	return list
}

// named is an order's result about a field: one of one's own is named in it.
func (f *Field) named(w *draft, r Result) Result {
	if f.Row.ID == 0 {
		return r
	}
	name := f.Row.Name(w.deed.By.Language)
	if r.Unknown {
		r.Key, r.Value = "value", strings.TrimSpace(name+" "+r.Value)
		return r
	}
	r.Key, r.Value = "field", name+": "+cmp.Or(r.Value, "–")
	return r
}
