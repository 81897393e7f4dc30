package origin

import (
	"bytes"
	"strings"
)

// evidence is a mail with what several rules ask of it. Its text is read when the first rule asks:
// most mails are judged by their header alone.
type evidence struct {
	Mail
	sender  sender
	subject string // folded: lower case, without accents
	text    *text
}

// text is a mail's text as a bounce's would be.
type text struct {
	notice   string // the mail's own words, without the mail that it returns
	folded   string // notice, folded
	returned fields // header of the mail that is returned, nil without one
}

func examine(m Mail) *evidence {
	e := &evidence{Mail: m, subject: fold(clipBytes(m.Subject, 1000))}
	e.ContentType = strings.ToLower(e.ContentType)
	e.sender = senderOf(e)
	return e
}

func (e *evidence) read() *text {
	if e.text == nil {
		notice, pasted := splitReturned(ownText(e.Mail))
		e.text = &text{
			notice: notice, folded: fold(clipBytes(notice, maxNotice/4)),
			returned: returnedHeader(e.Mail),
		}
		if e.text.returned == nil {
			e.text.returned = pasted
		}
	}
	return e.text
}

func (e *evidence) notice() string   { return e.read().notice }
func (e *evidence) folded() string   { return e.read().folded }
func (e *evidence) returned() fields { return e.read().returned }

// ownText is the readable body, or the mail's own text parts where there is none.
func ownText(m Mail) string {
	if strings.TrimSpace(m.Text) != "" {
		return clipBytes(m.Text, maxNotice)
	}
	var b strings.Builder
	for _, p := range m.Parts {
		if p.Within == "" && p.Type == "text/plain" && b.Len() < maxNotice {
			b.Write(p.Body)
			b.WriteByte('\n')
		}
	}
	return strings.ToValidUTF8(clipBytes(b.String(), maxNotice), "")
}

// values are all instances of a field, nil without a header.
func (e *evidence) values(name string) []string {
	if e.Header == nil {
		return nil
	}
	return e.Header.Values(name)
}

// value is the first instance, without blanks at its ends.
func (e *evidence) value(name string) string {
	for _, v := range e.values(name) {
		return strings.TrimSpace(v)
	}
	return ""
}

func (e *evidence) has(name string) bool { return len(e.values(name)) > 0 }

// mentions reports whether the field's name stands anywhere in the text or the parts: a search that
// spares most mails the reading of their text as a bounce's.
func (e *evidence) mentions(name string) bool {
	if strings.Contains(e.Text, name) {
		return true
	}
	for _, p := range e.Parts {
		if bytes.Contains(p.Body, []byte(name)) {
			return true
		}
	}
	return false
}

// reply reports whether the mail answers another by its header.
func (e *evidence) reply() bool { return e.has("In-Reply-To") || e.has("References") }
