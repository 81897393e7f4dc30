package reply

import "strings"

// maxNotice is how much of a paragraph is read to judge whether it is a legal notice.
const maxNotice = 2000

// isNotice weighs the phrases of lines [from, to): one that such notices alone
// have; or a heading with one of the common phrases, with much text, or with
// the link of an antivirus; or two of the common ones, or one in a long paragraph.
func (s *splitter) isNotice(from, to int) bool {
	var b strings.Builder
	for i := from; i < to && b.Len() < maxNotice; i++ {
		b.WriteString(clipped(s.lines[i].text))
		b.WriteByte(' ')
	}
	t := undecorated(folded(b.String()))
	if lexicon.misdirected.find(t, func(string, int) bool { return true }) {
		return true
	}
	legal, long := 0, len(t) > 300
	lexicon.legal.find(t, func(string, int) bool { legal++; return legal == 2 })
	heading := lexicon.notices.find(t, func(p string, at int) bool {
		return at == 0 && (legal > 0 || len(t) > 100 || strings.HasPrefix(t[len(p):], ". www") || t[len(p):] == "")
	})
	return heading || legal == 2 && len(t) > 80 || legal == 1 && long
}
