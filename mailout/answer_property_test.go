package mailout

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"math/rand/v2"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"buzon/store"
	"buzon/store/desk"
)

// everything is all that a mail says, its files included, decoded however deep.
func everything(t *testing.T, kind, encoding string, body io.Reader) string {
	t.Helper()
	media, params, err := mime.ParseMediaType(kind)
	if err != nil {
		media = "text/plain"
	}
	if strings.HasPrefix(media, "multipart/") {
		var b strings.Builder
		for r := multipart.NewReader(body, params["boundary"]); ; {
			p, err := r.NextRawPart()
			if err != nil {
				return b.String()
			}
			b.WriteString(fmt.Sprint(p.Header) + "\n")
			b.WriteString(everything(t, p.Header.Get("Content-Type"),
				p.Header.Get("Content-Transfer-Encoding"), p) + "\n")
		}
	}
	switch strings.ToLower(encoding) {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	}
	content, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	if media == "application/mbox" || bytes.Contains(content, []byte("\nMIME-Version:")) ||
		bytes.Contains(content, []byte("\nMime-Version:")) {
		var b strings.Builder
		for one := range strings.SplitSeq("\n"+string(content), "\nFrom MAILER-DAEMON ") {
			if _, raw, ok := strings.Cut(one, "\n"); ok && strings.Contains(raw, ":") {
				if m, err := mail.ReadMessage(strings.NewReader(raw)); err == nil {
					b.WriteString(fmt.Sprint(m.Header) + "\n" +
						everything(t, m.Header.Get("Content-Type"),
							m.Header.Get("Content-Transfer-Encoding"), m.Body))
				}
			}
		}
		return b.String() + string(content)
	}
	return string(content)
}

// marks stand in all that is written in the random desk: the number of the ticket, and of the item.
var marks = regexp.MustCompile(`qz(\d+)(?:i(\d+))?z`)

// TestAnswersShowWhatSightShows: over random desks, whatever anybody asks, no word and no file of a
// ticket or item that he may not see is in the answer; and what he may see can be had.
func TestAnswersShowWhatSightShows(t *testing.T) {
	for seed := range uint64(3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			randomDesk(t, rand.New(rand.NewPCG(seed, 7)))
		})
	}
}

func randomDesk(t *testing.T, dice *rand.Rand) {
	h := newHouse(t)
	people := []desk.Person{h.carla, h.pepe, h.ana}
	orgs := []int64{0}
	h.write(func(ctx context.Context, tx *store.Tx) error {
		for _, name := range []string{"Uno", "Dos"} {
			e, err := tx.Put(ctx, desk.Entry{Kind: desk.Organisations,
				Names: map[string]string{"es": name}})
			if err != nil {
				return err
			}
			orgs = append(orgs, e.ID)
		}
		return nil
	})
	for i := range 3 {
		address := fmt.Sprintf("p%d@x%d.test", i, i%2)
		people = append(people, h.person(desk.Person{Name: fmt.Sprintf("Persona %d", i),
			Addresses: []string{address},
			Role:      desk.Customer, Organisation: orgs[dice.IntN(len(orgs))]}))
	}
	customers := append(people[:2:2], people[3:]...)
	tickets := map[int64]desk.Ticket{}
	items := map[string]desk.Item{}
	for n := range 5 {
		by := customers[dice.IntN(len(customers))]
		ticket := h.ticket(func(k *desk.Ticket) {
			k.Requester, k.Controller = by, customers[dice.IntN(len(customers))]
			k.Subject = fmt.Sprintf("factura qz%dz", n+1)
		})
		if dice.IntN(2) == 0 {
			h.write(func(ctx context.Context, tx *store.Tx) error {
				return tx.Follow(ctx, ticket.Number, customers[dice.IntN(len(customers))].ID)
			})
		}
		for i := range 1 + dice.IntN(4) {
			mark := fmt.Sprintf("qz%di%dz", ticket.Number, i+1)
			it := desk.Item{Ticket: ticket.Number, Author: people[dice.IntN(len(people))],
				Text:       "caja " + mark,
				Visibility: []desk.Visibility{desk.Public, desk.Internal}[dice.IntN(2)],
				State: []desk.State{desk.Filed, desk.Filed, desk.Pending, desk.Held,
					desk.Rejected}[dice.IntN(5)]}
			items[mark] = h.item(it, attachment{mark + ".txt", "text/plain",
				[]byte("archivo " + mark)})
		}
		full, err := h.store.Ticket(t.Context(), ticket.Number)
		h.must(err)
		tickets[ticket.Number] = full
	}
	queries := []desk.Query{{About: desk.MyCases, Status: "all"},
		{About: desk.CompanyCases, Status: "all"}, {About: desk.AllCases, Status: "all"},
		{About: desk.ProjectCases, Status: "all", Name: "Alfa"},
		{About: desk.Search, Words: "caja"}, {About: desk.Search, Words: "factura"},
		{About: desk.Search, Words: "archivo"},
		{About: desk.Search, Words: `"caja qz1i1z"`}, {About: desk.MyData}, {About: desk.Help},
		{About: desk.Panel}, {About: desk.Card, Name: "p0@x0.test"}, {About: desk.PendingItems},
		{About: desk.Overdue}, {About: desk.CannedList}, {About: desk.Card, Name: "Uno"}}
	for n := range int64(6) {
		queries = append(queries, desk.Query{About: desk.Case, Number: n + 1},
			desk.Query{About: desk.History, Number: n + 1},
			desk.Query{About: desk.File, Number: n + 1},
			desk.Query{About: desk.Original, Number: n + 1, Item: 1 + dice.Int64N(4)},
			desk.Query{About: desk.File, Number: n + 1, Item: 1 + dice.Int64N(4), Name: "1"})
	}
	for _, p := range people {
		sight, err := h.store.Sight(t.Context(), p)
		h.must(err)
		seen := map[string]bool{}
		for _, q := range queries {
			raw, _ := h.render(h.owe(desk.AnswerNotice, desk.Item{}, p,
				store.Details{Query: &q, EchoSender: false}))
			m, err := mail.ReadMessage(bytes.NewReader(raw))
			h.must(err)
			subject, _ := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
			all := subject + fmt.Sprint(m.Header) + everything(t, m.Header.Get("Content-Type"), "",
				m.Body)
			for _, found := range marks.FindAllStringSubmatch(all, -1) {
				seen[found[0]] = true
				number, _ := strconv.ParseInt(found[1], 10, 64)
				it, isItem := items[found[0]]
				if !sight.Ticket(tickets[number]) || isItem && !sight.Item(tickets[number], it) {
					t.Fatalf("%s asks %+v and is shown %s:\n%s", p.Address(), q, found[0], all)
				}
			}
			if strings.Contains(all, "+c") && !p.Agent() && foreignKey(all, p.ID) {
				t.Fatalf("%s asks %+v and gets the key of another:\n%s", p.Address(), q, all)
			}
		}
		for mark, it := range items {
			if may := sight.Item(tickets[it.Ticket], it); may && !seen[mark] {
				t.Errorf("%s may see %s, and nothing shows it", p.Address(), mark)
			}
		}
	}
}

// foreignKey reports whether a text has a signature that was given to another.
func foreignKey(all string, reader int64) bool {
	for _, m := range signed.FindAllStringSubmatch(all, -1) {
		if !strings.EqualFold(m[1], strconv.FormatInt(reader, 36)) {
			return true
		}
	}
	return false
}

func TestMaskTokens(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	o := h.owe(desk.ItemNotice, h.item(desk.Item{Ticket: h.ticket().Number, Author: h.ana,
		Text: "Pruebe."}), h.carla)
	raw, _ := h.render(o)
	hers := signed.FindSubmatch(raw)
	if hers == nil {
		t.Fatalf("no signature in %s", raw)
	}
	key := string(hers[2])
	folded := key[:5] + "=\r\n" + key[5:]
	whole := string(hers[0])
	for name, text := range map[string]string{
		"plain":    "To: soporte+" + whole + "@ejemplo.test\r\n\r\nhola",
		"capitals": "To: soporte+" + strings.ToUpper(whole) + "@ejemplo.test\r\n",
		"quoted-printable": "mailto:soporte%2B" + strings.Replace(whole, key, folded, 1) +
			"@ejemplo.test",
		"base64": "Content-Transfer-Encoding: base64\r\n\r\n" +
			chunked(base64.StdEncoding.EncodeToString([]byte("Escriba a soporte+"+whole+
				"@ejemplo.test, por favor, y adjunte el archivo que falta."))),
	} {
		masked := maskTokens([]byte(text), h.ana.ID)
		if len(masked) != len(text) || strings.EqualFold(string(masked), text) {
			t.Errorf("%s: %s", name, masked)
		}
		if kept := maskTokens([]byte(text), h.carla.ID); string(kept) != text {
			t.Errorf("%s: her own is %s", name, kept)
		}
	}
}

func chunked(s string) string {
	var b strings.Builder
	for len(s) > 76 {
		b.WriteString(s[:76] + "\r\n")
		s = s[76:]
	}
	return b.String() + s + "\r\n"
}

func TestWithoutTraces(t *testing.T) {
	t.Parallel()
	got := string(withoutTraces([]byte("Received: from a\r\n\tby b\r\nX-Spam-Score: 9\r\nFrom: " +
		"c@d.test\r\nSubject: x\r\nDelivered-To: z\r\n\r\nReceived: body\r\n")))
	if want := "From: c@d.test\r\nSubject: x\r\n\r\nReceived: body\r\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
