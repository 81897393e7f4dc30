package main

import (
	"strings"
	"testing"

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
	for _, c := range []struct{ language, line, refused, wrong string }{
		{"es", "#tiempo 45m pruebas", "En este caso no puede anotar tiempo, así que no se anotó: " +
			"«45m pruebas».", "No entendimos el tiempo «mucho»."},
		{"en", "#time 45m testing", "You cannot log time on this case, so nothing was logged: " +
			"“45m testing”.", "We did not understand the time “mucho”."},
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
				mails := len(d.to(vCarla))
				d.replies(vCarla, n, c.line)
				k := d.caseOf(n)
				if may {
					if k.Minutes != 45 || len(d.to(vCarla)) != mails || k.Class != desk.Waiting {
						t.Errorf("%d minutes, %s", k.Minutes, k.Class)
					}
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
