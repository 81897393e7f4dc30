package mailout

import (
	"context"
	"slices"
	"strconv"

	"buzon/store"
	"buzon/store/desk"
	"buzon/templates"
)

const (
	digestWords = 1500 // characters of what somebody wrote
	digestCases = 100  // that are told of one by one
)

// digest is what was kept for its reader, by cases: what he may see of it when it goes.
func (w *answering) digest(ctx context.Context) error {
	w.to.Of = w.Templates.Day(w.Store.Now().In(w.m.clock(w.Renderer)), w.m.to.Language)
	var numbers []int64
	news := map[int64][]store.Carried{}
	for _, c := range w.m.carries {
		if c.Ticket == 0 {
			w.aside(c)
			continue
		}
		if news[c.Ticket] = append(news[c.Ticket], c); len(news[c.Ticket]) == 1 {
			numbers = append(numbers, c.Ticket)
		}
	}
	told, section := len(w.m.carries), templates.Section{}
	for _, n := range numbers[:min(len(numbers), digestCases)] {
		line, ok, err := w.told(ctx, n, news[n])
		if err != nil {
			return err
		}
		if ok {
			section.Cases = append(section.Cases, line)
		} else { // what he does not see is not counted either
			told -= len(news[n])
		}
	}
	w.say("digest_intro", told, "")
	w.to.Sections = append(w.to.Sections, section)
	if more := len(numbers) - digestCases; more > 0 {
		w.last("digest_more", more, "")
	}
	w.last("digest_how", 0, "")
	w.button("my_tickets", desk.Query{About: desk.MyCases})
	w.button("my_data", desk.Query{About: desk.MyData})
	return nil
}

// told is a case with what is new in it.
func (w *answering) told(ctx context.Context, number int64, news []store.Carried) (
	line templates.CaseLine, ok bool, err error) {
	row, ok, err := w.find(ctx, number)
	if err != nil || !ok {
		return line, false, err
	}
	line = w.line(row.Ticket)
	for _, c := range news {
		shown := templates.AnswerItem{At: c.At.In(w.m.clock(w.Renderer)),
			Type: w.Templates.Phrase(w.m.to.Language, "notice", string(c.Kind))}
		if c.Kind.Trait().Words && c.Item != 0 {
			it, err := store.Optional(w.Store.Item(ctx, c.Ticket, c.Item))
			if err != nil {
				return line, false, err
			}
			if it.Number == 0 || !w.m.sight.Item(row.Ticket, it) {
				continue
			}
			said := shown.Type
			shown = w.item(it, digestWords)
			if shown.Type = said; it.Orders {
				shown.Text = ""
			}
		}
		if shown.Inside || c.Kind.Trait().Inside { // a click would answer the customer
			line.Reply = ""
		}
		line.Items = append(line.Items, shown)
	}
	return line, len(line.Items) > 0, nil
}

// aside is what was kept about no case.
func (w *answering) aside(c store.Carried) {
	said := duty(w.Templates.Phrase(w.m.to.Language, "notice", string(c.Kind)),
		numbered(c.Mail), headerLine(c.Subject, longestName))
	i := slices.IndexFunc(w.to.Listings,
		func(l templates.Listing) bool { return l.Key == "digest_aside" })
	if i < 0 {
		i = len(w.to.Listings)
		w.to.Listings = append(w.to.Listings, templates.Listing{Key: "digest_aside"})
	}
	w.to.Listings[i].Count++
	w.to.Listings[i].Lines = append(w.to.Listings[i].Lines, said)
}

func numbered(mail int64) string {
	if mail == 0 {
		return ""
	}
	return strconv.FormatInt(mail, 10)
}
