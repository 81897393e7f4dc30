package mailout

import (
	"context"
	"strings"

	"buzon/store/desk"
	"buzon/templates"
)

// contracts adds the balance of an organisation's contracts that the reader may see.
func (w *answering) contracts(ctx context.Context, organisation int64) error {
	for _, e := range w.m.catalogue.Contracts(organisation, w.Store.Now().In(w.Location)) {
		d, ok, err := w.hours(ctx, w.m, e)
		if err != nil {
			return err
		}
		if ok {
			w.to.Facts = append(w.to.Facts, d)
		}
	}
	return nil
}

// hours is how much of its hours a contract has left, where the reader of a mail may see that.
func (r *Renderer) hours(ctx context.Context, m *matter, contract desk.Entry) (
	d templates.Detail, ok bool, err error) {
	if contract.Bought == 0 || !m.sight.Hours(contract, m.box.Address) {
		return d, false, nil
	}
	b, ok, err := r.Store.Balance(ctx, contract, r.Store.Now().In(r.Location))
	if err != nil || !ok {
		return d, false, err
	}
	key := "hours"
	if b.Left() < 0 {
		key = "hours_over"
	}
	until := ""
	if !b.To.IsZero() {
		until = r.Templates.Near(b.To.AddDate(0, 0, -1), b.From, m.to.Language)
		key += "_until"
	}
	value := strings.NewReplacer("{spent}", desk.Spent(b.Spent), "{bought}",
		desk.Spent(b.Bought), "{left}", desk.Spent(max(b.Left(), -b.Left())), "{until}", until).Replace(
		r.Templates.Phrase(m.to.Language, "answer", key))
	return templates.Detail{Key: "hours", Value: contract.Name(m.to.Language) + ": " + value},
		true, nil
}

// contract is what a notice says of one, as it was then.
func (m *matter) contract(v *templates.View, r *Renderer) {
	h := m.o.Details.Hours
	if h == nil {
		return
	}
	e := m.catalogue.Entry(h.Contract)
	v.Contract = templates.Contract{Name: e.Name(m.to.Language),
		Organisation: m.named(e.Parent), Spent: desk.Spent(h.Spent),
		Bought: desk.Spent(h.Bought), Left: desk.Spent(max(0, h.Bought-h.Spent)), Renews: h.Renews}
	if ends := m.o.Details.Ends; !ends.IsZero() {
		v.Contract.Until = r.Templates.Near(ends.In(r.Location).AddDate(0, 0, -1),
			m.o.Created.In(r.Location), m.to.Language)
	}
}
