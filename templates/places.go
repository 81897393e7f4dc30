package templates

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"buzon/store/desk/lazy"
)

// places are where a phrase is filled in: {name}.
var places = lazy.Compile(`\{[a-z]+\}`)

// filledIn reports a phrase of an administrator's that has a place which nobody fills in, or lacks
// the one that tells what it is about: readers would see the braces, or not learn it.
func (f sources) filledIn(code string, given *phrases) error {
	own, theirs := f.own[fallback+"/"+phrasesFile], f.theirs[code+"/"+phrasesFile]
	if theirs.name == "" {
		return nil
	}
	ours, err := readPhrases([]source{own})
	if err != nil {
		return err
	}
	ourTables, tables := ours.all(), given.all()
	for _, table := range slices.Sorted(maps.Keys(tables)) {
		for _, key := range slices.Sorted(maps.Keys(tables[table])) {
			phrase, pattern := tables[table][key], ourTables[table][key]
			if phrase == "" || pattern == "" {
				continue
			}
			has, wants := placesOf(phrase), placesOf(pattern)
			if table == "date" {
				wants = strings.Fields("{weekday} {day} {month} {year} {time} {date} {name}")
			}
			for _, p := range has {
				if !slices.Contains(wants, p) {
					return fmt.Errorf("%s: nothing is filled in for %s: there is %s",
						theirs.at(table, key), p, strings.Join(wants, ", "))
				}
			}
			if len(has) == 0 && len(wants) > 0 && table != "date" {
				return fmt.Errorf("%s: it lacks %s", theirs.at(table, key),
					strings.Join(wants, ", "))
			}
		}
	}
	return nil
}

func placesOf(phrase string) []string { return places.FindAllString(phrase, -1) }

// all are the phrases with the patterns of dates as a table of their own.
func (p *phrases) all() map[string]map[string]string {
	all, d := p.tables(), reflect.ValueOf(p.Date)
	all["date"] = map[string]string{}
	for i := range d.NumField() {
		if s, is := d.Field(i).Interface().(string); is {
			all["date"][d.Type().Field(i).Tag.Get("toml")] = s
		}
	}
	return all
}

// at is where a phrases.toml has a key: file and line.
func (s source) at(table, key string) string {
	within := ""
	for i, line := range strings.Split(s.text, "\n") {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			within = strings.Trim(line, "[] ")
		}
		name, _, _ := strings.Cut(line, "=")
		if within == table && strings.Trim(name, ` "`) == key {
			return fmt.Sprintf("%s:%d", s.name, i+1)
		}
	}
	return fmt.Sprintf("%s: [%s] %s", s.name, table, key)
}
