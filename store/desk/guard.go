package desk

import (
	"slices"
	"strings"
)

// Guard keeps what is ordered for many tickets to those that have a value.
type Guard struct {
	Field, Value string
	Line         string // as written
}

// organisationWords are how people call what a ticket's requester belongs to.
var organisationWords = []string{"organisation", "organization", "company", "empresa",
	"organizacion", "compania"}

// organisation reports whether it is one that is named: «cliente» is a person where an address
// follows.
func (g Guard) organisation() bool {
	word := OneLine(Fold(g.Field))
	return slices.Contains(organisationWords, word) ||
		(word == "cliente" || word == "customer") && !strings.Contains(g.Value, "@")
}

// Known reports whether a desk has the field and, where it lists its values, the value. Where it
// has not, the result says so, with those that there are.
func (g Guard) Known(c *Catalogue, language string) (Result, bool) {
	kind := Organisations
	if !g.organisation() {
		f := FieldNamed(g.Field)
		if f == nil || g.Value == "" {
			return notUnderstood("field", g.Field, guardFields...), false
		}
		if kind = kindOf(f.Key); kind == "" {
			return Result{}, true
		}
	}
	if _, ok := c.find(kind, g.Value); ok {
		return Result{}, true
	}
	key := string(kind)
	if kind == Organisations {
		key = "organisation"
	}
	return notUnderstood(key, g.Value, Choices(c.All(kind), language)...), false
}

// guardFields are those by which tickets are mostly kept apart.
var guardFields = []string{"product", "organisation", "status", "type", "severity", "project",
	"module"}

// find is Find, but that a severity is named in all the ways in which people do.
func (c *Catalogue) find(k Kind, value string) (Entry, bool) {
	if k == Severities {
		return c.severity(value)
	}
	return c.Find(k, value)
}

// kindOf is the catalogue from which a field takes its values, "" for none.
func kindOf(key string) Kind {
	for _, k := range []Kind{Statuses, Severities, Types, Products, Modules, Projects, Services} {
		if key == string(k) {
			return k
		}
	}
	return ""
}

// Admits reports whether a ticket has the value.
func (g Guard) Admits(c *Catalogue, t Ticket) bool {
	if g.organisation() {
		e, ok := c.Find(Organisations, g.Value)
		return ok && e.ID == t.Requester.Organisation
	}
	f := FieldNamed(g.Field)
	if f == nil {
		return false
	}
	if kind := kindOf(f.Key); kind != "" {
		e, ok := c.find(kind, g.Value)
		if kind == Severities {
			return ok && e.Position == t.Severity
		}
		return ok && e.Name("") == f.Get(c, &t, "")
	}
	return strings.EqualFold(f.Get(c, &t, ""), g.Value)
}

// refusals are the results by which an order has not been done, each of which says why.
var refusals = []string{"not_allowed", "held", "misplaced", "nothing_pending",
	"which_pending", "nothing_held", "too_late", "not_yours", "cycle", "is_closed", "failed",
	"merge_closed", "merge_ends", "merge_strangers", "nothing_merged", "split_first",
	"split_inside",
	"new_refused", "block_spared", "itself", "not_customer"}

// Refused reports whether the order was not done.
func (r Result) Refused() bool { return r.Unknown || slices.Contains(refusals, r.Key) }
