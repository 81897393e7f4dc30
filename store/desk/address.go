package desk

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"buzon/store/desk/lazy"
)

// Canonical is the one form of a mail address that is compared, stored and sent to: the local part
// folded to lower case, the domain as its ASCII labels (UTS 46). It returns "" for what RFC 5322
// can't write without quotes: "a@evil@good" is nobody.
func Canonical(address string) string {
	local, domain, ok := cutLast(strings.TrimSpace(address))
	if !ok || !utf8.ValidString(local) {
		return ""
	}
	ascii, err := domains.ToASCII(strings.TrimSuffix(domain, "."))
	if err != nil {
		return ""
	}
	canonical := strings.Map(fold, local) + "@" + strings.ToLower(ascii)
	if !AddrSpec(canonical) {
		return ""
	}
	return canonical
}

// domains reads a domain as the mail world has it: with underscores, and with hyphens where IDNA
// keeps them for itself.
var domains = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.BidiRule(),
	idna.StrictDomainName(false),
	idna.CheckHyphens(false), idna.VerifyDNSLength(true))

// AddrSpec reports whether s is an address that all readers read alike: a dot-atom, an at sign and
// a name of the DNS (RFC 5322 section 3.4.1 without its quoted, literal and obsolete forms; RFC
// 6532), and not what many decode though it must not stand there, an encoded-word (RFC 2047 section
// 5). A domain beyond ASCII must be as the DNS gives it back: what UTS 46 maps to another is one
// domain to some and none to others.
func AddrSpec(s string) bool {
	local, domain, ok := strings.Cut(s, "@")
	if !ok || len(local) > 64 || len(s) > 254 || !utf8.ValidString(s) ||
		encodedWord.MatchString(local) {
		return false
	}
	for atom := range strings.SplitSeq(local, ".") {
		if atom == "" || strings.ContainsFunc(atom, notAtext) {
			return false
		}
	}
	for label := range strings.SplitSeq(domain, ".") {
		if strings.Trim(label, "-") != label || label == "" || len(label) > 63 ||
			strings.ContainsFunc(label, notInLabel) {
			return false
		}
	}
	return asDNSWrites(strings.Map(fold, domain))
}

var encodedWord = lazy.Compile(`=\?[^?]+\?[bBqQ]\?[^?]*\?=`)

// notAtext is all but atext (RFC 5322 section 3.2.3, RFC 6532 section 3.2), and what nobody sees.
func notAtext(r rune) bool {
	return notInLabel(r) && !strings.ContainsRune("!#$%&'*+/=?^`{|}~", r) ||
		unicode.In(r, unicode.C, unicode.Z)
}

func notInLabel(r rune) bool {
	inLabel := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' ||
		r == '-' || r == '_'
	return r < utf8.RuneSelf && !inLabel
}

func asDNSWrites(domain string) bool {
	if strings.IndexFunc(domain, func(r rune) bool { return r >= utf8.RuneSelf }) < 0 {
		return true
	}
	ascii, err := domains.ToASCII(domain)
	if err != nil {
		return false
	}
	back, err := domains.ToUnicode(ascii)
	return err == nil && back == domain
}

// fold lowers a letter, but never one of another script to ASCII: with the Kelvin sign for its K,
// an address is somebody else's.
func fold(r rune) rune {
	if l := unicode.ToLower(r); r < utf8.RuneSelf || l >= utf8.RuneSelf {
		return l
	}
	return r
}

func cutLast(address string) (local, domain string, ok bool) {
	i := strings.LastIndexByte(address, '@')
	if i < 0 {
		return "", "", false
	}
	return address[:i], address[i+1:], true
}

// Loopback reports whether a host is this machine.
func Loopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// ClosedReply is what a mailbox does with a reply to a closed ticket.
type ClosedReply string

const (
	OpenNew ClosedReply = "new"
	Reopen  ClosedReply = "reopen"
	Reject  ClosedReply = "reject"
)

// Mailbox is a public address of the desk. The zero value of each field but Address works.
type Mailbox struct {
	Address        string // canonical
	Name           string
	Aliases        []string // canonical
	Senders        []string // canonical; forms and groups, in whose name others write
	Plus           bool     // the server delivers soporte+x@ to soporte@
	Tag            string   // of subjects: [Caso #123]
	ClosedReply    ClosedReply
	Product        string // of tickets opened here
	NumberIsEnough bool   // policy row 15
	Demand         string // what support costs whoever has no contract; "": it is for everybody
	Alerts         bool   // machines may open tickets here
	// how long an agent's words to a customer wait, and can be withdrawn
	Hold time.Duration
	// whether requesters of closed tickets are asked how they were treated
	Satisfaction bool
	// ReplyDomain is where replies and bounces come to; "": the domain of the address
	ReplyDomain string
}

// Domain of the mailbox's address.
func (m Mailbox) Domain() string {
	_, domain, _ := strings.Cut(m.Address, "@")
	return domain
}

// Replies is the address under which replies and bounces come.
func (m Mailbox) Replies() string { return m.AtReplies(m.Address) }

// AtReplies is an address of the mailbox, signed or not, at the domain to which replies come.
func (m Mailbox) AtReplies(address string) string {
	local, _, ok := strings.Cut(address, "@")
	if m.ReplyDomain == "" || !ok {
		return address
	}
	return local + "@" + m.ReplyDomain
}

// all are the addresses of the mailbox without plus forms.
func (m Mailbox) all() []string {
	list := append([]string{m.Address}, m.Aliases...)
	if to := m.Replies(); !slices.Contains(list, to) {
		list = append(list, to)
	}
	return list
}

// Mailboxes are all of a desk, the first being its main one.
type Mailboxes []Mailbox

// Named returns the mailbox with the canonical address, else the main one: a ticket outlives the
// mailbox it came by.
func (list Mailboxes) Named(address string) Mailbox {
	for _, m := range list {
		if m.Address == address {
			return m
		}
	}
	return list[0]
}

// Form reports whether others write in the name of the canonical address.
func (list Mailboxes) Form(address string) bool {
	return slices.ContainsFunc(list, func(m Mailbox) bool {
		return slices.Contains(m.Senders, address)
	})
}

// Addresses lists every address of the desk without plus forms.
func (list Mailboxes) Addresses() (all []string) {
	for _, m := range list {
		all = append(all, m.all()...)
	}
	return all
}

// Check says what is wrong with the mailboxes.
func (list Mailboxes) Check() error {
	if len(list) == 0 {
		return errors.New("no mailbox: add the address that customers write to")
	}
	owner := map[string]string{}
	for _, m := range list {
		for _, a := range m.all() {
			if Canonical(a) != a || a == "" {
				return fmt.Errorf(
					"mailbox address %q: want a plain address such as soporte@ejemplo.test", a)
			}
			if other, taken := owner[a]; taken && other == m.Address {
				return fmt.Errorf("the address %s is listed twice: "+
					"leave it once, as a mailbox or as one of its aliases", a)
			} else if taken {
				return fmt.Errorf("the address %s belongs to two mailboxes, %s and %s: "+
					"leave it in one", a, other, m.Address)
			}
			owner[a] = m.Address
		}
	}
	return nil
}
