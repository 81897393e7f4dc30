package main

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"buzon/store"
	"buzon/store/desk"
)

func (a *app) ticket() *cobra.Command {
	c := &cobra.Command{Use: "ticket", Short: "Tickets"}
	c.AddCommand(a.ticketList(), a.ticketShow(), a.ticketSearch())
	return c
}

func (a *app) ticketList() *cobra.Command {
	var f store.TicketFilter
	var requester, assignee string
	text := map[string]*string{}
	c := &cobra.Command{Use: "list", Short: "List the tickets that are not closed, the newest first", Args: cobra.NoArgs, RunE: func(c *cobra.Command, _ []string) error {
		h, err := a.look(c.Context())
		if err != nil {
			return err
		}
		defer h.close()
		if err := h.checkFilter(c.Context(), f); err != nil {
			return err
		}
		f.Text = map[string]string{}
		for name, value := range text {
			f.Text[name] = *value
		}
		for _, w := range []struct {
			address string
			id      *int64
		}{{requester, &f.Requester}, {assignee, &f.Assignee}} {
			if w.address == "" {
				continue
			}
			p, err := h.named(c.Context(), w.address)
			if err != nil {
				return failed(err)
			}
			*w.id = p.ID
		}
		list, err := h.store.Tickets(c.Context(), f)
		if err != nil {
			return failed(err)
		}
		return a.printTickets(c.Context(), h, list)
	}}
	c.Flags().StringVar(&f.Status, "status", "", "all, open, closed, a class (queued, in_progress, waiting, resolved) or a status by name")
	c.Flags().IntVar(&f.Severity, "severity", 0, "1, 2 or 3")
	c.Flags().BoolVar(&f.ProductionDown, "production-down", false, "only production down")
	c.Flags().StringVar(&requester, "requester", "", "mail address")
	c.Flags().StringVar(&assignee, "assignee", "", "mail address")
	for _, name := range []string{"type", "product", "module", "project", "service", "mailbox"} {
		text[name] = c.Flags().String(name, "", "")
	}
	c.Flags().IntVar(&f.Limit, "limit", 1000, "how many")
	return c
}

// checkFilter refuses a status or a severity that the desk does not have.
func (h *house) checkFilter(ctx context.Context, f store.TicketFilter) error {
	statuses, err := h.store.Statuses(ctx)
	if err != nil {
		return failed(err)
	}
	severities, err := h.store.Severities(ctx)
	if err != nil {
		return failed(err)
	}
	known := []string{"all"}
	for _, s := range statuses {
		known = append(known, string(s.Class))
	}
	for _, s := range statuses {
		known = append(known, s.Name)
	}
	if f.Severity < 0 || f.Severity > len(severities) {
		return fmt.Errorf("--severity: %d: want 1 to %d", f.Severity, len(severities))
	}
	return among("status", f.Status, slices.Compact(known)...)
}

// named finds a person by address.
func (h *house) named(ctx context.Context, address string) (desk.Person, error) {
	p, err := h.store.PersonByAddress(ctx, desk.Canonical(address))
	if err == nil && p.ID == 0 {
		err = fmt.Errorf("nobody has the address %s: see buzon person list", address)
	}
	return p, err
}

func (a *app) printTickets(ctx context.Context, h *house, list []desk.Ticket) error {
	var rows [][]string
	for _, t := range list {
		if a.json {
			row, err := h.ticketJSON(ctx, t, false)
			if err == nil {
				err = a.object(row)
			}
			if err != nil {
				return failed(err)
			}
			continue
		}
		severity := fmt.Sprint(t.Severity)
		if t.ProductionDown {
			severity += " PRODUCTION DOWN"
		}
		rows = append(rows, []string{fmt.Sprint(t.Number), a.clock(t.UpdatedAt), t.Status, severity, t.Requester.Address(), t.Assignee.Address(), cut(t.Subject, 60)})
	}
	return a.table([]string{"TICKET", "UPDATED", "STATUS", "SEVERITY", "REQUESTER", "ASSIGNEE", "SUBJECT"}, rows)
}

// ticketRow is the JSON of a ticket; a fixed interface.
type ticketRow struct {
	Number         int64        `json:"number"`
	Subject        string       `json:"subject"`
	Status         string       `json:"status"`
	StatusClass    string       `json:"status_class"`
	Severity       int          `json:"severity"`
	ProductionDown bool         `json:"production_down"`
	Unverified     bool         `json:"unverified"`
	Type           string       `json:"type"`
	Mailbox        string       `json:"mailbox"`
	Requester      string       `json:"requester"`
	Organisation   *string      `json:"organisation"`
	Controller     string       `json:"controller"`
	Assignee       *string      `json:"assignee"`
	Agent          *string      `json:"agent"`
	Product        string       `json:"product"`
	Module         string       `json:"module"`
	Project        string       `json:"project"`
	Service        string       `json:"service"`
	CreatedAt      *string      `json:"created_at"`
	UpdatedAt      *string      `json:"updated_at"`
	ClosedAt       *string      `json:"closed_at"`
	Links          []store.Link `json:"links"`
	Followers      []string     `json:"followers"`
	Items          []itemRow    `json:"items,omitzero"`    // of ticket show, as is all below
	NotTold        []untoldRow  `json:"not_told,omitzero"` // who would have heard of something, and why he did not
}

type itemRow struct {
	Number      int64             `json:"number"`
	Type        string            `json:"type"`
	Author      string            `json:"author"`
	Visibility  string            `json:"visibility"`
	State       string            `json:"state"`
	CreatedAt   *string           `json:"created_at"`
	Text        string            `json:"text"`
	Quoted      string            `json:"quoted"`
	MessageID   string            `json:"message_id"`
	Mail        *int64            `json:"mail"`
	Via         string            `json:"via"`
	Subject     string            `json:"subject"`
	Attachments []desk.Attachment `json:"attachments"`
	Deliveries  []deliveryRow     `json:"deliveries"`

	created time.Time
}

type deliveryRow struct {
	To        string  `json:"to"`
	State     string  `json:"state"`
	LastReply string  `json:"last_reply"`
	Outbox    int64   `json:"outbox"`
	Kind      string  `json:"kind"`
	NextAt    *string `json:"next_at"`

	mail store.Outgoing
}

func (h *house) ticketJSON(ctx context.Context, t desk.Ticket, items bool) (row ticketRow, err error) {
	row = ticketRow{Number: t.Number, Subject: t.Subject, Status: t.Status, StatusClass: string(t.Class), Severity: t.Severity, ProductionDown: t.ProductionDown,
		Unverified: t.Unverified, Type: t.Type, Mailbox: t.Mailbox, Requester: t.Requester.Address(), Controller: t.Controller.Address(),
		Assignee: address(t.Assignee), Agent: address(t.Agent), Product: t.Product, Module: t.Module, Project: t.Project, Service: t.Service,
		CreatedAt: stamp(t.CreatedAt), UpdatedAt: stamp(t.UpdatedAt), ClosedAt: stamp(t.ClosedAt), Followers: []string{}}
	links, err := h.store.Links(ctx, t.Number)
	if err != nil {
		return row, err
	}
	row.Links = nonNil(links)
	for _, p := range t.Followers {
		row.Followers = append(row.Followers, p.Address())
	}
	if !items {
		return row, nil
	}
	return row, h.addItems(ctx, &row)
}

// addItems fills in what a list of tickets leaves out.
func (h *house) addItems(ctx context.Context, row *ticketRow) error {
	row.Items, row.NotTold = []itemRow{}, []untoldRow{}
	history, err := h.store.Activities(ctx, row.Number)
	if err != nil {
		return err
	}
	for _, c := range history {
		if c.What == "not_told" {
			row.NotTold = append(row.NotTold, untold(c))
		}
	}
	held, err := h.store.Outbox(ctx, store.OutboxFilter{Ticket: row.Number, State: store.Held, Limit: math.MaxInt32})
	if err != nil {
		return err
	}
	for _, o := range slices.Backward(held) { // the oldest first
		if o.Capped() {
			row.NotTold = append(row.NotTold, withheld(o))
		}
	}
	list, err := h.store.Items(ctx, row.Number)
	if err != nil {
		return err
	}
	for _, it := range list {
		r := itemRow{Number: it.Number, Type: string(it.Type), Author: cmp.Or(it.Author.Address(), it.Via), Visibility: string(it.Visibility), State: string(it.State),
			CreatedAt: stamp(it.CreatedAt), Text: it.Text, Quoted: it.Quoted, MessageID: it.MessageID, Mail: orNull(it.Mail), Via: it.Via, Subject: it.Subject,
			Attachments: nonNil(it.Attachments), Deliveries: []deliveryRow{}, created: it.CreatedAt}
		deliveries, err := h.store.Deliveries(ctx, row.Number, it.Number)
		if err != nil {
			return err
		}
		for _, d := range deliveries {
			o := outgoingJSON(d)
			r.Deliveries = append(r.Deliveries, deliveryRow{o.To, o.State, o.LastReply, o.ID, o.Kind, o.NextAt, d})
		}
		row.Items = append(row.Items, r)
	}
	return nil
}

func address(p desk.Person) *string {
	if p.ID == 0 {
		return nil
	}
	a := p.Address()
	return &a
}

func (a *app) ticketShow() *cobra.Command {
	return about(a.look, "show N", "Show a ticket with its items", "ticket", "buzon ticket list --status all",
		func(ctx context.Context, h *house, n int64) (desk.Ticket, error) { return h.store.Ticket(ctx, n) },
		func(ctx context.Context, h *house, t desk.Ticket) error {
			row, err := h.ticketJSON(ctx, t, true)
			if err != nil {
				return err
			}
			if a.json {
				return a.object(row)
			}
			a.showTicket(t, row)
			return nil
		})
}

func (a *app) showTicket(t desk.Ticket, row ticketRow) {
	var links []string
	for _, l := range row.Links {
		links = append(links, fmt.Sprintf("%s %d", l.Kind, l.Ticket))
	}
	facts(a.stdout, "Ticket", fmt.Sprint(row.Number), "Subject", row.Subject, "Status", row.Status, "Severity", fmt.Sprint(row.Severity), "Type", row.Type,
		"Requester", row.Requester, "Controller", row.Controller, "Assignee", deref(row.Assignee), "Agent", deref(row.Agent), "Product", row.Product,
		"Followers", strings.Join(row.Followers, ", "), "Links", strings.Join(links, ", "),
		"Created", a.clock(t.CreatedAt), "Updated", a.clock(t.UpdatedAt), "Closed", a.clock(t.ClosedAt))
	if row.ProductionDown {
		facts(a.stdout, "Alarm", "production down")
	}
	for _, it := range row.Items {
		mark := ""
		if it.Visibility == string(desk.Internal) {
			mark = ", internal"
		}
		if it.State == string(desk.Pending) {
			mark += ", pending"
		}
		author := safe(it.Author)
		if it.Via != "" && it.Via != it.Author {
			author += " via " + safe(it.Via)
		}
		fmt.Fprintf(a.stdout, "\n── %d-%d  %s%s, %s, %s\n%s\n", row.Number, it.Number, it.Type, mark, author, a.clock(it.created), safeText(it.Text))
		for _, at := range it.Attachments {
			fmt.Fprintf(a.stdout, "   %s (%s, %d bytes)\n", safe(at.Filename), safe(at.ContentType), at.Size)
		}
		for _, d := range it.Deliveries {
			fmt.Fprintf(a.stdout, "   → %s (%s): %s\n", safe(d.To), d.Kind, safe(a.howFar(d.mail)))
		}
	}
	for i, u := range row.NotTold {
		if i == 0 {
			fmt.Fprintln(a.stdout, "\nNot told:")
		}
		fmt.Fprintf(a.stdout, "   %s  %s\n", a.clock(u.at), u.words(a.clock))
	}
}

func (a *app) ticketSearch() *cobra.Command {
	var limit int
	c := &cobra.Command{Use: "search WORD...", Short: "Find tickets by the words in them, accents and case aside", Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			h, err := a.look(c.Context())
			if err != nil {
				return err
			}
			defer h.close()
			list, err := h.store.Search(c.Context(), strings.Join(args, " "), limit)
			if err != nil {
				return failed(err)
			}
			return a.printTickets(c.Context(), h, list)
		}}
	c.Flags().IntVar(&limit, "limit", 50, "how many")
	return c
}
