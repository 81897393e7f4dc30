package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
)

// Try runs f and, where it fails, takes back all that it wrote; the transaction goes on. Tries
// don't nest.
func (tx *Tx) Try(ctx context.Context, f func() error) error {
	if err := tx.savepoint(ctx, "SAVEPOINT try"); err != nil {
		return err
	}
	index, strangers, last := len(tx.index), tx.strangers, maps.Clone(tx.last)
	err := f()
	if err == nil {
		err = tx.flush(ctx)
	}
	if err == nil {
		return tx.savepoint(ctx, "RELEASE SAVEPOINT try")
	}
	tx.takePending()
	tx.index, tx.strangers, tx.last = tx.index[:index], strangers, last
	tx.catalogue = nil // a row of it may be gone again
	for _, text := range []string{"ROLLBACK TO SAVEPOINT try", "RELEASE SAVEPOINT try"} {
		if back := tx.savepoint(ctx, text); back != nil {
			return errors.Join(errLate, back)
		}
	}
	return err
}

func (tx *Tx) savepoint(ctx context.Context, text string) error {
	err := tx.flush(ctx)
	if err == nil {
		err = tx.dialect.fault(run(ctx, tx.conn, text))
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", text, err)
	}
	return err
}
