// Package lapse reads in a customer's own words what he may not have meant to say, or forgot: a
// password, a file that is not there, the code of an error, and what an agent would ask him next.
//
//	words ──► Mask, Codes, SpeaksOfFile, Lacks ──► what is stored, and what agents and he are told
package lapse

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"buzon/store/desk"
)

// Bounds of what is kept of the codes of a text.
const (
	mostCodes   = 10
	longestCode = 80 // characters
)

// Read is how much of a text is looked at for what is a hint alone, in bytes: what a person writes
// stands there.
const Read = 64 << 10

// Head is the part of a text that is looked at, up to the end of a line where it has any.
func Head(text string) string {
	if len(text) <= Read {
		return text
	}
	if end := strings.LastIndexByte(text[:Read], '\n'); end > 0 {
		return text[:end]
	}
	return strings.ToValidUTF8(text[:Read], "")
}

// codes are how programs name an error.
var codes = []*regexp.Regexp{
	regexp.MustCompile(`\b(?:ORA|PLS|TNS|RMAN|FRM|REP|JBO|IMP|EXP|SP2|DIA|KUP|PRVF|ACFS|ODI|ADF|SQL|` +
		`SQLCODE|ERR|ERROR|WEB|MSG|CS|TS|NU|MSB|VBA)-\d{3,6}\b`),
	regexp.MustCompile(`\b(?i:HTTP)(?:/\d(?:\.\d)?)?[ -]*(?i:error |status |estado |code |código )?[45]\d\d\b`),
	regexp.MustCompile(`\b[45]\d\d (?i:internal server error|bad gateway|service unavailable|` +
		`gateway time-?out|not found|forbidden|unauthorized|bad request|too many requests)\b`),
	regexp.MustCompile(`\b0x[0-9A-Fa-f]{4,16}\b`),
	regexp.MustCompile(`\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b`),
	regexp.MustCompile(`\bSQLSTATE ?[\[(=:]? ?[0-9A-Z]{5}\b[\])]?`),
	regexp.MustCompile(`\b(?:ERR|ER|E|ERROR|NET|DNS|STATUS|SEC|SSL|WSA|DXGI|HRESULT)_[A-Z][A-Z0-9_]{3,40}\b`),
	regexp.MustCompile(`\bE(?:CONNREFUSED|CONNRESET|CONNABORTED|TIMEDOUT|NOENT|ACCES|PERM|HOSTUNREACH|` +
		`PIPE|ADDRINUSE|NOTFOUND|NOSPC|NETUNREACH)\b`),
	regexp.MustCompile(`\bAADSTS\d{4,8}\b`),
}

// named are numbers that only the word before them makes a code.
var named = regexp.MustCompile(`(?i)\b(?:error|errores|c[oó]digo(?: de error)?|error code|code|` +
	`excepci[oó]n|exception|event id|id de evento)(?: n[.º°o]{1,2}| number| n[uú]mero)?[ \t:#=(]{1,4}` +
	`([A-Z]{0,8}[-_]?\d{2,8}|-\d{3,11})\b`)

// request is a number by which a service knows what it was asked.
var request = regexp.MustCompile(`(?i)\b(?:request|req|trace|correlation|session|incident|` +
	`transaction|solicitud|transacci[oó]n|correlaci[oó]n)[ _-]?(?:id|identifier)[ \t:#="]{1,4}` +
	`([A-Za-z0-9][A-Za-z0-9._-]{5,63})`)

// Codes are the codes of errors that a text names, each once, in their order.
func Codes(text string) (list []string) {
	type found struct {
		at   int
		code string
	}
	var all []found
	for _, r := range codes {
		for _, at := range r.FindAllStringIndex(text, mostCodes) {
			all = append(all, found{at[0], text[at[0]:at[1]]})
		}
	}
	for _, r := range []*regexp.Regexp{named, request} {
		for _, at := range r.FindAllStringSubmatchIndex(text, mostCodes) {
			if code := text[at[2]:at[3]]; strings.ContainsAny(code, "0123456789") {
				all = append(all, found{at[2], code})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b found) int { return a.at - b.at })
	end := 0
	for _, f := range all {
		if f.at < end || len(list) == mostCodes || utf8.RuneCountInString(f.code) > longestCode {
			continue
		}
		end = f.at + len(f.code)
		if code := desk.OneLine(f.code); !slices.Contains(list, code) {
			list = append(list, code)
		}
	}
	return list
}

// SpeaksOfFile reports whether words announce a file: «adjunto la captura», "see attached". That
// there is none, or that somebody else's can't be opened, announces nothing.
func SpeaksOfFile(text string) bool {
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

var (
	announces = regexp.MustCompile(`(?:^\s*|[,:(]\s*|\b(?:te|le|les|os|y|tambien|aqui|ahi) )` +
		`(?:adjunto|adjuntamos|anexo|anexamos)\b|` +
		`\bse (?:le |les |te )?(?:adjuntan?|anexan?)\b|\b(?:va|van|esta|estan|envio|mando|dejo|remito) ` +
		`(?:\w+ )?(?:adjunt|anex)[oa]s?\b|` +
		`\b(?:en|ver|vea|vean|mire|miren|revise|revisen|como|segun) (?:el |la |los |las )?` +
		`(?:archivo |archivos |documento |imagen |foto |captura )?(?:adjunt|anex)[oa]s?\b|` +
		`\b(?:captura|capturas|imagen|imagenes|foto|fotos|archivo|archivos|documento|pantallazo|log|` +
		`logs|factura|pdf|excel|video)s? (?:adjunt|anex)[oa]s?\b|\badjunt[oa]s? (?:a|en) (?:este|el presente)\b|` +
		`\b(?:i|we)(?: a|'?ha)?(?:'ve|ve| have|'m| am|m)? ?(?:also )?attach(?:ed|ing)?\b|` +
		`\b(?:please )?(?:find|see|check) (?:the |my |our )?(?:\w+ )?(?:attached|attachment|enclosed)|` +
		`^\s*(?:attached|enclosed)\b|\b(?:is|are) (?:attached|enclosed)\b|\bin the attachment\b|` +
		`\battached (?:is|are|to this|you)\b|\b(?:the )?attached (?:file|screenshot|picture|image|log|document|pdf)`)
	denies = regexp.MustCompile(`\b(?:sin|ningun|ninguno|no|tampoco|nunca|without|not|cannot|can't|` +
		`couldn't|no|any|isn't|aren't|wasn't|didn't|don't) (?:\w+ ){0,3}(?:adjunt|anex|attach|enclos)|` +
		`\b(?:adjunt|anex|attach)\w* (?:\w+ ){0,2}(?:no|not|doesn't|don't|can't|won't) |` +
		`\battached to the (?:server|wall|network|domain|printer|pc)\b`)
)

// Lacks are what a report of trouble leaves out that an agent would ask for, as keys of the phrases'
// [form]: when and where it was, which equipment and users it concerns, what was done and what the
// system answered. A picture may show the last.
func Lacks(text string, picture bool) (keys []string) {
	folded := desk.Fold(text)
	if !when.MatchString(folded) {
		keys = append(keys, "happened")
	}
	if !where.MatchString(folded) {
		keys = append(keys, "affected")
	}
	said := answered.MatchString(folded) || len(Codes(text)) > 0 || len(desk.Traces(text)) > 0
	if !picture && !said {
		keys = append(keys, "tried")
	}
	return keys
}

var (
	when = regexp.MustCompile(`\b\d{1,2}[:.h]\d{2}\b|\b\d{1,2} ?(?:am|pm|hs|hrs|horas)\b|\b\d{1,2}[/-]\d{1,2}\b|` +
		`\b(?:hoy|ayer|anoche|anteayer|desde|lunes|martes|miercoles|jueves|viernes|sabado|domingo|` +
		`manana|tarde|noche|madrugada|mediodia|hace (?:un|una|dos|tres|\d+)|` +
		`today|yesterday|since|monday|tuesday|wednesday|thursday|friday|saturday|sunday|` +
		`morning|afternoon|evening|night|tonight|noon|\d+ (?:minutes|hours|days) ago)\b`)
	where = regexp.MustCompile(`\b(?:equipos?|pcs?|computador(?:a|as|es)?|ordenador(?:es)?|laptops?|portatil(?:es)?|` +
		`notebooks?|servidor(?:es)?|impresoras?|cajas?|terminal(?:es)?|celular(?:es)?|moviles|movil|tablets?|` +
		`navegador(?:es)?|chrome|firefox|edge|safari|windows|mac|linux|android|iphone|usuari[oa]s?|users?|` +
		`machines?|computers?|servers?|printers?|browsers?|phones?|todos|nadie|everybody|everyone|nobody|` +
		`sucursal(?:es)?|oficinas?|sede|office|branch)\b`)
	answered = regexp.MustCompile(`«|“|"|` +
		`\b(?:errores|error|mensaje|dice|aparece|aparecen|sale|salio|responde|respondio|muestra|mostro|` +
		`message|says|said|shows|showed|answers|appears|pops up)\b`)
)
