package main

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	gomail "github.com/emersion/go-message/mail"
)

// storyteller has people write at random to a desk, and marks each of their words: with a secret
// what no customer may ever read, with an open word what one must.
type storyteller struct {
	*virtualDesk
	*rand.Rand
	secrets, open []string
}

// word is one that no other mail has.
func (s *storyteller) word(list *[]string, kind string) string {
	w := kind
	for n := len(s.secrets) + len(s.open) + 1; n > 0; n /= 20 {
		w += string("bcdfghjklmnpqrstvwxz"[n%20])
	}
	*list = append(*list, w)
	return w
}

func (s *storyteller) secret() string { return s.word(&s.secrets, "secreto") }
func (s *storyteller) public() string { return s.word(&s.open, "abierto") }

// newest is the last mail to an address.
func (s *storyteller) newest(address string) (takenMail, bool) {
	list := s.to(address)
	if len(list) == 0 {
		return takenMail{}, false
	}
	return list[len(list)-1], true
}

// reply answers a mail, with it quoted below.
func (s *storyteller) reply(m takenMail, text string) {
	quoted := ""
	if s.IntN(2) == 0 {
		quoted = "\r\n\r\nEl lunes, Soporte escribió:\r\n> " +
			strings.Join(strings.Split(strings.TrimSpace(readable(m.raw)), "\n"), "\r\n> ")
	}
	s.write(m.to, m.replyTo(), "Re: "+m.subject, strings.ReplaceAll(text, "\n", "\r\n")+quoted)
	s.settle()
}

// readable are the words of a mail's parts, the files' too.
func readable(raw []byte) string {
	var b strings.Builder
	r, err := gomail.CreateReader(bytes.NewReader(raw))
	for err == nil {
		var part *gomail.Part
		if part, err = r.NextPart(); err == nil {
			_, err = io.Copy(&b, part.Body)
			b.WriteString("\n")
		}
	}
	return b.String()
}

// customer writes something new, answers, or asks.
func (s *storyteller) customer(from string) {
	m, ok := s.newest(from)
	switch n := s.IntN(6); {
	case !ok || n == 0:
		s.write(from, "soporte@uno.test", "Consulta "+s.public(), "Hola, "+s.public()+".")
		s.settle()
	case n == 1:
		s.write(from, "soporte@uno.test", fmt.Sprintf("historial %d", 1+s.IntN(4)), "")
		s.settle()
	case n == 2:
		s.write(from, "soporte@uno.test",
			pickOne(s.Rand, "mis casos todos", fmt.Sprintf("caso %d", 1+s.IntN(4)),
				"casos empresa"), "")
		s.settle()
	default:
		s.reply(m, pickOne(s.Rand, "Sigue igual, "+s.public()+".", "cerrar", "Gracias.", "seguir"))
	}
}

func pickOne(r *rand.Rand, list ...string) string { return list[r.IntN(len(list))] }

// agent answers the last that he heard of: whatever of it is for colleagues alone is secret.
func (s *storyteller) agent(from, colleague string) {
	m, ok := s.newest(from)
	if !ok {
		return
	}
	s.reply(m, pickOne(s.Rand,
		"Pruebe de nuevo.",
		"#nota\n"+s.secret(),
		"#nota "+s.secret()+"\n"+s.secret(),
		"Pruebe esto.\n\n#tiempo 45m "+s.secret(),
		"#tiempo 10m "+s.secret()+"\nYa está.",
		"#etiqueta +"+s.secret()+"\nListo.",
		"#invento "+s.secret()+"\n"+s.secret(),
		"Listo.\n#cerar "+s.secret(),
		"#resuelto\nQuedó.", "#cerrar", "#reabrir", "#pedir-info\n¿Qué versión?", "#tomar",
		"#espera mañana",
		"#seguidor fidel@otra.test\n#asignar "+s.secret(),
	))
	if s.IntN(3) == 0 { // what answers a note stays inside without a mark of its own
		before := len(s.to(colleague))
		s.reply(m, "#nota\n"+s.secret())
		if list := s.to(colleague); len(list) > before {
			s.reply(list[len(list)-1], "Entre nosotros: "+s.secret())
		}
	}
}

// Whatever customers and agents write in whatever order, no customer is ever sent a word of a note,
// of a command or of what is held, not even in the history that he asks for.
// BUZON_TEST_STORIES says how many, BUZON_TEST_SEED repeats them.
func TestNoSecretReachesACustomer(t *testing.T) {
	t.Parallel()
	seed := envNumber(t, "BUZON_TEST_SEED", rand.Uint64())
	for i := range envNumber(t, "BUZON_TEST_STORIES", 1) {
		t.Logf("BUZON_TEST_SEED=%d", seed+i)
		s := &storyteller{virtualDesk: newVirtualDesk(t, "uno.test"),
			Rand: rand.New(rand.NewPCG(seed+i, 0))}
		for range 40 {
			s.customer(pickOne(s.Rand, "carla@cliente.test", "jorge@cliente.test",
				"fidel@otra.test"))
			if s.IntN(3) > 0 {
				s.agent("ana@uno.test", "luis@uno.test")
			} else {
				s.agent("luis@uno.test", "ana@uno.test")
			}
			s.clock.Advance(61e9)
		}
		s.told(t)
	}
}

// told looks into each mail.
func (s *storyteller) told(t *testing.T) {
	heard, customers := map[string]bool{}, 0
	for _, m := range s.to(".test") {
		text := m.subject + "\n" + readable(m.raw) + "\n" +
			strings.ReplaceAll(string(m.raw), "=\r\n", "")
		for _, w := range s.open {
			heard[w] = heard[w] || strings.Contains(text, w)
		}
		if strings.HasSuffix(m.to, "@uno.test") {
			continue
		}
		customers++
		if i := slices.IndexFunc(s.secrets,
			func(w string) bool { return strings.Contains(text, w) }); i >= 0 {
			t.Errorf("%s was sent %s:\n%.3000s", m.to, s.secrets[i], text)
		}
	}
	if customers < 20 || len(heard) < 5 {
		t.Errorf("only %d mails went to customers, with %d words", customers, len(heard))
	}
}
