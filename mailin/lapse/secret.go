package lapse

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"buzon/store/desk"
	"buzon/store/desk/lazy"
)

// Masked stands in place of what is secret.
const Masked = "••••••"

// label is a word behind which a password may stand, up to what parts it from it. The words between
// are those of «contraseña del usuario admin».
var label = lazy.Compile(
	`(?i)(?:^|[^\p{L}\p{N}_])(contrase(?:ñ|n|n\x{0303})as?|claves?|password|passwd|passcode|` +
		`passphrase|pwd|pass|pin|senha|api[ _-]?key|token|secret)` +
		`((?: (?:de|del|para|of|for|temporal|nueva|actual|new|current|temporary)(?: [\p{L}\p{N}_.@-]{1,40}){0,2})?)` +
		`[*_]{0,2}[ \t\x{00a0}]{0,3}(?:([:：=|]|->|→)|(?:\b(es|is|era|was)\b[ \t]*[:：]?))[*_ \t\x{00a0}|]{0,6}`)

// pair is a user's name with his password: «usuario/clave: juan/Abc123».
var pair = lazy.Compile(`(?i)(?:usuario|user|login)[ \t]{0,2}(?:/|y|e|and|&|,)[ \t]{0,2}` +
	`(?:contrase(?:ñ|n)a|clave|password|pass|pwd)[ \t]{0,3}(?:[:：=]|son|es|are|is)?[ \t]{0,3}` +
	`\S{1,60}?[ \t]{0,3}/[ \t]{0,3}(\S{1,60})`)

// account is a name and a password in front of the host of an address, right behind its "://".
var account = lazy.Compile(`^[^\s/:@]{1,60}:([^\s/@]{1,100})@`)

// common are words behind «contraseña:» and the like that are no password.
var common = func() map[string]bool {
	set := map[string]bool{}
	for w := range strings.FieldsSeq(
		`no la el los las se me mi le te que de del es esta este ya y o un una por para cuando cual
		como con sin si su tu en al lo nos muy mas demasiado desde hay fue era no: incorrecta
		incorrecto incorrectas correcta correcto errada erronea equivocada invalida invalido
		valida valido vencida vencio caducada expirada expiro bloqueada olvidada olvide perdida
		perdi vieja nueva nuevo anterior actual misma temporal obligatoria requerida necesaria
		larga corta debil segura fuerte secreta igual otra mala buena cambiada restablecer
		cambiar recuperar olvido problema error ninguna nada alguna the a an is are was not no
		my your our his it its and or wrong incorrect invalid expired forgotten locked lost
		required reset correct does doesn't please always still too same old new weak strong
		blank empty missing changed case when what how for to of in on at with without i we you
		they this that never`) {
		set[w] = true
	}
	return set
}()

// longestCommon is above the bytes of each of them, accents and all.
const longestCommon = 64

// Mask hides the passwords of a text, and reports whether there is one. The original of a mail
// keeps it; nothing that is stored of its words does.
func Mask(text string) (masked string, found bool) {
	var b strings.Builder
	end := 0
	for _, s := range secrets(text) {
		if s[0] >= end && s[1] > s[0] {
			b.WriteString(text[end:s[0]])
			b.WriteString(Masked)
			end = s[1]
		}
	}
	if end == 0 {
		return text, false
	}
	return b.String() + text[end:], true
}

// MayHide reports whether a text with these words, as store.Words has them, may have a password.
func MayHide(text, words string) bool {
	return contains(words, hints) || strings.Contains(text, "://")
}

// hints are in every line that has a password: without any of them it need not be searched, which
// takes a quarter of a second for a megabyte.
var hints = []string{"contrase", "clave", "pass", "pwd", "pin", "senha", "key", "token", "secret",
	"://"}

// secrets are the places of passwords, in order.
func secrets(text string) (list [][2]int) {
	if !contains(strings.ToLower(text), hints) {
		return nil
	}
	at := 0
	for line := range strings.Lines(text) {
		if low := strings.ToLower(line); contains(low, hints) {
			list = append(list, secretsOf(text, at, at+len(line), low)...)
		}
		at += len(line)
	}
	return list
}

// secretsOf are those of the line from the one byte of a text to before the other; low is the line
// in lower case. Only the value of a label may stand in the next.
func secretsOf(text string, from, to int, low string) (list [][2]int) {
	line := text[from:to]
	for at := 0; ; {
		i := strings.Index(line[at:], "://")
		if i < 0 {
			break
		}
		at += i + len("://")
		if a := account.FindStringSubmatchIndex(line[at:]); a != nil {
			list = append(list, [2]int{from + at + a[2], from + at + a[3]})
		}
	}
	var pairs [][]int
	if strings.Contains(low, "/") &&
		(strings.Contains(low, "user") || strings.Contains(low, "usuario") ||
			strings.Contains(low, "login")) {
		pairs = pair.FindAllStringSubmatchIndex(line, -1)
	}
	for _, at := range pairs {
		end := at[2] + len(strings.TrimRight(line[at[2]:at[3]], trailing))
		list = append(list, [2]int{from + at[2], from + end})
	}
	list = append(list, labelled(text, from, to, pairs)...)
	slices.SortFunc(list, func(a, b [2]int) int { return a[0] - b[0] })
	return list
}

// labelled are the passwords behind a label in the line from the one byte of a text to before the
// other, but for the labels within pairs.
func labelled(text string, from, to int, pairs [][]int) (list [][2]int) {
	begin := from
	for from < to {
		at := label.FindStringSubmatchIndex(text[from:to])
		if at == nil {
			break
		}
		place, word, plain := from+at[2], text[from+at[2]:from+at[3]], at[6] >= 0
		for len(pairs) > 0 && begin+pairs[0][1] <= place {
			pairs = pairs[1:]
		}
		within := len(pairs) > 0 && begin+pairs[0][0] <= place
		before := strings.TrimSpace(text[max(0, place-20):place])
		from += at[1]
		s, ok := secretAt(text, from, to, word, plain)
		if ok && !within && !keyword.MatchString(before) {
			list, from = append(list, s), max(from, s[1])
		}
	}
	return list
}

// keyword is what stands before «clave» where it is none.
var keyword = lazy.Compile(`(?i)(?:palabras?|punto|puntos|dato|datos)$`)

const (
	trailing = ".,;:!?)]}»”’\"'*_"
	leading  = "([{«“‘\"'*_"
)

// longestRest is how much behind a label is read, in bytes.
const longestRest = 4096

// secretAt says what behind a label, from byte at to the line's end, is a password. Behind a colon
// it is any word that is not a common one; behind «es» it must look like a password, or be all that
// is said.
func secretAt(text string, at, end int, word string, colon bool) (place [2]int, ok bool) {
	rest := strings.TrimSuffix(text[at:min(end, at+longestRest)], "\n")
	if strings.TrimSpace(rest) == "" && colon { // the value stands in the next line
		next := strings.TrimLeft(text[at:], " \t\r\n\u00a0")
		at = len(text) - len(next)
		rest, _, _ = strings.Cut(next[:min(len(next), longestRest)], "\n")
		if !fewer(rest, 2) || rest == "" || strings.ContainsAny(rest, ":：") {
			return place, false
		}
	}
	from := at + len(rest) - len(strings.TrimLeft(rest, leading+" \t\u00a0"))
	token, tail, _ := strings.Cut(text[from:at+len(rest)], " ")
	token = strings.TrimRight(strings.Trim(token, "\t\r\u00a0"), trailing)
	number := desk.Fold(word) == "pin"
	switch {
	case token == "", len(token) < longestCommon && common[desk.Fold(token)],
		strings.Trim(token, "*•xX.") == "":
		return place, false
	case number && !(len(token) >= 4 && strings.Trim(token, "0123456789") == ""):
		return place, false
	case strings.ContainsAny(word, " _-kKtT") && keyed(word) && !looksSecret(token):
		return place, false
	case colon && (fewer(tail, 7) || looksSecret(token)), looksSecret(token):
	case desk.Fold(word) != "clave" && strings.TrimSpace(tail) == "" &&
		utf8.RuneCountInString(token) >= 4:
	default:
		return place, false
	}
	return [2]int{from, from + len(token)}, true
}

// fewer reports whether a text has fewer words.
func fewer(text string, words int) bool {
	for range strings.FieldsSeq(text) {
		if words--; words == 0 {
			return false
		}
	}
	return true
}

// keyed reports a label of programs, not of people.
func keyed(word string) bool {
	word = desk.Fold(word)
	return strings.Contains(word, "key") || word == "token" || word == "secret"
}

// looksSecret reports whether a word has what passwords have and other words have not: figures or
// signs among its letters, or capitals after the first.
func looksSecret(token string) bool {
	if utf8.RuneCountInString(token) < 4 {
		return false
	}
	letters, others, capitals := 0, 0, 0
	for i, r := range token {
		switch {
		case unicode.IsLetter(r):
			letters++
			if unicode.IsUpper(r) && i > 0 {
				capitals++
			}
		case r != '-' && r != '/' && r != '.':
			others++
		}
	}
	return others > 0 || capitals > 0 && capitals < letters-1
}
