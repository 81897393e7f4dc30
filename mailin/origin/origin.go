// Package origin says who stands behind a mail: a person, or a machine, and which.
// It reads what the mail says of itself and decides by the first rule that applies:
//
//	our own loop      Message-ID or signed mark of ours            -> loop
//	report            RFC 3464, RFC 8098, RFC 5965                 -> bounce, delivery_delay,
//	                                                                  read_receipt, abuse_report
//	SES notification  JSON about a mail that bounced               -> bounce, abuse_report
//	calendar answer   RFC 5546 REPLY, COUNTER                      -> calendar_reply
//	reaction          Gmail, Outlook, Apple: a person's, by a tap  -> auto_reply
//	recall            Outlook would take a mail back               -> auto_reply
//	bounce as text    qmail, Exim, Exchange, Gmail, Notes ...      -> bounce, delivery_delay
//	Auto-Submitted    RFC 3834 section 5                           -> auto_reply
//	responder's mark  X-Autoreply, Precedence: auto_reply ...      -> auto_reply
//	null sender       RFC 3834 section 2, mailer-daemon            -> auto_reply
//	list or bulk      RFC 2369, RFC 2919, Precedence               -> mailing_list
//	subject           with one more sign, never alone              -> auto_reply
//	monitor           a monitoring system's name over an alarm     -> auto_reply
//	text              "this is an automatic message", and absence  -> auto_reply
//	nothing                                                        -> normal
//
// A person's mail may bear marks of the way that it came (Verdict.Marks) and a filter's of spam
// (Verdict.Spam). Nothing here fails, does I/O, or takes more than linear time; what is read is
// capped.
package origin

import (
	"slices"
	"strings"
)

// Header gives the fields of a mail's top header.
type Header interface {
	// Values are all instances of a field, unfolded, in the order of the mail; the name's case is
	// free.
	Values(name string) []string
}

// Mail is what Judge looks at. The zero value of every field means that it is not known.
type Mail struct {
	Header       Header
	EnvelopeFrom string // without angle brackets; "" with HasEnvelope is the null sender
	HasEnvelope  bool   // false: the topmost Return-Path stands for the envelope

	ContentType string            // of the top part, without parameters
	Params      map[string]string // of ContentType, keys in lower case

	Subject string // decoded
	From    string // address alone
	Text    string // readable body
	New     string // of Text what the sender wrote now: without quotes and signature
	Parts   []Part // every leaf in order, and every message/* part before its own leaves

	// Own is for one of our mailboxes, aliases and plus forms included; may be nil
	Own      func(address string) bool
	LoopMark func(value string) bool // an X-Buzon-Loop value whose MAC is valid; may be nil
	// OwnMessageID is for an id that we issued, given with its angle brackets; may be nil
	OwnMessageID func(id string) bool
}

// Part is one part of the mail.
type Part struct {
	Type   string            // media type in lower case
	Params map[string]string // keys in lower case
	Body   []byte            // transfer-decoded; the caller caps it at 256 KB
	// Within is the type of the nearest message/* part that holds it, "" in the mail itself
	Within string
	Header Header // its own header; may be nil
}

// Class is what a mail is.
type Class string

// The classes, as `buzon parse --json` prints them.
const (
	Normal    Class = "normal"
	AutoReply Class = "auto_reply"
	Bounced   Class = "bounce"
	Delay     Class = "delivery_delay"
	List      Class = "mailing_list"
	Receipt   Class = "read_receipt" // also the report of a delivery that succeeded
	Abuse     Class = "abuse_report"
	Calendar  Class = "calendar_reply"
	Loop      Class = "loop"
)

// Machine tells the classes that no person wrote. A List may carry a person's post: ask
// Verdict.Person for that.
func (c Class) Machine() bool { return c != Normal && c != "" }

// Verdict is the answer of Judge.
type Verdict struct {
	Class Class
	// Reason is a stable code and, in parentheses, the header or words that decided:
	// "auto-submitted (Auto-Submitted: auto-replied)".
	Reason string
	// Person is true for Normal, for a List whose mail is a person's post and not bulk, and for a
	// reaction.
	Person bool
	// PersonWithToken is set for an AutoReply of which only "auto-generated" speaks for a machine,
	// as gateways and ticket systems write it on people's answers too: whoever shows that he got
	// our mail is a person.
	PersonWithToken bool
	// Suppress forbids every automatic answer. It is set for all but a Normal mail that speaks
	// against none. Ask Silent where it is known which addresses are ours.
	Suppress bool
	// Marks are those of a list, a rule or a redirection on a person's mail.
	Marks []Mark
	// Spam is the field or the subject by which a filter in front calls a person's mail spam:
	// "X-Spam-Flag: YES".
	Spam string
	// Infected is the field by which a filter in front says that something harmful is in the mail.
	Infected string
	// Reaction is what a person answered with one tap or one sign ("👍", "❤️"), "" where he wrote
	// words.
	Reaction string
	// Bounce is the first failed (else delayed) recipient of a Bounced or Delay mail. For Receipt
	// and Abuse it holds what the report says of the original mail; for other classes it is nil.
	Bounce *Bounce
	// Recipients are all of them, in the report's order.
	Recipients []Bounce

	marked bool // only the marks set Suppress
}

// Silent reports whether the mail gets no automatic answer: what came past a list or a redirecting
// mailbox gets one only where that is ours by own, and what a filter calls spam never.
func (v Verdict) Silent(own func(address string) bool) bool {
	ours := func(m Mark) bool { return m.Address != "" && own(m.Address) }
	return v.Spam != "" || v.Suppress && !(v.marked && slices.ContainsFunc(v.Marks, ours))
}

// Bounce is what a report says about one recipient. Fields that it does not give are "".
// It is a claim of whoever sent the mail: nothing may follow from it without proof.
type Bounce struct {
	Recipient         string // address as the report gives it
	OriginalRecipient string // RFC 3464 section 2.3.1, where given
	// Status is the RFC 3463 code "5.1.1"; "5.0.0" or "4.0.0" where only a reply code is known
	Status            string
	Action            string // failed, delayed, delivered, relayed, expanded
	Diagnostic        string // what the remote host said, at most 500 bytes
	OriginalMessageID string // with angle brackets
	EnvelopeID        string // RFC 3464 section 2.2.1
}

// Judge says what m is. It never fails: a mail that shows no sign of a machine is a person's.
func Judge(m Mail) (v Verdict) {
	e := examine(m)
	defer func() { v.Infected = e.infected() }()
	for _, rule := range rules {
		if v, ok := rule(e); ok {
			return v.with(e)
		}
	}
	return normal(e).with(e)
}

// with adds what a person's mail bears of the way that it came.
func (v Verdict) with(e *evidence) Verdict {
	if !v.Person {
		return v
	}
	v.Marks, v.Spam = e.marks(), e.spam()
	if v.Reaction == "" {
		v.Reaction = signOnly(e.New)
	}
	switch {
	case v.Class == List:
		v.marked = !normal(e).Suppress
	case v.Spam != "":
		v.Suppress, v.Reason = true, reason("spam", v.Spam)
	case len(v.Marks) > 0 && !v.Suppress:
		v.Suppress, v.marked, v.Reason = true, true, reason("marked", v.Marks[0].Field)
	}
	return v
}

// rules in the order of the package comment: the first that applies decides.
var rules = []func(*evidence) (Verdict, bool){
	judgeLoop,
	judgeReport,
	judgeSES,
	judgeCalendar,
	judgeReaction,
	judgeRecall,
	judgeBounceText,
	judgeAutoSubmitted,
	judgeResponder,
	judgeSender,
	judgeList,
	judgeSubject,
	judgeMonitor,
	judgeText,
}

func machine(c Class, code, detail string) (Verdict, bool) {
	return Verdict{Class: c, Reason: reason(code, detail), Suppress: true}, true
}

func reason(code, detail string) string {
	if detail == "" {
		return code
	}
	return code + " (" + clip(strings.ToValidUTF8(detail, ""), 120) + ")"
}

// clip cuts s to at most n bytes, on a character's edge.
func clip(s string, n int) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "")
}
