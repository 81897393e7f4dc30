package command

import (
	"strings"
	"sync"
	"unicode"

	"buzon/store/desk"
	"buzon/store/desk/lazy"
)

// Confirms reports whether a reply to «is it solved?» says that it is, and nothing else: «Testing
// ok, gracias», «Sí», «Ya funciona», «cierren el caso, por favor», a thumb. It is short, asks
// nothing, and every clause of it is either thanks or one of the phrases below: what says more than
// that is for an agent to read.
func Confirms(text string) bool {
	if strings.ContainsAny(text, "?¿") || unhappy(text) {
		return false
	}
	text, thumb := withoutThumbs(text)
	lines := nonBlank(text)
	if len(lines) > 0 && greets(lines[0]) {
		lines = lines[1:]
	}
	if thumb && signOff(lines) {
		return true
	}
	for end := 1; end <= min(len(lines), longestYes); end++ { // each has a word
		if signOff(lines[end:]) && yes(lines[:end], thumb) {
			return true
		}
	}
	return false
}

// Accepts reports whether a reply to an offer accepts it, and nothing else: «Acepto, gracias», "I
// accept". What has a condition, a question or another word is for an agent to read.
func Accepts(text string) bool {
	if strings.ContainsAny(text, "?¿>") || unhappy(text) {
		return false
	}
	lines := nonBlank(agreed.ReplaceAllString(text, ""))
	if len(lines) > 0 && greets(lines[0]) {
		lines = lines[1:]
	}
	for end := 1; end <= min(len(lines), longestYes); end++ { // each has a word
		if signOff(lines[end:]) && clausesSay(lines[:end], false, accepting) {
			return true
		}
	}
	return false
}

// Consents reads a reply to the offer of what something costs. Whoever repeats the cost accepts it
// too.
func Consents(text, cost string) desk.Consent {
	said := desk.OneLine(strings.Map(visible, text))
	if i := strings.Index(strings.ToLower(said), strings.ToLower(cost)); i > 0 && cost != "" {
		before := strings.TrimRight(said[:i], " :(«“\"")
		said = ofCost.ReplaceAllString(before, "") + said[i+len(cost):]
	} else {
		said = text
	}
	lines := nonBlank(text)
	if len(lines) > 1 && greets(lines[0]) {
		lines = lines[1:]
	}
	yes, clear := Decides(said)
	switch {
	case strings.ContainsAny(text, "?¿"):
		return ""
	case Accepts(said):
		return desk.Accepted
	case clear && !yes, len(lines) > 0 && clausesSay(lines[:1], false, declining):
		return desk.Declined
	case agrees.MatchString(strings.Join(lines, "\n")), Confirms(text):
		return desk.Unsettled
	}
	return ""
}

var (
	ofCost = lazy.Compile(`(?i)\s+(de|por|of)$`)
	// agrees tells words that begin by agreeing; «si» with a condition behind it does not.
	agrees = lazy.Compile(`(?i)^\W*((sí|si|yes|ok|okay|dale|listo|vale)\s*([,.;:!\n]|$)|` +
		`(estoy |estamos )?(de acuerdo|agreed|adelante|go ahead|procedan|proceda|proceed)\b|` +
		`(lo |la )?(acept|autoriz|aprueb|aprob|confirm)|(i |we )?(accept|approve|agree|authori))`)
	// declining are whole clauses, folded and without polite words.
	declining = lazy.Compile(`^(((por|de) (ahora|el momento|momento) )?no( por (ahora|el momento)|` +
		` de momento| for now)?|not now|(lo |la )?(declino|declinamos|rechazo|rechazamos)( (la|el|esa|` +
		`ese|su) (tarifa|costo|coste|precio|valor|cotizacion|oferta))?|(i |we )?(decline|refuse|` +
		`reject)( (the|this|that|your) (rate|cost|price|offer|fee|charge))?)$`)
)

// agreed are words before an acceptance that are none.
var agreed = lazy.Compile(
	`(?i)^\s*(estoy |estamos )?(de acuerdo|agreed|ok|sí|si|yes|sim)[,.;:]?\s+`)

// accepting are whole clauses, folded and without polite words.
var accepting = lazy.Compile(`^((si|yes|sim) )?(` +
	`(lo |la )?(acepto|aceptamos|aceptad[oa])( (la|el|esa|ese|su|esta|este) ` +
	`(tarifa|costo|coste|precio|valor|cotizacion|oferta|cargo))?|` +
	`(i |we )?(accept|accepted)( (the|this|that|your) (rate|cost|price|offer|fee|charge))?|` +
	`(eu )?aceito)$`)

// Mine reports whether a reply to «is this mail yours?» says that it is.
func Mine(text string) bool {
	return own.MatchString(strings.Join(strings.FieldsFunc(desk.Fold(text), notLetter), " "))
}

var own = lazy.Compile(`^((si|yes|sim) )?(` +
	`soy yo|fui yo|es mio|era yo|lo envie yo|lo escribi yo|` +
	`(it s|it is|it was|that was|i am) (me|mine)|` +
	`sou eu|fui eu|e meu)$`)

// longestYes is how many words a confirmation has at most, beside the greeting and the name under
// it, and longestClauses how many bytes.
const (
	longestYes     = 8
	longestClauses = 1000
)

// yes reports whether each clause of the lines thanks or confirms, and one of them does, or a thumb
// has.
func yes(lines []string, confirmed bool) bool {
	return clausesSay(lines, confirmed, confirmations())
}

// clausesSay is yes for the given phrases.
func clausesSay(lines []string, confirmed bool, phrases *lazy.Regexp) bool {
	text := strings.Join(lines, "\n")
	if len(text) > longestClauses || len(strings.FieldsFunc(text, notLetter)) > longestYes {
		return false
	}
	for i, clause := range clauses.Split(text, -1) {
		words := strings.FieldsFunc(clause, notLetter)
		named := i > 0 && len(words) == 1 && isName(words[0]) // «Sí, Ana»
		switch {
		case saying(words, phrases):
			confirmed = true
		case len(words) == 0, onlyPolite(words), named:
		default:
			return false
		}
	}
	return confirmed
}

var clauses = lazy.Compile(`[.,;:!¡\n()«»"“”–—-]|\s(?i:y|e|and)\s`)

// polite are the words around a confirmation that say nothing about it.
var polite = words(`
	gracias muchas mil muchisimas hola buenas buenos dias dia tardes noches saludos cordiales
	atentamente atte por favor favor listo perfecto genial excelente barbaro buenisimo ok okey dale
	probado probe probamos thanks thank you very much so a lot hi hello great perfect cheers regards
	kind best please obrigado obrigada muito bom boa tarde noite grato grata abraco abracos ola`)

// saying reports whether the words, but for polite ones and a name around them, are one of the
// phrases.
func saying(words []string, phrases *lazy.Regexp) bool {
	for from := range words {
		for to := len(words); to > from; to-- {
			named := to == len(words)-1 && isName(words[to])
			if onlyPolite(words[:from]) && (onlyPolite(words[to:]) || named) &&
				phrases.MatchString(desk.Fold(strings.Join(words[from:to], " "))) {
				return true
			}
		}
	}
	return false
}

// onlyPolite reports whether words say nothing, a name behind them included: «gracias Ana».
func onlyPolite(words []string) bool {
	for i, w := range words {
		if !polite[desk.Fold(w)] && (i == 0 || i < len(words)-1 || !isName(w)) {
			return false
		}
	}
	return true
}

// confirmations are whole clauses, folded and without polite words, in Spanish, English and
// Portuguese. The adverbs stand in any number; a case goes by many names. They are made when they
// are needed first, and not by every command.
var confirmations = sync.OnceValue(func() *lazy.Regexp {
	const (
		it = `( (el|este|mi|la|esta|o|este|the|this|my|it))?` +
			`( (caso|ticket|tiquete|incidente|incidencia|reclamo|tema|pedido|solicitud|consulta|` +
			`chamado|case|issue|request))?`
		how = `( (bien|muy bien|perfecto|perfectamente|correctamente|correcto|ok|todo|de nuevo|` +
			`otra vez|nuevamente|normal|con normalidad|sin problemas?|ahora|ya|como antes))*`
		now = `((ya|ahora|todo|todos|si|por fin|efectivamente|asi|aqui|hoy|me|nos|le|les|` +
			`el problema|el error|la falla|el tema|esto|eso|problema|tema) )*`
		fixed = `(resuelt|solucionad|arreglad|corregid|superad|reparad)[oa]s?`
		able  = `(entrar|ingresar|acceder|imprimir|facturar|trabajar)`
	)
	spanish := `si+|afirmativo|correcto|asi es|efectivamente|` +
		`(lo )?confirmo|confirmamos|confirmad[oa]|` +
		`(testing|test|tests|testeo|prueba|pruebas|pruebas?) ` +
		`(ok|oks|okay|correct[oa]s?|exitos[oa]s?|superad[oa]s?)|ok (el )?(testing|test)|` +
		now + `(ok|bien|en orden|correcto)|` +
		now + `(funciona|funcionan|funciono|funcionando|anda|andan|andando|anduvo|sirve|sirvio|` +
		`imprime|abre|carga|conecta|factura|llega|llegan|llego|sale|salen|quedo|` +
		`puedo ` + able + `|podemos ` + able + `)` + how + `|` +
		now + `(esta|estan|quedo|quedaron|fue|ha sido|ha quedado|qued[oa]) (todo |ya )*` +
		`(` + fixed + `|list[oa]|ok|bien|perfect[oa]|funcionando|andando|en orden)` + how + `|` +
		now + fixed + how + `|` +
		now + `se (resolvio|soluciono|arreglo|corrigio|normalizo)` +
		`( (todo|el problema|el error))?|` +
		`(por (mi|nosotros)( parte)? )?(ya )?(lo |se |me lo )?` +
		`(puede|pueden|podes|puedes|podemos|podrian?|deberian?)( ya)? ` +
		`(cerrar(lo)?|dar(lo)? por cerrado)` + it + `|` +
		`(de )?(cerrar|cerrarlo|cierre|cierren|cierra|cerra|cierrelo|cierrenlo|cierralo|cerralo|` +
		`cerremos|cerramos|damos por cerrado|doy por cerrado)` + it + `|` +
		`(caso|ticket|tema) cerrado`
	english := `y(es|ep|eah)|correct|confirmed|i confirm|(tests? |testing )(ok|passed|good)|` +
		`all (good|ok|fine|working|set|done)|looks good|it does|it did|` +
		`((it|that|this|everything|all|now|the problem|the issue|yes|already|finally) )*` +
		`(work|works|worked|working|is working|are working|fixed|is fixed|was fixed|` +
		`solved|is solved|resolved|is resolved|is fine|is ok|is good|got fixed)` +
		`( (now|again|fine|well|ok|for me|for us|as expected|perfectly|good))*|` +
		`(you )?((can|may) |feel free to |go ahead )?(now )?close` + it + `( now)?|case closed`
	portuguese := `sim|(eu )?confirmo|confirmado|correto|isso( mesmo)?|deu certo|` +
		`((ja|agora|tudo|esta|ta|o problema|problema) )*` +
		`(funciona|funcionou|funcionando|voltou( a funcionar)?|` +
		`resolvid[oa]|resolveu|resolvemos|solucionad[oa]|certo|ok)` +
		`( (bem|agora|tudo|normalmente))*|` +
		`(ja )?(foi|ficou|esta) (tudo )?(resolvid[oa]|solucionad[oa]|bom|ok|certo)|` +
		`(ja )?(pode|podem)( ja)? (fechar|encerrar)` + it + `|` +
		`(fechar|encerrar|feche|fechem|encerrem?)` + it
	all := spanish + `|` + english + `|` + portuguese
	return lazy.Compile(`^((si|yes|sim) )?(` + all + `)$`)
})

// unhappy reports whether a picture says the opposite of a thumb that is up.
func unhappy(text string) bool {
	return strings.ContainsAny(text, "👎😡😠😢😭💔❌😕🙁☹")
}

// withoutThumbs takes the pictures out of a text, and reports whether a thumb that is up was among
// them.
func withoutThumbs(text string) (rest string, thumb bool) {
	for _, typed := range []string{":+1:", ":thumbsup:", "(y)", "(Y)", "+1"} {
		if strings.TrimSpace(text) == typed {
			return "", true
		}
	}
	return strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.So, unicode.Sk, unicode.Variation_Selector) || r == '\u200d' {
			return ' '
		}
		return r
	}, text), strings.ContainsAny(text, "👍👌✅✔🆗")
}

func nonBlank(text string) (lines []string) {
	for line := range strings.Lines(text) {
		said := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }
		if strings.ContainsFunc(line, said) {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return lines
}

// greets reports whether a line only greets somebody: «Hola, Ana:», «Buenos días».
func greets(line string) bool {
	words := strings.FieldsFunc(line, notLetter)
	if len(words) == 0 || len(words) > 4 || !greetings[desk.Fold(words[0])] {
		return false
	}
	for _, w := range words[1:] {
		if !greetings[desk.Fold(w)] && !isName(w) {
			return false
		}
	}
	return true
}

var greetings = words(`
	hola buenas buenos buen dia dias tardes noches estimado estimada estimados estimadas querida
	querido todos equipo hi hello dear team all good morning afternoon ola bom boa tarde noite
	prezado prezada prezados`)

// isName reports whether a word is written as a name is.
func isName(word string) bool {
	r := []rune(strings.TrimSpace(word))
	if len(r) < 2 || !unicode.IsUpper(r[0]) || news[desk.Fold(string(r))] {
		return false
	}
	for _, c := range r[1:] {
		if !unicode.IsLower(c) && !unicode.Is(unicode.Mn, c) {
			return false
		}
	}
	return true
}

// news are words after which there is more to read, wherever they stand.
var news = words(`
	no pero mas aunque excepto salvo menos falta faltan faltaria todavia aun sigue siguen casi
	parece ojala cuando igual tampoco nada nunca otra otro otros not but however still yet except
	only though again never nao porem ainda falha falla fallan error urgente ayuda help ajuda mal
	peor`)

func notLetter(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.Is(unicode.Mn, r)
}
