package store

import (
	"context"
	"fmt"

	"buzon/store/desk"
)

// workLine is a line of a time sheet with the item that it belongs to.
type workLine struct {
	item     int64
	position int
	desk.TimeEntry
}

var works = newTable("work", "w", "", []column[workLine]{
	{"item", func(l *workLine) any { return &l.item }, once, nil},
	{"position", func(l *workLine) any { return &l.position }, once, nil},
	{"person", func(l *workLine) any { return &l.Person.ID }, once, nil},
	{"minutes", func(l *workLine) any { return &l.Minutes }, once, nil},
	{"why", func(l *workLine) any { return &l.Why }, once, nil},
})

// work writes lines of a time sheet; the ticket has their sum.
func (tx *Tx) work(ctx context.Context, item int64, list []desk.TimeEntry) error {
	for i, e := range list {
		line := workLine{item, i, e}
		if err := tx.write(ctx, works.insertion(1), works.values(once, &line)...); err != nil {
			return fmt.Errorf("write time sheet: %w", err)
		}
	}
	return nil
}

// Work lists the time sheet of a ticket in the order in which it was written.
func (r Reader) Work(ctx context.Context, ticket int64) (list []desk.TimeEntry, err error) {
	lines, err := works.list(ctx, r, `
		JOIN item i ON i.id = w.item WHERE i.ticket = $1 ORDER BY i.number, w.position`, ticket)
	people := make([]*desk.Person, len(lines))
	for i := range lines {
		people[i] = &lines[i].Person
	}
	if err == nil {
		err = r.fillIn(ctx, persons, people)
	}
	for _, l := range lines {
		list = append(list, l.TimeEntry)
	}
	return list, err
}
