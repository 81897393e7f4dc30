package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"buzon/store"
	"buzon/store/desk"
)

// TestPasswordRecovery: whoever looks for a password, a customer or an administrator, learns at his
// registered address that it is the key, which are his and how to add one.
func TestPasswordRecovery(t *testing.T) {
	t.Parallel()
	for lang, wordings := range map[string][]string{
		"es": {"RECUPERAR CLAVE", "Olvidé mi contraseña", "«no puedo entrar»", "No puedo entrar"},
		"en": {"forgot password", "I forgot my password", "Reset my password", "I can’t log in"},
	} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			p := newPortal(t, lang)
			p.change(func(ctx context.Context, tx *store.Tx) error {
				eva, err := tx.PersonByAddress(ctx, portalEva)
				if err != nil {
					return err
				}
				eva.Addresses = append(eva.Addresses, "eva@casa.test")
				return tx.SetAddresses(ctx, eva)
			})
			for i, words := range wordings {
				for _, from := range []string{portalEva, "eva@casa.test", portalJefa} {
					p.clock.Advance(time.Hour)
					p.next()
					if i%2 == 0 {
						p.says(from, portalBox, words, "")
					} else {
						p.says(from, portalBox, p.in("Consulta", "Question"), words)
					}
					p.got(t, []portalMail{p.key(from)})
				}
			}
			if n := p.numbers(); len(n) != 0 {
				t.Errorf("there are the cases %v", n)
			}
		})
	}
}

// key is the mail that says to whoever looks for a password that his address is the key. What he
// writes from another of his goes to the one that he gave first.
func (p portal) key(from string) portalMail {
	to, buttons := from, p.list("Agregar una dirección | Ayuda", "Add an address | Help")
	says := []string{p.in("su dirección es la llave", "your address is the key"),
		p.in("con el asunto «mis datos» y la línea «Agregar dirección: m@x»",
			"with the subject “my data” and the line “Add address: m@x”")}
	if from == "eva@casa.test" {
		to = portalEva
	}
	if to == portalEva {
		says = append(says, portalEva+", eva@casa.test")
		buttons = append(p.list("Mis casos", "My cases"), buttons...)
	}
	return portalMail{to, p.in("Cómo entrar en Soporte", "How to get into Soporte"),
		append(says, to), buttons}
}

// TestPasswordRecoveryAddsAnAddress: the button does what the mail says.
func TestPasswordRecoveryAddsAnAddress(t *testing.T) {
	t.Parallel()
	for _, lang := range []string{"es", "en"} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			p := newPortal(t, lang)
			p.says(portalEva, portalBox, p.in("no puedo entrar", "forgot password"), "")
			p.press(portalEva, p.last(portalEva), p.in("Agregar una dirección", "Add an address"),
				"eva@casa.test")
			p.answers(portalEva, p.last(portalEva), p.in("sí", "yes"))
			p.answers("eva@casa.test", p.last("eva@casa.test"), p.in("sí", "yes"))
			if a := p.person(portalEva).Addresses; len(a) != 2 || a[1] != "eva@casa.test" {
				t.Errorf("her addresses are %v", a)
			}
		})
	}
}

// TestPasswordRecoveryTellsNobodyElse: a stranger and whoever was switched off get no data, and
// nobody learns who is known; whoever tells of something else has opened a case, and who asks ever
// again is not flooded.
func TestPasswordRecoveryTellsNobodyElse(t *testing.T) {
	t.Parallel()
	p := newPortal(t, "es")
	p.change(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.AddPerson(ctx, desk.Person{Name: "Iván", Addresses: []string{"ivan@uno.test"},
			Role: desk.Customer, Known: true})
		return err
	})
	for _, from := range []string{"ivan@uno.test", "otro@dos.test"} {
		p.clock.Advance(time.Hour)
		p.next()
		p.says(from, portalBox, "Recuperar contraseña", "")
		for _, m := range p.next() {
			if strings.Contains(m.subject, "Cómo entrar") {
				t.Errorf("%s gets %q", m.to, m.subject)
			}
		}
	}
	p.says(portalEva, portalBox, "No puedo entrar", "Desde ayer el CRM responde con un error 500.")
	p.lastTo(portalEva, "No puedo entrar")
	p.clock.Advance(time.Hour)
	p.next()
	for range 40 {
		p.says(portalEva, portalBox, "no puedo entrar", "")
	}
	if n := len(p.next()); n != 30 {
		t.Errorf("asked forty times in an hour, she is answered %d times", n)
	}
}
