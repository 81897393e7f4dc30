package origin

import (
	"strings"
	"unicode/utf8"
)

// addressesIn finds what looks like a mail address in s, in order and without repeats. It looks
// outward from each "@", so that a line costs at most its length times the bound of a local part.
func addressesIn(s string) []string {
	var out []string
	for i := 0; i < len(s) && len(out) < maxRecipients; i++ {
		if s[i] != '@' {
			continue
		}
		start, end := localStart(s, i), domainEnd(s, i+1)
		if start == i || end == i+1 {
			continue
		}
		if a := s[start:end]; !containsFold(out, a) {
			out = append(out, a)
		}
		i = end - 1
	}
	return out
}

// cjk is the first byte of scripts that set no blank before and behind an address:
// "收件人（ana@x.test）".
const cjk = 0xe3

func afterCJK(s string) bool {
	_, n := utf8.DecodeLastRuneInString(s)
	return s[len(s)-n] >= cjk
}

// localStart goes left from the "@" at i, at most 128 bytes: gateways write local parts over the 64
// of RFC 5321.
func localStart(s string, i int) int {
	if i > 1 && s[i-1] == '"' {
		for j := i - 2; j >= 0 && i-j < 128; j-- {
			if s[j] == '"' {
				return j
			}
		}
		return i
	}
	j := i
	for j > 0 && i-j < 128 && localByte(s[j-1]) {
		if s[j-1] >= 0x80 && j < i && s[j] < 0x80 && afterCJK(s[:j]) {
			break
		}
		j--
	}
	for j < i && strings.IndexByte(".'-*=/", s[j]) >= 0 {
		j++
	}
	if k := strings.LastIndexByte(s[j:i], ':'); k >= 0 { // "mailto:", "rfc822:"
		j += k + 1
	}
	return j
}

// domainEnd goes right from i over a name, which may be of one label, or a literal.
func domainEnd(s string, i int) int {
	if i < len(s) && s[i] == '[' {
		if k := strings.IndexByte(clipBytes(s[i:], 64), ']'); k > 1 {
			return i + k + 1
		}
		return i
	}
	j := i
	for j < len(s) && j-i < 255 &&
		(wordByte(s[j]) || s[j] == '-' || s[j] == '.' || s[j] >= 0x80) &&
		(s[j] < cjk || j == i || s[j-1] == '.' || s[j-1] >= 0x80) {
		j++
	}
	for j > i && (s[j-1] == '.' || s[j-1] == '-') {
		j--
	}
	return j
}

func localByte(c byte) bool {
	return wordByte(c) || c >= 0x80 || strings.IndexByte("!#$%&'*+-/=?^`{|}~.:", c) >= 0
}

func containsFold(list []string, s string) bool {
	for _, x := range list {
		if strings.EqualFold(x, s) {
			return true
		}
	}
	return false
}

// messageID takes the first id out of a Message-ID, In-Reply-To or References value, with its angle
// brackets; an id without them gets them.
func messageID(v string) string {
	v = clipBytes(strings.TrimSpace(v), 4000)
	if i := strings.IndexByte(v, '<'); i >= 0 {
		if j := strings.IndexByte(v[i:], '>'); j > 1 {
			return strings.Join(strings.Fields(v[i:i+j+1]), "")
		}
	}
	words := strings.Fields(v)
	if len(words) == 0 || !strings.Contains(words[0], "@") {
		return ""
	}
	return "<" + strings.Trim(words[0], "<>") + ">"
}
