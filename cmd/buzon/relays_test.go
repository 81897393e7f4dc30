package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"buzon/internal/mailtest"
)

func TestRelayTables(t *testing.T) {
	const two = "[[mailbox]]\naddress = \"soporte@ejemplo.test\"\n" +
		"[[mailbox]]\naddress = \"ventas@ejemplo.test\"\n"
	const token = "username = \"ana@ejemplo.test\"\nclient_id = \"C\"\n"
	for _, c := range []struct{ text, wrong string }{
		{"[relay]\nhost = \"a.test\"\n", ""},
		{"[[relay]]\nhost = \"a.test\"\n[[relay]]\nhost = \"b.test\"\n", ""},
		{"[[relay]]\nhost = \"a.test\"\n[[relay]]\nhost = \"a.test\"\n", "relay.name"},
		{"[[relay]]\nhost = \"a.test\"\n[[relay]]\nname = \"otro\"\nhost = \"a.test\"\n", ""},
		{"[[relay]]\nhost = \"a.test\"\nmailboxes = [\"soporte@ejemplo.test\"]\n",
			"mail of ventas@ejemplo.test"},
		{"[[relay]]\nhost = \"a.test\"\nmailboxes = [\"nadie@ejemplo.test\"]\n", "relay.mailboxes"},
		{"[[relay]]\nhost = \"a.test\"\nmailboxes = [\"soporte@ejemplo.test\"]\n[[relay]]\nhost " +
			"= \"b.test\"\n", ""},
		{"[relay]\nhost = \"a.test\"\nauth = \"ntlm\"\n", "relay.auth"},
		{"[relay]\nprovider = \"yahoo\"\n", "relay.provider"},
		{"[relay]\nprovider = \"microsoft365-graph\"\n", "relay.username"},
		{"[relay]\nprovider = \"microsoft365-graph\"\nusername = \"a@b.test\"\n",
			"relay.client_id"},
		{"[relay]\nprovider = \"microsoft365-graph\"\n" + token, ""},
		{"[relay]\nprovider = \"microsoft365-graph\"\ngrant = \"client_credentials\"\n" + token,
			"relay.tenant"},
		{"[relay]\nprovider = \"microsoft365\"\n" + token, ""},
		{"[relay]\nprovider = \"google\"\n" + token, ""},
		{"[relay]\nhost = \"a.test\"\nurl = \"https://graph.test/v1.0\"\n", "relay.url"},
		{"[relay]\nhost = \"a.test\"\nconnections = 1000\n", "relay.connections"},
	} {
		conf, err := parseConfig("buzon.toml", two+c.text)
		if err == nil {
			err = conf.check()
		}
		if (err == nil) != (c.wrong == "") || err != nil &&
			!strings.Contains(err.Error(), c.wrong) {
			t.Errorf("%s: %v, want %q", c.text, err, c.wrong)
		}
	}
}

// TestGraphByDeviceCode: a person lets the desk send once, and buzon check says that it may.
func TestGraphByDeviceCode(t *testing.T) {
	p, s := newProvider(t), mailtest.NewGraph(t, "T2", "T3")
	dir := t.TempDir()
	file := filepath.Join(dir, "buzon.toml")
	text := fmt.Sprintf(`data_dir = %q
[[mailbox]]
address = "soporte@ejemplo.test"
[relay]
name = "graph"
provider = "microsoft365-graph"
username = "ana@ejemplo.test"
shared_mailbox = "soporte@ejemplo.test"
client_id = "C"
token_url = "%s/token"
device_url = "%s/device"
url = %q
`, filepath.Join(dir, "data"), p.URL, p.URL, s.Base())
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	buzon := func(args ...string) string {
		var out, errs bytes.Buffer
		run(t.Context(), append([]string{"-c", file}, args...), strings.NewReader(""), &out, &errs)
		return out.String() + errs.String()
	}
	if said := buzon("check"); !strings.Contains(said, "run buzon oauth login graph") {
		t.Errorf("check before the login says %s", said)
	}
	if said := buzon("oauth", "login", "graph"); !strings.Contains(said, "ABCD-1234") ||
		!strings.Contains(said, "account graph may be used now") {
		t.Fatalf("login says %s", said)
	}
	if said := buzon("check"); !strings.Contains(said, "relay:         ok") {
		t.Errorf("check says %s", said)
	}
	if n := len(s.Accepted()); n != 0 {
		t.Logf("the check's mail without recipient was refused: %d", n)
	}
	s.Good()
	if said := buzon("check"); !strings.Contains(said, "401 InvalidAuthenticationToken") {
		t.Errorf("check says %s", said)
	}
	if asked := p.asked[0].Get("client_id"); asked != "C" {
		t.Errorf("the provider was asked by %q", asked)
	}
}
