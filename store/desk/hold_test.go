package desk

import (
	"fmt"
	"testing"
	"time"
)

// TestCollisions: what an agent says to a customer waits when a colleague was faster.
func TestCollisions(t *testing.T) {
	faster := Meanwhile{By: beto, At: noon}
	took := Meanwhile{By: beto, At: noon, Took: true}
	for _, c := range []struct {
		name, orders string
		deed         Deed
		meanwhile    Meanwhile
		want         string
	}{
		{"nobody was", "", words("x"), Meanwhile{},
			"waiting Ana>Carla | answer public filed | ticket_assigned | item_written"},
		{"a colleague answered", "", words("x"), faster, "open Julia>Julia | note internal held"},
		{"a colleague took it", "", words("x"), took, "open Julia>Julia | note internal held"},
		{"a file", "", Deed{Item: Item{Attachments: []Attachment{{Filename: "a"}}}}, faster,
			"open Julia>Julia | note internal held"},
		{"no order of it is done", "#resuelto,#cola,#tomar,#severidad 1,#asignar ana", words("x"),
			faster,
			"open Julia>Julia | note internal held | held | held | held | held | held"},
		{"he is asked for information", "#pedir-info", words("x"), faster,
			"open Julia>Julia | note internal held | held"},
		{"a note", "#nota", Deed{Item: Item{Text: "x", Visibility: Internal}}, faster,
			"open Julia>Julia | note internal filed | note_written | noted"},
		{"kept inside", "", Deed{Kept: KeptInside, Item: Item{Text: "x"}}, faster,
			"open Julia>Julia | note internal filed | note_written"},
		{"commands alone", "#cola,#tomar", Deed{}, faster,
			"queued Ana>Ana | note internal filed | ticket_assigned | ticket_taken_over | " +
				"ticket_taken | queued | taken_from Julia"},
		{"closed without words", "#cerrar", Deed{}, faster,
			"closed Julia> | answer public filed | ticket_closed | closed"},
		{"he says it again", "", Deed{Again: true, Item: Item{Text: "x"}}, faster,
			"waiting Ana>Carla | answer public filed | ticket_assigned | item_written"},
		{"he sends it all the same", "#enviar", words("x"), faster,
			"waiting Ana>Carla | answer public filed | ticket_assigned | item_written | public"},
		{"what was sent outside of the desk", "",
			Deed{Act: Writes, Quiet: true, Item: Item{Text: "x"}}, faster,
			"waiting Ana>Carla | answer public filed"},
	} {
		d, f := c.deed, facts()
		d.By, d.Orders, f.Meanwhile = ana, orders(t, c.orders), c.meanwhile
		if got := show(Carry(ticket(Open), d, f)); got != c.want {
			t.Errorf("%s\ngot  %s\nwant %s", c.name, got, c.want)
		}
	}
	d := Deed{By: carla, Item: Item{Text: "x"}}
	f := facts()
	f.Meanwhile = faster
	if out := Carry(ticket(Open), d, f); out.Item.State != Filed {
		t.Errorf("a customer's words are %s", out.Item.State)
	}
}

// TestHold: what tells a customer something waits as long as the mailbox says, and nothing else.
func TestHold(t *testing.T) {
	for _, c := range []struct {
		name, orders string
		deed         Deed
		before       func(*Ticket)
		waits        bool
	}{
		{"words", "", words("x"), nil, true},
		{"closed without words", "#cerrar", Deed{}, nil, true},
		{"a status that closes", "#estado cerrado", Deed{}, nil, true},
		{"closed with a note", "#cerrar,#nota", Deed{Item: Item{Text: "x", Visibility: Internal}},
			nil, true},
		{"resolved", "#resuelto", Deed{}, nil, true},
		{"asked", "#pedir-info", words("x"), nil, true},
		{"a note", "#nota", Deed{Item: Item{Text: "x", Visibility: Internal}}, nil, false},
		{"taken", "#tomar", Deed{}, nil, false},
		{"held by a doubt", "", Deed{Kept: HeldUnknown, Item: Item{Text: "x"}}, nil, false},
		{"said again", "", Deed{Again: true, Item: Item{Text: "x"}}, nil, false},
		{"said with #enviar", "#enviar", words("x"), nil, false},
		{"severity 1", "", words("x"), func(t *Ticket) { t.Severity = 1 }, false},
		{"it becomes severity 1", "#severidad 1", words("x"), nil, false},
		{"production was down", "#severidad 2", words("x"),
			func(t *Ticket) { t.Severity, t.ProductionDown = 1, true }, false},
		{"nobody hears", "", words("x"), func(t *Ticket) {
			t.Requester, t.Controller,
				t.Followers = Person{}, Person{}, nil
		}, false},
		{"nobody is told", "", Deed{Quiet: true, Item: Item{Text: "x"}}, nil, false},
		{"it is opened", "", Deed{Act: OpensFor, Item: Item{Text: "x"}},
			func(t *Ticket) { t.Number = 0 }, false},
	} {
		d, f, before := c.deed, facts(), ticket(Open)
		d.By, d.Orders, f.Hold, f.Now = ana, orders(t, c.orders), 30*time.Second, noon
		if c.before != nil {
			c.before(&before)
		}
		out := Carry(before, d, f)
		if waits := out.Until.Equal(noon.Add(30 * time.Second)); waits != c.waits ||
			waits != (out.Item.State == Held && out.Kept == "") {
			t.Errorf("%s: until %v, item %s", c.name, out.Until, out.Item.State)
		}
	}
	f := facts()
	f.Hold = time.Minute
	if out := Carry(ticket(Open), Deed{By: carla, Item: Item{Text: "x"}}, f); !out.Until.IsZero() {
		t.Error("a customer's words wait")
	}
}

// TestWithdraw: who may, what goes back, and why not.
func TestWithdraw(t *testing.T) {
	boss := Person{ID: 50, Name: "Jefa", Role: Admin, Active: true}
	now := ticket(Waiting)
	now.Agent, now.Assignee = ana, carla
	waiting := HeldItem{Item: Item{Number: 4, Author: ana}, Until: noon, Agent: julia,
		Assignee: julia,
		Undo: Undo{Before: Stand{99, Open, julia.ID, julia.ID}, After: now.Stand(),
			Timers: []Timer{{WakeTimer, 1, noon}}}}
	followed, collided, others := waiting, waiting, waiting
	followed.Followed = true
	collided.Until = time.Time{}
	others.Author = beto
	for _, c := range []struct {
		name, orders string
		by           Person
		words        string
		held         []HeldItem
		said         bool
		want         string
		withdrawn    int
		timers       int
	}{
		{"what waits", "#cancelar", ana, "", []HeldItem{waiting}, false,
			"open Julia>Julia | note internal filed | ticket_assigned | cancelled 4", 1, 3},
		{"by number", "#cancelar 4", ana, "", []HeldItem{waiting}, false,
			"open Julia>Julia | note internal filed | ticket_assigned | cancelled 4", 1, 3},
		{"twice", "#cancelar,#cancelar", ana, "", []HeldItem{waiting}, true,
			"open Julia>Julia | note internal filed | ticket_assigned | cancelled 4 | too_late", 1,
			3},
		{"another number", "#cancelar 9", ana, "", []HeldItem{waiting}, true,
			"waiting Ana>Carla | note internal filed | too_late", 0, 0},
		{"something has happened", "#cancelar", ana, "", []HeldItem{followed}, false,
			"waiting Ana>Carla | note internal filed | cancelled_only 4", 1, 0},
		{"together with a change", "#cola,#cancelar", ana, "", []HeldItem{waiting}, false,
			"queued Ana>Carla | note internal filed | queued | cancelled_only 4", 1, 0},
		{"a colleague was faster", "#cancelar", ana, "", []HeldItem{collided}, false,
			"waiting Ana>Carla | note internal filed | cancelled 4", 1, 0},
		{"a colleague's", "#cancelar 4", ana, "", []HeldItem{others}, false,
			"waiting Ana>Carla | note internal filed | not_yours Beto", 0, 0},
		{"a colleague's, without its number", "#cancelar", ana, "", []HeldItem{others}, true,
			"waiting Ana>Carla | note internal filed | too_late", 0, 0},
		{"an administrator", "#cancelar 4", boss, "", []HeldItem{others}, false,
			"open Julia>Julia | note internal filed | ticket_assigned | cancelled 4", 1, 3},
		{"nothing", "#cancelar", ana, "", nil, false,
			"waiting Ana>Carla | note internal filed | nothing_held", 0, 0},
		{"too late", "#cancelar", ana, "", nil, true,
			"waiting Ana>Carla | note internal filed | too_late", 0, 0},
		{"with other words", "#cancelar", ana, "y", []HeldItem{waiting}, false,
			"waiting Ana>Carla | answer public filed | item_written | cancelled 4", 1, 0},
		{"sent", "#enviar", ana, "", []HeldItem{collided}, false,
			"waiting Ana>Carla | note internal filed | sent_now", 0, 0},
		{"sent with other words", "#enviar", ana, "y", []HeldItem{collided}, false,
			"waiting Ana>Carla | answer public filed | item_written | sent_instead 4", 1, 0},
		{"a colleague's is not sent", "#enviar 4", ana, "", []HeldItem{others}, false,
			"waiting Ana>Carla | note internal filed | not_yours Beto", 0, 0},
		{"customers cancel nothing", "", carla, "#cancelar", []HeldItem{waiting}, false,
			"open Ana>Ana | more_information public filed | item_written", 0, 0},
	} {
		f := facts()
		f.Held, f.Said, f.Now = c.held, c.said, noon
		d := Deed{By: c.by, Orders: orders(t, c.orders), Item: Item{Text: c.words}}
		out := Carry(now, d, f)
		if got := show(out); got != c.want || len(out.Withdrawn) != c.withdrawn {
			t.Errorf("%s: %d withdrawn\ngot  %s\nwant %s", c.name, len(out.Withdrawn), got, c.want)
		}
		if c.timers > 0 && fmt.Sprint(out.Timers[0]) != fmt.Sprint(waiting.Undo.Timers[0]) {
			t.Errorf("%s: timers %v", c.name, out.Timers)
		}
	}
}
