package mailout

import (
	"context"
	"fmt"
	"io"
	"runtime/debug"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"buzon/internal/mailtest"
	"buzon/store"
	"buzon/store/desk"
)

// BenchmarkDispatch is how many rendered mails leave, and what each costs of the processor: items
// of tickets of their own, each told to a customer and two agents.
//
//	instant   a relay that answers at once
//	smtp      a smarthost in this process, over 4 connections; its work is part of the cost
//	sink      Postfix's smtp-sink, over 4 connections
func BenchmarkDispatch(b *testing.B) {
	b.Run("instant", func(b *testing.B) {
		h := newHouse(b)
		h.correspondence(b.N)
		h.dispatchAll(b, &instant{})
	})
	b.Run("smtp", func(b *testing.B) {
		h := newHouse(b)
		h.correspondence(b.N)
		smarthost := mailtest.NewSmarthost(b, mailtest.SmarthostOptions{})
		relay, err := NewRelay(Relay{Host: "127.0.0.1", Port: smarthost.Port(), TLS: "none"})
		if err != nil {
			b.Fatal(err)
		}
		defer relay.Close()
		h.dispatchAll(b, &instant{through: relay})
	})
	b.Run("sink", func(b *testing.B) {
		h := newHouse(b)
		h.correspondence(b.N)
		h.dispatchAll(b, &instant{through: smtpSink(b)})
	})
}

// dispatchAll sends the benchmark's mails and reports the rate.
func (h *house) dispatchAll(b *testing.B, t *instant) {
	t.wanted, t.done = int64(b.N), make(chan struct{})
	defer debug.SetGCPercent(debug.SetGCPercent(300)) // as the daemon has it
	before := processorTime()
	b.ResetTimer()
	r := h.run(t, func(d *Dispatcher) { d.After = time.After })
	<-t.done
	r.stop()
	b.StopTimer()
	used := processorTime() - before
	b.ReportMetric(float64(used.Microseconds())/float64(b.N), "µs-cpu/mail")
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "mails/s")
	if n := h.states()[store.Sent]; n < b.N {
		b.Errorf("%d of %d mails were sent", n, b.N)
	}
}

// processorTime is what this process has used of all processors.
func processorTime() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// correspondence owes n mails, three for each of the tickets that it opens.
func (h *house) correspondence(n int) {
	h.t.Helper()
	readers := []struct {
		kind desk.Notice
		to   desk.Person
	}{{desk.ItemNotice, h.carla}, {desk.ItemNotice, h.luis}, {desk.ItemNotice, h.ana}}
	var last desk.Item
	for left := n; left > 0; left -= 1500 {
		h.write(func(ctx context.Context, tx *store.Tx) error {
			for i := 0; i < min(left, 1500); i++ {
				who := readers[i%3]
				if i%3 == 0 {
					t, it, err := tx.OpenTicket(ctx, desk.Ticket{Mailbox: "soporte@ejemplo.test",
						Subject: "No imprime la factura", Class: desk.Open, Requester: h.carla},
						&store.NewItem{Item: desk.Item{Author: h.ana, Type: desk.Answer,
							Visibility: desk.Public, State: desk.Filed, Text: answer}})
					if err != nil {
						return err
					}
					it.Ticket = t.Number
					last = it
				}
				if _, err := tx.Owe(ctx, store.Outgoing{Kind: who.kind, Ticket: last.Ticket,
					Item: last.Number, Person: who.to.ID, Address: who.to.Address(),
					Mailbox: "soporte@ejemplo.test", Lane: store.Lane(i % 3),
					Details: store.Details{Author: h.ana.ID}}); err != nil {
					return err
				}
			}
			return nil
		})
	}
}

// instant is a Transport that answers at once, or as another does, and tells when it has had all.
type instant struct {
	through Transport
	wanted  int64
	had     atomic.Int64
	done    chan struct{}
}

func (t *instant) Send(ctx context.Context, env Envelope, mail *io.SectionReader) Result {
	r := Result{Outcome: Sent, Reply: "250 ok"}
	if t.through != nil {
		r = t.through.Send(ctx, env, mail)
	}
	if r.Outcome != Sent {
		panic(fmt.Sprint(r.Err))
	}
	if t.had.Add(1) == t.wanted {
		close(t.done)
	}
	return r
}

func (*instant) Close() error { return nil }
