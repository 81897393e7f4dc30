package desk

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// sights let everybody see all, but for those who are named.
func sights(blind ...Person) map[int64]Sight {
	m := map[int64]Sight{}
	for _, p := range []Person{carla, fidel} {
		m[p.ID] = Sight{All: true}
	}
	for _, p := range blind {
		m[p.ID] = Sight{}
	}
	return m
}

func TestMergeIsRefused(t *testing.T) {
	inactive := ticket(Open)
	inactive.Followers[0].Active = false
	for _, c := range []struct {
		name, orders string
		before       Ticket
		kept         Kept
		sights       map[int64]Sight
		want         string
	}{
		{"merged", "#unir 12", ticket(Open), "", sights(), "merged 12"},
		{"with another's number", "#unir #12", ticket(Waiting), "", sights(), "merged 12"},
		{"no such ticket", "#unir 99", ticket(Open), "", sights(), "?number 99"},
		{"itself", "#unir 7", ticket(Open), "", sights(), "itself"},
		{"no number", "#unir x", ticket(Open), "", sights(), "?number x"},
		{"into what is closed", "#unir 13", ticket(Open), "", sights(), "merge_closed 13"},
		{"closed into closed", "#unir 13", ticket(Closed), "", sights(), "merged 13"},
		{"and closed by the same", "#cerrar,#unir 12", ticket(Open), "", sights(),
			"closed | merge_ends"},
		{"twice", "#unir 12,#unir 14,#separar", ticket(Open), "", sights(),
			"merged 12 | not_allowed | not_allowed"},
		{"held", "#unir 12,#separar 4", ticket(Open), HeldUnknown, sights(), "held | held"},
		{"somebody would read what is another's", "#unir 12", ticket(Open), "", sights(carla),
			"merge_strangers #enlazar duplicado 12 (carla@cliente.test)"},
		{"a follower would", "#unir 12", ticket(Open), "", sights(fidel),
			"merge_strangers #enlazar duplicado 12 (fidel@otra.test)"},
		{"he is gone", "#unir 12", inactive, "", sights(fidel), "merged 12"},
		{"whom the same mail removes", "#quitar fidel@otra.test,#unir 12", ticket(Open), "",
			sights(fidel),
			"follower_removed fidel@otra.test | merged 12"},
		{"nothing to part", "#separar", ticket(Open), "", sights(), "nothing_merged"},
	} {
		f := facts()
		f.Sights = c.sights
		d := Deed{By: ana, Orders: orders(t, c.orders), Kept: c.kept}
		out := Carry(c.before, d, f)
		var said []string
		for _, r := range out.Done {
			mark := ""
			if r.Unknown {
				mark = "?"
			}
			said = append(said, strings.TrimSpace(mark+r.Key+" "+r.Value))
		}
		if got := strings.Join(said, " | "); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		merged := strings.Contains(c.want, "merged 1")
		if (out.Merging != nil) != merged || (out.Ticket.MergedInto != 0) != merged || merged &&
			out.Ticket.Class != Closed {
			t.Errorf("%s: %v %s", c.name, out.Merging, out.Ticket.Class)
		}
	}
}

// TestMergeAndPart: the host gets what the guest has, and gives it back.
func TestMergeAndPart(t *testing.T) {
	guest, host := ticket(Open), Ticket{Number: 12, Class: Waiting, Status: 98, Severity: 3,
		Requester: fidel, Controller: fidel, Tags: []string{"a", "z"}}
	guest.Severity, guest.ProductionDown, guest.Tags, guest.Minutes, guest.DueAt = 1, true,
		[]string{"m", "a"}, 30, noon
	host.Minutes = 10
	f := facts()
	f.Sights, f.Others = sights(), []Other{{Ticket: host, Asked: 12}}
	out := Carry(guest, Deed{By: ana, Orders: orders(t, "#unir 12")}, f)
	h := out.Merging.Host
	if h.Class != Open || h.Severity != 1 || !h.ProductionDown || fmt.Sprint(h.Tags) != "[a m z]" ||
		h.Minutes != 40 ||
		h.Agent.ID != julia.ID || h.Assignee.ID != julia.ID || !h.DueAt.Equal(noon) ||
		!h.Participant(carla.ID) {
		t.Errorf("the host is %+v", h)
	}
	g := out.Ticket
	if g.Class != Closed || g.MergedInto != 12 || g.ProductionDown || g.Minutes != 0 ||
		g.Assignee.ID != 0 {
		t.Errorf("the guest is %+v", g)
	}
	if len(out.Events) != 1 || out.Events[0].Kind != TicketMerged ||
		out.Events[0].Ticket.Number != 12 || out.Events[0].Old != 7 {
		t.Errorf("%+v", out.Events)
	}
	told := Due(out.Events[0])
	if !slices.ContainsFunc(told, func(n Notification) bool { return n.To.ID == carla.ID }) ||
		!slices.ContainsFunc(told, func(n Notification) bool { return n.To.ID == fidel.ID }) {
		t.Errorf("told: %v", told)
	}
	g.Status = 50 // closed, as the store says
	h.Tags = append(h.Tags, "later")
	for _, c := range []struct {
		name   string
		spoken bool
		want   Class
	}{{"nothing was written", false, Open}, {"its customer wrote", true, Open}} {
		f.Guest = &Guest{Ticket: g, Undo: out.Merging.MergeUndo, Assignee: julia, Spoken: c.spoken,
			Minutes: 35}
		back := Carry(h, Deed{By: ana, Orders: orders(t, "#separar")}, f)
		p := back.Parting.Guest
		if p.Class != c.want || p.MergedInto != 0 || !p.ProductionDown || p.Minutes != 35 ||
			p.Assignee.ID != julia.ID || p.Severity != 1 {
			t.Errorf("%s: the guest is %+v", c.name, p)
		}
		b := back.Ticket
		if b.Severity != 3 || b.ProductionDown || fmt.Sprint(b.Tags) != "[a z later]" ||
			b.Minutes != 5 || b.Participant(carla.ID) {
			t.Errorf("%s: the host is %+v", c.name, b)
		}
		if len(back.Events) != 2 || len(Due(back.Events[0]))+len(Due(back.Events[1])) == 0 {
			t.Errorf("%s: %+v", c.name, back.Events)
		}
	}
}

// TestPartedStates: the guest is as it was, or open where its customer has written since.
func TestPartedStates(t *testing.T) {
	for _, was := range []Class{Open, Queued, InProgress, Waiting, Resolved, Closed} {
		for _, spoken := range []bool{false, true} {
			closed := time.Time{}
			if was == Closed {
				closed = noon
			}
			f := facts()
			f.Guest = &Guest{Ticket: Ticket{Number: 3, Class: Closed, MergedInto: 7, Agent: julia},
				Undo: MergeUndo{Class: was, Closed: closed, Severity: 2}, Spoken: spoken}
			p := Carry(ticket(Open), Deed{By: ana, Orders: orders(t, "#separar")}, f).Parting.Guest
			want := was
			if spoken && was != Queued && was != InProgress {
				want = Open
			}
			if p.Class != want || p.ClosedAt.IsZero() == (want == Closed) {
				t.Errorf("%s, %v: %s %s", was, spoken, p.Class, p.ClosedAt)
			}
		}
	}
}

func TestSplit(t *testing.T) {
	items := []Item{
		{Number: 1, Author: carla, Visibility: Public, State: Filed},
		{Number: 2, Author: ana, Visibility: Public, State: Filed},
		{Number: 4, Author: fidel, Visibility: Public, State: Filed, Subject: "El escáner"},
		{Number: 5, Author: carla, Visibility: Public, State: Filed},
		{Number: 6, Author: ana, Visibility: Internal, State: Filed},
		{Number: 7, Author: fidel, Visibility: Internal, State: Pending},
	}
	for arg, want := range map[string]string{
		"4":                     "split | fidel@otra.test fidel@otra.test El escáner [4] 20",
		"4, 5":                  "split | fidel@otra.test fidel@otra.test El escáner [4 5] 20",
		"#5 y 4 El otro asunto": "split | fidel@otra.test fidel@otra.test El otro asunto [4 5] 20",
		"4-6":                   "split | fidel@otra.test fidel@otra.test El escáner [4 5 6] 20",
		"5 6":                   "split | carla@cliente.test carla@cliente.test No imprime [5 6] 0",
		"2":                     "split | carla@cliente.test carla@cliente.test No imprime [2] 0",
		"1 4":                   "split_first 1", "6": "split_inside", "7": "split_inside",
		"9": "?items 9 [2-7]", "3": "?items 3 [2-7]",
		"cuatro": "?items cuatro [2-7]", "0": "?items 0 [2-7]", "5-4": "?items 5-4 [2-7]",
		"1-99999999": "?items 1-99999999 [2-7]",
	} {
		f := facts()
		f.Items, f.Spent = items, map[int64]int{4: 20}
		out := Carry(ticket(Open), Deed{By: ana, Orders: []Order{{Verb: "split", Arg: arg}}}, f)
		r := out.Done[0]
		got := strings.TrimSpace(r.Key + " " + r.Value)
		if r.Unknown {
			got = fmt.Sprint("?", got, " ", r.Known)
		}
		if s := out.Splitting; s != nil {
			got += fmt.Sprintf(" | %s %s %s %v %d", s.Opens.Requester.Address(),
				s.Opens.Controller.Address(), s.Opens.Subject, s.Items, s.Minutes)
			if out.Ticket.Minutes != -s.Minutes || s.Opens.Class != Open || s.Opens.Number != 0 {
				t.Errorf("%q: %+v", arg, s)
			}
		}
		if got != want {
			t.Errorf("%q: %s, want %s", arg, got, want)
		}
	}
}
