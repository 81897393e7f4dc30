package desk

import (
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// Grave orders change more than the ticket that they are written to: whoever orders one by mail is
// asked at his registered address before anything of that mail is done.
var grave = []Verb{VerbBlock, VerbPerson}

// Grave are the lines of the orders that are grave; one that can't be read changes nothing.
func Grave(orders []Order) (lines []string) {
	for _, o := range orders {
		if slices.Contains(grave, o.Verb) && !o.Misplaced && o.readable() {
			lines = append(lines, o.Line)
		}
	}
	return lines
}

func (o Order) readable() bool {
	if o.Verb == VerbBlock {
		return o.Arg == "" || Blockable(o.Arg) != ""
	}
	who, line, _ := strings.Cut(o.Arg, " ")
	_, ok := readEdit(line)
	return ok && strings.Contains(who, "@")
}

// Blockable is an address, or a domain that somebody has, as blocked senders are compared; "" for
// anything else.
func Blockable(text string) string {
	text = strings.Trim(text, "<>.,; ")
	if strings.Contains(strings.TrimLeft(text, "@"), "@") {
		return address(text)
	}
	_, domain, ok := strings.Cut(Canonical("x@"+strings.TrimLeft(text, "@")), "@")
	if _, err := publicsuffix.EffectiveTLDPlusOne(domain); !ok || err != nil {
		return ""
	}
	return domain
}

// block has the mail of a sender be recorded and nothing else: of whom the order names, else of who
// wrote what is answered.
func (w *draft) block(arg string) Result {
	sender := Blockable(arg)
	if arg == "" {
		sender = w.Writer.Address()
	}
	switch {
	case sender == "":
		return notUnderstood("person", arg)
	case w.Spared[sender]:
		return Result{Key: "block_spared", Value: sender}
	case !slices.Contains(w.Blocked, sender):
		w.Blocked = append(w.Blocked, sender)
	}
	return Result{Key: "blocked", Value: sender}
}

// Amended is a person before and after an agent has changed what the desk knows of him.
type Amended struct {
	Was, Is      Person
	Line, Result string
}

// amend changes what the desk knows of a customer: «#persona m@x Nombre: Carla Ruiz».
func (w *draft) amend(arg string) Result {
	who, line, _ := strings.Cut(arg, " ")
	p := w.People[address(who)]
	e, ok := readEdit(line)
	switch {
	case p.ID == 0:
		return notUnderstood("person", who)
	case !ok:
		return notUnderstood("edit", line, "Nombre: …", "Idioma: …", "Agregar dirección: …",
			"Quitar dirección: …")
	case p.Agent(): // who works here is the administrator's to say
		return Result{Key: "not_allowed"}
	}
	is, result := w.edited(p, e)
	if result == "data_changed" || result == "address_added" || result == "address_removed" {
		w.Amended = append(w.Amended, Amended{p, is, e.Line, result})
		for _, a := range p.Addresses {
			delete(w.People, a)
		}
		for _, a := range is.Addresses {
			w.People[a] = is
		}
	}
	return Result{Key: result}
}

// edited is a person as an agent wants him, and what comes of that.
func (w *draft) edited(p Person, e Edit) (is Person, result string) {
	is, a := p, e.Address()
	switch e.What {
	case EditName:
		if is.Name = e.Value; !GoodName(e.Value) {
			return p, "data_refused"
		}
	case EditLanguage:
		if is.Language = LanguageNamed(e.Value, []string{"es", "en"}); is.Language == "" {
			return p, "data_refused"
		}
	case EditQuiet, EditDigest, EditTimezone:
		value, ok := ReadPeace(e)
		if is.SetPeace(e.What, value); !ok {
			return p, "data_refused"
		}
	case AddAddress:
		switch owner := w.People[a]; {
		case a == "" || w.Spared[a]:
			return p, "data_refused"
		case owner.ID != 0 && owner.ID != p.ID:
			return p, "address_taken"
		case owner.ID == 0:
			is.Addresses = append(slices.Clone(p.Addresses), a)
			return is, "address_added"
		}
	case RemoveAddress:
		if slices.Contains(p.Addresses, a) {
			if len(p.Addresses) == 1 {
				return p, "address_last"
			}
			is.Addresses = slices.DeleteFunc(slices.Clone(p.Addresses),
				func(b string) bool { return a == b })
			return is, "address_removed"
		}
	}
	if is.Name == p.Name && is.Language == p.Language && is.Peace() == p.Peace() {
		return p, "data_same"
	}
	return is, "data_changed"
}

// amendable are the addresses that an order to change a person names: his, and a new one.
func amendable(arg string) (list []string) {
	who, line, _ := strings.Cut(arg, " ")
	e, _ := readEdit(line)
	for _, a := range []string{address(who), e.Address()} {
		if a != "" {
			list = append(list, a)
		}
	}
	return list
}

// Senders are whom orders block, and the addresses that they give people: none of them may be the
// desk's or an agent's. blocks reports whether somebody is blocked.
func Senders(orders []Order) (list []string, blocks bool) {
	for _, o := range orders {
		switch {
		case o.Misplaced:
		case o.Verb == VerbBlock:
			list, blocks = append(list, Blockable(o.Arg)), true
		case o.Verb == VerbPerson:
			list = append(list, amendable(o.Arg)...)
		}
	}
	return slices.DeleteFunc(list, func(s string) bool { return s == "" }), blocks
}
