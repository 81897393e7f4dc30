// Package mailin is the way of a mail from the journal to the desk.
//
//	journal ─► Read: message, reply, origin ─► prepare: canonical hash, attachments ─┐
//	                               ─► prove    (several at once)                     ▼
//	outcome ◄─ one transaction: who, which ticket, policy, file, tell ◄─ in the journal's order
//
// Every mail ends in exactly one outcome. What fails is tried three times and then kept whole in
// quarantine; a fault of the store itself (busy, full) is waited out and costs no attempt. A mail
// that panics or runs past its time holds up nobody: the others pass it.
package mailin

import (
	"cmp"
	"context"
	"io"
	"log/slog"
	"runtime"
	"slices"
	"sync/atomic"
	"time"

	"buzon/mailin/message"
	"buzon/mailin/proof"
	"buzon/store"
	"buzon/store/desk"
	"buzon/threading"
)

// Options is what the intake works with.
type Options struct {
	Store      *store.Store
	Signer     *threading.Signer
	Mailboxes  desk.Mailboxes // at least one
	Markers    []string       // of Producción Caída
	Form       Labels         // of our mails: LabelsOf; the zero one: the embedded templates'
	AgentProof AgentProof     // what it takes for an agent's mail to run commands
	// Proof finds out what proves a mail's sender; nil: nothing is asked
	Proof *proof.Checker
	// Authserv are the hosts whose Authentication-Results count, by the account they filled
	Authserv  map[string][]string
	Language  string   // of people whose language is not known
	Languages []string // that people may choose
	Limits    message.Limits
	Hops      int // Received fields; 100
	Caps      store.Caps
	Alerts    AlertOptions
	Filter    Filtering // what becomes of mail that a filter calls spam, or infected
	// ReopenFor is how long a reply may reopen a closed ticket, where the mailbox does so; 720 h
	ReopenFor time.Duration
	Workers   int // mails read at once; the number of CPUs, at least 2
	Log       *slog.Logger
	Guesses   *Guesses // counts who brings forged addresses; nil: nobody does
	// Hash is that of a password for the SMTP door
	Hash func(password string) (string, error)
}

// How often a mail is tried before it goes to quarantine: three times, whether it failed by itself
// or the process died meanwhile. Of those that a process had in hand when it died, each is then
// tried alone; and who was alone when another died is tried behind all others. So what ends every
// process has done it three times, and good mail of a process that is killed over and over is not
// put aside unless it was in hand at three of these moments, twice of them alone and behind all
// others.
const attempts = 3

// Intake files mail. Make one with New.
type Intake struct {
	o     Options
	boxes *threading.Mailboxes
	own   []string
	// workers has a place for each mail that is being read
	workers chan struct{}
	// read is Read, unless a test breaks it
	read    func(context.Context, io.ReaderAt, int64, ReadOptions) (*Reading, error)
	trouble atomic.Pointer[error]
	second  time.Duration // of waiting, shorter in tests
	// patience is how long mail waits for an older one that is still being read, before it is filed
	// out of order.
	patience time.Duration
	// limit is of the time for a mail; the reader stops by itself before that
	limit func(store.Mail) time.Duration
}

// New returns an Intake that Run, or FileOne, sets to work.
func New(o Options) *Intake {
	o.Workers = cmp.Or(o.Workers, max(2, runtime.NumCPU()))
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.Limits.Time = cmp.Or(o.Limits.Time, 10*time.Second)
	o.Hops, o.ReopenFor = cmp.Or(o.Hops, 100), cmp.Or(o.ReopenFor, 720*time.Hour)
	o.Form = o.Form.orEmbedded()
	limit := o.Limits.Time + o.Limits.Time/2
	if o.Proof != nil {
		limit += o.Proof.Limit()
	}
	return &Intake{
		o: o, boxes: Lookup(o.Mailboxes), own: o.Mailboxes.Addresses(), read: Read,
		workers: make(chan struct{}, o.Workers), second: time.Second,
		patience: 500 * time.Millisecond, limit: func(store.Mail) time.Duration { return limit },
	}
}

// Lookup returns the finder of the desk's addresses: mailboxes, aliases, plus forms.
func Lookup(list desk.Mailboxes) *threading.Mailboxes {
	var boxes []threading.Mailbox
	for _, m := range list {
		boxes = append(boxes, threading.Mailbox{Address: m.Address,
			Aliases: append(slices.Clone(m.Aliases), m.Replies())})
	}
	return threading.NewMailboxes(boxes...)
}

// ours reports whether an address is one of the desk's.
func (in *Intake) ours(address string) bool {
	_, _, ok := in.boxes.Find(address)
	return ok
}

// ownMessageID reports whether we issued a Message-ID.
func (in *Intake) ownMessageID(id string) bool {
	_, v := in.o.Signer.VerifyMessageID(id, in.boxes)
	return v == threading.Valid
}

// readOptions are the desk's for a mail with the envelope.
func (in *Intake) readOptions(env store.Envelope) ReadOptions {
	return ReadOptions{
		Limits: in.o.Limits, Tag: in.o.Mailboxes[0].Tag, Markers: in.o.Markers,
		OwnAddresses: in.own, Form: in.o.Form,
		EnvelopeFrom: env.From, HasEnvelope: env.From != "" || env.NullSender,
		Own: in.ours, LoopMark: in.o.Signer.ValidLoopMark, OwnMessageID: in.ownMessageID,
	}
}
