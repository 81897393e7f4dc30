package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
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
		{"[relay]\nprovider = \"microsoft365\"\nconnections = -1\n" + token, "relay.connections"},
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
		if limit := 3; strings.Contains(c.text, `"microsoft365"`) && err == nil &&
			conf.parallel() != limit {
			t.Errorf("%s: %d mails at once, want %d", c.text, conf.parallel(), limit)
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

// TestGraphDesk: a desk that sends by Microsoft Graph, before anybody has logged in, through a
// throttling, a token taken back, a refresh refused, and a mail that is too large for Microsoft.
// Nothing is lost or sent twice, and what can't go is told to its author.
func TestGraphDesk(t *testing.T) {
	t.Parallel()
	p, g := newProvider(t), mailtest.NewGraph(t, "T1")
	p.pending = 0
	d := newLiveDesk(t, liveOptions{Graph: g, Relay: fmt.Sprintf(`name = "graph"
provider = "microsoft365-graph"
username = "ana@ejemplo.test"
shared_mailbox = "soporte@ejemplo.test"
client_id = "C"
token_url = "%s/token"
device_url = "%s/device"`, p.URL, p.URL)})
	held := func(why string) {
		t.Helper()
		d.until("held: "+why, func() bool {
			return slices.ContainsFunc(d.outbox(), func(o outgoingRow) bool {
				return o.State == "held" && strings.Contains(o.LastReply, why)
			})
		})
	}
	d.post(printer)
	held("run buzon oauth login graph")
	if said := d.cli("oauth", "login", "graph"); !strings.Contains(said, "ABCD-1234") {
		t.Fatal(said)
	}
	d.quiet() // the agents hear of the relay too: there is no administrator
	d.told(map[string]int{carla: 1, ana: 2, luis: 2})

	g.Script(mailtest.GraphAct{Status: 429, Code: "ApplicationThrottled", After: "1"})
	d.send(d.last(carla).reply("Sigue igual."))
	g.Good("T2") // what the desk has is taken back
	d.send(d.last(ana).reply("¿Qué luz está encendida?"))
	d.told(map[string]int{carla: 2, ana: 3, luis: 3})

	p.refuses("invalid_grant")
	g.Good("T4")
	d.post(d.last(carla).reply("La roja."))
	held("invalid_grant")
	p.refuses("")
	g.Good("T1", "T2", "T3", "T4", "T5", "T6", "T7", "T8", "T9", "T10", "T11", "T12")
	d.quiet()
	d.told(map[string]int{carla: 2, ana: 4, luis: 3})

	g.Script(mailtest.GraphAct{Status: 413, Code: "RequestEntityTooLarge"})
	d.send(d.last(ana).reply("Cambie el tóner."))
	d.told(map[string]int{carla: 2, ana: 5, luis: 3})
	if n := d.last(ana); !strings.Contains(n.Text, "no llegó a "+carla) ||
		!strings.Contains(n.Text, "Cambie el tóner.") {
		t.Errorf("Ana reads:\n%s", n.Text)
	}
	if answer := d.ticket(1).Items[4]; len(answer.Deliveries) != 1 ||
		answer.Deliveries[0].State != "failed" {
		t.Errorf("the item says %+v", answer)
	}
	for _, m := range g.Accepted() {
		if m.User != soporte || len(m.To) != 1 {
			t.Errorf("sent as %s to %v", m.User, m.To)
		}
	}
}
