package mailout

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"buzon/internal/bigdesk"
	"buzon/internal/mailtest"
	"buzon/store"
	"buzon/store/desk"
)

// largeDue are the mails that wait on the large desk.
const largeDue = 100_000

// BenchmarkDispatchLarge is BenchmarkDispatch on a desk of 200,000 tickets with 100,000 mails due,
// through Postfix's smtp-sink: -benchtime says how many of them are sent.
func BenchmarkDispatchLarge(b *testing.B) {
	h := largeHouse(b)
	h.dispatchAll(b, &instant{through: smtpSink(b)})
}

// BenchmarkOutboxLook is what a look at the outbox costs with so many mails due: the next to send,
// and their number.
func BenchmarkOutboxLook(b *testing.B) {
	for _, due := range []int{1_000, 10_000, 100_000} {
		h := newHouse(b)
		h.correspondence(due)
		b.Run(fmt.Sprintf("due=%d", due), func(b *testing.B) {
			for b.Loop() {
				list, err := h.store.DueMails(b.Context(), h.store.Now(), 32)
				if err != nil || len(list) != 32 {
					b.Fatal(len(list), err)
				}
				_, err = h.store.NextDue(b.Context())
				h.must(err)
			}
		})
	}
}

// largeHouse is a copy of the large desk whose last tickets' items are to be told.
func largeHouse(b *testing.B) *house {
	b.Helper()
	dir := filepath.Join(b.TempDir(), "data")
	h := &house{t: b, clock: mailtest.NewClock(nine)}
	h.must(os.CopyFS(dir, os.DirFS(bigdesk.Kept(b, bigdesk.Tickets))))
	h.furnish(dir, store.Options{Now: h.clock.Now, MinFree: 1}, desk.Mailbox{Address: bigdesk.Mailbox,
		Name: "Soporte Ejemplo", Plus: true, Tag: "Caso"})
	for first := 1; first <= largeDue; first += 1500 {
		h.write(func(ctx context.Context, tx *store.Tx) error {
			for i := first; i < min(first+1500, largeDue+1); i += 2 {
				if err := h.tell(ctx, tx, int64(2*i)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return h
}

// tell owes the second item of a ticket to its requester and its agent.
func (h *house) tell(ctx context.Context, tx *store.Tx, ticket int64) error {
	t, err := tx.Ticket(ctx, ticket)
	if err != nil {
		return err
	}
	for i, p := range []desk.Person{t.Requester, t.Agent} {
		if _, err := tx.Owe(ctx, store.Outgoing{Kind: desk.ItemNotice, Ticket: t.Number, Item: 2,
			Person: p.ID, Address: p.Address(), Mailbox: bigdesk.Mailbox,
			Lane: store.Lane(i + 1)}); err != nil {
			return err
		}
	}
	return nil
}

// smtpSink is Postfix's smtp-sink, reached over 4 connections.
func smtpSink(b *testing.B) Transport {
	b.Helper()
	relay, err := NewRelay(Relay{Host: "127.0.0.1", Port: mailtest.Sink(b), TLS: "none"})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { relay.Close() })
	return relay
}
