package mailout

import (
	"slices"
	"testing"

	"buzon/store/desk"
	"buzon/templates"
)

// TestEveryNoticeHasItsWords holds templates and phrases, in every language, against the table of
// notices.
func TestEveryNoticeHasItsWords(t *testing.T) {
	t.Parallel()
	set, err := templates.Load("")
	if err != nil {
		t.Fatal(err)
	}
	var kinds []templates.Kind
	for _, n := range desk.Notices(nil) {
		kinds = append(kinds, templates.Kind(n))
	}
	if names := templates.Names(); !slices.Equal(names, kinds) {
		t.Errorf("there are texts of %v,\nand rows of %v", names, kinds)
	}
	if err := set.Check(); err != nil { // the other languages have what Spanish has
		t.Error(err)
	}
	said := func(table, key string) {
		t.Helper()
		if set.Phrase("es", table, key) == key {
			t.Errorf("es/phrases.toml has no %s in [%s]", key, table)
		}
	}
	for _, n := range desk.Notices(nil) {
		row := n.Trait()
		if !row.Lists && !row.Answers { // it may have to go with a list
			said("notice", string(n))
		}
		for _, b := range row.Buttons {
			said("button", string(b))
			if _, ok := written[b]; !ok && asked[b] == "" {
				t.Errorf("nothing is known of what the button %s writes", b)
			}
		}
	}
}

// TestRowsOfNotices holds what must be so whatever rows there will be.
func TestRowsOfNotices(t *testing.T) {
	t.Parallel()
	for _, n := range desk.Notices(nil) {
		switch row := n.Trait(); {
		case row.Answers && (row.Words || row.Files || row.Quotes > 0 || row.Speaks != desk.Silent):
			t.Errorf("%s answers a mail by itself and carries somebody's words", n)
		case row.Files && !row.Words, row.Quotes > 0 && !row.Words:
			t.Errorf("%s carries files or history, but not the words that they belong to", n)
		case row.Speaks != desk.Silent && (row.Agents || !row.Words):
			t.Errorf("%s speaks in an agent's name, but to no customer or without his words", n)
		case row.Inside && !row.Agents:
			t.Errorf("a customer gets %s, and his reply would stay among agents", n)
		}
	}
}
