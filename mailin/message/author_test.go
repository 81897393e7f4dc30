package message

import (
	"context"
	"encoding/xml"
	"fmt"
	"os"
	"strings"
	"testing"

	"buzon/store/desk"
)

// TestC14AuthorIsOneAddrSpec: identity is exactly one addr-spec in exactly one From, as every
// reader of mail takes it.
func TestC14AuthorIsOneAddrSpec(t *testing.T) {
	for _, c := range []struct{ name, header, want string }{
		{"bare", "From: ana@empresa.test", "ana@empresa.test"},
		{"case stays", "From: ANA@Empresa.TEST", "ANA@Empresa.TEST"},
		{"named", "From: Ana Gómez <ana@empresa.test>", "ana@empresa.test"},
		{"named in Latin-1", "From: Ana G\xf3mez <ana@empresa.test>", "ana@empresa.test"},
		{"encoded name", "From: =?utf-8?q?Ana_G=C3=B3mez?= <ana@empresa.test>", "ana@empresa.test"},
		{"quoted name", `From: "Gómez, Ana \"la jefa\"" <ana@empresa.test>`, "ana@empresa.test"},
		{"surname first, not quoted", "From: Gómez, Ana <ana@empresa.test>", "ana@empresa.test"},
		{"initial", "From: Ana P. Gómez <ana@empresa.test>", "ana@empresa.test"},
		{"apostrophe", "From: Ana O'Hara <ana.o'hara@empresa.test>", "ana.o'hara@empresa.test"},
		{"comment behind", "From: ana@empresa.test (Ana Gómez)", "ana@empresa.test"},
		{"comment in the name", "From: Ana (Ventas) <ana@empresa.test>", "ana@empresa.test"},
		{"folded before the address", "From: Ana Gómez\r\n <ana@empresa.test>", "ana@empresa.test"},
		{"tab", "From:\tana@empresa.test", "ana@empresa.test"},
		{"its own address as a name", "From: ana@empresa.test <ana@empresa.test>",
			"ana@empresa.test"},
		{"its own address as a quoted name", `From: "ana@empresa.test" <ana@empresa.test>`,
			"ana@empresa.test"},
		{"another's as a quoted name", `From: "agente@empresa.test" <x@mal.test>`, "x@mal.test"},
		{"another's as an encoded name", "From: =?utf-8?q?agente=40empresa.test?= <x@mal.test>",
			"x@mal.test"},
		{"beyond ASCII", "From: Íñigo <iñigo@peña.test>", "iñigo@peña.test"},
		{"punycode", "From: <i@xn--pea-8ma.test>", "i@xn--pea-8ma.test"},
		{"the DNS's own dot", "From: ana@empresa.test.", "ana@empresa.test."},
		{"no dot in the domain", "From: <root@servidor>", "root@servidor"},
		{"plus", "From: <ana+x@empresa.test>", "ana+x@empresa.test"},
		{"Cyrillic letter", "From: <\u0430na@empresa.test>", "\u0430na@empresa.test"},
		{"Sender is another", "From: ana@empresa.test\nSender: x@mal.test", "ana@empresa.test"},

		{"none", "To: x@mal.test", ""},
		{"empty", "From:", ""},
		{"two fields", "From: ana@empresa.test\nFrom: x@mal.test", ""},
		{"two fields, one empty", "From: ana@empresa.test\nFrom:", ""},
		{"two fields, other case", "from: ana@empresa.test\nFROM: x@mal.test", ""},
		{"blank before the colon", "From : ana@empresa.test", ""},
		{"fold without a blank", "From: Ana,\nana@empresa.test\nTo: x@mal.test", ""},
		{"two addresses", "From: ana@empresa.test, x@mal.test", ""},
		{"semicolon", "From: ana@empresa.test; x@mal.test", ""},
		{"forgotten comma", "From: x@mal.test ana@empresa.test", ""},
		{"another's as a name", "From: ana@empresa.test <x@mal.test>", ""},
		{"another's folded away", "From: x@mal.test\n <ana@empresa.test>", ""},
		{"another's inside a name", "From: ana@empresa.test via x <x@mal.test>", ""},
		{"two at signs", "From: a@mal.test@empresa.test", ""},
		{"two brackets", "From: <x@mal.test> <ana@empresa.test>", ""},
		{"nested brackets", "From: <<ana@empresa.test>>", ""},
		{"open bracket", "From: Ana <ana@empresa.test", ""},
		{"open quote", `From: "x@mal.test <ana@empresa.test>`, ""},
		{"open comment", "From: (x@mal.test <ana@empresa.test>", ""},
		{"words behind", "From: <ana@empresa.test> Ana", ""},
		{"group", "From: grupo: ana@empresa.test;", ""},
		{"empty group", "From: undisclosed-recipients:;", ""},
		{"group and address", "From: g:x@mal.test; ana@empresa.test", ""},
		{"source route", "From: <@mal.test:ana@empresa.test>", ""},
		{"mailto", "From: <mailto:ana@empresa.test>", ""},
		{"comment inside", "From: ana(x)@empresa.test", ""},
		{"comment inside brackets", "From: <ana@(mal.test)empresa.test>", ""},
		{"comment with an address", "From: ana@empresa.test (x@mal.test)", ""},
		{"comment with brackets", "From: x@mal.test (<ana@empresa.test>)", ""},
		{"quoted local part", `From: "ana"@empresa.test`, ""},
		{"quoted local part in brackets", `From: <"ana "@empresa.test>`, ""},
		{"all quoted", `From: "ana@empresa.test"`, ""},
		{"quoted in brackets", `From: <"ana@empresa.test"@mal.test>`, ""},
		{"quoted domain", `From: ana@"empresa.test"`, ""},
		{"backslash", `From: an\a@empresa.test`, ""},
		{"all encoded", "From: =?utf-8?q?Ana_<ana=40empresa.test>?=", ""},
		{"encoded address", "From: <=?utf-8?q?ana=40empresa.test?=>", ""},
		{"encoded and cut off", "From: =?utf-8?q?ana=40empresa.test=3e=00?=foo@mal.test", ""},
		{"encoded local part", "From: =?utf-8?q?ana?=@empresa.test", ""},
		{"encoded name, bare address",
			"From: =?utf-8?q?Ana_=3Cana=40empresa.test=3E?= x@mal.test", ""},
		{"escaped for HTML", "From: &lt;ana@empresa.test&gt;", ""},
		{"blanks around the dots", "From: ana @ empresa . test", ""},
		{"fold inside", "From: ana@empre\n sa.test", ""},
		{"NUL", "From: ana@empre\x00sa.test", ""},
		{"control", "From: ana@empre\x01sa.test", ""},
		{"bare CR", "From: x@mal.test\rFrom: ana@empresa.test", ""},
		{"zero width in the domain", "From: ana@empre\u200bsa.test", ""},
		{"zero width in the local part", "From: a\u200bna@empresa.test", ""},
		{"soft hyphen", "From: ana@empre\u00adsa.test", ""},
		{"byte order mark", "From: \ufeffana@empresa.test", ""},
		{"full-width letter", "From: ana@\uff45mpresa.test", ""},
		{"full-width at sign", "From: ana\uff20empresa.test", ""},
		{"ideographic dot", "From: ana@empresa\u3002test", ""},
		{"Kelvin sign", "From: ana@empresa.test\u212a", ""},
		{"brackets of another kind", "From: [ana@empresa.test]", ""},
		{"apostrophes", "From: 'ana@empresa.test'", ""},
		{"address literal", "From: ana@[127.0.0.1]", ""},
		{"no at sign", "From: ana", ""},
		{"two dots", "From: a..na@empresa.test", ""},
		{"dot first", "From: .ana@empresa.test", ""},
		{"invalid UTF-8", "From: an\xe1@empresa.test", ""},
	} {
		raw := c.header + "\nTo: soporte@mesa.test\nSubject: x\n\nHola.\n"
		m, err := Read(context.Background(), strings.NewReader(raw), int64(len(raw)), Limits{})
		if err != nil || m.Author != c.want {
			t.Errorf("%s: %q names %q, want %q (%v)", c.name, c.header, m.Author, c.want, err)
		}
	}
}

// TestAddrSpecAgainstIsemail: what names a person is valid by the judgement of others, without
// quotes, comments and literals. Every verdict stands in testdata/isemail.txt; ISEMAIL_UPDATE=1
// writes it anew.
func TestAddrSpecAgainstIsemail(t *testing.T) {
	data, err := os.ReadFile("../../../shared/judges/isemail/tests.xml")
	if err != nil {
		t.Skip("the judges are not here: ", err)
	}
	var suite struct {
		Tests []struct {
			Address  string `xml:"address"`
			Category string `xml:"category"`
		} `xml:"test"`
	}
	if err := xml.Unmarshal(data, &suite); err != nil {
		t.Fatal(err)
	}
	control := func(r rune) rune { // as the suite writes them
		if r >= 0x2400 && r < 0x2420 {
			return r - 0x2400
		}
		return r
	}
	accepted := 0
	var verdicts strings.Builder
	for _, c := range suite.Tests {
		address := strings.Map(control, c.Address)
		ours := "nobody"
		if desk.AddrSpec(address) {
			ours = "a person"
		}
		fmt.Fprintf(&verdicts, "%-8s  %-24s  %+q\n", ours, c.Category, address)
		valid := c.Category == "ISEMAIL_VALID_CATEGORY" || c.Category == "ISEMAIL_DNSWARN" ||
			c.Category == "ISEMAIL_RFC5321"
		if !desk.AddrSpec(address) {
			continue
		}
		accepted++
		if !valid {
			t.Errorf("%q is %s, and names a person", c.Address, c.Category)
		}
	}
	if len(suite.Tests) < 100 || accepted < 10 {
		t.Errorf("%d of %d addresses accepted: the suite was not read", accepted, len(suite.Tests))
	}
	const file = "testdata/isemail.txt"
	if os.Getenv("ISEMAIL_UPDATE") == "1" {
		if err := os.WriteFile(file, []byte(verdicts.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(file); err != nil || string(want) != verdicts.String() {
		t.Errorf("the verdicts are not those of %s (%v):\n%s", file, err, verdicts.String())
	}
}
