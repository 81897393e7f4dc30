package desk

import (
	"slices"
	"strconv"
	"strings"
)

// Link ties a ticket to another one.
type Link struct {
	Other int64
	Kind  string
}

// The kinds of links that rules speak of: what the ticket is to the other.
const (
	Cites      = "cites"      // it was opened in the place of the other, which is closed
	Depends    = "depends"    // it waits until the other is closed
	Duplicates = "duplicates" // it is closed with the other
	MergedLink = "merged"     // it lives on in the other
	SplitLink  = "split"      // its first items are from the other
)

// LinkKinds are how tickets can be tied by hand: the first has to do with the other, depends on it,
// or is its duplicate.
var LinkKinds = []string{"related", Depends, Duplicates}

// kindsIn are how an agent writes them in his language.
func kindsIn(language string) []string {
	if language == "es" {
		return []string{"relacionado", "depende", "duplicado"}
	}
	return LinkKinds
}

// linkWords are what people call them, folded.
var linkWords = map[string]string{
	"related": "related", "relacionado": "related", "relacionada": "related", "con": "related",
	"related to": "related", "relacionado con": "related",
	"depends": Depends, "depende": Depends, "depende de": Depends, "depends on": Depends,
	"duplicates": Duplicates, "duplicate": Duplicates, "duplicate of": Duplicates,
	"duplica": Duplicates, "duplicado": Duplicates, "duplicado de": Duplicates,
}

// Other is a ticket that an order names.
type Other struct {
	Ticket
	Asked int64   // the number by which it was named
	Needs []int64 // the tickets that it depends on or duplicates, by whatever way
}

// other finds the ticket that an order names; never the ticket itself.
func (w *draft) other(n int64) (Other, bool) {
	i := slices.IndexFunc(w.Others, func(o Other) bool { return o.Asked == n })
	if i < 0 || w.Others[i].Number == w.before.Number {
		return Other{}, false
	}
	return w.Others[i], true
}

// itself reports whether a number is the ticket's own, also one that it has by a merge.
func (w *draft) itself(n int64) bool {
	is := func(o Other) bool { return o.Asked == n && o.Number == w.before.Number }
	return n == w.before.Number || slices.ContainsFunc(w.Others, is)
}

// link ties the ticket to another, by the kind that is given, else by the one that is written
// beside the number.
func link(kind string) func(*draft, string) Result {
	return func(w *draft, arg string) Result {
		written, n, ok := linked(arg)
		if kind != "" {
			written = kind
		}
		switch {
		case ok && !slices.Contains(LinkKinds, written):
			return notUnderstood("link", written, kindsIn(w.deed.By.Language)...)
		case ok && w.itself(n):
			return Result{Key: "itself"}
		}
		o, there := w.other(n)
		if !ok || !there {
			return notUnderstood("number", arg)
		}
		return w.tie(o, written)
	}
}

// tie lets follow what a link means.
func (w *draft) tie(o Other, kind string) Result {
	n := strconv.FormatInt(o.Number, 10)
	closed := o.Class == Closed
	r := Result{Key: "linked", Value: n}
	switch {
	case kind == "related":
	case slices.Contains(o.Needs, w.before.Number):
		return Result{Key: "cycle", Value: n}
	case kind == Depends && w.Ticket.Class == Closed:
		return Result{Key: "is_closed"}
	case kind == Depends && closed:
		r.Key = "depends_closed"
	case kind == Depends:
		r.Key = "depends"
		w.Ticket.Class, w.depends = Waiting, true
	case w.Kept.Held() && closed: // it would be closed
		return Result{Key: "held"}
	case closed && w.Ticket.Class != Closed:
		r.Key = "duplicates_closed"
		w.shut(o.Number)
	default:
		r.Key = "duplicates"
	}
	w.Links = append(w.Links, Link{o.Number, kind})
	return r
}

// shut closes the ticket as the duplicate of one that is closed.
func (w *draft) shut(other int64) {
	w.Ticket.Class, w.Ticket.Assignee = Closed, Person{}
	e := Event{Kind: DuplicateClosed, Ticket: w.Ticket, Author: w.deed.By, Old: other}
	w.Events = append(w.Events, e)
}

// after is what the closing of another ticket does to this one, which hangs on it.
func (w *draft) after(l Link) {
	switch {
	case w.before.Class == Closed:
	case l.Kind == Duplicates:
		w.shut(l.Other)
	case l.Kind == Depends && !w.Hangs:
		if w.before.Class == Waiting {
			w.Ticket.Class, w.Ticket.Assignee = Open, w.Ticket.Agent
		}
		e := Event{Kind: TicketFreed, Ticket: w.Ticket, Old: l.Other}
		w.Events = append(w.Events, e)
	}
}

// Linked are the tickets that orders name.
func Linked(orders []Order) (numbers []int64) {
	for _, o := range orders {
		row := rowOf(o.Verb)
		if _, n, ok := linked(o.Arg); ok && row != nil && row.arg == aTicket {
			numbers = append(numbers, n)
		}
	}
	return numbers
}

// linked reads "12", «depende 12» or "12 duplicates": a kind that nobody knows stays as it is.
func linked(arg string) (kind string, number int64, ok bool) {
	kind = LinkKinds[0]
	var words []string
	for _, word := range strings.Fields(Fold(arg)) {
		n, err := strconv.ParseInt(strings.Trim(word, "#.,"), 10, 64)
		if err == nil && !ok {
			number, ok = n, true
			continue
		}
		words = append(words, word)
	}
	if text := strings.Join(words, " "); text != "" {
		if kind = linkWords[text]; kind == "" {
			kind = text
		}
	}
	return kind, number, ok
}
