package store

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"buzon/store/desk"
)

// Every statement of a mail's way, as the other tests of this file made the store prepare it, must
// find its rows by an index: what reads a whole table is fast in tests and slow in the third year.
func TestHotStatementsUseIndexes(t *testing.T) {
	fileOnly(t)
	s, _ := newStore(t)
	oneOfEach(t, s)
	whole := regexp.MustCompile(`^SCAN (\w+)( USING (COVERING )?INDEX (\w+))?`)
	// catalogues, and what other steps of a plan yield
	small := strings.Fields("few search project e n entry catalogue status type severity " +
		"organisation meta json_each f x others constant CONSTANT 2")
	// these hold only what is open
	partial := strings.Fields("journal_open outbox_due outbox_open outbox_held person_agent")
	seen := 0
	for _, set := range []*statements{s.statements, s.writer.statements} {
		for text := range set.ready {
			if !strings.Contains(text, "SELECT") && !strings.Contains(text, "WHERE") {
				continue
			}
			seen++
			for _, step := range plan(t, s, text) {
				m := whole.FindStringSubmatch(step)
				if m != nil && !slices.Contains(small, m[1]) && !slices.Contains(partial, m[4]) {
					t.Errorf("%s\n\t%s", strings.Join(strings.Fields(text), " "), step)
				}
			}
		}
	}
	if seen < 30 {
		t.Errorf("only %d statements were looked at", seen)
	}
}

// A plan that hangs on a bound value is made anew at every run: that costs several times the run.
func TestHotStatementsArePreparedOnce(t *testing.T) {
	fileOnly(t)
	s, _ := newStore(t)
	oneOfEach(t, s)
	rows, err := s.db.QueryContext(ctx,
		"SELECT tbl_name, sql FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %'")
	check(t, err)
	defer rows.Close()
	equal, bound := regexp.MustCompile(`\b(\w+) = `),
		map[string]*regexp.Regexp{} // by table and column
	for rows.Next() {
		var table, text string
		check(t, rows.Scan(&table, &text))
		_, condition, _ := strings.Cut(text, " WHERE ")
		for _, m := range equal.FindAllStringSubmatch(condition, -1) {
			bound[table+"."+m[1]] = regexp.MustCompile(`(?s)(FROM|JOIN|UPDATE) ` + table +
				`\b.*WHERE.*\b` + m[1] + ` = \$`)
		}
	}
	check(t, rows.Err())
	for _, set := range []*statements{s.statements, s.writer.statements} {
		for text := range set.ready {
			if strings.Contains(text, "LIKE $") || strings.Contains(text, "LIMIT $") {
				t.Errorf("%s\n\tbinds a pattern or a limit", text)
			}
			for column, r := range bound {
				if r.MatchString(text) {
					t.Errorf("%s\n\tbinds %s, of which the condition of an index says =", text,
						column)
				}
			}
		}
	}
	if len(bound) == 0 {
		t.Error("no index has such a condition any more")
	}
}

var placeholder = regexp.MustCompile(`\$(\d+)`)

func plan(t testing.TB, s *Store, text string) (steps []string) {
	t.Helper()
	highest := 0
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		highest = max(highest, must(strconv.Atoi(m[1]))(t))
	}
	rows, err := s.db.QueryContext(ctx, "EXPLAIN QUERY PLAN "+text, make([]any, highest)...)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var detail string
		check(t, rows.Scan(&id, &parent, &unused, &detail))
		steps = append(steps, detail)
	}
	check(t, rows.Err())
	return steps
}

// oneOfEach takes every step of a mail's way once.
func oneOfEach(t testing.TB, s *Store) {
	by := addPerson(t, s, desk.Customer, "carla@cliente.test")
	ana := addPerson(t, s, desk.Agent, "ana@ejemplo.test", team)
	id := receive(t, s, "mail")
	must(s.Unsettled(ctx, 0, s.Now(), 9))(t)
	must(s.LastMail(ctx))(t)
	check(t, s.Attempt(ctx, id))
	check(t, s.Postpone(ctx, id, "x", s.Now()))
	k := openTicket(t, s, by, "x")
	it := addItem(t, s, k, by, "a", NewAttachment{desk.Attachment{}, spool(t, s, "png")})
	write(t, s, func(tx *Tx) error {
		for _, f := range []func() error{
			func() error { _, err := tx.Mail(ctx, id); return err },
			func() error {
				_, err := Optional(tx.Twin(ctx, id, "m@x", []byte("x"),
					time.Time{}))
				return err
			},
			func() error {
				_, err := Optional(tx.Twin(ctx, id, "", []byte("x"),
					time.Time{}))
				return err
			},
			func() error { _, _, err := tx.Named(ctx, id, "m@x", by.ID); return err },
			func() error { _, err := tx.Namesake(ctx, id, "m@x", []byte("x")); return err },
			func() error { return tx.Cite(ctx, by.ID, k.Number, []string{"a@x", "b@x"}) },
			func() error {
				_, _, err := tx.References(ctx, by.ID,
					[]string{it.MessageID})
				return err
			},
			func() error { _, err := tx.PersonByAddress(ctx, by.Address()); return err },
			func() error { _, err := tx.Welcome(ctx, by); return err },
			func() error { _, err := tx.Change(ctx, k, k, by.ID, id); return err },
			func() error { _, err := tx.Activities(ctx, k.Number); return err },
			func() error {
				_, err := tx.Settle(ctx, id,
					Verdict{Outcome: OutcomeTicket})
				return err
			},
			func() error {
				return tx.Tell(ctx, Telling{Event: desk.Event{Kind: desk.TicketOpened, Ticket: k,
					Author: by, Item: it}, Stranger: true, Echo: true})
			},
			func() error { return tx.Alarm(ctx, k.Mailbox, Details{Reason: "breaker"}) },
			func() error {
				return tx.Tell(ctx, Telling{Event: desk.Event{Kind: desk.ItemWritten, Ticket: k,
					Author: ana, Item: it}})
			},
		} {
			if err := f(); err != nil {
				return err
			}
		}
		return nil
	})
	must(s.NextDue(ctx))(t)
	must(s.DueMails(ctx, s.Now(), 9, "ventas@ejemplo.test"))(t)
	for _, o := range must(s.DueMails(ctx, s.Now(), 9))(t) {
		must(s.CorrespondenceIDs(ctx, o.Ticket, o.Person, o.ID, 12))(t)
		must(s.Shared(ctx, []Outgoing{o}, 12))(t)
		must(s.Claim(ctx, o))(t)
		check(t, s.Fix(ctx, &o, spool(t, s, "raw")))
		b := must(s.OpenOutgoing(ctx, o.ID))(t)
		check(t, b.Close())
		write(t, s, func(tx *Tx) error { return tx.Sent(ctx, o, "250") })
	}
	must(s.RecoverOutbox(ctx))(t)
	must(s.Suspects(ctx))(t)
	must(s.Carries(ctx, 1, 9))(t)
	must(s.Deliveries(ctx, k.Number))(t)
	must(s.WasSent(ctx, k.Number, 1, by.ID))(t)
	must(s.Items(ctx, k.Number))(t)
	must(s.PersonTickets(ctx, by.ID, 9))(t)
	must(s.TimerDue(ctx))(t)
	must(s.Timers(ctx, k.Number))(t)
	must(s.Tick(ctx, 1, Origin{}))(t)
	sight := must(s.Sight(ctx, by))(t)
	must(s.Earlier(ctx, sight, k.Number, 2, false, 3, 9))(t)
	for _, q := range []Query{{}, {Words: `a "b c"`}, {Status: "open", Assignee: 1}} {
		numbers(t, s, sight, q)
		// everything is read in the order of its numbers, no further than a page
		if q.Words+q.Status != "" {
			numbers(t, s, everything, q)
		}
	}
}
