package message

import (
	"html"
	"strings"
)

// finish fills in what the header says and how the body came out.
func (m *Message) finish(w *walker, body view) {
	h := m.Header
	m.Subject = cleanLine(decodeWords(firstFilled(h.Values("Subject"))))
	from := h.Values("From")
	m.From, m.FromFields = addresses(from), len(from)
	m.To = addresses(h.Values("To"))
	m.Cc = addresses(h.Values("Cc"))
	m.ReplyTo = addresses(h.Values("Reply-To"))
	for _, name := range []string{"Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Delivered-To", "X-Rcpt-To", "Apparently-To"} {
		m.DeliveredTo = append(m.DeliveredTo, addresses(h.Values(name))...)
	}
	if sender := addresses(h.Values("Sender")); len(sender) > 0 {
		m.Sender = &sender[0]
	}
	for _, v := range h.Values("Date") {
		if m.Date = parseDate(v); !m.Date.IsZero() {
			break
		}
	}
	for _, v := range h.Values("Message-Id") {
		if m.MessageID = bareID(v); m.MessageID != "" {
			break
		}
	}
	m.InReplyTo = ids(h.Values("In-Reply-To"))
	m.References = ids(h.Values("References"))
	m.Text, m.HTML = body.text, body.html
	if !body.hasText() && !body.hasHTML() && w.reports != "" {
		m.Text = w.reports
	}
	if m.Invitation != nil && (m.Invitation.Method != "" || m.Text+m.HTML == "") {
		m.addLine(m.Invitation.String())
	}
	m.Attachments = make([]Attachment, len(w.found))
	for i, a := range w.found {
		m.Attachments[i] = *a
	}
}

func firstFilled(values []string) string {
	for _, v := range values {
		if strings.TrimSpace(v) != "" {
			return v
		}
	}
	return ""
}

// addLine puts a line below both views of the body.
func (m *Message) addLine(line string) {
	if m.HTML != "" {
		m.HTML = joinHTML(m.HTML, "<p>"+html.EscapeString(line)+"</p>")
	}
	if m.Text != "" || m.HTML == "" {
		m.Text = joinText(m.Text, line)
	}
}
