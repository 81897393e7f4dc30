package command

import (
	"strings"
	"unicode"

	"buzon/store/desk"
)

// thanks are the words that mere thanks are made of: of those who thank, agree, or say that they
// have read it.
var thanks = words(`
	gracias muchas mil muchisimas ok okey oka listo perfecto genial excelente barbaro buenisimo dale
	de acuerdo por la el los las su tu ayuda atencion respuesta pronta rapida gestion tiempo apoyo
	amabilidad soporte todo bien saludos cordiales atentamente atte un abrazo buen dia tarde noche
	buenos dias buenas tardes hola y muy amable amables recibido recibida enterado enterada
	entendido anotado vale quedo quedamos atento atenta atentos informado solucion thanks thank you
	very much for your help great perfect cheers regards kind best fine good all a lot so the
	received noted got understood support quick answer and obrigado obrigada muito pela pelo pronto
	retorno atendimento grato grata recebido entendi ajuda otimo certo bom boa e`)

func words(text string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(text) {
		set[w] = true
	}
	return set
}

// Thanks reports whether a text only thanks or agrees, and so reopens nothing. The name under it
// does not count.
func Thanks(text string) bool {
	text = strings.TrimSpace(text)
	if len(text) > 160 || unhappy(text) || strings.Contains(text, "?") {
		return false
	}
	lines := strings.Split(text, "\n")
	all := letterWords(desk.Fold(lines[0]))
	if len(all) == 0 || len(all) > 12 {
		return false
	}
	for i, w := range all {
		if !thanks[w] && !(i == len(all)-1 && i > 0 && endsInName(lines[0])) { // «Gracias, Ana»
			return false
		}
	}
	return signOff(lines[1:])
}

// signOff reports whether the lines only thank on, or give a name: a short line that says anything
// else is news.
func signOff(lines []string) bool {
	for _, line := range lines {
		for i, w := range letterWords(line) {
			first := []rune(w)[0]
			if !thanks[desk.Fold(w)] && (!unicode.IsUpper(first) || i > 3 || news[desk.Fold(w)]) {
				return false
			}
		}
	}
	return true
}

// endsInName reports whether the last word begins with a capital.
func endsInName(line string) bool {
	words := letterWords(line)
	last := []rune(words[len(words)-1])
	return unicode.IsUpper(last[0]) && len(last) > 2 && !unicode.IsUpper(last[1])
}

// letterWords cuts a line at whatever is no letter.
func letterWords(line string) []string {
	return strings.FieldsFunc(line, func(r rune) bool { return !unicode.IsLetter(r) })
}
