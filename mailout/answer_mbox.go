package mailout

import (
	"bytes"
	"context"
	"io"
	"slices"
	"time"

	"buzon/store"
	"buzon/store/desk"
)

// mailbox is the communications of a case as an .mbox, in the form mboxrd: in order, and, where
// they are too many for one mail, the last of them.
type mailbox struct {
	w     *answering
	mails []func() (io.ReadCloser, error)
	dates []time.Time
	left  int // that do not fit
	err   error
}

// mbox gathers what of a case he may have as mails.
func (w *answering) mbox(ctx context.Context, t desk.Ticket, items []desk.Item) *mailbox {
	b, room := &mailbox{w: w}, w.m.room
	for i, it := range slices.Backward(items) {
		size := w.weight(ctx, it)
		if room -= size; room < 0 {
			b.left = i + 1
			break
		}
		open, _, err := w.mailOf(ctx, t, it)
		if err != nil {
			b.err = err
			break
		}
		b.mails, b.dates = append(b.mails, open), append(b.dates, it.CreatedAt)
	}
	slices.Reverse(b.mails)
	slices.Reverse(b.dates)
	return b
}

// weight is about how many bytes the mail of an item has.
func (w *answering) weight(ctx context.Context, it desk.Item) int64 {
	size := int64(len(it.Text)*2 + 4096)
	for _, a := range it.Attachments {
		size += a.Size * 4 / 3
	}
	if m, err := w.Store.Mail(ctx, it.Mail); err == nil && it.Mail != 0 {
		size = max(size, m.Size)
	}
	return size
}

// open writes the mails into a spool.
func (b *mailbox) open() (io.ReadCloser, error) {
	if b.err != nil {
		return nil, b.err
	}
	spool := b.w.Store.NewSpool()
	out := NewMbox(spool)
	for i, open := range b.mails {
		err := add(out, b.dates[i], open)
		if err != nil {
			spool.Close()
			return nil, err
		}
	}
	if err := out.Flush(); err != nil {
		spool.Close()
		return nil, err
	}
	return spooled(spool), nil
}

func add(box *Mbox, at time.Time, open func() (io.ReadCloser, error)) error {
	mail, err := open()
	if err != nil {
		return err
	}
	defer mail.Close()
	return box.Add(at, mail)
}

func spooled(s *store.Spool) io.ReadCloser {
	return readCloser{io.NewSectionReader(s.ReaderAt(), 0, s.Size()), s}
}

// mailOf is the mail of an item as its reader may have it. Whole is the original: his own, without
// what servers on our side wrote above it; an agent's, without what would let him write as somebody
// else. Everybody else's is made of what the item shows: the original may name who had a blind
// copy, quote what was said among agents, and bear the signed address of its sender.
func (w *answering) mailOf(ctx context.Context, t desk.Ticket, it desk.Item) (
	open func() (io.ReadCloser, error), whole bool, err error) {
	made := func() (io.ReadCloser, error) { return w.made(ctx, t, it) }
	if it.Mail == 0 {
		return made, false, nil
	}
	m, err := store.Optional(w.Store.Mail(ctx, it.Mail))
	if err != nil {
		return nil, false, err
	}
	his := it.Author.ID == w.m.to.ID && it.Via == "" && slices.Contains(w.m.to.Addresses, m.Sender)
	if m.ID == 0 || m.Envelope.Incomplete != "" || m.Size > attachmentsLimit ||
		it.Seen.Infected || !his && !w.m.to.Agent() {
		return made, false, nil
	}
	return func() (io.ReadCloser, error) {
		raw, err := w.Store.OpenMail(ctx, m)
		if err != nil {
			return nil, err
		}
		defer raw.Close()
		b, err := io.ReadAll(raw.Reader())
		if err != nil {
			return nil, err
		}
		if w.m.to.Agent() {
			b = maskTokens(b, w.m.to.ID)
		} else {
			b = withoutTraces(b)
		}
		return io.NopCloser(bytes.NewReader(b)), nil
	}, true, nil
}

// made is a mail that says what an item shows to its reader.
func (w *answering) made(ctx context.Context, t desk.Ticket, it desk.Item) (io.ReadCloser, error) {
	spool := w.Store.NewSpool()
	if it.Attachments = papers(it); it.Seen.Infected {
		it.Attachments = nil
	}
	if err := w.ItemMail(ctx, spool, t, it, w.m.to); err != nil {
		spool.Close()
		return nil, err
	}
	return spooled(spool), nil
}
