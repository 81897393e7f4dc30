package mailout

import (
	"encoding/base64"
	"mime"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	longestName     = 80  // characters of a person's name
	longestFileName = 150 // octets
)

// headerLine makes of anybody's text one line of at most n characters, without what can't be seen:
// controls, and marks that turn the direction of what follows.
func headerLine(s string, n int) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), unicode.Is(unicode.Z, r):
			return ' '
		case unicode.Is(unicode.C, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > n {
		s = string(r[:n])
	}
	return s
}

// headerText encodes unstructured text as RFC 2047 wants it. What looks like an encoded word is
// encoded too: read as one it could turn into anything, line ends included.
func headerText(s string) string {
	if !strings.Contains(s, "=?") {
		return mime.QEncoding.Encode("utf-8", s)
	}
	return encodedWords(s)
}

// encodedWords is s in "B" encoding, which has no character that RFC 2047 section 5 forbids in a
// name.
func encodedWords(s string) string {
	var words []string
	for s != "" {
		n := min(45, len(s)) // 75 octets a word
		for n < len(s) && !utf8.RuneStart(s[n]) {
			n--
		}
		words = append(words, "=?utf-8?b?"+base64.StdEncoding.EncodeToString([]byte(s[:n]))+"?=")
		s = s[n:]
	}
	return strings.Join(words, " ")
}

// fileName is a name that names one file and nothing else.
func fileName(name string) string {
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\<>:"|?*`, r) { // some system forbids it
			return '_'
		}
		return r
	}, headerLine(name, 1000))
	if ext := path.Ext(name); len(name) > longestFileName {
		if len(ext) > 16 {
			ext = ""
		}
		name = strings.ToValidUTF8(name[:longestFileName-len(ext)], "") + ext
	}
	if strings.Trim(name, ". ") == "" {
		return "adjunto"
	}
	return name
}
