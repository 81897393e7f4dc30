package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/mail"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"buzon/internal/desktest"
	"buzon/internal/mailtest"
	"buzon/mailout"
	"buzon/store"
	"buzon/store/desk"
	"buzon/templates"
	"buzon/threading"
)

// virtualDesk is a whole desk whose clock the test moves: hours pass in seconds.
type virtualDesk struct {
	*house
	t     *testing.T
	clock *mailtest.Clock
	relay *taker
	seen  int // mails that next has returned
	n     int // mails written
	// trusts: agents' mail comes from where From is believed
	trusts bool
}

// taker is a relay that takes everything and notes when.
type taker struct {
	now   func() time.Time
	mu    sync.Mutex
	mails []takenMail
}

type takenMail struct {
	at      time.Time
	to      string
	raw     []byte
	header  mail.Header
	subject string
	bounces string // the sender of the envelope
}

func (r *taker) Send(_ context.Context, env mailout.Envelope,
	content *io.SectionReader) mailout.Result {
	raw, err := io.ReadAll(content)
	if err != nil {
		return mailout.Result{Outcome: mailout.Deferred, Err: err}
	}
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return mailout.Result{Outcome: mailout.Refused, Err: err}
	}
	subject, _ := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	r.mu.Lock()
	defer r.mu.Unlock()
	r.mails = append(r.mails, takenMail{r.now(), env.To, raw, m.Header, subject, env.From})
	return mailout.Result{Outcome: mailout.Sent, Reply: "250"}
}

func (*taker) Close() error { return nil }

func newVirtualDesk(t *testing.T, domain string, change ...func(*config)) *virtualDesk {
	t.Helper()
	dir := t.TempDir()
	c := config{DataDir: dir, Language: "es", Timezone: "UTC",
		Mailbox: []mailboxConfig{{Address: "soporte@" + domain, Name: "Soporte",
			PlusAddressing: true, NumberIsEnough: true}},
		Agents: map[string]string{"ana@" + domain: "Ana Gómez", "luis@" + domain: "Luis Pérez"}}
	for _, f := range change {
		f(&c)
	}
	d := &virtualDesk{t: t, clock: mailtest.NewClock(time.Date(2026, 3, 3, 9, 0, 0, 0, time.UTC))}
	d.relay = &taker{now: d.clock.Now}
	d.house = &house{config: c, log: slog.New(slog.DiscardHandler), location: time.UTC}
	var err error
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	d.boxes, err = c.mailboxes()
	ok(err)
	d.templates, err = templates.Load("")
	ok(err)
	times, err := c.times()
	ok(err)
	profiles, err := c.profiles()
	ok(err)
	desktest.Copy(t, dir, newStore)
	d.store, err = store.Open(t.Context(), dir,
		store.Options{Now: d.clock.Now, MinFree: 1, Times: times, Profiles: profiles,
			Mailboxes: d.boxes})
	ok(err)
	d.keys, err = threading.OpenKeyring(filepath.Join(dir, "keys"))
	ok(err)
	d.signer = threading.NewSigner(d.keys, d.store.Instance())
	ok(d.people(t.Context()))
	ok(d.store.Write(t.Context(), func(tx *store.Tx) error {
		_, err := tx.AddPerson(t.Context(),
			desk.Person{Name: "Jefa", Addresses: []string{"jefa@" + domain}, Role: desk.Admin,
				Active: true})
		return err
	}))
	send := &mailout.Dispatcher{Store: d.store, Transport: d.relay, Caps: c.Caps.caps(),
		After: d.clock.After,
		Renderer: &mailout.Renderer{Store: d.store, Signer: d.signer, Templates: d.templates,
			Mailboxes: d.boxes, Language: c.Language, Location: time.UTC}}
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { send.Run(ctx) })
	intake := d.intake()
	running.Go(func() { intake.Run(ctx) })
	t.Cleanup(func() {
		stop()
		running.Wait()
		d.store.Close()
		mailtest.Gallery(t, raws(d.relay.mails, func(m takenMail) []byte { return m.raw }))
	})
	return d
}

// raws are mails as they left.
func raws[M any](mails []M, raw func(M) []byte) (list [][]byte) {
	for _, m := range mails {
		list = append(list, raw(m))
	}
	return list
}

// write receives a mail; settle files it.
func (d *virtualDesk) write(from, to, subject, text string, fields ...string) {
	d.t.Helper()
	d.n++
	header := fmt.Sprintf("From: %s\r\nTo: %s\r\nSubject: %s\r\nMessage-ID: <v%d@%s>\r\nDate: "+
		"%s\r\nContent-Type: text/plain; charset=utf-8\r\n",
		from, to, mime.QEncoding.Encode("utf-8", subject), d.n, domainOf(bareAddress(from)),
		d.clock.Now().Format(time.RFC1123Z))
	d.take(bareAddress(from), to, header+strings.Join(append(fields, ""), "\r\n")+"\r\n"+
		text+"\r\n")
}

func (d *virtualDesk) take(from, to, raw string) {
	d.t.Helper()
	spool, err := d.store.Spool(d.t.Context())
	if err == nil {
		_, err = io.WriteString(spool, raw)
	}
	if err == nil {
		_, err = d.store.Receive(d.t.Context(),
			store.Envelope{Door: "smtp", From: from, To: []string{to}, Received: d.clock.Now(),
				Trusted: d.trusts && strings.HasSuffix(from,
					"@"+domainOf(d.config.Mailbox[0].Address))}, spool)
	}
	if err != nil {
		d.t.Error(err)
	}
}

// settle waits until what has been received is filed, and what is due is sent: until all that is
// asked has been answered with nothing between two commits.
func (d *virtualDesk) settle() {
	d.t.Helper()
	for end := time.After(mailtest.Patience); ; {
		changed := d.store.Changed()
		busy, err := d.busy()
		if err != nil {
			d.t.Fatal(err)
		}
		if busy == nil {
			select {
			case <-changed: // and what was read first may no longer be so
				continue
			default:
				return
			}
		}
		select {
		case <-changed:
		case <-end:
			d.t.Fatal("the desk does not come to rest: ", busy)
		}
	}
}

// busy is the first that is not settled: a mail to file, one that is due, one that is being sent. A
// mail goes that way, so that none passes between two questions.
func (d *virtualDesk) busy() (any, error) {
	waiting, err := d.store.Unsettled(d.t.Context(), 0, d.clock.Now(), 1)
	if len(waiting) > 0 || err != nil {
		return waiting, err
	}
	due, err := d.store.NextDue(d.t.Context())
	if err != nil || !due.IsZero() && !due.After(d.clock.Now()) {
		return due, err
	}
	sending, err := d.store.Outbox(d.t.Context(),
		store.OutboxFilter{State: store.Sending, Limit: 1})
	if len(sending) > 0 || err != nil {
		return sending, err
	}
	return nil, nil
}

// pass lets time pass in steps.
func (d *virtualDesk) pass(total, step time.Duration) {
	d.t.Helper()
	for ; total > 0; total -= step {
		d.clock.Advance(step)
		d.settle()
	}
}

// next returns what was sent since it was last called.
func (d *virtualDesk) next() []takenMail {
	d.relay.mu.Lock()
	defer d.relay.mu.Unlock()
	list := d.relay.mails[d.seen:]
	d.seen = len(d.relay.mails)
	return list
}

// to are the mails to an address, or to all of a domain.
func (d *virtualDesk) to(address string) (list []takenMail) {
	d.relay.mu.Lock()
	defer d.relay.mu.Unlock()
	for _, m := range d.relay.mails {
		if m.to == address || strings.HasPrefix(address, ".") &&
			strings.HasSuffix("."+m.to[strings.Index(m.to, "@")+1:], address) {
			list = append(list, m)
		}
	}
	return list
}

// replyTo is where a mail wants its reply.
func (m takenMail) replyTo() string {
	for _, field := range []string{"Reply-To", "From"} {
		if a, err := mail.ParseAddress(m.header.Get(field)); err == nil {
			return a.Address
		}
	}
	return ""
}

func domainOf(address string) string { return address[strings.Index(address, "@")+1:] }
