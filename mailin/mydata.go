package mailin

import (
	"context"
	"slices"
	"strings"
	"time"

	"buzon/mailin/command"
	"buzon/store"
	"buzon/store/desk"
	"buzon/threading"
)

// Whoever writes «Nombre: …» or «Agregar dirección: …» below «mis datos» changes what the desk
// knows of him. Nothing changes for a forged From: what proves too little is asked about at the
// registered address, and a new address is his when an answer has come from it.
//
//	lines ──► proven? ──► edited ──► told at the registered address
//	             └─► ConfirmData ──► «sí» ──┘      └─► ConfirmAddress to a new one ──► «sí» ──► added

// Bounds of what people ask for in a day.
const (
	changesOfADay   = 10
	addressesOfADay = 5
	mostAddresses   = 10
)

// longestBeside is how many words may stand beside the lines: a greeting, thanks, a name.
const longestBeside = 12

// readEdits finds the lines of a mail that changes the sender's own data, and says nothing else.
func (f *filing) readEdits(ctx context.Context) error {
	o := f.rd.Origin
	if f.person.ID == 0 || !f.person.Active || f.form != "" || f.mail.Envelope.Archive ||
		f.mail.Override.Decision != "" || o.Silent(f.passes) || f.files() {
		return nil
	}
	c, err := f.tx.Catalogue(ctx)
	if err != nil {
		return err
	}
	about := func(line string) bool {
		q, ok := desk.ReadQuery(c, strings.TrimRight(line, ": "), false)
		return ok && q.About == desk.MyData
	}
	text := strings.TrimSpace(f.rd.Reply.New())
	if f.readProjectEdit(text) {
		return nil
	}
	first, rest, _ := strings.Cut(text, "\n")
	if about(first) {
		text = rest
	} else if !f.invited && !about(threading.WithoutPrefixes(f.rd.Message.Subject)) {
		return nil
	}
	edits, rest := desk.ReadEdits(text)
	if !strings.Contains(rest, "?") && len(strings.Fields(rest)) <= longestBeside {
		f.edits = edits
	}
	return nil
}

// readProjectEdit finds the one line of a mail, or its subject, that says which project its sender
// wants to hear of. Whatever says more is filed as ever.
func (f *filing) readProjectEdit(text string) bool {
	first, rest, _ := strings.Cut(text, "\n")
	e, ok := desk.ReadProjectEdit(first)
	if !ok {
		subject := threading.WithoutPrefixes(f.rd.Message.Subject)
		if e, ok = desk.ReadProjectEdit(subject); f.ticket.Number != 0 {
			return false
		}
		rest = text
	}
	rest = strings.TrimSpace(rest)
	if !ok || rest != "" && !command.Thanks(rest) {
		return false
	}
	f.edits = []desk.Edit{e}
	return true
}

// followProject has a person hear of the new tickets of a project, or no longer. What he may not
// see and what is not there have one answer.
func (f *filing) followProject(ctx context.Context, p desk.Person, e desk.Edit) (
	result string, known []string, err error) {
	c, err := f.tx.Catalogue(ctx)
	if err != nil {
		return "", nil, err
	}
	sight, err := f.tx.Sight(ctx, p)
	if err != nil {
		return "", nil, err
	}
	his := sight.FollowableBy(c, p)
	row, ok := desk.FindEntry(his, e.Value)
	switch {
	case !ok:
		return "", desk.EntryNames(his, p.Language), nil
	case e.What == desk.UnfollowProject:
		return "project_unfollowed", nil, f.tx.UnfollowProject(ctx, row.ID, p.ID)
	}
	return "project_followed", nil, f.tx.FollowProject(ctx, row.ID, p.ID)
}

// editData changes the sender's data, or asks at his registered address whether he wants that.
func (f *filing) editData(ctx context.Context) error {
	f.verdict.Outcome = f.row.Outcome
	if f.shown() || f.invited {
		return f.edit(ctx, f.person, f.edits)
	}
	n, err := f.tx.OwedOf(ctx, desk.ConfirmData, f.person.ID, 24*time.Hour)
	if err != nil || n >= changesOfADay {
		return err
	}
	return f.oweData(ctx, desk.ConfirmData, f.person, f.person.Address(),
		store.Details{Edits: f.edits})
}

// oweData owes a mail about somebody's data.
func (f *filing) oweData(ctx context.Context, kind desk.Notice, p desk.Person, to string,
	d store.Details) error {
	_, err := f.tx.Owe(ctx, store.Outgoing{Kind: kind, Topic: "data " + to, Lane: store.Prompt,
		Person: p.ID, Address: to, Mailbox: f.box.Address, Details: d})
	return err
}

// edit does what the lines say, and tells the person at the address where he was registered.
func (f *filing) edit(ctx context.Context, p desk.Person, edits []desk.Edit) error {
	registered, told := p.Address(), store.Details{}
	note := func(e desk.Edit, result string) {
		told.Commands = append(told.Commands, store.CommandResult{Line: e.Line, Result: result})
	}
	for _, e := range edits {
		var result string
		var err error
		switch e.What {
		case desk.EditName:
			result, err = f.setName(ctx, p, e.Value)
		case desk.EditLanguage:
			result, err = f.setLanguage(ctx, p, e.Value)
			if result == "" {
				told.Unknown = append(told.Unknown, store.Unknown{Field: "language", Value: e.Value,
					Values: desk.LanguageNames(f.o.Languages)})
			}
		case desk.EditQuiet, desk.EditDigest, desk.EditTimezone:
			if result, err = f.setPeace(ctx, p, e); result == "" {
				told.Unknown = append(told.Unknown,
					store.Unknown{Field: string(e.What), Value: e.Value,
						Values: peaceExamples[e.What]})
			}
		case desk.AddAddress:
			result, err = f.askAddress(ctx, p, e)
		case desk.FollowProject, desk.UnfollowProject:
			var known []string
			if result, known, err = f.followProject(ctx, p, e); result == "" {
				told.Unknown = append(told.Unknown,
					store.Unknown{Field: "project", Value: e.Value, Values: known})
			}
		case desk.RemoveAddress:
			p, result, err = f.removeAddress(ctx, p, e)
		}
		if err != nil {
			return err
		}
		if result != "" {
			note(e, result)
		}
	}
	return f.oweData(ctx, desk.DataChanged, p, registered, told)
}

func (f *filing) setName(ctx context.Context, p desk.Person, name string) (string, error) {
	switch {
	case !desk.GoodName(name):
		return "data_refused", nil
	case name == p.Name:
		return "data_same", nil
	}
	return "data_changed", f.tx.ChangePerson(ctx, p.ID, func(q *desk.Person) { q.Name = name })
}

func (f *filing) setLanguage(ctx context.Context, p desk.Person, text string) (string, error) {
	language := desk.LanguageNamed(text, f.o.Languages)
	switch language {
	case "":
		return "", nil
	case p.Language:
		return "data_same", nil
	}
	return "data_changed", f.tx.ChangePerson(ctx, p.ID, func(q *desk.Person) {
		q.Language = language
	})
}

// peaceExamples are what somebody may write who was not understood.
var peaceExamples = map[desk.EditKind][]string{
	desk.EditQuiet: {"22:00-07:00", "no"}, desk.EditDigest: {desk.UsualDigest, "no"},
	desk.EditTimezone: {"America/Bogota", "Europe/Madrid"},
}

// setPeace sets when a person is written to; "" where he was not understood.
func (f *filing) setPeace(ctx context.Context, p desk.Person, e desk.Edit) (string, error) {
	value, ok := desk.ReadPeace(e)
	if !ok {
		return "", nil
	}
	is := p
	is.SetPeace(e.What, value)
	if is.Peace() == p.Peace() {
		return "data_same", nil
	}
	return "data_changed", f.tx.ChangePerson(ctx, p.ID,
		func(q *desk.Person) { q.SetPeace(e.What, value) })
}

// askAddress asks a new address whether it is the person's. Whoever else has it is not spoken of.
func (f *filing) askAddress(ctx context.Context, p desk.Person, e desk.Edit) (string, error) {
	address := e.Address()
	n, err := f.tx.OwedOf(ctx, desk.ConfirmAddress, p.ID, 24*time.Hour)
	switch {
	case err != nil:
		return "", err
	case address == "" || f.passes(address):
		return "data_refused", nil
	case slices.Contains(p.Addresses, address):
		return "data_same", nil
	case n >= addressesOfADay || len(p.Addresses) >= mostAddresses:
		return "address_many", nil
	}
	return "address_asked", f.oweData(ctx, desk.ConfirmAddress, p, address,
		store.Details{Failed: p.Address()})
}

func (f *filing) removeAddress(ctx context.Context, p desk.Person, e desk.Edit) (
	desk.Person, string, error) {
	i := slices.Index(p.Addresses, e.Address())
	switch {
	case i < 0:
		return p, "data_same", nil
	case len(p.Addresses) == 1:
		return p, "address_last", nil
	}
	p.Addresses = slices.Delete(slices.Clone(p.Addresses), i, i+1)
	return p, "address_removed", f.tx.SetAddresses(ctx, p)
}

// mayAnswer reports whether a question of ours is the sender's to answer.
func (f *filing) mayAnswer(o store.Outgoing) bool {
	switch o.Kind {
	case desk.ConfirmAddress:
		return f.from == o.Address
	case desk.ConfirmData, desk.AdmissionNotice:
		return f.person.ID == o.Person && f.person.Active
	}
	return f.person.ID == o.Person && f.person.Active && f.person.Agent()
}

// answers reports whether the mail says yes or no to the question that it answers. What says
// something else is filed as ever.
func (f *filing) answers() bool {
	_, clear := f.decision()
	return clear
}

func (f *filing) decision() (yes, clear bool) {
	text := f.rd.Reply.New()
	if f.asked.Kind == desk.ConfirmAddress && f.saysNothing() { // that it came from there is enough
		return true, true
	}
	return command.Decides(text)
}

// settleQuestion does what the answer to a question of ours says.
func (f *filing) settleQuestion(ctx context.Context) error {
	f.verdict.Outcome = f.row.Outcome
	yes, _ := f.decision()
	if f.asked.Kind == desk.AdmissionNotice {
		return f.admit(ctx, yes)
	}
	p, err := f.tx.Person(ctx, f.asked.Person)
	if err != nil || !yes || !p.Active || p.Address() == "" {
		return err
	}
	switch f.asked.Kind {
	case desk.ConfirmPassword:
		return f.setPassword(ctx, p)
	case desk.ConfirmData:
		return f.edit(ctx, p, f.asked.Details.Edits)
	}
	return f.addAddress(ctx, p, f.asked.Address)
}

// addAddress gives a person the address from which the answer came, unless it is somebody else's by
// now.
func (f *filing) addAddress(ctx context.Context, p desk.Person, address string) error {
	e, result := desk.Edit{Line: address}, "address_added"
	owner, err := f.tx.PersonByAddress(ctx, address)
	switch {
	case err != nil:
		return err
	case owner.ID == p.ID:
		return nil
	case owner.ID != 0:
		result = "address_taken"
	default:
		p.Addresses = append(slices.Clone(p.Addresses), address)
		err = f.tx.SetAddresses(ctx, p)
	}
	if err != nil {
		return err
	}
	return f.oweData(ctx, desk.DataChanged, p, p.Address(), store.Details{
		Commands: []store.CommandResult{{Line: e.Line, Result: result}}})
}
