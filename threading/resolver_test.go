package threading

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// index is the store as the resolver sees it.
type index struct {
	ids     map[string]Ref
	tickets []int64
	err     error
	asked   int
}

func (d *index) ByMessageID(_ context.Context, ids []string) (map[string]Ref, error) {
	d.asked++
	found := map[string]Ref{}
	for _, id := range ids {
		if ref, ok := d.ids[id]; ok {
			found[id] = ref
		}
	}
	return found, d.err
}

func (d *index) HasTicket(_ context.Context, number int64) (bool, error) {
	d.asked++
	return slices.Contains(d.tickets, number), d.err
}

// The people of these tests.
const (
	ana  int64 = 7
	luis int64 = 8
)

func newResolver(t testing.TB) (*Resolver, *index) {
	d := &index{
		ids: map[string]Ref{"ana1@mail.test": {Ticket: 5, Item: 1},
			"relay@ses.test": {Ticket: 5, Item: 2}, "otro@mail.test": {Ticket: 6},
			"antes@mail.test": {Ticket: 5, Cited: true}},
		tickets: []int64{5, 6},
	}
	return &Resolver{Signer: newSigner(t), Mailboxes: testBoxes(), Index: d}, d
}

func token(ticket, person int64) Token {
	return Token{Mailbox: soporte, Ticket: ticket, Item: 2, Person: person, Kind: Customer}
}

func TestResolve(t *testing.T) {
	r, _ := newResolver(t)
	address := func(ticket, person int64) string {
		return r.Signer.ReplyAddress(soporte,
			token(ticket, person))
	}
	id := func(ticket, person int64) string {
		return "<" + r.Signer.MessageID("ejemplo.test", token(ticket, person)) + ">"
	}
	root := "<" + r.Signer.RootID("ejemplo.test", soporte, 5) + ">"
	forged := strings.Replace(address(6, ana), "+c6", "+c5", 1)
	forgedID := strings.Replace(id(6, ana), "<c6", "<c5", 1)
	list := func(values ...string) []string { return values }

	for _, c := range []struct {
		name   string
		mail   Mail
		want   string // evidence, ticket.item, person, reason
		claims int64
		forged bool
		other  []string
	}{
		{"nothing", Mail{Subject: "Hola"}, "N 0.0 0 nothing points at a ticket", 0, false, nil},
		{"the reply address, as Gmail does", Mail{Sender: ana, Envelope: list(address(5, ana)),
			To: list(address(5, ana)), InReplyTo: list(id(5, ana))},
			"T 5.2 7 token in envelope recipient", 0, false, nil},
		{"by IMAP", Mail{Sender: ana, DeliveredTo: list(address(5, ana))},
			"T 5.0 7 token in Delivered-To", 0, false, nil},
		{"To alone", Mail{Sender: ana, To: list("Soporte <" + address(5, ana) + ">")},
			"T 5.0 7 token in To", 0, false, nil},
		{"To as one value", Mail{Sender: ana, To: list("otro@x.test, Soporte <" + address(5, ana) +
			">, y@x.test")}, "T 5.0 7 token in To", 0, false, nil},
		{"Cc alone", Mail{Sender: ana, To: list(soporte), Cc: list(address(5, ana))},
			"T 5.0 7 token in Cc", 0, false, nil},
		{"plus part stripped", Mail{Sender: ana, Envelope: list(soporte), To: list(soporte),
			InReplyTo: list(id(5, ana))}, "M 5.2 7 our Message-ID in In-Reply-To", 0, false, nil},
		{"In-Reply-To cut off", Mail{Sender: ana, To: list(soporte),
			References: list(root + " " + id(5, ana))}, "M 5.2 7 our Message-ID in References", 0,
			false, nil},
		{"only the root is left", Mail{Sender: ana, References: list(root)},
			"M 5.0 0 root id in References", 0, false, nil},
		{"root and an id that the relay rewrote",
			Mail{Sender: ana, References: list(root + " <relay@ses.test>")},
			"M 5.2 0 known Message-ID", 0, false, nil},
		{"root and another's token", Mail{Sender: luis, References: list(root),
			To: list(address(5, ana))}, "L 5.0 7 token in To", 0, false, nil},
		{"root of another ticket", Mail{Sender: ana, References: list(root),
			InReplyTo: list(id(6, ana))}, "M 6.2 7 our Message-ID in In-Reply-To", 0, false,
			list("token for 5 in References")},
		{"root beats the subject", Mail{References: list(root), Subject: "caso 6"},
			"M 5.0 0 root id in References", 6, false, list("number 6 in the subject")},
		{"forwarded, and a stranger answers", Mail{Envelope: list(address(5, ana))},
			"L 5.0 7 token in envelope recipient", 0, false, nil},
		{"forwarded, and a known person answers",
			Mail{Sender: luis, Envelope: list(address(5, ana))},
			"L 5.0 7 token in envelope recipient", 0, false, nil},
		{"token for nobody, from a stranger", Mail{Envelope: list(address(5, 0))},
			"L 5.0 0 token in envelope recipient", 0, false, nil},
		{"reply to all that holds another's address",
			Mail{Sender: luis, Envelope: list(address(5, ana)), InReplyTo: list(id(5, luis))},
			"L 5.2 7 token in envelope recipient", 0, false, nil},
		{"Message-ID issued to another", Mail{Sender: luis, InReplyTo: list(id(5, ana))},
			"M 5.2 7 our Message-ID in In-Reply-To", 0, false, nil},
		{"Message-ID issued to the sender, behind another's",
			Mail{Sender: luis, InReplyTo: list(id(6, ana)), References: list(id(5, luis))},
			"M 5.2 8 our Message-ID in References", 0, false, list("token for 6 in In-Reply-To")},
		{"own token beats an earlier one of another",
			Mail{Sender: luis, Envelope: list(address(6, ana)), To: list(address(5, luis))},
			"T 5.0 8 token in To", 0, false, list("token for 6 in envelope recipient")},
		{"two own tokens", Mail{Sender: ana, To: list(address(6, ana)),
			Envelope: list(address(5, ana))}, "T 5.0 7 token in envelope recipient", 0, false,
			list("token for 6 in To")},
		{"the newest reference counts",
			Mail{Sender: ana, References: list(id(6, ana) + id(5, ana))},
			"M 5.2 7 our Message-ID in References", 0, false, list("token for 6 in References")},
		{"In-Reply-To before References", Mail{Sender: ana, InReplyTo: list(id(5, ana)),
			References: list(id(6, ana))}, "M 5.2 7 our Message-ID in In-Reply-To", 0, false,
			list("token for 6 in References")},
		{"token beats the subject", Mail{Sender: ana, To: list(address(5, ana)),
			Subject: "Re: [Caso #6] x"}, "T 5.0 7 token in To", 6, false,
			list("number 6 in the subject")},
		{"token of a ticket that is gone", Mail{Sender: ana, To: list(address(4, ana)),
			Subject: "x"}, "N 0.0 0 nothing points at a ticket", 0, false, nil},
		{"token of a ticket that is gone, and a number",
			Mail{Sender: ana, To: list(address(4, ana)), Subject: "caso 5"},
			"S 5.0 0 number in the subject", 5, false, nil},
		{"a participant's own mail", Mail{Sender: ana, InReplyTo: list("<ana1@mail.test>")},
			"M 5.1 0 known Message-ID", 0, false, nil},
		{"id that the relay rewrote", Mail{Sender: ana, InReplyTo: list("<relay@ses.test>"),
			References: list("<otro@mail.test>")}, "M 5.2 0 known Message-ID", 0, false, nil},
		{"leaked token beats a known id", Mail{Sender: luis, Envelope: list(address(6, ana)),
			InReplyTo: list("<ana1@mail.test>")}, "L 6.0 7 token in envelope recipient", 0,
			false, nil},
		{"an id that the sender named before",
			Mail{Sender: ana, References: list("<x@y> <antes@mail.test> <z@y>")},
			"M 5.0 0 an earlier mail of the sender named the same id", 0, false, nil},
		{"and one that the store knows",
			Mail{Sender: ana, References: list("<otro@mail.test> <antes@mail.test>")},
			"M 6.0 0 known Message-ID", 0, false, nil},
		{"and the root", Mail{Sender: ana, References: list(root + " <antes@mail.test>"),
			CitedIn: 6}, "M 5.0 0 root id in References", 0, false, nil},
		{"and a number", Mail{Sender: ana, References: list("<antes@mail.test>"),
			Subject: "caso 6"}, "M 5.0 0 an earlier mail of the sender named the same id", 6, false,
			list("number 6 in the subject")},
		{"a mail that the sender named before",
			Mail{Sender: ana, CitedIn: 6, References: list("<antes@mail.test>")},
			"M 6.0 0 an earlier mail of the sender named its Message-ID", 0, false, nil},
		{"known id beats the subject", Mail{InReplyTo: list("<ana1@mail.test>"), Subject: "caso 6"},
			"M 5.1 0 known Message-ID", 6, false, list("number 6 in the subject")},
		{"number", Mail{Subject: "RV: Re: (Caso 5)"}, "S 5.0 0 number in the subject", 5,
			false, nil},
		{"number of no ticket", Mail{Subject: "caso 999"}, "N 0.0 0 nothing points at a ticket",
			999, false, nil},
		{"number in the mailbox's words", Mail{Subject: "[Solicitud #5]", Tag: "Solicitud"},
			"S 5.0 0 number in the subject", 5, false, nil},
		{"forged address", Mail{Sender: ana, To: list(forged)},
			"N 0.0 0 nothing points at a ticket", 0, true, nil},
		{"forged address rules the number out",
			Mail{Sender: ana, To: list(forged), Subject: "[Caso #5]"},
			"N 0.0 0 number in the subject not believed: the mail holds a forged token", 5,
			true, nil},
		{"forged id rules the number out", Mail{Sender: ana, References: list(forgedID),
			Subject: "[Caso #5]"},
			"N 0.0 0 number in the subject not believed: the mail holds a forged token", 5,
			true, nil},
		{"forged token beside a valid one", Mail{Sender: ana, To: list(forged, address(5, ana))},
			"T 5.0 7 token in To", 0, true, nil},
		{"forged token beside a known id",
			Mail{Sender: ana, To: list(forged), InReplyTo: list("<ana1@mail.test>")},
			"M 5.1 0 known Message-ID", 0, true, nil},
		{"bounce address is no token", Mail{Envelope: list(r.Signer.BounceAddress(soporte, 5)),
			Subject: "caso 5"}, "S 5.0 0 number in the subject", 5, false, nil},
		{"a neighbour's id", Mail{InReplyTo: list("<c5.i1.p7.a" + strings.Repeat("b", messageMAC) +
			"@vecino.test>"), Subject: "caso 5"}, "S 5.0 0 number in the subject", 5, false, nil},
	} {
		got, err := r.Resolve(t.Context(), c.mail)
		short := fmt.Sprintf("%s %d.%d %d %s", got.Evidence, got.Ticket, got.Item, got.Person,
			got.Reason)
		if err != nil || short != c.want || got.Claimed != c.claims || got.Forged != c.forged ||
			!slices.Equal(got.Conflicts, c.other) {
			t.Errorf(
				"%s:\n got %s, claims %d, forged %v, %q, %v\nwant %s, claims %d, forged %v, %q",
				c.name, short, got.Claimed, got.Forged, got.Conflicts, err, c.want, c.claims,
				c.forged, c.other)
		}
	}
}

// TestUnknownIDs: told are ids that look like ones, that nobody knows and that have not our form;
// the newest twenty.
func TestUnknownIDs(t *testing.T) {
	r, _ := newResolver(t)
	ours := r.Signer.MessageID("ejemplo.test", token(99, ana))
	var many []string
	for i := range 50 {
		many = append(many, fmt.Sprintf("<%d@x.test>", i))
	}
	for _, c := range []struct {
		name, references, want string
	}{
		{"none", "", ""},
		{"some", "<a@x.test> <ana1@mail.test>\r\n <b@x.test>", "b@x.test a@x.test"},
		{"named before", "<antes@mail.test>", "antes@mail.test"},
		{"ours, forged and of a ticket that is gone", "<" + strings.Replace(ours, "c99", "c98", 1) +
			"> <" + ours + "> <a@x.test>", "a@x.test"},
		{"words", "<hola> <@> <a@> <@x.test> <a@b@c> <" + strings.Repeat("a", 300) +
			"@x.test>", ""},
		{"many", strings.Join(many, " "),
			strings.Join(
				strings.Fields("49 48 47 46 45 44 43 42 41 40 39 38 37 36 35 34 33 32 31 30"),
				"@x.test ") + "@x.test"},
	} {
		got, err := r.Resolve(t.Context(), Mail{Sender: ana, References: []string{c.references}})
		if short := strings.Join(got.Unknown, " "); err != nil || short != c.want {
			t.Errorf("%s: %q, %v, want %q", c.name, short, err, c.want)
		}
	}
}

func TestResolveKind(t *testing.T) {
	r, _ := newResolver(t)
	agent := token(5, ana)
	agent.Kind = Agent
	got, err := r.Resolve(t.Context(),
		Mail{Sender: ana, To: []string{r.Signer.ReplyAddress(soporte, agent)}})
	if err != nil || got.Evidence != EvidenceToken || got.Kind != Agent {
		t.Errorf("got %+v, %v, want T of an agent", got, err)
	}
}

// A reply to a mail that a retired key signed falls down the ladder, and is no forgery.
func TestResolveRetiredKey(t *testing.T) {
	r, _ := newResolver(t)
	mail := Mail{Sender: ana, To: []string{r.Signer.ReplyAddress(soporte, token(5, ana))},
		Subject: "[Caso #5]"}
	rotate(t, r.Signer.keys)
	if err := r.Signer.keys.Retire("a"); err != nil {
		t.Fatal(err)
	}
	got, err := r.Resolve(t.Context(), mail)
	if err != nil || got.Evidence != EvidenceNumber || got.Forged {
		t.Errorf("got %+v, %v, want S", got, err)
	}
}

func TestResolveStoreFails(t *testing.T) {
	r, d := newResolver(t)
	d.err = errors.New("disk on fire")
	for _, m := range []Mail{
		{To: []string{r.Signer.ReplyAddress(soporte, token(5, ana))}}, {InReplyTo: []string{"a@b"}},
		{Subject: "caso 5"},
	} {
		if got, err := r.Resolve(t.Context(), m); !errors.Is(err, d.err) {
			t.Errorf("%+v: %+v, %v, want the store's error", m, got, err)
		}
	}
	if _, err := r.Resolve(t.Context(), Mail{Subject: "x"}); err != nil {
		t.Errorf("asked the store about nothing: %v", err)
	}
}

// However many tokens a mail holds, the store is asked once for each ticket, and few conflicts are
// recorded.
func TestResolveManyTokens(t *testing.T) {
	r, d := newResolver(t)
	m := Mail{Sender: ana}
	for i := range 2000 {
		m.To = append(m.To, r.Signer.ReplyAddress(soporte, token(5+int64(i%2), ana)))
	}
	for i := range int64(50) {
		d.tickets = append(d.tickets, 100+i)
		m.Cc = append(m.Cc, r.Signer.ReplyAddress(soporte, token(100+i, ana)))
	}
	got, err := r.Resolve(t.Context(), m)
	if err != nil || got.Ticket != 5 || len(got.Conflicts) != maxConflicts || d.asked != 52 {
		t.Errorf("got %+v, %v, store asked %d times", got, err, d.asked)
	}
}

// Whatever mail says: T only with the sender's own token, T and L only with a valid one in an
// address, and no S beside a forgery; and the order of the weaker headers changes nothing about the
// class of the evidence.
func TestResolveProperties(t *testing.T) {
	r, _ := newResolver(t)
	var values []string
	for _, ticket := range []int64{4, 5, 6} {
		for _, person := range []int64{0, ana, luis} {
			address := r.Signer.ReplyAddress(soporte, token(ticket, person))
			values = append(values, address,
				r.Signer.MessageID("ejemplo.test", token(ticket, person)),
				strings.Replace(address, ".p", ".p1", 1))
		}
	}
	values = append(values, soporte, "ana1@mail.test", "nobody@x.test", "")
	some := rapid.SliceOfN(rapid.SampledFrom(values), 0, 3)
	rapid.Check(t, func(t *rapid.T) {
		m := Mail{
			Envelope: some.Draw(t, "envelope"), To: some.Draw(t, "to"), Cc: some.Draw(t, "cc"),
			InReplyTo: some.Draw(t, "in-reply-to"), References: some.Draw(t, "references"),
			Subject: rapid.SampledFrom([]string{"", "caso 5", "caso 999"}).Draw(t, "subject"),
			Sender:  rapid.SampledFrom([]int64{0, ana, luis}).Draw(t, "sender"),
		}
		got, err := r.Resolve(context.Background(), m)
		if err != nil {
			t.Fatal(err)
		}
		own := got.Person != 0 && got.Person == m.Sender
		if got.Evidence == EvidenceToken && !own || got.Evidence == EvidenceLeaked && own {
			t.Fatalf("%+v is for person %d", got, m.Sender)
		}
		if addressed := slices.ContainsFunc(slices.Concat(m.Envelope, m.To, m.Cc),
			func(v string) bool { return strings.HasPrefix(v, "soporte+") }); !addressed &&
			(got.Evidence == EvidenceToken || got.Evidence == EvidenceLeaked) {
			t.Fatalf("%+v without an address of ours", got)
		}
		if got.Evidence == EvidenceNumber && got.Forged {
			t.Fatalf("%+v: number beside a forgery", got)
		}
		if (got.Evidence == EvidenceNone) != (got.Ticket == 0) || got.Ticket == 4 {
			t.Fatalf("%+v: ticket", got)
		}
		m.Envelope, m.To, m.Cc = nil, m.Cc, append(slices.Clone(m.Envelope), m.To...)
		m.InReplyTo, m.References = nil, append(slices.Clone(m.References), m.InReplyTo...)
		if again, _ := r.Resolve(context.Background(), m); again.Evidence != got.Evidence ||
			again.Forged != got.Forged {
			t.Fatalf("in another order %+v, was %+v", again, got)
		}
	})
}

func FuzzResolve(f *testing.F) {
	r, _ := newResolver(f)
	f.Add(r.Signer.ReplyAddress(soporte, token(5, ana)),
		r.Signer.MessageID("ejemplo.test", token(5, ana)), "Re: [Caso #5]", ana)
	f.Add("Soporte <soporte+c5.p7.aaaaaaaaaaaaaaaaaaaaaa@ejemplo.test>, x@y", "<a@b> (c",
		"caso 6", luis)
	f.Add("", "", "", int64(0))
	f.Fuzz(func(t *testing.T, address, ids, subject string, sender int64) {
		m := Mail{Envelope: []string{address}, To: []string{address}, References: []string{ids},
			Subject: subject, Sender: sender}
		got, err := r.Resolve(context.Background(), m)
		if err != nil {
			t.Fatal(err)
		}
		if got.Evidence == EvidenceToken && (sender == 0 || got.Person != sender) {
			t.Errorf("T for another: %+v", got)
		}
		if got.Ticket != 0 && got.Ticket != 5 && got.Ticket != 6 {
			t.Errorf("ticket that is not there: %+v", got)
		}
		again, _ := r.Resolve(context.Background(), m)
		if !reflect.DeepEqual(got, again) {
			t.Errorf("%+v, then %+v", got, again)
		}
	})
}

func BenchmarkResolve(b *testing.B) {
	r, _ := newResolver(b)
	var references strings.Builder
	for i := range 20 {
		fmt.Fprintf(&references, "<%d@mail.test>\r\n ", i)
	}
	own := r.Signer.ReplyAddress(soporte, token(5, ana))
	for name, m := range map[string]Mail{
		"token": {Sender: ana, Envelope: []string{own}, To: []string{own},
			InReplyTo:  []string{r.Signer.MessageID("ejemplo.test", token(5, ana))},
			References: []string{references.String()}, Subject: "Re: [Caso #5] No imprime"},
		"number": {Sender: ana, Envelope: []string{soporte}, To: []string{soporte},
			References: []string{references.String()}, Subject: "Re: [Caso #5] No imprime"},
		"none": {Sender: ana, Envelope: []string{soporte}, To: []string{soporte},
			Subject: "No imprime la factura"},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := r.Resolve(b.Context(), m); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
