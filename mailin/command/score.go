package command

import (
	"strings"

	"buzon/store/desk"
	"buzon/store/desk/lazy"
)

// Score reads the answer to «how were you treated?»: a number from 1 to 5, stars, or a word, alone
// on the first line. What is said beside it is the comment; thanks and a name are none.
func Score(text string) (score int, comment string, ok bool) {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if len(lines) > 1 && greets(lines[0]) {
		lines = strings.Split(strings.TrimSpace(strings.Join(lines[1:], "\n")), "\n")
	}
	first, rest := strings.TrimSpace(strings.Map(visible, lines[0])), lines[1:]
	beside := ""
	switch m := scored.FindStringSubmatch(first); {
	case strings.ContainsAny(first, "?¿"):
		return 0, "", false
	case m != nil:
		score, beside = int(m[1][0]-'0'), m[3]
		listed := strings.HasPrefix(strings.TrimSpace(m[2]), ".") // «1. No imprime»
		if listed && beside != "" && !signOff([]string{beside}) {
			return 0, "", false
		}
	default:
		score = max(stars(first), scoreWords[plainScore(first)])
	}
	if score == 0 {
		return 0, "", false
	}
	if beside != "" && !signOff([]string{beside}) {
		comment = beside
	}
	if !signOff(rest) {
		comment = strings.TrimSpace(comment + "\n" + strings.Join(rest, "\n"))
	}
	return score, comment, true
}

// scored is a number, what parts it from what follows, and that.
var scored = lazy.Compile(`(?i)^[("«“*\s]*([1-5])(?:\s*(?:/|de|sobre|out of|of)\s*5)?` +
	`(?:\s*(?:puntos?|points?|estrellas?|stars?))?[)"»”*]*(\s*$|\s*[.,;:!]+\s*$|` +
	`\s*[.,;:!]+\s+|\s+[-–—]+\s+|\s+(?:gracias|thanks|thank you)\b)(.*)$`)

// stars counts the stars of a line that has nothing else; more than five, or none, are 0.
func stars(line string) (n int) {
	for _, r := range line {
		switch r {
		case '★', '⭐', '🌟':
			n++
		case '☆', ' ', '\ufe0f':
		default:
			return 0
		}
	}
	if n > 5 {
		return 0
	}
	return n
}

// besideScore are words around one that say nothing about it.
var besideScore = words(`la el su fue de me nos todo atencion servicio soporte atendieron
	the was it your service support punto puntos estrella estrellas point points star stars`)

// plainScore is a line without what stands around the word of a score.
func plainScore(line string) string {
	var list []string
	for _, w := range letterWords(desk.Fold(line)) {
		if w == "gracias" || w == "muchas" || w == "thanks" || w == "thank" {
			break
		}
		if !besideScore[w] {
			list = append(list, w)
		}
	}
	return strings.Join(list, " ")
}

// scoreWords are the answers in a word, folded.
var scoreWords = func() map[string]int {
	of := map[string]int{}
	for score, list := range map[int]string{
		5: `cinco, five, excelente, excelentes, perfecto, perfecta, genial, muy bien, muy buena, muy bueno,
			excellent, perfect, great, very good, very well`,
		4: "cuatro, four, bien, buena, bueno, good, well",
		3: "tres, three, regular, normal, mas o menos, fair, average, so so",
		2: "dos, two, mal, mala, malo, bad, poor, poorly",
		1: `uno, una, one, muy mal, muy mala, muy malo, pesimo, pesima, pesimamente, terrible, horrible,
			very bad, very poor, awful`,
	} {
		for word := range strings.SplitSeq(list, ",") {
			of[strings.Join(strings.Fields(word), " ")] = score
		}
	}
	return of
}()
