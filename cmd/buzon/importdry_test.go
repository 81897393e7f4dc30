package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// imports are columns of each kind of file, and what may stand in them: right, wrong, the same in
// other letters, and what is another row's.
var imports = map[string][][]string{
	"orgs": {{"name", "Cliente", "CLIENTE", "Clíente", "Otra", "Otra ", "Uno", "Dos", ""},
		{"domains", "cliente.test", "Cliente.Test", "otra.test, uno.test", "uno.test", "x", "", ""},
		{"language", "es", "en", "EN", "", "", "klingon"}},
	"people": {{"address", "a@x.test", "A@X.test", "b@x.test, c@x.test", "c@x.test", "d@x.test",
		"e@x.test", "ana@ejemplo.test", "no", ""},
		{"name", "Ana", "Bob", "Bob", "", "Ñandú"},
		{"organisation", "Cliente", "CLIENTE", "", "", "", "Nadie"},
		{"language", "es", "", "", "en"}, {"role", "", "", "", "cliente", "agente", "jefe"}},
	"products": {{"name", "CRM", "crm", "ERP", "Érp", "Caja", "Web", ""},
		{"module", "", "Ventas", "VENTAS", "Stock", "Informes"},
		{"agent", "", "", "ana@ejemplo.test", "nadie@x.test"}},
	"tickets": {{"number", "", "5", "5", "7", "9", "11", "cinco", "-1"},
		{"subject", "No imprime", "Sin tono", "Sin red", ""},
		{"requester", "a@x.test", "b@x.test", "nuevo@y.test", "no"},
		{"status", "", "", "Cerrado", "closed", "Abierto", "raro"},
		{"date", "2020-03-04", "2020-03-04 10:00", "5/3/2020", "2999-01-01", "31/2/2020"},
		{"text", "", "Hola", "Otro texto"}, {"author", "", "", "ana@ejemplo.test", "x"},
		{"product", "", "", "CRM", "Nada"}},
}

// fileOf is a file of some rows, mostly of the first values that its columns may have.
func fileOf(r *rand.Rand, columns [][]string) []string {
	parts := []string{",", ";", "\t"}
	part := parts[r.IntN(len(parts))]
	var names []string
	for _, c := range columns {
		names = append(names, c[0])
	}
	lines := []string{strings.Join(names, part)}
	good := r.IntN(3) > 0 // of rows without what is surely wrong
	for range 1 + r.IntN(5) {
		var cells []string
		for _, c := range columns {
			n := len(c) - 1
			if good {
				n = max(n-2, 1)
			}
			cells = append(cells, `"`+c[1+r.IntN(n)]+`"`)
		}
		lines = append(lines, strings.Join(cells, part))
	}
	return lines
}

// TestDryRunSaysWhatComes: what an import says that it would do is what it does; where a line is
// wrong nothing is written; and the same file again changes nothing.
func TestDryRunSaysWhatComes(t *testing.T) {
	t.Parallel()
	for kind, columns := range imports {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(7, 7))
			do := clerk(t)
			do("agent add ana@ejemplo.test")
			do("product add CRM")
			do("org add Cliente --domain cliente.test")
			all := func() string {
				return do("person list --all") + do("org list --json") + do("product list --json") +
					do("module list --json") + do("ticket list --status all --json")
			}
			came := map[bool]int{}
			for range 7 {
				lines := fileOf(r, columns)
				file, before := csvWith(t, lines...), all()
				would := do(fmt.Sprintf("import %s %s --dry-run", kind, file))
				if all() != before {
					t.Fatalf("a dry run wrote:\n%s", strings.Join(lines, "\n"))
				}
				did := do(fmt.Sprintf("import %s %s", kind, file))
				if did != strings.TrimPrefix(would, "would be ") {
					t.Fatalf("it would: %s\nit did: %s\n%s", would, did, strings.Join(lines, "\n"))
				}
				wrong := strings.Contains(did, "nothing was imported")
				if came[wrong]++; wrong && all() != before {
					t.Fatalf("%s\nand yet something was:\n%s", did, strings.Join(lines, "\n"))
				}
				again := do(fmt.Sprintf("import %s %s", kind, file))
				if !wrong && !strings.HasPrefix(again, "0 added, 0 changed") {
					t.Fatalf("%s\nand again: %s\n%s", did, again, strings.Join(lines, "\n"))
				}
			}
			if came[true] == 0 || came[false] == 0 {
				t.Errorf("right and wrong files: %v", came)
			}
		})
	}
}
