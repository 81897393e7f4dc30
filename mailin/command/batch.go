package command

import (
	"slices"
	"strconv"
	"strings"

	"buzon/store/desk"
	"buzon/store/desk/lazy"
)

// MaxBatch is how many tickets one mail may name.
const MaxBatch = 200

// Batch is what an agent orders for many tickets by one mail:
//
//	ensayo
//	limite producto:CRM
//	12, 15, 20-24: #etiqueta +migrado #cerrar
//	30: #nota Se llamó al cliente.
//	// a remark; blank lines part what belongs together
type Batch struct {
	Dry    bool // nothing is done, and what would be is told
	Guards []desk.Guard
	Lines  []BatchLine
	// a line that may be meant as one of the two above, and is none: nothing of the mail is done
	Unclear string
}

// BatchLine is one line of a batch.
type BatchLine struct {
	Line    string
	Tickets []int64
	Orders  []desk.Order
	Text    string // the words behind the last order
	Inside  bool   // they are for colleagues
	// Wrong is why nothing of the line is done, a key of the phrases' results, "" where nothing is;
	// Nearest is the order that may be meant.
	Wrong, Nearest string
}

// What is wrong with a line.
const (
	WrongLine  = "batch_line"  // it is no order
	WrongVerb  = "batch_verb"  // it has one that there is not
	WrongPlace = "batch_words" // words stand between two orders
	WrongRange = "batch_range" // the numbers can't be read, or are too many
)

// ReadBatch reads an agent's new text. places says of each line whether an order may stand there;
// nil: anywhere.
func ReadBatch(text string, places []bool) (b Batch) {
	left := MaxBatch
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(strings.Map(visible, strings.ReplaceAll(line, "\u00a0", " ")))
		mayStand := places == nil || i < len(places) && places[i]
		switch {
		case line == "", remark.MatchString(line), !mayStand && !numbered.MatchString(line):
		case dry.MatchString(desk.Fold(line)):
			b.Dry = true
		case guard.MatchString(desk.Fold(line)):
			b.guards(line)
		case !numbered.MatchString(line) && guardlike(line):
			b.Unclear = line
		default:
			l := batchLine(line, left)
			if !mayStand {
				l.Wrong = WrongLine
			}
			left -= len(l.Tickets)
			b.Lines = append(b.Lines, l)
		}
	}
	return b
}

var (
	remark = lazy.Compile(`^(//|;|--|#\s|>)`)
	dry    = lazy.Compile(`^\W*(ensayo|dry[ -]?run|simulacro)\W*$`)
	guard  = lazy.Compile(`^\W*(limite|limites|limit|limits)\b`)
	// a line for tickets: their numbers stand first
	numbered = lazy.Compile(`(?i)^(?:casos?|cases?|tickets?)?\s*#?\d`)
	part     = lazy.Compile(`^#?(\d{1,9})(?:[-–]#?(\d{1,9}))?$`)
	verbMark = lazy.Compile(`(?:^|[\s:])(#[\pL])`)
)

// guards reads «limite producto:CRM, tipo:Problema».
func (b *Batch) guards(line string) {
	_, rest, _ := strings.Cut(line, " ")
	for rest = strings.TrimSpace(rest); rest != ""; {
		key, value, ok := strings.Cut(rest, ":")
		key = strings.Trim(key, " ,;")
		if value = strings.TrimSpace(value); !ok || key == "" || value == "" {
			b.Unclear = line
			return
		}
		if value, rest = firstValue(value); value == "" {
			b.Unclear = line
			return
		}
		b.Guards = append(b.Guards, desk.Guard{Field: key, Value: value, Line: line})
	}
	if len(b.Guards) == 0 {
		b.Unclear = line
	}
}

// firstValue takes a value from the words behind a key: in quotation marks, up to a comma, or up to
// the word before the next colon.
func firstValue(s string) (value, rest string) {
	if quoted, ok := strings.CutPrefix(s, `"`); ok {
		value, rest, _ = strings.Cut(quoted, `"`)
		return strings.TrimSpace(value), strings.Trim(rest, " ,;")
	}
	end := len(s)
	if comma := strings.IndexAny(s, ",;"); comma >= 0 {
		end = comma
	}
	if colon := strings.IndexByte(s[:end], ':'); colon >= 0 {
		if end = strings.LastIndexByte(strings.TrimRight(s[:colon], " "), ' '); end < 0 {
			return "", ""
		}
	}
	return strings.TrimSpace(s[:end]), strings.Trim(s[end:], " ,;")
}

// guardlike reports whether a line may be meant as a dry run or a guard.
func guardlike(line string) bool {
	word := desk.Fold(strings.Trim(strings.Fields(line)[0], ":.,;#*"))
	near := func(w string) bool { return desk.Distance(word, w) <= 2 }
	return word == "dry" || slices.ContainsFunc([]string{"ensayo", "simulacro", "dryrun", "limite",
		"limit"}, near)
}

// batchLine reads one line; left is how many tickets it may still name.
func batchLine(line string, left int) BatchLine {
	l := BatchLine{Line: line}
	at := verbMark.FindStringSubmatchIndex(line)
	if at == nil || !numbered.MatchString(line) {
		l.Wrong = WrongLine
		return l
	}
	head := strings.TrimRight(line[:at[2]], ": \t")
	if l.Tickets = tickets(head, left); l.Tickets == nil {
		l.Wrong = WrongRange
		return l
	}
	l.orders(line[at[2]:])
	return l
}

// tickets are the numbers at the head of a line, each once; nil where they can't be read or are
// more than most.
func tickets(head string, most int) (list []int64) {
	separators := strings.NewReplacer(",", " ", ";", " ", " - ", "-", " – ", "-", "- ", "-",
		" -", "-")
	for i, word := range strings.Fields(separators.Replace(strings.ToLower(head))) {
		switch word {
		case "y", "e", "and":
			continue
		case "caso", "casos", "case", "cases", "ticket", "tickets":
			if i == 0 {
				continue
			}
		}
		m := part.FindStringSubmatch(word)
		if m == nil {
			return nil
		}
		from, _ := strconv.ParseInt(m[1], 10, 64)
		to := from
		if m[2] != "" {
			to, _ = strconv.ParseInt(m[2], 10, 64)
		}
		if to < from || to-from >= int64(most) {
			return nil
		}
		for n := from; n <= to; n++ {
			if !slices.Contains(list, n) {
				list = append(list, n)
			}
		}
		if len(list) > most {
			return nil
		}
	}
	return list
}

// orders reads what stands behind the numbers: orders, each with what belongs to it, and words
// behind the last.
func (l *BatchLine) orders(text string) {
	marks := verbMark.FindAllStringSubmatchIndex(text, -1)
	for i, m := range marks {
		end := len(text)
		if i+1 < len(marks) {
			end = marks[i+1][2]
		}
		one := strings.TrimSpace(text[m[2]:end])
		o, words, ok := parse(one)
		if !ok {
			miss, _ := miss(one)
			l.Wrong, l.Nearest = WrongVerb, miss.Nearest
			return
		}
		if words != "" && i+1 < len(marks) {
			l.Wrong = WrongPlace
			return
		}
		l.Inside = l.Inside || o.Verb == desk.VerbNote
		o.Line, l.Text = strings.TrimSpace(strings.TrimSuffix(one, words)), words
		l.Orders = append(l.Orders, o)
	}
}
