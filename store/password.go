package store

import "context"

// Password is the hash of the password with which a person logs in, "" for none.
func (r Reader) Password(ctx context.Context, person int64) (hash string, err error) {
	_, err = r.row(ctx, "SELECT hash FROM password WHERE person = $1", args(person), &hash)
	return hash, err
}

// SetPassword replaces the hash of a person's password; "" takes it away.
func (tx *Tx) SetPassword(ctx context.Context, person int64, hash string) error {
	if hash == "" {
		return tx.write(ctx, "DELETE FROM password WHERE person = $1", person)
	}
	return tx.write(ctx, `
		INSERT INTO password (person, hash, set_at) VALUES ($1, $2, $3)
		ON CONFLICT (person) DO UPDATE SET hash = excluded.hash, set_at = excluded.set_at`,
		person, hash, tx.store.Now().UnixMilli())
}
