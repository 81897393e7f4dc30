package desk

import (
	"strings"
	"testing"
	"time"
)

// heard is what comes of a row of mails about one alert, in steps: p, a problem; P, a worse one; r,
// a recovery; d, one that is not proven; f, that it flaps; n, news; and a digit, so many hours
// later. The ticket follows as the desk has it follow.
func heard(mails string) string {
	var steps []string
	var a Alert
	var t Ticket
	now := noon
	for _, m := range mails {
		state, level := AlertProblem, 2
		switch m {
		case 'P':
			level = 1
		case 'r', 'd':
			state = AlertRecovery
		case 'f':
			state = AlertFlaps
		case 'n':
			state = AlertNews
		case 'c':
			t.Class = Closed
			continue
		case 'p':
		default:
			now = now.Add(time.Duration(m-'0') * time.Hour)
			continue
		}
		now = now.Add(time.Minute)
		var step AlertStep
		a, step = a.Hear(state, level, t, m != 'd', now)
		switch step {
		case AlertOpens:
			t = Ticket{Number: 1, Class: Open}
		case AlertReturns, AlertSways:
			t.Class = Open
		case AlertRecovers:
			t.Class = Resolved
		}
		steps = append(steps, string(step))
	}
	return strings.Join(steps, " ")
}

// TestAlerts: a problem opens one ticket however often it is told, only who is as well proven
// resolves it, and what comes and goes is said once.
func TestAlerts(t *testing.T) {
	for mails, want := range map[string]string{
		"ppp":     "opens repeats repeats",
		"pPp":     "opens worsens repeats",
		"pr":      "opens recovers",
		"prr":     "opens recovers nothing",
		"pdr":     "opens tells recovers",
		"prp":     "opens recovers returns",
		"pcp":     "opens opens",
		"pcr":     "opens nothing",
		"r":       "nothing",
		"n":       "nothing",
		"f":       "nothing",
		"pn":      "opens tells",
		"pfppr":   "opens sways repeats repeats repeats",
		"pffn":    "opens sways tells tells",
		"prprprp": "opens recovers returns recovers returns recovers sways",
		"prprprpprp": "opens recovers returns recovers returns recovers sways repeats " +
			"repeats repeats",
		// slowly enough it is a problem each time
		"pr2pr2pr2p": "opens recovers returns recovers returns recovers returns",
		"pf2rp":      "opens sways recovers returns", // and an hour of peace ends the swaying
	} {
		if got := heard(mails); got != want {
			t.Errorf("%s: %s, want %s", mails, got, want)
		}
	}
}
