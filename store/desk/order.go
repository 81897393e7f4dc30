package desk

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"buzon/store/desk/lazy"
)

// obey carries out the orders, and notes what became of each. Those that name the product come
// first: a module is one of it, in whichever order they are written.
func (w *draft) obey(orders []Order) {
	w.Done = make([]Result, len(orders))
	for _, first := range []bool{true, false} {
		for i, o := range orders {
			if f, _ := o.field(); first == (f != nil && f.Key == string(Products)) {
				w.Done[i] = w.result(o)
				w.Done[i].Line = o.Line
			}
		}
	}
}

func (w *draft) result(o Order) Result {
	row := rowOf(o.Verb)
	switch {
	case o.Verb == "":
		return w.missed(o)
	case o.Verb == VerbAsk:
		about := Topic(o.Arg)
		return notUnderstood("query", o.Line, AskWords(about, w.deed.By.Language)+behind[about])
	case o.Verb == VerbRate:
		return notUnderstood("score", "", "1", "2", "3", "4", "5")
	case o.Misplaced && !w.deed.By.Agent():
		return notUnderstood("other_case", o.Line)
	case o.Misplaced && o.Verb == VerbNote: // what may be meant for colleagues stays among them
		return Result{Key: "noted"}
	case o.Misplaced:
		return Result{Key: "misplaced"}
	case row == nil:
		return Result{Key: "not_allowed"}
	case w.deed.By.Agent() && row.es == "",
		!w.deed.By.Agent() && row.customer == "" && o.Verb != VerbField && o.Verb != VerbItem:
		return Result{Key: "not_allowed"}
	case w.waits(o):
		return Result{Key: "held"}
	}
	r := row.do(w, o.Arg)
	if r.Unknown && r.Value == "" && strings.HasPrefix(o.Line, "#") {
		r.Key, r.Value = "missing", o.Line
	}
	return r
}

// missed offers what a line may mean that is no order, by the word of his own language first.
func (w *draft) missed(o Order) Result {
	r := Result{Key: "command", Value: o.Line, Unknown: true}
	if !w.deed.By.Agent() {
		if r.Known = CustomerMenu(w.deed.By.Language); o.Arg != "" {
			r.Known = []string{o.Arg}
		}
		return r
	}
	v, _, ok := AgentVerb(o.Arg)
	if v == VerbNote {
		return Result{Key: "noted"}
	}
	if !ok {
		return r
	}
	r.Known = []string{"#" + o.Arg}
	if word := Word(v, w.deed.By.Language); word != "" && word != r.Known[0] {
		r.Known = []string{word, r.Known[0]}
	}
	return r
}

// notUnderstood is a value that the desk does not have, beside those that it has.
func notUnderstood(field, value string, known ...string) Result {
	return Result{Key: field, Value: value, Unknown: true, Known: known}
}

// decides is an order by which the item is what it is: there is one such act to an item.
func decides(v Verb, result string) func(*draft, string) Result {
	return func(w *draft, _ string) Result {
		switch {
		case w.Kept.Held(), v == VerbAskInfo && w.Kept == KeptInside:
			return Result{Key: "held"}
		case w.already(v) != "":
			return Result{Key: w.already(v)}
		case rowOf(v).act != w.act && v == VerbClose && !w.deed.By.Agent():
			return notUnderstood("not_yours", CustomerMenu(w.deed.By.Language)[0])
		case rowOf(v).act != w.act:
			return Result{Key: "not_allowed"}
		case v == VerbReopen && !w.deed.By.Agent() && w.before.Offer != "":
			return w.offered(Unsettled)
		case v == VerbReopen && !w.deed.By.Agent():
			return w.told("open_again")
		}
		return Result{Key: result}
	}
}

// told is what a customer hears that is done in his case.
func (w *draft) told(key string) Result {
	return Result{Key: key, Value: "#" + strconv.FormatInt(w.before.Number, 10), Tell: true}
}

func (w *draft) note(string) Result { return Result{Key: "noted"} }

func (w *draft) public(string) Result {
	if w.inside() {
		return Result{Key: "held"}
	}
	return Result{Key: "public"}
}

func (w *draft) wait(arg string) Result {
	if w.Ticket.Class == Closed {
		return Result{Key: "is_closed"}
	}
	if arg == "" {
		w.Ticket.Class = Waiting
		return Result{Key: "waiting"}
	}
	day, wrong := w.Times.Day(arg, w.Now)
	if w.wrong = wrong; wrong != Dated {
		return w.misdated(arg)
	}
	w.Ticket.Class, w.wake = Waiting, day
	return Result{Key: "waiting_until", Value: day.Format(wakeForm(day))}
}

// wakeForm leaves out the hour where that is the usual one.
func wakeForm(day time.Time) string {
	if day.Hour() == morning && day.Minute() == 0 {
		return time.DateOnly
	}
	return time.DateOnly + " 15:04"
}

// tag adds and drops tags.
func (w *draft) tag(arg string) Result { return w.setField(FieldNamed("tags"), arg) }

// spend writes a line of the time sheet.
func (w *draft) spend(arg string) Result {
	if !w.deed.By.Agent() && !w.keepsTime() {
		return notUnderstood("time_of_yours", arg)
	}
	minutes, why, ok := Worked(arg)
	forms := []string{"45m", "1h30", "1,5 h", "90 min"}
	if w.deed.By.Agent() && w.Ticket.Minutes > 0 { // and may take back what was too much
		forms = append(forms, "-30m")
		if less, found := cutMinus(arg); found {
			minutes, why, ok = Worked(less)
			minutes = -minutes
		}
	}
	switch {
	case !ok:
		return notUnderstood("time", arg, forms...)
	case w.Ticket.Minutes+minutes < 0:
		return notUnderstood("time_left", arg, Spent(-w.Ticket.Minutes))
	}
	w.Time = append(w.Time, TimeEntry{w.deed.By, minutes, why})
	w.Ticket.Minutes += minutes
	r := Result{Key: "time", Value: fmt.Sprintf("%s (total %s)", Spent(minutes),
		Spent(w.Ticket.Minutes))}
	if !w.deed.By.Agent() {
		r.Key, r.Tell = "time_of_his", true
	}
	return r
}

// keepsTime reports whether a customer writes the time sheet of the ticket: it is his own, and his
// profile names that.
func (w *draft) keepsTime() bool {
	by, t := w.deed.By.ID, w.before
	own := by != 0 && (by == t.Requester.ID || by == t.Controller.ID || by == t.Assignee.ID)
	return own && !w.deed.Unproven && w.Sight.KeepsTime(t)
}

func (w *draft) queue(string) Result {
	if w.Ticket.Class == Closed {
		return Result{Key: "is_closed"}
	}
	w.Ticket.Class = Queued
	return Result{Key: "queued"}
}

func (w *draft) take(string) Result {
	if key := w.already(VerbTake); key != "" {
		return Result{Key: key}
	}
	w.Ticket.Agent = w.deed.By
	if w.act == Notes || w.act == Takes {
		w.Ticket.Assignee = w.deed.By
	}
	if p := w.before.Agent; w.takenFrom(p) {
		return Result{Key: "taken_from", Value: p.Name}
	}
	return Result{Key: "taken"}
}

// takenFrom reports whether a colleague had the ticket that is taken.
func (w *draft) takenFrom(p Person) bool {
	return p.ID != 0 && p.Active && p.ID != w.deed.By.ID && w.Ticket.Agent.ID == w.deed.By.ID
}

func (w *draft) release(string) Result {
	w.Ticket.Agent = Person{}
	if w.Ticket.Assignee.Agent() { // what the customer owes he owes still
		w.Ticket.Assignee = Person{}
	}
	return Result{Key: "released"}
}

// assign gives the ticket to an agent, or to who stands in for him.
func (w *draft) assign(arg string) Result {
	found, names := w.agentsNamed(arg)
	if len(found) != 1 {
		return notUnderstood("agent", arg, names...)
	}
	p := w.instead(found[0])
	w.Ticket.Agent, w.Ticket.Assignee = p, p
	return Result{Key: "assigned", Value: p.Name}
}

// follow lets a customer follow the ticket. Who has shown a number only begins to follow nothing:
// what is sent to followers must not be had for a forged From.
func (w *draft) follow(string) Result {
	if w.deed.Unproven {
		return notUnderstood("unproven", "")
	}
	w.Follow = append(w.Follow, w.deed.By)
	return w.told("followed")
}

func (w *draft) unfollow(string) Result {
	r := w.drop(w.deed.By)
	if !r.Unknown {
		return w.told("unfollowed")
	}
	return r
}

func (w *draft) addFollower(arg string) Result {
	p := w.customer(arg)
	if p.ID == 0 {
		return w.nobody(VerbFollower, "person", arg)
	}
	if name, ok := projectIn(arg); ok {
		return w.ofProject(name, p, "project_follower_added", &w.Projects.Follow)
	}
	w.Follow = append(w.Follow, p)
	return Result{Key: "follower_added", Value: p.Address()}
}

func (w *draft) removeFollower(arg string) Result {
	p := w.People[address(arg)]
	if p.ID == 0 {
		return w.nobody(VerbRemove, "person", arg)
	}
	if name, ok := projectIn(arg); ok {
		return w.ofProject(name, p, "project_follower_removed", &w.Projects.Unfollow)
	}
	return w.drop(p)
}

// projectIn is the project of «m@x proyecto X».
var projectArg = lazy.Compile(`(?i)\S\s+(?:del |el |the )?(?:proyecto|project)[\s:=]+(.+)$`)

func projectIn(arg string) (name string, ok bool) {
	m := projectArg.FindStringSubmatch(arg)
	if m == nil {
		return "", false
	}
	return strings.Trim(m[1], "«»\"“” "), true
}

// ofProject has somebody follow a project, or do so no more.
func (w *draft) ofProject(name string, p Person, result string, list *[]ProjectFollower) Result {
	e, ok := w.Catalogue.Find(Projects, name)
	if !ok {
		return notUnderstood("project", name, w.Catalogue.Names(Projects, w.deed.By.Language)...)
	}
	*list = append(*list, ProjectFollower{e.ID, p.ID})
	return Result{Key: result, Value: e.Name(w.deed.By.Language) + " · " + p.Address()}
}

func (w *draft) drop(p Person) Result {
	is := func(f Person) bool { return f.ID == p.ID }
	if own := w.Ticket.Requester.ID == p.ID || w.Ticket.Controller.ID == p.ID; own &&
		p.ID == w.deed.By.ID {
		return notUnderstood("yours", CustomerMenu(p.Language)[0])
	}
	if !slices.ContainsFunc(w.Ticket.Followers, is) {
		return Result{Key: "unchanged"}
	}
	w.Ticket.Followers = slices.DeleteFunc(slices.Clone(w.Ticket.Followers), is)
	w.Unfollow = append(w.Unfollow, p)
	return Result{Key: "follower_removed", Value: p.Address()}
}

// nobody is an order whose argument names no customer: an agent, or no address.
func (w *draft) nobody(v Verb, field, arg string) Result {
	switch a := address(arg); {
	case !w.deed.By.Agent():
	case w.People[a].Agent():
		return Result{Key: "not_customer", Value: a}
	case !strings.Contains(a, "@"):
		return notUnderstood(field, arg, offered(v, w.deed.By.Language).Line)
	}
	return notUnderstood(field, arg)
}

// customer is whom an order names, nobody where that is an agent.
func (w *draft) customer(arg string) Person {
	if !w.deed.By.Agent() {
		return w.colleague(arg)
	}
	p := w.People[address(arg)]
	if p.Agent() {
		return Person{}
	}
	return p
}

// Decides reports whether an order says what the item is that it stands in.
func (o Order) Decides() bool {
	row := rowOf(o.Verb)
	return row != nil && row.act != "" && !o.Misplaced
}

// AddressIn is the mail address in what follows an order, "" for none.
func AddressIn(arg string) string { return address(arg) }

// Named are the addresses whom orders name: the store finds them before a deed is carried out, and
// makes customers of those that are new.
func Named(orders []Order) (found, made []string) {
	for _, o := range orders {
		row, arg := rowOf(o.Verb), o.Arg
		if row == nil || o.Misplaced {
			continue
		}
		if o.Verb == VerbPerson {
			found = append(found, amendable(o.Arg)...)
		}
		person := row.arg == aPerson
		if o.Verb == VerbField {
			f, value := o.field()
			person, arg = f != nil && f.Person, value
		}
		switch a := address(arg); {
		case !person || a == "":
		case o.Verb == VerbRemove, o.Verb == VerbCard:
			found = append(found, a)
		default:
			made = append(made, a)
		}
	}
	return found, made
}

// address takes the address out of what a mail client makes of one: "<m@x>", "m@x<mailto:m@x>",
// "Ana <m@x>".
func address(arg string) string {
	parts := func(r rune) bool { return strings.ContainsRune(" \t<>()[],;", r) }
	for _, field := range strings.FieldsFunc(arg, parts) {
		if strings.Contains(field, "@") {
			return Canonical(strings.TrimPrefix(field, "mailto:"))
		}
	}
	return Canonical(arg)
}

// judge lets in the pending item that the deed is about, or leaves it out.
func judge(v Verb, result string) func(*draft, string) Result {
	return func(w *draft, arg string) Result {
		asked := w.deed.Answers
		if n, err := strconv.ParseInt(strings.Trim(arg, "# .,"), 10, 64); err == nil {
			asked = n
		}
		i := slices.IndexFunc(w.Pending, func(it Item) bool { return it.Number == asked })
		switch {
		case i < 0 && asked != 0 && asked == w.deed.Answers:
			return Result{Key: "unchanged"} // somebody was faster
		case len(w.Pending) == 0 || i < 0 && asked != 0:
			return Result{Key: "nothing_pending"}
		case i < 0 && len(w.Pending) == 1:
			i = 0
		case i < 0:
			var choices []string
			for _, it := range w.Pending {
				word := Word(v, w.deed.By.Language)
				choices = append(choices,
					fmt.Sprintf("%s %d (%s)", word, it.Number, it.Author.Address()))
			}
			return Result{Key: "which_pending", Value: strings.Join(choices, " · ")}
		}
		w.Judged = append(w.Judged, Judgement{w.Pending[i], v == VerbApprove})
		w.Pending = slices.Delete(slices.Clone(w.Pending), i, i+1)
		return Result{Key: result}
	}
}

// Gives reports whether an order names another requester.
func Gives(orders []Order) bool {
	return slices.ContainsFunc(orders, func(o Order) bool {
		f, _ := o.field()
		return f != nil && f.Key == "requester" && !o.Misplaced
	})
}

// Judges reports whether an order is about an item that waits for an agent.
func Judges(orders []Order) bool {
	judges := func(o Order) bool { return o.Verb == VerbApprove || o.Verb == VerbReject }
	return slices.ContainsFunc(orders, judges)
}

// FieldOrder is a line that names a field and its value, as people write it into a text.
func FieldOrder(field, value, line string) Order {
	if field == string(VerbItem) {
		return Order{Verb: VerbItem, Arg: value, Line: line}
	}
	return Order{Verb: VerbField, Arg: field + "=" + value, Line: line}
}
