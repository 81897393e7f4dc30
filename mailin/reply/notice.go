package reply

import "strings"

// maxNotice is how much of a paragraph is read to judge whether it is a legal notice.
const maxNotice = 2000

// notices marks the paragraphs of lines [from, to) that are legal or antivirus
// notices. The first paragraph of a mail never is one.
func (s *splitter) notices(from, to int) {
	for i := from; i < to; {
		i = min(s.nextText(i), to)
		end := i
		for end < to && !s.lines[end].blank() && s.lines[end].kind == "" {
			end++
		}
		if end > i && s.ownAbove(i) && s.isNotice(i, end) {
			s.mark(i, end, Signature, "legal or antivirus notice")
		}
		i = max(end, i+1)
	}
}

// noticeIn reports a notice anywhere in lines [from, to).
func (s *splitter) noticeIn(from, to int) bool { return s.isNotice(from, to) }

// isNotice weighs the phrases of lines [from, to): one that lawyers alone
// write, or two of the common ones.
func (s *splitter) isNotice(from, to int) bool {
	var b strings.Builder
	for i := from; i < to && b.Len() < maxNotice; i++ {
		b.WriteString(clipped(s.lines[i].text))
		b.WriteByte(' ')
	}
	t := undecorated(folded(b.String()))
	if lexicon.notices.find(t, func(p string, at int) bool { return at == 0 || !strings.HasSuffix(p, ":") }) {
		return true
	}
	found := 0
	return len(t) > 80 && lexicon.legal.find(t, func(string, int) bool { found++; return found == 2 })
}
