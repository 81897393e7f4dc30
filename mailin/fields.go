package mailin

import (
	"context"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"

	"buzon/store"
	"buzon/store/desk"
)

// fields are the commands that change one thing of the ticket. Each returns a key of the templates' results, "" when the
// value was not understood.
var fields = map[desk.Verb]func(o *orders, ctx context.Context, arg string) (result, value string, err error){
	"wait": (*orders).wait, "queue": (*orders).queue, "status": (*orders).status,
	"assign": (*orders).assign, "release": (*orders).release, "severity": (*orders).severity,
	"type": (*orders).setType, "product": (*orders).product, "requester": (*orders).requester,
	"follower": (*orders).addFollower, "remove": (*orders).removeFollower, "progress": (*orders).progress,
	desk.VerbApprove: (*orders).approve, desk.VerbReject: (*orders).reject,
	desk.VerbTake: (*orders).take, "help": (*orders).help,
}

// notUnderstood puts a value that the desk does not have into the receipt.
func (o *orders) notUnderstood(field, value string, values ...string) (string, string, error) {
	o.unknown = append(o.unknown, store.Unknown{Field: field, Value: value, Values: values})
	return "", "", nil
}

func (o *orders) wait(_ context.Context, arg string) (string, string, error) {
	o.changed.Class = desk.Waiting
	if arg != "" { // it waits, but nothing wakes it on a day
		o.notUnderstood("date", arg)
	}
	return "waiting", "", nil
}

func (o *orders) queue(context.Context, string) (string, string, error) {
	o.changed.Class = desk.Queued
	return "queued", "", nil
}

func (o *orders) status(ctx context.Context, arg string) (string, string, error) {
	list, err := o.tx.Statuses(ctx)
	var names []string
	for _, s := range list {
		if names = append(names, s.Name); same(s.Name, arg) {
			if o.held() && (s.Class == desk.Resolved || s.Class == desk.Closed) {
				return "held", "", err
			}
			o.become(s)
			return "status", s.Name, err
		}
	}
	if err != nil {
		return "", "", err
	}
	return o.notUnderstood("status", arg, names...)
}

// become gives the ticket a status by name. What closes or resolves it is told as such.
func (o *orders) become(s store.Status) {
	act, final := map[desk.Class]desk.Act{desk.Resolved: desk.Resolves, desk.Closed: desk.Closes}[s.Class]
	if final {
		o.act = act
		o.changed = o.changed.Apply(desk.Follow(o.ticket, o.person, act), o.person)
	}
	o.changed.Status, o.changed.Class = s.Name, s.Class
}

func (o *orders) take(context.Context, string) (string, string, error) {
	o.changed.Agent = o.person
	if o.act == desk.Notes || o.act == desk.Takes {
		o.changed.Assignee = o.person
	}
	return "taken", "", nil
}

func (o *orders) release(context.Context, string) (string, string, error) {
	o.changed.Agent, o.changed.Assignee = desk.Person{}, desk.Person{}
	return "released", "", nil
}

// assign finds the agent by his address, his name, or what only his name begins with.
func (o *orders) assign(ctx context.Context, arg string) (string, string, error) {
	list, err := o.tx.Agents(ctx)
	if err != nil {
		return "", "", err
	}
	var found []desk.Person
	var names []string
	for _, p := range list {
		names = append(names, p.Name)
		if p.Address() == desk.Canonical(arg) || same(p.Name, arg) {
			found = []desk.Person{p}
			break
		}
		if arg != "" && strings.HasPrefix(folded(p.Name)+" ", folded(arg)+" ") {
			found = append(found, p)
		}
	}
	if len(found) != 1 {
		return o.notUnderstood("agent", arg, names...)
	}
	o.changed.Agent, o.changed.Assignee = found[0], found[0]
	return "assigned", found[0].Name, nil
}

// severity takes a number or a name. Who lowers it ends the alarm.
func (o *orders) severity(ctx context.Context, arg string) (string, string, error) {
	names, err := o.tx.Severities(ctx)
	if err != nil {
		return "", "", err
	}
	for i, name := range names {
		if n := i + 1; same(name, arg) || strconv.Itoa(n) == arg {
			o.changed.Severity, o.changed.ProductionDown = n, o.changed.ProductionDown && n == 1
			return "severity", strconv.Itoa(n), nil
		}
	}
	return o.notUnderstood("severity", arg, names...)
}

func (o *orders) setType(ctx context.Context, arg string) (string, string, error) {
	names, err := o.tx.Types(ctx)
	if err != nil {
		return "", "", err
	}
	return o.choose("type", &o.changed.Type, arg, names)
}

// product may be any where the desk has no catalogue.
func (o *orders) product(ctx context.Context, arg string) (string, string, error) {
	names, err := o.tx.Products(ctx)
	if err != nil {
		return "", "", err
	}
	if len(names) == 0 && arg != "" {
		names = []string{arg}
	}
	return o.choose("product", &o.changed.Product, arg, names)
}

func (o *orders) choose(field string, into *string, arg string, names []string) (string, string, error) {
	for _, name := range names {
		if same(name, arg) {
			*into = name
			return field, name, nil
		}
	}
	return o.notUnderstood(field, arg, names...)
}

// requester puts the ticket into another customer's name.
func (o *orders) requester(ctx context.Context, arg string) (string, string, error) {
	p, err := o.customer(ctx, arg)
	if err != nil || p.ID == 0 {
		return o.unlessFailed(err, "requester", arg)
	}
	if o.changed.Controller.ID == o.changed.Requester.ID {
		o.changed.Controller = p
	}
	if o.changed.Assignee.ID == o.changed.Requester.ID {
		o.changed.Assignee = p
	}
	o.changed.Requester = p
	return "requester", p.Address(), nil
}

func (o *orders) addFollower(ctx context.Context, arg string) (string, string, error) {
	p, err := o.customer(ctx, arg)
	if err != nil || p.ID == 0 {
		return o.unlessFailed(err, "person", arg)
	}
	o.follows = append(o.follows, p)
	return "follower_added", p.Address(), nil
}

func (o *orders) removeFollower(ctx context.Context, arg string) (string, string, error) {
	p, err := o.tx.PersonByAddress(ctx, desk.Canonical(bareAddress(arg)))
	if err != nil || p.ID == 0 {
		return o.unlessFailed(err, "person", arg)
	}
	was, err := o.tx.Unfollow(ctx, o.changed.Number, p.ID)
	if err != nil || !was {
		return "unchanged", "", err
	}
	o.changed.Followers = without(o.changed.Followers, p.ID)
	return "follower_removed", p.Address(), nil
}

func (o *orders) unlessFailed(err error, field, value string) (string, string, error) {
	if err != nil {
		return "", "", err
	}
	return o.notUnderstood(field, value)
}

// customer finds or makes the customer with the address; nobody when it is none, one of ours, or an agent's.
func (o *orders) customer(ctx context.Context, arg string) (desk.Person, error) {
	address := desk.Canonical(bareAddress(arg))
	if address == "" || o.ours(address) {
		return desk.Person{}, nil
	}
	p, err := o.tx.PersonByAddress(ctx, address)
	switch {
	case err != nil || p.Agent():
		return desk.Person{}, err
	case p.ID != 0:
		return p, nil
	}
	return o.tx.AddPerson(ctx, desk.Person{Role: desk.Customer, Active: true, Known: true, Addresses: []string{address}})
}

// bareAddress takes the address out of what a mail client makes of one: "<m@x>", "m@x<mailto:m@x>", "Ana <m@x>".
func bareAddress(arg string) string {
	for _, field := range strings.FieldsFunc(arg, func(r rune) bool { return strings.ContainsRune(" \t<>()[],;", r) }) {
		if strings.Contains(field, "@") {
			return strings.TrimPrefix(field, "mailto:")
		}
	}
	return arg
}

func without(list []desk.Person, id int64) (rest []desk.Person) {
	for _, p := range list {
		if p.ID != id {
			rest = append(rest, p)
		}
	}
	return rest
}

func (o *orders) progress(_ context.Context, arg string) (string, string, error) {
	n, err := strconv.Atoi(strings.TrimRight(arg, " %"))
	if err != nil || n < 0 || n > 100 {
		return o.notUnderstood("progress", arg)
	}
	o.changed.Progress = n
	return "progress", strconv.Itoa(n) + " %", nil
}

// help lists what an agent can write, in the language of the verbs that he uses.
func (o *orders) help(context.Context, string) (string, string, error) {
	return "help", strings.Join(desk.Menu(o.person.Language), " · "), nil
}

// same tells two names that differ in accents, case or blanks at most.
func same(a, b string) bool { return folded(a) == folded(b) }

func folded(s string) string {
	out, _, err := transform.String(transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn)), norm.NFC), strings.ToLower(s))
	if err != nil {
		out = s
	}
	return strings.Join(strings.Fields(out), " ")
}
