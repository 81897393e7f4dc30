package origin

import "strings"

// Mark is a sign on a mail that it came another way than straight from its sender: past a list, a
// mailbox's rule, or a mailbox that redirects. A person's mail stays a person's with it.
type Mark struct {
	Kind  MarkKind
	Field string // that says so: "X-Forwarded-For: ventas@empresa.test soporte@mesa.test"
	// Address is of the list or mailbox that passed it on, in lower case; "" where nothing names it
	Address string
}

// MarkKind is what passed a mail on.
type MarkKind string

// The kinds of marks.
const (
	ListMark MarkKind = "list" // RFC 2369, RFC 2919, Precedence: list, Google Groups
	RuleMark MarkKind = "rule" // of a mailbox in Exchange
	// RedirectMark: RFC 5322 section 3.6.6, and what mail systems write of their own
	RedirectMark MarkKind = "redirection"
)

// redirections are fields whose value begins with the mailbox that passed the mail on.
var redirections = []string{
	"X-Forwarded-For", "Resent-From", "Resent-Sender", "X-Resent-From", "X-Sieve-Redirected-From",
	"X-KMail-Redirect-From", "X-Redirected-By", "X-Forwarded-By", "X-Autoforwarded-From",
	"X-Zoho-Forwarded-For",
}

// forwardings say that a mail was passed on, and not by whom.
var forwardings = []string{
	"X-Forwarded-To", "Resent-To", "X-Yahoo-Forwarded", "Auto-Forwarded", "X-Auto-Forward",
	"X-MS-Exchange-Auto-Forward",
}

// marks are those of a list, of rules and of redirections, in this order.
func (e *evidence) marks() []Mark {
	var all []Mark
	add := func(kind MarkKind, field, address string) {
		field = clip(strings.ToValidUTF8(field, ""), 200)
		all = append(all, Mark{kind, field, strings.ToLower(address)})
	}
	if field, ok := e.listField(); ok {
		add(ListMark, field, e.listAddress())
	}
	if v := e.value("X-MS-Exchange-Inbox-Rules-Loop"); v != "" {
		add(RuleMark, "X-MS-Exchange-Inbox-Rules-Loop: "+v, leadingAddress(v))
	}
	v := e.value("X-MS-Exchange-Generated-Message-Source")
	if strings.Contains(fold(v), "rules agent") {
		add(RuleMark, "X-MS-Exchange-Generated-Message-Source: "+v, "")
	}
	for _, name := range redirections {
		if v := e.value(name); v != "" {
			add(RedirectMark, name+": "+v, leadingAddress(v))
		}
	}
	for _, name := range forwardings {
		if v := e.value(name); !negative[fold(v)] {
			add(RedirectMark, name+": "+v, "")
		}
	}
	for _, x := range []struct{ name, address string }{
		{"Return-Path", e.sender.envelope},
		{"Sender", strings.ToLower(bareAddress(e.value("Sender")))},
	} {
		if by := e.passedOn(x.address); by != "" {
			add(RedirectMark, x.name+": "+x.address, by)
		}
	}
	return all
}

// passedOn is the mailbox that wrote itself into the envelope or the Sender of another's mail:
// Gmail's "box+caf_=to=here.test@empresa.test", Microsoft's "box+SRS=…@empresa.test", or an address
// of ours.
func (e *evidence) passedOn(address string) string {
	local, domain, ok := strings.Cut(address, "@")
	if !ok || address == e.sender.from {
		return ""
	}
	for _, sign := range []string{"+caf_=", "+srs=", "+bnc"} {
		if box, _, found := strings.Cut(local, sign); found && box != "" && box != "bounces" {
			return box + "@" + domain
		}
	}
	if e.Own != nil && e.Own(address) {
		return address
	}
	return ""
}

// listAddress is where people write to the list: as it says, else as its List-Id is commonly made
// of it.
func (e *evidence) listAddress() string {
	for _, name := range []string{
		"List-Post", "X-BeenThere", "Mailing-List", "X-Mailing-List", "X-Sympa-To",
	} {
		if a := leadingAddress(e.value(name)); a != "" {
			return a
		}
	}
	id := e.value("List-Id")
	if _, inside, ok := strings.Cut(id, "<"); ok {
		id, _, _ = strings.Cut(inside, ">")
	}
	local, domain, ok := strings.Cut(strings.TrimSpace(id), ".")
	if ok && !strings.ContainsAny(id, " @") {
		return local + "@" + domain
	}
	return ""
}

func leadingAddress(v string) string {
	if all := addressesIn(clipBytes(v, 4000)); len(all) > 0 {
		return all[0]
	}
	return ""
}
