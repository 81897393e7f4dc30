package mailin

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"buzon/internal/desktest"
	"buzon/internal/mailtest"
	"buzon/store"
	"buzon/store/desk"
	"buzon/threading"
)

// TestMain collects as seldom as the daemon does: the heap of a test is small, and is looked
// through the more often.
func TestMain(m *testing.M) {
	debug.SetGCPercent(300)
	m.Run()
}

const (
	box      = "soporte@ejemplo.test"
	customer = "carla@cliente.test"
	agent    = "ana@ejemplo.test"
)

// house is a desk with a real store, two agents and an intake, and the mails that a test sends it.
type house struct {
	*Intake
	t     testing.TB
	store *store.Store
	now   time.Time
	began time.Time // from when the clock runs; zero: it stands at now
	sent  int
	trace func(statement string) // nil: nobody counts statements
}

func (h *house) traced(statement string) {
	if h.trace != nil {
		h.trace(statement)
	}
}

func newHouse(t testing.TB, change ...func(*Options)) *house {
	t.Helper()
	dir := t.TempDir()
	desktest.Copy(t, dir, newStore)
	return houseIn(t, dir, desktest.Engine(t), change...)
}

// houseIn is newHouse on the desk of a data directory, or of a database.
func houseIn(t testing.TB, dir, database string, change ...func(*Options)) *house {
	t.Helper()
	h := &house{t: t, now: time.Date(2026, 3, 3, 9, 0, 0, 0, time.UTC)}
	var err error
	if h.store, err = store.Open(t.Context(), dir,
		store.Options{Now: h.clock, MinFree: 1, Database: database,
			Trace: h.traced}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.store.Close() })
	keys, err := threading.OpenKeyring(filepath.Join(dir, "keys"))
	if err != nil {
		t.Fatal(err)
	}
	o := Options{
		Store: h.store, Signer: threading.NewSigner(keys, h.store.Instance()), Language: "es",
		Mailboxes: desk.Mailboxes{{Address: box, Name: "Soporte",
			Aliases: []string{"ayuda@ejemplo.test"}, Plus: true, Tag: "Caso", NumberIsEnough: true},
			{Address: "ventas@ejemplo.test", Name: "Ventas", Plus: true, Tag: "Caso",
				ClosedReply: desk.Reopen},
			{Address: "avisos@ejemplo.test", Name: "Avisos", Plus: true, Tag: "Caso",
				ClosedReply: desk.Reject}},
	}
	for _, f := range change {
		f(&o)
	}
	h.Intake = New(o)
	h.Intake.second = 5 * time.Millisecond
	h.person(desk.Person{Name: "Ana Gómez", Addresses: []string{agent}, Role: desk.Agent,
		Team: true, Active: true})
	h.person(desk.Person{Name: "Luis Pérez", Addresses: []string{"luis@ejemplo.test"},
		Role: desk.Agent, Team: true, OnCall: true, Active: true})
	h.person(desk.Person{Name: "Admin", Addresses: []string{"admin@ejemplo.test"}, Role: desk.Admin,
		Active: true})
	return h
}

func newStore(dir string) error {
	s, err := store.Open(context.Background(), dir, store.Options{MinFree: 1})
	if err != nil {
		return err
	}
	return s.Close()
}

func (h *house) clock() time.Time {
	if h.began.IsZero() {
		return h.now
	}
	return h.now.Add(time.Since(h.began))
}

func (h *house) person(p desk.Person) desk.Person {
	h.t.Helper()
	h.write(func(tx *store.Tx) (err error) { p, err = tx.AddPerson(h.t.Context(), p); return err })
	return p
}

func (h *house) write(f func(*store.Tx) error) {
	h.t.Helper()
	if err := h.store.Write(h.t.Context(), f); err != nil {
		h.t.Fatal(err)
	}
}

// receive journals a mail as the SMTP door does.
func (h *house) receive(raw string, env ...store.Envelope) int64 {
	h.t.Helper()
	e := store.Envelope{Door: "smtp", From: "x@cliente.test", To: []string{box}, Received: h.now}
	if len(env) > 0 {
		e = env[0]
	}
	spool, err := h.store.Spool(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	spool.Write([]byte(raw))
	id, err := h.store.Receive(h.t.Context(), e, spool)
	if err != nil {
		h.t.Fatal(err)
	}
	spool.Close()
	return id
}

// file journals a mail and files it.
func (h *house) file(raw string, env ...store.Envelope) store.Mail {
	h.t.Helper()
	id := h.receive(raw, env...)
	if err := h.FileOne(h.t.Context(), id); err != nil {
		h.t.Fatal(err)
	}
	return h.mail(id)
}

func (h *house) mail(id int64) store.Mail {
	h.t.Helper()
	m, err := h.store.Mail(h.t.Context(), id)
	if err != nil {
		h.t.Fatalf("mail %d: %v", id, err)
	}
	return m
}

func (h *house) ticket(n int64) desk.Ticket {
	h.t.Helper()
	t, err := h.store.Ticket(h.t.Context(), n)
	if err != nil {
		h.t.Fatalf("ticket %d: %v", n, err)
	}
	return t
}

func (h *house) items(n int64) []desk.Item {
	h.t.Helper()
	list, err := h.store.Items(h.t.Context(), n)
	if err != nil {
		h.t.Fatal(err)
	}
	return list
}

// last is the ticket's newest item.
func (h *house) last(n int64) desk.Item {
	h.t.Helper()
	list := h.items(n)
	return list[len(list)-1]
}

// outbox lists "kind address", the oldest first.
func (h *house) outbox() (list []string) {
	h.t.Helper()
	all, err := h.store.Outbox(h.t.Context(), store.OutboxFilter{})
	if err != nil {
		h.t.Fatal(err)
	}
	for i := len(all) - 1; i >= 0; i-- {
		list = append(list, string(all[i].Kind)+" "+all[i].Address)
	}
	return list
}

// told is what a step adds to the outbox.
func (h *house) told(step func()) string {
	h.t.Helper()
	before := len(h.outbox())
	step()
	return strings.Join(h.outbox()[before:], ", ")
}

// address of the person.
func (h *house) by(address string) desk.Person {
	h.t.Helper()
	p, err := h.store.PersonByAddress(h.t.Context(), address)
	if err != nil || p.ID == 0 {
		h.t.Fatalf("nobody has %s (%v)", address, err)
	}
	return p
}

// token is the reply address of a ticket that was given to somebody.
func (h *house) token(ticket int64, to string) string {
	p := h.by(to)
	kind := threading.Customer
	if p.Agent() {
		kind = threading.Agent
	}
	return h.o.Signer.ReplyAddress(box, threading.Token{Mailbox: box, Ticket: ticket, Person: p.ID,
		Kind: kind})
}

// opened is a new ticket of the customer.
func (h *house) opened() int64 {
	h.t.Helper()
	m := h.file(h.plain(customer, box, "No imprime la factura", "No imprime desde ayer."))
	if m.Outcome != store.OutcomeTicket {
		h.t.Fatalf("%+v", m)
	}
	return m.Ticket
}

// reply files words of somebody by his own token.
func (h *house) reply(ticket int64, from, text string) store.Mail {
	h.t.Helper()
	return h.file(h.plain(from, h.token(ticket, from),
		fmt.Sprintf("Re: [Caso #%d] No imprime la factura", ticket), text))
}

func (h *house) answer(ticket int64, text string) store.Mail {
	h.t.Helper()
	return h.reply(ticket, agent, text)
}

// plain is a mail of text; more are header lines.
func (h *house) plain(from, to, subject, text string, more ...string) string {
	h.sent++
	lines := append([]string{"From: " + from, "To: " + to, "Subject: " + subject,
		fmt.Sprintf("Message-ID: <m%d@cliente.test>", h.sent),
		"Date: Tue, 3 Mar 2026 09:00:00 +0000", "Content-Type: text/plain; charset=utf-8"}, more...)
	return strings.Join(lines, "\r\n") + "\r\n\r\n" +
		strings.ReplaceAll(text, "\n", "\r\n") + "\r\n"
}

// run files what is in the journal with Run until all is settled.
func (h *house) run() {
	h.t.Helper()
	stop := h.start(h.Run)
	h.settled()
	stop()
}

// start lets the intake file what comes, and the clock run.
func (h *house) start(run func(context.Context) error) (stop func()) {
	h.began = time.Now()
	ctx, cancel := context.WithCancel(h.t.Context())
	done := make(chan error, 1)
	go func() { done <- run(ctx) }()
	return func() {
		cancel()
		if err := <-done; err != nil {
			h.t.Error(err)
		}
	}
}

// idle is an intake that has nothing to recover.
func (h *house) idle(ctx context.Context) error {
	h.work(ctx)
	return nil
}

func (h *house) settled() {
	h.t.Helper()
	for end := time.Now().Add(mailtest.Patience); ; time.Sleep(5 * time.Millisecond) {
		count, err := h.store.CountMails(h.t.Context())
		switch {
		case err != nil:
			h.t.Fatal(err)
		case count[""] == 0:
			return
		case time.Now().After(end):
			h.t.Fatalf("%d mails are not settled", count[""])
		}
	}
}
