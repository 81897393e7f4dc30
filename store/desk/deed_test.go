package desk

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"
)

// rowsWith are the shipped ones, with ids: those of the types are 1 to 6.
func rowsWith(more ...Entry) *Catalogue {
	list := slices.Concat(Shipped(), more)
	for i := range list {
		list[i].ID = int64(i + 1)
	}
	return NewCatalogue(list)
}

func facts() Facts {
	return Facts{
		Catalogue: rowsWith(), Now: noon, Agents: []Person{ana, beto},
		Others: []Other{{Ticket: Ticket{Number: 7}, Asked: 7},
			{Ticket: Ticket{Number: 12, Class: Open}, Asked: 12},
			{Ticket: Ticket{Number: 13, Class: Closed}, Asked: 13},
			{Ticket: Ticket{Number: 14, Class: Open}, Asked: 14, Needs: []int64{20, 7}}},
		People: map[string]Person{"fidel@otra.test": fidel, "carla@cliente.test": carla,
			"beto@ejemplo.test": beto},
		Pending: []Item{{Number: 4, Author: fidel, Mail: 40}, {Number: 5, Author: fidel, Mail: 50}},
	}
}

func ticket(c Class) Ticket {
	return Ticket{Number: 7, Class: c, Status: 99, Severity: 2, Type: 6, Subject: "No imprime",
		Requester: carla, Controller: carla,
		Followers: []Person{fidel}, Assignee: julia, Agent: julia}
}

// orders reads orders parted by commas: an agent's "#tomar", a customer's "seguir", "!#tomar" where
// none is obeyed, and "?tomar" for what may mean it.
func orders(t testing.TB, text string) (list []Order) {
	t.Helper()
	for line := range strings.SplitSeq(text, ",") {
		line, misplaced := strings.CutPrefix(line, "!")
		if word, agents := strings.CutPrefix(line, "#"); agents {
			word, arg, _ := strings.Cut(word, " ")
			v, _, ok := AgentVerb(word)
			if !ok {
				t.Fatalf("%s is no order", line)
			}
			list = append(list, Order{Verb: v, Arg: arg, Line: line, Misplaced: misplaced})
		} else if v, ok := CustomerVerb(line); ok {
			list = append(list, Order{Verb: v, Line: line})
		} else if nearest, missed := strings.CutPrefix(line, "?"); missed {
			list = append(list, Order{Arg: nearest, Line: line})
		}
	}
	return list
}

// show writes an outcome on one line: the ticket, the item, what happened, and the receipt.
func show(o Outcome) string {
	b := &strings.Builder{}
	fmt.Fprintf(b, "%s %s>%s", o.Ticket.Class, o.Ticket.Agent.Name, o.Ticket.Assignee.Name)
	fmt.Fprintf(b, " | %s %s %s", o.Item.Type, o.Item.Visibility, o.Item.State)
	for _, e := range o.Events {
		fmt.Fprintf(b, " | %s", e.Kind)
	}
	for _, r := range o.Done {
		mark := ""
		if r.Unknown {
			mark = "?"
		}
		fmt.Fprintf(b, " | %s", strings.TrimSpace(mark+r.Key+" "+r.Value))
	}
	return b.String()
}

func TestCarryAgent(t *testing.T) {
	const note, answer = "note internal filed", "answer public filed"
	for _, c := range []struct {
		name   string
		orders string
		deed   Deed // with Item.Text for the words
		want   string
	}{
		{"words", "", words("x"), "waiting Ana>Carla | " + answer +
			" | ticket_assigned | item_written"},
		{"words inside", "", Deed{Item: Item{Text: "x", Visibility: Internal}},
			"open Julia>Julia | " + note + " | note_written"},
		{"a file", "", Deed{Item: Item{Attachments: []Attachment{{Filename: "a"}}}},
			"waiting Ana>Carla | " + answer + " | ticket_assigned | item_written"},
		{"a logo", "", Deed{Item: Item{Attachments: []Attachment{{Ornament: true}}}},
			"open Julia>Julia | " + note},
		{"close", "#cerrar", Deed{}, "closed Julia> | " + answer + " | ticket_closed | closed"},
		{"the strongest counts", "#reabrir,#pedir-info,#resuelto", Deed{},
			"resolved Ana>Carla | " + answer +
				" | ticket_assigned | ticket_resolved | not_allowed | not_allowed | resolved"},
		{"ask", "#pedir-info", words("x"),
			"waiting Ana>Carla | info_request public filed | ticket_assigned | info_asked | " +
				"info_requested"},
		{"ask inside", "#pedir-info", Deed{Item: Item{Text: "x", Visibility: Internal}},
			"open Julia>Julia | " + note + " | note_written | not_allowed"},
		{"ask where the words are kept", "#pedir-info",
			Deed{Kept: KeptInside, Item: Item{Text: "x"}}, "open Julia>Julia | " + note +
				" | note_written | held"},
		{"reopen without words", "#reabrir", Deed{},
			"open Ana>Ana | answer internal filed | ticket_assigned | reopened"},
		{"take", "#tomar", Deed{}, "in_progress Ana>Ana | " + note +
			" | ticket_assigned | ticket_taken_over | ticket_taken | taken_from Julia"},
		{"take and answer", "#tomar", words("x"), "waiting Ana>Carla | " + answer +
			" | ticket_assigned | ticket_taken_over | item_written | taken_from Julia"},
		{"take and note", "#tomar,#nota", Deed{Item: Item{Text: "x", Visibility: Internal}},
			"in_progress Ana>Ana | " + note +
				" | ticket_assigned | ticket_taken_over | ticket_taken | taken_from Julia | noted"},
		{"assign", "#asignar beto", Deed{}, "open Beto>Beto | " + note +
			" | ticket_assigned | assigned Beto"},
		{"assign nobody", "#asignar zoe", Deed{}, "open Julia>Julia | " + note + " | ?agent zoe"},
		{"release", "#soltar", Deed{}, "open > | " + note + " | ticket_assigned | released"},
		{"release what the customer owes", "#soltar", words("x"), "waiting >Carla | " + answer +
			" | ticket_assigned | item_written | released"},
		{"release what is resolved", "#resuelto,#soltar", Deed{}, "resolved >Carla | " + answer +
			" | ticket_assigned | ticket_resolved | resolved | released"},
		{"wait for whom", "#soltar,#espera", Deed{}, "waiting >Carla | " + note +
			" | ticket_assigned | released | waiting"},
		{"wait, released", "#soltar,#espera jueves", Deed{}, "waiting > | " + note +
			" | ticket_assigned | released | waiting_until 2026-03-05"},
		{"assign what is closed", "#cerrar,#asignar beto", Deed{}, "closed Beto> | " + answer +
			" | ticket_assigned | ticket_closed | closed | assigned Beto"},
		{"wait", "#espera", Deed{}, "waiting Julia>Julia | " + note + " | waiting"},
		{"wait for a day", "#espera jueves", Deed{}, "waiting Julia>Julia | " + note +
			" | waiting_until 2026-03-05"},
		{"wait for an hour", "#espera mañana a las 15", Deed{}, "waiting Julia>Julia | " + note +
			" | waiting_until 2026-03-03 15:00"},
		{"wait for no day", "#espera 31/2", Deed{}, "open Julia>Julia | " + note + " | ?date 31/2"},
		{"wait for what is over", "#espera 1/3/2026", Deed{}, "open Julia>Julia | " + note +
			" | ?date_gone 1/3/2026"},
		{"tags", "#etiqueta +Urgente -x,#tags facturación,#etiqueta", Deed{},
			"open Julia>Julia | " + note +
				" | tags urgente | tags facturacion urgente | ?missing #etiqueta"},
		{"state", "#estado-actual Espera  al proveedor,#current-state -", Deed{},
			"open Julia>Julia | " + note + " | state_line Espera al proveedor | state_line_none"},
		{"time", "#tiempo 45m llamada,#time 1,#tiempo 1h30,#tiempo mucho", Deed{},
			"open Julia>Julia | " + note +
				" | time 45 min (total 45 min) | ?time 1 | time 1 h 30 " +
				"min (total 2 h 15 min) | ?time mucho"},
		{"due and not", "#vence mañana,#vence nunca,#vence 1/1/2020", Deed{},
			"open Julia>Julia | " + note + " | due 2026-03-03 | due_none | ?date_gone 1/1/2020"},
		{"queue", "#cola", words("x"), "queued Ana>Carla | " + answer +
			" | ticket_assigned | item_written | queued"},
		{"status that closes", "#estado cerrado", Deed{}, "closed Julia> | " + answer +
			" | ticket_closed | status Cerrado"},
		{"status", "#estado EN COLA", Deed{}, "queued Julia>Julia | " + note + " | status En cola"},
		{"held", "#cerrar,#estado cerrado,#cola", Deed{Kept: HeldUnknown, Item: Item{Text: "x"}},
			"queued Julia>Julia | note internal held | held | held | queued"},
		{"public", "#publico", words("x"), "waiting Ana>Carla | " + answer +
			" | ticket_assigned | item_written | public"},
		{"public and kept", "#publico", Deed{Kept: HeldRepeats, Item: Item{Text: "x"}},
			"open Julia>Julia | note internal held | held"},
		{"misplaced", "!#cerrar,!#nota", words("x"), "waiting Ana>Carla | " + answer +
			" | ticket_assigned | item_written | misplaced | noted"},
		{"no order", "?cerrar,?,?nota", Deed{}, "open Julia>Julia | " + note +
			" | ?command ?cerrar | ?command ? | noted"},
		{"what is not done yet", "#nuevo x", Deed{},
			"open Julia>Julia | note internal held | new_elsewhere"},
		{"fields", "#severidad 1,#tipo problema,#avance 60%,#campo tema=Otro,#vence 2026-12-31",
			Deed{},
			"open Julia>Julia | " + note +
				" | severity 1 | type Problema | progress 60 % | subject Otro | due 2026-12-31"},
		{"no such values",
			"#severidad 9,#tipo x,#avance 101,#campo tema=,#vence 31/2,#campo x=1,#campo estado",
			Deed{},
			"open Julia>Julia | " + note + " | ?severity 9 | ?type x | ?progress 101 | ?missing " +
				"#campo tema= | ?date 31/2 | ?field x | ?missing #campo estado"},
		{"what no order sets", "#campo agent=beto", Deed{}, "open Julia>Julia | " + note +
			" | ?field agent"},
		{"without a catalogue", "#producto CRM,#modulo Ventas,#proyecto x,#campo servicio=y",
			Deed{},
			"open Julia>Julia | " + note +
				" | product CRM | module Ventas | project x | service y"},
		{"requester", "#cliente fidel@otra.test", words("x"),
			"waiting Ana>Fidel | " + answer +
				" | ticket_assigned | item_written | requester fidel@otra.test"},
		{"an agent as requester", "#cliente beto@ejemplo.test", Deed{}, "open Julia>Julia | " +
			note + " | not_customer beto@ejemplo.test"},
		{"controller", "#campo debe controlar=<fidel@otra.test>,#resuelto", Deed{},
			"resolved Ana>Fidel | " + answer +
				" | ticket_assigned | ticket_resolved | controller fidel@otra.test | resolved"},
		{"follower", "#seguidor carla@cliente.test,#seguidor x@y.test", Deed{},
			"open Julia>Julia | " + note +
				" | follower_added carla@cliente.test | ?person x@y.test"},
		{"remove", "#quitar fidel@otra.test,#quitar fidel@otra.test,#quitar x@y.test", Deed{},
			"open Julia>Julia | " + note +
				" | follower_removed fidel@otra.test | unchanged | ?person x@y.test"},
		{"link", "#enlazar #12,#enlazar 99,#enlazar 7,#enlazar x", Deed{},
			"open Julia>Julia | " + note + " | linked 12 | ?number 99 | itself | ?number x"},
		{"depends", "#depende 12,#depends #13,#depende 14,#depende 99", Deed{},
			"waiting Julia>Julia | " + note +
				" | depends 12 | depends_closed 13 | cycle 14 | ?number 99"},
		{"duplicates", "#enlazar duplica 12,#enlazar 14 duplicado,#link 12 likes", Deed{},
			"open Julia>Julia | " + note + " | duplicates 12 | cycle 14 | ?link likes"},
		{"duplicates what is closed", "#enlazar duplicado de 13", Deed{}, "closed Julia> | " +
			note + " | duplicate_closed | duplicates_closed 13"},
		{"duplicates, and held", "#enlazar duplicado 13",
			Deed{Kept: HeldUnknown, Item: Item{Text: "x"}},
			"open Julia>Julia | note internal held | held"},
		{"closed, and to wait", "#cerrar,#espera,#cola,#depende 12", Deed{}, "closed Julia> | " +
			answer + " | ticket_closed | closed | is_closed | is_closed | is_closed"},
		{"approve by number", "#aprobar 4,#rechazar", Deed{}, "open Julia>Julia | " + note +
			" | approved | rejected"},
		{"approve which", "#aprobar", Deed{}, "open Julia>Julia | " + note +
			" | which_pending #aprobar 4 (fidel@otra.test) · #aprobar 5 (fidel@otra.test)"},
		{"approve what the notice is of", "#aprobar", Deed{Answers: 5}, "open Julia>Julia | " +
			note + " | approved"},
		{"somebody was faster", "#aprobar", Deed{Answers: 3}, "open Julia>Julia | " + note +
			" | unchanged"},
		{"not pending", "#aprobar 3", Deed{}, "open Julia>Julia | " + note + " | nothing_pending"},
		{"doubted", "", Deed{Act: Doubts, Item: Item{Text: "x"}}, "open Julia>Julia | " + note +
			" | agent_unconfirmed"},
		{"returned", "", Deed{Act: Returns, Item: Item{Text: "x"}},
			"open Julia>Julia | automatic internal filed | delivery_failed"},
		{"sent outside of the desk", "", Deed{Act: Writes, Quiet: true, Item: Item{Text: "x"}},
			"waiting Ana>Carla | " + answer},
		{"what only customers say", "seguir", Deed{}, "open Julia>Julia | " + note +
			" | not_allowed"},
	} {
		d := c.deed
		d.By, d.Orders = ana, orders(t, c.orders)
		f := facts()
		f.Catalogue = rowsWith(Unlisted(f.Catalogue, d.Orders)...)
		if got := show(Carry(ticket(Open), d, f)); got != c.want {
			t.Errorf("%s\ngot  %s\nwant %s", c.name, got, c.want)
		}
	}
}

func words(s string) Deed { return Deed{Item: Item{Text: s}} }

func TestCarryCustomer(t *testing.T) {
	const more = "more_information public filed"
	for _, c := range []struct {
		name   string
		by     Person
		class  Class
		orders string
		deed   Deed
		want   string
	}{
		{"words", carla, Waiting, "", words("x"), "open Julia>Julia | " + more + " | item_written"},
		{"words while in progress", carla, InProgress, "", words("x"),
			"in_progress Julia>Julia | " + more + " | item_written"},
		{"close", carla, Open, "cerrar", words("cerrar"),
			"closed Julia> | testing_ok public filed | ticket_closed | closed"},
		{"a follower closes", fidel, Open, "cerrar", words("cerrar"), "open Julia>Julia | " + more +
			" | item_written | lines_missed | ?not_yours cerrar"},
		{"it is solved", carla, Resolved, "", Deed{Solved: true},
			"closed Julia> | testing_ok public filed | ticket_closed"},
		{"it is solved, of what was not resolved", carla, Waiting, "", Deed{Solved: true},
			"open Julia>Julia | " + more + " | item_written"},
		{"a follower says that it is solved", fidel, Resolved, "", Deed{Solved: true},
			"open Julia>Julia | " + more + " | item_written"},
		{"thanks", carla, Resolved, "", Deed{Idle: true, Item: Item{Text: "Gracias"}},
			"resolved Julia>Julia | " + more + " | item_written"},
		{"a reaction", carla, Resolved, "", Deed{Idle: true, Wordless: true},
			"resolved Julia>Julia | " + more},
		{"reopen", carla, Closed, "reabrir", words("x"), "open Julia>Julia | " + more +
			" | item_written | orders_done | open_again #7"},
		{"reply to what is closed", carla, Closed, "", Deed{Act: Refused}, "closed Julia>Julia | " +
			more + " | reply_rejected"},
		{"follow, and no other word", carla, Open, "seguir",
			Deed{Item: Item{Orders: true, Text: "seguir"}},
			"open Julia>Julia | note internal filed | orders_done | followed #7"},
		{"follow, by a number only", carla, Open, "seguir",
			Deed{Unproven: true, Item: Item{Orders: true}},
			"open Julia>Julia | note internal filed | lines_missed | ?unproven"},
		{"unfollow, with words", fidel, Waiting, "unfollow", words("x"), "open Julia>Julia | " +
			more + " | item_written | orders_done | unfollowed #7"},
		{"unfollow what is one's own", carla, Waiting, "unfollow", words("x"), "open Julia>Julia | " +
			more + " | item_written | lines_missed | ?yours cerrar"},
		{"unfollow what is not followed", Person{ID: 77, Role: Customer, Active: true}, Waiting, "unfollow", words("x"),
			"open Julia>Julia | " + more + " | item_written | orders_done | unfollowed #7"},
		{"production down", carla, Waiting, "", Deed{Down: true}, "open Julia>Julia | " + more +
			" | production_fell"},
		{"production down and closed", carla, Waiting, "cerrar", Deed{Down: true},
			"closed Julia> | testing_ok public filed | ticket_closed | closed"},
		{"waits", fidel, Waiting, "", Deed{Act: Waits, Item: Item{Text: "x"}},
			"waiting Julia>Julia | more_information internal pending | item_pending"},
		{"a machine", fidel, Waiting, "", Deed{Act: Machine},
			"waiting Julia>Julia | automatic internal filed | machine_wrote"},
		{"an agent's order", carla, Waiting, "#tomar", words("x"), "open Julia>Julia | " + more +
			" | item_written | not_allowed"},
	} {
		d := c.deed
		d.By, d.Orders = c.by, orders(t, c.orders)
		if got := show(Carry(ticket(c.class), d, facts())); got != c.want {
			t.Errorf("%s\ngot  %s\nwant %s", c.name, got, c.want)
		}
	}
}

func TestCarryOpens(t *testing.T) {
	for _, c := range []struct {
		deed Deed
		want string
	}{
		{Deed{By: carla, Act: Opens}, "open > | incident public filed | ticket_opened"},
		{Deed{By: carla, Act: Opens, Opens: Ticket{Type: 4, ProductionDown: true, Severity: 1}},
			"open > | problem public filed | ticket_opened"},
		{Deed{By: ana, Act: OpensFor, Orders: orders(t, "#asignar beto,#tipo consulta")},
			"open Beto>Beto | query public filed | ticket_opened_for | assigned Beto | type " +
				"Consulta"},
		{Deed{By: ana, Act: Records, Item: Item{Text: "x"}},
			"waiting Ana>Carla | answer public filed | ticket_recorded"},
		{Deed{By: carla, Act: Replaces, Opens: Ticket{Controller: celia},
			Links: []Link{{7, Cites}}}, "open > | incident public filed | ticket_replaced"},
	} {
		d := c.deed
		d.Opens.Requester = carla
		out := Carry(d.Opens, d, facts())
		if got := show(out); got != c.want {
			t.Errorf("%+v\ngot  %s\nwant %s", d, got, c.want)
		}
		if d.Act == Replaces && (out.Events[0].Old != 7 || out.Ticket.Controller.ID != celia.ID) ||
			d.Act == Opens && out.Ticket.Controller.ID != carla.ID {
			t.Errorf("%s: cites %d, controlled by %s", d.Act, out.Events[0].Old,
				out.Ticket.Controller.Name)
		}
	}
}

// TestCarryTellsOnce: who is assigned a ticket hears of it by that notice, and of the words by no
// other.
func TestCarryTellsOnce(t *testing.T) {
	out := Carry(ticket(Open), Deed{By: ana, Item: Item{Text: "x", Visibility: Internal},
		Orders: orders(t, "#asignar beto")}, facts())
	if len(out.Events) != 2 || len(out.Events[1].Told) != 1 || out.Events[1].Told[0].ID != beto.ID {
		t.Errorf("%+v", out.Events)
	}
}

// TestCarryKeepsWordsBack: that a ticket is closed is told, and a note's words are not.
func TestCarryKeepsWordsBack(t *testing.T) {
	out := Carry(ticket(Open), Deed{By: ana, Item: Item{Text: "x", Visibility: Internal},
		Orders: orders(t, "#cerrar")}, facts())
	if e := out.Events[0]; e.Kind != TicketClosed || e.Item.Visibility != Public ||
		e.Item.Text != "" || out.Item.Visibility != Internal {
		t.Errorf("told %+v, written %+v", e.Item, out.Item)
	}
}

// TestCarryNobodyHears: an answer to a ticket without a customer says so.
func TestCarryNobodyHears(t *testing.T) {
	tk := ticket(Open)
	tk.Requester, tk.Controller, tk.Followers = Person{}, Person{}, nil
	for _, c := range []struct {
		deed Deed
		want Kept
	}{{words("x"), NobodyHears}, {Deed{Orders: orders(t, "#pedir-info")}, NobodyHears},
		{Deed{Orders: orders(t, "#cerrar")}, ""}, {Deed{Kept: KeptInside, Item: Item{Text: "x"}},
			KeptInside}} {
		c.deed.By = ana
		if got := Carry(tk, c.deed, facts()).Kept; got != c.want {
			t.Errorf("%+v: %q, want %q", c.deed, got, c.want)
		}
	}
}

// TestCarryAlarm: production falls once in a ticket's life; who lowers the severity ends the alarm.
func TestCarryAlarm(t *testing.T) {
	raised := facts()
	raised.Raised = true
	up, down := ticket(Open), ticket(Open)
	down.ProductionDown, down.Severity = true, 1
	for name, c := range map[string]struct {
		before Ticket
		deed   Deed
		facts  Facts
		down   bool
	}{
		"fell":        {up, Deed{By: carla, Down: true}, facts(), true},
		"fell before": {up, Deed{By: carla, Down: true}, raised, false},
		"says nothing": {up, Deed{By: carla, Down: true, Orders: orders(t, "seguir"),
			Item: Item{Orders: true}}, facts(), false},
		"lowered": {down, Deed{By: ana, Orders: orders(t, "#severidad menor")}, facts(),
			false},
		"not lowered": {down, Deed{By: ana, Orders: orders(t, "#severidad crítica")},
			facts(), true},
	} {
		if got := Carry(c.before, c.deed, c.facts).Ticket; got.ProductionDown != c.down || c.down &&
			got.Severity != 1 {
			t.Errorf("%s: down %v, severity %d", name, got.ProductionDown, got.Severity)
		}
	}
}

func TestNamed(t *testing.T) {
	found, made := Named(orders(t, "#cliente Zoe <zoe@x.test>,#quitar a@x.test,!#seguidor "+
		"b@x.test,#campo controller=c@x.test,#campo tema=d@x.test,#seguidor x,#tomar"))
	if fmt.Sprint(found, made) != "[a@x.test] [zoe@x.test c@x.test]" {
		t.Errorf("%q %q", found, made)
	}
	if got := Linked(orders(t, "#enlazar 3,#enlazar depends #4,#enlazar x,#aprobar 5")); fmt.Sprint(
		got) != "[3 4]" {
		t.Errorf("%v", got)
	}
	if Judges(orders(t, "#tomar")) || !Judges(orders(t, "#rechazar 4")) {
		t.Error("judges")
	}
}

func TestNewOrder(t *testing.T) {
	for _, c := range []struct {
		verb           Verb
		arg, lang, out string
	}{{"assign", "luis", "es", "#asignar luis"}, {"take", "", "en", "#take"},
		{"field", "a=b", "", "#campo a=b"}} {
		if o := NewOrder(c.verb, c.arg, c.lang); o.Line != c.out || o.Arg != c.arg ||
			o.Verb != c.verb {
			t.Errorf("%+v, want %s", o, c.out)
		}
	}
}

// TestPhrases: whatever an order comes to is said in every language.
func TestPhrases(t *testing.T) {
	keys := map[string]map[string]bool{"result": {}, "unknown": {}, "reason": {}}
	for _, v := range verbs {
		for _, arg := range []string{"", "12", "4", "6", "1", "x", "beto", "fidel@otra.test",
			"x@y.test", "Problema", "Cerrado", "60", "2026-12-31"} {
			for _, d := range []Deed{{By: ana}, {By: carla}, {By: ana, Kept: HeldUnknown},
				{By: ana, Item: Item{Text: "x"}}, {By: ana, Answers: 9}} {
				list := []string{arg}
				if v.Verb == "field" {
					list = nil
					for _, f := range Fields {
						list = append(list, f.Key+"="+arg)
					}
				}
				for _, arg := range list {
					d.Orders = []Order{{Verb: v.Verb, Arg: arg},
						{Verb: v.Verb, Arg: arg, Misplaced: true}, {Arg: "cerrar"}}
					out := Carry(ticket(Open), d, facts())
					for _, r := range out.Done {
						section := "result"
						if r.Unknown {
							section = "unknown"
						}
						keys[section][r.Key] = true
					}
				}
			}
		}
	}
	for _, k := range []Kept{HeldUnknown, HeldRepeats, KeptInside, NobodyHears} {
		keys["reason"][string(k)] = true
	}
	for _, language := range []string{"es", "en"} {
		page := "../../templates/" + language + "/phrases.toml"
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		var phrases map[string]any
		if err := toml.Unmarshal(text, &phrases); err != nil {
			t.Fatal(err)
		}
		for section, used := range keys {
			said, _ := phrases[section].(map[string]any)
			for key := range used {
				if said[key] == nil {
					t.Errorf("%s: [%s] does not say %q", page, section, key)
				}
			}
		}
	}
	for _, f := range Fields {
		if !keys["result"][f.Key] && !keys["unknown"][f.Key] {
			t.Errorf("no order sets %s", f.Key)
		}
	}
}

// TestEndedTwice: an agent's order that ends what is closed tells nobody anything, and opens
// nothing; his words go out all the same.
func TestEndedTwice(t *testing.T) {
	for _, c := range []struct{ order, text, want string }{
		{"#cerrar", "", "closed Julia> | note internal filed | unchanged"},
		{"#resuelto", "", "closed Julia> | note internal filed | is_closed"},
		{"#estado Cerrado", "", "closed Julia> | note internal filed | status Cerrado"},
		{"#cerrar", "x", "closed Julia> | answer public filed | ticket_closed | closed"},
	} {
		before := ticket(Closed)
		before.Assignee = Person{}
		d := words(c.text)
		d.By, d.Orders = ana, orders(t, c.order)
		if got := show(Carry(before, d, facts())); got != c.want {
			t.Errorf("%s %s\ngot  %s\nwant %s", c.order, c.text, got, c.want)
		}
	}
}
