package main

import (
	"bytes"
	"image/png"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"buzon/store"
	"buzon/store/desk"
)

// panels runs the job as the daemon does each hour, lets so much time pass, and returns what came.
func (d *virtualDesk) panels(pass time.Duration) (list []takenMail) {
	d.t.Helper()
	d.next()
	must(d.panel(d.t.Context()))(d.t)
	d.settle()
	d.pass(pass, pass)
	for _, m := range d.next() {
		if strings.HasPrefix(m.subject, "Panel") || strings.HasPrefix(m.subject, "Dashboard") {
			list = append(list, m)
		}
	}
	return list
}

// TestPanelOfTheDay: at eight, once a day, whatever is restarted and however often the clock is set
// back, everybody who works for the desk has the panel; what is the administrators' only they.
func TestPanelOfTheDay(t *testing.T) {
	t.Parallel()
	d := newVirtualDesk(t, "uno.test", func(c *config) { c.Panel.To = panelAgents })
	english(d, "luis@uno.test")
	d.opened(carlaRuiz, "No imprime", "La impresora no imprime.")
	n := d.opened(carlaRuiz, "No factura", "La factura sale en blanco.")
	d.replies("ana@uno.test", n, "Ya quedó.\n\n#cerrar")
	d.write("nadie", "soporte@uno.test", "Oferta", "Compre.", "List-Id: <x.y>", "Precedence: bulk")
	d.settle()
	if list := d.panels(0); len(list) != 3 || list[0].at.Hour() != 9 { // nobody was there at eight
		t.Fatalf("%d panels late", len(list))
	}
	if list := append(d.panels(13*time.Hour), d.panels(9*time.Hour)...); len(list) != 0 {
		t.Fatalf("%d panels in the evening and the night", len(list))
	}
	d.panels(8*time.Hour - d.clock.Now().Sub(d.clock.Now().Truncate(24*time.Hour)) - 30*time.Minute)
	if list := d.panels(29 * time.Minute); len(list) != 0 {
		t.Fatalf("%d panels before the hour", len(list))
	}
	list := d.panels(time.Minute)
	if len(list) != 3 {
		t.Fatalf("%d panels in the morning", len(list))
	}
	for _, m := range list {
		a := m.read(t)
		jefa := m.to == "jefa@uno.test"
		want := map[string]string{"Panel del miércoles 4 de marzo": a.subject, "Abierto: 1": a.text,
			"Cerrado: 1":                   a.text,
			"se abrieron 2, se cerraron 1": a.text, "No imprime": a.text,
			`src="cid:trend@buzon"`: a.html, "auto-generated": m.header.Get("Auto-Submitted")}
		if m.to == "luis@uno.test" {
			want = map[string]string{"Dashboard of Wednesday": a.subject, "2 opened, 1 closed": a.text}
		}
		for w, in := range want {
			if !strings.Contains(in, w) {
				t.Errorf("%s: no %q in\n%s", m.to, w, in)
			}
		}
		if h := m.at.Hour(); h != 8 {
			t.Errorf("%s has it at %s", m.to, m.at)
		}
		if got := strings.Contains(a.text, "Correos en cuarentena: 1"); got != jefa {
			t.Errorf("%s reads of the quarantine: %t\n%s", m.to, got, a.text)
		}
		p, err := png.Decode(bytes.NewReader(a.files["panel.png"]))
		if err != nil || p.Bounds().Dx() != 1120 {
			t.Errorf("the picture: %v", err)
		}
	}
	d.clock.Advance(-time.Hour)
	if again := append(d.panels(time.Hour), d.panels(3*time.Hour)...); len(again) != 0 {
		t.Errorf("%d panels again", len(again))
	}
	d.panels(20 * time.Hour)
	if again := d.panels(time.Hour); len(again) != 3 {
		t.Errorf("%d panels on the next day", len(again))
	}
}

// english has somebody read English.
func english(d *virtualDesk, address string) {
	d.t.Helper()
	p := must(d.store.PersonByAddress(d.t.Context(), address))(d.t)
	err := d.store.Write(d.t.Context(), func(tx *store.Tx) error {
		return tx.ChangePerson(d.t.Context(), p.ID, func(p *desk.Person) { p.Language = "en" })
	})
	if err != nil {
		d.t.Fatal(err)
	}
}

// TestWhoGetsThePanel: the configuration says who, when and on which days.
func TestWhoGetsThePanel(t *testing.T) {
	t.Parallel()
	office := calendarConfig{Name: "oficina", Hours: []string{"mon-fri 08:00-17:00"},
		Also: []string{"2026-03-05"}}
	for _, c := range []struct {
		panel panelConfig
		days  string // with the hour, of the week from Tuesday the third on
		to    string
	}{
		{panelConfig{
			To: "agents"},
			"03 08:00, 04 08:00, 05 08:00, 06 08:00, 07 08:00, 08 08:00, 09 08:00, 10 08:00",
			"agent admin "},
		{panelConfig{
			To: "nobody"},
			"03 08:00, 04 08:00, 05 08:00, 06 08:00, 07 08:00, 08 08:00, 09 08:00, 10 08:00", ""},
		{panelConfig{To: "admins", At: "00:30"},
			"04 00:30, 05 00:30, 06 00:30, 07 00:30, 08 00:30, 09 00:30, 10 00:30", "admin "},
		{panelConfig{To: "agents", Calendar: "oficina", At: "17:15"},
			"03 17:15, 04 17:15, 06 17:15, 09 17:15", "agent admin "},
	} {
		k := config{Timezone: "UTC", Panel: c.panel, Calendar: []calendarConfig{office}}
		at, err := k.panelTime()
		calendar, err2 := k.panelDays()
		if err != nil || err2 != nil || k.checkPanel() != nil {
			t.Fatal(err, err2, k.checkPanel())
		}
		days, to := map[string]bool{}, ""
		for hour := range 7 * 24 {
			now := time.Date(2026, 3, 3, 9+hour, 0, 0, 0, time.UTC)
			if due, ok := nextPanel(now, at, calendar); ok {
				days[due.Format("02 15:04")] = true
			}
		}
		for _, role := range []desk.Role{desk.Agent, desk.Admin} {
			if k.getsPanel(desk.Person{Role: role}) {
				to += string(role) + " "
			}
		}
		if got := strings.Join(slices.Sorted(maps.Keys(days)), ", "); got != c.days || to != c.to {
			t.Errorf("%+v: %s, to %s", c.panel, got, to)
		}
	}
}

// TestPanelMisconfigured: what is wrong names its key.
func TestPanelMisconfigured(t *testing.T) {
	t.Parallel()
	for key, p := range map[string]panelConfig{"panel.at": {At: "25:00"}, "panel.to": {To: "all"},
		"panel.calendar": {Calendar: "luna"}} {
		if err := (config{Timezone: "UTC", Panel: p}).checkPanel(); err == nil ||
			!strings.HasPrefix(err.Error(), key+":") {
			t.Errorf("%s: %v", key, err)
		}
	}
}
