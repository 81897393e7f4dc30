package mailin

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"buzon/store"
	"buzon/store/desk"
)

// TestC01SpoofedAgent: of an agent's From, proven or not, with his own token, another agent's, the
// customer's or none, "#cerrar" runs only by his own token. What does not run is relayed to nobody,
// and the agent is told at his own address.
func TestC01SpoofedAgent(t *testing.T) {
	t.Parallel()
	for _, env := range []store.Envelope{{Door: "smtp", From: "x@mal.test", To: []string{box}},
		trusted} {
		for _, c := range []struct {
			to   string // whose token
			more string
			runs bool
		}{
			{agent, "", true}, {"luis@ejemplo.test", "", false}, {customer, "", false},
			{"", "", false},
			{"", "In-Reply-To: <%s>", env.Trusted}, // the id of a notice to him
		} {
			h := newHouse(t)
			n := h.opened()
			env.Received = h.now
			to, header := box, "X-None: 1"
			if c.to != "" {
				to = h.token(n, c.to)
			}
			if c.more != "" {
				header = fmt.Sprintf(c.more, h.noticeID(n, agent))
			}
			var m store.Mail
			told := h.told(
				func() {
					m = h.file(h.plain(agent, to, "Re: x", "#cerrar\nPague en la cuenta 666.",
						header), env)
				})
			if ran := h.ticket(n).Class == desk.Closed; ran != c.runs ||
				strings.Contains(told, customer) != c.runs {
				t.Errorf("trusted %v, token of %q, %q: rule %s, closed %v, told %s", env.Trusted,
					c.to, c.more, m.Rule, ran, told)
			}
			if !env.Trusted && !c.runs && told != "confirm_agent "+agent {
				t.Errorf("token of %q, %q: told %s", c.to, c.more, told)
			}
		}
	}
}

// TestC17ForwardByAnybody: who is named in a forward is written to only when the agent is proven.
func TestC17ForwardByAnybody(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for i := range 30 {
		body := strings.ReplaceAll(forwardOfDora, "dora@otra.test",
			fmt.Sprintf("v%d@banco.test", i))
		h.file(h.plain(agent, box, "Fwd: http://mal.test", body))
	}
	if all := strings.Join(h.outbox(), ", "); strings.Contains(all, "banco.test") ||
		h.counted()[store.OutcomeTicket] != 0 {
		t.Errorf("written to: %s", all)
	}
	h.file(h.plain(agent, box, "Fwd: Factura", forwardOfDora), trusted)
	if all := strings.Join(h.outbox(), ", "); !strings.Contains(all,
		"opened_for_you dora@otra.test") {
		t.Errorf("the proven agent's forward: %s", all)
	}
}

// TestC22AgentLeaves: his tokens order nothing from the moment on at which he is no agent any more.
func TestC22AgentLeaves(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*desk.Person){
		"disabled": func(p *desk.Person) { p.Active = false },
		"removed":  func(p *desk.Person) { p.Role, p.Team = desk.Customer, false },
	} {
		for _, env := range []store.Envelope{{Door: "smtp", To: []string{box}}, trusted} {
			h := newHouse(t)
			n := h.opened()
			h.answer(n, "Lo miro.")
			to := h.token(n, agent)
			h.write(func(tx *store.Tx) error {
				return tx.ChangePerson(t.Context(), h.by(agent).ID,
					change)
			})
			var m store.Mail
			env.Received = h.now
			told := h.told(
				func() {
					m = h.file(h.plain(agent, to, "x", "#cerrar\nPague en la cuenta 666."),
						env)
				})
			if m.Rule == "8" || h.ticket(n).Class == desk.Closed ||
				strings.Contains(told, customer) {
				t.Errorf("%s, trusted %v: rule %s, %s, told %s", name, env.Trusted, m.Rule,
					h.ticket(n).Class, told)
			}
		}
	}
}

// TestC21IdentityIsTheAddress: no name, and no address that looks like an agent's, is the agent.
func TestC21IdentityIsTheAddress(t *testing.T) {
	t.Parallel()
	for _, from := range []string{`"Ana Gómez" <x@mal.test>`,
		`"Ana Gómez <ana@ejemplo.test>" <x@mal.test>`, "аna@ejemplo.test", "ana@еjemplo.test",
		"ana@ejemplo.test.mal.test", "ana@ejemplo.test <x@mal.test>",
		"ana@ejemplo.test, x@mal.test", `"ana@ejemplo.test"@mal.test`} {
		h := newHouse(t)
		n := h.opened()
		told := h.told(func() { h.file(h.plain(from, h.token(n, agent), "x", "#cerrar\nListo.")) })
		if h.ticket(n).Class == desk.Closed || strings.Contains(told, customer) {
			t.Errorf("%s is taken for the agent: told %s", from, told)
		}
	}
}

// TestB16AcknowledgementsAreNoReflector: what forged senders write is repeated to none of their
// addresses, however often.
func TestB16AcknowledgementsAreNoReflector(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for pass := range 3 {
		for i := range 60 {
			h.file(h.plain(fmt.Sprintf("Gane dinero <v%d@dom%d.test>", i, i), box,
				fmt.Sprintf("Gane %d http://mal.test", pass), "http://mal.test"))
		}
		h.now = h.now.Add(30 * time.Minute)
	}
	acks := 0
	for _, o := range must(h.store.Outbox(t.Context(), store.OutboxFilter{Limit: 5000})) {
		if o.Kind.Trait().Answers {
			acks++
			if o.Details.EchoSender {
				t.Errorf("%s is sent what somebody else may have written", o.Address)
			}
		}
	}
	if acks == 0 {
		t.Error("nobody was acknowledged")
	}
}

// TestB07CopiedMark: a mark of ours on another's mail is told, and answered by nothing automatic;
// an invented one is no mark.
func TestB07CopiedMark(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.opened()
	mark := "X-Buzon-Loop: " + h.o.Signer.LoopMark(1)
	for _, c := range []struct {
		name, to, mark string
		outcome        store.Outcome
		told           string
	}{
		{"copied", box, mark, store.OutcomeQuarantine, "unfiled admin@ejemplo.test"},
		{"copied, in an answer", h.token(n, customer), mark, store.OutcomeAutomatic,
			"item ana@ejemplo.test, item luis@ejemplo.test, item admin@ejemplo.test"},
		{"invented", h.token(n, customer), mark + "a", store.OutcomeItem,
			"item ana@ejemplo.test, item luis@ejemplo.test, item admin@ejemplo.test"},
	} {
		var m store.Mail
		told := h.told(func() {
			m = h.file(h.plain(customer, c.to, "x", "Sigue sin imprimir: "+
				c.name, c.mark))
		})
		if m.Outcome != c.outcome || told != c.told {
			t.Errorf("%s: %s, told %s; want %s, %s", c.name, m.Outcome, told, c.outcome, c.told)
		}
	}
}

// TestB06Forms: who wrote through a form, a group or an address of ours is whom it names; he is
// acknowledged where it is configured.
func TestB06Forms(t *testing.T) {
	t.Parallel()
	const form = "web@empresa.test"
	for _, c := range []struct {
		name, from, env string
		more            []string
		who             string
		acked           bool
		outcome         store.Outcome
	}{
		{"a form", "Sitio <" + form + ">", form,
			[]string{"Reply-To: Pedro Gil <pedro@correo.test>"}, "pedro@correo.test", true,
			store.OutcomeTicket},
		{"marked as a machine's", form, form,
			[]string{"Reply-To: pedro@correo.test", "Auto-Submitted: auto-generated"},
			"pedro@correo.test", true, store.OutcomeTicket},
		{"a group", "'Pedro' via Mesa <" + form + ">", form,
			[]string{"X-Original-From: Pedro <pedro@correo.test>", "Reply-To: " + form,
				"List-Id: <web.empresa.test>", "Precedence: list"},
			"pedro@correo.test", true, store.OutcomeTicket},
		{"a form that names nobody", form, form, nil, form, true, store.OutcomeTicket},
		{"an unknown form", "sitio@otra.test", "sitio@otra.test",
			[]string{"Reply-To: pedro@correo.test"}, "sitio@otra.test", true, store.OutcomeTicket},
		{"under our address", "Web <" + box + ">", "www@ejemplo.test",
			[]string{"Reply-To: pedro@correo.test"}, "pedro@correo.test", false,
			store.OutcomeTicket},
		{"under our address, of nobody", "Web <" + box + ">", box, nil, "", false,
			store.OutcomeQuarantine},
		{"our address in the envelope", "pedro@correo.test", box, nil, "pedro@correo.test", true,
			store.OutcomeTicket},
		{"our address in Sender", "pedro@correo.test", "www@x.test", []string{"Sender: " + box},
			"pedro@correo.test", true, store.OutcomeTicket},
		{"Gmail's forwarding", "pedro@correo.test", "soporte+caf_=caso=mesa.test@ejemplo.test", nil,
			"pedro@correo.test", true, store.OutcomeTicket},
		{"an agent through our address", box, "www@ejemplo.test", []string{"Reply-To: " + agent},
			agent, false, store.OutcomeTicket},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t, func(o *Options) { o.Mailboxes[0].Senders = []string{form} })
			var m store.Mail
			env := store.Envelope{Door: "smtp", From: c.env, To: []string{box}, Received: h.now}
			told := h.told(func() {
				m = h.file(h.plain(c.from, box, "Contacto", "#cerrar\nNo me llega la factura.",
					c.more...), env)
			})
			if m.Outcome != c.outcome || m.Sender != c.who ||
				strings.Contains(told, "ack "+c.who) != c.acked || told == "" {
				t.Errorf("%s of %q by rule %s, told %s (%s)", m.Outcome, m.Sender, m.Rule, told,
					m.Reason)
			}
		})
	}
}
