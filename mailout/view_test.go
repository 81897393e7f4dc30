package mailout

import (
	"reflect"
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
		if got := withoutMarker(subject); got != want {
			t.Errorf("withoutMarker(%q) = %q, want %q", subject, got, want)
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
