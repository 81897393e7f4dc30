package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"buzon/store/desk"
)

// Caps keep a machine that answers every mail from being answered for ever, the desk from being
// made to write to people who never wrote to it, and agents from being buried. What they hold back
// is sent later: see Release. Zero fields take the defaults.
type Caps struct {
	// least time between two acknowledgements to one address; 1 min; negative: none
	AckEvery time.Duration
	AcksADay int // acknowledgements to one address in 24 h; 20; strangers get 5 at most
	// acknowledgements to strangers of one domain in an hour, unless more are usual; 50
	AcksDomain int
	// acknowledgements to strangers in all in an hour, unless more are usual; 200
	AcksAll int
	// automatic mails about one ticket, or one matter that is none, to one address in an hour; 20
	TicketHour int
	// new tickets of one requester in an hour that agents are told of one by one; 20
	NewTicketsOf  int
	AgentsAMinute int // notices to one agent in a minute; what is more goes as a list; 6
	AnswersHour   int // answers to queries to one person in an hour; 30
}

// Defaults fills in what is zero.
func (c Caps) Defaults() Caps {
	d := Caps{time.Minute, 20, 50, 200, 20, 20, 6, 30}
	if c.AckEvery == 0 {
		c.AckEvery = d.AckEvery
	}
	for _, f := range [][2]*int{{&c.AcksADay, &d.AcksADay}, {&c.AcksDomain, &d.AcksDomain},
		{&c.AcksAll, &d.AcksAll},
		{&c.TicketHour, &d.TicketHour}, {&c.NewTicketsOf, &d.NewTicketsOf},
		{&c.AgentsAMinute, &d.AgentsAMinute}, {&c.AnswersHour, &d.AnswersHour}} {
		if *f[0] == 0 {
			*f[0] = *f[1]
		}
	}
	return c
}

const (
	strangerADay = 5 // acknowledgements to a stranger in 24 h
	// automatic mails in 24 h that answer what looks like a responder's; one less to a stranger
	echoesADay = 3
)

// Why a mail is held, as administrators read it.
const (
	heldMoment    = "acknowledged a moment ago"
	heldToday     = "acknowledged often today"
	heldBreaker   = "many acknowledgements to strangers"
	heldDomain    = "many acknowledgements to strangers of one domain"
	heldResponder = "answers to what looks like a responder"
	heldTicket    = "many mails about one ticket"
	heldFlood     = "many tickets of one requester"
	heldList      = "many notices at once: it goes with the list"
	heldAnswers   = "many answers to queries"
	heldReplies   = "many answers to what he writes"
)

// capped is a mail that a cap holds back.
const capped = "state IN ('held') AND attempts < 1 AND carrier < 1"

// The kinds of notices of which desk says that they acknowledge, and those that are folded by the
// minute.
var (
	acknowledgements = kinds(func(t desk.Trait) bool { return t.Answers })
	alerts           = kinds(func(t desk.Trait) bool { return t.Alert || t.Lists })
)

// kinds is the condition that the notice's row is such, in the words of the index where there is
// one.
func kinds(holds func(desk.Trait) bool) string {
	var quoted []string
	for _, n := range desk.Notices(holds) {
		quoted = append(quoted, "'"+string(n)+"'")
	}
	return "kind IN (" + strings.Join(quoted, ", ") + ")"
}

// delay is why a mail must wait, and until when; the zero delay lets it go.
type delay struct {
	why   string
	until time.Time
}

// hold has a mail wait, where it must.
func (o *Outgoing) hold(h delay) {
	if h.why != "" {
		o.State, o.Next, o.LastReply = Held, h.until, h.why
	}
}

// held finds out whether a notice must wait. The words of an agent never do.
func (tx *Tx) held(ctx context.Context, e Telling, o *Outgoing) (h delay, err error) {
	now := tx.store.Now()
	switch {
	case o.Kind.Trait().Answers:
		return tx.heldAck(ctx, e, *o, now)
	case o.Kind.Trait().Alert:
		return tx.heldAlert(ctx, e, *o, now)
	case e.Author.Agent() && o.Lane != Bulk:
		return delay{}, nil
	}
	if o.Lane == Prompt && o.Echo {
		if h, err = tx.heldEcho(ctx, *o, now); h.why != "" || err != nil {
			return h, err
		}
	}
	why := e.many(o.Address)
	if o.Lane == Prompt && why != "" {
		return delay{why, now.Add(time.Hour)}, nil
	}
	if why != "" {
		o.Lane = Bulk
	}
	// what answers an agent's own words goes to him at once
	if o.Lane != Bulk || why == "" && o.Person == e.Ticket.Agent.ID {
		return delay{}, nil
	}
	return tx.heldForList(ctx, e, *o, why, now)
}

// many is why an address gets no more of the ticket at once; "": it may.
func (e Telling) many(address string) string {
	switch {
	case e.flood:
		return heldFlood
	case !e.fresh && !e.Author.Agent() && e.sent[address] >= e.Caps.TicketHour:
		return heldTicket
	}
	return ""
}

// heldAck holds an acknowledgement back that goes to one who was acknowledged lately or often, or
// to one stranger of a great many. That production is down is acknowledged whatever the caps, once
// a minute.
func (tx *Tx) heldAck(ctx context.Context, e Telling, o Outgoing, now time.Time) (delay, error) {
	if o.Echo {
		if h, err := tx.heldEcho(ctx, o, now); h.why != "" || err != nil {
			return h, err
		}
	}
	most := e.Caps.AcksADay
	if o.Stranger {
		most = min(most, strangerADay)
	}
	last, err := tx.lastAcks(ctx, o, most, e.Ticket.ProductionDown, now)
	if err != nil {
		return delay{}, err
	}
	switch {
	// it was no responder
	case len(last) > 0 && last[0].LastReply == heldResponder && last[0].Capped() && !o.Echo:
		return delay{heldMoment, now.Add(e.Caps.AckEvery)}, nil
	case len(last) > 0 && last[0].Capped():
		return delay{last[0].LastReply, last[0].Next}, nil
	case !e.Ticket.ProductionDown && len(last) >= most:
		return delay{heldToday, last[most-1].Created.Add(24 * time.Hour)}, nil
	case len(last) > 0 && last[0].Created.Add(e.Caps.AckEvery).After(now):
		return delay{heldMoment, last[0].Created.Add(e.Caps.AckEvery)}, nil
	case e.Ticket.ProductionDown:
		return delay{}, nil
	case o.Stranger:
		return tx.heldStranger(ctx, e, o, now)
	}
	return delay{}, nil
}

// lastAcks are the last acknowledgements to an address in 24 hours, the newest first: of what is
// down, or of all.
func (tx *Tx) lastAcks(ctx context.Context, o Outgoing, most int, down bool,
	now time.Time) (list []Outgoing, err error) {
	kinds := acknowledgements
	if down {
		kinds = "kind = '" + string(desk.AckProductionDown) + "'"
	}
	return tx.brief(ctx, `
		WHERE address = $1 AND created_at > $2 AND created_at <= $3 AND carrier < 1 AND `+kinds+`
		ORDER BY created_at DESC, id DESC LIMIT +$4`,
		o.Address, now.Add(-24*time.Hour).UnixMilli(), now.UnixMilli(), most)
}

// brief reads of outgoing mails what caps hang on: every column costs.
func (r Reader) brief(ctx context.Context, where string, a ...any) ([]Outgoing, error) {
	return several(ctx, r.statements, `
		SELECT state, attempts, created_at, next_at, last_reply FROM outbox `+where, a,
		func(o *Outgoing) []any {
			return []any{&o.State, &o.Attempts, moment{&o.Created}, moment{&o.Next}, &o.LastReply}
		})
}

// heldEcho holds back what is too many in a day of the automatic mails that answer what looks like
// a responder's. A stranger's may write from any address of its domain.
func (tx *Tx) heldEcho(ctx context.Context, o Outgoing, now time.Time) (h delay, err error) {
	n, most := 0, echoesADay
	if o.Stranger {
		most--
	}
	err = tx.rows(ctx, `SELECT address, created_at FROM outbox
			WHERE echo > 0 AND created_at > $1 AND created_at <= $2
			AND carrier < 1 AND NOT (`+capped+") ORDER BY created_at DESC LIMIT 1000",
		args(now.Add(-24*time.Hour).UnixMilli(), now.UnixMilli()), func(rows *sql.Rows) error {
			var address string
			var at sql.NullInt64
			if err := rows.Scan(&address, &at); err != nil {
				return err
			}
			if address != o.Address && !(o.Stranger && Family(address) == Family(o.Address)) {
				return nil
			}
			if n++; n == most {
				h = delay{heldResponder, when(at).Add(24 * time.Hour)}
			}
			return nil
		})
	return h, err
}

// OweReply owes an agent what answers his own mail and is no notice of an event. What answers a
// responder's has the cap of those, and all of one ticket or topic that of a ticket.
func (tx *Tx) OweReply(ctx context.Context, caps Caps, o Outgoing) error {
	now := tx.Now()
	h, err := delay{}, error(nil)
	if o.Echo {
		h, err = tx.heldEcho(ctx, o, now)
	}
	if h.why == "" && err == nil {
		h, err = tx.heldReply(ctx, caps.Defaults().TicketHour, o, now)
	}
	if err != nil {
		return fmt.Errorf("count what was sent: %w", err)
	}
	if h.why != "" {
		o.State, o.Next, o.LastReply = Held, h.until, heldReplies
	}
	_, err = tx.Owe(ctx, o)
	return err
}

func (tx *Tx) heldReply(ctx context.Context, most int, o Outgoing, now time.Time) (delay, error) {
	n, err := tx.countOutbox(ctx, most, `
		ticket = $1 AND address = $2 AND created_at > $3 AND created_at <= $4
		AND topic = $5 AND kind = $6 AND NOT (`+capped+")",
		o.Ticket, o.Address, now.Add(-time.Hour).UnixMilli(), now.UnixMilli(), o.Topic, o.Kind)
	if n < most {
		return delay{}, err
	}
	return delay{heldReplies, now.Add(time.Hour)}, err
}

// sentLately counts the mails about the ticket, or about one topic, to each address in the last
// hour, no further than the cap.
func (tx *Tx) sentLately(ctx context.Context, e Telling,
	addresses []string) (map[string]int, error) {
	now := tx.store.Now()
	sent := map[string]int{}
	return sent, tx.eachAddress(ctx, addresses, `
		SELECT address, '', 0, 0 FROM (
			SELECT address FROM outbox
			WHERE ticket = $1 AND address = ADDRESS AND created_at > $2 AND created_at <= $3
				AND topic = $4
			LIMIT +$5
		) x`,
		args(e.Ticket.Number, now.Add(-time.Hour).UnixMilli(), now.UnixMilli(), topic(e),
			e.Caps.TicketHour),
		func(address string, _ desk.Notice, _ int64, _ bool) { sent[address]++ })
}

// addressesAtOnce is about how many addresses a statement asks.
const addressesAtOnce = 8

// eachAddress runs a SELECT for each address, many of them as one statement. Its text has the
// address as ADDRESS; a is what all have in common, from $1 on.
func (tx *Tx) eachAddress(ctx context.Context, addresses []string, text string, a []any,
	f func(address string, kind desk.Notice, at int64, flag bool)) error {
	for some := range slices.Chunk(addresses, addressesAtOnce) {
		var parts []string
		values := slices.Clone(a)
		for _, address := range some {
			values = append(values, address)
			bound := fmt.Sprintf("$%d", len(values))
			parts = append(parts, strings.ReplaceAll(text, "ADDRESS", bound))
		}
		err := tx.rows(ctx, strings.Join(parts, " UNION ALL "), values, func(rows *sql.Rows) error {
			var address string
			var kind desk.Notice
			var at int64
			var flag bool
			err := rows.Scan(&address, &kind, &at, &flag)
			f(address, kind, at, flag)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// countOutbox counts no further than most.
func (tx *Tx) countOutbox(ctx context.Context, most int, where string, a ...any) (n int,
	err error) {
	few := fmt.Sprintf("SELECT 1 FROM outbox WHERE %s LIMIT %d", where, most)
	_, err = tx.row(ctx, "SELECT count(*) FROM ("+few+") AS f", a, &n)
	return n, err
}
