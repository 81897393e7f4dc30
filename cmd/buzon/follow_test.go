package main

import (
	"strings"
	"testing"
	"time"

	"buzon/store"
	"buzon/store/desk"
)

// TestProjectFollowers: whoever may see a project follows it by mail, and hears of its new cases
// until he says otherwise; nobody learns of others' projects.
func TestProjectFollowers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		language, follow, stop, followed, stopped, unknown, add, added,
		why string
	}{
		{"es", "seguir proyecto Migración", "dejar de seguir proyecto migracion",
			"desde ahora recibe los casos nuevos del proyecto",
			"ya no recibe los casos nuevos del proyecto",
			"No conocemos el proyecto «Ajeno». Puede ser: Migración.",
			"#seguidor zoe@nueva.test proyecto Migración",
			"ahora sigue el proyecto Migración · zoe@nueva.test",
			"Recibe este aviso porque sigue el proyecto Migración."},
		{"en", "follow project Migración", "stop following project migracion",
			"from now on you get the new cases of the project",
			"you no longer get the new cases of the project",
			"We don't know the project “Ajeno”. It could be: Migración.",
			"#follower zoe@nueva.test project Migración",
			"now follows the project Migración · zoe@nueva.test",
			"You get this because you follow the project Migración."},
	} {
		t.Run(c.language, func(t *testing.T) {
			t.Parallel()
			const beto, eva = "beto@cliente.test", "eva@cliente.test"
			d := newVirtualDesk(t, "ejemplo.test", func(k *config) { k.Language = c.language })
			orgs := d.put(entry(desk.Organisations, "Cliente SA",
				func(e *desk.Entry) { e.Domains = []string{"cliente.test"} }),
				entry(desk.Organisations, "Otra",
					func(e *desk.Entry) { e.Domains = []string{"otra.test"} }))
			of :=
				func(org string) func(*desk.Entry) {
					return func(e *desk.Entry) {
						e.Parent =
							orgs[org]
					}
				}
			d.put(entry(desk.Projects, "Migración", of("Cliente SA")),
				entry(desk.Projects, "Ajeno", of("Otra")))
			d.speaks(c.language, vCarla, beto, eva, vPedro, vAna)
			d.proven(beto, "soporte@ejemplo.test", c.follow, "Gracias")
			d.last(beto).says(t, c.followed)
			d.write(eva, "soporte@ejemplo.test", "Hola", "#"+c.follow)
			d.settle()
			// nothing proved that it was she
			d.answer(d.last(eva), map[string]string{"es": "sí", "en": "yes"}[c.language])
			d.last(eva).says(t, c.followed)
			d.proven(beto, "soporte@ejemplo.test", strings.Replace(c.follow, "Migración", "Ajeno",
				1), "")
			d.last(beto).says(t, c.unknown)
			d.proven(vPedro, "soporte@ejemplo.test", c.follow, "")
			d.last(vPedro).silent(t, "Puede ser: Migr", "could be: Migr", c.followed)
			if page, _, _ := d.store.Find(t.Context(), everything,
				store.Query{Status: "all"}); len(page) != 0 {
				t.Errorf("%d cases were opened", len(page))
			}
			n := d.opened(vCarla, "No migra", "Proyecto: Migración\r\n\r\nSe detiene.")
			for _, who := range []string{beto, eva} {
				d.about(who, n).says(t, "Se detiene.", c.why)
			}
			d.proven(beto, "soporte@ejemplo.test", "Hola", c.stop)
			d.last(beto).says(t, c.stopped)
			d.replies(vAna, n, c.add+"\r\n"+
				strings.Replace(strings.Replace(c.add, "zoe@nueva.test", eva, 1),
					strings.Fields(c.add)[0],
					map[string]string{"es": "#quitar", "en": "#remove"}[c.language], 1))
			d.about(vAna, n).says(t, c.added, eva)
			sent := len(d.to(beto)) + len(d.to(eva))
			d.opened(vCarla, "Tampoco", "Proyecto: Migración\r\n\r\nOtra vez.")
			if d.last("zoe@nueva.test").says(t, "Otra vez.", "Migración"); len(d.to(beto))+
				len(d.to(eva)) != sent {
				t.Error("who follows no more was told")
			}
			// a sentence with those words is no order
			if k := d.opened(vCarla, c.follow,
				"¿Cómo hago para verlo? Sigue sin andar."); d.caseOf(k).Subject != c.follow {
				t.Errorf("%+v", d.caseOf(k))
			}
		})
	}
}

// TestCustomersTime: a customer writes the time sheet of his own case where his profile says so,
// and is told elsewhere that he can't.
func TestCustomersTime(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ language, line, refused, wrong, noted string }{
		{"es", "#tiempo 45m pruebas", "En este caso no puede anotar tiempo, así que no se anotó: " +
			"«45m pruebas».", "No entendimos el tiempo «mucho».",
			"En la hoja de tiempo se anotaron 45 min (total 45 min)."},
		{"en", "#time 45m testing", "You cannot log time on this case, so nothing was logged: " +
			"“45m testing”.", "We did not understand the time “mucho”.",
			"Added to the time sheet: 45 min (total 45 min)."},
	} {
		for _, may := range []bool{true, false} {
			t.Run(c.language, func(t *testing.T) {
				t.Parallel()
				d := newVirtualDesk(t, "ejemplo.test", func(k *config) {
					k.Language = c.language
					k.Profile = []profileConfig{{Name: "tareas",
						Sees: []string{"own", "organisation"}, Editable: []string{"severity"}}}
					if may {
						k.Profile[0].Editable = append(k.Profile[0].Editable, "time")
					}
				})
				d.put(entry(desk.Organisations, "Cliente SA",
					func(e *desk.Entry) {
						e.Domains, e.Profile = []string{"cliente.test"},
							"tareas"
					}))
				d.speaks(c.language, vCarla, vAna)
				n := d.opened(vCarla, "Pruebas", "Hay que probar.")
				d.replies(vAna, n, "Pruebe, por favor.")
				d.pass(2*time.Minute, 2*time.Minute)
				agents := len(d.to(vAna))
				d.replies(vCarla, n, c.line)
				k := d.caseOf(n)
				if may {
					if k.Minutes != 45 || len(d.to(vAna)) != agents || k.Class != desk.Waiting {
						t.Errorf("%d minutes, %s", k.Minutes, k.Class)
					}
					d.last(vCarla).says(t, c.noted)
					d.pass(2*time.Minute, 2*time.Minute)
					d.replies(vCarla, n, "Probado.\r\n\r\n"+strings.Fields(c.line)[0]+" mucho")
					d.last(vCarla).says(t, c.wrong)
					return
				}
				if k.Minutes != 0 {
					t.Errorf("%d minutes", k.Minutes)
				}
				d.last(vCarla).says(t, c.refused)
			})
		}
	}
}

// TestOrdersAreConfirmed: who follows, leaves or reopens a case by mail hears that it is done, once
// for each order; nobody else hears of who follows.
func TestOrdersAreConfirmed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ language, follow, followed, unfollow, left, reopen, open string }{
		{"es", "seguir", "Desde ahora recibe lo que se escriba en el caso #1", "dejar de seguir",
			"Ya no recibe lo que se escriba en el caso #1", "reabrir", "El caso #1 está abierto"},
		{"en", "Follow", "From now on you get what is written in case #1", "#unfollow",
			"You no longer get what is written in case #1", "Reopen the case, please",
			"Case #1 is open"},
	} {
		t.Run(c.language, func(t *testing.T) {
			t.Parallel()
			const eva = "eva@cliente.test"
			d := newVirtualDesk(t, "ejemplo.test", func(k *config) { k.Language = c.language })
			d.put(entry(desk.Organisations, "Cliente SA",
				func(e *desk.Entry) { e.Domains = []string{"cliente.test"} }))
			d.speaks(c.language, vCarla, eva, vAna)
			d.opened(vCarla, "No imprime", "No imprime.")
			orders := func(who, order, told string) {
				t.Helper()
				d.pass(2*time.Minute, 2*time.Minute)
				d.next()
				d.proven(who, d.box(), "Re: [Caso #1] No imprime", order)
				list := d.next()
				if len(list) != 1 || list[0].to != who {
					t.Fatalf("%q: %d mails", order, len(list))
				}
				list[0].says(t, told)
			}
			orders(eva, c.follow, c.followed)
			orders(eva, c.unfollow, c.left)
			d.replies(vAna, 1, map[string]string{"es": "#cerrar", "en": "#close"}[c.language])
			d.pass(2*time.Minute, 2*time.Minute)
			d.answer(d.about(vCarla, 1), c.reopen)
			d.last(vCarla).says(t, c.open)
			if k := d.caseOf(1); k.Class != desk.Open {
				t.Errorf("it is %s", k.Class)
			}
		})
	}
}
