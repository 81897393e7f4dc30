package store

import (
	"context"
	"time"
)

// Satisfaction is what requesters answered, from 1 to 5, when they were asked how they had been
// treated.
type Satisfaction struct {
	Asked int     `json:"asked"` // in that time
	Count int     `json:"count"` // of answers that came in it
	Mean  float64 `json:"mean"`  // of these; 0 for none
}

// Satisfaction is that of a stretch of time, without its end.
func (r Reader) Satisfaction(ctx context.Context, from, to time.Time) (s Satisfaction, err error) {
	var sum int
	_, err = r.row(ctx, `
		SELECT (SELECT count(*) FROM satisfaction WHERE asked_at >= $1 AND asked_at < $2),
			count(*), coalesce(sum(score), 0)
		FROM satisfaction
		WHERE answered_at > 0 AND answered_at >= $1 AND answered_at < $2`,
		args(from.UnixMilli(), to.UnixMilli()), &s.Asked, &s.Count, &sum)
	if s.Count > 0 {
		s.Mean = float64(sum) / float64(s.Count)
	}
	return s, err
}

// Month is the satisfaction of a month, whose beginning is First.
type Month struct {
	First time.Time
	Satisfaction
}

// SatisfactionByMonth lists the last months, the current one first, as the zone counts them.
func (r Reader) SatisfactionByMonth(ctx context.Context, now time.Time, zone *time.Location,
	months int) (list []Month, err error) {
	year, month, _ := now.In(zone).Date()
	for back := range months {
		first := time.Date(year, month-time.Month(back), 1, 0, 0, 0, 0, zone)
		m := Month{First: first}
		if m.Satisfaction, err = r.Satisfaction(ctx, first, first.AddDate(0, 1, 0)); err != nil {
			return nil, err
		}
		list = append(list, m)
	}
	return list, nil
}

// Score is the answer of one requester.
type Score struct {
	Person int64 `json:"-"`
	Score  int   `json:"score"` // 0: he was asked and has not answered
}

// Score is what was asked about a ticket; ErrNotFound where nothing was.
func (r Reader) Score(ctx context.Context, ticket int64) (s Score, err error) {
	ok, err := r.row(ctx, `
		SELECT person, score FROM satisfaction WHERE ticket = $1`, args(ticket),
		&s.Person, &s.Score)
	if err == nil && !ok {
		err = ErrNotFound
	}
	return s, err
}

// AskScore notes that the requester of a ticket is asked; false where he was before.
func (tx *Tx) AskScore(ctx context.Context, ticket, person int64) (bool, error) {
	n, err := tx.exec(ctx, `
		INSERT INTO satisfaction (ticket, person, asked_at) VALUES ($1, $2, $3)
		ON CONFLICT DO NOTHING`, ticket, person, tx.Now().UnixMilli())
	return n == 1, err
}

// Rate writes down an answer; false where there is one, or nobody was asked.
func (tx *Tx) Rate(ctx context.Context, ticket int64, score int) (bool, error) {
	n, err := tx.exec(ctx, `
		UPDATE satisfaction SET score = $2, answered_at = $3 WHERE ticket = $1 AND score = 0`,
		ticket, score, tx.Now().UnixMilli())
	return n == 1, err
}
