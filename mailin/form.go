package mailin

import (
	"maps"
	"slices"
	"sync"

	"buzon/store/desk"
	"buzon/templates"
)

// Labels is what the labels of our forms mean, in all languages of the templates.
type Labels struct {
	Asked  []string          // labels that we leave empty: what is filled in is the sender's
	Fields map[string]string // keys of fields, by what a form calls them, folded
}

// asked are the keys of the phrases' [form] whose labels we leave empty, and fielded those that are
// fields. Behind these a form names what there is, so that they are never taken for what we have
// filled in ourselves.
var (
	asked   = []string{"when", "where", "expected", "happened", "affected", "tried"}
	fielded = []string{"product", "module", "type", "severity"}
)

// LabelsOf reads the labels of a set of templates.
func LabelsOf(set *templates.Set) Labels {
	f := Labels{Fields: map[string]string{}}
	for _, lang := range set.Languages() {
		for _, key := range asked {
			f.Asked = append(f.Asked, set.Phrase(lang, "form", key))
		}
		for _, key := range fielded {
			f.Fields[desk.OneLine(desk.Fold(set.Phrase(lang, "form", key)))] = key
		}
	}
	return f
}

var embeddedForm = sync.OnceValue(func() Labels {
	set, err := templates.Load("")
	if err != nil { // the embedded ones are tested
		return Labels{}
	}
	return LabelsOf(set)
})

func (f Labels) orEmbedded() Labels {
	if f.Asked == nil {
		return embeddedForm()
	}
	return f
}

// choices are the labels of fields.
func (f Labels) choices() []string { return slices.Sorted(maps.Keys(f.Fields)) }

// asks reports whether a label is one that sets no field.
func (f Labels) asks(name string) bool {
	same := func(label string) bool { return desk.Same(label, name) }
	return slices.ContainsFunc(f.Asked, same) || slices.ContainsFunc(bodies, same)
}

// bodies are what people write above their words in a form of their own.
var bodies = []string{"descripcion", "detalle", "texto", "mensaje", "description", "details",
	"text",
	"message", "adjunto", "adjuntos", "attachments", "fecha", "date"}
