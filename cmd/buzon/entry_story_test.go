package main

import (
	"strings"
	"testing"
)

func TestCatalogueStories(t *testing.T) {
	for _, story := range []struct {
		sentence string
		play     func(*testing.T)
	}{
		{"a new item type is a row: it decides what follows from a mail, while the daemon runs",
			newItemType},
		{"a renamed status is called so in every mail, list and history", renamedStatus},
		{"a field of one's own is set by mail and by command, and shown", ownField},
		{"an English desk speaks English throughout", englishDesk},
		{"a product's new tickets go to its agent", productsAgent},
	} {
		t.Run(story.sentence, func(t *testing.T) { t.Parallel(); story.play(t) })
	}
}

func newItemType(t *testing.T) {
	d := opened(t, liveOptions{})
	d.cli("itemtype", "add", "Visita técnica", "--name-en", "Site visit", "--agent-class", "queued",
		"--assignee", "nobody", "--takes", "yes")
	d.send(d.last(ana).reply("#item visita tecnica\nMañana a las 10 pasa nuestro técnico."))
	c := d.ticket(1)
	it := c.Items[len(c.Items)-1]
	if it.Type != "Visita técnica" || it.Visibility != "public" ||
		strings.Contains(it.Text, "#item") {
		t.Errorf("the item: %+v", it)
	}
	if c.StatusClass != "queued" || c.Status != "En cola" || c.Assignee != nil ||
		deref(c.Agent) != ana {
		t.Errorf("what follows: %s, assigned to %v, agent %v", c.Status, c.Assignee, c.Agent)
	}
	if m := d.last(carla); !strings.Contains(m.Text, "pasa nuestro técnico") ||
		strings.Contains(m.Text, "#item") {
		t.Errorf("the customer reads %s", m.Text)
	}
	if m := d.last(ana); !strings.Contains(m.Text, "el ítem es de tipo Visita técnica") {
		t.Errorf("the receipt says %s", m.Text)
	}
	if code, _, errs := d.runCLI("", "itemtype", "remove", "Visita técnica"); code != exitFailure ||
		!strings.Contains(errs, "in use once") {
		t.Errorf("removed while in use: exit %d, %s", code, errs)
	}
	d.cli("itemtype", "remove", "Visita técnica", "--replace-by", "Respuesta")
	if c := d.ticket(1); c.Items[len(c.Items)-1].Type != "Respuesta" {
		t.Errorf("replaced: %s", c.Items[len(c.Items)-1].Type)
	}
	d.send(d.last(ana).reply("#item visita tecnica\nOtra vez."))
	if m := d.last(ana); !strings.Contains(m.Text, "No conocemos el tipo de ítem") {
		t.Errorf("the receipt says %s", m.Text)
	}
}

func renamedStatus(t *testing.T) {
	d := opened(t, liveOptions{})
	d.cli("status", "set", "Esperando respuesta", "--name", "Le toca a usted", "--name-en",
		"Your turn")
	d.cli("status", "add", "En pruebas", "--class", "in_progress")
	d.send(d.last(ana).reply("Pruebe ahora."))
	if m := d.last(carla); strings.Contains(m.Text, "Esperando respuesta") {
		t.Errorf("the mail has the old name:\n%s", m.Text)
	}
	if c := d.ticket(1); c.Status != "Le toca a usted" || c.StatusClass != "waiting" {
		t.Errorf("the ticket is %s", c.Status)
	}
	d.cli("ticket", "set", "1", "status=en pruebas", "--as", ana)
	d.cli("status", "set", "Le toca a usted", "--name", "Turno del cliente")
	history := strings.Join(strings.Fields(d.cli("ticket", "history", "1")), " ")
	for _, want := range []string{"status Abierto Turno del cliente",
		"status Turno del cliente En pruebas"} {
		if !strings.Contains(history, want) {
			t.Errorf("the history does not say %q:\n%s", want, history)
		}
	}
	if list := d.cli("ticket", "list", "--status", "en PRUEBAS"); !strings.Contains(list,
		"En pruebas") {
		t.Errorf("the list says %s", list)
	}
	if code, _, errs := d.runCLI("", "status", "remove", "en pruebas", "--replace-by",
		"Cerrado"); code != exitFailure || !strings.Contains(errs, "the same class") {
		t.Errorf("replaced by another class: exit %d, %s", code, errs)
	}
	d.cli("status", "remove", "en pruebas", "--replace-by", "En proceso")
	if c := d.ticket(1); c.Status != "En proceso" {
		t.Errorf("the ticket is %s", c.Status)
	}
}

func ownField(t *testing.T) {
	d := opened(t, liveOptions{})
	d.cli("field", "add", "Piso", "--name-en", "Floor", "--type", "choice", "--choice", "Primero",
		"--choice", "Segundo")
	d.send(d.last(ana).reply("#campo piso=segundo\nVamos."))
	if c := d.ticket(1); c.Fields["Piso"] != "Segundo" {
		t.Errorf("by mail: %v", c.Fields)
	}
	d.cli("ticket", "set", "1", "floor=primero", "--as", ana)
	if c := d.ticket(1); c.Fields["Piso"] != "Primero" {
		t.Errorf("by command: %v", c.Fields)
	}
	if code, _, errs := d.runCLI("", "ticket", "set", "1", "Piso=tercero", "--as",
		ana); code != exitFailure || !strings.Contains(errs, "Primero, Segundo") {
		t.Errorf("no such choice: exit %d, %s", code, errs)
	}
	if shown := d.cli("ticket", "show", "1"); !strings.Contains(shown, "Piso:") {
		t.Errorf("shown: %s", shown)
	}
	if history := strings.Join(strings.Fields(d.cli("ticket", "history", "1")),
		" "); !strings.Contains(history, "field_piso Segundo Primero") {
		t.Errorf("history: %s", history)
	}
	if code, _, errs := d.runCLI("", "field", "remove", "Piso"); code != exitFailure ||
		!strings.Contains(errs, "in use once") {
		t.Errorf("removed while in use: exit %d, %s", code, errs)
	}
}

func englishDesk(t *testing.T) {
	d := newLiveDesk(t, liveOptions{Top: `language = "en"`})
	d.send(letter{From: carla, To: soporte, Subject: "The printer does not print",
		Text: "It has not printed since yesterday, and I do not know why."})
	c := d.ticket(1)
	if c.Status != "Open" || c.Type != "Incident" || c.Items[0].Type != "Incident" {
		t.Errorf("the ticket is %s, %s, its item %s", c.Status, c.Type, c.Items[0].Type)
	}
	if m := d.last(carla); !strings.Contains(m.Subject, "[Case #1]") {
		t.Errorf("the tag: %s", m.Subject)
	}
	spanish := []string{"Abierto", "Incidente", "Respuesta", "crítica", "mayor", "#tomar", "#ayuda",
		"Caso", "caso", "Estado"}
	told := d.last(ana)
	d.send(told.reply("#help"))
	help := ""
	for _, m := range d.received(ana) { // the answer, or the receipt that tells of it, came last
		if strings.Contains(m.Text, "closes the case") {
			help = m.Text
		}
	}
	if !strings.Contains(help, "#take") {
		t.Errorf("help says %q", help)
	}
	d.send(told.reply("#status foo\n#type bar\nPlease try again now."))
	for _, who := range []string{ana, luis, carla} {
		for _, m := range d.received(who) {
			own, _, _ := strings.Cut(m.Text, "\n> ")
			for _, word := range spanish {
				if strings.Contains(own, word) || strings.Contains(m.Subject, word) {
					t.Errorf("a mail to %s says %q:\n%s\n%s", who, word, m.Subject, m.Text)
				}
			}
		}
	}
	for _, list := range []string{d.cli("status", "list"), d.cli("type", "list"),
		d.cli("severity", "list"), d.cli("itemtype", "list"),
		d.cli("ticket", "list"), d.cli("ticket", "history", "1"), d.cli("ticket", "show", "1")} {
		for _, word := range spanish {
			if strings.Contains(list, word) {
				t.Errorf("%q in\n%s", word, list)
			}
		}
	}
}

func productsAgent(t *testing.T) {
	d := newLiveDesk(t, liveOptions{Tail: "[[mailbox]]\naddress = \"soportecrm@ejemplo.test\"\n" +
		"plus_addressing = true\nproduct = \"CRM\""})
	d.cli("product", "add", "CRM", "--agent", luis)
	d.send(letter{From: carla, To: "soportecrm@ejemplo.test", Subject: "No abre",
		Text: "El CRM no abre."})
	if c := d.ticket(1); c.Product != "CRM" || deref(c.Agent) != luis ||
		deref(c.Assignee) != luis || c.StatusClass != "open" {
		t.Errorf("the ticket: %s, agent %v, assignee %v, %s", c.Product, c.Agent, c.Assignee,
			c.Status)
	}
	d.told(map[string]int{carla: 1, luis: 1})
	d.cli("ticket", "open", "--requester", carla, "--subject", "Otra", "--text", "x", "--as", ana,
		"--product", "crm")
	if c := d.ticket(2); c.Product != "CRM" || deref(c.Assignee) != luis {
		t.Errorf("opened by command: %s, assignee %v", c.Product, c.Assignee)
	}
}
