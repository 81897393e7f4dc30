package command

import (
	"slices"
	"strings"

	"buzon/store/desk"
)

// Asking is a mail as it may ask something.
type Asking struct {
	Subject string // without reply prefixes
	Replies bool   // it had some
	Text    string // the sender's new words
	Places  []bool // whether an order may stand on each line; nil: on any
	Author  string // his names
}

// Query finds what a mail asks, if it asks something and says nothing else: its subject, also that
// of a reply, or its first line is a query as a whole, and around it people at most greet, thank
// and give their names. read tells a line that is a query.
//
// What may as well be somebody's words («ayuda», «buscar la factura») is a query in the text only
// where the subject says nothing either.
func Query(m Asking, read func(line string) (desk.Query, bool)) (desk.Query, bool) {
	lines, sure := said(m.Text, m.Places)
	asked, bySubject := read(m.Subject)
	thanked := len(lines) > 0 && Thanks(lines[0])
	if bySubject && closes(lines, m.Author) && !(asked.About == desk.Case && thanked) {
		return asked, true
	}
	if len(lines) == 0 || !sure {
		return desk.Query{}, false
	}
	q, ok := read(lines[0])
	mute := bySubject || idle[strings.Trim(desk.Fold(m.Subject), " .:!¡?¿()")]
	about := mute || !q.Loose() || m.Replies && q.About == desk.Case
	if !ok || !about || !closes(lines[1:], m.Author) {
		return desk.Query{}, false
	}
	return q, true
}

// idle are subjects that say nothing.
var idle = func() map[string]bool {
	set := map[string]bool{"": true}
	for s := range strings.SplitSeq(
		"consulta,consultas,una consulta,pregunta,hola,buenas,buenos dias,"+
			"buenas tardes,info,informacion,caso,casos,ticket,tickets,soporte,buscar,busqueda,sin "+
			"asunto,"+
			"query,question,hello,hi,information,case,cases,support,search,no subject", ",") {
		set[s] = true
	}
	return set
}()

// said are the lines of a text that say something, without the greeting above them; sure reports
// whether an order may stand on the first.
func said(text string, places []bool) (lines []string, sure bool) {
	greeted := false
	stands := func(i int) bool { return places == nil || i < len(places) && places[i] }
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || strings.HasPrefix(line, ">"):
			continue
		case len(lines) == 0 && greets(line):
			greeted = stands(i) // whose colon announces nothing
			continue
		case len(lines) == 0:
			sure = greeted || stands(i)
		}
		lines = append(lines, line)
	}
	return lines, sure
}

// closes reports whether lines only end a mail: they thank, or give the author's name and what
// stands below it.
func closes(lines []string, author string) bool {
	names := letterWords(desk.Fold(author))
	for i, line := range lines {
		words := letterWords(desk.Fold(line))
		other := func(w string) bool { return !thanks[w] }
		named := func(w string) bool { return len(w) > 2 && slices.Contains(names, w) }
		switch {
		case strings.Contains(line, "?"), len(words) > 12:
			return false
		case len(words) > 0 && !slices.ContainsFunc(words, other):
		case slices.ContainsFunc(words, named) && signOff([]string{line}):
		case i > 0 && signOff([]string{line}):
		default:
			return false
		}
	}
	return true
}
