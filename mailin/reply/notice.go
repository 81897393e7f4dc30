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
	t := undecorated(lowered(b.String()))
	if lexicon().misdirected.find(t, func(string, int) bool { return true }) {
		return true
	}
	legal, long := 0, len(t) > 300
	lexicon().legal.find(t, func(string, int) bool { legal++; return legal == 2 })
	heading := lexicon().notices.at(t, 0, func(p string, _ int) bool {
		return legal > 0 || len(t) > 100 || strings.HasPrefix(t[len(p):], ". www") ||
			t[len(p):] == ""
	})
	return heading || legal == 2 && len(t) > 80 || legal == 1 && long
}

// banner marks the warning that a mail gateway puts above mail from outside: a
// first paragraph that begins and goes on as such warnings do, with text below.
func (s *splitter) banner() {
	from := s.nextText(0)
	end := from
	for end < len(s.lines) && end < from+8 && !s.lines[end].blank() {
		if s.lines[end].kind != "" || s.lines[end].depth > 0 {
			return
		}
		end++
	}
	if below := s.nextText(end); below >= len(s.lines) || end == from || !s.lines[end].blank() {
		return
	}
	t := strings.TrimLeft(lowered(clipped(s.joined(from, end))), "*_[(⚠️ ")
	if strings.Contains(t, "aka.ms/learnaboutsender") { // Exchange says it in every language
		s.mark(from, end, Signature, ruleBanner)
		return
	}
	for _, w := range lexicon().outside {
		if rest, ok := strings.CutPrefix(t, w.prefix); ok && strings.Contains(rest, w.suffix) &&
			isHeading(w.prefix, rest) && mentionsMail(t) && advises(t) {
			s.mark(from, end, Signature, ruleBanner)
			return
		}
	}
}

// isHeading reports that a heading of one or two words ends like one: a person warns in a sentence.
func isHeading(heading, rest string) bool {
	rest = strings.TrimLeft(rest, " ")
	return strings.Count(heading, " ") > 1 || rest == "" ||
		strings.IndexByte(":!*].-|)", rest[0]) >= 0
}

// advises reports that a warning says what to do or not to do about the mail; that of a person asks
// for something else.
func advises(t string) bool {
	for _, w := range [...]string{"clic", "click", "klick", "klik", "enlace", "link", "liens",
		"lien ", "abra", "abrir", "adjunto", "anexo", "attach", "allegat", "pièce",
		"anlage", "anhäng", "anhang", "bijlage", "załączn", "con cuidado", "precauci", "prudence",
		"verifi", "vérif", "überprüf", "controle", "reconoc", "recogn",
		"confíe", "confia", "trust", "por qué esto es importante", "learn why", "phishing",
		"originó", "originad", "originat", "fuera de l", "fora d", "outside",
		"esterno all", "dall'esterno", "extérieur", "außerhalb", "buiten", "spoza", "proviene",
		"proviens"} {
		if strings.Contains(t[min(len(t), 12):], w) {
			return true
		}
	}
	return false
}

// mentionsMail reports that a warning is about a mail or its sender.
func mentionsMail(t string) bool {
	for _, w := range [...]string{"mail", "correo", "mensaje", "mensagem", "message", "messag",
		"courriel", "nachricht", "bericht", "wiadomo",
		"remit", "remet", "sender", "mittente", "expéditeur", "absender", "afzender", "nadawc"} {
		if strings.Contains(t, w) {
			return true
		}
	}
	return false
}
