package mailout

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"buzon/store"
	"buzon/store/desk"
	"buzon/templates"
	"buzon/threading"
)

func TestAlarmDoesNotSayItTwice(t *testing.T) {
	t.Parallel()
	for subject, want := range map[string]string{
		"PRODUCCIÓN CAÍDA - no factura ninguna sucursal": "no factura ninguna sucursal",
		"Produccion caida: CRM":                          "CRM",
		"Prod. caída":                                    "Prod. caída",
		"Producción Caída!":                              "Producción Caída!",
		"Production Down: the CRM":                       "the CRM",
		"CRM: producción caída":                          "CRM: producción caída",
		"No factura":                                     "No factura",
		"":                                               "",
	} {
		if got := withoutMarker(subject, ""); got != want {
			t.Errorf("withoutMarker(%q) = %q, want %q", subject, got, want)
		}
	}
	for _, bare := range []string{"PRODUCCION CAIDA", "Prod. caída!!", "ＰＲＯＤＵＣＣＩÓＮ ＣＡÍＤＡ"} {
		if got := withoutMarker(bare, "No facturamos"); got != "No facturamos" {
			t.Errorf("withoutMarker(%q) = %q, want the text", bare, got)
		}
	}
}

// TestInside: a reply stays among agents where the notice carries what is for them.
func TestInside(t *testing.T) {
	t.Parallel()
	agent, customer := desk.Person{ID: 1, Role: desk.Agent}, desk.Person{ID: 2, Role: desk.Customer}
	note, orders, words := desk.Item{Visibility: desk.Internal, Text: "x"},
		desk.Item{Visibility: desk.Internal, Text: "#tomar", Orders: true},
		desk.Item{Visibility: desk.Public, Text: "x"}
	for _, c := range []struct {
		kind   desk.Notice
		to     desk.Person
		item   desk.Item
		detail store.Details
		want   bool
	}{
		{desk.NoteNotice, agent, note, store.Details{}, true},
		{desk.PendingNotice, agent, note, store.Details{}, true},
		{desk.Assigned, agent, note, store.Details{}, true},
		{desk.Assigned, agent, orders, store.Details{}, false},
		{desk.Assigned, agent, words, store.Details{}, false},
		{desk.ClosedNotice, agent, note, store.Details{}, true},
		{desk.ClosedNotice, agent, words, store.Details{}, false},
		{desk.Undelivered, agent, note, store.Details{}, true},
		{desk.Receipt, agent, note, store.Details{Inside: true}, true},
		{desk.Receipt, agent, note, store.Details{}, false},
		{desk.Receipt, agent, orders, store.Details{Inside: true}, false},
		{desk.ConfirmAgent, agent, note, store.Details{}, false},
		{desk.Taken, agent, note, store.Details{}, false},
		{desk.NewTicket, agent, words, store.Details{}, false},
		{desk.ItemNotice, agent, words, store.Details{}, false},
		{desk.ItemNotice, customer, words, store.Details{}, false},
	} {
		s := &matter{o: store.Outgoing{Kind: c.kind, Ticket: 3, Details: c.detail}, to: c.to,
			catalogue: desk.NewCatalogue(nil), item: c.item}
		if got := s.token().Kind == threading.Inside; got != c.want {
			t.Errorf("%s of %+v: inside %v, want %v", c.kind, c.item, got, c.want)
		}
	}
}

func TestViewTellsOrdersAndClaims(t *testing.T) {
	t.Parallel()
	set, err := templates.Load("")
	if err != nil {
		t.Fatal(err)
	}
	agent, customer := desk.Person{ID: 1, Role: desk.Agent}, desk.Person{ID: 2, Role: desk.Customer}
	details := store.Details{Claimed: 9,
		Commands: []store.CommandResult{{Line: "#tomar", Result: "taken"}},
		Unknown:  []store.Unknown{{Field: "command", Value: "#tomer", Values: []string{"#tomar"}}}}
	for _, c := range []struct {
		to      desk.Person
		claimed int64
	}{{agent, 9}, {customer, 0}} {
		s := &matter{o: store.Outgoing{Kind: desk.NewTicket, Ticket: 3, Details: details}, to: c.to,
			catalogue: desk.NewCatalogue(nil), ticket: desk.Ticket{Number: 3}, staff: new(staff)}
		v := s.view(&Renderer{Location: time.UTC, Templates: set})
		if v.Claimed != c.claimed {
			t.Errorf("claimed case to %s: %d, want %d", c.to.Role, v.Claimed, c.claimed)
		}
		if want := []templates.Command{{Line: "#tomar", Result: "taken"}}; !reflect.DeepEqual(
			v.Commands, want) {
			t.Errorf("commands %v, want %v", v.Commands, want)
		}
		if want := []templates.Unknown{{Field: "command", Value: "#tomer",
			Values: []string{"#tomar"}}}; !reflect.DeepEqual(v.Unknown, want) {
			t.Errorf("unknown %v, want %v", v.Unknown, want)
		}
	}
}

func TestSenderWithoutAName(t *testing.T) {
	t.Parallel()
	guard := desk.Person{ID: 1, Role: desk.Agent, Name: "guardia@ejemplo.test",
		Addresses: []string{"guardia@ejemplo.test"}}
	customer := desk.Person{ID: 2, Role: desk.Customer, Addresses: []string{"compras@cliente.test"}}
	for _, c := range []struct {
		author, to desk.Person
		want       string
	}{
		{guard, customer, "Soporte"},
		{customer, guard, "compras · cliente.test"},
	} {
		s := &matter{staff: new(staff), o: store.Outgoing{Kind: desk.ItemNotice},
			box: desk.Mailbox{Name: "Soporte"}, author: c.author, to: c.to}
		if got := s.fromName(); got != c.want {
			t.Errorf("mail of %v is from %q, want %q", c.author.Addresses, got, c.want)
		}
	}
}

func TestOnlyAgentsAreShownWhatCameBesideTheWords(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ticket := h.ticket()
	it := h.item(desk.Item{Ticket: ticket.Number, Author: h.carla, Text: "En la caja 2.",
		Seen: desk.Seen{
			Text: "> ¿En qué equipo?\nEn la caja 2.", Signature: "Tel. +57 601 555 0101",
			First:   true,
			Copied:  []string{"jefe@cliente.test"},
			ReplyTo: []string{"compras@cliente.test"}, Warnings: []string{"signed"},
			Starts: time.Date(2026, 3, 5, 14, 1, 0, 0, time.UTC),
		}})
	brought := []string{"> ¿En qué equipo?", "Tel. +57 601 555 0101",
		"Con copia a: jefe@cliente.test", "Pide respuesta en compras@cliente.test.",
		"firma sin verificar", "Es el primer mensaje desde esta dirección.",
		"Cita: jueves 5 de marzo, "}
	for _, c := range []struct {
		to    desk.Person
		shown bool
	}{{h.ana, true}, {h.pepe, false}} {
		s, err := h.renderer.matter(t.Context(), h.owe(desk.ItemNotice, it, c.to), 0,
			h.renderer.newBatch())
		h.must(err)
		mail, err := h.renderer.Templates.Render(templates.Kind(desk.ItemNotice), "es",
			s.view(h.renderer))
		h.must(err)
		for _, s := range brought {
			if strings.Contains(mail.Text, s) != c.shown {
				t.Errorf("to %s, shown %v: %q in\n%s", c.to.Name, c.shown, s, mail.Text)
			}
		}
	}
}

// TestAgentsSeeWhoseCustomerWrites: of which organisation the requester is; customers know.
func TestAgentsSeeWhoseCustomerWrites(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.write(func(ctx context.Context, tx *store.Tx) error {
		e, err := tx.Put(ctx, desk.Entry{Kind: desk.Organisations, Key: "cliente",
			Names: map[string]string{"es": "Cliente SA"}})
		if err != nil {
			return err
		}
		return tx.ChangePerson(ctx, h.carla.ID, func(p *desk.Person) { p.Organisation = e.ID })
	})
	ticket := h.ticket()
	it := h.item(desk.Item{Ticket: ticket.Number, Author: h.carla, Text: "No imprime."})
	for _, c := range []struct {
		kind desk.Notice
		to   desk.Person
		want bool
	}{{desk.NewTicket, h.ana, true}, {desk.Ack, h.carla, false}} {
		m, err := h.renderer.matter(t.Context(), h.owe(c.kind, it, c.to), 0, h.renderer.newBatch())
		h.must(err)
		mail, err := h.renderer.Templates.Render(templates.Kind(c.kind), "es", m.view(h.renderer))
		h.must(err)
		if strings.Contains(mail.Text, "Cliente SA") != c.want {
			t.Errorf("%s to %s:\n%s", c.kind, c.to.Name, mail.Text)
		}
	}
}

// TestQuotesOfAClaim: mails that were claimed together quote what each reader may see: agents the
// note, the customer none of it.
func TestQuotesOfAClaim(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ticket := h.ticket()
	h.item(desk.Item{Ticket: ticket.Number, Type: "problem", Author: h.carla, Text: printer})
	h.item(desk.Item{Ticket: ticket.Number, Type: desk.Note, Author: h.ana,
		Visibility: desk.Internal, Text: "Ojo, debe."})
	said := h.item(desk.Item{Ticket: ticket.Number, Author: h.ana, Text: answer})
	owed := []store.Outgoing{h.owe(desk.NoteNotice, said, h.luis),
		h.owe(desk.ItemNotice, said, h.luis), h.owe(desk.ItemNotice, said, h.carla)}
	b := h.renderer.batchOf(t.Context(), owed)
	for i, wants := range []bool{true, false, false} {
		m, err := h.renderer.matter(t.Context(), owed[i], 0, b)
		h.must(err)
		if of := fmt.Sprint(m.quoted); strings.Contains(of, "debe") != wants ||
			!strings.Contains(of, "factura") {
			t.Errorf("%s to %s quotes %s", owed[i].Kind, m.to.Name, of)
		}
	}
}
