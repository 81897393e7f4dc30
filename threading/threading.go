// Package threading finds the ticket that a mail belongs to, and writes the signed addresses and
// Message-IDs by which replies find their way back.
//
// Going out, one mail to one person about one ticket carries four marks:
//
//	Reply-To     soporte+c123.p7.a<mac>@…      ReplyAddress   ticket, person, kind
//	Message-ID   <c123.i4.p7.a<mac>@…>         MessageID      ticket, item, person, kind
//	References   <c123.a<mac>@…> …             RootID         ticket
//	Reply-To     soporte+n55.p7.a<mac>@…       AnswerAddress  row of the outbox, person; no ticket
//	MAIL FROM    soporte+b55.a<mac>@…          BounceAddress  row of the outbox
//	X-Buzon-Loop <instance>.b55.a<mac>         LoopMark       row of the outbox
//
// Coming in, the same marks and some weaker ones are read back:
//
//	envelope recipient ┐
//	Delivered-To       │  VerifyAddress ──┐
//	To, Cc             ┘                  └─► T issued to the sender, L to somebody else ─┐
//	In-Reply-To        ┐  VerifyMessageID ───► M an id that we signed ────────────────────┤
//	References         ┘  Index.ByMessageID ─► M an id the store knows, or that an ───────┼─► Resolution
//	                                             earlier mail of the sender named         │
//	Subject               Case ──────────────► S a number that the store knows ───────────┤
//	nothing of all this ─────────────────────► N ─────────────────────────────────────────┘
//
// A token in an address proves that somebody could answer a mail of ours; an id travels with every
// copy and proves nothing. Who that was, and what it lets him do, is decided elsewhere, from the
// evidence and the proof of the sender together.
//
// Nothing here fails on what a stranger wrote: each reader is total, linear in its input, and says
// "none" where it finds nothing.
package threading

import "strings"

// lowerASCII lower-cases A-Z alone. strings.ToLower and (?i) would also fold U+212A, the Kelvin
// sign, into k and U+017F into s, and let look-alikes pass for our marks.
func lowerASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}
