package origin

import (
	"fmt"
	"strings"
	"testing"
)

// report builds a multipart/report of the type with a notice, a machine-readable part and the
// returned header.
func report(kind, partType, body string) string {
	return fmt.Sprintf("Return-Path: <>\nFrom: MAILER-DAEMON@mx.test\nTo: soporte@ayuda.example\n"+
		"Subject: x\nContent-Type: multipart/report; report-type=%s; boundary=b\n\n"+
		"--b\nContent-Type: text/plain\n\nNotice.\n\n--b\nContent-Type: %s\n\n%s\n--b\n"+
		"Content-Type: message/rfc822\n\n%s--b--\n", kind, partType, body, returnedMail)
}

func dsn(groups string) string {
	return report("delivery-status", "message/delivery-status",
		"Reporting-MTA: dns; mx.test\nOriginal-Envelope-Id: e77\n\n"+groups)
}

func TestDeliveryReports(t *testing.T) {
	const id = "<c1.i1@ayuda.example>"
	ok := "Final-Recipient: rfc822; bien@remoto.test\nAction: delivered\nStatus: 2.0.0\n\n"
	late := "Final-Recipient: rfc822; tarde@remoto.test\nAction: delayed\nStatus: 4.4.1\n\n"
	bad := "Final-Recipient: rfc822; bad@remoto.test\nAction: failed\nStatus: 5.1.1\n" +
		"Diagnostic-Code: smtp; 550 5.1.1 unknown\n\n"
	for _, c := range []struct {
		name, raw         string
		class             Class
		recipient, status string
		n                 int
	}{
		{"failed", dsn(bad), Bounced, "bad@remoto.test", "5.1.1", 1},
		{"failed among others comes first in Bounce", dsn(ok + late + bad), Bounced,
			"bad@remoto.test", "5.1.1", 3},
		{"delayed", dsn(late), Delay, "tarde@remoto.test", "4.4.1", 1},
		{"delayed and delivered", dsn(ok + late), Delay, "tarde@remoto.test", "4.4.1", 2},
		{"delivered is no bounce", dsn(ok), Receipt, "bien@remoto.test", "2.0.0", 1},
		{"relayed is no bounce", dsn(strings.ReplaceAll(ok, "delivered", "relayed")), Receipt,
			"bien@remoto.test", "2.0.0", 1},
		{"failed after 4.4.7 is a bounce",
			dsn("Final-Recipient: rfc822; a@b.test\nAction: failed\nStatus: 4.4.7\n"), Bounced,
			"a@b.test", "4.4.7", 1},
		{"no blank line between recipients", dsn(strings.TrimSpace(bad) + "\n" + late), Bounced,
			"bad@remoto.test", "5.1.1", 2},
		{"no blank line, original first",
			dsn("Original-Recipient: rfc822;x@b.test\nFinal-Recipient: rfc822;x@b.test\nAction: " +
				"delayed\nStatus: 4.4.1\nOriginal-Recipient: rfc822;a@b.test\nFinal-Recipient: " +
				"rfc822;a@c\nAction: failed\nStatus: 5.1.1\n"), Bounced, "a@b.test", "5.1.1", 2},
		{"action in capitals with a comment",
			dsn("Final-Recipient: RFC822; <a@b.test>\nAction: Failed (user unknown)\nStatus: " +
				"5.1.1 (bad address)\n"), Bounced, "a@b.test", "5.1.1", 1},
		{"status only in the diagnostic",
			dsn("Final-Recipient: rfc822; a@b.test\nAction: failed\nDiagnostic-Code: smtp; 550 " +
				"#5.7.1 no\n"), Bounced, "a@b.test", "5.7.1", 1},
		{"address type left out", dsn("Final-Recipient: a@b.test\nAction: failed\nStatus: 5.0.0\n"),
			Bounced, "a@b.test", "5.0.0", 1},
		{"system address, original is better",
			dsn("Original-Recipient: rfc822;a@b.test\nFinal-Recipient: x-local; a@nodo\nAction: " +
				"failed\nStatus: 5.0.0\n"), Bounced, "a@b.test", "5.0.0", 1},
		{"only the original recipient",
			dsn("Original-Recipient: rfc822;a@b.test\nAction: failed\nStatus: 5.0.0\n"), Bounced,
			"a@b.test", "5.0.0", 1},
		{"source route", dsn(
			"Final-Recipient: rfc822; @relay.test:a@b.test\nAction: failed\nStatus: 5.0.0\n"),
			Bounced, "a@b.test", "5.0.0", 1},
		{"folded fields", dsn(
			"Final-Recipient:\n rfc822;\n a@b.test\nAction:\n failed\nStatus:\n 5.2.2\n"), Bounced,
			"a@b.test", "5.2.2", 1},
		{"bare CR line ends", dsn(strings.ReplaceAll(bad, "\n", "\r")), Bounced, "bad@remoto.test",
			"5.1.1", 1},
		{"international form", strings.ReplaceAll(dsn(strings.ReplaceAll(bad, "rfc822; bad",
			"utf-8; baña")), "message/delivery-status", "message/global-delivery-status"), Bounced,
			"baña@remoto.test", "5.1.1", 1},
		{"empty report, the notice tells",
			strings.Replace(dsn(""), "Notice.", "<a@b.test>: 550 5.1.1 no", 1), Bounced, "a@b.test",
			"5.1.1", 1},
		{"report without its type", strings.Replace(dsn(bad), "report-type=delivery-status; ", "",
			1), Bounced, "bad@remoto.test", "5.1.1", 1},
		{"report part lost, fields in the text",
			strings.Replace(strings.Replace(dsn(bad), "message/delivery-status", "text/plain", 1),
				"Notice.",
				"Final-Recipient: rfc822; bad@remoto.test\nAction: failed\nStatus: 5.1.1", 1),
			Bounced, "bad@remoto.test", "5.1.1", 1},
		{"a gateway returns the bounce", report("delivery-status", "text/plain", "") + "", Bounced,
			"grupo@remoto.test", "", 1},
	} {
		v := Judge(readMail([]byte(c.raw)))
		if v.Class != c.class || v.Bounce == nil {
			t.Errorf("%s: got %s (%s) %+v, want %s", c.name, v.Class, v.Reason, v.Bounce, c.class)
			continue
		}
		if b := v.Bounce; b.Recipient != c.recipient || b.Status != c.status ||
			len(v.Recipients) != c.n || b.OriginalMessageID != id {
			t.Errorf("%s: got %+v of %d, want %s %s of %d, %s", c.name, *b, len(v.Recipients),
				c.recipient, c.status, c.n, id)
		}
	}
	if v := Judge(readMail([]byte(dsn(bad)))); v.Bounce.EnvelopeID != "e77" ||
		v.Bounce.Diagnostic != "550 5.1.1 unknown" || v.Bounce.Action != "failed" {
		t.Errorf("envelope id, diagnostic, action: %+v", *v.Bounce)
	}
}

func TestReturnedBounce(t *testing.T) {
	inner := dsn("Final-Recipient: rfc822; bad@remoto.test\nAction: failed\nStatus: 5.1.1\n")
	outer := "From: MAILER-DAEMON@puerta.test\nSubject: Returned mail: User unknown\n" +
		"Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: text/plain\n\nThe " +
		"following addresses had permanent delivery errors:\n\n--o\nContent-Type: message/rfc822\n\n" + inner + "\n--o--\n"
	v := Judge(readMail([]byte(outer)))
	if v.Class != Bounced || v.Bounce.Recipient != "bad@remoto.test" ||
		v.Bounce.Status != "5.1.1" || v.Bounce.OriginalMessageID != "<c1.i1@ayuda.example>" {
		t.Errorf("got %s %+v", v.Class, v.Bounce)
	}
}

// refusal is a report of a mail that a program deleted.
var refusal = report("disposition-notification", "message/disposition-notification",
	"Final-Recipient: rfc822; ana@cliente.test\nOriginal-Message-ID: <c9@ayuda.example>\n"+
		"Disposition: automatic-action/MDN-sent-automatically; deleted\n")

func TestOtherReports(t *testing.T) {
	for _, c := range []struct {
		name, raw     string
		class         Class
		recipient, id string
	}{
		{"read", report("disposition-notification", "message/disposition-notification",
			"Final-Recipient: rfc822; ana@cliente.test\nOriginal-Message-ID: <c9@ayuda.example>\n"+
				"Disposition: manual-action/MDN-sent-manually; displayed\n"), Receipt,
			"ana@cliente.test", "<c9@ayuda.example>"},
		{"deleted unread, no id in the report",
			report("disposition-notification", "message/disposition-notification",
				"Final-Recipient: rfc822;ana@cliente.test\nDisposition: "+
					"automatic-action/MDN-sent-automatically; deleted\n"), Receipt,
			"ana@cliente.test", "<c1.i1@ayuda.example>"},
		{"deleted unread, by the mailbox's program",
			report("disposition-notification", "message/disposition-notification",
				"Final-Recipient: rfc822;ana@cliente.test\nDisposition: "+
					"automatic-action/MDN-sent-automatically; deleted/expired\n"), Receipt,
			"ana@cliente.test", "<c1.i1@ayuda.example>"},
		{"refused by a Sieve script", strings.Replace(refusal, "Subject: x",
			"Subject: x\nAuto-Submitted: auto-replied (rejected)", 1), Bounced, "ana@cliente.test",
			"<c9@ayuda.example>"},
		{"refused, the notice says so",
			strings.Replace(refusal, "Notice.",
				"Your message to <ana@cliente.test> was automatically rejected:\nQuota exceeded",
				1), Bounced, "ana@cliente.test", "<c9@ayuda.example>"},
		{"the mail is the report", "Content-Type: message/delivery-status\n\nReporting-MTA: dns; " +
			"mx.test\n\nFinal-Recipient: rfc822; <ana@cliente.test>\nAction: failed\nStatus: " +
			"5.2.2\n", Bounced, "ana@cliente.test", ""},
		{"receipt whose part is lost", report("disposition-notification", "text/plain", "x"),
			Receipt, "", "<c1.i1@ayuda.example>"},
		{"complaint", report("feedback-report", "message/feedback-report",
			"Feedback-Type: abuse\nOriginal-Rcpt-To: ana@cliente.test\n"), Abuse,
			"ana@cliente.test", "<c1.i1@ayuda.example>"},
		{"complaint whose part is lost", report("feedback-report", "text/plain", "x"), Abuse, "",
			"<c1.i1@ayuda.example>"},
		{"DMARC aggregate report", "Return-Path: <d@informes.test>\nFrom: d@informes.test\n" +
			"Subject: Report Domain: ayuda.example Submitter: informes.test Report-ID: <1>\n" +
			"Content-Type: application/gzip\n\nx", AutoReply, "", ""},
		{"a person about a DMARC report",
			"Return-Path: <ana@cliente.test>\nFrom: ana@cliente.test\nSubject: Report Domain: " +
				"ayuda.example Submitter: informes.test\nContent-Type: text/plain\n\n¿Qué es esto?",
			Normal, "", ""},
		{"receipt as text, Catalan", "Return-Path: <ana@cliente.test>\nFrom: ana@cliente.test\n" +
			"Subject: Llegit: Consulta\nIn-Reply-To: <c9@ayuda.example>\n\nEl missatge va ser " +
			"llegit el dijous.\n", Receipt, "", "<c9@ayuda.example>"},
		{"TLS report", report("tlsrpt", "application/tlsrpt+gzip", "x"), AutoReply, "", ""},
	} {
		v := Judge(readMail([]byte(c.raw)))
		var b Bounce
		if v.Bounce != nil {
			b = *v.Bounce
		}
		if v.Class != c.class || b.Recipient != c.recipient || b.OriginalMessageID != c.id {
			t.Errorf("%s: got %s %+v, want %s %s %s", c.name, v.Class, b, c.class,
				c.recipient, c.id)
		}
	}
}

func TestSESNotifications(t *testing.T) {
	const head, tail = `{"notificationType":"`,
		`","mail":{"headers":[{"name":"Message-ID","value":"<c1.i1@ayuda.example>"}]},"bounce":{"bounceType":"Permanent","bouncedRecipients":[{"emailAddress":"bad@remoto.test","action":"failed","status":"5.1.1","diagnosticCode":"smtp; 550 5.1.1 no"}]},"complaint":{"complainedRecipients":[{"emailAddress":"ana@cliente.test"}]}}` + "\n--\nIf you wish to stop receiving notifications from this topic ...\n"
	for _, c := range []struct {
		name, text string
		want       Class
		recipient  string
	}{
		{"bounce", head + "Bounce" + tail, Bounced, "bad@remoto.test"},
		{"complaint", head + "Complaint" + tail, Abuse, "ana@cliente.test"},
		{"delivery", head + "Delivery" + tail, AutoReply, ""},
		{"cut off", head + "Bounce" + tail[:60], AutoReply, ""},
		{"no recipients", `{"eventType":"Bounce"}`, Bounced, ""},
	} {
		m := person(field{"x-amz-sns-message-id", "1"})
		m.Text = c.text
		v := Judge(m)
		recipient := ""
		if v.Bounce != nil {
			recipient = v.Bounce.Recipient
		}
		if v.Class != c.want || recipient != c.recipient {
			t.Errorf("%s: got %s %q (%s), want %s %q", c.name, v.Class, recipient, v.Reason, c.want,
				c.recipient)
		}
		m.Header = headerMap{}
		if v := Judge(m); v.Class != Normal {
			t.Errorf("%s, pasted by a person: got %s", c.name, v.Class)
		}
	}
}

func TestCalendar(t *testing.T) {
	for _, c := range []struct {
		name string
		part Part
		want Class
	}{
		{"reply by parameter", Part{Type: "text/calendar",
			Params: map[string]string{"method": "reply"}}, Calendar},
		{"reply by METHOD", Part{Type: "text/calendar",
			Body: []byte("BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\n")}, Calendar},
		{"counter", Part{Type: "text/calendar", Params: map[string]string{"method": "COUNTER"}},
			Calendar},
		{"request is a person", Part{Type: "text/calendar",
			Params: map[string]string{"method": "REQUEST"}}, Normal},
		{"cancel is a person", Part{Type: "text/calendar",
			Params: map[string]string{"method": "CANCEL"}}, Normal},
		{"METHOD inside the event counts not",
			Part{Type: "text/calendar", Body: []byte(
				"BEGIN:VCALENDAR\nBEGIN:VEVENT\nMETHOD:REPLY\n")}, Normal},
		{"a forwarded reply", Part{Type: "text/calendar",
			Params: map[string]string{"method": "REPLY"}, Within: "message/rfc822"}, Normal},
	} {
		m := person()
		m.ContentType, m.Parts = "multipart/alternative", []Part{{Type: "text/plain"}, c.part}
		if v := Judge(m); v.Class != c.want {
			t.Errorf("%s: got %s (%s), want %s", c.name, v.Class, v.Reason, c.want)
		}
	}
	m := person()
	m.ContentType, m.Params = "text/calendar", map[string]string{"method": "REPLY"}
	if v := Judge(m); v.Class != Calendar {
		t.Errorf("a mail that is a calendar: got %s", v.Class)
	}
}

func TestStatusCodes(t *testing.T) {
	for in, want := range map[string]string{
		"550 5.1.1 unknown": "5.1.1", "(#5.7.1)": "5.7.1", "[5.2.2]": "5.2.2", "5.1.10;": "5.1.10",
		"host 5.5.5.5 said": "", "version 4.2.1b": "",
		"15.1.2": "", "x5.1.1": "", "4.4.7.": "4.4.7", "5.1234.1": "", "5.1.1234": "", "": "",
		"5.": "", "5.1": "", "from 10.4.4.1 said 4.4.2": "4.4.2",
	} {
		if got := statusIn(in); got != want {
			t.Errorf("statusIn(%q) = %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{
		"550 no": "5.0.0", "said: 452-full": "4.0.0", "in 450 days 1550 users": "4.0.0",
		"port 587": "", "1550 users": "", "192.0.2.550": "", "4501": "", "550": "5.0.0",
	} {
		if got := replyClass(in); got != want {
			t.Errorf("replyClass(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestAddressesIn(t *testing.T) {
	for in, want := range map[string]string{
		"<a@b.test>": "a@b.test", "mailto:a@b.test": "a@b.test",
		"a@b.test, c@d.test; A@B.test": "a@b.test c@d.test", "rfc822;a@b.test": "a@b.test",
		`"x y"@b.test`: `"x y"@b.test`, "a@[192.0.2.1]": "a@[192.0.2.1]", "a @ b": "",
		"@b.test": "", "a@": "", "ñu@españa.test.": "ñu@españa.test", "@@@@": "",
		"SMTP=a@b.test": "SMTP=a@b.test", "'a@b.test'": "a@b.test",
		"(a+b=c@d.test)":  "a+b=c@d.test",
		"收件人（a@b.test）退信": "a@b.test", "宛先a@b.testへ": "a@b.test", "用户@例子.测试": "用户@例子.测试",
		"a@例子.test": "a@例子.test",
	} {
		if got := strings.Join(addressesIn(in), " "); got != want {
			t.Errorf("addressesIn(%q) = %q, want %q", in, got, want)
		}
	}
}
