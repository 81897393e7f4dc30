package main

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"buzon/store"
	"buzon/store/desk"
)

var importTickets = importable{
	name: "tickets", short: "Take the tickets of another desk from a file, with their items",
	long: "Rows with the same number that follow one another are the items of one ticket: the " +
		"first opens\nit, and of the others count text, author (empty: the requester), " +
		"created_at and visibility\n(public or internal). Times are like 2026-01-31 15:04, " +
		"31/01/2026 15:04 or RFC 3339.\nWithout a number a ticket gets the next one.",
	together: "number",
	columns: []csvColumn{
		{"number", "numero, nro, caso, case, ticket, id", false},
		{"subject", "asunto, tema, titulo, title", true},
		{"requester", "solicitante, cliente, customer, from", true},
		{"status", "estado", false},
		{"created_at", "created, creado, creado el, fecha, fecha de creacion, date", true},
		{"closed_at", "closed, cerrado, cerrado el, fecha de cierre", false},
		{"text", "texto, descripcion, detalle, description, body", false},
		{"author", "autor, responsable, escrito por", false},
		{"visibility", "visibilidad", false},
		{"type", "tipo", false},
		{"severity", "severidad, criticidad, prioridad, priority", false},
		{"product", "producto, para", false},
		{"module", "modulo", false},
		{"project", "proyecto", false},
		{"service", "servicio", false},
		{"agent", "agente, asignado a", false},
	},
	plan: (*importing).planTicket,
}

// highestNumber keeps a slip of the pen from ending the desk's numbers.
const highestNumber = 1_000_000_000

func (m *importing) planTicket(
	ctx context.Context, r store.Reader, rows []record,
) (done planned, err error) {
	c, err := r.Catalogue(ctx)
	if err != nil {
		return done, err
	}
	was := len(m.bad)
	o := &oldTicket{importing: m, ctx: ctx, Reader: r, naming: naming{c, m.config.Language}}
	if err := o.read(rows); err != nil || len(m.bad) > was {
		return done, err
	}
	there, err := o.there(rows[0])
	switch {
	case err != nil || len(m.bad) > was:
		return done, err
	case there:
		return planned{unchanged, nil}, nil
	}
	return planned{added, o.write}, nil
}

// oldTicket is a ticket that is read from a file.
type oldTicket struct {
	*importing
	store.Reader
	naming
	ctx    context.Context
	ticket desk.Ticket
	items  []store.NewItem
}

func (o *oldTicket) read(rows []record) (err error) {
	row, t := rows[0], &o.ticket
	t.Mailbox, t.Subject = o.boxes[0].Address, row.of("subject")
	o.number(row)
	if t.Subject == "" {
		o.fail(row, "subject: it is missing")
	}
	if err := o.parties(row); err != nil {
		return err
	}
	o.rows(row)
	if t.CreatedAt = o.moment(row, "created_at"); row.of("created_at") == "" {
		o.fail(row, "created_at: it is missing")
	}
	for i, row := range rows {
		if err := o.item(i, row); err != nil {
			return err
		}
	}
	o.state(row)
	return nil
}

// number reads the ticket's, which may be left out.
func (o *oldTicket) number(row record) {
	text := row.of("number")
	if text == "" {
		return
	}
	n, err := strconv.ParseInt(strings.TrimLeft(text, "#"), 10, 64)
	if o.ticket.Number = n; err != nil || n < 1 || n > highestNumber {
		o.fail(row, "number: %q: want one of 1 to %d", text, highestNumber)
	}
	line, twice := o.seen[text]
	if o.seen[text] = row.line; twice {
		o.fail(row, "number: the rows of %s begin on line %d: put them together", text, line)
	}
}

// parties reads whose the ticket is, and who has it.
func (o *oldTicket) parties(row record) (err error) {
	t := &o.ticket
	if t.Requester, err = o.person(row, "requester"); err != nil {
		return err
	}
	if t.Requester.Agent() {
		o.fail(row, "requester: %s is an agent: want a customer", t.Requester.Address())
	}
	t.Controller = t.Requester
	if t.Agent, err = o.person(row, "agent"); err != nil {
		return err
	}
	if row.of("agent") != "" && !t.Agent.Agent() {
		o.fail(row, "agent: %s is no agent: see buzon agent list", row.of("agent"))
	}
	return nil
}

// rows finds what the ticket has of the catalogues.
func (o *oldTicket) rows(row record) {
	t := &o.ticket
	t.Type, t.Severity = o.DefaultType(), o.DefaultSeverity()
	for _, f := range []struct {
		kind desk.Kind
		at   *int64
	}{{desk.Types, &t.Type}, {desk.Products, &t.Product}, {desk.Projects, &t.Project},
		{desk.Services, &t.Service}} {
		if text := row.of(string(f.kind)); text != "" {
			e, err := o.find(f.kind, text)
			if err != nil {
				o.fail(row, "%s: %s", f.kind, err)
			} else {
				e, _ = o.FindFor(t.Requester.Organisation, f.kind, text)
			}
			*f.at = e.ID
		}
	}
	if text := row.of("severity"); text != "" {
		e, err := o.find(desk.Severities, text)
		if t.Severity = e.Position; err != nil {
			o.fail(row, "severity: %s", err)
		}
	}
	if text := row.of("module"); text != "" {
		e, ok := desk.FindEntry(o.Within(desk.Modules, t.Product), text)
		if t.Module = e.ID; !ok {
			o.fail(row, "module: the product has no module %q: see buzon module list", text)
		}
	}
}

// state is the ticket's status. A ticket that says nothing of it is open, or closed where it says
// when; one that is closed says nothing of when it was: with its last item.
func (o *oldTicket) state(row record) {
	t := &o.ticket
	t.UpdatedAt = t.CreatedAt
	for _, it := range o.items {
		t.UpdatedAt = later(t.UpdatedAt, it.CreatedAt)
	}
	t.ClosedAt = o.moment(row, "closed_at")
	class := desk.Open
	if !t.ClosedAt.IsZero() {
		class = desk.Closed
	}
	if !o.status(row, class) {
		return
	}
	o.closing(row)
	switch t.Class {
	case desk.Closed:
	case desk.Waiting, desk.Resolved:
		t.Assignee = t.Requester
	default:
		t.Assignee = t.Agent
	}
}

// status is the one that the row names, else the first of the class.
func (o *oldTicket) status(row record, class desk.Class) bool {
	e, ok := o.Status(class)
	if text := row.of("status"); text != "" {
		var err error
		if e, err = o.find(desk.Statuses, text); err != nil {
			o.fail(row, "status: %s", err)
			return false
		}
	} else if !ok {
		o.fail(row, "status: the desk has none of the class %s", class)
	}
	o.ticket.Status, o.ticket.Class = e.ID, e.Class
	return true
}

// closing finds out when the ticket was closed, and changed for the last time.
func (o *oldTicket) closing(row record) {
	t := &o.ticket
	switch {
	case !t.ClosedAt.IsZero() && t.Class != desk.Closed:
		o.fail(row, "closed_at: the ticket is %s and not closed", o.of(t.Status))
	case !t.ClosedAt.IsZero() && t.ClosedAt.Before(t.CreatedAt):
		o.fail(row, "closed_at: it lies before created_at")
	case t.Class == desk.Closed && t.ClosedAt.IsZero():
		t.ClosedAt = t.UpdatedAt
	}
	t.UpdatedAt = later(t.UpdatedAt, t.ClosedAt)
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// item reads the item of a row.
func (o *oldTicket) item(i int, row record) (err error) {
	it := desk.Item{Text: row.cells["text"], Visibility: desk.Public, State: desk.Filed,
		Author: o.ticket.Requester, CreatedAt: o.ticket.CreatedAt}
	if row.of("author") != "" {
		if it.Author, err = o.person(row, "author"); err != nil {
			return err
		}
	}
	if i > 0 && row.of("created_at") != "" {
		it.CreatedAt = o.moment(row, "created_at")
	}
	it.Visibility = o.visibility(row)
	if limit := int(o.config.Limits.Text); limit > 0 && len(it.Text) > limit {
		o.fail(row, "text: it has %d bytes, and %d is the most", len(it.Text), limit)
	}
	it.Type = o.itemType(i, row, it)
	if it.Visibility == desk.Internal && !it.Author.Agent() {
		o.fail(row, "author: an internal item is an agent's, and %s is none", it.Author.Address())
	}
	o.items = append(o.items, store.NewItem{Item: it})
	return nil
}

func (o *oldTicket) visibility(row record) desk.Visibility {
	switch text := desk.Fold(row.of("visibility")); text {
	case "internal", "interno", "interna":
		return desk.Internal
	case "", "public", "publico", "publica":
	default:
		o.fail(row, "visibility: %q: want public or internal", row.of("visibility"))
	}
	return desk.Public
}

// itemType is that of the ticket's first item, or of a later one.
func (o *oldTicket) itemType(i int, row record, it desk.Item) desk.ItemType {
	switch {
	case i == 0:
		if it.Visibility != desk.Public {
			o.fail(row, "visibility: what opens a ticket is public")
		}
		return o.Opening(o.ticket.Type)
	case it.Text == "":
		o.fail(row, "text: it is missing")
	case it.CreatedAt.Before(o.ticket.CreatedAt):
		o.fail(row, "created_at: it lies before the ticket's")
	case it.Visibility == desk.Internal:
		return desk.Note
	case it.Author.Agent():
		return desk.Answer
	}
	return desk.MoreInformation
}

// person is whom a cell names, with an id where he is known; the zero Person where it is empty.
func (o *oldTicket) person(row record, column string) (p desk.Person, err error) {
	text := row.of(column)
	address := desk.Canonical(text)
	_, own := findMailbox(o.boxes, text)
	switch {
	case text == "" && column == "requester":
		o.fail(row, "requester: it is missing")
		return p, nil
	case text == "":
		return p, nil
	case address == "":
		o.fail(row, "%s: %q is no mail address", column, text)
		return p, nil
	case own:
		o.fail(row, "%s: %s is a mailbox of the desk", column, address)
	}
	if p, err = o.PersonByAddress(o.ctx, address); err == nil && p.ID == 0 {
		p.Addresses = []string{address}
	}
	return p, err
}

// moments are how people write times; days come before months.
var moments = []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05",
	"2006-01-02 15:04", time.DateOnly, "2/1/2006 15:04:05", "2/1/2006 15:04", "2/1/2006"}

func (o *oldTicket) moment(row record, column string) time.Time {
	text := row.of(column)
	if text == "" {
		return time.Time{}
	}
	for _, form := range moments {
		t, err := time.ParseInLocation(form, text, o.location)
		if err != nil {
			continue
		}
		if t.Year() < 1970 || t.After(o.house.store.Now().Add(24*time.Hour)) {
			o.fail(row, "%s: %s is out of this world", column, text)
		}
		return t.UTC().Truncate(time.Millisecond)
	}
	o.fail(row, "%s: %q: want a time like 2026-01-31 15:04", column, text)
	return time.Time{}
}

// there reports whether the desk has the ticket. A number that is another ticket's is wrong.
func (o *oldTicket) there(row record) (bool, error) {
	t := o.ticket
	if t.Number == 0 {
		if t.Requester.ID == 0 {
			return false, nil
		}
		n, err := o.TicketOf(o.ctx, t.Requester.ID, t.Subject, t.CreatedAt)
		return n != 0, err
	}
	known, err := store.Optional(o.Ticket(o.ctx, t.Number))
	if err != nil || known.Number == 0 {
		return false, err
	}
	if !known.CreatedAt.Equal(t.CreatedAt) || known.Requester.ID != t.Requester.ID {
		o.fail(row, "number: %d is another ticket here: %s, of %s", t.Number,
			strconv.Quote(known.Subject), known.Requester.Address())
	}
	return true, nil
}

// write makes the people who are new, and writes the ticket.
func (o *oldTicket) write(ctx context.Context, tx *store.Tx) (err error) {
	find := func(p *desk.Person) {
		if err == nil && p.ID == 0 && p.Address() != "" {
			*p, err = tx.Customer(ctx, p.Address(), "")
		}
	}
	t := o.ticket
	find(&t.Requester)
	t.Controller = t.Requester
	if t.Assignee.ID == 0 && (t.Class == desk.Waiting || t.Class == desk.Resolved) {
		t.Assignee = t.Requester
	}
	for i := range o.items {
		find(&o.items[i].Author)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", cmp.Or(t.Subject, "ticket"), err)
	}
	_, err = tx.Import(ctx, t, o.items)
	return err
}
