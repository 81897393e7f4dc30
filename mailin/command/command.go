// Package command reads the orders that people write into a mail: an agent's "#resuelto", a
// customer's «cerrar».
//
//	new text ──► Agent    ──► commands, and the text without them: what the customer receives
//	new text ──► Customer ──► the one order that stands alone, if any
//
// It is given the sender's own new text only, never a quote, a signature, a subject or an
// attachment. It knows where an order may stand and what form it has; which words mean one is the
// desk's to say. An unknown verb is no order: what it was meant for is not known, so that it keeps
// the text inside.
package command

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"buzon/store/desk"
	"buzon/store/desk/lazy"
)

// Orders are what an agent's new text comes to.
type Orders struct {
	Commands  []desk.Order
	Text      string       // what is left, for the customer
	Unknown   []Miss       // lines in the places of commands that are meant as one, and are none
	Misplaced []desk.Order // commands in the middle of the text: they are not obeyed
	Internal  bool         // a note, or what may well be meant as one: the text is for colleagues

	fields []fieldLine // what each line is as a field's
}

// Miss is a line that looks like a command. Nearest is the word that it may mean, "" for none, and
// Verb what that stands for.
type Miss struct {
	Line, Nearest string
	Verb          desk.Verb
}

// Held reports whether something was meant as a command and is none: what should become of the
// words is not known, so that they wait inside until the agent says it again.
func (o Orders) Held() bool {
	return !o.Internal && len(o.Unknown) > 0
}

// Has reports whether a verb is among the commands.
func (o Orders) Has(v desk.Verb) bool {
	return slices.ContainsFunc(o.Commands, func(c desk.Order) bool { return c.Verb == v })
}

// Agent takes the commands out of an agent's new text: those of the block of lines at its top and
// of the block at its end, which may have a sign-off below it. Only "#" and a known verb at the
// very beginning of a line are one. What is meant as one and is none goes with them where it stands
// among them, and stays in the text where it is alone; either way it keeps the text inside. places
// says of each line whether an order may stand there; nil: anywhere.
//
// Lines that name a field of the desk's stand among the commands, and are some; where their value
// is none that there is, the line stays in the text. known may be nil: there are no such lines.
func Agent(text string, places []bool, known Known) Orders {
	var o Orders
	lines := strings.Split(text, "\n")
	mayStand := func(i int) bool { return places == nil || i < len(places) && places[i] }
	if known != nil {
		o.fields = fieldLines(lines, places, known)
	}
	first := o.top(lines, mayStand)
	leave := leaveAt(lines, first)
	last := o.bottom(lines[:leave], first, mayStand)
	said := slices.Concat(lines[first:last], lines[leave:])
	o.Text = strings.TrimSpace(strings.Join(said, "\n"))
	o.missed(lines[first:last])
	o.doubted(first, last)
	o.heading(o.Text)
	o.Internal = o.Internal || o.Has(desk.VerbNote)
	return o
}

// marked is a first line that says in words that what follows is for colleagues: «nota: no paga»,
// «[Interno] …».
var marked = lazy.Compile(`^[\s*_]*(` +
	`[\[(]\s*(nota|note|interno|interna|internal)( interna| note)?\s*[\])]|` +
	`(nota|notas|note|notes|interno|interna|internal|uso interno|solo interno|internal only)` +
	`( internas?| note| para [^:]{1,40}| for [^:]{1,40})?[*_]*\s*(:|[-–—]\s|$))`)

// heading makes an order of a first line that marks a note without "#". It stays in the text.
func (o *Orders) heading(text string) {
	line, _, _ := strings.Cut(text, "\n")
	if marked.MatchString(desk.Fold(strings.Map(visible, line))) {
		note := desk.Order{Verb: desk.VerbNote, Line: strings.TrimSpace(line)}
		o.Commands = append(o.Commands, note)
	}
}

// top takes the commands above the first words, and returns where those begin.
func (o *Orders) top(lines []string, mayStand func(int) bool) (first int) {
	var among []Miss
	for ; first < len(lines); first++ {
		if strings.TrimSpace(lines[first]) == "" {
			continue
		}
		if !mayStand(first) {
			break
		}
		if f, ok := o.field(first); ok {
			o.Commands = append(o.Commands, f)
			continue
		}
		c, words, ok := parse(lines[first])
		if !ok {
			m, meant := mistyped(lines[first])
			if !meant {
				break
			}
			among = append(among, m)
			continue
		}
		o.Commands = append(o.Commands, c)
		if words != "" { // "#nota llamó el cliente"
			lines[first] = words
			break
		}
	}
	if len(o.Commands) == 0 && first < len(lines) {
		return 0
	}
	o.unknown(among...)
	return first
}

// bottom takes the commands below the last words, and returns where those end.
func (o *Orders) bottom(lines []string, first int, mayStand func(int) bool) (last int) {
	var found []desk.Order
	var among []Miss
	for last = len(lines); last > first; last-- {
		line := lines[last-1]
		if strings.TrimSpace(line) == "" {
			continue
		}
		if f, ok := o.field(last - 1); ok && mayStand(last-1) && o.block(lines[first:last], first) {
			found = append([]desk.Order{f}, found...)
			continue
		}
		c, words, ok := parse(line)
		amid := last-1 > first && wrapped(lines[last-2])
		if words != "" && c.Verb != desk.VerbNote || amid || !mayStand(last-1) {
			break
		}
		if !ok {
			m, meant := mistyped(line)
			if !meant {
				break
			}
			among = append([]Miss{m}, among...)
			continue
		}
		found = append([]desk.Order{c}, found...)
		if words != "" {
			lines[last-1] = words
			break
		}
	}
	if len(found) == 0 {
		return len(lines)
	}
	o.Commands = append(o.Commands, found...)
	o.unknown(among...)
	return last
}

// leaveAt returns the line from which somebody only takes his leave, «Saludos,» and his name, with
// the blank ones above it; the end for none.
func leaveAt(lines []string, first int) int {
	leave := len(lines)
	for at, seen := len(lines)-1, 0; at > first && seen < longestLeave; at-- {
		if blank(lines[at]) {
			continue
		}
		if seen++; !signOff(lines[at:]) {
			break
		}
		if takesLeave(lines[at:at+1]) && (seen > 1 || blank(lines[at-1])) {
			leave = at
		}
	}
	for leave > first && blank(lines[leave-1]) {
		leave--
	}
	return leave
}

// longestLeave is the most lines that a sign-off has.
const longestLeave = 4

// field is a line that sets a field to a value that there is.
func (o *Orders) field(line int) (desk.Order, bool) {
	if line >= len(o.fields) || o.fields[line].fit != Free && o.fields[line].fit != Fits ||
		o.fields[line].value == "" || len(o.fields[line].more) > 0 {
		return desk.Order{}, false
	}
	l := o.fields[line]
	return desk.FieldOrder(l.field, l.value, l.text), true
}

// doubted takes the lines at either end of the text that name a field and none of its values.
func (o *Orders) doubted(first, last int) {
	doubt := func(i int) bool { return i < len(o.fields) && o.fields[i].fit == Unknown }
	for ; first < last && doubt(first); first++ {
		o.Commands = o.fields[first].add(o.Commands)
	}
	for ; last > first && doubt(last-1); last-- {
		o.Commands = o.fields[last-1].add(o.Commands)
	}
}

// block reports whether the last of the lines, the first of which has a number, are fields and
// commands alone, apart from the words above them, and no signature.
func (o *Orders) block(lines []string, number int) bool {
	for i := len(lines) - 1; i >= 0; i-- {
		if blank(lines[i]) {
			return !takesLeave(lines[:i])
		}
		_, isField := o.field(number + i)
		if _, words, ok := parse(lines[i]); !isField && (!ok || words != "") {
			return false
		}
	}
	return true
}

func (o *Orders) unknown(list ...Miss) {
	for _, m := range list {
		o.Unknown = append(o.Unknown, m)
		o.Internal = o.Internal || m.Verb == desk.VerbNote
	}
}

// missed looks through the words that are left for what was meant as a command.
func (o *Orders) missed(lines []string) {
	for i, line := range lines {
		c, words, ok := parse(line)
		switch {
		case ok && (words == "" || c.Verb == desk.VerbNote):
			o.Misplaced = append(o.Misplaced, c)
			o.Internal = o.Internal || c.Verb == desk.VerbNote
		case !ok && (i == 0 || i == len(lines)-1):
			m, ok := miss(line)
			if !ok && i == 0 {
				m, ok = dressed(line)
			}
			if ok {
				o.unknown(m)
			}
		}
	}
}

// dressed tells a first line that is a command, but for what a mail client or its writer has put
// around it: «“#tomar”», "*#tomar*", "- #tomar".
func dressed(line string) (Miss, bool) {
	plain := strings.Trim(strings.Map(visible, line), " \t\r\u00a0\"'`«»“”‘’*_-–•·.")
	m, ok := mistyped(plain)
	m.Line, m.Verb = strings.TrimSpace(line), ""
	return m, ok && plain != m.Line && desk.Fold(plain) == "#"+m.Nearest
}

// parse reads a line as a command. words are what stands behind a verb that takes nothing.
func parse(line string) (c desk.Order, words string, ok bool) {
	after, ok := strings.CutPrefix(line, "#")
	if !ok {
		return c, "", false
	}
	end := strings.IndexFunc(after, notInVerb)
	if end < 0 {
		end = len(after)
	}
	verb, takes, ok := desk.AgentVerb(after[:end])
	ok = ok && accents(after[:end])
	rest := strings.TrimSpace(after[end:])
	if end < len(after) && !strings.ContainsRune(" \t\r\u00a0:.,;", firstRune(after[end:])) {
		return c, "", false
	}
	c = desk.Order{Verb: verb, Line: strings.TrimSpace(line)}
	c.Arg = strings.TrimSpace(strings.TrimLeft(rest, ":.,;"))
	if !takes || desk.TakesNumber(verb) && !number.MatchString(c.Arg) {
		words, c.Arg = c.Arg, ""
	}
	inside := []string{"interna", "interno", "internal"}
	if verb == desk.VerbNote && slices.Contains(inside, desk.Fold(words)) {
		words = ""
	}
	return c, words, ok
}

// number is what may follow a verb that takes nothing else: "#cancelar 5".
var number = lazy.Compile(`^#?\d*\.?$`)

// accents reports a word that is written without accents, or with those that are its own:
// "#módulo", "#ítem", not "#cérrar".
func accents(word string) bool {
	plain := norm.NFC.String(strings.ToLower(word))
	own := []string{"módulo", "público", "ítem"}
	return plain == desk.Fold(word) || slices.Contains(own, plain)
}

func notInVerb(r rune) bool {
	return !unicode.IsLetter(r) && r != '-' && !unicode.Is(unicode.Mn, r)
}

func firstRune(s string) rune { r, _ := utf8.DecodeRuneInString(s); return r }

// miss tells a line that is meant as a command: "#" with a word that is no verb, or a verb behind a
// mark that is not quite "#". A heading or a list number is none.
func miss(line string) (Miss, bool) {
	plain := strings.TrimSpace(norm.NFKD.String(strings.Map(visible, line)))
	after, ok := strings.CutPrefix(plain, "#")
	if !ok {
		return Miss{}, false
	}
	word := strings.TrimSpace(after)
	if end := strings.IndexFunc(word, notInVerb); end >= 0 {
		word = word[:end]
	}
	m := Miss{Line: strings.TrimSpace(line), Nearest: desk.Nearest(desk.Fold(word))}
	m.Verb, _, _ = desk.AgentVerb(m.Nearest)
	exact := strings.HasPrefix(line, "#"+word)
	return m, utf8.RuneCountInString(word) >= 3 && (exact || m.Nearest == desk.Fold(word))
}

// mistyped is miss for a line among commands: one that is no sentence.
func mistyped(line string) (Miss, bool) {
	m, ok := miss(line)
	words := len(strings.Fields(m.Line))
	return m, ok && (words == 1 || words <= 3 && m.Nearest != "")
}

// visible drops what can't be seen.
func visible(r rune) rune {
	if unicode.Is(unicode.Cf, r) {
		return -1
	}
	return r
}

// wrapped tells a line that a mail client has broken in the middle of a sentence: what follows only
// happens to stand at the beginning of a line.
func wrapped(line string) bool {
	line = strings.TrimSpace(line)
	last, _ := utf8.DecodeLastRuneInString(line)
	goesOn := unicode.IsLetter(last) || unicode.IsNumber(last) || last == ','
	return goesOn && utf8.RuneCountInString(line) >= 55
}

// Customer finds the order that stands alone on the first or the last line of a customer's new
// text, with or without "#" and quotation marks; else what is meant as one there, and has no verb.
// places says of each line whether an order may stand there; nil: anywhere.
func Customer(text string, places []bool) (desk.Order, bool) {
	lines := strings.Split(strings.TrimRight(text, " \t\n"), "\n")
	first := 0
	for first < len(lines)-1 && strings.TrimSpace(lines[first]) == "" {
		first++
	}
	var meant desk.Order
	for _, i := range []int{first, len(lines) - 1} {
		mayStand := places == nil || i < len(places) && places[i]
		switch o, ok := desk.CustomerOrder(lines[i]); {
		case !ok || !mayStand:
		case o.Verb != "":
			return o, true
		case meant.Line == "":
			meant = o
		}
	}
	return meant, meant.Line != ""
}

// Only reports whether the text is nothing but a customer's order.
func Only(text string) bool {
	text = strings.TrimSpace(text)
	o, ok := desk.CustomerOrder(text)
	return ok && o.Verb != "" && !strings.Contains(text, "\n")
}
