package mailin

import (
	"strings"
	"testing"
	"time"

	"buzon/store"
	"buzon/store/desk"
)

// TestAgentsTokensOrderForAMonth: an agent's reply address orders for 30 days, however well he is
// proven, unless he has logged in; then his mail waits, and he is asked. A customer's only adds
// words, and has no such end.
func TestAgentsTokensOrderForAMonth(t *testing.T) {
	t.Parallel()
	login := by(ourServer, agent)
	login.AuthUser, login.TLS = agent, true
	for _, c := range []struct {
		name  string
		after time.Duration
		env   store.Envelope
		rule  string
	}{
		{"29 days, unproven", 29 * 24 * time.Hour, by("", agent), "8"},
		{"31 days, unproven", 31 * 24 * time.Hour, by("", agent), "8b"},
		{"29 days, proven", 29 * 24 * time.Hour, by(ourServer, agent), "8"},
		{"31 days, proven", 31 * 24 * time.Hour, by(ourServer, agent), "8b"},
		{"31 days, logged in", 31 * 24 * time.Hour, login, "8"},
	} {
		for _, answers := range []bool{true, false} {
			h := provenHouse(t)
			n := h.opened()
			to, id := h.token(n, agent), "X-None: 1"
			if answers {
				id = "In-Reply-To: <" + h.noticeID(n, agent) + ">"
			}
			mine := h.token(n, customer)
			h.now = h.now.Add(c.after)
			var m store.Mail
			c.env.Received = h.now
			told := h.told(func() {
				m = h.file(h.plain(agent, to, "Re: x", "#cerrar\nListo.", id),
					c.env)
			})
			runs := c.rule == "8"
			if m.Rule != c.rule || (h.ticket(n).Class == desk.Closed) != runs ||
				strings.Contains(told, customer) != runs || !runs &&
				told != "confirm_agent "+agent {
				t.Errorf("%s, names the notice %v: rule %s, %s, told %s", c.name, answers, m.Rule,
					h.ticket(n).Class, told)
			}
			if runs {
				continue
			}
			if asked := h.asked(); m.Outcome != store.OutcomePending || len(asked) != 1 ||
				asked[0].Details.Cause != "late" {
				t.Errorf("%s: %s, he is asked %+v", c.name, m.Outcome, asked)
			}
			if m := h.file(h.plain(customer, mine, "Re: x", "¿Qué pasó?"),
				by("", customer)); m.Evidence != "T" {
				t.Errorf("the customer's: %+v", m)
			}
		}
	}
}
