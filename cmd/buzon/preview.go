package main

import (
	"context"
	"fmt"
	"strings"

	"buzon/mailout"
	"buzon/store"
	"buzon/store/desk"
)

// previewRow is the JSON of a mail that customers would get.
type previewRow struct {
	To      []string `json:"to"`
	Subject string   `json:"subject"`
	Text    string   `json:"text"`
}

// foretell shows what customers would get of a deed, and does nothing.
func (a *app) foretell(ctx context.Context, h *house, n int64, d desk.Deed) error {
	var list []store.Preview
	err := h.store.Write(ctx, func(tx *store.Tx) (err error) {
		list, _, err = tx.Show(ctx, func() error {
			_, err := h.do(ctx, tx, n, d)
			return err
		})
		return err
	})
	if err != nil {
		return err
	}
	r := &mailout.Renderer{Store: h.store, Templates: h.templates, Mailboxes: h.boxes,
		Language: h.config.Language, Location: h.location}
	for _, p := range list {
		shown, err := r.Preview(ctx, p)
		if err != nil {
			return err
		}
		row := previewRow{Subject: shown.Mail.Subject, Text: shown.Mail.Text}
		for _, to := range p.To {
			row.To = append(row.To, to.Address())
		}
		if err := a.printPreview(row); err != nil {
			return err
		}
	}
	if len(list) == 0 && !a.json {
		fmt.Fprintln(a.stdout, "no customer would get anything")
	}
	return nil
}

func (a *app) printPreview(row previewRow) error {
	if a.json {
		return a.object(row)
	}
	for _, to := range row.To {
		fmt.Fprintln(a.stdout, "To:", safe(to))
	}
	_, err := fmt.Fprintf(a.stdout, "Subject: %s\n\n%s\n", safe(row.Subject),
		safeText(strings.TrimRight(row.Text, "\n")))
	return err
}
