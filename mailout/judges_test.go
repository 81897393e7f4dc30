package mailout

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"

	"buzon/internal/mailtest"
	"buzon/store"
	"buzon/store/desk"
)

// everyKind renders a mail of each kind in a language, by its name.
func (h *house) everyKind(language string) map[string][]byte {
	h.t.Helper()
	person := func(name, address string, role desk.Role) desk.Person {
		return h.person(desk.Person{Name: name, Addresses: []string{language + address}, Role: role,
			Language: language})
	}
	eva, jon := person("Eva Smith", ".eva@cliente.test", desk.Customer),
		person("Jon Soto", ".jon@ejemplo.test", desk.Agent)
	ticket := h.ticket(func(t *desk.Ticket) { t.Requester, t.Controller = eva, eva })
	asked := h.item(desk.Item{Ticket: ticket.Number, Type: "problem", Author: eva, Text: printer,
		MessageID: language + "1@cliente.test"})
	said := h.item(desk.Item{Ticket: ticket.Number, Author: jon, Text: answer, MessageID: language +
		"2@ejemplo.test"})
	mails := map[string][]byte{}
	for _, kind := range desk.Notices(nil) {
		it, to := said, eva
		if kind.Trait().Agents {
			it, to = asked, jon
		}
		d := store.Details{Author: it.Author.ID, EchoSender: true, Number: 3, Next: "Luis Pérez",
			NextIn: 5 * time.Minute}
		if kind.Trait().Query {
			d.Query = &desk.Query{About: desk.MyCases}
			it = desk.Item{}
		}
		mails[string(kind)], _ = h.render(h.owe(kind, it, to, d))
	}
	return mails
}

var scored = regexp.MustCompile(
	`(?m)^X-Spam-Status: (?:Yes|No), score=(-?[\d.]+)[^\n]*(?:\n\s[^\n]*)*`)

// TestSpamAssassin: no kind of mail looks like spam to it, whatever the network says of who sends
// it.
func TestSpamAssassin(t *testing.T) {
	if _, err := exec.LookPath("spamassassin"); err != nil || os.Getenv("BUZON_TEST_PEERS") != "1" {
		t.Skip("set BUZON_TEST_PEERS=1, with spamassassin, to have it judge each kind of mail")
	}
	h := newHouse(t)
	for _, language := range []string{"es", "en"} {
		var mbox bytes.Buffer
		var kinds []string
		for kind, raw := range h.everyKind(language) {
			kinds = append(kinds, kind)
			fmt.Fprintf(&mbox, "From x@x.test Tue Mar  3 14:01:00 2026\n%s\n",
				bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n")))
		}
		file := filepath.Join(t.TempDir(), "mails")
		h.must(os.WriteFile(file, mbox.Bytes(), 0o600))
		c := exec.Command("spamassassin", "-L", "--mbox", file)
		c.Env = append(os.Environ(), "HOME="+t.TempDir())
		out, err := c.Output()
		h.must(err)
		all := scored.FindAllSubmatch(out, -1)
		if len(all) != len(kinds) {
			t.Fatalf("of %d mails %d are judged", len(kinds), len(all))
		}
		for i, m := range all {
			if score, err := strconv.ParseFloat(string(m[1]), 64); err != nil || score > 0.1 {
				t.Errorf("%s in %s: %s", kinds[i], language, m[0])
			}
		}
	}
}

// dated is the date by the house's clock, which is long past.
var dated = regexp.MustCompile(`(?m)^Date: [^\r]*`)

// TestRspamd: nothing in a mail of any kind is held against it.
func TestRspamd(t *testing.T) {
	t.Parallel()
	judge := mailtest.RspamdJudge(t)
	h := newHouse(t)
	for _, language := range []string{"es", "en"} {
		for kind, raw := range h.everyKind(language) {
			raw = dated.ReplaceAll(raw, []byte("Date: "+time.Now().Format(time.RFC1123Z)))
			score, why := judge(raw)
			// It guesses the language from words that it draws, so that one mail in a hundred
			// and fifty seems of mixed letters, and is not when it is asked again.
			for asked := 1; score > 0 && asked < 4; asked++ {
				score, why = judge(raw)
			}
			if score > 0 {
				t.Errorf("%s in %s: %.2f for %v", kind, language, score, why)
			}
		}
	}
}
