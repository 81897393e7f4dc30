package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"buzon/store"
	"buzon/store/desk"
)

// agents see all, and so does whoever has the desk's data in his hands.
var everything = desk.Sight{All: true}

// queryFlags choose tickets, for lists and for searches.
type queryFlags struct {
	query          store.Query
	since, until   string
	dueBy          string
	people, fields map[string]*string
	organisation   string
}

func (f *queryFlags) register(c *cobra.Command, status string) {
	flags := c.Flags()
	f.people, f.fields = map[string]*string{}, map[string]*string{}
	flags.StringVar(&f.query.Status, "status", status,
		"all, open, closed, a class (queued, in_progress, waiting, resolved) or a status by name")
	flags.IntVar(&f.query.Severity, "severity", 0, "1, 2 or 3")
	flags.BoolVar(&f.query.ProductionDown, "production-down", false, "only production down")
	for _, name := range []string{"requester", "controller", "assignee", "agent", "follower"} {
		f.people[name] = flags.String(name, "", "mail address")
	}
	flags.StringVar(&f.organisation, "organisation", "", "of the requester")
	for _, name := range []string{"type", "product", "module", "project", "service", "mailbox"} {
		f.fields[name] = flags.String(name, "", "")
	}
	flags.StringSliceVar(&f.query.Tags, "tag", nil, "that have all of these tags")
	flags.StringVar(&f.dueBy, "due-by", "", "due on this day or earlier, 2026-01-31")
	flags.StringVar(&f.since, "since", "", "opened on this day or later, 2026-01-31")
	flags.StringVar(&f.until, "until", "", "opened on this day or earlier")
	flags.IntVar(&f.query.Limit, "limit", 100, "how many")
	flags.Int64Var(&f.query.Before, "before", 0, "go on where the last list ended")
}

// read is the query that the flags say.
func (f *queryFlags) read(ctx context.Context, h *house) (q store.Query, err error) {
	q = f.query
	if q.Limit <= 0 {
		return q, fmt.Errorf("--limit: %d: want 1 or more", q.Limit)
	}
	n, err := h.naming(ctx)
	if err != nil {
		return q, failed(err)
	}
	if err := n.checkStatus(q.Status); err != nil {
		return q, err
	}
	if err := n.checkSeverity(q.Severity); err != nil {
		return q, err
	}
	if err := cmp.Or(f.readNames(&q, n), f.readPeople(ctx, &q, h)); err != nil {
		return q, failed(err)
	}
	for i, word := range q.Tags {
		if q.Tags[i] = desk.Tag(word); q.Tags[i] == "" {
			return q, fmt.Errorf("--tag: %q: want a word", word)
		}
	}
	return q, f.readDays(&q, h)
}

// readNames are those of the catalogues.
func (f *queryFlags) readNames(q *store.Query, n naming) error {
	q.Fields = map[string]string{}
	for name, value := range f.fields {
		if q.Fields[name] = *value; *value != "" && name != "mailbox" {
			if _, err := n.find(desk.Kind(name), *value); err != nil {
				return fmt.Errorf("--%s: %w", name, err)
			}
		}
	}
	if f.organisation == "" {
		return nil
	}
	e, err := n.find(desk.Organisations, f.organisation)
	q.Organisation = e.ID
	return err
}

func (f *queryFlags) readPeople(ctx context.Context, q *store.Query, h *house) error {
	for name, id := range map[string]*int64{
		"requester": &q.Requester, "controller": &q.Controller, "assignee": &q.Assignee,
		"agent": &q.Agent, "follower": &q.Follower,
	} {
		if address := *f.people[name]; address != "" {
			p, err := named(ctx, h.store.Reader, address)
			if err != nil {
				return err
			}
			*id = p.ID
		}
	}
	return nil
}

func (f *queryFlags) readDays(q *store.Query, h *house) (err error) {
	if q.Since, err = h.day("since", f.since); err != nil {
		return err
	}
	if f.dueBy != "" {
		if q.DueBy, err = time.Parse(time.DateOnly, f.dueBy); err != nil {
			return fmt.Errorf("--due-by: %q: want a day like 2026-01-31", f.dueBy)
		}
	}
	if q.Until, err = h.day("until", f.until); err == nil && !q.Until.IsZero() {
		q.Until = q.Until.AddDate(0, 0, 1)
	}
	return err
}

// day is the beginning of a day in the desk's zone.
func (h *house) day(flag, value string) (time.Time, error) {
	if value == "" {
		return time.Time{}, nil
	}
	day, err := time.ParseInLocation(time.DateOnly, value, h.location)
	if err != nil {
		return day, fmt.Errorf("--%s: %q: want a day like 2026-01-31", flag, value)
	}
	return day, nil
}

// checkStatus refuses a status that the desk does not have.
func (n naming) checkStatus(status string) error {
	if _, ok := n.Find(desk.Statuses, status); ok {
		return nil
	}
	known := []string{"all"}
	for _, s := range n.All(desk.Statuses) {
		known = append(known, string(s.Class))
	}
	known = slices.Compact(append(known, n.Names(desk.Statuses, n.language)...))
	return among("status", status, known...)
}

// checkSeverity refuses a severity that the desk does not have; 0 is none.
func (n naming) checkSeverity(severity int) error {
	known := n.All(desk.Severities)
	is := func(e desk.Entry) bool { return e.Position == severity }
	if severity == 0 || slices.ContainsFunc(known, is) {
		return nil
	}
	return fmt.Errorf("--severity: %d: want 1 to %d", severity, len(known))
}

func (a *app) ticketList() *cobra.Command {
	var f queryFlags
	c := &cobra.Command{Use: "list", Args: cobra.NoArgs,
		Short: "List the tickets that are not closed, the newest first",
		RunE:  func(c *cobra.Command, _ []string) error { return a.find(c.Context(), &f) }}
	f.register(c, "open")
	return c
}

func (a *app) ticketSearch() *cobra.Command {
	var f queryFlags
	c := &cobra.Command{Use: "search WORD...", Args: cobra.MinimumNArgs(1),
		Short: "Find tickets by the words in them, accents and case aside",
		Long: `Find tickets by the words in them, accents and case aside. ` +
			`"Several words" in quotes must` + "\nfollow one another.",
		RunE: func(c *cobra.Command, args []string) error {
			for i, word := range args {
				// The shell took the quotes.
				if strings.ContainsAny(word, " \t") && !strings.Contains(word, `"`) {
					args[i] = `"` + word + `"`
				}
			}
			f.query.Words = strings.Join(args, " ")
			return a.find(c.Context(), &f)
		}}
	f.register(c, "all")
	return c
}

func (a *app) find(ctx context.Context, f *queryFlags) error {
	return in(ctx, a.look, func(h *house) error {
		q, err := f.read(ctx, h)
		if err != nil {
			return err
		}
		page, next, err := h.store.Find(ctx, everything, q)
		if err != nil {
			return failed(err)
		}
		n, err := h.naming(ctx)
		if err != nil {
			return failed(err)
		}
		err = a.printTickets(n, page)
		if err == nil && next != 0 && !a.json {
			fmt.Fprintf(a.stderr, "there are more: --before %d goes on\n", next)
		}
		return err
	})
}

func (a *app) printTickets(n naming, page []store.Row) error {
	head := []string{"TICKET", "UPDATED", "STATUS", "SEVERITY", "REQUESTER", "ASSIGNEE", "SUBJECT"}
	return printAll(a, page, n.ticketJSON, head, func(t store.Row) []string {
		severity := fmt.Sprint(t.Severity)
		if t.ProductionDown {
			severity += " PRODUCTION DOWN"
		}
		return []string{fmt.Sprint(t.Number), a.clock(t.UpdatedAt), n.of(t.Status),
			severity, t.Requester.Address(), t.Assignee.Address(), cut(t.Subject, 60)}
	})
}

// viewAs prints a ticket as one person sees it.
func (a *app) viewAs() *cobra.Command {
	var agent bool
	c := &cobra.Command{Use: "view-as PERSON N", Args: cobra.ExactArgs(2),
		Short: "Show a ticket as a person sees it",
		Long: "Show of a ticket exactly what a person may see. " +
			"Agents see all: so one is refused\nunless --agent says that it is meant.",
		RunE: func(c *cobra.Command, args []string) error {
			n, err := number(args[1], "ticket")
			if err != nil {
				return err
			}
			return in(c.Context(), a.look, func(h *house) error {
				p, err := named(c.Context(), h.store.Reader, args[0])
				if err == nil {
					err = eye(p, agent)
				}
				if err == nil {
					err = a.showAs(c.Context(), h, p, n)
				}
				return failed(err)
			})
		}}
	c.Flags().BoolVar(&agent, "agent", false, "the person is an agent, and that is meant")
	return c
}

// eye refuses to see all by mistake.
func eye(p desk.Person, agent bool) error {
	switch {
	case p.Agent() && !agent:
		return fmt.Errorf("%s is an agent, who sees everything: "+
			"say --agent if that is meant", p.Address())
	case agent && !p.Agent():
		return fmt.Errorf("%s is no agent: leave --agent out", p.Address())
	}
	return nil
}

func (a *app) showAs(ctx context.Context, h *house, p desk.Person, n int64) error {
	sight, err := h.store.Sight(ctx, p)
	if err != nil {
		return err
	}
	page, _, err := h.store.Find(ctx, sight, store.Query{Numbers: []int64{n}})
	if err == nil && len(page) == 0 {
		err = fmt.Errorf("%s sees no ticket %d", p.Address(), n)
	}
	if err != nil {
		return err
	}
	if sight.All {
		return a.showTicket(ctx, h, page[0])
	}
	names, err := h.naming(ctx)
	if err != nil {
		return err
	}
	row, err := h.seenBy(ctx, names, sight, p, page[0])
	if err != nil {
		return err
	}
	names.hide(sight, &page[0].Ticket)
	return a.printTicket(names, page[0].Ticket, row)
}

// seenBy is what a customer sees of a ticket: of its items and its links those that he may see,
// people by their names, and nothing of how the desk works on it.
func (h *house) seenBy(
	ctx context.Context, n naming, sight desk.Sight, p desk.Person, t store.Row,
) (row ticketRow, err error) {
	name := func(q desk.Person) string {
		if q.ID == p.ID {
			return q.Address()
		}
		return cmp.Or(q.Name, "…")
	}
	if t.Links, err = h.seenLinks(ctx, sight, t.Links); err != nil {
		return row, err
	}
	whole := t.Ticket
	n.hide(sight, &t.Ticket)
	row = n.ticketJSON(t)
	row.Unverified, row.Followers = false, []string{}
	for _, q := range []struct {
		person desk.Person
		shown  *string
	}{{t.Requester, &row.Requester}, {t.Controller, &row.Controller},
		{t.Assignee, row.Assignee}, {t.Agent, row.Agent}} {
		if q.person.ID != 0 {
			*q.shown = name(q.person)
		}
	}
	items, err := h.store.Items(ctx, t.Number)
	for _, it := range items {
		if sight.Item(whole, it) {
			r := n.itemJSON(it)
			r.Author, r.MessageID, r.Mail, r.Via = name(it.Author), "", nil, ""
			if it.Author.ID != p.ID { // agents quote what is for them alone
				r.Quoted = ""
			}
			row.Items = append(row.Items, r)
		}
	}
	row.Items = nonNil(row.Items)
	return row, err
}

// hide takes out of a ticket what a person does not see of it.
func (n naming) hide(s desk.Sight, t *desk.Ticket) {
	shown := map[string]bool{}
	for _, d := range s.Details(n.Catalogue, *t, n.language) {
		shown[d.Key], shown[d.Name] = true, true
	}
	for key, hide := range map[string]func(){
		"status":       func() { t.Status, t.Class, t.ClosedAt = 0, "", time.Time{} },
		"severity":     func() { t.Severity, t.ProductionDown = 0, false },
		"type":         func() { t.Type = 0 },
		"requester":    func() { t.Requester = desk.Person{} },
		"organisation": func() { t.Requester.Organisation = 0 },
		"controller":   func() { t.Controller = desk.Person{} },
		"assignee":     func() { t.Assignee, t.Agent = desk.Person{}, desk.Person{} },
		"product":      func() { t.Product = 0 },
		"module":       func() { t.Module = 0 },
		"project":      func() { t.Project = 0 },
		"service":      func() { t.Service = 0 },
		"progress":     func() { t.Progress = 0 },
		"due":          func() { t.DueAt = time.Time{} },
		"tags":         func() { t.Tags = nil },
		"state_line":   func() { t.State = "" },
	} {
		if !shown[key] {
			hide()
		}
	}
	t.Custom = maps.Clone(t.Custom)
	maps.DeleteFunc(t.Custom, func(id int64, _ string) bool { return !shown[n.of(id)] })
	if !s.KeepsTime(*t) {
		t.Minutes = 0
	}
}

// seenLinks are the links to tickets that may be seen.
func (h *house) seenLinks(ctx context.Context, sight desk.Sight, links []store.Link) (
	seen []store.Link, err error) {
	if len(links) == 0 {
		return nil, nil
	}
	q := store.Query{}
	for _, l := range links {
		q.Numbers = append(q.Numbers, l.Ticket)
	}
	others, _, err := h.store.Find(ctx, sight, q)
	for _, l := range links {
		if slices.ContainsFunc(others, func(o store.Row) bool { return o.Number == l.Ticket }) {
			seen = append(seen, l)
		}
	}
	return seen, err
}
