package store

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"buzon/internal/desktest"
	"buzon/internal/mailtest"
)

func imapStore(t *testing.T) *Store {
	t.Helper()
	s, err := Open(t.Context(), t.TempDir(), Options{MinFree: 1, Database: desktest.Engine(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func imapMail(t *testing.T, s *Store, uid uint32, text string) IMAPMail {
	t.Helper()
	p := s.NewSpool()
	t.Cleanup(func() { p.Close() })
	if _, err := p.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return IMAPMail{UID: uid, State: "taken", Spool: p,
		Envelope: Envelope{Door: "imap:a", Received: time.Now()}}
}

// TestIMAPEntries walks a folder through two epochs.
func TestIMAPEntries(t *testing.T) {
	s, ctx := imapStore(t), t.Context()
	f := IMAPFolder{"a", "INBOX", 7}
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	show := func(list []IMAPEntry, err error) (text string) {
		t.Helper()
		ok(err)
		for _, e := range list {
			text += fmt.Sprintf("%d %s %d %x %q; ", e.UID, e.State, e.Mail, e.Print, e.Outcome)
		}
		return text
	}
	is := func(what, got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("%s:\n%s\nwant\n%s", what, got, want)
		}
	}
	position := func() string {
		p, err := s.IMAPPosition(ctx, "a", "INBOX")
		known := !errors.Is(err, ErrNotFound)
		if known {
			ok(err)
		}
		return fmt.Sprintf("{%d %d %d %v} %v", p.UIDValidity, p.Cursor, p.Old, p.Prints, known)
	}
	is("before first contact", position(), "{0 0 0 false} false")
	ok(s.BeginIMAP(ctx, f, 3, []IMAPEntry{{UID: 1, State: "skipped"}, {UID: 2, State: "skipped"}}))
	is("without prints", position(), "{7 0 3 false} true")
	ok(s.NoteIMAP(ctx, f, 0, []IMAPEntry{{UID: 1, State: "skipped", Print: []byte{1}},
		{UID: 2, State: "skipped", Print: []byte{}}}))
	ok(s.TakeIMAP(ctx, f, 4, []IMAPMail{imapMail(t, s, 3, "uno"), imapMail(t, s, 4, "dos")}))
	ok(s.NoteIMAP(ctx, f, 2, []IMAPEntry{{UID: 3, State: "done"},
		{UID: 5, State: "failed", Attempts: 2, Error: "NIL"}}))
	is("the cursor never goes back", position(), "{7 4 3 true} true")
	is("all", show(s.IMAPEntries(ctx, f, 0)),
		`1 skipped 0 01 ""; 2 skipped 0  ""; 3 done 1  ""; 4 taken 2  ""; 5 failed 0  ""; `)
	is("above", show(s.IMAPEntries(ctx, f, 4)), `5 failed 0  ""; `)
	is("owed", show(s.IMAPOwed(ctx, f)), `4 taken 2  ""; 5 failed 0  ""; `)
	prints, err := s.IMAPPrints(ctx, "a", "INBOX")
	ok(err)
	is("prints", fmt.Sprint(prints), "[[1]]")

	g := IMAPFolder{"a", "INBOX", 8}
	ok(s.BeginIMAP(ctx, g, 0, nil))
	ok(s.NoteIMAP(ctx, f, 99, nil)) // of the epoch that has ended
	is("a new epoch", position(), "{8 0 0 true} true")
	is("knows nothing", show(s.IMAPEntries(ctx, g, 0)), "")

	broken := imapMail(t, s, 2, "tres")
	broken.Spool.err = errors.New("the disk is gone")
	if err := s.TakeIMAP(ctx, g, 2, []IMAPMail{imapMail(t, s, 1, "dos"), broken}); !Temporary(err) {
		t.Errorf("took a mail whose spool is broken: %v", err)
	}
	is("all or none", position()+show(s.IMAPEntries(ctx, g, 0)), "{8 0 0 true} true")
}

// TestIMAPSuperseded takes a mail whole that was set aside: what was known of it leaves the
// quarantine, and no other does. The count goes over all epochs.
func TestIMAPSuperseded(t *testing.T) {
	s := imapStore(t)
	f := IMAPFolder{"a", "INBOX", 7}
	check(t, s.BeginIMAP(ctx, f, 0, nil))
	for _, uid := range []uint32{1, 2, 3} {
		m := imapMail(t, s, uid, fmt.Sprint("header ", uid))
		m.State, m.Envelope.Incomplete = "aside", "NIL"
		check(t, s.TakeIMAP(ctx, f, uid, []IMAPMail{m}))
		settle(t, s, int64(uid), Verdict{Outcome: OutcomeQuarantine, Error: "NIL"})
	}
	same(t, "set aside", must(s.CountIMAP(ctx, "a"))(t), IMAPCount{Aside: 3})
	again := imapMail(t, s, 3, "a part, again")
	again.State, again.Envelope.Incomplete = "aside", "NIL"
	check(t, s.TakeIMAP(ctx, f, 0, []IMAPMail{imapMail(t, s, 1, "whole"), again}))
	var outcomes []string
	for id := range int64(5) {
		m, err := s.Mail(ctx, id+1)
		check(t, err)
		outcomes = append(outcomes, string(m.Outcome))
	}
	same(t, "outcomes", fmt.Sprintf("%q", outcomes), `["dropped" "quarantine" "quarantine" "" ""]`)
	same(t, "one taken", must(s.CountIMAP(ctx, "a"))(t), IMAPCount{Taken: 1, Aside: 2})

	g := IMAPFolder{"a", "INBOX", 8}
	check(t, s.BeginIMAP(ctx, g, 0, nil))
	check(t, s.TakeIMAP(ctx, g, 2,
		[]IMAPMail{imapMail(t, s, 1, "whole"), imapMail(t, s, 2, "new")}))
	settle(t, s, 6, Verdict{Outcome: OutcomeDuplicate})
	same(t, "numbered afresh", must(s.CountIMAP(ctx, "a"))(t), IMAPCount{Taken: 2})
	check(t, s.NoteIMAP(ctx, g, 0, []IMAPEntry{{UID: 9, State: "failed"}}))
	// UIDVALIDITY is the same
	check(t, s.BeginIMAP(ctx, g, 0, []IMAPEntry{{UID: 3, State: "skipped"}}))
	at, err := s.IMAPPosition(ctx, "a", "INBOX")
	if check(t, err); at.SetBack.IsZero() {
		t.Error("it is not noted that UIDs were given out once more")
	}
	same(t, "given out once more", must(s.CountIMAP(ctx, "a"))(t), IMAPCount{Taken: 2})
	left := must(s.IMAPEntries(ctx, g, 0))(t)
	same(t, "nothing else is known", len(left), 1)
}

// TestIMAPPartThatIsFiled takes a mail whole whose part an administrator has filed meanwhile:
// people may work with the part, so it stays where it is.
func TestIMAPPartThatIsFiled(t *testing.T) {
	s := imapStore(t)
	f := IMAPFolder{"a", "INBOX", 7}
	check(t, s.BeginIMAP(ctx, f, 0, nil))
	part := imapMail(t, s, 1, "header")
	part.State, part.Envelope.Incomplete = "aside", "NIL"
	check(t, s.TakeIMAP(ctx, f, 1, []IMAPMail{part}))
	settle(t, s, 1, Verdict{Outcome: OutcomeTicket})
	check(t, s.TakeIMAP(ctx, f, 0, []IMAPMail{imapMail(t, s, 1, "whole")}))
	same(t, "outcome of the part", mail(t, s, 1).Outcome, OutcomeTicket)
}

func TestIMAPOrdersAndStatus(t *testing.T) {
	s, ctx := imapStore(t), context.Background()
	order := func() string {
		o, err := s.IMAPOrder(ctx, "a")
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	good := time.UnixMilli(1_800_000_000_000)
	for _, err := range []error{s.OrderIMAP(ctx, "a", "poll"),
		s.SetIMAPStatus(ctx, IMAPStatus{Account: "a", Tried: good, Good: good, Report: "r"})} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if a, b := order(), order(); a != "poll" || b != "" {
		t.Errorf("orders %q, %q: want each once", a, b)
	}
	st, err := s.IMAPStatus(ctx, "a")
	if err != nil || !st.Good.Equal(good) || st.Report != "r" || !st.Alarmed.IsZero() {
		t.Errorf("status %+v, %v", st, err)
	}
}

// TestIMAPOrderGivenMeanwhile gives an order between the reading of the one before and its
// clearing: it is taken the next time.
func TestIMAPOrderGivenMeanwhile(t *testing.T) {
	s := imapStore(t)
	check(t, s.OrderIMAP(ctx, "a", "poll"))
	release := hold(t, s)
	given := make(chan error, 1)
	queued := func(n int) {
		for end := time.Now().Add(mailtest.Patience); len(s.writer.jobs) < n &&
			time.Now().Before(end); {
			time.Sleep(time.Millisecond)
		}
	}
	go func() { given <- s.OrderIMAP(ctx, "a", "reconcile") }()
	queued(1)
	taken := make(chan string, 1)
	go func() { order, _ := s.IMAPOrder(ctx, "a"); taken <- order }()
	queued(2) // it has read the first order, and the second is written before it clears that
	release()
	check(t, <-given)
	same(t, "the first order", <-taken, "poll")
	same(t, "the second order", must(s.IMAPOrder(ctx, "a"))(t), "reconcile")
}

// TestIMAPSetBackTwice keeps the count of what was taken, however often UIDs are given out once
// more.
func TestIMAPSetBackTwice(t *testing.T) {
	s := imapStore(t)
	f := IMAPFolder{"a", "INBOX", 7}
	for i, text := range []string{"first", "second", "third"} {
		check(t, s.BeginIMAP(ctx, f, 0, nil))
		check(t, s.TakeIMAP(ctx, f, 1, []IMAPMail{imapMail(t, s, 1, text)}))
		same(t, "taken", must(s.CountIMAP(ctx, "a"))(t), IMAPCount{Taken: i + 1})
	}
}

// TestIMAPPartOverASetBack has UIDs given out once more after a mail was set aside: it was never
// taken, and is not counted as such.
func TestIMAPPartOverASetBack(t *testing.T) {
	s := imapStore(t)
	f := IMAPFolder{"a", "INBOX", 7}
	check(t, s.BeginIMAP(ctx, f, 0, nil))
	part := imapMail(t, s, 1, "header")
	part.State, part.Envelope.Incomplete = "aside", "NIL"
	check(t, s.TakeIMAP(ctx, f, 1, []IMAPMail{part}))
	same(t, "set aside", must(s.CountIMAP(ctx, "a"))(t), IMAPCount{Aside: 1})
	check(t, s.BeginIMAP(ctx, f, 0, nil))
	same(t, "after the set-back", must(s.CountIMAP(ctx, "a"))(t), IMAPCount{})
}

// TestIMAPOwed has one mail in each state: what is half done is owed, and a print that was taken
// stays.
func TestIMAPOwed(t *testing.T) {
	s := imapStore(t)
	f := IMAPFolder{"a", "INBOX", 7}
	check(t, s.BeginIMAP(ctx, f, 0, nil))
	var known []IMAPEntry
	for i, state := range []string{"taken", "copied", "failed", "waiting", "done", "skipped",
		"aside", "vanished"} {
		known = append(known, IMAPEntry{UID: uint32(i + 1), State: state, Print: []byte{byte(i)}})
	}
	check(t, s.NoteIMAP(ctx, f, 8, known))
	check(t, s.NoteIMAP(ctx, f, 0, []IMAPEntry{{UID: 1, State: "taken"}}))
	var owed []string
	for _, e := range must(s.IMAPOwed(ctx, f))(t) {
		owed = append(owed, fmt.Sprintf("%s %x", e.State, e.Print))
	}
	same(t, "owed", fmt.Sprint(owed), "[taken 00 copied 01 failed 02 waiting 03]")
}
