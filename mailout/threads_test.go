package mailout

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"buzon/internal/mailtest"
	"buzon/store/desk"
)

// ofTwoCases are the mails of two tickets in Carla's mailbox, by turns, her own among them.
func (h *house) ofTwoCases(add func(ticket int, raw []byte)) {
	h.t.Helper()
	items := []desk.Item{}
	for n := range 2 {
		// of another subject: RFC 5256 joins what has the same, and takes "[Caso #1]" for no part
		// of it
		ticket := h.ticket(func(t *desk.Ticket) { t.Subject = fmt.Sprint("Falla ", n) })
		items = append(items, h.item(desk.Item{Ticket: ticket.Number, Type: "problem",
			Author: h.carla, Text: printer,
			MessageID: fmt.Sprintf("first%d@cliente.test", n)}))
	}
	for _, kind := range []desk.Notice{desk.Ack, desk.Taken, desk.ItemNotice,
		desk.InfoRequestNotice, desk.ResolvedNotice, desk.ClosedNotice} {
		for n := range items {
			it := h.item(desk.Item{Ticket: items[n].Ticket, Author: h.ana, Text: answer})
			raw, out := h.render(h.owe(kind, it, h.carla))
			add(n, raw)
			if kind == desk.ItemNotice { // her own, as her program writes it
				add(n, fmt.Appendf(nil, "From: carla@cliente.test\r\nTo: soporte@ejemplo.test\r\n"+
					"Subject: Re: otra cosa\r\nMessage-ID: <own%d@cliente.test>\r\nIn-Reply-To: "+
					"<%s>\r\nReferences: <%s>\r\n\r\nSigue.\r\n", n, out.MessageID, out.MessageID))
			}
		}
	}
}

// TestDovecotThreads: in the reader's mailbox the mails of a ticket are one thread, with his own
// among them, and those of another ticket are another.
func TestDovecotThreads(t *testing.T) {
	dovecot := mailtest.Dovecot(t, map[string]string{"carla": "x"})
	h := newHouse(t)
	dovecot.Create(t, "carla", "Casos")
	numbers := map[uint32]int{} // the place in the folder, and the ticket
	h.ofTwoCases(func(ticket int, raw []byte) {
		dovecot.Append(t, "carla", "Casos", raw)
		numbers[uint32(len(numbers)+1)] = ticket
	})
	c := dovecot.Client(t, "carla")
	if _, err := c.Select("Casos", nil).Wait(); err != nil {
		t.Fatal(err)
	}
	threads, err := c.Thread(&imapclient.ThreadOptions{Algorithm: imap.ThreadReferences,
		SearchCriteria: &imap.SearchCriteria{}}).Wait()
	if err != nil {
		t.Fatal(err)
	}
	if len(threads) != 2 {
		t.Errorf("%d threads of two tickets: %+v", len(threads), threads)
	}
	for _, one := range threads {
		var about bytes.Buffer
		var walk func(imapclient.ThreadData)
		walk = func(d imapclient.ThreadData) {
			for _, n := range d.Chain {
				fmt.Fprint(&about, numbers[n])
			}
			for _, sub := range d.SubThreads {
				walk(sub)
			}
		}
		walk(one)
		if s := about.String(); s != "0000000" && s != "1111111" {
			t.Errorf("a thread has mails of the tickets %s", s)
		}
	}
}

var (
	moves = regexp.MustCompile(`\x1b\[[0-9;?]*[a-zA-Z]|\x1b[(=>]B?`)
	entry = regexp.MustCompile(`(\d+) N .*?─>(?:\[Caso #\d\] Falla (\d)|Re: (o)tra)`)
)

// TestMuttThreads: mutt, too, shows one tree for each of two tickets, her own mail below what it
// answers.
func TestMuttThreads(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"mutt", "script"} {
		if _, err := exec.LookPath(program); err != nil || os.Getenv("BUZON_TEST_PEERS") != "1" {
			t.Skip("set BUZON_TEST_PEERS=1, with mutt and script, to have it show the threads")
		}
	}
	h := newHouse(t)
	var mbox bytes.Buffer
	h.ofTwoCases(func(_ int, raw []byte) {
		fmt.Fprintf(&mbox, "From x@x.test Tue Mar  3 14:01:00 2026\n%s\n",
			bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n")))
	})
	home := t.TempDir()
	h.must(os.Mkdir(filepath.Join(home, "Mail"), 0o700)) // it would ask whether to make it
	file := filepath.Join(home, "casos")
	h.must(os.WriteFile(file, mbox.Bytes(), 0o600))
	soon, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c := exec.CommandContext(soon, "script", "-qec", "mutt -n -R -F /dev/null -f "+file+
		" -e 'set sort=threads strict_threads=yes charset=utf-8 quit=yes' -e 'push <exit>'", "/dev/null")
	c.Env = append(os.Environ(), "TERM=xterm", "LC_ALL=C.UTF-8", "HOME="+home)
	screen, err := c.CombinedOutput()
	h.must(err)
	shown := ""
	for _, m := range entry.FindAllSubmatch(moves.ReplaceAll(screen, nil), -1) {
		shown += string(m[2]) + string(m[3])
	}
	if shown != "000o000111o111" {
		t.Errorf("shows %s:\n%s", shown, screen)
	}
}
