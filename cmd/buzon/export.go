package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"

	"github.com/spf13/cobra"

	"buzon/mailout"
	"buzon/store"
	"buzon/store/desk"
)

// into writes a file, or standard output where none is named. A file that could not be written
// whole is taken away.
func (a *app) into(path string, write func(io.Writer) error) (err error) {
	if path == "" {
		return write(a.stdout)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		err = fmt.Errorf("%w: name another with --out", err)
	}
	if err != nil {
		return err
	}
	if err = errors.Join(write(f), f.Close()); err != nil {
		os.Remove(path)
	}
	return err
}

func (a *app) ticketExport() *cobra.Command {
	var mbox bool
	var out string
	c := about(a.look, "export N", "Write a ticket whole, as mails (--mbox) or as JSON (--json)",
		"ticket", "buzon ticket list --status all",
		func(ctx context.Context, h *house, n int64) (store.Row, error) { return h.row(ctx, n) },
		func(ctx context.Context, h *house, t store.Row) error {
			switch {
			case mbox == a.json:
				return exitError{exitUsage, errors.New("say in which form: --mbox or --json")}
			case mbox:
				return a.into(out, func(w io.Writer) error {
					return h.ticketMbox(ctx, w,
						t.Ticket)
				})
			}
			return a.into(out, func(w io.Writer) error { return h.ticketWhole(ctx, w, t) })
		})
	c.Flags().BoolVar(&mbox, "mbox", false, "its mails, as they came, in a file for mail programs")
	c.Flags().StringVar(&out, "out", "", "`FILE` that is made; empty: standard output")
	return c
}

// wholeTicket is the JSON of a ticket with its history.
type wholeTicket struct {
	ticketRow
	History []historyRow `json:"history"`
}

func (h *house) ticketWhole(ctx context.Context, w io.Writer, t store.Row) error {
	n, err := h.naming(ctx)
	if err != nil {
		return err
	}
	whole := wholeTicket{ticketRow: n.ticketJSON(t)}
	if err := h.addItems(ctx, n, &whole.ticketRow); err != nil {
		return err
	}
	list, err := h.store.Activities(ctx, t.Number)
	if err != nil {
		return err
	}
	if whole.History, err = h.history(ctx, n, list); err != nil {
		return err
	}
	return (&app{stdout: w}).object(whole)
}

// archivist is who sees all that is exported of a ticket.
var archivist = desk.Person{Role: desk.Admin, Active: true}

// ticketMbox writes the mails of a ticket as they came, and as mails what was written in another
// way.
func (h *house) ticketMbox(ctx context.Context, w io.Writer, t desk.Ticket) error {
	items, err := h.store.Items(ctx, t.Number)
	if err != nil {
		return err
	}
	box := mailout.NewMbox(w)
	for _, it := range items {
		var m store.Mail
		if it.Mail != 0 {
			if m, err = store.Optional(h.store.Mail(ctx, it.Mail)); err != nil {
				return err
			}
		}
		if m.ID != 0 {
			err = h.addRaw(ctx, box, m)
		} else {
			err = h.addItem(ctx, box, t, it, archivist)
		}
		if err != nil {
			return err
		}
	}
	return box.Flush()
}

func (h *house) addRaw(ctx context.Context, box *mailout.Mbox, m store.Mail) error {
	raw, err := h.store.OpenMail(ctx, m)
	if err != nil {
		return err
	}
	defer raw.Close()
	return box.Add(m.Received, raw.Reader())
}

func (h *house) addItem(ctx context.Context, box *mailout.Mbox, t desk.Ticket, it desk.Item,
	reader desk.Person) error {
	var mail bytes.Buffer
	r := mailout.Renderer{Store: h.store, Templates: h.templates, Mailboxes: h.boxes,
		Language: h.config.Language, Location: h.location}
	if err := r.ItemMail(ctx, &mail, t, it, reader); err != nil {
		return err
	}
	return box.Add(it.CreatedAt, &mail)
}

func (a *app) personExport() *cobra.Command {
	var out string
	export := func(c *cobra.Command, h *house, p desk.Person) error {
		if out == "" && terminal(a.stdout) {
			return exitError{
				exitUsage, errors.New("a zip file is no text: name one with --out FILE")}
		}
		return a.into(out, func(w io.Writer) error { return h.exportPerson(c.Context(), w, p) })
	}
	c := a.withPerson(a.look, "export ADDRESS",
		"Write all that a person has here into a zip file: data, tickets and mails", export)
	c.Long =
		"Writes a zip file of person.json, what the desk knows of a person; tickets.json, those " +
			"in which\nhe takes part, with what he may see of them; and mails.mbox, the mails " +
			"that he sent as they came,\nand what others wrote to him. Nothing that agents keep " +
			"among themselves is in it."
	c.Flags().StringVar(&out, "out", "", "`FILE` that is made; empty: standard output")
	return c
}

func (h *house) exportPerson(ctx context.Context, w io.Writer, p desk.Person) error {
	n, err := h.naming(ctx)
	if err != nil {
		return err
	}
	row, err := h.personJSON(ctx, n, p)
	if err != nil {
		return err
	}
	z := zip.NewWriter(w)
	mails, err := z.Create("mails.mbox")
	if err != nil {
		return err
	}
	tickets, err := h.personMbox(ctx, mails, n, p)
	if err != nil {
		return err
	}
	for _, f := range []struct {
		name string
		v    any
	}{{"person.json", row}, {"tickets.json", nonNil(tickets)}} {
		if err := zipJSON(z, f.name, f.v); err != nil {
			return err
		}
	}
	return z.Close()
}

func zipJSON(z *zip.Writer, name string, v any) error {
	to, err := z.Create(name)
	if err != nil {
		return err
	}
	e := json.NewEncoder(to)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// personMbox writes the mails of a person and what others wrote to him, and returns his tickets as
// he sees them.
func (h *house) personMbox(ctx context.Context, w io.Writer, n naming, p desk.Person) (
	list []ticketRow, err error) {
	box := mailout.NewMbox(w)
	if err := h.addWritten(ctx, box, p); err != nil {
		return nil, err
	}
	rows, sight, err := h.takesPart(ctx, p)
	if err != nil {
		return nil, err
	}
	for _, t := range rows {
		row, err := h.seenBy(ctx, n, sight, p, t)
		if err != nil {
			return nil, err
		}
		list = append(list, row)
		if err := h.addSeen(ctx, box, sight, t.Ticket, p); err != nil {
			return nil, err
		}
	}
	return list, box.Flush()
}

// addSeen writes the items that a person sees, but for the mails of his own.
func (h *house) addSeen(ctx context.Context, box *mailout.Mbox, sight desk.Sight, t desk.Ticket,
	p desk.Person) error {
	items, err := h.store.Items(ctx, t.Number)
	if err != nil {
		return err
	}
	for _, it := range items {
		if it.Author.ID == p.ID && it.Mail != 0 || !sight.Item(t, it) {
			continue
		}
		if err := h.addItem(ctx, box, t, it, p); err != nil {
			return err
		}
	}
	return nil
}

// addWritten adds the mails that a person wrote, as they came.
func (h *house) addWritten(ctx context.Context, box *mailout.Mbox, p desk.Person) error {
	for _, address := range p.Addresses {
		mails, err := h.store.Mails(ctx, store.MailFilter{From: address, Limit: math.MaxInt})
		if err != nil {
			return err
		}
		for _, m := range mails {
			if m.Sender != address {
				continue
			}
			if err := h.addRaw(ctx, box, m); err != nil {
				return fmt.Errorf("mail %d: %w", m.ID, err)
			}
		}
	}
	return nil
}

// takesPart are the tickets in which a customer takes part, with what he may see. An agent's are
// the desk's.
func (h *house) takesPart(ctx context.Context, p desk.Person) (
	list []store.Row, sight desk.Sight, err error) {
	if p.Agent() {
		return nil, sight, nil
	}
	p.Active = true
	if sight, err = h.store.Sight(ctx, p); err != nil {
		return nil, sight, err
	}
	there := map[int64]bool{}
	for _, q := range []store.Query{{Requester: p.ID}, {Controller: p.ID}, {Follower: p.ID}} {
		q.Status = "all"
		for more := true; more; {
			var page []store.Row
			if page, q.Before, err = h.store.Find(ctx, sight, q); err != nil {
				return nil, sight, err
			}
			for _, t := range page {
				if !there[t.Number] {
					there[t.Number], list = true, append(list, t)
				}
			}
			more = q.Before != 0
		}
	}
	return list, sight, nil
}
