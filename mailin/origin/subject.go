package origin

import "strings"

// autoSubject is the responder's phrase that begins the subject. A "Re:" before it is a person who
// answers one.
func (e *evidence) autoSubject() string {
	return leading(strings.TrimLeft(e.subject, "*[(< "), responderSubjects())
}

// bounceSubject is the mail system's phrase at the beginning of the subject, or inside it.
func (e *evidence) bounceSubject() string {
	s := strings.TrimLeft(e.subject, "*[(<!{ ")
	if w := leading(s, bounceSubjects()); w != "" || e.answered() {
		return w
	}
	return containing(s, bounceSubjectParts())
}

// answered reports whether a person answers or forwards under such a subject.
func (e *evidence) answered() bool { return leading(e.subject, replyPrefixes()) != "" }

// judgeSubject: the subject proves nothing alone. A responder's phrase that stands at the beginning
// counts together with the thread that it answers. One that says "automatic" counts with the wish
// for no answer whatever that Exchange's responders add, and one before a colon where no envelope
// speaks for a person. A subject that begins with "Re:" never counts.
func judgeSubject(e *evidence) (Verdict, bool) {
	if e.absentBeforeReply() != "" {
		return machine(AutoReply, "subject", "Subject: "+e.Subject)
	}
	w := e.autoSubject()
	if w == "" || !e.prefixed(w) {
		return Verdict{}, false
	}
	all := strings.Contains(w, "aut") &&
		strings.EqualFold(e.value("X-Auto-Response-Suppress"), "All")
	if e.reply() || all || !e.sender.known && strings.Contains(e.subject, ":") {
		return machine(AutoReply, "subject", "Subject: "+e.Subject)
	}
	return Verdict{}, false
}

// prefixed tells a phrase that is the whole subject or stands before the subject of the answered
// mail, as in "Out of Office AutoReply: Order 7", from words that go on: "Out of office tomorrow,
// ask Marta".
func (e *evidence) prefixed(phrase string) bool {
	_, rest, _ := strings.Cut(e.subject, phrase)
	return strings.HasSuffix(phrase, ":") || strings.Trim(rest, " .!)]") == "" ||
		strings.Contains(clipBytes(rest, 25), ":")
}

// normal is a person's mail; Suppress where a field or the address wants no automatic answer, or
// where the subject leaves a doubt.
func normal(e *evidence) Verdict {
	v := Verdict{Class: Normal, Reason: "no-sign", Person: true}
	switch f, ok := e.find(quiet); {
	case ok:
		v.Suppress, v.Reason = true, reason("asks-for-silence", f)
	case e.Own != nil && e.Own(e.sender.from):
		v.Suppress, v.Reason = true, reason("own-address", "From: "+e.sender.from)
	case e.answersToUs():
		v.Suppress, v.Reason = true, reason("own-reply-to", "Reply-To: "+e.value("Reply-To"))
	case e.sender.role != "", e.sender.monitor != "":
		v.Suppress, v.Reason = true, reason("service-address", e.sender.from)
	case e.autoSubject() != "" && !e.answered():
		v.Suppress, v.Reason = true, reason("doubtful-subject", "Subject: "+e.Subject)
	}
	return v
}

// answersToUs tells a Reply-To that leads back to us: an automatic answer would come in again.
func (e *evidence) answersToUs() bool {
	for _, v := range e.values("Reply-To") {
		for _, a := range addressesIn(clipBytes(v, 4000)) {
			if e.Own != nil && e.Own(strings.ToLower(a)) {
				return true
			}
		}
	}
	return false
}
