package store

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"buzon/store/desk"
)

// Nameless stands where somebody was named who is forgotten.
const Nameless = "…"

// erasedMail is what is left of a mail that was erased.
const erasedMail = "Subject: (erased)\r\nAuto-Submitted: auto-generated\r\n\r\n" +
	"This mail was erased when a person asked to be forgotten.\r\n"

// Forgotten is how much was erased.
type Forgotten struct {
	Tickets  []int64 `json:"tickets"` // in which he took part
	Items    int     `json:"items"`   // that he wrote
	Mails    int     `json:"mails"`   // whose originals are gone
	Outgoing int     `json:"outgoing"`
	Files    int     `json:"files"` // of the data directory
}

// Forget erases a person: what he wrote, the files and originals of it, his addresses and his name,
// also where others name him, from every table, from the search, and from the bytes of the database
// that nobody reads any more. Tickets, items and mails are still counted, and each ticket says in
// its history that somebody was forgotten. What others wrote stays, without his name; what they
// quoted of him goes, and so do the originals of mails in which he is quoted or named.
func (s *Store) Forget(ctx context.Context, p desk.Person) (done Forgotten, err error) {
	rest := s.NewSpool()
	if _, err := io.WriteString(rest, erasedMail); err != nil {
		return done, err
	}
	var files []string
	err = s.Write(ctx, func(tx *Tx) error {
		f := &forgetting{Tx: tx, p: p, rest: rest, names: namesOf(p)}
		if err := f.run(ctx); err != nil {
			return fmt.Errorf("forget person %d: %w", p.ID, err)
		}
		done, files = f.done, f.files
		return nil
	})
	if err != nil {
		return done, err
	}
	if done.Files, err = s.removeUnnamed(ctx, files); err != nil {
		return done, err
	}
	if err := s.dialect.scrub(ctx, s); err != nil {
		return done, fmt.Errorf(
			"what was erased may still be read from the bytes of the database: %w",
			err)
	}
	return done, nil
}

// ForgetSent removes what is left of mails that have been sent, and would go with the next Sweep:
// those of which about says so.
func (s *Store) ForgetSent(ctx context.Context, about func(path string) bool) (int, error) {
	var files []string
	err := filepath.WalkDir(s.blobDir(), func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() && about(path) {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	return s.removeUnnamed(ctx, files)
}

// removeUnnamed removes those files of bytes that no row names, or names again.
func (s *Store) removeUnnamed(ctx context.Context, files []string) (removed int, err error) {
	for _, path := range files {
		gone := false
		err := s.Write(ctx, func(tx *Tx) error {
			named, err := tx.blobNamed(ctx, path)
			if named || err != nil {
				return err
			}
			err = os.Remove(path)
			if gone = err == nil; errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			return err
		})
		if err != nil {
			return removed, err
		}
		if gone {
			removed++
		}
	}
	return removed, nil
}

// forgetting is one person in the transaction that erases him.
type forgetting struct {
	*Tx
	p     desk.Person
	rest  *Spool         // what is left of his mails
	names *regexp.Regexp // his addresses and his name, wherever they stand
	phone *regexp.Regexp // his telephone numbers, in the tickets in which he took part
	his   []int64        // tickets in which he took part
	items []int64        // whose words have changed
	mails []int64        // whose originals go
	blobs []int64
	files []string // of blobs, which go behind the transaction
	done  Forgotten
}

func (f *forgetting) run(ctx context.Context) (err error) {
	f.his, err = singles[int64](ctx, f.Reader, `
		SELECT number FROM ticket WHERE requester = $1 OR controller = $1
		UNION SELECT ticket FROM item WHERE author = $1
		UNION SELECT ticket FROM follower WHERE person = $1
		ORDER BY 1`, f.p.ID)
	for _, step := range []func(context.Context) error{
		f.words, f.quotes, f.remarks, f.titles, f.incoming, f.outgoing, f.asked, f.named,
		f.person, f.originals,
		f.unkept, f.searched, f.noted,
	} {
		if err == nil {
			err = step(ctx)
		}
	}
	f.done.Tickets = f.his
	return err
}

// distinct are numbers in order, each once.
func distinct(ids []int64) []int64 {
	return slices.Compact(slices.Sorted(slices.Values(ids)))
}

// words erases what he wrote, with its files.
func (f *forgetting) words(ctx context.Context) error {
	texts, err := singles[string](ctx, f.Reader,
		"SELECT text FROM item WHERE author = $1 ORDER BY id", f.p.ID)
	if err != nil {
		return err
	}
	f.phone = anyOf(phonesOf(texts))
	ids, err := singles[int64](ctx, f.Reader, "SELECT id FROM item WHERE author = $1", f.p.ID)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := f.eraseFiles(ctx, id); err != nil {
			return err
		}
	}
	f.items, f.done.Items = append(f.items, ids...), len(ids)
	for _, address := range f.p.Addresses {
		if err := f.write(ctx, "DELETE FROM alert WHERE source = $1", address); err != nil {
			return err
		}
	}
	err = f.write(ctx, `
		UPDATE item SET text = '', quoted = '', subject = '', via = '', seen = '', message_id = ''
		WHERE author = $1`, f.p.ID)
	if err == nil {
		err = f.write(ctx, "UPDATE work SET why = '' WHERE person = $1", f.p.ID)
	}
	return err
}

// eraseFiles erases those of an item.
func (f *forgetting) eraseFiles(ctx context.Context, item int64) error {
	blobs, err := singles[int64](ctx, f.Reader,
		"SELECT blob FROM attachment WHERE item = $1", item)
	if err != nil {
		return err
	}
	f.blobs = append(f.blobs, blobs...)
	return f.write(ctx, "DELETE FROM attachment WHERE item = $1", item)
}

// quotes erases what others quoted in the tickets in which he took part, and names him there no
// more, by no part of his name.
func (f *forgetting) quotes(ctx context.Context) error {
	for _, ticket := range f.his {
		list, err := f.Items(ctx, ticket)
		if err != nil {
			return err
		}
		for _, it := range list {
			f.items = append(f.items, it.ID)
			if it.Mail != 0 {
				f.mails = append(f.mails, it.Mail)
			}
			if it.Author.ID == f.p.ID {
				continue
			}
			it.Text = f.nameless(unquoted(it.Text))
			if err := f.rewrite(ctx, it); err != nil {
				return err
			}
		}
	}
	return nil
}

// rewrite has an item say no more than its text.
func (f *forgetting) rewrite(ctx context.Context, it desk.Item) error {
	it.Seen.Text, it.Seen.HTML = "", ""
	return f.write(ctx, `
		UPDATE item SET text = $2, quoted = '', seen = $3 WHERE id = $1`,
		it.ID, it.Text, encoded{&it.Seen})
}

// remarks takes the parts of his name out of what agents note in one line about the tickets in
// which he took part, and about those that were merged into them.
func (f *forgetting) remarks(ctx context.Context) error {
	for _, ticket := range f.his {
		for _, in := range []remark{
			{"ticket", "state_line", "number", "number = $1 OR merged_into = $1"},
			{"work", "why", "item", "item IN (SELECT id FROM item WHERE ticket = $1)"},
			{"activity", "old", "id", "ticket = $1 AND what = 'state_line'"},
			{"activity", "new", "id", "ticket = $1 AND what = 'state_line'"},
		} {
			if err := f.remark(ctx, in, ticket); err != nil {
				return err
			}
		}
	}
	return nil
}

// remark is where one stands.
type remark struct{ table, column, key, where string }

func (f *forgetting) remark(ctx context.Context, in remark, ticket int64) error {
	type line struct{ key, text string }
	lines, err := several(ctx, f.statements,
		fmt.Sprintf("SELECT CAST(%s AS TEXT), %s FROM %s WHERE %s", in.key, in.column, in.table,
			in.where), args(ticket), func(l *line) []any { return []any{&l.key, &l.text} })
	for _, l := range lines {
		text := f.nameless(l.text)
		if err == nil && text != l.text {
			err = f.write(ctx, fmt.Sprintf(`
				UPDATE %s SET %s = $1 WHERE CAST(%s AS TEXT) = $2 AND %s = $3`, in.table,
				in.column, in.key, in.column), text, l.key, l.text)
		}
	}
	return err
}

// nameless is a text about one of his tickets without any part of his name, nor his telephone.
func (f *forgetting) nameless(text string) string {
	text = f.phone.ReplaceAllLiteralString(text, Nameless)
	return withoutWords(firstNames(f.p), f.names.ReplaceAllLiteralString(text, Nameless))
}

// unquoted is a text without the lines that quote another.
func unquoted(text string) string {
	lines := slices.DeleteFunc(strings.Split(text, "\n"), func(line string) bool {
		return strings.HasPrefix(strings.TrimSpace(line), ">")
	})
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// titles erases what the tickets are called that he opened, or that were opened for him: the words
// are his. So are those under which others answered.
func (f *forgetting) titles(ctx context.Context) error {
	opened, err := singles[int64](ctx, f.Reader, `
		SELECT number FROM ticket WHERE requester = $1
		UNION SELECT ticket FROM item WHERE author = $1 AND number = 1`, f.p.ID)
	for _, ticket := range opened {
		for _, text := range []string{
			"UPDATE ticket SET subject = $2 WHERE number = $1",
			"UPDATE item SET subject = $2 WHERE ticket = $1 AND subject <> ''",
			"UPDATE journal SET subject = $2 WHERE ticket = $1",
			"UPDATE activity SET old = $2, new = $2 WHERE ticket = $1 AND what = 'subject'",
		} {
			if err == nil {
				err = f.write(ctx, text, ticket, Nameless)
			}
		}
	}
	return err
}

// incoming erases what the journal knows of his mails. What waits to be filed, or for an
// administrator, is dropped.
func (f *forgetting) incoming(ctx context.Context) error {
	for _, address := range f.p.Addresses {
		ids, err := singles[int64](ctx, f.Reader, `
			SELECT id FROM journal WHERE sender = $1 OR lower(envelope_from) = $1`, address)
		if err != nil {
			return err
		}
		f.mails = append(f.mails, ids...)
		err = f.write(ctx, `
			UPDATE journal SET outcome = 'dropped', settled_at = coalesce(settled_at, $2)
			WHERE (sender = $1 OR lower(envelope_from) = $1)
				AND (settled_at IS NULL OR outcome = 'quarantine')`, address, f.Now().UnixMilli())
		if err == nil {
			err = f.write(ctx, `
				UPDATE journal SET sender = '', envelope_from = '', message_id = '', subject = '',
					envelope = '{}', error = '', proof_parts = ''
				WHERE sender = $1 OR lower(envelope_from) = $1`, address)
		}
		if err != nil {
			return err
		}
	}
	return f.write(ctx, "DELETE FROM citation WHERE person = $1", f.p.ID)
}

// outgoing gives up what is owed to him, and has what is owed to others be rendered anew.
func (f *forgetting) outgoing(ctx context.Context) error {
	list, err := f.Reader.outgoing(ctx, "WHERE o.person = $1 ORDER BY o.id", f.p.ID)
	if err != nil {
		return err
	}
	for _, ticket := range f.his {
		others, err := f.Reader.outgoing(ctx,
			"WHERE o.ticket = $1 AND o.person <> $2 ORDER BY o.id",
			ticket, f.p.ID)
		if err != nil {
			return err
		}
		list = append(list, others...)
	}
	shown, err := f.Reader.outgoing(ctx, "WHERE o.kind = $1 AND o.person <> $2",
		desk.PreviewNotice, f.p.ID)
	if err != nil {
		return err
	}
	for _, o := range append(list, shown...) {
		if err := f.outgoingMail(ctx, o); err != nil {
			return err
		}
	}
	return nil
}

func (f *forgetting) outgoingMail(ctx context.Context, o Outgoing) error {
	if f.blobs = append(f.blobs, o.Raw); o.Person == f.p.ID {
		if o.Settled.IsZero() {
			if err := f.Fail(ctx, o, "its reader was forgotten"); err != nil {
				return err
			}
		}
		o.Address, o.Details = "", Details{}
		f.done.Outgoing++
	}
	o.Details.Words, o.Details.Previews = "", nil
	for i := range o.Details.Commands {
		c := &o.Details.Commands[i]
		c.Line, c.Value = f.nameless(c.Line), f.nameless(c.Value)
	}
	return f.write(ctx, `
		UPDATE outbox SET address = $2, details = $3, raw = NULL WHERE id = $1`,
		o.ID, o.Address, encoded{&o.Details})
}

// person leaves a row without a name, for the items that have it as their author.
func (f *forgetting) person(ctx context.Context) error {
	err := f.ChangePerson(ctx, f.p.ID, func(p *desk.Person) {
		*p = desk.Person{ID: p.ID, Role: desk.Customer, Organisation: p.Organisation}
	})
	for _, text := range []string{"DELETE FROM address WHERE person = $1",
		"DELETE FROM password WHERE person = $1", "DELETE FROM follower WHERE person = $1",
		"DELETE FROM project_follower WHERE person = $1"} {
		if err == nil {
			err = f.write(ctx, text, f.p.ID)
		}
	}
	return err
}

// originals puts another text in the place of mails as they came.
func (f *forgetting) originals(ctx context.Context) error {
	for _, id := range distinct(f.items) {
		mail := int64(0)
		if _, err := f.row(ctx, "SELECT mail FROM item WHERE id = $1", args(id),
			&mail); err != nil {
			return err
		}
		f.mails = append(f.mails, mail)
	}
	rest, err := f.keep(ctx, f.rest)
	if err != nil {
		return err
	}
	for _, id := range distinct(f.mails) {
		if err := f.original(ctx, id, rest); err != nil {
			return err
		}
	}
	return nil
}

func (f *forgetting) original(ctx context.Context, mail, rest int64) error {
	var blob int64
	there, err := f.row(ctx, "SELECT blob FROM journal WHERE id = $1", args(mail), &blob)
	if err != nil || !there || blob == rest {
		return err
	}
	f.blobs = append(f.blobs, blob)
	f.done.Mails++
	return f.write(ctx, "UPDATE journal SET blob = $2 WHERE id = $1", mail, rest)
}

// unkept forgets the bytes that nothing else refers to.
func (f *forgetting) unkept(ctx context.Context) error {
	for _, id := range distinct(f.blobs) {
		var sum []byte
		if _, err := f.row(ctx, "SELECT sha256 FROM blob WHERE id = $1", args(id),
			&sum); err != nil {
			return err
		}
		if err := f.dropBlob(ctx, id); err != nil {
			return err
		}
		there, err := f.row(ctx, "SELECT 1 FROM blob WHERE id = $1", args(id), new(int))
		if err != nil {
			return err
		}
		if !there && len(sum) > 0 {
			f.files = append(f.files, f.store.blobPath(hex.EncodeToString(sum)))
		}
	}
	return nil
}

// searched makes the words anew by which items are found.
func (f *forgetting) searched(ctx context.Context) error {
	for _, id := range distinct(f.items) {
		list, err := f.Reader.items(ctx, "WHERE i.id = $1", id)
		if err != nil || len(list) == 0 {
			return err
		}
		if err := f.write(ctx, f.dialect.unindex, id); err != nil {
			return err
		}
		t, err := f.Ticket(ctx, list[0].Ticket)
		if err != nil {
			return err
		}
		n := NewItem{Item: list[0]}
		for _, a := range list[0].Attachments {
			n.Attachments = append(n.Attachments, NewAttachment{Attachment: a})
		}
		f.index = append(f.index, indexed{id, t.Subject, n.words(), n.Author.Name})
	}
	return nil
}

// noted leaves a line in the history of each ticket.
func (f *forgetting) noted(ctx context.Context) error {
	for _, ticket := range f.his {
		line := Activity{Ticket: ticket, Person: f.p.ID, What: "forgotten"}
		if err := f.Note(ctx, line); err != nil {
			return err
		}
	}
	return nil
}
