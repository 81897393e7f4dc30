package reply

import (
	"cmp"
	"slices"
	"strings"
)

// Bounds of what is shown of a quote above its answer; more is in the mail.
const (
	maxQuestionLines = 6
	maxQuestionBytes = 600
)

// picture is the place of a picture that came inside the HTML.
type picture struct {
	at    int    // byte of the text before which it stands
	id    string // its Content-ID
	apart bool   // on a line of its own
}

// Answer is a stretch of the sender's words and what it answers.
type Answer struct {
	// Question is the quoted lines right above, without marks; "" where he wrote between no quotes
	Question string
	Text     string
}

// Answers returns the sender's words in order, each stretch with the question that it answers. Only
// whoever writes between the lines of a quote answers lines of it: with all the words above or
// below the quote there is one Answer without a Question.
func (p Parts) Answers() []Answer { return p.answers(nil) }

// Shown returns the text of Reply as its sender saw it: the question above each answer, marked with
// "> ", and a mark, "[foto.png]", where a picture stood. name returns the file name for a
// Content-ID, or "" for a picture that is not to be mentioned; nil mentions none.
//
// It is for the people of the desk. A quote may hold words that the reader of the answer was never
// sent: what goes to customers is Reply.
func (p Parts) Shown(name func(id string) string) string {
	list := p.answers(name)
	switch {
	case len(list) == 0:
		return p.Reply()
	case len(list) == 1 && list[0].Question == "": // most are
		return list[0].Text
	}
	var b strings.Builder
	for _, a := range list {
		if a.Question != "" {
			b.WriteString("> " + strings.ReplaceAll(a.Question, "\n", "\n> ") + "\n")
		}
		b.WriteString(a.Text + "\n\n")
	}
	return strings.TrimRight(b.String(), "\n")
}

func (p Parts) answers(name func(id string) string) (list []Answer) {
	q := p
	q.name = name
	between := p.interleaved()
	for i := 0; i < len(p.Ranges); {
		first := i
		for ; i < len(p.Ranges) && p.Ranges[i].shown(); i++ {
		}
		if i == first {
			i++
			continue
		}
		text := trimBlank(q.text(first, i))
		if text == "" {
			continue
		}
		a := Answer{Text: text}
		if first > 0 && p.Ranges[first-1].Kind == Quoted {
			quote := p.Base[p.Ranges[first-1].Start:p.Ranges[first-1].End]
			if between || p.Ranges[first-1].Rule == rulePrefix && !endsBlank(quote) {
				a.Question = question(quote)
			}
		}
		list = append(list, a)
	}
	return list
}

// shown reports what Reply shows of a mail with new text.
func (r Range) shown() bool { return r.Kind == New || r.Rule == ruleAnswers }

// interleaved reports new text between two quotes of one mail.
func (p Parts) interleaved() bool {
	above, written := false, false
	for _, r := range p.Ranges {
		switch {
		case r.Kind == New && trimBlank(p.Base[r.Start:r.End]) != "":
			written = above
		case r.Kind == Quoted && r.Rule != ruleAttribution:
			if written {
				return true
			}
			above = true
		}
	}
	return false
}

// endsBlank reports that the last line of a text is blank.
func endsBlank(text string) bool {
	text = strings.TrimSuffix(text, "\n")
	return trim(text[strings.LastIndexByte(text, '\n')+1:]) == ""
}

// question is the last paragraph of a quote.
func question(quote string) string {
	lines := strings.Split(trimBlank(quote), "\n")
	for i, l := range lines {
		_, lines[i] = cutQuotePrefix(l)
	}
	end := len(lines)
	for end > 0 && lines[end-1] == "" {
		end--
	}
	from, size := end, 0
	for from > 0 && end-from < maxQuestionLines && lines[from-1] != "" &&
		size+len(lines[from-1]) <= maxQuestionBytes {
		from--
		size += len(lines[from])
	}
	if from == end && end > 0 {
		return strings.ToValidUTF8(lines[end-1][:maxQuestionBytes], "") + " …"
	}
	return strings.Join(lines[from:end], "\n")
}

// withPictures returns the text of bytes [from, to) with the marks of its pictures.
func (p Parts) withPictures(from, to int) string {
	if p.name == nil {
		return p.Base[from:to]
	}
	var b strings.Builder
	for _, pic := range p.pictures {
		if pic.at < from || pic.at >= to {
			continue
		}
		name := p.name(pic.id)
		if name == "" {
			continue
		}
		b.WriteString(p.Base[from:pic.at])
		from = pic.at
		switch before := b.String(); {
		case pic.apart && before != "" && !strings.HasSuffix(before, "\n"):
			b.WriteByte('\n')
		case before != "" && !strings.HasSuffix(before, "\n") && !strings.HasSuffix(before, " "):
			b.WriteByte(' ')
		}
		b.WriteString("[" + name + "]")
		if pic.apart && !strings.HasPrefix(p.Base[from:], "\n") {
			b.WriteByte('\n')
		}
	}
	if b.Len() == 0 {
		return namePictures(p.Base[from:to], p.name)
	}
	b.WriteString(p.Base[from:to])
	return namePictures(b.String(), p.name)
}

// Pictures says among whose words the pictures of the HTML stand, by their Content-IDs. One that
// stands in several places is the sender's if any of them is; one whose place is not known is left
// out.
func (p Parts) Pictures() map[string]Kind {
	of := map[string]Kind{}
	note := func(id string, at int) {
		i, _ := slices.BinarySearchFunc(p.Ranges, at,
			func(r Range, at int) int { return cmp.Compare(r.End, at+1) })
		i = min(i, len(p.Ranges)-1) // what stands at the end is the last one's
		if i >= 0 && (of[id] == "" || p.Ranges[i].shown()) {
			of[id] = p.Ranges[i].Kind
		}
	}
	for _, pic := range p.pictures {
		note(pic.id, pic.at)
	}
	for at := 0; ; {
		i := strings.Index(p.Base[at:], cidMark)
		if i < 0 {
			return of
		}
		at += i + len(cidMark)
		if end := strings.IndexByte(p.Base[at:], ']'); end >= 0 {
			note(p.Base[at:at+end], at)
		}
	}
}

// cidMark begins the marks that Outlook writes into its plain text in place of pictures.
const cidMark = "[cid:"

// namePictures puts names in place of the marks that Outlook writes into its plain text,
// "[cid:image001.png@01DB]".
func namePictures(text string, name func(id string) string) string {
	if !strings.Contains(text, cidMark) {
		return text
	}
	var b strings.Builder
	for {
		at := strings.Index(text, cidMark)
		end := strings.IndexByte(text[max(at, 0):], ']')
		if at < 0 || end < 0 {
			return b.String() + text
		}
		b.WriteString(text[:at])
		if n := name(text[at+len(cidMark) : at+end]); n != "" {
			b.WriteString("[" + n + "]")
		}
		text = text[at+end+1:]
	}
}

// projectPictures finds the places of the HTML's pictures in the plain text by the letters before
// them. A text in which the client has marked them itself is left as it is.
func projectPictures(t Text, plain string) (found []picture) {
	if len(t.pictures) == 0 || strings.Contains(plain, cidMark) ||
		strings.Contains(plain, "[image: ") {
		return nil
	}
	letters, at := lettersOf(plain)
	from := 0
	for _, pic := range t.pictures[:min(len(t.pictures), maxProjected)] {
		above := t.String[max(pic.at-6*maxKey, 0):min(pic.at, len(t.String))]
		end := find(letters, from, strings.ToValidUTF8(above, ""), true)
		if end < 0 {
			continue
		}
		from = end
		place := at[end-1] + 1
		if n := strings.IndexByte(plain[place:], '\n'); n >= 0 && pic.apart {
			place += n
		}
		found = append(found, picture{at: place, id: pic.id, apart: pic.apart})
	}
	return found
}
