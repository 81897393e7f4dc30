package main

import (
	"context"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"buzon/store"
	"buzon/store/desk"
)

// portalMail is a mail that a portal sends: to whom, under which subject, with which words and
// exactly which buttons.
type portalMail struct {
	to, subject string
	says        []string
	buttons     []string
}

// portal is a desk on which people act in a language, mail after mail.
type portal struct {
	*virtualDesk
	lang string
}

const portalBox, portalAna, portalLuis, portalJefa, portalGuard = "soporte@mesa.test",
	"ana@mesa.test", "luis@mesa.test", "jefa@mesa.test", "guardia@mesa.test"

const portalCarla, portalEva = "carla@cliente.test", "eva@cliente.test"

var anyButtons = []string{"…"}

// newPortal is a desk with two agents, an administrator, somebody on call, and a customer's company
// of which it knows one person, Eva.
func newPortal(t *testing.T, lang string) portal {
	d := newVirtualDesk(t, "mesa.test", func(c *config) {
		c.Language, c.OnCall.Addresses = lang, []string{portalGuard}
	})
	d.trusts = true
	d.change(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.AddPerson(ctx, desk.Person{Name: "Eva Roldán", Active: true, Known: true,
			Addresses: []string{portalEva}, Role: desk.Customer, Language: lang})
		if err != nil {
			return err
		}
		org, err := tx.Put(ctx, desk.Entry{Kind: desk.Organisations,
			Names: map[string]string{"es": "Cliente SA"}, Domains: []string{"cliente.test"}})
		if err != nil {
			return err
		}
		return tx.Join(ctx, org.ID, org.Domains)
	})
	d.settle()
	return portal{d, lang}
}

// in chooses between the Spanish and the English words.
func (p portal) in(es, en string) string {
	if p.lang == "en" {
		return en
	}
	return es
}

func (p portal) list(es, en string) []string { return strings.Split(p.in(es, en), " | ") }

var buttonLink = regexp.MustCompile(`<a class="buzon-button[^>]*href="([^"]*)"[^>]*>([^<]*)</a>`)

// buttons are the links of a mail's buttons, and their labels in order.
func (a answerMail) buttons() (labels []string, links map[string]string) {
	links = map[string]string{}
	for _, m := range buttonLink.FindAllStringSubmatch(a.html, -1) {
		labels, links[m[2]] = append(labels, m[2]), html.UnescapeString(m[1])
	}
	return labels, links
}

// press writes the mail that a button writes, and what its writer adds.
func (p portal) press(from string, m takenMail, label string, added ...string) {
	p.t.Helper()
	_, links := m.read(p.t).buttons()
	u, err := url.Parse(links[label])
	if err != nil || u.Scheme != "mailto" {
		p.t.Fatalf("%s has no button %s: %v", m.subject, label, links)
	}
	to, err := url.PathUnescape(u.Opaque)
	if err != nil {
		p.t.Fatal(err)
	}
	p.says(from, to, u.Query().Get("subject"), u.Query().Get("body")+strings.Join(added, ""))
}

// got checks what was sent since it was last called: exactly these mails, to exactly these people.
func (p portal) got(t *testing.T, want []portalMail) {
	t.Helper()
	left := slices.Clone(p.next())
	for _, w := range want {
		i := slices.IndexFunc(left, func(m takenMail) bool {
			return m.to == w.to && m.subject == w.subject
		})
		if i < 0 {
			t.Errorf("%s gets no %q", w.to, w.subject)
			continue
		}
		w.check(t, left[i].read(t))
		left = slices.Delete(left, i, i+1)
	}
	for _, m := range left {
		t.Errorf("%s gets %q:\n%s", m.to, m.subject, m.read(t).text)
	}
}

func (w portalMail) check(t *testing.T, a answerMail) {
	t.Helper()
	text := strings.Join(strings.Fields(a.text), " ")
	for _, words := range w.says {
		if !strings.Contains(text, words) {
			t.Errorf("%s does not read %q:\n%s", w.to, words, a.text)
		}
	}
	labels, _ := a.buttons()
	if !slices.Equal(labels, w.buttons) && !slices.Equal(w.buttons, anyButtons) {
		t.Errorf("%s has the buttons %q, want %q", w.to, labels, w.buttons)
	}
}

// everyAgent is a mail that goes to the team and to the administrator.
func everyAgent(subject string, buttons []string, says ...string) (list []portalMail) {
	for _, to := range []string{portalAna, portalLuis, portalJefa} {
		list = append(list, portalMail{to, subject, says, buttons})
	}
	return list
}

// portalMails are what somebody does, and the mails that he causes.
var portalMails = []struct {
	name string
	does func(portal)
	want func(portal) []portalMail
}{
	{"registration is the first mail", func(p portal) {
		p.says("Carla Ruiz <carla@cliente.test>", portalBox, p.invoice(), p.in(
			"Buenos días, desde ayer no imprime la factura en la caja.",
			"Good morning, the invoice has not printed at the till since yesterday."))
	}, func(p portal) []portalMail {
		return append(everyAgent(p.tag("1", p.invoice()), p.agentButtons(),
			p.in("Caso #1 nuevo, de Carla Ruiz (carla@cliente.test), Cliente SA",
				"New case #1, from Carla Ruiz (carla@cliente.test), Cliente SA"),
			p.in("desde ayer no imprime", "has not printed"),
			p.in("Es el primer mensaje desde esta dirección.",
				"It is the first message from this address."),
			p.in("Su respuesta irá a Carla Ruiz; empiece con #nota",
				"Your reply goes to Carla Ruiz; begin with #note")),
			portalMail{portalCarla, p.tag("1", p.in("Recibimos su mensaje",
				"We received your message")), []string{
				p.in("Es el caso #1.", "This is case #1."),
				p.in("Le damos la bienvenida a Soporte. Todo se hace por correo",
					"Welcome to Soporte. Everything is done by mail"),
				p.in("Si se resolvió, responda «cerrar».", "If it is solved, reply “close”."),
			}, p.list("Mis casos | Cerrar", "My cases | Close")})
	}},
	{"a new reply", func(p portal) {
		p.answers(portalCarla, p.last(portalCarla),
			p.in("También en la otra caja.", "At the other till as well."))
	}, func(p portal) []portalMail {
		return everyAgent(p.tag("1", p.invoice()), p.agentButtons(),
			p.in("De Carla Ruiz (carla@cliente.test), Cliente SA",
				"From Carla Ruiz (carla@cliente.test), Cliente SA"),
			p.in("También en la otra caja.", "At the other till as well."),
			p.in("Carla Ruiz (carla@cliente.test) escribió: > Buenos días",
				"Carla Ruiz (carla@cliente.test) wrote: > Good morning"))
	}},
	{"an employee's reply", func(p portal) {
		p.answers(portalAna, p.last(portalAna),
			p.in("Reinicie la caja, por favor.", "Please restart the till."))
	}, func(p portal) []portalMail {
		return []portalMail{{portalCarla, p.tag("1", p.invoice()), []string{
			p.in("Reinicie la caja, por favor. Ana Gómez, Soporte · Caso #1 · "+
				"Esperando su respuesta", "Please restart the till. Ana Gómez, Soporte · "+
				"Case #1 · Waiting for your answer"),
			p.in("> También en la otra caja.", "> At the other till as well."),
		}, p.list("Ver historial | Cerrar", "See history | Close")}}
	}},
	{"a ticket opened by an employee", func(p portal) {
		p.says(portalAna, portalBox, p.machine(), p.in("#nuevo", "#new")+" carla@cliente.test\n"+
			p.in("Mañana cambiamos el equipo.", "Tomorrow we replace the machine."))
	}, func(p portal) []portalMail {
		return append(everyAgent(p.tag("2", p.machine()), p.agentButtons(),
			p.in("de Carla Ruiz (carla@cliente.test), Cliente SA",
				"from Carla Ruiz (carla@cliente.test), Cliente SA"),
			p.in("abierto por Ana Gómez", "opened by Ana Gómez")),
			portalMail{portalAna, p.tag("2", p.machine()), []string{
				p.in("«#nuevo carla@cliente.test»: se abrió este caso.",
					"“#new carla@cliente.test”: this case was opened.")}, nil},
			portalMail{portalCarla, p.tag("2", p.machine()), []string{
				p.in("Ana Gómez abrió en su nombre el caso #2: Cambio de equipo. Esto es lo que "+
					"anotamos: > Mañana cambiamos el equipo.", "Ana Gómez opened case #2 in your "+
					"name: New machine. This is what we noted: > Tomorrow we replace the machine."),
			}, p.list("Ver historial | Cerrar", "See history | Close")})
	}},
	{"a customer's mail that an employee forwards", func(p portal) {
		p.says(portalAna, portalBox, p.in("RV: Precios", "Fwd: Prices"),
			"---------- Forwarded message ---------\nFrom: Carla Ruiz <carla@cliente.test>\n"+
				"Date: Tue, 3 Mar 2026 at 9:01\nSubject: "+p.in("Precios", "Prices")+
				"\nTo: ana@mesa.test\n\n"+p.in("La lista sale mal.", "The list comes out wrong."))
	}, func(p portal) []portalMail {
		return append(everyAgent(p.tag("3", p.in("Precios", "Prices")), p.agentButtons(),
			p.in("La lista sale mal.", "The list comes out wrong.")),
			portalMail{portalCarla, p.tag("3", p.in("Precios", "Prices")), []string{
				p.in("Esto nos escribió: > La lista sale mal.",
					"This is what you wrote to us: > The list comes out wrong."),
			}, p.list("Ver historial | Cerrar", "See history | Close")})
	}},
	{"acknowledgement with the number", func(p portal) {
		p.says(portalCarla, portalBox, p.prices(), p.in("Debe controlar", "To confirm")+
			": "+portalEva+"\n\n"+p.in("Salen mal los precios.", "The prices are wrong."))
	}, func(p portal) []portalMail {
		return append(everyAgent(p.tag("4", p.prices()), p.agentButtons(),
			p.in("Su respuesta irá a Carla Ruiz y Eva Roldán",
				"Your reply goes to Carla Ruiz and Eva Roldán")),
			portalMail{portalCarla, p.tag("4", p.prices()), []string{
				p.in("Recibimos su mensaje. Es el caso #4.",
					"We received your message. This is case #4."),
				p.in("Para agregar algo, responda este correo: puede adjuntar archivos.",
					"To add something, reply to this mail: you can attach files."),
			}, p.list("Mis casos | Cerrar", "My cases | Close")})
	}},
	{"confirmation is asked of whoever controls", func(p portal) {
		p.answers(portalAna, p.last(portalAna),
			p.in("#resuelto\nQuedaron bien.", "#resolved\nThey are right now."))
	}, func(p portal) []portalMail {
		return []portalMail{
			{portalEva, p.tag("4", p.prices()), []string{
				p.in("Quedaron bien. Ana Gómez, Soporte · Caso #4 · Resuelto Ana Gómez indica que "+
					"el caso #4 está resuelto. Si es así, responda «testing ok» y lo cerramos.",
					"They are right now. Ana Gómez, Soporte · Case #4 · Resolved Ana Gómez says "+
						"that case #4 is resolved. If it is, reply “testing ok” and we close it."),
			}, p.list("Sí, quedó resuelto | Sigue fallando", "Yes, it is solved | Still failing")},
			{portalCarla, p.tag("4", p.prices()),
				[]string{p.in("Quedaron bien.", "They are right now.")},
				p.list("Ver historial | Cerrar", "See history | Close")},
			{portalAna, p.tag("4", p.prices()), []string{p.in(
				"«#resuelto»: quedó resuelto y pedimos la confirmación.",
				"“#resolved”: resolved, and we asked for confirmation.")}, nil}}
	}},
	{"whoever controls presses the button", func(p portal) {
		p.press(portalEva, p.last(portalEva), p.in("Sí, quedó resuelto", "Yes, it is solved"))
	}, func(p portal) []portalMail {
		closed := []string{p.in("El caso #4 quedó cerrado.", "Case #4 is closed.")}
		return []portalMail{{portalAna, p.tag("4", p.prices()), nil, nil},
			{portalEva, p.tag("4", p.prices()), closed, nil},
			{portalCarla, p.tag("4", p.prices()), closed, nil}}
	}},
	{"production is down", func(p portal) {
		p.says(portalCarla, portalBox, p.in("Producción Caída: no factura",
			"Production Down: no invoices"), p.in("No podemos facturar.", "We cannot invoice."))
	}, func(p portal) []portalMail {
		subject := p.in("Producción Caída: no factura", "Production Down: no invoices")
		alarm := p.in("PRODUCCIÓN CAÍDA [Caso #5] Cliente SA: no factura",
			"PRODUCTION DOWN [Case #5] Cliente SA: no invoices")
		says := []string{p.in("Cliente SA (Carla Ruiz, carla@cliente.test) avisa producción caída",
			"Cliente SA (Carla Ruiz, carla@cliente.test) reports production down"),
			p.in("> No podemos facturar.", "> We cannot invoice.")}
		return []portalMail{
			{portalGuard, alarm, says, p.list("Tomar", "Take")},
			{portalJefa, alarm, says, p.list("Tomar", "Take")},
			{portalAna, p.tag("5", subject), nil, p.agentButtons()},
			{portalLuis, p.tag("5", subject), nil, p.agentButtons()},
			{portalCarla, p.tag("5", subject), []string{
				p.in("Recibimos su aviso de producción caída. Es el caso #5, severidad 1. "+
					"Avisamos a la guardia", "We received your production down report. This is "+
					"case #5, severity 1. We alerted the person on call"),
			}, p.list("Mis casos | Cerrar", "My cases | Close")}}
	}},
	{"a new agent", func(p portal) {
		p.config.Agents["nora@mesa.test"] = "Nora Sanz"
		if err := p.people(p.t.Context()); err != nil {
			p.t.Fatal(err)
		}
		p.settle()
	}, func(p portal) []portalMail {
		return []portalMail{{"nora@mesa.test", p.in("Cómo trabajar por correo en Soporte",
			"How to work by mail at Soporte"), []string{
			p.in("responda ese aviso: lo que escriba le llega al cliente",
				"reply to that notice: what you write reaches the customer"),
			p.in("#nota · lo que sigue queda entre ustedes", "#note · what follows stays among you"),
			p.in("escriba a soporte@mesa.test con el asunto «ayuda», «mis casos» o «panel»",
				"write to soporte@mesa.test with the subject “help”, “my cases” or “dashboard”"),
		}, p.list("Ayuda | Mis casos | Panel", "Help | My cases | Dashboard")}}
	}},
	{"a new agent tries the buttons", func(p portal) {
		welcome := p.last("nora@mesa.test")
		for _, label := range p.list("Ayuda | Mis casos | Panel", "Help | My cases | Dashboard") {
			p.press("nora@mesa.test", welcome, label)
		}
	}, func(p portal) []portalMail {
		return []portalMail{
			{"nora@mesa.test", p.in("Lo que puede pedir por correo", "What you can ask for by mail"),
				[]string{p.in("mis casos", "my cases")}, anyButtons},
			{"nora@mesa.test", p.in("Sus casos abiertos", "Your cases: open"), nil,
				anyButtons},
			{"nora@mesa.test", p.in("Panel de la mesa", "Dashboard of the desk"),
				[]string{p.in("En proceso: 0", "In progress: 0")}, anyButtons}}
	}},
}

func (p portal) invoice() string { return p.in("No imprime la factura", "The invoice fails") }
func (p portal) machine() string { return p.in("Cambio de equipo", "New machine") }
func (p portal) prices() string  { return p.in("Revisión de precios", "Price check") }
func (p portal) tag(number, subject string) string {
	return p.in("[Caso #", "[Case #") + number + "] " + subject
}

func (p portal) agentButtons() []string {
	return p.list("Tomar | Resuelto | Nota", "Take | Resolved | Note")
}

// TestPortalMails: the mails that the portals send, each to exactly those whom it concerns, with
// its words and its buttons.
func TestPortalMails(t *testing.T) {
	t.Parallel()
	for _, lang := range []string{"es", "en"} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			p := newPortal(t, lang)
			p.next()
			for _, c := range portalMails {
				p.clock.Advance(time.Hour)
				c.does(p)
				t.Run(c.name, func(t *testing.T) { p.got(t, c.want(p)) })
			}
		})
	}
}
