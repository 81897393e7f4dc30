package store

import (
	"context"
	"database/sql"
	"fmt"

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

func (r Reader) sight(ctx context.Context, profiles desk.Profiles, p desk.Person) (desk.Sight, error) {
	if p.ID == 0 || p.Agent() || !p.Active {
		return profiles.Sight(p, nil, nil), nil
	}
	c, err := r.Catalogue(ctx)
	if err != nil {
		return desk.Sight{}, err
	}
	followed, err := r.numbers(ctx, "SELECT project FROM project_follower WHERE person = $1 ORDER BY project", p.ID)
	if err != nil {
		return desk.Sight{}, fmt.Errorf("what a person may see: %w", err)
	}
	return profiles.Sight(p, c, followed), nil
}

func (r Reader) numbers(ctx context.Context, query string, a ...any) (list []int64, err error) {
	err = r.rows(ctx, query, a, func(rows *sql.Rows) error {
		var n int64
		err := rows.Scan(&n)
		list = append(list, n)
		return err
	})
	return list, err
}

// FollowProject has a person see the tickets of a project.
func (tx *Tx) FollowProject(ctx context.Context, project, person int64) error {
	err := tx.write(ctx, `
		INSERT INTO project_follower (project, person) VALUES ($1, $2) ON CONFLICT DO NOTHING`, project, person)
	return err
}
