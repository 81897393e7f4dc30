package reply

import (
	"strings"
	"unicode"
	"unicode/utf8"
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

// footersIn works on lines [from, to), which are decided by nothing so far. From
// the end up it takes what is a footer; what the person wrote below a footer
// shows that it is none, but text that he writes about.
func (s *splitter) footersIn(from, to int) {
	own := to
	for i := from; i < to && own == to; i++ {
		if s.isOwn(i) {
			own = i
		}
	}
	if s.ownAbove(from) {
		own = -1
	}
	if d := s.delimiter(from, to, own); d < to {
		s.mark(d, to, Signature, "signature delimiter")
		to = d
	}
	for end := to; end > from; {
		at, rule := s.footerAbove(from, end, own)
		if rule == "" {
			s.mark(s.signOff(max(from, own), end), end, Signature, "contact data below a sign-off")
			return
		}
		s.mark(at, end, Signature, rule)
		end = at
	}
}

// footerAbove returns where the footer begins that ends above line end, and
// what it is; own is the first line of the sender's own text, which is no rule.
func (s *splitter) footerAbove(from, end, own int) (at int, rule string) {
	last := end - 1
	for last > from && s.lines[last].blank() {
		last--
	}
	switch {
	case s.lines[last].blank():
		return 0, ""
	case isMobile(s.lines[last].text):
		return last, "mobile footer"
	case last > from && isLink(s.lines[last].text) && isMobile(s.lines[last-1].text):
		return last - 1, "mobile footer"
	case onlyRule(s.lines[last].text) && !s.colonAbove(last) &&
		(own < last || end < len(s.lines) && s.lines[end].kind != ""):
		return last, "rule without text"
	}
	for at = last; at > from && !s.lines[at-1].blank(); at-- {
	}
	if own < at && !s.announced(at) {
		if s.isNotice(at, last+1) {
			return at, "legal or antivirus notice"
		}
		if above := s.paragraphAbove(at, from); at == last && isLink(s.lines[at].text) &&
			own < above && above < at && s.isNotice(above, at) {
			return above, "legal or antivirus notice"
		}
	}
	return 0, ""
}

// paragraphAbove returns where the paragraph above line at begins; at if there is none down to line
// from.
func (s *splitter) paragraphAbove(at, from int) int {
	end := at
	for end > from && s.lines[end-1].blank() {
		end--
	}
	begin := end
	for begin > from && !s.lines[begin-1].blank() {
		begin--
	}
	if begin == end {
		return at
	}
	return begin
}

// delimiter returns the line of "-- " or of one of its mangled forms, or to.
func (s *splitter) delimiter(from, to, own int) int {
	for i := max(from, own+1); i < to && s.delimiters > 0; i++ {
		if !s.isDelimiter(i) {
			continue
		}
		s.delimiters--
		if s.shown(i, from) || codeBelow(s.lines[i+1:to]) || s.separates(i, to) {
			return to
		}
		bytes, count := s.size(i+1, to)
		switch strict := isDash(s.lines[i].text); {
		case strict && s.sentences(i, to):
		case strict && count <= maxSignatureLines && bytes <= maxSignatureBytes, strict &&
			s.isNotice(i+1, to):
			return i
		case !strict && count <= maxTailLines && s.isTail(i, to, count):
			return i
		}
	}
	return to
}

// shown reports that the text above line i, down to line from, announces or
// belongs to what stands below: it ends in a colon, or is a script or a patch
// and more text follows.
func (s *splitter) shown(i, from int) bool {
	above := i - 1
	for above >= from && s.lines[above].blank() {
		above--
	}
	if above < from {
		return false
	}
	text := clipped(s.lines[above].text)
	if strings.HasSuffix(text, ":") {
		return true
	}
	oneLine := i+2 < len(s.lines) && !s.lines[i+1].blank() && s.lines[i+2].blank()
	return above == i-1 && isTechnical(text) && oneLine && s.nextText(i+2) < len(s.lines)
}

// separates reports that the delimiter of line i comes again below, with nobody's address or notice
// between or after: the person puts it between paragraphs.
func (s *splitter) separates(i, to int) bool {
	for k := i + 1; k < to && k <= i+maxSignatureLines; k++ {
		if s.lines[k].text == s.lines[i].text {
			if s.nextText(i+1) == k {
				return false // twice, with nothing between
			}
			return !s.contactIn(i+1, min(to, i+maxSignatureLines)) && !s.isNotice(i+1, k) &&
				!s.isNotice(k+1, to)
		}
	}
	return false
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
	return isDash(t) || len(t) >= 10 && strings.Trim(t, "_") == "" || isLine(t) || len(t) >= 3 &&
		len(t) < maxRead && (strings.Trim(t, "-") == "" || strings.Trim(t, "*") == "")
}

// isLine reports a line drawn with long dashes, as people put above their signature.
func isLine(t string) bool {
	return len(t) >= 9 && len(t) < maxRead && strings.Trim(t, "—–―─━") == ""
}

// isTail judges the lines (i, to) under a mere rule in line i: how to reach
// somebody. Dashes stand above more than signatures, so below them there must
// be no sentence and no list.
func (s *splitter) isTail(i, to, count int) bool {
	switch t := s.lines[i].text; {
	case t[0] == '-' || t[0] == '*':
		return s.contactBlock(i+1, to, false) < to
	case t[0] == '_' && count == 1:
		return s.signs(i, to)
	case !isLine(t):
		return s.contactIn(i+1, to)
	}
	for _, l := range s.lines[i+1 : to] {
		if !l.blank() && (len(l.text) > 80 ||
			strings.ContainsAny(l.text[len(l.text)-1:], ".?!:;,") ||
			strings.ContainsAny(l.text[:1], "-*>0123456789")) {
			return false
		}
	}
	return s.contactIn(i+1, to)
}

// signs judges the one line below the drawn line i: a name or how to reach somebody, in a text that
// draws no other lines to write on.
func (s *splitter) signs(i, to int) bool {
	for k := range s.lines[:i] {
		if l := &s.lines[k]; l.depth == 0 && l.kind == "" &&
			strings.Contains(clipped(l.text), "____") {
			return false
		}
	}
	t := s.lines[s.nextText(i+1)].text
	return isTitle(t) || isContact(t) || s.contactIn(i+1, to) || len(strings.Fields(t)) <= 4 &&
		unicode.IsUpper(firstRune(t))
}

// sentences reports that below the "--" of line i, written without the blank behind it that makes a
// delimiter, stand sentences and nothing else.
func (s *splitter) sentences(i, to int) bool {
	if strings.HasPrefix(strings.TrimLeft(s.base[s.lines[i].start:s.lines[i].end], " "), "-- ") ||
		s.isNotice(i+1, to) {
		return false
	}
	found := false
	for k := i + 1; k < to; k++ {
		t := s.lines[k].text
		if t == "" {
			continue
		}
		if len(strings.Fields(t)) < 4 || !strings.ContainsAny(t[len(t)-1:], ".?!") ||
			!saysMore(t) || isMobile(t) || strings.IndexByte("\"'", t[0]) >= 0 ||
			strings.HasPrefix(t, "“") {
			return false
		}
		found = true
	}
	return found
}

// isDash reports "-- " and what clients and word processors make of it.
func isDash(t string) bool {
	switch t {
	case "--", "—", "––", "- -", "- --", "-- --", "=2D-", "--=20", "--=A0", "&mdash;", "&#45;&#45;",
		`\--`, "**--**", "*--*", "‐‐", "−−":
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
		if strings.Contains(t, "@") || strings.Contains(t, "http") || strings.Contains(t, "www.") ||
			telephone(t) {
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

// mobileEdges stand around a mobile footer.
const mobileEdges = "*_-<>()[]|~«»\"' .\t"

// isMobile reports "Sent from my iPhone" and its kin in all languages.
func isMobile(text string) bool {
	return len(text) <= 200 && len(text) >= 8 && mayBeMobile(text) && isMobileWhole(text)
}

func isMobileWhole(text string) bool {
	t := strings.Trim(withoutLinks(text), mobileEdges)
	low := strings.ReplaceAll(lowered(t), "’", "'")
	if len(low) < 8 {
		return false
	}
	known := lexicon()
	return known.slogans[low] || isMobileBy(known.mobile[[4]byte([]byte(low[:4]))], t, low) ||
		isMobileBy(known.mobileEnd, t, low)
}

// mayBeMobile reports whether a line begins or ends as one of those does: nearly all begin with four
// letters of which none does, and are read no further.
func mayBeMobile(text string) bool {
	t := strings.Trim(text, mobileEdges)
	if len(t) < 4 || strings.Contains(t, "http") || strings.ContainsAny(t, "[]") {
		return true
	}
	var head [4]byte
	for i := range head {
		c := t[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if (c < 'a' || c > 'z') && (c != ' ' || i > 0 && head[i-1] == ' ') {
			return true
		}
		head[i] = c
	}
	a, b := t[len(t)-2], t[len(t)-1]
	return min(a, b) < ' ' || max(a, b) >= utf8.RuneSelf ||
		lexicon().mobileHeads[head] || lexicon().mobileLasts[[2]byte{a | 0x20, b | 0x20}]
}

func isMobileBy(list []affix, t, low string) bool {
	for _, m := range list {
		if strings.HasSuffix(low, m.suffix) && strings.HasPrefix(low, m.prefix) &&
			len(low) > len(m.prefix)+len(m.suffix) && isDevice(t, low, m) {
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
	words := strings.FieldsFunc(chunk, func(r rune) bool {
		return unicode.IsSpace(r) || r == '/' ||
			r == '\'' || r == '’'
	})
	if len(words) == 0 || len(words) > 8 || len(strings.Fields(rest)) > 8 {
		return false
	}
	for i, w := range words {
		// Portuguese: "no Android"
		if sentenceWords[w] && (i+1 == len(words) || !deviceWord(words[i+1])) {
			return false
		}
	}
	for _, w := range words {
		if w = strings.Trim(w, ".:®™"); deviceWord(w) || mailWords[w] && capital(text, w) {
			return true
		}
	}
	return len(words) <= 5 && rest == "" && m.prefix != "" && strings.HasSuffix(m.prefix, " ") &&
		properNames(text, len(words))
}

// capital reports that text has the word, given in lower case, as a name: "Sent from Mail", not
// "sent by mail".
func capital(text, word string) bool {
	for w := range strings.FieldsSeq(text) {
		if unicode.IsUpper(firstRune(w)) && strings.EqualFold(strings.Trim(w, ".,:®™"), word) {
			return true
		}
	}
	return false
}

// isLink reports a line that is a link and nothing else.
func isLink(t string) bool {
	return strings.Contains(t, "://") && len(t) < maxRead &&
		strings.Trim(withoutLinks(t), "<>() ") == ""
}

// deviceWord looks a word up, with the endings that languages add ("iphonesta").
func deviceWord(w string) bool {
	if devices[w] {
		return true
	}
	for _, kind := range [...]string{"手机", "手機", "平板"} {
		if strings.HasSuffix(w, kind) {
			return true
		}
	}
	for _, stem := range []string{"iphon", "ipad", "android", "samsung", "outlook", "blackberry",
		"mobiltele", "galaxy", "телефон", "puhelim"} {
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
