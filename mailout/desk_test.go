package mailout

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"buzon/internal/desktest"
	"buzon/internal/mailtest"
	"buzon/store"
	"buzon/store/desk"
	"buzon/templates"
	"buzon/threading"
)

// TestMain collects as seldom as the daemon does: the heap of a test is small, and is looked
// through the more often.
func TestMain(m *testing.M) {
	debug.SetGCPercent(300)
	m.Run()
}

// house is a desk with people and a renderer, on a clock that the test moves.
type house struct {
	t                      testing.TB
	clock                  *mailtest.Clock
	store                  *store.Store
	renderer               *Renderer
	boxes                  *threading.Mailboxes
	ana, luis, carla, pepe desk.Person // two agents, two customers
}

var (
	bogota = time.FixedZone("Bogotá", -5*3600)
	nine   = time.Date(2026, 3, 3, 9, 1, 0, 0, bogota)
)

func newHouse(t testing.TB) *house {
	t.Helper()
	h := &house{t: t, clock: mailtest.NewClock(nine)}
	dir := filepath.Join(t.TempDir(), "data")
	desktest.Copy(t, dir, newStore)
	h.furnish(dir, store.Options{Now: h.clock.Now, Database: desktest.Engine(t)},
		desk.Mailbox{Address: "soporte@ejemplo.test", Name: "Soporte Ejemplo", Plus: true,
			Tag: "Caso"})
	h.ana = h.person(desk.Person{Name: "Ana Gómez", Addresses: []string{"ana@ejemplo.test"},
		Role: desk.Agent, Team: true})
	h.luis = h.person(desk.Person{Name: "Luis Pérez", Addresses: []string{"luis@ejemplo.test"},
		Role: desk.Admin, OnCall: true})
	h.carla = h.person(desk.Person{Name: "Carla Ruiz", Addresses: []string{"carla@cliente.test"},
		Role: desk.Customer})
	h.pepe = h.person(desk.Person{Name: "Pepe Sanz", Addresses: []string{"pepe@otra.test"},
		Role: desk.Customer})
	return h
}

// furnish opens the desk of a directory, and makes its renderer.
func (h *house) furnish(dir string, o store.Options, box desk.Mailbox) {
	h.t.Helper()
	var err error
	h.store, err = store.Open(h.t.Context(), dir, o)
	h.must(err)
	h.t.Cleanup(func() { h.store.Close() })
	h.boxes = threading.NewMailboxes(threading.Mailbox{Address: box.Address})
	set, err := templates.Load("")
	h.must(err)
	h.renderer = &Renderer{Store: h.store, Signer: signer(h.t, filepath.Dir(dir)), Templates: set,
		Mailboxes: desk.Mailboxes{box}, Language: "es", Location: bogota}
}

func newStore(dir string) error {
	s, err := store.Open(context.Background(), dir, store.Options{MinFree: 1})
	if err != nil {
		return err
	}
	return s.Close()
}

// signer signs with a key that is always the same, so that golden mails are.
func signer(t testing.TB, dir string) *threading.Signer {
	t.Helper()
	path := filepath.Join(dir, "keys")
	key := fmt.Sprintf(`{"keys":[{"id":"a","created":"2026-01-01T00:00:00Z","secret":%q}]}`,
		base64.StdEncoding.EncodeToString([]byte(strings.Repeat("k", 32))))
	if err := os.WriteFile(path, []byte(key), 0o600); err != nil {
		t.Fatal(err)
	}
	ring, err := threading.OpenKeyring(path)
	if err != nil {
		t.Fatal(err)
	}
	return threading.NewSigner(ring, "x1")
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) write(f func(ctx context.Context, tx *store.Tx) error) {
	h.t.Helper()
	ctx := context.Background()
	h.must(h.store.Write(ctx, func(tx *store.Tx) error { return f(ctx, tx) }))
}

func (h *house) person(p desk.Person) desk.Person {
	h.t.Helper()
	p.Active, p.Welcomed = true, true
	h.write(func(ctx context.Context, tx *store.Tx) (err error) {
		p, err = tx.AddPerson(ctx, p)
		return err
	})
	return p
}

// ticket opens a ticket of Carla's without items.
func (h *house) ticket(change ...func(*desk.Ticket)) desk.Ticket {
	h.t.Helper()
	t := desk.Ticket{Mailbox: "soporte@ejemplo.test", Subject: "No imprime la factura",
		Class: desk.Open, Severity: 2,
		Requester: h.carla, Controller: h.carla}
	for _, f := range change {
		f(&t)
	}
	h.write(func(ctx context.Context, tx *store.Tx) (err error) {
		c, err := tx.Catalogue(ctx)
		if err != nil {
			return err
		}
		problem, _ := c.Find(desk.Types, "Problema")
		product, err := tx.Product(ctx, "CRM")
		if err != nil {
			return err
		}
		t.Type, t.Product = problem.ID, product.ID
		t, _, err = tx.OpenTicket(ctx, t, nil)
		return err
	})
	return t
}

type attachment struct {
	name, kind string
	content    []byte
}

// item adds an item, public and filed unless it says otherwise.
func (h *house) item(it desk.Item, files ...attachment) desk.Item {
	h.t.Helper()
	if it.Visibility == "" {
		it.Visibility = desk.Public
	}
	if it.State == "" {
		it.State = desk.Filed
	}
	if it.Type == "" {
		it.Type = desk.Answer
	}
	var list []store.NewAttachment
	for _, f := range files {
		spool := h.store.NewSpool()
		defer spool.Close()
		spool.Write(f.content)
		list = append(list, store.NewAttachment{Attachment: desk.Attachment{Filename: f.name,
			ContentType: f.kind, Size: int64(len(f.content)), SHA256: spool.SHA256()},
			Spool: spool})
	}
	h.must(store.Settled(list))
	h.write(func(ctx context.Context, tx *store.Tx) (err error) {
		it, err = tx.AddItem(ctx, "", store.NewItem{Item: it, Attachments: list})
		return err
	})
	h.clock.Advance(time.Minute)
	return it
}

// owe writes an outbox row about an item, and returns it as it is stored. Who is owed something of a
// ticket follows it.
func (h *house) owe(kind desk.Notice, it desk.Item, to desk.Person,
	details ...store.Details) store.Outgoing {
	h.t.Helper()
	o := store.Outgoing{Kind: kind, Ticket: it.Ticket, Item: it.Number, Person: to.ID,
		Address: to.Address(), Mailbox: "soporte@ejemplo.test"}
	o.Details.Author, o.Details.EchoSender = it.Author.ID, true
	for _, d := range details {
		o.Details = d
	}
	if t, err := h.store.Ticket(h.t.Context(), it.Ticket); err == nil {
		o.Mailbox = t.Mailbox
	}
	h.write(func(ctx context.Context, tx *store.Tx) (err error) {
		if o.Ticket != 0 && !to.Agent() {
			err = tx.Follow(ctx, o.Ticket, to.ID)
		}
		if err == nil {
			o.ID, err = tx.Owe(ctx, o)
		}
		return err
	})
	return h.row(o.ID)
}

func (h *house) row(id int64) store.Outgoing {
	h.t.Helper()
	o, err := h.store.OutgoingMail(context.Background(), id)
	h.must(err)
	return o
}

// render renders a row into a mail that must be valid.
func (h *house) render(o store.Outgoing) (raw []byte, out Rendered) {
	h.t.Helper()
	var b bytes.Buffer
	out, err := h.renderer.Render(context.Background(), o, &b)
	if err != nil {
		h.t.Fatalf("render %s: %v", o.Kind, err)
	}
	if err := mailtest.Validate(b.Bytes()); err != nil {
		h.t.Fatalf("%s: %v\n%s", o.Kind, err, b.Bytes())
	}
	return b.Bytes(), out
}
