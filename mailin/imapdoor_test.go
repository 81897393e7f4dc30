package mailin

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"golang.org/x/sync/errgroup"

	"buzon/internal/desktest"
	"buzon/internal/mailtest"
	"buzon/mailin/imappoll"
	"buzon/store"
	"buzon/store/desk"
	"buzon/threading"
)

// imapDesk is a desk with its intake, and an account whose mail it takes.
func imapDesk(t testing.TB) (*store.Store, *Intake) {
	t.Helper()
	s, err := store.Open(t.Context(), t.TempDir(),
		store.Options{MinFree: 1, Database: desktest.Engine(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	keys, err := threading.OpenKeyring(filepath.Join(s.Dir(), "keys.json"))
	if err != nil {
		t.Fatal(err)
	}
	return s, New(Options{Store: s, Signer: threading.NewSigner(keys, s.Instance()), Language: "es",
		Mailboxes: desk.Mailboxes{{Address: "soporte@ejemplo.test", Name: "Soporte", Tag: "Caso",
			Plus: true}}})
}

func admin(t testing.TB, s *store.Store) {
	t.Helper()
	err := s.Write(t.Context(), func(tx *store.Tx) error {
		_, err := tx.AddPerson(t.Context(),
			desk.Person{Name: "Admin", Addresses: []string{"admin@ejemplo.test"}, Role: desk.Admin,
				Active: true, Team: true})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func imapLetter(n int) []byte {
	return fmt.Appendf(
		nil, "From: Ana <ana%d@cliente%d.test>\r\nTo: soporte@ejemplo.test\r\nSubject: Consulta "+
			"%d\r\n"+
			"Message-ID: <m%d@cliente.test>\r\nDate: Mon, 02 Nov 2026 10:00:00 +0000\r\n\r\nHola, "+
			"%d.\r\n%s", n, n, n, n, n, filler)
}

var filler = func() (text string) {
	for range 60 {
		text += "La impresora del segundo piso no imprime desde esta mañana, y ya probamos a " +
			"reiniciarla.\r\n"
	}
	return text
}()

// TestIMAPNumberedAfresh gives a folder new UIDs and a new UIDVALIDITY: what was filed is a
// duplicate, what is new is filed.
func TestIMAPNumberedAfresh(t *testing.T) {
	t.Parallel()
	srv := mailtest.NewIMAP(t, mailtest.IMAPOptions{Folders: []string{"Web"}})
	s, in := imapDesk(t)
	a := imappoll.Account{Name: "cuenta", Host: "127.0.0.1", Port: srv.Port(), TLS: "none",
		Username: "soporte",
		Password: func() (string, error) { return "secreto", nil }, Folders: []string{"Web"},
		Since: "all", After: imappoll.Leave,
		Journal: IMAPJournal{Store: s, Mailbox: "soporte@ejemplo.test"}}
	poll := func() {
		t.Helper()
		if err := a.Poll(t.Context(), imappoll.PollNow); err != nil {
			t.Fatal(err)
		}
		for list, err := s.Unsettled(t.Context(), 0, s.Now(), 1000); len(list) > 0; list,
			err = s.Unsettled(t.Context(), 0, s.Now(), 1000) {
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range list {
				if err := in.FileOne(t.Context(), m.ID); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	for i := 1; i <= 50; i++ {
		srv.Append(t, "Web", imapLetter(i))
	}
	poll()
	poll()
	srv.Delete(t, "Web")
	srv.Create(t, "Web")
	for i := 53; i >= 1; i-- {
		srv.Append(t, "Web", imapLetter(i))
	}
	poll()
	count, err := s.CountMails(t.Context())
	if err != nil || count[store.OutcomeTicket] != 53 || count[store.OutcomeDuplicate] != 50 ||
		len(count) != 2 {
		t.Errorf("outcomes %v, %v: want 53 tickets and 50 duplicates", count, err)
	}
	m, err := s.Mail(t.Context(), 1)
	if e := m.Envelope; err != nil || e.Door != "imap:cuenta" || e.Folder != "Web" || e.UID != 1 ||
		e.UIDValidity == 0 || m.Mailbox != "soporte@ejemplo.test" {
		t.Errorf("envelope %+v, %v", e, err)
	}
}

// TestIMAPSetAsideNumberedAfresh gives a mail that could not be taken whole a new UID: it is in
// quarantine once, and no more when it has come whole.
func TestIMAPSetAsideNumberedAfresh(t *testing.T) {
	t.Parallel()
	s, in := imapDesk(t)
	admin(t, s)
	journal := IMAPJournal{Store: s, Mailbox: "soporte@ejemplo.test"}
	whole := string(imapLetter(1))
	header, _, _ := strings.Cut(whole, "\r\n\r\n")
	for i, c := range []struct {
		raw, incomplete string
		want            store.Outcome
	}{
		{"X-Buzon-Incomplete: account=a; uid=1\r\n" + header + "\r\n\r\n", "too large",
			store.OutcomeQuarantine},
		{"X-Buzon-Incomplete: account=a; uid=2\r\n" + header + "\r\n\r\n", "too large",
			store.OutcomeDuplicate},
		// nobody knows of what
		{"X-Buzon-Incomplete: account=a; uid=3\r\n\r\n", "too large", store.OutcomeQuarantine},
		{"X-Buzon-Incomplete: account=a; uid=4\r\n\r\n", "too large", store.OutcomeQuarantine},
		// borrows the Message-ID
		{strings.Replace(whole, "ana1@", "eva@", 1), "", store.OutcomeTicket},
		{whole, "", store.OutcomeTicket},
	} {
		id := int64(i + 1)
		spool, err := journal.Spool(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(spool, c.raw)
		f := imappoll.Folder{Account: "a", Name: "INBOX", UIDValidity: uint32(id)}
		for _, err := range []error{journal.Begin(t.Context(), f, 0, nil),
			journal.Take(t.Context(), f, 1,
				[]imappoll.Mail{{UID: 1, Spool: spool, Incomplete: c.incomplete,
					Received: time.Now()}}),
			in.FileOne(t.Context(), id), spool.Close()} {
			if err != nil {
				t.Fatal(err)
			}
		}
		if told, err := s.Outbox(t.Context(), store.OutboxFilter{Limit: 1}); id == 1 &&
			(err != nil || len(told) != 1 || told[0].Details.Reason != incompleteReason) {
			t.Errorf("told %+v, %v", told, err)
		}
		if m, err := s.Mail(t.Context(), id); err != nil || m.Outcome != c.want {
			t.Errorf("mail %d: %s (%s), %v; want %s", id, m.Outcome, m.Reason, err, c.want)
		}
		first, err := s.Mail(t.Context(), 1)
		if want := map[bool]store.Outcome{true: store.OutcomeDropped,
			false: store.OutcomeQuarantine}[c.raw == whole]; err != nil || first.Outcome != want {
			t.Errorf("after mail %d the first is %s, %v; want %s", id, first.Outcome, err, want)
		}
	}
}

// TestIMAPArchive files old mail without a word to anybody.
func TestIMAPArchive(t *testing.T) {
	t.Parallel()
	s, in := imapDesk(t)
	admin(t, s)
	journal := IMAPJournal{Store: s, Mailbox: "soporte@ejemplo.test"}
	spool, err := journal.Spool(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	spool.Write(imapLetter(1))
	f := imappoll.Folder{Account: "a", Name: "INBOX", UIDValidity: 1}
	for _, err := range []error{journal.Begin(t.Context(), f, 2, nil),
		journal.Take(t.Context(), f, 1,
			[]imappoll.Mail{{UID: 1, Spool: spool, Archive: true, Received: time.Now()}}),
		in.FileOne(t.Context(), 1), spool.Close()} {
		if err != nil {
			t.Fatal(err)
		}
	}
	m, err := s.Mail(t.Context(), 1)
	if err != nil || m.Outcome != store.OutcomeTicket {
		t.Errorf("filed as %s, %v", m.Outcome, err)
	}
	if told, err := s.Outbox(t.Context(), store.OutboxFilter{Limit: 10}); err != nil ||
		len(told) > 0 {
		t.Errorf("told %+v, %v", told, err)
	}
}

// TestIMAPAlarm tells the admins once that an account fails, and once that it works again.
func TestIMAPAlarm(t *testing.T) {
	t.Parallel()
	s, _ := imapDesk(t)
	admin(t, s)
	j := IMAPJournal{Store: s, Mailbox: "soporte@ejemplo.test"}
	const well, partly, down = imappoll.Well, imappoll.Partly, imappoll.Down
	for _, h := range []imappoll.Health{well, down, down, well, well, partly, partly, down,
		partly} {
		if err := j.Alarm(t.Context(), "cuenta", h, "NO [AUTHENTICATIONFAILED]"); err != nil {
			t.Fatal(err)
		}
	}
	var told []string
	list, err := s.Outbox(t.Context(), store.OutboxFilter{Limit: 100})
	for _, o := range list {
		told = append(told, fmt.Sprint(o.Kind, " ", o.Address, " ", o.Details.Failed, " ",
			o.Details.Reason))
	}
	slices.Reverse(told)
	const to = " admin@ejemplo.test cuenta "
	want := []string{"mailbox_down" + to + "down", "mailbox_up" + to, "mailbox_down" + to +
		"partly", "mailbox_down" + to + "down", "mailbox_down" + to + "partly"}
	if err != nil || !slices.Equal(told, want) {
		t.Errorf("told %q, %v: want %q", told, err, want)
	}
}

// TestIMAPSecretEnds tells the admins once of each last day.
func TestIMAPSecretEnds(t *testing.T) {
	t.Parallel()
	s, _ := imapDesk(t)
	admin(t, s)
	day := time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC)
	for _, ends := range []time.Time{day, day, day.AddDate(1, 0, 0), day.AddDate(1, 0, 0)} {
		if err := s.WarnIMAP(t.Context(), "cuenta", "soporte@ejemplo.test", ends); err != nil {
			t.Fatal(err)
		}
	}
	list, err := s.Outbox(t.Context(), store.OutboxFilter{Limit: 100})
	if err != nil || len(list) != 2 || list[0].Kind != desk.SecretEndsNotice ||
		list[0].Address != "admin@ejemplo.test" {
		t.Fatalf("told %+v, %v", list, err)
	}
}

// BenchmarkIMAPCatchUp takes 5000 mails of a Dovecot mailbox: with a bare client, into the journal
// only, out of a journal that is full already, out of one of which every mail has been read (what
// the store can file by itself), and all the way into tickets. Rates are mails a second.
func BenchmarkIMAPCatchUp(b *testing.B) {
	const n = 5000
	const user = "soporte@ejemplo.test"
	defer debug.SetGCPercent(debug.SetGCPercent(300)) // as the daemon does
	d := mailtest.Dovecot(b, map[string]string{user: "secreto"})
	c := d.Client(b, user)
	for i := range n {
		raw := imapLetter(i)
		a := c.Append("INBOX", int64(len(raw)), nil)
		a.Write(raw)
		a.Close()
		if _, err := a.Wait(); err != nil {
			b.Fatal(err)
		}
	}
	take := func(b *testing.B, s *store.Store) {
		a := imappoll.Account{Name: "cuenta", Host: "127.0.0.1", Port: d.TLSPort(), CAs: d.CAs,
			Username: user,
			Password: func() (string, error) { return "secreto", nil }, Folders: []string{"INBOX"},
			Since: "all", After: imappoll.Leave,
			Journal: IMAPJournal{Store: s, Mailbox: user}}
		if err := a.Poll(b.Context(), imappoll.PollNow); err != nil {
			b.Fatal(err)
		}
	}
	filed := func(b *testing.B, s *store.Store) {
		// asked cheaply: the journal is whole by now, and what waits is counted in an index of its
		// own
		for {
			waits, err := s.Unsettled(b.Context(), 0, s.Now(), 1)
			if err != nil {
				b.Fatal(err)
			}
			if len(waits) == 0 {
				break
			}
			time.Sleep(5 * time.Millisecond)
		}
		if count, err := s.CountMails(b.Context()); err != nil || count[store.OutcomeTicket] != n {
			b.Fatalf("%v, %v", count, err)
		}
	}
	rate := func(b *testing.B) { b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "mails/s") }
	b.Run("dovecot-fetch", func(b *testing.B) {
		for b.Loop() {
			bareFetch(b, d.Client(b, user))
		}
		rate(b)
	})
	b.Run("journal", func(b *testing.B) {
		for b.Loop() {
			s, _ := imapDesk(b)
			take(b, s)
		}
		rate(b)
	})
	b.Run("filing", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			s, in := imapDesk(b)
			take(b, s)
			b.StartTimer()
			stop := running(b, in)
			filed(b, s)
			stop()
		}
		rate(b)
	})
	b.Run("store", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			s, in := imapDesk(b)
			take(b, s)
			ready := readAll(b, in, n)
			b.StartTimer()
			var work errgroup.Group
			work.SetLimit(lookAhead)
			for _, p := range ready {
				work.Go(func() error { return in.file(b.Context(), p, func() {}) })
			}
			if err := work.Wait(); err != nil {
				b.Fatal(err)
			}
			filed(b, s)
		}
		rate(b)
	})
	b.Run("tickets", func(b *testing.B) {
		spent := cpu(b)
		for b.Loop() {
			s, in := imapDesk(b)
			stop := running(b, in)
			take(b, s)
			filed(b, s)
			stop()
		}
		rate(b)
		b.ReportMetric(float64((cpu(b)-spent).Microseconds())/float64(n*b.N), "cpu-µs/mail")
	})
}

// readAll reads all mail that waits in the journal.
func readAll(b *testing.B, in *Intake, n int) (ready []*prepared) {
	list, err := in.o.Store.Unsettled(b.Context(), 0, in.o.Store.Now(), n)
	if err != nil {
		b.Fatal(err)
	}
	for _, m := range list {
		p, err := in.prepare(b.Context(), m)
		if err == nil {
			err = p.settle()
		}
		if err != nil {
			b.Fatal(err)
		}
		ready = append(ready, p)
	}
	return ready
}

// running has the intake at work until stop is called.
func running(b *testing.B, in *Intake) (stop func()) {
	ctx, cancel := context.WithCancel(b.Context())
	done := make(chan struct{})
	// not Run: that begins with the mails of an earlier process, one by one
	go func() { in.work(ctx); close(done) }()
	return func() { cancel(); <-done }
}

// cpu is what the process has used so far.
func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// bareFetch reads every mail of INBOX and keeps none.
func bareFetch(b *testing.B, c *imapclient.Client) {
	defer c.Close()
	if _, err := c.Select("INBOX", nil).Wait(); err != nil {
		b.Fatal(err)
	}
	fc := c.Fetch(imap.UIDSet{{Start: 1, Stop: 0}}, &imap.FetchOptions{UID: true, RFC822Size: true,
		BodySection: []*imap.FetchItemBodySection{{Peek: true}}})
	for m := fc.Next(); m != nil; m = fc.Next() {
		for it := m.Next(); it != nil; it = m.Next() {
			if body, ok := it.(imapclient.FetchItemDataBodySection); ok {
				io.Copy(io.Discard, body.Literal)
			}
		}
	}
	if err := fc.Close(); err != nil {
		b.Fatal(err)
	}
}
