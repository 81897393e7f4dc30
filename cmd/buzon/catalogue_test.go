package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"buzon/store/desk"
)

// clerk runs commands on a desk without a daemon: what a command prints, or why it was refused.
func clerk(t *testing.T) func(args string) string {
	data := t.TempDir()
	return func(line string) string {
		var args []string
		for i, part := range strings.Split(line, "'") { // a quoted part is one argument
			if i%2 == 1 {
				args = append(args, part)
			} else {
				args = append(args, strings.Fields(part)...)
			}
		}
		var out, errs bytes.Buffer
		run(context.Background(), append([]string{"--data", data}, args...), strings.NewReader(""),
			&out, &errs)
		return strings.TrimSpace(out.String() + errs.String())
	}
}

// Every line is a command, and what it says or the words that must be in it.
func TestCatalogues(t *testing.T) {
	do := clerk(t)
	for _, c := range []struct{ line, want string }{
		{"agent add ana@ejemplo.test", ""},
		{"person add carla@cliente.test", ""},

		{"status add 'En pruebas' --class in_progress --name-en 'In test'", ""},
		{"status add x --class foo", `the class "foo": want one of open, queued`},
		{"status add 'en PRUEBAS' --class open", "there is a status \"en PRUEBAS\" already"},
		{"status add '' --class open", "the status has no name"},
		{"status show 'in test' --json", `"class":"in_progress"`},
		{"status remove Abierto", "the only status of the class open"},
		{"status set Abierto --class closed", "the only status of the class open"},
		{"status set Abierto --name Nuevo", ""},
		{"status show Open --json", `"name":"Nuevo","names":{"en":"Open","es":"Nuevo"}`},
		{"status remove 'En pruebas'", ""},
		{"status remove 'En pruebas'",
			"there is no status \"En pruebas\": there is Nuevo, En cola"},

		{"severity add mínima", ""},
		{"severity list", "4 mínima"},
		{"severity set crítica --position 5", "the number of a severity stays"},
		{"severity add peor --position 1", "there is a severity 1 already"},

		{"type add Reclamo --name-en Complaint --position 1", ""},
		{"type list --json", `"key":"reclamo","name":"Reclamo"`},

		{"product add CRM --agent ana@ejemplo.test", ""},
		{"product add ERP --agent carla@cliente.test", "carla@cliente.test is no agent"},
		{"product add ERP --agent nadie@x.test", "nobody has the address nadie@x.test"},
		{"module add Ventas --product crm", ""},
		{"module add Caja", "say --product NAME"},
		{"module add Caja --product ERP", "there is no product \"ERP\": there is CRM"},
		{"module list", "Ventas  CRM"},
		{"product show crm --json", `"agent":"ana@ejemplo.test"`},
		{"product show crm --json", `"modules":["Ventas"]`},
		{"product remove CRM", "CRM is in use once: say with --replace-by NAME"},
		{"product add 'CRM 2'", ""},
		{"product remove CRM --replace-by crm", "can't replace itself"},
		{"module add Ventas --product 'CRM 2'", ""},
		{"module set VENTAS --name Caja",
			`several called "VENTAS": say by its key which is meant: ventas (CRM), ventas_2 (CRM 2)`},
		{"product remove CRM --replace-by 'CRM 2'", `have a module "Ventas" each`},
		{"module set ventas_2 --name Caja", ""},
		{"module add ventas --product 'CRM 2'", ""}, // as the other was called, and is no more
		{"module show VENTAS", "ventas (CRM), ventas_3 (CRM 2)"},
		{"module remove ventas_3", ""},
		{"product set CRM", "nothing is to change"},
		{"product set CRM --name ''", "a name is missing"},
		{"field add Serie --type text --for CRM", ""},
		{"product remove CRM --replace-by 'CRM 2'", ""},
		{"field show Serie --json", `"for":["CRM 2"]`},
		{"product remove 'CRM 2'", "in use 3 times"},
		{"field remove Serie", ""},
		{"module list", "Ventas  CRM 2"},

		{"org add 'Cliente SA' --domain cliente.test,Www.Cliente.test --language en --csm " +
			"ana@ejemplo.test", ""},
		{"org show 'cliente sa' --json", `"members":["carla@cliente.test"]`},
		{"org show 'cliente sa' --json",
			`"csm":"ana@ejemplo.test","domains":["cliente.test","www.cliente.test"]`},
		{"person show carla@cliente.test --json", `"organisation":"Cliente SA"`},
		{"org add Otra --domain cliente.test", "the domain cliente.test is that of Cliente SA"},
		{"org add Otra --domain 'no domain'", "is no domain"},
		{"org add Otra --profile x", "there is no [[profile]]"},
		{"org add Otra --language xx", "want one of en, es"},
		{"org add Otra --member carla@cliente.test", ""},
		{"person show carla@cliente.test --json", `"organisation":"Otra"`},
		{"org set Otra --drop-member carla@cliente.test", ""},
		{"person show carla@cliente.test --json", `"organisation":null`},
		{"person set carla@cliente.test --organisation 'Cliente SA'", ""},
		{"person set carla@cliente.test --organisation Nadie", "there is no org \"Nadie\""},
		{"org remove 'Cliente SA' --replace-by Otra", ""},
		{"person show carla@cliente.test --json", `"organisation":"Otra"`},
		{"org show Otra --json", `"domains":["cliente.test","www.cliente.test"]`},
		{"org add otra", `there is an org "otra" already`},

		{"project add Obra --organisation Otra --follower carla@cliente.test", ""},
		{"project show Obra --json", `"followers":["carla@cliente.test"]`},
		{"project add Puente", ""},
		{"project remove Obra --replace-by Puente", ""},
		{"project show Puente --json", `"followers":["carla@cliente.test"]`},
		{"project set Puente --drop-follower carla@cliente.test", ""},
		{"project remove Puente", ""},

		{"service add Soporte --organisation Otra --since 2026-02-01 --until 2026-01-31",
			"it would end on 2026-01-31"},
		{"service add Soporte --since ayer", "want a day like 2026-01-31"},
		{"service add Soporte --organisation Otra --until 2020-01-31", ""},
		{"org show Otra --json", `"services":[]`},
		{"service set Soporte --until '' --rate 'USD 60'", ""},
		{"org show Otra --json", `"services":["Soporte"]`},

		{"itemtype add 'Visita técnica' --agent-class queued --assignee nobody --takes yes " +
			"--customer-from waiting", ""},
		{"itemtype show 'visita tecnica' --json",
			`"agent_class":"queued","assignee":"nobody","customer_class":"","customer_from":["waiting"]`},
		{"itemtype set 'visita tecnica' --takes perhaps", "want one of yes, no"},
		{"itemtype set 'visita tecnica' --assignee boss",
			`the assignee "boss": want one of nobody, author`},
		{"itemtype set 'visita tecnica' --agent-class foo", `the class "foo"`},
		{"itemtype remove Respuesta", "rules speak of the item type Respuesta"},
		{"itemtype remove 'visita tecnica'", ""},

		{"canned add Saludo", "say them with --text"},
		{"canned add Saludo --text Hola --lang xx", "want one of en, es"},
		{"canned add Saludo --text Hola", ""},
		{"canned set Saludo --text Hello --lang en", ""},
		{"canned show Saludo --json", `"texts":{"en":"Hello","es":"Hola"}`},
		{"canned show Saludo", "en: Hello; es: Hola"},
		{"canned set Saludo --text ''", ""},
		{"canned set Saludo --text '' --lang en", "a canned reply needs words"},

		{"field add Piso --type choice", "a field that is chosen needs choices"},
		{"field add Piso --type colour",
			`the type "colour": want one of text, choice, date, number`},
		{"field add Estado --type text", `every ticket has a field "Estado"`},
		{"field add 'Asignado a' --type text", `every ticket has a field "Asignado a"`},
		{"field add Piso: --type text", "want one without : = and #"},
		{"field add Desde --type date", "means something else in mails"},
		{"field add Producción-Caída --type text", "means something else in mails"},
		{"field add 'Tipo de ítem' --type text", "means something else in mails"},
		{"field add Piso --type choice --choice Uno --choice uno", `"uno" is there already`},
		{"field add Piso --type choice --choice 1 --choice 2 --for Problema --for 'CRM 2'", ""},
		{"field list", "Piso  choice  1, 2    Problema, CRM 2"},
		{"field set Piso --for Nada", `there is no type and no product "Nada"`},
		{"field remove Piso", ""},
	} {
		got := do(c.line)
		if c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("buzon %s\nsays %s\nwant %s", c.line, got, c.want)
		}
	}
}

// TestEveryCatalogueHasItsCommand: add, list, show, set and remove, and a sentence about it.
func TestEveryCatalogueHasItsCommand(t *testing.T) {
	do := clerk(t)
	for _, k := range desk.Kinds {
		help := do(fmt.Sprintf("%s --help", k))
		for _, want := range []string{"add", "list", "show", "set", "remove", catalogueAbout[k]} {
			if want == "" || !strings.Contains(help, want) {
				t.Errorf("buzon %s --help lacks %q:\n%s", k, want, help)
			}
		}
	}
}

// TestReplacedRowsLeaveHistory: what a case gets when a row of a catalogue goes stands in its
// history, of each case that had it and of no other; a field of one's own keeps its values.
func TestReplacedRowsLeaveHistory(t *testing.T) {
	t.Parallel()
	do := clerk(t)
	for _, line := range []string{"agent add ana@ejemplo.test --admin", "product add CRM",
		"product add ERP", "module add Ventas --product CRM", "module add Compras --product CRM",
		"type add Reclamo", "status add 'En pruebas' --class open", "severity add mínima",
		"severity add nula", "field add Sucursal --type text", "field add Sede --type text",
		"field add Puestos --type number",
		"ticket open --requester c@cliente.test --subject Uno --text x --product CRM --type Reclamo",
		"ticket open --requester c@cliente.test --subject Dos --text x --product CRM",
		"ticket open --requester c@cliente.test --subject Tres --text x --product ERP",
		"ticket set 1 module=Ventas 'status=En pruebas' severity=5 Sucursal=Norte",
		"ticket close 2"} {
		if got := do(line); strings.Contains(got, "want one of") ||
			strings.Contains(got, "there is no") || strings.Contains(got, "unknown") {
			t.Errorf("%s: %s", line, got)
		}
	}
	for _, c := range []struct{ line, want string }{
		{"product remove CRM", "CRM is in use 4 times"},
		{"product remove CRM --replace-by ERP", ""},
		{"module remove Ventas --replace-by Compras", ""},
		{"type remove Reclamo --replace-by Consulta", ""},
		{"status remove 'En pruebas' --replace-by Abierto", ""},
		{"severity remove nula --replace-by mínima", ""},
		{"field remove Sucursal", "in use once"},
		{"field remove Sucursal --replace-by Puestos", "want one of the same"},
		{"field remove Sucursal --replace-by Sede", ""},
		{"ticket show 1 --json", `"Sede":"Norte"`},
	} {
		if got := do(c.line); !strings.Contains(got, c.want) || c.want == "" && got != "" {
			t.Errorf("%s: %s, want %s", c.line, got, c.want)
		}
	}
	for n, want := range map[int][]string{1: {"product CRM ERP", "module Ventas Compras",
		"type Reclamo Consulta", "status En pruebas Abierto", "severity 5 4",
		"field Sucursal Sede"},
		2: {"product CRM ERP"}, 3: {}} {
		history := strings.Join(strings.Fields(do(fmt.Sprintf("ticket history %d", n))), " ")
		for _, w := range want {
			if !strings.Contains(history, w) {
				t.Errorf("case %d: no %q in %s", n, w, history)
			}
		}
		if len(want) == 0 && strings.Contains(history, "CRM") {
			t.Errorf("case %d: %s", n, history)
		}
	}
}
