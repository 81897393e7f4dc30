package mailin

import (
	"strings"
	"testing"

	"buzon/store"
	"buzon/store/desk"
)

// TestBatchIsConfirmed: a proven mail with orders for many cases waits for the agent's answer; a
// dry run and orders for one case do not, nor does who has logged in.
func TestBatchIsConfirmed(t *testing.T) {
	t.Parallel()
	login := by(ourServer, agent)
	login.AuthUser, login.TLS = agent, true
	for _, c := range []struct {
		name, text string
		env        store.Envelope
		rule       string
	}{
		{"many cases", "1-2: #cerrar", by(ourServer, agent), "8a"},
		{"line by line", "1: #cerrar\n2: #cerrar", by(ourServer, agent), "8a"},
		{"of a person", "1: #bloquear spam.test", by(ourServer, agent), "8a"},
		{"one case", "1: #cerrar", by(ourServer, agent), "10a"},
		{"a dry run", "ensayo\n1-2: #cerrar", by(ourServer, agent), "10a"},
		{"logged in", "1-2: #cerrar", login, "10a"},
		{"unproven", "1-2: #cerrar", by("203.0.113.9", "x@otra.test"), "12"},
	} {
		h := provenHouse(t)
		h.opened()
		h.opened()
		var m store.Mail
		told := h.told(func() {
			m = h.file(h.plain(agent, "soporte+control@ejemplo.test", "x",
				c.text), c.env)
		})
		if m.Rule != c.rule {
			t.Errorf("%s: rule %s, told %s (%+v)", c.name, m.Rule, told, m.ProofParts)
			continue
		}
		if c.rule != "8a" {
			continue
		}
		if h.ticket(1).Class == desk.Closed || told != "confirm_orders "+agent {
			t.Errorf("%s: done at once, told %s", c.name, told)
		}
		q := h.lastOutgoing()
		to := h.o.Signer.AnswerAddress(box, q.ID, q.Person)
		h.file(h.plain(agent, to, "Re", "sí"), by("203.0.113.9", agent)) // disproved
		h.file(h.plain("luis@ejemplo.test", to, "Re", "sí"), by(ourServer, "luis@ejemplo.test"))
		h.file(h.plain(agent, strings.Replace(to, ".p", ".pa", 1), "Re", "sí"),
			by(ourServer, agent))
		if h.mail(m.ID).Outcome != store.OutcomeQuarantine {
			t.Errorf("%s: let out by somebody else", c.name)
		}
		h.file(h.plain(agent, to, "Re", "sí"), by(ourServer, agent))
		if err := h.FileOne(t.Context(), m.ID); err != nil {
			t.Fatal(err)
		}
		if got := h.mail(m.ID); got.Rule != "10a" || c.text[2] != ' ' &&
			h.ticket(1).Class != desk.Closed {
			t.Errorf("%s: after her answer rule %s, %s", c.name, got.Rule, h.ticket(1).Class)
		}
	}
}
