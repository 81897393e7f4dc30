package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"buzon/store"
	"buzon/store/desk"
)

// entryFlag is a flag of catalogues' add and set, and a column of their lists.
type entryFlag struct {
	name  string
	of    []desk.Kind
	about string
	many  bool
	get   func(n naming, e desk.Entry) []string
	set   setter
}

// setter gives a row the values of a flag, one of them where the flag is not repeatable.
type setter func(ctx context.Context, w *entryWork, values []string) error

// entryWork is a row that is being changed.
type entryWork struct {
	naming
	desk.Entry
	tx    *store.Tx
	later []func(context.Context) error // what is written behind the row, which has an id then
}

var entryFlags = []entryFlag{
	value("class", desk.Statuses, "open, queued, in_progress, waiting, resolved or closed",
		func(e *desk.Entry) *desk.Class { return &e.Class }),
	{"product", []desk.Kind{desk.Modules}, "whose module it is", false, parent,
		func(_ context.Context, w *entryWork, v []string) error {
			return w.belongs(desk.Products, v[0])
		}},
	{"organisation", []desk.Kind{desk.Projects, desk.Services},
		"whose it is; empty: everybody's", false, parent,
		func(_ context.Context, w *entryWork, v []string) error {
			return w.belongs(desk.Organisations, v[0])
		}},
	{"agent", []desk.Kind{desk.Products}, "who gets its new tickets; empty: the team", false, nil,
		func(ctx context.Context, w *entryWork, v []string) error {
			return w.person(ctx, v[0], desk.Person.Agent, "is no agent")
		}},
	{"csm", []desk.Kind{desk.Organisations},
		"address of who approves new people; empty: nobody must", false, nil,
		func(ctx context.Context, w *entryWork, v []string) error {
			return w.person(ctx, v[0], anybody, "")
		}},
	{"domain", []desk.Kind{desk.Organisations},
		"mail domain of its people (repeatable); empty: none", true,
		func(_ naming, e desk.Entry) []string { return e.Domains },
		func(_ context.Context, w *entryWork, v []string) error { return w.domains(v) }},
	value("language", desk.Organisations, "of its people, where their own is not known",
		func(e *desk.Entry) *string { return &e.Language }),
	value("profile", desk.Organisations, "what its people see, by a name of the configuration",
		func(e *desk.Entry) *string { return &e.Profile }),
	{"member", []desk.Kind{desk.Organisations},
		"address of one of its people (repeatable)", true, nil,
		func(ctx context.Context, w *entryWork, v []string) error {
			return w.members(ctx, v, true)
		}},
	{"drop-member", []desk.Kind{desk.Organisations},
		"address of who leaves it (repeatable)", true, nil,
		func(ctx context.Context, w *entryWork, v []string) error {
			return w.members(ctx, v, false)
		}},
	{"follower", []desk.Kind{desk.Projects}, "address of who follows it (repeatable)", true, nil,
		func(ctx context.Context, w *entryWork, v []string) error {
			return w.followers(ctx, v, w.tx.FollowProject)
		}},
	{"drop-follower", []desk.Kind{desk.Projects},
		"address of who follows it no more (repeatable)", true, nil,
		func(ctx context.Context, w *entryWork, v []string) error {
			return w.followers(ctx, v, w.tx.UnfollowProject)
		}},
	value("since", desk.Services, "first day, 2026-01-31; empty: always",
		func(e *desk.Entry) *string { return &e.Since }),
	value("until", desk.Services, "last day; empty: without end",
		func(e *desk.Entry) *string { return &e.Until }),
	value("rate", desk.Services, "what it costs, in words",
		func(e *desk.Entry) *string { return &e.Rate }),
	{"hours", []desk.Kind{desk.Services}, "hours of work that it has bought; empty: none", false,
		func(_ naming, e desk.Entry) []string { return figure(e.Bought, 60) },
		func(_ context.Context, w *entryWork, v []string) (err error) {
			if w.Bought, err = desk.ReadHours(v[0]); err != nil {
				err = fmt.Errorf("--hours: %w", err)
			}
			return err
		}},
	value("period", desk.Services, "for which it has them: month or year; empty: as long as it is",
		func(e *desk.Entry) *desk.Period { return &e.Period }),
	{"warn", []desk.Kind{desk.Services}, "percent of its hours at which it is told of; empty: 75",
		false, func(_ naming, e desk.Entry) []string { return figure(e.Warn, 1) },
		func(_ context.Context, w *entryWork, v []string) (err error) {
			if w.Warn = 0; v[0] != "" {
				w.Warn, err = strconv.Atoi(strings.TrimSuffix(v[0], "%"))
			}
			if err != nil || v[0] != "" && w.Warn == 0 {
				err = fmt.Errorf("--warn: %q: want percent from 1 to 99", v[0])
			}
			return err
		}},
	value("agent-class", desk.ItemTypes,
		"class of the ticket when an agent writes it; empty: stays",
		func(e *desk.Entry) *desk.Class { return &e.Follows.Agent }),
	value("customer-class", desk.ItemTypes, "likewise, when a customer writes it",
		func(e *desk.Entry) *desk.Class { return &e.Follows.Customer }),
	values("customer-from", desk.ItemTypes,
		"class from which customers move it (repeatable); empty: all",
		func(e *desk.Entry) *[]desk.Class { return &e.Follows.From }),
	value("assignee", desk.ItemTypes, "who owes the next action: "+
		"nobody, author, agent, requester, controller or product; empty: stays",
		func(e *desk.Entry) *desk.Side { return &e.Follows.Assignee }),
	{"takes", []desk.Kind{desk.ItemTypes}, "yes: an agent who writes it takes the ticket", false,
		func(_ naming, e desk.Entry) []string {
			if e.Follows.Takes {
				return []string{"yes"}
			}
			return nil
		},
		func(_ context.Context, w *entryWork, v []string) error {
			w.Follows.Takes = v[0] == "yes"
			return among("takes", v[0], "yes", "no")
		}},
	{"text", []desk.Kind{desk.Canned}, "what it says; empty: nothing in this language", false,
		func(n naming, e desk.Entry) []string { return []string{e.Text[n.language]} },
		func(_ context.Context, w *entryWork, v []string) error {
			if w.Text = with(w.Text, w.language, v[0]); strings.TrimSpace(v[0]) == "" {
				delete(w.Text, w.language)
			}
			return nil
		}},
	value("type", desk.CustomFields, "text, choice, date or number",
		func(e *desk.Entry) *desk.ValueType { return &e.Value }),
	values("choice", desk.CustomFields, "what may be chosen (repeatable)",
		func(e *desk.Entry) *[]string { return &e.Choices }),
	{"for", []desk.Kind{desk.CustomFields, desk.Services},
		"type or product whose tickets have it (repeatable); empty: all", true,
		func(n naming, e desk.Entry) (list []string) {
			for _, id := range e.Of {
				list = append(list, n.of(id))
			}
			return list
		},
		func(_ context.Context, w *entryWork, v []string) error { return w.limit(v) }},
}

// figure is a number in some unit, "" for 0.
func figure(n, unit int) []string {
	if n == 0 {
		return []string{""}
	}
	return []string{strconv.FormatFloat(float64(n)/float64(unit), 'f', -1, 64)}
}

// value is a flag that stands in the row as it is given.
func value[T ~string](name string, of desk.Kind, about string, at func(*desk.Entry) *T) entryFlag {
	return entryFlag{name, []desk.Kind{of}, about, false,
		func(_ naming, e desk.Entry) []string { return []string{string(*at(&e))} },
		func(_ context.Context, w *entryWork, v []string) error {
			*at(&w.Entry) = T(v[0])
			return nil
		}}
}

// values is likewise a repeatable one.
func values[T ~string](
	name string, of desk.Kind, about string, at func(*desk.Entry) *[]T,
) entryFlag {
	return entryFlag{name, []desk.Kind{of}, about, true,
		func(_ naming, e desk.Entry) []string { return converted[string](*at(&e)) },
		func(_ context.Context, w *entryWork, v []string) error {
			*at(&w.Entry) = converted[T](v)
			return nil
		}}
}

func converted[T, U ~string](values []U) (list []T) {
	for _, v := range values {
		list = append(list, T(v))
	}
	return list
}

// flagsOf are the flags of a catalogue.
func flagsOf(k desk.Kind) (list []entryFlag) {
	for _, f := range entryFlags {
		if slices.Contains(f.of, k) {
			list = append(list, f)
		}
	}
	return list
}

func parent(n naming, e desk.Entry) []string { return []string{n.of(e.Parent)} }

// lowered are values as they are compared; an empty one is none.
func lowered(values []string) (list []string) {
	for _, v := range values {
		for one := range strings.SplitSeq(v, ",") {
			if one = strings.ToLower(strings.TrimSpace(one)); one != "" {
				list = append(list, one)
			}
		}
	}
	return list
}

// domains sets the organisation's. Customers who write from them and have no organisation are its
// people.
func (w *entryWork) domains(values []string) error {
	w.Domains = lowered(values)
	w.later = append(w.later, func(ctx context.Context) error {
		return w.tx.Join(ctx, w.ID, w.Domains)
	})
	return nil
}

// belongs gives the row to another one; "" to none.
func (w *entryWork) belongs(k desk.Kind, name string) (err error) {
	w.Parent = 0
	if name != "" {
		var e desk.Entry
		e, err = w.find(k, name)
		w.Parent = e.ID
	}
	return err
}

// person sets who answers for the row; "" is nobody.
func (w *entryWork) person(
	ctx context.Context, address string, fits func(desk.Person) bool, otherwise string,
) error {
	w.Agent = 0
	if address == "" {
		return nil
	}
	p, err := named(ctx, w.tx.Reader, address)
	if err == nil && !fits(p) {
		err = fmt.Errorf("%s %s", address, otherwise)
	}
	w.Agent = p.ID
	return err
}

// members gives people to the organisation, or takes them out of it.
func (w *entryWork) members(ctx context.Context, addresses []string, in bool) error {
	return w.each(ctx, addresses, func(ctx context.Context, p desk.Person) error {
		return w.tx.ChangePerson(ctx, p.ID, func(q *desk.Person) {
			switch {
			case in:
				q.Organisation = w.ID
			case q.Organisation == w.ID:
				q.Organisation = 0
			}
		})
	})
}

func (w *entryWork) followers(
	ctx context.Context, addresses []string, change func(context.Context, int64, int64) error,
) error {
	return w.each(ctx, addresses, func(ctx context.Context, p desk.Person) error {
		return change(ctx, w.ID, p.ID)
	})
}

// each does something with people when the row is written.
func (w *entryWork) each(
	ctx context.Context, addresses []string, do func(context.Context, desk.Person) error,
) error {
	for _, address := range addresses {
		p, err := named(ctx, w.tx.Reader, address)
		if err != nil {
			return err
		}
		w.later = append(w.later, func(ctx context.Context) error { return do(ctx, p) })
	}
	return nil
}

// with is a map that has another value for a key; the old one stays as it is.
func with(old map[string]string, key, value string) map[string]string {
	m := map[string]string{}
	maps.Copy(m, old)
	m[key] = value
	return m
}

// limit has the field in the tickets of some types and products only.
func (w *entryWork) limit(names []string) error {
	w.Of = nil
	for _, name := range names {
		e, ok := w.Find(desk.Types, name)
		if !ok {
			e, ok = w.Find(desk.Products, name)
		}
		if !ok && name != "" {
			return fmt.Errorf("there is no type and no product %q: "+
				"see buzon type list, buzon product list", name)
		}
		if ok {
			w.Of = append(w.Of, e.ID)
		}
	}
	return nil
}
