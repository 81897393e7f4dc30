package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"buzon/store/desk"
)

// OutboxState is how far an outgoing mail has come.
type OutboxState string

const (
	Due     OutboxState = "due"
	Sending OutboxState = "sending"
	Sent    OutboxState = "sent"
	// cut off after the final dot: perhaps taken; sent again with the same Message-ID
	Uncertain OutboxState = "uncertain"
	Failed    OutboxState = "failed"
	// by a cap until next_at, last_reply says which; or the relay refuses us
	Held OutboxState = "held"
)

// Lane is who is sent first of what is due.
type Lane int

const (
	Urgent Lane = iota // alarms, an agent's own words, what his orders did
	Prompt             // acknowledgements, and what else customers are told
	Bulk               // notices to agents
)

// Details are what a notice says beside its ticket and item. Kept as JSON.
type Details struct {
	Welcome bool `json:"welcome,omitempty"`
	// that its reader follows, who is told for that
	Project    int64 `json:"project,omitempty"`
	Old        int64 `json:"old,omitempty"`  // the closed ticket that this one cites
	EchoSender bool  `json:"echo,omitempty"` // text chosen by the sender may be repeated
	// code: why a mail was not filed, not delivered, not relayed
	Reason string `json:"reason,omitempty"`
	// code: why a notice to an agent failed, of which an alarm tells
	Cause  string `json:"cause,omitempty"`
	Failed string `json:"failed,omitempty"` // the address that could not be reached
	// with which the password is made that a mail tells
	Key string `json:"key,omitempty"`
	// a short form of what the mail said that this answers
	Words string `json:"words,omitempty"`
	// of the outgoing mail that an alarm is about; how many
	Number int64 `json:"number,omitempty"`
	// how many seconds what a monitoring system told lasted
	Lasted     int64  `json:"lasted,omitempty"`
	Diagnostic string `json:"diagnostic,omitempty"` // what the other server said
	Author     int64  `json:"author,omitempty"`     // who took, closed or resolved
	// of a receipt: a reply to it stays inside when its item does
	Inside bool `json:"inside,omitempty"`
	// the ticket that a mail names without a right to it; for agents
	Claimed int64 `json:"claimed,omitempty"`
	// mails in quarantine of which an agent is asked whether they are his
	Held    []int64 `json:"held,omitempty"`
	More    int     `json:"more,omitempty"`    // and how many beside them
	Tickets []int64 `json:"tickets,omitempty"` // that an agent had who has left

	Edits []desk.Edit `json:"edits,omitempty"` // that somebody is asked to confirm
	Rate  bool        `json:"rate,omitempty"`  // its reader is asked how he was treated
	Score int         `json:"score,omitempty"` // what he answered
	// who is alerted next where nobody answers Producción Caída, and when from then on
	Next   string        `json:"next,omitempty"`
	NextIn time.Duration `json:"next_in,omitempty"`
	Raised time.Time     `json:"raised,omitzero"` // when it was; zero: now

	Waits bool `json:"waits,omitempty"` // its item is held until this is claimed
	// of a receipt: a colleague, the author, took the ticket; else he answered
	Took bool `json:"took,omitempty"`

	Acted    time.Time       `json:"acted,omitzero"`     // of a receipt: when he did
	Until    time.Time       `json:"until,omitzero"`     // of a receipt: till when the words wait
	Query    *desk.Query     `json:"query,omitempty"`    // that is answered
	Ends     time.Time       `json:"ends,omitzero"`      // the last day of a secret
	Hours    *Hours          `json:"hours,omitempty"`    // of a contract
	Commands []CommandResult `json:"commands,omitempty"` // of a receipt
	Fates    []Fate          `json:"fates,omitempty"`    // of a transcript
	Dry      bool            `json:"dry,omitempty"`      // nothing of it was done
	Unknown  []Unknown       `json:"unknown,omitempty"`  // what was not understood
	Hints    []string        `json:"hints,omitempty"`    // codes of the phrases' [hint] table
	Previews []Preview       `json:"previews,omitempty"` // what customers would get
	// what the mail says nothing of: keys of [form]
	Asks []string `json:"asks,omitempty"`
}

// CommandResult is a command as written and what it did, in the words of templates.Command.
type CommandResult struct {
	Line   string `json:"line"`
	Result string `json:"result"`
	Value  string `json:"value,omitempty"`
}

// Fate is what became of the orders for one ticket of many: Result is in the words of
// templates.Command.
type Fate struct {
	Ticket   int64           `json:"ticket"`
	Subject  string          `json:"subject,omitempty"`
	Result   string          `json:"result"`
	Value    string          `json:"value,omitempty"`
	Commands []CommandResult `json:"commands,omitempty"`
	Unknown  []Unknown       `json:"unknown,omitempty"`
}

// Unknown is a value that the desk does not have, in the words of templates.Unknown.
type Unknown struct {
	Field  string   `json:"field"`
	Value  string   `json:"value"`
	Values []string `json:"values,omitempty"`
}

// Outgoing is one mail owed to one person.
type Outgoing struct {
	ID           int64
	Kind         desk.Notice
	Ticket, Item int64
	Mail         int64 // the journal row it answers, if any
	Person       int64
	Address      string
	// an acknowledgement to whom nothing proves to have written: these have caps of their own
	Stranger     bool
	Echo         bool // it answers what looks like a responder's mail
	Mailbox      string
	Details      Details
	Lane         Lane
	Topic        string      // of mail about no ticket: only what is about the same keeps its order
	State        OutboxState // to Owe: Due, or Held with Next and LastReply
	Carrier      int64       // the mail that says this too
	Deaths       int         // of the process, while this was being rendered
	Attempts     int
	Created      time.Time
	Next         time.Time // to Owe: zero is now
	Settled      time.Time
	LastReply    string
	MessageID    string
	EnvelopeFrom string
	Raw          int64 // blob of the rendered mail, 0 before the first attempt and after the last
}

// Capped reports whether it is a cap that holds the mail back, and not the relay.
func (o Outgoing) Capped() bool { return o.State == Held && o.Attempts == 0 }

// inLine is what keeps later mail of its conversation waiting: to one address about one ticket or
// topic. What a cap holds back does not.
const inLine = "settled_at IS NULL AND carrier < 1 AND (state <> 'held' OR attempts > 0)"

// maxOwed is how many rows a statement writes at most.
const maxOwed = 16

// insertOutgoing are the statements that write one row, two, and so on up to maxOwed, each made when
// it is first needed. A mail may go in its turn: when none before it in its conversation waits, or,
// being held, by itself. Behind the columns stand, of each row, when next_at was set, whether it is
// held and, where the transaction counts them, its number.
var insertOutgoing = func() (list [maxOwed]func() numberedRow) {
	for i := range list {
		list[i] = sync.OnceValue(func() numberedRow {
			return numberedRow{"outbox", "id", owing(i+1, false),
				func(rows int) string { return owing(rows, true) }}
		})
	}
	return list
}()

func owing(n int, given bool) string {
	names := outbox.names(once)
	place := func(name string, first int) string {
		return fmt.Sprintf("$%d",
			first+slices.Index(names, name))
	}
	rows, width, last := make([]string, n), len(names)+2, ""
	if given {
		width, last = width+1, ", id"
	}
	for i := range rows {
		first := 1 + i*width
		rows[i] = fmt.Sprintf(`
			(%s, CASE WHEN $%d = 1 OR NOT EXISTS (
				SELECT 1 FROM outbox WHERE ticket = %s AND address = %s AND topic = %s AND %s
			) THEN 1 ELSE 0 END`,
			placeholders(first, len(names)+1), first+len(names)+1,
			place("ticket", first), place("address", first), place("topic", first), inLine)
		if given {
			rows[i] += fmt.Sprintf(", $%d", first+width-1)
		}
		rows[i] += ")"
	}
	return fmt.Sprintf("INSERT INTO outbox (%s, set_at, turn%s) VALUES %s",
		strings.Join(names, ", "), last, strings.Join(rows, ","))
}

// Owe writes a mail that is due now, or held by a cap.
func (tx *Tx) Owe(ctx context.Context, o Outgoing) (id int64, err error) {
	ids, err := tx.owe(ctx, []Outgoing{o})
	if err != nil {
		return 0, err
	}
	return ids[0], nil
}

// owe writes mails of conversations that are all different, and returns their ids.
func (tx *Tx) owe(ctx context.Context, list []Outgoing) (ids []int64, err error) {
	for some := range slices.Chunk(list, maxOwed) {
		var a []any
		first := tx.last["outbox"] + 1
		for i, o := range some {
			o.Created = tx.store.Now()
			if o.State != Held {
				o.State, o.Next = Due, latest(o.Created, o.Next)
			}
			a = append(append(a, outbox.values(once, &o)...), o.Created.UnixMilli(),
				o.State == Held)
			if tx.last != nil {
				a = append(a, first+int64(i))
			}
		}
		if tx.last != nil {
			tx.converse(some)
		}
		if first, err = tx.insertRows(ctx, insertOutgoing[len(some)-1](), len(some), a); err != nil {
			return nil, fmt.Errorf("owe %s: %w", some[0].Kind, err)
		}
		for i := range some {
			ids = append(ids, first+int64(i))
		}
	}
	return ids, nil
}

// conversation is what waits in line: see inLine.
type conversation struct {
	ticket         int64
	address, topic string
}

// converse has what is gathered written before these mails, where one of them is of the same
// conversation: whose turn it is, is asked of the rows that are there.
func (tx *Tx) converse(list []Outgoing) {
	g := &tx.gathered
	for _, o := range list {
		if g.begun[conversation{o.Ticket, o.Address, o.Topic}] {
			tx.spill()
		}
	}
	if g.begun == nil {
		g.begun = map[conversation]bool{}
	}
	for _, o := range list {
		g.begun[conversation{o.Ticket, o.Address, o.Topic}] = true
	}
}

var outbox = newTable("outbox", "o", "", []column[Outgoing]{
	{"id", func(o *Outgoing) any { return &o.ID }, derived, nil},
	{"kind", func(o *Outgoing) any { return &o.Kind }, once, nil},
	{"ticket", func(o *Outgoing) any { return &o.Ticket }, once, nil},
	{"item", func(o *Outgoing) any { return &o.Item }, once, nil},
	{"mail", func(o *Outgoing) any { return &o.Mail }, once, nil},
	{"person", func(o *Outgoing) any { return &o.Person }, once, nil},
	{"address", func(o *Outgoing) any { return &o.Address }, once, nil},
	{"stranger", func(o *Outgoing) any { return &o.Stranger }, once, nil},
	{"echo", func(o *Outgoing) any { return &o.Echo }, once, nil},
	{"mailbox", func(o *Outgoing) any { return &o.Mailbox }, once, nil},
	{"details", func(o *Outgoing) any { return encoded{&o.Details} }, once, nil},
	{"lane", func(o *Outgoing) any { return &o.Lane }, once, nil},
	{"topic", func(o *Outgoing) any { return &o.Topic }, once, nil},
	{"state", func(o *Outgoing) any { return &o.State }, once, nil},
	{"carrier", func(o *Outgoing) any { return &o.Carrier }, derived, nil},
	{"deaths", func(o *Outgoing) any { return &o.Deaths }, derived, nil},
	{"attempts", func(o *Outgoing) any { return &o.Attempts }, derived, nil},
	{"created_at", func(o *Outgoing) any { return moment{&o.Created} }, once, nil},
	{"next_at", func(o *Outgoing) any { return moment{&o.Next} }, once, nil},
	{"settled_at", func(o *Outgoing) any { return moment{&o.Settled} }, derived, nil},
	{"last_reply", func(o *Outgoing) any { return &o.LastReply }, once, nil},
	{"message_id", func(o *Outgoing) any { return &o.MessageID }, derived, nil},
	{"envelope_from", func(o *Outgoing) any { return &o.EnvelopeFrom }, derived, nil},
	{"coalesce(o.raw, 0)", func(o *Outgoing) any { return &o.Raw }, derived, nil},
})

func (r Reader) outgoing(ctx context.Context, where string, a ...any) ([]Outgoing, error) {
	return outbox.list(ctx, r, where, a...)
}

// OutboxFilter chooses outgoing mail; zero fields choose all.
type OutboxFilter struct {
	State  OutboxState
	Ticket int64
	Mail   int64 // the journal row that they answer
	Limit  int
}

// Outbox lists outgoing mail, the newest first.
func (r Reader) Outbox(ctx context.Context, f OutboxFilter) ([]Outgoing, error) {
	return r.outgoing(
		ctx,
		`WHERE ($1 = '' OR o.state = $1) AND ($2 = 0 OR o.ticket = $2) AND ($3 = 0 OR o.mail = $3)
		ORDER BY o.id DESC LIMIT +$4`, f.State, f.Ticket, f.Mail, cmp.Or(f.Limit, 1000))
}

// OutgoingMail returns the row with the id.
func (r Reader) OutgoingMail(ctx context.Context, id int64) (Outgoing, error) {
	return outbox.one(ctx, r, "WHERE o.id = $1", id)
}

// Deliveries lists the mail that carried an item of a ticket to somebody.
func (r Reader) Deliveries(ctx context.Context, ticket int64) (map[int64][]Outgoing, error) {
	list, err := r.outgoing(ctx, "WHERE o.item > 0 AND o.ticket = $1 ORDER BY o.id", ticket)
	of := map[int64][]Outgoing{}
	for _, o := range list {
		of[o.Item] = append(of[o.Item], o)
	}
	return of, err
}

// CountOutbox counts outgoing mail by state. What was sent is what is left of all: these are the
// many, and no index of theirs is worth its upkeep.
func (r Reader) CountOutbox(ctx context.Context) (map[OutboxState]int, error) {
	count, sent := map[OutboxState]int{}, 0
	err := r.rows(
		ctx,
		`SELECT '', count(*) FROM outbox UNION ALL SELECT 'failed', count(*) FROM outbox WHERE state = 'failed'
		UNION ALL SELECT state, count(*) FROM outbox WHERE settled_at IS NULL GROUP BY state`, nil,
		func(rows *sql.Rows) error {
			var s OutboxState
			var n int
			err := rows.Scan(&s, &n)
			if s == "" {
				sent = n
			} else if n > 0 {
				sent, count[s] = sent-n, n
			}
			return err
		})
	if sent > 0 {
		count[Sent] = sent
	}
	return count, err
}

// CorrespondenceIDs are the Message-IDs of a ticket that a person has in his mailbox: what he wrote
// and what he was sent before the outbox row, the oldest first, the last n of them.
func (r Reader) CorrespondenceIDs(ctx context.Context, ticket, person, before int64,
	n int) ([]string, error) {
	return singles[string](ctx, r, `
		SELECT message_id FROM (
			SELECT message_id, created_at AS at, 0 AS kind, id FROM item
			WHERE ticket = $1 AND author = $2 AND message_id <> ''
			UNION ALL
			SELECT CASE WHEN relay_id <> '' THEN relay_id ELSE message_id END, created_at, 1, id
			FROM outbox
			WHERE ticket = $1 AND person = $2 AND id < $3
				AND message_id <> '' AND state <> 'failed'
			ORDER BY at DESC, kind DESC, id DESC LIMIT +$4
		) AS x ORDER BY at, kind, id`, ticket, person, before, n)
}

// WasSent reports whether a person was sent an item, or will be.
func (r Reader) WasSent(ctx context.Context, ticket, item, person int64) (bool, error) {
	var one int
	return r.row(ctx, `
		SELECT 1 FROM outbox WHERE item = $2 AND ticket = $1 AND person = $3
		AND state <> 'failed' LIMIT 1`, args(ticket, item, person), &one)
}
