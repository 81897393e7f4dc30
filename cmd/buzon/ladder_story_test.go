package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"buzon/store"
	"buzon/store/desk"
)

// TestLadderMeanwhile: what happens to the case between two rungs: who is called by the end, how
// often the customer is told that nobody has answered, and whether the case has its timeline.
func TestLadderMeanwhile(t *testing.T) {
	t.Parallel()
	const boss, manager, guard = "jefe@ejemplo.test", "gerente@ejemplo.test", "guardia@ejemplo.test"
	order := func(who, text string) func(*virtualDesk) {
		return func(d *virtualDesk) {
			m := d.about(who, 1)
			d.answer(m, text)
		}
	}
	for name, c := range map[string]struct {
		at            int // minutes after the alarm
		do            func(*virtualDesk)
		boss, manager int    // how often each is called in an hour
		told          int    // how often Carla hears that nobody has answered
		lines         string // of the timeline; "": there is none
	}{
		"nothing":             {0, func(*virtualDesk) {}, 1, 1, 2, ""},
		"a note is no answer": {3, order(guard, "#nota\r\nLo miro."), 1, 1, 2, ""},
		"he asks for information": {3, order(guard, "#pedir-info\r\n¿Desde cuándo?"), 0, 0, 0,
			"guardia@ejemplo.test respondió"},
		"lowered": {7, order(guard, "#severidad 2"), 1, 0, 1, ""},
		"raised again": {7, func(d *virtualDesk) {
			order(guard, "#severidad 2")(d)
			order(guard, "#severidad 1")(d)
		}, 1, 0, 1, ""},
		"resolved without words": {7, order(guard, "#resuelto"), 1, 0, 1,
			"guardia@ejemplo.test lo resolvió"},
		"closed": {7, order(guard, "#cerrar"), 1, 0, 1, "guardia@ejemplo.test lo cerró"},
		"the customer closes it": {7, order("carla@cliente.test", "cerrar"), 1, 0, 1,
			"carla@cliente.test lo cerró"},
		"the customer writes on": {7, order("carla@cliente.test", "Sigue caído."), 1, 1, 2, ""},
		"assigned":               {3, order(guard, "#asignar Luis Pérez"), 1, 1, 2, ""},
		"taken, and answered": {3, func(d *virtualDesk) {
			order(guard, "#tomar")(d)
			d.minutes(5)
			order(guard, "Reinicie.")(d)
		}, 0, 0, 0, "guardia@ejemplo.test lo tomó"},
		"taken, and left": {3, order(guard, "#tomar"), 1, 1, 2, ""},
		"taken twice": {3, func(d *virtualDesk) {
			order(guard, "#tomar")(d)
			d.minutes(5)
			order("luis@ejemplo.test", "#tomar")(d)
		}, 1, 1, 2, ""},
		"taken, and released": {3, func(d *virtualDesk) {
			order(guard, "#tomar")(d)
			order(guard, "#soltar")(d)
		},
			1, 1, 2, ""},
		"answered from his own mail": {7, func(d *virtualDesk) {
			d.write(guard, "carla@cliente.test", "Re: [Caso #1] Producción caída",
				"Reinicie el servidor.", "Cc: "+d.about(guard, 1).replyTo())
			d.settle()
		}, 1, 0, 1, "guardia@ejemplo.test respondió"},
		"the clock is set back": {7, func(d *virtualDesk) {
			d.clock.Advance(-time.Hour)
			if err := d.store.SetBack(d.t.Context()); err != nil { // as who sends does when it looks
				d.t.Error(err)
			}
		}, 1, 1, 2, ""},
		"answered by command": {3, func(d *virtualDesk) {
			by := d.person(guard)
			d.change(func(ctx context.Context, tx *store.Tx) error {
				d := desk.Deed{By: by, Item: desk.Item{Text: "Reinicie."}}
				_, err := tx.Do(ctx, 1, d, store.Origin{})
				return err
			})
		}, 0, 0, 0, "guardia@ejemplo.test respondió"},
		"nobody is there for an hour": {3, func(d *virtualDesk) { d.clock.Advance(time.Hour) },
			1, 1, 2, ""},
		"split": {3, func(d *virtualDesk) {
			order("carla@cliente.test", "Tampoco imprime.")(d)
			order(guard, "#separar 2")(d)
		}, 1, 1, 2, ""},
		"a second alarm": {3, func(d *virtualDesk) {
			d.opened("eva@cliente.test", "Producción caída: no imprime", "Nada imprime.")
			d.answer(d.about(guard, 2), "Reinicie.")
		}, 1, 1, 2, "guardia@ejemplo.test respondió"},
		"closed, and open again": {3, func(d *virtualDesk) {
			order(guard, "#cerrar")(d)
			order(guard, "#reabrir")(d)
		}, 0, 0, 0, "guardia@ejemplo.test respondió"},
		"merged, and two again": {3, func(d *virtualDesk) {
			d.opened("carla@cliente.test", "No imprime", "La caja no imprime.")
			order(guard, "#unir 2")(d)
			d.minutes(1)
			d.answer(d.about("ana@ejemplo.test", 2), "#separar")
		}, 1, 1, 2, ""},
		"merged into another": {7, func(d *virtualDesk) {
			d.opened("carla@cliente.test", "No imprime", "La caja no imprime.")
			order(guard, "#unir 2")(d)
		}, 1, 1, 2, ""},
		"another merged into it": {7, func(d *virtualDesk) {
			d.opened("carla@cliente.test", "No imprime", "La caja no imprime.")
			d.answer(d.about("ana@ejemplo.test", 2), "#unir 1")
		}, 1, 1, 2, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := ladderDesk(t)
			d.opened("carla@cliente.test", "Producción caída: no factura", "No podemos facturar.")
			d.minutes(c.at)
			c.do(d)
			for range 65 {
				d.minutes(1)
			}
			calls := func(who, words string) (n int) {
				for _, m := range d.to(who) {
					if strings.Contains(decoded(m), words) {
						n++
					}
				}
				return n
			}
			const nobody = "Nadie lo ha respondido todavía."
			if a, b, told := calls(boss, nobody), calls(manager, nobody),
				calls("carla@cliente.test", "todavía no tiene respuesta"); a != c.boss || b != c.manager ||
				told != c.told {
				t.Errorf("the boss is called %d times, the manager %d, Carla told %d; want %d, %d, %d",
					a, b, told, c.boss, c.manager, c.told)
			}
			timelines := ""
			for _, k := range d.numbers() {
				for _, it := range must(d.store.Items(t.Context(), k))(t) {
					if strings.Contains(it.Text, "avisó que producción está caída") {
						timelines += it.Text + "\n"
						if it.Visibility != desk.Internal {
							t.Error("the timeline is public")
						}
					}
				}
			}
			if strings.Count(timelines, "avisó que producción está caída") != min(1, len(c.lines)) ||
				!strings.Contains(timelines, c.lines) {
				t.Errorf("the timeline, want %q:\n%s", c.lines, timelines)
			}
			list := must(d.store.Outbox(t.Context(), store.OutboxFilter{State: store.Failed}))(t)
			if len(list) > 0 {
				t.Errorf("%d failed", len(list))
			}
		})
	}
}

// TestAlarmOfAnAnsweredCase: what was said before an alarm is no answer to it, nor is what opens it.
func TestAlarmOfAnAnsweredCase(t *testing.T) {
	t.Parallel()
	const carla, ana, boss = "carla@cliente.test", "ana@ejemplo.test", "jefe@ejemplo.test"
	for name, alarm := range map[string]func(*virtualDesk){
		"raised by a reply": func(d *virtualDesk) {
			d.opened(carla, "No factura", "No podemos facturar.")
			d.answer(d.about(ana, 1), "Reinicie el equipo.")
			d.clock.Advance(time.Hour)
			d.write(carla, d.about(carla, 1).replyTo(), "Producción caída [Caso #1]",
				"Ya nada anda.")
			d.settle()
		},
		"opened by an agent": func(d *virtualDesk) {
			d.proven(ana, "soporte@ejemplo.test", "Producción caída: no factura",
				"#nuevo carla@cliente.test\r\nCarla llamó: nada anda.")
			d.settle()
		},
		"merged into an answered one": func(d *virtualDesk) {
			d.opened(carla, "No factura", "No podemos facturar.")
			d.answer(d.about(ana, 1), "Reinicie el equipo.")
			d.clock.Advance(time.Hour)
			d.opened(carla, "Producción caída", "Ya nada anda.")
			d.answer(d.about(ana, 2), "#unir 1")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := ladderDesk(t)
			alarm(d)
			raised := "producción caída a las " + strings.TrimPrefix(d.clock.Now().Format("15:04"), "0")
			d.minutes(6)
			m := decoded(d.lastTo(boss))
			if !strings.Contains(m, "Nadie lo ha respondido todavía.") ||
				!strings.Contains(m, "nada anda.") || !strings.Contains(m, raised) {
				t.Errorf("the boss reads\n%s", m)
			}
			d.answer(d.about(ana, 1), "Ya lo estamos reiniciando.")
			n := len(d.to(boss))
			d.minutes(20)
			if m := len(d.to("gerente@ejemplo.test")); m != 0 || len(d.to(boss)) != n {
				t.Errorf("answered, and the manager is called %d times", m)
			}
			items := must(d.store.Items(t.Context(), d.numbers()[0]))(t)
			if it := items[len(items)-1]; strings.Count(it.Text, "respondió") != 1 ||
				!strings.HasSuffix(it.Text, "Ana Gómez respondió al cliente") {
				t.Errorf("the timeline:\n%s", it.Text)
			}
		})
	}
}
