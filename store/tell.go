package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"

	"buzon/store/desk"
)

// Telling is an event with what its notices say.
type Telling struct {
	desk.Event
	Mail    int64 // the journal row that it came by
	Details Details
	// the requester is not acknowledged: a machine, or an address that may be somebody else's
	Silent   bool
	Floods   bool   // an administrator lets its requester open as many tickets as he likes
	Stranger bool   // nothing proves that the requester has the address
	Echo     bool   // the mail looks like a responder's answer to ours
	Words    string // a short form of what the mail says, to know it again
	Caps     Caps

	until time.Time // all of it waits until then; zero: it does not
	fresh bool      // the ticket is new: nothing was sent about it yet
	flood bool      // its requester opens many

	// how many mails about the ticket went to those who are told, in the last hour
	sent  map[string]int
	heard map[string]heard // what the agents heard who are told
	staff map[int64]bool   // who of those who are told is an agent
}

// Tell owes the notices of an event to everybody who must hear of it. What a cap holds back goes
// later.
func (tx *Tx) Tell(ctx context.Context, e Telling) error {
	e.Caps = e.Caps.Defaults()
	if err := tx.audience(ctx, &e.Event); err != nil {
		return fmt.Errorf("find who must be told: %w", err)
	}
	if err := tx.measure(ctx, &e); err != nil {
		return fmt.Errorf("count new tickets: %w", err)
	}
	due := desk.Due(e.Event)
	if err := tx.measureEach(ctx, &e, due); err != nil {
		return fmt.Errorf("count what was sent: %w", err)
	}
	var list []Outgoing
	for _, n := range due {
		if e.Silent && n.Notice.Trait().Answers {
			if err := tx.notTold(ctx, e, n); err != nil {
				return err
			}
			continue
		}
		o, err := tx.tell(ctx, e, n)
		if err != nil {
			return err
		}
		list = append(list, o)
	}
	return tx.oweAll(ctx, e, list)
}

func (tx *Tx) notTold(ctx context.Context, e Telling, n desk.Notification) error {
	return tx.Note(ctx, Activity{Ticket: e.Ticket.Number, Mail: e.Mail, What: "not_told",
		Old: n.To.Address(),
		New: string(n.Notice) + ": a machine, or an address that may be somebody else's"})
}

// reasons are codes that events bring to their notices, keys of the phrases' [reason].
var reasons = map[desk.EventKind]string{
	desk.TicketDue: string(desk.TicketDue), desk.TicketOverdue: string(desk.TicketOverdue),
	desk.PersonWanted: string(desk.PersonWanted), desk.LadderClimbed: string(desk.LadderClimbed),
	desk.TicketWoke: "wake", desk.TicketLapsed: "silence", desk.TicketFreed: "freed",
	desk.DuplicateClosed: "duplicate", desk.AlertRecovered: "recovered",
	desk.AlertReturned: "returned", desk.AlertWorsened: "worsened", desk.AlertFlapped: "flapping",
}

// tell is one notice, due now or when the caps let it go.
func (tx *Tx) tell(ctx context.Context, e Telling, n desk.Notification) (o Outgoing, err error) {
	d, err := tx.details(ctx, e, n)
	if err != nil {
		return o, err
	}
	o = Outgoing{Kind: n.Notice, Ticket: e.Ticket.Number, Item: e.Item.Number, Mail: e.Mail,
		Person: n.To.ID, Address: n.To.Address(), Stranger: e.Stranger && n.Notice.Trait().Answers,
		Echo:    e.Echo && !n.To.Agent() && !e.Author.Agent(),
		Mailbox: e.Ticket.Mailbox, Details: d, Lane: lane(e.Event, n), Topic: topic(e)}
	if e.Kind == desk.LadderClimbed && n.Notice == desk.ProductionDown {
		if o.Item, o.Details.Raised, err = tx.alarmOf(ctx, e.Ticket.Number); err != nil {
			return o, err
		}
	}
	h := tx.kept(e, n)
	if h.why == "" {
		h, err = tx.held(ctx, e, &o)
	}
	if err != nil {
		return o, fmt.Errorf("count what was sent: %w", err)
	}
	if o.Next = e.until; !e.until.IsZero() {
		o.Details.Waits = true
	}
	o.hold(h)
	if o.Stranger && tx.strangers >= 0 {
		tx.strangers++
	}
	return o, nil
}

// details are what a notice says.
func (tx *Tx) details(ctx context.Context, e Telling, n desk.Notification) (d Details, err error) {
	d = e.brings(n)
	if n.Notice.Trait().Climbs {
		if d.Next, err = tx.called(ctx, e.Next); err != nil {
			return d, err
		}
		d.NextIn = e.Next.After
	}
	if asks(e.Event, n) && tx.store.mailbox(e.Ticket.Mailbox).Satisfaction {
		if d.Rate, err = tx.AskScore(ctx, e.Ticket.Number, n.To.ID); err != nil {
			return d, err
		}
	}
	if n.Notice.Trait().Greets {
		d.Words = e.Words
		d.Welcome, err = tx.Welcome(ctx, n.To)
	}
	return d, err
}

// brings are the details that an event has itself.
func (e Telling) brings(n desk.Notification) Details {
	d := e.Details
	d.Old, d.Author = e.Old, e.Author.ID
	if opens(e.Kind) && n.Notice == desk.ItemNotice {
		d.Project = e.Ticket.Project
	}
	d.Reason = cmp.Or(reasons[e.Kind], d.Reason)
	switch e.Kind {
	case desk.TicketWaits, desk.TicketResolved:
		d.Ends = e.Ends
	case desk.ClockNear:
		d.Reason, d.Ends = string(e.Clock)+"_near", e.Ends
	case desk.ClockOver:
		d.Reason, d.Ends = string(e.Clock)+"_over", e.Ends
	case desk.TicketDue, desk.TicketOverdue:
		d.Ends = e.Ends
	case desk.TicketOpened, desk.TicketReplaced, desk.TicketOpenedFor:
		if n.Notice.Trait().Greets {
			d.Ends = e.LegalDay
		}
	}
	return d
}

// oweAll writes the notices of an event: one statement for those of different conversations. An
// agent's words to a customer carry the acknowledgement that a cap holds back: the number comes
// with them.
func (tx *Tx) oweAll(ctx context.Context, e Telling, list []Outgoing) error {
	for len(list) > 0 {
		n, begun := 0, map[string]bool{}
		// they have the ticket and the topic in common
		for ; n < len(list) && !begun[list[n].Address]; n++ {
			begun[list[n].Address] = true
		}
		ids, err := tx.owe(ctx, list[:n])
		if err != nil {
			return err
		}
		for i, o := range list[:n] {
			if to := e.staff[o.Person]; !e.Author.Agent() || to || e.fresh {
				continue
			}
			if err := tx.carryAck(ctx, ids[i], o); err != nil {
				return err
			}
		}
		list = list[n:]
	}
	return nil
}

// carryAck has a mail carry the acknowledgement that waits for its reader.
func (tx *Tx) carryAck(ctx context.Context, id int64, o Outgoing) error {
	return tx.write(ctx, `
		UPDATE outbox SET carrier = $1, turn = 0
		WHERE ticket = $2 AND address = $3 AND lane = 1
			AND `+acknowledgements+" AND "+capped,
		id, o.Ticket, o.Address)
}

// measureEach counts at once what the caps ask about each of those who are told.
func (tx *Tx) measureEach(ctx context.Context, e *Telling, due []desk.Notification) (err error) {
	var people, agents []string
	e.staff = map[int64]bool{}
	for _, n := range due {
		e.staff[n.To.ID] = n.To.Agent()
		people = append(people, n.To.Address())
		// he is told at once: see held
		if lane(e.Event, n) == Bulk && n.To.ID != e.Ticket.Agent.ID {
			agents = append(agents, n.To.Address())
		}
	}
	if !e.fresh && !e.Author.Agent() {
		if e.sent, err = tx.sentLately(ctx, *e, people); err != nil {
			return err
		}
	}
	e.heard, err = tx.heardLately(ctx, e.Caps, agents)
	return err
}

// asks reports whether a notice may ask its reader how he was treated: the requester of a ticket
// that has just been closed.
func asks(e desk.Event, n desk.Notification) bool {
	closed := e.Kind == desk.TicketClosed || e.Kind == desk.TicketLapsed
	return closed && n.Notice == desk.ClosedNotice && n.To.ID == e.Ticket.Requester.ID &&
		!n.To.Agent()
}

// lane is how soon a notice goes.
func lane(e desk.Event, n desk.Notification) Lane {
	switch {
	case n.Notice.Trait().Urgent, e.Author.Agent() && !n.To.Agent():
		return Urgent
	case n.Notice.Trait().Answers, !n.To.Agent():
		return Prompt
	}
	return Bulk
}

// audience fills in the desk's side.
func (tx *Tx) audience(ctx context.Context, e *desk.Event) error {
	agents, err := tx.Agents(ctx)
	if err != nil {
		return err
	}
	e.StandIns = desk.StandIns(agents, tx.store.Now())
	e.Admins = those(agents, func(a desk.Person) bool { return a.Role == desk.Admin })
	e.Team = those(agents, func(a desk.Person) bool { return a.Team })
	e.OnCall = those(agents, func(a desk.Person) bool { return a.OnCall })
	if opens(e.Kind) && e.Ticket.Project != 0 && !e.Ticket.Unverified {
		if e.Project, err = tx.projectFollowers(ctx, e.Ticket); err != nil {
			return err
		}
	}
	for _, address := range e.Calls {
		p, err := tx.PersonByAddress(ctx, address)
		if err != nil {
			return err
		}
		e.Called = append(e.Called, p)
	}
	if e.Kind == desk.NoteWritten {
		e.Witness, err = tx.Witnesses(ctx, e.Ticket.Number)
	}
	return err
}

func those(list []desk.Person, are func(desk.Person) bool) (some []desk.Person) {
	for _, p := range list {
		if are(p) {
			some = append(some, p)
		}
	}
	return some
}

// opens reports whether an event is that a ticket is new.
func opens(kind desk.EventKind) bool {
	return kind == desk.TicketOpened || kind == desk.TicketReplaced || kind == desk.TicketOpenedFor
}

// called are the names of whom a rung of the ladder calls.
func (tx *Tx) called(ctx context.Context, r desk.Rung) (string, error) {
	var names []string
	for _, address := range r.To {
		p, err := tx.PersonByAddress(ctx, address)
		if err != nil {
			return "", err
		}
		names = append(names, cmp.Or(p.Name, address))
	}
	return strings.Join(names, ", "), nil
}

// maxCounted bounds the counting of one requester's tickets, where the configuration sets a cap so
// high that there is none.
const maxCounted = 200

// measure finds out whether the ticket is new, and whether its requester opens them in a flood.
func (tx *Tx) measure(ctx context.Context, e *Telling) error {
	e.fresh = opens(e.Kind)
	if !e.fresh || e.Ticket.ProductionDown || e.Stranger || e.Floods {
		return nil
	}
	many, err := tx.TicketsSince(ctx, e.Ticket.Requester.ID, tx.store.Now().Add(-time.Hour),
		min(e.Caps.NewTicketsOf, maxCounted)+1)
	e.flood = many > e.Caps.NewTicketsOf
	return err
}

// Family is the domain under which somebody registers others: a responder may write from any of
// them.
func Family(address string) string {
	_, domain, _ := strings.Cut(address, "@")
	if registered, err := publicsuffix.EffectiveTLDPlusOne(domain); err == nil {
		return registered
	}
	return domain
}

// AckedWords is what the mail said that was last acknowledged to an address since then, in the
// short form of Telling.Words.
func (r Reader) AckedWords(ctx context.Context, address string, since time.Time) (words string,
	err error) {
	var d Details
	_, err = r.row(ctx, "SELECT details FROM outbox "+
		"WHERE address = $1 AND created_at > $2 AND "+acknowledgements+
		" ORDER BY created_at DESC, id DESC LIMIT 1", args(address, since.UnixMilli()), encoded{&d})
	return d.Words, err
}

// Contact is a mail that was owed to an address, and the mail that it answers.
type Contact struct {
	Answers  int64     // the journal row; 0 for none
	His      bool      // which its reader sent,
	Received time.Time // at that time
	Sent     bool      // it went out, or is just going
	Owed     time.Time
	Settled  time.Time
}

// maxExchange is how far back an exchange is looked at.
const maxExchange = 12

// Exchange lists the last mails that were owed to an address, the newest first, with those that a
// sender wrote; but for queries, which only people write.
func (r Reader) Exchange(ctx context.Context, address, sender string,
	since time.Time) ([]Contact, error) {
	return several(ctx, r.statements, `SELECT mail, his, received_at, sent, created_at, settled_at FROM (
			SELECT o.id, o.mail, coalesce(j.sender, '') = $4 AS his,
				j.received_at, o.created_at, o.settled_at,
				o.carrier < 1 AND o.state IN ('sending', 'uncertain', 'sent') AS sent
			FROM outbox o LEFT JOIN journal j ON j.id = o.mail
			WHERE o.address = $1 AND o.created_at > $2 AND o.kind <> 'answer') AS o
		WHERE his OR sent ORDER BY created_at DESC, id DESC LIMIT +$3`,
		args(address, since.UnixMilli(), maxExchange, sender), func(c *Contact) []any {
			return []any{&c.Answers, &c.His, moment{&c.Received}, &c.Sent, moment{&c.Owed},
				moment{&c.Settled}}
		})
}

// AckedStranger is an acknowledgement to a stranger.
type AckedStranger struct {
	Address, Words string
	Settled        time.Time
}

// AckedStrangers lists, of the last acknowledgements to strangers, those to a family, the newest
// first.
func (r Reader) AckedStrangers(ctx context.Context, family string, since time.Time,
	most int) (list []AckedStranger, err error) {
	err = r.rows(ctx, `
		SELECT address, details, settled_at FROM outbox
		WHERE stranger = 1 AND created_at > $1
		ORDER BY created_at DESC, id DESC LIMIT +$2`,
		args(since.UnixMilli(), most), func(rows *sql.Rows) error {
			var a AckedStranger
			var details string
			err := rows.Scan(&a.Address, &details, moment{&a.Settled})
			if err != nil || Family(a.Address) != family {
				return err
			}
			var d Details
			err = encoded{&d}.Scan(details)
			a.Words = d.Words
			list = append(list, a)
			return err
		})
	return list, err
}
