package reply

import "strings"

// Rules that other code asks for by name; the rest are texts for the administrator.
const (
	ruleOwn         = "own words"
	ruleAttribution = "attribution"
	ruleBelow       = "text under a leading attribution"
	rulePrefix      = "quote prefix"
	ruleHTML        = "HTML: "       // and the client
	toTheEnd        = ", to the end" // after the rule
	ruleFilled      = "filled into our form"
	ruleAnswers     = "quote with answers announced above it"
	ruleKept        = "quote prefix without introduction, kept"
	ruleBanner      = "warning of a mail gateway"
)

// Bounds on how many lines of one mail are judged as attributions and as
// signature delimiters; real mails need a few dozen.
const (
	maxAttempts   = 5000
	maxDelimiters = 200
)

// splitter is the state of one Split. The passes run in the order of Split and
// only decide lines that no pass before has decided.
type splitter struct {
	base       string
	lines      []line
	own        []string
	from       string
	to         []string // names and addresses, folded
	subject    string
	forward    bool // the subject says that the mail is a forward
	attempts   int  // lines that may still be judged as attributions
	delimiters int  // lines that may still be judged as signature delimiters
	scanned    int  // lines that ownAbove has looked at
	ownSeen    bool
	first      int // line of the first introduction, len(lines) if none
	below      int // first line under a leading attribution, else len(lines)
	pictures   []picture
}

// Split takes a mail's text apart. It never fails: in the worst case all is New.
func Split(in Input) Parts {
	s := newSplitter(in)
	s.quoteOnLine()
	s.sharedLine()
	s.banner()
	s.fences()
	s.introductions()
	s.form(in.Form, in.Choices)
	s.announcedAnswers()
	s.quotes()
	s.footers()
	s.settle()
	p := s.parts()
	p.html, p.first = in.HTML, in.First
	return p
}

func newSplitter(in Input) *splitter {
	base, marks, indents, pictures := choose(in)
	s := &splitter{base: base, lines: splitLines(base), subject: in.Subject, own: in.Own,
		forward: isForward(in.Subject), attempts: maxAttempts, delimiters: maxDelimiters,
		pictures: pictures}
	s.from = strings.ToLower(in.From)
	for _, t := range in.To {
		if t = lowered(t); len(t) > 4 {
			s.to = append(s.to, t)
		}
	}
	s.first, s.below = len(s.lines), len(s.lines)
	s.applyIndents(indents)
	s.applyMarks(marks)
	return s
}

// fences keeps code between "```" lines from every other rule.
func (s *splitter) fences() {
	open := -1
	for i, l := range s.lines {
		switch {
		case l.depth > 0 || !strings.HasPrefix(l.text, "```"):
		case open < 0:
			open = i
		case s.introducedIn(open+1, i):
			open = i // the first one has no end in the sender's text
		default:
			s.mark(open, i+1, New, "code between fences")
			open = -1
		}
	}
}

func (s *splitter) introducedIn(from, to int) bool {
	for i := from; i < to; i++ {
		if s.lines[i].blank() {
			continue
		}
		if _, ok := s.introduction(i); ok {
			return true
		}
	}
	return false
}

// introductions finds attributions, header blocks and titles. What they
// introduce goes to the end of the text, unless it is marked line by line.
func (s *splitter) introductions() {
	for i := 0; i < len(s.lines); i++ {
		l := s.lines[i]
		if l.blank() {
			continue
		}
		if l.kind != "" || l.depth > 0 {
			i = s.quotedIntroduction(i)
			continue
		}
		in, ok := s.introduction(i)
		if !ok {
			continue
		}
		if s.shows(in) {
			i = in.to - 1
			continue
		}
		if !s.introduced(in) {
			return
		}
		i = in.to - 1
	}
}

// introduced marks an introduction and, where it runs to the end, all that
// follows; more is false when the text is decided.
func (s *splitter) introduced(in introduction) (more bool) {
	s.first = min(s.first, in.from)
	above := s.ownAbove(in.from)
	from := s.rulesAbove(in.from)
	kind := in.kind
	below := !above && in.kind == Quoted && (in.rule == ruleAttribution || isReply(s.subject))
	if !above && !below {
		kind = Forwarded // nothing is said to it: it is passed on
	}
	s.mark(from, in.to, kind, in.rule)
	if next := s.nextText(in.to); next < len(s.lines) && barred(s.lines[next].text) {
		s.markBarred(next, kind)
	}
	switch {
	case s.quotedNext(in.to, 0):
		if kind == Forwarded {
			s.mark(in.to, s.quoteEnd(in.to), Forwarded, in.rule)
		}
		return true
	case !below || s.isOurs(in.headers[fieldFrom]):
		s.mark(in.to, len(s.lines), kind, in.rule+toTheEnd)
		return false
	}
	s.below = min(s.below, in.to)
	return true
}

func (s *splitter) markBarred(i int, kind Kind) {
	begin, end := i, i
	for ; i < len(s.lines) && (s.lines[i].blank() || barred(s.lines[i].text)); i++ {
		if !s.lines[i].blank() {
			end = i + 1
		}
	}
	s.mark(begin, end, kind, "quote prefix |")
}

// quotedIntroduction looks at line i of a quote. An introduction in there says
// that the quote is one; a title of a forward says what it is.
func (s *splitter) quotedIntroduction(i int) int {
	if s.first < i || s.lines[i].kind != "" {
		return i
	}
	in, ok := s.introduction(i)
	if !ok {
		return i
	}
	s.first = i
	if in.rule == ruleAttribution || s.hasQuote(0, i) {
		return in.to - 1
	}
	if in.kind == Forwarded || !s.ownAbove(i) && !isReply(s.subject) {
		s.mark(i, s.quoteEnd(i), Forwarded, in.rule)
	}
	return in.to - 1
}

// quoteEnd returns the line after the run of quoted and blank lines from i on.
func (s *splitter) quoteEnd(i int) int {
	end := i
	for ; i < len(s.lines) && (s.lines[i].blank() || s.lines[i].depth > 0 ||
		s.lines[i].kind == Quoted); i++ {
		if !s.lines[i].blank() || s.lines[i].depth > 0 {
			end = i + 1
		}
	}
	return end
}

// rulesAbove moves i up over rules ("_____") that belong to the introduction.
func (s *splitter) rulesAbove(i int) int {
	from := i
	for k := i - 1; k >= 0 && k >= i-4; k-- {
		if s.lines[k].blank() {
			continue
		}
		if !onlyRule(s.lines[k].text) || s.lines[k].depth > 0 || s.lines[k].kind != "" {
			break
		}
		from = k
	}
	return from
}

// ownAbove reports text above line i that is nobody else's as far as known. It
// looks at each line once: i must not go back within a pass.
func (s *splitter) ownAbove(i int) bool {
	for ; !s.ownSeen && s.scanned < i; s.scanned++ {
		s.ownSeen = s.isOwn(s.scanned)
	}
	return s.ownSeen
}

func (s *splitter) isOwn(i int) bool {
	l := &s.lines[i]
	return l.depth == 0 && !l.blank() && (l.kind == "" || l.kind == New) && !onlyRule(l.text)
}

func (s *splitter) hasQuote(from, to int) bool {
	for i := from; i < to; i++ {
		if s.lines[i].depth > 0 && !s.lines[i].blank() {
			return true
		}
	}
	return false
}

// mark decides lines [from, to), blank ones too; what is decided stays.
func (s *splitter) mark(from, to int, kind Kind, rule string) {
	for i := from; i < to; i++ {
		if s.lines[i].kind == "" {
			s.lines[i].kind, s.lines[i].rule = kind, rule
		}
	}
}

// settle gives undecided lines to the sender, and blank lines to the text before
// them; under a leading attribution to the quote if there is text above it.
func (s *splitter) settle() {
	for i := range s.lines {
		l := &s.lines[i]
		if l.kind != "" || l.blank() {
			continue
		}
		if i >= s.below {
			l.kind, l.rule = Quoted, ruleBelow
		} else {
			l.kind, l.rule = New, ruleOwn
		}
	}
	s.settleBlanks()
}

func (s *splitter) settleBlanks() {
	kind, rule := New, ruleOwn
	if i := s.nextText(0); i < len(s.lines) {
		kind, rule = s.lines[i].kind, s.lines[i].rule
	}
	for i := range s.lines {
		if l := &s.lines[i]; l.kind == "" {
			l.kind, l.rule = kind, rule
		} else {
			kind, rule = l.kind, l.rule
		}
	}
}

// parts joins neighbouring lines of one kind and rule to ranges.
func (s *splitter) parts() Parts {
	p := Parts{Base: s.base, pictures: s.pictures}
	for _, l := range s.lines {
		if n := len(p.Ranges); n > 0 && p.Ranges[n-1].Kind == l.kind &&
			p.Ranges[n-1].Rule == l.rule {
			p.Ranges[n-1].End = l.end
			continue
		}
		p.Ranges = append(p.Ranges, Range{Start: l.start, End: l.end, Kind: l.kind, Rule: l.rule})
	}
	return p
}

// isForward reports a subject with a forwarding prefix in front of all others.
func isForward(subject string) bool {
	prefix, _, ok := strings.Cut(subject, ":")
	return ok && len(prefix) < 24 && forwardPrefixes[lowered(prefix)]
}
