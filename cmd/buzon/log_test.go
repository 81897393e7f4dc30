package main

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"buzon/internal/mailtest"
)

var logAttribute = regexp.MustCompile(`(\w+)=("(?:[^"\\]|\\.)*"|\S*)`)

// logLines are the lines of the daemon's log with a message, as attributes by name.
func logLines(log, message string) (list []map[string]string) {
	for line := range strings.Lines(log) {
		attributes := map[string]string{}
		for _, m := range logAttribute.FindAllStringSubmatch(line, -1) {
			attributes[m[1]] = strings.Trim(m[2], `"`)
		}
		if attributes["msg"] == message {
			list = append(list, attributes)
		}
	}
	return list
}

// TestLog: one line for each mail that is taken, filed, sent or given up, none twice, and each
// thing by the same name.
func TestLog(t *testing.T) {
	t.Parallel()
	d := opened(t, liveOptions{})
	d.send(d.last(ana).reply("¿Qué luz está encendida?"))
	d.postRaw("nadie@cliente.test", "Subject: nada\r\n\r\nx\r\n", soporte)
	d.quiet()
	d.stop()
	log := d.log.String()
	for _, m := range d.mails() {
		id := fmt.Sprint(m.ID)
		once(t, log, "mail taken", map[string]string{"mail": id, "door": "smtp"})
		if m.Outcome == "quarantine" {
			once(t, log, "mail is in quarantine", map[string]string{"mail": id, "rule": m.Rule})
			continue
		}
		once(t, log, "mail filed", map[string]string{"mail": id, "rule": m.Rule,
			"outcome": m.Outcome, "ticket": fmt.Sprint(*m.Ticket), "item": fmt.Sprint(*m.Item)})
	}
	for _, o := range d.outbox() {
		once(t, log, "mail sent", map[string]string{"outbox": fmt.Sprint(o.ID), "to": o.To,
			"kind": o.Kind, "attempt": "1"})
	}
	if strings.Contains(log, " id=") {
		t.Errorf("an id without a name:\n%s", log)
	}
}

// TestLogOfFailure: what the relay refuses for good has a line of its own, and one only.
func TestLogOfFailure(t *testing.T) {
	t.Parallel()
	d := newLiveDesk(t, liveOptions{})
	d.relay.Script(mailtest.RCPT, mailtest.Act{Reply: "450 4.2.0 later", For: carla},
		mailtest.Act{Reply: "550 5.1.1 no such user", For: carla})
	d.send(printer)
	d.quiet()
	d.stop()
	log, failed := d.log.String(), ""
	for _, o := range d.outbox() {
		if o.State == "failed" {
			failed = fmt.Sprint(o.ID)
		}
	}
	once(t, log, "mail failed", map[string]string{"outbox": failed,
		"reply": "550 5.1.1 no such user"})
	if n := len(logLines(log, "mail not sent; it is tried again")); n != 1 {
		t.Errorf("%d lines about the mail that was put off:\n%s", n, log)
	}
}

// once checks that the log has exactly one such line, with the attributes.
func once(t *testing.T, log, message string, want map[string]string) {
	t.Helper()
	key := "mail"
	if want["outbox"] != "" {
		key = "outbox"
	}
	n := 0
	for _, line := range logLines(log, message) {
		if line[key] != want[key] {
			continue
		}
		n++
		for name, value := range want {
			if line[name] != value {
				t.Errorf("%s: %s is %q, want %q", message, name, line[name], value)
			}
		}
	}
	if n != 1 {
		t.Errorf("%d lines %q about %s %s:\n%s", n, message, key, want[key], log)
	}
}
