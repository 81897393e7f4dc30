package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
	xunicode "golang.org/x/text/encoding/unicode"
)

// csvWith writes a file, and returns its path.
func csvWith(t *testing.T, lines ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "datos.csv")
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// wants runs commands and looks for what they say.
func wants(t *testing.T, do func(string) string, list ...struct{ line, want string }) {
	t.Helper()
	for _, c := range list {
		if got := do(c.line); !strings.Contains(got, c.want) || c.want == "" && got != "" {
			t.Errorf("buzon %s:\n%s\nwant %s", c.line, got, c.want)
		}
	}
}

func TestImportPeopleOrgsAndProducts(t *testing.T) {
	t.Parallel()
	do := clerk(t)
	orgs := csvWith(t, "\ufeffEmpresa;Dominios;Idioma",
		`"Cliente SA";"cliente.test, cliente.example";es`,
		"Otra Ltda;otra.test;en")
	people := csvWith(t, "name,address,organisation,language,role",
		`"Ruiz, Carla","carla@cliente.test, carla@casa.test",Cliente SA,es,`,
		"Ana Gómez,ANA@ejemplo.test,,es,agente", "Bob,bob@otra.test,,en,customer")
	products := csvWith(t, "Producto\tMódulo\tAgente", "CRM\tVentas\tana@ejemplo.test",
		"CRM\tInformes\tana@ejemplo.test", "ERP\t\t")
	wants(t, do, []struct{ line, want string }{
		{"agent add jefa@ejemplo.test --admin", ""},
		{"import orgs " + orgs + " --dry-run", "would be 2 added, 0 changed, 0 unchanged"},
		{"org list --json", ""},
		{"import orgs " + orgs, "2 added, 0 changed, 0 unchanged"},
		{"import orgs " + orgs, "0 added, 0 changed, 2 unchanged"},
		{"org show 'cliente sa' --json", `"cliente.test","cliente.example"`},
		{"import people " + people, "3 added, 0 changed, 0 unchanged"},
		{"import people " + people, "0 added, 0 changed, 3 unchanged"},
		{"person show carla@casa.test --json",
			`"name":"Ruiz, Carla","addresses":["carla@cliente.test","carla@casa.test"]`},
		{"person show carla@casa.test --json", `"organisation":"Cliente SA"`},
		{"person show bob@otra.test --json", `"organisation":"Otra Ltda"`},
		{"agent list", "ana@ejemplo.test"},
		{"import people " + csvWith(t, "address,name", "bob@otra.test,Bob Dole"),
			"0 added, 1 changed, 0 unchanged"},
		{"import products " + products, "3 added, 0 changed, 0 unchanged"},
		{"import products " + products + " --json",
			`"added":0,"changed":0,"unchanged":3,"errors":[]`},
		{"module list", "Informes"},
		{"outbox list --json",
			`{"id":1,"kind":"agent_welcome","ticket":null,"item":null,"to":"jefa@ejemplo.test"`},
	}...)
	if out := do("outbox list --json"); strings.Contains(out, "\n") {
		t.Errorf("somebody is told:\n%s", out)
	}
}

func TestImportSaysAllThatIsWrong(t *testing.T) {
	t.Parallel()
	do := clerk(t)
	do("agent add ana@ejemplo.test")
	do("org add Cliente --domain cliente.test")
	people := csvWith(t, "address,name,organisation,role,language", "carla,Carla,,,",
		"ana@ejemplo.test,,,customer,",
		"a@x.test,A,Nadie SA,jefe,fr", "b@x.test", "a@x.test,A,,,", ",Zoe,,,")
	got := do("import people " + people)
	for _, want := range []string{
		`:2: address: "carla" is no mail address`, ":3: role: ana@ejemplo.test is agent already",
		`:4: organisation: there is no org "Nadie SA": there is Cliente; import orgs first`,
		`:4: role: "jefe": want customer, agent or admin`, `:4: language: "fr": want one of en, es`,
		":5: 1 cells, and the first line has 5", ":6: a@x.test stands on line 4 already",
		":7: address: it is missing", "8 wrong: nothing was imported",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
	wants(t, do, []struct{ line, want string }{
		{"person list", "ana@ejemplo.test"},
		{"import people " + csvWith(t, "address,color,ADDRESS", "a@x.test,rojo,b"),
			`unknown column "color": want some of address, name`},
		{"import people " + csvWith(t, "name", "Carla"), ":1: the column address is missing"},
		{"import people " + csvWith(t, ""), "the file is empty"},
		{"import people " + t.TempDir(), "is a directory"},
		{"import people nada.csv", "nada.csv"},
		{"import orgs " + csvWith(t, "name,domains,profile", "A,cliente.test,", "B,b.test,nadie"),
			"nothing was imported"},
		{"import products " + csvWith(t, "name,agent", "CRM,nadie@x.test"),
			":2: agent: nadie@x.test is no agent"},
	}...)
	if out := do("person list"); strings.Count(out, "\n") != 1 {
		t.Errorf("something was written:\n%s", out)
	}
}

// TestImportEncodings: what a spreadsheet writes is read, and Latin-1 is told of.
func TestImportEncodings(t *testing.T) {
	t.Parallel()
	do := clerk(t)
	do("agent add ana@ejemplo.test")
	text := "Correo;Nombre\nmunoz@cliente.test;María Muñoz\n"
	latin, _ := charmap.Windows1252.NewEncoder().String(text)
	wide, _ := xunicode.UTF16(xunicode.LittleEndian, xunicode.UseBOM).NewEncoder().String(text)
	wants(t, do, []struct{ line, want string }{
		{"import people " + csvWith(t, latin),
			"line 2: the file is not UTF-8: save it as UTF-8, or say --encoding latin1"},
		{"import people --encoding latin1 " + csvWith(t, latin), "1 added"},
		{"import people " + csvWith(t, wide), "1 unchanged"},
		{"import people " + csvWith(t, strings.ReplaceAll(text, "\n", "\r\n")), "1 unchanged"},
		{"person list", "María Muñoz"},
		{"import people " + csvWith(t, "\ufeffsep=;\r\n\"CORREO\";Nombre;;\r\n\r\n"+
			"munoz@cliente.test;\"María Muñoz\";;\r\n;;;\r\n;;\r\n"), "1 unchanged"},
		{"import people " + csvWith(t, "Correo;Nombre;\na@b.test;Ana;algo\n;;\nb@b.test\n"),
			":2: \"algo\" stands in a column without a name"},
		{"import people --encoding ebcdic x.csv", "want one of utf-8, latin1"},
	}...)
}

func TestImportTickets(t *testing.T) {
	t.Parallel()
	do := clerk(t)
	do("agent add ana@ejemplo.test --admin --name Ana")
	do("product add CRM")
	do("module add Ventas --product CRM")
	file := csvWith(
		t,
		"Número,Asunto,Solicitante,Estado,Fecha,Cerrado,Texto,Autor,Visibilidad,Producto,Módulo,Severidad",
		`500,No imprime,carla@cliente.test,Cerrado,2020-03-04 10:00,05/03/2020 09:30,"La impresora `+
			`ñandú`, `no imprime.",,,crm,ventas,1`,
		"500,No imprime,carla@cliente.test,,2020-03-04 11:00,,Reinicie.,ana@ejemplo.test,,,,",
		"500,,carla@cliente.test,,2020-03-04 12:00,,Es la de siempre.,ana@ejemplo.test,interna,,,",
		"500,,carla@cliente.test,,2020-03-05,,Gracias.,,,,,",
		"7,Sin tono,bob@otra.test,,2021-01-01T08:00:00Z,,,,,,,",
		",Sin número,bob@otra.test,En cola,1/2/2021,,Hola.,,,,,")
	wants(t, do, []struct{ line, want string }{
		{"import tickets " + file + " --dry-run", "would be 3 added"},
		{"ticket list --status all", ""},
		{"import tickets " + file, "3 added, 0 changed, 0 unchanged"},
		{"import tickets " + file, "0 added, 0 changed, 3 unchanged"},
		{"ticket show 500 --json", `"status":"Cerrado","status_class":"closed","severity":1`},
		{"ticket show 500 --json", `"product":"CRM","module":"Ventas"`},
		{"ticket show 500 --json",
			`"created_at":"2020-03-04T10:00:00Z","updated_at":"2020-03-05T09:30:00Z","closed_at":"2020-03-05T09:30:00Z"`},
		{"ticket show 500 --json",
			`{"number":2,"type":"Respuesta","author":"ana@ejemplo.test","visibility":"public","state":"filed","created_at":"2020-03-04T11:00:00Z"`},
		{"ticket show 500 --json",
			`{"number":3,"type":"Nota","author":"ana@ejemplo.test","visibility":"internal"`},
		{"ticket show 7 --json", `"status":"Abierto"`},
		{"ticket show 501 --json", `"subject":"Sin número","status":"En cola"`},
		{"ticket search nandu", "No imprime"},
		{"ticket search siempre --status closed", "500"},
		{"ticket history 500", "import"},
		{"view-as carla@cliente.test 500", "Reinicie."},
		{"ticket open --requester carla@cliente.test --subject Nuevo --text x --as ana@ejemplo.test",
			"ticket 502: item 1"},
		{"import tickets " + csvWith(t, "number,subject,requester,created_at",
			"502,Otro,carla@cliente.test,2020-01-01"),
			`:2: number: 502 is another ticket here: "Nuevo", of carla@cliente.test`},
	}...)
	if out := do("view-as carla@cliente.test 500"); strings.Contains(out, "siempre") {
		t.Errorf("a customer sees what is internal:\n%s", out)
	}
	// of the one that was opened just now
	if out := do("outbox list --json"); strings.Count(out, "\n") != 2 {
		t.Errorf("an old ticket is told of:\n%s", out)
	}
	wrong := csvWith(
		t,
		"number,subject,requester,status,created_at,closed_at,text,author,visibility,module,product",
		"0,x,carla@cliente.test,,2020-01-01,,,,,,", "9,,carla,Perdido,ayer,,,,,,",
		"10,x,c@x.test,,2020-02-30,,,,internal,,",
		"11,x,c@x.test,Abierto,2020-01-01,2020-01-02,,,,Compras,CRM",
		"12,x,c@x.test,,2020-01-02,2020-01-01,,,,,Nada",
		"12,,c@x.test,,2019-01-01,,Hola,,,,", "12,,c@x.test,,,,,,secreta,,",
		"9,x,c@x.test,,2999-01-01,,,,,,",
		"13,x,ana@ejemplo.test,,2020-01-01,,,,,,", "14,x,soporte@ejemplo.test,,,,,,,,")
	got := do("import tickets " + wrong)
	for _, want := range []string{`:2: number: "0": want one of 1`, ":3: subject: it is missing",
		`:3: requester: "carla" is no mail address`,
		`:3: status: there is no status "Perdido"`, `:3: created_at: "ayer": want a time`,
		":4: created_at", ":4: visibility: what opens",
		":5: closed_at: the ticket is Abierto and not closed",
		`:5: module: the product has no module "Compras"`,
		":6: closed_at: it lies before created_at", `:6: product: there is no product "Nada"`,
		":7: created_at: it lies before the ticket's",
		":8: text: it is missing", `:8: visibility: "secreta"`,
		":9: created_at: 2999-01-01 is out of this world",
		":9: number: the rows of 9 begin on line 3", ":10: requester: ana@ejemplo.test is an agent",
		":11: created_at: it is missing", "nothing was imported"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
}

// TestImportProgress: a bar is drawn, in place, and ends whole.
func TestImportProgress(t *testing.T) {
	var b bytes.Buffer
	p := progress{to: &b, unit: "bytes read"}
	for i := range int64(5) {
		p.show(i*25, 100)
	}
	p.end()
	want := fmt.Sprintf("\r[%s] 100 %%, 100 of 100 bytes read\n", strings.Repeat("#", 40))
	if got := b.String(); strings.Count(got, "\r") != 5 || !strings.HasSuffix(got, want) {
		t.Errorf("%q", got)
	}
}
