package store

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"buzon/store/desk"
)

// Hold is why nothing is sent, and since when. The zero Hold: mail is sent.
type Hold struct {
	Why   string    `json:"why"`
	Since time.Time `json:"since"`
}

const holdKey = "outbox held"

// HoldOutbox has nothing be sent until ReleaseOutbox: what is owed waits.
func (s *Store) HoldOutbox(ctx context.Context, why string) error {
	return fault(s.Write(ctx, func(tx *Tx) error { return tx.holdOutbox(ctx, why) }))
}

func (tx *Tx) holdOutbox(ctx context.Context, why string) error {
	text, err := json.Marshal(Hold{Why: why, Since: tx.Now()})
	if err != nil {
		return err
	}
	return tx.SetFact(ctx, holdKey, string(text))
}

// ReleaseOutbox lets what is owed go, and reports whether it was held.
func (s *Store) ReleaseOutbox(ctx context.Context) (held bool, err error) {
	err = s.Write(ctx, func(tx *Tx) error {
		h, err := tx.OutboxHold(ctx)
		if held = !h.Since.IsZero(); err != nil || !held {
			return err
		}
		return tx.SetFact(ctx, holdKey, "")
	})
	return held, fault(err)
}

// OutboxHold is why nothing is sent; the zero Hold when mail is.
func (r Reader) OutboxHold(ctx context.Context) (h Hold, err error) {
	text, err := r.Fact(ctx, holdKey)
	if err != nil || text == "" {
		return h, err
	}
	if err := json.Unmarshal([]byte(text), &h); err != nil || h.Since.IsZero() {
		return Hold{Why: "it is not known why", Since: time.Unix(1, 0)}, nil // since when neither
	}
	return h, nil
}

// Restored is the Why of a hold that the desk itself began.
const Restored = "the database is older than the last mail that was sent: it was restored"

// markKey is how often the outbox was marked. The same number stands in a file beside the database.
// A database that knows a smaller one was restored from an older copy, and owes mail that has been
// sent.
const markKey = "outbox mark"

func (s *Store) markFile() string { return filepath.Join(s.dir, "outbox.mark") }

// MarkOutbox counts the mark on, in the database first: a process that dies between the two makes
// nobody believe in a restore. When the file is ahead of the database the outbox is held, once for
// each restore, and held is true.
func (s *Store) MarkOutbox(ctx context.Context) (held bool, err error) {
	text, err := os.ReadFile(s.markFile())
	if err != nil && !os.IsNotExist(err) {
		return false, fmt.Errorf("mark the outbox: %w", err)
	}
	filed, _ := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	var next int64
	err = s.Write(ctx, func(tx *Tx) error {
		said, err := tx.Fact(ctx, markKey)
		if err != nil {
			return err
		}
		known, _ := strconv.ParseInt(said, 10, 64)
		next = max(known, filed) + 1
		if held = filed > known; held {
			if held, err = tx.owesAnything(ctx); err != nil {
				return err
			}
		}
		if held {
			if err := tx.holdOutbox(ctx, Restored); err != nil {
				return err
			}
		}
		return tx.SetFact(ctx, markKey, strconv.FormatInt(next, 10))
	})
	if err != nil {
		return held, fault(err)
	}
	return held, replaceFile(s.markFile(), strconv.FormatInt(next, 10)+"\n")
}

// owesAnything reports whether mail waits to be sent.
func (tx *Tx) owesAnything(ctx context.Context) (bool, error) {
	var one int
	return tx.row(ctx, "SELECT 1 FROM outbox WHERE settled_at IS NULL LIMIT 1", nil, &one)
}

// replaceFile writes a file of its own so that a crash leaves the old one or the new one.
func replaceFile(path, text string) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".mark-") // mode 0600
	if err != nil {
		return fmt.Errorf("mark the outbox: %w", err)
	}
	_, err = f.WriteString(text)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
		return fmt.Errorf("mark the outbox: %w", err)
	}
	return nil
}

// lateAfter is for how long an agent's words may be on their way before he is told.
const lateAfter = 15 * time.Minute

// TellLate tells the agents whose words to customers were tried and have not arrived for a while,
// once of each mail; when they fail they hear again. What has not been tried waits for the relay,
// and no mail could tell of that; what is being sent may arrive now.
func (s *Store) TellLate(ctx context.Context, caps Caps, limit int) (n int, err error) {
	err = s.Write(ctx, func(tx *Tx) error {
		n = 0
		list, err := tx.outgoing(ctx, `
			WHERE o.late = 0 AND o.settled_at IS NULL AND o.attempts > 0 AND o.item > 0
				AND o.ticket > 0 AND o.carrier < 1 AND o.created_at <= $1
				AND o.state <> 'sending'
			ORDER BY o.id LIMIT +$2`, tx.Now().Add(-lateAfter).UnixMilli(), limit)
		for _, o := range list {
			if err != nil {
				break
			}
			var told bool
			told, err = tx.tellLate(ctx, o, caps)
			if told {
				n++
			}
		}
		return err
	})
	return n, fault(err)
}

// Tried is what was tried in vain.
type Tried struct {
	Mails   int       // at most 1000
	Since   time.Time // when the first was owed
	Reply   string    // about it, or of a relay that refuses us
	Refused bool      // a relay takes no mail from us
}

// Tried are the mails that were tried and still wait, of those owed at a time or before, and of all
// that a relay refuses for our sake.
func (r Reader) Tried(ctx context.Context, before time.Time) (t Tried, err error) {
	list, err := r.outgoing(ctx, `
		WHERE o.settled_at IS NULL AND o.attempts > 0 AND o.carrier < 1
			AND (o.created_at <= $1 OR o.state = 'held') ORDER BY o.id LIMIT 1000`,
		before.UnixMilli())
	for i, o := range list {
		if i == 0 || o.State == Held && !t.Refused {
			t.Reply, t.Refused = o.LastReply, o.State == Held
		}
		if i == 0 {
			t.Since = o.Created
		}
	}
	t.Mails = len(list)
	return t, err
}

func (tx *Tx) tellLate(ctx context.Context, o Outgoing, caps Caps) (told bool, err error) {
	if err := tx.write(ctx, "UPDATE outbox SET late = 1 WHERE id = $1", o.ID); err != nil {
		return false, err
	}
	ticket, err := Optional(tx.Ticket(ctx, o.Ticket))
	if err != nil || ticket.Number == 0 {
		return false, err
	}
	item, err := Optional(tx.Item(ctx, o.Ticket, o.Item))
	if err != nil {
		return false, err
	}
	reader, err := tx.Person(ctx, o.Person)
	if err != nil || reader.Agent() || !item.Author.Agent() || o.Kind.Trait().Answers {
		return false, err
	}
	return true, tx.Tell(ctx, Telling{
		Event: desk.Event{Kind: desk.DeliveryLate, Ticket: ticket, Item: item,
			Author: item.Author},
		Details: Details{Reason: "late", Failed: o.Address, Number: o.ID,
			Diagnostic: o.LastReply}, Caps: caps})
}
