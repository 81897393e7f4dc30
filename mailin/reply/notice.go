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
		if end > i && s.hasOwn(0, i) && s.isNotice(i, end) {
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
	t := folded(b.String())
	for _, p := range lexicon.notices {
		if strings.HasSuffix(p, ":") && strings.HasPrefix(undecorated(t), p) || !strings.HasSuffix(p, ":") && strings.Contains(t, p) {
			return true
		}
	}
	found := 0
	for _, p := range lexicon.legal {
		if strings.Contains(t, p) {
			found++
		}
	}
	return found >= 2 && len(t) > 80
}
