package desk

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"buzon/store/desk/lazy"
)

// Topic is what a query is about.
type Topic string

const (
	MyCases      Topic = "mine"
	CompanyCases Topic = "company"
	ProjectCases Topic = "project"
	AllCases     Topic = "all" // that he may see
	Search       Topic = "search"
	Case         Topic = "case"
	History      Topic = "history"
	Original     Topic = "original"
	File         Topic = "file"
	MyData       Topic = "me"
	Access       Topic = "access" // how to get in, for whoever looks for a password
	Help         Topic = "help"
	Panel        Topic = "panel"
	Card         Topic = "card"
	CannedList   Topic = "canned"
	PendingItems Topic = "pending"
	Overdue      Topic = "overdue"
	Digest       Topic = "digest" // what was kept for its reader: nobody asks for it by words
)

// Query is what somebody asks the desk. What it names is kept as written: it is looked up when the
// answer is made, among what he may see.
type Query struct {
	About  Topic             `json:"about"`
	Status string            `json:"status,omitempty"` // open, all, a class, or the key of a status
	Number int64             `json:"number,omitempty"` // of a ticket
	Item   int64             `json:"item,omitempty"`
	Name   string            `json:"name,omitempty"`   // of a project, a file, a person
	Words  string            `json:"words,omitempty"`  // to look for
	Fields map[string]string `json:"fields,omitempty"` // filters of a search, by key
	Page   int               `json:"page,omitempty"`   // of a list; 0: the first
	// Of the panel that goes each day: which day's it is, and when the one before it went.
	Day   string    `json:"day,omitempty"`
	Since time.Time `json:"since,omitzero"`
}

// Loose reports whether the words of the query may as well be those of somebody who tells
// something: «ayuda», «buscar la factura». They are a query where nothing else is said, the subject
// included.
func (q Query) Loose() bool {
	return slices.Contains([]Topic{Search, Help, Access, Case, PendingItems, Overdue}, q.About)
}

// form is what follows the words of a query.
type form func(c *Catalogue, q *Query, rest []string) bool

// ask is a row of the table of queries.
type ask struct {
	Topic
	// folded, parted by commas; the first is offered in Spanish, the first behind the bar in
	// English
	words  string
	form   form
	agents bool // customers can't ask it
	pages  bool // the answer may have several pages
}

// queries is the one place where a query stands: an agent's "#" and whoever reads mail use it.
var queries = []ask{
	{MyCases, "mis casos, mis tickets, mis tiquetes | my cases, my tickets", ofStatus, false, true},
	{CompanyCases, "casos empresa, casos compania, casos organizacion, tickets empresa, " +
		"tickets compania | company cases, company tickets, cases company", ofStatus, false, true},
	{ProjectCases, "casos proyecto, tickets proyecto | project cases, project tickets, " +
		"cases project", ofProject, false, true},
	{AllCases, "casos, tickets | cases", ofStatus, false, true},
	{Search, "buscar, busqueda | search", forWords, false, true},
	{Case, "caso, ticket, tiquete | case", ofCase, false, true},
	{History, "historial, historial caso | history, case history, history case", ofCase, false,
		false},
	{Original, "original, correo original | original mail", ofItem, false, false},
	{File, "adjunto, adjuntos, archivo | attachment, attachments, file", ofFile, false, false},
	{MyData, "mis datos, mis datos personales, mi perfil, cambiar mis datos, actualizar mis datos" +
		" | my data, my details, my profile, my account, change my data, update my data", nothing,
		false, false},
	{Access, "recuperar contrasena, recuperar clave, recuperar acceso, olvide contrasena, olvide " +
		"clave, restablecer contrasena, restablecer clave, cambiar contrasena, cambiar clave, no " +
		"puedo entrar, no puedo ingresar, no puedo acceder, como recupero contrasena, como " +
		"recupero clave, como recupero acceso, como entro, como ingreso, " +
		"se me olvido contrasena, " +
		"se me olvido clave, no recuerdo contrasena, no recuerdo clave, perdi contrasena, perdi " +
		"clave | recover password, forgot password, how do i reset password, how do i log in, " +
		"i forgot password, lost password, i lost password, reset password, change password, i " +
		"can't log in, can't log in, i cannot log in, cannot log in, i can't sign in, can't " +
		"sign in, i can't get in", nothing, false, false},
	{Help, "ayuda, comandos | help, commands", nothing, false, false},
	{Panel, "panel, tablero | dashboard", nothing, true, false},
	{Card, "ficha | card, customer card", ofPerson, true, true},
	{CannedList, "plantillas, mensajes predefinidos | templates, canned replies", nothing, true,
		false},
	{PendingItems, "pendientes | pending, pending items", nothing, true, true},
	{Overdue, "vencidos, casos vencidos | overdue, overdue cases", nothing, true, true},
}

// phrase is one way to begin a query.
type phrase struct {
	words []string
	ask   *ask
}

// phrases are all, the longest first.
var phrases []phrase

func init() { // the forms read the table of fields
	for i := range queries {
		for p := range strings.SplitSeq(strings.ReplaceAll(queries[i].words, "|", ","), ",") {
			phrases = append(phrases, phrase{strings.Fields(p), &queries[i]})
		}
	}
	slices.SortStableFunc(phrases, func(a, b phrase) int {
		return cmp.Compare(len(b.words), len(a.words))
	})
}

// AskWords are the first words of a query in a language, as they are offered.
func AskWords(about Topic, language string) string {
	for _, a := range queries {
		if a.Topic == about {
			es, en, _ := strings.Cut(a.words, "|")
			if language == "en" {
				es = en
			}
			first, _, _ := strings.Cut(es, ",")
			return strings.TrimSpace(first)
		}
	}
	return ""
}

// longestQuery bounds a line that asks something, in octets.
const longestQuery = 300

// ReadQuery reads a line that asks something and says nothing else, in either language, whatever
// its accents and case, with "#" or without.
func ReadQuery(c *Catalogue, line string, agent bool) (Query, bool) {
	line = strings.ReplaceAll(OneLine(line), "’", "'") // telephones write it in "can't"
	line = strings.Trim(line, " #«»“”'*_.!¡¿?")
	if len(line) > longestQuery {
		return Query{}, false
	}
	if polite := courtesy(line); !agent && polite != line && polite != "" {
		if q, ok := ReadQuery(c, polite, agent); ok && !q.Loose() {
			return q, true
		}
	}
	for _, tokens := range waysToSay(strings.Fields(line)) {
		if q, ok := readQuery(c, tokens.words, agent); ok {
			return q, !tokens.asked || !q.Loose() || q.About == Case
		}
	}
	return Query{}, false
}

func readQuery(c *Catalogue, tokens []string, agent bool) (Query, bool) {
	for _, asked := range []func(*Catalogue, []string) (Query, bool){casesAsked, projectAsked} {
		if q, ok := asked(c, tokens); ok {
			return q, true
		}
	}
	for _, p := range phrases {
		n, ok := begins(tokens, p.words)
		if !ok || p.ask.agents && !agent {
			continue
		}
		q, rest := Query{About: p.ask.Topic}, tokens[n:]
		if p.ask.pages {
			q.Page, rest = cutPage(rest)
		}
		if p.ask.form(c, &q, rest) {
			return q, true
		}
	}
	return Query{}, false
}

// MeantQuery is an order for a line that begins as a query does and is none. Loose words are none
// with anything behind them.
func MeantQuery(line string) (Order, bool) {
	tokens := strings.Fields(strings.Trim(OneLine(line), " #«»“”'*_.!¡¿?"))
	for _, p := range phrases {
		n, ok := begins(tokens, p.words)
		topic, after := p.ask.Topic, len(tokens)-n
		if p.ask.agents || !ok || after > 3 {
			continue
		}
		loose := Query{About: topic}.Loose() || topic == File || topic == Original
		meant := loose && after == 0 || !loose && (len(p.words) > 1 || topic == History)
		return Order{Verb: VerbAsk, Arg: string(topic), Line: strings.TrimSpace(line)}, meant
	}
	return Order{}, false
}

// behind is what stands behind the words of a query, where it must.
var behind = map[Topic]string{Case: " 123", History: " 123", Original: " 123-1", File: " 123-1",
	Search: " X", ProjectCases: " X"}

// cutPage takes «página 2» off the end.
func cutPage(rest []string) (page int, before []string) {
	if len(rest) < 2 || !slices.Contains([]string{"pagina", "page"}, Fold(rest[len(rest)-2])) {
		return 0, rest
	}
	n, err := strconv.Atoi(rest[len(rest)-1])
	if err != nil || n < 1 || n > 9999 {
		return 0, rest
	}
	return n, rest[:len(rest)-2]
}

func nothing(_ *Catalogue, _ *Query, rest []string) bool { return len(rest) == 0 }

// ofStatus is nothing, or which cases are wanted by their status. What is not closed is, unless.
func ofStatus(c *Catalogue, q *Query, rest []string) (ok bool) {
	q.Status, ok = ReadStatus(c, strings.Join(rest, " "))
	return ok
}

// ReadStatus is a status by the words that people have for it, also for several cases: «resueltos».
func ReadStatus(c *Catalogue, text string) (status string, ok bool) {
	switch text = Fold(text); text {
	case "", "abierto", "abiertos", "abierta", "abiertas", "pendientes", "open", "pending":
		return "open", true
	case "todo", "todos", "todas", "all":
		return "all", true
	case "cerrado", "cerrados", "cerrada", "cerradas":
		return string(Closed), true
	}
	e, ok := c.Find(Statuses, text)
	if !ok {
		words := strings.Fields(text)
		for i := range words {
			words[i] = strings.TrimSuffix(words[i], "s")
		}
		e, ok = c.Find(Statuses, strings.Join(words, " "))
	}
	return e.Key, ok
}

// ofProject is the name of a project, and a status. One that is not there is read as one that is:
// nobody learns by it which there are.
func ofProject(c *Catalogue, q *Query, rest []string) bool {
	longest := 0
	for n := 1; n <= len(rest); n++ {
		name := strings.Trim(strings.Join(rest[:n], " "), `"`)
		status, ok := ReadStatus(c, strings.Join(rest[n:], " "))
		_, known := c.Find(Projects, name)
		if !ok || !known && (n > 3 || longest > 0) { // more words tell something
			continue
		}
		q.Name, q.Status, longest = name, status, n
	}
	return longest > 0
}

// projectAsked reads «los casos cerrados del proyecto Alfa», whose status may stand before. «Todos
// los casos del proyecto» is the subject of an answer, and asks nothing.
func projectAsked(c *Catalogue, tokens []string) (q Query, ok bool) {
	page, tokens := cutPage(tokens)
	at := slices.IndexFunc(tokens, func(t string) bool {
		return bare(t) == "proyecto" || bare(t) == "project"
	})
	if at < 1 {
		return q, false
	}
	before, ok := casesAsked(c, tokens[:at])
	q = Query{About: ProjectCases, Page: page}
	if !ok || before.Status == "all" || !ofProject(c, &q, tokens[at+1:]) {
		return q, false
	}
	if q.Status == "open" {
		q.Status = before.Status
	}
	return q, true
}

var (
	caseNumber = lazy.Compile(`^(?:(?:nro|num|numero|number|n)\.?[o°]?\.? ?)?#?(\d{1,9})$`)
	itemNumber = lazy.Compile(`^#?(\d{1,9})[-–—/.](\d{1,6})$`)
)

// ofCase is the number of a ticket.
func ofCase(_ *Catalogue, q *Query, rest []string) bool {
	m := caseNumber.FindStringSubmatch(Fold(strings.Join(afterNoun(rest), " ")))
	if m == nil {
		return false
	}
	q.Number, _ = strconv.ParseInt(m[1], 10, 64)
	return true
}

// ofItem is the number of an item in its ticket, "123-4"; the first, where only the ticket's is
// given.
func ofItem(c *Catalogue, q *Query, rest []string) bool {
	if rest = afterNoun(rest); q.item(rest) {
		return len(rest) == 1
	}
	q.Item = 1
	return ofCase(c, q, rest)
}

// item takes the number of an item from the first word.
func (q *Query) item(rest []string) bool {
	if len(rest) == 0 {
		return false
	}
	m := itemNumber.FindStringSubmatch(rest[0])
	if m == nil {
		return false
	}
	q.Number, _ = strconv.ParseInt(m[1], 10, 64)
	q.Item, _ = strconv.ParseInt(m[2], 10, 64)
	return true
}

// ofFile is the number of an item, and a file of it by name or number; all, where none is given.
func ofFile(c *Catalogue, q *Query, rest []string) bool {
	rest = afterNoun(rest)
	if len(rest) == 0 || !q.item(rest) && !ofCase(c, q, rest[:1]) {
		return false
	}
	q.Name = strings.Trim(strings.Join(rest[1:], " "), `"«»“”`)
	return q.Name == "" || len(rest) == 2 || strings.Contains(q.Name, ".")
}

// ofPerson is an address, or somebody's name.
func ofPerson(_ *Catalogue, q *Query, rest []string) bool {
	text := strings.Join(afterParticles(rest), " ")
	if strings.Contains(text, "@") {
		q.Name = address(text)
	} else if len(rest) <= 4 {
		q.Name = text
	}
	return q.Name != ""
}

// The filters of a search that are no fields of a ticket.
const (
	Since  = "since"
	Until  = "until"
	Author = "from"
)

var filterWords = map[string]string{"desde": Since, "since": Since, "hasta": Until, "until": Until,
	"de": Author, "from": Author, "by": Author, "empresa": string(Organisations),
	"company": string(Organisations), "organizacion": string(Organisations),
	"organisation": string(Organisations)}

// FilterKey is the filter of a search that people call so, "" for none.
func FilterKey(c *Catalogue, name string) string {
	if f := FieldNamed(name); f != nil {
		return f.Key
	}
	if e, ok := c.Find(CustomFields, name); ok {
		return e.Key
	}
	return filterWords[Fold(name)]
}

// forWords are words, "phrases", and filters: «tipo:problema», «estado: en proceso». The value of a
// filter is what stands in quotes, else the longest name that the desk has, else one word.
func forWords(c *Catalogue, q *Query, rest []string) bool {
	q.Fields = map[string]string{}
	var words []string
	for tokens := quotedTokens(strings.Join(rest, " ")); len(tokens) > 0; {
		name, value, named := strings.Cut(tokens[0], ":")
		key := ""
		if named && !strings.HasPrefix(tokens[0], `"`) {
			key = FilterKey(c, strings.ReplaceAll(name, "_", " "))
		}
		if key == "" {
			words, tokens = append(words, tokens[0]), tokens[1:]
			continue
		}
		if tokens = tokens[1:]; value != "" {
			tokens = append([]string{value}, tokens...)
		}
		n := valueWords(c, key, tokens)
		q.Fields[key] = strings.Trim(strings.Join(tokens[:n], " "), `"`)
		tokens = tokens[n:]
	}
	if q.Words = strings.Join(words, " "); len(q.Fields) == 0 {
		q.Fields = nil
	}
	return len(rest) > 0
}

// quotedTokens parts a text at blanks, but for those within quotes.
func quotedTokens(text string) []string {
	text = strings.NewReplacer("«", `"`, "»", `"`, "“", `"`, "”", `"`).Replace(text)
	open := false
	return strings.FieldsFunc(text, func(r rune) bool {
		if r == '"' {
			open = !open
		}
		return unicode.IsSpace(r) && !open
	})
}

// valueWords is how many of the words are the value of a filter.
func valueWords(c *Catalogue, key string, words []string) int {
	for n := min(len(words), 5); n > 1; n-- {
		value := strings.Join(words[:n], " ")
		if _, ok := c.Find(Kind(key), value); ok {
			return n
		}
		if _, ok := ReadStatus(c, value); ok && key == "status" {
			return n
		}
	}
	return min(len(words), 1)
}

// asks is the order that is a query. Of a case it is about the one that is answered, where it names
// none.
func asks(word string) func(*draft, string) Result {
	return func(w *draft, arg string) Result {
		if n := w.before.Number; arg == "" && n != 0 {
			switch word {
			case "caso", "historial":
				arg = strconv.FormatInt(n, 10)
			case "original", "adjunto":
				arg = strconv.FormatInt(n, 10) + "-" + strconv.FormatInt(max(w.deed.Answers, 1), 10)
			}
		}
		q, ok := ReadQuery(w.Catalogue, word+" "+arg, w.deed.By.Agent())
		if !ok && word == "mis" { // in the other language
			q, ok = ReadQuery(w.Catalogue, "my "+arg, true)
		}
		if !ok {
			v, _, _ := AgentVerb(word)
			language := w.deed.By.Language
			return notUnderstood("query", NewOrder(v, arg, language).Line,
				offered(v, language).Line)
		}
		w.Asked = append(w.Asked, q)
		return Result{Key: "asked"}
	}
}

// Written is the query as its reader writes it: what a button asks.
func (q Query) Written(c *Catalogue, language string) string {
	parts := []string{AskWords(q.About, language)}
	add := func(text string) {
		if text != "" {
			parts = append(parts, text)
		}
	}
	switch {
	case q.Item != 0:
		add(strconv.FormatInt(q.Number, 10) + "-" + strconv.FormatInt(q.Item, 10))
	case q.Number != 0:
		add(strconv.FormatInt(q.Number, 10))
	}
	add(q.Name)
	add(q.Words)
	for _, key := range slices.Sorted(maps.Keys(q.Fields)) {
		value := q.Fields[key]
		if strings.ContainsAny(value, " \t") {
			value = `"` + value + `"`
		}
		add(filterName(c, key, language) + ":" + value)
	}
	if e, ok := c.Keyed(Statuses, q.Status); ok && q.Status != string(Open) &&
		q.Status != string(Closed) {
		add(strings.ToLower(e.Name(language)))
	} else {
		add(statusWords[q.Status][language == "en"])
	}
	if q.Page > 1 {
		add(map[bool]string{true: "page ", false: "página "}[language == "en"] +
			strconv.Itoa(q.Page))
	}
	return strings.Join(parts, " ")
}

// statusWords are how cases are called by their status, in Spanish and, true, in English.
var statusWords = map[string]map[bool]string{
	"open":   {false: "abiertos", true: "open"},
	"closed": {false: "cerrados", true: "closed"},
	"all":    {false: "todos", true: "all"},
}

// filterName is how a filter is written in a language.
func filterName(c *Catalogue, key, language string) string {
	es := map[string]string{"status": "estado", "type": "tipo", "product": "producto",
		"severity": "severidad", "module": "modulo", "project": "proyecto", "service": "servicio",
		Since: "desde", Until: "hasta", Author: "de"}
	if e, ok := c.Keyed(CustomFields, key); ok {
		return strings.ReplaceAll(e.Name(language), " ", "_")
	}
	if language != "en" && es[key] != "" {
		return es[key]
	}
	return key
}
