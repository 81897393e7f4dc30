package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"buzon/store"
	"buzon/store/desk"
)

// proven receives a mail from a network that lets people write in their own names only.
func (d *virtualDesk) proven(from, to, subject, text string, fields ...string) {
	d.t.Helper()
	d.n++
	raw := fmt.Sprintf("From: %s\r\nTo: %s\r\nSubject: %s\r\nMessage-ID: <p%d@ejemplo.test>\r\n"+
		"Content-Type: text/plain; charset=utf-8\r\n%s\r\n%s\r\n",
		from, to, subject, d.n, strings.Join(append(fields, ""), "\r\n"), text)
	d.trusted(from, to, raw)
	d.settle()
}

func (d *virtualDesk) trusted(from, to, raw string) {
	d.t.Helper()
	spool := must(d.store.Spool(d.t.Context()))(d.t)
	must(io.WriteString(spool, raw))(d.t)
	must(d.store.Receive(d.t.Context(), store.Envelope{Door: "smtp", From: from, To: []string{to},
		Received: d.clock.Now(), Trusted: true}, spool))(d.t)
}

// stand is how cases are: their classes and products.
func (d *virtualDesk) stand(numbers ...int64) string {
	d.t.Helper()
	c := must(d.store.Catalogue(d.t.Context()))(d.t)
	var list []string
	for _, n := range numbers {
		k := d.caseOf(n)
		list = append(list, strings.TrimSpace(string(k.Class)+" "+c.Name(k.Product, "es")))
	}
	return strings.Join(list, ", ")
}

const vControl = "soporte+control@ejemplo.test"

// batchDesk has five cases: 1 and 2 of CRM, 3 and 4 of ERP, 5 closed.
func batchDesk(t *testing.T, language string) *virtualDesk {
	d := catalogued(t, language)
	for i, product := range []string{"CRM", "CRM", "ERP", "ERP", "CRM"} {
		d.opened(vCarla, fmt.Sprintf("Asunto %c", 'A'+i), "Producto: "+product+"\r\n\r\nNo anda.")
	}
	d.replies(vAna, 5, "#cerrar")
	return d
}

// TestBatchByMail: many cases by one mail, one transcript, and a case's orders all or none.
func TestBatchByMail(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		language, text string
		says, stand    []string
	}{
		{"es",
			"// la limpieza del viernes\r\n\r\n1, 3-4: #tomar #severidad 3\r\n2: #cerrar\r\n2: " +
				"#producto CMR\r\n5, 99: #resuelto\r\n1: #resulto\r\nHola:",
			[]string{"#1 · Asunto A: nada se hizo, porque no entendimos una de sus líneas.",
				"#3 · Asunto C: hecho. «#tomar»: el caso es suyo. «#severidad 3»: la severidad " +
					"es ahora 3.",
				"#2 · Asunto B: nada se hizo, porque no todo se pudo hacer. No conocemos el producto «CMR». Puede ser: CRM, ERP.",
				"#5 · Asunto E: nada se hizo, porque está cerrado; #reabrir lo abre.",
				"#99: no existe.", "«1: #resulto»: no conocemos la orden #resuelto.",
				"«Hola:»: no entendimos la línea."},
			[]string{"open CRM", "open CRM", "in_progress ERP", "in_progress ERP", "closed CRM"}},
		{"en", "limit product:ERP\r\n1-4: #close\r\n-- \r\nAna\r\n1: #close",
			[]string{"#1 · Asunto A: nothing was done, because it is outside the limit.",
				"#3 · Asunto C: done. “#close”: closed."},
			[]string{"open CRM", "open CRM", "closed ERP", "closed ERP", "closed CRM"}},
		{"es", "ensayo\r\n1-3: #resuelto Ana-XYZZY: ya anda.\r\n4: #producto Nada",
			[]string{"Ensayo: nada cambió.", "#1 · Asunto A: se haría. «#resuelto»: quedó resuelto",
				"#4 · Asunto D: nada se hizo"},
			[]string{"open CRM", "open CRM", "open ERP", "open ERP", "closed CRM"}},
		{"en", "1: #close\r\n\r\nDry run",
			[]string{"Dry run: nothing has changed.", "#1 · Asunto A: would be done."},
			[]string{"open CRM", "open CRM", "open ERP", "open ERP", "closed CRM"}},
		{"es", "limte producto:CRM\r\n1-4: #cerrar", []string{"por eso nada se hizo"},
			[]string{"open CRM", "open CRM", "open ERP", "open ERP", "closed CRM"}},
		{"es", "limite producto:CMR\r\n1-4: #cerrar",
			[]string{"por eso nada se hizo", "«limite producto:CMR»",
				"No conocemos el producto «CMR». Puede ser: CRM, ERP."},
			[]string{"open CRM", "open CRM", "open ERP", "open ERP", "closed CRM"}},
		{"en", "limit color:red, customer:Nobody\r\n1-4: #close",
			[]string{"therefore nothing was done", "We don't know the field “color”. It could be: " +
				"Product, Customer, Status", "We don't know the company “Nobody”."},
			[]string{"open CRM", "open CRM", "open ERP", "open ERP", "closed CRM"}},
		{"es", "Buenos días", []string{"«Buenos días»: no entendimos la línea."},
			[]string{"open CRM", "open CRM", "open ERP", "open ERP", "closed CRM"}},
	} {
		t.Run(c.language+" "+c.text[:8], func(t *testing.T) {
			t.Parallel()
			d := batchDesk(t, c.language)
			d.proven(vAna, vControl, "x", c.text)
			m := d.last(vAna)
			m.says(t, append(c.says, "control")...)
			if got := d.stand(1, 2, 3, 4, 5); got != strings.Join(c.stand, ", ") {
				t.Errorf("the cases are %s\n%s", got, m.text(t))
			}
			if c.stand[0] == "open CRM" && c.stand[2] == "open ERP" {
				if got := d.states(1); got != "public filed" {
					t.Errorf("case 1 has %s", got)
				}
			}
			d.never("XYZZY")
			if page, _, err := d.store.Find(t.Context(), everything, store.Query{}); err != nil ||
				len(page) != 5 {
				t.Errorf("%d cases (%v)", len(page), err)
			}
		})
	}
}

// TestBatchWordsReachCustomers: and no order does, nor what is said of other cases.
func TestBatchWordsReachCustomers(t *testing.T) {
	t.Parallel()
	d := batchDesk(t, "es")
	d.proven(
		vAna, vControl, "x", "1: #resuelto Pruebe ahora, por favor.\r\n3: #nota Ana-XYZZY: no paga.")
	m := d.about(vCarla, 1)
	m.says(t, "Pruebe ahora, por favor.")
	m.silent(t, "#resuelto", "#3", "ensayo")
	d.never("XYZZY")
	if got := d.states(3); got != "public filed, internal filed" {
		t.Error(got)
	}
}

// TestBatchRunsForTheProvenOnly: who shows no proof is asked, and runs nothing until he has said
// that it is his; customers write mail like any other.
func TestBatchRunsForTheProvenOnly(t *testing.T) {
	t.Parallel()
	d := batchDesk(t, "es")
	for _, to := range []string{vControl, "soporte@ejemplo.test"} {
		d.write(vAna, to, "control", "1-4: #cerrar")
		d.settle()
		d.write(vCarla, to, "control", "1-4: #cerrar")
		d.settle()
		d.proven(vPedro, to, "control", "1-4: #cerrar")
	}
	if got := d.stand(1, 2, 3, 4); got != "open CRM, open CRM, open ERP, open ERP" {
		t.Errorf("the cases are %s", got)
	}
	if page, _, err := d.store.Find(t.Context(), everything, store.Query{}); err != nil ||
		len(page) != 5+4 {
		t.Errorf("%d cases (%v)", len(page), err)
	}
	for _, m := range d.to(vAna) {
		if strings.Contains(m.text(t), "las órdenes no se ejecutaron") {
			d.answer(m, "todos")
		}
	}
	d.pass(5e9, 1e9)
	if got := d.stand(1, 2, 3, 4); got != "closed CRM, closed CRM, closed ERP, closed ERP" {
		t.Errorf("after his word the cases are %s", got)
	}
}

// TestBatchRunsOnce: by its subject too, however often it is delivered; a reply about a case under
// that subject is a reply.
func TestBatchRunsOnce(t *testing.T) {
	t.Parallel()
	d := batchDesk(t, "en")
	raw := "From: ana@ejemplo.test\r\nTo: soporte@ejemplo.test\r\nSubject: Re: CONTROL\r\n" +
		"Message-ID: <once@ejemplo.test>\r\nDate: Tue, 3 Mar 2026 09:00:00 +0000\r\n\r\n1: #note " +
		"once\r\n"
	for range 3 {
		d.trusted(vAna, "soporte@ejemplo.test", raw)
		d.settle()
	}
	if got := d.states(1); got != "public filed, internal filed" {
		t.Error(got)
	}
	d.proven(vAna, d.about(vAna, 2).replyTo(), "control", "1: #close")
	if got := d.stand(1); got != "open CRM" {
		t.Errorf("case 1 is %s", got)
	}
	if items := must(d.store.Items(t.Context(), 2))(t); !slices.ContainsFunc(items,
		func(it desk.Item) bool { return it.Text == "1: #close" }) {
		t.Errorf("case 2 has %+v", items)
	}
}
