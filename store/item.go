package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"buzon/store/desk"
)

// NewAttachment is an attachment with the spool that holds its bytes; the spool must have been
// settled by Settled.
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
	var err error
	if n.Number, err = tx.count(ctx, n.Ticket, 1); err != nil {
		return n.Item, err
	}
	return tx.writeItem(ctx, subject, n)
}

// writeItem writes an item that has its place in the ticket.
func (tx *Tx) writeItem(ctx context.Context, subject string, n NewItem) (it desk.Item, err error) {
	it = n.Item
	it.Attachments = nil
	if it.CreatedAt.IsZero() { // else it is older than the desk
		it.CreatedAt = tx.store.Now()
	}
	if it.TypeID, err = tx.itemType(ctx, it.Type); err != nil {
		return it, err
	}
	it.ID, err = tx.insertRow(ctx, insertItem, items.values(once, &it)...)
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

// itemType is the id of an item's type.
func (tx *Tx) itemType(ctx context.Context, t desk.ItemType) (int64, error) {
	c, err := tx.Catalogue(ctx)
	if err != nil {
		return 0, err
	}
	e, ok := c.ItemType(t)
	if !ok {
		return 0, fmt.Errorf("there is no item type %q", t)
	}
	return e.ID, nil
}

// FillItem writes what a pending item has become, in its place in the ticket. Its files and its
// words for the search are there already.
func (tx *Tx) FillItem(ctx context.Context, n NewItem) (desk.Item, error) {
	var err error
	if n.TypeID, err = tx.itemType(ctx, n.Type); err != nil {
		return n.Item, err
	}
	a := append(items.values(changed, &n.Item), n.Ticket, n.Number)
	filled, err := tx.exec(ctx, updateItem, a...)
	if err == nil && filled != 1 {
		err = ErrNotFound
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
	// a picture that comes with every mail is a logo
	if a.Inline && !a.Ornament && strings.HasPrefix(a.ContentType, "image/") {
		a.Ornament, err = tx.row(ctx, `
			SELECT 1
			FROM item i
				JOIN item o ON o.ticket = i.ticket
				JOIN attachment a ON a.item = o.id
			WHERE i.id = $1 AND o.id <> i.id AND a.blob = $2 AND a.inline = 1
			LIMIT 1`,
			args(item, blob), new(int))
		if err != nil {
			return err
		}
	}
	row := append(attachments.values(once, &a.Attachment), item, position, blob)
	return tx.write(ctx, insertAttachment, row...)
}

// Items lists a ticket's items in order.
func (r Reader) Items(ctx context.Context, ticket int64) ([]desk.Item, error) {
	return r.items(ctx, "WHERE i.ticket = $1 ORDER BY i.number", ticket)
}

// Item returns one item of a ticket by its number.
func (r Reader) Item(ctx context.Context, ticket, number int64) (desk.Item, error) {
	list, err := r.items(ctx, "WHERE i.ticket = $1 AND i.number = $2", ticket, number)
	if err == nil && len(list) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return desk.Item{}, err
	}
	return list[0], nil
}

// Earlier returns the last items of a ticket before the given one that say something to the reader,
// the newest first, each with no more than length characters of its words and without its files.
// Agents may read all, or, where internal is not set, what is public; a customer what he wrote or
// was sent of that which he may see.
func (r Reader) Earlier(
	ctx context.Context, s desk.Sight, ticket, before int64, internal bool, most, length int,
) ([]desk.Item, error) {
	w := &where{dialect: r.dialect, args: args(ticket, before, length)} // $3 is that of excerpts
	w.add(`i.ticket = $1 AND i.number < $2
		AND i.text <> '' AND i.orders = 0 AND i.state = 'filed' AND k.key <> 'automatic'`)
	w.item(s)
	switch {
	case !s.All:
		w.add(`(i.author = %[1]s OR EXISTS (
			SELECT 1 FROM outbox o
			WHERE o.ticket = $1 AND o.item = i.number AND o.person = %[1]s
				AND o.state <> 'failed'))`, w.bind(s.Person))
	case !internal:
		w.add("i.visibility = 'public'")
	}
	return r.itemRows(ctx, excerpts, w.String()+" ORDER BY i.number DESC LIMIT +"+w.bind(most),
		w.args...)
}

// LastText is the beginning of what somebody wrote last in a ticket before an item.
func (r Reader) LastText(ctx context.Context, ticket, author, before int64,
	length int) (text string, err error) {
	_, err = r.row(ctx, `
		SELECT substr(text, 1, $4) FROM item
		WHERE ticket = $1 AND author = $2 AND number < $3
		ORDER BY number DESC LIMIT 1`,
		args(ticket, author, before, length), &text)
	return text, err
}

// HastyItems is how many of the last items of a person on a ticket, no more than most, came within
// a while after he was sent what somebody else had just written there.
func (r Reader) HastyItems(ctx context.Context, ticket, person int64, within time.Duration,
	most int) (n int, err error) {
	_, err = r.row(ctx, `
		SELECT count(*)
		FROM (
			SELECT number, created_at FROM item WHERE ticket = $1 AND author = $2
			ORDER BY number DESC LIMIT +$4
		) AS i
		WHERE EXISTS (
			SELECT 1 FROM outbox AS o
			WHERE o.ticket = $1 AND o.person = $2 AND o.state = 'sent'
				AND o.item < i.number AND o.item >= i.number - 2
				AND o.kind NOT IN ('receipt', 'answer', 'preview', 'transcript')
				AND o.settled_at <= i.created_at AND o.settled_at >= i.created_at - $3)`,
		args(ticket, person, within.Milliseconds(), most), &n)
	return n, err
}

// CustomersSince is how many customers beside an author have lately written to a ticket. It looks
// at the last items only.
func (r Reader) CustomersSince(ctx context.Context, ticket, author int64,
	since time.Time) (n int, err error) {
	_, err = r.row(ctx, `
		SELECT count(DISTINCT i.author)
		FROM (
			SELECT author, created_at FROM item WHERE ticket = $1
			ORDER BY number DESC LIMIT 50
		) AS i JOIN person p ON p.id = i.author
		WHERE i.author <> $2 AND i.created_at > $3 AND p.role = 'customer'`,
		args(ticket, author, since.UnixMilli()), &n)
	return n, err
}

var itemColumns = []column[desk.Item]{
	{"id", func(i *desk.Item) any { return &i.ID }, derived, nil},
	{"ticket", func(i *desk.Item) any { return &i.Ticket }, once, nil},
	{"number", func(i *desk.Item) any { return &i.Number }, once, nil},
	{"type", func(i *desk.Item) any { return &i.TypeID }, always, nil},
	{"k.key", func(i *desk.Item) any { return &i.Type }, derived, nil},
	{"author", func(i *desk.Item) any { return &i.Author.ID }, once, nil},
	{"visibility", func(i *desk.Item) any { return &i.Visibility }, always, nil},
	{"state", func(i *desk.Item) any { return &i.State }, always, nil},
	{"created_at", func(i *desk.Item) any { return moment{&i.CreatedAt} }, once, nil},
	{"text", func(i *desk.Item) any { return &i.Text }, always, nil},
	{"quoted", func(i *desk.Item) any { return &i.Quoted }, always, nil},
	{"message_id", func(i *desk.Item) any { return &i.MessageID }, once, nil},
	{"mail", func(i *desk.Item) any { return &i.Mail }, once, nil},
	{"via", func(i *desk.Item) any { return &i.Via }, always, nil},
	{"subject", func(i *desk.Item) any { return &i.Subject }, always, nil},
	{"orders", func(i *desk.Item) any { return &i.Orders }, always, nil},
	{"meant", func(i *desk.Item) any { return &i.Meant }, once, nil},
	{"seen", func(i *desk.Item) any { return encoded{&i.Seen} }, once, nil},
}

var (
	items = newTable("item", "i", "JOIN entry k ON k.id = i.type", itemColumns)
	// excerpts are items with no more than $3 characters of their words, and without what else is
	// long.
	excerpts = newTable("item", "i", "JOIN entry k ON k.id = i.type", short(itemColumns))

	insertItem = items.numbered("id")
	updateItem = items.update("ticket", "number")
)

// short leaves out of the columns of an item what is long.
func short(columns []column[desk.Item]) (list []column[desk.Item]) {
	for _, c := range columns {
		switch c.name {
		case "quoted", "seen":
			continue
		case "text":
			c.name, c.use = "substr(i.text, 1, $3)", derived
		}
		list = append(list, c)
	}
	return list
}

// items reads items with their files: three statements, however many there are.
func (r Reader) items(ctx context.Context, where string, a ...any) (list []desk.Item, err error) {
	list, err = r.itemRows(ctx, items, where, a...)
	if err != nil || len(list) == 0 {
		return list, err
	}
	return list, r.addFiles(ctx, list)
}

// itemRows reads items without their files.
func (r Reader) itemRows(ctx context.Context, t *table[desk.Item], where string,
	a ...any) ([]desk.Item, error) {
	list, err := t.list(ctx, r, where, a...)
	authors := make([]*desk.Person, len(list))
	for i := range list {
		authors[i] = &list[i].Author
	}
	if err == nil {
		err = r.fillIn(ctx, persons, authors)
	}
	return list, err
}

// PendingItems lists the items of a ticket that wait for an agent, in order.
func (r Reader) PendingItems(ctx context.Context, ticket int64) ([]desk.Item, error) {
	return r.items(ctx, "WHERE i.ticket = $1 AND i.state = 'pending' ORDER BY i.number", ticket)
}

// AllPending lists the items of all tickets that wait for an agent, the newest first, from the
// place on.
func (r Reader) AllPending(ctx context.Context, from, most int) ([]desk.Item, error) {
	return r.items(ctx, `
		WHERE i.state = 'pending' ORDER BY i.id DESC LIMIT +$1 OFFSET +$2`, most, from)
}

// AllHeld lists the items of all tickets that are held, the newest first.
func (r Reader) AllHeld(ctx context.Context, most int) ([]desk.Item, error) {
	return r.items(ctx, "WHERE i.state = 'held' ORDER BY i.id DESC LIMIT +$1", most)
}

// HasSubject reports whether an item of a ticket came with the subject.
func (r Reader) HasSubject(ctx context.Context, ticket int64, subject string) (bool, error) {
	var one int
	return r.row(ctx, `
		SELECT 1 FROM item WHERE ticket = $1 AND subject = $2 LIMIT 1`, args(ticket, subject), &one)
}

// EachItem hands over what was written in a ticket, one item after the other, so that it costs
// memory for one only: its number, who, what kind, in which state, and the words.
func (r Reader) EachItem(ctx context.Context, ticket int64, v desk.Visibility,
	f func(desk.Item)) error {
	return r.rows(ctx, `
		SELECT i.number, k.key, i.author, i.state, i.text, i.orders
		FROM item i JOIN entry k ON k.id = i.type
		WHERE i.ticket = $1 AND i.visibility = $2
		ORDER BY i.number`, args(ticket, v),
		func(rows *sql.Rows) error {
			var it desk.Item
			err := rows.Scan(&it.Number, &it.Type, &it.Author.ID, &it.State, &it.Text, &it.Orders)
			if err == nil {
				f(it)
			}
			return err
		})
}

// OnlyInside reports whether a file has come to a ticket, and only by items that customers don't
// see. What waits for its author is left out, and the item again, which he sends once more.
func (r Reader) OnlyInside(ctx context.Context, ticket int64, sha256 string,
	author, again int64) (bool, error) {
	sum, err := hex.DecodeString(sha256)
	if err != nil {
		return false, err
	}
	var inside, all int
	_, err = r.row(ctx, `
		SELECT coalesce(sum(CASE WHEN i.visibility = 'internal' THEN 1 ELSE 0 END), 0), count(*)
		FROM item i
			JOIN attachment a ON a.item = i.id
			JOIN blob b ON b.id = a.blob
		WHERE i.ticket = $1 AND b.sha256 = $2 AND i.state NOT IN ('held', 'cancelled')
			AND NOT (i.author = $3 AND (i.state = 'pending' OR i.number = $4))`,
		args(ticket, sum, author, again), &inside, &all)
	return inside > 0 && inside == all, err
}

// itemFile is an attachment with the item that it belongs to.
type itemFile struct {
	item int64
	desk.Attachment
}

var attachmentColumns = []column[desk.Attachment]{
	{"filename", func(a *desk.Attachment) any { return &a.Filename }, once, nil},
	{"content_type", func(a *desk.Attachment) any { return &a.ContentType }, once, nil},
	{"b.size", func(a *desk.Attachment) any { return &a.Size }, derived, nil},
	{"b.sha256", func(a *desk.Attachment) any { return digest{&a.SHA256} }, derived, nil},
	{"inline", func(a *desk.Attachment) any { return &a.Inline }, once, nil},
	{"content_id", func(a *desk.Attachment) any { return &a.ContentID }, once, nil},
	{"ornament", func(a *desk.Attachment) any { return &a.Ornament }, once, nil},
}

var (
	attachments      = newTable("attachment", "a", "", attachmentColumns)
	insertAttachment = attachments.insertion(1, "item", "position", "blob")

	itemFiles = newTable("attachment", "a", "JOIN blob b ON b.id = a.blob", append(
		within(attachmentColumns, func(f *itemFile) *desk.Attachment { return &f.Attachment }),
		column[itemFile]{"item", func(f *itemFile) any { return &f.item }, derived, nil}))
)

// addFiles gives items their attachments.
func (r Reader) addFiles(ctx context.Context, items []desk.Item) error {
	place, ids := map[int64]*desk.Item{}, []int64{}
	for i := range items {
		place[items[i].ID] = &items[i]
		ids = append(ids, items[i].ID)
	}
	w := &where{dialect: r.dialect}
	of := "WHERE a.item IN (" + w.list("BIGINT", ids) + ") ORDER BY a.item, a.position"
	return itemFiles.each(ctx, r, of, w.args, func(f itemFile) error {
		it := place[f.item]
		it.Attachments = append(it.Attachments, f.Attachment)
		return nil
	})
}

// Automatic reports whether an author's automatic mail stands in a ticket before the item.
func (r Reader) Automatic(ctx context.Context, ticket, author, before int64) (bool, error) {
	var one int
	return r.row(ctx, `SELECT 1 FROM item i JOIN entry k ON k.id = i.type
		WHERE i.ticket = $1 AND i.author = $2 AND i.number < $3 AND k.key = 'automatic' LIMIT 1`,
		args(ticket, author, before), &one)
}

// Witnesses lists the agents who have written on a ticket, or opened it.
func (r Reader) Witnesses(ctx context.Context, ticket int64) ([]desk.Person, error) {
	return r.persons(ctx, `
		WHERE p.role <> 'customer' AND p.id IN (
			SELECT author FROM item WHERE ticket = $1
			UNION
			SELECT person FROM activity WHERE ticket = $1 AND what = 'opened')
		ORDER BY p.id`, ticket)
}
