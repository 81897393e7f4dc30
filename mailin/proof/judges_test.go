package proof

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/foxcpp/go-mockdns"
	"github.com/miekg/dns"
	"go.yaml.in/yaml/v3"
)

// oneOrMore is a value that YAML has alone or in a list.
type oneOrMore []string

func (l *oneOrMore) UnmarshalYAML(n *yaml.Node) error {
	var list []string
	if n.Decode(&list) == nil {
		*l = list
		return nil
	}
	*l = []string{n.Value}
	return nil
}

type spfRecord struct {
	A, AAAA, TXT, SPF, PTR oneOrMore
	MX                     []string
	CNAME                  string
	broken                 bool
}

func (r *spfRecord) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode { // TIMEOUT
		r.broken = true
		return nil
	}
	var m map[string]yaml.Node
	if err := n.Decode(&m); err != nil {
		return err
	}
	for key, to := range map[string]any{"A": &r.A, "AAAA": &r.AAAA, "TXT": &r.TXT, "SPF": &r.SPF,
		"PTR": &r.PTR, "MX": &r.MX, "CNAME": &r.CNAME} {
		if v, ok := m[key]; ok {
			if err := v.Decode(to); err != nil {
				return err
			}
		}
	}
	for _, key := range []string{"TIMEOUT", "SERVFAIL", "CNAMELOOP"} {
		_, is := m[key]
		r.broken = r.broken || is
	}
	return nil
}

type spfSuite struct {
	Description string
	Tests       map[string]struct {
		Helo, Host, MailFrom string
		Result               oneOrMore
	}
	ZoneData map[string][]spfRecord
}

func (s spfSuite) zones() map[string]mockdns.Zone {
	zones := map[string]mockdns.Zone{}
	for name, records := range s.ZoneData {
		var z mockdns.Zone
		var old []string
		broken := false
		for _, r := range records {
			z.A, z.AAAA = append(z.A, r.A...), append(z.AAAA, r.AAAA...)
			z.TXT = append(z.TXT, r.TXT...)
			for _, name := range r.PTR {
				z.PTR = append(z.PTR, dns.Fqdn(name))
			}
			if len(r.SPF) > 0 { // of before RFC 7208, which did away with the type
				old = append(old, strings.Join(r.SPF, ""))
			}
			if r.MX != nil {
				z.MX = append(z.MX, net.MX{Host: r.MX[1] + "."})
			}
			if r.CNAME != "" {
				z.CNAME = r.CNAME
			}
			broken = broken || r.broken
		}
		if broken && (z.TXT == nil || z.TXT[0] == "NONE") { // else what was of the old type
			z.Err = errBroken
		}
		if z.TXT == nil {
			z.TXT = old
		}
		zones[strings.ReplaceAll(name, " ", `\ `)] = z
	}
	return zones
}

// TestSPFJudge runs the suite of openspf.org for RFC 7208 through the door's own check.
func TestSPFJudge(t *testing.T) {
	data, err := os.ReadFile(judges(t, "spf/rfc7208-tests.yml"))
	if err != nil {
		t.Fatal(err)
	}
	passed, all := 0, 0
	for d := yaml.NewDecoder(bytes.NewReader(data)); ; {
		var s spfSuite
		if err := d.Decode(&s); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		resolver := stub(t, s.zones())
		for name, c := range s.Tests {
			e := &evaluation{ctx: t.Context(), domain: "example.com", mail: Mail{Door: true,
				Helo: c.Helo, MailFrom: c.MailFrom, Peer: netip.MustParseAddr(c.Host)},
				checker: &Checker{Resolver: resolver}}
			got := e.checkSPF()
			if all++; slices.Contains(c.Result, got.Result) {
				passed++
			} else {
				t.Errorf("%s, %s: %v, want %v", s.Description, name, got, c.Result)
			}
		}
	}
	t.Logf("%d of %d", passed, all)
}

type arcSuite struct {
	Description string
	Tests       yaml.Node
	Records     map[string]string `yaml:"txt-records"`
}

// TestARCJudge runs ValiMail's suite of chains.
func TestARCJudge(t *testing.T) {
	data, err := os.ReadFile(judges(t, "arc/arc-draft-validation-tests.yml"))
	if err != nil {
		t.Fatal(err)
	}
	passed, all := 0, 0
	for d := yaml.NewDecoder(bytes.NewReader(data)); ; {
		var s arcSuite
		if err := d.Decode(&s); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		zones := map[string]mockdns.Zone{}
		for name, text := range s.Records {
			zones[name] = mockdns.Zone{TXT: []string{text}}
		}
		resolver := &mockdns.Resolver{Zones: fqdn(zones)}
		for i := 0; i < len(s.Tests.Content); i += 2 { // names that stand there twice too
			var c struct{ Message, CV string }
			if err := s.Tests.Content[i+1].Decode(&c); err != nil {
				t.Fatal(err)
			}
			if c.CV == "" { // a chain that was broken before needs no new verdict
				c.CV = "Fail"
			}
			name, got := s.Tests.Content[i].Value, chain(t, resolver, c.Message)
			all++
			switch {
			case strings.EqualFold(got, c.CV):
				passed++
			case stricter[name] != "" && got == "fail":
				t.Logf("%s fails: %s", name, stricter[name])
			default:
				t.Errorf("%s, %s: %s, want %s", s.Description, name, got, c.CV)
			}
		}
	}
	t.Logf("%d of %d", passed, all)
}

// stricter are the cases of the suite that fail here and why.
var stricter = map[string]string{
	"ams_fields_h_empty": "a signature without From says nothing of who wrote (RFC 6376, 5.4)",
}

func chain(t *testing.T, r Resolver, message string) string {
	m := mail(message, "", "", "")
	h, body, err := readHeader(io.NewSectionReader(m.Raw, 0, m.Size))
	if err != nil {
		t.Fatal(err)
	}
	e := &evaluation{ctx: t.Context(), checker: &Checker{Resolver: r}, mail: m,
		header: h, bodyAt: body}
	switch _, err := e.verifyARC(); {
	case errors.Is(err, errNoARC):
		return "none"
	case err != nil:
		return "fail"
	}
	return "pass"
}

// TestDKIMJudge verifies mails that others signed, each below the keys it needs.
func TestDKIMJudge(t *testing.T) {
	files, err := filepath.Glob(judges(t, "dkim") + "/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no mails: ", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		keys, raw, _ := strings.Cut(strings.ReplaceAll(string(data), "\r\n", "\n"), "\n\n")
		var pairs []string
		for line := range strings.Lines(keys) {
			name, text, _ := strings.Cut(strings.TrimSpace(line), " ")
			pairs = append(pairs, name, text)
		}
		m := mail(raw, "", "", "")
		h, body, err := readHeader(io.NewSectionReader(m.Raw, 0, m.Size))
		if err != nil {
			t.Fatal(err)
		}
		e := &evaluation{ctx: t.Context(), checker: &Checker{Resolver: &mockdns.Resolver{
			Zones: fqdn(texts(pairs...))}}, mail: m, header: h, bodyAt: body}
		synctest.Test(t, func(t *testing.T) { e.checkDKIM() }) // before they expired
		for _, p := range e.parts {
			t.Logf("%s: %v", filepath.Base(file), p)
			if p.Result != "pass" {
				t.Errorf("%s: %v", file, p)
			}
		}
	}
}
