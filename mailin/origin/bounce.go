package origin

import (
	"slices"
	"strings"
)

// judgeBounceText: a bounce that is no RFC 3464 report. A mail system's name needs one more sign
// and the null sender two, because responders write under it as well; a service's address needs
// three: a subject or our own mail returned, a phrase, and who failed. A mail with an ordinary
// sender is never one, whatever it says: people paste bounces and ask what they mean.
func judgeBounceText(e *evidence) (Verdict, bool) {
	subject := e.bounceSubject()
	if v := e.value("X-Failed-Recipients"); v != "" && (e.fromSystem() || subject != "") {
		return textBounce(e, "failed-recipients", "X-Failed-Recipients: "+v)
	}
	null, named := e.sender.null(), e.sender.daemon != "" || letters(e.sender.role) == "postmaster"
	if !named && !null && !e.sender.gateway && e.sender.role == "" ||
		e.autoSubject() != "" && e.returned() == nil {
		return Verdict{}, false
	}
	phrase := e.failurePhrase()
	switch {
	case subject != "" && (named || null && (phrase != "" || e.returned() != nil || e.coded())):
		return textBounce(e, "bounce-text", "Subject: "+e.Subject)
	case phrase != "" && (named || null) && e.returned() != nil:
		return textBounce(e, "bounce-text", phrase)
	case phrase != "" && (named || null && e.coded()) && len(noticeRecipients(e)) > 0:
		return textBounce(e, "bounce-text", phrase)
	case phrase != "" && !e.answered() && e.returnsOurs() && e.namesFailed():
		return textBounce(e, "bounce-text", phrase)
	case subject == "" || phrase == "" || e.answered():
		return Verdict{}, false
	case e.returned() != nil, e.sender.gateway && e.namesFailed():
		// a parcel's "delivery failed" returns no mail
		return textBounce(e, "bounce-text", phrase)
	}
	return Verdict{}, false
}

// namesFailed tells a notice with a line that is there to name the mail address that failed.
func (e *evidence) namesFailed() bool {
	all := lines(clipBytes(e.notice(), maxNotice))
	found := mentions(all[:min(len(all), 400)], excluded(e))
	return len(found) > 0 && found[0].strength == explicit
}

// returnsOurs reports whether the mail that is returned went out from an address that the notice
// goes to.
func (e *evidence) returnsOurs() bool {
	to := addressesIn(clipBytes(strings.Join(e.values("To"), ","), 4000))
	from := addressesIn(e.returned().get("Return-Path") + " " + e.returned().get("From"))
	return slices.ContainsFunc(from, func(a string) bool {
		return containsFold(to, a) || e.Own != nil && e.Own(strings.ToLower(a))
	})
}

// coded tells a notice that shows an RFC 3463 code, or an SMTP reply code beside an address; a
// telephone number is none.
func (e *evidence) coded() bool {
	if statusIn(e.notice()) != "" {
		return true
	}
	return slices.ContainsFunc(lines(e.notice()), func(l string) bool {
		return strings.Contains(l, "@") && replyClass(l) != ""
	})
}

// failurePhrase is what the notice says about the delivery, "" for nothing.
func (e *evidence) failurePhrase() string {
	if w := containing(e.folded(), bouncePhrases()); w != "" {
		return w
	}
	return containing(e.folded(), delayPhrases())
}

// fromSystem reports whether the sender is one that writes no mail of a person.
func (e *evidence) fromSystem() bool { return e.sender.null() || e.sender.daemon != "" }

// textBounce builds the verdict from the notice.
func textBounce(e *evidence, code, detail string) (Verdict, bool) {
	class, action := Bounced, "failed"
	if e.delayed() {
		class, action = Delay, "delayed"
	}
	v, _ := machine(class, code, detail)
	v.Recipients = textRecipients(e)
	for i := range v.Recipients {
		v.Recipients[i].Action = action
	}
	v.Bounce = &v.Recipients[0]
	return v, true
}

// textRecipients are, from the surest: fields of a report that stand in the text, what the notice
// says, the report inside the returned mail (a gateway that returns a bounce), the returned mail's
// recipient. There is at least one, if need be without an address.
func textRecipients(e *evidence) []Bounce {
	id := e.originalID()
	list := pastedReport(e)
	if list == nil {
		list = noticeRecipients(e)
	}
	if list == nil {
		if list = deliveryParts(e, "message/rfc822"); list != nil {
			id = nestedID(e, id)
		}
	}
	if list == nil {
		list = []Bounce{{
			Recipient: returnedRecipient(e.returned()),
			Status:    statusOrClass(e.notice()), Diagnostic: diagnosticIn(e.notice()),
		}}
	}
	for i := range list {
		list[i].OriginalMessageID = id
	}
	return list
}

// pastedReport reads the fields of a report whose MIME structure is lost.
func pastedReport(e *evidence) []Bounce {
	text := ownText(e.Mail)
	if !strings.Contains(strings.ToLower(text), "final-recipient:") {
		return nil
	}
	var list []Bounce
	for _, b := range deliveryGroups(text) {
		if b.Recipient != "" {
			list = append(list, b)
		}
	}
	return list
}

// nestedID is the Message-ID of the mail that the returned bounce returned.
func nestedID(e *evidence, outer string) string {
	for _, p := range e.Parts {
		if p.Within == "message/rfc822" && strings.HasPrefix(p.Type, "message/rfc822") ||
			p.Type == "text/rfc822-headers" && p.Within != "" {
			if id := messageID(header(string(p.Body)).get("Message-ID")); id != "" {
				return id
			}
		}
	}
	return outer
}

// delayed reports whether a notice warns that the system still tries.
func (e *evidence) delayed() bool {
	if containing(e.subject, delaySubjects()) != "" {
		return true
	}
	return containing(e.folded(), delayPhrases()) != "" && containing(e.folded(), finalPhrases()) == ""
}
