package message

import "html"

// finish fills in what the header says and how the body came out.
func (m *Message) finish(w *walker, body view) {
	m.Header.charset = m.textCharset()
	h := m.Header
	m.Subject = h.Text("Subject")
	m.From, m.FromFields = h.Addresses("From"), len(h.Values("From"))
	m.Author = author(h)
	m.To = h.Addresses("To")
	m.Cc = h.Addresses("Cc")
	m.ReplyTo = h.Addresses("Reply-To")
	for _, name := range []string{"Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To",
		"X-Delivered-To", "X-Rcpt-To", "Apparently-To"} {
		m.DeliveredTo = append(m.DeliveredTo, h.Addresses(name)...)
	}
	if sender := h.Addresses("Sender"); len(sender) > 0 {
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
	m.Text, m.HTML, m.FirstText = body.text, body.html, body.first
	if !body.hasText() && !body.hasHTML() && len(w.reports) > 0 {
		m.Text = joinLines(w.reports)
	}
	if m.Invitation != nil && (m.Invitation.Method != "" || m.Text+m.HTML == "") {
		m.addLine(m.Invitation.String())
	}
	m.Attachments = make([]Attachment, len(w.found))
	for i, a := range w.found {
		m.Attachments[i] = *a
	}
}

// textCharset is the charset of the first text: raw 8-bit fields are likely in the same.
func (m *Message) textCharset() string {
	for i := range m.Parts {
		if c := m.Parts[i].Params["charset"]; c != "" {
			return c
		}
	}
	return ""
}

// addLine puts a line below both views of the body.
func (m *Message) addLine(line string) {
	if m.HTML != "" {
		m.HTML = joinLines([]string{m.HTML, "<p>" + html.EscapeString(line) + "</p>"})
	}
	if m.Text != "" {
		m.Text = joinLines([]string{m.Text, line})
	} else if m.HTML == "" {
		m.Text = line
	}
}
