package message

import (
	"cmp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Address is a mailbox of an address field.
type Address struct {
	Name    string // decoded and cleaned; "" if none
	Address string // the domain in lower case; never ""
}

// addresses reads all values of an address field: names raw, encoded, with
// commas, unquoted; addresses without brackets, with too many, or without domain; groups.
func addresses(values []string) []Address {
	var list []Address
	for _, v := range values {
		found := splitAddresses(v)
		if len(found) == 0 && strings.Contains(v, "=?") {
			found = splitAddresses(decodeWords(v)) // the whole field in an encoded-word
		}
		list = append(list, found...)
	}
	return list
}

const maxAddresses = 2000

func splitAddresses(s string) []Address {
	if strings.Contains(s, "&lt;") && !strings.Contains(s, "<") { // a web form escaped it
		s = strings.NewReplacer("&lt;", "<", "&gt;", ">").Replace(s)
	}
	var list []Address
	a := addressReader{s: s}
	for len(list) < maxAddresses && a.more() {
		list = append(list, a.next()...)
	}
	return list
}

type addressReader struct {
	s string
	i int

	phrase, comment strings.Builder // of the address at hand
	quotedAddress   string          // an address that stood in quotes
}

func (a *addressReader) more() bool { return a.i < len(a.s) }

// next reads up to the comma or semicolon after one address. A second address
// in front of it, where the comma was forgotten, is left for the next call.
func (a *addressReader) next() []Address {
	a.phrase.Reset()
	a.comment.Reset()
	a.quotedAddress = ""
	for a.i < len(a.s) {
		switch c := a.s[a.i]; c {
		case ',', ';':
			a.i++
			if c == ',' && a.surname() {
				a.phrase.WriteByte(',')
				continue
			}
			return a.plain()
		case ':':
			a.colon()
		case '"':
			if found := a.quote(); found != nil {
				return found
			}
		case '(':
			a.comment.WriteString(a.readComment())
		case '<':
			if address := a.angle(); address != "" {
				a.skipToSeparator()
				return newAddress(cmp.Or(strings.TrimSpace(a.phrase.String()), a.comment.String()),
					address)
			}
		case '>':
			a.i++
		default:
			n := max(a.encodedWordLength(), 1)
			a.phrase.WriteString(a.s[a.i : a.i+n])
			a.i += n
		}
	}
	return a.plain()
}

// surname reports whether the words before the comma are the first half of a name that was not
// quoted: "Doe, John <a@b>". A word in small letters alone is sooner a mailbox.
func (a *addressReader) surname() bool {
	before := strings.TrimSpace(a.phrase.String())
	if before == "" || strings.ContainsAny(before, "@,") || strings.ToLower(before) == before &&
		!strings.Contains(before, " ") {
		return false
	}
	rest := a.s[a.i:]
	i := strings.IndexAny(rest[:min(len(rest), 200)], ",;:@\"(<")
	return i > 0 && rest[i] == '<' && strings.TrimSpace(rest[:i]) != ""
}

func (a *addressReader) plain() []Address {
	return plainAddress(a.phrase.String(), a.comment.String(), a.quotedAddress)
}

// colon ends the name of a group, or "mailto".
func (a *addressReader) colon() {
	a.i++
	if strings.Contains(a.phrase.String(), "@") {
		a.phrase.WriteByte(':')
	} else {
		a.phrase.Reset()
	}
}

// quote takes a quoted string to the phrase; a quoted local part is an address at once.
func (a *addressReader) quote() []Address {
	text, closed := a.quoted()
	if !closed {
		return nil
	}
	if a.i < len(a.s) && a.s[a.i] == '@' {
		return newAddress(a.comment.String(), `"`+text+`"`+a.domain())
	}
	if strings.Contains(text, "@") && !strings.ContainsAny(text, " \t,") {
		a.quotedAddress = text
	}
	a.phrase.WriteString(text)
	return nil
}

// encodedWordLength returns the length of the encoded-word here: a comma in it separates nothing.
func (a *addressReader) encodedWordLength() int {
	if !strings.HasPrefix(a.s[a.i:], "=?") {
		return 0
	}
	end := a.i + min(len(a.s)-a.i, 500)
	_, n := encodedWord(a.s[a.i:end], true)
	return n
}

// quoted reads the quoted string here. Without a closing quote only the quote is taken.
func (a *addressReader) quoted() (text string, closed bool) {
	var b strings.Builder
	for i := a.i + 1; i < len(a.s); i++ {
		switch c := a.s[i]; {
		case c == '"':
			a.i = i + 1
			return b.String(), true
		case c == '\\' && i+1 < len(a.s):
			i++
			b.WriteByte(a.s[i])
		case c == '<' && i-a.i > 1 && strings.Count(a.s[i:min(len(a.s), i+400)], `"`) == 0 &&
			strings.IndexByte(a.s[i:min(len(a.s), i+400)], '>') > 0:
			a.i++
			return "", false
		default:
			b.WriteByte(c)
		}
	}
	a.i++
	return "", false
}

// domain reads from the at sign to what ends a bare address.
func (a *addressReader) domain() string {
	rest := a.s[a.i:]
	end := strings.IndexAny(rest, " \t,;<>\"")
	if end < 0 {
		end = len(rest)
	}
	a.i += end
	return rest[:end]
}

// readComment reads the comment here, nested ones with it.
func (a *addressReader) readComment() string {
	depth := 0
	for i := a.i; i < len(a.s); i++ {
		switch a.s[i] {
		case '\\':
			i++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				text := a.s[a.i+1 : i]
				a.i = i + 1
				return text
			}
		}
	}
	text := a.s[a.i+1:]
	a.i = len(a.s)
	return text
}

// angle reads "<address>"; the closing bracket may be missing, the opening one doubled.
func (a *addressReader) angle() string {
	for a.i < len(a.s) && a.s[a.i] == '<' {
		a.i++
	}
	rest := a.s[a.i:]
	end := strings.IndexAny(rest, "<>,;")
	if end < 0 {
		end = len(rest)
	} else if strings.HasPrefix(strings.TrimSpace(rest), "@") { // a source route holds commas
		if j := strings.IndexByte(rest, '>'); j >= 0 {
			end = j
		}
	} else if q := strings.IndexAny(rest, `"(`); q >= 0 &&
		q < end { // a quoted local part or a comment holds any
		if j := strings.IndexByte(rest, '>'); j >= 0 {
			end = j
		}
	}
	a.i += end
	for a.i < len(a.s) && a.s[a.i] == '>' {
		a.i++
	}
	address := withoutComments(strings.TrimSpace(rest[:end]))
	if i := strings.LastIndexByte(address, ':'); strings.HasPrefix(address, "@") && i >= 0 {
		address = address[i+1:]
	}
	return address
}

func withoutComments(s string) string {
	for {
		i := strings.IndexByte(s, '(')
		if i < 0 {
			return s
		}
		j := strings.IndexByte(s[i:], ')')
		if j < 0 {
			return s
		}
		s = s[:i] + s[i+j+1:]
	}
}

// skipToSeparator passes what follows an address in brackets, but not another address.
func (a *addressReader) skipToSeparator() {
	for i := a.i; i < len(a.s); i++ {
		switch a.s[i] {
		case ',', ';':
			a.i = i + 1
			return
		case '(':
			a.i = i
			a.readComment()
			i = a.i - 1
		case '<', '@', '"', '=':
			return // the comma before it was forgotten
		}
	}
	a.i = len(a.s)
}

// plainAddress takes the address out of a phrase without brackets: all of
// them, where nothing stands between two.
func plainAddress(phrase, comment, quoted string) []Address {
	if strings.Contains(phrase, "=?") {
		if text := decodeWords(phrase); strings.Contains(text, "@") {
			phrase = strings.NewReplacer("<", " ", ">", " ").Replace(text)
		}
	}
	words := joinDots(strings.FieldsFunc(phrase, unicode.IsSpace))
	var found, names []string
	for _, word := range words {
		if at := strings.LastIndexByte(word, '@'); at > 0 && at < len(word)-1 {
			found = append(found, word)
		} else {
			names = append(names, word)
		}
	}
	switch {
	case len(found) > 1 && len(names) == 0:
		var list []Address
		for _, address := range found {
			list = append(list, newAddress("", address)...)
		}
		return list
	case len(found) > 0:
		name := strings.Join(names, " ")
		if name == "" {
			name = comment
		}
		return newAddress(name, found[len(found)-1])
	case quoted != "":
		return newAddress("", quoted)
	case len(words) == 1 && isLocalPart(words[0]): // a mailbox of the sender's own host
		return newAddress(comment, words[0])
	}
	return nil
}

// joinDots joins "jdoe@test", ".", "example": blanks around dots and the at sign are
// obsolete but legal (RFC 5322 section 4.4). Before the at sign only that itself joins.
func joinDots(words []string) []string {
	joined := words[:0]
	for _, w := range words {
		if n := len(joined) - 1; n >= 0 {
			last := joined[n]
			if w[0] == '@' || strings.HasSuffix(last, "@") || strings.Contains(last, "@") &&
				(w[0] == '.' || strings.HasSuffix(last, ".")) {
				joined[n] += w
				continue
			}
		}
		joined = append(joined, w)
	}
	return joined
}

func isLocalPart(s string) bool {
	for _, r := range s {
		if r >= utf8.RuneSelf || !unicode.IsLetter(r) && !unicode.IsDigit(r) &&
			!strings.ContainsRune("._+-", r) {
			return false
		}
	}
	return true
}

func newAddress(name, address string) []Address {
	quoted := strings.HasPrefix(address, `"`)
	address = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) && !quoted || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, address)
	address = strings.Trim(address, "<>,;:'")
	if !strings.Contains(address, "@[") {
		address = strings.Trim(address, "[]") // "[mailto:a@b]", as programs write it in text
	}
	if n := len(address); n > 2 && quoted && address[n-1] == '"' &&
		strings.Contains(address, "@") { // <"a@b">
		address = address[1 : n-1]
	}
	if len(address) > 6 && strings.EqualFold(address[:7], "mailto:") {
		address = address[7:]
	}
	if strings.HasPrefix(address, "=?") {
		address = cleanLine(decodeWords(address))
	}
	if at := strings.LastIndexByte(address, '@'); at >= 0 {
		address = address[:at+1] + strings.ToLower(strings.TrimRight(address[at+1:], "."))
	}
	if address == "" || address == "@" || len(address) > 1000 {
		return nil
	}
	return []Address{{Name: cleanName(name), Address: address}}
}

// cleanName is the display name as people read it.
func cleanName(name string) string {
	name = cleanLine(decodeWords(name))
	for len(name) > 1 && (name[0] == '"' || name[0] == '\'') && name[len(name)-1] == name[0] {
		name = strings.TrimSpace(name[1 : len(name)-1])
	}
	return name
}
