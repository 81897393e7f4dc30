package store

import (
	"context"
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
		return profiles.Sight(p, "", nil), nil
	}
	var profile string
	projects, err := r.names(ctx, `
		SELECT name FROM project WHERE organisation <> 0 AND organisation = $2
			OR id IN (SELECT project FROM project_follower WHERE person = $1)
		ORDER BY name`, p.ID, p.Organisation)
	if err == nil && p.Organisation != 0 {
		_, err = r.row(ctx, "SELECT profile FROM organisation WHERE id = $1", args(p.Organisation), &profile)
	}
	if err != nil {
		return desk.Sight{}, fmt.Errorf("what a person may see: %w", err)
	}
	return profiles.Sight(p, profile, projects), nil
}

// FollowProject has a person see the tickets of a project.
func (tx *Tx) FollowProject(ctx context.Context, project, person int64) error {
	err := tx.write(ctx, `
		INSERT INTO project_follower (project, person) VALUES ($1, $2) ON CONFLICT DO NOTHING`, project, person)
	return err
}
