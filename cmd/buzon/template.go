package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"buzon/store/desk"
	"buzon/templates"
)

func (a *app) template() *cobra.Command {
	c := &cobra.Command{Use: "template", Short: "The words and the looks of outgoing mail"}
	var ticket int64
	preview := &cobra.Command{Use: "preview DIR", Args: cobra.ExactArgs(1),
		Short: "Write mails of every kind in every language into a directory, to look at",
		Long: "Writes mails of every kind in every language into DIR: index.html shows them " +
			"light, dark and as on a telephone; each is there as text, HTML and .eml too. " +
			"They tell of sample data, or of a ticket. Nothing is sent.",
		RunE: func(c *cobra.Command, args []string) error {
			return a.preview(c.Context(), args[0], ticket)
		}}
	preview.Flags().Int64Var(&ticket, "ticket", 0, "tell of this ticket, where a kind is about one")
	c.AddCommand(
		&cobra.Command{Use: "list", Args: cobra.NoArgs, Short: "List kinds of mail and languages",
			RunE: func(*cobra.Command, []string) error { return a.listTemplates() }},
		&cobra.Command{Use: "export DIR", Args: cobra.ExactArgs(1),
			Short: "Write the texts that are in use into a directory, to change them there",
			Long: "Writes the texts that are in use into DIR. Remove from it what is to stay as " +
				"it is, and name it in the configuration: templates = \"DIR\".",
			RunE: func(_ *cobra.Command, args []string) error {
				return a.exportTemplates(args[0])
			}},
		preview,
		&cobra.Command{Use: "check", Args: cobra.NoArgs,
			Short: "Check the texts: names file and line, unknown fields, what is left to " +
				"translate, and HTML that some mail clients show otherwise",
			RunE: func(*cobra.Command, []string) error { return a.lintTemplates() }})
	return c
}

// templateRow is the JSON of a line of the list.
type templateRow struct {
	Kind      templates.Kind `json:"kind"`
	Languages []string       `json:"languages"`
}

func (a *app) listTemplates() error {
	_, set, _, err := a.texts()
	if err != nil {
		return err
	}
	for _, kind := range templates.Names() {
		row := templateRow{kind, set.Of(kind)}
		if a.json {
			a.object(row)
			continue
		}
		fmt.Fprintf(a.stdout, "%-22s %s\n", row.Kind, strings.Join(row.Languages, ", "))
	}
	return nil
}

// texts are the templates that the configuration names, and the directory of those of one's own.
func (a *app) texts() (c config, set *templates.Set, dir string, err error) {
	if c, err = a.config(); err != nil {
		return c, nil, "", err
	}
	_, dir = c.textsDir()
	_, set, err = c.words(templates.Load)
	return c, set, dir, failed(err)
}

func (a *app) exportTemplates(to string) error {
	_, _, dir, err := a.texts()
	if err != nil {
		return err
	}
	n, err := templates.Export(dir, to)
	if err != nil {
		return failed(err)
	}
	fmt.Fprintf(
		a.stdout, "%d files in %s. Change what you like, remove what is to stay, and write\n"+
			"templates = %q\ninto the configuration.\n", n, to, absolute(to))
	return nil
}

// lintTemplates prints everything that is wrong.
func (a *app) lintTemplates() error {
	_, set, _, err := a.texts()
	if err != nil {
		return err
	}
	f := &findings{app: a}
	f.report("texts", set.Check(), fmt.Sprintf("%d languages", len(set.Languages())))
	if f.wrong > 0 {
		return exitError{exitFailure, errors.New("some texts need a look")}
	}
	return nil
}

// preview writes the gallery of sample mails, or of those of a ticket.
func (a *app) preview(ctx context.Context, dir string, ticket int64) error {
	c, set, _, err := a.texts()
	if err != nil {
		return err
	}
	shown := templates.Samples
	if ticket != 0 {
		h, err := a.look(ctx)
		if err != nil {
			return err
		}
		defer h.close()
		if shown, err = h.samplesOf(ctx, ticket); err != nil {
			return failed(err)
		}
	}
	g := gallery{dir: dir, set: set, language: c.Language}
	if err := g.write(withMailboxes(shown, set.Mailboxes())); err != nil {
		return failed(err)
	}
	fmt.Fprintf(a.stdout, "%d mails: open %s in a browser\n", len(g.mails),
		filepath.Join(dir, "index.html"))
	return nil
}

// withMailboxes adds an answer from each mailbox that has a signature of its own.
func withMailboxes(samples func(language string) []templates.Sample,
	boxes []string) func(language string) []templates.Sample {
	return func(language string) []templates.Sample {
		list := samples(language)
		i := slices.IndexFunc(list, func(s templates.Sample) bool {
			return s.Kind == templates.Kind(desk.ItemNotice) && !s.View.ToAgent
		})
		for _, address := range boxes {
			if i >= 0 {
				s := list[i]
				s.Name, s.View.Desk.Address = s.Name+"-"+address, address
				list = append(list, s)
			}
		}
		return list
	}
}
