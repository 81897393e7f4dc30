package mailin

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"buzon/mailin/message"
	"buzon/mailin/origin"
	"buzon/mailin/reply"
	"buzon/threading"
)

// ReadOptions are what the desk knows that helps to read a mail. The zero value reads any mail.
type ReadOptions struct {
	Limits       message.Limits
	Tag          string   // of our subjects; "": Caso
	Markers      []string // of Producción Caída; nil: threading.DefaultMarkers
	OwnAddresses []string // canonical; a quote of them is surely a quote

	Form Labels // of our mails; the zero one: the embedded templates'

	EnvelopeFrom string
	HasEnvelope  bool // false: not known; an empty EnvelopeFrom is then no null sender

	Own          func(address string) bool // one of our mailboxes
	LoopMark     func(value string) bool
	OwnMessageID func(id string) bool
}

// Reading is a mail as the desk understands it.
type Reading struct {
	Message        *message.Message
	Text           string // the whole readable text
	Reply          reply.Parts
	Lang           string // of the new text, "" when it can't be told
	Origin         origin.Verdict
	Case           int64 // the number that the subject claims, 0 for none
	CleanSubject   string
	ProductionDown bool

	// what was found out once
	named    map[string]string     // files, by the Content-IDs as they are written
	pictures map[string]reply.Kind // among whose words they stand, by plain Content-IDs
}

// What the judge of origin sees of one part and of all: reports and returned headers are short.
const (
	reportSize  = 256 << 10
	reportsSize = 1 << 20
)

// Read reads one mail of size bytes: its MIME, its text taken apart, person or machine, and what
// its subject says. It fails only with r or ctx, never for what a mail contains; r must stay
// readable while attachments are opened.
func Read(ctx context.Context, r io.ReaderAt, size int64, o ReadOptions) (*Reading, error) {
	m, err := message.Read(ctx, r, size, o.Limits)
	if err != nil {
		return nil, fmt.Errorf("read mail: %w", err)
	}
	rd := &Reading{Message: m, Text: m.Text}
	rd.CleanSubject = threading.CleanSubject(m.Subject, o.Tag)
	rd.ProductionDown = threading.ProductionDown(m.Subject, o.Markers)
	if n, ok := threading.Case(m.Subject, o.Tag); ok {
		rd.Case = n
	}
	var html reply.Text
	if m.HTML != "" {
		html = reply.HTML(m.HTML)
	}
	if rd.Text == "" {
		rd.Text = html.String
	}
	for _, file := range m.TextFiles {
		rd.Text = strings.TrimLeft(strings.TrimRight(rd.Text, "\n")+"\n"+file.Text, "\n")
	}
	form := o.Form.orEmbedded()
	rd.Reply = reply.Split(reply.Input{
		Plain: m.Text, HTML: html, Subject: m.Subject, From: sender(m), To: recipients(m),
		First: m.FirstText, Own: o.OwnAddresses, Form: form.Asked, Choices: form.choices(),
	})
	rd.Lang = reply.Language(beginning(rd.Reply.Reply()))
	rd.Origin = origin.Judge(judged(m, rd, o))
	return rd, ctx.Err()
}

// written is what the sender wrote, and what he forwards: that is what he wants read.
func (rd *Reading) written() string {
	text, forwarded := rd.Reply.Reply(), rd.Reply.Forwarded()
	if forwarded != "" && !strings.Contains(text, forwarded) {
		text = strings.TrimSpace(text + "\n\n" + forwarded)
	}
	if text == "" { // nothing but a text file
		return rd.textFiles()
	}
	return text
}

// textFiles are what text files in line say, each below its name.
func (rd *Reading) textFiles() string {
	var b strings.Builder
	for _, file := range rd.Message.TextFiles {
		fmt.Fprintf(&b, "\n\n[%s]\n%s", file.Name, strings.TrimSpace(file.Text))
	}
	return strings.TrimSpace(b.String())
}

// says reports whether the sender wrote a word or a sign, whatever he quotes, or forwards a mail.
func (rd *Reading) says() bool {
	said := strings.ContainsFunc(rd.Reply.New(), func(r rune) bool {
		return unicode.In(r, unicode.L, unicode.N, unicode.S)
	})
	return said || rd.Reply.Forwarded() != ""
}

// orders are the sender's words and where among them an order may stand. A carriage return alone is
// a line's end for some clients and a blank for others, so that a mail with one orders nothing.
func (rd *Reading) orders() (text string, places []bool) {
	text, places = rd.Reply.Orders()
	if rd.Message.LoneCR {
		clear(places)
	}
	return text, places
}

// beginning is as much of a text as its language needs.
func beginning(text string) string {
	const enough = 500
	if len(text) <= enough {
		return text
	}
	return strings.ToValidUTF8(text[:enough], "")
}

// judged hands the mail to the judge of origin.
func judged(m *message.Message, rd *Reading, o ReadOptions) origin.Mail {
	om := origin.Mail{
		Header: m.Header, EnvelopeFrom: o.EnvelopeFrom, HasEnvelope: o.HasEnvelope,
		ContentType: m.ContentType, Params: m.Params,
		Subject: m.Subject, From: sender(m), Text: rd.Text, New: rd.Reply.New(),
		Own: o.Own, LoopMark: o.LoopMark, OwnMessageID: o.OwnMessageID,
	}
	left := int64(reportsSize)
	for i := range m.Parts {
		p := &m.Parts[i]
		var body []byte
		if mayReport(p) && (len(m.Parts) > 1 || p.Type != "text/plain") { // a single text is Text
			// what can be read is all there is to judge
			body, _ = io.ReadAll(io.LimitReader(p.Open(), min(reportSize, left)))
			left -= int64(len(body))
		}
		om.Parts = append(om.Parts, origin.Part{
			Type: p.Type, Params: p.Params, Body: body, Within: p.Within, Header: p.Header,
		})
	}
	return om
}

// mayReport reports whether a report may stand in the part.
func mayReport(p *message.Part) bool {
	return strings.HasPrefix(p.Type, "text/") || strings.HasPrefix(p.Type, "message/")
}

// recipients are the names and addresses of those to whom the mail goes.
func recipients(m *message.Message) (list []string) {
	for _, a := range slices.Concat(m.To, m.Cc) {
		list = append(list, a.Name, a.Address)
	}
	return list[:min(len(list), 40)]
}

// sender is the address of the first From, for reading only: identity asks for exactly one.
func sender(m *message.Message) string {
	if len(m.From) == 0 {
		return ""
	}
	return m.From[0].Address
}
