package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/user"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"buzon/mailin"
	"buzon/store"
	"buzon/store/desk"
	"buzon/templates"
)

// deed is a subcommand that does something to a ticket, as an agent's mail would.
type deed struct {
	use, short string
	orders     []string // an order each: a verb, and ARG or the arguments in its place
	words      wording
}

// wording is what a deed does with words.
type wording int

const (
	mayHave  wording = iota // with --text, for the customer
	needs                   // from --text or standard input, for the customer
	internal                // likewise, for agents
)

var linkKinds = strings.Join(desk.LinkKinds, ", ")

var deeds = []deed{
	{"reply N", "Answer the customer", nil, needs},
	{"note N", "Write a note that agents alone read", nil, internal},
	{"close N", "Close a ticket", []string{"close"}, mayHave},
	{"resolve N", "Resolve a ticket, and ask the customer to confirm",
		[]string{"resolve"}, mayHave},
	{"ask-info N", "Ask the customer for information, with the form", []string{"ask_info"}, needs},
	{"canned N NAME...", "Answer by a canned reply; --text goes below it",
		[]string{"canned ARG"}, mayHave},
	{"item N TYPE...", "Write an item of a type of one's own", []string{"item ARG"}, needs},
	{"wait N [DAY]...", "Have a ticket wait, until a day where one is named",
		[]string{"wait ARG"}, mayHave},
	{"queue N", "Put a ticket into the queue", []string{"queue"}, mayHave},
	{"release N", "Let a ticket go that an agent has", []string{"release"}, mayHave},
	{"send N [ITEM]", "Send what is held, at once", []string{"send ARG"}, mayHave},
	{"cancel N [ITEM]", "Withdraw what is held: nobody gets it", []string{"cancel ARG"}, mayHave},
	{"reopen N", "Open a ticket again", []string{"reopen"}, mayHave},
	{"take N", "Take a ticket", []string{"take"}, mayHave},
	{"assign N WHO", "Assign a ticket to an agent", []string{"assign ARG"}, mayHave},
	{"set N FIELD=VALUE…", "Change what is known of a ticket", []string{"field ARG"}, mayHave},
	{"follow N WHO", "Let somebody follow a ticket, by address", []string{"follower ARG"}, mayHave},
	{"unfollow N WHO", "Let somebody follow a ticket no more", []string{"remove ARG"}, mayHave},
	{"merge N INTO", "Have a ticket live on in another one", []string{"merge ARG"}, mayHave},
	{"split N [ITEM]...", "Make a new ticket of items; without any, undo a merge",
		[]string{"split ARG"}, mayHave},
	{"tag N TAG…", "Add tags; --remove drops some", []string{"tag ARG"}, mayHave},
	{"state N WORDS...", "Say in one line how a ticket stands; - takes the line away",
		[]string{"state_line ARG"}, mayHave},
	{"time N SPAN WHY...", "Write a line of the time sheet: 45m, 1h30, 1.5h",
		[]string{"time ARG"}, mayHave},
	{"link N KIND M", "Tie a ticket to another: " + linkKinds, []string{"link ARG"}, mayHave},
}

// deedFlags say who does it, and in which words.
type deedFlags struct {
	as, text string
	preview  bool
}

func (f *deedFlags) register(c *cobra.Command) {
	c.Flags().StringVar(&f.as, "as", "", "the agent who does it; empty: the administrator")
	c.Flags().BoolVar(&f.preview, "preview", false,
		"do nothing, and show what customers would get")
	c.Flags().StringVar(&f.text, "text", "", "what is written; - reads standard input")
}

func (a *app) deed(d deed) *cobra.Command {
	var f deedFlags
	c := &cobra.Command{Use: d.use, Short: d.short, Args: argumentsOf(d.use)}
	var removed []string
	if strings.HasPrefix(d.use, "tag ") { // "-x" would be a flag
		c.Args = cobra.MinimumNArgs(1)
		c.Flags().StringSliceVar(&removed, "remove", nil, "tags to drop")
	}
	c.RunE = func(c *cobra.Command, args []string) error {
		n, err := number(args[0], "ticket")
		if err != nil {
			return err
		}
		text, err := a.words(f.text, d.words)
		if err != nil {
			return err
		}
		it, rest := desk.Item{Text: text}, args[1:]
		if d.words == internal {
			it.Visibility = desk.Internal
		}
		for _, tag := range removed {
			rest = append(rest, "-"+tag)
		}
		return a.work(c.Context(), f, func(h *house, by desk.Person) (int64, desk.Deed, error) {
			return n, desk.Deed{By: by, Item: it, Orders: d.ordered(rest, by.Language)}, nil
		})
	}
	f.register(c)
	return c
}

// argumentsOf is how many arguments a line of use stands for.
func argumentsOf(use string) cobra.PositionalArgs {
	switch repeats := strings.HasSuffix(use, "…") || strings.HasSuffix(use, "..."); {
	case strings.Contains(use, "[") && repeats:
		return cobra.MinimumNArgs(1)
	case strings.Contains(use, "["):
		return cobra.RangeArgs(1, 2)
	case repeats:
		return cobra.MinimumNArgs(2)
	}
	return cobra.ExactArgs(len(strings.Fields(use)) - 1)
}

// ordered are the orders with their arguments.
func (d deed) ordered(args []string, language string) (list []desk.Order) {
	if !strings.HasSuffix(d.use, "…") {
		args = []string{strings.Join(args, " ")}
	}
	for _, order := range d.orders {
		verb, arg, _ := strings.Cut(order, " ")
		if arg == "" {
			args = []string{""}
		}
		for _, a := range args {
			list = append(list, desk.NewOrder(desk.Verb(verb), a, language))
		}
	}
	return list
}

// words are those of --text, or of standard input where they are needed.
func (a *app) words(text string, w wording) (string, error) {
	if text == "-" || text == "" && w != mayHave {
		in, err := io.ReadAll(a.stdin)
		if err != nil {
			return "", failed(fmt.Errorf("read standard input: %w", err))
		}
		text = string(in)
	}
	if text = strings.TrimSpace(text); text == "" && w != mayHave {
		return "", errors.New("nothing is written: give the words with --text or on standard input")
	}
	return text, nil
}

// work does a deed on a ticket, and shows what became of it. What is not understood leaves all as
// it was.
func (a *app) work(ctx context.Context, f deedFlags,
	what func(*house, desk.Person) (int64, desk.Deed, error)) error {
	return in(ctx, a.existing, func(h *house) error {
		by, err := h.worker(ctx, f.as)
		if err != nil {
			return failed(err)
		}
		by.Language = cmp.Or(by.Language, h.config.Language)
		n, d, err := what(h, by)
		if err != nil {
			return failed(err)
		}
		if f.preview {
			return failed(a.foretell(ctx, h, n, d))
		}
		return a.doNow(ctx, h, n, d)
	})
}

// doNow does it.
func (a *app) doNow(ctx context.Context, h *house, n int64, d desk.Deed) error {
	var done store.Done
	err := h.store.Write(ctx, func(tx *store.Tx) (err error) {
		done, err = h.do(ctx, tx, n, d)
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		err = fmt.Errorf("there is no ticket %d: see buzon ticket list --status all", n)
	}
	if err != nil {
		return failed(err)
	}
	return a.worked(ctx, h, done)
}

// do carries out a deed; what it opens is in the name of a person who may be new.
func (h *house) do(ctx context.Context, tx *store.Tx, n int64, d desk.Deed) (
	done store.Done, err error) {
	if who := d.Opens.Requester; n == 0 {
		if who, err = tx.Customer(ctx, who.Address(), who.Name); err != nil {
			return done, err
		}
		d.Opens.Requester, d.Item.Author, d.Item.Via = who, who, d.By.Address()
	}
	boxes := mailin.Lookup(h.boxes)
	done, err = tx.Do(ctx, n, d, store.Origin{
		Telling: store.Telling{Caps: h.config.Caps.caps()},
		Ours:    func(address string) bool { _, _, ok := boxes.Find(address); return ok },
	})
	if err == nil {
		err = h.refused(done, d)
	}
	return done, err
}

// hints say what would be right where that is not a list of names.
var hints = map[string]string{
	"number":     "want the number of another ticket: see buzon ticket list --status all",
	"person":     "want a customer's mail address",
	"requester":  "want a customer's mail address",
	"controller": "want a customer's mail address",
	"canned":     "want the name of a canned reply: see buzon canned list",
	"item":       "want a type of items of one's own: see buzon itemtype list",
	"items":      "want the number of an item of the ticket: see buzon ticket show",
	"tags":       "want words of letters and digits",
	"link":       "want one of " + linkKinds,
}

// refused is an error where an order was not carried out, and where all was so already.
func (h *house) refused(done store.Done, d desk.Deed) error {
	changed := func(r desk.Result) bool { return r.Key != "unchanged" }
	all := done.Results
	if d.Item.Text == "" && len(all) > 0 && !slices.ContainsFunc(all, changed) {
		return fmt.Errorf("ticket %d: %s", done.Ticket.Number, h.said(all[0]))
	}
	for _, r := range done.Results {
		switch hint := hints[r.Key]; {
		case r.Key == "time_left":
			return fmt.Errorf("time: %q is more than is noted: want %s or less", r.Value,
				strings.Join(r.Known, ", "))
		case r.Unknown && hint != "":
			return fmt.Errorf("%s: %q is not understood: %s", r.Key, r.Value, hint)
		case r.Unknown && r.Key == "missing":
			return fmt.Errorf("%s: its value is missing", r.Value)
		case r.Unknown && r.Key == string(desk.Gone):
			return fmt.Errorf("date: %q is over: want one of %s", r.Value,
				strings.Join(r.Known, ", "))
		case r.Unknown && len(r.Known) > 0:
			return fmt.Errorf("%s: %q: want one of %s", r.Key, r.Value, strings.Join(r.Known, ", "))
		case r.Unknown:
			return fmt.Errorf("%s: %q is not understood", r.Key, r.Value)
		case r.Key == "not_allowed":
			return fmt.Errorf("%s: not possible here", r.Line)
		case r.Refused():
			return errors.New(h.said(r))
		}
	}
	return nil
}

// said is what became of an order, in the desk's language.
func (h *house) said(r desk.Result) string {
	c := templates.Command{Result: r.Key, Value: r.Value}
	return strings.TrimSpace(r.Line + ": " + h.templates.Said(h.config.Language, c))
}

// worked shows the ticket as it is now.
func (a *app) worked(ctx context.Context, h *house, done store.Done) error {
	if a.json {
		row, err := h.row(ctx, done.Ticket.Number)
		if err == nil {
			err = a.showTicket(ctx, h, row)
		}
		return failed(err)
	}
	n, err := h.naming(ctx)
	if err != nil {
		return failed(err)
	}
	t := done.Ticket
	fmt.Fprintf(a.stdout, "ticket %d: item %d, %s\n", t.Number, done.Item.Number, n.of(t.Status))
	for _, r := range done.Results {
		fmt.Fprintln(a.stdout, safe(h.said(r)))
	}
	if done.Kept == desk.NobodyHears {
		fmt.Fprintln(a.stderr, "nobody receives it: "+
			"the ticket has no customer who can be written to")
	}
	return nil
}

// worker is the agent by address or name; "" is the administrator: the one whose address the
// caller's account has, else the first.
func (h *house) worker(ctx context.Context, as string) (desk.Person, error) {
	agents, err := h.store.Agents(ctx)
	if err != nil {
		return desk.Person{}, err
	}
	if as == "" {
		return administrator(agents)
	}
	i := slices.IndexFunc(agents, func(p desk.Person) bool {
		return slices.Contains(p.Addresses, desk.Canonical(as)) || desk.Same(p.Name, as)
	})
	if i < 0 {
		err = fmt.Errorf("%s: no active agent is called so: see buzon agent list", as)
		return desk.Person{}, err
	}
	return agents[i], nil
}

var errNoAdmin = errors.New("the desk has no administrator: say with --as which agent does it, " +
	"or make one with buzon agent add ADDRESS --admin")

func administrator(agents []desk.Person) (desk.Person, error) {
	others := func(p desk.Person) bool { return p.Role != desk.Admin }
	if agents = slices.DeleteFunc(slices.Clone(agents), others); len(agents) == 0 {
		return desk.Person{}, errNoAdmin
	}
	names := []string{os.Getenv("SUDO_USER")}
	if u, err := user.Current(); err == nil {
		names = append(names, u.Username)
	}
	for _, name := range names {
		for _, p := range agents {
			if local, _, _ := strings.Cut(p.Address(), "@"); local == name {
				return p, nil
			}
		}
	}
	return agents[0], nil
}

// fieldOrders set the fields that flags say.
func fieldOrders(set map[string]*string, language string) (list []desk.Order) {
	for _, field := range desk.Fields {
		if v := set[field.Key]; v != nil && *v != "" {
			list = append(list, desk.NewOrder("field", field.Key+"="+*v, language))
		}
	}
	return list
}

func (a *app) ticketOpen() *cobra.Command {
	var f deedFlags
	var requester, name, subject, mailbox string
	set := map[string]*string{}
	c := &cobra.Command{Use: "open --requester ADDRESS --subject TEXT", Args: cobra.NoArgs,
		Short: "Open a ticket in a customer's name"}
	c.RunE = func(c *cobra.Command, _ []string) error {
		text, err := a.words(f.text, needs)
		if err != nil {
			return err
		}
		return a.work(c.Context(), f, func(h *house, by desk.Person) (int64, desk.Deed, error) {
			d := desk.Deed{By: by, Act: desk.OpensFor, Orders: fieldOrders(set, by.Language),
				Item: desk.Item{Text: text, Seen: desk.Seen{InName: true}}}
			d.Opens = desk.Ticket{Mailbox: cmp.Or(mailbox, h.boxes[0].Address), Subject: subject,
				Requester: desk.Person{Name: name, Addresses: []string{desk.Canonical(requester)}}}
			return 0, d, h.known(requester, mailbox)
		})
	}
	f.register(c)
	c.Flags().StringVar(&requester, "requester", "", "mail address of the customer")
	c.Flags().StringVar(&name, "name", "", "name of a customer who is new")
	c.Flags().StringVar(&subject, "subject", "", "what it is about")
	c.Flags().StringVar(&mailbox, "mailbox", "", "of the desk; empty: the first")
	for _, field := range desk.Fields {
		if c.Flags().Lookup(field.Key) == nil {
			set[field.Key] = c.Flags().String(field.Key, "", "")
		}
	}
	c.MarkFlagRequired("requester")
	c.MarkFlagRequired("subject")
	return c
}

// known refuses a requester or a mailbox that can't be one.
func (h *house) known(requester, mailbox string) error {
	_, _, ours := mailin.Lookup(h.boxes).Find(requester)
	if ours || desk.Canonical(requester) == "" {
		return fmt.Errorf("--requester: %q: want a customer's mail address", requester)
	}
	if mailbox != "" && h.boxes.Named(mailbox).Address != mailbox {
		return among("mailbox", mailbox, h.boxes.Addresses()...)
	}
	return nil
}
