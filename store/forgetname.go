package store

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"buzon/store/desk"
	"buzon/store/desk/lazy"
)

// A name stands in many texts that are not his: here it is found and taken out.

// namesOf matches what names a person: his addresses, and his name with any blanks, also turned
// round as lists have it.
func namesOf(p desk.Person) *regexp.Regexp {
	var forms []string
	for _, a := range p.Addresses {
		forms = append(forms, regexp.QuoteMeta(a))
	}
	if words := strings.Fields(p.Name); len(words) > 0 && utf8.RuneCountInString(p.Name) >= 3 {
		for i, w := range words {
			words[i] = regexp.QuoteMeta(w)
		}
		forms = append(forms, strings.Join(words, `\s+`))
		if n := len(words); n > 1 {
			forms = append(forms, strings.Join(words[1:], `\s+`)+`,?\s+`+words[0])
		}
	}
	return anyOf(forms)
}

// anyOf matches any of some expressions, whatever their case; nothing where there are none.
func anyOf(forms []string) *regexp.Regexp {
	if forms == nil {
		return regexp.MustCompile(`$^`)
	}
	return regexp.MustCompile(`(?i)` + strings.Join(forms, "|"))
}

// firstNames matches a word of a name by itself: in the tickets in which he took part «Hola
// Carla» is he.
func firstNames(p desk.Person) *regexp.Regexp {
	var words []string
	for _, w := range strings.Fields(p.Name) {
		if utf8.RuneCountInString(w) >= 3 {
			words = append(words, regexp.QuoteMeta(w))
		}
	}
	if words == nil {
		return regexp.MustCompile(`$^`)
	}
	return regexp.MustCompile(`(?i)^(?:` + strings.Join(words, "|") + `)$`)
}

// withoutWords puts Nameless in the place of the words that match.
func withoutWords(words *regexp.Regexp, text string) string {
	return wordOfText.ReplaceAllStringFunc(text, func(word string) string {
		if words.MatchString(word) {
			return Nameless
		}
		return word
	})
}

var wordOfText = lazy.Compile(`[\pL\pN\pM]+`)

// named takes his name and his addresses out of every text of every table.
func (f *forgetting) named(ctx context.Context) error {
	keys := map[string]string{}
	columns := map[string][]string{}
	var tables []string
	err := f.rows(ctx, f.dialect.tables, nil, func(rows *sql.Rows) error {
		var table, column string
		err := rows.Scan(&table, &column)
		if columns[table] == nil {
			tables = append(tables, table)
		}
		if columns[table] = append(columns[table], column); column == "id" ||
			table == "ticket" && column == "number" {
			keys[table] = column
		}
		return err
	})
	for _, table := range tables {
		if slices.Contains([]string{"blob", "meta", "address"}, table) {
			continue
		}
		for _, column := range columns[table] {
			if err == nil {
				err = f.rename(ctx, table, column, keys[table])
			}
		}
	}
	return err
}

// rename is named for one column. Rows are changed by their key or, where there is none, by what
// they hold.
func (f *forgetting) rename(ctx context.Context, table, column, key string) error {
	type value struct{ at, text string }
	where, a := f.mentions(column)
	if where == "" {
		return nil
	}
	as := fmt.Sprintf("CAST(%s AS TEXT)", column)
	by := as
	if key != "" {
		by = fmt.Sprintf("CAST(%s AS TEXT)", key)
	}
	found, err := several(ctx, f.statements,
		fmt.Sprintf("SELECT DISTINCT %s, %s FROM %s WHERE %s", by, as, table, where), a,
		func(v *value) []any { return []any{&v.at, &v.text} })
	for _, v := range found {
		text := f.names.ReplaceAllLiteralString(v.text, Nameless)
		if err != nil || text == v.text {
			continue
		}
		f.touched(table, column, v.at)
		err = f.write(ctx, fmt.Sprintf("UPDATE %s SET %s = $1 WHERE %s = $2", table, column, by),
			text, v.at)
	}
	return err
}

// touched notes whose words for the search, and which originals, go with a text that named him.
func (f *forgetting) touched(table, column, at string) {
	var id int64
	fmt.Sscan(at, &id)
	switch {
	case table == "item":
		f.items = append(f.items, id)
	case table == "journal" && column != "reason":
		f.mails = append(f.mails, id)
	}
}

// mentions is the condition that a column may name him. Engines fold ASCII alike and other letters
// not, so that these are looked for as he writes them, and in either case.
func (f *forgetting) mentions(column string) (where string, a []any) {
	var list []string
	add := func(text string) {
		for _, form := range []string{text, strings.ToLower(text), strings.ToUpper(text)} {
			form = strings.Map(lowerASCII, form)
			form = "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(form) + "%"
			if !slices.Contains(a, any(form)) {
				a = append(a, form)
				list = append(list, fmt.Sprintf(`lower(CAST(%s AS TEXT)) LIKE $%d ESCAPE '\'`,
					column, len(a)))
			}
		}
	}
	for _, address := range f.p.Addresses {
		add(address)
	}
	if words := strings.Fields(f.p.Name); len(words) > 0 {
		add(words[0])
	}
	return strings.Join(list, " OR "), a
}

func lowerASCII(r rune) rune {
	if 'A' <= r && r <= 'Z' {
		return r + 'a' - 'A'
	}
	return r
}
