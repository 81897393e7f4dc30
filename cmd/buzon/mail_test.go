package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"buzon/store"
)

// TestExplain: what a mail became, what that means, and what the desk sent because of it.
func TestExplain(t *testing.T) {
	t.Parallel()
	d := opened(t, liveOptions{})
	d.send(letter{From: "sin-nombre@cliente.test", To: soporte, Text: "No anda."})
	d.postRaw("nadie@cliente.test", "Subject: nada\r\n\r\nx\r\n", soporte)
	d.quiet()
	for _, c := range []struct {
		mail  string
		words []string
	}{
		{"1", []string{"Rule 23: ticket, case 1-1.\nIt opened a case.\n", "Notice: ack to " +
			carla + ", sent (buzon outbox show "}},
		{"2", []string{"From sin-nombre@cliente.test, without a subject."}},
		{"3", []string{"handed over in the name of nadie@cliente.test.", "opened no case",
			"buzon quarantine release 3"}},
	} {
		code, out, errs := d.runCLI("", "mail", "explain", c.mail)
		for _, w := range c.words {
			if code != exitOK || !strings.Contains(out, w) {
				t.Errorf("mail explain %s: exit %d, %s%s does not say %q", c.mail, code, out,
					errs, w)
			}
		}
	}
}

// TestExplainTellsOfAll: the commands that a mail ran, what they changed, who was told, and who was
// not and why; in words and in JSON, of the mail and of the ticket.
func TestExplainTellsOfAll(t *testing.T) {
	t.Parallel()
	d := opened(t, liveOptions{Tail: "[caps]\nagent_notices_a_minute = 1000\nticket_hour = 1"})
	m := d.send(d.last(ana).reply("Ya quedó.\n#severidad 3\n#resuelto"))
	d.quiet()
	out := d.cli("mail", "explain", fmt.Sprint(m.ID))
	for _, w := range []string{"Command: #severidad 3: ", "Case 1: severity 2 → 3.",
		"Case 1: status Abierto → Resuelto.",
		"Notice: receipt to " + ana, "Notice: resolved to " + carla} {
		if !strings.Contains(out, w) {
			t.Errorf("mail explain does not say %q:\n%s", w, out)
		}
	}
	row := rowsOf[explainedRow](t, d.cli("mail", "explain", fmt.Sprint(m.ID), "--json"))[0]
	if len(row.Commands) != 2 || row.Commands[0].Line != "#severidad 3" ||
		row.Commands[0].Words == "" || len(row.Changes) < 2 || len(row.Notices) != 2 ||
		len(row.NotTold) != 0 {
		t.Errorf("mail explain --json: %+v", row)
	}
	u := d.send(d.received(ana)[0].reply("#severiadd 2"))
	d.quiet()
	if out := d.cli("mail", "explain", fmt.Sprint(u.ID)); !strings.Contains(out,
		"Command: #severiadd 2: not understood; there is #sever") {
		t.Errorf("mail explain does not say what was not understood:\n%s", out)
	}
	c := d.send(d.last(carla).reply("Sigue igual: la luz parpadea."))
	d.quiet()
	out = d.cli("mail", "explain", fmt.Sprint(c.ID))
	why := ": many mails about one ticket"
	if !strings.Contains(out, "Not told: "+ana+", who gets item at ") ||
		!strings.Contains(out, why+".") {
		t.Errorf("mail explain does not say who was not told:\n%s", out)
	}
	if out := d.cli("ticket", "show", "1"); !strings.Contains(out, "Not told:\n") ||
		!strings.Contains(out, why) {
		t.Errorf("ticket show does not say who was not told:\n%s", out)
	}
	show := d.ticket(1)
	row = rowsOf[explainedRow](t, d.cli("mail", "explain", fmt.Sprint(c.ID), "--json"))[0]
	if len(row.NotTold) == 0 || row.NotTold[0].To != ana || row.NotTold[0].Kind != "item" ||
		row.NotTold[0].Reason != "many mails about one ticket" || row.NotTold[0].Until == nil ||
		!slices.ContainsFunc(show.NotTold,
			func(u untoldRow) bool {
				return u.To == ana && *u.Mail == *row.NotTold[0].Mail && *u.At == *row.NotTold[0].At
			}) {
		t.Errorf("not told by JSON: %+v, of the ticket %+v", row.NotTold, show.NotTold)
	}
}

// TestMailFilters: each way to choose mail, and all of them at once; a mail that waits is shown by
// its envelope.
func TestMailFilters(t *testing.T) {
	t.Parallel()
	d := newLiveDesk(t, liveOptions{})
	d.send(letter{From: carla, To: soporte, ID: "uno@cliente.test", Subject: "Factura del Año",
		Text: "No anda."})
	d.send(letter{From: "otro@lejos.test", To: ventas, Subject: "Precio", Text: "¿Cuánto?"})
	d.postRaw("nadie@lejos.test", "Subject: nada\r\n\r\nx\r\n", soporte)
	d.quiet()
	today := time.Now().In(must(time.LoadLocation("America/Bogota"))(t)).Format(time.DateOnly)
	for _, c := range []struct {
		args []string
		want []int64
	}{
		{nil, []int64{3, 2, 1}},
		{[]string{"--limit", "2"}, []int64{3, 2}},
		{[]string{"--from", "CARLA@cliente.test"}, []int64{1}},
		{[]string{"--from", "@lejos.test"}, []int64{3, 2}},
		{[]string{"--to", "ventas"}, []int64{2}},
		{[]string{"--to", soporte}, []int64{3, 1}},
		{[]string{"--subject", "factura del ano"}, []int64{1}},
		{[]string{"--message-id", "<uno@cliente.test>"}, []int64{1}},
		{[]string{"--outcome", "quarantine"}, []int64{3}},
		{[]string{"--outcome", "waiting"}, nil},
		{[]string{"--since", today}, []int64{3, 2, 1}},
		{[]string{"--since", "1h", "--until", today}, []int64{3, 2, 1}},
		{[]string{"--until", "2h"}, nil},
		{[]string{"--until", "2020-01-31 14:05"}, nil},
		{[]string{"--since", "2999-01-31T14:05:00Z"}, nil},
		{[]string{"--from", "lejos", "--outcome", "ticket", "--subject", "PRECIO", "--since", "1h"},
			[]int64{2}},
		{[]string{"--from", "lejos", "--subject", "factura"}, nil},
	} {
		var got []int64
		for _, m := range rowsOf[mailRow](t,
			d.cli(append([]string{"mail", "list", "--json"}, c.args...)...)) {
			got = append(got, m.ID)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("mail list %v: %v, want %v", c.args, got, c.want)
		}
	}
	if code, _, errs := d.runCLI("", "mail", "list", "--since", "ayer"); code != exitUsage ||
		!strings.Contains(errs, `--since: "ayer": want a day`) {
		t.Errorf("--since ayer: exit %d, %s", code, errs)
	}
	if out := d.cli("quarantine", "list", "--from", "cliente"); out != "" {
		t.Errorf("quarantine list --from cliente: %s", out)
	}
}

// TestWaitingMailShowsItsEnvelope, which is all that is known of it.
func TestWaitingMailShowsItsEnvelope(t *testing.T) {
	t.Parallel()
	d := newLiveDesk(t, liveOptions{})
	d.stop()
	s := must(store.Open(t.Context(), d.data, store.Options{}))(t)
	spool := must(s.Spool(t.Context()))(t)
	io.WriteString(spool, "Subject: hola\r\n\r\nx\r\n")
	env := store.Envelope{Door: "smtp", From: carla, To: []string{soporte}, Remote: "192.0.2.7",
		Received: time.Now()}
	if _, err := s.Receive(t.Context(), env, spool); err != nil {
		t.Fatal(err)
	}
	spool.Close()
	s.Close()
	for _, args := range [][]string{{"mail", "list"},
		{"mail", "list", "--from", "carla", "--outcome", "waiting"}, {"mail", "show", "1"},
		{"mail", "explain", "1"}} {
		out := d.cli(args...)
		for _, w := range []string{carla, "wait"} {
			if !strings.Contains(out, w) {
				t.Errorf("%v does not say %s:\n%s", args, w, out)
			}
		}
	}
	if m := d.mails()[0]; m.Outcome != "" || m.From != "" ||
		!slices.Equal(m.EnvelopeTo, []string{soporte}) || *m.Remote != "192.0.2.7" {
		t.Errorf("mail list --json: %+v", m)
	}
}
