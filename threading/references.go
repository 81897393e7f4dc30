package threading

import (
	"mime"
	"slices"
	"strings"
	"unicode"
)

// maxReferences is how many ids of a mail are looked at. Old threads carry thousands; the newest
// say it all.
const maxReferences = 100

// maxID is the longest id that is taken for one: that of a whole line (RFC 5322 section 2.1.1).
const maxID = 998

// maxUnknown is how many unknown ids of a mail are told.
const maxUnknown = 20

// References returns the ids that a mail answers to, newest first: those of In-Reply-To, then those
// of References from its end. The values are raw header values or single ids. None comes twice, and
// at most a hundred come.
func References(inReplyTo, references []string) []string {
	var ids []string
	for _, value := range references {
		ids = append(ids, MessageIDs(value)...)
	}
	slices.Reverse(ids)
	var first []string
	for _, value := range inReplyTo {
		first = append(first, MessageIDs(value)...)
	}
	return distinct(append(first, ids...), maxReferences)
}

func distinct(ids []string, most int) []string {
	seen := make(map[string]bool, min(len(ids), most))
	kept := []string{}
	for _, id := range ids {
		if len(kept) == most {
			break
		}
		if !seen[id] {
			seen[id] = true
			kept = append(kept, id)
		}
	}
	return kept
}

// MessageIDs returns the ids in the value of Message-ID, In-Reply-To or References, without their
// angle brackets. It reads what clients write beyond RFC 5322 section 3.6.4: commas, no brackets, a
// bracket that is never closed, ids folded or broken by blanks, comments, prose around an id, no @,
// encoded-words (Exchange encodes long ids).
func MessageIDs(value string) []string {
	value = decodeWords(value)
	var ids []string
	loose := &strings.Builder{} // what stands outside of brackets and comments
	comments := true
	for value != "" {
		switch value[0] {
		case '<':
			inside, rest := cutBracket(value[1:])
			ids = append(ids, looseIDs(loose.String(), false)...)
			ids = append(ids, bracketed(inside)...)
			value = rest
			loose.Reset()
		case '(':
			if comments {
				value, comments = skipComment(value)
			} else {
				value = value[1:]
			}
			loose.WriteByte(' ')
		default:
			loose.WriteByte(value[0])
			value = value[1:]
		}
	}
	return append(ids, looseIDs(loose.String(), len(ids) == 0)...)
}

func decodeWords(value string) string {
	if strings.Contains(value, "=?") {
		if plain, err := new(mime.WordDecoder).DecodeHeader(value); err == nil {
			value = plain
		}
	}
	return strings.ToValidUTF8(value, "")
}

// cutBracket returns what stands before the bracket that closes, or before the next one that opens.
func cutBracket(s string) (inside, rest string) {
	i := strings.IndexAny(s, "<>")
	switch {
	case i < 0:
		return s, ""
	case s[i] == '<':
		return s[:i], s[i:]
	}
	return s[:i], s[i+1:]
}

// bracketed returns the id in a pair of brackets, without the blanks that folding left in it; or
// the several ids, where a client put all of them in one pair.
func bracketed(inside string) []string {
	fields := strings.FieldsFunc(inside, separates)
	for _, field := range fields {
		if !strings.Contains(strings.Trim(field, "@"), "@") {
			return clean(strings.Join(strings.FieldsFunc(inside, unicode.IsSpace), ""))
		}
	}
	return clean(fields...)
}

// looseIDs returns the words that look like ids. A value of one word is an id whatever it looks
// like.
func looseIDs(s string, whole bool) []string {
	words := strings.FieldsFunc(s, func(r rune) bool {
		return separates(r) || strings.ContainsRune(`"'>`, r)
	})
	if whole && len(words) == 1 {
		return clean(words...)
	}
	words = slices.DeleteFunc(words, func(word string) bool { return !strings.Contains(word, "@") })
	return clean(words...)
}

func separates(r rune) bool { return r == ',' || r == ';' || unicode.IsSpace(r) }

// clean drops what an id cannot hold, and ids that are none.
func clean(ids ...string) []string {
	var kept []string
	for _, id := range ids {
		id = strings.Map(func(r rune) rune {
			if unicode.IsControl(r) {
				return -1
			}
			return r
		}, id)
		if strings.Trim(id, "@.") != "" && len(id) <= maxID {
			kept = append(kept, id)
		}
	}
	return kept
}

// plausibleID reports whether an id is one that a mailer would have made: any word may stand in the
// field.
func plausibleID(id string) bool {
	left, right, ok := strings.Cut(id, "@")
	return ok && left != "" && right != "" && len(id) <= 250 &&
		!strings.Contains(right, "@") && !strings.ContainsFunc(id, unicode.IsSpace)
}

// skipComment returns what follows a comment, which may hold others (RFC 5322 section 3.2.2). One
// that is never closed is none, or it would hide the ids behind it; nor is it worth a second look
// at the rest.
func skipComment(s string) (rest string, closed bool) {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return s[i+1:], true
			}
		}
	}
	return s[1:], false
}
