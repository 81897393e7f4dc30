package main

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"buzon/store/desk"
)

func TestDeeds(t *testing.T) {
	for _, story := range []struct {
		sentence string
		play     func(*testing.T)
	}{
		{"a case is worked from opening to closing without a mail of an agent", workedByCommand},
		{"what is not understood changes nothing", notUnderstood},
		{"many commands at once, beside the daemon, lose nothing", commandsAtOnce},
	} {
		t.Run(story.sentence, func(t *testing.T) { t.Parallel(); story.play(t) })
	}
}

const admin = "jefe@ejemplo.test"

// shown is what `ticket show` says of who has it, in which state, with how many items.
func (d *liveDesk) shown(n int64) string {
	d.t.Helper()
	c := d.ticket(n)
	return fmt.Sprintf("%s %s>%s %d", c.StatusClass, deref(c.Agent), deref(c.Assignee),
		len(c.Items))
}

func workedByCommand(t *testing.T) {
	d := newLiveDesk(t, liveOptions{})
	d.cli("agent", "add", admin, "--name", "La Jefa", "--admin", "--team=false")
	d.cli("ticket", "open", "--requester", "Carla@Cliente.test", "--name", "Carla Ruiz",
		"--subject", "La impresora", "--text", "No imprime.", "--severity", "1")
	d.quiet()
	d.told(map[string]int{carla: 1, ana: 1, luis: 1, admin: 2}) // he is new
	if c := d.ticket(1); c.Requester != carla || c.Severity != 1 || c.Subject != "La impresora" ||
		c.Type != "Incidente" || c.Items[0].Author != carla {
		t.Errorf("opened: %+v", c)
	}
	for _, c := range []struct{ args, stdin, want string }{
		{"take 1 --as luis@ejemplo.test", "", "in_progress luis@ejemplo.test>luis@ejemplo.test 2"},
		{"reply 1", "Pruebe ahora.\n", "waiting jefe@ejemplo.test>carla@cliente.test 3"},
		{"note 1 --text Ojo", "", "waiting jefe@ejemplo.test>carla@cliente.test 4"},
		{"assign 1 Ana", "", "waiting ana@ejemplo.test>ana@ejemplo.test 5"},
		{"set 1 product=CRM severity=mayor progress=60 due=2026-12-31", "",
			"waiting ana@ejemplo.test>ana@ejemplo.test 6"},
		{"follow 1 fidel@cliente.test", "", "waiting ana@ejemplo.test>ana@ejemplo.test 7"},
		{"resolve 1 --as Luis --text Listo", "", ""},
	} {
		code, out, errs := d.runCLI(c.stdin,
			append([]string{"ticket"}, strings.Fields(c.args)...)...)
		if c.want == "" {
			if code != exitFailure || !strings.Contains(errs, "buzon agent list") {
				t.Errorf("%s: exit %d, %s%s", c.args, code, out, errs)
			}
			continue
		}
		if code != exitOK || d.shown(1) != c.want {
			t.Errorf("%s: exit %d, %s%s\n%s, want %s", c.args, code, out, errs, d.shown(1), c.want)
		}
	}
	d.quiet()
	if m := d.last(carla); !strings.Contains(m.Text, "Pruebe ahora.") ||
		strings.Contains(m.Text, "Ojo") || !strings.Contains(m.Text, "La Jefa, Soporte Ejemplo") {
		t.Errorf("the customer reads: %s", m.Text)
	}
	if m := d.send(d.last(carla).reply("Sigue igual.")); m.Rule != "14" {
		t.Errorf("the reply became %+v", m)
	}
	d.cli("ticket", "resolve", "1", "--text", "Cambiamos el cartucho.")
	d.cli("ticket", "reopen", "1")
	d.cli("ticket", "close", "1", "--as", "Luis Paz", "--text", "Quedó.")
	d.cli("ticket", "open", "--requester", carla, "--subject", "Otra", "--text", "x", "--as", ana)
	if out := d.cli("ticket", "link", "2", "depends", "1"); !strings.Contains(out, "1") {
		t.Errorf("link says %q", out)
	}
	d.quiet() // what is sent to who follows no longer says nothing
	d.cli("ticket", "unfollow", "1", "fidel@cliente.test")
	if c := d.ticket(2); len(c.Links) != 1 || c.Links[0].Kind != "depends" ||
		c.Links[0].Ticket != 1 {
		t.Errorf("links: %+v", c.Links)
	}
	if c := d.ticket(1); c.Progress != 60 || !strings.HasPrefix(deref(c.DueAt), "2026-12-31") {
		t.Errorf("progress %d, due %s", c.Progress, deref(c.DueAt))
	}
	history := d.cli("ticket", "history", "1")
	for _, want := range []string{"jefe@ejemplo.test opened",
		"luis@ejemplo.test status Abierto En proceso", "jefe@ejemplo.test product CRM",
		"jefe@ejemplo.test severity 1 2", "jefe@ejemplo.test due_at 2026-12-31",
		"luis@ejemplo.test status Abierto Cerrado"} {
		if !strings.Contains(strings.Join(strings.Fields(history), " "), want) {
			t.Errorf("the history does not say %q:\n%s", want, history)
		}
	}
	if rows := rowsOf[historyRow](t, d.cli("ticket", "history", "1", "--json")); len(rows) < 8 ||
		deref(rows[0].By) != admin || rows[0].Mail != nil {
		t.Errorf("history: %+v", rows)
	}
	d.quiet()
	if got := len(d.received(carla)); got != 5 { // opened, answered, resolved, closed, opened
		t.Errorf("the customer has %d mails", got)
	}
}

func notUnderstood(t *testing.T) {
	d := opened(t, liveOptions{})
	was := d.shown(1)
	for _, c := range []struct {
		code         int
		args, stderr string
	}{
		{exitFailure, "close 1", "no administrator"},
		{exitFailure, "close 1 --as carla@cliente.test", "no active agent"},
		{exitFailure, "close 9 --as Ana", "no active agent"},
		{exitFailure, "close 9 --as ana@ejemplo.test", "there is no ticket 9"},
		{exitFailure, "set 1 severity=9 product=x --as ana@ejemplo.test", "want one of"},
		{exitFailure, "set 1 nada=9 --as ana@ejemplo.test", "want one of subject"},
		{exitFailure, "assign 1 zoe --as ana@ejemplo.test", "Luis Paz"},
		{exitFailure, "link 1 depends 7 --as ana@ejemplo.test", "not understood"},
		{exitFailure, "follow 1 soporte@ejemplo.test --as ana@ejemplo.test", "not understood"},
		{exitUsage, "reply 1 --as ana@ejemplo.test", "nothing is written"},
		{exitUsage, "reply x --text y", "x"},
		{exitUsage, "set 1", "write buzon ticket set"},
		{exitFailure,
			"open --requester soporte@ejemplo.test --subject x --text y --as ana@ejemplo.test",
			"customer's mail address"},
		{exitFailure, "open --requester a@b.test --mailbox x@y.test --subject x --text y --as " +
			"ana@ejemplo.test", "--mailbox"},
		{exitFailure,
			"open --requester a@b.test --type x --subject x --text y --as ana@ejemplo.test",
			"Incidente"},
	} {
		code, _, errs := d.runCLI("", append([]string{"ticket"}, strings.Fields(c.args)...)...)
		if code != c.code || !strings.Contains(errs, c.stderr) {
			t.Errorf("%s: exit %d, %s", c.args, code, errs)
		}
	}
	if got := d.shown(1); got != was || len(d.tickets()) != 1 {
		t.Errorf("%s, was %s", got, was)
	}
	if people := d.cli("person", "list"); strings.Contains(people, "a@b.test") {
		t.Error("a refused command has made a person")
	}
}

func commandsAtOnce(t *testing.T) {
	d := opened(t, liveOptions{})
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for range 3 {
				code, _, errs := d.runCLI("", "ticket", "reply", "1", "--as", ana, "--text",
					fmt.Sprintf("Va %d.", i))
				if code != exitOK {
					t.Errorf("exit %d: %s", code, errs)
				}
			}
		})
		d.post(letter{From: fmt.Sprintf("c%d@empresa%d.test", i, i), To: soporte, Subject: "x",
			Text: "Hola."})
	}
	all.Wait()
	d.quiet()
	c := d.ticket(1)
	for i, it := range c.Items {
		if it.Number != int64(i)+1 || i > 0 && it.Author != ana {
			t.Errorf("item %d is %d by %s", i+1, it.Number, it.Author)
		}
	}
	if n := len(d.received(carla)); len(c.Items) != 25 || n != 25 || len(d.tickets()) != 9 {
		t.Errorf("%d items, %d mails to the customer, %d tickets", len(c.Items), n,
			len(d.tickets()))
	}
}

// TestDeedsAreOrders: each says what an agent could write.
func TestDeedsAreOrders(t *testing.T) {
	for _, d := range deeds {
		for _, o := range d.ordered([]string{"x"}, "es") {
			if word := desk.Word(o.Verb, "es"); word == "" || !strings.HasPrefix(o.Line, word) {
				t.Errorf("%s: %+v", d.use, o)
			}
		}
	}
}
