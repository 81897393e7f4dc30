package desk

import (
	"slices"
	"strings"
)

// Verb is what an order tells the desk to do.
type Verb string

// The verbs that rules speak of. The others stand in the table alone.
const (
	VerbClose     Verb = "close"
	VerbResolve   Verb = "resolve"
	VerbAskInfo   Verb = "ask_info"
	VerbReopen    Verb = "reopen"
	VerbTake      Verb = "take"
	VerbWait      Verb = "wait"
	VerbNote      Verb = "note"
	VerbPublic    Verb = "public" // to the customer, though it answers what is for agents
	VerbApprove   Verb = "approve"
	VerbReject    Verb = "reject"
	VerbCancel    Verb = "cancel" // what is held goes to nobody
	VerbSend      Verb = "send"   // what is held goes
	VerbNew       Verb = "new"    // opens a ticket in a customer's name
	VerbFollow    Verb = "follow"
	VerbUnfollow  Verb = "unfollow"
	VerbItem      Verb = "item" // the item is of a type that the desk has added
	VerbTime      Verb = "time"
	VerbAsk       Verb = "ask"  // what was meant as a query, of the topic that is its argument
	VerbRate      Verb = "rate" // a mark that the scale has not
	VerbField     Verb = "field"
	VerbRequester Verb = "requester"
	VerbCanned    Verb = "canned"
	VerbCard      Verb = "card"
	VerbFollower  Verb = "follower"
	VerbRemove    Verb = "remove"
	VerbView      Verb = "view"   // shows its author what the customer would get, and does nothing
	VerbBlock     Verb = "block"  // a sender's mail is recorded and nothing else
	VerbPerson    Verb = "person" // changes what the desk knows of a customer
)

// Order is a verb with what follows it on its line. A line that is meant as an order and is none
// has no verb; its Arg is the nearest word.
type Order struct {
	Verb      Verb
	Arg       string
	Line      string // as written
	Misplaced bool   // it stands where none is obeyed
}

// verb is a row of the table of orders: all that anybody must know of one. Who reads a mail, offers
// a menu or the closest match, and carries an order out uses this row and no other; a test holds
// the manuals and the phrases against it. Those that decide what an item is stand with the
// strongest first.
type verb struct {
	Verb
	// An agent's words, folded, the first of which is offered; "": agents don't say it.
	es, en string
	// A customer's words, alone on a line, parted by commas, the first offered in Spanish and the
	// second in English; "": customers don't say it. Those that end with "…" stand behind "#" and
	// before what follows.
	customer string
	// What follows, as it is offered, in brackets where it may, behind a slash the English; "":
	// what follows are words of his.
	arg string
	act Act // what the item is by it
	do  func(w *draft, arg string) Result
}

// What an order's argument names, as it is offered.
const (
	aPerson = "m@x"
	aTicket = "12"
)

var verbs []verb

func init() { // what the rows do reads the table
	verbs = slices.Concat(stageVerbs(), fieldVerbs(), wordVerbs(), ticketVerbs(), askingVerbs)
	indexWords()
}

// stageVerbs say how far a ticket is, and who works on it.
func stageVerbs() []verb {
	return []verb{
		{VerbClose, "cerrar", "close", "cerrar, close, testing ok", "", Closes,
			decides(VerbClose, "closed")},
		{VerbResolve, "resuelto", "resolved resolve", "", "", Resolves,
			decides(VerbResolve, "resolved")},
		{VerbAskInfo, "pedir-info", "ask-info", "", "", AsksInfo,
			decides(VerbAskInfo, "info_requested")},
		{VerbReopen, "reabrir", "reopen", "reabrir, reopen", "", Reopens,
			decides(VerbReopen, "reopened")},
		{VerbFollow, "", "", "seguir, follow", "", "", (*draft).follow},
		{VerbUnfollow, "", "", "dejar de seguir, unfollow, stop following", "", "",
			(*draft).unfollow},
		{VerbWait, "espera esperar", "wait", "", "[2026-12-31]", "", (*draft).wait},
		{"queue", "cola", "queue", "", "", "", (*draft).queue},
		{"status", "estado", "status", "", "X", "", set("status")},
		{VerbTake, "tomar", "take", "", "", "", (*draft).take},
		{"assign", "asignar", "assign", "", "X", "", (*draft).assign},
		{"release", "soltar", "release", "", "", "", (*draft).release},
	}
}

// fieldVerbs set what is known of it.
func fieldVerbs() []verb {
	return []verb{
		{"severity", "severidad criticidad prioridad", "severity priority", "", "N", "",
			set("severity")},
		{"type", "tipo", "type", "", "X", "", set("type")},
		{"product", "producto", "product", "", "X", "", set("product")},
		{"module", "modulo", "module", "", "X", "", set("module")},
		{"project", "proyecto", "project", "", "X", "", set("project")},
		{"tag", "etiqueta etiquetas", "tag tags", "", "+x -y", "", (*draft).tag},
		{"state_line", "estado-actual", "current-state", "", "X", "", set("state_line")},
		{VerbTime, "tiempo", "time", "tiempo …, time …", "45m X", "", (*draft).spend},
		{"progress", "avance", "progress", "", "60", "", set("progress")},
		{"due", "vence", "due", "", "2026-12-31", "", set("due")},
		{VerbField, "campo", "field", "", "X=Y", "", (*draft).field},
		{VerbItem, "item", "item", "", "X", "", (*draft).ofType},
	}
}

// wordVerbs are about what is written, and about people.
func wordVerbs() []verb {
	return []verb{
		{VerbNote, "nota interno interna nota-interna", "note internal internal-note", "", "", "",
			(*draft).note},
		{VerbPublic, "publico", "public", "", "", "", (*draft).public},
		{VerbRequester, "cliente", "customer", "", aPerson, "", set("requester")},
		{VerbFollower, "seguidor", "follower", "", aPerson, "", (*draft).addFollower},
		{VerbRemove, "quitar", "remove", "", aPerson, "", (*draft).removeFollower},
		{VerbPerson, "persona", "person", "", "m@x X", "", (*draft).amend},
		{"away", "ausente", "away", "", "hasta 20/12 suplente m@x/until 20/12 substitute m@x", "",
			(*draft).away},
		{"present", "presente", "present", "", "", "", (*draft).present},
		{VerbBlock, "bloquear", "block", "", "[m@x]", "", (*draft).block},
		{VerbCanned, "plantilla", "canned", "", "X", "", (*draft).canned},
		{VerbView, "vista", "view", "", "[X]", "", (*draft).view},
		{VerbNew, "nuevo", "new", "", aPerson, "", (*draft).opened},
	}
}

// ticketVerbs are about other tickets, and about items that wait.
func ticketVerbs() []verb {
	return []verb{
		{"merge", "unir", "merge", "", aTicket, "", (*draft).merge},
		{"split", "separar", "split", "", "[4 5]", "", (*draft).separate},
		{"link", "enlazar", "link", "", aTicket, "", link("")},
		{"depends", "depende", "depends", "", aTicket, "", link("depends")},
		{VerbApprove, "aprobar", "approve", "", "[N]", "", judge(VerbApprove, "approved")},
		{VerbReject, "rechazar", "reject", "", "[N]", "", judge(VerbReject, "rejected")},
		{VerbCancel, "cancelar", "cancel", "", "[N]", "", (*draft).cancel},
		{VerbSend, "enviar", "send", "", "[N]", "", (*draft).send},
	}
}

// askingVerbs are the orders that are answered with what they ask for.
var askingVerbs = []verb{
	{"help", "ayuda", "help", "", "[X]", "", asks("ayuda")},
	{"panel", "panel tablero", "dashboard", "", "[X]", "", asks("panel")},
	{VerbCard, "ficha", "card", "", aPerson, "", asks("ficha")},
	{"canned_list", "plantillas", "templates", "", "[X]", "", asks("plantillas")},
	{"pending", "pendientes", "pending", "", "[X]", "", asks("pendientes")},
	{"overdue", "vencidos", "overdue", "", "[X]", "", asks("vencidos")},
	{"mine", "mis", "my", "", "casos/cases", "", asks("mis")},
	{"cases", "casos tickets", "cases", "", "[X]", "", asks("casos")},
	{"case", "caso ticket", "case", "", "[12]", "", asks("caso")},
	{"search", "buscar", "search", "", "X", "", asks("buscar")},
	{"history", "historial", "history", "", "[12]", "", asks("historial")},
	{"original", "original", "original", "", "[N-1]", "", asks("original")},
	{"attachment", "adjunto", "attachment", "", "[N-1]", "", asks("adjunto")},
}

func indexWords() {
	for i := range verbs {
		v := &verbs[i]
		for word := range strings.FieldsSeq(v.es + " " + v.en) {
			agentWords[word] = v
		}
		for words := range strings.SplitSeq(v.customer, ", ") {
			if word, takes := strings.CutSuffix(words, " …"); takes {
				customerTakes[word] = v
			} else {
				customerWords[words] = v
			}
		}
	}
	delete(customerWords, "")
}

// Words that mean each verb: an agent's behind "#", a customer's alone on a line.
// customerTakes are those behind "#" that something follows.
var agentWords, customerWords, customerTakes = map[string]*verb{}, map[string]*verb{},
	map[string]*verb{}

// AgentVerb is what an agent's word means; takes reports whether what follows it belongs to it.
func AgentVerb(word string) (v Verb, takes, ok bool) {
	row, ok := agentWords[Fold(word)]
	if !ok {
		return "", false, false
	}
	return row.Verb, row.arg != "", true
}

// TakesNumber reports whether nothing but a number may follow a verb, and need not.
func TakesNumber(v Verb) bool {
	row := rowOf(v)
	return row != nil && row.arg == "[N]"
}

// CustomerVerb is what the words of a customer mean that stand alone on a line.
func CustomerVerb(words string) (Verb, bool) {
	row, ok := customerWords[Fold(words)]
	if !ok {
		return "", false
	}
	return row.Verb, true
}

// Menu lists what an agent can write, in his language.
func Menu(language string) (list []string) {
	for _, o := range Orders(language) {
		list = append(list, o.Line)
	}
	return list
}

// Orders are those that an agent can write, as they are offered in his language.
func Orders(language string) (list []Order) {
	for _, v := range verbs {
		if v.word(language) != "" {
			list = append(list, offered(v.Verb, language))
		}
	}
	return list
}

// offered is how an agent can write an order, in his language.
func offered(v Verb, language string) Order {
	arg, _, _ := strings.Cut(rowOf(v).arg, "[")
	if es, en, two := strings.Cut(arg, "/"); two {
		arg = map[bool]string{false: es, true: en}[language == "en"]
	}
	return NewOrder(v, arg, language)
}

// Word is how a verb is offered in a language, with its "#"; "" for one that is not.
func Word(v Verb, language string) string {
	if row := rowOf(v); row != nil {
		return row.word(language)
	}
	return ""
}

// NewOrder is an order as an agent would write it in his language.
func NewOrder(v Verb, arg, language string) Order {
	return Order{Verb: v, Arg: arg, Line: strings.TrimSpace(Word(v, language) + " " + arg)}
}

func rowOf(v Verb) *verb {
	for i := range verbs {
		if verbs[i].Verb == v {
			return &verbs[i]
		}
	}
	return nil
}

func (v verb) word(language string) string {
	words := strings.Fields(v.es)
	if language == "en" {
		words = strings.Fields(v.en)
	}
	if len(words) == 0 {
		return ""
	}
	return "#" + words[0]
}

// Nearest is the agent's word most like another, by the fewest letters changed; "" when none is
// near.
func Nearest(word string) string {
	best, least := "", min(2, len(word)/3)+1
	for w := range agentWords {
		if d := Distance(word, w); d < least || d == least && best != "" && w < best {
			best, least = w, d
		}
	}
	return best
}

// Distance counts the letters to insert, drop, replace or swap with the next to make one word of
// the other.
func Distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	before, last, row := []int(nil), make([]int, len(t)+1), make([]int, len(t)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(s); i++ {
		row[0] = i
		for j := 1; j <= len(t); j++ {
			cost := 1
			if s[i-1] == t[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, make([]int, len(t)+1)
	}
	return last[len(t)]
}
