package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCompletionOffersWhatIsThere: numbers, addresses and names, each with a word about it; and
// nothing is changed by it.
func TestCompletionOffersWhatIsThere(t *testing.T) {
	t.Parallel()
	d := opened(t, liveOptions{Tail: "[[imap]]\nname = \"correo\"\nhost = \"127.0.0.1\"\nport = " +
		"1\ntls = \"none\"\nusername = \"u\"\npassword = \"p\""})
	d.postRaw(
		"nadie@malo.test", "From: Eva\x1b[2J <eva@malo.test>\r\nSubject: Hola\x1b[2J\r\n\r\nx\r\n",
		soporte)
	d.postRaw("nadie@malo.test", "Subject: nada\r\n\r\nx\r\n", soporte)
	d.quiet()
	d.stop()
	before := contents(t, d.data)
	for _, c := range []struct {
		args []string
		want []string
		not  string
	}{
		{[]string{"ticket", "show", ""}, []string{"1\tAbierto: La impresora no imprime\n"}, ""},
		{[]string{"ticket", "show", "1"}, []string{"1\t"}, "2\t"},
		{[]string{"ticket", "show", "1", ""}, nil, "1\t"},
		{[]string{"mail", "explain", ""}, []string{"1\t" + carla + ": La impresora"}, ""},
		{[]string{"quarantine", "release", ""}, []string{"3\t"}, "1\t"},
		{[]string{"outbox", "show", ""}, []string{"1\tack to " + carla + ", sent\n"}, ""},
		{[]string{"outbox", "retry", ""}, nil, "1\t"},
		{[]string{"outbox", "retry", "--state", ""}, []string{"failed", "held"}, "sent"},
		{[]string{"outbox", "list", "--state", "s"}, []string{"sent", "sending"}, "held"},
		{[]string{"outbox", "list", "--ticket", ""}, []string{"1\t"}, ""},
		{[]string{"person", "show", ""}, []string{carla + "\t", ana + "\tAna Gómez\n"}, ""},
		{[]string{"agent", "set", ""}, []string{ana}, carla},
		{[]string{"agent", "add", ""}, []string{carla}, ana},
		{[]string{"ticket", "list", "--requester", "car"}, []string{carla}, ana},
		{[]string{"ticket", "list", "--status", ""},
			[]string{"all\n", "waiting\n", "Esperando respuesta\n"}, ""},
		{[]string{"ticket", "list", "--severity", ""}, []string{"1\tcrítica\n"}, ""},
		{[]string{"mail", "list", "--outcome", "q"}, []string{"quarantine\n", "query\n"}, "item"},
		{[]string{"status", "set", "Esp"}, []string{"Esperando respuesta\n"}, "Abierto"},
		{[]string{"status", "remove", "Abierto", "--replace-by", ""}, []string{"Cerrado\n"}, ""},
		{[]string{"status", "add", "x", "--class", ""}, []string{"queued\n"}, "Abierto"},
		{[]string{"field", "add", "x", "--type", ""}, []string{"choice\n"}, "Incidente"},
		{[]string{"mailbox", "poll", ""}, []string{"correo\n"}, ""},
	} {
		out := d.cli(append([]string{"__complete"}, c.args...)...)
		for _, w := range c.want {
			if !strings.Contains(out, w) {
				t.Errorf("%q does not offer %q:\n%s", c.args, w, out)
			}
		}
		if c.not != "" && strings.Contains("\n"+out, "\n"+c.not) || strings.Contains(out, "\x1b") {
			t.Errorf("%q offers %q:\n%q", c.args, c.not, out)
		}
	}
	if after := contents(t, d.data); after != before {
		t.Error("completion has changed the database")
	}
	_, out, _ := d.runCLI("", "--data", filepath.Join(d.data, "none"), "__complete", "ticket",
		"show", "")
	if strings.Contains(out, "\t") || exists(filepath.Join(d.data, "none")) {
		t.Errorf("without a desk: %s", out)
	}
}

// contents are the bytes of the database.
func contents(t *testing.T, dir string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "buzon.db"))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestCommandsByName: a command that is made because a line names it is the one of that name, and
// a line that names none gets all.
func TestCommandsByName(t *testing.T) {
	t.Parallel()
	all := (&app{}).commands()
	for name, create := range all {
		if c := create(); c.Name() != name {
			t.Errorf("%s: is called %s", name, c.Name())
		}
	}
	for _, c := range []struct {
		line string
		want int
	}{{"ticket list", 1}, {"--json -c agent ticket show 3", 1}, {"--data=x org list", 1},
		{"--data person org list", 1}, {"", len(all)}, {"help ticket", len(all)},
		{"__complete ticket s", len(all)}, {"--help", len(all)}, {"tiket list", len(all)},
		{"completion bash", len(all)}} {
		if got := len((&app{}).named(strings.Fields(c.line))); got != c.want {
			t.Errorf("%q: %d commands, want %d", c.line, got, c.want)
		}
	}
}
