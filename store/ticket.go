package store

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"buzon/store/desk"
)

var ticketColumns = []column[desk.Ticket]{
	{"number", func(t *desk.Ticket) any { return &t.Number }, derived, nil},
	{"mailbox", func(t *desk.Ticket) any { return &t.Mailbox }, once, nil},
	{"subject", func(t *desk.Ticket) any { return &t.Subject }, kept, nil},
	entryColumn("status", func(t *desk.Ticket) *int64 { return &t.Status }),
	{"s.class", func(t *desk.Ticket) any { return &t.Class }, derived, nil},
	{"severity", func(t *desk.Ticket) any { return &t.Severity }, kept, nil},
	{"production_down", func(t *desk.Ticket) any { return &t.ProductionDown }, kept, nil},
	entryColumn("type", func(t *desk.Ticket) *int64 { return &t.Type }),
	{"requester", func(t *desk.Ticket) any { return &t.Requester.ID }, kept,
		func(t *desk.Ticket) string { return t.Requester.Address() }},
	{"controller", func(t *desk.Ticket) any { return &t.Controller.ID }, kept,
		func(t *desk.Ticket) string { return t.Controller.Address() }},
	{"assignee", func(t *desk.Ticket) any { return &t.Assignee.ID }, kept,
		func(t *desk.Ticket) string { return t.Assignee.Address() }},
	{"agent", func(t *desk.Ticket) any { return &t.Agent.ID }, kept,
		func(t *desk.Ticket) string { return t.Agent.Address() }},
	{"unverified", func(t *desk.Ticket) any { return &t.Unverified }, kept, nil},
	entryColumn("product", func(t *desk.Ticket) *int64 { return &t.Product }),
	entryColumn("module", func(t *desk.Ticket) *int64 { return &t.Module }),
	entryColumn("project", func(t *desk.Ticket) *int64 { return &t.Project }),
	entryColumn("service", func(t *desk.Ticket) *int64 { return &t.Service }),
	{"offer", func(t *desk.Ticket) any { return &t.Offer }, kept, nil},
	{"custom", func(t *desk.Ticket) any { return encoded{&t.Custom} }, always, nil},
	{"progress", func(t *desk.Ticket) any { return &t.Progress }, kept, nil},
	{"due_at", func(t *desk.Ticket) any { return moment{&t.DueAt} }, kept,
		func(t *desk.Ticket) string { return desk.Day(t.DueAt) }},
	{"tags", func(t *desk.Ticket) any { return fields{&t.Tags} }, kept,
		func(t *desk.Ticket) string { return strings.Join(t.Tags, " ") }},
	{"state_line", func(t *desk.Ticket) any { return &t.State }, kept, nil},
	{"minutes", func(t *desk.Ticket) any { return &t.Minutes }, kept, nil},
	{"merged_into", func(t *desk.Ticket) any { return &t.MergedInto }, kept, nil},
	{"created_at", func(t *desk.Ticket) any { return moment{&t.CreatedAt} }, once, nil},
	{"updated_at", func(t *desk.Ticket) any { return moment{&t.UpdatedAt} }, always, nil},
	{"closed_at", func(t *desk.Ticket) any { return moment{&t.ClosedAt} }, always, nil},
}

// entryColumn holds a row of a catalogue. The history has its id, and is read in any language.
func entryColumn(name string, at func(*desk.Ticket) *int64) column[desk.Ticket] {
	said := func(t *desk.Ticket) string {
		if *at(t) == 0 {
			return ""
		}
		return strconv.FormatInt(*at(t), 10)
	}
	return column[desk.Ticket]{name, func(t *desk.Ticket) any { return at(t) }, kept, said}
}

var (
	tickets      = newTable("ticket", "t", "JOIN entry s ON s.id = t.status", ticketColumns)
	insertTicket = tickets.numbered("number", "items")
	updateTicket = tickets.updateCounting("items", "number")
)

// Ticket returns the ticket with the number or, where that was merged into another, the one in
// which it lives on.
func (r Reader) Ticket(ctx context.Context, number int64) (desk.Ticket, error) {
	row, err := r.TicketRow(ctx, number)
	return row.Ticket, err
}

// TicketRow is Ticket with its links.
func (r Reader) TicketRow(ctx context.Context, number int64) (Row, error) {
	page, err := r.page(ctx, persons, 1, `
		WHERE t.number = coalesce((
			SELECT merged_into FROM ticket WHERE number = $1 AND merged_into > 0), $1)`,
		args(number))
	if err == nil && len(page) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return Row{}, err
	}
	return page[0], nil
}

// OpenTicket writes a new ticket, with its first item where one is given, and returns both with
// their numbers. The status is the first of its class where it names none of it.
func (tx *Tx) OpenTicket(ctx context.Context, t desk.Ticket,
	first *NewItem) (_ desk.Ticket, it desk.Item, err error) {
	now := tx.store.Now()
	t.CreatedAt, t.UpdatedAt = now, now
	if t.Status, err = tx.statusOf(ctx, t); err != nil {
		return t, it, err
	}
	a := append(tickets.values(once, &t), first != nil)
	t.Number, err = tx.insertRow(ctx, insertTicket, a...)
	if err != nil {
		return t, it, fmt.Errorf("open ticket: %w", err)
	}
	if first == nil {
		return t, it, nil
	}
	n := *first
	n.Ticket, n.Number = t.Number, 1
	it, err = tx.writeItem(ctx, t.Subject, n)
	return t, it, err
}

// statusOf is the status that somebody has named, where it is of the ticket's class, else the first
// of that class: what was ordered behind it counts.
func (tx *Tx) statusOf(ctx context.Context, t desk.Ticket) (int64, error) {
	c, err := tx.Catalogue(ctx)
	if err != nil {
		return 0, err
	}
	if c.Entry(t.Status).Class == t.Class {
		return t.Status, nil
	}
	s, ok := c.Status(t.Class)
	if !ok {
		return 0, fmt.Errorf("no status has the class %s: buzon status add NAME --class %s",
			t.Class, t.Class)
	}
	return s.ID, nil
}

// Change writes what differs between two states of a ticket, and the history of it: who, when, by
// which mail.
func (tx *Tx) Change(ctx context.Context, old, t desk.Ticket, by, mail int64) (desk.Ticket, error) {
	t, _, err := tx.change(ctx, old, t, Activity{Person: by, Mail: mail}, 0)
	return t, err
}

// change is Change for a ticket that gets more items. It returns how many there are then.
func (tx *Tx) change(ctx context.Context, old, t desk.Ticket, how Activity, more int) (
	_ desk.Ticket, items int64, err error) {
	now := tx.store.Now()
	t.UpdatedAt = now
	if t.Status, err = tx.statusOf(ctx, t); err != nil {
		return t, 0, err
	}
	if t.Class != old.Class {
		t.ClosedAt = time.Time{}
		if t.Class == desk.Closed {
			t.ClosedAt = now
		}
	}
	list, err := tx.differences(ctx, &old, &t)
	if err != nil {
		return t, 0, err
	}
	var history []Activity
	for _, d := range list {
		how.Ticket, how.What, how.Old, how.New = t.Number, d.column, d.old, d.new
		history = append(history, how)
	}
	if history == nil {
		items, err = tx.count(ctx, t.Number, more)
		return t, items, err
	}
	values := append(tickets.values(changed, &t), more, t.Number)
	ok, err := tx.row(ctx, updateTicket, values, &items)
	if err != nil || !ok {
		return t, 0, fmt.Errorf("change ticket %d: %w", t.Number, cmp.Or(err, ErrNotFound))
	}
	return t, items, tx.Note(ctx, history...)
}

// differences are what the history says of a change, also of the desk's own fields.
func (tx *Tx) differences(ctx context.Context, old, t *desk.Ticket) ([]difference, error) {
	list := tickets.differences(old, t)
	c, err := tx.Catalogue(ctx)
	if err != nil {
		return nil, err
	}
	for _, f := range c.All(desk.CustomFields) {
		if a, b := old.Custom[f.ID], t.Custom[f.ID]; a != b {
			list = append(list, difference{"field_" + f.Key, a, b})
		}
	}
	return list, nil
}

// count makes a ticket have more items, and returns how many there are then.
func (tx *Tx) count(ctx context.Context, ticket int64, more int) (items int64, err error) {
	ok, err := tx.row(ctx, `
		UPDATE ticket SET items = items + $1, updated_at = $2 WHERE number = $3 RETURNING items`,
		args(more, tx.store.Now().UnixMilli(), ticket), &items)
	if err != nil || !ok {
		err = fmt.Errorf("add item to ticket %d: %w", ticket, cmp.Or(err, ErrNotFound))
	}
	return items, err
}

// Link ties two tickets; kind says what the first is to the other: cites, claims.
func (tx *Tx) Link(ctx context.Context, ticket, other int64, kind string) error {
	return tx.write(ctx, `
		INSERT INTO ticket_link (ticket, other, kind) VALUES ($1, $2, $3)
		ON CONFLICT DO NOTHING`, ticket, other, kind)
}

// Link is one end of two tied tickets.
type Link struct {
	Ticket int64  `json:"ticket"`
	Kind   string `json:"kind"`
}

// Links lists what a ticket is tied to, in both directions.
func (r Reader) Links(ctx context.Context, ticket int64) ([]Link, error) {
	return several(ctx, r.statements, `
		SELECT other, kind FROM ticket_link WHERE ticket = $1
		UNION ALL
		SELECT ticket, kind || '_by' FROM ticket_link WHERE other = $1`,
		args(ticket), func(l *Link) []any { return []any{&l.Ticket, &l.Kind} })
}

// Follow makes a person a follower of a ticket.
func (tx *Tx) Follow(ctx context.Context, ticket, person int64) error {
	return tx.write(ctx, `
		INSERT INTO follower (ticket, person) VALUES ($1, $2)
		ON CONFLICT DO NOTHING`, ticket, person)
}

// Unfollow ends a person's following of a ticket, and reports whether there was any.
func (tx *Tx) Unfollow(ctx context.Context, ticket, person int64) (bool, error) {
	n, err := tx.exec(ctx, "DELETE FROM follower WHERE ticket = $1 AND person = $2", ticket, person)
	if err != nil {
		return false, fmt.Errorf("end following: %w", err)
	}
	return n > 0, nil
}

// TicketsSince counts the tickets that a person has opened since then, no further than most.
func (r Reader) TicketsSince(ctx context.Context, requester int64, since time.Time,
	most int) (n int, err error) {
	_, err = r.row(ctx, `
		SELECT count(*) FROM (
			SELECT created_at FROM ticket WHERE requester = $1
			ORDER BY number DESC LIMIT +$3
		) AS x
		WHERE created_at >= $2`, args(requester, since.UnixMilli(), most), &n)
	return n, err
}

// Activity is one line of a ticket's history: who, when, by which mail.
type Activity struct {
	Ticket int64     `json:"ticket"`
	At     time.Time `json:"at"`
	Person int64     `json:"person"`
	Mail   int64     `json:"mail"`
	What   string    `json:"what"`
	Old    string    `json:"old"`
	New    string    `json:"new"`
}

// Note adds lines to a ticket's history.
func (tx *Tx) Note(ctx context.Context, list ...Activity) error {
	if len(list) == 0 {
		return nil
	}
	var a []any
	for i := range list {
		list[i].At = tx.store.Now()
		a = append(a, activities.values(once, &list[i])...)
	}
	return tx.write(ctx, activities.insertion(len(list)), a...)
}

// Activities lists a ticket's history, the oldest first.
func (r Reader) Activities(ctx context.Context, ticket int64) ([]Activity, error) {
	return activities.list(ctx, r, "WHERE a.ticket = $1 ORDER BY a.id", ticket)
}

// ActivitiesOf lists what a mail has changed, whichever ticket it was in, in the order in which it
// was done.
func (r Reader) ActivitiesOf(ctx context.Context, mail int64) ([]Activity, error) {
	return activities.list(ctx, r, "WHERE a.mail = $1 AND a.mail <> 0 ORDER BY a.id", mail)
}

var activities = newTable("activity", "a", "", []column[Activity]{
	{"ticket", func(a *Activity) any { return &a.Ticket }, once, nil},
	{"at", func(a *Activity) any { return moment{&a.At} }, once, nil},
	{"person", func(a *Activity) any { return &a.Person }, once, nil},
	{"mail", func(a *Activity) any { return &a.Mail }, once, nil},
	{"what", func(a *Activity) any { return &a.What }, once, nil},
	{"old", func(a *Activity) any { return &a.Old }, once, nil},
	{"new", func(a *Activity) any { return &a.New }, once, nil},
})
