package main

import (
	"strings"
	"testing"
	"time"

	"buzon/store/desk"
)

// TestRemindersByMail: a customer who does not answer is reminded, his answer to the reminder is
// the case's, and silence closes it after a warning.
func TestRemindersByMail(t *testing.T) {
	t.Parallel()
	d := newVirtualDesk(t, "ejemplo.test", func(c *config) {
		c.SLA = slaConfig{RemindWaiting: []days{days(72 * time.Hour), days(168 * time.Hour)},
			CloseWaiting: days(240 * time.Hour)}
	})
	const carla, ana = "carla@cliente.test", "ana@ejemplo.test"
	last := func(to string) takenMail {
		list := d.to(to)
		return list[len(list)-1]
	}
	wait := func(long time.Duration) string {
		t.Helper()
		d.clock.Advance(long)
		result := must(d.tick(t.Context()))(t)
		d.settle()
		return result
	}
	d.write(carla, "soporte@ejemplo.test", "No imprime", "La caja no imprime.")
	d.settle()
	d.write(ana, last(ana).replyTo(), "Re: No imprime", "¿Qué dice la pantalla?")
	d.settle()
	if got := wait(71 * time.Hour); got != "" {
		t.Errorf("too early: %s", got)
	}
	if got := wait(time.Hour); got != "1 steps" ||
		!strings.Contains(string(last(carla).raw), "espera su respuesta") {
		t.Fatalf("%s\n%s", got, last(carla).raw)
	}
	if m := last(carla); m.header.Get("Auto-Submitted") != "auto-generated" ||
		!strings.Contains(m.header.Get("References"), "@") {
		t.Errorf("%s", m.raw)
	}
	d.write(carla, last(carla).replyTo(), "Re: No imprime", "Dice papel.")
	d.settle()
	k := must(d.store.Ticket(t.Context(), 1))(t)
	if k.Class != desk.Open {
		t.Errorf("her answer left it %s", k.Class)
	}
	d.write(ana, last(ana).replyTo(), "Re: No imprime", "¿Hay papel?")
	d.settle()
	wait(72 * time.Hour)
	wait(96 * time.Hour)
	if m := string(last(carla).raw); !strings.Contains(m, "se cierra el") {
		t.Errorf("no warning:\n%s", m)
	}
	wait(72 * time.Hour)
	k = must(d.store.Ticket(t.Context(), 1))(t)
	if m := string(last(carla).raw); k.Class != desk.Closed ||
		!strings.Contains(m, "No recibimos respuesta.") {
		t.Errorf("%s:\n%s", k.Class, m)
	}
	if items := must(d.store.Items(t.Context(), 1))(t); len(items) != 4 {
		t.Errorf("%d items", len(items))
	}
}

// TestWaitUntilADay: #espera with a day opens the case on it. Until then its customer, who could do
// nothing, isn't told that we wait for him; the card says the day to agents.
func TestWaitUntilADay(t *testing.T) {
	t.Parallel()
	d := newVirtualDesk(t, "ejemplo.test")
	const carla, ana = "carla@cliente.test", "ana@ejemplo.test"
	d.write(carla, "soporte@ejemplo.test", "Pedido", "¿Cuándo llega?")
	d.settle()
	list := d.to(ana)
	d.write(ana, list[len(list)-1].replyTo(), "Re: Pedido",
		"#tomar\r\n#espera 2026-03-10\r\n\r\nEl martes se lo digo.")
	d.settle()
	list = d.to(carla)
	if m := string(list[len(list)-1].raw); !strings.Contains(m, "En espera") ||
		strings.Contains(m, "Esperando su respuesta") {
		t.Errorf("Carla has:\n%s", m)
	}
	d.write(ana, "soporte@ejemplo.test", "caso 1", "")
	d.settle()
	list = d.to(ana)
	if m := string(list[len(list)-1].raw); !strings.Contains(m,
		"En espera hasta: martes 10 de marzo") {
		t.Errorf("the card:\n%s", m)
	}
	for _, c := range []struct {
		hours int
		want  desk.Class
	}{{24 * 6, desk.Waiting}, {24, desk.Open}} {
		d.clock.Advance(time.Duration(c.hours) * time.Hour)
		must(d.tick(t.Context()))(t)
		d.settle()
		if k := must(d.store.Ticket(t.Context(), 1))(t); k.Class != c.want {
			t.Errorf("after %d hours: %s, want %s", c.hours, k.Class, c.want)
		}
	}
	list = d.to(ana)
	if m := string(list[len(list)-1].raw); !strings.Contains(m, "abierto otra vez") {
		t.Errorf("Ana has:\n%s", m)
	}
}
