package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"buzon/store/desk"
)

// naming is what the rows of the catalogues are called in the desk's language.
type naming struct {
	*desk.Catalogue
	language string
}

func (h *house) naming(ctx context.Context) (naming, error) {
	c, err := h.store.Catalogue(ctx)
	return naming{c, h.config.Language}, err
}

// of is the name of a row, "" for none.
func (n naming) of(id int64) string { return n.Name(id, n.language) }

func (n naming) orNull(id int64) *string {
	if id == 0 {
		return nil
	}
	name := n.of(id)
	return &name
}

// find is the row that a text names. The error lists what there is.
func (n naming) find(k desk.Kind, text string) (desk.Entry, error) {
	e, ok := n.Find(k, text)
	if ok {
		return e, nil
	}
	if list := n.Names(k, n.language); len(list) > 0 && len(list) <= 20 {
		return e, fmt.Errorf("there is no %s %q: there is %s", k, text, strings.Join(list, ", "))
	}
	return e, fmt.Errorf("there is no %s %q: see buzon %s list", k, text, k)
}

// only is the row that a text names, an error where several are called so.
func (n naming) only(k desk.Kind, text string) (desk.Entry, error) {
	e, err := n.find(k, text)
	if all := n.Called(k, text); err == nil && len(all) > 1 {
		if keyed, ok := n.Keyed(k, text); ok {
			return keyed, nil
		}
		err = fmt.Errorf("there are several called %q: say by its key which is meant: %s", text,
			strings.Join(n.keys(all), ", "))
	}
	return e, err
}

// keys are the keys of rows, each with whose it is.
func (n naming) keys(ids []int64) (list []string) {
	for _, id := range ids {
		e := n.Entry(id)
		whose := cmp.Or(n.of(e.Parent), "–")
		list = append(list, fmt.Sprintf("%s (%s)", e.Key, whose))
	}
	return list
}
