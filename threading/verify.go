package threading

import (
	"crypto/subtle"
	"strconv"
	"strings"
)

// Verdict says what a mark that came in is worth.
type Verdict int

const (
	None    Verdict = iota // no mark of ours
	Forged                 // it has our form, but we did not sign it
	Retired                // we signed it with a key that is retired since: it counts as none
	Valid
)

// VerifyAddress reads the token in an address. The address has no letter for the kind: the MAC is
// computed for each, and all are compared, so time tells nothing about which one it is.
func (s *Signer) VerifyAddress(address string, boxes *Mailboxes) (Token, Verdict) {
	mailbox, detail, _ := boxes.Find(address)
	m, ok := parseMark(detail, "cp", addressMAC)
	if !ok {
		return Token{}, None
	}
	return s.verify(m, s.reply, addressMAC, []string{mailbox},
		Token{Ticket: m.numbers[0], Person: m.numbers[1], Key: m.key})
}

// VerifyMessageID reads the token in a Message-ID, also a root id, with or without angle brackets.
// The id does not name the mailbox: each one is tried. One with our form, a wrong MAC and a foreign
// domain is another installation's and no forgery.
func (s *Signer) VerifyMessageID(id string, boxes *Mailboxes) (Token, Verdict) {
	local, domain, _ := strings.Cut(strings.Trim(id, "<> \t\r\n"), "@")
	t, verdict := s.verifyMessage(local, boxes)
	if verdict == Forged && !boxes.domains[lowerASCII(strings.TrimRight(domain, "."))] {
		return Token{}, None
	}
	return t, verdict
}

func (s *Signer) verifyMessage(local string, boxes *Mailboxes) (Token, Verdict) {
	for _, letters := range []string{"cip", "cipn"} {
		m, ok := parseMark(local, letters, messageMAC)
		if ok && (m.numbers[3] != 0 || letters == "cip") {
			return s.verify(m, s.message, messageMAC, boxes.addresses,
				Token{
					Ticket: m.numbers[0], Item: m.numbers[1], Person: m.numbers[2],
					Notice: m.numbers[3], Key: m.key,
				})
		}
	}
	m, ok := parseMark(local, "c", messageMAC)
	if !ok {
		return Token{}, None
	}
	t := Token{Ticket: m.numbers[0], Key: m.key}
	verdict := s.judge(m, func(key secretKey) (found int) {
		for _, mailbox := range boxes.addresses {
			if equal := compare(s.root(key, mailbox, t.Ticket)[:messageMAC], m.mac); equal == 1 {
				found, t.Mailbox = 1, mailbox
			}
		}
		return found
	})
	return only(t, verdict), verdict
}

// VerifyBounce reads the row of the outbox from a bounce address.
func (s *Signer) VerifyBounce(address string, boxes *Mailboxes) (outbox int64, v Verdict) {
	mailbox, detail, _ := boxes.Find(address)
	m, ok := parseMark(detail, "b", addressMAC)
	if !ok {
		return 0, None
	}
	v = s.judge(m, func(key secretKey) int {
		return compare(s.bounce(key, mailbox, m.numbers[0])[:addressMAC], m.mac)
	})
	if v != Valid {
		return 0, v
	}
	return m.numbers[0], Valid
}

// VerifyAnswer reads the row of the outbox that a person answers, and who was asked.
func (s *Signer) VerifyAnswer(address string, boxes *Mailboxes) (outbox, person int64, v Verdict) {
	mailbox, detail, _ := boxes.Find(address)
	m, ok := parseMark(detail, "np", addressMAC)
	if !ok {
		return 0, 0, None
	}
	v = s.judge(m, func(key secretKey) int {
		return compare(s.answer(key, mailbox, m.numbers[0], m.numbers[1])[:addressMAC], m.mac)
	})
	if v != Valid {
		return 0, 0, v
	}
	return m.numbers[0], m.numbers[1], Valid
}

// ValidLoopMark reports whether a value of X-Buzon-Loop is ours.
func (s *Signer) ValidLoopMark(value string) bool {
	mark, ok := strings.CutPrefix(lowerASCII(strings.TrimSpace(value)), s.instance+".")
	if !ok {
		return false
	}
	m, ok := parseMark(mark, "b", messageMAC)
	return ok && Valid == s.judge(m, func(key secretKey) int {
		return compare(s.loop(key, m.numbers[0])[:messageMAC], m.mac)
	})
}

// verify completes t with the mailbox and the kind for which the MAC is right.
func (s *Signer) verify(m mark, sign func(secretKey, Token) string, size int,
	mailboxes []string, t Token) (Token, Verdict) {
	verdict := s.judge(m, func(key secretKey) (found int) {
		candidate := t
		for _, candidate.Mailbox = range mailboxes {
			for _, candidate.Kind = range []Kind{Customer, Agent, Inside} {
				if compare(sign(key, candidate)[:size], m.mac) == 1 {
					found, t = 1, candidate
				}
			}
		}
		return found
	})
	return only(t, verdict), verdict
}

// judge finds the key of a mark and asks whether the MAC is right with it.
func (s *Signer) judge(m mark, matches func(secretKey) int) Verdict {
	key, known := s.keys.find(m.key)
	switch {
	case !known || matches(key) != 1:
		return Forged
	case !key.Retired.IsZero():
		return Retired
	}
	return Valid
}

// only returns t when it is valid: nobody shall act on what is not.
func only(t Token, v Verdict) Token {
	if v != Valid {
		return Token{}
	}
	return t
}

func compare(a, b string) int { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) }

// mark is a signed mark taken apart: c123.i4.p7.a<mac>.
type mark struct {
	numbers [4]int64
	key     string
	mac     string
}

// maxMark is longer than any mark: four numbers of 19 digits, their letters and dots, key and MAC.
const maxMark = 4*21 + 2 + messageMAC

// parseMark reads a mark whose numbers are named by letters. Each number has one spelling only: no
// sign, no leading zero, nothing but ASCII.
func parseMark(s, letters string, macSize int) (m mark, ok bool) {
	if len(s) > maxMark {
		return mark{}, false
	}
	parts := strings.Split(lowerASCII(s), ".")
	if len(parts) != len(letters)+1 {
		return mark{}, false
	}
	for i, part := range parts[:len(letters)] {
		if m.numbers[i], ok = parseNumber(part, letters[i]); !ok {
			return mark{}, false
		}
	}
	signature := parts[len(letters)]
	at := len(signature) - macSize
	const base32 = "abcdefghijklmnopqrstuvwxyz234567"
	if at < 1 || !validID(signature[:at]) || strings.Trim(signature[at:], base32) != "" {
		return mark{}, false
	}
	m.key, m.mac = signature[:at], signature[at:]
	return m, true
}

func parseNumber(part string, letter byte) (int64, bool) {
	if part == "" || part[0] != letter {
		return 0, false
	}
	base := 10
	if letter == 'p' {
		base = 36
	}
	n, err := strconv.ParseInt(part[1:], base, 64)
	return n, err == nil && n >= 0 && strconv.FormatInt(n, base) == part[1:]
}
