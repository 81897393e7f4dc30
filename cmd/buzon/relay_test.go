package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"buzon/internal/mailtest"
)

func TestRelayTroubles(t *testing.T) {
	for _, story := range []struct {
		sentence string
		play     func(*testing.T)
	}{
		{"the relay is down and everything goes out when it is back, in order", relayDown},
		{"the relay says later at any step, and gets the same bytes again", relayLater},
		{"the relay cuts after the final dot: the same bytes, the same Message-ID", relayCuts},
		{"the relay refuses a customer: the agent is told once and nothing is tried again",
			relayRefuses},
		{"the relay refuses an acknowledgement: nobody is told", relayRefusesAck},
		{"the relay refuses our login: everything is held and nothing is lost", relayRefusesLogin},
		{"the relay never takes an answer: it is given up in the end and the agent is told once",
			relayNeverTakes},
		{"one recipient who can't be reached holds up nobody else", relayOneRecipient},
	} {
		t.Run(story.sentence, func(t *testing.T) { t.Parallel(); story.play(t) })
	}
}

// tried waits until a mail to an address has had so many attempts.
func (d *liveDesk) tried(to string, attempts int) (row outgoingRow) {
	d.t.Helper()
	d.until(fmt.Sprintf("%d attempts at mail to %s", attempts, to), func() bool {
		i := slices.IndexFunc(d.outbox(), func(o outgoingRow) bool {
			return o.To == to &&
				o.Attempts >= attempts
		})
		if i >= 0 {
			row = d.outbox()[i]
		}
		return i >= 0
	})
	return row
}

// asked waits until so many attempts have been made at mails in all.
func (d *liveDesk) asked(attempts int) {
	d.t.Helper()
	d.until(fmt.Sprintf("%d attempts", attempts), func() bool { return d.attempts() >= attempts })
}

func (d *liveDesk) attempts() (n int) {
	for _, o := range d.outbox() {
		n += o.Attempts
	}
	return n
}

func relayDown(t *testing.T) {
	d := newLiveDesk(t, liveOptions{})
	d.relay.Stop()
	d.post(printer)
	d.asked(5)
	for _, o := range d.outbox() {
		if o.State != "due" && o.State != "sending" || o.NextAt == nil {
			t.Errorf("while the relay is down: %+v", o)
		}
	}
	d.relay.Start(t)
	d.quiet()
	d.told(map[string]int{carla: 1, ana: 1, luis: 1})
	n := d.last(carla)
	d.relay.Stop()
	for i := range 5 {
		l := n.reply(fmt.Sprintf("Dato %d.", i))
		d.post(l)
		d.filed()
	}
	d.relay.Start(t)
	d.quiet()
	for i, n := range d.received(ana)[1:] {
		if !strings.Contains(n.Text, fmt.Sprintf("Dato %d.", i)) {
			t.Errorf("item %d comes as:\n%s", i, n.Text)
		}
	}
	d.told(map[string]int{carla: 1, ana: 6, luis: 6})
}

func relayLater(t *testing.T) {
	later := []mailtest.Act{{Reply: "450 4.7.1 vuelva luego", For: carla},
		{Reply: "421 4.3.2 estamos cerrando", For: carla}}
	any := []mailtest.Act{{Reply: "421 4.7.0 demasiadas conexiones"},
		{Reply: "451 4.3.0 un momento"}}
	// EHLO is twice as often refused, for HELO is tried after it
	stored := []mailtest.Act{{Reply: "451 4.3.0 un momento", For: carla, Store: true},
		{Reply: "452 4.3.1 sin espacio", For: carla, Store: true}}
	for _, c := range []struct {
		step   mailtest.Step
		acts   []mailtest.Act
		copies int
		fewest int // a mail whose connection is refused may wait for another's
	}{{mailtest.Connect, any, 1, 3}, {mailtest.EHLO, append(any, any...), 1, 3},
		{mailtest.MAIL, any, 1, 4}, {mailtest.RCPT, later, 1, 4}, {mailtest.DATA, later, 1, 4},
		{mailtest.End, stored, 3, 4}} {
		t.Run(string(c.step), func(t *testing.T) {
			d := newLiveDesk(t, liveOptions{})
			d.relay.Script(c.step, c.acts...)
			d.send(printer)
			d.told(map[string]int{carla: c.copies, ana: 1, luis: 1})
			d.sameBytes(carla)
			for _, o := range d.outbox() {
				if o.State != "sent" {
					t.Errorf("%+v", o)
				}
			}
			// a connection refused may count for one mail or for two
			if n := d.attempts(); n < c.fewest || n > 5 {
				t.Errorf("%d attempts at three mails, two of which were put off", n)
			}
		})
	}
}

// sameBytes fails unless all copies that an address received are the same.
func (d *liveDesk) sameBytes(address string) {
	d.t.Helper()
	list := d.received(address)
	for _, n := range list {
		if !bytes.Equal(n.Raw, list[0].Raw) || n.From != list[0].From {
			d.t.Errorf("another attempt was other bytes:\n%.600s\n\n%.600s", list[0].Raw, n.Raw)
		}
	}
}

func relayCuts(t *testing.T) {
	d := newLiveDesk(t, liveOptions{})
	cut := mailtest.Act{For: carla, Store: true, Cut: true}
	d.relay.Script(mailtest.End, cut, cut, cut)
	d.post(printer)
	if o := d.tried(carla, 2); o.Kind != "ack" {
		t.Errorf("%+v", o)
	}
	d.quiet()
	d.told(map[string]int{carla: 4, ana: 1, luis: 1})
	d.sameBytes(carla)
	if o := d.tried(carla, 4); o.State != "sent" || o.Attempts != 4 {
		t.Errorf("%+v", o)
	}
}

func relayRefuses(t *testing.T) {
	d := opened(t, liveOptions{})
	d.relay.Script(mailtest.RCPT, mailtest.Act{Reply: "550 5.1.1 no existe esa casilla", For: carla,
		Always: true})
	d.send(d.last(ana).reply("¿Qué luz está encendida?"))
	c := d.ticket(1)
	answer := c.Items[1]
	if len(answer.Deliveries) != 1 || answer.Deliveries[0].State != "failed" ||
		!strings.Contains(answer.Deliveries[0].LastReply, "no existe esa casilla") {
		t.Errorf("the answer: %+v", answer)
	}
	if n := d.last(ana); !strings.Contains(n.Text, carla) ||
		!strings.Contains(n.Text, "luz está encendida") {
		t.Errorf("Ana reads:\n%s", n.Text)
	}
	time.Sleep(400 * time.Millisecond) // longer than the outbox waits before it tries again
	d.told(map[string]int{carla: 1, ana: 2, luis: 1})
	if o := d.tried(carla, 1); o.Attempts != 1 || o.State != "failed" || o.NextAt != nil {
		t.Errorf("%+v", o)
	}
	d.relay.Script(mailtest.RCPT)
	d.cli("outbox", "retry", fmt.Sprint(d.tried(carla, 1).ID))
	d.quiet()
	d.told(map[string]int{carla: 2, ana: 2, luis: 1})
}

func relayRefusesAck(t *testing.T) {
	d := newLiveDesk(t, liveOptions{})
	d.relay.Script(mailtest.RCPT, mailtest.Act{Reply: "550 5.1.1 no existe", Always: true})
	d.send(printer)
	d.told(map[string]int{})
	for _, o := range d.outbox() {
		if o.State != "failed" || o.Attempts != 1 {
			t.Errorf("%+v", o)
		}
	}
	if n := len(d.outbox()); n != 5 {
		t.Errorf("%d mails are owed, want the three of the new case, and that each agent's failed",
			n)
	}
}

func relayRefusesLogin(t *testing.T) {
	d := newLiveDesk(t, liveOptions{Relay: "username = \"soporte\"\npassword = \"s3creto-canario\"",
		Offers: mailtest.SmarthostOptions{Users: map[string]string{"soporte": "s3creto-canario"}}})
	d.relay.Script(mailtest.AUTH, mailtest.Act{Reply: "535 5.7.8 s3creto-canario no vale",
		Always: true})
	d.post(printer)
	d.asked(5)
	for _, o := range d.outbox() {
		if o.State == "failed" || o.State == "sent" || o.State != "sending" && o.Attempts > 0 &&
			!strings.Contains(o.LastReply, "535") {
			t.Errorf("%+v", o)
		}
	}
	if strings.Contains(d.log.String()+d.tryCLI("outbox", "list", "--json"), "canario") {
		t.Error("the password is in the log or the outbox")
	}
	if !strings.Contains(d.log.String(), "check username and password of [relay]") {
		t.Errorf("the log does not say what to do:\n%s", d.log.String())
	}
	if code, said, _ := d.runCLI("", "status"); code != exitFailure ||
		!strings.Contains(said, "a relay refuses our mail: 535 5.7.8 *** no vale") {
		t.Errorf("status ends with %d and says\n%s", code, said)
	}
	d.relay.Script(mailtest.AUTH)
	d.quiet()
	if code, said, _ := d.runCLI("", "status"); code != exitOK ||
		!strings.Contains(said, "outbox:        ok, 0 mails wait, 0 failed") {
		t.Errorf("status ends with %d and says\n%s", code, said)
	}
	// and that the relay refused: there is no administrator
	d.told(map[string]int{carla: 1, ana: 2, luis: 2})
	if d.relay.Accepted()[0].User != "soporte" {
		t.Error("the mail went without login")
	}
}

func relayNeverTakes(t *testing.T) {
	d := opened(t, liveOptions{Outbox: "retry = [\"50ms\"]\ngive_up = \"2s\""})
	d.relay.Script(mailtest.RCPT, mailtest.Act{Reply: "450 4.2.1 casilla ocupada", For: carla,
		Always: true})
	d.send(d.last(ana).reply("¿Qué luz está encendida?"))
	if o := d.tried(carla, 2); o.State != "failed" {
		t.Errorf("%+v", o)
	}
	d.told(map[string]int{carla: 1, ana: 2, luis: 1})
	if n := d.last(ana); !strings.Contains(n.Text, carla) {
		t.Errorf("Ana reads:\n%s", n.Text)
	}
}

func relayOneRecipient(t *testing.T) {
	d := newLiveDesk(t, liveOptions{})
	d.relay.Script(mailtest.RCPT, mailtest.Act{Reply: "450 4.2.1 casilla ocupada", For: carla,
		Always: true})
	d.post(printer)
	for i := range 20 {
		d.post(letter{From: fmt.Sprintf("c%d@empresa%d.test", i, i), To: soporte,
			Subject: "Consulta", Text: "Hola."})
	}
	d.until("everybody else has been told",
		func() bool { return len(d.relay.Accepted()) == 20*3+2 })
	d.relay.Script(mailtest.RCPT)
	d.quiet()
	if n := len(d.received(carla)); n != 1 {
		t.Errorf("Carla, in the end: %d mails", n)
	}
}
