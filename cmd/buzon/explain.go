package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"buzon/mailin"
	"buzon/store"
	"buzon/store/desk"
	"buzon/templates"
)

// account is what became of a mail beside its journal row.
type account struct {
	commands []store.CommandResult
	unknown  []store.Unknown
	changes  []store.Activity
	notices  []store.Outgoing // the first it owed first
	untold   []untoldRow
}

// account gathers what a mail has brought about.
func (h *house) account(ctx context.Context, m store.Mail) (ac account, err error) {
	if ac.notices, err = h.store.Outbox(ctx, store.OutboxFilter{Mail: m.ID}); err != nil {
		return ac, err
	}
	slices.Reverse(ac.notices)
	for _, o := range ac.notices {
		if o.Capped() {
			ac.untold = append(ac.untold, withheld(o))
		}
		if o.Kind == desk.Receipt {
			ac.commands = append(ac.commands, o.Details.Commands...)
			ac.unknown = append(ac.unknown, o.Details.Unknown...)
		}
	}
	if err := h.accountHistory(ctx, m.ID, &ac); err != nil {
		return ac, err
	}
	for _, s := range mailin.Silences(m) {
		ac.untold = append(ac.untold, untoldRow{To: s.Who, Reason: s.Why,
			At: stamp(m.Received), Mail: &m.ID})
	}
	return ac, nil
}

// accountHistory gathers what a mail has changed.
func (h *house) accountHistory(ctx context.Context, mail int64, ac *account) error {
	n, err := h.naming(ctx)
	if err != nil {
		return err
	}
	list, err := h.store.ActivitiesOf(ctx, mail)
	for _, c := range list {
		c.Old, c.New = n.Shown(c.What, c.Old, n.language), n.Shown(c.What, c.New, n.language)
		switch c.What {
		case "not_told":
			ac.untold = append(ac.untold, untold(c))
		case "opened": // the outcome says it
		default:
			ac.changes = append(ac.changes, c)
		}
	}
	return err
}

// explainedRow is the JSON of mail explain: the journal row and what it brought about.
type explainedRow struct {
	mailRow
	Commands []commandRow  `json:"commands"`
	Changes  []changeRow   `json:"changes"`
	Notices  []outgoingRow `json:"notices"`
	NotTold  []untoldRow   `json:"not_told"`
	// Otherwise are what would have made another thing of it, each a sentence
	Otherwise []string `json:"otherwise"`
}

// commandRow is a command as it was written and what it did: a code, and in words.
type commandRow struct {
	Line   string `json:"line"`
	Result string `json:"result"`
	Value  string `json:"value"`
	Words  string `json:"words"`
}

type changeRow struct {
	Ticket int64   `json:"ticket"`
	At     *string `json:"at"`
	What   string  `json:"what"`
	Old    string  `json:"old"`
	New    string  `json:"new"`
}

// untoldRow is a notice that nobody will get, or, where Until says when, that a cap holds back.
type untoldRow struct {
	To     string  `json:"to"`
	Kind   string  `json:"kind"`
	Reason string  `json:"reason"`
	At     *string `json:"at"`
	Mail   *int64  `json:"mail"`
	Until  *string `json:"until"`

	at, until time.Time
}

func untold(c store.Activity) untoldRow {
	kind, reason, _ := strings.Cut(c.New, ": ")
	return untoldRow{To: c.Old, Kind: kind, Reason: reason, At: stamp(c.At),
		Mail: orNull(c.Mail), at: c.At}
}

func withheld(o store.Outgoing) untoldRow {
	return untoldRow{o.Address, string(o.Kind), o.LastReply, stamp(o.Created), orNull(o.Mail),
		stamp(o.Next), o.Created, o.Next}
}

// words says who was not told of what, why, and until when.
func (u untoldRow) words(clock func(time.Time) string) string {
	s := fmt.Sprintf("%s, who would have got %s: %s", u.To, u.Kind, u.Reason)
	switch {
	case u.Kind == "":
		s = u.To + ": " + u.Reason
	case !u.until.IsZero():
		s = fmt.Sprintf("%s, who gets %s at %s: %s", u.To, u.Kind, clock(u.until), u.Reason)
	}
	return safe(s)
}

// commandRows are the commands of a mail; what was not understood has done nothing.
func (h *house) commandRows(ac account) []commandRow {
	list := []commandRow{}
	for _, c := range ac.commands {
		words := h.templates.Said("en", templates.Command{Result: c.Result, Value: c.Value})
		list = append(list, commandRow{c.Line, c.Result, c.Value, words})
	}
	for _, u := range ac.unknown {
		words := "not understood"
		if len(u.Values) > 0 {
			words += "; there is " + strings.Join(u.Values, ", ")
		}
		list = append(list, commandRow{u.Value, "unknown", strings.Join(u.Values, " "), words})
	}
	return list
}

func (h *house) explainedJSON(m store.Mail, ac account) explainedRow {
	row := explainedRow{mailRow: mailJSON(m), Commands: h.commandRows(ac), Changes: []changeRow{},
		Notices: []outgoingRow{}, NotTold: []untoldRow{}}
	for _, c := range ac.changes {
		row.Changes = append(row.Changes, changeRow{c.Ticket, stamp(c.At), c.What, c.Old, c.New})
	}
	for _, o := range ac.notices {
		row.Notices = append(row.Notices, outgoingJSON(o))
	}
	row.NotTold = append(row.NotTold, ac.untold...)
	row.Otherwise = nonNil(mailin.Otherwise(m))
	return row
}

// explainMail says in sentences what became of a mail.
func (a *app) explainMail(ctx context.Context, h *house, m store.Mail) error {
	ac, err := h.account(ctx, m)
	if err != nil {
		return err
	}
	if a.json {
		return a.object(h.explainedJSON(m, ac))
	}
	a.explainArrival(m)
	if m.Outcome == "" {
		fmt.Fprintf(a.stdout, "It waits to be filed; attempts so far: %d. %s\n", m.Attempts,
			safeText(m.Error))
		return nil
	}
	a.explainVerdict(m)
	a.explainEffects(h, ac)
	return nil
}

// explainEffects says what a mail has done.
func (a *app) explainEffects(h *house, ac account) {
	for _, c := range h.commandRows(ac) {
		fmt.Fprintf(a.stdout, "Command: %s: %s.\n", safe(c.Line), safe(c.Words))
	}
	for _, c := range ac.changes {
		fmt.Fprintf(a.stdout, "Case %d: %s.\n", c.Ticket, safe(change(c)))
	}
	for _, o := range ac.notices {
		fmt.Fprintf(a.stdout, "Notice: %s to %s, %s (buzon outbox show %d).\n",
			o.Kind, safe(o.Address), safe(a.howFar(o)), o.ID)
	}
	for _, u := range ac.untold {
		fmt.Fprintf(a.stdout, "Not told: %s.\n", u.words(a.clock))
	}
}

// explainArrival says how a mail came in.
func (a *app) explainArrival(m store.Mail) {
	w := a.stdout
	fmt.Fprintf(w, "Mail %d came in by %s on %s, %d bytes",
		m.ID, m.Envelope.Door, a.clock(m.Received), m.Size)
	switch from := m.Envelope.From; {
	case m.Envelope.NullSender:
		fmt.Fprint(w, ", with an empty sender of the envelope, as reports of delivery have")
	case from != "" && (from != m.Sender || m.Outcome == ""):
		fmt.Fprintf(w, ", handed over in the name of %s", safe(from))
	}
	if len(m.Envelope.To) > 0 &&
		(m.Outcome == "" || !slices.Equal(m.Envelope.To, []string{m.Mailbox})) {
		fmt.Fprintf(w, ", for %s", safe(strings.Join(m.Envelope.To, ", ")))
	}
	fmt.Fprintln(w, ".")
	if e := m.Envelope; e.UID != 0 {
		fmt.Fprintf(w, "It was number %d in the folder %s (UIDVALIDITY %d).\n",
			e.UID, safe(e.Folder), e.UIDValidity)
	}
}

// explainVerdict says what a mail became, and why.
func (a *app) explainVerdict(m store.Mail) {
	w := a.stdout
	fmt.Fprintf(w, "From %s, %s.\n", safe(cmp.Or(m.Sender, "nobody that can be used")),
		quotedSubject(m.Subject))
	fmt.Fprintf(w, "Proof of the sender: %s.\n", mailin.Proof(m.Proof).Explain())
	for _, p := range m.ProofParts {
		fmt.Fprintf(w, "  %s.\n", safe(mailin.ExplainProof(p)))
	}
	fmt.Fprintf(w, "Evidence of the ticket: %s.\n", mailin.ExplainEvidence(m.Evidence))
	if m.Reason != "" {
		fmt.Fprintf(w, "Because of: %s.\n", safe(m.Reason))
	}
	fmt.Fprintf(w, "Rule %s: %s", m.Rule, m.Outcome)
	if m.Ticket != 0 {
		fmt.Fprintf(w, ", case %s", place(m.Ticket, m.Item))
	}
	fmt.Fprintln(w, ".")
	for _, line := range mailin.Otherwise(m) {
		fmt.Fprintf(w, "Otherwise: %s.\n", safe(line))
	}
	explainOutcome(w, m)
	if m.Error != "" {
		fmt.Fprintf(w, "What went wrong: %s\n", safeText(m.Error))
	}
}

func explainOutcome(w io.Writer, m store.Mail) {
	words := outcomeWords[m.Outcome]
	switch {
	case m.Outcome == store.OutcomeQuarantine && m.Envelope.Incomplete != "":
		fmt.Fprintln(w, "Only its header is here; the mail is on the server. To take it whole: "+
			"buzon mailbox reconcile --aside.")
	case words != "":
		fmt.Fprintln(w, strings.ReplaceAll(words, "ID", fmt.Sprint(m.ID)))
	}
}

func quotedSubject(subject string) string {
	if subject == "" {
		return "without a subject"
	}
	return "«" + safe(subject) + "»"
}

// outcomeWords say what an outcome means, and what can be done about it.
var outcomeWords = map[store.Outcome]string{
	store.OutcomeTicket: "It opened a case.",
	store.OutcomeItem:   "It was added to the case.",
	store.OutcomePending: "It was set aside until somebody approves or rejects it: " +
		"buzon pending approve ID, or reject ID.",
	store.OutcomeRejected: "It was pending, and was rejected. Its bytes: buzon mail raw ID.",
	store.OutcomeAutomatic: "A machine wrote it: it is kept with the case, " +
		"which stays as it was, and is not answered.",
	store.OutcomeDuplicate: "It had come in before, and nothing was done again.",
	store.OutcomeOwn:       "The desk sent it itself: nothing was done.",
	store.OutcomeBlocked:   "Its sender is blocked: nothing was done.",
	store.OutcomeQuarantine: "It is kept whole and opened no case. To file it as a new one: " +
		"buzon quarantine release ID. To give it up: buzon quarantine drop ID.",
	store.OutcomeDropped: "It was in quarantine, and an administrator gave it up. Its bytes: " +
		"buzon mail raw ID.",
}

// change says in words what a line of a ticket's history tells of.
func change(c store.Activity) string {
	what := strings.ReplaceAll(c.What, "_", " ")
	switch {
	case c.Old == "" && c.New == "":
		return what
	case c.Old == "":
		return what + " " + c.New
	}
	return fmt.Sprintf("%s %s → %s", what, c.Old, cmp.Or(c.New, "none"))
}

// howFar says how far an outgoing mail has come, until when it waits, and why.
func (a *app) howFar(o store.Outgoing) string {
	text := string(o.State)
	if next := a.nextTry(o); next != "" && o.State != store.Sending {
		text += ", next try " + next
	}
	if why := cmp.Or(o.LastReply, o.Details.Reason); why != "" && o.State != store.Sent {
		text += ": " + cut(why, 120)
	}
	return text
}
