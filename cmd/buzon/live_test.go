package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	gomail "github.com/emersion/go-message/mail"

	"buzon/internal/desktest"
	"buzon/internal/mailtest"
	"buzon/store"
)

// The people of the stories.
const (
	soporte = "soporte@ejemplo.test"
	ventas  = "ventas@ejemplo.test"
	ana     = "ana@ejemplo.test"
	luis    = "luis@ejemplo.test"
	guardia = "guardia@ejemplo.test"
	carla   = "carla@cliente.test"
)

// liveDesk is the real daemon in this process, with a smarthost that takes what it sends. Its
// people speak SMTP with it; what became of their mail is asked of the commands that an
// administrator has.
type liveDesk struct {
	t     *testing.T
	data  string // directory
	file  string // configuration
	tag   string // of subjects
	relay *mailtest.Smarthost
	addr  string // of the SMTP door while the daemon runs
	log   *syncBuffer

	cancel context.CancelFunc // nil while it does not run
	done   chan int           // its exit code
	reads  atomic.Pointer[house]
}

// liveOptions are what a story changes; the zero value is a usual desk.
type liveOptions struct {
	Data   string                // directory; a new one
	Domain string                // of the desk; ejemplo.test
	Top    string                // more keys of the top level
	Outbox string                // of [outbox]; retry after 100 ms
	Relay  string                // more keys of [relay]
	Graph  *mailtest.GraphServer // what sends in place of the smarthost
	Tail   string                // more tables
	SMTP   string                // further lines of [smtp]
	Offers mailtest.SmarthostOptions
}

func newStore(dir string) error {
	s, err := store.Open(context.Background(), dir, store.Options{MinFree: 1})
	if err != nil {
		return err
	}
	return s.Close()
}

// newLiveDesk starts a desk that ends with the test. At its end every mail that left is checked.
func newLiveDesk(t *testing.T, o liveOptions) *liveDesk {
	t.Helper()
	dir := t.TempDir()
	d := &liveDesk{t: t, data: filepath.Join(dir, "data"), file: filepath.Join(dir, "buzon.toml"),
		relay: mailtest.NewSmarthost(t, o.Offers)}
	if d.tag = "Caso"; strings.Contains(o.Top, `language = "en"`) {
		d.tag = "Case"
	}
	if o.Data != "" {
		d.data = o.Data
	} else if url := desktest.Engine(t); url != "" {
		o.Top += fmt.Sprintf("\ndatabase = %q", url)
	}
	desktest.Copy(t, d.data, newStore)
	if o.Outbox == "" {
		o.Outbox = `retry = ["100ms"]`
	}
	if !strings.Contains(o.Tail, "[caps]") {
		// what others do in a day happens here in a minute
		o.Tail += "\n[caps]\nagent_notices_a_minute = 1000"
	}
	if !strings.Contains(o.Tail, "[panel]") { // it comes by the hour of the day
		o.Tail += "\n[panel]\nto = \"nobody\""
	}
	relay := fmt.Sprintf("host = \"127.0.0.1\"\ntls = \"none\"\nport = %d\n%s",
		d.relay.Port(), o.Relay)
	if o.Graph != nil {
		o.Graph.Into, relay = d.relay, fmt.Sprintf("url = %q\n%s", o.Graph.Base(), o.Relay)
	}
	d.configure(fmt.Sprintf(`data_dir = %q
hostname = "mail.ejemplo.test"
timezone = "America/Bogota"
%s
[[mailbox]]
address = "soporte@ejemplo.test"
name = "Soporte Ejemplo"
aliases = ["ayuda@ejemplo.test"]
plus_addressing = true
number_is_enough = true
[[mailbox]]
address = "ventas@ejemplo.test"
plus_addressing = true
[agents]
"ana@ejemplo.test" = "Ana Gómez"
"luis@ejemplo.test" = "Luis Paz"
[on_call]
addresses = ["guardia@ejemplo.test"]
[smtp]
listen = "127.0.0.1:0"
per_address = 100
%s
[outbox]
%s
[relay]
%s
%s
`, d.data, o.Top, o.SMTP, o.Outbox, relay, o.Tail), o.Domain)
	t.Cleanup(func() {
		d.stop()
		sent := d.relay.Accepted()
		mailtest.Gallery(t, raws(sent, func(m mailtest.Mail) []byte { return m.Raw }))
		if !t.Failed() {
			checkSent(t, d)
		}
		if strings.Contains(d.log.String(), "panic") {
			t.Errorf("the daemon panicked:\n%s", d.log.String())
		}
		if t.Failed() {
			t.Logf("mails:\n%s\noutbox:\n%s\nlog:\n%s", d.tryCLI("mail", "list"),
				d.tryCLI("outbox", "list"), d.log.String())
		}
	})
	d.log = &syncBuffer{}
	d.start()
	return d
}

func (d *liveDesk) configure(text, domain string) {
	d.t.Helper()
	if domain != "" {
		text = strings.ReplaceAll(text, "ejemplo.test", domain)
	}
	if err := os.WriteFile(d.file, []byte(text), 0o600); err != nil {
		d.t.Fatal(err)
	}
}

// start runs the daemon and returns when its door is open.
func (d *liveDesk) start() {
	d.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done, from := make(chan int, 1), len(d.log.String())
	d.cancel, d.done = cancel, done
	go func() {
		done <- run(ctx, []string{"serve", "-c", d.file}, strings.NewReader(""), io.Discard,
			d.log)
	}()
	listening := regexp.MustCompile(`(?m)^smtp listening on (\S+)$`)
	for end := time.Now().Add(mailtest.Patience); ; time.Sleep(5 * time.Millisecond) {
		if m := listening.FindStringSubmatch(d.log.String()[from:]); m != nil {
			d.addr = m[1]
			return
		}
		if len(done) > 0 || time.Now().After(end) {
			d.t.Fatalf("the daemon does not start:\n%s", d.log.String())
		}
	}
}

// stop ends the daemon as SIGTERM does.
func (d *liveDesk) stop() {
	if d.cancel == nil {
		return
	}
	if h := d.reads.Swap(nil); h != nil {
		h.close()
	}
	d.cancel()
	d.cancel = nil
	select {
	case code := <-d.done:
		if code != exitOK {
			d.t.Errorf("the daemon ends with %d:\n%s", code, d.log.String())
		}
	case <-time.After(mailtest.Patience):
		d.t.Errorf("the daemon does not stop:\n%s", d.log.String())
	}
}

// runCLI runs a command on the desk's configuration.
func (d *liveDesk) runCLI(stdin string, args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = run(context.Background(), append([]string{"-c", d.file}, args...),
		strings.NewReader(stdin), &out, &errs)
	return code, out.String(), errs.String()
}

func (d *liveDesk) tryCLI(args ...string) string {
	_, out, errs := d.runCLI("", args...)
	return out + errs
}

// cli runs a command that must succeed.
func (d *liveDesk) cli(args ...string) string {
	d.t.Helper()
	code, out, errs := d.runCLI("", args...)
	if code != exitOK {
		d.t.Fatalf("buzon %s: exit %d: %s", strings.Join(args, " "), code, errs)
	}
	return out
}

// rowsOf reads what a list prints with --json.
func rowsOf[T any](t testing.TB, out string) (list []T) {
	t.Helper()
	for d := json.NewDecoder(strings.NewReader(out)); d.More(); {
		var v T
		if err := d.Decode(&v); err != nil {
			t.Fatalf("%v in %.300s", err, out)
		}
		list = append(list, v)
	}
	return list
}

// mails is the journal, the oldest first.
func (d *liveDesk) mails() []mailRow {
	d.t.Helper()
	list := rowsOf[mailRow](d.t, d.cli("mail", "list", "--json", "--limit", "100000"))
	slices.Reverse(list)
	return list
}

// lastMail is what became of the last mail.
func (d *liveDesk) lastMail() mailRow {
	d.t.Helper()
	list := d.mails()
	if len(list) == 0 {
		d.t.Fatal("the journal is empty")
	}
	return list[len(list)-1]
}

func (d *liveDesk) outbox() []outgoingRow {
	d.t.Helper()
	return rowsOf[outgoingRow](d.t, d.cli("outbox", "list", "--json", "--limit", "100000"))
}

// tickets are all, by number.
func (d *liveDesk) tickets() []ticketRow {
	d.t.Helper()
	list := rowsOf[ticketRow](d.t, d.cli("ticket", "list", "--status", "all", "--json", "--limit",
		"100000"))
	slices.SortFunc(list, func(a, b ticketRow) int { return int(a.Number - b.Number) })
	return list
}

// ticket is one with its items.
func (d *liveDesk) ticket(number int64) ticketRow {
	d.t.Helper()
	return rowsOf[ticketRow](d.t, d.cli("ticket", "show", fmt.Sprint(number), "--json"))[0]
}

func (d *liveDesk) lastItem(number int64) itemRow {
	d.t.Helper()
	items := d.ticket(number).Items
	return items[len(items)-1]
}

// until waits for something to become so; it asks more and more seldom, for most questions open the
// database.
func (d *liveDesk) until(what string, cond func() bool) {
	d.t.Helper()
	end, pause := time.Now().Add(mailtest.Patience), 5*time.Millisecond
	for ; !cond(); time.Sleep(pause) {
		if time.Now().After(end) {
			d.t.Fatalf("waited in vain: %s", what)
		}
		pause = min(pause*5/4, 100*time.Millisecond)
	}
}

// quiet waits until every mail is filed and every notice sent or given up. What a cap holds is for
// later.
func (d *liveDesk) quiet() {
	d.t.Helper()
	d.rests("every notice is settled", store.Sending, store.Due, store.Uncertain, store.Held)
}

// filed waits until every mail has its outcome.
func (d *liveDesk) filed() {
	d.t.Helper()
	d.rests("every mail is filed")
}

// looks is the desk opened to be read, once for all questions while the daemon runs here.
func (d *liveDesk) looks() (h *house, close func()) {
	d.t.Helper()
	if h := d.reads.Load(); h != nil {
		return h, func() {}
	}
	h, err := (&app{configFile: d.file, stderr: io.Discard}).look(d.t.Context())
	if err != nil {
		d.t.Fatal(err)
	}
	if d.cancel != nil && d.reads.CompareAndSwap(nil, h) {
		return h, func() {}
	}
	return h, func() { h.close() }
}

// rests waits until no mail is to be filed, and none to be sent is in one of the states.
func (d *liveDesk) rests(what string, states ...store.OutboxState) {
	d.t.Helper()
	h, close := d.looks()
	defer close()
	d.until(what, func() bool {
		if _, n, err := h.store.Waiting(d.t.Context()); err != nil || n > 0 {
			return false
		}
		if len(states) == 0 {
			return true
		}
		// one question for all states: between two a mail would go from the one to the other unseen
		list, err := h.store.Outbox(d.t.Context(), store.OutboxFilter{Limit: 1_000_000})
		return err == nil && !slices.ContainsFunc(list, func(o store.Outgoing) bool {
			// a panel of the morning
			later := o.Attempts == 0 && o.Next.Sub(o.Created) > time.Minute
			return slices.Contains(states, o.State) && !o.Capped() && !later
		})
	})
}

// send hands in a letter, as its author's mail server does, and waits for what follows from it.
func (d *liveDesk) send(l letter) mailRow {
	d.t.Helper()
	d.post(l)
	d.quiet()
	return d.lastMail()
}

// post hands in a letter.
func (d *liveDesk) post(l letter) {
	d.t.Helper()
	from := bareAddress(l.From)
	if l.Sender != "" {
		from = strings.Trim(l.Sender, "<>")
	}
	var to []string
	for _, list := range []string{l.To, l.Cc} {
		all, err := mail.ParseAddressList(list)
		if list != "" && err != nil {
			d.t.Fatalf("%q: %v", list, err)
		}
		for _, a := range all {
			if strings.HasPrefix(a.Address, "soporte") || strings.HasPrefix(a.Address, "ayuda@") ||
				strings.HasPrefix(a.Address, "ventas@") {
				to = append(to, a.Address)
			}
		}
	}
	mailtest.Send(d.t, d.addr, from, to, l.raw())
}

// received is what the smarthost took for an address, in order.
func (d *liveDesk) received(address string) (list []notice) {
	d.t.Helper()
	for _, m := range d.relay.Accepted() {
		if slices.Contains(m.To, address) {
			list = append(list, readNotice(d.t, m))
		}
	}
	return list
}

// last is the newest mail to an address; there must be one.
func (d *liveDesk) last(address string) notice {
	d.t.Helper()
	list := d.received(address)
	if len(list) == 0 {
		d.t.Fatalf("%s has received nothing", address)
	}
	return list[len(list)-1]
}

// told fails unless exactly these addresses have received so many mails each, and nobody else any.
func (d *liveDesk) told(want map[string]int) {
	d.t.Helper()
	got := map[string]int{}
	for _, m := range d.relay.Accepted() {
		for _, to := range m.To {
			got[to]++
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		d.t.Errorf("mails by recipient: %v, want %v", got, want)
	}
}

// letter is a mail that somebody writes. What is left out is as a mail client fills it in.
type letter struct {
	From, To, Cc, Subject, Text string
	Sender                      string // of the envelope: "<>", or an address; the From
	ID                          string // with angle brackets
	InReplyTo, References       string
	RawSubject                  string // as it stands in the header
	Header                      []string
	Files                       []file // attached
}

type file struct {
	Name, Type string
	Content    []byte
}

var letters atomic.Int64

// raw is the mail as it goes over the wire.
func (l letter) raw() []byte {
	if l.ID == "" {
		l.ID = fmt.Sprintf("<%d.%d@cliente.test>", letters.Add(1), time.Now().UnixNano())
	}
	if l.RawSubject == "" {
		l.RawSubject = mime.QEncoding.Encode("utf-8", l.Subject)
	}
	var b bytes.Buffer
	for _, h := range [][2]string{{"From", l.From}, {"To", l.To}, {"Cc", l.Cc},
		{"Subject", l.RawSubject}, {"Date", time.Now().Format(time.RFC1123Z)},
		{"Message-ID", l.ID}, {"In-Reply-To", l.InReplyTo}, {"References", l.References},
		{"MIME-Version", "1.0"}} {
		if h[1] != "" {
			fmt.Fprintf(&b, "%s: %s\r\n", h[0], h[1])
		}
	}
	for _, line := range l.Header {
		b.WriteString(line + "\r\n")
	}
	text := strings.ReplaceAll(l.Text, "\n", "\r\n")
	if len(l.Files) == 0 {
		fmt.Fprintf(&b, "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: "+
			"8bit\r\n\r\n%s\r\n", text)
		return b.Bytes()
	}
	b.WriteString("Content-Type: multipart/mixed; boundary=frontera\r\n\r\n")
	fmt.Fprintf(&b, "--frontera\r\nContent-Type: text/plain; charset=utf-8\r\n"+
		"Content-Transfer-Encoding: 8bit\r\n\r\n%s\r\n", text)
	for _, f := range l.Files {
		fmt.Fprintf(&b, "--frontera\r\nContent-Type: %s\r\nContent-Disposition: %s\r\n"+
			"Content-Transfer-Encoding: base64\r\n\r\n%s",
			f.Type, mime.FormatMediaType("attachment", map[string]string{"filename": f.Name}),
			base64Lines(f.Content))
	}
	b.WriteString("--frontera--\r\n")
	return b.Bytes()
}

func bareAddress(s string) string {
	a, err := mail.ParseAddress(strings.TrimSpace(s))
	if err != nil {
		return strings.TrimSpace(s)
	}
	return a.Address
}

// notice is a mail that somebody received.
type notice struct {
	mailtest.Mail
	Header  mail.Header
	Subject string
	Text    string // plain
	HTML    string
	Files   []file
}

func readNotice(t testing.TB, m mailtest.Mail) notice {
	t.Helper()
	parsed, err := mail.ReadMessage(bytes.NewReader(m.Raw))
	if err != nil {
		t.Fatal(err)
	}
	n := notice{Mail: m, Header: parsed.Header}
	if n.Subject, err = new(mime.WordDecoder).DecodeHeader(
		parsed.Header.Get("Subject")); err != nil {
		t.Fatal(err)
	}
	r, err := gomail.CreateReader(bytes.NewReader(m.Raw))
	if err != nil {
		t.Fatal(err)
	}
	for {
		p, err := r.NextPart()
		if err == io.EOF {
			return n
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(p.Body)
		if err != nil {
			t.Fatal(err)
		}
		switch h := p.Header.(type) {
		case *gomail.InlineHeader:
			if kind, _, _ := h.ContentType(); kind == "text/html" {
				n.HTML += string(content)
			} else {
				n.Text += strings.ReplaceAll(string(content), "\r\n", "\n")
			}
		case *gomail.AttachmentHeader:
			name, _ := h.Filename()
			kind, _, _ := h.ContentType()
			n.Files = append(n.Files, file{name, kind, content})
		}
	}
}

// reply is how the reader of a notice answers it: to its Reply-To, with its references, above the
// quoted text.
func (n notice) reply(text string) letter {
	return letter{
		From: n.Header.Get("To"), To: n.Header.Get("Reply-To"), Subject: "Re: " + n.Subject,
		InReplyTo:  n.Header.Get("Message-Id"),
		References: n.Header.Get("References") + " " + n.Header.Get("Message-Id"),
		Text: text + "\n\nEl lun, 2 mar 2026 a las 10:15, Soporte Ejemplo " +
			"(<soporte@ejemplo.test>) escribió:\n\n" + n.quoted(),
	}
}

// fromName is whom the reader sees as the sender.
func (n notice) fromName() string {
	list, err := n.Header.AddressList("From")
	if err != nil || len(list) != 1 {
		return fmt.Sprint(n.Header["From"], err)
	}
	return list[0].Name
}

func (n notice) quoted() string {
	return "> " + strings.ReplaceAll(strings.TrimSpace(n.Text), "\n", "\n> ")
}

// syncBuffer is a buffer that one goroutine writes and another reads.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// postRaw hands in a mail in exactly these bytes, to the main mailbox unless others are named.
func (d *liveDesk) postRaw(from, raw string, rcpts ...string) {
	d.t.Helper()
	if len(rcpts) == 0 {
		rcpts = []string{soporte}
	}
	mailtest.Send(d.t, d.addr, from, rcpts, []byte(raw))
}

// headerOf is a field of a mail as the journal keeps it.
func headerOf(t *testing.T, d *liveDesk, id int64, field string) string {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(d.cli("mail", "raw", fmt.Sprint(id))))
	if err != nil {
		t.Fatal(err)
	}
	return m.Header.Get(field)
}

// follow makes a person a follower of a ticket, in the store itself.
func (d *liveDesk) follow(ticket int64, address string) {
	d.t.Helper()
	a := &app{configFile: d.file, stderr: io.Discard}
	ctx := d.t.Context()
	h, err := a.existing(ctx)
	if err != nil {
		d.t.Fatal(err)
	}
	defer h.close()
	p, err := named(ctx, h.store.Reader, address)
	if err == nil {
		err = h.store.Write(ctx, func(tx *store.Tx) error { return tx.Follow(ctx, ticket, p.ID) })
	}
	if err != nil {
		d.t.Fatal(err)
	}
}
