package mailout

import (
	"io"

	"buzon/templates"
)

// Letter writes words as a mail of nobody's desk, to be looked at: nothing in it leads back.
func Letter(w io.Writer, from templates.Desk, to templates.Person, words templates.Mail) error {
	var h header
	h.add("From", headerAddress(from.Name, from.Address))
	h.add("To", headerAddress(to.Name, to.Address))
	h.add("Subject", headerText(words.Subject))
	return compose(w, h, words, nil)
}
