package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"buzon/store/desk"
)

// NewAttachment is an attachment with the spool that holds its bytes; the spool must have been settled by Settled.
type NewAttachment struct {
	desk.Attachment
	Spool *Spool
}

// Settled makes the spools of attachments durable before a transaction names them.
func Settled(list []NewAttachment) error {
	for _, a := range list {
		if err := a.Spool.settle(); err != nil {
			return fault(err)
		}
	}
	return nil
}

// NewItem is an item to be written, with its attachments.
type NewItem struct {
	desk.Item
	Attachments []NewAttachment
	Words       string // by Words; "": not made yet
}

func (n *NewItem) words() string {
	if n.Words == "" {
		return Words(n.Subject+"\n"+n.Text, n.Attachments)
	}
	return n.Words
}

// AddItem writes an item behind the ticket's last, its attachments, and its words for the search.
func (tx *Tx) AddItem(ctx context.Context, subject string, n NewItem) (desk.Item, error) {
	now := tx.store.Now().UnixMilli()
	ok, err := tx.row(ctx, "UPDATE ticket SET items = items + 1, updated_at = $2 WHERE number = $1 RETURNING items", args(n.Ticket, now), &n.Number)
	if err != nil || !ok {
		return n.Item, fmt.Errorf("add item to ticket %d: %w", n.Ticket, cmp.Or(err, sql.ErrNoRows))
	}
	return tx.writeItem(ctx, subject, n)
}

// writeItem writes an item that has its place in the ticket.
func (tx *Tx) writeItem(ctx context.Context, subject string, n NewItem) (it desk.Item, err error) {
	it = n.Item
	it.CreatedAt = tx.store.Now()
	it.ID, err = tx.insert(ctx, "id", `INSERT INTO item (ticket, number, type, author, visibility, state, created_at, text, quoted, message_id, mail, via,
		seen, subject, orders) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
		it.Ticket, it.Number, it.Type, it.Author.ID, it.Visibility, it.State, it.CreatedAt.UnixMilli(), it.Text, it.Quoted, it.MessageID, it.Mail, it.Via,
		seenJSON(it.Seen), it.Subject, it.Orders)
	if err != nil {
		return it, fmt.Errorf("add item: %w", err)
	}
	for i := range n.Attachments {
		a := &n.Attachments[i]
		if err := tx.attach(ctx, it.ID, i, a); err != nil {
			return it, fmt.Errorf("add attachment: %w", err)
		}
		it.Attachments = append(it.Attachments, a.Attachment)
	}
	tx.index = append(tx.index, indexed{it.ID, subject, n.words(), it.Author.Name})
	return it, nil
}

// seenJSON is empty for what there is nothing to show of, which is the rule.
func seenJSON(s desk.Seen) string {
	if text, err := json.Marshal(s); err == nil && string(text) != "{}" {
		return string(text)
	}
	return ""
}

// FillItem writes what a pending item has become, in its place in the ticket. Its files and its words for the search are
// there already.
func (tx *Tx) FillItem(ctx context.Context, n NewItem) (desk.Item, error) {
	changed, err := tx.exec(ctx, `UPDATE item SET type = $3, visibility = $4, state = $5, text = $6, quoted = $7, via = $8, subject = $9, orders = $10
		WHERE ticket = $1 AND number = $2`,
		n.Ticket, n.Number, n.Type, n.Visibility, n.State, n.Text, n.Quoted, n.Via, n.Subject, n.Orders)
	if err == nil && changed != 1 {
		err = sql.ErrNoRows
	}
	if err != nil {
		return n.Item, fmt.Errorf("fill item %d of ticket %d: %w", n.Number, n.Ticket, err)
	}
	return tx.Item(ctx, n.Ticket, n.Number)
}

func (tx *Tx) attach(ctx context.Context, item int64, position int, a *NewAttachment) error {
	blob, err := tx.keep(ctx, a.Spool)
	if err != nil {
		return err
	}
	if a.Inline && !a.Ornament && strings.HasPrefix(a.ContentType, "image/") { // a picture that comes with every mail is a logo
		a.Ornament, err = tx.row(ctx, `SELECT 1 FROM item i JOIN item o ON o.ticket = i.ticket JOIN attachment a ON a.item = o.id
			WHERE i.id = $1 AND o.id <> i.id AND a.blob = $2 AND a.inline = 1 LIMIT 1`, args(item, blob), new(int))
		if err != nil {
			return err
		}
	}
	_, err = tx.exec(ctx, "INSERT INTO attachment (item, position, blob, filename, content_type, inline, content_id, ornament) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
		item, position, blob, a.Filename, a.ContentType, a.Inline, a.ContentID, a.Ornament)
	return err
}

// Items lists a ticket's items in order.
func (r Reader) Items(ctx context.Context, ticket int64) ([]desk.Item, error) {
	return r.items(ctx, "WHERE i.ticket = $1 ORDER BY i.number", ticket)
}

// Item returns one item of a ticket by its number; the zero Item when there is none.
func (r Reader) Item(ctx context.Context, ticket, number int64) (desk.Item, error) {
	list, err := r.items(ctx, "WHERE i.ticket = $1 AND i.number = $2", ticket, number)
	if err != nil || len(list) == 0 {
		return desk.Item{}, err
	}
	return list[0], nil
}

// Earlier returns the last items of a ticket before the given one that say something to the reader, the newest first, each
// with no more than length characters of its words and without its files. Agents may read all, or, where internal is not set,
// what is public; a customer what is public and that he wrote or was sent.
func (r Reader) Earlier(ctx context.Context, ticket, before int64, reader desk.Person, internal bool, most, length int) ([]desk.Item, error) {
	may, a := "", args(ticket, before, length, most)
	if !internal || !reader.Agent() {
		may = " AND i.visibility = 'public'"
	}
	if !reader.Agent() {
		may += ` AND (i.author = $5 OR EXISTS (SELECT 1 FROM outbox o
			WHERE o.ticket = $1 AND o.item = i.number AND o.person = $5 AND o.state <> 'failed'))`
		a = append(a, reader.ID)
	}
	return r.itemRows(ctx, "substr(i.text, 1, $3), '', ''", `WHERE i.ticket = $1 AND i.number < $2 AND i.text <> '' AND i.orders = 0
		AND i.state = 'filed' AND i.type <> 'Automático'`+may+" ORDER BY i.number DESC LIMIT +$4", a...)
}

// LastText is the beginning of what somebody wrote last in a ticket before an item.
func (r Reader) LastText(ctx context.Context, ticket, author, before int64, length int) (text string, err error) {
	_, err = r.row(ctx, `SELECT substr(text, 1, $4) FROM item WHERE ticket = $1 AND author = $2 AND number < $3
		ORDER BY number DESC LIMIT 1`, args(ticket, author, before, length), &text)
	return text, err
}

// CustomersSince is how many customers beside the item's author have lately written to its ticket. It looks at the last items only.
func (r Reader) CustomersSince(ctx context.Context, it desk.Item, since time.Time) (n int, err error) {
	_, err = r.row(ctx, `SELECT count(DISTINCT i.author) FROM item i JOIN person p ON p.id = i.author
		WHERE i.ticket = $1 AND i.number < $2 AND i.number > $2 - 50 AND i.author <> $3 AND i.created_at > $4 AND p.role = 'customer'`,
		args(it.Ticket, it.Number, it.Author.ID, since.UnixMilli()), &n)
	return n, err
}

func (r Reader) items(ctx context.Context, where string, a ...any) (list []desk.Item, err error) {
	list, err = r.itemRows(ctx, "i.text, i.quoted, i.seen", where, a...)
	for i := range list {
		if err == nil {
			list[i].Attachments, err = r.attachments(ctx, list[i].ID)
		}
	}
	return list, err
}

// itemRows reads items without their files; what is long is given by the caller.
func (r Reader) itemRows(ctx context.Context, long, where string, a ...any) (list []desk.Item, err error) {
	err = r.rows(ctx, "SELECT i.id, i.ticket, i.number, i.type, i.author, i.visibility, i.state, i.created_at, "+long+
		", i.message_id, i.mail, i.via, i.subject, i.orders FROM item i "+where, a, func(rows *sql.Rows) error {
		var it desk.Item
		var created sql.NullInt64
		var seen string
		err := rows.Scan(&it.ID, &it.Ticket, &it.Number, &it.Type, &it.Author.ID, &it.Visibility, &it.State, &created,
			&it.Text, &it.Quoted, &seen, &it.MessageID, &it.Mail, &it.Via, &it.Subject, &it.Orders)
		it.CreatedAt = when(created)
		if err == nil && seen != "" {
			err = json.Unmarshal([]byte(seen), &it.Seen)
		}
		list = append(list, it)
		return err
	})
	for i := range list {
		if err == nil {
			list[i].Author, err = r.Person(ctx, list[i].Author.ID)
		}
	}
	return list, err
}

// PendingItems lists the items of a ticket that wait for an agent, in order.
func (r Reader) PendingItems(ctx context.Context, ticket int64) ([]desk.Item, error) {
	return r.items(ctx, "WHERE i.ticket = $1 AND i.state = 'pending' ORDER BY i.number", ticket)
}

// HasSubject reports whether an item of a ticket came with the subject.
func (r Reader) HasSubject(ctx context.Context, ticket int64, subject string) (bool, error) {
	var one int
	return r.row(ctx, "SELECT 1 FROM item WHERE ticket = $1 AND subject = $2 LIMIT 1", args(ticket, subject), &one)
}

// LastSubject is the newest subject with which a person gave a ticket another name, "" for none.
func (r Reader) LastSubject(ctx context.Context, ticket, person int64) (subject string, err error) {
	_, err = r.row(ctx, "SELECT subject FROM item WHERE ticket = $1 AND author = $2 AND subject <> '' ORDER BY number DESC LIMIT 1", args(ticket, person), &subject)
	return subject, err
}

// EachItem hands over what was written in a ticket, one item after the other, so that it costs memory for one only: its
// number, who, what kind, in which state, and the words.
func (r Reader) EachItem(ctx context.Context, ticket int64, v desk.Visibility, f func(desk.Item)) error {
	return r.rows(ctx, "SELECT number, type, author, state, text, orders FROM item WHERE ticket = $1 AND visibility = $2 ORDER BY number", args(ticket, v),
		func(rows *sql.Rows) error {
			var it desk.Item
			err := rows.Scan(&it.Number, &it.Type, &it.Author.ID, &it.State, &it.Text, &it.Orders)
			if err == nil {
				f(it)
			}
			return err
		})
}

// OnlyInside reports whether a file has come to a ticket, and only by items that customers don't see. What waits for its
// author is left out, and the item again, which he sends once more.
func (r Reader) OnlyInside(ctx context.Context, ticket int64, sha256 string, author, again int64) (bool, error) {
	sum, err := hex.DecodeString(sha256)
	if err != nil {
		return false, err
	}
	var inside, all int
	_, err = r.row(ctx, `SELECT coalesce(sum(CASE WHEN i.visibility = 'internal' THEN 1 ELSE 0 END), 0), count(*) FROM item i JOIN attachment a ON a.item = i.id
		JOIN blob b ON b.id = a.blob WHERE i.ticket = $1 AND b.sha256 = $2 AND i.state <> 'held'
			AND NOT (i.author = $3 AND (i.state = 'pending' OR i.number = $4))`, args(ticket, sum, author, again), &inside, &all)
	return inside > 0 && inside == all, err
}

func (r Reader) attachments(ctx context.Context, item int64) (list []desk.Attachment, err error) {
	err = r.rows(ctx, `SELECT a.filename, a.content_type, b.size, b.sha256, a.inline, a.content_id, a.ornament FROM attachment a JOIN blob b ON b.id = a.blob
		WHERE a.item = $1 ORDER BY a.position`, args(item), func(rows *sql.Rows) error {
		var a desk.Attachment
		var sum []byte
		err := rows.Scan(&a.Filename, &a.ContentType, &a.Size, &sum, &a.Inline, &a.ContentID, &a.Ornament)
		a.SHA256 = hex.EncodeToString(sum)
		list = append(list, a)
		return err
	})
	return list, err
}

// Automatic reports whether an author's automatic mail stands in a ticket before the item.
func (r Reader) Automatic(ctx context.Context, ticket, author, before int64) (bool, error) {
	var one int
	return r.row(ctx, "SELECT 1 FROM item WHERE ticket = $1 AND author = $2 AND number < $3 AND type = $4 LIMIT 1",
		args(ticket, author, before, desk.Automatic), &one)
}

// Witnesses lists the agents who have written on a ticket, or opened it.
func (r Reader) Witnesses(ctx context.Context, ticket int64) ([]desk.Person, error) {
	return r.persons(ctx, "WHERE p.role <> 'customer' AND p.id IN (SELECT author FROM item WHERE ticket = $1 UNION SELECT person FROM activity WHERE ticket = $1 AND what = 'opened') ORDER BY p.id", ticket)
}
