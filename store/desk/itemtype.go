package desk

import "slices"

// takeType lets an order say of which type the words are, one that the desk has added; what follows
// is that type's row. An order that decides what the item is goes before it.
func (w *draft) takeType() {
	if w.act != Writes && w.act != Notes || w.Kept.Held() {
		return
	}
	t := w.typed()
	if t != "" && t != TestingOK && !slices.ContainsFunc(w.Catalogue.added(), keyed(t)) {
		w.bears = t
		return
	}
	for _, o := range w.deed.Orders {
		e, ok := FindEntry(w.Catalogue.added(), o.Arg)
		if ok && o.Verb == VerbItem && !o.Misplaced {
			w.itemType = ItemType(e.Key)
		}
	}
	if w.itemType == "" {
		return
	}
	class := w.Catalogue.FollowItem(w.before, w.deed.By, w.itemType).Class
	if act := endings[class]; act != "" { // which is told as such
		w.act = act
	}
}

// ofType is the order that says so.
func (w *draft) ofType(arg string) Result {
	if !w.deed.By.Agent() {
		return w.typedByLine(arg)
	}
	e, ok := FindEntry(w.Catalogue.added(), arg)
	switch {
	case !ok:
		return notUnderstood("item", arg, EntryNames(w.Catalogue.added(), w.deed.By.Language)...)
	case w.Kept.Held():
		return Result{Key: "held"}
	case w.itemType == "":
		return Result{Key: "not_allowed"}
	}
	return Result{Key: "item", Value: e.Name(w.deed.By.Language)}
}

// typed is the type that a customer's line gives his item, "" for none.
func (w *draft) typed() (t ItemType) {
	if w.deed.By.Agent() {
		return ""
	}
	for _, o := range w.deed.Orders {
		if e, ok := FindEntry(w.Catalogue.customerTypes(), o.Arg); ok && o.Verb == VerbItem {
			t = ItemType(e.Key)
		}
	}
	return t
}

// typedByLine is a customer's line that says of which type his item is. The first item bears the
// type of the ticket. «Testing OK» is for whoever may close it.
func (w *draft) typedByLine(arg string) Result {
	e, ok := FindEntry(w.Catalogue.customerTypes(), arg)
	name := e.Name(w.deed.By.Language)
	switch {
	case !ok:
		list := EntryNames(w.Catalogue.customerTypes(), w.deed.By.Language)
		return notUnderstood("item", arg, list...)
	case e.Key == string(TestingOK) && w.act != Closes:
		return Result{Key: "not_allowed"}
	case w.before.Number == 0 && e.Kind == Types:
		w.Ticket.Type = e.ID
	}
	return Result{Key: "item", Value: name}
}

func keyed(t ItemType) func(Entry) bool {
	return func(e Entry) bool { return e.Key == string(t) }
}

// added are the item types beyond those that come with buzon, which have orders of their own.
func (c *Catalogue) added() []Entry {
	return slices.DeleteFunc(slices.Clone(c.kinds[ItemTypes]), Entry.shipped)
}

// shipped reports whether rules speak of the item type.
func (e Entry) shipped() bool {
	same := func(o Entry) bool { return o.Kind == e.Kind && o.Key == e.Key }
	return slices.ContainsFunc(Shipped(), same)
}
