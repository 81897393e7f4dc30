package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"buzon/store/desk"
)

const personAddresses = `(
	SELECT string_agg(address, ' ' ORDER BY position, address) FROM address WHERE person = p.id)`

var personColumns = []column[desk.Person]{
	{"id", func(p *desk.Person) any { return &p.ID }, derived, nil},
	{"name", func(p *desk.Person) any { return &p.Name }, always, nil},
	{"role", func(p *desk.Person) any { return &p.Role }, always, nil},
	{"organisation", func(p *desk.Person) any { return &p.Organisation }, always, nil},
	{"language", func(p *desk.Person) any { return &p.Language }, always, nil},
	{"active", func(p *desk.Person) any { return &p.Active }, always, nil},
	{"team", func(p *desk.Person) any { return &p.Team }, always, nil},
	{"on_call", func(p *desk.Person) any { return &p.OnCall }, always, nil},
	{"blocked", func(p *desk.Person) any { return &p.Blocked }, always, nil},
	{"welcomed", func(p *desk.Person) any { return &p.Welcomed }, always, nil},
	{"admission", func(p *desk.Person) any { return &p.Admission }, always, nil},
	{"known", func(p *desk.Person) any { return &p.Known }, once, nil},
	{"machine", func(p *desk.Person) any { return &p.Machine }, always, nil},
	{"away_until", func(p *desk.Person) any { return moment{&p.AwayUntil} }, always, nil},
	{"substitute", func(p *desk.Person) any { return &p.Substitute }, always, nil},
	{"quiet", func(p *desk.Person) any { return &p.Quiet }, always, nil},
	{"digest", func(p *desk.Person) any { return &p.Digest }, always, nil},
	{"timezone", func(p *desk.Person) any { return &p.Timezone }, always, nil},
	{"undeliverable_since", func(p *desk.Person) any { return moment{&p.UndeliverableSince} },
		always, nil},
	{personAddresses, func(p *desk.Person) any { return fields{&p.Addresses} }, derived, nil},
}

var (
	persons      = newTable("person", "p", "", personColumns)
	insertPerson = persons.numbered("id", "created_at")
	updatePerson = persons.update("id")
)

func (r Reader) persons(ctx context.Context, where string, a ...any) ([]desk.Person, error) {
	return persons.list(ctx, r, where, a...)
}

// personOrNobody is the zero Person where nobody was found: an address that is nobody's is an
// answer.
func (r Reader) personOrNobody(ctx context.Context, where string, a ...any) (desk.Person, error) {
	return Optional(persons.one(ctx, r, where, a...))
}

// Person returns the person with the id; the zero Person when there is none.
func (r Reader) Person(ctx context.Context, id int64) (desk.Person, error) {
	if id == 0 {
		return desk.Person{}, nil
	}
	return r.personOrNobody(ctx, "WHERE p.id = $1", id)
}

// PersonByAddress returns who has the address, in the form of Canonical; the zero Person when
// nobody has.
func (r Reader) PersonByAddress(ctx context.Context, address string) (desk.Person, error) {
	return r.personOrNobody(ctx, `
		WHERE p.id = (SELECT person FROM address WHERE address = $1)`, address)
}

// loosely has letters that may bear an accent be any for the database.
func loosely(name string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("aeioucn!%_", r) || r > unicode.MaxASCII {
			return '_'
		}
		return r
	}, name)
}

// PeopleNamed lists people whose name has the words, accents and case aside, no more than most.
func (r Reader) PeopleNamed(ctx context.Context, name string, most int) (list []desk.Person,
	err error) {
	wanted := desk.OneLine(desk.Fold(name))
	if wanted == "" {
		return nil, nil
	}
	var ids []int64
	err = r.rows(ctx, "SELECT id, name FROM person WHERE lower(name) LIKE $1 ORDER BY id",
		args("%"+loosely(wanted)+"%"), func(rows *sql.Rows) error {
			var p desk.Person
			err := rows.Scan(&p.ID, &p.Name)
			if !strings.Contains(desk.OneLine(desk.Fold(p.Name)), wanted) {
				return err
			}
			if ids = append(ids, p.ID); len(ids) == most {
				return errEnough
			}
			return err
		})
	if err = enough(err); err != nil || len(ids) == 0 {
		return nil, err
	}
	w := &where{dialect: r.dialect}
	return r.persons(ctx, "WHERE p.id IN ("+w.list("BIGINT", ids)+") ORDER BY p.id", w.args...)
}

// KnownAs reports whether a customer whom the desk knows has the name, beside one person.
func (r Reader) KnownAs(ctx context.Context, name string, but int64) (bool, error) {
	if len(strings.Fields(name)) < 2 { // many are called Carla
		return false, nil
	}
	return r.row(ctx, `
		SELECT 1 FROM person
		WHERE lower(name) = lower($1) AND id <> $2 AND known = 1 AND role = 'customer' LIMIT 1`,
		args(name, but), new(int))
}

// Persons lists people by role; "" lists all.
func (r Reader) Persons(ctx context.Context, role desk.Role) ([]desk.Person, error) {
	if role == "" {
		return r.persons(ctx, "ORDER BY p.id")
	}
	return r.persons(ctx, "WHERE p.role = $1 ORDER BY p.id", role)
}

// PersonsAfter lists some people, those behind an id, in the order of their ids.
func (r Reader) PersonsAfter(ctx context.Context, id int64, limit int) ([]desk.Person, error) {
	return r.persons(ctx, "WHERE p.id > $1 ORDER BY p.id LIMIT +$2", id, limit)
}

// Staff lists the agents and admins, also those who are not active.
func (r Reader) Staff(ctx context.Context) ([]desk.Person, error) {
	return r.persons(ctx, "WHERE p.role <> 'customer' ORDER BY +p.id")
}

// BlockedPeople lists the customers whose mail is recorded and nothing else.
func (r Reader) BlockedPeople(ctx context.Context) ([]desk.Person, error) {
	return r.persons(ctx, "WHERE p.blocked = 1 AND p.role = 'customer' ORDER BY p.id")
}

// Agents lists the active agents and admins. The plus keeps SQLite from reading everybody in the
// order of their ids.
func (r Reader) Agents(ctx context.Context) ([]desk.Person, error) {
	return r.persons(ctx, "WHERE p.role <> 'customer' AND p.active = 1 ORDER BY +p.id")
}

// Agents lists the active agents and admins. They are read again when somebody has changed one:
// every mail that is filed asks.
func (tx *Tx) Agents(ctx context.Context) ([]desk.Person, error) {
	c, err := tx.configured(ctx)
	if err != nil {
		return nil, err
	}
	if list := c.agents.Load(); list != nil {
		return *list, nil
	}
	list, err := tx.Reader.Agents(ctx)
	if err == nil {
		c.agents.Store(&list)
	}
	return list, err
}

// AddPerson writes a new person with his addresses, which nobody may have yet. Without an
// organisation he gets that of his domain.
func (tx *Tx) AddPerson(ctx context.Context, p desk.Person) (desk.Person, error) {
	c, err := tx.Catalogue(ctx)
	if err == nil && p.Organisation == 0 {
		p.Organisation = c.OrganisationOf(p.Address()).ID
	}
	if err == nil {
		p.Known = p.Known || p.Agent()
		a := append(persons.values(once, &p), tx.store.Now().UnixMilli())
		p.ID, err = tx.insertRow(ctx, insertPerson, a...)
	}
	if err != nil {
		return p, fmt.Errorf("add person: %w", err)
	}
	return p, tx.addAddresses(ctx, p)
}

// ChangePerson has change work on a person as he is now, and writes all of him but his addresses
// and whether he is known, which he stays: what was read before the transaction may be old.
func (tx *Tx) ChangePerson(ctx context.Context, id int64, change func(*desk.Person)) error {
	p, err := tx.Person(ctx, id)
	if err != nil || p.ID == 0 {
		return err
	}
	was := p
	change(&p)
	if p.Agent() {
		if err := tx.MarkKnown(ctx, p.ID); err != nil {
			return err
		}
	}
	if p.Agent() || was.Agent() {
		if err := tx.renew(ctx); err != nil {
			return err
		}
	}
	err = tx.write(ctx, updatePerson, append(persons.values(changed, &p), p.ID)...)
	if err == nil && p.Peace() != was.Peace() {
		err = tx.letGo(ctx, p)
	}
	if err != nil || !was.Agent() || !was.Active || p.Agent() && p.Active {
		return err
	}
	return tx.offer(ctx, p)
}

// ErrTaken says that an address belongs to somebody else.
var ErrTaken = errors.New("the address belongs to another person: see buzon person show ADDRESS")

// SetAddresses replaces a person's addresses. That mail to him came back is said no more when it
// goes to another one.
func (tx *Tx) SetAddresses(ctx context.Context, p desk.Person) error {
	before, err := tx.Person(ctx, p.ID)
	if err == nil && before.Address() != p.Address() {
		err = tx.MarkReached(ctx, p.ID)
	}
	if err != nil {
		return err
	}
	if err := tx.write(ctx, "DELETE FROM address WHERE person = $1", p.ID); err != nil {
		return err
	}
	return tx.addAddresses(ctx, p)
}

func (tx *Tx) addAddresses(ctx context.Context, p desk.Person) error {
	if p.Agent() {
		if err := tx.renew(ctx); err != nil {
			return err
		}
	}
	for i, a := range p.Addresses {
		n, err := tx.exec(ctx, `
			INSERT INTO address (address, person, position) VALUES ($1, $2, $3)
			ON CONFLICT DO NOTHING`, a, p.ID, i)
		if err != nil {
			return err
		}
		if n == 0 {
			return fmt.Errorf("%s: %w", a, ErrTaken)
		}
	}
	return nil
}

// MarkKnown notes that a person has shown that the address is his.
func (tx *Tx) MarkKnown(ctx context.Context, person int64) error {
	return tx.write(ctx, "UPDATE person SET known = 1 WHERE id = $1 AND known = 0", person)
}

// MarkHuman notes that somebody reads at the address of a program.
func (tx *Tx) MarkHuman(ctx context.Context, person int64) error {
	return tx.write(ctx, "UPDATE person SET machine = 0 WHERE id = $1 AND machine = 1", person)
}

// Welcome notes that a person has been told how the desk works; true the first time only.
func (tx *Tx) Welcome(ctx context.Context, p desk.Person) (bool, error) {
	if p.Welcomed {
		return false, nil
	}
	n, err := tx.exec(ctx, "UPDATE person SET welcomed = 1 WHERE id = $1 AND welcomed = 0", p.ID)
	return n == 1, err
}

// PersonTickets lists the numbers of the tickets that a person opened, the newest first.
func (r Reader) PersonTickets(ctx context.Context, person int64, limit int) ([]int64, error) {
	return singles[int64](ctx, r, `
		SELECT number FROM ticket WHERE requester = $1 ORDER BY number DESC LIMIT +$2`,
		person, limit)
}
