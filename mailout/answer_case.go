package mailout

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"buzon/store"
	"buzon/store/desk"
	"buzon/templates"
)

const (
	itemLength   = 4000    // characters of an item in a card
	historyText  = 200_000 // characters of all items in a history
	itemsPerPage = perPage
)

// aCase is the card of a case: its header, its documents, and its items, the newest first.
func (w *answering) aCase(ctx context.Context) error {
	row, items, err := w.open(ctx)
	if err != nil || row.Number == 0 {
		return err
	}
	page := max(1, w.q.Page)
	slices.Reverse(items)
	shown := items[min(len(items), (page-1)*itemsPerPage):]
	shown = shown[:min(len(shown), itemsPerPage)]
	if err := w.header(ctx, row); err != nil {
		return err
	}
	for _, it := range items {
		w.to.Files = append(w.to.Files, w.documents(it)...)
	}
	for _, it := range shown {
		w.to.Items = append(w.to.Items, w.item(it, itemLength))
	}
	w.itemsOf(page, len(items))
	if !w.m.to.Agent() {
		all := desk.Query{About: desk.History, Number: row.Number}
		w.last("card_help", 0, all.Written(w.m.catalogue, w.m.to.Language))
	}
	w.caseButtons(row.Ticket, desk.History)
	return nil
}

// itemsOf says how many items there are, and leads to those of the following page.
func (w *answering) itemsOf(page, items int) {
	if items > itemsPerPage {
		w.last("items_of", items, strconv.Itoa(page))
	}
	if page*itemsPerPage < items {
		following := w.q
		following.Page = page + 1
		w.button("more", following)
	}
}

// open finds the case of the query with the items that he may see, in order. A row without a number
// is one that he does not see; he is told so.
func (w *answering) open(ctx context.Context) (row store.Row, items []desk.Item, err error) {
	row, ok, err := w.find(ctx, w.q.Number)
	if err != nil {
		return row, nil, err
	}
	if !ok {
		w.lacks("case", itemOrCase(w.q))
		return store.Row{}, nil, nil
	}
	if row.Number != w.q.Number {
		w.say("merged", 0, fmt.Sprintf("#%d → #%d", w.q.Number, row.Number))
	}
	all, err := w.Store.Items(ctx, row.Number)
	for _, it := range all {
		if w.m.sight.Item(row.Ticket, it) {
			items = append(items, it)
		}
	}
	if err == nil { // with all that is known of its people
		row.Ticket, err = w.Store.Ticket(ctx, row.Number)
	}
	w.m.ticket, w.m.about, w.m.box = row.Ticket, row.Number, w.Mailboxes.Named(row.Mailbox)
	for _, it := range items {
		w.m.amongAgents = w.m.amongAgents || it.Visibility == desk.Internal
	}
	return row, items, err
}

// fieldFacts are the fields of a case that he sees.
func (w *answering) fieldFacts(t desk.Ticket) {
	for _, d := range w.m.sight.Details(w.m.catalogue, t, w.m.to.Language) {
		switch d.Key {
		case "subject":
			continue
		case "state_line":
			w.to.State = d.Value
			continue
		case "requester":
			d.Value = w.called(t.Requester)
		case "controller":
			if d.Value = w.called(t.Controller); t.Controller.ID == t.Requester.ID {
				continue
			}
		case "severity":
			d.Value = strings.TrimSpace(d.Value + " " + parenthesis(w.m.severity()))
		}
		w.to.Facts = append(w.to.Facts, templates.Detail(d))
	}
}

// header is what he sees of a case beside its items.
func (w *answering) header(ctx context.Context, row store.Row) error {
	t := row.Ticket
	w.fieldFacts(t)
	add := func(key, value string) {
		if value != "" {
			w.to.Facts = append(w.to.Facts, templates.Detail{Key: key, Value: value})
		}
	}
	if w.m.to.Agent() {
		if err := w.staffFacts(ctx, t, add); err != nil {
			return err
		}
	}
	if d, ok, err := w.hours(ctx, w.m, w.m.catalogue.Entry(t.Service)); err != nil {
		return err
	} else if ok {
		w.to.Facts = append(w.to.Facts, d)
	}
	tied, err := w.tied(ctx, row)
	if err != nil {
		return err
	}
	add("links", tied)
	if err := w.alerts(ctx, t.Number); err != nil {
		return err
	}
	add("opened", w.Templates.Date(t.CreatedAt.In(w.m.clock(w.Renderer)), w.m.to.Language))
	if !t.ClosedAt.IsZero() {
		add("closed", w.Templates.Date(t.ClosedAt.In(w.m.clock(w.Renderer)), w.m.to.Language))
	}
	return nil
}

// staffFacts are those that only agents see.
func (w *answering) staffFacts(ctx context.Context, t desk.Ticket, add func(key, value string),
) error {
	var followers []string
	for _, p := range t.Followers {
		followers = append(followers, w.called(p))
	}
	add("followers", strings.Join(followers, ", "))
	if t.Minutes > 0 {
		add("time", desk.Spent(t.Minutes))
	}
	wait, err := w.Store.Wait(ctx, t.Number)
	if err == nil && !wait.Until.IsZero() {
		add("until_day", w.Templates.Date(wait.Until.In(w.Location), w.m.to.Language))
	}
	return err
}

// alerts says to an agent how often monitoring systems told what the case is about.
func (w *answering) alerts(ctx context.Context, number int64) error {
	if !w.m.to.Agent() {
		return nil
	}
	list, err := w.Store.AlertsOf(ctx, number)
	for _, a := range list {
		last := w.Templates.Date(a.Last.In(w.m.clock(w.Renderer)), w.m.to.Language)
		if a.Count > 1 {
			w.say("alert_repeated", a.Count, fmt.Sprintf("%s (%s)", a.Key, last))
		}
		if a.Flapping {
			w.say("alert_flaps", 0, a.Key)
		}
	}
	return err
}

// tied are the numbers of the cases to which one is tied, of those that he may see.
func (w *answering) tied(ctx context.Context, row store.Row) (string, error) {
	q := store.Query{Limit: perPage}
	for _, l := range row.Links {
		q.Numbers = append(q.Numbers, l.Ticket)
	}
	if len(q.Numbers) == 0 {
		return "", nil
	}
	others, _, err := w.Store.Find(ctx, w.m.sight, q)
	var list []string
	for _, o := range others {
		if o.Number != row.Number { // what was merged into it is itself
			list = append(list, fmt.Sprintf("#%d", o.Number))
		}
	}
	return strings.Join(list, ", "), err
}

func parenthesis(s string) string {
	if s == "" {
		return ""
	}
	return "(" + s + ")"
}

// item is an item with no more than so many characters of its words.
func (w *answering) item(it desk.Item, length int) templates.AnswerItem {
	text := it.Text
	if r := []rune(text); len(r) > length {
		text = string(r[:length]) + " …"
	}
	shown := templates.AnswerItem{Number: itemName(it), Text: text,
		Type: w.m.catalogue.ItemName(it.Type, w.m.to.Language), Author: w.m.person(it.Author),
		At: it.CreatedAt.In(w.m.clock(w.Renderer)), Inside: it.Visibility == desk.Internal,
		Files: w.documents(it)}
	switch it.State {
	case desk.Pending, desk.Rejected, desk.Held, desk.Cancelled:
		shown.Notes = append(shown.Notes, templates.Remark{Key: "item_" + string(it.State)})
	}
	if it.Author.ID == 0 {
		shown.Author.Name = it.Via
	}
	return shown
}

func itemName(it desk.Item) string { return fmt.Sprintf("%d-%d", it.Ticket, it.Number) }

// papers are the files of an item that are told of, in their order.
func papers(it desk.Item) (list []desk.Attachment) {
	for _, a := range it.Attachments {
		if !a.Ornament {
			list = append(list, a)
		}
	}
	return list
}

// documents are the files of an item; a click asks for one.
func (w *answering) documents(it desk.Item) (list []templates.AnswerFile) {
	for i, a := range papers(it) {
		ask := desk.Query{About: desk.File, Number: it.Ticket, Item: it.Number,
			Name: strconv.Itoa(i + 1)}
		list = append(list, templates.AnswerFile{Name: fileName(a.Filename), Size: a.Size,
			Item: itemName(it), Ask: w.asks(ask)})
	}
	return list
}

// caseButtons add to the case, and ask for the rest of it.
func (w *answering) caseButtons(t desk.Ticket, also desk.Topic) {
	if href := w.replyLink(t, ""); href != "" && !w.m.amongAgents {
		w.links = append(w.links, templates.Link{Key: "reply", Href: href})
	}
	if href := w.replyLink(t, w.m.writes(desk.NoteButton)); href != "" && w.m.to.Agent() {
		w.links = append(w.links, templates.Link{Key: string(desk.NoteButton), Href: href})
	}
	key := map[desk.Topic]string{desk.History: "history", desk.Case: "see"}[also]
	w.button(key, desk.Query{About: also, Number: t.Number})
	w.button("my_tickets", desk.Query{About: desk.MyCases})
}

// history is all of a case that he may see: as text, and each communication as a mail in an .mbox.
func (w *answering) history(ctx context.Context) error {
	row, items, err := w.open(ctx)
	if err != nil || row.Number == 0 {
		return err
	}
	if err := w.header(ctx, row); err != nil {
		return err
	}
	w.lastItems(items)
	if err := w.changes(ctx, row.Ticket); err != nil {
		return err
	}
	box := w.mbox(ctx, row.Ticket, items)
	if box.left > 0 {
		w.last("mbox_left", box.left, "")
	}
	w.files = append(w.files, file{name: fmt.Sprintf("caso-%d.mbox", row.Number),
		kind: "application/mbox", open: box.open})
	w.last("mbox_help", 0, "")
	w.caseButtons(row.Ticket, desk.Case)
	return nil
}

// lastItems are as many as there is room for: the newest matter most.
func (w *answering) lastItems(items []desk.Item) {
	room, left := historyText, 0
	for i, it := range slices.Backward(items) {
		if room -= len([]rune(it.Text)); room < 0 && i < len(items)-1 {
			left = i + 1
			break
		}
		w.to.Items = append(w.to.Items, w.item(it, historyText))
	}
	slices.Reverse(w.to.Items)
	if left > 0 {
		w.last("earlier_in_mbox", left, "")
	}
}

// changes are the lines of the history of those fields that he sees. Customers don't hear of what
// else agents do.
func (w *answering) changes(ctx context.Context, t desk.Ticket) error {
	list, err := w.Store.Activities(ctx, t.Number)
	if err != nil {
		return err
	}
	who := map[int64]string{}
	for _, a := range list {
		c, ok := w.change(t, a)
		if !ok {
			continue
		}
		name, known := who[a.Person]
		if !known {
			p, err := w.Store.Person(ctx, a.Person)
			if err != nil {
				return err
			}
			if name = w.called(p); w.m.to.Agent() {
				name = cmp.Or(p.Name, p.Address())
			}
			who[a.Person] = name
		}
		c.Who = cmp.Or(name, w.m.box.Name)
		w.to.Changes = append(w.to.Changes, c)
	}
	return nil
}

// byPeople are fields whose values are addresses, that customers are not told of.
var byPeople = []string{"requester", "controller", "assignee", "agent"}

// ofCatalogues are the catalogues of which a ticket has rows that are none of its fields: customers
// are not told how the desk arranges them.
var ofCatalogues = []string{string(desk.ItemTypes), string(desk.CustomFields)}

func (w *answering) change(t desk.Ticket, a store.Activity) (c templates.Change, ok bool) {
	c = templates.Change{At: a.At.In(w.m.clock(w.Renderer)), What: a.What}
	language, key := w.m.to.Language, ""
	if own, custom := strings.CutPrefix(a.What, "field_"); custom {
		e, _ := w.m.catalogue.Keyed(desk.CustomFields, own)
		c.Name, key, c.Number = e.Name(language), own, e.Value == desk.NumberValue
		if !w.shows(t, own) {
			return c, false
		}
	}
	switch {
	case a.What == "opened":
		return c, true
	case w.m.to.Agent() && slices.Contains(ofCatalogues, a.What): // another row took its place
	case key == "" && desk.FieldNamed(a.What) == nil && !slices.Contains(byPeople, a.What),
		!w.m.to.Agent() && (slices.Contains(byPeople, a.What) ||
			key == "" && !w.m.sight.Shows(t, a.What)):
		return c, false
	}
	c.Old, c.New = w.m.catalogue.Shown(a.What, a.Old, language),
		w.m.catalogue.Shown(a.What, a.New, language)
	return c, c.Old != c.New
}

// shows reports whether he sees a field of one's own.
func (w *answering) shows(t desk.Ticket, key string) bool {
	return slices.ContainsFunc(w.m.sight.Details(w.m.catalogue, t, w.m.to.Language),
		func(d desk.Detail) bool { return d.Key == key })
}

// pick finds an item that he may see by its number. One that he does not see is not there.
func (w *answering) pick(ctx context.Context) (t desk.Ticket, it desk.Item, err error) {
	row, items, err := w.open(ctx)
	if err != nil || row.Number == 0 {
		return t, it, err
	}
	i := slices.IndexFunc(items, func(it desk.Item) bool { return it.Number == w.q.Item })
	if i < 0 {
		w.unpick()
		return t, it, nil
	}
	return row.Ticket, items[i], nil
}

// unpick says that a case is not there of which he sees something else.
func (w *answering) unpick() {
	w.m.ticket, w.m.about, w.m.amongAgents = desk.Ticket{}, 0, false
	w.m.box = w.Mailboxes.Named(w.m.o.Mailbox)
	w.to.Lines = nil
	w.lacks("case", itemOrCase(w.q))
}

// file is one file of an item by its name or its place, or all of an item.
func (w *answering) file(ctx context.Context) error {
	row, items, err := w.open(ctx)
	if err != nil || row.Number == 0 {
		return err
	}
	room, sent := w.m.room, 0
	for _, it := range items {
		if w.q.Item != 0 && it.Number != w.q.Item {
			continue
		}
		for i, a := range papers(it) {
			if w.q.Name != "" && !desk.Same(fileName(a.Filename), w.q.Name) &&
				!desk.Same(a.Filename, w.q.Name) && w.q.Name != strconv.Itoa(i+1) {
				continue
			}
			if it.Seen.Infected {
				w.say("file_infected", 0, fileName(a.Filename))
				continue
			}
			if room -= a.Size; room < 0 {
				w.say("file_left", 0, fileName(a.Filename))
				continue
			}
			w.files = append(w.files, w.attached(ctx, it, a, w.m.outside()))
			w.say("file_here", 0, itemName(it)+" · "+fileName(a.Filename))
			sent++
		}
	}
	if sent == 0 && len(w.to.Lines) == 0 {
		w.lacksFile(items)
	}
	w.caseButtons(row.Ticket, desk.Case)
	return nil
}

// lacksFile names the files that the case has.
func (w *answering) lacksFile(items []desk.Item) {
	for _, it := range items {
		w.to.Files = append(w.to.Files, w.documents(it)...)
	}
	if len(w.to.Files) == 0 {
		w.say("lacks_files", 0, itemOrCase(w.q))
		return
	}
	w.say("lacks_file", 0, itemOrCase(w.q))
}

func itemOrCase(q desk.Query) string {
	if q.Item == 0 {
		return strconv.FormatInt(q.Number, 10)
	}
	return fmt.Sprintf("%d-%d", q.Number, q.Item)
}

// original is the mail by which an item came. Whoever did not write it, and is no agent, gets what
// the item shows to him, as a mail: what else stood in the original is not for him.
func (w *answering) original(ctx context.Context) error {
	t, it, err := w.pick(ctx)
	if err != nil || t.Number == 0 {
		return err
	}
	open, whole, err := w.mailOf(ctx, t, it)
	if err != nil {
		return err
	}
	switch {
	case whole && w.m.to.Agent():
		w.say("original_masked", 0, itemName(it))
	case whole:
		w.say("original_here", 0, itemName(it))
	default:
		w.say("original_made", 0, itemName(it))
	}
	w.files = append(w.files, file{name: "original-" + itemName(it) + ".eml",
		kind: "application/octet-stream", open: open})
	w.caseButtons(t, desk.Case)
	return nil
}
