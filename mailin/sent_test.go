package mailin

import (
	"strings"
	"testing"

	"buzon/mailin/imappoll"
	"buzon/store"
	"buzon/store/desk"
)

// TestSentMail looks at what agents send outside of the desk: what belongs to a ticket becomes an
// item of it, and nobody is told.
func TestSentMail(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.file("From: Carla <" + customer + ">\r\nTo: " + box +
		"\r\nSubject: No imprime\r\nMessage-ID: <c1@cliente.test>\r\n\r\nNo imprime.\r\n")
	h.write(func(tx *store.Tx) error { return tx.Follow(t.Context(), 1, 2) }) // Luis
	told := len(h.outbox())
	for i, c := range []struct {
		name, header string
		want         imappoll.Want
		visible      desk.Visibility // of the item
	}{
		{"answer", "To: " + customer +
			"\r\nSubject: Re: No imprime\r\nIn-Reply-To: <c1@cliente.test>", imappoll.Wanted,
			desk.Public},
		{"number in the subject", "To: " + customer + "\r\nSubject: [Caso #1] Otra cosa",
			imappoll.Wanted, desk.Public},
		{"to a supplier, about the case",
			"To: tecnico@proveedor.test\r\nSubject: [Caso #1] Repuesto", imappoll.Wanted,
			desk.Internal},
		{"to an agent who follows the case",
			"To: luis@ejemplo.test\r\nSubject: [Caso #1] Entre nosotros", imappoll.Wanted,
			desk.Internal},
		{"number of no case", "To: " + customer + "\r\nSubject: [Caso #7] Hola",
			imappoll.Unwanted, ""},
		{"answers a mail that nobody knows", "To: " + customer +
			"\r\nSubject: Re: Hola\r\nIn-Reply-To: <c2@cliente.test>", imappoll.Unknown, ""},
		{"references a mail that nobody knows", "To: " + customer +
			"\r\nSubject: Re: Hola\r\nReferences: <c2@cliente.test>", imappoll.Unknown, ""},
		{"about something else", "To: amigo@casa.test\r\nSubject: Almuerzo", imappoll.Unwanted, ""},
		{"copied to the desk", "To: " + customer + "\r\nCc: " + box +
			"\r\nSubject: Re: No imprime\r\nIn-Reply-To: <c1@cliente.test>", imappoll.Unwanted, ""},
		{"out of office", "To: " + customer + "\r\nAuto-Submitted: auto-replied\r\nSubject: Re: " +
			"No imprime\r\nIn-Reply-To: <c1@cliente.test>", imappoll.Unwanted, ""},
	} {
		id := "<s" + string(rune('a'+i)) + "@ejemplo.test>"
		header := "From: Ana <" + agent + ">\r\nMessage-ID: " + id + "\r\n" + c.header + "\r\n\r\n"
		if want, err := h.WantsSent(t.Context(), box, []byte(header)); err != nil ||
			want != c.want {
			t.Errorf("%s: %d, %v; want %d", c.name, want, err, c.want)
		}
		if c.want != imappoll.Wanted {
			continue
		}
		m := h.file(header+"Escrito fuera.\r\n",
			store.Envelope{Door: sentDoor + "cuenta", To: []string{box}, Received: h.now})
		if it := h.last(1); m.Outcome != store.OutcomeItem || it.Visibility != c.visible ||
			strings.TrimSpace(it.Text) != "Escrito fuera." {
			t.Errorf("%s: filed as %s: %+v", c.name, m.Outcome, it)
		}
	}
	part := h.file("X-Buzon-Incomplete: account=a; uid=1\r\nFrom: <"+agent+
		">\r\nIn-Reply-To: <c1@cliente.test>\r\nMessage-ID: <g@ejemplo.test>\r\n\r\n",
		store.Envelope{Door: sentDoor + "cuenta", To: []string{box}, Received: h.now,
			Incomplete: "too large"})
	if part.Outcome != store.OutcomeQuarantine {
		t.Errorf("a part of a sent mail was filed as %s", part.Outcome)
	}
	for _, o := range h.outbox()[told:] {
		if !strings.HasPrefix(o, "unfiled ") {
			t.Errorf("told %s", o)
		}
	}
}
