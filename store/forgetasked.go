package store

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"buzon/store/desk"
	"buzon/store/desk/lazy"
)

// What others have asked about a person, and what they have ordered for his tickets among others,
// is in no ticket: it stands in the answers, and in the mails that asked.

// asked erases him from what others were answered, and the originals of what asked for it.
func (f *forgetting) asked(ctx context.Context) error {
	list, err := f.Reader.outgoing(ctx, `
		WHERE o.kind IN ($1, $2, $3) AND o.person <> $4 ORDER BY o.id`,
		desk.AnswerNotice, desk.Transcript, desk.PreviewNotice, f.p.ID)
	if err != nil {
		return err
	}
	for _, o := range list {
		if !f.told(&o) {
			continue
		}
		f.blobs, f.mails = append(f.blobs, o.Raw), append(f.mails, o.Mail)
		err := f.write(ctx, "UPDATE outbox SET details = $2, raw = NULL WHERE id = $1", o.ID,
			encoded{&o.Details})
		if err == nil {
			err = f.write(ctx, "UPDATE journal SET subject = $2 WHERE id = $1", o.Mail, Nameless)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// told takes him out of what a mail to somebody else tells, and reports whether he is in it.
func (f *forgetting) told(o *Outgoing) bool {
	about := slices.Contains(f.his, o.Ticket)
	clear := func(text *string) {
		was := *text
		*text = f.nameless(was)
		about = about || *text != was
	}
	d := &o.Details
	if q := d.Query; q != nil {
		about = about || slices.Contains(f.his, q.Number)
		clear(&q.Words)
		clear(&q.Name)
		for key, value := range q.Fields {
			clear(&value)
			q.Fields[key] = value
		}
	}
	lines := func(list []CommandResult) {
		for i := range list {
			clear(&list[i].Line)
			clear(&list[i].Value)
		}
	}
	lines(d.Commands)
	for i := range d.Fates {
		fate := &d.Fates[i]
		lines(fate.Commands)
		if slices.Contains(f.his, fate.Ticket) {
			about, fate.Subject = true, Nameless
		}
	}
	return about
}

// phone is a number that may be a telephone's.
var phone = lazy.Compile(`\+?\(?\d[\d ().-]{5,}\d`)

// fewestDigits are those of a telephone number.
const fewestDigits = 7

// phonesOf matches each of the telephone numbers that stand in what somebody wrote.
func phonesOf(texts []string) (list []string) {
	for _, text := range texts {
		for _, found := range phone.FindAllString(text, -1) {
			if found = strings.TrimSpace(found); digits(found) >= fewestDigits {
				list = append(list, regexp.QuoteMeta(found))
			}
		}
	}
	return slices.Compact(slices.Sorted(slices.Values(list)))
}

func digits(text string) (n int) {
	for _, r := range text {
		if '0' <= r && r <= '9' {
			n++
		}
	}
	return n
}
