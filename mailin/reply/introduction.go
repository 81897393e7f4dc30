package reply

import (
	"slices"
	"strings"
)

// introduction is what a mail client writes above a mail that it quotes or
// forwards: an attribution, a header block, or a title, with the rules around.
type introduction struct {
	from, to int // lines
	kind     Kind
	rule     string
	headers  headers // of a header block
}

// introduction reads one that begins at line i.
func (s *splitter) introduction(i int) (introduction, bool) {
	if len(s.lines[i].text) > 4*maxRead {
		return introduction{}, false
	}
	if in, ok := s.title(i); ok {
		return in, true
	}
	if s.headersOnLine(i) {
		return introduction{from: i, to: i + 1, kind: s.headerKind(),
			rule: "header block on one line"}, true
	}
	if s.wroteAboveHeaders(i) {
		_, end := s.readHeaders(i + 1)
		return introduction{from: i, to: end, kind: Quoted, rule: ruleAttribution}, true
	}
	if h, end, ok := s.headerBlock(i, false); ok {
		return introduction{from: i, to: end, kind: s.headerKind(), rule: "header block",
			headers: h}, true
	}
	if end, ok := s.attribution(i); ok {
		return introduction{from: s.latestStart(i, end), to: end, kind: Quoted,
			rule: ruleAttribution}, true
	}
	return introduction{}, false
}

// headerKind tells what a header block without title introduces: Outlook writes
// the same one for replies and forwards, only the subject differs.
func (s *splitter) headerKind() Kind {
	if s.forward {
		return Forwarded
	}
	return Quoted
}

// title reads "-----Original Message-----", "Begin forwarded message:" and the
// header block that may follow.
func (s *splitter) title(i int) (introduction, bool) {
	text, next := s.lines[i].text, min(i+1, len(s.lines))
	for next < len(s.lines) && next < i+3 && s.lines[next].blank() {
		next++
	}
	ruled := i > 0 && onlyRule(s.lines[i-1].text)
	if !isDecorated(text) && !ruled && !s.isHeader(next) && !mayAsk(text) {
		return introduction{}, false
	}
	kind, marked, ok := readTitle(text)
	if !ok {
		return introduction{}, false
	}
	marked = marked || ruled
	h, end, block := headers(nil), 0, false
	if next < len(s.lines) {
		h, end, block = s.headerBlock(next, true)
	}
	if !block {
		if !marked || s.announced(i) {
			return introduction{}, false
		}
		end = i + 1
	}
	if kind == Quoted && s.forward {
		kind = Forwarded
	}
	return introduction{from: i, to: end, kind: kind, rule: "title of a mail", headers: h}, true
}

// shows reports an introduction of somebody else's mail that the sender's last line above
// announces, over a blank line at most: he shows it. What quotes us, whom this mail goes to or what
// was sent to him is the mail's own quote.
func (s *splitter) shows(in introduction) bool {
	above := in.from - 1
	for above >= 0 && above >= in.from-2 &&
		(s.lines[above].blank() || onlyRule(s.lines[above].text)) {
		above--
	}
	if above < 0 || s.forward || !s.isOwn(above) || !strings.HasSuffix(s.lines[above].text, ":") ||
		s.lines[above].text[0] == ':' || isSignOff(strings.TrimSuffix(s.lines[above].text, ":")) {
		return false
	}
	text := in.headers[fieldFrom]
	if in.headers == nil {
		text = s.joined(in.from, in.to)
	}
	return strings.Contains(text, "@") && !s.isOurs(text) && !s.toUs(text) &&
		(s.from == "" || !strings.Contains(strings.ToLower(in.headers[fieldTo]+in.headers[fieldCc]+
			text), s.from))
}

// toUs reports that a text names one whom this mail goes to.
func (s *splitter) toUs(text string) bool {
	if len(s.to) == 0 {
		return false
	}
	t := lowered(text)
	return slices.ContainsFunc(s.to, func(name string) bool { return strings.Contains(t, name) })
}

// announced reports that the sender's line above line i ends in a colon: he
// shows the title as an example.
func (s *splitter) announced(i int) bool {
	for k := i - 1; k >= 0 && k >= i-3; k-- {
		if !s.lines[k].blank() {
			return strings.HasSuffix(s.lines[k].text, ":")
		}
	}
	return false
}

// isDecorated is a cheap test for rules or bold marks around a title.
func isDecorated(text string) bool {
	return text != "" && strings.IndexByte("-_=*~#+|\xe2", text[0]) >= 0
}

func (s *splitter) isHeader(i int) bool {
	if i >= len(s.lines) {
		return false
	}
	_, _, ok := readHeader(s.lines[i].text)
	return ok
}

// readTitle finds a title of the tables; marked reports that it stands between
// rules or bold marks, so that it needs no header block to be believed.
func readTitle(text string) (kind Kind, marked, ok bool) {
	if len(text) > maxRead/2 {
		return "", false, false
	}
	bare := undecorated(text)
	inner := strings.TrimRight(lowered(bare), " .:：")
	ruled := strings.HasPrefix(text, "--") || strings.HasPrefix(text, "__") ||
		strings.HasPrefix(text, "==") || strings.HasPrefix(text, "—")
	marked = ruled || strings.HasPrefix(text, "*") || strings.HasPrefix(text, "##")
	if kind, ok = lexicon().titles[inner]; ok {
		return kind, marked || slices.ContainsFunc(asks,
			func(a string) bool { return strings.Contains(inner, a) }), true
	}
	if !ruled {
		return "", false, false
	}
	// "----- Mensaje reenviado de ana@x -----", "----- Forwarded by Ana on … -----"
	words := strings.Fields(inner)
	for n := min(len(words)-1, 6); n > 0; n-- {
		if kind, ok = lexicon().titles[strings.Join(words[:n], " ")]; ok {
			return kind, n > 1 || strings.HasSuffix(text, "--"), true
		}
	}
	return "", false, false
}

// asks are in the titles that other desks put above their mails for the answer to stand above: no
// client and no person writes them otherwise.
var asks = []string{"esta línea", "esta linha", "this line"}

// mayAsk is a cheap test for one.
func mayAsk(text string) bool {
	return len(text) < 100 && slices.ContainsFunc(asks,
		func(a string) bool { return strings.Contains(text, a) })
}

// nextText returns the index of the first line from i on that is not blank.
func (s *splitter) nextText(i int) int {
	for i < len(s.lines) && s.lines[i].blank() {
		i++
	}
	return i
}
