package store

import (
	"context"
	"strings"

	"buzon/store/desk"
)

// Block is a sender whose mail is recorded and nothing else: an address, or a domain with all below
// it.
type Block struct {
	Sender string `json:"sender"`
	Since  int64  `json:"-"` // Unix milliseconds
}

var blocks = newTable("block", "b", "", []column[Block]{
	{"sender", func(b *Block) any { return &b.Sender }, once, nil},
	{"blocked_at", func(b *Block) any { return &b.Since }, once, nil},
})

// Blocks lists them.
func (r Reader) Blocks(ctx context.Context) ([]Block, error) {
	return blocks.list(ctx, r, "ORDER BY b.sender")
}

// Block blocks a sender, and reports whether he was not blocked before.
func (tx *Tx) Block(ctx context.Context, sender string) (bool, error) {
	b := Block{sender, tx.Now().UnixMilli()}
	n, err := tx.exec(ctx, blocks.insertion(1)+" ON CONFLICT DO NOTHING", blocks.values(once, &b)...)
	if err != nil || n == 0 {
		return false, err
	}
	return true, tx.renew(ctx)
}

// Unblock ends that, also for a person who was blocked by himself, and reports whether it was so.
func (tx *Tx) Unblock(ctx context.Context, sender string) (bool, error) {
	n, err := tx.exec(ctx, "DELETE FROM block WHERE sender = $1", sender)
	if err != nil {
		return false, err
	}
	p, err := tx.PersonByAddress(ctx, sender)
	if err == nil && p.Blocked {
		n, err = n+1, tx.ChangePerson(ctx, p.ID, func(p *desk.Person) { p.Blocked = false })
	}
	if err != nil || n == 0 {
		return false, err
	}
	return true, tx.renew(ctx)
}

// Blocked reports whether an address, or a domain that it is in, is blocked. They are read again
// when somebody has changed one: every mail that is filed asks.
func (tx *Tx) Blocked(ctx context.Context, address string) (bool, error) {
	c, err := tx.configured(ctx)
	if err != nil {
		return false, err
	}
	known := c.blocked.Load()
	if known == nil {
		list, err := tx.Blocks(ctx)
		if err != nil {
			return false, err
		}
		known = &map[string]bool{}
		for _, b := range list {
			(*known)[b.Sender] = true
		}
		c.blocked.Store(known)
	}
	_, domain, _ := strings.Cut(address, "@")
	for below := true; below; _, domain, below = strings.Cut(domain, ".") {
		if (*known)[domain] {
			return true, nil
		}
	}
	return (*known)[address], nil
}
