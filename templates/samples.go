package templates

import (
	"reflect"
	"slices"
	"time"
)

// Sample is one mail as people get them: a kind, and what is particular about it. The words are
// looked at in the samples, by people and by tests.
type Sample struct {
	Name string
	Kind Kind
	View View
}

// outline is a sample before it is written: what its view changes in the base.
type outline struct {
	name string
	kind Kind
	with with
}

type with []func(*View)

// Samples are mails of every kind, for a reader of a language.
func Samples(lang string) (list []Sample) {
	tables := [][]outline{opening, talk, course, joined, ordered, people, asked, trouble}
	for _, o := range slices.Concat(tables...) {
		v := sampleView(o.with...)
		if lang != fallback {
			translate(reflect.ValueOf(&v).Elem())
		}
		list = append(list, Sample{o.name, o.kind, v})
	}
	return list
}

var (
	bogota = time.FixedZone("Bogotá", -5*3600)
	at     = time.Date(2026, 3, 3, 9, 1, 0, 0, bogota)
	desk   = Desk{Name: "Soporte Ejemplo", Address: "soporte@ejemplo.test", Language: "es"}
	carla  = Person{Name: "Carla Ruiz", Address: "carla@cliente.test"}
	ana    = Person{Name: "Ana Gómez", Address: "ana@ejemplo.test", Agent: true}
)

const repair = "Hola, Carla:\n\nencontramos la causa: el controlador quedó en «pausa». Reinicie " +
	"el equipo y pruebe otra vez."

const printer = "Buenos días,\n\ndesde ayer la factura sale en blanco en la impresora de caja. " +
	"Probé con otra y pasa lo mismo: https://crm.cliente.test/facturas?id=20&copia=1.\n\n  Error " +
	"0x1F   en caja-2\n\nGracias,\nCarla"

const stepsText = "Haga esto, en orden:\n\n1. Reinicie la caja.\n2. Abra la guía " +
	"<https://crm.cliente.test/guia>.\n\nCaja | Estado\n7 | sin papel"

// stepsHTML is how it was written.
const stepsHTML = `<p>Haga esto, <b>en orden</b>:</p><ol><li>Reinicie la caja.</li><li>Abra la <a href="https://crm.cliente.test/guia">guía</a>.</li></ol>` +
	`<table><tr><th>Caja</th><th>Estado</th></tr><tr><td>7</td><td>sin papel</td></tr></table>`

// base is what every sample starts from.
func base() View {
	return View{
		Desk: desk, Tag: "Caso", To: carla, Author: ana, At: at, EchoSubject: true,
		Ticket: Ticket{Number: 123, Subject: "No imprime la factura", Product: "CRM",
			Type: "Problema", Severity: 2, StatusClass: "open",
			Requester: carla, Organisation: "Cliente SA"},
	}
}

// sampleView is the base with changes.
func sampleView(changes ...func(*View)) View {
	v := base()
	for _, change := range changes {
		change(&v)
	}
	return v
}

func answer(v *View)     { v.Text = repair }
func toAgent(v *View)    { v.To, v.ToAgent, v.Readers, v.Followers = ana, true, []Person{carla}, 2 }
func inside(v *View)     { v.Inside = true }
func answering(v *View)  { v.Ticket, v.Author = Ticket{}, Person{} }
func fromCarla(v *View)  { v.Author, v.Text = carla, printer }
func toAgentNew(v *View) { toAgent(v); fromCarla(v) }
func unverified(v *View) { v.Unverified = true }
func welcome(v *View)    { v.Welcome = true }
func status(class string) func(*View) {
	return func(v *View) { v.Ticket.StatusClass = class }
}

func files(v *View) {
	v.Attachments = []Attachment{{Name: "captura.png", Size: 120_400},
		{Name: "registro.txt", Size: 2_460_000}}
}

// besides is what a mail brought beside its words.
func besides(v *View) {
	v.Welcome, v.Signature = true, "Carla Ruiz\nCliente SA\nTel. +57 601 555 0101"
	v.Copied, v.ReplyTo = []string{"jefe@cliente.test", "compras@cliente.test"},
		[]string{"compras@cliente.test"}
	v.Warnings = []string{"signed", "damaged"}
	v.Meeting, v.MeetingEnds = at.AddDate(0, 0, 2), at.AddDate(0, 0, 2).Add(time.Hour)
}

func form(v *View) { v.Form = []string{"when", "where", "expected"} }

func down(v *View) {
	v.Ticket.Subject, v.Ticket.ProductionDown, v.Ticket.Severity = "No factura", true, 1
	v.Text, v.AlertedAt = "No podemos facturar desde las 9:00.", at.Add(time.Minute)
}

func buttons(keys ...string) func(*View) {
	return func(v *View) {
		for _, k := range keys {
			v.Links = append(v.Links, Link{Key: k,
				Href: "mailto:soporte+c123@ejemplo.test?subject=Caso%20123&body=" + k})
		}
	}
}

func quoted(v *View) {
	v.Quoted = []Quote{
		{Author: carla, At: at, Text: printer},
		{Author: ana, At: at.AddDate(-1, 0, -20), Text: "La impresora nueva quedó instalada."},
	}
}

func unknownProduct(v *View) {
	v.Unknown = []Unknown{{Field: "product", Value: "CMR", Values: []string{"CRM", "ERP"}},
		{Field: "Sucursal", Value: "Lun"}}
}

func batch(v *View) {
	v.ToAgent, v.Control, v.Ticket, v.Readers, v.Followers = true, true, Ticket{}, nil, 0
	v.Fates = []Fate{
		{12, "No imprime la factura", "batch_done", "",
			[]Command{{"#producto CRM", "product", "CRM"}, {"#cerrar", "closed", ""}}, nil},
		{15, "Sin red", "batch_undone", "", nil,
			[]Unknown{{Field: "product", Value: "CMR", Values: []string{"CRM", "ERP"}}}},
		{99, "", "batch_none", "", nil, nil},
	}
	v.Commands = []Command{{"Hola:", "batch_line", ""}}
}

func forAdmin(v *View) { v.Reason, v.MailID = "kept_in_quarantine_for_admin", "7" }

// held is a question about mails in quarantine.
func held(n int) func(*View) {
	return func(v *View) {
		v.Ticket, v.Reason = Ticket{}, "kept_in_quarantine"
		for i := range n {
			v.Held = append(v.Held, Held{ID: string(rune('7' + i)),
				Subject: "No imprime la factura",
				At:      time.Date(2026, 3, 3, 9, 1+i, 0, 0, time.UTC)})
		}
	}
}
