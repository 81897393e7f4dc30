package command

import (
	"strings"
	"unicode"
)

// thanks are the words that mere thanks are made of.
var thanks = words(`gracias muchas mil muchisimas ok okey oka listo perfecto genial excelente barbaro buenisimo dale de acuerdo por la el los las su tu
	ayuda atencion respuesta pronta gestion todo bien anda funciona saludos cordiales atentamente atte un abrazo buen dia tarde noche buenos dias buenas tardes
	thanks thank you very much for your help great perfect cheers regards kind best it works now fine good all a lot so`)

func words(text string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(text) {
		set[w] = true
	}
	return set
}

// Thanks tells words that only thank or agree: they reopen nothing. The name under them does not count.
func Thanks(text string) bool {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	all := strings.FieldsFunc(fold(lines[0]), func(r rune) bool { return !unicode.IsLetter(r) })
	if len(all) == 0 || len(all) > 12 || strings.Contains(text, "?") || len(strings.TrimSpace(text)) > 160 {
		return false
	}
	for i, w := range all {
		if !thanks[w] && !(i == len(all)-1 && i > 0 && endsInName(lines[0])) { // «Gracias, Ana»
			return false
		}
	}
	return signOff(lines[1:])
}

// signOff tells lines that only thank on, or give a name: a short line that says anything else is news.
func signOff(lines []string) bool {
	for _, line := range lines {
		for i, w := range strings.FieldsFunc(line, func(r rune) bool { return !unicode.IsLetter(r) }) {
			first := []rune(w)[0]
			if !thanks[fold(w)] && (!unicode.IsUpper(first) || i > 3) {
				return false
			}
		}
	}
	return true
}

// endsInName tells whether the last word begins with a capital.
func endsInName(line string) bool {
	words := strings.FieldsFunc(line, func(r rune) bool { return !unicode.IsLetter(r) })
	last := []rune(words[len(words)-1])
	return unicode.IsUpper(last[0]) && len(last) > 2 && !unicode.IsUpper(last[1])
}
