package threading

import (
	"slices"
	"strings"
	"unicode"

	"buzon/store/desk"
	"buzon/store/desk/lazy"
)

// gateway are the marks that mail gateways put into subjects.
var gateway = lazy.Compile(`(?i)[\[(<*]+\s*` +
	`(ext|external|externo|externa|correo externo|external sender|` +
	`spam|suspected spam|posible spam|caution)[\s:]*[\])>*]+|^external:`)

// Retitled reports whether the subject of a reply says something that the topic of its ticket does
// not. What clients do to a subject says nothing: prefixes, our tag, marks of gateways, an end that
// is cut off.
func Retitled(subject, topic, tag string) bool {
	subject = strings.TrimSpace(CleanSubject(gateway.ReplaceAllString(subject, " "), tag))
	said, known := subjectWords(subject), subjectWords(topic)
	cut := strings.Join(subjectWords(strings.TrimRight(subject, ".… ")), " ")
	if strings.HasPrefix(strings.Join(known, " "), cut) {
		return false
	}
	return slices.ContainsFunc(said, func(w string) bool { return !slices.Contains(known, w) })
}

func subjectWords(s string) []string {
	return strings.FieldsFunc(desk.Fold(s), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r)
	})
}

// foreign is a number of another desk: "[PROV-4431]", "[INC0012345]", "(REQ-77)", "##7781##".
var foreign = lazy.Compile(`\[[\pL\pN #:_-]{0,24}\pN[\pL\pN #:_-]{0,24}\]|` +
	`\([A-Z]{2,10}[-#_ ]?\pN{2,10}\)|##[\pL\pN :_-]{1,24}##`)

// ForeignNumbers are the numbers of other desks in a subject, as they stand there; ours is none.
func ForeignNumbers(subject, tag string) []string {
	return distinct(foreign.FindAllString(CleanSubject(subject, tag), -1), 3)
}
