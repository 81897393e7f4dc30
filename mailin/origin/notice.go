package origin

import "strings"

// strength is how surely a line of a notice names a failed recipient.
type strength int

const (
	passing  strength = iota + 1 // an address in the text
	failing                      // in a line that tells of the failure
	headed                       // in a "To:" line: the notice may just repeat the mail's header
	explicit                     // the line is there to name it
)

// mention is an address in the notice and where its explanation begins.
type mention struct {
	address string
	line    int
	strength
}

// noticeRecipients reads the failed recipients from the notice: those that a line is there to name,
// else those in lines that tell of the failure, else the first address that is not the reader's.
// X-Failed-Recipients (Exim, Gmail) goes first.
func noticeRecipients(e *evidence) []Bounce {
	all := lines(clipBytes(e.notice(), maxNotice))
	all = all[:min(len(all), 400)]
	found := mentions(all, excluded(e))
	if found == nil {
		found = mentions(all, nil)
	}
	if v := e.values("X-Failed-Recipients"); len(v) > 0 {
		if named := addressesIn(strings.Join(v, ",")); len(named) > 0 {
			found = pinned(named, found)
		}
	}
	return explain(e, all, found)
}

// pinned puts the header's addresses at the lines where the notice explains them.
func pinned(named []string, found []mention) []mention {
	var out []mention
	for _, a := range named {
		m := mention{address: a}
		for _, f := range found {
			if strings.EqualFold(f.address, a) {
				m.line = f.line
				break
			}
		}
		out = append(out, m)
	}
	return out
}

// excluded are addresses that a notice names without their having failed: its reader's, its
// writer's.
func excluded(e *evidence) map[string]bool {
	x := map[string]bool{e.sender.from: true, e.sender.envelope: true}
	for _, name := range []string{
		"To", "Cc", "Reply-To", "Sender", "Delivered-To", "X-Original-To", "Errors-To",
	} {
		for _, v := range e.values(name) {
			for _, a := range addressesIn(v) {
				x[strings.ToLower(a)] = true
			}
		}
	}
	return x
}

// mentions are the addresses of the greatest strength that the notice has; of passing ones only the
// first.
func mentions(all []string, not map[string]bool) []mention {
	best := map[strength][]mention{}
	seen := map[string]strength{}
	heading := false
	for i, line := range all {
		line = clipBytes(line, 2000)
		for k, a := range lineAddresses(line) {
			low := strings.ToLower(a)
			if not[low] || daemonAddress(low) != "" ||
				not != nil && offersHelp(line, a) || namesSender(line, a) {
				continue
			}
			if s := strengthOf(line, a, heading, k); s > seen[low] && len(best[s]) < maxRecipients {
				seen[low] = s
				best[s] = append(best[s], mention{a, i, s})
			}
		}
		if t := strings.TrimSpace(line); t != "" {
			heading = strings.HasSuffix(t, ":") || heading && len(addressesIn(line)) > 0
		}
	}
	for _, s := range []strength{explicit, headed, failing} {
		if len(best[s]) > 0 {
			return best[s]
		}
	}
	if p := best[passing]; len(p) > 0 {
		return p[:1]
	}
	return nil
}

// offersHelp tells a service's address in running text, where a notice says whom to ask.
func offersHelp(line, address string) bool {
	return roleAddress(strings.ToLower(address)) != "" &&
		!strings.HasPrefix(strings.TrimSpace(line), address)
}

// namesSender tells "mail from a@b" in running text: that address sent what failed. In "generated
// from a@b" it is the alias that was written to.
func namesSender(line, address string) bool {
	before, _, _ := strings.Cut(line, address)
	words := strings.Fields(strings.ToLower(strings.TrimRight(before, " <('\"")))
	n := len(words)
	return n > 1 && words[n-1] == "from" &&
		(strings.Contains(words[n-2], "mail") || strings.Contains(words[n-2], "message"))
}

// lineAddresses leaves out lines whose addresses are another's: of the sender, of help, of ids.
func lineAddresses(line string) []string {
	if !strings.Contains(line, "@") {
		return nil
	}
	label, _, ok := strings.Cut(fold(line), ":")
	if ok && otherLabels[strings.Trim(label, "*-> ")] ||
		strings.Contains(label, "message-id") || strings.Contains(label, "message id") {
		return nil
	}
	return addressesIn(line)
}

var otherLabels = map[string]bool{
	"from": true, "de": true, "von": true, "da": true, "sender": true, "remitente": true,
	"remetente": true, "expediteur": true, "mittente": true, "absender": true, "reply-to": true,
	"return-path": true, "message-id": true, "mail from": true, ">>> mail from": true,
	"envelope-from": true, "x-envelope-from": true,
	"errors-to": true, "contact": true, "contacto": true, "x-mailer": true, "subject": true,
	"asunto": true, "id": true, "references": true, "in-reply-to": true,
}

// strengthOf weighs the form of the line.
func strengthOf(line, address string, heading bool, nth int) strength {
	t := strings.ToLower(strings.Trim(strings.TrimSpace(line), " \t*->•·|\"'"))
	a := strings.ToLower(address)
	bare := strings.TrimLeft(t, "<([\"'")
	switch {
	case strings.Trim(t, "<>()[]\"':;,. ") == a: // alone
		return explicit
	case strings.HasPrefix(bare, a) && nth == 0: // "<a@b>: reason", "a@b ... reason"
		return explicit
	case nth == 0 && recipientLabel(t, a):
		return explicit
	case heading && strings.Contains(t, "mailto:"+a),
		heading && len(t) < 200 && strings.HasSuffix(strings.Trim(t, ")>]. "), a):
		return explicit // "Name <mailto:a@b>" under "these recipients:"
	}
	label, _, labelled := strings.Cut(t, ":")
	if nth == 0 && labelled && (label == "to" || label == "para") {
		return headed
	}
	f := fold(line)
	if containing(f, bouncePhrases()) != "" || containing(f, delayPhrases()) != "" ||
		replyClass(line) != "" || statusIn(line) != "" {
		return failing
	}
	return passing
}

// recipientLabel: "Final-Recipient: rfc822; a@b", "RCPT TO:<a@b>", "Failed recipient: a@b".
func recipientLabel(t, address string) bool {
	label, rest, ok := strings.Cut(t, ":")
	next := strings.HasPrefix(strings.TrimLeft(rest, " \t<\"(["), address)
	if !ok || len(label) > 60 || !next && !strings.Contains(label, "recipient") {
		return false
	}
	return containing(fold(label), recipientLabels()) != ""
}

// returnedRecipient is to whom the returned mail went.
func returnedRecipient(f fields) string {
	for _, name := range []string{
		"X-Original-To", "X-Envelope-To", "Envelope-To", "Delivered-To", "X-Apparently-To",
		"To", "Cc",
	} {
		if a := addressesIn(f.get(name)); len(a) > 0 {
			return a[0]
		}
	}
	return ""
}

// explain gives each recipient the code and the words that stand between its line and the next
// one's, else the notice's.
func explain(e *evidence, all []string, found []mention) []Bounce {
	var out []Bounce
	whole := statusOrClass(e.notice())
	for i, m := range found {
		end := len(all)
		if i+1 < len(found) && found[i+1].line > m.line {
			end = found[i+1].line
		}
		block := strings.Join(all[m.line:min(end, m.line+30)], "\n")
		b := Bounce{
			Recipient: m.address, Status: statusOrClass(block), Diagnostic: diagnosticIn(block),
		}
		if b.Status == "" ||
			strings.HasSuffix(b.Status, ".0.0") && strings.HasPrefix(whole, b.Status[:1]) {
			b.Status = whole
		}
		out = append(out, b)
	}
	return out
}

// statusOrClass is the code that a text shows, else the class of its SMTP reply code, else "".
func statusOrClass(text string) string {
	if s := statusIn(text); s != "" {
		return s
	}
	return replyClass(text)
}

// diagnosticIn is the first line that shows a code, with the two that continue it.
func diagnosticIn(block string) string {
	all := lines(block)
	for i, line := range all {
		if statusOrClass(clipBytes(line, 2000)) != "" {
			return clip(strings.Join(all[i:min(len(all), i+3)], " "), 500)
		}
	}
	return ""
}
