package mailin

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"

	"buzon/mailin/message"
	"buzon/store"
	"buzon/store/desk"
)

// mostCopied bounds how many other recipients are kept.
const mostCopied = 100

// seen is what agents are shown of the mail beside the words of the item that it becomes.
func (f *filing) seen(it desk.Item) (s desk.Seen) {
	m := f.rd.Message
	if it.Text == f.text && f.inFull != f.text {
		s.Text = f.inFull
	}
	if it.Author.ID == f.person.ID && !f.met {
		s.First, s.Signature = true, withoutText(f.signature, it.Text)
	}
	known := slices.Concat(it.Author.Addresses, f.person.Addresses, []string{f.from, ""})
	s.Copied = f.others(slices.Concat(m.To, m.Cc), known)
	s.ReplyTo = f.others(m.ReplyTo, known)
	s.Warnings, s.Infected = append(f.rd.warnings(), f.guises...), f.rd.Origin.Infected != ""
	if m.Invitation != nil {
		s.Starts, s.Ends = m.Invitation.Starts, m.Invitation.Ends
	}
	return s
}

// likeKnown notes whether who writes for the first time looks like somebody whom the desk knows.
func (f *filing) likeKnown(ctx context.Context) error {
	if f.guises = nil; f.met || f.person.ID == 0 {
		return nil
	}
	c, err := f.tx.Catalogue(ctx)
	if err != nil {
		return err
	}
	if c.LikeOrganisation(f.from) {
		f.guises = append(f.guises, string(desk.LikeDomain))
	}
	named, err := f.tx.KnownAs(ctx, f.name, f.person.ID)
	if named {
		f.guises = append(f.guises, string(desk.LikeCustomer))
	}
	return err
}

// files reports whether the mail brings something beside its words.
func (f *filing) files() bool {
	return slices.ContainsFunc(f.attachments, func(a store.NewAttachment) bool {
		return !a.Ornament
	})
}

// others are the addresses, each once, that are neither known nor ours.
func (f *filing) others(list []message.Address, known []string) (others []string) {
	for _, a := range list {
		address := desk.Canonical(a.Address)
		listed := slices.Contains(known, address) || slices.Contains(others, address)
		if len(others) < mostCopied && !listed && !f.ours(address) {
			others = append(others, address)
		}
	}
	return others
}

// withoutText is a signature that the text does not show anyway, without the mark above it.
func withoutText(signature, text string) string {
	signature = strings.TrimSpace(strings.TrimPrefix(signature, "--"))
	if strings.Contains(text, signature) {
		return ""
	}
	return signature
}

// warnings are the codes of what an agent should know of the mail: keys of the templates' [warning]
// table. What was guessed rightly is no news.
func (rd *Reading) warnings() (codes []string) {
	m := rd.Message
	add := func(code string, there bool) {
		if there && !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	add("spam", rd.Origin.Spam != "")
	add(infectedCode, rd.Origin.Infected != "")
	add("signed", m.Signed)
	add("encrypted", m.Encrypted)
	add("limits", m.Truncated())
	for _, w := range m.Warnings {
		code, _, _ := strings.Cut(w, ":")
		switch code {
		case "base64-damaged", "encoding-wrong", "tnef-unreadable", "boundary-unclosed":
			add("damaged", true)
		case "charset-damaged", "charset-unknown":
			add("charset", true)
		}
	}
	return codes
}

// nameMails names attached mails by their subjects, which is how people speak of them, where the
// sender's program gave them no name of their own.
func (rd *Reading) nameMails(ctx context.Context) {
	for i := range rd.Message.Attachments {
		a := &rd.Message.Attachments[i]
		isMail := a.ContentType == "message/rfc822" || a.ContentType == "message/global"
		if !isMail || !anyMail(a.RawName) {
			continue
		}
		// what can be read is all there is to name it by
		head, _ := io.ReadAll(io.LimitReader(a.Open(), 64<<10))
		inner, err := message.Read(ctx, bytes.NewReader(head), int64(len(head)),
			message.Limits{Depth: 1, Parts: 1, Text: 1})
		if err != nil {
			return
		}
		subject := strings.NewReplacer("/", "-", `\`, "-", ":", "").Replace(inner.Subject)
		if name := message.CleanName(subject); name != "" {
			a.Filename = name + ".eml"
		}
	}
}

// anyMail reports whether a file name says no more than that it is a mail.
func anyMail(name string) bool {
	stem, _, _ := strings.Cut(strings.ToLower(name), ".")
	return slices.Contains([]string{
		"", "message", "mensaje", "mensagem", "mail", "email", "correo",
		"attachment", "adjunto", "anexo",
		"noname", "unknown", "untitled", "part", "att00001",
		"forwardedmessage", "forwarded message", "original message", "attached message",
		"mensaje adjunto", "mensaje reenviado", "mensaje original",
	}, strings.TrimSpace(strings.TrimRight(stem, " -_0123456789()")))
}
