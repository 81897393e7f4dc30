package desk

import (
	"slices"
	"strings"
)

// People don't ask in the words of a table: «ver los casos cerrados de mi empresa», "show me our
// open cases", "case 12 history". What follows reads these as the rows of queries do.

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		set[w] = true
	}
	return set
}

var (
	// particles may stand before each word of a query, and change nothing.
	particles = wordSet("el la los las de del mi nuestra the of my our")
	// requests stand before what is asked for.
	requests = wordSet("ver mostrar mostrarme muestrame muestreme listar lista listado consultar " +
		"quiero quisiera necesito deseo dame deme enviame envieme mandeme estado situacion " +
		"show see view list get give send me i want need to would like status")
	// turned are the words that English says behind a case.
	turned = wordSet("history status historial estado")

	caseNouns    = wordSet("casos tickets tiquetes cases")
	requestNouns = wordSet("solicitudes requests") // which alone may be anybody's
	mineWords    = wordSet("mis mi my")            // «mi casos» is a slip
	companyWords = wordSet("empresa compania organizacion nuestro nuestros nuestras " +
		"company organisation organization our")
)

// bare is a word as it is compared.
func bare(token string) string { return strings.TrimRight(Fold(token), ":") }

// saying is a line that may be a query; asked: without the words of a request.
type saying struct {
	words []string
	asked bool
}

// waysToSay are the line as it stands, without what asks for it, and in Spanish order.
func waysToSay(tokens []string) []saying {
	list := []saying{{tokens, false}}
	if n := len(tokens); n > 2 && turned[bare(tokens[n-1])] {
		tokens = append([]string{tokens[n-1]}, tokens[:n-1]...)
		list = append(list, saying{tokens, true})
	}
	i := 0
	for i < len(tokens)-1 && requests[bare(tokens[i])] {
		i++
	}
	if i > 0 {
		list = append(list, saying{tokens[i:], true})
	}
	return list
}

// begins reports whether a line begins with the words of a row, particles aside, and how many of
// its own words that takes.
func begins(tokens, words []string) (taken int, ok bool) {
	for _, w := range words {
		for taken < len(tokens) && bare(tokens[taken]) != w && particles[bare(tokens[taken])] {
			taken++
		}
		if taken == len(tokens) || bare(tokens[taken]) != w {
			return 0, false
		}
		taken++
	}
	return taken, true
}

func afterParticles(rest []string) []string {
	for len(rest) > 1 && particles[bare(rest[0])] {
		rest = rest[1:]
	}
	return rest
}

// afterNoun drops «del caso», "of the case" before a number.
func afterNoun(rest []string) []string {
	rest = afterParticles(rest)
	if len(rest) > 1 && slices.Contains([]string{"caso", "ticket", "case"}, bare(rest[0])) {
		return rest[1:]
	}
	return rest
}

// casesAsked reads whose cases a line asks for, and in which status, in whatever order: «mis casos
// cerrados», "our company's closed cases".
func casesAsked(c *Catalogue, tokens []string) (q Query, ok bool) {
	q.Page, tokens = cutPage(tokens)
	nouns, unsure, mine, ours := 0, false, false, false
	var rest []string
	for _, t := range tokens {
		switch w := strings.TrimSuffix(strings.TrimSuffix(bare(t), "'s"), "'"); {
		case caseNouns[w], requestNouns[w]:
			nouns, unsure = nouns+1, unsure || requestNouns[w]
		case mineWords[w]:
			mine = true
		case companyWords[w]:
			ours = true
		case !particles[w]:
			rest = append(rest, w)
		}
	}
	if all := func(w string) bool { return w == "todos" || w == "all" }; len(rest) > 1 {
		rest = slices.DeleteFunc(rest, all)
	}
	q.Status, ok = ReadStatus(c, strings.Join(rest, " "))
	switch q.About = AllCases; {
	case ours:
		q.About = CompanyCases
	case unsure && !mine:
		ok = false
	case mine:
		q.About = MyCases
	}
	return q, ok && nouns == 1
}
