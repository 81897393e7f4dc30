package templates

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// written makes a folder of an administrator's templates from name, text, name, text …
func written(t *testing.T, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i < len(files); i += 2 {
		name := filepath.Join(dir, filepath.FromSlash(files[i]))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(files[i+1]), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestOwnFilesGoOverOurs(t *testing.T) {
	s, err := Load(written(t,
		"es/ack.txt", "Hola, {{.To.Name}}: es el <{{.Ticket.Number}}> & nada más.\r\n\r\n"+
			"{{template \"howto\" .}}\r\n",
		"es/phrases.toml", "[label]\ntag = \"Ticket\"\n",
		"es/parts.txt", `{{define "howto"}}Llámenos.{{end}}`,
		"layout.html", `{{define "quiet"}}<div class="ours">{{.}}</div>{{end}}`,
	))
	if err != nil {
		t.Fatal(err)
	}
	v := sampleView(func(v *View) { v.Tag = "" })
	m := render(t, s, "ack", "es", v)
	if m.Subject != "[Ticket #123] No imprime la factura" ||
		m.Text != "Hola, Carla Ruiz: es el <123> & nada más.\n\nLlámenos.\n" {
		t.Errorf("%+v", m)
	}
	if !strings.Contains(m.HTML, "es el &lt;123&gt; &amp; nada más.</p>") {
		t.Errorf("HTML %s", m.HTML)
	}
	if m := render(t, s, "taken", "es", v); !strings.Contains(m.HTML,
		`<div class="ours">Soporte`) || !strings.HasPrefix(m.Text, "Ana Gómez tomó su caso") {
		t.Errorf("what was not replaced: %+v", m)
	}
	if m := render(t, s, "ack", "en", v); !strings.HasPrefix(m.Text, "We received") {
		t.Errorf("the other language: %q", m.Text)
	}
}

func TestAnotherLanguage(t *testing.T) {
	s, err := Load(written(t, "pt-BR/taken.txt",
		"{{.Author.Name}} assumiu o seu caso {{clock .At}}.\n", "pt-BR/phrases.toml",
		"[date]\nclock = \"às {time}\"\n"))
	if err != nil {
		t.Fatal(err)
	}
	if m := render(t, s, "taken", "pt_br",
		base()); m.Text != "Ana Gómez assumiu o seu caso às 9:01.\n" {
		t.Errorf("%q", m.Text)
	}
	if m := render(t, s, "ack", "pt-BR", base()); !strings.HasPrefix(m.Text, "Recibimos") {
		t.Errorf("a kind that it lacks: %q", m.Text)
	}
	err = s.Check()
	for _, want := range []string{"pt-BR has no ack.txt", "pt-BR/parts.txt does not define howto",
		"pt-BR/phrases.toml has no tag in [label]", "pt-BR/phrases.toml has no full [date]"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Check does not say %q", want)
		}
	}
	if err != nil && strings.Contains(err.Error(), "taken.txt") {
		t.Error("Check misses what is there")
	}
}

func TestWhatIsWrongIsSaidWithFileAndLine(t *testing.T) {
	for _, c := range []struct {
		name, file, text string
		want             []string
	}{
		{"unknown field", "es/ack.txt", "Hola\n{{.Numero}}",
			[]string{"es/ack.txt:2: ", "View has no field Numero", "Ticket, "}},
		{"unknown field of a field", "es/ack.txt", "{{.Ticket.Numero}}",
			[]string{"es/ack.txt:1: ", "Ticket has no field Numero", "Number, "}},
		{"unknown field in a branch never taken", "es/ack.txt",
			"{{if .Welcome}}{{if .Unverified}}{{else}}\n{{.Numero}}{{end}}{{end}}",
			[]string{"es/ack.txt:2: ", "View has no field Numero"}},
		{"unknown field in a list", "en/receipt.txt", "{{range .Commands}}{{.Verb}}{{end}}",
			[]string{"en/receipt.txt:1: ", "Command has no field Verb; it has Line"}},
		{"unknown field in the subject", "en/ack.txt", "{{define \"subject\"}}{{.Numero}}{{end}}x",
			[]string{"en/ack.txt:1: ", "has no field Numero"}},
		{"unknown field in the HTML", "layout.html",
			"{{define \"buttons\"}}{{if .Welcome}}{{if " +
				".Unverified}}{{else}}{{.Numero}}{{end}}{{end}}{{end}}",
			[]string{"layout.html:1: ", "View has no field Numero; it has Desk, ", ", Body"}},
		{"not closed", "es/ack.txt", "uno\n{{if .Welcome}}\ntres",
			[]string{"es/ack.txt:3: ", "unexpected EOF"}},
		{"unknown function", "es/ack.txt", "{{upper .Tag}}",
			[]string{"es/ack.txt:1: ", `function "upper" not defined`}},
		{"unknown block", "es/ack.txt", "{{template \"pie\" .}}",
			[]string{"es/ack.txt:1: ", `template "pie" not defined`}},
		{"unknown phrase", "es/ack.txt", "{{phrase \"pie\"}}",
			[]string{"es/ack.txt:1: ", `phrases.toml has no "pie" in [label]`}},
		{"function that fails on some views", "es/ack.txt", "\n{{index .Form 0}}",
			[]string{"es/ack.txt:2", "index may not be used"}},
		{"types that don't compare", "es/ack.txt", "{{if eq .Ticket.Number \"1\"}}x{{end}}",
			[]string{"es/ack.txt:1: ", "incompatible types"}},
		{"calls itself", "es/parts.txt", "{{define \"howto\"}}{{template \"howto\" .}}{{end}}",
			[]string{"es/parts.txt:1: ", "exceeded maximum template depth"}},
		{"file of no kind", "es/akc.txt", "x", []string{"es/akc.txt is no template", "ack"}},
		{"file too deep", "es/a/ack.txt", "x", []string{"es/a/ack.txt is no template"}},
		{"unknown key", "es/phrases.toml", "[label]\ntag = \"x\"\n[botones]\na = \"b\"\n",
			[]string{"es/phrases.toml:3: ", "botones"}},
		{"broken TOML", "es/phrases.toml", "[label]\ntag = x\n", []string{"es/phrases.toml:2: "}},
		{"not UTF-8", "es/ack.txt", "Hola\n\xff", []string{"es/ack.txt:2: ", "not UTF-8"}},
		{"a place that nobody fills in", "es/phrases.toml",
			"[label]\nfrom = \"De\"\nunknown_value = \"No hay {valor} en {field}\"\n",
			[]string{"es/phrases.toml:3: ", "{valor}", "there is {value}, {field}"}},
		{"a place that is lost", "en/phrases.toml", "[answer]\npage_of = \"Another page\"\n",
			[]string{"en/phrases.toml:2: ", "lacks {n}, {of}"}},
		{"a date of another's", "pt/phrases.toml", "[date]\nfull = \"{dia} de {month}\"\n",
			[]string{"pt/phrases.toml:2: ", "{dia}"}},
		{"six weekdays", "es/phrases.toml", "[date]\nweekdays = [\"d\"]\n",
			[]string{"es/phrases.toml: ", "7 weekdays"}},
	} {
		dir := written(t, c.file, c.text)
		_, err := Load(dir)
		if err == nil {
			t.Errorf("%s: accepted", c.name)
			continue
		}
		for _, want := range append(c.want, dir) {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: error is %q, want %q in it", c.name, err, want)
			}
		}
	}
	if _, err := Load(filepath.Join(t.TempDir(), "absent")); err == nil {
		t.Error("a folder that is not there was accepted")
	}
}

// Adding a language is adding a directory: what it lacks is said in Spanish, and named by Check.
func TestPortuguese(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"ack.txt":      "Recebemos a sua mensagem. É o caso {{number .Ticket.Number}}.\n",
		"phrases.toml": "[label]\ntag = \"Caso\"\nattachments = \"Anexos\"\n",
	} {
		file := filepath.Join(dir, "pt", name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if m := render(t, s, "ack", "pt-BR", sampleView()); !strings.HasPrefix(m.Text,
		"Recebemos a sua mensagem. É o caso #123.") {
		t.Errorf("the acknowledgement says %q", m.Text)
	}
	if m := render(t, s, "taken", "pt", sampleView()); !strings.Contains(m.Text, "tomó su caso") {
		t.Errorf("what is not translated says %q", m.Text)
	}
	if err := s.Check(); err == nil || !strings.Contains(err.Error(), "pt has no taken.txt") ||
		strings.Contains(err.Error(), "pt has no ack.txt") {
		t.Errorf("left to translate: %v", err)
	}
}

// Export writes all that is in use, and over nothing.
func TestExport(t *testing.T) {
	to := t.TempDir()
	n, err := Export("", to)
	if err != nil || n < 2*len(Names()) {
		t.Fatalf("%d files, %v", n, err)
	}
	if _, err := Export("", to); err == nil {
		t.Error("it wrote over what is there")
	}
	if _, err := Load(to); err != nil {
		t.Error(err)
	}
}
