package mailin

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"buzon/mailin/command"
	"buzon/store/desk"
	"buzon/templates"
)

// TestLabelsOfOnesOwn: what the administrator calls the fields of the form is read as such, in the
// text and filled into the quote.
func TestLabelsOfOnesOwn(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	page := "[form]\nproduct = \"Aplicación\"\nwhen = \"Momento\"\n"
	if err := os.MkdirAll(filepath.Join(dir, "es"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "es", "phrases.toml"), []byte(page),
		0o600); err != nil {
		t.Fatal(err)
	}
	labels := LabelsOf(must(templates.Load(dir)))
	f := &filing{Intake: &Intake{o: Options{Form: labels}}}
	rows := desk.NewCatalogue([]desk.Entry{{ID: 1, Kind: desk.Products,
		Names: map[string]string{"es": "CRM"}}})
	for _, c := range []struct {
		name, value, field string
		fit                command.Fit
	}{
		{"Aplicación", "crm", "product", command.Fits},
		{"aplicacion", "x", "product", command.Unknown},
		{"Producto", "CRM", "product", command.Fits},
		{"Momento", "ayer", "", command.Label}, {"Descripción", "x", "", command.Label},
		{"Módulo", "x", "", command.Alien}, {"Otra", "x", "", command.Alien},
	} {
		if field, fit := f.meaning(rows)(c.name, c.value); field != c.field || fit != c.fit {
			t.Errorf("%s: %s is %q, %d", c.name, c.value, field, fit)
		}
	}
	mail := strings.ReplaceAll("From: c@x.test\nSubject: Re: x\n\nVa.\n\nEl mar, 3 mar 2026 a las "+
		"9:01, Soporte (s@e.test) escribió:\n> Aplicación: ERP\n> Momento: ayer\n> Aplicación "+
		"(CRM, ERP): CRM\n", "\n", "\r\n")
	rd := must(Read(t.Context(), strings.NewReader(mail), int64(len(mail)),
		ReadOptions{Form: labels}))
	if got := rd.Reply.Filled(); !slices.Equal(got,
		[]string{"Momento: ayer", "Aplicación (CRM, ERP): CRM"}) {
		t.Errorf("filled in: %q", got)
	}
}
