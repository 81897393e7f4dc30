package main

import (
	"fmt"
	"mime"
	"strings"
	"testing"
	"time"

	"buzon/store"
	"buzon/store/desk"
)

// put adds rows to the catalogues, with their names in Spanish.
func (d *virtualDesk) put(rows ...desk.Entry) (ids map[string]int64) {
	d.t.Helper()
	ids = map[string]int64{}
	err := d.store.Write(d.t.Context(), func(tx *store.Tx) error {
		for _, e := range rows {
			id, err := tx.Put(d.t.Context(), e)
			if err != nil {
				return err
			}
			ids[e.Name("")] = id.ID
		}
		return nil
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return ids
}

func entry(k desk.Kind, name string, change ...func(*desk.Entry)) desk.Entry {
	e := desk.Entry{Kind: k, Names: map[string]string{"es": name}}
	for _, f := range change {
		f(&e)
	}
	return e
}

// writeHTML receives a mail that is nothing but HTML.
func (d *virtualDesk) writeHTML(from, to, subject, html string, fields ...string) {
	d.t.Helper()
	d.n++
	d.take(from, to, fmt.Sprintf("From: %s\r\nTo: %s\r\nSubject: %s\r\nMessage-ID: <h%d@%s>\r\n"+
		"Date: %s\r\n%sContent-Type: text/html; charset=utf-8\r\n\r\n%s\r\n",
		from, to, mime.QEncoding.Encode("utf-8", subject), d.n,
		desk.Canonical(from)[strings.Index(from, "@")+1:],
		d.clock.Now().Format(time.RFC1123Z), strings.Join(append(fields, ""), "\r\n"), html))
	d.settle()
}

// catalogued is a desk with two products, modules and fields of its own.
func catalogued(t *testing.T, language string, change ...func(*config)) *virtualDesk {
	d := newVirtualDesk(t, "ejemplo.test",
		append(change, func(c *config) { c.Language = language })...)
	d.speaks(language, vCarla, vPedro, vAna)
	ids := d.put(entry(desk.Products, "CRM"), entry(desk.Products, "ERP"))
	d.put(entry(desk.Modules, "Ventas", func(e *desk.Entry) { e.Parent = ids["CRM"] }),
		entry(desk.Modules, "Compras", func(e *desk.Entry) { e.Parent = ids["ERP"] }),
		entry(desk.CustomFields, "Sucursal", func(e *desk.Entry) { e.Value = desk.TextValue }),
		entry(desk.CustomFields, "Turno",
			func(e *desk.Entry) {
				e.Value, e.Choices = desk.ChoiceValue,
					[]string{"Mañana", "Noche"}
			}),
		entry(desk.CustomFields, "Compra", func(e *desk.Entry) { e.Value = desk.DateValue }),
		entry(desk.CustomFields, "Puestos", func(e *desk.Entry) { e.Value = desk.NumberValue }))
	return d
}

// has is what a case has in its fields, by the names of the command line.
func (d *virtualDesk) has(number int64) string {
	d.t.Helper()
	c := must(d.store.Catalogue(d.t.Context()))(d.t)
	t := d.caseOf(number)
	var list []string
	for _, detail := range (desk.Sight{All: true}).Details(c, t, "es") {
		switch detail.Key {
		case "status", "requester", "controller", "subject", "organisation", "assignee":
		default:
			list = append(list, detail.Value)
		}
	}
	return strings.Join(list, ", ")
}

func TestFieldLinesOfANewCase(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, language, text, want string
	}{
		{"es", "es", "Hola:\n\nProducto: crm\nMódulo : Ventas\nTipo: Problema\nCriticidad: 1 " +
			"(crítica)\nSucursal: Norte\nTurno: noche\nCompra: 31/12/2025\nPuestos: 12,5\n\nNo " +
			"imprime.",
			"1, Problema, CRM, Ventas, Norte, Noche, 2025-12-31, 12.5"},
		{"en", "en", "It does not print.\n\nProduct: ERP\nModule: Compras\nType: Query\nPriority: " +
			"3\n\nThanks\nCarla", "3, Consulta, ERP, Compras"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := catalogued(t, c.language)
			n := d.opened(vCarla, "No imprime", c.text)
			if got := d.has(n); got != c.want {
				t.Errorf("it has %s\nwant %s", got, c.want)
			}
			items := must(d.store.Items(t.Context(), n))(t)
			if items[0].Text != c.text {
				t.Errorf("the words are %q", items[0].Text)
			}
		})
	}
}

// TestFieldLinesOfMailClients: as Gmail, Outlook, Apple Mail and Thunderbird write them.
func TestFieldLinesOfMailClients(t *testing.T) {
	t.Parallel()
	d := catalogued(t, "es")
	for i, c := range []struct{ name, html, want string }{
		{"Gmail",
			`<div dir="ltr"><div><b>Producto:</b> CRM</div><div>Tipo:&nbsp;Problema</div><div><br></div><div>No imprime</div></div>`, "2, Problema, CRM"},
		{"Outlook",
			`<div class="WordSection1"><p class="MsoNormal"><b>Producto&nbsp;:</b> ERP<o:p></o:p></p><p class="MsoNormal">Tipo： Consulta<o:p></o:p></p><p class="MsoNormal"><o:p>&nbsp;</o:p></p><p class="MsoNormal">No imprime<o:p></o:p></p></div>`, "2, Consulta, ERP"},
		{"Outlook's table",
			`<table><tbody><tr><td><p>Producto:</p></td><td><p>CRM</p></td></tr><tr><td>Criticidad</td><td>3</td></tr></tbody></table><p>No imprime</p>`, "3, Incidente, CRM"},
		{"Apple Mail",
			`<html><body style="overflow-wrap: break-word;">No imprime<div><br></div><div><b>Producto: </b>CRM</div><div>Módulo:&nbsp;Ventas</div></body></html>`, "2, Incidente, CRM, Ventas"},
		{"Thunderbird",
			`<html><body><p>Producto: CRM<br>Prioridad: 1<br></p><p>No imprime</p></body></html>`,
			"1, Incidente, CRM"},
		{"hidden", `<div>No imprime</div><div style="display:none">Producto: CRM</div>`,
			"2, Incidente"},
		{"a signature",
			`<div>No imprime</div><div class="gmail_signature">Carla<br>Producto: CRM</div>`,
			"2, Incidente"},
		{"a quote",
			`<div>No imprime</div><blockquote type="cite"><div>Producto: CRM</div></blockquote>`,
			"2, Incidente"},
		{"forwarded",
			`<div>Miren</div><div class="gmail_quote"><div>---------- Forwarded message ---------<br>De: Ana &lt;a@b.test&gt;<br>Asunto: x<br></div>Producto: CRM</div>`, "2, Incidente"},
	} {
		d.writeHTML(fmt.Sprintf("persona%d@cliente%d.test", i, i), d.boxes[0].Address, c.name,
			c.html)
		page, _, err := d.store.Find(t.Context(), everything, store.Query{Limit: 1})
		if err != nil {
			t.Fatal(err)
		}
		if got := d.has(page[0].Number); page[0].Subject != c.name || got != c.want {
			t.Errorf("%s: %s has %s, want %s", c.name, page[0].Subject, got, c.want)
		}
	}
}

// TestValuesThatAreNotThere: the text stays, nothing is changed, and the answer says what there is;
// agents see the line marked.
func TestValuesThatAreNotThere(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		language, first, second   string
		ack, answer, agent, again string
	}{
		{"es", "Producto: CMR\nSeveridad: altísima\n\nNo imprime.",
			"Turno: tarde\nCompra: 30/2/2026\n\nSigue igual.",
			"No conocemos el producto «CMR». Puede ser: CRM, ERP.",
			"No entendimos el valor de «Turno tarde». Puede ser: Mañana, Noche.",
			"No se aplicó: Producto: CMR", "No entendimos el valor de «Compra 30/2/2026»."},
		{"en", "Product: CMR\nSeverity: huge\n\nIt does not print.",
			"Turno: tarde\nCompra: 2026-02-30\n\nStill the same.",
			"We don't know the product “CMR”. It could be: CRM, ERP.",
			"“Turno tarde”. It could be: Mañana, Noche.", "Not applied: Product: CMR",
			"“Compra 2026-02-30”."},
	} {
		t.Run(c.language, func(t *testing.T) {
			t.Parallel()
			d := catalogued(t, c.language)
			n := d.opened(vCarla, "No imprime", c.first)
			d.about(vCarla, n).says(t, c.ack)
			d.about(vAna, n).says(t, c.agent)
			if got := d.has(n); got != "2, Incidente" {
				t.Errorf("it has %s", got)
			}
			d.pass(2*time.Minute, 2*time.Minute)
			d.replies(vCarla, n, c.second)
			d.last(vCarla).says(t, c.answer, c.again)
			if got := d.has(n); got != "2, Incidente" {
				t.Errorf("then it has %s", got)
			}
		})
	}
}

// TestFieldsThatTheProfileGives: a customer sees and sets what it names.
func TestFieldsThatTheProfileGives(t *testing.T) {
	t.Parallel()
	d := catalogued(t, "es", func(c *config) {
		c.Profile = []profileConfig{{Name: "poco", Sees: []string{"own"},
			Shown: []string{"Sucursal", "producto"}, Editable: []string{"Sucursal"}}}
		c.Mailbox[0].Profile = "poco"
	})
	n := d.opened(vCarla, "No imprime",
		"Producto: CRM\nSeveridad: 1\nSucursal: Norte\nTurno: Noche\n\nNo imprime.")
	if got := d.has(n); got != "2, Incidente, Norte" {
		t.Errorf("it has %s", got)
	}
	ack := d.about(vCarla, n)
	ack.says(t, "Sucursal: Norte")
	ack.silent(t, "Severidad:", "Tipo:", "Incidente")
	if ack.header.Get("X-Buzon-Estado")+ack.header.Get("X-Buzon-Severidad") != "" {
		t.Error("the header says what the profile does not show")
	}
	d.about(vAna, n).says(t, "No se aplicó: Producto: CRM", "No se aplicó: Severidad: 1",
		"No se aplicó: Turno: Noche", "Sucursal: Norte")
}

// TestRequesterIsOfTheSameOrganisation: he is told so, and his colleague gets the case.
func TestRequesterIsOfTheSameOrganisation(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ language, line, other, sentence string }{
		{"es", "Solicitante: eva@cliente.test\nDebe controlar: Carla Ruiz",
			"Solicitante: pedro@otra.test",
			"Entre las personas de su empresa no conocemos al solicitante «pedro@otra.test»."},
		{"en", "Requester: Eva Sanz", "Requester: nobody@nowhere.test",
			"Among the people of your company we don't know the requester “nobody@nowhere.test”."},
	} {
		t.Run(c.language, func(t *testing.T) {
			t.Parallel()
			d := catalogued(t, c.language)
			org := d.put(entry(desk.Organisations, "Cliente SA",
				func(e *desk.Entry) { e.Domains = []string{"cliente.test"} }))["Cliente SA"]
			d.speaks(c.language, "eva@cliente.test")
			err := d.store.Write(t.Context(), func(tx *store.Tx) error {
				for address, name := range map[string]string{vCarla: "Carla Ruiz",
					"eva@cliente.test": "Eva Sanz"} {
					p, err := tx.PersonByAddress(t.Context(), address)
					if err != nil {
						return err
					}
					if err := tx.ChangePerson(t.Context(), p.ID,
						func(p *desk.Person) { p.Name, p.Organisation = name, org }); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			n := d.opened(vCarla, "No imprime", c.line+"\n\nNo imprime.")
			k := d.caseOf(n)
			if k.Requester.Address() != "eva@cliente.test" ||
				!k.Participant(must(d.store.PersonByAddress(t.Context(), vCarla))(t).ID) {
				t.Errorf("the requester is %s, and %v take part", k.Requester.Address(),
					k.Customers())
			}
			d.about(vCarla, n)
			d.about("eva@cliente.test", n)
			d.pass(2*time.Minute, 2*time.Minute)
			n = d.opened(vCarla, "No abre", c.other+"\n\nNo abre.")
			d.about(vCarla, n).says(t, c.sentence)
			if k := d.caseOf(n); k.Requester.Address() != vCarla {
				t.Errorf("the requester is %s", k.Requester.Address())
			}
		})
	}
}

// TestItemTypeLine: what it says decides what follows.
func TestItemTypeLine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ language, ok, more, wrong, sentence string }{
		{"es", "Tipo de ítem: Testing OK", "Tipo de ítem: Mejora\n\nQuisiera un filtro.",
			"Tipo de ítem: Queja\n\nNo me gusta.",
			"No conocemos el tipo de ítem «Queja». Puede ser: Ampliación de información, " +
				"Solicitud de información, Testing OK"},
		{"en", "Item type: Testing OK", "Item type: Improvement\n\nI would like a filter.",
			"Item type: Complaint\n\nI don't like it.",
			"We don't know the item type “Complaint”. It could be: "},
	} {
		t.Run(c.language, func(t *testing.T) {
			t.Parallel()
			d := catalogued(t, c.language)
			n := d.opened(vCarla, "No imprime", "No imprime.")
			d.replies(vCarla, n, c.more)
			items := must(d.store.Items(t.Context(), n))(t)
			if it := items[len(items)-1]; it.Type != "improvement" ||
				d.caseOf(n).Class != desk.Open {
				t.Errorf("the item is %s, the case %s", it.Type, d.caseOf(n).Class)
			}
			d.pass(2*time.Minute, 2*time.Minute)
			d.replies(vCarla, n, c.wrong)
			d.last(vCarla).says(t, c.sentence)
			d.replies(vAna, n, "#resuelto\r\nListo.")
			d.replies(vCarla, n, c.ok)
			items = must(d.store.Items(t.Context(), n))(t)
			if it := items[len(items)-1]; it.Type != desk.TestingOK ||
				d.caseOf(n).Class != desk.Closed {
				t.Errorf("the item is %s, the case %s", it.Type, d.caseOf(n).Class)
			}
		})
	}
}
