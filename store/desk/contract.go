package desk

import (
	"slices"
	"time"
)

// complete gives what a customer opens the product that is his by his contract, or else by what he
// asked about before: a line of his goes before it. The mailbox's is there already.
func (w *draft) complete() {
	t := &w.Ticket
	if w.deed.By.Agent() || t.Product != 0 {
		return
	}
	for _, e := range w.contracts() {
		if products := w.productsOf(e); len(products) == 1 {
			t.Product, w.guessed = products[0], true
			return
		}
	}
	if list := w.Recent; len(list) > 0 && !slices.ContainsFunc(list, differs(list[0])) {
		_, there := FindEntry([]Entry{w.Catalogue.Entry(list[0])}, w.Catalogue.Name(list[0], ""))
		if there && !w.Catalogue.Entry(list[0]).Removed {
			t.Product, w.guessed = list[0], true
		}
	}
}

func differs(id int64) func(int64) bool { return func(other int64) bool { return other != id } }

// engage gives what is opened the contract in force; without one, and where the mailbox has support
// on demand, it waits until its customer accepts what that costs.
func (w *draft) engage() {
	t := &w.Ticket
	opens := w.before.Number == 0 && (w.act == Opens || w.act == Replaces) && !w.deed.By.Agent()
	if t.Service == 0 && w.before.Number == 0 {
		for _, e := range w.contracts() {
			if products := w.productsOf(e); len(products) == 0 ||
				slices.Contains(products, t.Product) {
				t.Service = e.ID
				break
			}
		}
	}
	if opens && t.Service == 0 && w.deed.Demand != "" {
		t.Offer, t.Class, t.Assignee = w.deed.Demand, Waiting, t.Requester
	}
}

// Consent is what somebody's words say to what is offered to him.
type Consent string

const (
	Accepted Consent = "accepted" // and nothing else
	Declined Consent = "declined"
	// Unsettled words agree somehow: to pay takes more than that
	Unsettled Consent = "unsettled"
)

// awaitAcceptance keeps a ticket waiting whose customer has said something, but not that he
// accepts. What an agent agrees with him, a contract, ends that too.
func (w *draft) awaitAcceptance() {
	t, was := &w.Ticket, w.before
	switch {
	case was.Number == 0 || was.Offer == "":
		return
	case t.Service != 0, w.consents(Accepted):
		t.Offer = ""
		if w.consents(Accepted) {
			w.Item.Seen.Accepted, w.Item.Seen.Proof = was.Offer, w.deed.Proof
		}
	case !w.deed.By.Agent() && was.Class == Waiting && t.Class == Open:
		t.Class, t.Status, t.Assignee = was.Class, was.Status, was.Assignee
	case !w.deed.By.Agent() && t.Class == Open: // it is taken up again
		t.Class, t.Assignee = Waiting, t.Requester
	}
	if w.consents(Declined) {
		w.Item.Seen.Declined = was.Offer
	}
	if w.consents(Declined) || w.consents(Unsettled) {
		w.Done = append(w.Done, w.offered(w.deed.Consent))
	}
}

// offered is what a customer hears who does not accept what is offered.
func (w *draft) offered(c Consent) Result {
	return Result{Key: string(c), Value: w.before.Offer, Tell: true}
}

// consents reports whether the deed answers so what is offered: only who asked, or controls, can.
func (w *draft) consents(c Consent) bool {
	by := w.deed.By.ID
	mine := by != 0 && (by == w.before.Requester.ID || by == w.before.Controller.ID)
	return w.deed.Consent == c && mine && w.act == Writes
}

// contracts are the services in force of the requester's organisation; those of nobody in
// particular are everybody's.
func (w *draft) contracts() (list []Entry) {
	of := w.Ticket.Requester.Organisation
	for _, e := range w.Catalogue.All(Services) {
		if (e.Parent == 0 || e.Parent == of) && e.InForce(w.today()) {
			list = append(list, e)
		}
	}
	slices.SortStableFunc(list, func(a, b Entry) int { // his own first
		switch {
		case a.Parent != 0 && b.Parent == 0:
			return -1
		case a.Parent == 0 && b.Parent != 0:
			return 1
		}
		return 0
	})
	return list
}

func (w *draft) today() string { return w.Now.In(w.Times.zone()).Format(time.DateOnly) }

// productsOf are those that a service is for, none for all.
func (w *draft) productsOf(service Entry) (list []int64) {
	for _, id := range service.Of {
		if w.Catalogue.Entry(id).Kind == Products {
			list = append(list, id)
		}
	}
	return list
}

// FindFor is Find among what belongs to an organisation or to nobody, and only then among all: two
// customers may have projects, or contracts, of one name.
func (c *Catalogue) FindFor(organisation int64, k Kind, text string) (Entry, bool) {
	others := func(e Entry) bool { return e.Parent != 0 && e.Parent != organisation }
	if k == Projects || k == Services {
		his := slices.DeleteFunc(slices.Clone(c.kinds[k]), others)
		if e, ok := FindEntry(his, text); ok {
			return e, ok
		}
	}
	return c.Find(k, text)
}

// choosable are the rows of a catalogue that the author may name: what belongs to another customer
// is not there for him, nor is a service that is not in force.
func (w *draft) choosable(k Kind) []Entry {
	all := w.Catalogue.All(k)
	if w.deed.By.Agent() || k != Services && k != Projects {
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), func(e Entry) bool {
		his := e.Parent == 0 || e.Parent == w.deed.By.Organisation
		if k == Services {
			return !his || !e.InForce(w.today())
		}
		return !his && !slices.Contains(w.Sight.Projects, e.ID)
	})
}
