package lapse

import (
	"strings"
	"unicode/utf8"

	"buzon/store/desk"
)

// Case is what two cases are compared by.
type Case struct{ Subject, Text string }

// Alike reports whether two cases of one person may be one: their subjects have most of their words
// in common and their words some, or their words most.
func Alike(a, b Case) bool {
	subjects, shared := overlap(a.Subject, b.Subject)
	texts, said := overlap(beginning(a.Text), beginning(b.Text))
	return subjects >= 0.6 && shared >= 2 || subjects == 1 && shared == 1 && texts >= 0.2 ||
		texts >= 0.6 && said >= 4
}

// compared is how many bytes of a text are looked at.
const compared = 1500

func beginning(text string) string {
	if len(text) <= compared {
		return text
	}
	return strings.ToValidUTF8(text[:compared], "")
}

// overlap is how much of the words of two texts they have in common, and how many those are.
func overlap(a, b string) (share float64, n int) {
	one, other := telling(a), telling(b)
	for w := range one {
		if other[w] {
			n++
		}
	}
	if all := len(one) + len(other) - n; all > 0 {
		share = float64(n) / float64(all)
	}
	return share, n
}

// telling are the words of a text that say what it is about.
func telling(text string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.FieldsFunc(desk.Fold(text), apart) {
		if (utf8.RuneCountInString(w) > 2 || w == "no") && !idle[w] {
			set[w] = true
		}
	}
	return set
}

// idle are words that stand in any mail.
var idle = words(`hola buenas buenos dias tardes noches gracias saludos favor por para con los las
	del una uno que como esta este esto estos esa ese desde sobre muy mas pero ayuda consulta
	problema caso ticket urgente the and for with from this that have has hello hi thanks please
	regards help case issue problem you your our are not was can nos les sin sus hay cuando
	donde tengo tenemos puede pueden`)
