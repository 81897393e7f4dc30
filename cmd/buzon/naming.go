package main

import (
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
