package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"buzon/store"
)

// actRow is the JSON of a mail of the story.
type actRow struct {
	What string `json:"what"`
	mailRow
	Sent  []sentRow `json:"sent"`
	Wrong []string  `json:"wrong"`
}

type sentRow struct {
	Kind    string `json:"kind"`
	To      string `json:"to"`
	Subject string `json:"subject"`
	State   string `json:"state"`
}

// reportPlay prints what became of the mails: the mails, the tickets, what was sent.
func (a *app) reportPlay(ctx context.Context, p *player, played []act) error {
	subjects, err := p.subjects()
	if err != nil {
		return err
	}
	if a.json {
		return a.playedJSON(played, subjects)
	}
	if err := a.mailsThatCame(played); err != nil {
		return err
	}
	if err := a.ticketsNow(ctx, p.house); err != nil {
		return err
	}
	if err := a.mailsSent(played, subjects); err != nil {
		return err
	}
	if err := a.showNotice(p); err != nil {
		return err
	}
	if wrongs(played) == nil {
		fmt.Fprintf(
			a.stdout, "\nAll %d mails became what they should; no word between agents reached a "+
				"customer.\n", len(played))
	}
	return nil
}

func (a *app) playedJSON(played []act, subjects map[string]string) error {
	for _, p := range played {
		row := actRow{What: p.What, mailRow: mailJSON(p.mail), Sent: []sentRow{},
			Wrong: nonNil(p.wrong)}
		for _, o := range p.tells {
			row.Sent = append(row.Sent, sentRow{string(o.Kind), o.Address, subjects[o.MessageID],
				string(o.State)})
		}
		if err := a.object(row); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) mailsThatCame(played []act) error {
	fmt.Fprintln(a.stdout, "The mails that came in, and what each became. RULE is the line of the "+
		"policy that decided; buzon mail explain says it in words.")
	var rows [][]string
	for i, p := range played {
		mark := ""
		if len(p.wrong) > 0 {
			mark = "WRONG"
		}
		rows = append(rows, []string{fmt.Sprint(i + 1), p.What, cmp.Or(p.mail.Sender, "(none)"),
			cut(p.mail.Subject, 30), p.mail.Rule, string(p.mail.Outcome),
			place(p.mail.Ticket, p.mail.Item), mark})
	}
	return a.table([]string{"MAIL", "STORY", "FROM", "SUBJECT", "RULE", "OUTCOME", "CASE"}, rows)
}

func (a *app) mailsSent(played []act, subjects map[string]string) error {
	fmt.Fprintln(a.stdout, "\nSent because of each mail:")
	var rows [][]string
	for i, p := range played {
		for _, o := range p.tells {
			about := cut(subjects[o.MessageID], 66)
			rows = append(rows, []string{fmt.Sprint(i + 1), string(o.Kind), o.Address, about})
		}
	}
	return a.table([]string{"MAIL", "KIND", "TO", "SUBJECT"}, rows)
}

// ticketsNow prints all tickets as they are.
func (a *app) ticketsNow(ctx context.Context, h *house) error {
	tickets, _, err := h.store.Find(ctx, everything, store.Query{})
	if err != nil {
		return err
	}
	n, err := h.naming(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintln(a.stdout, "\nThe tickets now:")
	return a.printTickets(n, tickets)
}

// showNotice prints the first answer to a customer, as she reads it.
func (a *app) showNotice(p *player) error {
	list, err := p.inbox("carla@molinos.test", 1)
	if err != nil {
		return err
	}
	for _, m := range list {
		if strings.Contains(m.Name, "Luis") {
			fmt.Fprintf(a.stdout, "\nOne of them, Luis's answer, as Carla reads it:\n  From:    "+
				"%s <%s>\n  Subject: %s\n\n", m.Name, m.From, m.Subject)
			for line := range strings.Lines(m.Text) {
				fmt.Fprintln(a.stdout, strings.TrimRight("  "+
					safe(strings.TrimRight(line, "\n")), " "))
			}
			break
		}
	}
	return nil
}

// subjects of all caught mail, by Message-ID.
func (p *player) subjects() (map[string]string, error) {
	all, err := p.inbox("", 0)
	list := map[string]string{}
	for _, m := range all {
		list[m.ID] = m.Subject
	}
	return list, err
}

// writePages puts the HTML of every caught mail beside the Maildir, for a browser.
func (p *player) writePages() error {
	all, err := p.inbox("", 0)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(p.pages(), 0o700); err != nil {
		return fmt.Errorf("make a directory for the pages: %w", err)
	}
	for i, m := range all {
		who, _, _ := strings.Cut(m.To, "@")
		name := fmt.Sprintf("%02d-case-%d-to-%s.html", i+1, m.Ticket, who)
		if err := os.WriteFile(filepath.Join(p.pages(), name), []byte(m.HTML), 0o600); err != nil {
			return fmt.Errorf("write a page: %w", err)
		}
	}
	return nil
}

func (p *player) pages() string { return filepath.Join(p.house.config.DataDir, "html") }

// whereToLook tells what can be done next.
func (a *app) whereToLook(p *player, stay, keep bool) {
	buzon, dir := program(), p.house.config.DataDir
	if !stay && !keep {
		fmt.Fprintf(a.stdout, "\nThe desk is taken away again. To look around in it: %s demo "+
			"--keep. To write to it: %s demo --stay.\n", buzon, buzon)
		return
	}
	fmt.Fprintf(a.stdout, "\nLook further:\n")
	w := tabwriter.NewWriter(a.stdout, 0, 4, 2, ' ', 0)
	for _, l := range [][2]string{
		{"ticket show 1", "a case, item by item"},
		{"ticket search factura", "cases by the words in them"},
		{"mail explain 8", "what became of a mail, and why"},
		{"mail raw 3", "as it came"}, {"quarantine list", "what waits for an administrator"},
		{"outbox list", "what was sent, and when"},
	} {
		fmt.Fprintf(w, "  %s %s --data %s\t# %s\n", buzon, l[0], dir, l[1])
	}
	w.Flush()
	fmt.Fprintf(a.stdout, "The mails that were sent:  %s\nTheir HTML, for a browser: %s\n", p.dir,
		p.pages())
	if !stay {
		fmt.Fprintf(
			a.stdout, "\nThe desk is yours: %s stays until you remove it. To run it: %s serve "+
				"--data %s\n", dir, buzon, dir)
	}
}

// program is how the user started us.
func program() string {
	if strings.Contains(os.Args[0], "go-build") {
		return "go run ./cmd/buzon"
	}
	return os.Args[0]
}
