package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/foxcpp/go-mockdns"
)

// TestDKIMNew makes keys, and buzon check says whether what the DNS has fits them.
func TestDKIMNew(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "buzon.toml")
	zones := map[string]mockdns.Zone{}
	text := fmt.Sprintf("data_dir = %q\n[[mailbox]]\naddress = \"soporte@ejemplo.test\"\n[dns]\n"+
		"server = \"DNS\"\n",
		filepath.Join(dir, "data"))
	// a server of its own for each state of the zones: they must not change under it
	write := func(more string) {
		server, err := mockdns.NewServerWithLogger(maps.Clone(zones), silent{}, false)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { server.Close() })
		whole := strings.Replace(text+more, "DNS", server.LocalAddr().String(), 1)
		if err := os.WriteFile(file, []byte(whole), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	buzon := func(args ...string) (int, string) {
		var out bytes.Buffer
		code := run(t.Context(), append([]string{"-c", file}, args...), strings.NewReader(""),
			&out, &out)
		return code, out.String()
	}
	write("")
	quoted := regexp.MustCompile(`"([^"]*)"`)
	for _, kind := range []string{"rsa", "ed25519"} {
		code, said := buzon("dkim", "new", "ejemplo.test", kind, "--type", kind)
		line, rest, _ := strings.Cut(said[strings.Index(said, "\n")+1:], "\n")
		name := kind + "._domainkey.ejemplo.test."
		if code != 0 || !strings.HasPrefix(line, name+" IN TXT ( \"v=DKIM1; k="+kind+"; p=") {
			t.Fatalf("exit %d: %s", code, said)
		}
		kept := filepath.Join(dir, "data", "dkim", kind+".ejemplo.test.pem")
		if info, err := os.Stat(kept); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("key file: %v, %v", info, err)
		}
		if code, again := buzon("dkim", "new", "ejemplo.test", kind); code == 0 ||
			!strings.Contains(again, "another selector") {
			t.Errorf("a key is written over: %s", again)
		}
		text += rest[strings.Index(rest, "[[dkim]]"):]
		write("")
		if _, said := buzon("check"); !strings.Contains(said, name[:len(name)-1]+
			" is not in the DNS") {
			t.Errorf("check before it is published: %s", said)
		}
		var record string
		for _, piece := range quoted.FindAllStringSubmatch(line, -1) {
			record += piece[1]
		}
		zones[name] = mockdns.Zone{TXT: []string{record}}
		write("")
		if _, said := buzon("check"); !strings.Contains(said, "ok, "+name[:len(name)-1]+"\n") {
			t.Errorf("check when it is published: %s", said)
		}
	}
	zones["rsa._domainkey.ejemplo.test."] = zones["ed25519._domainkey.ejemplo.test."]
	write("")
	if code, said := buzon("check"); code == 0 || !strings.Contains(said, "does not fit") {
		t.Errorf("check with another key published: %s", said)
	}
	for more, wrong := range map[string]string{
		"[[dkim]]\ndomain = \"ejemplo.test\"\nselector = \"rsa\"\n":   "stands twice",
		"[[dkim]]\ndomain = \"ejemplo.test\"\nselector = \"a b\"\n":   "dkim.selector",
		"[[dkim]]\ndomain = \"a@ejemplo.test\"\nselector = \"a\"\n":   "dkim.domain",
		"[[dkim]]\ndomain = \"ejemplo.test\"\nselector = \"falta\"\n": "buzon dkim new ejemplo.test falta",
	} {
		write(more)
		if code, said := buzon("check"); code == 0 || !strings.Contains(said, wrong) {
			t.Errorf("%s: exit %d, %s", more, code, said)
		}
	}
}

// TestBadDKIMKeys: a key that can't sign is refused at start, with what is wrong about the file.
func TestBadDKIMKeys(t *testing.T) {
	weak, err := rsa.GenerateKey(rand.Reader, 1024)
	curve, curveErr := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil || curveErr != nil {
		t.Fatal(err, curveErr)
	}
	form := func(kind string, key any) string {
		der, err := x509.MarshalPKCS8PrivateKey(key)
		if kind == "PUBLIC KEY" {
			der, err = x509.MarshalPKIXPublicKey(key)
		}
		if err != nil {
			t.Fatal(err)
		}
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	for name, c := range map[string]struct {
		text string
		mode os.FileMode
		want string // "": it is good
	}{
		"good": {form("PRIVATE KEY", weak), 0o600, ""},
		"rsa form": {string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY",
			Bytes: x509.MarshalPKCS1PrivateKey(weak)})), 0o600, ""},
		"for all to read": {form("PRIVATE KEY", weak), 0o644, "chmod 600"},
		"empty":           {"", 0o600, "no key in PEM"},
		"no PEM":          {"hola", 0o600, "no key in PEM"},
		"public":          {form("PUBLIC KEY", weak.Public()), 0o600, "no RSA or Ed25519 key"},
		"another curve":   {form("PRIVATE KEY", curve), 0o600, "no RSA or Ed25519 key"},
		"cut off": {form("PRIVATE KEY", weak)[:200] + "\n-----END PRIVATE KEY-----\n", 0o600,
			"dkim.key_file"},
	} {
		file := filepath.Join(t.TempDir(), "key.pem")
		if err := os.WriteFile(file, []byte(c.text), c.mode); err != nil {
			t.Fatal(err)
		}
		k := dkimConfig{Domain: "ejemplo.test", Selector: "uno", KeyFile: file}
		_, err := config{DKIM: []dkimConfig{k}}.dkimKeys()
		if got := fmt.Sprint(err); (err == nil) != (c.want == "") || c.want != "" &&
			(!strings.Contains(got, c.want) || !strings.Contains(got, file)) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

type silent struct{}

func (silent) Printf(string, ...any) {}
