package main

import (
	"strings"
	"testing"
	"time"

	"buzon/store/desk"
)

// TestSupportOnDemand: without a contract in force the case waits until its customer accepts the
// rate, from where he was asked; the acceptance is kept with its proof.
func TestSupportOnDemand(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		language                            string
		refusal, elsewhere, yes             string
		declined, noted, half, unsettled    string
		ack, waits, accepted, stillWaitsFor string
		confirmed                           string
	}{
		{"es", "No acepto si no hay descuento.", "acepto", "Acepto, gracias.\r\n\r\nCarla",
			"No acepto.", "No aceptó la tarifa: USD 60 por hora", "De acuerdo", "Su caso sigue esperando",
			"la atención se cobra: USD 60 por hora. Para que empecemos, responda «acepto»",
			"Espera que el cliente acepte la tarifa: USD 60 por hora",
			"Aceptó la tarifa: USD 60 por hora", "Agrego la captura.",
			"Aceptó la tarifa: USD 60 por hora. Ya podemos empezar"},
		{"en", "I accept if you begin today.", "I accept", "I accept.",
			"No, thanks.", "Has not accepted the rate: USD 60 por hora", "Go ahead",
			"Your case still waits",
			"our work is charged: USD 60 por hora. For us to begin, reply “I accept”",
			"Waits until the customer accepts the rate: USD 60 por hora",
			"Accepted the rate: USD 60 por hora", "Here is the picture.",
			"You have accepted the rate: USD 60 por hora. We can begin"},
	} {
		t.Run(c.language, func(t *testing.T) {
			t.Parallel()
			d := catalogued(t, c.language, func(k *config) {
				k.Mailbox[0].DemandSupport, k.Mailbox[0].DemandRate = true, "USD 60 por hora"
			})
			n := d.opened(vCarla, "No imprime", "No imprime.")
			waits := func(why string) {
				t.Helper()
				if k := d.caseOf(n); k.Class != desk.Waiting || k.Offer == "" ||
					k.Assignee.ID != k.Requester.ID {
					t.Errorf("%s: it is %s, with %s, offer %q", why, k.Class, k.Assignee.Address(),
						k.Offer)
				}
			}
			waits("new")
			ack := d.about(vCarla, n)
			ack.says(t, c.ack)
			d.about(vAna, n).says(t, c.waits)
			for _, text := range []string{c.refusal, c.stillWaitsFor} {
				d.replies(vCarla, n, text)
				waits(text)
			}
			for _, said := range [][2]string{{c.declined, c.noted}, {c.half, c.unsettled}} {
				d.pass(2*time.Minute, 2*time.Minute)
				d.replies(vCarla, n, said[0])
				waits(said[0])
				d.last(vCarla).says(t, "USD 60 por hora")
			}
			d.last(vCarla).says(t, c.unsettled)
			if heard := d.heard(vAna); !strings.Contains(heard, c.noted) {
				t.Errorf("agents are not told that he declines:\n%s", heard)
			}
			d.replies(vCarla, n, map[string]string{"es": "cerrar", "en": "close"}[c.language])
			d.answer(d.about(vCarla, n), map[string]string{"es": "reabrir", "en": "reopen"}[c.language])
			waits("closed and opened again")
			d.write(vCarla, d.boxes[0].Address, "Re: "+ack.subject, c.elsewhere) // the number alone
			d.settle()
			waits("by the number")
			d.write(vPedro, ack.replyTo(), "Re: "+ack.subject, c.elsewhere)
			d.settle()
			waits("from somebody else")
			d.pass(2*time.Minute, 2*time.Minute)
			d.write(vCarla, ack.replyTo(), "Re: "+ack.subject, c.yes)
			d.settle()
			k := d.caseOf(n)
			items := must(d.store.Items(t.Context(), n))(t)
			it := items[len(items)-1]
			if k.Class != desk.Open || k.Offer != "" || it.Seen.Accepted != "USD 60 por hora" ||
				it.Seen.Proof != "A1 T" || it.Mail == 0 {
				t.Errorf("it is %s, offer %q, accepted %q by %q in mail %d", k.Class, k.Offer,
					it.Seen.Accepted, it.Seen.Proof, it.Mail)
			}
			d.about(vAna, n).says(t, c.accepted)
			d.about(vCarla, n).says(t, c.confirmed)
			said := ""
			for _, a := range must(d.store.Activities(t.Context(), n))(t) {
				if a.What == "offer" {
					said = a.Old + ">" + a.New
				}
			}
			if said != "USD 60 por hora>" {
				t.Errorf("the history says %q", said)
			}
		})
	}
}

// TestContractInForce: it is the ticket's service, gives it its product, and nothing is asked; one
// that is over does not.
func TestContractInForce(t *testing.T) {
	t.Parallel()
	d := catalogued(t, "es", func(k *config) {
		k.Mailbox[0].DemandSupport, k.Mailbox[0].DemandRate = true, "USD 60 por hora"
	})
	c := must(d.store.Catalogue(t.Context()))(t)
	crm, _ := c.Find(desk.Products, "CRM")
	ids := d.put(entry(desk.Organisations, "Cliente SA",
		func(e *desk.Entry) { e.Domains = []string{"nuevo.test"} }),
		entry(desk.Organisations, "Otra SA",
			func(e *desk.Entry) { e.Domains = []string{"viejo.test"} }))
	d.put(entry(desk.Services, "Soporte oro", func(e *desk.Entry) {
		e.Parent, e.Of, e.Since, e.Until = ids["Cliente SA"], []int64{crm.ID}, "2026-01-01",
			"2026-12-31"
	}), entry(desk.Services, "Soporte plata",
		func(e *desk.Entry) { e.Parent, e.Until = ids["Otra SA"], "2026-03-02" }))
	n := d.opened("eva@nuevo.test", "No imprime", "No imprime.")
	if got := d.has(n); got != "2, Incidente, CRM, Soporte oro" || d.caseOf(n).Offer != "" {
		t.Errorf("it has %s, offer %q", got, d.caseOf(n).Offer)
	}
	n = d.opened("leo@viejo.test", "No abre", "Servicio: Soporte oro\n\nNo abre.")
	if got := d.has(n); got != "2, Incidente" || d.caseOf(n).Offer == "" {
		t.Errorf("without a contract it has %s, offer %q", got, d.caseOf(n).Offer)
	}
	ack := d.about("leo@viejo.test", n)
	if text := ack.text(t); strings.Contains(text, "Puede ser: Soporte") {
		t.Errorf("he is told of others' contracts:\n%s", text)
	}
}

// TestProductByHistory: the one that his last cases had, but a line of his goes before it.
func TestProductByHistory(t *testing.T) {
	t.Parallel()
	d := catalogued(t, "es")
	for i, c := range []struct{ text, want string }{
		{"Producto: CRM\n\nNo imprime.", "2, Incidente, CRM"}, {"No abre.", "2, Incidente, CRM"},
		{"Módulo: Compras\n\nNo compra.", "2, Incidente, ERP, Compras"},
		{"No guarda.", "2, Incidente"},
		{"Módulo: Ventas\n\nNo vende.", "2, Incidente, CRM, Ventas"},
	} {
		n := d.opened(vCarla, "Caso", c.text)
		if got := d.has(n); got != c.want {
			t.Errorf("%d: it has %s, want %s", i, got, c.want)
		}
		d.pass(2*time.Minute, 2*time.Minute)
	}
}
