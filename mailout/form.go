package mailout

import (
	"fmt"
	"slices"
	"strings"

	"buzon/store/desk"
	"buzon/templates"
)

// troubles are what an acknowledgement asks of whoever reports one.
var troubles = []string{"happened", "affected", "tried"}

// untroubled are the types of tickets that are about no trouble.
var untroubled = []string{"query", "improvement", "version_request"}

// lacking are what a mail asks for where its row says so.
var lacking = []string{"when", "where", "expected"}

// form is what a mail asks to be filled in: where its row says so, what is asked of every trouble;
// in an acknowledgement what the mail that it answers says nothing of, and its reader may say.
func (m *matter) form(v *templates.View, set *templates.Set) {
	if m.row().Form {
		v.Form = slices.Clone(lacking)
	}
	for _, key := range m.o.Details.Asks {
		kind := desk.Kind(key)
		switch {
		case slices.Contains(troubles, key):
			if !slices.Contains(untroubled, m.catalogue.Entry(m.ticket.Type).Key) {
				v.Form = append(v.Form, key)
			}
			continue
		case !m.sight.Edits(m.catalogue, m.ticket, key),
			kind == desk.Products && (m.ticket.Product != 0 || len(m.catalogue.All(kind)) == 0):
			continue
		case kind == desk.Severities && m.ticket.ProductionDown:
			continue
		}
		v.Form = append(v.Form, m.choice(kind, set))
		if kind == desk.Severities {
			v.Scale = m.scale(set)
		}
	}
}

// unfilled are the lines that a reply begins with: those of the form.
func (m *matter) unfilled(set *templates.Set) string {
	var lines strings.Builder
	for _, key := range lacking {
		if m.row().Form {
			lines.WriteString(set.Phrase(m.to.Language, "form", key) + ": \r\n")
		}
	}
	return lines.String()
}

// longestChoice bounds, in characters, the line of a form that names what there is: what is longer
// comes back broken in two.
const longestChoice = 70

// choice is a label with what may be chosen: "Producto (CRM, ERP)". With the brackets it is no line
// that anybody has filled in yet.
func (m *matter) choice(kind desk.Kind, set *templates.Set) string {
	label, there := set.Phrase(m.to.Language, "form", string(kind)), ""
	for _, e := range m.catalogue.All(kind) {
		name := strings.NewReplacer("(", "", ")", "").Replace(e.Name(m.to.Language))
		if kind == desk.Severities {
			name = fmt.Sprintf("%d %s", e.Position, name)
		}
		if len([]rune(label+there+name)) > longestChoice {
			there += ", …"
			break
		}
		there += ", " + name
	}
	return label + " (" + strings.TrimPrefix(there, ", ") + ")"
}

// scale says what each severity means.
func (m *matter) scale(set *templates.Set) (list []string) {
	for _, e := range m.catalogue.All(desk.Severities) {
		if text := set.Phrase(m.to.Language, "scale", e.Key); text != e.Key {
			list = append(list, fmt.Sprintf("%d %s: %s.", e.Position, e.Name(m.to.Language), text))
		}
	}
	return list
}
