package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"buzon/store/desk"
)

// entryJSON is the JSON of a row: its name in the desk's language, all its names, and what its
// flags are called.
func (n naming) entryJSON(e desk.Entry) map[string]any {
	row := map[string]any{"id": e.ID, "key": e.Key, "name": e.Name(n.language), "names": e.Names,
		"position": e.Position}
	for _, f := range flagsOf(e.Kind) {
		name := strings.ReplaceAll(f.name, "-", "_")
		switch {
		case f.get == nil:
		case f.many:
			if slices.Contains([]string{"domain", "choice"}, name) {
				name += "s"
			}
			row[name] = nonNil(f.get(n, e))
		default:
			row[name] = strings.Join(f.get(n, e), "")
		}
	}
	if e.Kind == desk.Canned {
		row["texts"] = e.Text
	}
	return row
}

func (a *app) entryShow(k desk.Kind) *cobra.Command {
	show := func(c *cobra.Command, h *house, n naming, e desk.Entry) error {
		return a.printEntry(c.Context(), h, n, e)
	}
	return a.withEntry(k, a.look, "show NAME", "Show one", show)
}

// printEntry shows a row with what has it.
func (a *app) printEntry(ctx context.Context, h *house, n naming, e desk.Entry) (err error) {
	row := n.entryJSON(e)
	if row["used"], err = h.store.Used(ctx, e); err != nil {
		return err
	}
	if err := h.addPeople(ctx, n, e, row); err != nil {
		return err
	}
	if a.json {
		return a.object(row)
	}
	facts(a.stdout, "Name", e.Name(n.language), "Key", e.Key)
	for _, language := range slices.Sorted(maps.Keys(e.Names)) {
		facts(a.stdout, "Name ("+language+")", e.Names[language])
	}
	for _, name := range slices.Sorted(maps.Keys(row)) {
		if !slices.Contains([]string{"id", "key", "name", "names"}, name) {
			facts(a.stdout, title(name), cell(row[name]))
		}
	}
	return nil
}

// addPeople adds those who hang on a row: who answers for it, members, followers; and what belongs
// to it.
func (h *house) addPeople(ctx context.Context, n naming, e desk.Entry, row map[string]any) error {
	p, err := h.store.Person(ctx, e.Agent)
	switch e.Kind {
	case desk.Products:
		row["agent"] = p.Address()
		row["modules"] = nonNil(desk.EntryNames(n.Within(desk.Modules, e.ID), n.language))
	case desk.Services:
		row["balance"], err = h.balance(ctx, e)
	case desk.Projects:
		row["followers"], err = addressesOf(h.store.ProjectFollowers(ctx, e.ID))
	case desk.Organisations:
		row["csm"] = p.Address()
		row["projects"] = nonNil(desk.EntryNames(n.Within(desk.Projects, e.ID), n.language))
		today, services := h.store.Now().In(h.location).Format(time.DateOnly), []string{}
		for _, s := range n.Within(desk.Services, e.ID) {
			if s.InForce(today) {
				services = append(services, s.Name(n.language))
			}
		}
		row["services"] = services
		row["members"], err = addressesOf(h.store.Members(ctx, e.ID))
	}
	return err
}

func addressesOf(list []desk.Person, err error) ([]string, error) {
	addresses := []string{}
	for _, p := range list {
		addresses = append(addresses, p.Address())
	}
	return addresses, err
}

func title(name string) string {
	return strings.ToUpper(name[:1]) + strings.ReplaceAll(name[1:], "_", " ")
}

func cell(value any) string {
	switch v := value.(type) {
	case []string:
		return strings.Join(v, ", ")
	case int:
		return strconv.Itoa(v)
	case map[string]string:
		var list []string
		for _, key := range slices.Sorted(maps.Keys(v)) {
			list = append(list, key+": "+v[key])
		}
		return strings.Join(list, "; ")
	}
	return fmt.Sprint(value)
}
