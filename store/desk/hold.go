package desk

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// What an agent means for the customer may wait: for a while, so that he can think better of it, or
// until he says it again, since a colleague was faster. Until then it is Held, and nobody but
// agents sees it.
//
//	words ──► a colleague answered since ──► held ──► #enviar ──► filed, sent
//	      └─► the mailbox holds ───────────► held ──► its time ──► filed, sent
//	                                          └──► #cancelar ──► cancelled

// Meanwhile is what another agent did to a ticket since the notice that an answer replies to; By is
// nobody where none did.
type Meanwhile struct {
	By   Person
	At   time.Time
	Took bool // the ticket; else he answered
}

// Stand is what of a ticket goes back when words are withdrawn.
type Stand struct {
	Status   int64 `json:"status"`
	Class    Class `json:"class"`
	Assignee int64 `json:"assignee,omitempty"`
	Agent    int64 `json:"agent,omitempty"`
}

// Stand is the ticket's.
func (t Ticket) Stand() Stand { return Stand{t.Status, t.Class, t.Assignee.ID, t.Agent.ID} }

// Undo is how a ticket was before and behind words that wait.
type Undo struct {
	Before Stand   `json:"before"`
	After  Stand   `json:"after"`
	Timers []Timer `json:"timers,omitempty"` // before

	Was        Ticket   `json:"was,omitzero"` // whole; without a number: nobody knows
	Became     Ticket   `json:"became,omitzero"`
	Followed   []Person `json:"followed,omitempty"`   // who follows by it,
	Unfollowed []Person `json:"unfollowed,omitempty"` // and who does no more
	Links      []Link   `json:"links,omitempty"`      // that it made
}

// HeldItem is an item that is held, with what only the store knows of it.
type HeldItem struct {
	Item
	Until           time.Time // from when on it is sent by itself; zero: when its author says so
	Undo            Undo
	Agent, Assignee Person // of Undo.Before
	Followed        bool   // the customer's side or an agent has said something since
}

// collides reports whether a colleague was faster than these words. Notes and commands alone
// collide with nothing, nor does what its author says again.
func (w *draft) collides() bool {
	d := w.deed
	return d.By.Agent() && d.Act == "" && !d.Again && w.Meanwhile.By.ID != 0 && w.words() &&
		!w.inside() && !w.ordered(VerbSend)
}

// waits reports whether an order waits with the words: all do when the words collide, but for those
// about what is held.
func (w *draft) waits(o Order) bool {
	now := []Verb{VerbCancel, "help"}
	return w.Kept == HeldAnswered && !slices.Contains(now, o.Verb)
}

// hold lets what tells the customer something wait for as long as the mailbox has it. The worst
// does not wait.
func (w *draft) hold() {
	t := w.Ticket
	if w.Hold <= 0 || !w.deed.By.Agent() || w.before.Number == 0 || t.ProductionDown ||
		w.before.ProductionDown || w.deed.Again || w.ordered(VerbSend) ||
		t.Severity == w.Catalogue.TopSeverity() {
		return
	}
	told := func(n Notification) bool { return !n.To.Agent() }
	if slices.ContainsFunc(w.Events, func(e Event) bool {
		return !e.Kind.moves() && slices.ContainsFunc(Due(e), told)
	}) {
		w.Until, w.Item.State = w.Now.Add(w.Hold), Held
	}
}

// held is the item that an order about what is held means: the one that it names, whose notice is
// answered, or the last of his who writes. Where there is none the result says why.
func (w *draft) held(arg string) (h HeldItem, why Result) {
	mayDo := func(h HeldItem) bool {
		return h.Author.ID == w.deed.By.ID || w.deed.By.Role == Admin
	}
	asked, err := strconv.ParseInt(strings.Trim(arg, "# .,"), 10, 64)
	named := err == nil
	if !named {
		asked = w.deed.Answers
	}
	for _, h := range w.Facts.Held {
		switch {
		case h.Number != asked:
		case !mayDo(h):
			return HeldItem{}, Result{Key: "not_yours", Value: h.Author.Name}
		default:
			return h, Result{}
		}
	}
	for _, h := range slices.Backward(w.Facts.Held) {
		if h.Author.ID == w.deed.By.ID && !named {
			return h, Result{}
		}
	}
	if w.Said {
		return HeldItem{}, Result{Key: "too_late"}
	}
	return HeldItem{}, Result{Key: "nothing_held"}
}

// unhold takes an item out of what is held.
func (w *draft) unhold(h HeldItem) {
	w.Facts.Held = slices.DeleteFunc(slices.Clone(w.Facts.Held), func(o HeldItem) bool {
		return o.Number == h.Number
	})
}

// cancel withdraws what nobody has been sent yet. What it changed goes back where nothing has
// happened since.
func (w *draft) cancel(arg string) Result {
	h, why := w.held(arg)
	if h.Number == 0 {
		return why
	}
	w.unhold(h)
	w.Withdrawn = append(w.Withdrawn, h.Item)
	n := strconv.FormatInt(h.Number, 10)
	switch {
	case h.Until.IsZero() || w.says():
		return Result{Key: "cancelled", Value: n}
	case h.Followed || w.before.Stand() != h.Undo.After || w.Ticket.Stand() != h.Undo.After:
		return Result{Key: "cancelled_only", Value: n}
	}
	w.undo(h)
	t, was := &w.Ticket, h.Undo.Before
	t.Status, t.Class, t.Agent, t.Assignee = was.Status, was.Class, h.Agent, h.Assignee
	w.timers = []Timer{{Kind: WakeTimer}, {Kind: RemindTimer}, {Kind: ConfirmTimer}}
	for i, over := range w.timers {
		for _, timer := range h.Undo.Timers {
			if timer.Kind == over.Kind {
				w.timers[i] = timer
			}
		}
	}
	return Result{Key: "cancelled", Value: n}
}

// undo gives the ticket back what the item has changed of it, but for what is another by now.
func (w *draft) undo(h HeldItem) {
	t, was, became := &w.Ticket, h.Undo.Was, h.Undo.Became
	if was.Number == 0 {
		return
	}
	back(&t.Subject, was.Subject, became.Subject)
	back(&t.Severity, was.Severity, became.Severity)
	back(&t.ProductionDown, was.ProductionDown, became.ProductionDown)
	back(&t.Type, was.Type, became.Type)
	back(&t.Product, was.Product, became.Product)
	back(&t.Module, was.Module, became.Module)
	back(&t.Project, was.Project, became.Project)
	back(&t.Service, was.Service, became.Service)
	back(&t.Offer, was.Offer, became.Offer)
	back(&t.Progress, was.Progress, became.Progress)
	back(&t.State, was.State, became.State)
	if t.Requester.ID == became.Requester.ID {
		t.Requester = was.Requester
	}
	if t.Controller.ID == became.Controller.ID {
		t.Controller = was.Controller
	}
	if t.DueAt.Equal(became.DueAt) {
		t.DueAt = was.DueAt
	}
	if slices.Equal(t.Tags, became.Tags) {
		t.Tags = was.Tags
	}
	if maps.Equal(t.Custom, became.Custom) {
		t.Custom = was.Custom
	}
	t.Minutes = max(0, t.Minutes-became.Minutes+was.Minutes)
	w.Undone = &h
	w.Unfollow = append(w.Unfollow, h.Undo.Followed...)
	w.Follow = append(w.Follow, h.Undo.Unfollowed...)
}

// back is what was, where nobody has changed what became of it.
func back[T comparable](now *T, was, became T) {
	if *now == became {
		*now = was
	}
}

// send lets what is held go, or what is written now in its place.
func (w *draft) send(arg string) Result {
	h, why := w.held(arg)
	switch {
	case h.Number == 0 && w.says():
		return Result{Key: "public"}
	case h.Number == 0:
		return why
	}
	w.unhold(h)
	if w.says() {
		w.Withdrawn = append(w.Withdrawn, h.Item)
		return Result{Key: "sent_instead", Value: strconv.FormatInt(h.Number, 10)}
	}
	w.Sent = append(w.Sent, h)
	return Result{Key: "sent_now"}
}

// says reports whether there are words that go to the customer now.
func (w *draft) says() bool { return w.words() && !w.inside() }

// Recalls reports whether an order is about what is held.
func Recalls(orders []Order) bool {
	return slices.ContainsFunc(orders, func(o Order) bool {
		return o.Verb == VerbCancel || o.Verb == VerbSend
	})
}
