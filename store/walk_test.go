package store

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"buzon/store/desk"
)

// flaws are what is wrong with a ticket that has these items: no deed leaves one in a state that
// the rules do not name. living reports whether a number is that of a ticket that is not merged
// into another.
func flaws(c *desk.Catalogue, t desk.Ticket, items []desk.Item, hangs bool,
	living func(int64) bool) (list []string) {
	wrong := func(bad bool, what string, a ...any) {
		if bad {
			list = append(list, fmt.Sprintf(what, a...))
		}
	}
	status := c.Entry(t.Status)
	wrong(status.Kind != desk.Statuses || status.Class != t.Class,
		"its status %d is %q, its class %q", t.Status, status.Class, t.Class)
	wrong((t.Class == desk.Closed) != !t.ClosedAt.IsZero(), "it is %s, and was closed at %v",
		t.Class, t.ClosedAt)
	wrong(t.Class == desk.Closed && t.Assignee.ID != 0, "it is closed, and %d owes something",
		t.Assignee.ID)
	wrong(t.Class == desk.Waiting && t.Assignee.ID == 0 &&
		!hangs, "it waits, and nobody owes anything")
	wrong(t.Class == desk.Resolved && t.Assignee.ID != t.Controller.ID,
		"it is resolved, and %d confirms it, not %d", t.Assignee.ID, t.Controller.ID)
	wrong(t.Requester.ID == 0 || t.Controller.ID == 0, "requester %d, controller %d",
		t.Requester.ID, t.Controller.ID)
	wrong(t.Requester.Agent() || t.Controller.Agent(), "an agent is on the customer's side")
	wrong(t.Agent.ID != 0 && !t.Agent.Agent(), "its agent is %s", t.Agent.Role)
	wrong(t.Severity < 1 || t.Severity > len(c.All(desk.Severities)), "severity %d", t.Severity)
	wrong(t.Progress < 0 || t.Progress > 100, "progress %d", t.Progress)
	wrong(t.Minutes < 0, "%d minutes", t.Minutes)
	wrong(t.UpdatedAt.Before(t.CreatedAt), "changed %v, made %v", t.UpdatedAt, t.CreatedAt)
	for kind, id := range map[desk.Kind]int64{desk.Types: t.Type, desk.Products: t.Product,
		desk.Modules:  t.Module,
		desk.Projects: t.Project, desk.Services: t.Service} {
		wrong(id != 0 && c.Entry(id).Kind != kind, "its %s is %+v", kind, c.Entry(id))
	}
	wrong(t.Type == 0, "no type")
	if m := c.Entry(t.Module); m.Parent != 0 {
		wrong(m.Parent != t.Product, "module %d is of product %d, not %d", m.ID, m.Parent,
			t.Product)
	}
	wrong(t.MergedInto != 0 && (t.MergedInto == t.Number || !living(t.MergedInto)),
		"merged into %d", t.MergedInto)
	wrong(t.MergedInto != 0 && t.Class != desk.Closed, "merged and %s", t.Class)
	seen := map[int64]bool{}
	for _, f := range t.Followers {
		wrong(f.Agent() || seen[f.ID], "follower %d, an agent or twice", f.ID)
		seen[f.ID] = true
	}
	for i, it := range items {
		first := i == 0 && it.Number == 1
		wrong(!first && (i == 0 || it.Number <= items[i-1].Number), "item %d in place %d",
			it.Number, i+1)
		wrong(it.State != desk.Filed && it.Visibility != desk.Internal, "item %d is %s and %s",
			it.Number, it.State, it.Visibility)
		wrong(it.Orders && it.Visibility != desk.Internal, "item %d is orders, for all to see",
			it.Number)
	}
	return list
}

// taken is a ticket's history taken back, line by line from the last, to when it was opened: what
// each recorded column said, and whose addresses followed. broken are lines that do not fit what
// came after them.
func taken(c *desk.Catalogue, t desk.Ticket, history []Activity) (opened map[string]string,
	broken []Activity) {
	now := said(c, t)
	for _, a := range slices.Backward(history) {
		what, old, is := a.What, a.Old, a.New
		if what == followed { // each address is a fact of its own
			what = followed + " " + a.Old + a.New
		} else if _, recorded := now[what]; !recorded {
			continue
		}
		if now[what] != is {
			broken = append(broken, a)
		}
		now[what] = old
	}
	return now, broken
}

// said is what the history says of a ticket as it is.
func said(c *desk.Catalogue, t desk.Ticket) map[string]string {
	list := map[string]string{}
	for _, column := range tickets.columns {
		switch {
		case column.use&recorded == 0:
		case column.said != nil:
			list[column.name] = column.said(&t)
		default:
			list[column.name] = fmt.Sprint(column.value(&t))
		}
	}
	for _, f := range c.All(desk.CustomFields) {
		list["field_"+f.Key] = t.Custom[f.ID]
	}
	for _, p := range t.Followers {
		list[followed+" "+p.Address()] = p.Address()
	}
	return list
}

// walker does whatever anybody might do to the tickets of a desk, one deed after the other.
type walker struct {
	*rand.Rand
	t      *testing.T
	store  *Store
	clock  *clock
	people map[desk.Role][]desk.Person
	opened map[int64]map[string]string // by number: what was said when it was opened
	deeds  int
	log    map[int64][]string
}

func newWalker(t *testing.T, seed uint64) *walker {
	c := newClock()
	w := &walker{Rand: rand.New(rand.NewPCG(seed, 0)), t: t, clock: c,
		people: map[desk.Role][]desk.Person{},
		opened: map[int64]map[string]string{}, log: map[int64][]string{}}
	w.store = open(t, t.TempDir(),
		Options{Now: c.now, Times: desk.Times{RemindWaiting: []time.Duration{48 * time.Hour},
			CloseWaiting: 240 * time.Hour, CloseResolved: 120 * time.Hour}})
	write(t, w.store, func(tx *Tx) error {
		crm, err := tx.Put(ctx, desk.Entry{Kind: desk.Products, Names: spanish("CRM")})
		check(t, err)
		for _, e := range []desk.Entry{{Kind: desk.Products, Names: spanish("ERP")},
			{Kind: desk.Modules, Names: spanish("Ventas"), Parent: crm.ID},
			{Kind: desk.Projects, Names: spanish("Migración")},
			{Kind: desk.CustomFields, Names: spanish("Piso"), Value: desk.TextValue},
			{Kind: desk.Statuses, Names: spanish("En pruebas"), Class: desk.InProgress}} {
			_, err := tx.Put(ctx, e)
			check(t, err)
		}
		return nil
	})
	for role, names := range map[desk.Role]string{desk.Customer: "carla jorge nuria",
		desk.Agent: "ana luis", desk.Admin: "jefa"} {
		for name := range strings.FieldsSeq(names) {
			domain := map[bool]string{true: "cliente.test",
				false: "ejemplo.test"}[role == desk.Customer]
			w.people[role] = append(w.people[role],
				addPerson(t, w.store, role, name+"@"+domain, team))
		}
	}
	return w
}

func spanish(name string) map[string]string { return map[string]string{"es": name} }

func oneOf[T any](r *rand.Rand, list ...T) T { return list[r.IntN(len(list))] }

// argument is what may follow a verb, fitting or not.
func (w *walker) argument() string {
	return oneOf(w.Rand, "", "1", "2", "3", "9", "CRM", "ERP", "Ventas", "Migración", "Piso=3",
		"Consulta", "En pruebas", "Cerrado", "Abierto",
		"Esperando respuesta", "Resuelto", "ana", "luis@ejemplo.test", "carla@cliente.test",
		"jorge@cliente.test", "nueva@otra.test",
		"mañana", "2026-12-31", "ayer", "45m", "60", "150", "+x -y", "texto",
		fmt.Sprint(1+w.IntN(len(w.opened)+2)),
		fmt.Sprint(1+w.IntN(len(w.opened)+2)))
}

// deed is what somebody does: an agent, a customer, an administrator, or a machine and whoever is
// not known.
func (w *walker) deed() desk.Deed {
	d := desk.Deed{Item: desk.Item{Text: oneOf(w.Rand, "", "Hola.", "Sigue igual.")},
		Unproven: w.IntN(5) == 0}
	switch w.IntN(7) {
	case 0: // a machine, or a mail that proves too little
		d.Act = oneOf(w.Rand, desk.Machine, desk.Waits, desk.Doubts, desk.Refused, desk.Returns)
		d.By = oneOf(w.Rand, append(w.people[desk.Customer], desk.Person{})...)
		d.Item.Author = d.By
	case 1, 2, 3:
		d.By = oneOf(w.Rand, w.people[desk.Customer]...)
		d.Solved, d.Idle, d.Down = w.IntN(4) == 0, w.IntN(4) == 0, w.IntN(9) == 0
		d.Wordless = d.Item.Text == ""
		for range w.IntN(2) {
			d.Orders = append(d.Orders, desk.Order{Verb: oneOf(w.Rand, desk.VerbClose,
				desk.VerbReopen, desk.VerbFollow, desk.VerbUnfollow), Line: "x"})
		}
	default:
		d.By = oneOf(w.Rand, append(w.people[desk.Agent], w.people[desk.Admin]...)...)
		d.Kept = oneOf(w.Rand, "", "", "", desk.HeldUnknown, desk.HeldRepeats, desk.KeptInside)
		for range w.IntN(4) {
			word, _, _ := strings.Cut(oneOf(w.Rand, desk.Menu("es")...), " ")
			v, _, _ := desk.AgentVerb(strings.TrimPrefix(word, "#"))
			o := desk.NewOrder(v, w.argument(), "es")
			o.Misplaced = w.IntN(20) == 0
			d.Orders = append(d.Orders, o)
		}
	}
	return d
}

// step does one thing to the desk.
func (w *walker) step(tx *Tx) error {
	w.deeds++
	number := int64(0)
	if len(w.opened) > 0 && w.IntN(12) > 0 { // to one of the newest
		number = max(1, int64(len(w.opened)-w.IntN(8)))
	}
	if w.IntN(10) == 0 {
		w.clock.move(time.Duration(w.IntN(72)) * time.Hour)
		var t owed
		err := tx.strike(ctx, &t, Origin{})
		if err == nil {
			return w.look(tx, t.ticket, "the clock: "+fmt.Sprint(t.Timer))
		}
		if !errors.Is(err, ErrNotFound) {
			return err
		}
	}
	d := w.deed()
	if number == 0 {
		d.Act, d.Orders = oneOf(w.Rand, desk.Opens, desk.OpensFor, desk.Records, desk.Replaces), nil
		requester := oneOf(w.Rand, w.people[desk.Customer]...)
		if d.Opens = (desk.Ticket{Mailbox: "s@e.test", Subject: "x", Requester: requester,
			ProductionDown: w.IntN(9) == 0}); d.By.ID == 0 {
			d.By = requester
		}
	}
	done, err := tx.Do(ctx, number, d, Origin{})
	if err != nil {
		return fmt.Errorf("%+v on ticket %d: %w", d, number, err)
	}
	if number == 0 {
		t, err := tx.Ticket(ctx, done.Ticket.Number)
		if err != nil {
			return err
		}
		c, err := tx.Catalogue(ctx)
		if err != nil {
			return err
		}
		if number = t.Number; t.ProductionDown { // the history begins before the alarm
			t.ProductionDown = false
		}
		w.opened[number] = said(c, t)
	}
	for _, r := range done.Results { // what was made of items has a history of its own
		if n, err := strconv.ParseInt(r.Value, 10, 64); r.Key == "split" && err == nil {
			t, err := tx.Ticket(ctx, n)
			if err != nil {
				return err
			}
			c, err := tx.Catalogue(ctx)
			if err != nil {
				return err
			}
			w.opened[n] = said(c, t)
			for what := range w.opened[n] { // their history begins with them
				if strings.HasPrefix(what, followed) {
					delete(w.opened[n], what)
				}
			}
		}
		if n, err := strconv.ParseInt(r.Value, 10, 64); (r.Key == "merged" || r.Key == "parted") &&
			err == nil {
			if err := w.look(tx, n, "joined or left by "+fmt.Sprint(number)); err != nil {
				return err
			}
		}
	}
	return w.look(tx, number, fmt.Sprintf("%s %v, act %q, orders %v, done %v", d.By.Role, d.By.ID,
		d.Act, d.Orders, done.Results))
}

// look holds a ticket, and those that it hangs together with, against the rules.
func (w *walker) look(tx *Tx, number int64, what string) error {
	w.log[number] = append(w.log[number], what)
	c, err := tx.Catalogue(ctx)
	if err != nil {
		return err
	}
	t, err := tx.Ticket(ctx, number)
	if err != nil {
		return err
	}
	if t.Number != number { // it lives on in another
		w.log[t.Number] = append(w.log[t.Number], "through "+fmt.Sprint(number)+": "+what)
		number = t.Number
	}
	items, err := tx.Items(ctx, number)
	if err != nil {
		return err
	}
	hangs, err := tx.hangs(ctx, t, desk.Deed{Idle: true})
	if err != nil {
		return err
	}
	living := func(n int64) bool {
		other, err := tx.Ticket(ctx, n)
		return err == nil && other.MergedInto == 0
	}
	if list := flaws(c, t, items, hangs, living); len(list) > 0 {
		return fmt.Errorf("ticket %d: %s\nafter\n%s", number, strings.Join(list, "; "),
			strings.Join(w.log[number], "\n"))
	}
	if w.deeds%10 != 0 { // the history is read as a whole
		return nil
	}
	history, err := tx.Activities(ctx, number)
	if err != nil {
		return err
	}
	opened, broken := taken(c, t, history)
	maps.DeleteFunc(opened, func(what, value string) bool {
		return strings.HasPrefix(what,
			followed) && value == ""
	})
	if len(broken) > 0 || !maps.Equal(opened, w.opened[number]) {
		return fmt.Errorf("ticket %d was opened as\n%v, and its history taken back makes it\n%v\n"+
			"with %+v that do not fit, after\n%s",
			number, w.opened[number], opened, broken, strings.Join(w.log[number], "\n"))
	}
	return nil
}

// Whatever customers, agents, administrators, machines and the clock do in whatever order, no
// ticket is left in a state that the rules do not name, and its history leads back to what it was
// when it was opened. BUZON_TEST_DEEDS says how many deeds, BUZON_TEST_SEED repeats them.
func TestRandomWalk(t *testing.T) {
	deeds, seed := number(t, "BUZON_TEST_DEEDS", 1000),
		uint64(number(t, "BUZON_TEST_SEED", int(rand.Uint32())))
	t.Logf("BUZON_TEST_SEED=%d", seed)
	w := newWalker(t, seed)
	for w.deeds < deeds {
		write(t, w.store, func(tx *Tx) error {
			for range 500 {
				if err := w.step(tx); err != nil {
					return fmt.Errorf("deed %d: %w", w.deeds, err)
				}
			}
			return nil
		})
	}
	t.Logf("%d deeds, %d tickets", w.deeds, len(w.opened))
}

// number is one of the environment, or otherwise.
func number(t *testing.T, name string, otherwise int) int {
	t.Helper()
	if text := os.Getenv(name); text != "" {
		return must(strconv.Atoi(text))(t)
	}
	return otherwise
}
