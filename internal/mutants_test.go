package internal

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// mutant is a rule broken on purpose: a text in a file, which must stand there once, and what takes
// its place. The tests of the packages must notice.
type mutant struct {
	name     string
	file     string
	old, new string
	tests    string // packages
}

// mutants break rules that stand in an `if`: those of a table are held by the tables' tests.
var mutants = []mutant{
	{"a forged address is acknowledged", "mailin/policy.go",
		"claims: true, silent: true}", "claims: true}", "./mailin"},
	{"the bare number lets anybody follow", "mailin/reply.go",
		"Unproven: !f.shown()", "Unproven: false", "./mailin"},
	{"an agent's token as a customer runs commands", "mailin/agent.go",
		"if f.toSender() && f.resolution.Kind == threading.Customer && !f.approved() {",
		"if false && f.resolution.Kind == threading.Customer {", "./mailin"},
	{"the ticket in place of a closed one forgets who controls it", "mailin/open.go",
		"t.Controller, t.Agent, t.Product = f.ticket.Controller, f.ticket.Agent, f.ticket.Product",
		"t.Agent, t.Product = f.ticket.Agent, f.ticket.Product", "./mailin"},
	{"somebody else's token orders", "mailin/reply.go",
		"if !ok || f.resolution.Evidence == evL {", "if !ok {", "./mailin"},
	{"a forged token lets the number be enough", "mailin/reply.go",
		"if !f.box.NumberIsEnough || f.resolution.Forged {", "if !f.box.NumberIsEnough {",
		"./mailin"},
	{"a policy of the other server marks the address", "store/desk/failure.go",
		`class == "5" && !slices.Contains(ofOneMail, why)`, `class == "5"`, "./store/desk"},
	{"an agent may not say again what was kept as a note", "mailin/inside.go",
		"was.Action != AgentNote {", "true || was.Action != AgentNote {", "./mailin"},
	{"anybody's id is enough for an agent", "mailin/who.go",
		"f.resolution.Evidence == evM && !f.toSender() {", "false {", "./mailin"},
	{"a responder that goes on is told each time", "mailin/machine.go",
		"quiet, err = f.tx.Automatic(", "_, err = f.tx.Automatic(", "./mailin"},
	{"a phrase is called otherwise in Spanish", "templates/es/phrases.toml",
		"number_only = ", "only_number = ", "./mailin ./templates"},
	{"a note is not told to the ticket's agent", "store/desk/due.go",
		"append([]Person{t.Agent}, e.Witness...)...", "e.Witness...", "./store/desk"},
	{"a customer reads internal words", "store/desk/due.go",
		"!(d.internal && t.Words)", "!(d.internal && t.Files)", "./store/desk"},
	{"a new number says nothing of the alarm", "store/desk/due.go",
		"if e.Ticket.ProductionDown && ack == Ack {", "if e.Ticket.ProductionDown {",
		"./store/desk"},
	{"whoever is assigned is told twice", "store/desk/telling.go",
		"e.Told = []Person{w.Ticket.Agent}", "e.Told = nil", "./store/desk ./mailin"},
	{"an alarm that an agent has lowered is raised again", "store/desk/deed.go",
		"w.deed.Down && !w.Raised &&", "w.deed.Down &&", "./store/desk ./mailin"},
	{"who has shown nothing may follow", "store/desk/order.go",
		"if w.deed.Unproven {", "if false {", "./store/desk ./mailin"},
	{"any participant may close", "store/desk/deed.go",
		"mayClose := w.deed.By.ID == w.before.Requester.ID || w.deed.By.ID == " +
			"w.before.Controller.ID",
		"mayClose := true", "./store/desk ./mailin"},
	{"thanks with a file are nobody's news", "store/desk/telling.go",
		"w.act == Thanks && w.deed.Wordless ||", "w.act == Thanks ||", "./store/desk ./mailin"},
	{"a command in the wrong place runs", "store/desk/deed.go",
		"o.Verb == v && !o.Misplaced", "o.Verb == v", "./store/desk ./mailin"},
	{"held mail waits as long as refused mail", "mailout/attempt.go",
		"store.Held, reply, soon(next, tx.Now()))", "store.Held, reply, next)", "./mailout"},
	{"an acknowledgement names whom a stranger calls himself", "mailout/matter.go",
		"if m.row().Answers && !m.o.Details.EchoSender {", "if false {", "./mailout"},
	{"the answer to a question stays inside", "mailout/matter.go",
		"m.o.Ticket == 0 || m.row().Asks {", "m.o.Ticket == 0 {", "./mailout"},
	{"a notice by a machine passes for an agent's words", "mailout/matter.go",
		`m.row().Speaks == desk.WithWords && m.item.Text != ""`, "m.row().Speaks == desk.WithWords",
		"./mailout"},
	{"a search shows what its reader may not see", "store/match.go",
		"w.sight(s)\n\tw.query(c, s, q)\n\tw.item(s)", "w.query(c, s, q)\n\tw.item(s)",
		"./store"},
	{"a search shows customers what is internal", "store/match.go",
		"w.query(c, s, q)\n\tw.item(s)", "w.query(c, s, q)", "./store"},
	{"a full disk gives mail up", "mailout/attempt.go",
		"if o.Attempts < most || store.Temporary(failure) {", "if o.Attempts < most {",
		"./mailout"},
}

// TestMutants runs with CI_MUTANTS=1, and names each mutant that no test notices. The files stay as
// they are: go builds with an overlay.
func TestMutants(t *testing.T) {
	if os.Getenv("CI_MUTANTS") != "1" {
		t.Skip("runs the tests of the rules some twenty times: set CI_MUTANTS=1")
	}
	for _, m := range mutants {
		t.Run(m.name, func(t *testing.T) {
			if out, noticed := m.noticed(t); !noticed {
				t.Errorf("survives: %s: %s", m.file, out)
			}
		})
	}
}

// TestMutantsApply: what a mutant breaks is still there, once.
func TestMutantsApply(t *testing.T) {
	for _, m := range mutants {
		m.read(t)
	}
}

func (m mutant) read(t *testing.T) string {
	text, err := os.ReadFile(filepath.Join("..", m.file))
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), m.old); n != 1 {
		t.Fatalf("%s has %q %d times, want once: write the mutant anew", m.file, m.old, n)
	}
	return string(text)
}

func (m mutant) noticed(t *testing.T) (string, bool) {
	path, err := filepath.Abs(filepath.Join("..", m.file))
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(m.read(t), m.old, m.new, 1)
	dir := t.TempDir()
	mutated, overlay := filepath.Join(dir, filepath.Base(path)), filepath.Join(dir, "overlay.json")
	raw, _ := json.Marshal(map[string]any{"Replace": map[string]string{path: mutated}})
	if err := errors.Join(os.WriteFile(mutated, []byte(text), 0o600),
		os.WriteFile(overlay, raw, 0o600)); err != nil {
		t.Fatal(err)
	}
	args := append([]string{"test", "-overlay", overlay, "-failfast", "-count=1", "-vet=off"},
		strings.Fields(m.tests)...)
	cmd := exec.Command("go", args...)
	cmd.Dir = ".."
	out, err := cmd.CombinedOutput()
	if strings.Contains(string(out), "[build failed]") {
		t.Fatalf("the mutant does not build:\n%s", out)
	}
	return string(out), err != nil
}
