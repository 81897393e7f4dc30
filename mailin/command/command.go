// Package command reads the orders that people write into a mail: an agent's "#resuelto", a customer's «cerrar».
//
//	new text ──► Agent    ──► commands, and the text without them: what the customer receives
//	new text ──► Customer ──► the one order that stands alone, if any
//
// It is given the sender's own new text only, never a quote, a signature, a subject or an attachment, and it knows
// nothing of tickets. An unknown verb is text like any other.
package command

import (
	"strings"
	"unicode"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// Verb is what is ordered.
type Verb string

const (
	Close    Verb = "cerrar"
	Resolve  Verb = "resuelto"
	Reopen   Verb = "reabrir"
	Take     Verb = "tomar"
	Release  Verb = "soltar"
	Note     Verb = "nota"
	AskInfo  Verb = "pedir-info"
	Severity Verb = "severidad"
	Follow   Verb = "seguir"
	Unfollow Verb = "dejar de seguir"
)

// verbs are the words for each, folded: without accents, in lower case.
var verbs = map[string]Verb{
	"cerrar": Close, "close": Close, "resuelto": Resolve, "resolved": Resolve, "reabrir": Reopen, "reopen": Reopen,
	"tomar": Take, "take": Take, "soltar": Release, "release": Release, "nota": Note, "note": Note,
	"pedir-info": AskInfo, "ask-info": AskInfo, "severidad": Severity, "severity": Severity,
}

// orders are a customer's, alone on a line.
var orders = map[string]Verb{
	"cerrar": Close, "close": Close, "testing ok": Close, "reabrir": Reopen, "reopen": Reopen,
	"seguir": Follow, "follow": Follow, "dejar de seguir": Unfollow, "unfollow": Unfollow,
}

// Command is one order with what follows the verb on its line.
type Command struct {
	Verb Verb
	Arg  string
}

// Agent takes the commands out of an agent's new text: those of the block of lines at its top and of the block at its
// end. Only "#" and a known verb at the very beginning of a line are one.
func Agent(text string) (list []Command, rest string) {
	lines := strings.Split(text, "\n")
	top := 0
	for top < len(lines) {
		c, ok := parse(lines[top])
		if !ok && strings.TrimSpace(lines[top]) != "" {
			break
		}
		if ok {
			list = append(list, c)
		}
		top++
	}
	end := len(lines)
	var last []Command
	for end > top {
		c, ok := parse(lines[end-1])
		if !ok && strings.TrimSpace(lines[end-1]) != "" {
			break
		}
		if ok {
			last = append([]Command{c}, last...)
		}
		end--
	}
	return append(list, last...), strings.TrimSpace(strings.Join(lines[top:end], "\n"))
}

func parse(line string) (Command, bool) {
	after, ok := strings.CutPrefix(line, "#")
	if !ok {
		return Command{}, false
	}
	word, arg, _ := strings.Cut(strings.TrimRight(after, " \t\r"), " ")
	verb, ok := verbs[fold(word)]
	return Command{verb, strings.TrimSpace(arg)}, ok
}

// Customer finds the order that stands alone on the first or the last line of a customer's new text, with or
// without "#" and quotation marks.
func Customer(text string) (Verb, bool) {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	for _, line := range []string{lines[0], lines[len(lines)-1]} {
		if v, ok := orders[bare(line)]; ok {
			return v, true
		}
	}
	return "", false
}

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
	for _, line := range lines[1:] { // a name and a sign-off, no more
		if len(strings.Fields(line)) > 4 {
			return false
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

// bare folds a line and takes what people put around a word.
func bare(line string) string {
	return strings.Trim(fold(line), " \t\r#«»\"'“”.*")
}

// fold makes lower case without accents; a full-width "#" stays what it is.
func fold(s string) string {
	folded, _, err := transform.String(transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn)), norm.NFC), s)
	if err != nil {
		folded = s
	}
	return strings.ToLower(folded)
}
