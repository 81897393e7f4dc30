package mailin

import (
	"context"
	"slices"
	"strings"

	"buzon/mailin/command"
	"buzon/mailin/lapse"
	"buzon/store/desk"
	"buzon/threading"
)

// productionDown are what a line is called that says that production is down.
var productionDown = []string{"produccion caida", "production down"}

// fields are the field lines of a customer: at the top or the end of his words, and filled into our
// form. With somebody else's token he sets nothing.
func (f *filing) fields(ctx context.Context) (list []desk.Order, err error) {
	if f.resolution.Evidence == evL || f.machine() || f.rd.Message.LoneCR {
		return nil, nil
	}
	rows, err := f.tx.Catalogue(ctx)
	if err != nil {
		return nil, err
	}
	known := f.meaning(rows)
	list = slices.Concat(command.Fields(f.fielded, f.places, known),
		command.Filled(f.rd.Reply.Filled(), known))
	for i := range list {
		list[i].Arg, _ = lapse.Mask(list[i].Arg)
		list[i].Line, _ = lapse.Mask(list[i].Line)
	}
	return f.raising(list), nil
}

// meaning says what the name of a line is to the desk.
func (f *filing) meaning(rows *desk.Catalogue) command.Known {
	return func(name, value string) (string, command.Fit) {
		if key, ok := f.o.Form.Fields[desk.OneLine(desk.Fold(name))]; ok {
			name = key
		}
		switch {
		case f.o.Form.asks(name):
			return "", command.Label
		case !f.person.Agent() && slices.ContainsFunc(productionDown,
			func(s string) bool { return desk.Same(s, name) }):
			return productionDown[0], command.Free
		}
		m, ok := rows.Meaning(name, value)
		_, nearly := rows.Nearly(name, value)
		switch {
		case !ok && nearly:
			return name, command.Unknown
		case !ok:
			return "", command.Alien
		case m.Free:
			return m.Field, command.Free
		case m.Fits, f.down(value):
			return m.Field, command.Fits
		}
		return m.Field, command.Unknown
	}
}

func (f *filing) down(value string) bool { return threading.ProductionDown(value, f.o.Markers) }

// raising takes out the lines that say that production is down, and notes it: a line of its own
// that is not answered by no, and the marker as the severity or the topic.
func (f *filing) raising(list []desk.Order) []desk.Order {
	return slices.DeleteFunc(list, func(o desk.Order) bool {
		name, value, _ := strings.Cut(o.Arg, "=")
		switch {
		case o.Verb == desk.VerbItem:
			return false
		case name == productionDown[0]:
			f.fell = f.fell || slices.Contains([]string{"si", "yes", "x"}, desk.Fold(value))
			return true
		case (name == "severity" || name == "subject") && f.down(value):
			f.fell = true
			return name == "severity"
		}
		return false
	})
}
