package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"buzon/internal/mailtest"

	"buzon/store"
)

func TestOperation(t *testing.T) {
	for _, story := range []struct {
		sentence string
		play     func(*testing.T)
	}{
		{"a restart in the middle of everything loses nothing and tells nobody twice",
			restartInTheMiddle},
		{"two daemons on one data directory: the second refuses", secondDaemon},
		{"quarantined mail is retried, released as a case, or dropped", quarantineCommands},
		{"deliver works with and without the daemon", deliverStory},
		{"a new key signs, the old one still verifies, a retired one does not", keyStory},
		{"lost keys are noticed, and replies still find their case", keysLost},
	} {
		t.Run(story.sentence, func(t *testing.T) { t.Parallel(); story.play(t) })
	}
}

func keysLost(t *testing.T) {
	d := opened(t, liveOptions{})
	if strings.Contains(d.log.String(), "key file") {
		t.Errorf("a new desk misses its keys:\n%s", d.log.String())
	}
	reply := d.last(carla).reply("¿Hay novedades?")
	d.stop()
	if err := os.Remove(filepath.Join(d.data, "keys.json")); err != nil {
		t.Fatal(err)
	}
	for _, args := range []string{"serve", "ticket list", "agent list",
		"agent add eva@ejemplo.test", "deliver", "mail explain 1", "check", "key list",
		"key rotate"} {
		code, out, errs := d.runCLI("", strings.Fields(args)...)
		if code == exitOK || !strings.Contains(out+errs, "key file") &&
			!strings.Contains(out+errs, "no keys") {
			t.Errorf("buzon %s without the keys: exit %d, %s%s", args, code, out, errs)
		}
	}
	if exists(filepath.Join(d.data, "keys.json")) {
		t.Error("keys were made in silence")
	}
	if out := d.cli("key", "rotate", "--lost"); !strings.Contains(out, "prove nothing") {
		t.Errorf("it says %q", out)
	}
	d.start()
	if m := d.send(reply); m.Ticket == nil || *m.Ticket != 1 || m.Evidence != "M" {
		t.Errorf("the reply became %+v", m)
	}
}

func restartInTheMiddle(t *testing.T) {
	d := opened(t, liveOptions{})
	// in hand when the daemon must stop
	d.relay.Script(mailtest.End, mailtest.Act{For: ana, Store: true, Stall: 700 * time.Millisecond})
	for i := range 10 {
		d.post(letter{From: fmt.Sprintf("c%d@empresa%d.test", i, i), To: soporte,
			Subject: fmt.Sprintf("Consulta %d", i), Text: "Hola."})
	}
	d.stop() // at once: some is filed, some is not
	if code, _, errs := d.runCLI("", "mail", "list"); code != exitOK {
		t.Fatalf("the journal can't be read while no daemon runs: %s", errs)
	}
	d.start()
	d.quiet()
	want := map[string]int{carla: 1, ana: 11, luis: 11}
	for i := range 10 {
		want[fmt.Sprintf("c%d@empresa%d.test", i, i)] = 1
	}
	if n := len(d.tickets()); n != 11 {
		t.Errorf("%d cases, want 11", n)
	}
	for _, m := range d.mails() {
		if m.Outcome != "ticket" {
			t.Errorf("%+v", m)
		}
	}
	d.told(want)
	for i := range 3 { // stops and starts with nothing to do change nothing
		d.stop()
		d.start()
		if i == 1 {
			d.send(d.last(ana).reply("Listo."))
		}
	}
	d.quiet()
	if n := len(d.tickets()); n != 11 {
		t.Errorf("%d cases, want 11", n)
	}
}

func secondDaemon(t *testing.T) {
	d := newLiveDesk(t, liveOptions{})
	ctx, cancel := context.WithTimeout(t.Context(), mailtest.Patience)
	defer cancel()
	var errs strings.Builder
	if code := run(ctx, []string{"serve", "-c", d.file}, strings.NewReader(""), io.Discard,
		&errs); code != exitFailure {
		t.Errorf("the second ends with %d", code)
	}
	if text := errs.String(); strings.Contains(text, "listening") ||
		!strings.Contains(text, "another buzon works on this data directory") ||
		strings.Count(text, "\n") != 1 {
		t.Errorf("it says %q", text)
	}
	if m := d.send(printer); m.Outcome != "ticket" {
		t.Errorf("the first goes on: %+v", m)
	}
	d.told(map[string]int{carla: 1, ana: 1, luis: 1})
	d.stop()
	d.start()
}

// A mail of which only the header is here would be a ticket without text, and one more when it
// comes whole.
func TestPartOfAMailIsNotReleased(t *testing.T) {
	part := store.Mail{ID: 7, Envelope: store.Envelope{Incomplete: "too large", Folder: "INBOX"}}
	if _, err := (&house{}).requeue(t.Context(), part,
		store.Override{Decision: store.Release}); err == nil ||
		!strings.Contains(err.Error(), "mailbox reconcile --aside") {
		t.Errorf("error %v", err)
	}
}

func quarantineCommands(t *testing.T) {
	d := newLiveDesk(t, liveOptions{})
	for i := range 4 {
		d.postRaw("nadie@cliente.test",
			fmt.Sprintf("To: soporte@ejemplo.test\r\nSubject: Sin remitente %d\r\n\r\nHola %d\r\n",
				i, i))
	}
	d.quiet()
	if out := d.cli("quarantine", "list"); strings.Count(out, "Sin remitente") != 4 {
		t.Errorf("quarantine list:\n%s", out)
	}
	told := len(d.relay.Accepted())
	// nobody is an administrator here: the agents are told
	if n := d.last(ana); !strings.Contains(n.Text, "Sin remitente") {
		t.Errorf("Ana reads:\n%s", n.Text)
	}
	if out := d.cli("quarantine", "show", "1"); !strings.Contains(out, "25") ||
		!strings.Contains(out, "From") {
		t.Errorf("quarantine show:\n%s", out)
	}
	d.cli("quarantine", "retry", "1")
	d.filed()
	if m := d.mails()[0]; m.Outcome != "quarantine" {
		t.Errorf("after a retry: %+v", m)
	}
	d.cli("quarantine", "release", "2")
	d.quiet()
	m := d.mails()[1]
	if m.Outcome != "ticket" || m.Ticket == nil {
		t.Fatalf("after its release: %+v", m)
	}
	if c := d.ticket(*m.Ticket); !c.Unverified || c.Items[0].Text != "Hola 1" ||
		c.Subject != "Sin remitente 1" {
		t.Errorf("the case of a released mail: %+v", c)
	}
	d.cli("quarantine", "drop", "3")
	if m := d.mails()[2]; m.Outcome != "dropped" ||
		!strings.HasSuffix(d.cli("mail", "raw", "3"), "Hola 2\r\n") {
		t.Errorf("after it was dropped: %+v", m)
	}
	number := fmt.Sprint(*m.Ticket)
	for _, args := range [][]string{{"release", "2"}, {"retry", "3"}, {"drop", "99"},
		{"release", "x"}, {"release", "4", "--as", "item"},
		{"release", "4", "--as", "item", "99"}, {"release", "4", "--as", "ticket", number},
		{"release", "4", "--as", "basura"}, {"release", "4", "--by", "nadie"}} {
		code, out, errs := d.runCLI("", append([]string{"quarantine"}, args...)...)
		if code == exitOK || out != "" || strings.Count(errs, "\n") != 1 {
			t.Errorf("quarantine %v: exit %d, %q %q", args, code, out, errs)
		}
	}
	if len(d.relay.Accepted()) == told {
		t.Error("nobody was told of the new case")
	}
	d.cli("quarantine", "release", "4", "--as", "note", number, "--by", ana)
	d.quiet()
	if c := d.ticket(*m.Ticket); len(c.Items) != 2 || c.Items[1].Text != "Hola 3" ||
		c.Items[1].Visibility != "internal" {
		t.Errorf("released as a note: %+v", c.Items)
	}
	if out := d.cli("ticket", "history", number); !strings.Contains(out, ana+"  mail 4  released") {
		t.Errorf("the history does not say who released it:\n%s", out)
	}
}

func deliverStory(t *testing.T) {
	d := newLiveDesk(t, liveOptions{})
	give := func(raw string, args ...string) int {
		code, out, errs := d.runCLI(raw, append([]string{"deliver"}, args...)...)
		if out != "" || (code == exitOK) != (errs == "") || strings.Count(errs, "\n") > 1 {
			t.Errorf("deliver %v: exit %d, %q %q", args, code, out, errs)
		}
		return code
	}
	if code := give(string(printer.raw()), "--from", carla, "--rcpt", soporte); code != exitOK {
		t.Errorf("while the daemon runs: exit %d", code)
	}
	d.quiet()
	d.told(map[string]int{carla: 1, ana: 1, luis: 1})
	if m := d.lastMail(); m.Outcome != "ticket" || m.Door != "deliver" || m.EnvelopeFrom != carla {
		t.Errorf("%+v", m)
	}
	d.stop()
	other := letter{From: "mario@otra.test", To: soporte, Subject: "Otra cosa", Text: "Hola."}
	if code := give(string(other.raw())); code != exitOK {
		t.Errorf("without daemon: exit %d", code)
	}
	if m := d.lastMail(); m.Outcome != "ticket" {
		t.Errorf("without daemon it is filed at once, and is %+v", m)
	}
	d.told(map[string]int{carla: 1, ana: 1, luis: 1})
	noise := make([]byte, 300_000)
	rand.NewChaCha8([32]byte{3}).Read(noise)
	if code := give(string(noise), "--from", ""); code != exitOK {
		t.Errorf("noise: exit %d", code)
	}
	if m := d.lastMail(); m.Outcome != "quarantine" ||
		!strings.HasSuffix(d.cli("mail", "raw", fmt.Sprint(m.ID)), string(noise)) {
		t.Errorf("noise is not kept whole: %+v", m)
	}
	for _, c := range []struct {
		name, raw string
		args      []string
		code      int
	}{
		{"not our address", "Subject: x\n\nx\n", []string{"--rcpt", "otro@ajeno.test"},
			exitDataErr},
		{"too large", strings.Repeat("x", maxDelivery+1), nil, exitDataErr},
		{"no data directory can be made", "Subject: x\n\nx\n",
			[]string{"--data", filepath.Join(d.file, "data")}, exitTempFail},
		{"no configuration", "Subject: x\n\nx\n", []string{"--config", d.file + ".no"},
			exitTempFail},
	} {
		before := len(d.mails())
		if code := give(c.raw, c.args...); code != c.code {
			t.Errorf("%s: exit %d, want %d", c.name, code, c.code)
		}
		if n := len(d.mails()); n != before {
			t.Errorf("%s: %d mails were taken", c.name, n-before)
		}
	}
	if left, err := os.ReadDir(filepath.Join(d.data, "tmp")); err != nil || len(left) > 0 {
		t.Errorf("temporary files are left: %v %v", left, err)
	}
	d.start()
	d.quiet()
	if n := len(d.received("mario@otra.test")); n != 1 {
		t.Errorf("Mario was acknowledged %d times", n)
	}
}

func keyStory(t *testing.T) {
	d := opened(t, liveOptions{})
	old := d.last(ana)
	d.cli("key", "rotate")
	time.Sleep(1100 * time.Millisecond) // the daemon looks at the key file once a second
	if m := d.send(old.reply("Con la clave anterior.")); m.Rule != "8" || m.Evidence != "T" {
		t.Errorf("a reply to the old key's address became %+v", m)
	}
	fresh := d.last(carla)
	if !strings.Contains(fresh.Header.Get("Reply-To"), ".b") {
		t.Errorf("after the rotation the reply address is %s", fresh.Header.Get("Reply-To"))
	}
	d.cli("key", "retire", "a")
	time.Sleep(1100 * time.Millisecond)
	if m := d.send(old.reply("#cerrar")); m.Rule == "8" {
		t.Errorf("a retired key still orders: %+v", m)
	}
	if c := d.ticket(1); c.StatusClass == "closed" {
		t.Error("the command of a retired key was run")
	}
	if m := d.send(fresh.reply("Gracias, la roja.")); m.Outcome != "item" || m.Evidence != "T" {
		t.Errorf("a reply to the new key's address became %+v", m)
	}
	if code, _, errs := d.runCLI("", "key", "retire", "b"); code == exitOK || errs == "" {
		t.Errorf("the only key that signs was retired: %d %q", code, errs)
	}
}
