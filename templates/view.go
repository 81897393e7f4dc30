package templates

import (
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode"
)

// View is everything that a template may say. The zero View renders too: what is not known is left
// out. Strings may hold anything that a stranger wrote; Render cleans them. Times are in the desk's
// zone already, and a zero time is not mentioned. Strings tagged lines:"keep" are several lines;
// all others become one.
type View struct {
	Desk    Desk
	Tag     string // the word in the subject's [Caso #123]; empty: the language's own
	To      Person // who reads this
	ToAgent bool
	Ticket  Ticket
	Author  Person // who wrote, took, assigned, resolved or closed; the desk, unless

	Own         bool // the words are the reader's
	Follows     bool // he follows the ticket, which is nobody's question to him
	FromOutside bool // somebody wrote who may have given no name and no address

	Rich     string    `lines:"keep"` // Text with its formatting, as package rich keeps it
	Pictures []Picture // that stand in it

	Project     string    // that the reader follows, who gets the mail for that
	Retitled    string    // the subject of the mail, where it says what the ticket's does not
	Text        string    `lines:"keep"` // the words this mail is about
	Code        []string  `lines:"keep"` // the lines of it that a program wrote
	Signature   string    `lines:"keep"` // below them; agents only, as the next ones
	Copied      []string  // who else had the mail
	ReplyTo     []string  // where its writer asks to be answered
	Errors      []string  // codes that the words name
	Traces      []string  // the kinds of stack traces in them: keys of the phrases' [trace]
	Duplicate   int64     // the open case that this one may say again
	Accepted    string    // what it costs that the words accept
	Declined    string    // or do not
	Unset       []string  // lines that name a field and set nothing
	Warnings    []string  // codes of the phrases' [warning] table
	Meeting     time.Time // of the calendar entry that it brought
	MeetingEnds time.Time
	Quoted      []Quote // what was said before, newest first
	Attachments []Attachment
	Fetch       string // the query that brings the attachments that were Left: "adjuntos 123-4"
	// Form is what to ask for: a key of the phrases' [form] table, or a field's own label
	Form     []string
	Scale    []string  // what each severity means, where the form asks for one
	Unknown  []Unknown // what was written and not understood
	Hints    []string  // codes of the phrases' [hint] table: what the writer may not have noticed
	Commands []Command // what a receipt reports
	Links    []Link    // mailto buttons, the first three are shown
	Others   []Ticket  // other tickets of the reader that this mail acknowledges too
	Groups   []Group   // what a list is of
	More     int       // how many notices of others, or mails that are held, it does not name

	// what stands below every mail to customers: see closings
	Closing string `lines:"keep"`
	Sender  string `lines:"keep"`

	Rate   bool   // the reader is asked how he was treated
	Scores []Link // with these for an answer
	Score  int    // what he answered, from 1 to 5

	Previews []Preview // what customers would get

	Secret string // the password that it tells

	Control bool   // an answer is read as orders for many tickets
	Dry     bool   // nothing of it was done
	Fates   []Fate // what became of each ticket

	Inside    bool     // a reply to this notice stays among agents
	Readers   []Person // whom an agent's reply would reach, beside the followers
	Followers int

	// Welcome: to a customer the first mail of ours, to an agent the first from this address
	Welcome    bool
	Unverified bool // nothing proves the sender
	Answers    bool // the mail answers another by itself
	// EchoSubject lets an acknowledgement repeat what its sender chose: subject, names of
	// attachments, unknown values. Without it an acknowledgement cannot carry anybody's text to an
	// address that did not ask for it.
	EchoSubject bool

	Answer   Answer   // what its reader asked for
	Reason   string   // a code of the phrases' [reason] table
	Cause    string   // the same, of what an alarm tells of
	Detail   string   // a server's or an error's own words
	Contract Contract // of whose hours it tells
	Failed   string   // the address that a mail did not reach
	MailID   string   // the mail's number in journal and quarantine
	Held     []Held   // mails that wait until their agent says whether they are his
	About    string   // an address that somebody asks or is told about
	Awaits   string   // the organisation that has yet to approve the reader
	Proposed []string // lines that somebody is asked to confirm
	Claimed  int64    // a case number that the sender named without a right to it; agents only
	Count    int      // how many notices a list is of
	// how often a monitoring system told its problem, and how long that lasted
	Repeats int
	Lasted  time.Duration

	At         time.Time     // when it happened
	AlertedAt  time.Time     // when the alert to whoever is on call went out
	CloseAt    time.Time     // when silence closes the ticket
	Until      time.Time     // till when the words of a receipt wait
	ActedAt    time.Time     // when a colleague, the author, was faster
	Took       bool          // he took the ticket; else he answered
	Ends       time.Time     // the last day of a secret
	EscalateTo string        // who is alerted next,
	EscalateIn time.Duration // and when, counted from this mail
}

// Held is a mail that waits.
type Held struct {
	ID      string
	Subject string
	At      time.Time
}

// Desk is the mailbox that speaks.
type Desk struct {
	Name     string // "Soporte Ejemplo"
	Address  string
	Language string // for readers whose own is not known
}

// Person is somebody named in a mail.
type Person struct {
	Name    string
	Address string
	Agent   bool
}

// Ticket is the ticket's part of a View.
type Ticket struct {
	Number         int64
	Subject        string
	Product        string
	Type           string
	Severity       int    // 1 is the worst; 0: not set
	SeverityName   string // empty: the phrases' [severity]
	Status         string // as the desk names it; empty: the phrases' [status] of the class
	StatusClass    string // open, queued, in_progress, waiting, resolved, closed
	OnHold         bool   // it waits for a day or another ticket, not for its customer
	Requester      Person
	Organisation   string
	OldNumber      int64 // the closed ticket that this one cites
	ProductionDown bool
	Offer          string   // what it costs, while it waits until its customer accepts that
	Details        []Detail // what else the reader may see of it
}

// Contract is one that has bought hours, with how many are spent and left in its period: "7 h 30
// min". Until is the last day of that, "" where it has none.
type Contract struct {
	Name, Organisation  string
	Spent, Bought, Left string
	Until               string
	Renews              bool // another period follows
}

// Detail is a field of a ticket. Key is one of the phrases' [label], where Name does not say what
// it is called.
type Detail struct {
	Key    string
	Name   string
	Value  string
	Number bool // Value is one, with a decimal point
}

// Quote is an earlier item.
type Quote struct {
	Author Person
	At     time.Time
	Text   string `lines:"keep"`
}

// Attachment is a file that came or goes with the mail. Size is in bytes. A file that was Left is
// too large to go with it.
type Attachment struct {
	Name     string
	Size     int64
	Left     bool
	Infected bool // kept, and sent to nobody
}

// Picture is one that stands among the words, by its Content-ID there. Without a Source, that of
// our mail, its name stands in its place.
type Picture struct {
	ID     string
	Source string
	Name   string
}

// Unknown is a value that the desk does not have. Field is a key of the phrases' [unknown] table
// ("product", "command") or a field's own label; Values are those it could have been.
type Unknown struct {
	Field  string
	Value  string
	Values []string
}

// Command is one command and its effect. Result is a key of the phrases' [result] table; Value
// completes it: "assigned" and "Luis Pérez" make "asignado a Luis Pérez".
type Command struct {
	Line   string
	Result string
	Value  string
}

// Preview is a mail as customers would get it, as Render has made it.
type Preview struct {
	To   []Person
	Mail *Mail
}

// Fate is what became of what was ordered for one ticket of many. Result is as in Command.
type Fate struct {
	Number   int64
	Subject  string
	Result   string
	Value    string
	Commands []Command
	Unknown  []Unknown
}

// Group is what a list says of one sender; More is how many notices of his it does not name.
type Group struct {
	From    Person
	Entries []Entry
	More    int
}

// Entry is one notice of a list. Kind is a key of the phrases' [notice] table; ReplyTo answers in
// its ticket.
type Entry struct {
	Number  int64  // of the ticket, else
	MailID  string // of the mail in quarantine
	Subject string
	Kind    string
	ReplyTo string
}

// Link is a button. Key names its label in the phrases' [button] table; an Href that is no mailto:
// is not shown.
type Link struct {
	Key  string
	Href string
}

// nameAll gives everybody a name who has none.
func (v *View) nameAll(p *phrases) {
	name(&v.To, p.Label["somebody"])
	name(&v.Ticket.Requester, p.Label["somebody"])
	for i := range v.Answer.Items {
		name(&v.Answer.Items[i].Author, p.Label["somebody"])
		outward(&v.Answer.Items[i].Author, v)
	}
	if v.FromOutside {
		name(&v.Author, p.Label["no_sender"])
	}
	name(&v.Author, v.Desk.Name)
	for i := range v.Readers {
		name(&v.Readers[i], p.Label["somebody"])
	}
	outward(&v.Author, v)
	for i := range v.Quoted {
		name(&v.Quoted[i].Author, p.Label["somebody"])
		outward(&v.Quoted[i].Author, v)
	}
	for _, shown := range v.Previews {
		for i := range shown.To {
			name(&shown.To[i], p.Label["somebody"])
		}
	}
	for i := range v.Groups {
		name(&v.Groups[i].From, p.Label["no_sender"])
	}
}

// ready makes a view that is safe to show and complete enough for every sentence.
func ready(v View, p *phrases) *View {
	bare := v.Answers && !v.EchoSubject && !v.ToAgent
	if bare {
		v = withoutEcho(v)
		v.Ticket.Subject = p.Label["received"]
		if v.Ticket.ProductionDown {
			v.Ticket.Subject = p.Label["received_down"]
		}
	}
	clean(reflect.ValueOf(&v).Elem(), false)
	v.Rich = dressed(&v)
	v.localise(&p.Date)
	v.Tag = first(v.Tag, p.Label["tag"])
	v.Desk.Name = first(v.Desk.Name, p.Label["desk"])
	v.nameAll(p)
	v.Ticket.SeverityName = first(v.Ticket.SeverityName, p.severity(v.Ticket.Severity))
	v.Links = slices.DeleteFunc(v.Links, func(l Link) bool { return !safeMailto(l.Href) })
	v.Links = v.Links[:min(3, len(v.Links))]
	if bare {
		for i, l := range v.Links {
			v.Links[i].Href = retitled(l.Href, fmt.Sprintf("[%s #%d]", v.Tag, v.Ticket.Number))
		}
	}
	v.Scores = slices.DeleteFunc(v.Scores, func(l Link) bool { return !safeMailto(l.Href) })
	return &v
}

// withoutEcho drops everything that the sender of a mail chose.
func withoutEcho(v View) View {
	v.Ticket.Subject, v.Text, v.Quoted, v.Unknown, v.Detail, v.Failed = "", "", nil, nil, "", ""
	v.Ticket.Details, v.Rich = nil, ""
	v.Ticket.Requester.Name, v.To.Name, v.Author, v.Claimed = "", "", Person{}, 0
	v.Attachments = make([]Attachment, len(v.Attachments))
	v.Others = slices.Clone(v.Others)
	for i := range v.Others {
		v.Others[i] = Ticket{Number: v.Others[i].Number}
	}
	return v
}

// retitled is a mailto: link that writes under another subject.
func retitled(href, subject string) string {
	address, query, _ := strings.Cut(href, "?")
	q, err := url.ParseQuery(query)
	if err != nil {
		return address
	}
	q.Set("subject", subject)
	return address + "?" + strings.ReplaceAll(q.Encode(), "+", "%20")
}

// name fills in a name that is missing. A name that looks like an address would be taken for one:
// the real address stands in its place.
func name(p *Person, otherwise string) {
	if strings.ContainsAny(p.Name, "@＠") {
		p.Name = p.Address
	}
	p.Name = first(p.Name, p.Address, otherwise)
}

// outward names the desk in place of an agent who has no name: his address is no customer's
// business.
func outward(p *Person, v *View) {
	if p.Agent && !v.ToAgent && p.Name == p.Address {
		p.Name = v.Desk.Name
	}
}

func first(choices ...string) string {
	for _, c := range choices {
		if c != "" {
			return c
		}
	}
	return ""
}

// clean goes through every string below v. Slices are copied first: the caller's view stays as it
// is.
func clean(v reflect.Value, lines bool) {
	switch v.Kind() {
	case reflect.String:
		if lines {
			v.SetString(manyLines(v.String()))
		} else {
			v.SetString(oneLine(v.String()))
		}
	case reflect.Slice:
		copied := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(copied, v)
		v.Set(copied)
		for i := range v.Len() {
			clean(v.Index(i), lines)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range v.NumField() {
			clean(v.Field(i), v.Type().Field(i).Tag.Get("lines") == "keep")
		}
	}
}

// longestLine bounds, in characters, what somebody else put into a subject, a name or a file name.
const longestLine = 500

// oneLine makes s a single line of valid UTF-8 with single blanks and nothing invisible.
func oneLine(s string) string {
	if isPlain(s) {
		return s
	}
	line := make([]rune, 0, min(len(s), longestLine+2))
	gap := false
	for _, r := range strings.ToValidUTF8(s, "\uFFFD") {
		switch {
		case unicode.IsSpace(r):
			gap = len(line) > 0
			continue
		case isHidden(r):
			continue
		case gap:
			line, gap = append(line, ' '), false
		}
		if line = append(line, r); len(line) > longestLine {
			return string(line[:longestLine-1]) + "…"
		}
	}
	return string(line)
}

// isHidden reports whether nothing is seen of r; joiners count as seen, emoji and scripts need
// them.
func isHidden(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) && r != '\u200C' && r != '\u200D'
}

// isPlain reports whether s is short, of visible ASCII and single blanks: most are, and stay as
// they are.
func isPlain(s string) bool {
	blank := true // neither at the beginning
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' || s[i] == ' ' && blank {
			return false
		}
		blank = s[i] == ' '
	}
	return len(s) <= longestLine && (s == "" || !blank) // nor at the end
}

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n",
	"\u2028", "\n", "\u2029", "\n", "\u0085", "\n")

// manyLines keeps the lines of s, with "\n" between them and without blank ones at either end.
func manyLines(s string) string {
	s = lineEnds.Replace(s)
	return strings.TrimRightFunc(strings.TrimLeft(visible(s), "\n"), unicode.IsSpace)
}

// visible drops what a reader cannot see and a program might obey: controls, and the marks that
// turn the direction of the text that follows. Joiners stay, emoji and scripts need them.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\r', r == '\u2028', r == '\u2029', r == '\u0085', r == '\v',
			r == '\f':
			return '\n'
		case r == '\t':
			return r
		case unicode.IsControl(r), r == '\uFEFF',
			r >= '\u202A' && r <= '\u202E', r >= '\u2066' && r <= '\u2069':
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}
