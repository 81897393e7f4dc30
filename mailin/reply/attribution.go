package reply

import (
	"slices"
	"strings"
	"unicode"
)

// maxAttribution is the number of lines over which a client wraps an attribution.
const maxAttribution = 6

// attribution reads "On …, Ana <ana@x> wrote:" from line i on, wrapped or not,
// and returns the line after it.
func (s *splitter) attribution(i int) (end int, ok bool) {
	return s.attributionFrom(i, s.lines[i].text)
}

// attributionFrom reads one that begins with first, the end of line i.
func (s *splitter) attributionFrom(i int, first string) (end int, ok bool) {
	if s.attempts <= 0 || !s.endsSoon(i) || !mayStart(first) && !s.toUs(first) {
		return 0, false
	}
	joined := ""
	for j := i; j < len(s.lines) && j < i+maxAttribution && len(joined) < maxRead; j++ {
		l := s.lines[j]
		text := l.text
		switch {
		case j == i:
			text = first
		case l.blank():
			if !s.opensAngle(s.nextText(j)) {
				return 0, false
			}
			continue
		case l.depth != s.lines[i].depth:
			if l.depth != s.lines[i].depth+1 ||
				strings.Count(joined, "<") <= strings.Count(joined, ">") {
				return 0, false
			}
			text = "> " + text // the bracket of "<ana@x\n> wrote:" looks like a quote
		}
		joined = strings.TrimSpace(joined + " " + text)
		if !mayEnd(joined) {
			continue
		}
		s.attempts--
		if s.namesUs(joined) || s.wroteAlone(i, j+1, joined) ||
			isAttribution(joined, s.quotedNext(j+1, s.lines[i].depth), s.apart(i, j+1) ||
				s.follows(i, j+1, joined)) {
			return j + 1, true
		}
	}
	return 0, false
}

// endsSoon reports a line from i on that may be the last of an attribution.
func (s *splitter) endsSoon(i int) bool {
	for j := i; j < len(s.lines) && j < i+maxAttribution; j++ {
		if s.lines[j].mayEnd() || s.lines[j].depth > s.lines[i].depth {
			return true
		}
	}
	return false
}

// mayEnd is the cheap test of the line alone. Several lines above ask it, so it is made once.
func (l *line) mayEnd() bool {
	if l.ends == unknown {
		l.ends = no
		if mayEnd(l.text) {
			l.ends = yes
		}
	}
	return l.ends == yes
}

// wroteAlone reports lines [i, end), set apart, that are nothing but a name or an address with a
// verb, "Ana escribió:": to whom this mail goes, or below a mobile footer. A person writes the same
// above what he cites.
func (s *splitter) wroteAlone(i, end int, joined string) bool {
	t := lowered(strings.TrimRight(undecorated(joined), ":： "))
	if len(strings.Fields(t)) > 6 || !strings.HasSuffix(strings.TrimRight(joined, "*_ "), ":") ||
		!endsInVerb(t) || hasDigit(joined) && !strings.Contains(t, "@") {
		return false
	}
	quoted := s.quotedNext(end, s.lines[i].depth)
	if !quoted && !s.apart(i, end) {
		return false
	}
	if s.toUs(t) || strings.Contains(t, "@") && s.isOurs(t) {
		return quoted || strings.Contains(t, "@")
	}
	above := i - 1
	for above >= 0 && s.lines[above].blank() {
		above--
	}
	return strings.Contains(t, "@") && above >= 0 && isMobile(s.lines[above].text)
}

// follows reports an attribution with day and time, lines [i, end), below the sender's words and
// above a blank line.
func (s *splitter) follows(i, end int, joined string) bool {
	d := readDate(joined)
	return d.day && d.time && end < len(s.lines) && s.lines[end].blank() && i > 0 &&
		s.lines[i].depth == 0 && startsWithWord(lowered(joined))
}

// wroteAboveHeaders reports an attribution without colon right above header lines.
func (s *splitter) wroteAboveHeaders(i int) bool {
	if !hasDigit(s.lines[i].text) || !s.isHeader(i+1) || !s.isHeader(i+2) ||
		s.lines[i].depth != s.lines[i+1].depth {
		return false
	}
	t := lowered(clipped(s.lines[i].text))
	d := readDate(t)
	return d.day && d.time && startsAttribution(t) && startsWithWord(t) && hasWrote(t)
}

// opensAngle reports a line that goes on with an address on its own.
func (s *splitter) opensAngle(i int) bool {
	return i < len(s.lines) && strings.HasPrefix(s.lines[i].text, "<") && len(s.lines[i].text) < 200
}

// barred reports a line quoted with a bar, as an old Gmail does; in a mail
// without introduction it is a table.
func barred(text string) bool { return text == "|" || strings.HasPrefix(text, "| ") }

// apart reports lines i..end that stand apart, with a blank line above and below.
func (s *splitter) apart(i, end int) bool {
	return (i == 0 || s.lines[i-1].blank()) && (end >= len(s.lines) || s.lines[end].blank())
}

// quotedNext reports that the next text after line i is quoted deeper than depth.
func (s *splitter) quotedNext(i, depth int) bool {
	for ; i < len(s.lines); i++ {
		l := s.lines[i]
		if l.depth > depth || l.kind == Quoted {
			return true
		}
		if !l.blank() {
			return barred(l.text) || s.initials(i)
		}
	}
	return false
}

// latestStart moves the beginning of an attribution down over a sentence of the
// sender that came in with it because it too has a number among its first words.
func (s *splitter) latestStart(i, end int) int {
	from := i
	for k := i + 1; k < end; k++ {
		t := lowered(s.lines[k].text)
		if !readDate(t).day || !startsAttribution(t) || s.addressAbove(i, k, end) {
			continue
		}
		if (startsWithWord(t) || !startsWithWord(lowered(s.lines[from].text))) &&
			isAttribution(strings.TrimSpace(s.joined(k, end)), s.quotedNext(end, s.lines[i].depth),
				true) {
			from = k
		}
	}
	return from
}

// addressAbove reports an address in lines [i, end) that begins above line k.
func (s *splitter) addressAbove(i, k, end int) bool {
	above := s.joined(i, k)
	return strings.Count(above, "<") > strings.Count(above, ">") || strings.Contains(above, "@") &&
		!strings.Contains(s.joined(k, end), "@")
}

// startsWithWord reports one of the known first words of an attribution.
func startsWithWord(t string) bool {
	word, _, _ := strings.Cut(t, " ")
	return lexicon().starts[word] || lexicon().openings.at(t, 0, anyPhrase)
}

func anyPhrase(string, int) bool { return true }

// namesUs reports a dated attribution to one of our own addresses, whatever
// its language; tags ("+c123") do not matter.
func (s *splitter) namesUs(joined string) bool {
	if len(s.own) == 0 || strings.IndexByte(joined, '@') < 0 {
		return false
	}
	t := lowered(undecorated(joined))
	return strings.HasSuffix(t, ":") && strings.ContainsAny(t, "<([") && readDate(t).day &&
		(startsAttribution(t) || nameBeforeAddress(t)) && s.isOurs(t)
}

// isOurs reports that the first address in a text is ours.
func (s *splitter) isOurs(text string) bool {
	a := strings.ToLower(readAddress(text).Address)
	local, domain, _ := strings.Cut(a, "@")
	local, _, _ = strings.Cut(local, "+")
	return slices.Contains(s.own, a) || slices.Contains(s.own, local+"@"+domain)
}

// mayStart is a cheap test of the first line of an attribution: a date, an
// address, or one of the known first words.
func mayStart(text string) bool {
	if len(text) > maxRead || len(text) < 2 {
		return false
	}
	if hasDigit(text) || strings.IndexByte(text, '@') >= 0 || strings.HasPrefix(text, "--") ||
		strings.IndexByte(text, '<') >= 0 || strings.Contains(text, " via ") {
		return true
	}
	word, _, _ := strings.Cut(text, " ")
	return len(word) < 32 && lexicon().starts[strings.ToLower(undecorated(word))]
}

// mayEnd is a cheap test of its end: a colon, or the rule of "wrote ----", or
// the end of an address.
func mayEnd(joined string) bool {
	joined = strings.TrimRight(joined, "*_ ")
	return strings.HasSuffix(joined, ":") || strings.HasSuffix(joined, "：") ||
		strings.HasSuffix(joined, "--") ||
		strings.HasSuffix(joined, ">") || startsISODate(joined) || endsInVerb(joined)
}

// endsInVerb reports one of the known verbs as the last word.
func endsInVerb(t string) bool {
	last := t[strings.LastIndexByte(t, ' ')+1:]
	return len(last) < 32 && len(last) < len(t) && lexicon().verbs[strings.ToLower(last)]
}

// isAttribution judges a joined line. quoted: a quote follows; apart: blank
// lines above and below. The evidence must come from a mail client (an address,
// a full date, a quote), because people too write "On Monday Ana wrote:".
func isAttribution(joined string, quoted, apart bool) bool {
	if !quoted && !hasDigit(joined) && strings.IndexByte(joined, '@') < 0 {
		return false // no client writes that
	}
	bare := strings.TrimRight(undecorated(joined), " *_-")
	colon := strings.HasSuffix(bare, ":") || strings.HasSuffix(bare, "：") ||
		strings.HasSuffix(joined, "--")
	t := lowered(bare)
	d := readDate(t)
	address := strings.Contains(t, "@") &&
		(strings.ContainsAny(t, "<([") || strings.Contains(t, "&lt;"))
	if startsISODate(t) && (address || strings.Contains(t, "gmt")) {
		return len(strings.Fields(t)) <= 14
	}
	if isArrowed(joined) || isRuledAttribution(joined, t) {
		return true
	}
	if quoted && colon && d.day && d.time && len(strings.Fields(t)) <= 16 && !wordsBehindTime(t) &&
		(startsWithWord(t) && startsAttribution(t) || hasWrote(t)) {
		return true // whatever its verb
	}
	if !quoted && proseAround(t) {
		return false
	}
	begins, words := startsAttribution(t), len(strings.Fields(t))
	switch {
	case !colon: // Zoho leaves it out
		return begins && startsWithWord(t) && address && d.day && d.time && endsInVerb(t) &&
			(quoted || apart)
	case !hasWrote(t):
		closed := strings.HasSuffix(t, ">:") || strings.HasSuffix(t, ">：")
		return begins && d.day && words <= 20 &&
			(address && (closed && apart && d.time || quoted &&
				(closed || strings.HasSuffix(t, "):") ||
					d.time && nearAddress(t))) || quoted && d.time && endsInAddress(t))
	}
	switch {
	case begins && (address && (d.day || d.time) || d.day && d.time && strings.Contains(t, "@")):
		return quoted || isComplete(bare, t)
	case address && nameBeforeAddress(t):
		return quoted || (d.day || apart && !strings.Contains(t, "(")) && isComplete(bare, t)
	case begins && d.day:
		return quoted || apart && isComplete(bare, t)
	case strings.Contains(t, "@") && d.day && d.time && words <= 16 && endsInTime(t):
		return quoted || apart
	case quoted: // "Ana via Foro wrote:" is a mailing list's
		return (begins || startsWithWord(t) || strings.Contains(t, "@") ||
			strings.Contains(t, " via ")) && words <= 16
	}
	return false
}

// isRuledAttribution reports "---- Ana Gómez escribió ----".
func isRuledAttribution(joined, t string) bool {
	words := strings.Fields(strings.TrimRight(t, ":： "))
	return strings.HasPrefix(joined, "--") && strings.HasSuffix(joined, "--") && len(words) > 1 &&
		len(words) <= 12 && endsInVerb(strings.Join(words, " "))
}

// wordsBehindTime reports what no client writes into an attribution: a sentence.
func wordsBehindTime(t string) bool {
	for w := range strings.FieldsSeq(t) {
		if sentenceVerbs[strings.Trim(w, ".,:;")] {
			return true
		}
	}
	return false
}

var sentenceVerbs = setOf("error", "errores", "falla", "fallo", "sale", "salió", "aparece",
	"apareció", "muestra", "pasa", "ocurre", "ocurrió", "dio", "da", "vimos",
	"recibí", "recibimos", "este", "esta", "esto", "estos", "me", "nos", "le", "les", "que",
	"following", "this", "these", "got", "shows", "appears", "seguinte",
	"siguiente", "siguientes", "aconteceu", "mensaje", "message", "log", "registro", "salida",
	"output")

// proseAround reports an address without brackets behind a small word, as in "la clienta ana@x
// escribió:".
func proseAround(t string) bool {
	words := strings.Fields(t)
	for i, w := range words {
		if i == 0 || !strings.Contains(w, "@") || strings.ContainsAny(w, "<([") {
			continue
		}
		before := words[i-1]
		return hasLetter(before) && !strings.ContainsAny(before, ",:.)\"”") && !hasDigit(before) &&
			articled(words[:i-1])
	}
	return false
}

// articled reports an article as the last word: what follows is a noun.
func articled(words []string) bool {
	return len(words) > 0 && articles[words[len(words)-1]]
}

var articles = setOf("el", "la", "los", "las", "un", "una", "nuestro", "nuestra", "mi", "su", "the",
	"our", "my", "a", "an", "o", "os", "as", "um", "uma", "nosso", "nossa", "meu",
	"minha", "le", "notre", "mon", "ma", "il", "lo", "der", "die", "das", "unser", "unsere", "de",
	"del", "do", "da", "cliente", "client")

// isComplete reports an attribution, given as written and folded, that says nothing behind its verb
// but who or when. A person writes "ana@x wrote to my boss:", "I wrote to ana@x:", "Ana wrote me
// this:".
func isComplete(bare, t string) bool {
	t = strings.TrimRight(t, ":： ")
	if endsInTime(t) || endsInCJK(t) {
		return true
	}
	words, tail := strings.Fields(strings.TrimRight(bare, ":： ")), 0
	for i, w := range words {
		switch w = lowered(strings.Trim(w, ",;")); {
		case personal[w]:
			return false
		case lexicon().verbs[w] && !towards[w]:
			tail = i + 1
		}
	}
	if tail == 0 || tail == len(words) {
		return true // a verb of several words, or the last one
	}
	rest := words[tail:]
	if last := rest[len(rest)-1]; towards[lowered(rest[0])] || strings.Contains(last, "@") {
		return !towards[lowered(rest[0])] && (len(rest) == 1 || strings.ContainsAny(last, "<([>"))
	}
	return !slices.ContainsFunc(rest, func(w string) bool {
		return unicode.IsLower(firstRune(w)) &&
			!particles[w]
	})
}

// personal are words that clients leave out: whom somebody wrote to; towards stand before it,
// particles in names.
var (
	personal = setOf("me", "nos", "mi", "ci", "mir", "uns", "ons", "mig", "oss", "us", "m'a", "m’a",
		"nous", "vous", "mnie", "nam", "мне", "нам")
	towards = setOf("a", "al", "to", "an", "à", "au", "para", "per", "por", "ao", "aan", "till",
		"til", "do", "de", "von", "przez", "en", "in", "no", "na")

	particles = setOf("de", "del", "la", "las", "los", "y", "e", "da", "das", "do", "dos", "di",
		"du", "le", "van", "von", "der", "den", "ter", "zu", "via")
)

func endsInCJK(t string) bool {
	return slices.ContainsFunc(lexicon().wroteCJK,
		func(w string) bool { return strings.HasSuffix(t, w) })
}

// endsInTime reports "ana@x schrieb am Mo., 3. März 2025, 09:01:".
func endsInTime(t string) bool {
	t = strings.TrimRight(t, ":： )")
	return t != "" && digit(t, len(t)-1)
}

// endsInAddress reports "14 aug 2025, 16:07 by ana@x:".
func endsInAddress(t string) bool {
	return strings.Contains(t[strings.LastIndexByte(t, ' ')+1:], "@")
}

// nearAddress reports not more than a verb of an unknown language after an
// address in angle brackets.
func nearAddress(t string) bool {
	i := strings.LastIndexAny(t, ">)")
	return i > 0 && len(strings.Fields(t[i+1:])) <= 3
}

// startsAttribution reports a date among the first words: "El lunes, 3 …",
// "2025年3月3日". Another number there ("El pedido 4411 …") belongs to a sentence.
func startsAttribution(t string) bool {
	words, window := strings.Fields(t), 4
	if startsWithWord(t) {
		window = 5
	}
	if lexicon().openings.at(t, 0, anyPhrase) {
		window = 9
	}
	for _, w := range words[:min(len(words), window)] {
		i := strings.IndexAny(w, "0123456789")
		if i < 0 {
			continue
		}
		n := digits(w, i)
		return n <= 2 || n == 4 && (w[i:i+2] == "20" || w[i:i+2] == "19")
	}
	return false
}

// nameBeforeAddress reports "Ana Gómez <ana@x> wrote:": not more than a name
// before the address.
func nameBeforeAddress(t string) bool {
	at := strings.IndexAny(t, "<([")
	if amp := strings.Index(t, "&lt;"); amp >= 0 && (at < 0 || amp < at) {
		at = amp
	}
	return at >= 0 && len(strings.Fields(t[:at])) <= 6
}

// hasWrote looks for a verb of the tables as a word of its own.
func hasWrote(t string) bool {
	for _, w := range lexicon().wroteCJK {
		if strings.Contains(t, w) {
			return true
		}
	}
	return lexicon().wrote.find(t, func(w string, at int) bool {
		after := firstRune(t[at+len(w):])
		return !unicode.IsLetter(after) || after >= 0x2e80
	})
}
