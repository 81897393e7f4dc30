package mailout

import (
	"crypto"
	"io"
	"strings"

	"github.com/emersion/go-msgauth/dkim"

	"buzon/store"
)

// DKIMKey signs mail from its domain and those below it (RFC 6376, RFC 8463), so that it is aligned
// for DMARC. Several for one domain make a signature each: RSA for all, Ed25519 for who reads it.
type DKIMKey struct {
	Domain, Selector string
	Key              crypto.Signer // RSA or Ed25519
}

// signs reports whether the key is for mail from a domain.
func (k DKIMKey) signs(domain string) bool {
	domain, own := strings.ToLower(domain), strings.ToLower(k.Domain)
	return domain == own || strings.HasSuffix(domain, "."+own)
}

// signedFields are those of RFC 6376 section 5.4.1 that we write. Message-ID is none of them: some
// relays write their own. Each is named once more than it is there, so that nobody can add another
// one (section 5.4.2).
var signedFields = []string{"From", "Reply-To", "Subject", "Date", "To", "Cc", "In-Reply-To",
	"References", "MIME-Version", "Content-Type", "Sender"}

// signature is the field that signs a mail.
func (k DKIMKey) signature(mail io.Reader, header map[string]bool) (string, error) {
	var fields []string
	for _, name := range signedFields {
		if header[strings.ToLower(name)] {
			fields = append(fields, name)
		}
		fields = append(fields, name)
	}
	s, err := dkim.NewSigner(&dkim.SignOptions{Domain: k.Domain, Selector: k.Selector,
		Signer:                 k.Key,
		HeaderCanonicalization: dkim.CanonicalizationRelaxed,
		BodyCanonicalization:   dkim.CanonicalizationRelaxed, HeaderKeys: fields})
	if err != nil {
		return "", err
	}
	_, err = io.Copy(s, mail)
	if closed := s.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return "", err
	}
	return s.Signature(), nil
}

// sign writes the mail in raw to w, below the signatures of the keys for its domain. It reads the
// mail once for each: nothing of it is held in memory.
func (r *Renderer) sign(w io.Writer, raw *store.Spool, fields header, domain string) error {
	there := map[string]bool{"mime-version": true, "content-type": true}
	for _, f := range fields {
		there[strings.ToLower(f[0])] = true
	}
	mail := func() io.Reader { return io.NewSectionReader(raw.ReaderAt(), 0, raw.Size()) }
	for _, k := range r.DKIM {
		if !k.signs(domain) {
			continue
		}
		field, err := k.signature(mail(), there)
		if err != nil {
			return err
		}
		if _, err := io.WriteString(w, field); err != nil {
			return err
		}
	}
	_, err := io.Copy(w, mail())
	return err
}
