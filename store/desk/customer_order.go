package desk

import (
	"strings"

	"buzon/store/desk/lazy"
)

// A customer's order stands alone on its line, but for courtesy around it and the case behind it:
// «Por favor, cerrar el caso 12. Gracias».
var (
	courtesyBefore = lazy.Compile(`(?i)^(?:(?:por favor|favor de|favor|porfa|please)[, ]+)+`)
	courtesyAfter  = lazy.Compile(
		`(?i)(?:[,.;! ]+(?:por favor|porfa|please|muchas gracias|mil gracias|gracias|thanks|thank you))+$`)
	caseBehind = lazy.Compile(`^(.+?)(?: (?:(?:el|este|mi|the|this|my) )?(?:caso|ticket|` +
		`tiquete|case))?(?: (?:(?:nro|num|numero|number|no|n)\.?[o°]?\.? ?)?# ?(\d{1,9})| ` +
		`(?:(?:nro|num|numero|number|no|n)\.?[o°]?\.? ?)?(\d{1,9}))?$`)
)

// courtesy is a line without it.
func courtesy(line string) string {
	line = courtesyBefore.ReplaceAllString(line, "")
	return courtesyAfter.ReplaceAllString(line, "")
}

// noMark tells a line of "#" that marks no order: a heading, or another sign than that.
var noMark = lazy.Compile(`^["'«“*]*(?:#[\s\x{a0}]|＃)`)

// around is what people put around a word.
const around = " \t\r\u00a0#«»\"'“”.*!¡"

// CustomerOrder is what a customer's line means that stands alone: words, or "#" with a word and
// what follows it. Arg is the number of the case where the line names one. What is meant as an order
// and is none that he has is one without a verb.
func CustomerOrder(line string) (Order, bool) {
	line = strings.TrimSpace(line)
	if noMark.MatchString(line) {
		return Order{}, false
	}
	if after, ok := strings.CutPrefix(line, "#"); ok {
		word, arg, _ := strings.Cut(strings.ReplaceAll(after, "\u00a0", " "), " ")
		if row := customerTakes[strings.TrimRight(Fold(word), ":.,;")]; row != nil {
			return Order{Verb: row.Verb, Arg: OneLine(arg), Line: line}, true
		}
	}
	plain := strings.Trim(OneLine(Fold(line)), around)
	plain = strings.Trim(courtesy(plain), around+",;")
	if v, ok := CustomerVerb(plain); ok {
		return Order{Verb: v, Line: line}, true
	}
	if m := caseBehind.FindStringSubmatch(plain); m != nil {
		if v, ok := CustomerVerb(strings.Trim(m[1], around)); ok {
			return Order{Verb: v, Arg: m[2] + m[3], Line: line}, true
		}
	}
	return meantAsOrder(line)
}

// meantAsOrder tells a line of "#" and a word that is an agent's or nearly a customer's.
func meantAsOrder(line string) (Order, bool) {
	after, ok := strings.CutPrefix(line, "#")
	word, _, _ := strings.Cut(after, " ")
	word = strings.TrimRight(word, ".,:;")
	_, _, agents := AgentVerb(word)
	near := nearestCustomers(word)
	if !ok || FieldNamed(word) != nil || !agents && near == "" {
		return Order{}, false
	}
	return Order{Arg: near, Line: line}, true
}

// nearestCustomers is the word of a customer's most like another, "" where none is near.
func nearestCustomers(word string) string {
	best, least := "", min(2, len(word)/3)+1
	for _, row := range verbs {
		for w := range strings.SplitSeq(row.customer, ", ") {
			if d := Distance(Fold(word), w); w != "" && d < least {
				best, least = w, d
			}
		}
	}
	return best
}

// CustomerMenu lists what a customer can order, in his language.
func CustomerMenu(language string) (list []string) {
	for _, row := range verbs {
		words := strings.Split(row.customer, ", ")
		if row.customer == "" || strings.HasSuffix(words[0], "…") {
			continue
		}
		if language == "en" {
			words = words[1:]
		}
		list = append(list, words[0])
	}
	return list
}
