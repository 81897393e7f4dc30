package mailin

import (
	"context"

	"buzon/store"
	"buzon/threading"
)

// index lets the resolver ask the store: within the transaction that files a mail, what that has written too.
type index struct{ store.Reader }

var _ threading.Index = index{}

func (x index) ByMessageID(ctx context.Context, ids []string) (map[string]threading.Ref, error) {
	found, err := x.Reader.References(ctx, ids)
	refs := map[string]threading.Ref{}
	for id, f := range found {
		refs[id] = threading.Ref{Ticket: f.Ticket, Item: f.Item}
	}
	return refs, err
}

func (x index) HasTicket(ctx context.Context, number int64) (bool, error) {
	_, ok, err := x.Reader.Ticket(ctx, number)
	return ok, err
}
