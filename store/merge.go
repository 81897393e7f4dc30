package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"buzon/store/desk"
)

// Two tickets that are merged are one from then on: the items of the guest stand in its host,
// behind those that were there, and whatever names the guest leads to the host. The row of the
// guest stays, closed, with what it takes to part the two again.
//
//	guest 5: 1 2 3   ─ #unir 9 ─►   host 9: 1 2 | 3 4 5      moved: (5,1)→3 (5,2)→4 (5,3)→5
//	                 ◄─ #separar ─                           what was written to 5 since goes with them

// rearrange moves items between tickets as a deed says, and returns the events that are about
// another ticket, with what they are about.
func (tx *Tx) rearrange(ctx context.Context, done *Done, out desk.Outcome, how Activity) (
	list []desk.Event, err error) {
	switch {
	case out.Merging != nil:
		err = tx.merge(ctx, done, *out.Merging, how)
	case out.Parting != nil:
		err = tx.part(ctx, *out.Parting, how)
	case out.Splitting != nil:
		var t desk.Ticket
		t, err = tx.split(ctx, done, *out.Splitting, how)
		for i := range out.Events {
			if e := &out.Events[i]; e.Kind == desk.TicketSplit {
				e.Ticket = t
			}
		}
	default:
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	for _, e := range out.Events {
		if moves(e) {
			e.Item = desk.Item{Visibility: desk.Public}
			list = append(list, e)
		}
	}
	return list, tx.locate(ctx, done)
}

// moves reports whether an event is about what rearrange does.
func moves(e desk.Event) bool {
	return e.Kind == desk.TicketMerged || e.Kind == desk.TicketParted || e.Kind == desk.TicketSplit
}

// locate finds where the item of a deed stands now.
func (tx *Tx) locate(ctx context.Context, done *Done) (err error) {
	var ticket int64
	_, err = tx.row(ctx, "SELECT ticket, number FROM item WHERE id = $1", args(done.Item.ID),
		&ticket, &done.Item.Number)
	if err != nil {
		return fmt.Errorf("find item %d: %w", done.Item.ID, err)
	}
	done.Item.Ticket = ticket
	done.Ticket, err = tx.Ticket(ctx, ticket)
	return err
}

// merge has the items, the followers and the links of the ticket come along to its host.
func (tx *Tx) merge(ctx context.Context, done *Done, m desk.Merging, how Activity) (err error) {
	guest, host := done.Ticket.Number, m.Host.Number
	if m.MergeUndo.Links, err = tx.newLinks(ctx, guest, host); err != nil {
		return err
	}
	if m.First, m.Last, err = tx.takeOver(ctx, guest, m, how); err != nil {
		return err
	}
	joined, links := desk.Outcome{Follow: m.Joined}, m.MergeUndo.Links
	merged := how
	merged.Ticket, merged.What, merged.New = host, "merged", fmt.Sprint(guest)
	return inTurn(
		func() error { return tx.followers(ctx, m.Before, host, joined, how) },
		func() error { return tx.tieAll(ctx, append(links, mergedInto(guest, host))) },
		func() error { return tx.write(ctx, "DELETE FROM timer WHERE ticket = $1", guest) },
		func() error { return tx.inherit(ctx, m.Before, m.Host, m.Timers) },
		func() error { return tx.relocate(ctx, guest, host, how) },
		func() error { return tx.Note(ctx, merged) },
		func() error {
			return tx.write(ctx, "INSERT INTO merge (ticket, host, undo) VALUES ($1, $2, $3)",
				guest, host, encoded{&m.MergeUndo})
		})
}

func mergedInto(guest, host int64) desk.Tie {
	return desk.Tie{Ticket: guest, Other: host, Kind: desk.MergedLink}
}

func (tx *Tx) tieAll(ctx context.Context, links []desk.Tie) error {
	for _, l := range links {
		if err := tx.Link(ctx, l.Ticket, l.Other, l.Kind); err != nil {
			return err
		}
	}
	return nil
}

// takeOver puts the items of the guest behind those of its host, with what was sent about them.
// Those moves have the numbers from first to last.
func (tx *Tx) takeOver(ctx context.Context, guest int64, m desk.Merging, how Activity) (
	first, last int64, err error) {
	var more, behind int64
	if err := tx.number(ctx, &more, "SELECT items FROM ticket WHERE number = $1",
		guest); err != nil {
		return 0, 0, err
	}
	if _, behind, err = tx.change(ctx, m.Before, m.Host, how, int(more)); err != nil {
		return 0, 0, err
	}
	behind -= more
	const count = "SELECT coalesce(max(id), 0) FROM moved"
	if err := tx.number(ctx, &first, count); err != nil {
		return 0, 0, err
	}
	err = tx.write(ctx, `
		INSERT INTO moved (item, ticket, number)
		SELECT id, ticket, number FROM item WHERE ticket = $1 ORDER BY number`, guest)
	if err == nil {
		err = tx.number(ctx, &last, count)
	}
	if err == nil {
		err = tx.moveAll(ctx, guest, m.Host.Number, behind)
	}
	return first + 1, last, err
}

// moveAll has all that is known by a ticket and a number of an item there be known by another.
func (tx *Tx) moveAll(ctx context.Context, guest, host, behind int64) error {
	for _, statement := range []string{
		"UPDATE item SET ticket = $1, number = number + $2 WHERE ticket = $3",
		"UPDATE outbox SET ticket = $1, item = item + $2 WHERE ticket = $3 AND item > 0",
		"UPDATE outbox SET ticket = $1 WHERE ticket = $3 AND $2 >= 0 AND settled_at IS NULL",
		"UPDATE journal SET ticket = $1, item = item + $2 WHERE ticket = $3 AND item > 0",
		"UPDATE hold SET ticket = $1, item = item + $2 WHERE ticket = $3",
	} {
		if err := tx.write(ctx, statement, host, behind, guest); err != nil {
			return fmt.Errorf("move items: %w", err)
		}
	}
	return nil
}

// number reads one number.
func (tx *Tx) number(ctx context.Context, n *int64, statement string, a ...any) error {
	_, err := tx.row(ctx, statement, a, n)
	return err
}

// newLinks are those that the host gets by its guest: to and from others.
func (r Reader) newLinks(ctx context.Context, guest, host int64) (list []desk.Tie, err error) {
	its, err := r.ties(ctx, guest)
	if err != nil {
		return nil, err
	}
	has, err := r.ties(ctx, host)
	for _, l := range its {
		for _, end := range []*int64{&l.Ticket, &l.Other} {
			if *end == guest {
				*end = host
			}
		}
		if l.Ticket != l.Other && l.Kind != desk.MergedLink && !slices.Contains(has, l) {
			list = append(list, l)
		}
	}
	return list, err
}

// ties are the links from a ticket and to it.
func (r Reader) ties(ctx context.Context, ticket int64) ([]desk.Tie, error) {
	return several(ctx, r.statements, `
		SELECT ticket, other, kind FROM ticket_link WHERE ticket = $1 OR other = $1
		ORDER BY ticket, other, kind`, args(ticket),
		func(t *desk.Tie) []any { return []any{&t.Ticket, &t.Other, &t.Kind} })
}

// relocate has all that were merged into a ticket, one by the other, live on in another one.
func (tx *Tx) relocate(ctx context.Context, ticket, home int64, how Activity) error {
	guests, err := singles[int64](ctx, tx.Reader,
		"SELECT ticket FROM merge WHERE host = $1 ORDER BY ticket", ticket)
	if err != nil {
		return err
	}
	for _, g := range guests {
		var was int64
		err := tx.number(ctx, &was, "SELECT merged_into FROM ticket WHERE number = $1", g)
		if err == nil {
			err = tx.write(ctx, "UPDATE ticket SET merged_into = $1 WHERE number = $2", home, g)
		}
		if err != nil {
			return err
		}
		how.Ticket, how.What = g, "merged_into"
		how.Old, how.New = fmt.Sprint(was), fmt.Sprint(home)
		if err := tx.Note(ctx, how); err != nil {
			return err
		}
		if err := tx.relocate(ctx, g, home, how); err != nil {
			return err
		}
	}
	return nil
}

// guest finds the ticket that would be parted from a host: the one that is meant, else the last.
func (tx *Tx) guest(ctx context.Context, host, meant int64) (*desk.Guest, error) {
	const latest = `
		SELECT g.ticket FROM merge g JOIN moved m ON m.ticket = g.ticket
		WHERE g.host = $1 ORDER BY m.id DESC LIMIT 1`
	if meant == 0 || meant == host {
		meant = 0
		if err := tx.number(ctx, &meant, latest, host); err != nil || meant == 0 {
			return nil, err
		}
	}
	g := desk.Guest{}
	there, err := tx.row(ctx, "SELECT undo FROM merge WHERE ticket = $1", args(meant),
		encoded{&g.Undo})
	if err != nil || !there {
		return nil, err
	}
	page, err := tx.page(ctx, persons, 1, "WHERE t.number = $1", args(meant))
	if err != nil || len(page) == 0 {
		return nil, cmp.Or(err, ErrNotFound)
	}
	g.Ticket = page[0].Ticket
	if g.Assignee, err = Optional(tx.Person(ctx, g.Undo.Assignee)); err != nil {
		return nil, err
	}
	return &g, tx.sinceMerged(ctx, host, &g)
}

// sinceMerged notes that a customer spoke to a guest, and what was worked for it in its host.
func (tx *Tx) sinceMerged(ctx context.Context, host int64, g *desk.Guest) (err error) {
	g.Spoken, err = tx.row(ctx, `
		SELECT 1 FROM item i JOIN person p ON p.id = i.author
		WHERE i.meant = $1 AND i.state = 'filed' AND i.visibility = 'public'
			AND p.role = 'customer'
		LIMIT 1`, args(g.Number), new(int))
	if err != nil {
		return err
	}
	var minutes int64
	err = tx.number(ctx, &minutes, `
		SELECT coalesce(sum(w.minutes), 0)
		FROM work w JOIN item i ON i.id = w.item
		WHERE i.ticket = $1 AND (i.meant = $2 OR i.id IN (
			SELECT item FROM moved WHERE ticket = $2 AND id BETWEEN $3 AND $4))`,
		host, g.Number, g.Undo.First, g.Undo.Last)
	g.Minutes = int(minutes)
	return err
}

// part gives the guest back what it had, and what was written to it since.
func (tx *Tx) part(ctx context.Context, p desk.Parting, how Activity) error {
	guest, host, u := p.Guest.Number, p.HostsBefore.Number, p.Before.Undo
	left, parted := desk.Outcome{Unfollow: p.Left}, how
	parted.Ticket, parted.What, parted.New = host, "parted", fmt.Sprint(guest)
	return inTurn(
		func() error { return tx.giveBack(ctx, guest, host, u) },
		func() error { return tx.writtenSince(ctx, guest, host) },
		func() error {
			_, _, err := tx.change(ctx, p.Before.Ticket, p.Guest, how, 0)
			return err
		},
		func() error { return tx.followers(ctx, p.HostsBefore, host, left, how) },
		func() error { return tx.untie(ctx, guest, u.Links) },
		func() error { return tx.wind(ctx, p) },
		func() error { return tx.write(ctx, "DELETE FROM merge WHERE ticket = $1", guest) },
		func() error { return tx.relocate(ctx, guest, guest, how) },
		func() error { return tx.Note(ctx, parted) })
}

// untie takes away what a guest has brought to its host, and the link between the two.
func (tx *Tx) untie(ctx context.Context, guest int64, links []desk.Tie) error {
	const unlink = "DELETE FROM ticket_link WHERE ticket = $1 AND other = $2 AND kind = $3"
	var into int64
	if err := tx.number(ctx, &into, "SELECT host FROM merge WHERE ticket = $1", guest); err != nil {
		return err
	}
	for _, l := range append(links, mergedInto(guest, into)) {
		if err := tx.write(ctx, unlink, l.Ticket, l.Other, l.Kind); err != nil {
			return err
		}
	}
	return nil
}

// wind gives the guest back what the clock owed it, and how far its clocks had run: they ran on
// meanwhile. Where its customers have written, it begins as it stands now.
func (tx *Tx) wind(ctx context.Context, p desk.Parting) error {
	u := p.Before.Undo
	if p.Guest.Class != u.Class {
		return tx.inherit(ctx, p.Before.Ticket, p.Guest, u.Timers)
	}
	if err := tx.setTimers(ctx, p.Guest.Number, u.Timers); err != nil {
		return err
	}
	return tx.setClocks(ctx, p.Guest.Number, u.Clocks)
}

// spot is where an item stands, or stood.
type spot struct{ item, ticket, number int64 }

func (r Reader) spots(ctx context.Context, statement string, a ...any) (list []spot, err error) {
	return several(ctx, r.statements, statement, a,
		func(p *spot) []any { return []any{&p.item, &p.ticket, &p.number} })
}

// giveBack puts items where they stood before a merge, but for those that have gone elsewhere
// since.
func (tx *Tx) giveBack(ctx context.Context, guest, host int64, u desk.MergeUndo) error {
	list, err := tx.spots(ctx, `
		SELECT m.item, m.ticket, m.number FROM moved m JOIN item i ON i.id = m.item
		WHERE m.ticket = $1 AND m.id BETWEEN $2 AND $3 AND i.ticket = $4
		ORDER BY m.id`, guest, u.First, u.Last, host)
	if err != nil {
		return err
	}
	for _, p := range list {
		if err := tx.moveTo(ctx, p); err != nil {
			return err
		}
		err := tx.write(ctx, "DELETE FROM moved WHERE item = $1 AND id >= $2", p.item, u.First)
		if err != nil {
			return err
		}
	}
	return nil
}

// writtenSince puts behind the items of the guest what was meant for it since the merge.
func (tx *Tx) writtenSince(ctx context.Context, guest, host int64) error {
	list, err := tx.spots(ctx, `
		SELECT id, ticket, number FROM item WHERE meant = $1 AND ticket = $2 ORDER BY number`,
		guest, host)
	if err != nil || len(list) == 0 {
		return err
	}
	last, err := tx.count(ctx, guest, len(list))
	if err != nil {
		return err
	}
	for i, p := range list {
		p.ticket, p.number = guest, last-int64(len(list)-1-i)
		if err := tx.moveTo(ctx, p); err != nil {
			return err
		}
		if err := tx.write(ctx, "UPDATE item SET meant = 0 WHERE id = $1", p.item); err != nil {
			return err
		}
	}
	return nil
}

// moveTo moves an item to a place, with what was sent about it and the mail that it came by.
func (tx *Tx) moveTo(ctx context.Context, p spot) error {
	was, err := tx.spots(ctx, "SELECT id, ticket, number FROM item WHERE id = $1", p.item)
	if err != nil || len(was) == 0 {
		return cmp.Or(err, ErrNotFound)
	}
	const item = "UPDATE item SET ticket = $1, number = $2 WHERE id = $3"
	if err := tx.write(ctx, item, p.ticket, p.number, p.item); err != nil {
		return err
	}
	for _, table := range []string{"outbox", "journal", "hold"} {
		err := tx.write(ctx, "UPDATE "+table+
			" SET ticket = $1, item = $2 WHERE ticket = $3 AND item = $4",
			p.ticket, p.number, was[0].ticket, was[0].number)
		if err != nil {
			return fmt.Errorf("move item: %w", err)
		}
	}
	return nil
}

// Home is where an item stands now that stood in a ticket under a number when somebody was told of
// it; where nothing of the kind was moved, the ticket in which that one lives on.
func (r Reader) Home(ctx context.Context, ticket, number int64) (t, n int64, err error) {
	moved, err := r.row(ctx, `
		SELECT i.ticket, i.number FROM moved m JOIN item i ON i.id = m.item
		WHERE m.ticket = $1 AND m.number = $2 ORDER BY m.id DESC LIMIT 1`, args(ticket, number),
		&t, &n)
	if err != nil || moved {
		return t, n, err
	}
	return ticket, number, nil
}

// Meant is the merged ticket to which an item of its host belongs, 0 for none.
func (r Reader) Meant(ctx context.Context, ticket, number int64) (meant int64, err error) {
	var moved int64
	_, err = r.row(ctx, `
		SELECT i.meant, coalesce((
			SELECT m.ticket FROM moved m JOIN merge g ON g.ticket = m.ticket
			WHERE m.item = i.id ORDER BY m.id DESC LIMIT 1), 0)
		FROM item i WHERE i.ticket = $1 AND i.number = $2`, args(ticket, number), &meant, &moved)
	return cmp.Or(meant, moved), err
}

// living are tickets, each as the one in which it lives on.
func (r Reader) living(ctx context.Context, numbers []int64) ([]int64, error) {
	w := &where{dialect: r.dialect}
	w.add("number IN (%s) AND merged_into > 0", w.list("BIGINT", numbers))
	homes, err := pairs[int64, int64](ctx, r.statements,
		"SELECT number, merged_into FROM ticket "+w.String(), w.args...)
	list := slices.Clone(numbers)
	for i, n := range list {
		list[i] = cmp.Or(homes[n], n)
	}
	return list, err
}

// Guests are the tickets that were merged into one, by whatever way.
func (r Reader) Guests(ctx context.Context, ticket int64) ([]int64, error) {
	return singles[int64](ctx, r,
		"SELECT number FROM ticket WHERE merged_into > 0 AND merged_into = $1 ORDER BY number",
		ticket)
}

// sightsOf are what those may see who take part in tickets that are to be merged.
func (tx *Tx) sightsOf(ctx context.Context, t desk.Ticket, f desk.Facts) (
	map[int64]desk.Sight, error) {
	people := t.Customers()
	for _, o := range f.Others {
		people = append(people, o.Customers()...)
	}
	for _, p := range f.People {
		people = append(people, p)
	}
	sights := map[int64]desk.Sight{}
	for _, p := range people {
		if _, known := sights[p.ID]; known || p.ID == 0 {
			continue
		}
		s, err := tx.Sight(ctx, p)
		if err != nil {
			return nil, err
		}
		sights[p.ID] = s
	}
	return sights, nil
}
