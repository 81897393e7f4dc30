package desk

import "strings"

// Verb is what an order tells the desk to do.
type Verb string

// The verbs that rules speak of. The others stand in the table alone.
const (
	VerbClose    Verb = "close"
	VerbResolve  Verb = "resolve"
	VerbAskInfo  Verb = "ask_info"
	VerbReopen   Verb = "reopen"
	VerbTake     Verb = "take"
	VerbNote     Verb = "note"
	VerbPublic   Verb = "public" // to the customer, though it answers what is for agents
	VerbApprove  Verb = "approve"
	VerbReject   Verb = "reject"
	VerbFollow   Verb = "follow"
	VerbUnfollow Verb = "unfollow"
)

// Order is a verb with what follows it on its line.
type Order struct {
	Verb Verb
	Arg  string
	Line string // as written
}

// verb is a row of the table of orders: all that anybody must know of one. Who reads a mail, offers a menu or the closest
// match, and carries an order out uses this row and no other; a test holds the manuals and the phrases against it.
type verb struct {
	Verb
	es, en   string // an agent's words, folded, the first of which is offered; "": agents don't say it
	customer string // a customer's, alone on a line, parted by commas; "": customers don't say it
	arg      string // what follows, as it is offered, or in brackets where it may; "": what follows are words of his mail
	soon     bool   // people are told of it, and the desk does not do it yet: its line never reaches a customer
}

var verbs = []verb{
	{VerbClose, "cerrar", "close", "cerrar, close, testing ok", "", false},
	{VerbResolve, "resuelto", "resolved resolve", "", "", false},
	{VerbReopen, "reabrir", "reopen", "reabrir, reopen", "", false},
	{VerbFollow, "", "", "seguir, follow", "", false},
	{VerbUnfollow, "", "", "dejar de seguir, unfollow, stop following", "", false},
	{"wait", "espera", "wait", "", "[2026-12-31]", false},
	{"queue", "cola", "queue", "", "", false},
	{"status", "estado", "status", "", "X", false},
	{VerbTake, "tomar", "take", "", "", false},
	{"assign", "asignar", "assign", "", "X", false},
	{"release", "soltar", "release", "", "", false},
	{"severity", "severidad criticidad prioridad", "severity priority", "", "N", false},
	{"type", "tipo", "type", "", "X", false},
	{"product", "producto", "product", "", "X", false},
	{VerbNote, "nota interno interna nota-interna", "note internal internal-note", "", "", false},
	{VerbPublic, "publico", "public", "", "", false},
	{VerbAskInfo, "pedir-info", "ask-info", "", "", false},
	{"requester", "cliente", "customer", "", "m@x", false},
	{"follower", "seguidor", "follower", "", "m@x", false},
	{"remove", "quitar", "remove", "", "m@x", false},
	{"progress", "avance", "progress", "", "60", false},
	{VerbApprove, "aprobar", "approve", "", "[N]", false},
	{VerbReject, "rechazar", "reject", "", "[N]", false},
	{"help", "ayuda", "help", "", "", false},

	{"module", "modulo", "module", "", "X", true},
	{"project", "proyecto", "project", "", "X", true},
	{"field", "campo", "field", "", "X=Y", true},
	{"canned", "plantilla", "canned", "", "X", true},
	{"new", "nuevo", "new", "", "m@x", true},
	{"merge", "unir", "merge", "", "N", true},
	{"split", "separar", "split", "", "N", true},
	{"link", "enlazar", "link", "", "N", true},
	{"time", "tiempo", "time", "", "45m", true},
	{"due", "vence", "due", "", "2026-12-31", true},
	{"cancel", "cancelar", "cancel", "", "X", true},
	{"view", "vista", "view", "", "X", true},
	{"panel", "panel", "dashboard", "", "X", true},
	{"card", "ficha", "card", "", "m@x", true},
	{"canned_list", "plantillas", "templates", "", "X", true},
	{"my_tickets", "mis", "my", "", "X", true},
	{"tickets", "casos", "cases", "", "X", true},
	{"ticket", "caso", "case", "", "N", true},
	{"search", "buscar", "search", "", "X", true},
	{"history", "historial", "history", "", "N", true},
	{"original", "original", "original", "", "N", true},
}

// Words that mean each verb: an agent's behind "#", a customer's alone on a line.
var agentWords, customerWords = func() (agent, customer map[string]*verb) {
	agent, customer = map[string]*verb{}, map[string]*verb{}
	for i := range verbs {
		v := &verbs[i]
		for word := range strings.FieldsSeq(v.es + " " + v.en) {
			agent[word] = v
		}
		for words := range strings.SplitSeq(v.customer, ", ") {
			customer[words] = v
		}
	}
	delete(customer, "")
	return agent, customer
}()

// AgentVerb is what an agent's word means; takes reports whether what follows it belongs to it.
func AgentVerb(word string) (v Verb, takes, ok bool) {
	row, ok := agentWords[Fold(word)]
	if !ok {
		return "", false, false
	}
	return row.Verb, row.arg != "", true
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
	for _, v := range verbs {
		if word := v.word(language); word != "" && !v.soon {
			arg, _, _ := strings.Cut(v.arg, "[")
			list = append(list, strings.TrimSpace(word+" "+arg))
		}
	}
	return list
}

// Word is how a verb is offered in a language, with its "#"; "" for one that is not.
func Word(v Verb, language string) string {
	for _, row := range verbs {
		if row.Verb == v && !row.soon {
			return row.word(language)
		}
	}
	return ""
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

// Nearest is the agent's word most like another, by the fewest letters changed; "" when none is near.
func Nearest(word string) string {
	best, least := "", min(2, len(word)/3)+1
	for w := range agentWords {
		if d := Distance(word, w); d < least || d == least && best != "" && w < best {
			best, least = w, d
		}
	}
	return best
}

// Distance counts the letters to insert, drop, replace or swap with the next to make one word of the other.
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
