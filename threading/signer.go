package threading

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"strconv"

	"buzon/store/desk"
)

// Kind is the role in which a token was given to a person.
type Kind string

const (
	Customer Kind = "customer"
	Agent    Kind = "agent"
	Inside   Kind = "inside" // an agent's, from a notice whose replies stay among agents
)

// Desk reports whether the token was given to an agent.
func (k Kind) Desk() bool { return k == Agent || k == Inside }

// Token is what a signed address or Message-ID says. Person 0 is nobody in particular.
type Token struct {
	Mailbox string // address of the mailbox, never one of its aliases
	Ticket  int64
	Item    int64 // 0 in an address
	Person  int64
	Kind    Kind // empty in a root id
	// Notice is the outbox row, in the id of a further mail about the item to the person; else 0
	Notice int64
	Key    string // id of the key that signed
}

// Purposes keep apart what would else have the same fields.
const (
	forReply   = "reply"
	forMessage = "message"
	forRoot    = "root"
	forBounce  = "bounce"
	forLoop    = "loop"
	forAnswer  = "answer"
	forLogin   = "login"
)

const (
	addressMAC = 20 // characters of base32: 100 bits, because a local part has 64 octets at most
	messageMAC = 26 // 130 bits

	maxTicket = 999_999_999           // 9 digits
	maxPerson = 36*36*36*36*36*36 - 1 // 6 digits of base 36, for the sake of long mailbox names
	maxOutbox = 999_999_999_999       // 12 digits

	// longestDetail is "+c" ticket ".p" person "." key mac; a bounce address is shorter.
	longestDetail = 2 + 9 + 2 + 6 + 1 + 2 + addressMAC
)

var lower32 = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// Signer signs and verifies for one installation. It may be used by several goroutines.
type Signer struct {
	keys     *Keyring
	instance string
}

// NewSigner returns a signer for the installation named instance: letters, digits and hyphens, the
// same for the life of the database. What one installation signs, another takes for forged.
func NewSigner(k *Keyring, instance string) *Signer {
	return &Signer{keys: k, instance: lowerASCII(instance)}
}

// ReplyAddress returns mailbox with t signed into it. The signature binds t.Mailbox, or mailbox
// where that is empty, so mailbox may be an alias. Numbers too large for an address give the bare
// mailbox: replies to it are still found by their references.
func (s *Signer) ReplyAddress(mailbox string, t Token) string {
	local, domain, ok := splitAddress(mailbox)
	if !ok || !within(t.Ticket, 1, maxTicket) || !within(t.Person, 0, maxPerson) {
		return mailbox
	}
	if t.Mailbox == "" {
		t.Mailbox = mailbox
	}
	t.Mailbox = desk.Canonical(t.Mailbox)
	key := s.keys.signer()
	return local + "+c" + decimal(t.Ticket) + ".p" + base36(t.Person) + "." +
		key.ID + s.reply(key, t)[:addressMAC] + "@" + domain
}

// MessageID returns the Message-ID, without angle brackets, of the mail that carries t to its
// person. It needs t.Mailbox.
func (s *Signer) MessageID(domain string, t Token) string {
	t.Mailbox = desk.Canonical(t.Mailbox)
	key := s.keys.signer()
	id := "c" + decimal(t.Ticket) + ".i" + decimal(t.Item) + ".p" + base36(t.Person) + "."
	if t.Notice != 0 {
		id += "n" + decimal(t.Notice) + "."
	}
	return id + key.ID + s.message(key, t)[:messageMAC] + "@" + domain
}

// RootID returns the id, without angle brackets, with which References of all mails about a ticket
// begin. It changes when the keys are rotated; the older ones stay valid.
func (s *Signer) RootID(domain, mailbox string, ticket int64) string {
	key := s.keys.signer()
	mac := s.root(key, desk.Canonical(mailbox), ticket)[:messageMAC]
	return "c" + decimal(ticket) + "." + key.ID + mac + "@" + domain
}

// BounceAddress returns the envelope sender of a row of the outbox, by which a bounce proves what
// it is about. Here mailbox is no alias.
func (s *Signer) BounceAddress(mailbox string, outbox int64) string {
	local, domain, ok := splitAddress(mailbox)
	if !ok || !within(outbox, 1, maxOutbox) {
		return mailbox
	}
	key := s.keys.signer()
	mac := s.bounce(key, local+"@"+domain, outbox)[:addressMAC]
	return local + "+b" + decimal(outbox) + "." + key.ID + mac + "@" + domain
}

// AnswerAddress returns the address at which a person answers what a row of the outbox asks him,
// about no ticket: soporte+n55.p7.a<mac>@…
func (s *Signer) AnswerAddress(mailbox string, outbox, person int64) string {
	local, domain, ok := splitAddress(mailbox)
	if !ok || !within(outbox, 1, maxTicket) || !within(person, 1, maxPerson) {
		return mailbox
	}
	key := s.keys.signer()
	return local + "+n" + decimal(outbox) + ".p" + base36(person) + "." +
		key.ID + s.answer(key, local+"@"+domain, outbox, person)[:addressMAC] + "@" + domain
}

// Password returns the password that a row of the outbox tells a person, made with the key of that
// id, "" being the one that signs now; "" where there is no such key. So it is written down
// nowhere.
func (s *Signer) Password(key string, outbox, person int64) (password, id string) {
	k, ok := s.keys.signer(), true
	if key != "" {
		k, ok = s.keys.find(key)
	}
	if !ok {
		return "", ""
	}
	mac := s.mac(k, forLogin, decimal(outbox), decimal(person))[:20]
	return mac[:5] + "-" + mac[5:10] + "-" + mac[10:15] + "-" + mac[15:], k.ID
}

// LoopMark returns the value of X-Buzon-Loop for a row of the outbox:
// <instance>.b<outbox>.<key><mac>.
func (s *Signer) LoopMark(outbox int64) string {
	key := s.keys.signer()
	return s.instance + ".b" + decimal(outbox) + "." + key.ID + s.loop(key, outbox)[:messageMAC]
}

// The mailboxes below are in canonical form.

func (s *Signer) reply(key secretKey, t Token) string {
	return s.mac(key, forReply, t.Mailbox, decimal(t.Ticket), decimal(t.Person), string(t.Kind))
}

func (s *Signer) message(key secretKey, t Token) string {
	fields := []string{
		t.Mailbox, decimal(t.Ticket), decimal(t.Item), decimal(t.Person), string(t.Kind),
	}
	if t.Notice != 0 {
		fields = append(fields, decimal(t.Notice))
	}
	return s.mac(key, forMessage, fields...)
}

func (s *Signer) root(key secretKey, mailbox string, ticket int64) string {
	return s.mac(key, forRoot, mailbox, decimal(ticket))
}

func (s *Signer) bounce(key secretKey, mailbox string, outbox int64) string {
	return s.mac(key, forBounce, mailbox, decimal(outbox))
}

func (s *Signer) answer(key secretKey, mailbox string, outbox, person int64) string {
	return s.mac(key, forAnswer, mailbox, decimal(outbox), decimal(person))
}

func (s *Signer) loop(key secretKey, outbox int64) string {
	return s.mac(key, forLoop, decimal(outbox))
}

// mac signs the fields after the purpose, the instance and the key's id. Each goes in behind its
// length, so that no two lists of fields give the same octets.
func (s *Signer) mac(key secretKey, purpose string, fields ...string) string {
	h := hmac.New(sha256.New, key.Secret)
	var buffer [256]byte
	signed := buffer[:0]
	for _, field := range append([]string{"buzon1", purpose, s.instance, key.ID}, fields...) {
		signed = binary.BigEndian.AppendUint32(signed, uint32(len(field)))
		signed = append(signed, field...)
	}
	h.Write(signed)
	return lower32.EncodeToString(h.Sum(nil))
}

func within(n, least, most int64) bool { return least <= n && n <= most }
func decimal(n int64) string           { return strconv.FormatInt(n, 10) }
func base36(n int64) string            { return strconv.FormatInt(n, 36) }
