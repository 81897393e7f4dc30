package templates

import (
	"slices"
	"strconv"
	"strings"
)

// reply says what an agent's reply will do, and to whom; to a follower, why he gets the mail.
func (w voice) reply(v *View) any {
	key := "out"
	switch {
	case v.Follows && !v.ToAgent && v.Ticket.Number != 0:
		key = "follower_why"
	// those mails say themselves what an answer does
	case !v.ToAgent, len(v.Held) > 0, strings.HasSuffix(v.Reason, "_for_admin"):
		return ""
	case v.Ticket.Number == 0 && (answered(v.Links) || len(v.Proposed) > 0) && v.Answer.Title == "":
		return ""
	case slices.ContainsFunc(v.Groups, func(g Group) bool {
		return slices.ContainsFunc(g.Entries, func(e Entry) bool { return e.ReplyTo != "" })
	}):
		key = "list"
	case len(v.Groups) > 0:
		key = "list_bare"
	case v.Control:
		key = "control"
	case v.Ticket.Number == 0:
		key = "none"
	case len(v.Readers) == 0 && v.Followers == 0:
		key = "nobody"
	case v.Inside:
		key = "inside"
	}
	before, after, named := strings.Cut(w.p.Reply[key], "{readers}")
	if !named {
		return w.sentence(before)
	}
	return w.mix(w.sentence(before), w.readers(v), w.sentence(after))
}

// askers are the buttons that ask for something by a mail of its own; the others answer.
var askers = []string{"help", "my_tickets", "panel"}

// answered reports whether one of a mail's buttons answers it.
func answered(buttons []Link) bool {
	return slices.ContainsFunc(buttons, func(l Link) bool {
		return !slices.Contains(askers, l.Key)
	})
}

// readers are "Carla Ruiz, Eva Sanz y 2 seguidores".
func (w voice) readers(v *View) string {
	var all []string
	for _, p := range v.Readers {
		all = append(all, p.Name)
	}
	switch {
	case v.Followers == 1:
		all = append(all, w.p.Reply["follower"])
	case v.Followers > 1:
		all = append(all, strings.ReplaceAll(w.p.Reply["followers"], "{n}",
			strconv.Itoa(v.Followers)))
	}
	if n := len(all) - 1; n > 0 {
		return strings.Join(all[:n], ", ") + " " + w.p.Reply["and"] + " " + all[n]
	}
	return strings.Join(all, "")
}
