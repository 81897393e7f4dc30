package main

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"buzon/mailin/message"
	"buzon/store"
	"buzon/store/desk"
)

// last is the newest mail to an address.
func (d *virtualDesk) last(to string) takenMail {
	d.t.Helper()
	list := d.to(to)
	if len(list) == 0 {
		d.t.Fatalf("nothing was sent to %s", to)
	}
	return list[len(list)-1]
}

// about is the newest mail to an address about a case.
func (d *virtualDesk) about(to string, number int64) takenMail {
	d.t.Helper()
	tag := fmt.Sprintf(" #%d]", number)
	list := d.to(to)
	for i := len(list) - 1; i >= 0; i-- {
		if strings.Contains(list[i].subject, tag) {
			return list[i]
		}
	}
	d.t.Fatalf("nothing was sent to %s about case %d", to, number)
	return takenMail{}
}

// opened writes a first mail, and returns the number of its case.
func (d *virtualDesk) opened(from, subject, text string) int64 {
	d.t.Helper()
	d.write(from, d.boxes[0].Address, subject, text)
	d.settle()
	page, _, err := d.store.Find(d.t.Context(), everything, store.Query{Limit: 1})
	if err != nil || len(page) == 0 {
		d.t.Fatal("no case: ", err)
	}
	return page[0].Number
}

// replies answers the newest mail that somebody has about a case.
func (d *virtualDesk) replies(from string, number int64, text string) {
	d.t.Helper()
	m := d.about(from, number)
	d.write(from, m.replyTo(), "Re: "+m.subject, text, "In-Reply-To: "+m.header.Get("Message-ID"))
	d.settle()
}

// caseOf is a case as it stands.
func (d *virtualDesk) caseOf(number int64) desk.Ticket {
	d.t.Helper()
	return must(d.store.Ticket(d.t.Context(), number))(d.t)
}

// speaks makes people whose language is known.
func (d *virtualDesk) speaks(language string, addresses ...string) {
	d.t.Helper()
	err := d.store.Write(d.t.Context(), func(tx *store.Tx) error {
		for _, a := range addresses {
			p, err := tx.Customer(d.t.Context(), a, "")
			if err != nil {
				return err
			}
			err = tx.ChangePerson(d.t.Context(), p.ID, func(p *desk.Person) { p.Language = language })
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		d.t.Fatal(err)
	}
}

// text is what the mail says, its subject above it.
func (m takenMail) text(t *testing.T) string {
	t.Helper()
	read, err := message.Read(t.Context(), bytes.NewReader(m.raw), int64(len(m.raw)), message.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return m.subject + "\n" + strings.Join(strings.Fields(read.Text), " ")
}

// says fails where a mail does not say all of the words.
func (m takenMail) says(t *testing.T, words ...string) {
	t.Helper()
	text := m.text(t)
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("to %s: no %q in\n%s", m.to, w, text)
		}
	}
}

// silent fails where a mail says one of the words.
func (m takenMail) silent(t *testing.T, words ...string) {
	t.Helper()
	for _, w := range words {
		if strings.Contains(m.text(t), w) {
			t.Errorf("to %s: %q in\n%s", m.to, w, m.text(t))
		}
	}
}

const vCarla, vPedro, vAna, vLuis = "carla@cliente.test", "pedro@otra.test", "ana@ejemplo.test", "luis@ejemplo.test"

// TestWaitsForAnother: what depends on a case waits for it, thanks do not end that, and its agent
// hears when it is over; a duplicate is closed with its original, and its customer told.
func TestWaitsForAnother(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, depends, duplicates, close, cycle string
		receipts                                []string
		freed, duplicate                        string
	}{
		{"es", "#tomar\r\n#depende %d", "#enlazar duplicado %d", "#cerrar", "#depende %d",
			[]string{"queda en espera hasta que se cierre el caso 1", "se cerrará junto con el caso 1", "no se enlazó, porque ya depende de este el caso 2"},
			"Se cerró el caso #1, del que dependía el caso #2", "Era un duplicado de otro, que ya está cerrado."},
		{"en", "#take\r\n#depends %d", "#link duplicates %d", "#close", "#depends %d",
			[]string{"waiting until this case is closed: 1", "it will be closed together with case 1", "this one is already needed by case 2"},
			"Case #1 is closed, on which case #2 depended", "It was a duplicate of another one"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := newVirtualDesk(t, "ejemplo.test", func(k *config) { k.Language = c.name })
			d.speaks(c.name, vCarla, vPedro, vAna)
			first := d.opened(vCarla, "Sin red", "No hay red.")
			second := d.opened(vPedro, "Sin impresora", "No imprime.")
			third := d.opened(vPedro, "Tampoco escanea", "Nada.")
			d.replies(vAna, second, fmt.Sprintf(c.depends, first))
			d.about(vAna, second).says(t, c.receipts[0])
			told := len(d.to(vPedro))
			d.replies(vAna, third, fmt.Sprintf(c.duplicates, first))
			d.about(vAna, third).says(t, c.receipts[1])
			d.replies(vAna, first, fmt.Sprintf(c.cycle, second))
			d.about(vAna, first).says(t, c.receipts[2])
			if k := d.caseOf(first); k.Class != desk.Open {
				t.Errorf("the cycle made it %s", k.Class)
			}
			if now := len(d.to(vPedro)); now != told {
				t.Errorf("the customer was told of links: %s", d.last(vPedro).raw)
			}
			d.replies(vPedro, second, "Gracias")
			d.pass(240*time.Hour, 120*time.Hour)
			if k := d.caseOf(second); k.Class != desk.Waiting {
				t.Errorf("after thanks it is %s", k.Class)
			}
			d.replies(vAna, first, c.close)
			if k := d.caseOf(second); k.Class != desk.Open || k.Assignee.Address() != vAna {
				t.Errorf("%s, %s", k.Class, k.Assignee.Address())
			}
			d.about(vAna, second).says(t, c.freed)
			if k := d.caseOf(third); k.Class != desk.Closed || k.ClosedAt.IsZero() {
				t.Errorf("the duplicate is %s", k.Class)
			}
			m := d.about(vPedro, third)
			m.says(t, c.duplicate)
			m.silent(t, "#1", "Sin red", "Carla")
		})
	}
}
