package desk

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// MergeUndo is what a merge has changed beside where items stand, so that it can be undone.
type MergeUndo struct {
	// Of the ticket that was merged, as it was.
	Class    Class     `json:"class"`
	Status   int64     `json:"status"`
	Assignee int64     `json:"assignee,omitempty"`
	Closed   time.Time `json:"closed,omitzero"`
	Down     bool      `json:"down,omitempty"`
	Timers   []Timer   `json:"timers,omitempty"`
	Clocks   []Clock   `json:"clocks,omitempty"`
	// Of the host, what it got by it, and how bad it was before.
	Severity  int      `json:"severity"`
	HostDown  bool     `json:"host_down,omitempty"`
	Followers []int64  `json:"followers,omitempty"`
	Tags      []string `json:"tags,omitempty"`
	Links     []Tie    `json:"links,omitempty"`
	// The moves of items that were the merge's: from the first, to the last.
	First int64 `json:"first"`
	Last  int64 `json:"last"`
}

// Tie is a link with both of its ends.
type Tie struct {
	Ticket, Other int64
	Kind          string
}

// Merging has a ticket live on in another one.
type Merging struct {
	Host   Ticket // as it becomes
	Before Ticket
	Joined []Person // who follows it from now on
	MergeUndo
}

// Guest is a ticket that was merged into the one that a deed is done to, and may be parted from it.
type Guest struct {
	Ticket
	Undo     MergeUndo
	Assignee Person // who owed the next action
	Spoken   bool   // its customers have written to it since
	Minutes  int    // of the time sheet that goes with it
}

// Parting undoes a merge.
type Parting struct {
	Guest       Ticket // as it becomes
	Host        Ticket // likewise
	Before      Guest
	HostsBefore Ticket
	Left        []Person // who follows the host no more
}

// Splitting makes a new ticket of items.
type Splitting struct {
	Opens   Ticket
	Items   []int64 // their numbers, in order
	Minutes int     // of the time sheet that goes with them
}

// maxNamed is how many people a refusal names.
const maxNamed = 3

// merge has the ticket live on in the other. Whoever takes part in one of the two reads both from
// then on, so that each of them must be allowed to see both before.
func (w *draft) merge(arg string) Result {
	_, n, ok := linked(arg)
	o, there := w.other(n)
	value := strconv.FormatInt(o.Number, 10)
	switch {
	case ok && w.itself(n):
		return Result{Key: "itself"}
	case !ok || !there:
		return notUnderstood("number", arg)
	case w.Kept.Held():
		return Result{Key: "held"}
	case w.Merging != nil, w.Parting != nil, w.Splitting != nil:
		return Result{Key: "not_allowed"}
	case w.act == Closes || w.act == Resolves:
		return Result{Key: "merge_ends"}
	case o.Class == Closed && w.Ticket.Class != Closed:
		return Result{Key: "merge_closed", Value: value}
	}
	if strangers := w.strangers(o.Ticket); len(strangers) > 0 {
		return Result{Key: "merge_strangers",
			Value: fmt.Sprintf("%s (%s)",
				NewOrder("link", linkWord(w.deed.By.Language)+" "+value, w.deed.By.Language).Line,
				strings.Join(strangers, ", "))}
	}
	w.Merging = &Merging{Before: o.Ticket}
	w.host(o.Ticket)
	w.guest(o.Number)
	e := Event{Kind: TicketMerged, Ticket: w.Merging.Host, Author: w.deed.By, Old: w.before.Number,
		Witness: []Person{w.Ticket.Agent}}
	w.Events = append(w.Events, e)
	return Result{Key: "merged", Value: value}
}

// Inherit is what the clock owes a ticket that another one, merged into it or parted from it, has
// made what it is: its own clocks follow, and the ladder of the other's alarm goes on.
func Inherit(before, after Ticket, others []Timer, f Facts) Outcome {
	w := &draft{Facts: f, before: before, Outcome: Outcome{Ticket: after}}
	if after.ProductionDown && !before.ProductionDown {
		for _, t := range others {
			if t.Kind == LadderTimer {
				w.Timers = append(w.Timers, t)
			}
		}
	}
	w.remember()
	w.runClocks()
	return w.Outcome
}

func linkWord(language string) string {
	if language == "en" {
		return "duplicate"
	}
	return "duplicado"
}

// strangers are the people of one of the two tickets who may not see the other.
func (w *draft) strangers(o Ticket) (list []string) {
	check := func(people []Person, t Ticket) {
		for _, p := range people {
			if p.ID == 0 || !p.Active || p.Agent() || w.Sights[p.ID].Ticket(t) ||
				slices.Contains(list, p.Address()) || len(list) == maxNamed {
				continue
			}
			list = append(list, p.Address())
		}
	}
	check(append(w.Ticket.Customers(), w.Follow...), o)
	check(o.Customers(), w.Ticket)
	return list
}

// guest closes the ticket, which lives on in its host.
func (w *draft) guest(host int64) {
	t, u := &w.Ticket, &w.Merging.MergeUndo
	u.Class, u.Status, u.Assignee = t.Class, t.Status, t.Assignee.ID
	u.Closed, u.Down = t.ClosedAt, t.ProductionDown
	u.Timers, u.Clocks = w.Owed, w.Facts.Clocks
	t.Class, t.MergedInto, t.Assignee = Closed, host, Person{}
	t.ProductionDown, t.Minutes = false, 0
}

// host takes over what the ticket has: who takes part in it, how bad it is, and what is to be done.
func (w *draft) host(h Ticket) {
	t, m := w.Ticket, w.Merging
	m.Severity, m.HostDown = h.Severity, h.ProductionDown
	h.Severity, h.ProductionDown = min(h.Severity, t.Severity), h.ProductionDown || t.ProductionDown
	h.Minutes += t.Minutes
	if h.Agent.ID == 0 {
		h.Agent = t.Agent
	}
	if h.DueAt.IsZero() {
		h.DueAt = t.DueAt
	}
	for _, tag := range t.Tags {
		if !slices.Contains(h.Tags, tag) && len(h.Tags) < maxTags {
			h.Tags, m.Tags = append(slices.Clone(h.Tags), tag), append(m.Tags, tag)
		}
	}
	slices.Sort(h.Tags)
	for _, p := range t.Customers() {
		if p.ID != 0 && !p.Agent() && !h.Participant(p.ID) {
			h.Followers = append(slices.Clone(h.Followers), p)
			m.Followers, m.Joined = append(m.Followers, p.ID), append(m.Joined, p)
		}
	}
	owes := t.Class == Open || t.Class == Queued || t.Class == InProgress
	if owes && (h.Class == Waiting || h.Class == Resolved) {
		h.Class, h.Assignee = Open, h.Agent
	}
	m.Host = h
}

// separate undoes a merge or, where items are named, makes a new ticket of those.
func (w *draft) separate(arg string) Result {
	switch {
	case w.Kept.Held():
		return Result{Key: "held"}
	case w.Merging != nil, w.Parting != nil, w.Splitting != nil:
		return Result{Key: "not_allowed"}
	case strings.TrimSpace(arg) != "":
		return w.split(arg)
	case w.Guest == nil:
		return Result{Key: "nothing_merged"}
	}
	g := *w.Guest
	w.Parting = &Parting{Before: g, HostsBefore: w.before}
	w.part(g)
	for _, e := range []Event{
		{Ticket: w.Parting.Guest, Old: w.before.Number},
		{Ticket: w.Ticket, Old: g.Number, Told: w.Parting.Guest.Customers()},
	} {
		e.Kind, e.Author = TicketParted, w.deed.By
		w.Events = append(w.Events, e)
	}
	return Result{Key: "parted", Value: strconv.FormatInt(g.Number, 10)}
}

// part gives both tickets back what they had before they were merged, as far as nobody has changed
// it since.
func (w *draft) part(g Guest) {
	t, h := g.Ticket, &w.Ticket
	t.MergedInto, t.Minutes, t.ProductionDown = 0, g.Minutes, g.Undo.Down
	t.Class, t.Assignee, t.ClosedAt = g.Undo.Class, g.Assignee, g.Undo.Closed
	if w.Catalogue.Entry(g.Undo.Status).Class == t.Class {
		t.Status = g.Undo.Status
	}
	if g.Spoken && (t.Class == Waiting || t.Class == Resolved || t.Class == Closed) {
		t.Class, t.Assignee, t.ClosedAt = Open, t.Agent, time.Time{}
		t.Status = g.Ticket.Status // the first of its class will do
	}
	w.Parting.Guest = t
	h.Minutes -= g.Minutes
	if h.Severity == min(g.Undo.Severity, t.Severity) {
		h.Severity = g.Undo.Severity
	}
	if g.Undo.Down && !g.Undo.HostDown {
		h.ProductionDown = false
	}
	h.Tags = slices.DeleteFunc(slices.Clone(h.Tags), func(tag string) bool {
		return slices.Contains(g.Undo.Tags, tag)
	})
	h.Followers = slices.DeleteFunc(slices.Clone(h.Followers), func(p Person) bool {
		leaves := slices.Contains(g.Undo.Followers, p.ID)
		if leaves {
			w.Parting.Left = append(w.Parting.Left, p)
		}
		return leaves
	})
}

// split makes a new ticket of items, in the name of who wrote the first of them. The one that opens
// the ticket stays, and so does what is for agents alone, unless something else goes with it.
func (w *draft) split(arg string) Result {
	numbers, subject, wrong := itemNumbers(arg)
	if wrong != "" {
		return notUnderstood("items", wrong, w.itemRange()...)
	}
	var chosen []Item
	for _, n := range numbers {
		i := slices.IndexFunc(w.Items, func(it Item) bool { return it.Number == n })
		if i < 0 {
			return notUnderstood("items", strconv.FormatInt(n, 10), w.itemRange()...)
		}
		chosen = append(chosen, w.Items[i])
	}
	public := func(it Item) bool { return it.Visibility == Public && it.State == Filed }
	switch {
	case numbers[0] == w.firstItem():
		return Result{Key: "split_first", Value: strconv.FormatInt(numbers[0], 10)}
	case !slices.ContainsFunc(chosen, public):
		return Result{Key: "split_inside"}
	}
	w.Splitting = &Splitting{Opens: w.offspring(chosen, subject), Items: numbers}
	for _, n := range numbers {
		w.Splitting.Minutes += w.Spent[n]
	}
	w.Ticket.Minutes -= w.Splitting.Minutes
	w.Splitting.Opens.Minutes = w.Splitting.Minutes
	e := Event{Kind: TicketSplit, Author: w.deed.By, Old: w.before.Number}
	w.Events = append(w.Events, e)
	return Result{Key: "split"}
}

// offspring is the ticket that is made of items.
func (w *draft) offspring(chosen []Item, subject string) Ticket {
	from, first := w.Ticket, chosen[0]
	t := Ticket{Mailbox: from.Mailbox, Subject: subject, Class: Open, Severity: from.Severity,
		Type: from.Type, Product: from.Product, Module: from.Module, Project: from.Project,
		Service: from.Service, Unverified: from.Unverified, Agent: from.Agent, Assignee: from.Agent,
		Requester: from.Requester, Controller: from.Controller}
	for _, name := range []string{first.Subject, from.Subject} {
		if t.Subject == "" {
			t.Subject = name
		}
	}
	if p := first.Author; p.ID != 0 && !p.Agent() && p.ID != from.Requester.ID {
		t.Requester, t.Controller = p, p
	}
	for _, it := range chosen {
		if p := it.Author; !p.Agent() && from.Participant(p.ID) && !t.Participant(p.ID) {
			t.Followers = append(t.Followers, p)
		}
	}
	return t
}

// firstItem is the number of the item that opens the ticket.
func (w *draft) firstItem() int64 {
	if len(w.Items) == 0 {
		return 1
	}
	return w.Items[0].Number
}

// itemRange are the numbers that can be split off.
func (w *draft) itemRange() []string {
	switch len(w.Items) {
	case 0, 1:
		return nil
	case 2:
		return []string{strconv.FormatInt(w.Items[1].Number, 10)}
	}
	return []string{fmt.Sprintf("%d-%d", w.Items[1].Number, w.Items[len(w.Items)-1].Number)}
}

// maxSplit is how many items one order can name.
const maxSplit = 1000

// itemNumbers reads «4 5», "4, 6-8", «4 y 5»; what follows is the subject of the new ticket. wrong
// is what stands in the place of a number.
func itemNumbers(arg string) (numbers []int64, subject, wrong string) {
	words := strings.Fields(strings.ReplaceAll(arg, ",", " "))
	i := 0
	for ; i < len(words); i++ {
		word := strings.Trim(words[i], "#.;:")
		if len(numbers) > 0 && (word == "y" || word == "and" || word == "e") {
			continue
		}
		from, to, ranged := strings.Cut(strings.ReplaceAll(word, "–", "-"), "-")
		first, err := strconv.ParseInt(from, 10, 64)
		last := first
		if ranged && err == nil {
			last, err = strconv.ParseInt(to, 10, 64)
		}
		if err != nil {
			break
		}
		if first < 1 || last < first || last-first >= maxSplit || len(numbers) >= maxSplit {
			return nil, "", word
		}
		for n := first; n <= last; n++ {
			numbers = append(numbers, n)
		}
	}
	if len(numbers) == 0 {
		return nil, "", OneLine(arg)
	}
	slices.Sort(numbers)
	return slices.Compact(numbers), strings.Join(words[i:], " "), ""
}

// Separates reports whether an order parts tickets or splits one, and whether it names items.
func Separates(orders []Order) (parts, splits bool) {
	for _, o := range orders {
		if o.Verb == "split" && !o.Misplaced {
			splits = splits || strings.TrimSpace(o.Arg) != ""
			parts = parts || strings.TrimSpace(o.Arg) == ""
		}
	}
	return parts, splits
}

// Merges reports whether an order merges the ticket into another.
func Merges(orders []Order) bool {
	return slices.ContainsFunc(orders, func(o Order) bool {
		return o.Verb == "merge" && !o.Misplaced
	})
}

// moves reports whether it is that items stand in another ticket now: what has been done and can be
// undone.
func (k EventKind) moves() bool {
	return k == TicketMerged || k == TicketParted || k == TicketSplit
}
