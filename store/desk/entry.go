package desk

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Classes are all, in the order of a ticket's life.
var Classes = []Class{Open, Queued, InProgress, Waiting, Resolved, Closed}

// Sides are all that an item type may say of who owes the next action.
var Sides = []Side{Unchanged, Nobody, TheAuthor, TheAgent, TheRequester, TheControl, TheProducts}

// ValueTypes are all that a field of one's own may hold.
var ValueTypes = []ValueType{TextValue, ChoiceValue, DateValue, NumberValue}

// longestName is the longest that a row may be called, in characters.
const longestName = 120

func (c *Catalogue) checkNames(e Entry) error {
	for _, name := range e.Names {
		if err := checkName(name); err != nil {
			return err
		}
		for _, other := range c.kinds[e.Kind] {
			if other.ID != e.ID && other.Parent == e.Parent && other.called(name, plainly) {
				return fmt.Errorf("there is %s %q already", e.Kind.one(), name)
			}
		}
	}
	return nil
}

// one is the kind with its article.
func (k Kind) one() string {
	if strings.ContainsRune("aeio", rune(k[0])) {
		return "an " + string(k)
	}
	return "a " + string(k)
}

func (e Entry) checkPlaceholders() error {
	if len(e.Text) == 0 {
		return errors.New("a canned reply needs words: say them with --text")
	}
	for _, text := range e.Text {
		if unknown := UnknownPlaceholder(text); unknown != "" {
			return fmt.Errorf("%s stands for nothing: want one of {%s}", unknown,
				strings.Join(Placeholders(), "} {"))
		}
	}
	return nil
}

func (c *Catalogue) checkSeverity(e Entry) error {
	if e.Position < 1 || c.Entry(e.ID).Position != 0 && c.Entry(e.ID).Position != e.Position {
		return errors.New(
			"the number of a severity stays: it is its name among people, and 1 is the worst")
	}
	if other, ok := c.Severity(e.Position); ok && other.ID != e.ID {
		return fmt.Errorf("there is a severity %d already", e.Position)
	}
	return nil
}

// Check says why a row can't be written.
func (c *Catalogue) Check(e Entry) error {
	if len(e.Names) == 0 {
		return fmt.Errorf("the %s has no name", e.Kind)
	}
	if err := c.checkNames(e); err != nil {
		return err
	}
	switch e.Kind {
	case Statuses:
		return c.checkStatus(e)
	case Canned:
		return e.checkPlaceholders()
	case Severities:
		return c.checkSeverity(e)
	case ItemTypes:
		return e.Follows.check()
	case Modules:
		if e.Parent == 0 && len(c.kinds[Products]) > 0 {
			return errors.New("a module belongs to a product: say --product NAME")
		}
	case Services:
		return errors.Join(checkPeriod(e.Since, e.Until), e.checkHours())
	case Organisations:
		return c.checkDomains(e)
	case CustomFields:
		return checkField(e)
	}
	return nil
}

func checkName(name string) error {
	switch {
	case plainly(name) == "":
		return errors.New("a name is missing")
	case utf8.RuneCountInString(name) > longestName:
		return fmt.Errorf("the name %.20q… is longer than %d characters", name, longestName)
	case !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl):
		return fmt.Errorf("the name %q has characters that can't be shown", name)
	}
	return nil
}

// checkStatus keeps a status for each class: rules speak of classes.
func (c *Catalogue) checkStatus(e Entry) error {
	if !slices.Contains(Classes, e.Class) {
		return fmt.Errorf("the class %q: want one of %s", e.Class, list(Classes))
	}
	if was := c.Entry(e.ID); was.ID != 0 && was.Class != e.Class {
		return c.Spare(was)
	}
	return nil
}

// Spare says why a desk can't do without a row.
func (c *Catalogue) Spare(e Entry) error {
	only := func(same func(Entry) bool) bool {
		return !slices.ContainsFunc(c.kinds[e.Kind], func(o Entry) bool {
			return o.ID != e.ID && same(o)
		})
	}
	switch e.Kind {
	case Statuses:
		if only(func(o Entry) bool { return o.Class == e.Class }) {
			return fmt.Errorf("%s is the only status of the class %s, which rules speak of: "+
				"add another first", e.Name(""), e.Class)
		}
	case Types, Severities:
		if e.Kind == Severities && e.Key == "1" {
			return fmt.Errorf("%s is the severity of Producción Caída: rename it", e.Name(""))
		}
		if only(func(Entry) bool { return true }) {
			return fmt.Errorf("%s is the only %s: add another first", e.Name(""), e.Kind)
		}
	case ItemTypes:
		if e.shipped() {
			return fmt.Errorf("rules speak of the item type %s: "+
				"rename it, or change what follows from it", e.Name(""))
		}
	}
	return nil
}

// Twin is a row that belongs to e and is called as one that belongs to another does, the zero Entry
// for none: they can't come under one roof.
func (c *Catalogue) Twin(e, other Entry) Entry {
	for _, k := range Kinds {
		for _, child := range c.Within(k, e.ID) {
			for _, name := range child.Names {
				if _, ok := FindEntry(c.Within(k, other.ID), name); ok {
					return child
				}
			}
		}
	}
	return Entry{}
}

// LimitedTo are the rows that only tickets of a type or a product have, which it is that.
func (c *Catalogue) LimitedTo(id int64) (list []Entry) {
	for _, k := range []Kind{CustomFields, Services} {
		for _, e := range c.kinds[k] {
			if slices.Contains(e.Of, id) {
				list = append(list, e)
			}
		}
	}
	return list
}

func (f Follows) check() error {
	for _, class := range slices.Concat(f.From, []Class{f.Agent, f.Customer}) {
		if class != "" && !slices.Contains(Classes, class) {
			return fmt.Errorf("the class %q: want one of %s", class, list(Classes))
		}
	}
	if !slices.Contains(Sides, f.Assignee) {
		return fmt.Errorf("the assignee %q: want one of %s", f.Assignee, list(Sides[1:]))
	}
	return nil
}

func checkPeriod(since, until string) error {
	for _, day := range []string{since, until} {
		if _, err := time.Parse(time.DateOnly, day); day != "" && err != nil {
			return fmt.Errorf("%q: want a day like 2026-01-31", day)
		}
	}
	if since != "" && until != "" && until < since {
		return fmt.Errorf("it would end on %s, before it begins on %s", until, since)
	}
	return nil
}

// checkDomains keeps a domain with one organisation.
func (c *Catalogue) checkDomains(e Entry) error {
	for _, domain := range e.Domains {
		if Canonical("x@"+domain) != "x@"+domain {
			return fmt.Errorf("%q is no domain: want one like cliente.test", domain)
		}
		if o := c.OrganisationOf("x@" + domain); o.ID != 0 && o.ID != e.ID {
			return fmt.Errorf("the domain %s is that of %s", domain, o.Name(""))
		}
		if anybodys(domain) {
			return fmt.Errorf("anybody may have an address at %s, and would see the cases of %s: "+
				"name its people by buzon person set ADDRESS --organisation", domain, e.Name(""))
		}
	}
	return nil
}

func checkField(e Entry) error {
	switch {
	case !slices.Contains(ValueTypes, e.Value):
		return fmt.Errorf("the type %q: want one of %s", e.Value, list(ValueTypes))
	case e.Value == ChoiceValue && len(e.Choices) == 0:
		return errors.New("a field that is chosen needs choices: say --choice VALUE for each")
	case e.Value != ChoiceValue && len(e.Choices) > 0:
		return errors.New("only a field of the type choice has choices")
	}
	for i, choice := range e.Choices {
		same := func(other string) bool { return Same(other, choice) }
		if strings.TrimSpace(choice) == "" || slices.ContainsFunc(e.Choices[:i], same) {
			return fmt.Errorf("the choice %q is there already, or empty", choice)
		}
	}
	for _, name := range e.Names {
		if err := checkFieldName(name); err != nil {
			return err
		}
	}
	return nil
}

// checkFieldName keeps to names that a line "name: value", an order and a search can say, and that
// mean nothing else there.
func checkFieldName(name string) error {
	_, ofAll := fieldOf(name, Fields, apart)
	switch {
	case ofAll:
		return fmt.Errorf("every ticket has a field %q", name)
	case strings.ContainsAny(name, ":=#"):
		return fmt.Errorf("the name %q: want one without : = and #", name)
	case filterWords[plainly(name)] != "", isItemType(name),
		slices.Contains([]string{"produccion caida", "production down"}, bareWords(name)):
		return fmt.Errorf("the name %q means something else in mails: want another", name)
	}
	return nil
}

// InForce reports whether a service is one on a day, 2026-01-31.
func (e Entry) InForce(day string) bool {
	return (e.Since == "" || e.Since <= day) && (e.Until == "" || day <= e.Until)
}

func list[T ~string](values []T) string {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = string(v)
	}
	return strings.Join(words, ", ")
}
