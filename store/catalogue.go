package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"buzon/store/desk"
)

// Catalogue is all that the desk has configured. It is read again when somebody, in whichever
// process, has written a row.
func (r Reader) Catalogue(ctx context.Context) (*desk.Catalogue, error) {
	c, err := r.configured(ctx)
	if err != nil {
		return nil, err
	}
	return c.Catalogue, nil
}

func (r Reader) configured(ctx context.Context) (*catalogue, error) {
	version, err := r.catalogueVersion(ctx)
	if err != nil {
		return nil, fmt.Errorf("read catalogue: %w", err)
	}
	if last := r.catalogue.Load(); last != nil && last.version == version {
		return last, nil
	}
	list, err := r.entries(ctx)
	if err != nil {
		return nil, fmt.Errorf("read catalogue: %w", err)
	}
	c := &catalogue{Catalogue: desk.NewCatalogue(list), version: version}
	r.catalogue.Store(c)
	return c, nil
}

func (r Reader) catalogueVersion(ctx context.Context) (version string, err error) {
	_, err = r.row(ctx, "SELECT version FROM catalogue", nil, &version)
	return version, err
}

// catalogue is what was read, with the version that every write of a row changes. A version is
// never given twice, so that what was read in a transaction which was rolled back can do no harm.
type catalogue struct {
	*desk.Catalogue
	version string
	// the active ones, who have the version too; nil: not read yet
	agents  atomic.Pointer[[]desk.Person]
	blocked atomic.Pointer[map[string]bool] // senders; likewise
}

// Catalogue is the desk's, asked for once in a commit.
func (tx *Tx) Catalogue(ctx context.Context) (*desk.Catalogue, error) {
	c, err := tx.configured(ctx)
	if err != nil {
		return nil, err
	}
	return c.Catalogue, nil
}

func (tx *Tx) configured(ctx context.Context) (c *catalogue, err error) {
	if tx.catalogue == nil {
		tx.catalogue, err = tx.Reader.configured(ctx)
	}
	return tx.catalogue, err
}

// entries are all rows. They are long, so that how many there are is asked before.
func (r Reader) entries(ctx context.Context) (list []desk.Entry, err error) {
	var e desk.Entry
	var most int
	var details, language, name string
	err = r.rows(ctx, `
		SELECT e.id, e.kind, e.key, e.position, e.class, e.parent, e.removed, e.details,
			n.language, n.name, (SELECT count(*) FROM entry) AS most
		FROM entry e JOIN entry_name n ON n.entry = e.id
		ORDER BY e.id`, nil,
		func(rows *sql.Rows) error {
			e = desk.Entry{}
			err := rows.Scan(&e.ID, &e.Kind, &e.Key, &e.Position, &e.Class, &e.Parent, &e.Removed,
				&details, &language, &name, &most)
			if len(list) == 0 || list[len(list)-1].ID != e.ID {
				e.Names = map[string]string{}
				if err == nil && details != "" && details != "{}" {
					err = json.Unmarshal([]byte(details), &e)
				}
				list = append(slices.Grow(list, most-len(list)), e)
			}
			list[len(list)-1].Names[language] = name
			return err
		})
	return list, err
}

// Put writes a row of a catalogue, a new one where it has no id.
func (tx *Tx) Put(ctx context.Context, e desk.Entry) (desk.Entry, error) {
	c, err := tx.Catalogue(ctx)
	if err != nil {
		return e, err
	}
	was := c.Entry(e.ID).Agent
	if e, err = tx.put(ctx, c, e); err != nil {
		return e, err
	}
	if e.Kind == desk.Organisations && was != 0 && was != e.Agent {
		if err := tx.askAnew(ctx, e.ID); err != nil {
			return e, err
		}
	}
	return e, tx.renew(ctx)
}

// put is Put among the rows of c; the catalogue must be renewed behind it.
func (tx *Tx) put(ctx context.Context, c *desk.Catalogue, e desk.Entry) (desk.Entry, error) {
	e = c.Complete(e)
	if err := c.Check(e); err != nil {
		return e, err
	}
	err := tx.putRow(ctx, &e)
	for language, name := range e.Names {
		if err == nil {
			err = tx.write(ctx, `
				INSERT INTO entry_name (entry, language, name) VALUES ($1, $2, $3)`,
				e.ID, language, name)
		}
	}
	if err != nil {
		err = fmt.Errorf("write %s %q: %w", e.Kind, e.Key, err)
	}
	return e, err
}

// putRow writes an entry but for its names.
func (tx *Tx) putRow(ctx context.Context, e *desk.Entry) error {
	details, err := json.Marshal(e)
	if err != nil {
		return err
	}
	if e.ID == 0 {
		e.ID, err = tx.insert(ctx, "id", `
			INSERT INTO entry (kind, key, position, class, parent, details)
			VALUES ($1, $2, $3, $4, $5, $6)`,
			e.Kind, e.Key, e.Position, e.Class, e.Parent, string(details))
		return err
	}
	err = tx.write(ctx, `
		UPDATE entry
		SET key = $2, position = $3, class = $4, parent = $5, details = $6
		WHERE id = $1`,
		e.ID, e.Key, e.Position, e.Class, e.Parent, string(details))
	if err == nil {
		err = tx.write(ctx, "DELETE FROM entry_name WHERE entry = $1", e.ID)
	}
	return err
}

// holders are the columns that hold rows of each catalogue. A severity is held by its number.
var holders = map[desk.Kind][][2]string{
	desk.Organisations: {{"person", "organisation"}, {"entry", "parent"}},
	desk.Products:      {{"ticket", "product"}, {"entry", "parent"}},
	desk.Modules:       {{"ticket", "module"}},
	desk.Projects:      {{"ticket", "project"}, {"project_follower", "project"}},
	desk.Services:      {{"ticket", "service"}},
	desk.Types:         {{"ticket", "type"}, {"item", "type"}},
	desk.Statuses:      {{"ticket", "status"}},
	desk.Severities:    {{"ticket", "severity"}},
	desk.ItemTypes:     {{"item", "type"}},
}

// held is what holders have of a row.
func held(e desk.Entry) int64 {
	if e.Kind == desk.Severities {
		return int64(e.Position)
	}
	return e.ID
}

// Used counts what has a row of a catalogue: tickets, items, people, other rows.
func (r Reader) Used(ctx context.Context, e desk.Entry) (n int, err error) {
	for _, h := range holders[e.Kind] {
		var some int
		query := fmt.Sprintf("SELECT count(*) FROM %s WHERE %s = $1", h[0], h[1])
		if h[0] == "entry" {
			query += " AND removed = 0"
		}
		_, err := r.row(ctx, query, args(held(e)), &some)
		if n += some; err != nil {
			return n, err
		}
	}
	if e.Kind == desk.CustomFields {
		if _, err = r.row(ctx, "SELECT count(*) FROM ticket WHERE custom LIKE $1",
			args("%"+customKey(e)+"%"), &n); err != nil {
			return n, err
		}
	}
	c, err := r.Catalogue(ctx)
	if err == nil {
		n += len(c.LimitedTo(e.ID))
	}
	return n, err
}

// customKey is how what a ticket has in the desk's own fields names one.
func customKey(e desk.Entry) string { return fmt.Sprintf(`"%d":`, e.ID) }

// Drop removes a row of a catalogue. What has it gets another, the zero Entry for none, and each
// ticket says so in its history.
func (tx *Tx) Drop(ctx context.Context, e, by desk.Entry) error {
	if err := tx.replaced(ctx, e, by); err != nil {
		return fmt.Errorf("replace %s %q: %w", e.Kind, e.Key, err)
	}
	for _, h := range holders[e.Kind] {
		change := fmt.Sprintf("UPDATE %s SET %s = $2 WHERE %s = $1", h[0], h[1], h[1])
		if h[0] == "project_follower" { // who follows both must not do so twice
			change = `INSERT INTO project_follower (project, person)
				SELECT CAST($2 AS BIGINT), person FROM project_follower WHERE project = $1
				ON CONFLICT DO NOTHING`
		}
		if _, err := tx.exec(ctx, change, held(e), held(by)); err != nil {
			return fmt.Errorf("replace %s %q: %w", e.Kind, e.Key, err)
		}
	}
	_, err := tx.exec(ctx, "DELETE FROM project_follower WHERE project IN ($1, 0)", e.ID)
	if err == nil { // its key is free for another
		_, err = tx.exec(ctx, "UPDATE entry SET removed = 1, key = $2 WHERE id = $1",
			e.ID, fmt.Sprintf("%s (%d)", e.Key, e.ID))
	}
	if err != nil {
		return fmt.Errorf("remove %s %q: %w", e.Kind, e.Key, err)
	}
	if err := tx.renew(ctx); err != nil || by.ID == 0 {
		return err
	}
	return tx.succeed(ctx, e, by)
}

// succeed gives a row what others that stay had of one that it replaces: an organisation its
// domains, a type or a product the fields and contracts that are for it alone.
func (tx *Tx) succeed(ctx context.Context, e, by desk.Entry) error {
	c, err := tx.Catalogue(ctx)
	if err != nil {
		return err
	}
	changed := c.LimitedTo(e.ID)
	for i, o := range changed {
		of := slices.DeleteFunc(slices.Clone(o.Of), func(id int64) bool {
			return id == e.ID || id == by.ID
		})
		changed[i].Of = append(of, by.ID)
	}
	if len(e.Domains) > 0 {
		by.Domains = slices.Concat(by.Domains, e.Domains)
		changed = append(changed, by)
	}
	for _, o := range changed {
		if _, err := tx.Put(ctx, o); err != nil {
			return err
		}
	}
	return nil
}

// replaced writes the history of the tickets that get another row, and gives them the other of the
// desk's own fields where they have none in it.
func (tx *Tx) replaced(ctx context.Context, e, by desk.Entry) error {
	switch e.Kind {
	case desk.ItemTypes:
		return tx.chronicleOf(ctx, e, by, string(e.Kind),
			"number IN (SELECT ticket FROM item WHERE type = $1)", e.ID)
	case desk.CustomFields:
		err := tx.chronicleOf(ctx, e, by, string(e.Kind), "custom LIKE $1", "%"+customKey(e)+"%")
		if err != nil || by.ID == 0 {
			return err
		}
		_, err = tx.exec(ctx, `
			UPDATE ticket SET custom = replace(custom, $1, $2)
			WHERE custom LIKE $3 AND custom NOT LIKE $4`,
			customKey(e), customKey(by), "%"+customKey(e)+"%", "%"+customKey(by)+"%")
		return err
	}
	for _, h := range holders[e.Kind] {
		if h[0] != "ticket" {
			continue
		}
		if err := tx.chronicleOf(ctx, e, by, h[1], h[1]+" = $1", held(e)); err != nil {
			return err
		}
	}
	return nil
}

// chronicleOf writes into the history of the tickets of which a condition holds that they get
// another row.
func (tx *Tx) chronicleOf(ctx context.Context, e, by desk.Entry, what, holds string,
	value any) error {
	_, err := tx.exec(ctx, `
		INSERT INTO activity (ticket, at, person, mail, what, old, new)
		SELECT number, CAST($2 AS BIGINT), 0, 0, CAST($3 AS TEXT), CAST($4 AS TEXT),
			CAST($5 AS TEXT)
		FROM ticket WHERE `+holds+` ORDER BY number`,
		value, tx.Now().UnixMilli(), what, strconv.FormatInt(held(e), 10), replacing(by))
	return err
}

// replacing is what the history has of the row that takes another's place, nothing for none.
func replacing(by desk.Entry) string {
	if by.ID == 0 {
		return ""
	}
	return strconv.FormatInt(held(by), 10)
}

// Product returns the product that a mailbox names; the desk has it from then on.
func (tx *Tx) Product(ctx context.Context, name string) (desk.Entry, error) {
	c, err := tx.Catalogue(ctx)
	if err != nil || strings.TrimSpace(name) == "" {
		return desk.Entry{}, err
	}
	if e, ok := c.Find(desk.Products, name); ok {
		return e, nil
	}
	return tx.Put(ctx, desk.Entry{Kind: desk.Products, Names: map[string]string{"es": name}})
}

// renew gives the catalogue, and who the agents are, another version.
func (tx *Tx) renew(ctx context.Context) error {
	tx.catalogue = nil
	return tx.write(ctx, "UPDATE catalogue SET version = $1", rand.Text())
}

// ship gives a desk the rows that come with buzon, once: what is removed later stays away. A row
// that an older buzon wrote by its Spanish name gets its key and its other names.
func (s *Store) ship(ctx context.Context) error {
	if version, err := s.catalogueVersion(ctx); version != "" || err != nil {
		return err
	}
	return s.Write(ctx, func(tx *Tx) error {
		if version, err := tx.catalogueVersion(ctx); version != "" || err != nil {
			return err
		}
		c, err := tx.Catalogue(ctx)
		if err != nil {
			return err
		}
		for _, e := range desk.Shipped() {
			if old, ok := c.Find(e.Kind, e.Names["es"]); ok {
				e.ID = old.ID
			}
			if _, err := tx.put(ctx, c, e); err != nil {
				return err
			}
		}
		return tx.renew(ctx)
	})
}
