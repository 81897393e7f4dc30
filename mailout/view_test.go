package mailout

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"buzon/store"
	"buzon/store/desk"
	"buzon/templates"
)

func TestAlarmDoesNotSayItTwice(t *testing.T) {
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

func TestBareOrdersAreNoWords(t *testing.T) {
	ana, carla := desk.Person{ID: 1, Role: desk.Agent}, desk.Person{ID: 2, Role: desk.Customer}
	for _, c := range []struct {
		author     desk.Person
		visibility desk.Visibility
		text       string
		want       bool
	}{
		{ana, desk.Internal, "#tomar", true},
		{ana, desk.Internal, "#tomar\n\n#asignar luis", true},
		{ana, desk.Internal, "#tomar\nes la del lunes", false},
		{ana, desk.Public, "#tomra", false},
		{carla, desk.Internal, "#1 no anda", false},
	} {
		if got := orders(desk.Item{Author: c.author, Visibility: c.visibility, Text: c.text}); got != c.want {
			t.Errorf("orders(%s, %s, %q) = %v, want %v", c.author.Role, c.visibility, c.text, got, c.want)
		}
	}
}

func TestViewTellsOrdersAndClaims(t *testing.T) {
	agent, customer := desk.Person{ID: 1, Role: desk.Agent}, desk.Person{ID: 2, Role: desk.Customer}
	details := store.Details{Claimed: 9, Commands: []store.CommandResult{{Line: "#tomar", Result: "taken"}},
		Unknown: []store.Unknown{{Field: "command", Value: "#tomer", Values: []string{"#tomar"}}}}
	for _, c := range []struct {
		to      desk.Person
		claimed int64
	}{{agent, 9}, {customer, 0}} {
		s := &subject{o: store.Outgoing{Kind: desk.NewTicket, Ticket: 3, Details: details}, to: c.to, ticket: desk.Ticket{Number: 3}}
		v := s.view(&Renderer{Location: time.UTC})
		if v.Claimed != c.claimed {
			t.Errorf("claimed case to %s: %d, want %d", c.to.Role, v.Claimed, c.claimed)
		}
		if want := []templates.Command{{Line: "#tomar", Result: "taken"}}; !reflect.DeepEqual(v.Commands, want) {
			t.Errorf("commands %v, want %v", v.Commands, want)
		}
		if want := []templates.Unknown{{Field: "command", Value: "#tomer", Values: []string{"#tomar"}}}; !reflect.DeepEqual(v.Unknown, want) {
			t.Errorf("unknown %v, want %v", v.Unknown, want)
		}
	}
}

func TestSenderWithoutAName(t *testing.T) {
	guard := desk.Person{ID: 1, Role: desk.Agent, Name: "guardia@ejemplo.test", Addresses: []string{"guardia@ejemplo.test"}}
	customer := desk.Person{ID: 2, Role: desk.Customer, Addresses: []string{"compras@cliente.test"}}
	for _, c := range []struct {
		author, to desk.Person
		want       string
	}{
		{guard, customer, "Soporte"},
		{customer, guard, "compras · cliente.test"},
	} {
		s := &subject{o: store.Outgoing{Kind: desk.ItemNotice}, box: desk.Mailbox{Name: "Soporte"}, author: c.author, to: c.to}
		if got := s.fromName(); got != c.want {
			t.Errorf("mail of %v is from %q, want %q", c.author.Addresses, got, c.want)
		}
	}
}

func TestOnlyAgentsAreShownWhatCameBesideTheWords(t *testing.T) {
	h := newHouse(t)
	ticket := h.ticket()
	it := h.item(desk.Item{Ticket: ticket.Number, Author: h.carla, Text: "En la caja 2.", Seen: desk.Seen{
		Text: "> ¿En qué equipo?\nEn la caja 2.", Signature: "Tel. +57 601 555 0101", First: true, Copied: []string{"jefe@cliente.test"},
		ReplyTo: []string{"compras@cliente.test"}, Warnings: []string{"signed"}, Starts: time.Date(2026, 3, 5, 14, 1, 0, 0, time.UTC),
	}})
	brought := []string{"> ¿En qué equipo?", "Tel. +57 601 555 0101", "Con copia a: jefe@cliente.test", "Pide respuesta en compras@cliente.test.",
		"firma sin verificar", "Es el primer mensaje desde esta dirección.", "Cita: jueves 5 de marzo, "}
	for _, c := range []struct {
		to    desk.Person
		shown bool
	}{{h.ana, true}, {h.pepe, false}} {
		s, err := h.renderer.subject(t.Context(), h.owe(desk.ItemNotice, it, c.to))
		h.must(err)
		mail, err := h.renderer.Templates.Render(templates.Item, "es", s.view(h.renderer))
		h.must(err)
		for _, s := range brought {
			if strings.Contains(mail.Text, s) != c.shown {
				t.Errorf("to %s, shown %v: %q in\n%s", c.to.Name, c.shown, s, mail.Text)
			}
		}
	}
}
