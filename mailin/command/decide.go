package command

import (
	"slices"
	"strings"

	"buzon/store/desk"
)

var (
	approving = words(`apruebo aprobado aprobada aprobar aprobamos approve approved confirmo confirmado
		confirmada confirmar confirm confirmed acepto aceptamos aceptado accept accepted
		autorizo autorizamos autorizado si yes sim ok aprovo acuerdo agreed agree
		dale adelante supuesto claro`)
	refusing = words(`rechazo rechazado rechazada rechazar rechazamos reject rejected deniego denegado
		deny denied refuse refused rejeito`)
	negating = words("no not nunca never nao don t")
)

// longestDecision is how many words the sentence has at most that decides something.
const longestDecision = 6

// Decides reads the answer to a question that is answered by yes or no: «apruebo», «I approve»,
// «no». It is clear where the first sentence says nothing else.
func Decides(text string) (yes, clear bool) {
	lines := nonBlank(text)
	if len(lines) > 1 && greets(lines[0]) {
		lines = lines[1:]
	}
	if len(lines) == 0 || strings.ContainsAny(lines[0], "?¿") {
		return false, false
	}
	first, _, _ := strings.Cut(strings.ReplaceAll(lines[0], ";", "."), ".")
	first = desk.Fold(first)
	if len(strings.FieldsFunc(first, notLetter)) > longestDecision || saysMore(first) {
		return false, false
	}
	no := false
	for _, clause := range clauses.Split(first, -1) {
		approves, refuses, sure := decidesClause(strings.FieldsFunc(clause, notLetter))
		if !sure {
			return false, false
		}
		yes, no = yes || approves, no || refuses
	}
	return yes && !no, yes != no
}

// decidesClause reads one clause of a decision; it is not sure of a condition, nor of a refusal
// that is negated.
func decidesClause(said []string) (yes, no, sure bool) {
	var approves, refuses, negates bool
	words := 0
	for i, w := range said {
		if w == "si" && i+1 < len(said) && said[i+1] == "no" {
			return false, false, false
		}
		if !polite[w] {
			words++
		}
		approves, refuses, negates = approves || approving[w], refuses || refusing[w],
			negates || negating[w]
	}
	lone := negates && words == 1
	return approves && !negates && !refuses, refuses || negates && approves || lone,
		!negates || !refuses
}

// saysMore reports whether a sentence sets bounds to what it says: «sí, pero solo hasta mayo».
func saysMore(sentence string) bool {
	is := func(w string) bool { return news[w] && !negating[w] }
	return slices.ContainsFunc(letterWords(sentence), is)
}
