package main

import (
	"io"
	"mime/quotedprintable"
	"strings"
	"testing"
	"time"

	"buzon/store/desk"
)

// ladderDesk calls the boss five minutes after an alarm and the manager ten later, and lets a take
// rest for ten.
func ladderDesk(t *testing.T) *virtualDesk {
	return newVirtualDesk(t, "ejemplo.test", func(c *config) {
		c.OnCall.Addresses = []string{"guardia@ejemplo.test"}
		c.Escalation = escalationConfig{TakeExpires: days(10 * time.Minute),
			Steps: []escalationStep{
				{duration(5 * time.Minute), []string{"jefe@ejemplo.test"}},
				{duration(15 * time.Minute), []string{"gerente@ejemplo.test"}}}}
	})
}

// minutes lets minutes pass, each with a look at what the clock owes.
func (d *virtualDesk) minutes(n int) {
	d.t.Helper()
	for range n {
		d.clock.Advance(time.Minute)
		must(d.tick(d.t.Context()))(d.t)
		d.settle()
	}
}

// TestLadderByMail: nobody answers, one takes it and goes away, the next is called, and an answer
// ends it with a timeline.
func TestLadderByMail(t *testing.T) {
	t.Parallel()
	d := ladderDesk(t)
	const carla, boss, manager = "carla@cliente.test", "jefe@ejemplo.test", "gerente@ejemplo.test"
	d.write(carla, "soporte@ejemplo.test", "Producción caída: no factura", "No podemos facturar.")
	d.settle()
	if m := decoded(d.lastTo("guardia@ejemplo.test")); !strings.Contains(m,
		"Sin respuesta en 5 minutos se avisa a jefe") {
		t.Errorf("the guard has:\n%s", m)
	}
	d.minutes(4)
	if len(d.to(boss)) != 0 {
		t.Error("the boss is called too early")
	}
	d.minutes(1)
	if m := decoded(d.lastTo(boss)); !strings.Contains(m, "Nadie lo ha respondido todavía.") ||
		!strings.Contains(m, "producción caída a las 9:00.") ||
		!strings.Contains(m, "> No podemos facturar.") ||
		!strings.Contains(m, "en 10 minutos se avisa a gerente") {
		t.Errorf("the boss has:\n%s", m)
	}
	if m := decoded(d.lastTo(carla)); !strings.Contains(m, "todavía no tiene respuesta") ||
		!strings.Contains(m, "en 10 minutos") || strings.Contains(m, boss) {
		t.Errorf("Carla has:\n%s", m)
	}
	d.write(boss, d.lastTo(boss).replyTo(), "Re: Producción caída", "#tomar")
	d.settle()
	d.minutes(9)
	if len(d.to(manager)) != 0 {
		t.Error("the manager is called though it was taken")
	}
	d.minutes(1) // and nothing came of it
	if m := decoded(d.lastTo(carla)); len(d.to(manager)) != 1 ||
		!strings.Contains(m, "Ya avisamos a todas las personas previstas.") {
		t.Errorf("%d mails to the manager; Carla has:\n%s", len(d.to(manager)), m)
	}
	d.minutes(30)
	if len(d.to(manager)) != 1 {
		t.Error("the ladder goes on behind its end")
	}
	d.write(manager, d.lastTo(manager).replyTo(), "Re: Producción caída", "Ya lo reiniciamos.")
	d.settle()
	d.minutes(1)
	items := must(d.store.Items(t.Context(), 1))(t)
	it := items[len(items)-1]
	for _, want := range []string{"carla@cliente.test avisó que producción está caída",
		"se avisó a guardia@ejemplo.test", "se avisó a jefe@ejemplo.test",
		"jefe@ejemplo.test lo tomó", "se avisó a gerente@ejemplo.test", "se escribió al cliente",
		"gerente@ejemplo.test respondió"} {
		if !strings.Contains(it.Text, want) || it.Visibility != desk.Internal {
			t.Errorf("no %q in the timeline:\n%s", want, it.Text)
		}
	}
	n := len(items)
	d.write(manager, d.lastTo(manager).replyTo(), "Re: Producción caída", "¿Va bien?")
	d.settle()
	d.minutes(1)
	if got := len(must(d.store.Items(t.Context(), 1))(t)); got != n+1 {
		t.Errorf("%d items, want %d: there is one timeline", got, n+1)
	}
}

// TestAnswerEndsTheLadder, in English too.
func TestAnswerEndsTheLadder(t *testing.T) {
	t.Parallel()
	d := ladderDesk(t)
	d.write("carla@cliente.test", "soporte@ejemplo.test", "Production Down", "Nothing works.")
	d.settle()
	d.write("ana@ejemplo.test", d.lastTo("ana@ejemplo.test").replyTo(), "Re: Production Down",
		"I am on it.")
	d.settle()
	d.minutes(20)
	if n := len(d.to("jefe@ejemplo.test")); n != 0 {
		t.Errorf("%d mails to the boss", n)
	}
}

// TestDeadlinesByMail: whoever has the case hears that a promised time is nearly, and wholly, over.
func TestDeadlinesByMail(t *testing.T) {
	t.Parallel()
	d := newVirtualDesk(t, "ejemplo.test", func(c *config) {
		c.Calendar = []calendarConfig{{Name: "bogota", Timezone: "UTC",
			Hours: []string{"mon-fri 08:00-12:00", "mon-fri 13:00-17:00"}, Holidays: "co"}}
		c.SLA.Calendar = "bogota"
		c.SLA.FirstAnswer = map[string]days{"3": days(4 * time.Hour), "2": days(4 * time.Hour)}
	})
	d.write("carla@cliente.test", "soporte@ejemplo.test", "No imprime", "La caja no imprime.")
	d.settle()
	d.minutes(2) // 9:00 and three hours
	hours := func(n int) string {
		d.clock.Advance(time.Duration(n) * time.Hour)
		result := must(d.tick(t.Context()))(t)
		d.settle()
		return result
	}
	if got := hours(2); got != "" {
		t.Errorf("at 11: %s", got)
	}
	if got := hours(1); got != "1 steps" || !strings.Contains(decoded(d.lastTo("ana@ejemplo.test")),
		"Falta poco para que venza el plazo de la primera respuesta.") {
		t.Errorf("at 12: %s\n%s", got, decoded(d.lastTo("ana@ejemplo.test")))
	}
	if got := hours(1); got != "" {
		t.Errorf("over lunch: %s", got)
	}
	if got := hours(1); got != "1 steps" || !strings.Contains(decoded(d.lastTo("ana@ejemplo.test")),
		"Venció el plazo de la primera respuesta") {
		t.Errorf("at 14: %s\n%s", got, decoded(d.lastTo("ana@ejemplo.test")))
	}
	for _, m := range d.to("carla@cliente.test") {
		if strings.Contains(decoded(m), "plazo") {
			t.Errorf("Carla is told of a time:\n%s", decoded(m))
		}
	}
}

// decoded is a mail's text on one line, without what its encoding adds.
func decoded(m takenMail) string {
	body := string(m.raw)
	var b strings.Builder
	_, _ = io.Copy(&b, quotedprintable.NewReader(strings.NewReader(body)))
	return strings.Join(strings.Fields(b.String()), " ")
}
