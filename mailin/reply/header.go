package reply

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// headers are the header lines that a client writes above a quoted or
// forwarded mail, by meaning, unwrapped.
type headers map[field]string

const (
	maxHeaderLines = 40 // lines of a header block, continuations included
	maxWrapped     = 4  // lines that one header line may continue
)

// readHeader reads "De: Ana", "*From:* Ana", "Envoyé le :lundi", "件名：x".
func readHeader(text string) (f field, value string, ok bool) {
	text = strings.Trim(text, "*_| \t")
	head := text[:min(len(text), lexicon().longField+8)]
	at, size := strings.IndexByte(head, ':'), 1
	if wide := strings.Index(head, "："); wide >= 0 && (at < 0 || wide < at) {
		at, size = wide, len("：")
	}
	if at <= 0 {
		return noField, "", false
	}
	f, ok = lexicon().fields[strings.Trim(lowered(head[:at]), "*_ ")]
	return f, trim(directions.Replace(strings.TrimLeft(text[at+size:], "*_| "))), ok
}

// directions are the marks that Windows Mail puts around every word of a date.
var directions = strings.NewReplacer("\u200e", "", "\u200f", "")

// headerBlock reads the header lines from line i on and returns the line after
// them. titled: a title stands above, so that less evidence is needed.
func (s *splitter) headerBlock(i int, titled bool) (h headers, end int, ok bool) {
	if f, _, ok := readHeader(s.lines[i].text); !ok || f == fieldOther {
		return nil, 0, false
	}
	if !titled && !s.forward && s.colonAbove(i) && !s.isHeader(i-1) {
		return nil, 0, false // the person's own list: "Datos:"
	}
	h, end = s.readHeaders(i)
	if !titled && !h.has(fieldDate) && end < len(s.lines) && !s.lines[end].blank() {
		return nil, 0, false // a file of settings
	}
	return h, end, (h.believable(titled, s.setOff(i)) || len(h) == 3 && end == i+3 &&
		s.withoutSubject(i)) && !s.amongRaw(i, end)
}

// headersOnLine reports a header block that a client wrote into one line: three names of header
// lines of one language, the first at its beginning, and an address.
func (s *splitter) headersOnLine(i int) bool {
	text := s.lines[i].text
	if len(text) > maxRead || strings.Count(text, ":") < 3 || strings.IndexByte(text, '@') < 0 {
		return false
	}
	if _, _, ok := readHeader(text); !ok {
		return false
	}
	t := lowered(text)
	for _, w := range languages {
		found := 0
		for _, names := range [...][]string{w.from, w.to, w.subject, w.date} {
			if slices.ContainsFunc(names, func(n string) bool { return namesHeader(t, n) }) {
				found++
			}
		}
		if found >= 3 {
			return true
		}
	}
	return false
}

// namesHeader reports "name:" in t, at a place where a letter stands not right before it.
func namesHeader(t, name string) bool {
	for from := 0; ; {
		i := strings.Index(t[from:], name+":")
		if i < 0 {
			return false
		}
		from += i
		if r, _ := utf8.DecodeLastRuneInString(t[:from]); !unicode.IsLetter(r) || from == 0 {
			return true
		}
		from++
	}
}

// colonAbove reports that the line right above line i ends in a colon.
func (s *splitter) colonAbove(i int) bool {
	return i > 0 && s.lines[i-1].depth == s.lines[i].depth &&
		strings.HasSuffix(s.lines[i-1].text, ":")
}

// withoutSubject reads the three lines of Windows Mail, sender, date in full,
// recipient, in this order: a person who writes "De: … Para: … Fecha: …" has another.
func (s *splitter) withoutSubject(i int) bool {
	from, name, _ := readHeader(s.lines[i].text)
	sent, date, _ := readHeader(s.lines[i+1].text)
	to, _, _ := readHeader(s.lines[i+2].text)
	d := readDate(date)
	return from == fieldFrom && sent == fieldDate && to == fieldTo && d.day && d.time &&
		len(strings.Fields(date)) >= 5 &&
		!digit(name, 0) && s.apart(i, i+3)
}

// amongRaw reports that header lines of a mail's source stand right above or
// below lines [from, end).
func (s *splitter) amongRaw(from, end int) bool {
	if s.rawHeader(end) || from > 0 && isEnvelope(s.lines[from-1].text) {
		return true
	}
	for k := from - 1; k >= 0 && k >= from-maxHeaderLines && !s.lines[k].blank(); k-- {
		if s.rawHeader(k) {
			return true
		}
	}
	return false
}

// isEnvelope reports the "From …" line above a mail's source or a patch.
func isEnvelope(text string) bool {
	d := readDate(clipped(text))
	return strings.HasPrefix(text, "From ") && d.day && d.time
}

// rawHeader reports that line i is a header line of a mail's source, which
// people paste when they report trouble with mail; no client shows it above a quote.
func (s *splitter) rawHeader(i int) bool {
	if i < 0 || i >= len(s.lines) {
		return false
	}
	name, _, ok := strings.Cut(clipped(s.lines[i].text), ":")
	name = strings.ToLower(name)
	return ok && (rawHeaders[name] || strings.HasPrefix(name, "x-") && !strings.Contains(name, " "))
}

var rawHeaders = setOf("received", "return-path", "message-id", "mime-version", "content-type",
	"content-transfer-encoding", "dkim-signature",
	"delivered-to", "authentication-results", "received-spf", "references", "in-reply-to",
	"content-disposition", "errors-to", "sender", "precedence",
	"list-unsubscribe", "user-agent", "envelope-to", "arc-seal", "list-id")

func (s *splitter) readHeaders(i int) (h headers, end int) {
	h, end = headers{}, i
	last, depth := noField, s.lines[i].depth
	for j := i; j < len(s.lines) && j < i+maxHeaderLines; j++ {
		l := s.lines[j]
		if l.depth != depth {
			break
		}
		f, value, ok := readHeader(l.text)
		switch {
		case ok && h.has(f) && f != fieldOther, l.blank() &&
			(h.complete() || !s.headerFollows(j, 2, depth)):
			return h, end
		case ok:
			h[f], last, end = value, f, j+1
		case l.blank():
		case s.continues(j, h[last], depth):
			h[last], end = strings.TrimSpace(h[last]+" "+clipped(l.text)), j+1
		default:
			return h, end
		}
	}
	return h, end
}

// continues reports that line j goes on with the value of the header line
// above: the list was not at its end, or another header line comes after it.
func (s *splitter) continues(j int, value string, depth int) bool {
	if len(value) > 8*maxRead {
		return false
	}
	return strings.HasSuffix(value, ",") || strings.HasSuffix(value, ";") || value == "" && j > 0 &&
		!s.lines[j-1].blank() || s.headerFollows(j, maxWrapped, depth)
}

// headerFollows reports a header line within n lines after j.
func (s *splitter) headerFollows(j, n, depth int) bool {
	for k := j + 1; k <= j+n && k < len(s.lines) && s.lines[k].depth == depth; k++ {
		if _, _, ok := readHeader(s.lines[k].text); ok {
			return true
		}
		if s.lines[k].blank() && !s.lines[j].blank() {
			return false
		}
	}
	return false
}

func (h headers) has(f field) bool { _, ok := h[f]; return ok }

// setOff reports that line i is bold or stands under a rule.
func (s *splitter) setOff(i int) bool {
	return strings.HasPrefix(s.lines[i].text, "*") || s.rulesAbove(i) < i
}

// complete reports a block to which a blank line is the end.
func (h headers) complete() bool {
	return h.has(fieldFrom) && h.has(fieldSubject) && h.has(fieldTo) && h.has(fieldDate)
}

// believable tells a mail's header lines from a person's own "De: 8 a 12",
// "De: Cali / Para: Bogotá / Fecha: 3/3": without a sender that has an address
// it takes a subject, and a date with the time or lines that are set off.
func (h headers) believable(titled, setOff bool) bool {
	if !h.has(fieldFrom) {
		return titled && len(h) >= 2
	}
	if titled {
		return len(h) >= 2 || strings.Contains(h[fieldFrom], "@")
	}
	if strings.Contains(h[fieldFrom], "@") {
		return len(h) >= 2
	}
	d := readDate(h[fieldDate])
	return h.has(fieldSubject) && d.day && (d.time || setOff) && !digit(h[fieldFrom], 0)
}
