package mailout

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"buzon/store"
	"buzon/store/desk"
	"buzon/templates"
)

// access says how to get in: nobody needs a password, his address is the key.
func (w *answering) access(ctx context.Context) error {
	w.say("access_key", 0, "")
	if err := w.data(ctx); err != nil {
		return err
	}
	href := mailto(w.m.box.Address, desk.AskWords(desk.MyData, w.m.to.Language),
		w.m.writes(desk.AddressButton))
	w.links = slices.Insert(w.links, len(w.links)-1,
		templates.Link{Key: string(desk.AddressButton), Href: href})
	return nil
}

// data is what the desk knows of its reader.
func (w *answering) data(ctx context.Context) error {
	w.person(w.m.to)
	w.to.Of = w.m.box.Name
	sight := w.m.sight.Mine()
	if w.m.to.Agent() {
		w.button("help", desk.Query{About: desk.Help})
		return nil
	}
	if err := w.tally(ctx, sight, store.Query{}); err != nil {
		return err
	}
	var projects []string
	for _, id := range w.m.sight.Projects {
		projects = append(projects, w.m.named(id))
	}
	w.fact("projects", strings.Join(projects, ", "))
	if err := w.contracts(ctx, w.m.to.Organisation); err != nil {
		return err
	}
	w.last("me_help", 0, "")
	w.button("my_tickets", desk.Query{About: desk.MyCases})
	w.button("help", desk.Query{About: desk.Help})
	return nil
}

func (w *answering) fact(key, value string) {
	if value != "" {
		w.to.Facts = append(w.to.Facts, templates.Detail{Key: key, Value: value})
	}
}

// person are the facts of somebody.
func (w *answering) person(p desk.Person) {
	say := func(key string) string { return w.Templates.Phrase(w.m.to.Language, "answer", key) }
	w.fact("name", p.Name)
	w.fact("addresses", strings.Join(p.Addresses, ", "))
	w.fact("organisation", w.m.named(p.Organisation))
	if p.Language != "" {
		w.fact("language", say("language_"+p.Language))
	}
	w.fact("quiet", p.Quiet)
	w.fact("digest", p.Digest)
	w.fact("timezone", p.Timezone)
	if w.m.to.Agent() {
		w.fact("role", say("role_"+string(p.Role)))
	}
	if !p.Active {
		w.fact("active", say("inactive"))
	}
	if !p.UndeliverableSince.IsZero() {
		w.fact("undeliverable",
			w.Templates.Date(p.UndeliverableSince.In(w.m.clock(w.Renderer)), w.m.to.Language))
	}
}

// tally says how many cases there are of each status.
func (w *answering) tally(ctx context.Context, s desk.Sight, q store.Query) error {
	count, err := w.Store.Tally(ctx, s, q)
	if err != nil {
		return err
	}
	if _, all := w.seesStatus(); !all {
		w.fact("cases", strconv.Itoa(sum(count)))
		return nil
	}
	var parts []string
	for _, e := range w.m.catalogue.All(desk.Statuses) {
		if n := count[e.ID]; n > 0 {
			parts = append(parts, e.Name(w.m.to.Language)+": "+strconv.Itoa(n))
		}
	}
	w.fact("cases", strings.Join(parts, " · "))
	return nil
}

// seesStatus reports whether the reader sees the status of some cases, and of all.
func (w *answering) seesStatus() (some, all bool) {
	all = true
	for _, box := range w.Mailboxes {
		shown := w.m.sight.Shows(desk.Ticket{Mailbox: box.Address}, "status")
		some, all = some || shown, all && shown
	}
	return some, all
}

// card is somebody's, or an organisation's, with all cases.
func (w *answering) card(ctx context.Context) error {
	if !strings.Contains(w.q.Name, "@") {
		if e, ok := w.m.catalogue.Find(desk.Organisations, w.q.Name); ok {
			return w.organisation(ctx, e)
		}
	}
	people, err := w.whoIs(ctx, w.q.Name, perPage)
	switch {
	case err != nil:
		return err
	case len(people) == 0:
		w.lacks("person", w.echoed(w.q.Name))
		return nil
	case len(people) == 1:
		return w.personCard(ctx, people[0])
	}
	w.say("several_people", len(people), "")
	for _, p := range people {
		w.to.Offers = append(w.to.Offers, w.offer(cmp.Or(p.Name, p.Address()),
			desk.Query{About: desk.Card, Name: p.Address()}))
	}
	return nil
}

// whoIs are people by an address, or by a name.
func (w *answering) whoIs(ctx context.Context, name string, most int) ([]desk.Person, error) {
	if !strings.Contains(name, "@") {
		return w.Store.PeopleNamed(ctx, name, most)
	}
	p, err := w.Store.PersonByAddress(ctx, desk.Canonical(name))
	if err != nil || p.ID == 0 {
		return nil, err
	}
	return []desk.Person{p}, nil
}

func (w *answering) personCard(ctx context.Context, p desk.Person) error {
	w.to.Of = cmp.Or(w.m.person(p).Name, p.Address())
	w.person(p)
	if err := w.contracts(ctx, p.Organisation); err != nil {
		return err
	}
	q := store.Query{Requesters: []int64{p.ID}}
	if p.Agent() {
		q = store.Query{Agent: p.ID}
	}
	if err := w.tally(ctx, w.m.sight, q); err != nil {
		return err
	}
	return w.page(ctx, w.m.sight, q, 0)
}

func (w *answering) calledAll(people []desk.Person) string {
	var names []string
	for _, p := range people[:min(len(people), perPage)] {
		names = append(names, w.called(p))
	}
	if len(people) > perPage {
		names = append(names, "…")
	}
	return strings.Join(names, ", ")
}

// organisation is the card of an organisation: its people, and all cases of theirs.
func (w *answering) organisation(ctx context.Context, e desk.Entry) error {
	w.to.Of = e.Name(w.m.to.Language)
	w.fact("domains", strings.Join(e.Domains, ", "))
	members, err := w.Store.Members(ctx, e.ID)
	if err != nil {
		return err
	}
	w.fact("people", w.calledAll(members))
	if err := w.contracts(ctx, e.ID); err != nil {
		return err
	}
	q := store.Query{Organisation: e.ID}
	if err := w.tally(ctx, w.m.sight, q); err != nil {
		return err
	}
	return w.page(ctx, w.m.sight, q, 0)
}

// canned lists the canned replies with their words.
func (w *answering) canned(context.Context) error {
	for _, e := range w.m.catalogue.All(desk.Canned) {
		text := cmp.Or(e.Text[w.m.to.Language], e.Text["es"], e.Text["en"])
		name := e.Name(w.m.to.Language)
		w.to.Canned = append(w.to.Canned, templates.CannedText{Name: name, Text: text,
			Order: desk.NewOrder("canned", name, w.m.to.Language).Line})
	}
	if len(w.to.Canned) == 0 {
		w.say("no_canned", 0, "")
	}
	return nil
}

// offered are the queries that help tells of, with an example of what follows.
var offered = []desk.Query{
	{About: desk.MyCases}, {About: desk.MyCases, Status: "closed"}, {About: desk.CompanyCases},
	{About: desk.Search}, {About: desk.Case, Number: 123},
	{About: desk.History, Number: 123}, {About: desk.Original, Number: 123, Item: 1},
	{About: desk.File, Number: 123, Item: 1}, {About: desk.MyData},
	{About: desk.Panel}, {About: desk.PendingItems}, {About: desk.Overdue},
	{About: desk.Card, Name: "carla@cliente.test"}, {About: desk.CannedList},
}

// help lists what can be asked and written.
func (w *answering) help(context.Context) error {
	w.say("help_intro", 0, "")
	for _, q := range offered {
		agents := slices.Contains(agentsOnly, q.About)
		if agents && !w.m.to.Agent() || q.About == desk.CompanyCases && w.m.to.Organisation == 0 {
			continue
		}
		if q.About == desk.Search {
			q.Words = w.Templates.Phrase(w.m.to.Language, "answer", "search_word")
		}
		w.to.Offers = append(w.to.Offers, w.offer("help_"+string(q.About)+suffix(q.Status), q))
	}
	if w.m.to.Agent() {
		for _, o := range desk.Orders(w.m.to.Language) {
			w.to.Orders = append(w.to.Orders,
				templates.Offer{Words: o.Line, Key: "order_" + string(o.Verb)})
		}
	} else {
		w.last("help_reply", 0, "")
	}
	return nil
}

func suffix(status string) string {
	if status == "" {
		return ""
	}
	return "_" + status
}
