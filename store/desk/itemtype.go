package desk

import "slices"

// takeType lets an order say of which type the words are, one that the desk has added; what follows
// is that type's row. An order that decides what the item is goes before it.
func (w *draft) takeType() {
	if w.act != Writes && w.act != Notes || w.Kept.Held() {
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

// added are the item types beyond those that come with buzon, which have orders of their own.
func (c *Catalogue) added() []Entry {
	return slices.DeleteFunc(slices.Clone(c.kinds[ItemTypes]), Entry.shipped)
}

// shipped reports whether rules speak of the item type.
func (e Entry) shipped() bool {
	same := func(o Entry) bool { return o.Kind == e.Kind && o.Key == e.Key }
	return slices.ContainsFunc(Shipped(), same)
}
