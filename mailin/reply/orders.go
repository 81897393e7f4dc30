package reply

import (
	"slices"
	"strings"
)

// Orders returns the text of New, and of each of its lines whether an order may stand there. Orders
// are obeyed only where every client shows them as the sender's own: not below a line that ends in
// a colon (he shows what to write), a drawn rule or a footer, not in a box with a line at its left
// or between fences or as code among words, not in a part after the first, and, of a mail with text
// and HTML, not where the HTML shows no such line. What was filled into our form is not among them:
// in a quote it may be what another has filled in, and Filled has it.
func (p Parts) Orders() (text string, places []bool) { return p.placed(showsBelow) }

// Fields is Orders for lines of a form: there what ends in a colon is a label that was left empty.
func (p Parts) Fields() (text string, places []bool) {
	return p.placed(func(string, bool, string) bool { return false })
}

// Filled are the lines that were filled into our form, without quote marks.
func (p Parts) Filled() (list []string) {
	for i, r := range p.Ranges {
		if r.Rule == ruleFilled {
			list = append(list, strings.Split(trimBlank(p.text(i, i+1)), "\n")...)
		}
	}
	return list
}

// placed is Orders where shows says what only shows how something is written.
func (p Parts) placed(shows func(above string, sure bool, text string) bool) (
	text string, places []bool) {
	sure := p.sureLines(shows)
	var runs []string
	at := 0
	for i := 0; i < len(p.Ranges); {
		first := i
		for ; i < len(p.Ranges) && p.Ranges[i].Kind == New && p.Ranges[i].Rule != ruleFilled; i++ {
		}
		if i == first {
			at += countLines(p.Base, p.Ranges[i])
			i++
			continue
		}
		whole := p.text(first, i)
		lines := strings.Count(strings.TrimSuffix(whole, "\n"), "\n") + 1
		if s := trimBlank(whole); s != "" {
			if len(runs) > 0 {
				places = append(places, false)
			}
			blank := strings.Count(whole[:strings.Index(whole, s)], "\n")
			places = append(places, sure[at+blank:at+blank+strings.Count(s, "\n")+1]...)
			runs = append(runs, s)
		}
		at += lines
	}
	return strings.Join(runs, "\n\n"), places
}

func countLines(base string, r Range) int {
	return strings.Count(strings.TrimSuffix(base[r.Start:r.End], "\n"), "\n") + 1
}

// sureLines says of each line of the base whether an order may stand there.
func (p Parts) sureLines(shows func(above string, sure bool, text string) bool) (sure []bool) {
	seen, first := p.shownLines(), p.inFirstPart()
	quotes, code := p.quotesCode(), inMarks(p.html.code)
	below, above, aboveSure := false, "", true
	for _, r := range p.Ranges {
		at := r.Start
		for l := range strings.Lines(p.Base[r.Start:r.End]) {
			text := trim(l)
			ok := text != "" && r.Rule == ruleOwn && !below && !shows(above, aboveSure, text) &&
				first(at) && seen(text) && !(quotes && code(at))
			sure = append(sure, ok)
			at += len(l)
			if text == "" {
				continue
			}
			above, aboveSure = text, ok
			below = below || r.Kind == Signature && r.Rule != ruleBanner || r.Kind == New &&
				(onlyRule(text) || isMobile(text))
		}
	}
	return sure
}

// showsBelow reports that the line above a text announces it, or the one before.
func showsBelow(above string, sure bool, text string) bool {
	if strings.HasPrefix(above, "#") {
		return !sure && strings.HasPrefix(text, "#")
	}
	return strings.HasSuffix(above, ":") || strings.HasSuffix(above, "：")
}

// inFirstPart returns what says whether a byte of the base is in the first text part, and in no box
// of the HTML. It is asked for one behind the other.
func (p Parts) inFirstPart() func(at int) bool {
	if p.Base != p.html.String {
		return func(at int) bool { return p.first == 0 || at < p.first }
	}
	boxed := inMarks(p.html.unsure)
	return func(at int) bool { return !boxed(at) }
}

// inMarks returns what says whether a byte is in one of the marks, which are in order. It is asked
// for one behind the other.
func inMarks(marks []Mark) func(at int) bool {
	end := 0
	return func(at int) bool {
		for ; len(marks) > 0 && marks[0].Start <= at; marks = marks[1:] {
			end = max(end, marks[0].End)
		}
		return at < end
	}
}

// shownLines returns what says whether the HTML beside a plain text shows a line too, as its
// sender's own.
func (p Parts) shownLines() func(text string) bool {
	anything := func(string) bool { return true }
	if p.html.String == "" {
		return func(string) bool { return !p.html.hid }
	}
	if p.Base == p.html.String {
		return anything
	}
	var shown []string // made when first asked for
	return func(text string) bool {
		if len(text) > maxRead {
			return false
		}
		if shown == nil {
			shown = p.html.ownLines()
		}
		want := plainLetters(text)
		i, _ := slices.BinarySearch(shown, want)
		return i < len(shown) && strings.HasPrefix(shown[i], want)
	}
}

// ownLines are the lines of the HTML that are in no quote, signature or box, as plainLetters and in
// their order.
func (t Text) ownLines() []string {
	list, code := []string{""}, []string{}
	marked, boxed, coded := inMarks(t.Marks), inMarks(t.unsure), inMarks(t.code)
	at := 0
	for l := range strings.Lines(t.String) {
		if text := trim(l); text != "" && len(text) < 4*maxRead && !marked(at) && !boxed(at) {
			if coded(at) {
				code = append(code, plainLetters(text))
			} else {
				list = append(list, plainLetters(text))
			}
		}
		at += len(l)
	}
	if len(list) == 1 { // it is his typeface
		list = append(list, code...)
	}
	slices.Sort(list)
	return list
}

// plainLetters are the letters of a line; that it begins like a command counts.
func plainLetters(text string) string {
	letters, _ := lettersOf(text)
	if strings.HasPrefix(text, "#") {
		return "#" + letters
	}
	return letters
}
