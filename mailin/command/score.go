package command

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"buzon/store/desk"
	"buzon/store/desk/lazy"
)

// Score reads the answer to «how were you treated?»: a number from 1 to 5, one of another scale
// («10/10», «80 %»), stars, or a word, alone on the first line but for words like «le doy un». It
// is 0 where the number is none of the scale. What is said beside it is the comment; thanks and a
// name are none.
func Score(text string) (score int, comment string, ok bool) {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if len(lines) > 1 && greets(lines[0]) {
		lines = strings.Split(strings.TrimSpace(strings.Join(lines[1:], "\n")), "\n")
	}
	first, rest := strings.TrimSpace(strings.Map(visible, lines[0])), lines[1:]
	if strings.ContainsAny(first, "?¿") || unhappy(first) {
		return 0, "", false
	}
	if score = stars(first); score == 0 {
		first, _ = withoutThumbs(first)
		if score, comment, ok = markedBy(strings.TrimSpace(first)); !ok {
			score, comment, ok = worded(first)
		}
		if !ok {
			return 0, "", false
		}
	}
	if !signOff(rest) {
		comment = strings.TrimSpace(comment + "\n" + strings.Join(rest, "\n"))
	}
	return score, comment, true
}

// scored is a number, its scale, what parts it from what follows, and that.
var scored = lazy.Compile(`(?i)^[("«“*\s]*(-?\d{1,3}(?:[.,]\d+)?)` +
	`(?:\s*(?:/|de|sobre|out of|of)\s*(5|10|20|100)\b|\s*(%))?` +
	`(?:\s*(?:puntos?|points?|estrellas?|stars?))?[)"»”*]*(\s*$|\s*[.,;:!]+\s*$|` +
	`\s*[.,;:!]+\s+|\s+[-–—]+\s+|\s+(?:gracias|thanks|thank you)\b|\s+)(.*)$`)

// markedBy is the score of a line that begins with a number.
func markedBy(line string) (score int, comment string, ok bool) {
	m := scored.FindStringSubmatch(afterLead(line))
	if m == nil {
		return 0, "", false
	}
	number, _ := strconv.ParseFloat(strings.Replace(m[1], ",", ".", 1), 64)
	scale, _ := strconv.ParseFloat(m[2], 64)
	if m[3] != "" {
		scale = 100
	}
	parted, beside := strings.TrimSpace(m[4]), m[5]
	if signOff([]string{beside}) || plainScore(beside) == "" {
		beside = ""
	}
	listed := strings.HasPrefix(parted, ".") // «1. No imprime»
	blank := parted == "" && m[4] != ""      // «3 facturas no salen»
	if beside != "" && (listed || blank) {
		return 0, "", false
	}
	score = onScale(number, scale)
	mark := number >= 0 && number <= 10 && !saysNews(beside) || number <= 100 && beside == ""
	return score, beside, score > 0 || mark
}

// onScale is a number from 1 to 5, out of a scale that begins at 0 where that is another; 0 for
// none.
func onScale(number, scale float64) int {
	switch whole := number == math.Trunc(number); {
	case scale > 5 && number >= 0 && number <= scale:
		return max(1, int(math.Round(number*5/scale)))
	case scale > 5 || !whole || number < 1 || number > 5:
		return 0
	}
	return int(number)
}

// leads may stand before a number; alone the articles say nothing of it: «la 5».
var leads = words(`doy damos pongo ponemos califico calificamos nota calificacion puntaje
	puntuacion atencion servicio soporte un una es seria give rate rating score service support a is
	would`)

// afterLead is a line without the words before its number, where they speak of it.
func afterLead(line string) string {
	at := strings.IndexFunc(line, unicode.IsDigit)
	if at <= 0 || strings.ContainsAny(line[:at], "-.,;(") {
		return line
	}
	before := letterWords(desk.Fold(line[:at]))
	about := func(w string) bool { return leads[w] }
	said := func(w string) bool { return !leads[w] && !besideScore[w] }
	if !slices.ContainsFunc(before, about) || slices.ContainsFunc(before, said) {
		return line
	}
	return line[at:]
}

// worded is the score of a line that is a word, or a clause about the service with a comment
// behind it: «Muy buen servicio, Ana es muy amable».
func worded(line string) (score int, comment string, ok bool) {
	if score, ok = scoreWords[plainScore(line)]; ok {
		return score, "", true
	}
	clause, rest, _ := strings.Cut(line, ",")
	score, ok = scoreWords[plainScore(clause)]
	about := func(w string) bool { return services[w] }
	if !ok || saysNews(rest) || !slices.ContainsFunc(letterWords(desk.Fold(clause)), about) {
		return 0, "", false
	}
	return score, strings.TrimSpace(rest), true
}

// saysNews reports whether a comment tells of more than how somebody was treated.
func saysNews(text string) bool {
	is := func(w string) bool { return news[w] }
	return slices.ContainsFunc(letterWords(desk.Fold(text)), is)
}

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

// besideScore are words around a score that say nothing about it, services those that name what it
// is for.
var (
	besideScore = words(`la el su sus fue fueron de del me nos le les todo mi con por para que quede
		quedamos estoy estamos estuvo esta atencion servicio soporte trabajo respuesta gestion ayuda
		atendieron recibida the was were it your my i we am are is d ll m to for of in with as have
		give rate would service support work job help answer experience punto puntos estrella
		estrellas point points star stars un a es seria doy damos pongo ponemos califico
		calificamos nota calificacion puntaje puntuacion rating score mil muchisimas`)
	services = words(`atencion servicio soporte trabajo respuesta gestion ayuda atendieron service
		support work job help answer`)
)

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

// scoreWords are the answers in a word, folded, without what stands around it; 0 are those that the
// scale has not.
var scoreWords = func() map[string]int {
	of := map[string]int{}
	for score, list := range map[int]string{
		5: `cinco, five, excelente, excelentes, perfecto, perfecta, genial, muy bien, muy buena,
			muy bueno, muy buen, buenisimo, buenisima, inmejorable, estupendo, estupenda, fantastico, fantastica,
			maravilloso, maravillosa, espectacular, sobresaliente, optimo, optima, super, super bien,
			muy satisfecho, muy satisfecha, muy satisfechos, muy contento, muy contenta, gusto mucho,
			encanto, excellent, perfect, great, very good, very well, awesome, amazing, fantastic,
			outstanding, wonderful, superb, brilliant, very satisfied, very happy`,
		4: `cuatro, four, bien, buena, bueno, buen, satisfecho, satisfecha, satisfechos, contento,
			contenta, conforme, gusto, good, well, satisfied, happy`,
		3: "tres, three, regular, normal, mas o menos, aceptable, fair, average, so so, acceptable",
		2: `dos, two, mal, mala, malo, deficiente, insatisfecho, insatisfecha, no gusto, no bien,
			no muy bien, no muy buena, bad, poor, poorly, not good, not very good, dissatisfied,
			unsatisfied, not satisfied, unhappy, not happy`,
		1: `uno, una, one, muy mal, muy mala, muy malo, malisimo, malisima, pesimo, pesima, pesimamente,
			terrible, horrible, fatal, no gusto nada, muy insatisfecho, muy insatisfecha, very bad,
			very poor, awful, worst, very dissatisfied, very unhappy`,
		0: `cero, seis, siete, ocho, nueve, diez, zero, six, seven, eight, nine, ten`,
	} {
		for word := range strings.SplitSeq(list, ",") {
			of[strings.Join(strings.Fields(word), " ")] = score
		}
	}
	return of
}()
