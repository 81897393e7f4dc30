package mailout

import (
	"crypto/rand"
	"io"
	"time"

	"buzon/templates"
)

// Letter writes words as a mail of nobody's desk, to be looked at: nothing in it leads back.
func Letter(w io.Writer, from templates.Desk, to templates.Person, at time.Time,
	words templates.Mail) error {
	var h header
	h.add("Date", at.Format(time.RFC1123Z))
	h.add("From", headerAddress(from.Name, from.Address))
	h.add("To", headerAddress(to.Name, to.Address))
	h.add("Message-ID", "<"+rand.Text()+"@preview.invalid>")
	h.add("Subject", headerText(words.Subject))
	return compose(w, h, words, nil)
}
