// Package reply takes the text of a mail apart: what its sender wrote, what he
// quotes, his signature, and what he forwards.
//
//	HTML body --HTML--> Text (what a person sees, with Marks from the structure)
//	                     |
//	text/plain --------- + --Split--> lines: quote depth, marks
//	                                    -> introductions (attributions, header
//	                                       blocks, separators)   introduction.go
//	                                    -> quotes                quote.go
//	                                    -> signatures, footers   footer.go
//	                                    -> Parts: ranges that cover the text
//
// Nothing is thrown away: the ranges of Parts cover the text exactly, each with
// the rule that cut it. A quote that stays in the new text is a nuisance, words
// of a customer that vanish are a fault: whenever the evidence is thin the text
// counts as new, and Reply falls back on what is left.
//
// Our own notifications are known without guessing: in HTML by the element that
// our templates put around them, with a class "buzon-quote-N" or an id that
// begins with "buzon-" ("x_buzon-…" as Outlook shows it again); in text by an
// attribution or header block that names one of Input.Own.
//
// All words of human languages stand in one table per language (words_*.go).
// Every pass is linear in the length of the text.
package reply

import (
	"slices"
	"strings"
)

// Kind says whose words a stretch of text is.
type Kind string

// The four kinds; every byte of a mail's text has exactly one.
const (
	New    Kind = "new"    // written by the sender of this mail
	Quoted Kind = "quoted" // quoted from an earlier mail, with its introduction
	// Signature: also mobile footer, legal notice, antivirus notice, warning of a mail gateway
	Signature Kind = "signature"
	Forwarded Kind = "forwarded" // a mail passed on, with its header block
)

// Text is the readable text of an HTML body.
type Text struct {
	String string // valid UTF-8 without NUL, lines end in \n
	Marks  []Mark // in order of Start; they may nest

	indents  []Mark // plain blockquotes: quotes only where something else says so
	pictures []picture
	unsure   []Mark // where no orders stand
	code     []Mark // letters of one width
	hid      bool   // some text is hidden, and left out
}

// Mark is a range of a Text, in bytes, that the HTML itself names.
type Mark struct {
	Start, End int
	Kind       Kind
	Rule       string
}

// Input is what Split works on. Plain is the text/plain body, HTML the reading
// of the text/html body; either may be zero.
type Input struct {
	Plain   string
	HTML    Text
	Subject string   // tells forwards from replies; "" is fine
	Own     []string // our own addresses, lower case: a quote of our notification is surely a quote
	From    string   // the sender's address
	// To is whom the mail goes to, names and addresses: a quote of them is surely a quote
	To    []string
	First int // bytes of Plain that the first of several text parts has; 0: there is one
	// Form are keys that our own forms leave empty, "Fecha y hora": filled in, they are new text
	Form []string
	// Choices are keys behind which our forms name what there is: "Producto (CRM, ERP)"
	Choices []string
}

// Parts is a text with every byte assigned to a kind.
type Parts struct {
	Base   string  // the text that the ranges speak of: Input.Plain or Input.HTML.String
	Ranges []Range // in order, without gap or overlap, from 0 to len(Base)

	html     Text // beside a plain Base, or what Base is
	first    int
	pictures []picture              // in order
	name     func(id string) string // of a picture, while its mark is written
}

// Range is a stretch of whole lines of Parts.Base, in bytes.
type Range struct {
	Start, End int
	Kind       Kind
	Rule       string // which rule cut it, for the administrator
}

// New returns the sender's own words. It is empty when he wrote none; see Reply.
func (p Parts) New() string { return p.join(New) }

// Quoted returns what is quoted from earlier mails, introductions included.
func (p Parts) Quoted() string { return p.join(Quoted) }

// Signature returns signatures, footers and legal notices.
func (p Parts) Signature() string { return p.join(Signature) }

// Forwarded returns what is passed on, header blocks included.
func (p Parts) Forwarded() string { return p.join(Forwarded) }

// Reply returns the text to show for the mail: New, with the quote in which it announces answers
// ("respondo abajo en rojo"); or when that is empty, the best of what is left: the text under a
// leading attribution, the forwarded mail, what was typed inside the block that Outlook set apart
// for the signature. Commands are read from Orders, never from here.
func (p Parts) Reply() string {
	if s := p.New(); s != "" {
		return p.joinIf(Range.shown)
	}
	below := p.joinIf(func(r Range) bool { return r.Rule == ruleBelow })
	if below != "" {
		return below
	}
	if f := p.Forwarded(); f != "" {
		return f
	}
	return p.joinIf(func(r Range) bool {
		return r.Kind == Signature && r.Rule == ruleHTML+
			outlookWeb
	})
}

func (p Parts) join(k Kind) string {
	return p.joinIf(func(r Range) bool { return r.Kind == k })
}

// text is that of the ranges from the i-th to before the j-th. What was filled into our form loses
// the quote marks in front of it: the words are the sender's.
func (p Parts) text(i, j int) string {
	if !slices.ContainsFunc(p.Ranges[i:j], func(r Range) bool { return r.Rule == ruleFilled }) {
		return p.withPictures(p.Ranges[i].Start, p.Ranges[j-1].End)
	}
	var b strings.Builder
	for _, r := range p.Ranges[i:j] {
		text := p.withPictures(r.Start, r.End)
		if r.Rule == ruleFilled {
			text = withoutPrefixes(text)
		}
		b.WriteString(text)
	}
	return b.String()
}

func withoutPrefixes(text string) string {
	lines := strings.SplitAfter(text, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimLeft(l, "> \t")
	}
	return strings.Join(lines, "")
}

// joinIf joins the ranges asked for, with a blank line where others stand between.
func (p Parts) joinIf(want func(Range) bool) string {
	var runs []string
	for i := 0; i < len(p.Ranges); {
		first := i
		for ; i < len(p.Ranges) && want(p.Ranges[i]); i++ {
		}
		if i == first {
			i++
			continue
		}
		if s := trimBlank(p.text(first, i)); s != "" {
			runs = append(runs, s)
		}
	}
	return strings.Join(runs, "\n\n")
}

// trimBlank cuts blank lines at both ends and keeps the first line's indentation.
func trimBlank(s string) string {
	s = strings.TrimRight(s, " \t\r\n\u00a0\u200b\ufeff")
	for {
		i := strings.IndexByte(s, '\n')
		if i < 0 || strings.Trim(s[:i], " \t\r\u00a0\u200b\ufeff") != "" {
			return s
		}
		s = s[i+1:]
	}
}
