package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// cliDesk is a desk of which only the commands are used.
type cliDesk struct {
	t          *testing.T
	file, data string
}

func newCLIDesk(t *testing.T, text string) *cliDesk {
	t.Helper()
	dir := t.TempDir()
	d := &cliDesk{t, filepath.Join(dir, "buzon.toml"), filepath.Join(dir, "data")}
	d.write(text, 0o600)
	return d
}

func (d *cliDesk) write(text string, mode os.FileMode) {
	d.t.Helper()
	os.Remove(d.file)
	if err := os.WriteFile(d.file, []byte(text), mode); err != nil {
		d.t.Fatal(err)
	}
	if err := os.Chmod(d.file, mode); err != nil {
		d.t.Fatal(err)
	}
}

// says runs a command that must end with the code and say the words.
func (d *cliDesk) says(code int, words []string, args ...string) string {
	d.t.Helper()
	got, out, errs := quickly(d.t, append([]string{"-c", d.file, "--data", d.data}, args...)...)
	all := out + errs
	for _, w := range words {
		if !strings.Contains(all, w) {
			d.t.Errorf("buzon %s: %q does not say %q", strings.Join(args, " "), all, w)
		}
	}
	if got != code {
		d.t.Errorf("buzon %s: exit %d, want %d: %s", strings.Join(args, " "), got, code, all)
	}
	return out
}

func (d *cliDesk) person(address string) (p personRow) {
	d.t.Helper()
	if err := json.Unmarshal([]byte(d.says(exitOK, nil, "person", "show", address, "--json")),
		&p); err != nil {
		d.t.Fatal(err)
	}
	return p
}

const deskTOML = `[[mailbox]]
address = "soporte@ejemplo.test"
plus_addressing = true
`

// TestConfiguredPeople: who stands in the configuration is changed there, and the refusal names the
// line.
func TestConfiguredPeople(t *testing.T) {
	t.Parallel()
	text := deskTOML + `[agents]
"ana@ejemplo.test" = "Ana Gómez" # luis@ejemplo.test has left
"Eva@Ejemplo.test" = "Eva"

[on_call]
addresses = [
  "guardia@ejemplo.test",
  "ana@ejemplo.test",
]
`
	d := newCLIDesk(t, text)
	d.says(exitOK, nil, "agent", "add", "luis@ejemplo.test", "--name", "Luis")
	for _, c := range []struct {
		args  string
		words string
	}{
		{"agent remove ana@ejemplo.test", ":5 ([agents])"},
		{"person remove ana@ejemplo.test", ":5 ([agents])"},
		{"agent set ana@ejemplo.test --admin", ":5 ([agents])"},
		{"person set ana@ejemplo.test --active=false", ":5 ([agents])"},
		{"agent remove eva@ejemplo.test", ":6 ([agents])"},
		{"agent remove guardia@ejemplo.test", ":10 ([on_call])"},
		{"agent set guardia@ejemplo.test --active=false", ":10 ([on_call])"},
		{"agent set guardia@ejemplo.test --on-call=false", ":9 ([on_call])"},
		{"agent set luis@ejemplo.test --on-call", ":9 ([on_call])"},
		{"agent add nora@ejemplo.test --on-call", ":9 ([on_call])"},
	} {
		d.says(exitFailure, []string{d.file + c.words}, strings.Fields(c.args)...)
	}
	if p := d.person("ana@ejemplo.test"); p.Role != "agent" || !p.OnCall || p.Name != "Ana Gómez" {
		t.Errorf("Ana is %+v", p)
	}
	d.says(exitOK, nil, "agent", "set", "guardia@ejemplo.test", "--name", "Guardia")
	d.says(exitOK, nil, "agent", "set", "luis@ejemplo.test", "--language", "en")
	if p := d.person("guardia@ejemplo.test"); p.Name != "Guardia" || !p.OnCall {
		t.Errorf("on call is %+v", p)
	}

	onCall := func(text string, want ...string) {
		t.Helper()
		d.write(text, 0o600)
		// any command that writes
		d.says(exitOK, nil, "agent", "set", "luis@ejemplo.test", "--language", "es")
		for _, a := range []string{"ana@ejemplo.test", "luis@ejemplo.test",
			"guardia@ejemplo.test"} {
			if got := d.person(a).OnCall; got != strings.Contains(fmt.Sprint(want), a) {
				t.Errorf("on call %v with\n%s", got, text)
			}
		}
	}
	onCall(strings.Replace(text, `  "ana@ejemplo.test",`, "", 1), "guardia@ejemplo.test")
	onCall(text, "guardia@ejemplo.test", "ana@ejemplo.test")
	onCall(deskTOML) // the whole table is gone, and with it the duty
	d.says(exitOK, nil, "agent", "set", "luis@ejemplo.test", "--on-call")
	onCall(deskTOML, "luis@ejemplo.test") // nothing is said of it there
	d.says(exitOK, nil, "agent", "remove", "ana@ejemplo.test")
	if p := d.person("ana@ejemplo.test"); p.Role != "customer" {
		t.Errorf("Ana was taken out and removed: %+v", p)
	}
	d.write(strings.Replace(text, "Ana Gómez", "Ana G. Ríos", 1), 0o600)
	d.says(exitOK, nil, "agent", "set", "luis@ejemplo.test", "--language", "es")
	if p := d.person("ana@ejemplo.test"); p.Role != "agent" || p.Name != "Ana G. Ríos" {
		t.Errorf("Ana is back with another name: %+v", p)
	}
}

// TestReadingMakesNothing: a command that only looks makes no desk, no keys and no people.
func TestReadingMakesNothing(t *testing.T) {
	t.Parallel()
	d := newCLIDesk(t, deskTOML)
	d.says(exitFailure, []string{"there is no desk in " + d.data}, "ticket", "list")
	d.says(exitOK, nil, "agent", "add", "luis@ejemplo.test")
	d.write(deskTOML+"[agents]\n\"ana@ejemplo.test\" = \"Ana\"\n", 0o600)
	for _, args := range []string{"ticket list", "mail list", "outbox list", "quarantine list",
		"agent list", "person list", "mailbox list",
		"ticket search hola", "person show luis@ejemplo.test", "check"} {
		if out := d.says(exitOK, nil, strings.Fields(args)...); strings.Contains(out,
			"ana@ejemplo.test") {
			t.Errorf("buzon %s made Ana:\n%s", args, out)
		}
	}
}

// TestTicketListFilters: both filters hold, for one and the same person too.
func TestTicketListFilters(t *testing.T) {
	t.Parallel()
	d := opened(t, liveOptions{})
	d.send(d.last(ana).reply("#tomar"))
	for args, want := range map[string]int{
		"--requester carla@cliente.test": 1, "--assignee ana@ejemplo.test": 1,
		"--requester carla@cliente.test --assignee carla@cliente.test": 0,
		"--requester ana@ejemplo.test --assignee ana@ejemplo.test":     0,
	} {
		out := d.cli(append([]string{"ticket", "list", "--json"}, strings.Fields(args)...)...)
		if got := strings.Count(out, "\n"); got != want {
			t.Errorf("ticket list %s: %d tickets, want %d", args, got, want)
		}
	}
}

// TestEditors: what an editor makes of a configuration is told in a sentence.
func TestEditors(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"a byte order mark": {"\ufeff" + deskTOML, "without BOM"},
		"UTF-16":            {"\xff\xfe[\x00", "UTF-16"},
		"Latin-1":           {deskTOML + "name = \"Atenci\xf3n\"\n", "save it as UTF-8"},
		"curly quotes": {deskTOML + "name = “Soporte”\n",
			":4: the quotes of this line are typographic"},
		"single curly quotes": {"[agents]\n‘ana@ejemplo.test’ = \"Ana\"\n",
			":2: the quotes of this line are typographic"},
		"angle quotes": {deskTOML + "name = «Soporte»\n", "typographic"},
	} {
		t.Run(name, func(t *testing.T) {
			newCLIDesk(t, c.text).says(exitUsage, []string{c.want}, "serve")
		})
	}
	d := newCLIDesk(t, strings.ReplaceAll(deskTOML+"name = \"“Soporte” de «Ejemplo»\"\n", "\n",
		"\r\n"))
	d.says(exitOK, nil, "check") // quotes in a value, and the line ends of Windows
}

// TestGuardedConfiguration: passwords stand in no file that others can read, or that a group can
// change.
func TestGuardedConfiguration(t *testing.T) {
	t.Setenv("BUZON_TEST_SECRET", "s3creto")
	relay := deskTOML + "[relay]\nhost = \"127.0.0.1\"\ntls = \"none\"\nusername = \"u\"\n"
	d := newCLIDesk(t, "")
	for _, c := range []struct {
		name, text string
		mode       os.FileMode
		refused    bool
	}{
		{"a password that all can read", relay + "password = \"s3creto\"\n", 0o644, true},
		{"a password that the group can change", relay + "password = 's3creto'\n", 0o660, true},
		{"a password that the group can read", relay + "password = \"s3creto\"\n", 0o640, false},
		{"a password of one's own", relay + "password = \"s3creto\"\n", 0o600, false},
		{"a password in one line with its table", deskTOML +
			"relay = { host = \"127.0.0.1\", tls = \"none\", username = \"u\", password = \"x\" }\n", 0o644, true},
		{"a password from the environment", relay + "password = \"${BUZON_TEST_SECRET}\"\n", 0o644,
			false},
		{"a password in a comment", deskTOML + "# password = \"s3creto\"\n", 0o644, false},
		{"no password", deskTOML, 0o664, false},
	} {
		d.write(c.text, c.mode)
		code, _, errs := quickly(t, "-c", d.file, "--data", d.data, "ticket", "list")
		if got := code == exitUsage; got != c.refused || got &&
			!strings.Contains(errs, "chmod 600 "+d.file) || strings.Contains(errs, "s3creto") {
			t.Errorf("%s: exit %d, %s", c.name, code, errs)
		}
	}
}

// TestAckEvery: no time at all between two acknowledgements is another thing than none written.
func TestAckEvery(t *testing.T) {
	for text, want := range map[string]bool{"": false, "[caps]\nack_every = \"5m\"\n": false,
		"[caps]\nack_every = \"0s\"\n": true} {
		c, err := parseConfig("buzon.toml", deskTOML+text)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Caps.caps().AckEvery < 0; got != want {
			t.Errorf("%q: no time between is %v, want %v", text, got, want)
		}
	}
	c, err := parseConfig("buzon.toml", deskTOML+"[http]\n")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.check(); err == nil || !strings.Contains(err.Error(), "http.listen") {
		t.Errorf("[http] without listen: %v", err)
	}
}
