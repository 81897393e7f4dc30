package origin

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"buzon/internal/mailtest"
)

// TestBounded: mails made to cost time. The bound is generous; a quadratic step takes minutes.
func TestBounded(t *testing.T) {
	const n = 1 << 20
	daemon := func(text string) Mail {
		return Mail{HasEnvelope: true, Subject: "failure notice", From: "MAILER-DAEMON@mx.test",
			Text: text}
	}
	status := func(body string) Mail {
		return Mail{HasEnvelope: true, ContentType: "multipart/report",
			Params: map[string]string{"report-type": "delivery-status"},
			Parts:  []Part{{Type: "message/delivery-status", Body: []byte(body)}}}
	}
	rep := func(s string) string { return strings.Repeat(s, n/len(s)) }
	parts := make([]Part, 500)
	for i := range parts {
		parts[i] = Part{Type: "message/delivery-status",
			Body: []byte(strings.Repeat("Final-Recipient: a@b.test\n\n", 9000))}
	}
	for name, m := range map[string]Mail{
		"at signs":             daemon(rep("@")),
		"local part":           daemon(rep("a") + "@b.test"),
		"addresses":            daemon(rep("a@b.test ")),
		"addresses on lines":   daemon(rep("a@b.test\n")),
		"header blocks":        daemon(rep("To: a\n")),
		"announcements":        daemon(rep("original message\nTo: a\n\n")),
		"nested comments":      {Header: headerMap{{"Auto-Submitted", rep("(")}}},
		"digits":               daemon(rep("5")),
		"codes":                daemon(rep("5.1.")),
		"combining accents":    {Subject: "a" + rep("\u0301"), Text: rep("\u0301")},
		"folded report":        status("A: b\n" + rep(" x\n")),
		"report without value": status(rep("A:\n")),
		"recipients": status(
			rep("Final-Recipient: rfc822; a@b.test\nAction: failed\n\n")),
		"reports": {HasEnvelope: true, ContentType: "multipart/report", Parts: parts},
		"angle brackets": {Header: headerMap{{"In-Reply-To", rep("<")},
			{"References", rep("<")}, {"Return-Path", rep("<")}}, From: rep("<")},
	} {
		start := time.Now()
		v := Judge(m)
		if d := time.Since(start); d > mailtest.Bound(5*time.Second) {
			t.Errorf("%s: %s", name, d)
		}
		if len(v.Recipients) > maxRecipients || len(v.Reason) > 300 {
			t.Errorf("%s: %d recipients, reason of %d bytes", name, len(v.Recipients),
				len(v.Reason))
		}
	}
}

func FuzzJudge(f *testing.F) {
	for _, s := range []string{
		dsn("Final-Recipient: rfc822; a@b.test\nAction: failed\nStatus: 5.1.1\n"),
		report("disposition-notification", "message/disposition-notification",
			"Final-Recipient: rfc822; a@b.test\n"),
		report("feedback-report", "message/feedback-report", "Feedback-Type: abuse\n"),
		"From: MAILER-DAEMON\nSubject: failure notice\n\n<a@b.test>:\n550 5.1.1 no\n\n--- Below " +
			"this line is a copy of the message.\n\n" + returnedMail,
		"Auto-Submitted: no (a (b) \\) ; x\nFrom: a@b.test\nSubject: Respuesta " +
			"=?utf-8?q?autom=C3=A1tica?=: x\nIn-Reply-To: <x@y>\n\nHola\n",
		"Content-Type: text/calendar; method=REPLY\n\nMETHOD:REPLY\n",
		"List-Id: <x>\nPrecedence: bulk\n\nx",
		"Return-Path: <>\nX-Failed-Recipients: a@b.test, c@d.test\nSubject: x\n\na@b.test\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if len(raw) > 1<<16 {
			return
		}
		m := readMail(raw)
		v := Judge(m)
		if v.Class == "" || v.Reason == "" || !utf8.ValidString(v.Reason) {
			t.Errorf("no class or reason: %+v", v)
		}
		if v.Person && v.Class != Normal && v.Class != List || !v.Suppress && v.Class != Normal {
			t.Errorf("a machine that is answered: %+v", v)
		}
		if (v.Class == Bounced || v.Class == Delay) != (v.Bounce != nil && v.Class != Receipt &&
			v.Class != Abuse) {
			t.Errorf("bounce and class: %+v", v)
		}
		for _, b := range v.Recipients {
			if len(b.Diagnostic) > 500 || len(b.Status) > 12 || len(b.OriginalMessageID) > 4100 {
				t.Errorf("unbounded: %+v", b)
			}
		}
	})
}

func BenchmarkJudge(b *testing.B) {
	bounce := readMail(
		[]byte(dsn("Final-Recipient: rfc822; a@b.test\nAction: failed\nStatus: 5.1.1\n")))
	for name, m := range map[string]Mail{"person": person(), "report": bounce} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Judge(m)
			}
		})
	}
}
