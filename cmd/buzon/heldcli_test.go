package main

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestHeldByCommand: what waits is listed, sent and withdrawn by command, and what customers would
// get is shown without being done.
func TestHeldByCommand(t *testing.T) {
	t.Parallel()
	d := newCLIDesk(t, deskTOML+"hold = \"1h\"\n"+"[agents]\n\"ana@ejemplo.test\" = \"Ana\"\n")
	d.says(exitOK, nil, "agent", "add", admin, "--name", "La Jefa", "--admin")
	cli := func(words []string, args ...string) string {
		return d.says(exitOK, words, append([]string{"ticket"}, args...)...)
	}
	cli(nil, "open", "--requester", carla, "--subject", "Sin red", "--text", "No hay red.")
	cli([]string{"To: " + carla, "Subject: [Caso #1] Sin red", "Cambie el cable."}, "reply", "1",
		"--text", "Cambie el cable.", "--preview")
	var row previewRow
	if err := json.Unmarshal([]byte(cli(nil, "resolve", "1", "--text", "Listo.", "--preview",
		"--json")), &row); err != nil || row.To[0] != carla ||
		!strings.Contains(row.Text, "testing ok") {
		t.Errorf("%+v, %v", row, err)
	}
	cli([]string{"no customer would get anything"}, "note", "1", "--text", "No paga.", "--preview")
	if out := cli(nil, "show", "1", "--json"); strings.Contains(out, "Listo.") ||
		strings.Contains(out, "No paga.") || !strings.Contains(out, `"status_class":"open"`) {
		t.Errorf("something was done: %s", out)
	}
	for _, verb := range []string{"send", "cancel"} {
		d.says(exitFailure, []string{"no hay nada suyo"}, "ticket", verb, "1")
	}
	cli(nil, "reply", "1", "--text", "Cambie el cable.")
	if out := d.says(exitOK, nil, "pending", "list", "--json"); !strings.Contains(out,
		`"outcome":"held","ticket":1,"item":2`) {
		t.Errorf("not listed: %s", out)
	}
	cli(nil, "cancel", "1")
	if out := d.says(exitOK, nil, "pending", "list", "--json"); out != "" {
		t.Errorf("still listed: %s", out)
	}
	cli(nil, "reply", "1", "--text", "Cambie el cable azul.")
	cli([]string{"sale ahora hacia el cliente"}, "send", "1")
	cli(nil, "wait", "1", "mañana")
	cli(nil, "queue", "1")
	cli(nil, "ask-info", "1", "--text", "¿Qué equipo?")
	if out := cli(nil, "show", "1", "--json"); !strings.Contains(out, `"status_class":"waiting"`) {
		t.Errorf("%s", out)
	}
	cli(nil, "release", "1")
	d.says(exitFailure, []string{"2026-12-31"}, "ticket", "wait", "1", "31/2")
	d.says(exitFailure, []string{"canned"}, "ticket", "canned", "1", "nada")
}
