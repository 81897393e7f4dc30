package command

import "strings"

// Verb is what is ordered.
type Verb string

// What the desk does.
const (
	Close     Verb = "cerrar"
	Resolve   Verb = "resuelto"
	Reopen    Verb = "reabrir"
	Wait      Verb = "espera"
	Queue     Verb = "cola"
	Status    Verb = "estado"
	Take      Verb = "tomar"
	Assign    Verb = "asignar"
	Release   Verb = "soltar"
	Severity  Verb = "severidad"
	Type      Verb = "tipo"
	Product   Verb = "producto"
	Note      Verb = "nota"
	AskInfo   Verb = "pedir-info"
	Requester Verb = "cliente"
	Add       Verb = "seguidor"
	Remove    Verb = "quitar"
	Progress  Verb = "avance"
	Help      Verb = "ayuda"
	Public    Verb = "publico" // to the customer, though it answers what is for agents
	Approve   Verb = "aprobar"
	Reject    Verb = "rechazar"

	Follow   Verb = "seguir"
	Unfollow Verb = "dejar de seguir"

	// Unavailable stands for a verb that people are told of and that the desk does not carry out by mail.
	Unavailable Verb = "unavailable"
)

// verbs are the words for each, folded: without accents, in lower case.
var verbs = withUnavailable(map[string]Verb{
	"cerrar": Close, "close": Close, "resuelto": Resolve, "resolved": Resolve, "resolve": Resolve, "reabrir": Reopen, "reopen": Reopen,
	"espera": Wait, "wait": Wait, "cola": Queue, "queue": Queue, "estado": Status, "status": Status,
	"tomar": Take, "take": Take, "asignar": Assign, "assign": Assign, "soltar": Release, "release": Release,
	"severidad": Severity, "criticidad": Severity, "prioridad": Severity, "severity": Severity, "priority": Severity,
	"tipo": Type, "type": Type, "producto": Product, "product": Product,
	"nota": Note, "note": Note, "interno": Note, "interna": Note, "internal": Note, "nota-interna": Note, "internal-note": Note,
	"publico": Public, "public": Public, "aprobar": Approve, "approve": Approve, "rechazar": Reject, "reject": Reject, "pedir-info": AskInfo, "ask-info": AskInfo,
	"cliente": Requester, "customer": Requester, "seguidor": Add, "follower": Add, "quitar": Remove, "remove": Remove,
	"avance": Progress, "progress": Progress, "ayuda": Help, "help": Help,
})

// withUnavailable adds the words that are known and not carried out: their lines are orders too, and never reach a customer.
func withUnavailable(set map[string]Verb) map[string]Verb {
	for w := range words(`modulo module proyecto project campo field plantilla canned nuevo new unir merge separar split enlazar link tiempo time
		vence due cancelar cancel vista view panel dashboard ficha card plantillas templates
		mis my casos cases caso case buscar search historial history original`) {
		set[w] = Unavailable
	}
	return set
}

// Menu lists what an agent can write, in his language.
func Menu(language string) []string {
	if language == "en" {
		return []string{"#close", "#resolved", "#reopen", "#wait", "#queue", "#status X", "#take", "#assign X", "#release", "#severity N",
			"#type X", "#product X", "#note", "#public", "#ask-info", "#customer m@x", "#follower m@x", "#remove m@x", "#progress 60",
			"#approve", "#reject", "#help"}
	}
	return []string{"#cerrar", "#resuelto", "#reabrir", "#espera", "#cola", "#estado X", "#tomar", "#asignar X", "#soltar", "#severidad N",
		"#tipo X", "#producto X", "#nota", "#publico", "#pedir-info", "#cliente m@x", "#seguidor m@x", "#quitar m@x", "#avance 60",
		"#aprobar", "#rechazar", "#ayuda"}
}

// Word is how a verb is offered in a language, with its "#"; "" for one that is not.
func Word(v Verb, language string) string {
	for _, line := range Menu(language) {
		if c, _, ok := parse(line); ok && c.Verb == v {
			word, _, _ := strings.Cut(line, " ")
			return word
		}
	}
	return ""
}

// wordless verbs take nothing behind them: what follows on the line is the agent's words.
var wordless = map[Verb]bool{Close: true, Resolve: true, Reopen: true, Queue: true, Take: true, Release: true, Note: true, Public: true, AskInfo: true, Help: true}

// orders are a customer's, alone on a line.
var orders = map[string]Verb{
	"cerrar": Close, "close": Close, "testing ok": Close, "reabrir": Reopen, "reopen": Reopen,
	"seguir": Follow, "follow": Follow, "dejar de seguir": Unfollow, "unfollow": Unfollow, "stop following": Unfollow,
}

// nearest returns the word most like another, by the fewest letters changed; "" when none is near.
func nearest(word string) string {
	best, least := "", min(2, len(word)/3)+1
	for w := range verbs {
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
