package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
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
	c.AddCommand(a.ticketList(), a.ticketShow(), a.ticketSearch(), a.ticketHistory(),
		a.ticketOpen(), a.ticketExport())
	for _, d := range deeds {
		c.AddCommand(a.deed(d))
	}
	return c
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
	Progress       int          `json:"progress"` // per cent
	DueAt          *string      `json:"due_at"`   // a day
	Tags           []string     `json:"tags"`
	StateLine      string       `json:"state_line"` // how it stands, in one line
	TimeMinutes    int          `json:"time_minutes"`
	Offer          string       `json:"offer,omitempty"` // that its customer has not accepted yet
	Fields         fieldValues  `json:"fields"`          // of one's own, by name
	CreatedAt      *string      `json:"created_at"`
	UpdatedAt      *string      `json:"updated_at"`
	ClosedAt       *string      `json:"closed_at"`
	Links          []store.Link `json:"links"`
	Followers      []string     `json:"followers"`
	Items          []itemRow    `json:"items,omitzero"`    // of ticket show, as is all below
	NotTold        []untoldRow  `json:"not_told,omitzero"` // who did not hear of something, and why
	Alerts         []alertRow   `json:"alerts,omitempty"`  // of monitoring systems
	Time           []timeRow    `json:"time,omitzero"`     // the time sheet
	Clocks         []clockRow   `json:"clocks,omitzero"`   // promised times, and a law's
}

type clockRow struct {
	Kind    string  `json:"kind"`
	BeganAt *string `json:"began_at"`
	Running bool    `json:"running"`
	DueAt   *string `json:"due_at"` // null: it stands still, has ended, or nothing is promised
	EndedAt *string `json:"ended_at"`
	Late    bool    `json:"late"`
}

type timeRow struct {
	Person  string `json:"person"`
	Minutes int    `json:"minutes"`
	Why     string `json:"why"`
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
	Seen        desk.Seen         `json:"seen,omitzero"` // what agents are shown beside the words

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

// ticketJSON is a ticket without its items.
func (n naming) ticketJSON(t store.Row) ticketRow {
	row := ticketRow{Number: t.Number, Subject: t.Subject, Status: n.of(t.Status),
		StatusClass: string(t.Class), Severity: t.Severity, ProductionDown: t.ProductionDown,
		Unverified: t.Unverified, Type: n.of(t.Type), Mailbox: t.Mailbox,
		Requester: t.Requester.Address(), Controller: t.Controller.Address(),
		Assignee: address(t.Assignee), Agent: address(t.Agent), Product: n.of(t.Product),
		Module: n.of(t.Module), Project: n.of(t.Project), Service: n.of(t.Service),
		Progress: t.Progress, DueAt: stamp(t.DueAt), Tags: nonNil(t.Tags), StateLine: t.State,
		TimeMinutes: t.Minutes, Offer: t.Offer,
		Organisation: n.orNull(t.Requester.Organisation), CreatedAt: stamp(t.CreatedAt),
		UpdatedAt: stamp(t.UpdatedAt), ClosedAt: stamp(t.ClosedAt), Links: nonNil(t.Links),
		Followers: []string{}, Fields: n.own(t.Ticket)}
	for _, p := range t.Followers {
		row.Followers = append(row.Followers, p.Address())
	}
	return row
}

// addItems fills in what a list of tickets leaves out.
func (h *house) addItems(ctx context.Context, n naming, row *ticketRow) (err error) {
	row.Items = []itemRow{}
	if row.NotTold, err = h.notTold(ctx, row.Number); err != nil {
		return err
	}
	if err := h.addTimes(ctx, row); err != nil {
		return err
	}
	list, err := h.store.Items(ctx, row.Number)
	if err != nil {
		return err
	}
	deliveries, err := h.store.Deliveries(ctx, row.Number)
	if err != nil {
		return err
	}
	for _, it := range list {
		r := n.itemJSON(it)
		r.add(deliveries[it.Number])
		row.Items = append(row.Items, r)
	}
	return nil
}

func (r *itemRow) add(deliveries []store.Outgoing) {
	for _, d := range deliveries {
		o := outgoingJSON(d)
		r.Deliveries = append(r.Deliveries,
			deliveryRow{o.To, o.State, o.LastReply, o.ID, o.Kind, o.NextAt, d})
	}
}

// notTold lists whom nobody told of a ticket, and of whom a cap holds back what he is told.
func (h *house) notTold(ctx context.Context, ticket int64) ([]untoldRow, error) {
	list := []untoldRow{}
	history, err := h.store.Activities(ctx, ticket)
	if err != nil {
		return nil, err
	}
	for _, c := range history {
		if c.What == "not_told" {
			list = append(list, untold(c))
		}
	}
	held, err := h.store.Outbox(ctx,
		store.OutboxFilter{Ticket: ticket, State: store.Held, Limit: math.MaxInt32})
	for _, o := range slices.Backward(held) { // the oldest first
		if o.Capped() {
			list = append(list, withheld(o))
		}
	}
	return list, err
}

// addTimes adds the hours worked, the clocks and the alerts of a ticket.
func (h *house) addTimes(ctx context.Context, row *ticketRow) error {
	work, err := h.store.Work(ctx, row.Number)
	if err != nil {
		return err
	}
	row.Time = []timeRow{}
	for _, e := range work {
		row.Time = append(row.Time, timeRow{e.Person.Address(), e.Minutes, e.Why})
	}
	return cmp.Or(h.addClocks(ctx, row), h.addAlerts(ctx, row))
}

func (h *house) addClocks(ctx context.Context, row *ticketRow) error {
	running, err := h.store.Clocks(ctx, row.Number)
	row.Clocks = []clockRow{}
	for _, c := range running {
		row.Clocks = append(row.Clocks, clockRow{Kind: string(c.Kind), BeganAt: stamp(c.Began),
			Running: !c.Since.IsZero() && c.Ended.IsZero(), DueAt: stamp(c.Due),
			EndedAt: stamp(c.Ended), Late: c.Late(h.store.Now())})
	}
	return err
}

func (h *house) addAlerts(ctx context.Context, row *ticketRow) error {
	watched, err := h.store.AlertsOf(ctx, row.Number)
	row.Alerts = []alertRow{}
	for _, w := range watched {
		row.Alerts = append(row.Alerts, alertJSON(w))
	}
	return err
}

func (n naming) itemJSON(it desk.Item) itemRow {
	return itemRow{Number: it.Number, Type: n.ItemName(it.Type, n.language),
		Author: cmp.Or(it.Author.Address(), it.Via), Visibility: string(it.Visibility),
		State: string(it.State), CreatedAt: stamp(it.CreatedAt), Text: it.Text, Quoted: it.Quoted,
		MessageID: it.MessageID, Mail: orNull(it.Mail), Via: it.Via, Subject: it.Subject,
		Attachments: nonNil(it.Attachments), Deliveries: []deliveryRow{}, created: it.CreatedAt}
}

func address(p desk.Person) *string {
	if p.ID == 0 {
		return nil
	}
	a := p.Address()
	return &a
}

func (a *app) ticketShow() *cobra.Command {
	return about(a.look, "show N", "Show a ticket with its items", "ticket",
		"buzon ticket list --status all",
		func(ctx context.Context, h *house, n int64) (store.Row, error) {
			return h.row(ctx, n)
		}, a.showTicket)
}

// row is a ticket with the names that a list has.
func (h *house) row(ctx context.Context, n int64) (row store.Row, err error) {
	page, _, err := h.store.Find(ctx, everything, store.Query{Numbers: []int64{n}})
	if err != nil || len(page) == 0 {
		return row, cmp.Or(err, store.ErrNotFound)
	}
	return page[0], nil
}

// showTicket prints all that is known of a ticket.
func (a *app) showTicket(ctx context.Context, h *house, t store.Row) error {
	n, err := h.naming(ctx)
	if err != nil {
		return err
	}
	row := n.ticketJSON(t)
	if err := h.addItems(ctx, n, &row); err != nil {
		return err
	}
	return a.printTicket(n, t.Ticket, row)
}

// fieldValues are what fields of one's own have, by their names.
type fieldValues map[string]string

func (n naming) own(t desk.Ticket) fieldValues {
	values := fieldValues{}
	for id, value := range t.Custom {
		values[n.of(id)] = value
	}
	return values
}

// known are the ticket's fields, but for the people in it.
func (n naming) known(t desk.Ticket) (pairs []string) {
	for _, f := range desk.Fields {
		if value := f.Get(n.Catalogue, &t, n.language); !f.Person && value != "0" {
			pairs = append(pairs, strings.ToUpper(f.Key[:1])+f.Key[1:], value)
		}
	}
	own := n.own(t)
	for _, name := range slices.Sorted(maps.Keys(own)) {
		pairs = append(pairs, name, own[name])
	}
	return pairs
}

func (row ticketRow) links() string {
	var list []string
	for _, l := range row.Links {
		list = append(list, fmt.Sprintf("%s %d", l.Kind, l.Ticket))
	}
	return strings.Join(list, ", ")
}

func (a *app) printTicket(n naming, t desk.Ticket, row ticketRow) error {
	if a.json {
		return a.object(row)
	}
	facts(a.stdout, slices.Concat([]string{"Ticket", fmt.Sprint(row.Number)}, n.known(t), []string{
		"Requester", row.Requester, "Controller", row.Controller,
		"Assignee", deref(row.Assignee), "Agent", deref(row.Agent),
		"Followers", strings.Join(row.Followers, ", "), "Links", row.links(),
		"Created", a.clock(t.CreatedAt), "Updated", a.clock(t.UpdatedAt),
		"Closed", a.clock(t.ClosedAt),
	})...)
	if row.ProductionDown {
		facts(a.stdout, "Alarm", "production down")
	}
	for _, w := range row.Alerts {
		facts(a.stdout, "Alert", w.words(a.clock))
	}
	for _, it := range row.Items {
		a.printItem(row.Number, it)
	}
	a.printBelow(row)
	return nil
}

func (a *app) printItem(ticket int64, it itemRow) {
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
	fmt.Fprintf(a.stdout, "\n── %d-%d  %s%s, %s, %s\n%s\n", ticket, it.Number, it.Type,
		mark, author, a.clock(it.created), safeText(it.Text))
	for _, at := range it.Attachments {
		fmt.Fprintf(a.stdout, "   %s (%s, %d bytes)\n",
			safe(at.Filename), safe(at.ContentType), at.Size)
	}
	for _, d := range it.Deliveries {
		fmt.Fprintf(a.stdout, "   → %s (%s): %s\n", safe(d.To), d.Kind, safe(a.howFar(d.mail)))
	}
}

// printBelow prints what stands below the items: the time spent, and who was not told of one.
func (a *app) printBelow(row ticketRow) {
	for i, e := range row.Time {
		if i == 0 {
			fmt.Fprintf(a.stdout, "\nTime: %s\n", desk.Spent(row.TimeMinutes))
		}
		fmt.Fprintf(a.stdout, "   %s  %s  %s\n", safe(e.Person), desk.Spent(e.Minutes), safe(e.Why))
	}
	for i, u := range row.NotTold {
		if i == 0 {
			fmt.Fprintln(a.stdout, "\nNot told:")
		}
		fmt.Fprintf(a.stdout, "   %s  %s\n", a.clock(u.at), u.words(a.clock))
	}
}
