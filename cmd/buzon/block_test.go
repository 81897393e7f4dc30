package main

import (
	"io"
	"strings"
	"testing"
	"time"

	"buzon/store"
)

func TestBlockCommands(t *testing.T) {
	t.Parallel()
	do := clerk(t)
	wants(t, do, []struct{ line, want string }{
		{"agent add ana@ejemplo.test", ""},
		{"person add carla@cliente.test --blocked", ""},
		{"block list --json", `{"sender":"carla@cliente.test","since":null}`},
		{"block add MALO@otra.test", ""},
		{"block add malo@otra.test", "malo@otra.test is blocked already"},
		{"block add spam.test", ""},
		{"block list", "malo@otra.test"},
		{"block list --json", `{"sender":"spam.test","since":"20`},
		{"block remove spam.test", ""},
		{"block remove spam.test", "spam.test is not blocked"},
		{"block remove carla@cliente.test", ""},
		{"person show carla@cliente.test --json", `"blocked":false`},
		{"block add ana@ejemplo.test", "is an agent"},
		{"block add com.co", "no domain that somebody has"},
		{"block add test", "no domain that somebody has"},
		{"block add @", "no domain that somebody has"},
		{"block add a@b@c", "is no mail address"},
	}...)
}

// TestBlockedSenders: what comes from a blocked address or domain, or from below it, is recorded
// and nothing else; agents are never blocked.
func TestBlockedSenders(t *testing.T) {
	t.Parallel()
	d := newVirtualDesk(t, "block.test")
	block := func(sender string) {
		d.t.Helper()
		if err := d.store.Write(t.Context(), func(tx *store.Tx) error {
			_, err := tx.Block(t.Context(), sender)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	d.says("x@spam.test", "soporte@block.test", "Hola",
		"Antes de todo esto escribía sin problemas.")
	block("spam.test")
	block("malo@otra.test")
	block("block.test")
	for _, c := range []struct {
		from    string
		outcome store.Outcome
	}{
		{"x@spam.test", store.OutcomeBlocked}, {"y@sub.spam.test", store.OutcomeBlocked},
		{"malo@otra.test", store.OutcomeBlocked},
		{"bueno@otra.test", store.OutcomeTicket}, {"x@nospam.test", store.OutcomeTicket},
		{"ana@block.test", store.OutcomeQuarantine},
	} {
		d.says(c.from, "soporte@block.test", "Hola", "Les escribe "+c.from+
			" por algo que no anda desde ayer.")
		list, err := d.store.Mails(t.Context(), store.MailFilter{Limit: 1})
		if err != nil || list[0].Outcome != c.outcome {
			t.Errorf("%s: %v, %s, want %s", c.from, err, list[0].Outcome, c.outcome)
		}
	}
	if n := len(d.to("x@spam.test")); n != 1 {
		t.Errorf("the blocked sender has %d mails", n)
	}
}

// TestBlockedMailIsErased: after 30 days nothing of its bytes is left, and it is still counted.
// What others wrote stays.
func TestBlockedMailIsErased(t *testing.T) {
	t.Parallel()
	d := newVirtualDesk(t, "block.test")
	if err := d.store.Write(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Block(t.Context(), "spam.test")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	large := strings.Repeat("zarzaparrilla ", 20000)
	d.says("x@spam.test", "soporte@block.test", "Oferta", "Compre alcaparras.")
	d.says("y@spam.test", "soporte@block.test", "Oferta", large)
	d.says("z@otra.test", "soporte@block.test", "Ayuda", "No anda el remolque desde ayer.")
	raw := func(m store.Mail) string {
		b := must(d.store.OpenMail(t.Context(), m))(t)
		defer b.Close()
		return string(must(io.ReadAll(b.Reader()))(t))
	}
	for _, c := range []struct {
		days, erased int
		kept         bool
	}{{29, 0, true}, {2, 2, false}, {2, 0, false}} {
		d.clock.Advance(time.Duration(c.days) * 24 * time.Hour)
		if n := must(d.store.EraseBlocked(t.Context()))(t); n != c.erased {
			t.Errorf("%d mails were erased, want %d", n, c.erased)
		}
		list := must(d.store.Mails(t.Context(), store.MailFilter{}))(t)
		all := ""
		for _, m := range list {
			all += raw(m)
		}
		for _, word := range []string{"alcaparras", "zarzaparrilla"} {
			if strings.Contains(all, word) != c.kept {
				t.Errorf("%d days: %s is kept: %v", c.days, word, !c.kept)
			}
		}
		if len(list) != 3 || !strings.Contains(all, "remolque") {
			t.Errorf("%d mails are left", len(list))
		}
	}
	if err := d.store.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestReport(t *testing.T) {
	t.Parallel()
	do := clerk(t)
	do("agent add ana@ejemplo.test --admin")
	do("product add CRM")
	do("org add Cliente --domain cliente.test")
	do("status add Laboratorio --class waiting --position 2") // where there is one already
	file := csvWith(t, "number,subject,requester,status,created_at,product,agent,severity",
		"1,a,carla@cliente.test,closed,2026-01-10,CRM,ana@ejemplo.test,1",
		"2,b,carla@cliente.test,,2026-01-20,CRM,,",
		"3,c,bob@otra.test,En cola,2026-02-02,,,",
		"4,d,bob@otra.test,Laboratorio,2026-02-02,,,")
	wants(t, do, []struct{ line, want string }{
		{"import tickets " + file, "4 added"},
		{"report --satisfaction --json", `"asked":0,"answered":0,"satisfaction":0}`},
		{"report --by month --json",
			`{"by":"month","name":"2026-01","opened":2,"closed":1,"open":1}`},
		{"report --by product,agent --json",
			`{"by":"product","name":"CRM","opened":2,"closed":1,"open":1}`},
		{"report --by agent --json",
			`{"by":"agent","name":"ana@ejemplo.test","opened":1,"closed":1,"open":0}`},
		{"report --by organisation --json",
			`{"by":"organisation","name":"Cliente","opened":2,"closed":1,"open":1}`},
		{"report --by status --json",
			`{"by":"status","name":"En cola","opened":1,"closed":0,"open":1}`},
		{"report --by severity --since 2026-02-01 --json",
			`{"by":"severity","name":"2 mayor","opened":2,"closed":0,"open":2}`},
		{"report --until 2026-01-31 --by month", "2026-01  2       1       1"},
		{"report --by color", "want one of status, severity"},
		{"report --since ayer", "want a day"},
	}...)
	if out := do("report"); strings.Count(out, "OPENED") != len(groupings) {
		t.Errorf("not by each:\n%s", out)
	}
}
