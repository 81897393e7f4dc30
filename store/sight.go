package store

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"

	"buzon/store/desk"
)

// Sight is what a person may see, by his role, his organisation and the profiles of the desk.
func (s *Store) Sight(ctx context.Context, p desk.Person) (desk.Sight, error) {
	return s.Reader.sight(ctx, s.opt.Profiles, p)
}

// Sight is what a person may see, by his role, his organisation and the profiles of the desk.
func (tx *Tx) Sight(ctx context.Context, p desk.Person) (desk.Sight, error) {
	return tx.Reader.sight(ctx, tx.store.opt.Profiles, p)
}

// Sights are those of people, read at once.
func (s *Store) Sights(ctx context.Context, people map[int64]desk.Person) (
	map[int64]desk.Sight, error) {
	c, err := s.Catalogue(ctx)
	if err != nil {
		return nil, err
	}
	w, followed := &where{dialect: s.dialect}, map[int64][]int64{}
	err = s.rows(ctx, `
		SELECT person, project FROM project_follower
		WHERE person IN (`+w.list("BIGINT", slices.Collect(maps.Keys(people)))+`)
		ORDER BY person, project`, w.args, func(rows *sql.Rows) error {
		var person, project int64
		err := rows.Scan(&person, &project)
		followed[person] = append(followed[person], project)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("what people may see: %w", err)
	}
	sights := map[int64]desk.Sight{}
	for id, p := range people {
		if byProfile(p) {
			sights[id] = s.opt.Profiles.Sight(p, c, followed[id])
		} else {
			sights[id] = s.opt.Profiles.Sight(p, nil, nil)
		}
	}
	return sights, nil
}

// byProfile reports whether it hangs on a profile what somebody sees.
func byProfile(p desk.Person) bool { return p.ID != 0 && !p.Agent() && p.Active }

func (r Reader) sight(ctx context.Context, profiles desk.Profiles,
	p desk.Person) (desk.Sight, error) {
	if !byProfile(p) {
		return profiles.Sight(p, nil, nil), nil
	}
	c, err := r.Catalogue(ctx)
	if err != nil {
		return desk.Sight{}, err
	}
	followed, err := singles[int64](ctx, r, `
		SELECT project FROM project_follower WHERE person = $1 ORDER BY project`, p.ID)
	if err != nil {
		return desk.Sight{}, fmt.Errorf("what a person may see: %w", err)
	}
	return profiles.Sight(p, c, followed), nil
}

// FollowProject has a person see the tickets of a project.
func (tx *Tx) FollowProject(ctx context.Context, project, person int64) error {
	return tx.write(ctx, `
		INSERT INTO project_follower (project, person) VALUES ($1, $2)
		ON CONFLICT DO NOTHING`, project, person)
}

// UnfollowProject ends that.
func (tx *Tx) UnfollowProject(ctx context.Context, project, person int64) error {
	return tx.write(ctx, `
		DELETE FROM project_follower WHERE project = $1 AND person = $2`, project, person)
}

// ProjectFollowers lists who follows a project.
func (r Reader) ProjectFollowers(ctx context.Context, project int64) ([]desk.Person, error) {
	return r.persons(ctx, `
		JOIN project_follower f ON f.person = p.id WHERE f.project = $1 ORDER BY p.id`, project)
}

// projectFollowers are those who follow the project of a ticket and may see it.
func (tx *Tx) projectFollowers(ctx context.Context, t desk.Ticket) ([]desk.Person, error) {
	all, err := tx.ProjectFollowers(ctx, t.Project)
	var list []desk.Person
	for _, p := range all {
		sight, err := tx.Sight(ctx, p)
		if err != nil {
			return nil, err
		}
		if sight.Ticket(t) {
			list = append(list, p)
		}
	}
	return list, err
}

// Members lists the people of an organisation.
func (r Reader) Members(ctx context.Context, organisation int64) ([]desk.Person, error) {
	return r.persons(ctx, `
		WHERE p.organisation > 0 AND p.organisation = $1 ORDER BY p.id`, organisation)
}

// Join gives an organisation the customers of its domains who have none.
func (tx *Tx) Join(ctx context.Context, organisation int64, domains []string) error {
	for _, domain := range domains {
		_, err := tx.exec(ctx, `
			UPDATE person SET organisation = $1 WHERE organisation = 0 AND role = 'customer'
				AND id IN (SELECT person FROM address WHERE `+tx.dialect.domain+` = $2)`,
			organisation, domain)
		if err != nil {
			return fmt.Errorf("give the people of %s their organisation: %w", domain, err)
		}
	}
	return nil
}
