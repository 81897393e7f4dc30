package main

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	gomail "github.com/emersion/go-message/mail"

	"buzon/store"
	"buzon/store/desk"
)

// wordsOf is the text of a mail that was sent.
func wordsOf(t *testing.T, m takenMail) string {
	t.Helper()
	r, err := gomail.CreateReader(strings.NewReader(string(m.raw)))
	if err != nil {
		t.Fatal(err)
	}
	p, err := r.NextPart()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	buf := make([]byte, 64<<10)
	for {
		n, err := p.Body.Read(buf)
		b.Write(buf[:n])
		if err != nil {
			return strings.ReplaceAll(b.String(), "\r\n", "\n")
		}
	}
}

// lastTo is the newest mail to an address, which must say the words.
func (d *virtualDesk) lastTo(address string, words ...string) takenMail {
	d.t.Helper()
	list := d.to(address)
	if len(list) == 0 {
		d.t.Fatalf("%s has received nothing", address)
	}
	m := list[len(list)-1]
	text := m.subject + "\n" + wordsOf(d.t, m)
	for _, w := range words {
		if !strings.Contains(text, w) {
			d.t.Errorf("the mail to %s does not say %q:\n%s", address, w, text)
		}
	}
	return m
}

// says writes a mail, and waits for what follows.
func (d *virtualDesk) says(from, to, subject, text string, fields ...string) {
	d.t.Helper()
	d.write(from, to, subject, text, fields...)
	d.settle()
}

// answers replies to a mail that somebody got.
func (d *virtualDesk) answers(from string, m takenMail, text string) {
	d.t.Helper()
	d.says(from, m.replyTo(), "Re: "+m.subject, text, "In-Reply-To: "+m.header.Get("Message-Id"))
}

// change does something to the desk's rows, as a command would.
func (d *virtualDesk) change(f func(context.Context, *store.Tx) error) {
	d.t.Helper()
	if err := d.store.Write(d.t.Context(),
		func(tx *store.Tx) error { return f(d.t.Context(), tx) }); err != nil {
		d.t.Fatal(err)
	}
}

func (d *virtualDesk) person(address string) desk.Person {
	d.t.Helper()
	p, err := d.store.PersonByAddress(d.t.Context(), address)
	if err != nil {
		d.t.Fatal(err)
	}
	return p
}

// sees reports whether somebody sees a ticket.
func (d *virtualDesk) sees(address string, number int64) bool {
	d.t.Helper()
	sight, err := d.store.Sight(d.t.Context(), d.person(address))
	if err != nil {
		d.t.Fatal(err)
	}
	page, _, err := d.store.Find(d.t.Context(), sight,
		store.Query{Numbers: []int64{number}, Status: "all"})
	if err != nil {
		d.t.Fatal(err)
	}
	return len(page) == 1
}

// withSponsor gives the desk an organisation whose new people Eva approves, one of whom is Bob.
func withSponsor(t *testing.T, domain, language string,
	change ...func(*config)) *virtualDesk {
	d := newVirtualDesk(t, domain, change...)
	d.change(func(ctx context.Context, tx *store.Tx) error {
		eva, err := tx.AddPerson(ctx, desk.Person{Name: "Eva",
			Addresses: []string{"eva@cliente.test"}, Role: desk.Customer, Active: true, Known: true,
			Language: language})
		if err != nil {
			return err
		}
		org, err := tx.Put(ctx, desk.Entry{Kind: desk.Organisations,
			Names: map[string]string{"es": "Cliente SA"}, Domains: []string{"cliente.test"},
			Agent: eva.ID})
		if err != nil {
			return err
		}
		return tx.Join(ctx, org.ID, org.Domains)
	})
	d.says("eva@cliente.test", "soporte@"+domain, "El primero",
		"No abre la caja. / The till does not open.")
	return d
}

// TestSponsor: a new person of an organisation with a CSM is told so, the CSM is asked by mail, and
// until then that person sees only what he opened himself.
func TestSponsor(t *testing.T) {
	for _, c := range []struct {
		language, domain, first, told, asked, yes, no, granted,
		denied, done string
	}{
		{"es", "csm-es.test", "Hola, no imprime la caja de la tienda desde ayer y necesitamos " +
			"ayuda.", "Cliente SA aprueba a quienes ven sus casos",
			"¿Puede ver los casos de Cliente SA?", "apruebo", "rechazo",
			"Ya puede ver los casos de Cliente SA", "bob@cliente.test no puede ver los casos",
			"bob@cliente.test ya puede ver los casos"},
		{"en", "csm-en.test", "Hello, the till of the shop has not printed since yesterday and " +
			"we need your help.", "Cliente SA approves who may see its cases",
			"May this person see the cases of Cliente SA?", "I approve", "I reject",
			"You can now see the cases of Cliente SA", "bob@cliente.test cannot see the cases",
			"bob@cliente.test can now see the cases"},
	} {
		t.Run(c.language, func(t *testing.T) {
			t.Parallel()
			d := withSponsor(t, c.domain, c.language)
			box := "soporte@" + c.domain
			d.says("Bob <bob@cliente.test>", box, "Otra cosa", c.first)
			d.lastTo("bob@cliente.test", "#2", c.told)
			d.lastTo("ana@"+c.domain, "#2", "aprobó")
			question := d.lastTo("eva@cliente.test", "Cliente SA", "bob@cliente.test", c.asked,
				c.yes, c.no)
			if !strings.Contains(string(question.raw), "?body=3D"+url.PathEscape(c.yes)[:1]) {
				t.Errorf("no buttons:\n%s", question.raw)
			}
			see := func(want bool) {
				t.Helper()
				if d.sees("bob@cliente.test", 1) != want || !d.sees("bob@cliente.test", 2) {
					t.Errorf("Bob sees the first: %v, his own: %v", d.sees("bob@cliente.test", 1),
						d.sees("bob@cliente.test", 2))
				}
			}
			see(false)
			d.says("Bob <bob@cliente.test>", box, "Otra más", c.first+" 2")
			if n := len(d.to("eva@cliente.test")); n != 2 {
				t.Errorf("Eva has %d mails: she is asked once", n)
			}
			// nobody else may say it, and nobody without the address of the question
			d.says("mala@cliente.test", question.replyTo(), "Re: "+question.subject, c.yes)
			d.says("eva@cliente.test", box, "Re: "+question.subject, c.yes)
			see(false)
			d.answers("eva@cliente.test", question, c.no)
			d.lastTo("eva@cliente.test", c.denied)
			see(false)
			if a := d.person("bob@cliente.test").Admission; a != desk.Denied {
				t.Errorf("Bob is %q", a)
			}
			d.answers("eva@cliente.test", question, c.yes)
			d.lastTo("eva@cliente.test", c.done)
			see(true)
			d.lastTo("bob@cliente.test", c.granted)
		})
	}
}

// TestAnotherSponsor: whom the one before has not answered for, the next is asked about; what the
// former says then is read by the team.
func TestAnotherSponsor(t *testing.T) {
	t.Parallel()
	d := withSponsor(t, "csm-dos.test", "es")
	const bob, dora, eva = "bob@cliente.test", "dora@cliente.test", "eva@cliente.test"
	d.says(bob, "soporte@csm-dos.test", "Otra cosa", "No imprime la caja de la tienda.")
	question := d.lastTo(eva, bob)
	d.change(func(ctx context.Context, tx *store.Tx) error {
		p, err := tx.AddPerson(ctx, desk.Person{Name: "Dora", Addresses: []string{dora},
			Role: desk.Customer, Active: true, Known: true})
		if err != nil {
			return err
		}
		c, err := tx.Catalogue(ctx)
		e, _ := c.Find(desk.Organisations, "Cliente SA")
		if e.Agent = p.ID; err == nil {
			_, err = tx.Put(ctx, e)
		}
		return err
	})
	d.clock.Advance(time.Minute)
	d.answers(eva, question, "apruebo")
	d.lastTo("ana@csm-dos.test", "apruebo")
	d.lastTo(eva, "#3")
	d.says(bob, "soporte@csm-dos.test", "Una más", "Y tampoco escanea.")
	if d.sees(bob, 1) {
		t.Error("who is the CSM no more has let him in")
	}
	d.answers(dora, d.lastTo(dora, bob, "apruebo"), "Apruebo")
	if d.lastTo(bob, "Ya puede ver"); !d.sees(bob, 1) {
		t.Error("the new CSM has not")
	}
}

// TestSponsorIsNotAskedAboutForgeries: what may be somebody else's asks nobody, and whom an agent
// enters needs nobody's approval.
func TestSponsorIsNotAskedAboutForgeries(t *testing.T) {
	t.Parallel()
	d := withSponsor(t, "csm-forged.test", "es")
	d.says("bot@cliente.test", "soporte@csm-forged.test", "Fuera de la oficina", "No estoy.",
		"Auto-Submitted: auto-replied")
	d.change(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Customer(ctx, "alta@cliente.test", "Alta")
		return err
	})
	if n := len(d.to("eva@cliente.test")); n != 1 || !d.sees("alta@cliente.test", 1) {
		t.Errorf("Eva has %d mails; whom an agent entered sees it: %v", n,
			d.sees("alta@cliente.test", 1))
	}
	for i := range 30 {
		d.says(fmt.Sprintf("n%d@cliente.test", i), "soporte@csm-forged.test", "Hola",
			fmt.Sprintf("No anda lo mío número %d, ¿pueden verlo?", i))
	}
	if n := len(d.to("eva@cliente.test")); n != 21 {
		t.Errorf("Eva has %d mails: she is asked about 20 people in an hour", n)
	}
}

// TestMyData: a person changes his data by mail, in both languages.
func TestMyData(t *testing.T) {
	for _, c := range []struct {
		language, subject, first, edits, confirm, yes, asked, added,
		refused string
	}{
		{"es", "Mis datos", "Hola, no imprime la caja de la tienda desde ayer y necesitamos ayuda.",
			"Nombre: Carla Ruiz\nIdioma: inglés\nAgregar dirección: carla@casa.test\nSaludos,\n" +
				"Carla", "Nos pidieron cambiar sus datos", "Sí",
			"pidió agregar esta dirección", "quedó agregada", "no se puede usar"},
		{"en", "my data", "Hello, the till of the shop has not printed since yesterday and we " +
			"need your help.",
			"Name: Carla Ruiz\nLanguage: Spanish\nAdd address: carla@casa.test\n\nThanks",
			"We were asked to change your details", "yes",
			"asked to add this address", "added", "can't be used"},
	} {
		t.Run(c.language, func(t *testing.T) {
			t.Parallel()
			domain := "data-" + c.language + ".test"
			d, box := newVirtualDesk(t, domain), "soporte@"+domain
			d.says("Carla <carla@cliente.test>", box, "Hola", c.first)
			if p := d.person("carla@cliente.test"); p.Language != c.language {
				t.Fatalf("she speaks %q", p.Language)
			}
			// unproven: nothing changes before the registered address says so
			d.says("carla@cliente.test", box, c.subject, c.edits)
			question := d.lastTo("carla@cliente.test", c.confirm, "Carla Ruiz", "carla@casa.test")
			if p := d.person("carla@cliente.test"); p.Name != "Carla" || p.Language != c.language ||
				len(d.to("carla@casa.test")) > 0 {
				t.Errorf("changed without proof: %+v", p)
			}
			d.says("mala@cliente.test", question.replyTo(), "Re", c.yes)
			if p := d.person("carla@cliente.test"); p.Name != "Carla" {
				t.Error("changed by somebody else's answer")
			}
			d.answers("carla@cliente.test", question, c.yes)
			p := d.person("carla@cliente.test")
			if p.Name != "Carla Ruiz" || p.Language == c.language || len(p.Addresses) != 1 {
				t.Errorf("after her answer: %+v", p)
			}
			d.lastTo("carla@cliente.test", "Carla Ruiz", "carla@casa.test")
			invitation := d.lastTo("carla@casa.test", "carla@cliente.test")
			if text := wordsOf(t, invitation); strings.Contains(text, "Carla Ruiz") {
				t.Errorf("a stranger's address is sent her words:\n%s", text)
			}
			d.answers("carla@cliente.test", invitation, c.yes) // it must come from the new address
			if p := d.person("carla@cliente.test"); len(p.Addresses) != 1 {
				t.Error("added without an answer from it")
			}
			d.answers("carla@casa.test", invitation, c.yes)
			if p := d.person("carla@casa.test"); !slices.Equal(p.Addresses,
				[]string{"carla@cliente.test", "carla@casa.test"}) {
				t.Errorf("her addresses: %v", p.Addresses)
			}
			d.lastTo("carla@cliente.test", "carla@casa.test")
			n := len(d.numbers())
			d.says("carla@casa.test", box, c.subject, "Nombre: http://malo.test")
			d.answers("carla@cliente.test", d.lastTo("carla@cliente.test"), c.yes)
			if p := d.person("carla@casa.test"); p.Name != "Carla Ruiz" || len(d.numbers()) != n {
				t.Errorf("her name is %q, and there are %d tickets", p.Name, len(d.numbers()))
			}
		})
	}
}

// numbers are the numbers of all tickets.
func (d *virtualDesk) numbers() (list []int64) {
	d.t.Helper()
	page, _, err := d.store.Find(d.t.Context(), everything, store.Query{Status: "all", Limit: 1000})
	if err != nil {
		d.t.Fatal(err)
	}
	for _, t := range page {
		list = append(list, t.Number)
	}
	return list
}

// TestMyDataByItsAnswer: who answers the mail about his data, from the address that it went to, is
// not asked again; by that address nobody else changes anything.
func TestMyDataByItsAnswer(t *testing.T) {
	t.Parallel()
	d, box := newVirtualDesk(t, "data-own.test"), "soporte@data-own.test"
	for _, who := range []string{"carla", "bob"} {
		d.says(who+"@cliente.test", box, "Hola", "Hola, soy "+who+
			" y no imprime la caja de la tienda desde ayer.")
	}
	d.says("carla@cliente.test", box, "mis datos", "")
	answer := d.lastTo("carla@cliente.test", "carla@cliente.test")
	d.answers("carla@cliente.test", answer, "Nombre: Carla Ruiz")
	if p := d.person("carla@cliente.test"); p.Name != "Carla Ruiz" {
		t.Errorf("she is called %q", p.Name)
	}
	d.answers("bob@cliente.test", answer, "Nombre: Roberto")
	if p, q := d.person("carla@cliente.test"),
		d.person("bob@cliente.test"); p.Name != "Carla Ruiz" || q.Name == "Roberto" {
		t.Errorf("by her address he made of them %q and %q", p.Name, q.Name)
	}
}

// TestMyDataLeaksNothing: an address that somebody else has gets the same answer, and only its
// owner learns of it; words that tell something are a ticket.
func TestMyDataLeaksNothing(t *testing.T) {
	t.Parallel()
	d, box := newVirtualDesk(t, "data-leak.test"), "soporte@data-leak.test"
	for _, who := range []string{"carla", "bob"} {
		d.says(who+"@cliente.test", box, "Hola", "Hola, soy "+who+
			" y no imprime la caja de la tienda desde ayer.")
	}
	ask := func(address string) string {
		d.says("carla@cliente.test", box, "mis datos", "Agregar dirección: "+address)
		d.answers("carla@cliente.test", d.lastTo("carla@cliente.test", address), "sí")
		return strings.ReplaceAll(wordsOf(t, d.lastTo("carla@cliente.test", address)), address, "X")
	}
	if free, taken := ask("carla@casa.test"), ask("bob@cliente.test"); free != taken {
		t.Errorf("the answers differ:\n%s\n%s", free, taken)
	}
	d.answers("bob@cliente.test", d.lastTo("bob@cliente.test", "carla@cliente.test"), "sí")
	if p := d.person("bob@cliente.test"); len(p.Addresses) != 1 ||
		p.ID == d.person("carla@cliente.test").ID {
		t.Errorf("Bob is %+v", p)
	}
	n := len(d.numbers())
	d.says("carla@cliente.test", box, "mis datos",
		"Nombre: Carla\n¿Por qué me cobraron dos veces la licencia de este mes? Necesito la "+
			"factura corregida cuanto antes, por favor.")
	d.says("nadie@otra.test", box, "mis datos", "Nombre: Nadie Conocido\nIdioma: es")
	if len(d.numbers()) != n+2 {
		t.Errorf("%d tickets", len(d.numbers()))
	}
	for i := range 12 {
		d.says("carla@cliente.test", box, "mis datos", fmt.Sprintf("Nombre: Carla %d", i))
	}
	questions := slices.DeleteFunc(d.to("carla@cliente.test"),
		func(m takenMail) bool { return !strings.Contains(m.subject, "Confirme el cambio") })
	if len(questions) != 10 {
		t.Errorf("she is asked %d times in a day", len(questions))
	}
}

// TestAgentLeavesHisCases: they are offered to the team, once, with a list.
func TestAgentLeavesHisCases(t *testing.T) {
	t.Parallel()
	d, box := newVirtualDesk(t, "leaves.test"), "soporte@leaves.test"
	d.says("carla@cliente.test", box, "No imprime", "No imprime la caja de la tienda desde ayer.")
	d.says("bob@otra.test", box, "No abre", "No abre la puerta de la tienda desde ayer.")
	for _, m := range slices.Clone(d.to("luis@leaves.test")) {
		d.answers("luis@leaves.test", m, "#tomar")
	}
	d.next()
	d.change(func(ctx context.Context, tx *store.Tx) error {
		luis, err := tx.PersonByAddress(ctx, "luis@leaves.test")
		if err != nil {
			return err
		}
		return tx.ChangePerson(ctx, luis.ID, func(p *desk.Person) { p.Active = false })
	})
	d.settle()
	m := d.lastTo("ana@leaves.test", "luis@leaves.test", "#1 · No imprime", "#2 · No abre",
		"carla@cliente.test", "#tomar")
	var told []string
	for _, m := range d.next() {
		told = append(told, m.to)
	}
	if slices.Sort(told); fmt.Sprint(told) != "[ana@leaves.test jefa@leaves.test]" {
		t.Errorf("told: %v", told)
	}
	for n := range int64(2) {
		c, err := d.store.Ticket(t.Context(), n+1)
		if err != nil || c.Agent.ID != 0 || c.Assignee.ID != 0 || c.Class == desk.Closed {
			t.Errorf("ticket %d: %v, agent %v, assignee %v", n+1, err, c.Agent, c.Assignee)
		}
	}
	address := wordsOf(t, m)
	address = address[strings.Index(address, "soporte+c1"):]
	address, _, _ = strings.Cut(address, "\n")
	d.says("ana@leaves.test", address, "Re: x", "#tomar")
	if c, _ := d.store.Ticket(t.Context(), 1); c.Agent.Address() != "ana@leaves.test" {
		t.Errorf("taken by %v", c.Agent)
	}
}
