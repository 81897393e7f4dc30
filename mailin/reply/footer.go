package reply

import (
	"strings"
	"unicode"
)

// Bounds of a signature below its delimiter; longer text is not a signature.
const (
	maxSignatureLines = 25
	maxSignatureBytes = 2000
	maxTailLines      = 7 // below a mere rule of "_____"
)

// footers finds signatures, mobile footers and legal notices in each stretch of
// text that is still the sender's.
func (s *splitter) footers() {
	s.scanned, s.ownSeen = 0, false
	for i := 0; i < len(s.lines); i++ {
		if s.lines[i].kind != "" {
			continue
		}
		end := i
		for end < len(s.lines) && s.lines[end].kind == "" {
			end++
		}
		s.footersIn(i, end)
		i = end - 1
	}
}

func (s *splitter) footersIn(from, to int) {
	if d := s.delimiter(from, to); d < to {
		s.mark(d, to, Signature, "signature delimiter")
		to = d
	}
	for i := from; i < to; i++ {
		if s.lines[i].open() && isMobile(s.lines[i].text) {
			s.mark(i, i+1, Signature, "mobile footer")
		}
	}
	s.notices(from, to)
	s.trailingRules(from, to)
}

// delimiter returns the line of "-- " or of one of its mangled forms, or to.
func (s *splitter) delimiter(from, to int) int {
	bytes, count := 0, 0
	for i := from; i < to; i++ {
		if s.delimiters <= 0 || !s.isDelimiter(i) || !s.ownAbove(i) && s.below > i || codeBelow(s.lines[i+1:to]) {
			continue
		}
		s.delimiters--
		strict := isDash(s.lines[i].text)
		bytes, count = s.size(i+1, to)
		switch {
		case strict && count <= maxSignatureLines && bytes <= maxSignatureBytes, strict && s.noticeIn(i+1, to):
			return i
		case !strict && count <= maxTailLines && (s.contactIn(i+1, to) || count == 1):
			return i
		}
	}
	return to
}

// codeBelow reports that "--" began a comment in a script.
func codeBelow(lines []line) bool {
	for _, l := range lines {
		if !l.blank() {
			word, _, _ := strings.Cut(strings.ToLower(clipped(l.text)), " ")
			return technicalWords[word]
		}
	}
	return false
}

func (s *splitter) isDelimiter(i int) bool {
	t := s.lines[i].text
	return isDash(t) || len(t) >= 10 && strings.Trim(t, "_") == ""
}

// isDash reports "-- " and what clients and word processors make of it.
func isDash(t string) bool {
	switch t {
	case "--", "—", "––", "- -", "- --", "-- --", "=2D-", "--=20", "--=A0", "&mdash;", "&#45;&#45;", `\--`, "**--**", "*--*", "‐‐", "−−":
		return true
	}
	return false
}

// size counts the lines with text in [from, to) and their bytes; it stops
// counting when a signature cannot be that long.
func (s *splitter) size(from, to int) (bytes, count int) {
	for i := from; i < to && count <= maxSignatureLines && bytes <= maxSignatureBytes; i++ {
		if !s.lines[i].blank() {
			bytes += len(s.lines[i].text)
			count++
		}
	}
	return bytes, count
}

// contactIn reports an address, a link or a telephone number.
func (s *splitter) contactIn(from, to int) bool {
	for i := from; i < to; i++ {
		t := strings.ToLower(clipped(s.lines[i].text))
		if strings.Contains(t, "@") || strings.Contains(t, "http") || strings.Contains(t, "www.") || telephone(t) {
			return true
		}
	}
	return false
}

func telephone(t string) bool {
	n := 0
	for _, r := range t {
		switch {
		case r >= '0' && r <= '9':
			n++
		case strings.ContainsRune(" +-().", r):
		default:
			if n >= 7 {
				return true
			}
			n = 0
		}
	}
	return n >= 7
}

// trailingRules takes rules that stand at the end with nothing below them.
func (s *splitter) trailingRules(from, to int) {
	i := to
	for i > from && (s.lines[i-1].kind == Signature || s.lines[i-1].blank() || onlyRule(s.lines[i-1].text)) {
		i--
	}
	if i > from || s.ownAbove(from) {
		for ; i < to && (s.lines[i].blank() || s.lines[i].kind != ""); i++ {
		}
		s.mark(i, to, Signature, "rule without text")
	}
}

// isMobile reports "Sent from my iPhone" and its kin in all languages.
func isMobile(text string) bool {
	if len(text) > 200 || len(text) < 8 {
		return false
	}
	t := strings.Trim(withoutLinks(text), "*_-<>()[]|~«»\"' .\t")
	low := folded(t)
	if len(low) < 8 {
		return false
	}
	return isMobileBy(lexicon.mobile[[4]byte([]byte(low[:4]))], t, low) || isMobileBy(lexicon.mobileEnd, t, low)
}

func isMobileBy(list []affix, t, low string) bool {
	for _, m := range list {
		if strings.HasSuffix(low, m.suffix) && strings.HasPrefix(low, m.prefix) && len(low) > len(m.prefix)+len(m.suffix) && isDevice(t, low, m) {
			return true
		}
	}
	return false
}

// isDevice judges what stands for the device in a mobile footer: a word that
// names one, or a short run of names and numbers, "Wiko RIDGE FAB 4G".
func isDevice(text, low string, m affix) bool {
	inner := low[len(m.prefix) : len(low)-len(m.suffix)]
	chunk, rest := inner, ""
	if i := strings.IndexAny(inner, ",;!("); i > 0 {
		chunk, rest = inner[:i], inner[i:]
	} else if i := strings.Index(inner, ". "); i > 0 {
		chunk, rest = inner[:i], inner[i:]
	}
	words := strings.FieldsFunc(chunk, func(r rune) bool { return unicode.IsSpace(r) || r == '/' || r == '\'' || r == '’' })
	if len(words) == 0 || len(words) > 8 || len(strings.Fields(rest)) > 8 {
		return false
	}
	for _, w := range words {
		if deviceWord(strings.Trim(w, ".:®™")) {
			return true
		}
	}
	return len(words) <= 5 && m.prefix != "" && strings.HasSuffix(m.prefix, " ") && properNames(text, len(words))
}

// deviceWord looks a word up, with the endings that languages add ("iphonesta").
func deviceWord(w string) bool {
	if devices[w] {
		return true
	}
	for _, stem := range []string{"iphon", "ipad", "android", "samsung", "outlook", "blackberry", "mobiltele", "galaxy", "телефон", "puhelim"} {
		if strings.HasPrefix(w, stem) && len(w) <= len(stem)+18 {
			return true
		}
	}
	return false
}

// properNames reports that the last n words of text are names or numbers.
func properNames(text string, n int) bool {
	words := strings.Fields(text)
	if n > len(words) {
		return false
	}
	for _, w := range words[len(words)-n:] {
		if r := firstRune(w); !unicode.IsUpper(r) && !unicode.IsDigit(r) {
			return false
		}
	}
	return true
}

// withoutLinks removes "<https://…>", "(https://…)" and bare links, and the
// brackets of a Markdown link.
func withoutLinks(t string) string {
	for _, scheme := range []string{"https://", "http://"} {
		for {
			i := strings.Index(t, scheme)
			if i < 0 {
				break
			}
			end := i
			for end < len(t) && !strings.ContainsRune(" \t>)]", rune(t[end])) {
				end++
			}
			head := strings.TrimRight(t[:i], "<([")
			t = head + " " + strings.TrimLeft(t[end:], ">)]")
		}
	}
	return brackets.Replace(t)
}

var brackets = strings.NewReplacer("[", "", "]", "")
