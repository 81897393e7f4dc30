package threading

import (
	"math"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

const (
	soporte = "soporte@ejemplo.test"
	ventas  = "ventas@ejemplo.test"
	ayuda   = "ayuda@otro.test" // alias of soporte
)

func testBoxes() *Mailboxes {
	return NewMailboxes(Mailbox{Address: soporte, Aliases: []string{ayuda}},
		Mailbox{Address: ventas})
}

func newSigner(t testing.TB) *Signer {
	t.Helper()
	return NewSigner(openKeyring(t, filepath.Join(t.TempDir(), "keys")), "x1")
}

var aToken = Token{Mailbox: soporte, Ticket: 123, Item: 4, Person: 7, Kind: Customer}

func TestForms(t *testing.T) {
	s := newSigner(t)
	for _, c := range []struct{ got, want string }{
		{s.ReplyAddress(soporte, aToken), "soporte+c123.p7.a********************@ejemplo.test"},
		{s.ReplyAddress(ayuda, aToken), "ayuda+c123.p7.a********************@otro.test"},
		{s.ReplyAddress("Soporte@Ejemplo.TEST", Token{Ticket: 9, Person: 46}),
			"soporte+c9.p1a.a********************@ejemplo.test"},
		{s.MessageID("ejemplo.test", aToken),
			"c123.i4.p7.a**************************@ejemplo.test"},
		{s.RootID("ejemplo.test", soporte, 123), "c123.a**************************@ejemplo.test"},
		{s.BounceAddress(soporte, 55), "soporte+b55.a********************@ejemplo.test"},
		{s.LoopMark(55), "x1.b55.a**************************"},
		// what does not fit goes without a token
		{s.ReplyAddress(soporte, Token{Mailbox: soporte, Ticket: maxTicket + 1, Person: 7}),
			soporte},
		{s.ReplyAddress(soporte, Token{Mailbox: soporte, Person: 7}), soporte},
		{s.ReplyAddress(soporte, Token{Mailbox: soporte, Ticket: 1, Person: -1}), soporte},
		{s.ReplyAddress(soporte, Token{Mailbox: soporte, Ticket: 1, Person: math.MaxInt64}),
			soporte},
		{s.ReplyAddress("soporte", aToken), "soporte"},
		{s.BounceAddress(soporte, 0), soporte},
		{s.BounceAddress(soporte, math.MaxInt64), soporte},
	} {
		if !sameForm(c.got, c.want) {
			t.Errorf("got %s, want %s", c.got, c.want)
		}
	}
}

// sameForm compares, with * for any character of a MAC.
func sameForm(got, want string) bool {
	if len(got) != len(want) {
		return false
	}
	for i := range want {
		if want[i] != '*' && got[i] != want[i] || want[i] == '*' &&
			!strings.Contains("abcdefghijklmnopqrstuvwxyz234567", got[i:i+1]) {
			return false
		}
	}
	return true
}

func TestSignedIsVerified(t *testing.T) {
	s, boxes := newSigner(t), testBoxes()
	rapid.Check(t, func(t *rapid.T) {
		want := Token{
			Mailbox: rapid.SampledFrom([]string{soporte, ventas}).Draw(t, "mailbox"),
			Ticket:  rapid.Int64Range(1, maxTicket).Draw(t, "ticket"),
			Item:    rapid.Int64Range(0, math.MaxInt64).Draw(t, "item"),
			Person:  rapid.Int64Range(0, maxPerson).Draw(t, "person"),
			Kind:    rapid.SampledFrom([]Kind{Customer, Agent}).Draw(t, "kind"),
			Notice: rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(1, maxOutbox)).Draw(t,
				"notice"),
			Key: "a",
		}
		if got, v := s.VerifyMessageID(s.MessageID("ejemplo.test", want), boxes); v != Valid ||
			got != want {
			t.Fatalf("message id: %v %+v, want %+v", v, got, want)
		}
		want.Item, want.Notice = 0, 0
		if got, v := s.VerifyAddress(s.ReplyAddress(want.Mailbox, want), boxes); v != Valid ||
			got != want {
			t.Fatalf("address: %v %+v, want %+v", v, got, want)
		}
		root := Token{Mailbox: want.Mailbox, Ticket: want.Ticket, Key: "a"}
		if got, v := s.VerifyMessageID(s.RootID("ejemplo.test", want.Mailbox, want.Ticket),
			boxes); v != Valid || got != root {
			t.Fatalf("root: %v %+v, want %+v", v, got, root)
		}
		outbox := rapid.Int64Range(1, maxOutbox).Draw(t, "outbox")
		if got, v := s.VerifyBounce(s.BounceAddress(want.Mailbox, outbox), boxes); v != Valid ||
			got != outbox {
			t.Fatalf("bounce: %v %d, want %d", v, got, outbox)
		}
		if mark := s.LoopMark(outbox); !s.ValidLoopMark(mark) ||
			!s.ValidLoopMark(" "+strings.ToUpper(mark)+"\r\n") {
			t.Fatalf("loop mark %s", mark)
		}
	})
}

func TestLongestTokenFits(t *testing.T) {
	s := newSigner(t)
	for range 26 {
		rotate(t, s.keys) // to the key aa
	}
	for _, c := range []struct {
		address string
		ok      bool
	}{
		{soporte, true},
		{"atencion.al.cliente@ejemplo.test", true},
		{strings.Repeat("x", 22) + "@ejemplo.test", true},
		{strings.Repeat("x", 23) + "@ejemplo.test", false},
		{"ñandú.correo.soportes@ejemplo.test", false}, // 23 octets
		{"soporte", false},
		{"@ejemplo.test", false},
		{"", false},
	} {
		err := CheckMailbox(c.address)
		if (err == nil) != c.ok || err != nil && !strings.Contains(err.Error(), c.address) {
			t.Errorf("CheckMailbox(%q) = %v, want ok %v", c.address, err, c.ok)
		}
		if err == nil {
			longest := s.ReplyAddress(c.address, Token{Ticket: maxTicket, Person: maxPerson})
			if local, _, _ := strings.Cut(longest, "@"); len(local) > 64 ||
				!strings.Contains(local, ".aa") {
				t.Errorf("%s has %d octets", local, len(local))
			}
			bounce := s.BounceAddress(c.address, maxOutbox)
			if local, _, _ := strings.Cut(bounce, "@"); len(local) > 64 {
				t.Errorf("%s has %d octets", local, len(local))
			}
		}
	}
}

// The same token has the same bytes for ever: what is in people's mailboxes must stay valid. The
// values were computed apart from this code, with HMAC-SHA256 and base32 of the Python library.
func TestMACIsFrozen(t *testing.T) {
	s := newSigner(t)
	key := secretKey{ID: "a", Secret: []byte(strings.Repeat("k", secretSize))}
	s.keys.loaded.Store(&keyFile{keys: []secretKey{key}, info: s.keys.loaded.Load().info})
	further := aToken
	further.Notice = 55
	for _, c := range []struct{ got, want string }{
		{s.ReplyAddress(soporte, aToken), "soporte+c123.p7.azselhp5gjj66az4e77pg@ejemplo.test"},
		{s.MessageID("ejemplo.test", aToken),
			"c123.i4.p7.aoxn5w2gkn6ggk5borzqgoerhyd@ejemplo.test"},
		{s.MessageID("ejemplo.test", further),
			"c123.i4.p7.n55.ancj2jd3kp4awejcycsfyhymx7l@ejemplo.test"},
		{s.RootID("ejemplo.test", soporte, 123), "c123.arlce36kt4oc44cofignh252lqn@ejemplo.test"},
		{s.BounceAddress(soporte, 55), "soporte+b55.ahp7tr2zv3zt4p6aoxybq@ejemplo.test"},
		{s.LoopMark(55), "x1.b55.adtpshg7er7euh3u3s6lhr4wby5"},
	} {
		if c.got != c.want {
			t.Errorf("got %s, want %s", c.got, c.want)
		}
	}
}

// TestAnswerAddress: it names the question and who was asked, fits a local part, and is no other
// mark.
func TestAnswerAddress(t *testing.T) {
	s := newSigner(t)
	boxes := testBoxes()
	a := s.AnswerAddress(soporte, 55, 7)
	if id, person, v := s.VerifyAnswer(a, boxes); id != 55 || person != 7 || v != Valid {
		t.Errorf("%s: %d, %d, %v", a, id, person, v)
	}
	if local, _, _ := strings.Cut(a, "@"); len(local) > 64 {
		t.Errorf("%s has %d octets", local, len(local))
	}
	for _, forged := range []string{strings.Replace(a, "+n55.", "+n56.", 1),
		strings.Replace(a, ".p7.", ".p8.", 1)} {
		if id, _, v := s.VerifyAnswer(forged, boxes); id != 0 || v != Forged {
			t.Errorf("%s: %d, %v", forged, id, v)
		}
	}
	if _, v := s.VerifyAddress(a, boxes); v != None {
		t.Errorf("taken for a reply address: %v", v)
	}
	if _, _, v := s.VerifyAnswer(s.ReplyAddress(soporte, token(5, 7)), boxes); v != None {
		t.Errorf("a reply address is taken for an answer: %v", v)
	}
}
