package desk

import (
	_ "embed"
	"fmt"
	"sync"

	"github.com/pelletier/go-toml/v2"
)

// The rows that a new desk begins with: what follows from them, and what they are called in each
// language.
var (
	//go:embed catalogue.toml
	shippedRows string
	//go:embed catalogue_es.toml
	shippedES string
	//go:embed catalogue_en.toml
	shippedEN string
)

// Shipped are the rows with which a desk begins, without ids. All share them: change a copy.
var Shipped = sync.OnceValue(func() []Entry {
	list, err := shipped(shippedRows, map[string]string{"es": shippedES, "en": shippedEN})
	if err != nil {
		panic(err) // a test reads them
	}
	return list
})

// shippedRow is a row as catalogue.toml writes it.
type shippedRow struct {
	Key     string
	Class   Class
	Follows Follows
}

func shipped(rows string, names map[string]string) (list []Entry, err error) {
	var tables map[Kind][]shippedRow
	if err := toml.Unmarshal([]byte(rows), &tables); err != nil {
		return nil, fmt.Errorf("catalogue.toml: %w", err)
	}
	called := map[string]map[Kind]map[string]string{}
	for language, text := range names {
		var list map[Kind]map[string]string
		if err := toml.Unmarshal([]byte(text), &list); err != nil {
			return nil, fmt.Errorf("catalogue_%s.toml: %w", language, err)
		}
		called[language] = list
	}
	for _, k := range Kinds {
		for i, r := range tables[k] {
			e := Entry{Kind: k, Key: r.Key, Position: i + 1, Class: r.Class, Follows: r.Follows}
			e.Names = map[string]string{}
			for language := range names {
				if e.Names[language] = called[language][k][r.Key]; e.Names[language] == "" {
					return nil, fmt.Errorf("catalogue_%s.toml: %s %q has no name",
						language, k, r.Key)
				}
			}
			list = append(list, e)
		}
	}
	return list, nil
}
