package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"buzon/store"
	"buzon/store/desk"
)

// catalogueAbout says what each catalogue is.
var catalogueAbout = map[desk.Kind]string{
	desk.Organisations: "Organisations: customers, their domains and people",
	desk.Products:      "Products",
	desk.Modules:       "Modules of products",
	desk.Projects:      "Projects, and who follows them",
	desk.Services:      "Services: contracts of organisations",
	desk.Types:         "Types of tickets",
	desk.Statuses:      "Statuses, each of a class that rules speak of; alone: how the desk is",
	desk.Severities:    "Severities by number, 1 being the worst",
	desk.ItemTypes:     "Types of items, and what follows from each",
	desk.Canned:        "Canned replies",
	desk.CustomFields:  "Fields of one's own",
}

// catalogue is `buzon product` and its likes: one command for all catalogues.
func (a *app) catalogue(k desk.Kind) *cobra.Command {
	c := &cobra.Command{Use: string(k), Short: catalogueAbout[k]}
	if k == desk.Statuses {
		c.Args, c.RunE = cobra.NoArgs, a.status
	}
	c.AddCommand(a.entryAdd(k), a.entryList(k), a.entryShow(k), a.entrySet(k), a.entryRemove(k))
	return c
}

// put writes a row, and what hangs on it.
func (h *house) put(ctx context.Context, change func(*entryWork) error) (e desk.Entry, err error) {
	err = h.store.Write(ctx, func(tx *store.Tx) error {
		c, err := tx.Catalogue(ctx)
		if err != nil {
			return err
		}
		w := &entryWork{tx: tx, naming: naming{c, h.config.Language}}
		if err := change(w); err != nil {
			return err
		}
		if err := h.checkOrganisation(w.Entry); err != nil {
			return err
		}
		if e, err = tx.Put(ctx, w.Entry); err != nil {
			return err
		}
		w.ID = e.ID
		for _, do := range w.later {
			if err := do(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	return e, err
}

// langKnown refuses a language of a canned reply that no template is in.
func (h *house) langKnown(language string) error {
	return among("lang", language, h.templates.Languages()...)
}

// checkOrganisation refuses a language or a profile that there is not.
func (h *house) checkOrganisation(e desk.Entry) error {
	if e.Kind != desk.Organisations {
		return nil
	}
	if err := h.checkLanguage(e.Language); err != nil {
		return err
	}
	profiles, err := h.config.profiles()
	if err != nil {
		return err
	}
	if _, ok := profiles.Named[e.Profile]; e.Profile != "" && !ok {
		return fmt.Errorf(
			"--profile: %q: there is no [[profile]] of this name in the configuration",
			e.Profile)
	}
	return nil
}

func (a *app) entryAdd(k desk.Kind) *cobra.Command {
	f := &entryForm{}
	c := &cobra.Command{Use: "add NAME", Short: "Add one", Args: cobra.ExactArgs(1)}
	c.RunE = func(c *cobra.Command, args []string) error {
		h, err := a.made(c.Context())
		if err != nil {
			return err
		}
		defer h.close()
		e, err := h.put(c.Context(), func(w *entryWork) error {
			w.Kind, f.name = k, args[0]
			return errors.Join(h.langKnown(f.language), f.apply(c, w))
		})
		return failed(a.entryWritten(c.Context(), h, e, err))
	}
	f.register(c, k)
	return c
}

// withEntry is a subcommand about one row of a catalogue.
func (a *app) withEntry(
	k desk.Kind, open opener, use, short string,
	f func(*cobra.Command, *house, naming, desk.Entry) error,
) *cobra.Command {
	c := &cobra.Command{Use: use, Short: short, Args: cobra.ExactArgs(1)}
	c.RunE = func(c *cobra.Command, args []string) error {
		h, err := open(c.Context())
		if err != nil {
			return err
		}
		defer h.close()
		n, err := h.naming(c.Context())
		if err != nil {
			return failed(err)
		}
		e, err := n.only(k, args[0])
		if err != nil {
			return failed(err)
		}
		return failed(f(c, h, n, e))
	}
	return c
}

// entryWritten shows a row that was just written, for programs.
func (a *app) entryWritten(ctx context.Context, h *house, e desk.Entry, err error) error {
	if err != nil || !a.json {
		return err
	}
	n, err := h.naming(ctx)
	if err != nil {
		return err
	}
	return a.printEntry(ctx, h, n, e)
}

func (a *app) entrySet(k desk.Kind) *cobra.Command {
	f := &entryForm{}
	change := func(c *cobra.Command, h *house, _ naming, e desk.Entry) error {
		said := false
		c.Flags().Visit(func(f *pflag.Flag) {
			said = said || c.InheritedFlags().Lookup(f.Name) == nil
		})
		if !said {
			return errors.New("nothing is to change: say what with a flag, see --help")
		}
		e, err := h.put(c.Context(), func(w *entryWork) error {
			if w.Entry = w.Catalogue.Entry(e.ID); w.ID == 0 || w.Removed {
				return fmt.Errorf("the %s has been removed meanwhile", k)
			}
			return errors.Join(h.langKnown(f.language), f.apply(c, w))
		})
		return a.entryWritten(c.Context(), h, e, err)
	}
	c := a.withEntry(k, a.existing, "set NAME", "Change one", change)
	f.register(c, k)
	c.Flags().StringVar(&f.name, "name", "", "new name")
	return c
}

func (a *app) entryRemove(k desk.Kind) *cobra.Command {
	var by string
	remove := func(c *cobra.Command, h *house, n naming, e desk.Entry) error {
		return h.store.Write(c.Context(), func(tx *store.Tx) error {
			fresh, err := tx.Catalogue(c.Context())
			if err != nil {
				return err
			}
			n.Catalogue = fresh
			return n.remove(c.Context(), tx, e, by)
		})
	}
	c := a.withEntry(k, a.existing, "remove NAME", "Remove one", remove)
	c.Flags().StringVar(&by, "replace-by", "", "what has it gets this one instead")
	return c
}

// remove takes a row out of its catalogue, if nothing has it or it is replaced.
func (n naming) remove(ctx context.Context, tx *store.Tx, e desk.Entry, by string) error {
	if err := n.Spare(e); err != nil {
		return err
	}
	other, err := n.replacement(e, by)
	if err != nil {
		return err
	}
	used, err := tx.Used(ctx, e)
	if err != nil {
		return err
	}
	if used > 0 && by == "" {
		return fmt.Errorf("%s is in use %s: say with --replace-by NAME which %s they get instead",
			n.of(e.ID), times(used), e.Kind)
	}
	return tx.Drop(ctx, e, other)
}

// replacement is the row that those get who have another, none where by is "".
func (n naming) replacement(e desk.Entry, by string) (other desk.Entry, err error) {
	if by == "" {
		return other, nil
	}
	other, err = n.only(e.Kind, by)
	switch {
	case err != nil:
	case other.ID == e.ID:
		err = fmt.Errorf("--replace-by: %s can't replace itself", n.of(e.ID))
	case other.Value != e.Value:
		err = fmt.Errorf("--replace-by: %s holds a %s, and %s a %s: want one of the same",
			n.of(other.ID), other.Value, n.of(e.ID), e.Value)
	case other.Class != e.Class:
		err = fmt.Errorf("--replace-by: %s is of the class %s, and %s of %s: "+
			"want one of the same class", n.of(other.ID), other.Class, n.of(e.ID), e.Class)
	default:
		if twin := n.Twin(e, other); twin.ID != 0 {
			err = fmt.Errorf("--replace-by: %s and %s have a %s %q each: rename or replace %s",
				n.of(e.ID), n.of(other.ID), twin.Kind, n.of(twin.ID), twin.Key)
		}
	}
	return other, err
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

func (a *app) entryList(k desk.Kind) *cobra.Command {
	c := &cobra.Command{Use: "list", Short: "List them", Args: cobra.NoArgs}
	c.RunE = func(c *cobra.Command, _ []string) error {
		return in(c.Context(), a.look, func(h *house) error {
			n, err := h.naming(c.Context())
			if err != nil {
				return failed(err)
			}
			return a.printEntries(n, k)
		})
	}
	return c
}

func (a *app) printEntries(n naming, k desk.Kind) error {
	head := []string{"NAME"}
	shown := slices.DeleteFunc(flagsOf(k), func(f entryFlag) bool { return f.get == nil })
	for _, f := range shown {
		head = append(head, strings.ToUpper(f.name))
	}
	return printAll(a, n.All(k), n.entryJSON, head, func(e desk.Entry) []string {
		row := []string{e.Name(n.language)}
		if k == desk.Severities {
			row[0] = e.Key + " " + row[0]
		}
		for _, f := range shown {
			row = append(row, cut(strings.Join(f.get(n, e), ", "), 60))
		}
		return row
	})
}
