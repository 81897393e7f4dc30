package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// TestOldDesksReadTheSame: the databases of releases, and what each of them printed of it as JSON.
// Since then keys have been added; what was there says the same, but for organisations, which were
// not printed.
func TestOldDesksReadTheSame(t *testing.T) {
	for _, schema := range []string{"1", "2", "3", "4", "10"} {
		t.Run(schema, func(t *testing.T) {
			t.Parallel()
			old := openOldDesk(t, schema)
			old.readsTheSame(t)
			if schema == "10" {
				old.hasCatalogues(t)
			}
		})
	}
}

// oldDesk is a copy of a release's desk, brought up to date.
type oldDesk struct{ schema, data string }

func openOldDesk(t *testing.T, schema string) oldDesk {
	t.Helper()
	d := oldDesk{schema, t.TempDir()}
	unpack(t, "../../store/testdata/schema"+schema+".db.gz", filepath.Join(d.data, "buzon.db"))
	d.buzon(t, "key", "rotate", "--lost")
	d.buzon(t, "person", "add", "nuevo@cliente.test")
	return d
}

func (d oldDesk) buzon(t *testing.T, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	args = append([]string{"--data", d.data}, args...)
	code := run(t.Context(), args, strings.NewReader(""), &out, &errs)
	if code != exitOK {
		t.Fatalf("buzon %v: exit %d, %s", args, code, errs.String())
	}
	return out.String()
}

func (d oldDesk) readsTheSame(t *testing.T) {
	wanted, err := os.ReadFile("../../store/testdata/schema" + d.schema + ".jsonl")
	if err != nil {
		t.Fatal(err)
	}
	asked := []string{"ticket list --status all", "ticket show 1", "ticket show 2", "ticket show 3",
		"mail explain 1", "mail explain 2", "mail explain 3"}
	var got string
	for _, args := range asked {
		if args != "ticket show 3" || d.schema == "10" { // the others have two tickets
			got += d.buzon(t, append(strings.Fields(args), "--json")...)
		}
	}
	want, have := strings.Split(string(wanted), "\n"), strings.Split(got, "\n")
	if len(want) != len(have) {
		t.Fatalf("%d lines, want %d:\n%s", len(have), len(want), got)
	}
	for i := range want {
		var w, g map[string]any
		if json.Unmarshal([]byte(want[i]), &w) == nil &&
			json.Unmarshal([]byte(have[i]), &g) == nil {
			delete(w, "organisation")
			lacks(t, have[i], w, g)
		}
	}
}

func (d oldDesk) hasCatalogues(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"ticket show 1", `"organisation":"Cliente SA"`},
		{"org show Cliente-SA",
			`"csm":"ana@ejemplo.test","domains":["cliente.test","www.cliente.test"]`},
		{"org show Cliente-SA", `"members":["carla@cliente.test","nuevo@cliente.test"]`},
		{"product show CRM", `"agent":"ana@ejemplo.test"`},
		{"product show ERP", `"used":1`}, // a ticket named it, and no row did
		{"status show En-pruebas", `"class":"in_progress"`},
		{"type show Reclamo", `"key":"Reclamo"`},
		{"status show Abierto",
			`"key":"open","name":"Abierto","names":{"en":"Open","es":"Abierto"}`},
		{"ticket list --status closed --module ventas", `"number":1`},
	} {
		if got := d.buzon(t, append(strings.Fields(c.args), "--json")...); !strings.Contains(got,
			c.want) {
			t.Errorf("buzon %s says %s\nwant %s", c.args, got, c.want)
		}
	}
}

// lacks complains of what is in want and not in got, as deep as they go.
func lacks(t *testing.T, line string, want, got any) {
	t.Helper()
	switch w := want.(type) {
	case map[string]any:
		g, _ := got.(map[string]any)
		for key := range w {
			lacks(t, line, w[key], g[key])
		}
	case []any:
		g, _ := got.([]any)
		if len(g) != len(w) {
			t.Errorf("%d of %d in %.400s", len(g), len(w), line)
			return
		}
		for i := range w {
			lacks(t, line, w[i], g[i])
		}
	default:
		if !reflect.DeepEqual(want, got) {
			t.Errorf("%v, want %v, in %.400s", got, want, line)
		}
	}
}

func unpack(t *testing.T, from, to string) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	z, err := gzip.NewReader(in)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err == nil {
		err = os.WriteFile(to, data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}
