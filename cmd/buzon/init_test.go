package main

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// keysOf lists the keys of a configuration's struct, those of a table behind the table's name.
func keysOf(t reflect.Type, table string) (list []string) {
	for i := range t.NumField() {
		f := t.Field(i)
		key := f.Tag.Get("toml")
		if f.Anonymous {
			list = append(list, keysOf(f.Type, table)...)
		}
		if key == "" || key == "-" {
			continue
		}
		inner := f.Type
		for inner.Kind() == reflect.Pointer || inner.Kind() == reflect.Slice {
			inner = inner.Elem()
		}
		if inner.Kind() == reflect.Struct {
			list = append(list, keysOf(inner, key)...)
			continue
		}
		list = append(list, table+"."+key)
	}
	return list
}

var (
	commentedKey   = regexp.MustCompile(`(?m)^# (\w+ = |\[)`)
	commentedTable = regexp.MustCompile(`^(?:# )?\[+(?:\w+\.)?(\w+)\]+$`)
	anyKey         = regexp.MustCompile(`^(?:# )?(\w+) = `)
)

// TestInitWritesEveryKey, each in its table and with a value that can be taken as it stands.
func TestInitWritesEveryKey(t *testing.T) {
	full := answers{DataDir: "/d", Language: "es", Timezone: "UTC", Address: soporte, Name: "S",
		Listen: "127.0.0.1:0", IMAP: "i.test", IMAPUser: "u", IMAPSecret: "/i",
		Relay: "r.test", Port: 587, TLS: "starttls", Username: "u", PasswordFile: "/p",
		agents: []string{ana + "=Ana"}, OnCall: []string{guardia}}
	bare := answers{DataDir: "/d", Language: "es", Timezone: "UTC", Address: soporte, Name: "S"}
	for name, w := range map[string]answers{"full": full, "bare": bare} {
		text, err := w.render()
		if err != nil {
			t.Fatal(err)
		}
		var keys []string
		table := ""
		for line := range strings.Lines(text) {
			if m := commentedTable.FindStringSubmatch(strings.TrimSpace(line)); m != nil {
				table = m[1]
			} else if m := anyKey.FindStringSubmatch(line); m != nil {
				keys = append(keys, table+"."+m[1])
			}
		}
		for _, key := range keysOf(reflect.TypeFor[config](), "") {
			if key != ".agents" && !slices.Contains(keys, key) {
				t.Errorf("%s: init.toml has no %s", name, key)
			}
		}
		if _, err := parseConfig("x.toml", commentedKey.ReplaceAllString(text, "$1")); err != nil {
			t.Errorf("%s, with everything taken: %v\n%s", name, err, text)
		}
	}
}

// TestDocsNameEveryKey: what can be configured is written down.
func TestDocsNameEveryKey(t *testing.T) {
	for table, file := range map[string]string{"": "configuration.md", "imap": "imap.en.md"} {
		doc, err := os.ReadFile("../../docs/" + file)
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range keysOf(reflect.TypeFor[config](), "") {
			in, name, _ := strings.Cut(key, ".")
			if (in == "imap") != (table == "imap") || key == ".agents" ||
				key == "on_call.addresses" {
				continue
			}
			if !regexp.MustCompile("`(?:" + in + ")?\\.?" + name + "`").Match(doc) {
				t.Errorf("docs/%s does not explain %s", file, key)
			}
		}
	}
}

// TestInit: by flags and by answers; what is there stays, nothing but the file is made, and what is
// written works.
func TestInit(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "buzon.toml")
	data := filepath.Join(dir, "data")
	flags := []string{"init", file, "--address", soporte, "--name", `Mesa "A" ñ`, "--timezone",
		"America/Bogota", "--data-dir", data,
		"--agent", ana + "=Ana Gómez", "--on-call", guardia, "--listen", "127.0.0.1:0", "--relay",
		"127.0.0.1", "--port", "2526", "--tls", "none"}
	code, out, errs := quickly(t, flags...)
	if code != exitOK || !strings.Contains(out, "agent add") || exists(data) {
		t.Fatalf("exit %d, %s%s", code, out, errs)
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v; want mode 0600", info.Mode(), err)
	}
	text, _ := os.ReadFile(file)
	c, err := parseConfig(file, string(text))
	if err != nil || c.check() != nil {
		t.Fatalf("%v, %v\n%s", err, c.check(), text)
	}
	if c.Mailbox[0].Name != `Mesa "A" ñ` || c.Agents[ana] != "Ana Gómez" ||
		c.OnCall.Addresses[0] != guardia || c.Relay[0].Port != 2526 || c.DataDir != data {
		t.Errorf("%+v", c)
	}
	if code, _, errs := quickly(t, flags...); code != exitFailure ||
		!strings.Contains(errs, "is there already") {
		t.Errorf("a second time: exit %d, %s", code, errs)
	}
	if again, _ := os.ReadFile(file); string(again) != string(text) {
		t.Error("it was changed")
	}
	for _, wrong := range [][]string{{}, {"--address", "soporte"},
		{"--address", soporte, "--language", "fr"},
		{"--address", soporte, "--tls", "ssl", "--relay", "x.test"},
		{"--address", soporte, "--timezone", "Luna"},
		{"--address", soporte, "--agent", "ana=Ana"}} {
		file := filepath.Join(dir, "wrong.toml")
		if code, _, errs := quickly(t,
			append([]string{"init", file}, wrong...)...); code != exitUsage ||
			strings.Count(errs, "\n") != 1 || exists(file) {
			t.Errorf("init %v: exit %d, %s", wrong, code, errs)
		}
	}
}

// TestInitAsks: a wrong answer is asked for again, an empty one takes what is offered.
func TestInitAsks(t *testing.T) {
	file := filepath.Join(t.TempDir(), "buzon.toml")
	in := strings.Join([]string{"", "soporte", soporte, "Soporte", "fr", "en", "Luna", "UTC", "",
		ana + "=Ana Gómez", "", "-", "false", "", "r.test", "70000", "25", "starttls", ""},
		"\n") + "\n"
	var out, errs strings.Builder
	code := run(t.Context(), []string{"init", file, "--ask"}, strings.NewReader(in), &out, &errs)
	text, _ := os.ReadFile(file)
	if code != exitOK {
		t.Fatalf("exit %d, %s%s", code, out.String(), errs.String())
	}
	c, err := parseConfig(file, string(text))
	if err != nil || c.Language != "en" || c.Timezone != "UTC" || c.SMTP != nil ||
		c.Relay[0].Port != 25 || c.Mailbox[0].PlusAddressing || c.Agents[ana] == "" ||
		len(c.OnCall.Addresses) != 0 {
		t.Errorf("%v, %+v\n%s", err, c, text)
	}
	short := run(t.Context(), []string{"init", file + "2", "--ask"},
		strings.NewReader(soporte+"\n"), &out, &errs)
	if short != exitFailure || exists(file+"2") {
		t.Errorf("answers that end: exit %d", short)
	}
}
