package origin

import (
	"slices"
	"strings"
)

// returnedHeader is the header of the mail that a report carries back as a part of its own.
func returnedHeader(m Mail) fields {
	for i, p := range m.Parts {
		if p.Within != "" {
			continue
		}
		if f := headerFile(p); i > 0 && f != nil {
			return f
		}
		if returnedTypes[p.Type] {
			if f := header(string(p.Body)); len(f) > 0 {
				return f
			}
		}
		if f := misplacedHeader(m.Header, p.Header); f != nil {
			return f
		}
	}
	return nil
}

// returnedTypes carry a mail or its header, under the names of RFC 3462, RFC 6522, RFC 6533 and of
// systems that got them wrong.
var returnedTypes = map[string]bool{
	"message/rfc822": true, "message/global": true, "text/rfc822-headers": true,
	"message/global-headers": true, "message/rfc822-headers": true, "text/rfc822-header": true,
	"text/rfc822": true, "message/news": true, "message/partial": true,
}

// headerFile reads the header that a mail system returns as a text file: "mailheaders",
// "encabezados.txt".
func headerFile(p Part) fields {
	if p.Type != "text/plain" {
		return nil
	}
	f, _, ok := headerBlock(lines(headerEnd(string(p.Body))), false)
	if !ok || len(f) == 0 || !mailFields[strings.ToLower(f[0].name)] {
		return nil
	}
	return f
}

// misplacedHeader: gateways write the returned mail's fields where those of a part belong. A caller
// may give the mail's own header with its only part: that returns nothing.
func misplacedHeader(top, h Header) fields {
	if h == nil || len(h.Values("Received")) == 0 && len(h.Values("From")) == 0 {
		return nil
	}
	if top != nil && slices.Equal(top.Values("Received"), h.Values("Received")) &&
		slices.Equal(top.Values("From"), h.Values("From")) {
		return nil
	}
	var f fields
	for _, name := range []string{
		"Message-ID", "From", "To", "Subject", "Return-Path", "X-HmXmrOriginalRecipient",
	} {
		for _, v := range h.Values(name) {
			f = append(f, field{name, v})
		}
	}
	return f
}

// originalID is the Message-ID of the mail that the report is about: of the returned header, else
// of the report's own fields, else of the notice's text, else what the report answers.
func (e *evidence) originalID() string {
	if id := messageID(e.returned().get("Message-ID")); id != "" {
		return id
	}
	if id := reportedID(e); id != "" {
		return id
	}
	if id := messageIDIn(e.notice()); id != "" {
		return id
	}
	for _, name := range []string{"X-Original-Message-ID", "Original-Message-ID", "In-Reply-To"} {
		if id := messageID(e.value(name)); id != "" {
			return id
		}
	}
	return lastReference(e.value("References"))
}

// reportedID is the Message-ID that the first few machine-readable parts name.
func reportedID(e *evidence) string {
	n := 0
	for _, p := range e.Parts {
		if p.Within != "" || !reportType(p.Type) {
			continue
		}
		if n++; n > 5 {
			break
		}
		for _, g := range groups(string(p.Body)) {
			id := messageID(g.first(
				"Original-Message-ID", "X-Original-Message-ID", "Message-ID", "X-Message-ID"))
			if id != "" {
				return id
			}
		}
	}
	return ""
}

func reportType(t string) bool {
	return strings.HasSuffix(t, "delivery-status") ||
		strings.HasSuffix(t, "disposition-notification") ||
		strings.HasSuffix(t, "feedback-report")
}

func lastReference(v string) string {
	if i := strings.LastIndexByte(v, '<'); i >= 0 {
		return messageID(v[i:])
	}
	return messageID(v)
}

// messageIDIn finds a line of the text that names a Message-ID.
func messageIDIn(text string) string {
	all := lines(text)
	for i, line := range all {
		l := strings.ToLower(clipBytes(strings.TrimLeft(line, " \t>*|"), 1000))
		for _, name := range messageIDLabels {
			k := strings.Index(l, name)
			if k < 0 || k > 40 {
				continue
			}
			rest := strings.TrimLeft(strings.TrimLeft(line, " \t>*|")[k+len(name):], " \t:=")
			if rest == "" && i+1 < len(all) {
				rest = strings.TrimSpace(all[i+1])
			}
			if id := messageID(rest); id != "" && strings.Contains(id, "@") {
				return id
			}
		}
	}
	return ""
}

var messageIDLabels = []string{
	"message-id", "message id", "messageid", "id. de mensaje", "id. del mensaje", "id de mensaje",
	"id del mensaje", "identificador de mensaje", "identificador del mensaje", "id da mensagem",
	"nachrichten-id", "id du message",
}

// splitReturned parts a bounce's text where the returned mail begins, and reads that mail's header.
// The mail begins with a header block that no notice would hold, or with any header block behind a
// line that announces it.
func splitReturned(text string) (notice string, returned fields) {
	all := lines(text)
	announced := false
	for i := 0; i < len(all); i++ {
		line := all[i]
		if announces(line) {
			announced = true
			continue
		}
		if _, _, ok := splitField(unquote(line)); ok {
			f, n, ok := headerBlock(all[i:], announced)
			if ok {
				return strings.Join(all[:i], "\n"), f
			}
			i += max(n-1, 0) // no line of a block that is too weak begins a stronger one
		}
		if strings.TrimSpace(line) != "" {
			announced = false
		}
	}
	return text, nil
}

// unquote takes off what indents or quotes a returned mail.
func unquote(line string) string { return strings.TrimLeft(line, " \t>|") }

// headerBlock reads the header that begins a returned mail, and counts its lines. ok needs a trace
// or identity field and two more known ones, or, where a line announced it, any two of which one
// says from whom, to whom or about what.
func headerBlock(all []string, announced bool) (f fields, n int, ok bool) {
	known, strong, letter := 0, false, false
	for n = 0; n < min(len(all), 300) && strings.TrimSpace(unquote(all[n])) != ""; n++ {
		name, value, isField := splitField(unquote(all[n]))
		if len(f) > 0 && (!isField || indented(all[n], all[0])) {
			f[len(f)-1].unfold(unquote(all[n]))
			continue
		}
		f = append(f, field{name, value})
		low := strings.ToLower(name)
		if mailFields[low] {
			known++
		}
		strong = strong || strongFields[low]
		letter = letter || low == "from" || low == "to" || low == "subject"
	}
	return f, n, strong && known >= 3 || announced && letter && known >= 2
}

// indented reports whether a line is folded: it stands deeper than the header's first line.
func indented(line, first string) bool {
	return len(line)-len(unquote(line)) > len(first)-len(unquote(first))
}

var strongFields = map[string]bool{
	"received": true, "message-id": true, "return-path": true, "mime-version": true,
	"dkim-signature": true, "x-google-smtp-source": true,
}

var mailFields = map[string]bool{
	"received": true, "message-id": true, "return-path": true, "mime-version": true,
	"dkim-signature": true, "from": true, "to": true, "cc": true, "date": true, "subject": true,
	"content-type": true, "content-transfer-encoding": true, "reply-to": true, "x-mailer": true,
	"user-agent": true, "sender": true, "references": true, "in-reply-to": true,
	"x-google-smtp-source": true, "x-received": true, "delivered-to": true,
	"x-originating-ip": true, "importance": true, "x-priority": true,
}

// announces tells the line that a mail system puts before the mail it returns.
func announces(line string) bool {
	if len(line) > 200 {
		return false
	}
	return containing(fold(line), announcements()) != ""
}
