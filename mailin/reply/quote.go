package reply

import (
	"slices"
	"strings"
)

// quotes decides the lines with a quote prefix. After an introduction they are
// quotes. Before one, or without any, a ">" may as well be a shell prompt, a
// diff or a citation that the sender made by hand, and stays when in doubt.
func (s *splitter) quotes() {
	above, last := -1, s.lastOwn()
	for i := 0; i < len(s.lines); i++ {
		if s.isOwn(i) {
			above = i
		}
		if s.lines[i].kind != "" {
			continue
		}
		if s.first < i && s.initials(i) {
			i = s.markInitials(i) - 1
			continue
		}
		if s.lines[i].depth == 0 {
			continue
		}
		end := s.quoteEnd(i)
		if i < s.first { // a line marked by hand above the mail's own quote
			end = min(end, s.first)
		}
		if s.first < end || s.bareQuote(i, end, above, last >= end) {
			s.first = min(s.first, i) // answers between quotes: the next ones are quotes too
			s.mark(i, end, Quoted, rulePrefix)
			end = s.lazyEnd(end)
		} else {
			s.mark(i, end, New, ruleKept)
		}
		i = max(i, end-1)
	}
}

// bareQuote judges the quoted lines [from, to) that nothing introduces; above
// is the last line of the sender's own text before them or -1, below says
// whether some follows.
func (s *splitter) bareQuote(from, to, above int, below bool) bool {
	switch {
	case s.subject != "" && !isReply(s.subject), technical(s.lines[from:to]):
		return false
	case above < 0:
		return below && s.textLines(from, to) > 1 // one line may be a citation made by hand
	case below:
		return false
	}
	text := s.lines[above].text
	return !strings.HasSuffix(text, ":") && !strings.HasSuffix(text, "：")
}

func (s *splitter) textLines(from, to int) (n int) {
	for i := from; i < to; i++ {
		if !s.lines[i].blank() {
			n++
		}
	}
	return n
}

// lastOwn returns the last line of the sender's own text, or -1.
func (s *splitter) lastOwn() int {
	for i := len(s.lines) - 1; i >= 0; i-- {
		if s.isOwn(i) {
			return i
		}
	}
	return -1
}

// announcedAnswers looks for a sender who says that he answers below, in a mail
// whose quote runs to the end without prefixes: his answers are in there, told
// by their colour at best. The quote then is shown with his words.
func (s *splitter) announcedAnswers() {
	end := len(s.lines)
	if s.first >= end {
		return
	}
	prefixed := !strings.HasSuffix(s.lines[end-1].rule, toTheEnd) &&
		!strings.HasPrefix(s.lines[end-1].rule, ruleHTML)
	if prefixed && s.lastOwn() >= s.first { // his answers stand between the quoted lines
		return
	}
	// or in our form
	if slices.ContainsFunc(s.lines, func(l line) bool { return l.rule == ruleFilled }) {
		return
	}
	for i := range s.lines[:s.first] {
		if s.isOwn(i) && lexicon().below.find(lowered(clipped(s.lines[i].text)),
			func(string, int) bool { return true }) {
			s.showAnswers(prefixed)
			return
		}
	}
}

// showAnswers makes what he quotes part of what is shown; prefixed: of lines with a ">" those of
// the mail that he answers.
func (s *splitter) showAnswers(prefixed bool) {
	for i := s.first; i < len(s.lines); i++ {
		l := &s.lines[i]
		if prefixed && l.kind == "" && l.depth == 1 {
			l.kind = Quoted
		}
		if l.kind == Quoted && (l.depth == 0 || prefixed && l.depth == 1) {
			l.rule = ruleAnswers
		}
	}
}

// lazyEnd takes the rest of a quoted line that a client wrapped without a
// prefix. It must be certain: an answer may stand right under a quoted line.
func (s *splitter) lazyEnd(end int) int {
	if end == 0 || end+1 >= len(s.lines) || s.lines[end].blank() || s.lines[end+1].depth == 0 {
		return end
	}
	above, l := s.lines[end-1].text, s.lines[end].text
	if closesLink(above, l) || len(l) < maxRead && strings.Trim(l, ",.;:<>()[]{}|*_\"' ") == "" {
		s.mark(end, end+1, Quoted, "wrapped quote")
		return end + 1
	}
	if len(above) < 60 || len(l) >= len(above) ||
		strings.ContainsAny(above[len(above)-1:], ".?!:;\"") || l[0] < 'a' || l[0] > 'z' {
		return end
	}
	s.mark(end, end+1, Quoted, "wrapped quote")
	return end + 1
}

// closesLink reports a line that is the rest of a link which a client wrapped,
// or one in brackets with the mark of the next quoted line behind it.
func closesLink(above, t string) bool {
	if len(t) > maxRead || len(above) > maxRead {
		return false
	}
	open := strings.LastIndexAny(above, "(<[")
	if open >= 0 && !strings.ContainsAny(above[open:], ")>]") &&
		strings.Contains(above[open:], "http") {
		return !strings.Contains(t, " ") && strings.ContainsAny(t[len(t)-1:], ")>]")
	}
	return strings.HasPrefix(t, "(http") && strings.HasSuffix(t, ") >") &&
		strings.Count(t, " ") == 1
}

// initials reports the old style of quoting, "AG> text", on two lines together.
func (s *splitter) initials(i int) bool {
	p := initialsOf(s.lines[i].text)
	return p != "" && i+1 < len(s.lines) && initialsOf(s.lines[i+1].text) == p
}

func (s *splitter) markInitials(i int) int {
	p, end := initialsOf(s.lines[i].text), i
	for end < len(s.lines) && initialsOf(s.lines[end].text) == p {
		end++
	}
	s.mark(i, end, Quoted, "quote prefix with initials")
	return end
}

func initialsOf(text string) string {
	for i := 0; i < len(text) && i <= 4; i++ {
		switch c := text[i]; {
		case c == '>' && i > 0:
			return text[:i]
		case c < 'A' || c > 'Z':
			return ""
		}
	}
	return ""
}

// technical reports lines most of which are code, a log, a trace or a prompt.
func technical(lines []line) bool {
	all, odd := 0, 0
	for _, l := range lines {
		if l.blank() {
			continue
		}
		all++
		if isTechnical(clipped(l.text)) {
			odd++
		}
	}
	return odd*2 >= all
}

func isTechnical(t string) bool {
	words := strings.Fields(strings.ToLower(t))
	if len(words) == 0 {
		return false
	}
	if technicalWords[strings.Trim(words[0], ":;([")] {
		return true
	}
	if strings.ContainsAny(t[len(t)-1:], ";{})") || strings.ContainsAny(t, "{}\\=|$") ||
		startsISODate(t) {
		return true
	}
	for _, p := range [...]string{"[", "+", "-", "@@"} {
		if strings.HasPrefix(t, p) {
			return true
		}
	}
	return strings.Contains(t, "->") || strings.Contains(t, "::") || strings.Contains(t, "()")
}

// technicalWords begin lines of shells, SQL, logs and traces.
var technicalWords = setOf("select", "insert", "update", "delete", "create", "alter", "drop",
	"from", "where", "join", "begin", "commit",
	"error", "warning", "info", "debug", "trace", "fatal", "exception", "caused", "traceback", "at",
	"file", "line",
	"git", "npm", "yarn", "docker", "kubectl", "curl", "wget", "ssh", "sudo", "cd", "ls", "cat",
	"grep", "ping", "tracert", "traceroute",
	"ipconfig", "ifconfig", "python", "java", "node", "go", "make", "php", "import", "print",
	"echo", "systemctl", "service", "telnet", "nslookup",
	"dir", "net", "mysql", "psql", "sqlplus")

// isReply reports a subject with a reply or forwarding prefix.
func isReply(subject string) bool {
	prefix, _, ok := strings.Cut(strings.Replace(subject, "：", ":", 1), ":")
	p := strings.TrimRight(lowered(prefix), "0123456789[]() ")
	return ok && (replyPrefixes[p] || forwardPrefixes[p])
}

// replyPrefixes are subject prefixes of answers.
var replyPrefixes = setOf("re", "r", "rif", "aw", "antw", "sv", "vs", "vá", "odp", "ynt", "yan",
	"res", "resp", "rsp", "rv", "回复", "回覆", "答复", "返信",
	"отв", "відп", "atb", "ref")
