package main

import (
	"encoding/base64"
	"fmt"
	"html"
	"slices"
	"strings"
	"testing"
)

// styles are the ways in which mail clients leave the mail that is answered in the answer.
var styles = map[string]func(n notice, said string) string{
	"marked":          func(n notice, said string) string { return n.reply(said).Text },
	"no attribution":  func(n notice, said string) string { return said + "\n\n" + n.quoted() },
	"no marks":        func(n notice, said string) string { return said + "\n\n" + n.Text },
	"a rule":          func(n notice, said string) string { return said + "\n\n----\n" + n.Text },
	"below the quote": func(n notice, said string) string { return n.quoted() + "\n\n" + said },
	"unmarked on top": func(n notice, said string) string { return n.Text + "\n\n" + said },
	"between the lines": func(n notice, said string) string {
		return strings.Replace(n.quoted(),
			"\n> ", "\n"+said+"\n> ", 1)
	},
	"other marks": func(n notice, said string) string {
		return said + "\n\n" +
			strings.ReplaceAll(n.quoted(), "> ", "| ")
	},
	"indented": func(n notice, said string) string {
		return said + "\n\n    " + strings.ReplaceAll(n.Text, "\n", "\n    ")
	},
	"unknown language": func(n notice, said string) string {
		return said + "\n\n2026/03/02 10:00, Soporte Ejemplo napsal:\n" + n.Text
	},
	"Outlook": func(n notice, said string) string {
		return said + "\n\nDe: Soporte Ejemplo <soporte@ejemplo.test>\nEnviado el: lunes, 2 de " +
			"marzo de 2026 10:15\nPara: Ana\nAsunto: " + n.Subject + "\n\n" + n.Text
	},
	"forwarded": func(n notice, said string) string {
		return said + "\n\n---------- Forwarded message ---------\nDe: Soporte " +
			"<soporte@ejemplo.test>\nDate: x\nSubject: y\nTo: z\n\n" + n.Text
	},
}

// htmlStyles are those of clients that write HTML.
var htmlStyles = map[string]func(n notice, said string) string{
	"HTML without marks": func(n notice, said string) string {
		return "<div>" + said +
			"</div><br><div>" + shown(n) + "</div>"
	},
	"blockquote": func(n notice, said string) string {
		return "<div>" + said + "</div><blockquote>" + shown(n) + "</blockquote>"
	},
	"blockquote on top": func(n notice, said string) string {
		return "<blockquote>" + shown(n) + "</blockquote><div>" + said + "</div>"
	},
	"a border": func(n notice, said string) string {
		return "<p>" + said + "</p><div style='border-left:solid blue 1.5pt'>" + shown(n) + "</div>"
	},
	"the notice's own": func(n notice, said string) string {
		return "<div>" + said + "</div>" +
			n.HTML
	},
	"a table in its place": func(n notice, said string) string {
		return "<p>" + said + "</p><table><tr><td>" + shown(n) + "</td></tr></table>"
	},
}

func shown(n notice) string { return strings.ReplaceAll(html.EscapeString(n.Text), "\n", "<br>") }

// TestC07InternalNotesStayInternal: whatever notice an agent answers, and however his client quotes
// it, no word of a note, and nothing that agents say about one, reaches a customer.
func TestC07InternalNotesStayInternal(t *testing.T) {
	d := opened(t, liveOptions{Top: "",
		Tail: "[caps]\nack_every = \"1ms\"\nticket_hour = 100000\n"})
	first := d.last(ana)
	d.send(first.reply("#tomar"))
	d.send(d.received(luis)[0].reply("#nota\nNOTA-XYZZY este cliente no paga desde marzo."))
	note := d.last(ana)
	d.send(letter{From: "zoe@otra.test", To: d.received(carla)[0].Header.Get("Reply-To"),
		Subject: "Re: x", Text: "PENDIENTE-XYZZY soy la jefa de Carla."})
	pending := d.last(ana)
	d.send(
		d.received(luis)[0].reply("#asignar ana\n#nota\nASIGNADO-XYZZY sigue sin pagar la cuota."))
	assigned := d.last(ana)
	d.send(first.reply("#nota clave-XYZZY 1234"))
	receipt := d.last(ana)
	d.send(d.received(carla)[0].reply("¿Hay novedades?"))
	item := d.last(ana)
	for _, n := range []notice{note, pending, assigned, receipt} {
		if !strings.Contains(n.Text, "XYZZY") ||
			!strings.Contains(n.Text, "empiece con #publico para que llegue a") ||
			!strings.Contains(n.HTML, "#publico") {
			t.Errorf("the notice says\n%s", n.Text)
		}
	}
	if !strings.Contains(item.Text, "Su respuesta irá a") || strings.Contains(item.Text, "XYZZY") {
		t.Errorf("the notice of the customer's words says\n%s", item.Text)
	}
	said := 0
	answer := func(n notice, kind, body string) {
		l := n.reply("")
		l.Text, l.Header = body, nil
		raw := strings.Replace(string(l.raw()),
			"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"+
				strings.ReplaceAll(body, "\n", "\r\n"),
			"Content-Type: "+kind+"; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"+
				base64.StdEncoding.EncodeToString([]byte(body)), 1)
		d.postRaw(ana, raw, bareAddress(l.To))
		said++
	}
	for name, n := range map[string]notice{"note": note, "pending": pending, "assigned": assigned,
		"receipt": receipt} {
		for _, quote := range styles {
			answer(n, "text/plain", quote(n, fmt.Sprintf("Sobre-XYZZY (%s): no le digas.", name)))
		}
		for _, quote := range htmlStyles {
			answer(n, "text/html", quote(n, fmt.Sprintf("Sobre-XYZZY (%s): no le digas.", name)))
		}
	}
	// the words of a note under what is for the customer, from another mail of the agent's
	for _, quote := range styles {
		answer(item, "text/plain", quote(note, "Ya lo vemos."))
	}
	d.quiet()
	heard := 0
	for _, m := range d.relay.Accepted() {
		if slices.Contains([]string{ana, luis, guardia}, m.To[0]) {
			continue
		}
		heard++
		if n := readNotice(t, m); strings.Contains(n.Text+n.HTML+n.Subject+string(n.Raw), "XYZZY") {
			t.Errorf("%v reads\n%s", n.To, n.Text)
		}
	}
	if heard < 1+1 || said < 80 {
		t.Errorf("%d mails to customers, %d answers", heard, said)
	}
}
