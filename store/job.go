package store

import (
	"context"
	"strings"
	"time"
)

// Job is what is known of work that the daemon does by itself at set times.
type Job struct {
	Name   string
	Begun  time.Time // zero: it has never run
	Ended  time.Time // zero: it runs, or its process died in it
	Next   time.Time // as the daemon has planned
	Result string    // what came of it, for people
	Error  string
}

var jobs = newTable("job", "j", "", []column[Job]{
	{"name", func(j *Job) any { return &j.Name }, once, nil},
	{"begun_at", func(j *Job) any { return moment{&j.Begun} }, once, nil},
	{"ended_at", func(j *Job) any { return moment{&j.Ended} }, once, nil},
	{"next_at", func(j *Job) any { return moment{&j.Next} }, once, nil},
	{"result", func(j *Job) any { return &j.Result }, once, nil},
	{"error", func(j *Job) any { return &j.Error }, once, nil},
})

// JobTime is how long a job may take; one that has not ended by then has died with its process.
const JobTime = 10 * time.Minute

// Jobs lists what is known of jobs, by name.
func (r Reader) Jobs(ctx context.Context) (map[string]Job, error) {
	list, err := jobs.list(ctx, r, "ORDER BY j.name")
	of := map[string]Job{}
	for _, j := range list {
		of[j.Name] = j
	}
	return of, err
}

// BeginJob takes a job for this process; false where it runs already, in whichever process.
func (s *Store) BeginJob(ctx context.Context, name string) (ours bool, err error) {
	err = s.Write(ctx, func(tx *Tx) error {
		now := tx.Now()
		n, err := tx.exec(ctx, `
			INSERT INTO job (name, begun_at) VALUES ($1, $2)
			ON CONFLICT (name) DO UPDATE SET begun_at = excluded.begun_at, ended_at = NULL
			WHERE job.begun_at IS NULL OR job.ended_at IS NOT NULL
				OR job.begun_at NOT BETWEEN $3 AND $2`,
			name, now.UnixMilli(), now.Add(-JobTime).UnixMilli())
		ours = n == 1
		return err
	})
	return ours, fault(err)
}

// EndJob writes down what came of a job that this process had taken.
func (s *Store) EndJob(ctx context.Context, name, result string, failed error) error {
	why := ""
	if failed != nil {
		why = strings.Join(strings.Fields(failed.Error()), " ")
	}
	return fault(s.Write(ctx, func(tx *Tx) error {
		return tx.write(ctx, `
			UPDATE job SET ended_at = $2, result = $3, error = $4 WHERE name = $1`,
			name, tx.Now().UnixMilli(), result, why)
	}))
}

// PlanJob writes down when a job runs next.
func (s *Store) PlanJob(ctx context.Context, name string, next time.Time) error {
	return fault(s.Write(ctx, func(tx *Tx) error {
		return tx.write(ctx, `
			INSERT INTO job (name, next_at) VALUES ($1, $2)
			ON CONFLICT (name) DO UPDATE SET next_at = excluded.next_at`, name, next.UnixMilli())
	}))
}
