package command

import (
	"strings"

	"buzon/store/desk"
)

var (
	approving = words(`apruebo aprobado aprobada aprobar aprobamos approve approved confirmo confirmado
		confirmada confirmar confirm confirmed acepto aceptado accept accepted autorizo
		autorizado si yes sim ok aprovo`)
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
	said := strings.FieldsFunc(desk.Fold(first), notLetter)
	if len(said) > longestDecision {
		return false, false
	}
	var approves, refuses, negates bool
	for _, w := range said {
		approves, refuses, negates = approves || approving[w], refuses || refusing[w], negates ||
			negating[w]
	}
	switch {
	case negates && refuses: // «no lo rechazo» says too little
		return false, false
	case refuses, negates && approves, negates && len(said) == 1:
		return false, true
	}
	return approves, approves
}
