package threading

import (
	"fmt"
	"net/url"
	"strings"
	"unicode"

	"buzon/store/desk"

	"golang.org/x/net/idna"
)

// Mailbox is a public address of ours and the other addresses under which it is known.
type Mailbox struct {
	Address string
	Aliases []string
}

// Mailboxes knows which addresses are ours. It is not changed after it is made.
type Mailboxes struct {
	mailbox   map[string]string // address or alias -> mailbox
	addresses []string          // of the mailboxes, in the order given
	domains   map[string]bool
}

// NewMailboxes returns the addresses of boxes. Where two claim one address, it is the first one's.
func NewMailboxes(boxes ...Mailbox) *Mailboxes {
	b := &Mailboxes{mailbox: map[string]string{}, domains: map[string]bool{}}
	for _, box := range boxes {
		canonical := desk.Canonical(box.Address)
		b.addresses = append(b.addresses, canonical)
		for _, address := range append([]string{canonical}, box.Aliases...) {
			b.add(address, canonical)
		}
	}
	return b
}

func (b *Mailboxes) add(address, mailbox string) {
	local, domain, ok := splitAddress(address)
	if !ok {
		return
	}
	b.domains[domain] = true
	if _, taken := b.mailbox[local+"@"+domain]; !taken {
		b.mailbox[local+"@"+domain] = mailbox
	}
}

// maxLocal bounds a local part that is looked at. RFC 5321 section 4.5.3.1.1 allows 64 octets.
const maxLocal = 256

// Find returns the mailbox that an address belongs to, and its detail, the part after the plus sign
// (RFC 5233), in lower case. It reads an address as headers hold it: with a name, angle brackets,
// "mailto:", a quoted local part, a dot at the end.
func (b *Mailboxes) Find(address string) (mailbox, detail string, ok bool) {
	local, domain, ok := splitAddress(address)
	if !ok {
		return "", "", false
	}
	if mailbox, ok = b.mailbox[local+"@"+domain]; ok {
		return mailbox, "", true
	}
	for i := strings.LastIndexByte(local, '+'); i > 0; i = strings.LastIndexByte(local[:i], '+') {
		if mailbox, ok = b.mailbox[local[:i]+"@"+domain]; ok {
			return mailbox, local[i+1:], true
		}
	}
	return "", "", false
}

// addressPieces cuts a header value into what may be addresses.
func addressPieces(value string) []string {
	pieces := strings.FieldsFunc(value, func(r rune) bool {
		return strings.ContainsRune(" \t\r\n,;<>()\u00a0", r)
	})
	n := 0
	for _, piece := range pieces {
		if strings.Contains(piece, "@") {
			pieces[n] = piece
			n++
		}
	}
	return pieces[:n]
}

// splitAddress takes the last address in value apart, in lower case, its domain in ASCII (RFC
// 5891).
func splitAddress(value string) (local, domain string, ok bool) {
	pieces := addressPieces(value)
	if len(pieces) == 0 {
		return "", "", false
	}
	address := withoutScheme(strings.Trim(pieces[len(pieces)-1], `'`))
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return "", "", false
	}
	local = lowerASCII(strings.Trim(address[:at], `"'`))
	domain = lowerASCII(strings.TrimRight(address[at+1:], `."'`))
	if local == "" || len(local) > maxLocal || domain == "" || len(domain) > maxLocal {
		return "", "", false
	}
	return local, asciiDomain(domain), true
}

func asciiDomain(domain string) string {
	if !strings.ContainsFunc(domain, func(r rune) bool { return r > unicode.MaxASCII }) {
		return domain
	}
	if ascii, err := idna.Lookup.ToASCII(domain); err == nil {
		return ascii
	}
	return domain
}

// withoutScheme takes "mailto:" off, and with it the escapes and header fields of RFC 6068.
func withoutScheme(address string) string {
	const scheme = "mailto:"
	if len(address) < len(scheme) || lowerASCII(address[:len(scheme)]) != scheme {
		return address
	}
	address, _, _ = strings.Cut(address[len(scheme):], "?")
	if plain, err := url.PathUnescape(address); err == nil {
		return plain
	}
	return address
}

// CheckMailbox returns an error unless the longest signed local part fits the 64 octets of RFC 5321
// section 4.5.3.1.1 when the mailbox's address carries it.
func CheckMailbox(address string) error {
	local, _, ok := splitAddress(address)
	if !ok {
		return fmt.Errorf("mailbox %q: not a mail address, wanted one like soporte@example.com",
			address)
	}
	if room := 64 - longestDetail; len(local) > room {
		return fmt.Errorf("mailbox %s: the part before the @ has %d octets and may have %d, "+
			"so that signed reply addresses fit 64; choose a shorter address and keep this one "+
			"as an alias, or set plus_addressing = false", address, len(local), room)
	}
	return nil
}
