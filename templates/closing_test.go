package templates

import (
	"strings"
	"testing"
)

// TestClosings: a mailbox's own, else the language's, else the desk's language's; to customers
// only.
func TestClosings(t *testing.T) {
	t.Parallel()
	s, err := Load(written(t,
		"es/signature.txt", "{{.Desk.Name}} & equipo\nTel. 601 555 0000\n",
		"es/sender.txt",
		"Ejemplo S. A. S., NIT 900.123.456-7\n\nCalle 1 # 2-3, Bogotá <Colombia>\n",
		"es/Ventas@ejemplo.test/signature.txt", "Ventas, lunes a viernes",
		"en/signature.txt", "The team",
	))
	if err != nil {
		t.Fatal(err)
	}
	const law = "Ejemplo S. A. S., NIT 900.123.456-7\n\nCalle 1 # 2-3, Bogotá <Colombia>"
	for _, c := range []struct {
		language, box     string
		agent             bool
		signature, sender string
	}{
		{"es", "soporte@ejemplo.test", false, "Soporte Ejemplo & equipo\nTel. 601 555 0000", law},
		{"es", "ventas@ejemplo.test", false, "Ventas, lunes a viernes", law},
		{"en", "ventas@ejemplo.test", false, "The team", law},
		{"es", "soporte@ejemplo.test", true, "", ""},
	} {
		v := sampleView(func(v *View) {
			v.Desk.Address, v.ToAgent, v.Text = c.box, c.agent,
				"Reinicie el equipo."
		})
		v.Quoted = []Quote{{Author: v.To, At: v.At, Text: "No enciende."}}
		m := render(t, s, "item", c.language, v)
		if c.agent {
			if strings.Contains(m.Text+m.HTML, "NIT") || strings.Contains(m.Text+m.HTML, "601") {
				t.Errorf("an agent reads %s", m.Text)
			}
			continue
		}
		if !strings.Contains(m.Text, "\n\n"+c.signature+"\n\n") ||
			!strings.HasSuffix(strings.TrimSpace(m.Text), c.sender) {
			t.Errorf("%s of %s:\n%s", c.language, c.box, m.Text)
		}
		if strings.Index(m.Text, "No enciende") < strings.Index(m.Text, c.signature) {
			t.Errorf("the quoted history comes before the signature:\n%s", m.Text)
		}
		if !strings.Contains(m.HTML, "Bogotá &lt;Colombia&gt;</p>") ||
			!strings.Contains(m.HTML, strings.ReplaceAll(strings.ReplaceAll(c.signature, "&",
				"&amp;"), "\n", "<br>\n")) {
			t.Errorf("HTML:\n%s", m.HTML)
		}
	}
	if err := s.Check(); err == nil ||
		!strings.Contains(err.Error(), "en has no sender.txt, and es has") {
		t.Errorf("what is not translated: %v", err)
	}
	if got := s.Mailboxes(); len(got) != 1 || got[0] != "ventas@ejemplo.test" {
		t.Errorf("mailboxes %v", got)
	}
}

func TestBadClosings(t *testing.T) {
	t.Parallel()
	for name, c := range map[string][3]string{
		"an unknown field": {"es/sender.txt", "NIT\n{{.Nit}}", "sender.txt:2"},
		"an open brace": {"en/soporte@ejemplo.test/signature.txt", "Hola {{.Desk.Name",
			"signature.txt:1"},
		"a misspelt name":   {"es/firma.txt", "x", "LANG/signature.txt"},
		"a folder too deep": {"es/ventas/signature.txt", "x", "LANG/ADDRESS/signature.txt"},
	} {
		if _, err := Load(written(t, c[0], c[1])); err == nil ||
			!strings.Contains(err.Error(), c[2]) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
