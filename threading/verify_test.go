package threading

import (
	"math/big"
	"os"
	"strings"
	"testing"
)

func TestVerifyAddressForms(t *testing.T) {
	s, boxes := newSigner(t), testBoxes()
	signed := s.ReplyAddress(soporte, aToken)
	local, _, _ := strings.Cut(signed, "@")
	detail := strings.TrimPrefix(local, "soporte+")
	mac := detail[len(detail)-addressMAC:]
	for _, c := range []struct {
		name, address string
		want          Verdict
	}{
		{"as signed", signed, Valid},
		{"upper case", strings.ToUpper(signed), Valid},
		{"title case", "Soporte+C123.P7.A" + mac + "@Ejemplo.Test", Valid},
		{"angle brackets", "<" + signed + ">", Valid},
		{"name", "Soporte Ejemplo <" + signed + ">", Valid},
		{"name that is an address", `"ana@x.test" <` + signed + ">", Valid},
		{"blanks around", " \t" + signed + "\r\n ", Valid},
		{"mailto", "mailto:" + signed, Valid},
		{"mailto with escapes and fields", "MAILTO:" + strings.Replace(signed, "+", "%2B", 1) +
			"?subject=Re:%20x", Valid},
		{"mailto in brackets", "<mailto:" + signed + ">", Valid},
		{"quoted local part", `"` + local + `"@ejemplo.test`, Valid},
		{"single quotes", "'" + signed + "'", Valid},
		{"trailing dot", signed + ".", Valid},
		{"by the alias", "ayuda+" + detail + "@otro.test", Valid},
		{"comment behind", signed + " (Soporte)", Valid},
		{"plain mailbox", soporte, None},
		{"plus part stripped", "soporte@ejemplo.test", None},
		{"somebody's own plus part", "soporte+compras@ejemplo.test", None},
		{"number without MAC", "soporte+c123@ejemplo.test", None},
		{"MAC cut off", "soporte+c123.p7.a@ejemplo.test", None},
		{"one character less", "soporte+" + detail[:len(detail)-1] + "@ejemplo.test", None},
		{"unknown key of two letters", "soporte+c123.p7.zz" + mac + "@ejemplo.test", Forged},
		{"two characters more", "soporte+" + detail + "aa@ejemplo.test", None},
		{"other mailbox", "ventas+" + detail + "@ejemplo.test", Forged},
		{"not our mailbox", "info+" + detail + "@ejemplo.test", None},
		{"not our domain", local + "@ejemplo.test.otro", None},
		{"mailbox of another domain", local + "@otro.test", None},
		{"other ticket", "soporte+c124.p7.a" + mac + "@ejemplo.test", Forged},
		{"other person", "soporte+c123.p8.a" + mac + "@ejemplo.test", Forged},
		{"unknown key", "soporte+c123.p7.q" + mac + "@ejemplo.test", Forged},
		{"no key", "soporte+c123.p7." + mac + "@ejemplo.test", None},
		{"leading zero", "soporte+c0123.p7.a" + mac + "@ejemplo.test", None},
		{"sign", "soporte+c+123.p7.a" + mac + "@ejemplo.test", None},
		{"negative", "soporte+c-123.p7.a" + mac + "@ejemplo.test", None},
		{"too large a number", "soporte+c99999999999999999999.p7.a" + mac + "@ejemplo.test", None},
		{"dot doubled", "soporte+c123..p7.a" + mac + "@ejemplo.test", None},
		{"dot in front", "soporte+.c123.p7.a" + mac + "@ejemplo.test", None},
		{"dot behind", "soporte+c123.p7.a" + mac + ".@ejemplo.test", None},
		{"dot inside the MAC", "soporte+c123.p7.a" + mac[:9] + "." + mac[9:] +
			"@ejemplo.test", None},
		{"other order", "soporte+p7.c123.a" + mac + "@ejemplo.test", None},
		{"missing person", "soporte+c123.a" + mac + "@ejemplo.test", None},
		{"digit outside of base32", "soporte+c123.p7.a" + "0" + mac[1:] + "@ejemplo.test", None},
		{"full-width digit", "soporte+c１23.p7.a" + mac + "@ejemplo.test", None},
		{"zero-width space", "soporte+c123\u200b.p7.a" + mac + "@ejemplo.test", None},
		{"NUL", "soporte+c123.p7.a" + mac + "\x00@ejemplo.test", None},
		{"as a Message-ID", detail + "@ejemplo.test", None},
		{"bounce address", s.BounceAddress(soporte, 123), None},
		{"nothing", "", None},
		{"only signs", "+@", None},
		{"64 KB of MAC", "soporte+c123.p7.a" + strings.Repeat("a", 64<<10) + "@ejemplo.test", None},
		{"64 KB of plus signs", strings.Repeat("+", 64<<10) + signed, None},
		{"64 KB of dots", "soporte+c123" + strings.Repeat(".", 64<<10) + mac +
			"@ejemplo.test", None},
		{"64 KB of ats", strings.Repeat("@", 64<<10), None},
	} {
		got, v := s.VerifyAddress(c.address, boxes)
		if v != c.want {
			t.Errorf("%s: %v, want %v", c.name, v, c.want)
		}
		if want := (Token{Mailbox: soporte, Ticket: 123, Person: 7, Kind: Customer,
			Key: "a"}); v == Valid && got != want {
			t.Errorf("%s: %+v, want %+v", c.name, got, want)
		}
		if v != Valid && got != (Token{}) {
			t.Errorf("%s: %v, and yet a token: %+v", c.name, v, got)
		}
	}
}

// Kelvin sign and long s fold into ASCII letters elsewhere, and must not here.
func TestVerifyFoldsASCIIOnly(t *testing.T) {
	s, boxes := newSigner(t), testBoxes()
	for ticket := range int64(200) {
		signed := s.ReplyAddress(soporte, Token{Mailbox: soporte, Ticket: ticket + 1, Person: 7,
			Kind: Agent})
		local, domain, _ := strings.Cut(signed, "@")
		base, detail, _ := strings.Cut(local, "+")
		for _, r := range []struct{ ascii, like string }{{"k", "\u212a"}, {"s", "\u017f"}} {
			if !strings.Contains(detail, r.ascii) {
				continue
			}
			if _, v := s.VerifyAddress(base+"+"+strings.ReplaceAll(detail, r.ascii, r.like)+"@"+
				domain, boxes); v != None {
				t.Fatalf("%s with %U is %v", signed, []rune(r.like)[0], v)
			}
		}
	}
}

// Each character of each mark is left out, and replaced by each other one that the mark may hold,
// and has it put before it: nothing comes out valid.
func TestVerifyFlippedCharacters(t *testing.T) {
	s, boxes := newSigner(t), testBoxes()
	for name, mark := range marks(s) {
		verdict := verifyMark(s, boxes, name)
		if v := verdict(mark); v != Valid {
			t.Fatalf("%s %s is %v", name, mark, v)
		}
		end := len(mark)
		if at := strings.IndexByte(mark, '@'); at >= 0 {
			end = at // the domain of a Message-ID is not signed
		}
		for i := range end {
			if verdict(mark[:i]+mark[i+1:]) == Valid {
				t.Errorf("%s: %s is valid without character %d", name, mark, i)
			}
			for _, c := range []byte("abcdefghijklmnopqrstuvwxyz0123456789.+-@ ") {
				if c == mark[i] || i == 0 && c == ' ' { // a blank in front is no part of it
					continue
				}
				for _, changed := range []string{mark[:i] + string(c) + mark[i+1:],
					mark[:i] + string(c) + mark[i:]} {
					if verdict(changed) == Valid {
						t.Errorf("%s: %s is valid, made of %s", name, changed, mark)
					}
				}
			}
		}
	}
}

func marks(s *Signer) map[string]string {
	return map[string]string{
		"address": s.ReplyAddress(soporte, aToken),
		"message": s.MessageID("ejemplo.test", aToken),
		"root":    s.RootID("ejemplo.test", soporte, 123),
		"bounce":  s.BounceAddress(soporte, 123),
		"loop":    s.LoopMark(123),
	}
}

func verifyMark(s *Signer, boxes *Mailboxes, name string) func(string) Verdict {
	switch name {
	case "address":
		return func(m string) Verdict { _, v := s.VerifyAddress(m, boxes); return v }
	case "bounce":
		return func(m string) Verdict { _, v := s.VerifyBounce(m, boxes); return v }
	case "loop":
		return func(m string) Verdict {
			if s.ValidLoopMark(m) {
				return Valid
			}
			return None
		}
	}
	return func(m string) Verdict { _, v := s.VerifyMessageID(m, boxes); return v }
}

// The MAC of one valid token is put on the fields of another that differs in one thing.
func TestVerifySwapped(t *testing.T) {
	s, boxes := newSigner(t), testBoxes()
	rotate(t, s.keys)
	other := aToken
	tokens := []Token{aToken}
	for _, change := range []func(*Token){
		func(t *Token) { t.Ticket = 124 }, func(t *Token) { t.Person = 8 },
		func(t *Token) { t.Item = 5 },
		func(t *Token) { t.Kind = Agent }, func(t *Token) { t.Mailbox = ventas },
		func(t *Token) { t.Ticket, t.Person = 7, 123 },
	} {
		other = aToken
		change(&other)
		tokens = append(tokens, other)
	}
	for i, a := range tokens {
		for j, b := range tokens {
			if i == j {
				continue
			}
			id := swapMAC(s.MessageID("ejemplo.test", a), s.MessageID("ejemplo.test", b),
				messageMAC)
			if got, v := s.VerifyMessageID(id, boxes); v == Valid && got == withKey(a) {
				t.Errorf("message id of %+v passes with the MAC of %+v", a, b)
			}
			if a.Item != b.Item {
				continue // not part of an address
			}
			address := swapMAC(s.ReplyAddress(a.Mailbox, a), s.ReplyAddress(b.Mailbox, b),
				addressMAC)
			a.Item = 0
			if got, v := s.VerifyAddress(address, boxes); v == Valid && got == withKey(a) {
				t.Errorf("address of %+v passes with the MAC of %+v", a, b)
			}
		}
	}
}

func withKey(t Token) Token {
	t.Key = "b"
	return t
}

// swapMAC puts the MAC of mark b into mark a.
func swapMAC(a, b string, size int) string {
	localA, domain, _ := strings.Cut(a, "@")
	localB, _, _ := strings.Cut(b, "@")
	return localA[:len(localA)-size] + localB[len(localB)-size:] + "@" + domain
}

// A mark for one purpose is none for another, even where the numbers are the same.
func TestVerifyOtherPurpose(t *testing.T) {
	s, boxes := newSigner(t), testBoxes()
	key := s.keys.signer()
	macs := map[string]string{
		forReply: s.reply(key, aToken), forMessage: s.message(key, aToken),
		forRoot:   s.root(key, soporte, 123),
		forBounce: s.bounce(key, soporte, 123), forLoop: s.loop(key, 123),
	}
	for purpose, mac := range macs {
		for name, c := range map[string]struct {
			own     string
			verdict Verdict
		}{
			"address": {forReply, verifyMark(s, boxes, "address")("soporte+c123.p7.a" +
				mac[:addressMAC] + "@ejemplo.test")},
			"message": {forMessage, verifyMark(s, boxes, "message")("c123.i4.p7.a" +
				mac[:messageMAC] + "@ejemplo.test")},
			"root": {forRoot, verifyMark(s, boxes, "message")("c123.a" + mac[:messageMAC] +
				"@ejemplo.test")},
			"bounce": {forBounce, verifyMark(s, boxes, "bounce")("soporte+b123.a" +
				mac[:addressMAC] + "@ejemplo.test")},
			"loop": {forLoop, verifyMark(s, boxes, "loop")("x1.b123.a" + mac[:messageMAC])},
		} {
			if (c.verdict == Valid) != (c.own == purpose) {
				t.Errorf("%s with the MAC of %s is %v", name, purpose, c.verdict)
			}
		}
	}
}

func TestVerifyKeepsKinds(t *testing.T) {
	s, boxes := newSigner(t), testBoxes()
	for _, kind := range []Kind{Customer, Agent} {
		token := aToken
		token.Kind = kind
		if got, v := s.VerifyAddress(s.ReplyAddress(soporte, token), boxes); v != Valid ||
			got.Kind != kind {
			t.Errorf("address: %v, %s, want %s", v, got.Kind, kind)
		}
		if got, v := s.VerifyMessageID(s.MessageID("x.test", token), boxes); v != Valid ||
			got.Kind != kind {
			t.Errorf("message id: %v, %s, want %s", v, got.Kind, kind)
		}
	}
	for _, kind := range []Kind{"", "customeR", "agent\x00"} {
		token := aToken
		token.Kind = kind
		if _, v := s.VerifyAddress(s.ReplyAddress(soporte, token), boxes); v == Valid {
			t.Errorf("kind %q is valid", kind)
		}
	}
}

func TestVerifyMessageIDDomains(t *testing.T) {
	s, boxes := newSigner(t), testBoxes()
	elsewhere := NewSigner(openKeyring(t, t.TempDir()+"/keys"), "x2")
	sameKeys := NewSigner(s.keys, "x2")
	id := s.MessageID("ejemplo.test", aToken)
	for _, c := range []struct {
		name, id string
		want     Verdict
	}{
		{"ours", id, Valid},
		{"in brackets", "<" + id + ">", Valid},
		{"upper case", strings.ToUpper(id), Valid},
		{"of a domain that is no mailbox's", s.MessageID("correo.interno", aToken), Valid},
		{"another installation of our domain", elsewhere.MessageID("ejemplo.test", aToken), Forged},
		{"another installation of an alias' domain", elsewhere.MessageID("Otro.test.", aToken),
			Forged},
		{"another installation elsewhere", elsewhere.MessageID("vecino.test", aToken), None},
		{"another instance with our keys", sameKeys.MessageID("ejemplo.test", aToken), Forged},
		{"another instance's root", sameKeys.RootID("ejemplo.test", soporte, 123), Forged},
		{"a mail client's", "CAByYQsF+iu@mail.gmail.com", None},
		{"no domain", "c123.i4.p7.a" + strings.Repeat("a", messageMAC), None},
		{"64 KB", "c1.i1.p1.a" + strings.Repeat("a", 64<<10) + "@ejemplo.test", None},
		{"nothing", "", None},
	} {
		if _, v := s.VerifyMessageID(c.id, boxes); v != c.want {
			t.Errorf("%s: %s is %v, want %v", c.name, c.id, v, c.want)
		}
	}
	if s.ValidLoopMark(sameKeys.LoopMark(5)) || sameKeys.ValidLoopMark(s.LoopMark(5)) {
		t.Error("loop mark of another instance is valid")
	}
}

func TestVerifyAfterRotateAndRetire(t *testing.T) {
	s, boxes := newSigner(t), testBoxes()
	old := marks(s)
	expect := func(when string, want Verdict) {
		t.Helper()
		for name, mark := range old {
			v := verifyMark(s, boxes, name)(mark)
			if name == "loop" && want != Valid {
				v, want := v, None
				if v != want {
					t.Errorf("%s: %s is %v", when, name, v)
				}
			} else if v != want {
				t.Errorf("%s: %s is %v, want %v", when, name, v, want)
			}
		}
	}
	rotate(t, s.keys)
	expect("rotated", Valid)
	if err := s.keys.Retire("a"); err != nil {
		t.Fatal(err)
	}
	expect("retired", Retired)
	forged := strings.Replace(old["address"], "c123", "c124", 1)
	if _, v := s.VerifyAddress(forged, boxes); v != Forged {
		t.Errorf("forged with a retired key is %v", v)
	}
	for name, mark := range marks(s) {
		if v := verifyMark(s, boxes, name)(mark); v != Valid || !strings.Contains(mark, ".b") {
			t.Errorf("new %s %s is %v", name, mark, v)
		}
	}
	if err := os.Remove(s.keys.path); err != nil {
		t.Fatal(err)
	}
	s.keys = openKeyring(t, s.keys.path)
	expect("keys lost", Forged)
}

func TestMailboxesFind(t *testing.T) {
	boxes := NewMailboxes(
		Mailbox{Address: "Soporte@Ejemplo.test",
			Aliases: []string{"ayuda@ejemplo.test", "soporte@bücher.test"}},
		Mailbox{Address: "soporte+vip@ejemplo.test"},
		Mailbox{Address: "otra@ejemplo.test", Aliases: []string{"ayuda@ejemplo.test", "nada"}},
	)
	for _, c := range []struct {
		address, mailbox, detail string
		ok                       bool
	}{
		{"soporte@ejemplo.test", "soporte@ejemplo.test", "", true},
		{"SOPORTE+X@EJEMPLO.TEST", "soporte@ejemplo.test", "x", true},
		{"soporte+a+b@ejemplo.test", "soporte@ejemplo.test", "a+b", true},
		{"soporte+vip@ejemplo.test", "soporte+vip@ejemplo.test", "", true},
		{"soporte+vip+x@ejemplo.test", "soporte+vip@ejemplo.test", "x", true},
		{"soporte+@ejemplo.test", "soporte@ejemplo.test", "", true},
		{"ayuda+x@ejemplo.test", "soporte@ejemplo.test", "x", true},
		{"soporte@xn--bcher-kva.test", "soporte@ejemplo.test", "", true},
		{"soporte@BÜCHER.test", "soporte@ejemplo.test", "", true},
		{"otra@ejemplo.test", "otra@ejemplo.test", "", true},
		{"sopor@ejemplo.test", "", "", false},
		{"+soporte@ejemplo.test", "", "", false},
		{"soporte@otro.test", "", "", false},
		{"soporte@sub.ejemplo.test", "", "", false},
		{"soporte", "", "", false},
		{"nada", "", "", false},
		{"@", "", "", false},
	} {
		mailbox, detail, ok := boxes.Find(c.address)
		if mailbox != c.mailbox || detail != c.detail || ok != c.ok {
			t.Errorf("Find(%q) = %q, %q, %v, want %q, %q, %v", c.address, mailbox, detail, ok,
				c.mailbox, c.detail, c.ok)
		}
	}
}

// 100 bits and 130: a MAC has no two spellings, and none is shorter than it says.
func TestMACSizes(t *testing.T) {
	for size, bits := range map[int]int{addressMAC: 100, messageMAC: 130} {
		values := new(big.Int).Exp(big.NewInt(32), big.NewInt(int64(size)), nil)
		if values.BitLen()-1 != bits {
			t.Errorf("%d characters are %d bits, want %d", size, values.BitLen()-1, bits)
		}
	}
}

func FuzzVerify(f *testing.F) {
	s, boxes := newSigner(f), testBoxes()
	signed := map[string]bool{}
	for _, mark := range marks(s) {
		signed[mark] = true
		f.Add(mark)
		f.Add("<" + strings.ToUpper(mark) + ">")
	}
	f.Add("mailto:%2B@?")
	f.Add(`"a"@[1.2.3.4]`)
	f.Fuzz(func(t *testing.T, mark string) {
		address, va := s.VerifyAddress(mark, boxes)
		id, vm := s.VerifyMessageID(mark, boxes)
		_, vb := s.VerifyBounce(mark, boxes)
		if va != Valid && address != (Token{}) || vm != Valid && id != (Token{}) {
			t.Errorf("%q is not valid, and yet a token", mark)
		}
		loop := s.ValidLoopMark(mark)
		for ours := range signed {
			local, _, _ := strings.Cut(ours, "@")
			_, mac, _ := strings.Cut(local, ".")
			if strings.Contains(lowerASCII(mark), mac) || strings.Contains(mark, "%") {
				return // made of one of ours
			}
		}
		if va == Valid || vm == Valid || vb == Valid || loop {
			t.Errorf("%q is valid", mark)
		}
	})
}

func BenchmarkVerifyAddress(b *testing.B) {
	s, boxes := newSigner(b), testBoxes()
	address := s.ReplyAddress(soporte, aToken)
	b.ReportAllocs()
	for b.Loop() {
		if _, v := s.VerifyAddress(address, boxes); v != Valid {
			b.Fatal(v)
		}
	}
}

func BenchmarkVerifyMessageID(b *testing.B) {
	s, boxes := newSigner(b), testBoxes()
	id := s.MessageID("ejemplo.test", aToken)
	b.ReportAllocs()
	for b.Loop() {
		if _, v := s.VerifyMessageID(id, boxes); v != Valid {
			b.Fatal(v)
		}
	}
}
