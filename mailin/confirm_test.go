package mailin

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"buzon/store"
	"buzon/store/desk"
	"buzon/threading"
)

// asked are the questions to agents, the oldest first; questions those of them that are about no
// ticket.
func (h *house) asked() (list []store.Outgoing) {
	h.t.Helper()
	for _, o := range must(h.store.Outbox(h.t.Context(), store.OutboxFilter{})) {
		if o.Kind == desk.ConfirmAgent {
			list = append(list, o)
		}
	}
	slices.Reverse(list)
	return list
}

func (h *house) questions() []store.Outgoing {
	h.t.Helper()
	return slices.DeleteFunc(h.asked(), func(o store.Outgoing) bool { return o.Ticket != 0 })
}

// answerTo files the agent's answer to a question, and then what that lets go.
func (h *house) answerTo(q store.Outgoing, from, words string, held ...int64) store.Mail {
	h.t.Helper()
	to := h.o.Signer.AnswerAddress(box, q.ID, q.Person)
	m := h.file(h.plain(from, to, "Re: Confirme un mensaje suyo", words))
	for _, id := range held {
		if err := h.FileOne(h.t.Context(), id); err != nil {
			h.t.Fatal(err)
		}
	}
	return m
}

const forwardOfDora = "Miren.\n\n---------- Forwarded message ---------\nDe: Dora Paz <dora@otra.test>\n" +
	"Date: mar, 3 mar 2026 a las 9:00\nSubject: Factura\nTo: <ana@ejemplo.test>\n\nNo puedo " +
	"emitir facturas."

func TestAgentConfirmsHeldMail(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, from, words string
		env               []store.Envelope
		filed             bool
	}{
		{"yes", agent, "Sí", nil, true},
		{"a word of ours", agent, "#confirmar", nil, true},
		{"any words", agent, "Es mío, gracias.", nil, true},
		{"nothing", agent, "", nil, true},
		{"the number", agent, "el 1", nil, true},
		{"no", agent, "No", nil, false},
		{"in a sentence", agent, "Yo no envié eso.", nil, false},
		{"English", agent, "I never sent this", nil, false},
		{"#rechazar", agent, "#rechazar", nil, false},
		{"somebody else", "x@mal.test", "Sí", nil, false},
		{"another agent", "luis@ejemplo.test", "Sí", nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t)
			var held store.Mail
			told := h.told(func() {
				held = h.file(h.plain(agent, box, "Fwd: Factura",
					forwardOfDora))
			})
			if held.Rule != "11" || held.Outcome != store.OutcomeQuarantine ||
				told != "confirm_agent "+agent {
				t.Fatalf("%+v, told %s", held, told)
			}
			told = h.told(func() { h.answerTo(h.questions()[0], c.from, c.words, held.ID) })
			held = h.mail(held.ID)
			if filed := held.Outcome == store.OutcomeTicket; filed != c.filed ||
				strings.Contains(told, "dora@otra.test") != c.filed {
				t.Fatalf("%s by rule %s, told %s; filed: want %v", held.Outcome, held.Rule, told,
					c.filed)
			}
			if c.filed && (held.Rule != "10" ||
				h.ticket(held.Ticket).Requester.Address() != "dora@otra.test") {
				t.Errorf("%+v, %+v", held, h.ticket(held.Ticket))
			}
		})
	}
}

func TestStrictAgentConfirmsOnlyProven(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(o *Options) { o.AgentProof = Strict })
	held := h.file(h.plain(agent, box, "Fwd: Factura", forwardOfDora))
	if m := h.answerTo(h.questions()[0], agent, "Sí",
		held.ID); m.Outcome != store.OutcomeQuarantine ||
		h.mail(held.ID).Outcome != store.OutcomeQuarantine {
		t.Errorf("%+v, %+v", m, h.mail(held.ID))
	}
}

// TestForgeriesAreAskedAboutTogether: however many come, the agent gets one question in ten
// minutes, which names them all.
func TestForgeriesAreAskedAboutTogether(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var ids []int64
	for i := range 60 {
		ids = append(ids, h.file(h.plain(agent, box, fmt.Sprintf("Fwd: oferta %d", i),
			forwardOfDora)).ID)
		h.now = h.now.Add(time.Second)
	}
	list := h.questions()
	if len(list) != 2 || len(list[0].Details.Held) != 1 || len(list[1].Details.Held) != 59 ||
		list[1].State != store.Held ||
		list[1].Next.Sub(list[0].Created) != store.AskEvery {
		t.Fatalf("%d questions: %+v", len(list), list)
	}
	before := len(h.questions())
	if m := h.answerTo(list[1], agent, "Sí", ids...); m.Outcome != store.OutcomeQuery ||
		len(h.questions()) != before+1 {
		t.Errorf("which of them is not said, and he is not asked: %+v", m)
	}
	told := h.told(func() {
		h.answerTo(list[1], agent, fmt.Sprintf("El %d y ninguno más.", ids[7]),
			ids...)
	})
	if n := h.counted()[store.OutcomeTicket]; n != 1 || !strings.Contains(told, "dora@otra.test") {
		t.Errorf("%d cases, told %s", n, told)
	}
}

func (h *house) counted() map[store.Outcome]int {
	h.t.Helper()
	return must(h.store.CountMails(h.t.Context()))
}

func TestAnswersToAQuestion(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		words string
		held  []int64
		want  []int64
		clear bool
	}{
		{"sí", []int64{7}, []int64{7}, true}, {"todos", []int64{7, 8}, []int64{7, 8}, true},
		{"7 y 9", []int64{7, 8, 9}, []int64{7, 9}, true},
		{"sí", []int64{7, 8}, nil, false}, {"70", []int64{7, 8}, nil, false},
		{"ninguno: son falsos", []int64{7, 8}, nil, true},
		{"não fui eu", []int64{7}, nil, true}, {"Not mine", []int64{7}, nil, true},
		{"nota: es mío", []int64{7}, []int64{7}, true},
	} {
		if got, clear := confirmed(c.words, c.held); !slices.Equal(got, c.want) ||
			clear != c.clear {
			t.Errorf("%q of %v: %v, %v; want %v, %v", c.words, c.held, got, clear, c.want, c.clear)
		}
	}
}

// TestPendingMailIsAskedAboutTogether: the first in its ticket, the next together, and the answer
// lets them in.
func TestPendingMailIsAskedAboutTogether(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.opened()
	var ids []int64
	for i := range 4 {
		m := h.file(h.plain(agent, box, fmt.Sprintf("[Caso #%d] No imprime", n),
			fmt.Sprintf("Ya la revisé, parte %d.", i)))
		if m.Outcome != store.OutcomePending {
			t.Fatalf("%+v", m)
		}
		ids = append(ids, m.ID)
		h.now = h.now.Add(time.Second)
	}
	list := h.asked()
	if len(list) != 2 || list[0].Ticket != n || list[0].Details.Reason != "kept_pending" ||
		list[1].Ticket != 0 ||
		!slices.Equal(list[1].Details.Held, ids[1:]) || list[1].State != store.Held {
		t.Fatalf("%d questions: %+v", len(list), list)
	}
	told := h.told(func() { h.answerTo(list[1], agent, "todos", ids[1:]...) })
	if strings.Count(told, "item carla@cliente.test") != 3 {
		t.Errorf("told %s", told)
	}
	for i, id := range ids {
		if m := h.mail(id); (m.Outcome == store.OutcomeItem) != (i > 0) {
			t.Errorf("mail %d: %+v", id, m)
		}
	}
}

// TestC10AnswerWithoutPlusAddressing: the question promises no answer that would not count, and one
// that proves its sender does.
func TestC10AnswerWithoutPlusAddressing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		mode   AgentProof
		plus   bool
		env    []store.Envelope
		reason string
		filed  bool
	}{
		{"nothing proves it", Normal, false, nil, "kept_in_quarantine_for_admin", false},
		{"a trusted network", Normal, false, []store.Envelope{trusted},
			"kept_in_quarantine_for_admin", true},
		{"the id is enough", ByID, false, nil, "kept_in_quarantine", true},
		{"strict, and nothing proves it", Strict, true, nil, "kept_in_quarantine_for_admin", false},
		{"strict, and a trusted network", Strict, true, []store.Envelope{trusted},
			"kept_in_quarantine_for_admin", true},
	} {
		h := newHouse(t, func(o *Options) { o.AgentProof, o.Mailboxes[0].Plus = c.mode, c.plus })
		held := h.file(h.plain(agent, box, "Fwd: Factura", forwardOfDora))
		q := h.questions()[0]
		if q.Details.Reason != c.reason {
			t.Errorf("%s: the question says %s", c.name, q.Details.Reason)
		}
		id := h.o.Signer.MessageID("ejemplo.test",
			threading.Token{Mailbox: box, Item: q.ID, Person: q.Person, Kind: threading.Agent})
		h.file(h.plain(agent, box, "Re: Confirme un mensaje suyo", "Sí", "In-Reply-To: <"+id+">"),
			c.env...)
		if err := h.FileOne(t.Context(), held.ID); err != nil {
			t.Fatal(err)
		}
		if m := h.mail(held.ID); (m.Outcome == store.OutcomeTicket) != c.filed {
			t.Errorf("%s: %+v", c.name, m)
		}
	}
}

// TestIDIsEnoughForItsReader: where an id is enough for an agent, it is that of a notice to him. A
// customer has the others, and may write them into a mail with the agent's From.
func TestIDIsEnoughForItsReader(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(o *Options) { o.AgentProof, o.Mailboxes[0].Plus = ByID, false })
	for _, c := range []struct{ reader, rule string }{{customer, "11"}, {"luis@ejemplo.test", "11"},
		{agent, "8"}} {
		n := h.opened()
		m := h.file(h.plain(agent, box, "x", "#cerrar", "In-Reply-To: <"+
			h.noticeID(n, c.reader)+">"))
		if closed := h.ticket(n).Class == desk.Closed; m.Rule != c.rule ||
			closed != (c.rule == "8") {
			t.Errorf("by the id of %s: %+v", c.reader, m)
		}
	}
}

// TestAgentSendsAgain: the words that waited, or were kept as a note, are no words between agents.
func TestAgentSendsAgain(t *testing.T) {
	t.Parallel()
	const words = "Ya la revisamos: el controlador quedó en pausa."
	withFile := func(raw string) string {
		raw = strings.Replace(raw, words, "--b\nContent-Type: text/plain; charset=utf-8\n\n"+words+
			"\n--b\nContent-Type: application/pdf\n"+
			"Content-Disposition: attachment; filename=a.pdf\n\n%PDF\n--b--", 1)
		return strings.Replace(raw, "text/plain; charset=utf-8", "multipart/mixed; boundary=b", 1)
	}
	for _, c := range []struct {
		name string
		env  []store.Envelope
		rule string
		want bool
	}{
		{"pending", nil, "11", true}, {"kept as a note", []store.Envelope{trusted}, "9", true},
		{"a note", nil, "8", false},
	} {
		h := newHouse(t)
		n := h.opened()
		var m store.Mail
		if c.rule == "8" {
			m = h.file(h.plain(agent, h.token(n, agent), "x", "#nota\n"+words))
		} else {
			m = h.file(withFile(h.plain(agent, box, fmt.Sprintf("[Caso #%d] No imprime", n),
				words)), c.env...)
		}
		id := h.o.Signer.MessageID("ejemplo.test",
			threading.Token{Mailbox: box, Ticket: n, Item: m.Item, Person: h.by(agent).ID,
				Kind: threading.Agent})
		told := h.told(
			func() {
				h.file(withFile(h.plain(agent, h.token(n, agent), "Re: x", words,
					"In-Reply-To: <"+id+">")))
			})
		if m.Rule != c.rule || strings.Contains(told, customer) != c.want {
			t.Errorf("%s: rule %s, told %s", c.name, m.Rule, told)
		}
	}
}

// TestReleasedMailOfAnAgent becomes what he meant.
func TestReleasedMailOfAnAgent(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	held := h.file(h.plain(agent, box, "Fwd: Factura", forwardOfDora))
	if ok := must(h.store.Requeue(t.Context(), held.ID,
		store.Override{Decision: store.Release})); !ok {
		t.Fatal("it is not in quarantine")
	}
	if err := h.FileOne(t.Context(), held.ID); err != nil {
		t.Fatal(err)
	}
	if m := h.mail(held.ID); m.Outcome != store.OutcomeTicket ||
		h.ticket(m.Ticket).Requester.Address() != "dora@otra.test" {
		t.Errorf("%+v", m)
	}
}

// TestAgentWritesToACustomer: with the desk in Cc or Bcc it is the customer's case, and nothing is
// sent again.
func TestAgentWritesToACustomer(t *testing.T) {
	t.Parallel()
	for name, more := range map[string][]string{"Cc": {"Cc: " + box}, "Bcc": nil} {
		h := newHouse(t)
		raw := h.plain(agent, "Dora Paz <dora@otra.test>", "Su licencia", "Dora: vence el lunes.",
			more...)
		id := "m" + fmt.Sprint(h.sent) + "@cliente.test"
		var m store.Mail
		told := h.told(func() { m = h.file(raw, trusted) })
		if m.Rule != "10" || m.Outcome != store.OutcomeTicket || told != "new_ticket "+agent {
			t.Fatalf("%s: %+v, told %s", name, m, told)
		}
		tk, it := h.ticket(m.Ticket), h.last(m.Ticket)
		if tk.Requester.Address() != "dora@otra.test" || tk.Class != desk.Waiting ||
			tk.Agent.Address() != agent || it.Author.Address() != agent ||
			it.Visibility != desk.Public || it.Type != desk.Answer {
			t.Errorf("%s: %+v, %+v", name, tk, it)
		}
		m = h.file(h.plain("dora@otra.test", agent, "RE: Su licencia", "Renuévenla.", "Cc: "+box,
			"In-Reply-To: <"+id+">"))
		if m.Outcome != store.OutcomeItem || m.Ticket != tk.Number {
			t.Errorf("%s: the answer to all became %+v", name, m)
		}
	}
}

// TestRepeats: what bears no Message-ID, or a date out of this world, is the same mail within a
// day.
func TestRepeats(t *testing.T) {
	t.Parallel()
	const ups = "From: UPS <ups@planta.test>\r\nTo: soporte@ejemplo.test\r\nSubject: UPS en " +
		"bateria\r\n%s\r\nUPS en bateria\r\n"
	for _, c := range []struct {
		name, more string
		after      time.Duration
		want       store.Outcome
	}{
		{"at once", "", time.Minute, store.OutcomeDuplicate},
		{"the same day", "", 23 * time.Hour, store.OutcomeDuplicate},
		{"two days later", "", 48 * time.Hour, store.OutcomeTicket},
		{"two months later", "", 1440 * time.Hour, store.OutcomeTicket},
		{"with an id, two months later",
			"Message-ID: <1@planta.test>\r\nDate: Tue, 3 Mar 2026 09:00:00 +0000\r\n",
			1440 * time.Hour, store.OutcomeDuplicate},
		{"with an id and 1970, two months later",
			"Message-ID: <1@planta.test>\r\nDate: Thu, 1 Jan 1970 00:00:00 +0000\r\n",
			1440 * time.Hour, store.OutcomeTicket},
		{"with an id and 1970, at once",
			"Message-ID: <1@planta.test>\r\nDate: Thu, 1 Jan 1970 00:00:00 +0000\r\n", time.Minute,
			store.OutcomeDuplicate},
	} {
		h := newHouse(t)
		h.file(fmt.Sprintf(ups, c.more))
		h.now = h.now.Add(c.after)
		if m := h.file(fmt.Sprintf(ups, c.more)); m.Outcome != c.want {
			t.Errorf("%s: %s (%s), want %s", c.name, m.Outcome, m.Reason, c.want)
		}
	}
}
