package store

import "context"

// Sign notes the hashes of what the signatures cover that prove a mail, and returns the mail of
// which one covered the same before; 0: none. Who sends a signed mail again can give it another
// Message-ID and other recipients where these are not signed.
func (tx *Tx) Sign(ctx context.Context, mail int64, hashes [][]byte) (earlier int64, err error) {
	for _, hash := range hashes {
		var first int64
		_, err := tx.row(ctx, `
			INSERT INTO signature (hash, mail) VALUES ($1, $2)
			ON CONFLICT (hash) DO UPDATE SET mail = signature.mail
			RETURNING mail`, args(hash, mail), &first)
		if err != nil {
			return 0, err
		}
		if first != mail {
			earlier = first
		}
	}
	return earlier, nil
}
