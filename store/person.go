package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"buzon/store/desk"
)

const personColumns = `p.id, p.name, p.role, p.organisation, p.language, p.active, p.team, p.on_call, p.blocked, p.welcomed, p.known, p.undeliverable_since,
	(SELECT %s FROM address WHERE person = p.id) FROM person p`

func (r Reader) persons(ctx context.Context, where string, a ...any) (list []desk.Person, err error) {
	err = r.rows(ctx, "SELECT "+fmt.Sprintf(personColumns, r.dialect.addresses)+" "+where, a, func(rows *sql.Rows) error {
		var p desk.Person
		var undeliverable sql.NullInt64
		var addresses sql.NullString
		if err := rows.Scan(&p.ID, &p.Name, &p.Role, &p.Organisation, &p.Language, &p.Active, &p.Team, &p.OnCall, &p.Blocked, &p.Welcomed, &p.Known,
			&undeliverable, &addresses); err != nil {
			return err
		}
		p.UndeliverableSince, p.Addresses = when(undeliverable), strings.Fields(addresses.String)
		list = append(list, p)
		return nil
	})
	return list, err
}

func one(list []desk.Person, err error) (desk.Person, error) {
	if err != nil || len(list) == 0 {
		return desk.Person{}, err
	}
	return list[0], nil
}

// Person returns the person with the id; the zero Person when there is none.
func (r Reader) Person(ctx context.Context, id int64) (desk.Person, error) {
	if id == 0 {
		return desk.Person{}, nil
	}
	return one(r.persons(ctx, "WHERE p.id = $1", id))
}

// PersonByAddress returns who has the address, in the form of Canonical; the zero Person when nobody has.
func (r Reader) PersonByAddress(ctx context.Context, address string) (desk.Person, error) {
	return one(r.persons(ctx, "WHERE p.id = (SELECT person FROM address WHERE address = $1)", address))
}

// Persons lists people by role; "" lists all.
func (r Reader) Persons(ctx context.Context, role desk.Role) ([]desk.Person, error) {
	if role == "" {
		return r.persons(ctx, "ORDER BY p.id")
	}
	return r.persons(ctx, "WHERE p.role = $1 ORDER BY p.id", role)
}

// Agents lists the active agents and admins. The plus keeps SQLite from reading everybody in the order of their ids.
func (r Reader) Agents(ctx context.Context) ([]desk.Person, error) {
	return r.persons(ctx, "WHERE p.role <> 'customer' AND p.active = 1 ORDER BY +p.id")
}

// Agents lists the active agents and admins, once in a transaction: every mail that is filed asks.
func (tx *Tx) Agents(ctx context.Context) (list []desk.Person, err error) {
	if tx.agents == nil {
		list, err = tx.Reader.Agents(ctx)
		tx.agents = append([]desk.Person{}, list...) // none is not nil: they have been read
	}
	return tx.agents, err
}

// AddPerson writes a new person with his addresses, which nobody may have yet. Without an organisation he gets that of his domain.
func (tx *Tx) AddPerson(ctx context.Context, p desk.Person) (desk.Person, error) {
	var err error
	if _, domain, ok := strings.Cut(p.Address(), "@"); ok && p.Organisation == 0 {
		_, err = tx.row(ctx, "SELECT organisation FROM organisation_domain WHERE domain = $1", args(domain), &p.Organisation)
	}
	if err == nil {
		p.ID, err = tx.insert(ctx, "id", `INSERT INTO person (name, role, organisation, language, active, team, on_call, blocked, welcomed, known, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
			p.Name, p.Role, p.Organisation, p.Language, p.Active, p.Team, p.OnCall, p.Blocked, p.Welcomed, p.Known || p.Agent(),
			tx.store.Now().UnixMilli())
	}
	if err != nil {
		return p, fmt.Errorf("add person: %w", err)
	}
	if p.Agent() {
		tx.agents = nil
	}
	return p, tx.addAddresses(ctx, p)
}

// ChangePerson has change work on a person as he is now, and writes all of him but his addresses and whether he is
// known, which he stays: what was read before the transaction may be old.
func (tx *Tx) ChangePerson(ctx context.Context, id int64, change func(*desk.Person)) error {
	p, err := tx.Person(ctx, id)
	if err != nil || p.ID == 0 {
		return err
	}
	change(&p)
	tx.agents = nil
	if p.Agent() {
		if err := tx.MarkKnown(ctx, p.ID); err != nil {
			return err
		}
	}
	_, err = tx.exec(ctx, `UPDATE person SET name = $2, role = $3, organisation = $4, language = $5, active = $6, team = $7, on_call = $8, blocked = $9,
		welcomed = $10, undeliverable_since = $11 WHERE id = $1`,
		p.ID, p.Name, p.Role, p.Organisation, p.Language, p.Active, p.Team, p.OnCall, p.Blocked, p.Welcomed, millis(p.UndeliverableSince))
	return err
}

// ErrTaken says that an address belongs to somebody else.
var ErrTaken = errors.New("the address belongs to another person: see buzon person show ADDRESS")

// SetAddresses replaces a person's addresses.
func (tx *Tx) SetAddresses(ctx context.Context, p desk.Person) error {
	if _, err := tx.exec(ctx, "DELETE FROM address WHERE person = $1", p.ID); err != nil {
		return err
	}
	tx.agents = nil
	return tx.addAddresses(ctx, p)
}

func (tx *Tx) addAddresses(ctx context.Context, p desk.Person) error {
	for i, a := range p.Addresses {
		n, err := tx.exec(ctx, "INSERT INTO address (address, person, position) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", a, p.ID, i)
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
	_, err := tx.exec(ctx, "UPDATE person SET known = 1 WHERE id = $1 AND known = 0", person)
	return err
}

// Welcome notes that a person has been told how the desk works; true the first time only.
func (tx *Tx) Welcome(ctx context.Context, person int64) (bool, error) {
	n, err := tx.exec(ctx, "UPDATE person SET welcomed = 1 WHERE id = $1 AND welcomed = 0", person)
	return n == 1, err
}

// PersonTickets lists the numbers of the tickets that a person opened, the newest first.
func (r Reader) PersonTickets(ctx context.Context, person int64, limit int) (numbers []int64, err error) {
	err = r.rows(ctx, "SELECT number FROM ticket WHERE requester = $1 ORDER BY number DESC LIMIT +$2", args(person, limit), func(rows *sql.Rows) error {
		var n int64
		err := rows.Scan(&n)
		numbers = append(numbers, n)
		return err
	})
	return numbers, err
}
