package mailin

import (
	"io"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	mfilter "github.com/emersion/go-milter"

	"buzon/mailin/milter"
	"buzon/mailin/smtpd"
	"buzon/store"
)

// marking is a filter that adds a field, or gives an answer.
type marking struct {
	mfilter.NoOpMilter
	name, value string
	answer      mfilter.Response
}

func (m marking) Body(mod *mfilter.Modifier) (mfilter.Response, error) {
	if m.name != "" {
		mod.AddHeader(m.name, m.value)
	}
	return m.answer, nil
}

func listening(t *testing.T, m marking) milter.Filter {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &mfilter.Server{NewMilter: func() mfilter.Milter { return m },
		Actions: mfilter.OptAddHeader, Protocol: mfilter.OptNoBody}
	done := make(chan struct{})
	go func() { s.Serve(l); close(done) }()
	t.Cleanup(func() { l.Close(); <-done })
	return milter.Filter{Network: "tcp", Address: l.Addr().String(), Timeout: 5 * time.Second}
}

// inspected is what the door finds, and the code that it would answer.
func (h *house) inspected(d DoorFilter, raw string) (found smtpd.Found, code int) {
	h.t.Helper()
	d.Log = slog.New(slog.DiscardHandler)
	spool := h.store.NewSpool()
	defer spool.Close()
	io.WriteString(spool, raw)
	found, err := d.Inspect(h.t.Context(), smtpd.Envelope{From: customer, To: []string{box}}, spool)
	var permanent smtpd.Permanent
	switch p, ok := err.(smtpd.Permanent); {
	case ok:
		permanent = p
		code, _, _ = permanent.SMTP()
	case err != nil:
		code = 451
	}
	return found, code
}

// TestFilterAtTheDoor: what the filter says of a mail, and what the configuration makes of it.
func TestFilterAtTheDoor(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	raw := h.plain(customer, box, "Oferta", "Compre ya.")
	good := marking{answer: mfilter.RespAccept}
	spam := marking{name: "X-Spam", value: "Yes", answer: mfilter.RespAccept}
	virus := marking{name: "X-Virus-Status", value: "Infected (Eicar-Signature)",
		answer: mfilter.RespAccept}
	for _, c := range []struct {
		name   string
		filter marking
		how    Filtering
		want   smtpd.Found
		code   int
	}{
		{"good", good, Filtering{}, smtpd.Found{}, 0},
		{"a clean mark", marking{name: "X-Virus-Status", value: "Clean",
			answer: mfilter.RespAccept}, Filtering{}, smtpd.Found{}, 0},
		{"spam", spam, Filtering{Spam: MarkIt}, smtpd.Found{Spam: "X-Spam: Yes"}, 0},
		{"spam, refused", spam, Filtering{Spam: RefuseIt}, smtpd.Found{Spam: "X-Spam: Yes"}, 550},
		{"a virus", virus, Filtering{Spam: RefuseIt},
			smtpd.Found{Infected: "X-Virus-Status: Infected (Eicar-Signature)"}, 0},
		{"a virus, refused", virus, Filtering{Infected: RefuseIt},
			smtpd.Found{Infected: "X-Virus-Status: Infected (Eicar-Signature)"}, 550},
		{"refused by the filter", marking{answer: mfilter.RespReject}, Filtering{},
			smtpd.Found{}, 550},
		{"later", marking{answer: mfilter.RespTempFail}, Filtering{}, smtpd.Found{}, 451},
		{"thrown away", marking{answer: mfilter.RespDiscard}, Filtering{},
			smtpd.Found{Apart: "the filter would have thrown it away"}, 0},
	} {
		found, code := h.inspected(DoorFilter{Milter: listening(t, c.filter),
			Filtering: c.how}, raw)
		if found != c.want || code != c.code {
			t.Errorf("%s: %+v, %d, want %+v, %d", c.name, found, code, c.want, c.code)
		}
	}
	dead := milter.Filter{Network: "unix", Address: "/nonexistent/milter.sock"}
	if _, code := h.inspected(DoorFilter{Milter: dead}, raw); code != 451 {
		t.Errorf("a dead filter answers %d", code)
	}
	if _, code := h.inspected(DoorFilter{Milter: dead, Lenient: true}, raw); code != 0 {
		t.Errorf("a dead filter that may be done without answers %d", code)
	}
}

// TestMarkedMail: mail that a filter has called spam, infected, or kept apart, at the door or
// before.
func TestMarkedMail(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		from    string
		field   string
		found   store.Found
		how     Filtering
		want    store.Outcome
		reason  string
		acks    bool
		answers bool // it answers a mail of ours
	}{
		{name: "good", from: customer, want: store.OutcomeTicket, acks: true},
		{name: "spam by a field", from: customer, field: "X-Spam-Flag: YES",
			want: store.OutcomeTicket},
		{name: "spam by the filter", from: customer, found: store.Found{Spam: "X-Spam: Yes"},
			want: store.OutcomeTicket},
		{name: "spam, apart", from: customer, field: "X-Spam-Flag: YES",
			how: Filtering{Spam: ApartIt}, want: store.OutcomeQuarantine, reason: "spam"},
		{name: "spam, refused too late", from: customer, field: "X-Spam-Flag: YES",
			how: Filtering{Spam: RefuseIt}, want: store.OutcomeQuarantine, reason: "spam"},
		{name: "an answer of ours is no spam", from: customer, field: "X-Spam-Flag: YES",
			how: Filtering{Spam: ApartIt}, want: store.OutcomeItem, answers: true},
		{name: "infected", from: customer, field: "X-Virus-Status: Infected (Eicar)",
			want: store.OutcomeTicket, acks: true},
		{name: "infected, apart", from: customer, field: "X-Virus-Status: Infected (Eicar)",
			how: Filtering{Infected: ApartIt}, want: store.OutcomeQuarantine, reason: "infected"},
		{name: "an agent's, infected", from: agent,
			field: "X-Amavis-Alert: INFECTED, message contains virus: x",
			how:   Filtering{Infected: ApartIt}, want: store.OutcomeQuarantine, reason: "infected"},
		{name: "kept apart by the filter", from: customer,
			found: store.Found{Apart: "the filter: x"}, want: store.OutcomeQuarantine,
			reason: "filtered"},
	} {
		h := newHouse(t, func(o *Options) { o.Filter = c.how })
		to := box
		if c.answers {
			to = h.token(h.opened(), customer)
		}
		fields := []string{"X-Nada: 1"}
		if c.field != "" {
			fields[0] = c.field
		}
		var m store.Mail
		told := h.told(func() {
			m = h.file(h.plain(c.from, to, "Otra cosa", "Tampoco imprime.", fields...),
				store.Envelope{Door: "smtp", From: c.from, To: []string{to}, Found: c.found})
		})
		if m.Outcome != c.want || strings.Contains(told, "ack "+customer) != c.acks {
			t.Errorf("%s: %s by rule %s; told %s", c.name, m.Outcome, m.Rule, told)
		}
		if c.reason != "" && !strings.Contains(told, "unfiled admin@") {
			t.Errorf("%s: the administrators are not told: %s", c.name, told)
		}
	}
}
