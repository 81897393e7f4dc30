package mailout

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"buzon/store"
	"buzon/store/desk"
)

// allocated is how many bytes the process allocates in all while f runs, whatever is freed
// meanwhile: no time and no collector comes into it, but no other test may run beside it.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// discard takes a mail and keeps nothing of it.
type discard struct{ n int }

func (d *discard) Write(p []byte) (int, error) { d.n += len(p); return len(p), nil }

// A notice costs memory for what it quotes, however many items its ticket has and however long they
// are.
func TestNoticeCostsWhatItQuotes(t *testing.T) {
	const least, most = 8 << 10, 1 << 20
	var first uint64
	for _, c := range []struct{ items, length int }{{4, least}, {250, least}, {20, most}} {
		h := newHouse(t)
		k := h.ticket()
		h.write(func(ctx context.Context, tx *store.Tx) error {
			text := strings.Repeat("palabra ", c.length/8)
			for i := range c.items {
				it := store.NewItem{Item: desk.Item{Ticket: k.Number, Type: desk.MoreInformation,
					Author: h.carla, Visibility: desk.Public,
					State: desk.Filed, Text: fmt.Sprint(i, " ", text)}}
				if _, err := tx.AddItem(ctx, k.Subject, it); err != nil {
					return err
				}
			}
			return nil
		})
		o := h.owe(desk.ItemNotice, h.item(desk.Item{Ticket: k.Number, Author: h.ana,
			Text: "Ya lo miro."}), h.luis)
		render := func() {
			if _, err := h.renderer.Render(t.Context(), o, &discard{}); err != nil {
				t.Fatal(err)
			}
		}
		// The first makes what is made once, and a pool's content may be dropped at any moment
		// (under the race detector a quarter of it is, by chance): the least of several tells.
		cost := allocated(render)
		for range 8 {
			cost = min(cost, allocated(render))
		}
		t.Logf("%d items of %d KB: %d KB", c.items, c.length>>10, cost>>10)
		if first == 0 {
			first = cost
		}
		if cost > first*5/4 || cost > most {
			t.Errorf(
				"a notice in a ticket of %d items of %d KB allocates %d KB, in a small one %d KB",
				c.items, c.length>>10, cost>>10, first>>10)
		}
	}
}

// What quotes one item of a megabyte costs so many times its size, and not more: both forms are
// written with all their quotes and escapes.
func TestNoticeOfALongItem(t *testing.T) {
	const length = 1 << 20
	h := newHouse(t)
	it := h.item(desk.Item{Ticket: h.ticket().Number, Type: desk.MoreInformation, Author: h.carla,
		Text: strings.Repeat("palabra nueva\n", length/14)})
	o, to := h.owe(desk.ItemNotice, it, h.ana), &discard{}
	cost := allocated(func() {
		if _, err := h.renderer.Render(t.Context(), o, to); err != nil {
			t.Fatal(err)
		}
	})
	t.Logf("%d KB of mail, %d KB allocated", to.n>>10, cost>>10)
	if cost > 48*length {
		t.Errorf("an item of 1 MB costs %d KB", cost>>10)
	}
}
