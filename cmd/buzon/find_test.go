package main

import (
	"fmt"
	"strings"
	"testing"
)

// TestListsChooseAndSearch: every filter is obeyed, those on two people at once too.
func TestListsChooseAndSearch(t *testing.T) {
	t.Parallel()
	d := newLiveDesk(t, liveOptions{})
	d.send(printer)
	d.send(d.last(ana).reply("¿Quedó la luz roja parpadeando?"))
	d.send(letter{From: "otro@otra.test", To: soporte, Subject: "Otro asunto",
		Text: "Nada que ver."})
	d.send(d.last(ana).reply("#nota\nEs la bandeja, creo yo."))
	d.cli("ticket", "take", "1", "--as", ana)
	numbers := func(args ...string) (list []int64) {
		for _, k := range rowsOf[ticketRow](t, d.cli(append(args, "--json")...)) {
			list = append(list, k.Number)
		}
		return list
	}
	for args, want := range map[string]string{
		"list":                      "[2 1]",
		"list --limit 1":            "[2]",
		"list --limit 1 --before 2": "[1]",
		"list --requester " + carla: "[1]",
		"list --assignee " + ana:    "[1]",
		"list --requester " + ana + " --assignee " + ana:          "[]",
		"list --requester " + carla + " --assignee " + ana:        "[1]",
		"list --requester otro@otra.test --assignee " + ana:       "[]",
		"list --agent " + ana:                                     "[1]",
		"list --severity 2":                                       "[2 1]",
		"list --severity 1":                                       "[]",
		"list --status all --since 2020-01-01 --until 2020-12-31": "[]",
		"list --since 2020-01-01":                                 "[2 1]",
		"list --mailbox " + soporte:                               "[2 1]",
		"search roja":                                             "[1]",
		`search "luz roja"`:                                       "[1]",
		`search "roja luz"`:                                       "[]",
		"search BANDÉJA":                                          "[2]",
		"search roja --requester otro@otra.test":                  "[]",
	} {
		if got := fmt.Sprint(numbers(append([]string{"ticket"}, shell(args)...)...)); got != want {
			t.Errorf("ticket %s: %s, want %s", args, got, want)
		}
	}
	for args, says := range map[string]string{
		"list --severity 9": "--severity", "list --until ayer": "--until",
		"list --organisation Nadie": "Nadie",
		"list --limit 0":            "--limit", "list --follower nadie@x.test": "nadie@x.test",
	} {
		if code, _, stderr := d.runCLI("",
			append([]string{"ticket"}, shell(args)...)...); code == 0 ||
			!strings.Contains(stderr, says) {
			t.Errorf("ticket %s: exit %d, %s", args, code, stderr)
		}
	}
}

// shell splits at blanks, but for those within quotes, which stay.
func shell(line string) (args []string) {
	for i, part := range strings.Split(line, `"`) {
		if i%2 == 1 {
			args = append(args, part)
		} else {
			args = append(args, strings.Fields(part)...)
		}
	}
	return args
}

// TestViewAs: what is printed is what the person may see, and nobody is taken for an agent by
// mistake.
func TestViewAs(t *testing.T) {
	t.Parallel()
	d := newLiveDesk(t, liveOptions{})
	d.send(printer)
	d.send(d.last(ana).reply("Reinicie la caja."))
	d.send(d.last(ana).reply("#nota\nSecreto de la casa."))
	d.send(letter{From: "otro@otra.test", To: soporte, Subject: "Otro asunto",
		Text: "Nada que ver."})
	d.cli("ticket", "link", "1", "related", "2", "--as", ana)
	d.cli("field", "add", "Costo interno", "--type", "number")
	d.cli("ticket", "set", "1", "Costo interno=7", "tags=vip", "state_line=Va bien", "--as", ana)
	for _, args := range [][]string{{"view-as", carla, "1"}, {"view-as", carla, "1", "--json"}} {
		out := d.cli(args...)
		if !strings.Contains(out, "Reinicie la caja.") || strings.Contains(out, "Secreto") ||
			strings.Contains(out, "otro@") || strings.Contains(out, "Costo") ||
			strings.Contains(out, "vip") || !strings.Contains(out, "Va bien") ||
			strings.Contains(out, ana) {
			t.Errorf("%v:\n%s", args, out)
		}
	}
	row := rowsOf[ticketRow](t, d.cli("view-as", carla, "1", "--json"))[0]
	if len(row.Links) != 0 || len(row.Items) != 2 || row.Requester != carla {
		t.Errorf("Carla sees %+v", row)
	}
	if out := d.cli("view-as", ana, "1", "--agent"); !strings.Contains(out, "Secreto") {
		t.Errorf("Ana sees:\n%s", out)
	}
	for _, c := range [][]string{{ana, "1"}, {carla, "1", "--agent"}, {carla, "2"},
		{"otro@otra.test", "1"}, {carla, "99"}, {"nadie@x.test", "1"}} {
		if code, stdout, stderr := d.runCLI("", append([]string{"view-as"}, c...)...); code == 0 ||
			stdout != "" || stderr == "" {
			t.Errorf("view-as %v: exit %d\n%s", c, code, stdout)
		}
	}
}
