package main

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// printer is the mail with which most stories begin.
var printer = letter{From: "Carla Ruiz <carla@cliente.test>", To: soporte,
	Subject: "La impresora no imprime",
	Text: "Buenos días.\n\nLa impresora del segundo piso no imprime desde ayer.\n\nGracias,\n" +
		"Carla"}

// opened is a desk with the ticket of the printer, and what its people were told.
func opened(t *testing.T, o liveOptions) *liveDesk {
	t.Helper()
	d := newLiveDesk(t, o)
	if m := d.send(printer); m.Outcome != "ticket" {
		t.Fatalf("the first mail became %+v", m)
	}
	return d
}

func TestConversations(t *testing.T) {
	for _, story := range []struct {
		sentence string
		play     func(*testing.T)
	}{
		{"a mail becomes a case, is acknowledged and the agents are told", mailBecomesCase},
		{"an agent's answer reaches the customer without marks of a machine, and the customer's " +
			"reply comes back by every way", thereAndBack},
		{"a colleague with only the number opens a case of his own", colleagueWithNumber},
		{"a stranger with a number hears the same whether or not the case exists",
			strangerWithNumber},
		{"Producción Caída alerts the guard at once, however it is spelt", productionDown},
		{"the same mail twice is one case and one acknowledgement; the same Message-ID with " +
			"other content is two", sameMailTwice},
		{"a mail to two mailboxes is one case", twoMailboxes},
		{"a reply to a closed case gets a new number that cites the old", replyToClosed},
		{"an agent forwards a customer's mail and the case is opened in the customer's name",
			agentForwards},
		{"an internal note and commands never reach the customer", noteStaysInside},
		{"attachments reach the other side whole", attachmentsWhole},
		{"a follower hears the item", followerHears},
		{"what is filled into a form with the desk's own labels is read", ownFormFilled},
	} {
		t.Run(story.sentence, func(t *testing.T) { t.Parallel(); story.play(t) })
	}
}

func mailBecomesCase(t *testing.T) {
	d := newLiveDesk(t, liveOptions{})
	m := d.send(printer)
	if m.Outcome != "ticket" || m.Rule != "23" || m.Ticket == nil || *m.Ticket != 1 ||
		m.From != carla || m.Door != "smtp" || m.Mailbox != soporte {
		t.Errorf("journal: %+v", m)
	}
	c := d.ticket(1)
	if c.Subject != printer.Subject || c.StatusClass != "open" || c.Requester != carla ||
		c.Severity != 2 || c.ProductionDown || len(c.Items) != 1 {
		t.Errorf("ticket: %+v", c)
	}
	if it := c.Items[0]; it.Author != carla ||
		!strings.Contains(it.Text, "no imprime desde ayer") || it.Visibility != "public" ||
		len(it.Deliveries) != 3 {
		t.Errorf("item: %+v", it)
	}
	d.told(map[string]int{carla: 1, ana: 1, luis: 1})
	if ack := d.last(carla); !strings.Contains(ack.Text, "caso") ||
		!strings.Contains(ack.Subject, "[Caso #1]") {
		t.Errorf("acknowledgement: %q\n%s", ack.Subject, ack.Text)
	}
	for _, agent := range []string{ana, luis} {
		if n := d.last(agent); !strings.Contains(n.Text, "segundo piso") ||
			!strings.Contains(n.Subject, "impresora") {
			t.Errorf("new ticket to %s: %q\n%s", agent, n.Subject, n.Text)
		}
	}
}

// ownFormFilled: the answers stand in the quote and nowhere else, under labels that only this desk
// uses.
func ownFormFilled(t *testing.T) {
	words := t.TempDir()
	if err := os.Mkdir(filepath.Join(words, "es"), 0o700); err != nil {
		t.Fatal(err)
	}
	labels := "[form]\nwhen = \"Día del fallo\"\nwhere = \"Caja\"\n"
	if err := os.WriteFile(filepath.Join(words, "es", "phrases.toml"), []byte(labels),
		0o600); err != nil {
		t.Fatal(err)
	}
	d := opened(t, liveOptions{Top: fmt.Sprintf("templates = %q", words)})
	d.send(d.last(ana).reply("#pedir-info\nDíganos por favor:"))
	asked := d.last(carla)
	if !strings.Contains(asked.Text, "\nCaja:") {
		t.Fatalf("the form lacks our label:\n%s", asked.Text)
	}
	filled := asked.reply("Va.")
	filled.Text = strings.Replace(filled.Text, "> Caja:", "> Caja: la 4, junto a la puerta", 1)
	d.send(filled)
	if it := d.ticket(1).Items[2]; !strings.Contains(it.Text, "Caja: la 4, junto a la puerta") {
		t.Errorf("item: %q, of\n%s", it.Text, filled.Text)
	}
}

func thereAndBack(t *testing.T) {
	d := opened(t, liveOptions{})
	d.send(d.last(ana).reply("Hola Carla, ¿qué luz está encendida?\n\nAna"))
	c := d.ticket(1)
	if it := c.Items[1]; it.Type != "Respuesta" || it.Author != ana || it.Visibility != "public" ||
		!strings.HasPrefix(it.Text, "Hola Carla") || strings.Contains(it.Text, "segundo piso") {
		t.Errorf("the agent's item: %+v", it)
	}
	if c.StatusClass != "waiting" || c.Assignee == nil || *c.Assignee != carla || c.Agent == nil ||
		*c.Agent != ana {
		t.Errorf("after the answer: status %s, assignee %v, agent %v", c.StatusClass, c.Assignee,
			c.Agent)
	}
	answer := d.last(carla)
	if !strings.Contains(answer.Text, "¿qué luz está encendida?") ||
		answer.fromName() != "Ana Gómez, Soporte Ejemplo" {
		t.Errorf("the answer: From %s\n%s", answer.fromName(), answer.Text)
	}
	first := d.mails()[0].MessageID
	for _, way := range []struct {
		name   string
		evid   string
		change func(*letter)
	}{
		{"Reply-To", "T", func(*letter) {}},
		{"token stripped but References", "M", func(l *letter) {
			l.To, l.Subject = soporte,
				"Re: impresora"
		}},
		{"alias, only In-Reply-To", "M",
			func(l *letter) {
				l.To, l.Subject, l.References = "ayuda@ejemplo.test",
					"Re: impresora", ""
			}},
		{"answers his own mail", "M", func(l *letter) {
			l.To, l.Subject, l.InReplyTo, l.References = soporte, "Re: La impresora no imprime",
				"<"+first+">", "<"+first+">"
		}},
		{"both stripped but the number", "S",
			func(l *letter) { l.To, l.InReplyTo, l.References = soporte, "", "" }},
		{"from the phone", "T", func(l *letter) {
			new, _, _ := strings.Cut(l.Text, "\n\nEl lun")
			l.Text = new + "\n\nEnviado desde mi iPhone\n\n> El 2 mar 2026, a las 10:15, Ana " +
				"Gómez, Soporte Ejemplo <soporte@ejemplo.test> escribió:\n> \n" + answer.quoted()
		}},
		{"Spanish Outlook", "T", func(l *letter) {
			new, _, _ := strings.Cut(l.Text, "\n\nEl lun")
			l.Subject = strings.Replace(l.Subject, "Re: ", "RE: ", 1)
			l.Text = new + "\n\n________________________________\nDe: Soporte Ejemplo " +
				"<soporte@ejemplo.test>\nEnviado: lunes, 2 de marzo de 2026 10:15\nPara: Carla " +
				"Ruiz <carla@cliente.test>\nAsunto: " + answer.Subject + "\n\n" + answer.Text
		}},
	} {
		t.Run(way.name, func(t *testing.T) {
			said := fmt.Sprintf("La luz roja, %s.", way.name)
			before := len(d.received(ana))
			l := answer.reply(said)
			way.change(&l)
			m := d.send(l)
			if m.Outcome != "item" || *m.Ticket != 1 || m.Evidence != way.evid {
				t.Fatalf("the reply became %+v", m)
			}
			if it := d.lastItem(1); it.Text != said || it.Author != carla ||
				it.Type != "Ampliación de información" {
				t.Errorf("the item: %+v", it)
			}
			if n := d.received(ana); len(n) != before+1 || !strings.Contains(n[before].Text, said) {
				t.Errorf("Ana was told %d times", len(n)-before)
			}
		})
	}
	if c := d.ticket(1); c.StatusClass != "open" || *c.Assignee != ana || len(d.tickets()) != 1 {
		t.Errorf("at the end: %+v, %d tickets", c, len(d.tickets()))
	}
	if n := len(d.received(luis)); n != 1 {
		t.Errorf("Luis, who has nothing to do with it, was told %d times", n)
	}
}

func colleagueWithNumber(t *testing.T) {
	d := opened(t, liveOptions{})
	before := len(d.received(carla))
	m := d.send(letter{From: "Mario Soto <mario@cliente.test>", To: soporte,
		Subject: "Re: [Caso #1] La impresora no imprime", Text: "Tampoco imprime la mía."})
	if m.Outcome != "ticket" || *m.Ticket != 2 || m.Rule != "21" {
		t.Errorf("the colleague's mail became %+v", m)
	}
	if c := d.ticket(2); len(c.Links) != 1 || c.Links[0].Ticket != 1 ||
		c.Requester != "mario@cliente.test" {
		t.Errorf("his case: %+v", c)
	}
	if c := d.ticket(1); len(c.Items) != 1 || len(c.Followers) != 0 ||
		len(d.received(carla)) != before {
		t.Errorf("the case that he named: %+v", c)
	}
}

func strangerWithNumber(t *testing.T) {
	d := opened(t, liveOptions{})
	var heard []string
	for i, number := range []string{"1", "999"} {
		who := fmt.Sprintf("curioso%d@extranos%d.test", i, i)
		if m := d.send(letter{From: who, To: soporte, Subject: "Re: [Caso #" + number +
			"] La impresora", Text: "¿En qué quedó?"}); m.Outcome != "ticket" {
			t.Errorf("case %s: %+v", number, m)
		}
		n := d.last(who)
		got := fmt.Sprint(len(d.received(who)), n.Subject, n.Text)
		got = strings.ReplaceAll(got, fmt.Sprintf("#%d", i+2), "#N")
		heard = append(heard, strings.ReplaceAll(got, who, "WHO"))
	}
	if heard[0] != heard[1] {
		t.Errorf("the case that exists:\n%s\nthe one that does not:\n%s", heard[0], heard[1])
	}
	if len(d.received(carla)) != 1 {
		t.Errorf("Carla was told of a stranger")
	}
}

func productionDown(t *testing.T) {
	d := newLiveDesk(t, liveOptions{})
	for i, c := range []struct{ name, subject string }{
		{"as it is written", "=?utf-8?q?Producci=C3=B3n_Ca=C3=ADda?="},
		{"no accents, upper case", "PRODUCCION CAIDA - nadie puede facturar"},
		{"abbreviated", "=?utf-8?q?Prod._ca=C3=ADda_en_planta?="},
		{"NFD", "=?utf-8?q?Produccio=CC=81n_Cai=CC=81da?="},
		{"Latin-1 in base64", "=?iso-8859-1?B?UHJvZHVjY2nzbiBDYe1kYQ==?="},
		{"split within a letter", "=?utf-8?B?UHJvZHVjY2nD?= =?utf-8?B?s24gQ2HDrWRh?="},
		{"split within a word, folded",
			"=?utf-8?q?Urgente:_Produc?=\r\n =?utf-8?q?ci=C3=B3n_Ca?=\r\n =?utf-8?q?=C3=ADda?="},
		{"raw bytes of Latin-1", "Producci\xf3n Ca\xedda"},
		{"full-width",
			"=?utf-8?B?77yw77yy77yv77yk77y177yj77yj77yp77yv77yuIO+8o++8oe+8qe+8pO+8oQ==?="},
		{"forwarded and in two blanks", "RV: Fwd: =?utf-8?q?Producci=C3=B3n__CAIDA?="},
		{"English", "Production down"},
	} {
		who := fmt.Sprintf("u%d@planta%d.test", i, i)
		before := len(d.received(guardia))
		m := d.send(letter{From: who, To: soporte, RawSubject: c.subject,
			Text: "No podemos facturar."})
		row := d.ticket(*m.Ticket)
		if !row.ProductionDown || row.Severity != 1 {
			t.Errorf("%s: subject %q, severity %d, production down %v", c.name, row.Subject,
				row.Severity, row.ProductionDown)
		}
		alerts := d.received(guardia)
		if len(alerts) != before+1 || len(d.received(who)) != 1 {
			t.Errorf("%s: %d alerts to the guard, %d acknowledgements", c.name, len(alerts)-before,
				len(d.received(who)))
			continue
		}
		if h := alerts[before].Header; h.Get("X-Buzon-Severidad") != "1" {
			t.Errorf("%s: the alert says severity %s", c.name, h.Get("X-Buzon-Severidad"))
		}
	}
	before := len(d.received(guardia))
	for i, subject := range []string{"La producción se cayó a la mitad este mes",
		"Caída de producción de leche: informe", "Consulta"} {
		d.send(letter{From: fmt.Sprintf("v%d@campo%d.test", i, i), To: soporte, Subject: subject,
			Text: "Saludos."})
		if row := d.tickets(); row[len(row)-1].ProductionDown {
			t.Errorf("%q is taken for an alarm", subject)
		}
	}
	if n := len(d.received(guardia)); n != before {
		t.Errorf("the guard was alerted %d times for nothing", n-before)
	}
}

func sameMailTwice(t *testing.T) {
	d := newLiveDesk(t, liveOptions{})
	l := printer
	l.ID = "<constante@cliente.test>"
	again := l
	again.Header =
		[]string{"Received: from otro.test by cliente.test; Mon, 2 Mar 2026 10:00:00 -0500",
			"DKIM-Signature: v=1; a=rsa-sha256; d=cliente.test; b=xx"}
	d.send(l)
	first := d.mails()[0]
	for _, copy := range []letter{l, again} {
		raw := string(copy.raw())
		date := strings.Index(raw, "Date: ") // the copies are one mail: its date is the first's
		raw = raw[:date] + "Date: " + headerOf(t, d, first.ID, "Date") +
			raw[date+strings.Index(raw[date:], "\r\n"):]
		d.postRaw(carla, raw)
	}
	d.quiet()
	for _, m := range d.mails()[1:] {
		if m.Outcome != "duplicate" || m.Ticket == nil || *m.Ticket != 1 {
			t.Errorf("the copy became %+v", m)
		}
	}
	d.told(map[string]int{carla: 1, ana: 1, luis: 1})
	other := l
	other.Subject, other.Text = "El teléfono no suena", "Otra cosa con el mismo identificador."
	if m := d.send(other); m.Outcome != "ticket" || *m.Ticket != 2 {
		t.Errorf("other content with the same Message-ID became %+v", m)
	}
}

func twoMailboxes(t *testing.T) {
	d := newLiveDesk(t, liveOptions{})
	l := printer
	l.To, l.Cc = soporte, ventas
	d.send(l)
	d.told(map[string]int{carla: 1, ana: 1, luis: 1})
	l.Subject, l.From = "Por separado", "Mario Soto <mario@otra.test>"
	raw := string(l.raw())
	for _, rcpt := range []string{ventas, soporte} { // a server that splits the mail by recipient
		d.postRaw("mario@otra.test", raw, rcpt)
	}
	d.quiet()
	if list := d.tickets(); len(list) != 2 || list[0].Mailbox != soporte ||
		list[1].Mailbox != soporte {
		t.Errorf("%d tickets: %+v", len(list), list)
	}
	if n := len(d.received("mario@otra.test")); n != 1 {
		t.Errorf("%d acknowledgements", n)
	}
}

func replyToClosed(t *testing.T) {
	d := opened(t, liveOptions{Tail: "[caps]\nagent_notices_a_minute = 1000\nack_every = \"1ms\""})
	d.send(d.last(ana).reply("Quedó arreglada.\n\n#cerrar"))
	if c := d.ticket(1); c.StatusClass != "closed" || c.ClosedAt == nil {
		t.Fatalf("after #cerrar: %+v", c)
	}
	closed := d.last(carla)
	if !strings.Contains(closed.Text, "Quedó arreglada") ||
		strings.Contains(closed.Text+closed.HTML, "#cerrar") {
		t.Errorf("what Carla reads: %s", closed.Text)
	}
	m := d.send(closed.reply("Otra vez falla, ahora con la luz verde."))
	if m.Outcome != "ticket" || *m.Ticket != 2 {
		t.Fatalf("the reply became %+v", m)
	}
	if c := d.ticket(2); len(c.Links) != 1 || c.Links[0].Ticket != 1 || c.StatusClass != "open" ||
		c.Items[0].Text != "Otra vez falla, ahora con la luz verde." {
		t.Errorf("the new case: %+v", c)
	}
	if c := d.ticket(1); c.StatusClass != "closed" || len(c.Items) != 2 {
		t.Errorf("the old case: %+v", c)
	}
	if n := d.last(carla); !strings.Contains(n.Subject, "[Caso #2]") ||
		!strings.Contains(n.Text, "#1") {
		t.Errorf("Carla hears %q\n%s", n.Subject, n.Text)
	}
	if m := d.send(closed.reply("Muchas gracias, Ana.")); m.Outcome != "item" || *m.Ticket != 1 {
		t.Errorf("mere thanks became %+v", m)
	}
}

func agentForwards(t *testing.T) {
	d := newLiveDesk(t, liveOptions{SMTP: `trusted_networks = ["127.0.0.1"]`})
	for i, c := range []struct{ name, subject, text string }{
		{"Gmail", "Fwd: No puedo entrar",
			"---------- Forwarded message ---------\nDe: Pedro Díaz <pedro@otra.test>\nDate: " +
				"lun, 2 mar 2026 a las 9:01\nSubject: No puedo entrar\nTo: Ana Gómez " +
				"<ana@ejemplo.test>\n\n\nNo puedo entrar al sistema desde hoy.\n\nPedro"},
		{"Outlook", "RV: No puedo entrar",
			"De: Pilar Mora <pilar@otra.test>\nEnviado: lunes, 2 de marzo de 2026 9:01\nPara: " +
				"Ana Gómez <ana@ejemplo.test>\nAsunto: No puedo entrar\n\nNo puedo entrar al " +
				"sistema desde hoy.\n\nPilar"},
	} {
		customer := []string{"pedro@otra.test", "pilar@otra.test"}[i]
		m := d.send(letter{From: "Ana Gómez <ana@ejemplo.test>", To: soporte, Subject: c.subject,
			Text: c.text})
		if m.Outcome != "ticket" || m.Rule != "10" {
			t.Fatalf("%s: %+v", c.name, m)
		}
		row := d.ticket(*m.Ticket)
		if row.Requester != customer || row.Subject != "No puedo entrar" ||
			!strings.HasPrefix(row.Items[0].Text, "No puedo entrar al sistema") {
			t.Errorf("%s: %+v", c.name, row)
		}
		n := d.last(customer)
		if !strings.Contains(n.Text, "Ana Gómez") || len(d.received(customer)) != 1 {
			t.Errorf("%s: the customer hears %q\n%s", c.name, n.Header, n.Text)
		}
		if m := d.send(n.reply("Es con el usuario pdiaz.")); m.Outcome != "item" ||
			*m.Ticket != row.Number || m.Evidence != "T" {
			t.Errorf("%s: the customer's reply became %+v", c.name, m)
		}
	}
	if n := len(d.received(ana)); n != 4 {
		t.Errorf("Ana, who forwarded both, was told %d times; want what came of each, and the two "+
			"replies", n)
	}
}

func noteStaysInside(t *testing.T) {
	d := opened(t, liveOptions{})
	own := d.last(ana)
	for _, c := range []struct{ text, visibility, status string }{
		{"#nota\nNOTA-XYZZY: este cliente no paga.", "internal", "open"},
		{"NOTA-XYZZY al final.\n\n#nota", "internal", "open"},
		{"#tomar", "internal", "in_progress"},
		{"#tomar\nRevisamos el servidor de impresión.\n#severidad 1", "public", "waiting"},
		{"#nota #cerrar NOTA-XYZZY", "internal", "waiting"},
		{"#pedir-info\n¿Qué modelo es?", "public", "waiting"},
		{"#resuelto\nQuedó arreglada.", "public", "resolved"},
	} {
		m := d.send(own.reply(c.text))
		if m.Outcome != "item" || m.Rule != "8" {
			t.Fatalf("%q became %+v", c.text, m)
		}
		row := d.ticket(1)
		if it := row.Items[len(row.Items)-1]; it.Visibility != c.visibility ||
			row.StatusClass != c.status {
			t.Errorf("%q: visibility %s, status %s; want %s, %s", c.text, it.Visibility,
				row.StatusClass, c.visibility, c.status)
		}
	}
	// Luis adds a note to the case from the first notice; Ana, who wrote on it, hears of it.
	before := len(d.received(ana))
	d.send(d.received(luis)[0].reply("#nota\nNOTA-XYZZY de Luis."))
	if n := d.received(ana); len(n) != before+1 ||
		!strings.Contains(n[before].Text, "NOTA-XYZZY de Luis") {
		t.Errorf("Ana hears %d times of the note of Luis", len(n)-before)
	}
	// and now the mails that quote what was before
	d.send(d.last(carla).reply("Sigue sin imprimir."))
	d.send(d.last(ana).reply("Vamos para allá."))
	heard := 0
	for _, m := range d.relay.Accepted() {
		if slices.Contains([]string{ana, luis, guardia}, m.To[0]) {
			continue
		}
		heard++
		n := readNotice(t, m)
		for _, secret := range []string{"XYZZY", "#nota", "#tomar", "#severidad", "#pedir-info",
			"#resuelto", "#cerrar"} {
			if strings.Contains(n.Text+n.HTML+n.Subject+string(n.Raw), secret) {
				t.Errorf("%v reads %s:\n%s", n.To, secret, n.Text)
			}
		}
	}
	if heard != 5 { // the acknowledgement, and four answers
		t.Errorf("Carla was written to %d times", heard)
	}
}

func attachmentsWhole(t *testing.T) {
	d := newLiveDesk(t, liveOptions{})
	random := rand.NewChaCha8([32]byte{1})
	bytesOf := func(n int) []byte {
		b := make([]byte, n)
		random.Read(b)
		return b
	}
	files := []file{{"informe.pdf", "application/pdf", bytesOf(300_001)},
		{"gráfico señal.png", "image/png", bytesOf(777)},
		{"vacío.bin", "application/octet-stream", nil},
		{"notas.txt", "text/plain", []byte("bare\nlines\rand .\n.\n\n")}}
	l := printer
	l.Files = files
	d.send(l)
	same := func(what string, n notice) {
		t.Helper()
		if len(n.Files) != len(files) {
			t.Fatalf("%s: %d attachments, want %d", what, len(n.Files), len(files))
		}
		for i, f := range n.Files {
			if f.Name != files[i].Name ||
				sha256.Sum256(f.Content) != sha256.Sum256(files[i].Content) {
				t.Errorf("%s: %q with %d bytes, want %q with %d", what, f.Name, len(f.Content),
					files[i].Name, len(files[i].Content))
			}
		}
	}
	same("the agent's notice", d.last(ana))
	answer := d.last(ana).reply("Adjunto el informe.")
	answer.Files = files
	d.send(answer)
	same("the customer's mail", d.last(carla))
	for i, a := range d.lastItem(1).Attachments {
		if a.SHA256 != fmt.Sprintf("%x", sha256.Sum256(files[i].Content)) ||
			a.Size != int64(len(files[i].Content)) {
			t.Errorf("the item's attachment: %+v", a)
		}
	}
}

func followerHears(t *testing.T) {
	d := opened(t, liveOptions{})
	const mario = "mario@cliente.test"
	d.cli("person", "add", mario, "--name", "Mario Soto")
	d.follow(1, mario)
	d.send(d.last(ana).reply("Vamos para allá."))
	if n := d.last(mario); !strings.Contains(n.Text, "Vamos para allá.") {
		t.Errorf("the follower reads: %s", n.Text)
	}
	if m := d.send(d.last(carla).reply("Los espero.")); m.Outcome != "item" {
		t.Fatalf("%+v", m)
	}
	if n := d.last(mario); !strings.Contains(n.Text, "Los espero.") || len(d.received(mario)) != 2 {
		t.Errorf("the follower reads: %s", n.Text)
	}
	if m := d.send(d.last(mario).reply("Yo les abro.")); m.Outcome != "item" || m.Evidence != "T" {
		t.Errorf("the follower's reply became %+v", m)
	}
	if n := d.last(carla); !strings.Contains(n.Text, "Yo les abro.") {
		t.Errorf("the requester reads: %s", n.Text)
	}
}
