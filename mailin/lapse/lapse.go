// Package lapse reads in a customer's own words what he may not have meant to say, or forgot: a
// password, a file that is not there, the code of an error, and what an agent would ask him next.
//
//	words ──► Mask, Read, SpeaksOfFile ──► what is stored, and what agents and he are told
package lapse

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"buzon/store/desk"
	"buzon/store/desk/lazy"
)

// Bounds of what is kept of the codes of a text.
const (
	mostCodes   = 10
	longestCode = 80 // characters
)

// looked is how much of a text is looked at for what is a hint alone, in bytes: what a person
// writes stands there.
const looked = 64 << 10

// Head is the part of a text that is looked at, up to the end of a line where it has any.
func Head(text string) string {
	if len(text) <= looked {
		return text
	}
	if end := strings.LastIndexByte(text[:looked], '\n'); end > 0 {
		return text[:end]
	}
	return strings.ToValidUTF8(text[:looked], "")
}

// shape is how something is written.
type shape struct {
	signs   []string // in lower case: a line without any of them need not be searched
	pattern *lazy.Regexp
}

// codes are how programs name an error.
var codes = []shape{
	{[]string{"-"}, lazy.Compile(
		`\b(?:ORA|PLS|TNS|RMAN|FRM|REP|JBO|IMP|EXP|SP2|DIA|KUP|PRVF|ACFS|ODI|` +
			`ADF|SQL|SQLCODE|ERR|ERROR|WEB|MSG|CS|TS|NU|MSB|VBA)-\d{3,6}\b`)},
	{[]string{"http"}, lazy.Compile(`\b(?i:HTTP)(?:/\d(?:\.\d)?)?[ -]*` +
		`(?i:error |status |estado |code |código )?[45]\d\d\b`)},
	{[]string{"server error", "gateway", "unavailable", "not found", "forbidden", "unauthorized",
		"bad request", "too many"},
		lazy.Compile(`\b[45]\d\d (?i:internal server error|bad gateway|service unavailable|` +
			`gateway time-?out|not found|forbidden|unauthorized|bad request|too many requests)\b`)},
	{[]string{"0x"}, lazy.Compile(`\b0x[0-9A-Fa-f]{4,16}\b`)},
	{[]string{"-"}, lazy.Compile(`\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b`)},
	{[]string{"sqlstate"}, lazy.Compile(`\bSQLSTATE ?[\[(=:]? ?[0-9A-Z]{5}\b[\])]?`)},
	{[]string{"_"}, lazy.Compile(
		`\b(?:ERR|ER|E|ERROR|NET|DNS|STATUS|SEC|SSL|WSA|DXGI|HRESULT)` +
			`_[A-Z][A-Z0-9_]{3,40}\b`)},
	{[]string{"econn", "etimedout", "enoent", "eacces", "eperm", "ehost", "epipe", "eaddr",
		"enotfound", "enospc", "enet"},
		lazy.Compile(`\bE(?:CONNREFUSED|CONNRESET|CONNABORTED|TIMEDOUT|NOENT|ACCES|PERM|` +
			`HOSTUNREACH|PIPE|ADDRINUSE|NOTFOUND|NOSPC|NETUNREACH)\b`)},
	{[]string{"aadsts"}, lazy.Compile(`\bAADSTS\d{4,8}\b`)},
}

// told are codes for what stands before them: any number, or one by which a service knows what it
// was asked.
var told = []shape{
	{[]string{"error", "digo", "code", "excep", "event"}, lazy.Compile(
		`(?i)\b(?:error|errores|c[oó]digo(?: de error)?|error code|code|` +
			`excepci[oó]n|exception|event id|id de evento)` +
			`(?: n[.º°o]{1,2}| number| n[uú]mero)?[ \t:#=(]{1,4}` +
			`([A-Z]{0,8}[-_]?\d{2,8}|-\d{3,11})\b`)},
	{[]string{"id"}, lazy.Compile(`(?i)\b(?:request|req|trace|correlation|session|incident|` +
		`transaction|solicitud|transacci[oó]n|correlaci[oó]n)[ _-]?(?:id|identifier)[ \t:#="]{1,4}` +
		`([A-Za-z0-9][A-Za-z0-9._-]{5,63})`)},
}

// Hints are what a text says, or leaves out, beside what its writer meant to say.
type Hints struct {
	Codes  []string // of errors, each once, in their order
	Traces []string // kinds of the stack traces in it, each once
	When   bool     // it says when it happened
	Where  bool     // it says where, or whom it concerns
	Answer bool     // it says what the system answered
}

// Read reads the hints of a text's head. Words are those of the text, as store.Words has them: each
// once is enough to look at.
func Read(text, words string) (h Hints) {
	text = Head(text)
	h.Codes = Codes(text)
	for _, trace := range desk.Traces(text) {
		if !slices.Contains(h.Traces, trace.Kind) {
			h.Traces = append(h.Traces, trace.Kind)
		}
	}
	h.report(text, words)
	h.Answer = h.Answer || len(h.Codes) > 0 || len(h.Traces) > 0
	return h
}

// Codes are the codes of errors that a text names. Lines of words alone have none and are not
// looked at, which makes most mails cost nothing.
func Codes(text string) (list []string) {
	for line := range strings.Lines(text) {
		if !coded(line) {
			continue
		}
		for _, code := range codesOf(line) {
			if len(list) == mostCodes {
				return list
			}
			if !slices.Contains(list, code) {
				list = append(list, code)
			}
		}
	}
	return list
}

// coded reports whether a line has what every code has: a figure, or four capitals in a row.
func coded(line string) bool {
	capitals := 0
	for i := range len(line) {
		switch c := line[i]; {
		case '0' <= c && c <= '9':
			return true
		case 'A' <= c && c <= 'Z':
			if capitals++; capitals == 4 {
				return true
			}
		default:
			capitals = 0
		}
	}
	return false
}

// codesOf are the codes of a line. Of two that overlap the first is one.
func codesOf(line string) (list []string) {
	var all [][2]int
	low := strings.ToLower(line)
	for _, c := range codes {
		if contains(low, c.signs) {
			for _, at := range c.pattern.FindAllStringIndex(line, mostCodes) {
				all = append(all, [2]int{at[0], at[1]})
			}
		}
	}
	for _, c := range told {
		if !contains(low, c.signs) {
			continue
		}
		for _, at := range c.pattern.FindAllStringSubmatchIndex(line, mostCodes) {
			if strings.ContainsAny(line[at[2]:at[3]], "0123456789") {
				all = append(all, [2]int{at[2], at[3]})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b [2]int) int { return a[0] - b[0] })
	end := 0
	for _, at := range all {
		code := line[at[0]:at[1]]
		if at[0] < end || utf8.RuneCountInString(code) > longestCode {
			continue
		}
		list, end = append(list, desk.OneLine(code)), at[1]
	}
	return list
}

// SpeaksOfFile reports whether words announce a file: «adjunto la captura», "see attached". That
// there is none, or that somebody else's can't be opened, announces nothing. Words are those of the
// text, and may be of more.
func SpeaksOfFile(text, words string) bool {
	if !contains(words, stems) {
		return false
	}
	for line := range strings.Lines(text) {
		if len(line) > 2000 || strings.HasPrefix(strings.TrimSpace(line), ">") {
			continue
		}
		line = desk.Fold(line)
		for clause := range strings.FieldsFuncSeq(line, func(r rune) bool {
			return strings.ContainsRune(".;!?\n", r)
		}) {
			if announces.MatchString(clause) && !denies.MatchString(clause) {
				return true
			}
		}
	}
	return false
}

// stems are in every text that announces a file, and found fast.
var stems = []string{"adjunt", "anex", "attach", "enclos"}

func contains(text string, words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(text, w) })
}

var (
	announces = lazy.Compile(`(?:^\s*|[,:(]\s*|\b(?:te|le|les|os|y|tambien|aqui|ahi) )` +
		`(?:adjunto|adjuntamos|anexo|anexamos)\b|` +
		`\bse (?:le |les |te )?(?:adjuntan?|anexan?)\b|\b(?:va|van|esta|estan|envio|mando|dejo|remito) ` +
		`(?:\w+ )?(?:adjunt|anex)[oa]s?\b|` +
		`\b(?:en|ver|vea|vean|mire|miren|revise|revisen|como|segun) (?:el |la |los |las )?` +
		`(?:archivo |archivos |documento |imagen |foto |captura )?(?:adjunt|anex)[oa]s?\b|` +
		`\b(?:captura|capturas|imagen|imagenes|foto|fotos|archivo|archivos|documento|pantallazo|log|` +
		`logs|factura|pdf|excel|video)s? (?:adjunt|anex)[oa]s?\b|` +
		`\badjunt[oa]s? (?:a|en) (?:este|el presente)\b|` +
		`\b(?:i|we)(?: a|'?ha)?(?:'ve|ve| have|'m| am|m)? ?(?:also )?attach(?:ed|ing)?\b|` +
		`\b(?:please )?(?:find|see|check) (?:the |my |our )?(?:\w+ )?(?:attached|attachment|enclosed)|` +
		`^\s*(?:attached|enclosed)\b|\b(?:is|are) (?:attached|enclosed)\b|\bin the attachment\b|` +
		`\battached (?:is|are|to this|you)\b|` +
		`\b(?:the )?attached (?:file|screenshot|picture|image|log|document|pdf)`)
	denies = lazy.Compile(
		`\b(?:sin|ningun|ninguno|no|tampoco|nunca|without|not|cannot|can't|` +
			`couldn't|no|any|isn't|aren't|wasn't|didn't|don't) (?:\w+ ){0,3}(?:adjunt|anex|attach|enclos)|` +
			`\b(?:adjunt|anex|attach)\w* (?:\w+ ){0,2}(?:no|not|doesn't|don't|can't|won't) |` +
			`\battached to the (?:server|wall|network|domain|printer|pc)\b`)
)

// Lacks are what a report of trouble leaves out that an agent would ask for, as keys of the
// phrases' [form]: when and where it was, which equipment and users it concerns, what was done and
// what the system answered. A picture may show the last.
func (h Hints) Lacks(picture bool) (keys []string) {
	if !h.When {
		keys = append(keys, "happened")
	}
	if !h.Where {
		keys = append(keys, "affected")
	}
	if !h.Answer && !picture {
		keys = append(keys, "tried")
	}
	return keys
}

// report reads a text as a report of trouble.
func (h *Hints) report(text, words string) {
	h.Answer = strings.ContainsAny(text, "«“\"")
	for word := range strings.FieldsSeq(words) {
		switch said[word] {
		case when:
			h.When = true
		case where:
			h.Where = true
		case answered:
			h.Answer = true
		}
	}
	ago := strings.Contains(words, "hace ")
	for line := range strings.Lines(text) {
		if h.When {
			break
		}
		h.When = (ago || strings.ContainsAny(line, "0123456789")) &&
			clock.MatchString(desk.Fold(line))
	}
}

func apart(r rune) bool {
	if 'a' <= r && r <= 'z' { // most are
		return false
	}
	return !unicode.IsLetter(r) && !unicode.IsNumber(r)
}

// clock is how a time is written in figures.
var clock = lazy.Compile(`\b\d{1,2}[:.h]\d{2}\b|\b\d{1,2} ?(?:am|pm|hs|hrs|horas)\b|` +
	`\b\d{1,2}[/-]\d{1,2}\b|\bhace (?:un|una|dos|tres|\d+)\b|\b\d+ (?:minutes|hours|days) ago\b`)

const (
	when = iota + 1
	where
	answered
)

// said are words by which a report says something of what it is asked for.
var said = func() map[string]int {
	set := map[string]int{}
	for what, list := range map[int]string{
		when: `hoy ayer anoche anteayer desde lunes martes miercoles jueves viernes sabado domingo
		manana tarde noche madrugada mediodia today yesterday since monday tuesday wednesday
		thursday friday saturday sunday morning afternoon evening night tonight noon`,
		where: `equipo equipos pc pcs computador computadora computadoras computadores ordenador
		ordenadores laptop laptops portatil portatiles notebook notebooks servidor servidores
		impresora impresoras caja cajas terminal terminales celular celulares movil moviles
		tablet tablets navegador navegadores chrome firefox edge safari windows mac linux
		android iphone usuario usuaria usuarios usuarias user users machine machines computer
		computers server servers printer printers browser browsers phone phones todos nadie
		everybody everyone nobody sucursal sucursales oficina oficinas sede office branch`,
		answered: `error errores mensaje dice aparece aparecen sale salio responde respondio muestra
		mostro message says said shows showed answers appears pops`,
	} {
		for w := range strings.FieldsSeq(list) {
			set[w] = what
		}
	}
	return set
}()

func words(list string) map[string]bool {
	set := map[string]bool{}
	for w := range strings.FieldsSeq(list) {
		set[w] = true
	}
	return set
}
