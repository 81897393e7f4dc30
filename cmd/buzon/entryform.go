package main

import (
	"strings"

	"github.com/spf13/cobra"

	"buzon/store/desk"
)

// entryForm is what add and set are given.
type entryForm struct {
	name, language string
	names          map[string]*string
	position       int
	values         map[string]*string
	lists          map[string]*[]string
}

func (f *entryForm) register(c *cobra.Command, k desk.Kind) {
	f.names, f.values, f.lists = map[string]*string{}, map[string]*string{}, map[string]*[]string{}
	for _, language := range []string{"es", "en"} {
		f.names[language] = c.Flags().String("name-"+language, "", "name in this language")
	}
	c.Flags().IntVar(&f.position, "position", 0, "place in lists; of a severity, its number")
	for _, flag := range flagsOf(k) {
		if flag.many {
			f.lists[flag.name] = c.Flags().StringArray(flag.name, nil, flag.about)
		} else {
			f.values[flag.name] = c.Flags().String(flag.name, "", flag.about)
		}
	}
	if k == desk.Canned {
		c.Flags().StringVar(&f.language, "lang", "", "language of --text; empty: the desk's")
	}
}

// apply gives a row what the command line says.
func (f *entryForm) apply(c *cobra.Command, w *entryWork) error {
	for language, name := range f.names {
		if c.Flags().Changed("name-" + language) {
			w.Names = with(w.Names, language, strings.TrimSpace(*name))
		}
	}
	if f.name != "" || c.Flags().Changed("name") {
		w.Names = with(w.Names, w.language, strings.TrimSpace(f.name))
	}
	if c.Flags().Changed("position") {
		w.Position = f.position
	}
	if f.language != "" {
		w.language = f.language
	}
	return f.applyFields(c, w)
}

// applyFields gives it what is particular about its kind.
func (f *entryForm) applyFields(c *cobra.Command, w *entryWork) error {
	for _, flag := range flagsOf(w.Kind) {
		if !c.Flags().Changed(flag.name) {
			continue
		}
		values := []string{}
		if flag.many {
			values = *f.lists[flag.name]
		} else {
			values = append(values, *f.values[flag.name])
		}
		if err := flag.set(c.Context(), w, values); err != nil {
			return err
		}
	}
	return nil
}
