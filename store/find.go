package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"buzon/store/desk"
)

// Query chooses tickets; zero fields choose all.
type Query struct {
	// Words are looked for in items that the person may see, and in the subjects of their tickets:
	// every word, and every "quoted phrase", in one item. Accents and case are ignored, and the
	// last word may be the beginning of one.
	Words string
	// Status is open (what is not closed), a class, or a status by name; "" and all choose all.
	Status string
	Fields map[string]string // by name: see filters

	Numbers                                          []int64 // these and no others
	Severity                                         int
	ProductionDown                                   bool
	Requester, Controller, Assignee, Agent, Follower int64     // people
	Organisation                                     int64     // of the requester
	Tags                                             []string  // that it has all, each by Tag
	DueBy                                            time.Time // the last day on which it is due
	// of its opening; Until is not included
	Since, Until time.Time
	DueBefore    time.Time        // and not closed
	StatusID     int64            // of the catalogue
	Requesters   []int64          // one of them; nil: anybody
	Custom       map[int64]string // what fields of one's own have, by their ids
	Oldest       bool             // the oldest first: of one page

	Before int64 // what Find returned as next
	Limit  int   // of a page; 0: 1,000
}

// filters are the catalogues of Query.Fields, beside the mailbox. Each has the name of its column.
var filters = []desk.Kind{desk.Types, desk.Products, desk.Modules, desk.Projects, desk.Services}

// Row is a line of a list. Of the people of its ticket it has what names says.
type Row struct {
	desk.Ticket
	Links []Link

	followers, links, linkedBy []string
}

// Find lists the tickets that a person may see and the query chooses: the newest first, or, where
// words are looked for, those with the newest item that has them. next is the Before of the
// following page, 0 after the last.
func (r Reader) Find(ctx context.Context, s desk.Sight, q Query) (
	page []Row, next int64, err error,
) {
	limit := cmp.Or(q.Limit, 1000)
	c, err := r.Catalogue(ctx)
	if err != nil {
		return nil, 0, err
	}
	if len(q.Numbers) > 0 {
		if q.Numbers, err = r.living(ctx, q.Numbers); err != nil {
			return nil, 0, err
		}
	}
	if q.Words != "" {
		numbers, next, err := r.search(ctx, c, s, q, limit)
		if err != nil || len(numbers) == 0 {
			return nil, 0, err
		}
		page, err := r.inOrder(ctx, numbers)
		return page, next, err
	}
	w := &where{dialect: r.dialect}
	w.sight(s)
	w.query(c, s, q)
	page, err = r.page(ctx, names, limit+1, w.pageOf(q, limit+1), w.args)
	if len(page) > limit {
		page, next = page[:limit], page[limit-1].Number
	}
	return page, next, err
}

// inOrder reads the tickets with the numbers.
func (r Reader) inOrder(ctx context.Context, numbers []int64) ([]Row, error) {
	w := &where{dialect: r.dialect}
	w.add("t.number IN (%s)", w.list("BIGINT", numbers))
	page, err := r.page(ctx, names, len(numbers), w.String(), w.args)
	slices.SortFunc(page, func(a, b Row) int {
		return cmp.Compare(slices.Index(numbers, a.Number), slices.Index(numbers, b.Number))
	})
	return page, err
}

// pageOf is what chooses a page of no more than most, with its order.
func (w *where) pageOf(q Query, most int) string {
	if q.Before != 0 {
		w.add("t.number < %s", w.bind(q.Before))
	}
	order := " ORDER BY t.number DESC"
	if q.Oldest {
		order = " ORDER BY t.number"
	}
	chosen := w.String() + order + " LIMIT +" + w.bind(most)
	if len(w.conditions) > 1 { // what is found by an index is sorted by number, not as whole rows
		chosen = `
		WHERE t.number IN (
			SELECT t.number FROM ticket t ` + q.requester() + chosen + `)
		` + order
	}
	return chosen
}

// where is a condition on ticket t, whose requester is r, in the making.
type where struct {
	dialect    *dialect
	conditions []string
	args       []any
	// what the tickets have is looked at one by one, in place of being looked up in indexes: where
	// they are found by something else
	each   bool
	counts bool // all that is chosen is read, in whatever order
}

func (w *where) String() string { return "WHERE " + w.all() }

// all is the condition that all conditions hold.
func (w *where) all() string { return strings.Join(append(w.conditions, "1 = 1"), " AND ") }

func (w *where) add(format string, values ...any) {
	w.conditions = append(w.conditions, fmt.Sprintf(format, values...))
}

func (w *where) bind(value any) string {
	w.args = append(w.args, value)
	return "$" + strconv.Itoa(len(w.args))
}

// copy is the condition with values of its own: it may be bound more.
func (w *where) copy() *where {
	return &where{dialect: w.dialect, conditions: slices.Clone(w.conditions),
		args: slices.Clone(w.args), each: w.each, counts: w.counts}
}

// list is a subquery of values, so that the text of a statement does not hang on how many there
// are.
func (w *where) list(kind string, values any) string {
	text, _ := json.Marshal(values)
	return fmt.Sprintf("SELECT CAST(value AS %s) FROM "+w.dialect.list, kind, w.bind(string(text)))
}

// query adds what the query says beside its words.
func (w *where) query(c *desk.Catalogue, s desk.Sight, q Query) {
	w.add("t.merged_into = 0") // what was merged is found as the ticket in which it lives on
	if q.Status != "" && q.Status != "all" {
		w.statuses(c, statuses(c, q.Status))
		w.unseen(s, q.Status == "open")
	}
	w.ids(q)
	if len(q.Numbers) > 0 {
		w.add("t.number IN (%s)", w.list("BIGINT", q.Numbers))
	}
	for _, tag := range q.Tags {
		w.add(`' ' || t.tags || ' ' LIKE %s ESCAPE '\'`,
			w.bind("% "+strings.ReplaceAll(tag, "_", `\_`)+" %"))
	}
	if q.ProductionDown {
		w.add("t.production_down = 1")
	}
	w.fields(c, q)
	w.times(c, q)
	if q.Requesters != nil {
		w.add("t.requester IN (%s)", w.list("BIGINT", q.Requesters))
	}
	for _, id := range slices.Sorted(maps.Keys(q.Custom)) {
		w.add("lower(t.custom) LIKE lower(%s) ESCAPE '!'", w.bind(customLike(id, q.Custom[id])))
	}
}

// ids adds what is chosen by an id.
func (w *where) ids(q Query) {
	for _, id := range []struct {
		condition string
		value     int64
	}{
		{"t.status = %s", q.StatusID},
		{"t.severity = %s", int64(q.Severity)},
		{"t.requester = %s", q.Requester},
		{"t.controller = %s", q.Controller},
		{"t.assignee > 0 AND t.assignee = %s", q.Assignee},
		{"t.agent = %s", q.Agent},
		{"r.organisation = %s", q.Organisation},
		{"t.number IN (SELECT ticket FROM follower WHERE person = %s)", q.Follower},
	} {
		if id.value != 0 {
			w.add(id.condition, w.bind(id.value))
		}
	}
}

// fields adds what is chosen by name.
func (w *where) fields(c *desk.Catalogue, q Query) {
	for _, k := range filters {
		if v := q.Fields[string(k)]; v != "" {
			w.add("t.%s IN (%s)", k, w.list("BIGINT", c.Called(k, v)))
		}
	}
	if v := q.Fields["mailbox"]; v != "" {
		w.add("t.mailbox = %s", w.bind(v))
	}
}

// times adds the conditions on when a ticket was opened and is due.
func (w *where) times(c *desk.Catalogue, q Query) {
	if !q.DueBy.IsZero() {
		w.add("t.due_at <= %s", w.bind(q.DueBy.UnixMilli()))
	}
	if !q.Since.IsZero() {
		w.add("t.created_at >= %s", w.bind(q.Since.UnixMilli()))
	}
	if !q.Until.IsZero() {
		w.add("t.created_at < %s", w.bind(q.Until.UnixMilli()))
	}
	if !q.DueBefore.IsZero() {
		w.add("t.due_at > 0 AND t.due_at < %s", w.bind(q.DueBefore.UnixMilli()))
		w.add("t.status IN (%s)", numbersOf(statuses(c, "open")))
	}
}

// customLike is what the fields of one's own look like where one has a value.
func customLike(id int64, value string) string {
	text, _ := json.Marshal(value)
	literal := strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(string(text))
	return fmt.Sprintf(`%%"%d":%s%%`, id, literal)
}

// Tally counts the tickets that a person may see and the query chooses, by their status. It looks
// for no words.
func (r Reader) Tally(ctx context.Context, s desk.Sight, q Query) (map[int64]int, error) {
	c, err := r.Catalogue(ctx)
	if err != nil {
		return nil, err
	}
	w := &where{dialect: r.dialect, counts: true}
	w.sight(s)
	w.query(c, s, q)
	count := map[int64]int{}
	err = r.rows(ctx, "SELECT t.status, count(*) FROM ticket t "+q.requester()+w.String()+
		" GROUP BY t.status", w.args, func(rows *sql.Rows) error {
		var status int64
		var n int
		err := rows.Scan(&status, &n)
		count[status] = n
		return err
	})
	return count, err
}

// requester joins who requested it, where the query asks that: it costs a look at each.
func (q Query) requester() string {
	if q.Organisation == 0 {
		return ""
	}
	return " JOIN person r ON r.id = t.requester "
}

// statuses chooses tickets by their status. Most tickets are closed: they are not sorted by number
// where they can be met in its order, which "+" has SQLite do.
func (w *where) statuses(c *desk.Catalogue, ids []int64) {
	column := "t.status"
	for _, id := range ids {
		if c.Entry(id).Class == desk.Closed && !w.counts {
			column = "+t.status"
		}
	}
	w.add("%s IN (%s)", column, numbersOf(ids))
}

// numbersOf writes ids of the catalogue into a statement: there are few such lists, and a server
// plans otherwise for what most tickets have than for what few have.
func numbersOf(ids []int64) string {
	list := []string{"NULL"} // no list is empty
	for _, id := range ids {
		list = append(list, strconv.FormatInt(id, 10))
	}
	return strings.Join(list, ", ")
}

// unseen has the last condition, by status, say nothing of tickets whose status the person does not
// see: they are all chosen by it, or none.
func (w *where) unseen(s desk.Sight, chosen bool) {
	var hide []string
	others := ""
	for _, mailbox := range slices.Sorted(maps.Keys(s.Mailboxes)) {
		if !s.Shows(desk.Ticket{Mailbox: mailbox}, "status") {
			hide = append(hide, "t.mailbox = "+w.bind(mailbox))
		}
	}
	if !s.Shows(desk.Ticket{}, "status") {
		others = "1 = 1"
		for _, mailbox := range slices.Sorted(maps.Keys(s.Mailboxes)) {
			others += " AND t.mailbox <> " + w.bind(mailbox)
		}
		hide = append(hide, "("+others+")")
	}
	if hide == nil {
		return
	}
	last, format := &w.conditions[len(w.conditions)-1], "%s AND NOT (%s)"
	if chosen {
		format = "(%s OR %s)"
	}
	*last = fmt.Sprintf(format, *last, strings.Join(hide, " OR "))
}

// statuses are the rows that a status names: what is open, a class, or one of them.
func statuses(c *desk.Catalogue, status string) []int64 {
	ids := []int64{}
	for _, e := range c.All(desk.Statuses) {
		if status == "open" && e.Class != desk.Closed || string(e.Class) == status {
			ids = append(ids, e.ID)
		}
	}
	if len(ids) == 0 {
		return c.Called(desk.Statuses, status)
	}
	return ids
}

// sight adds what Sight.Ticket says.
func (w *where) sight(s desk.Sight) {
	if s.All {
		return
	}
	if s.Person == 0 {
		w.add("1 = 0")
		return
	}
	var apart []string
	others := w.profile(s, s.Profile)
	for _, mailbox := range slices.Sorted(maps.Keys(s.Mailboxes)) {
		at := w.bind(mailbox)
		others += " AND t.mailbox <> " + at
		sees := w.profile(s, s.Mailboxes[mailbox])
		apart = append(apart, fmt.Sprintf("t.mailbox = %s AND %s", at, sees))
	}
	w.add("(%s)", strings.Join(append(apart, others), " OR "))
}

// profile is the condition for the tickets of those mailboxes in which the person has the profile.
func (w *where) profile(s desk.Sight, p desk.Profile) string {
	reasons := w.reasons(s, p)
	switch {
	case len(reasons) == 0:
		return "1 = 0"
	case w.each:
		return "(" + strings.Join(reasons, " OR ") + ")"
	}
	return "t.number IN (" + strings.Join(reasons, " UNION ALL ") + ")"
}

// reasons are why a person may see tickets where he has the profile: conditions, or, where they are
// looked up in indexes, subqueries of the tickets' numbers.
func (w *where) reasons(s desk.Sight, p desk.Profile) (list []string) {
	add := func(from, condition string) {
		if list = append(list, condition); !w.each {
			list[len(list)-1] = from + " WHERE " + condition
		}
	}
	types := func() string {
		if len(p.Types) == 0 {
			return ""
		}
		return " AND t.type IN (" + w.list("BIGINT", p.TypeIDs) + ")"
	}
	if p.Own {
		by := w.bind(s.Person)
		add("SELECT t.number FROM ticket t", "t.requester = "+by)
		add("SELECT t.number FROM ticket t",
			"t.controller <> t.requester AND t.controller = "+by)
	}
	if p.Followed {
		followed := "SELECT f.ticket FROM follower f WHERE f.person = " + w.bind(s.Person)
		if list = append(list, followed); w.each {
			list[len(list)-1] = "t.number IN (" + followed + ")"
		}
	}
	if p.Organisation && s.Organisation != 0 {
		add("SELECT t.number FROM person r JOIN ticket t ON t.requester = r.id",
			"r.organisation > 0 AND r.organisation = "+w.bind(s.Organisation)+types())
	}
	if p.Projects && len(s.Projects) > 0 {
		add("SELECT t.number FROM ticket t",
			"t.project > 0 AND t.project IN ("+w.list("BIGINT", s.Projects)+")"+types())
	}
	return list
}

// item adds what Sight.Item says of item i beside its ticket.
func (w *where) item(s desk.Sight) {
	if !s.All {
		w.add("i.visibility = 'public' AND i.state = 'filed'")
	}
}

var ticketRows = newTable("ticket", "t", `
	JOIN entry s ON s.id = t.status JOIN person r ON r.id = t.requester`, append(
	within(ticketColumns, func(row *Row) *desk.Ticket { return &row.Ticket }), []column[Row]{
		{`(SELECT string_agg(CAST(person AS TEXT), ' ' ORDER BY person)
			FROM follower WHERE ticket = t.number)`,
			func(row *Row) any { return fields{&row.followers} }, derived, nil},
		{`(SELECT string_agg(kind || ' ' || CAST(other AS TEXT), ' ')
			FROM ticket_link WHERE ticket = t.number)`,
			func(row *Row) any { return fields{&row.links} }, derived, nil},
		{`(SELECT string_agg(kind || '_by ' || CAST(ticket AS TEXT), ' ')
			FROM ticket_link WHERE other = t.number)`,
			func(row *Row) any { return fields{&row.linkedBy} }, derived, nil},
	}...))

// page reads no more than most tickets with one statement, and those who take part in them with a
// second: of the people what the table has.
func (r Reader) page(
	ctx context.Context, people *table[desk.Person], most int, where string, a []any,
) ([]Row, error) {
	page := make([]Row, 0, min(most, 1001)) // a row is large, and is copied when the list grows
	err := ticketRows.each(ctx, r, where, a, func(row Row) error {
		page = append(page, row)
		return nil
	})
	list := make([]*desk.Person, 0, 5*len(page))
	for i := range page {
		row := &page[i]
		row.tie()
		list = append(list, &row.Requester, &row.Controller, &row.Assignee, &row.Agent)
		for j := range row.Followers {
			list = append(list, &row.Followers[j])
		}
	}
	if err == nil {
		err = r.fillIn(ctx, people, list)
	}
	return page, err
}

// tie makes the followers and the links of what the statement read.
func (row *Row) tie() {
	for _, id := range row.followers {
		n, _ := strconv.ParseInt(id, 10, 64)
		row.Followers = append(row.Followers, desk.Person{ID: n})
	}
	for l := range slices.Chunk(slices.Concat(row.links, row.linkedBy), 2) {
		n, _ := strconv.ParseInt(l[1], 10, 64)
		row.Links = append(row.Links, Link{n, l[0]})
	}
}

// names are people as a list shows them.
var names = newTable("person", "p", "",
	only(personColumns, "id", "name", "role", "organisation", personAddresses))

// only are the columns with these names.
func only[T any](columns []column[T], names ...string) []column[T] {
	return slices.DeleteFunc(slices.Clone(columns), func(c column[T]) bool {
		return !slices.Contains(names, c.name)
	})
}

// fillIn completes people of whom the ids are known; who is not there becomes nobody.
func (r Reader) fillIn(ctx context.Context, t *table[desk.Person], people []*desk.Person) error {
	known := map[int64]desk.Person{}
	for _, p := range people {
		known[p.ID] = desk.Person{}
	}
	delete(known, 0)
	if len(known) == 0 {
		return nil
	}
	w := &where{dialect: r.dialect}
	ids := w.list("BIGINT", slices.Sorted(maps.Keys(known)))
	list, err := t.list(ctx, r, "WHERE p.id IN ("+ids+")", w.args...)
	for _, p := range list {
		known[p.ID] = p
	}
	for _, p := range people {
		*p = known[p.ID]
	}
	return err
}
