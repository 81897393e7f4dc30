package command

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"buzon/store/desk"
	"buzon/store/desk/lazy"
)

// Fit is what a line's value is to the field that it names.
type Fit int

const (
	Alien   Fit = iota // there is no such field
	Label              // it belongs to a form, and sets nothing: «Descripción»
	Free               // any value is one
	Fits               // it is one of the values that there are
	Unknown            // it is none of them
)

// Known says what a name is to the desk: the field's own name, and how the value fits it.
type Known func(name, value string) (field string, fit Fit)

// Fields reads the field lines of a new text, "Producto: CRM": those of the block of lines at its
// top, below a greeting, and of the block at its end, above thanks and a name. Lines of a mail's
// header, prose with a colon and what stands below a leave-taking are none. places says of each
// line whether one may stand there; nil: anywhere.
func Fields(text string, places []bool, known Known) (list []desk.Order) {
	if !strings.ContainsAny(text, ":=|#") && !strings.ContainsRune(text, '：') {
		return nil // most texts, which must not cost the writer a pass over each of their lines
	}
	lines := strings.Split(text, "\n")
	read := fieldLines(spelled(lines), places, known)
	for i, line := range lines {
		if read[i].text != "" {
			read[i].text = strings.TrimSpace(strings.Map(visible, line))
		}
	}
	strangers(read)
	first := topOf(lines)
	for ; first < len(lines) && (read[first].fit != Alien || blank(lines[first])); first++ {
		list = read[first].add(list)
	}
	last := len(lines)
	for last > first && closing(lines[last-1]) {
		last--
	}
	from := last
	for from > first && (read[from-1].fit != Alien || blank(lines[from-1])) {
		from--
	}
	for from < last && blank(lines[from]) {
		from++
	}
	if from > 0 && (!blank(lines[from-1]) || takesLeave(lines[:from])) {
		return list
	}
	for _, l := range read[from:last] {
		list = l.add(list)
	}
	return list
}

// strangers lets lines that look as fields' do, and name none, stand among as many that do: they
// set nothing, and the others are read all the same.
func strangers(read []fieldLine) {
	for from := 0; from < len(read); {
		to, fields, strange := from, 0, 0
		for ; to < len(read) && (read[to].fit != Alien || read[to].stranger); to++ {
			if read[to].fit >= Free {
				fields++
			} else if read[to].fit == Alien {
				strange++
			}
		}
		for i := from; i < to && strange <= fields; i++ {
			if read[i].fit == Alien {
				read[i].fit = Label
			}
		}
		from = to + 1
	}
}

// spelled writes as field lines those that set a field as an agent's order does: «#severidad 1».
func spelled(lines []string) []string {
	list := slices.Clone(lines)
	for i, line := range list {
		name, value, ok := strings.Cut(strings.TrimSpace(line), " ")
		name, marked := strings.CutPrefix(name, "#")
		if ok && marked && desk.FieldNamed(strings.TrimRight(name, ":")) != nil {
			list[i] = strings.TrimRight(name, ":") + ": " + value
		}
	}
	return list
}

// fieldLines are the lines as fields', but for those of a mail's header.
func fieldLines(lines []string, places []bool, known Known) []fieldLine {
	read := make([]fieldLine, len(lines))
	for i, line := range lines {
		near := i < blockLines || i >= len(lines)-blockLines
		if near && len(line) <= longestLine &&
			(places == nil || i < len(places) && places[i] || blank(line)) {
			if read[i] = several(line, known); len(read[i].more) == 0 {
				read[i] = readField(line, known)
			}
		}
	}
	withoutHeaders(lines, read)
	return read
}

// Filled reads the lines that were filled into a form: each stands for itself.
func Filled(lines []string, known Known) (list []desk.Order) {
	for _, line := range lines {
		list = readField(line, known).add(list)
	}
	return list
}

// fieldLine is a line as a field's.
type fieldLine struct {
	fit                Fit
	field, value, text string
	stranger           bool        // it looks as one does, and names no field
	more               []fieldLine // that stand behind it on the line
}

func (l fieldLine) add(list []desk.Order) []desk.Order {
	if l.fit >= Free && l.value != "" {
		list = append(list, desk.FieldOrder(l.field, l.value, l.text))
	}
	for _, m := range l.more {
		list = m.add(list)
	}
	return list
}

// several reads a line that names several fields, all of which the desk has: «Producto: CRM, Tipo:
// Problema».
func several(line string, known Known) (l fieldLine) {
	if len(line) > longestValue || strings.Count(line, ":") < 2 {
		return l
	}
	from := 0
	for _, m := range append(apart.FindAllStringIndex(line, -1), []int{len(line), len(line)}) {
		one := readField(line[from:m[0]], known)
		if m[0] < len(line) && readField(line[m[1]:], nameOf(known)).fit < Free {
			continue // it is part of the value
		}
		switch {
		case one.fit != Fits && one.fit != Unknown && (one.fit != Free || from == 0):
			return fieldLine{}
		case from == 0:
			l = one
		default:
			l.more = append(l.more, one)
		}
		from = m[1]
	}
	return l
}

// apart stands between two fields of a line.
var apart = lazy.Compile(`\s*[,;|/]\s*`)

// nameOf asks about a name whatever stands behind it.
func nameOf(known Known) Known {
	return func(name, value string) (string, Fit) {
		field, fit := known(name, value)
		if fit >= Free {
			fit = Free
		}
		return field, fit
	}
}

// Bounds of a field line, in characters.
const (
	longestKey   = 80
	longestValue = 200
)

// A block at the top or the bottom has so many lines at most, and none of them has more bytes: a
// log of a megabyte costs no more than a letter.
const (
	blockLines  = 200
	longestLine = 4 << 10
)

func colon(r rune) bool { return r == ':' || r == '：' }

// parts reports whether a name may end at r, and a value begin.
func parts(r rune) bool { return colon(r) || r == '|' || r == '=' }

// readField reads "Clave: valor", whichever colon it has and whatever a mail client put around the
// words. A cell of a table is as good as a colon.
func readField(line string, known Known) (l fieldLine) {
	if len(line) > 4*(longestKey+longestValue) || !strings.ContainsFunc(line, parts) {
		return l
	}
	line = strings.TrimSpace(strings.Map(visible, line))
	at := strings.IndexFunc(line, parts)
	if at < 0 {
		return l
	}
	key := bullet.ReplaceAllString(line[:at], "")
	key = strings.Trim(choices.ReplaceAllString(undecorated(key), ""), "*_ \u00a0")
	value := undecorated(strings.TrimLeft(line[at:], ":：|=*_ \t\u00a0"))
	if key == "" || utf8.RuneCountInString(key) > longestKey ||
		utf8.RuneCountInString(value) > longestValue {
		return l
	}
	l = fieldLine{value: value, text: line}
	if l.field, l.fit = known(desk.OneLine(key), value); l.fit == Unknown && prose(value) {
		return fieldLine{}
	}
	l.stranger = l.fit == Alien && line[at] != '=' && value != "" && !prose(value) &&
		len(strings.Fields(key)) <= maxLabel
	return l
}

// maxLabel is how many words a label has.
const maxLabel = 3

var (
	bullet = lazy.Compile(`^\s*([-–•·*]|\d{1,2}[.)])\s+`)
	// choices are those that a form names behind a label: "Severidad (1 crítica, 2 mayor)"
	choices = lazy.Compile(`\s*\([^()]*\)\s*$`)
)

// undecorated takes away bold marks and the borders of a table.
func undecorated(s string) string { return strings.Trim(s, "*_| \t\r\u00a0") }

// prose reports whether what stands behind a colon is a sentence, and not meant as a value: «Para:
// que lo sepan todos, no imprime».
func prose(value string) bool {
	words := strings.Fields(value)
	return len(words) > 4 || sentence.MatchString(value) ||
		len(words) > 1 && beginnings[desk.Fold(words[0])]
}

var (
	sentence = lazy.Compile(`[,;.:?!¿¡]\s`)
	// beginnings are words that sentences begin with, and names of values do not
	beginnings = words(`que no el la los las lo se si es son esta estan un una me nos mi al del ya
		cuando como the it its is are we i my not a an this that there when`)
)

func blank(line string) bool {
	return strings.IndexFunc(line, func(r rune) bool {
		return visible(r) >= 0 &&
			!unicode.IsSpace(r)
	}) < 0
}

// headers are keys that only the header of a mail has.
var headers = words(`de from enviado sent von date fecha cc cco bcc to subject`)

// sender is one without which no lines are a mail's header.
var sender = words(`de from enviado sent von`)

// withoutHeaders takes the paragraphs out that are headers of a mail: what they name is not meant
// for the desk.
func withoutHeaders(lines []string, read []fieldLine) {
	for i := 0; i < len(lines); i++ {
		from, found, begins := i, 0, false
		for ; i < len(lines) && !blank(lines[i]); i++ {
			at := strings.IndexFunc(lines[i], colon)
			if at < 0 {
				continue
			}
			word, _, _ := strings.Cut(desk.OneLine(desk.Fold(undecorated(lines[i][:at]))), " ")
			if headers[word] {
				found++
				begins = begins || sender[word]
			}
		}
		if begins || found > 1 {
			clear(read[from:i])
		}
	}
}

// topOf is the first line below a greeting.
func topOf(lines []string) int {
	first := 0
	for first < len(lines) && blank(lines[first]) {
		first++
	}
	if first < len(lines) && greets(lines[first]) {
		first++
	}
	return first
}

// closing reports whether a line at the end of a text says nothing but thanks, a leave-taking or a
// name.
func closing(line string) bool {
	return blank(line) || !strings.ContainsFunc(line, parts) && len(strings.Fields(line)) <= 5 &&
		signOff([]string{line})
}

// takesLeave reports whether a text ends with a leave-taking: what follows is a signature.
func takesLeave(lines []string) bool {
	seen := 0
	for _, line := range slices.Backward(lines) {
		if blank(line) {
			continue
		}
		words := strings.FieldsFunc(desk.Fold(line),
			func(r rune) bool { return !unicode.IsLetter(r) })
		if len(words) > 0 && len(words) <= 6 && leaves[words[0]] {
			return true
		}
		if seen++; seen == 3 || len(words) > 6 {
			return false
		}
	}
	return false
}

var leaves = words(`saludos saludo atentamente atte cordialmente gracias regards sincerely thanks best
	kind cheers abrazo abrazos thank muchas`)
