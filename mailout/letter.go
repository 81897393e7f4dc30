package mailout

import (
	"crypto/rand"
	"encoding/base64"
	"io"
	"slices"
	"strings"
	"time"

	"buzon/store"
	"buzon/templates"
)

// Letter writes words as a mail of nobody's desk, to be looked at: nothing in it leads back. A
// trend that stands in them is made up.
func Letter(w io.Writer, from templates.Desk, to templates.Person, at time.Time,
	words templates.Mail) error {
	var h header
	h.add("Date", at.Format(time.RFC1123Z))
	h.add("From", headerAddress(from.Name, from.Address))
	h.add("To", headerAddress(to.Name, to.Address))
	h.add("Message-ID", "<"+rand.Text()+"@preview.invalid>")
	h.add("Subject", headerText(words.Subject))
	f, err := madeUp()
	if err != nil {
		return err
	}
	files := slices.DeleteFunc(standing([]file{f}, words.HTML), func(f file) bool {
		return !f.inline()
	})
	return compose(w, h, words, files)
}

// madeUp is a trend of days that never were.
func madeUp() (file, error) {
	days := make([]store.DayCount, trendDays)
	for i := range days {
		days[i] = store.DayCount{Opened: (i*7 + 3) % 5, Closed: (i*11 + 2) % 4}
	}
	return trendPicture(days)
}

// InBrowser is the HTML of a mail with the made-up trend in it, since a browser has no other part
// to take it from.
func InBrowser(html string) (string, error) {
	f, err := madeUp()
	if err != nil {
		return "", err
	}
	r, err := f.open()
	if err != nil {
		return "", err
	}
	defer r.Close()
	picture, err := io.ReadAll(r)
	return strings.ReplaceAll(html, "cid:"+f.id,
		"data:image/png;base64,"+base64.StdEncoding.EncodeToString(picture)), err
}
