package message

import (
	"strings"
	"unicode"

	"buzon/store/desk"
)

// author is the one address that a header's From names: exactly one field with exactly one
// addr-spec (RFC 5322 section 3.4.1, in UTF-8 by RFC 6532) in brackets or bare. It is "" where
// readers of mail differ on whose address that is: of several, in groups, with comments, quotes,
// blanks, encoded-words or controls inside, or with another address beside it.
func author(h Header) string {
	var raw string
	fields := 0
	for _, f := range h.fields {
		if strings.EqualFold(f.name, "From") {
			fields++
			raw = f.raw
			if f.mended {
				return ""
			}
		}
	}
	if fields != 1 {
		return ""
	}
	value, ok := unfoldStrictly(raw)
	if !ok {
		return ""
	}
	address, beside := mailbox(value)
	for _, other := range strings.FieldsFunc(beside, unicode.IsSpace) {
		if strings.Contains(other, "@") && other != address { // "ana@x.test <ana@x.test>" names one
			return ""
		}
	}
	if strings.Contains(address, "=?") || !desk.AddrSpec(strings.TrimSuffix(address, ".")) {
		return ""
	}
	return address
}

// unfoldStrictly joins the lines of a field that has no control but blanks and folds.
func unfoldStrictly(raw string) (value string, ok bool) {
	value = strings.ReplaceAll(strings.ReplaceAll(raw, "\r\n", "\n"), "\n", "")
	bad := func(r rune) bool { return unicode.IsControl(r) && r != '\t' }
	return strings.TrimSpace(value), !strings.ContainsFunc(value, bad)
}

// mailbox takes a field's value apart: the address in the one pair of brackets, else what is left
// of all of it without a comment at its end; and the words beside it that are neither quoted nor
// encoded. The address is "" for anything else.
func mailbox(value string) (address, beside string) {
	words, inside, ok := cutQuoted(value)
	if !ok {
		return "", ""
	}
	if strings.ContainsAny(words, ":;") { // a group
		return "", ""
	}
	if !strings.ContainsAny(words, "<>") {
		address = strings.TrimSpace(words)
		if inside { // quotes belong to a name, and a name to brackets
			return "", ""
		}
		return address, ""
	}
	before, rest, _ := strings.Cut(words, "<")
	address, after, closed := strings.Cut(rest, ">")
	if !closed || strings.ContainsAny(before+after, "<>") || strings.TrimSpace(after) != "" {
		return "", ""
	}
	return address, before
}

// cutQuoted returns value without its comments, and with NUL for each of its quoted strings; quoted
// says that there was one. ok is false for what is not closed, and for a comment that shows an
// address.
func cutQuoted(value string) (words string, quoted, ok bool) {
	var b strings.Builder
	for value != "" {
		switch value[0] {
		case '"':
			n := quotedLength(value)
			if n == 0 {
				return "", false, false
			}
			b.WriteByte(0)
			quoted, value = true, value[n:]
		case '(':
			a := addressReader{s: value}
			text := a.readComment()
			if a.i == len(value) && !strings.HasSuffix(value, ")") ||
				strings.ContainsAny(text, "@<>") {
				return "", false, false
			}
			b.WriteByte(1) // an address is not joined over it
			value = value[a.i:]
		default:
			b.WriteByte(value[0])
			value = value[1:]
		}
	}
	return strings.Trim(b.String(), " \t\x01"), quoted, true
}

// quotedLength is that of the quoted string at the beginning of s, 0 where it does not end.
func quotedLength(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return 0
}
