package origin

import "strings"

// delivery reads a delivery status notification (RFC 3464): one group about the message, then one
// for each recipient. The parts of several reports in one mail count together.
func delivery(e *evidence, kind string) (Verdict, bool) {
	// the mail is the report: nobody attached it
	whole := strings.HasSuffix(e.ContentType, "delivery-status")
	if kind != "delivery-status" && !whole && !e.fromSystem() && e.bounceSubject() == "" {
		return Verdict{}, false // a person's client has attached the parts of a report
	}
	list := deliveryParts(e, "")
	if len(list) == 0 {
		return textBounce(e, "delivery-report", "Content-Type: message/delivery-status")
	}
	fillFromText(e, list)
	class := deliveryClass(list)
	if class == Bounced && onlyUnknown(list) && e.delayed() {
		class = Delay
	}
	v, _ := machine(class, "delivery-report", deliveryDetail(list[0]))
	id := e.originalID()
	for i := range list {
		list[i].OriginalMessageID = id
	}
	v.Recipients, v.Bounce = list, worst(list)
	return v, true
}

func deliveryDetail(b Bounce) string {
	return strings.TrimSpace("Action: " + b.Action + " " + b.Status)
}

// deliveryParts reads every delivery-status part that lies directly within.
func deliveryParts(e *evidence, within string) []Bounce {
	var list []Bounce
	for _, p := range e.Parts {
		if len(list) >= maxRecipients {
			break
		}
		if p.Within == within && strings.HasSuffix(p.Type, "delivery-status") {
			list = append(list, deliveryGroups(string(p.Body))...)
		}
	}
	return list[:min(len(list), maxRecipients)]
}

// deliveryGroups reads the recipients. Exchange and some gateways leave out the blank line between
// them.
func deliveryGroups(body string) (list []Bounce) {
	envelopeID := ""
	for _, g := range groups(body) {
		if id := g.get("Original-Envelope-Id"); id != "" && envelopeID == "" {
			envelopeID = clip(id, 200)
		}
		for _, r := range splitRecipients(g) {
			if b, ok := recipientOf(r); ok && len(list) < maxRecipients {
				b.EnvelopeID = envelopeID
				list = append(list, b)
			}
		}
	}
	return list
}

const maxRecipients = 100

// splitRecipients begins another recipient where a field that each has but once comes again.
func splitRecipients(g fields) []fields {
	var out []fields
	start := 0
	seen := map[string]bool{}
	for i, f := range g {
		name := strings.ToLower(f.name)
		if name != "final-recipient" && name != "original-recipient" && name != "action" {
			continue
		}
		if seen[name] {
			out, start = append(out, g[start:i]), i
			clear(seen)
		}
		seen[name] = true
	}
	return append(out, g[start:])
}

// recipientOf reads one group. X-Actual-Recipient (Sendmail, Exchange) is where a forward led: it
// is no address of ours to mark.
func recipientOf(g fields) (Bounce, bool) {
	b := Bounce{
		Recipient:         reportAddress(g.get("Final-Recipient")),
		OriginalRecipient: reportAddress(g.get("Original-Recipient")),
		Action:            keyword(g.get("Action")),
		Status:            statusCode(g.get("Status")),
		Diagnostic: diagnostic(
			g.first("Diagnostic-Code", "X-Display-Name", "X-Supplementary-Info")),
	}
	// "user@cluster-node", "X.400 name"
	if !qualified(b.Recipient) && qualified(b.OriginalRecipient) {
		b.Recipient = b.OriginalRecipient
	}
	if b.Recipient == "" {
		b.Recipient = reportAddress(
			g.first("X-Actual-Recipient", "X-Final-Recipient", "X-Original-Recipient"))
	}
	if b.Status == "" {
		b.Status = statusIn(b.Diagnostic)
	}
	return b, b.Recipient != "" || b.Action != "" || b.Status != ""
}

// reportAddress reads "rfc822; user@domain" (RFC 3464 section 2.1.2), with or without its type,
// brackets and comment.
func reportAddress(v string) string {
	if t, rest, ok := strings.Cut(v, ";"); ok && !strings.ContainsAny(t, "@<") {
		v = rest
	}
	if a := addressesIn(v); len(a) > 0 {
		return a[len(a)-1] // a source route names hosts before the address
	}
	v = bareAddress(stripComments(v))
	if strings.ContainsAny(v, " \t") {
		return ""
	}
	return clip(v, 320)
}

// qualified tells an address with a full domain.
func qualified(a string) bool {
	_, domain, ok := strings.Cut(a, "@")
	return ok && strings.Contains(domain, ".")
}

// keyword is the first word of a value in lower case.
func keyword(v string) string {
	words := strings.Fields(strings.ToLower(stripComments(v)))
	if len(words) == 0 {
		return ""
	}
	return strings.Trim(words[0], ";,.")
}

// diagnostic drops the type ("smtp;", "X-Postfix;") of a Diagnostic-Code.
func diagnostic(v string) string {
	if t, rest, ok := strings.Cut(v, ";"); ok && len(t) < 20 && !strings.ContainsAny(t, " <@") {
		v = rest
	}
	return clip(v, 500)
}

// deliveryClass: one failed recipient makes a bounce; all delayed a delay; none of both a receipt
// of delivery.
func deliveryClass(list []Bounce) Class {
	failed, delayed, good := 0, 0, 0
	for _, b := range list {
		switch {
		case strings.HasPrefix(b.Action, "delay"), b.Action == "deferred":
			delayed++
		case b.Action == "delivered", b.Action == "relayed", b.Action == "expanded",
			b.Action == "" && strings.HasPrefix(b.Status, "2."):
			good++
		default:
			failed++
		}
	}
	switch {
	case failed > 0:
		return Bounced
	case delayed > 0:
		return Delay
	case good > 0:
		return Receipt
	}
	return Bounced
}

// onlyUnknown: no recipient's action is given.
func onlyUnknown(list []Bounce) bool {
	for _, b := range list {
		if b.Action != "" {
			return false
		}
	}
	return true
}

// worst is the first recipient that failed, else the first delayed, else the first.
func worst(list []Bounce) *Bounce {
	if len(list) == 0 {
		return nil
	}
	for _, class := range []Class{Bounced, Delay} {
		for i := range list {
			if deliveryClass(list[i:i+1]) == class {
				return &list[i]
			}
		}
	}
	return &list[0]
}

// fillFromText adds what the report leaves out and the notice says. Some systems write a report
// without addresses, or name themselves as the recipient.
func fillFromText(e *evidence, list []Bounce) {
	var said []Bounce
	for i := range list {
		if b := &list[i]; !strings.Contains(b.Recipient, "@") || b.Status == "" {
			if said == nil {
				said = noticeRecipients(e)
			}
			b.fill(said, i)
		}
	}
}

// fill takes the address from the notice's recipient in the same place, the status from the one
// with the same address.
func (b *Bounce) fill(said []Bounce, i int) {
	if !strings.Contains(b.Recipient, "@") && i < len(said) {
		b.Recipient = said[i].Recipient
	}
	for _, s := range said {
		if b.Status == "" && strings.EqualFold(s.Recipient, b.Recipient) {
			b.Status = s.Status
		}
	}
}
