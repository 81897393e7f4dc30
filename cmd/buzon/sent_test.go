package main

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"buzon/internal/mailtest"
	"buzon/store/desk"
)

// ackKinds are the notices that answer a mail by themselves; wordKinds carry what an agent wrote.
var (
	ackKinds  = []desk.Notice{desk.Ack, desk.AckProductionDown, desk.NewNumber, desk.AnswerNotice}
	wordKinds = []desk.Notice{desk.ItemNotice, desk.InfoRequestNotice, desk.ResolvedNotice,
		desk.ClosedNotice}
)

// checkSent checks every mail that left: it is well-formed, and its header is what its kind asks
// for.
func checkSent(t *testing.T, d *liveDesk) {
	t.Helper()
	owed := map[string]outgoingRow{}
	for _, o := range d.outbox() {
		owed[o.MessageID] = o
	}
	agents := agentAddresses(t, d)
	asked := map[int64][]itemRow{}
	items := func(ticket int64) []itemRow {
		if asked[ticket] == nil {
			asked[ticket] = d.ticket(ticket).Items
		}
		return asked[ticket]
	}
	for _, m := range d.relay.Accepted() {
		if err := mailtest.Validate(m.Raw); err != nil {
			t.Errorf("mail to %v: %v\n%.2000s", m.To, err, m.Raw)
			continue
		}
		n := readNotice(t, m)
		o, ok := owed[strings.Trim(n.Header.Get("Message-Id"), "<>")]
		if !ok {
			t.Errorf("mail to %v, %s: no row of the outbox owes it", m.To,
				n.Header.Get("Message-Id"))
			continue
		}
		for _, wrong := range headerFaults(n, o, agents, d.tag, items) {
			t.Errorf("%s to %s: %s\n%.1500s", o.Kind, o.To, wrong, m.Raw)
		}
	}
}

func agentAddresses(t *testing.T, d *liveDesk) (list []string) {
	t.Helper()
	for _, p := range rowsOf[personRow](t, d.cli("agent", "list", "--json")) {
		list = append(list, p.Addresses...)
	}
	return list
}

// headerFaults compares a header with what its kind asks for; %d stands for the ticket.
func headerFaults(n notice, o outgoingRow, agents []string, desksTag string,
	items func(ticket int64) []itemRow) (faults []string) {
	ack := slices.Contains(ackKinds, desk.Notice(o.Kind))
	human := false // an agent's own words to a customer
	if o.Item != nil && slices.Contains(wordKinds, desk.Notice(o.Kind)) &&
		!slices.Contains(agents, o.To) {
		author := items(*o.Ticket)[*o.Item-1].Author
		human = slices.Contains(agents, author)
	}
	want := map[string]string{ // field: pattern; "": absent
		"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All", "Precedence": "",
		"X-Buzon-Loop": `\w+\.b\d+\.\w{27}`, "Reply-To": "", "References": "", "In-Reply-To": "",
		"X-Buzon-Caso": "",
		"Message-Id":   `<[^<>@ ]+@[a-z]+\.test>`, "User-Agent": "", "X-Mailer": "", "Bcc": "",
		"Cc": "",
	}
	switch {
	case ack:
		want["Auto-Submitted"], want["Precedence"] = "auto-replied", "bulk"
	case human:
		want["Auto-Submitted"], want["X-Auto-Response-Suppress"] = "", ""
	}
	if desk.Notice(o.Kind) == desk.AnswerNotice {
		want["References"], want["In-Reply-To"] = `<[^<>]+>`, `<[^<>]+>`
	}
	if o.Ticket != nil {
		number := fmt.Sprint(*o.Ticket)
		want["Reply-To"] = `.*<\w+\+c` + number + `\.p\w+\.\w{21}@[a-z]+\.test>`
		want["References"] = `<c` + number + `\.\w{27}@[a-z]+\.test>( <[^<>]+>)*`
		want["In-Reply-To"] = `<[^<>]+>`
		want["X-Buzon-Caso"], want["X-Buzon-Estado"], want["X-Buzon-Severidad"] = number, `[a-z_]+`,
			`[123]`
		want["Message-Id"] = `<c` + number + `\.i\d+\.p\w+(\.n\d+)?\.\w{27}@[a-z]+\.test>`
		tag := "[" + desksTag + " #" + number + "]"
		// a telephone shows only the beginning of a subject
		if desk.Notice(o.Kind) == desk.ProductionDown {
			tag = "PRODUCCIÓN CAÍDA " + tag
		}
		english := strings.Replace(tag, "[Caso #", "[Case #", 1)
		if !strings.HasPrefix(n.Subject, tag) && !strings.HasPrefix(n.Subject, english) {
			faults = append(faults, fmt.Sprintf("subject %q does not begin with %s",
				n.Subject, tag))
		}
	}
	for field, pattern := range want {
		value := n.Header.Get(field)
		if len(n.Header[field]) > 1 ||
			!regexp.MustCompile("(?s)^(?:"+pattern+")$").MatchString(value) {
			faults = append(faults, fmt.Sprintf("%s is %q, want %q", field, n.Header[field],
				pattern))
		}
	}
	if n.From != mailtest.NoEnvelope &&
		!regexp.MustCompile(`^\w+\+b\d+\.\w{21}@[a-z]+\.test$`).MatchString(n.From) {
		faults = append(
			faults, fmt.Sprintf("the envelope sender is <%s>, want a signed bounce address",
				n.From))
	}
	if len(n.To) != 1 || bareAddress(n.Header.Get("To")) != n.To[0] {
		faults = append(faults, fmt.Sprintf("envelope to %v, To %q: want one recipient", n.To,
			n.Header.Get("To")))
	}
	if n.Text == "" || n.HTML == "" {
		faults = append(faults, "want text and HTML")
	}
	return faults
}

func base64Lines(content []byte) string {
	var b strings.Builder
	for text := base64.StdEncoding.EncodeToString(content); text != ""; {
		n := min(76, len(text))
		b.WriteString(text[:n] + "\r\n")
		text = text[n:]
	}
	return b.String()
}
