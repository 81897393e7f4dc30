package mailin

import (
	"net/url"
	"slices"
	"strings"

	"buzon/mailin/message"
	"buzon/mailin/reply"
)

// smallPicture, in bytes, is what nobody sends for its own sake unless he announces it: a logo, a
// rule, an icon.
const smallPicture = 5 << 10

// Shown is what was written as the people of the desk should see it: with the question above each
// answer between the lines of a quote, "[foto.png]" where a picture of the mail stood, and what
// text files in line say. It is for agents' eyes only, since a quote may hold what a customer was
// never sent. Below it belongs rd.Reply.Signature(), whole, in a person's first mail: his telephone
// stands there.
func (rd *Reading) Shown() string {
	text, forwarded := rd.Reply.Shown(rd.pictureName), rd.Reply.Forwarded()
	if forwarded != "" && !strings.Contains(rd.Reply.Reply(), forwarded) {
		text = strings.TrimSpace(text + "\n\n" + forwarded)
	}
	if files := rd.textFiles(); files != "" {
		text += "\n\n" + files
	}
	return strings.TrimSpace(text)
}

// pictureName is the file name of the attachment that the HTML shows by its Content-ID.
func (rd *Reading) pictureName(id string) string {
	name, known := rd.named[id]
	if known || len(rd.Message.Attachments) == 0 {
		return name
	}
	plain := plainID(id)
	i := slices.IndexFunc(rd.Message.Attachments, func(a message.Attachment) bool {
		return a.ContentID == plain && rd.listed(a)
	})
	if i >= 0 {
		name = rd.Message.Attachments[i].Filename
	}
	if rd.named == nil {
		rd.named = map[string]string{}
	}
	rd.named[id] = name
	return name
}

// listed reports whether an attachment is told of and sent on. A picture that stands in a signature
// or in a quote is not, nor a small one in the text that no colon announces, nor what a mail
// program adds: it is an ornament, and only kept.
func (rd *Reading) listed(a message.Attachment) bool {
	if rd.added(a) {
		return false
	}
	if !strings.HasPrefix(a.ContentType, "image/") || a.ContentID == "" {
		return true
	}
	if rd.pictures == nil {
		rd.pictures = map[string]reply.Kind{}
		for id, of := range rd.Reply.Pictures() {
			rd.pictures[plainID(id)] = of
		}
	}
	of, stands := rd.pictures[a.ContentID]
	large := a.Size > smallPicture
	return !stands || of == reply.Forwarded || of == reply.New && (large || rd.announced(a))
}

// announced reports whether the words before a picture end in a colon.
func (rd *Reading) announced(a message.Attachment) bool {
	const mark = "\x00"
	before, _, found := strings.Cut(rd.Reply.Shown(func(id string) string {
		if plainID(id) == a.ContentID {
			return mark
		}
		return ""
	}), "["+mark+"]")
	return found && strings.HasSuffix(strings.TrimSpace(before), ":")
}

// plainID is a Content-ID as its part has it: addresses in HTML may be escaped.
func plainID(id string) string {
	if plain, err := url.PathUnescape(id); err == nil {
		return plain
	}
	return id
}
