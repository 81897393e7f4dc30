package store

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"buzon/store/desk"
)

// A search that an update makes anew goes on where it was broken off, finds each item once, and
// says what takes so long.
func TestReindexGoesOn(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{})
	by := addPerson(t, s, desk.Customer, "carla@cliente.test")
	var want []int64
	for i := range 7 {
		k := openTicket(t, s, by, "x")
		addItem(t, s, k, by, fmt.Sprint("factura ", i))
		want = append([]int64{k.Number}, want...)
	}
	write(t, s, func(tx *Tx) error {
		_, err := tx.exec(ctx, "DELETE FROM search")
		check(t, err)
		_, err = tx.exec(ctx, beginReindex)
		return err
	})
	same(t, "before", len(numbers(t, s, everything, Query{Words: "factura"})), 0)
	db, read, err := s.dialect.open(ctx, s)
	check(t, err)
	defer db.Close()
	defer read.Close()
	done, all, err := s.reindexSome(ctx, db, 3)
	check(t, err)
	same(t, "broken off behind a piece", []int64{done, all}, []int64{3, 7})
	same(t, "meanwhile", numbers(t, s, everything, Query{Words: "factura"}), want[4:])

	var log bytes.Buffer
	again := open(t, dir, Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	same(t, "behind it", numbers(t, again, everything, Query{Words: "factura"}), want)
	same(t, "what is left to do", must(again.Fact(ctx, reindexKey))(t), "")
	if strings.Contains(log.String(), "anew") {
		t.Errorf("a short wait is told: %s", log.String())
	}
}

// What is left out of the question to the index is looked for in the texts.
func TestWordsThatStandEverywhere(t *testing.T) {
	for query, want := range map[string][2]string{
		`de factura`:            {"factura", " de "},
		`la de`:                 {"la", " de "},
		`factura de`:            {"factura", " de "},
		`de la que`:             {"que", " de , la "},
		`"por favor"`:           {joint + "por" + joint + "favor", " por favor "},
		`"por favor" impresora`: {joint + "por" + joint + "favor,impresora", " por favor "},
	} {
		terms, needles := parseWords(query).terms()
		same(t, query, [2]string{strings.Join(terms, ","), strings.Join(needles, ",")}, want)
	}
}
