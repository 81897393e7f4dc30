package origin

import "strings"

// judgeReport: a machine-readable report (RFC 6522) about a delivery, a disposition or a complaint.
// A report that lies inside another mail was forwarded by a person and decides nothing.
func judgeReport(e *evidence) (Verdict, bool) {
	kind := strings.ToLower(e.Params["report-type"])
	if e.ContentType != "multipart/report" {
		kind = ""
	}
	for _, p := range e.Parts {
		// a person's client forwards the parts of a report
		if p.Within != "" || kind == "" && e.answered() {
			continue
		}
		switch p.Type {
		case "message/feedback-report":
			return feedback(e, p)
		case "message/disposition-notification", "message/global-disposition-notification":
			return disposition(e, p)
		case "message/delivery-status", "message/global-delivery-status":
			if v, ok := delivery(e, kind); ok {
				return v, true
			}
		}
	}
	return brokenReport(e, kind)
}

// brokenReport has lost its machine-readable part, or never had one.
func brokenReport(e *evidence, kind string) (Verdict, bool) {
	switch {
	case kind == "feedback-report", hotmailComplaint(e):
		v, ok := machine(Abuse, "feedback-report", "Subject: "+e.Subject)
		return about(v, Bounce{OriginalMessageID: e.originalID()}), ok
	case kind == "disposition-notification", exchangeReceipt(e):
		v, ok := machine(Receipt, "disposition-report", "Subject: "+e.Subject)
		return about(v, Bounce{OriginalMessageID: e.originalID()}), ok
	case kind == "delivery-status", kind == "" && e.ContentType == "multipart/report":
		return textBounce(e, "delivery-report", "Content-Type: "+e.ContentType)
	case kind != "": // tlsrpt and what comes after
		return machine(AutoReply, "report", "report-type="+kind)
	case aggregateReport(e):
		return machine(AutoReply, "report", "Subject: "+e.Subject)
	}
	return Verdict{}, false
}

// feedback reads an abuse report (RFC 5965). A report about a DMARC failure is one too (RFC 6591).
func feedback(e *evidence, p Part) (Verdict, bool) {
	f := header(string(p.Body))
	v, _ := machine(Abuse, "feedback-report", "Feedback-Type: "+f.get("Feedback-Type"))
	return about(v, Bounce{
		Recipient:         bareAddress(f.first("Original-Rcpt-To", "Removal-Recipient")),
		OriginalMessageID: e.originalID(),
	}), true
}

// disposition reads a message disposition notification (RFC 8098): displayed, deleted, but also
// what an agent refused.
func disposition(e *evidence, p Part) (Verdict, bool) {
	f := header(string(p.Body))
	v, _ := machine(Receipt, "disposition-report", "Disposition: "+f.get("Disposition"))
	b := Bounce{
		Recipient:         reportAddress(f.get("Final-Recipient")),
		OriginalRecipient: reportAddress(f.get("Original-Recipient")),
		OriginalMessageID: messageID(f.get("Original-Message-ID")),
	}
	if b.OriginalMessageID == "" {
		b.OriginalMessageID = e.originalID()
	}
	if rejected(e, f.get("Disposition")) {
		v, _ = machine(Bounced, "disposition-report", "Disposition: "+f.get("Disposition"))
		b.Action, b.Status = "failed", statusOrClass(e.notice())
	}
	return about(v, b), true
}

// rejected tells the refusal of a Sieve script (RFC 5429 section 2.2), which comes as the receipt
// of a mail deleted by a program: so does a receipt of one deleted unread, but its notice speaks of
// no failed delivery.
func rejected(e *evidence, disposition string) bool {
	d := strings.ReplaceAll(fold(disposition), " ", "")
	if !strings.HasPrefix(d, "automatic-action/") || !strings.Contains(d, ";deleted") {
		return false
	}
	return strings.Contains(fold(e.value("Auto-Submitted")), "(rejected)") ||
		e.fromSystem() && containing(e.folded(), rejectPhrases()) != ""
}

// hotmailComplaint is the form of Microsoft's Junk Mail Reporting Program, which is no ARF: the
// complaint is the attached mail.
func hotmailComplaint(e *evidence) bool {
	if strings.HasPrefix(e.subject, "complaint about message from") {
		return e.returned() != nil
	}
	return e.mentions("X-HmXmrOriginalRecipient") &&
		e.returned().get("X-HmXmrOriginalRecipient") != "" && !e.answered()
}

// aggregateReport is a DMARC aggregate report: the subject is a grammar (RFC 7489 section 7.2.1.1),
// the report is compressed.
func aggregateReport(e *evidence) bool {
	if !strings.HasPrefix(e.subject, "report domain:") ||
		!strings.Contains(e.subject, "submitter:") {
		return false
	}
	for _, p := range e.Parts {
		if p.Within == "" && (strings.Contains(p.Type, "zip") ||
			strings.HasSuffix(p.Type, "xml") || p.Type == "application/octet-stream") {
			return true
		}
	}
	return false
}

// exchangeReceipt tells the read receipts of Exchange and Outlook that travel without a report
// part.
func exchangeReceipt(e *evidence) bool {
	if fold(e.value("Content-Class")) == "urn:content-classes:mdn" {
		return true
	}
	class := fold(e.value("Message-Class") + " " + e.value("X-Message-Class"))
	return strings.Contains(class, "report.") &&
		(strings.Contains(class, ".ipnrn") || strings.Contains(class, ".ipnnrn")) ||
		leading(e.subject, receiptSubjects()) != "" && e.returned() == nil &&
			(e.sender.null() || e.reply() && containing(e.folded(), receiptPhrases()) != "")
}

// about adds what a report says of the one mail that it is about.
func about(v Verdict, b Bounce) Verdict {
	v.Bounce, v.Recipients = &b, []Bounce{b}
	return v
}
