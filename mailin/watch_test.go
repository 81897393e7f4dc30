package mailin

import (
	"fmt"
	"html"
	"regexp"
	"strings"
	"testing"
	"time"

	"buzon/mailin/alert"
	"buzon/store"
	"buzon/store/desk"
)

const monitor = "nagios@vigia.cliente.test"

// monitorMail is how a maker's shipped template writes of a thing; the second value is the text.
type monitorMail func(host, service string, bad, spanish bool, n int) (subject, text string)

func pick(cond bool, yes, no string) string {
	if cond {
		return yes
	}
	return no
}

// makers write as their documentation says; in Spanish as those do who translate the templates.
var monitorMakers = map[string]monitorMail{
	"nagios host": func(host, _ string, bad, spanish bool, n int) (string, string) {
		kind, state := pick(bad, "PROBLEM", "RECOVERY"), pick(bad, "DOWN", "UP")
		subject := fmt.Sprintf("** %s Host Alert: %s is %s **", kind, host, state)
		if spanish {
			subject = fmt.Sprintf("** %s Alerta de equipo: %s está %s **",
				pick(bad, "PROBLEMA", "RECUPERACIÓN"), host, state)
		}
		return subject, fmt.Sprintf("***** Nagios *****\n\nNotification Type: %s\nHost: %s\n"+
			"State: %s\nAddress: 10.0.0.%d\nInfo: PING %s - %d%% packet loss\n\nDate/Time: Tue "+
			"Mar 3 09:%02d:00 -05 2026\n", kind, host, state, n, state, n, n%60)
	},
	"nagios service": func(host, service string, bad, spanish bool, n int) (string, string) {
		kind, state := pick(bad, "PROBLEM", "RECOVERY"), pick(bad, "CRITICAL", "OK")
		subject := fmt.Sprintf("** %s Service Alert: %s/%s is %s **", kind, host, service, state)
		if spanish {
			subject = fmt.Sprintf("** %s Alerta de servicio: %s/%s está %s **",
				pick(bad, "PROBLEMA", "RECUPERACIÓN"), host, service, state)
		}
		return subject, fmt.Sprintf("***** Nagios *****\n\nNotification Type: %s\n\nService: %s\n"+
			"Host: %s\nAddress: 10.0.0.7\nState: %s\n\nDate/Time: Tue Mar 3 09:%02d:00 -05 2026\n"+
			"\nAdditional Info:\n\n%s - value %d\n", kind, service, host, state, n%60, state, n)
	},
	"icinga host": func(host, _ string, bad, spanish bool, n int) (string, string) {
		kind, state := pick(bad, "PROBLEM", "RECOVERY"), pick(bad, "DOWN", "UP")
		return fmt.Sprintf("[%s] Host %s %s %s!", kind, host, pick(spanish, "está", "is"), state),
			fmt.Sprintf("***** Host Monitoring on vigia *****\n\n%s is %s!\n\nInfo:    PING %s - "+
				"%d\n\nWhen:    2026-03-03 09:%02d:00 -0500\nHost:    %s\nIPv4:    10.0.0.9\n",
				host, state, state, n, n%60, host)
	},
	"icinga service": func(host, service string, bad, spanish bool, n int) (string, string) {
		kind, state := pick(bad, "PROBLEM", "RECOVERY"), pick(bad, "WARNING", "OK")
		return fmt.Sprintf("[%s] %s on %s %s %s!", kind, service, host, pick(spanish, "está", "is"),
				state),
			fmt.Sprintf("***** Service Monitoring on vigia *****\n\n%s on %s is %s!\n\nInfo:    "+
				"%s %d\n\nWhen:    2026-03-03 09:%02d:00 -0500\nService: %s\nHost:    %s\n",
				service, host, state, state, n, n%60, service, host)
	},
	"checkmk host": func(host, _ string, bad, _ bool, n int) (string, string) {
		event := pick(bad, "UP -> DOWN", "DOWN -> UP")
		return fmt.Sprintf("Check_MK: %s - %s", host, event),
			fmt.Sprintf("Host:     %s\nAlias:    %s\nAddress:  10.0.0.4\n\nEvent:    %s\nOutput:  "+
				" Packet received via smart PING %d\nPerfdata: x=%d\n", host, host, event, n, n)
	},
	"checkmk service": func(host, service string, bad, _ bool, n int) (string, string) {
		event := pick(bad, "OK -> CRIT", "CRIT -> OK")
		return fmt.Sprintf("Checkmk: %s/%s %s", host, service, event),
			fmt.Sprintf("Host:     %s\nAlias:    %s\nAddress:  10.0.0.4\nService:  %s\n\nEvent:   "+
				" %s\nOutput:   %d%% used\nPerfdata: x=%d\n", host, host, service, event, n, n)
	},
	"zabbix": func(host, service string, bad, spanish bool, n int) (string, string) {
		name := service + " is too high"
		switch {
		case spanish && bad:
			return "Problema: " + name, fmt.Sprintf("Problema iniciado a las 09:%02d:00 el "+
				"2026.03.03\nNombre del problema: %s\nEquipo: %s\nSeveridad: Alta\nDatos "+
				"operativos: %d\nID del problema original: %d\n", n%60, name, host, n, 4000+n)
		case spanish:
			return fmt.Sprintf("Resuelto en 5m %ds: %s", n%60, name),
				fmt.Sprintf("El problema se resolvió a las 09:%02d:00 el 2026.03.03\nNombre del "+
					"problema: %s\nDuración: 5m\nEquipo: %s\nSeveridad: Alta\nID del problema "+
					"original: %d\n", n%60, name, host, 4000+n)
		case bad:
			return "Problem: " + name, fmt.Sprintf("Problem started at 09:%02d:00 on 2026.03.03\n"+
				"Problem name: %s\nHost: %s\nSeverity: High\nOperational data: %d\nOriginal "+
				"problem ID: %d\n\n", n%60, name, host, n, 4000+n)
		}
		return fmt.Sprintf("Resolved in 5m %ds: %s", n%60, name),
			fmt.Sprintf("Problem has been resolved at 09:%02d:00 on 2026.03.03\nProblem name: %s\n"+
				"Problem duration: 5m\nHost: %s\nSeverity: High\nOriginal problem ID: %d\n", n%60,
				name, host, 4000+n)
	},
	"alertmanager": func(host, service string, bad, _ bool, n int) (string, string) {
		labels := fmt.Sprintf("alertname = %s\ninstance = %s:9100\nseverity = critical\n",
			service, host)
		if bad {
			return fmt.Sprintf("[FIRING:%d] %s %s:9100 (node critical)", n%3+1, service, host),
				"1 alert for alertname=" + service +
					"\n\nView in Alertmanager\n\n[1] Firing\n\nLabels\n" + labels +
					"Annotations\nsummary = It is down\nSource\n"
		}
		return fmt.Sprintf("[RESOLVED] %s %s:9100 (critical)", service, host),
			"1 alert for alertname=" + service +
				"\n\nView in Alertmanager\n\n[1] Resolved\n\nLabels\n" + labels
	},
	"kuma": func(host, service string, bad, spanish bool, n int) (string, string) {
		m := fmt.Sprintf("[%s %s] [%s] %s", service, host, pick(bad, "🔴 Down", "✅ Up"),
			pick(bad, fmt.Sprintf("connect ECONNREFUSED 10.0.0.1:%d", n), "200 - OK"))
		if spanish { // the administrator's own subject: {{NAME}}: {{STATUS}}
			return fmt.Sprintf("%s %s: %s", service, host, pick(bad, "🔴 Down", "✅ Up")),
				m + fmt.Sprintf("\nTime (America/Bogota): 2026-03-03 09:%02d:00", n%60)
		}
		return m, m + fmt.Sprintf("\nTime (America/Bogota): 2026-03-03 09:%02d:00", n%60)
	},
}

// watching is a desk whose main mailbox takes alerts.
func watching(t *testing.T, change ...func(*Options)) *house {
	return newHouse(t, append([]func(*Options){func(o *Options) { o.Mailboxes[0].Alerts = true }},
		change...)...)
}

// monitored writes a monitoring system's mail.
func (h *house) monitored(from, subject, text string, asHTML bool) store.Mail {
	h.t.Helper()
	return h.file(h.monitorMail(from, subject, text, asHTML),
		store.Envelope{Door: "smtp", From: from, To: []string{box}, Received: h.now})
}

func (h *house) monitorMail(from, subject, text string, asHTML bool) string {
	raw := h.plain(from, box, subject, text)
	if !asHTML {
		return raw
	}
	body := html.EscapeString(text)
	body = regexp.MustCompile(`(?m)^([A-Z][\w /]+:)(.*)$`).ReplaceAllString(body,
		"<tr><td><b>$1</b></td><td>$2</td></tr>")
	body = "<html><body><table>" + strings.ReplaceAll(body, "\n", "\n<br>") +
		"</table></body></html>"
	head, _, _ := strings.Cut(raw, "\r\n\r\n")
	return strings.Replace(head, "text/plain", "text/html", 1) + "\r\n\r\n" + body + "\r\n"
}

// TestMonitoringPairs: of each maker, plain and as HTML, in English and Spanish, a problem, its
// repeat and its recovery are one ticket, which is resolved, and only agents hear of it.
func TestMonitoringPairs(t *testing.T) {
	t.Parallel()
	h := watching(t)
	pairs, right := 0, 0
	for name, write := range monitorMakers {
		for i, thing := range [][2]string{{"web01", "HTTP"}, {"db-02.cliente.test", "Disk C: /var"},
			{"SRV ñandú", "CPU load"}} {
			for _, way := range []struct{ spanish, html bool }{{}, {true, false}, {false, true},
				{true, true}} {
				pairs++
				h.now = h.now.Add(3 * time.Hour) // nobody's cap
				host := fmt.Sprintf("%s-%d", thing[0], pairs)
				var opened, again, over store.Mail
				told := h.told(func() {
					for n, m := range []*store.Mail{&opened, &again, &over} {
						subject, text := write(host, thing[1], n < 2, way.spanish, 10*i+n)
						*m = h.monitored(monitor, subject, text, way.html)
						h.now = h.now.Add(10 * time.Minute)
					}
				})
				fine := opened.Outcome == store.OutcomeTicket && again.Ticket == opened.Ticket &&
					over.Ticket == opened.Ticket &&
					again.Outcome == store.OutcomeAutomatic &&
					h.ticket(opened.Ticket).Class == desk.Resolved
				if fine {
					right++
				} else {
					t.Logf("%s %+v: %s %d, %s %d, %s %d: %s", name, way, opened.Outcome,
						opened.Ticket, again.Outcome, again.Ticket, over.Outcome, over.Ticket,
						over.Reason)
				}
				if strings.Contains(told, monitor) {
					t.Errorf("%s: a machine is written to: %s", name, told)
				}
				// two agents and the admin
				if fine && (strings.Count(told, "alert ") != 3 ||
					strings.Count(told, "new_ticket ") != 3) {
					t.Errorf("%s: told %s", name, told)
				}
			}
		}
	}
	if t.Logf("%d of %d pairs", right, pairs); pairs < 100 || right*100 < pairs*98 {
		t.Errorf("%d of %d pairs are right, want 98 of 100", right, pairs)
	}
}

const (
	badSubject  = "** PROBLEM Service Alert: web01/HTTP is CRITICAL **"
	goodSubject = "** RECOVERY Service Alert: web01/HTTP is OK **"
)

// TestAlertsFlap: what fails and recovers over and over is said once, and its ticket stays open
// until it has been quiet for a while.
func TestAlertsFlap(t *testing.T) {
	t.Parallel()
	h := watching(t)
	n := h.monitored(monitor, badSubject, "x", false).Ticket
	var told []string
	for range 5 {
		for _, subject := range []string{goodSubject, badSubject} {
			h.now = h.now.Add(3 * time.Minute)
			told = append(told, h.told(func() { h.monitored(monitor, subject, "x", false) }))
		}
	}
	heard := 0
	for _, step := range told {
		if step != "" {
			heard++
		}
	}
	// over, back, over, back, over, and that it comes and goes
	if c := h.ticket(n).Class; heard != 6 || c != desk.Open {
		t.Errorf("%d steps are told, and the ticket is %s: %q", heard, c, told)
	}
	h.now = h.now.Add(2 * time.Hour)
	if h.monitored(monitor, goodSubject, "x", false); h.ticket(n).Class != desk.Resolved {
		t.Error("it is not resolved once it is calm")
	}
	h.now = h.now.Add(time.Hour)
	h.monitored(monitor, "** FLAPPINGSTART Service Alert: web01/HTTP is OK **", "x", false)
	h.monitored(monitor, badSubject, "x", false)
	if told := h.told(func() { h.monitored(monitor, goodSubject, "x", false) }); told != "" &&
		h.ticket(n).Class == desk.Resolved {
		t.Errorf("the system says that it flaps, and each change is told: %s", told)
	}
}

// TestAlertsReopenAndWorsen: the same problem again opens its ticket again, or, where that was
// closed, another that cites it; one that gets worse is told.
func TestAlertsReopenAndWorsen(t *testing.T) {
	t.Parallel()
	h := watching(t)
	warn := "** PROBLEM Service Alert: web01/HTTP is WARNING **"
	n := h.monitored(monitor, warn, "x", false).Ticket
	low := h.ticket(n).Severity
	told := h.told(func() { h.monitored(monitor, badSubject, "x", false) })
	if !strings.Contains(told, "alert ") || h.ticket(n).Severity >= low {
		t.Errorf("worse: severity %d, was %d, told %q", h.ticket(n).Severity, low, told)
	}
	if told := h.told(func() { h.monitored(monitor, warn, "x", false) }); told != "" ||
		h.ticket(n).Severity >= low {
		t.Errorf("better, and not over: %q", told)
	}
	h.monitored(monitor, goodSubject, "x", false)
	told = h.told(func() { h.monitored(monitor, badSubject, "x", false) })
	if h.ticket(n).Class != desk.Open || !strings.Contains(told, "alert ") {
		t.Errorf("back: %s, told %q", h.ticket(n).Class, told)
	}
	h.answer(n, "#cerrar")
	if told := h.told(func() { h.monitored(monitor, goodSubject, "x", false) }); told != "" ||
		h.ticket(n).Class != desk.Closed {
		t.Errorf("over, and closed before: %q", told)
	}
	m := h.monitored(monitor, badSubject, "x", false)
	if m.Ticket == n || m.Outcome != store.OutcomeTicket {
		t.Errorf("a closed ticket's problem: %+v", m)
	}
}

// TestRecoveryAsProvenAsTheProblem: who forges the address resolves nothing, and hides nothing.
func TestRecoveryAsProvenAsTheProblem(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, from     string
		problem, after store.Envelope
		want           desk.Class
	}{
		{"both proven", "nagios@ejemplo.test", by(ourServer, "nagios@ejemplo.test"),
			by(ourServer, "nagios@ejemplo.test"), desk.Resolved},
		{"forged", "nagios@ejemplo.test", by(ourServer, "nagios@ejemplo.test"),
			by(forgerServer, "x@mal.test"), desk.Open},
		{"both forged", "nagios@ejemplo.test", by(forgerServer, "x@mal.test"),
			by(forgerServer, "x@mal.test"), desk.Open},
		{"neither proven", "nagios@cliente.test", by(forgerServer, "x@mal.test"),
			by(forgerServer, "x@mal.test"), desk.Resolved},
		{"proven, and later not", "nagios@cliente.test", by("192.0.2.20", "nagios@cliente.test"),
			by(forgerServer, "x@mal.test"), desk.Open},
	} {
		h := provenHouse(t, func(o *Options) { o.Mailboxes[0].Alerts = true })
		n := h.file(h.plain(c.from, box, badSubject, "x"), c.problem).Ticket
		told := h.told(func() { h.file(h.plain(c.from, box, goodSubject, "x"), c.after) })
		if got := h.ticket(n).Class; got != c.want || told == "" {
			t.Errorf("%s: %s, want %s; told %q", c.name, got, c.want, told)
		}
	}
	// another address's recovery is another thing's
	h := watching(t)
	n := h.monitored(monitor, badSubject, "x", false).Ticket
	if m := h.monitored("nagios@mal.test", goodSubject, "x",
		false); h.ticket(n).Class != desk.Open || m.Ticket != 0 ||
		m.Outcome != store.OutcomeAutomatic {
		t.Errorf("another's recovery: %+v", m)
	}
}

// TestAlertsArePeoplesToo: what a person writes about an alert, and what comes to a mailbox that
// takes none, is what it was.
func TestAlertsArePeoplesToo(t *testing.T) {
	t.Parallel()
	h := watching(t)
	if m := h.file(h.plain(customer, box, "RE: "+badSubject, "Ya lo vemos.")); m.Rule == "7" {
		t.Errorf("a person's answer: %+v", m)
	}
	if m := h.file(h.plain(customer, box, "Problema: no imprime",
		"No imprime la factura.")); m.Rule == "7" {
		t.Errorf("a person's problem: %+v", m)
	}
	if m := h.file(h.plain(agent, box, badSubject, "Mira esto.")); m.Rule == "7" {
		t.Errorf("an agent's: %+v", m)
	}
	if m := newHouse(t).monitored(monitor, badSubject, "x",
		false); m.Outcome == store.OutcomeTicket {
		t.Errorf("a mailbox that takes no alerts: %+v", m)
	}
	// an agent's answer goes to nobody, and to the person who writes from the address later
	m := h.monitored("turnos@cliente.test", badSubject, "x", false)
	if told := h.told(func() { h.answer(m.Ticket, "Lo miro.") }); strings.Contains(told,
		"turnos@") {
		t.Errorf("a machine is answered: %s", told)
	}
	told := h.told(func() {
		h.file(h.plain("turnos@cliente.test", box, "Consulta",
			"¿A qué hora abren?"))
	})
	if !strings.Contains(told, "ack "+"turnos@cliente.test") {
		t.Errorf("a person is not answered: %s", told)
	}
}

// TestOwnPatterns: a system that is not known is described by the administrator.
func TestOwnPatterns(t *testing.T) {
	t.Parallel()
	h := watching(t, func(o *Options) {
		o.Alerts.Patterns = alert.Patterns{Problem: regexp.MustCompile(`(?i)^falla`),
			Recovery: regexp.MustCompile(`(?i)^normal`),
			Key:      regexp.MustCompile(`(?i)sensor (\w+)`)}
	})
	n := h.monitored("plc@planta.test", "FALLA en el sensor T7", "92 °C", false).Ticket
	if h.monitored("plc@planta.test", "Normal: sensor t7", "40 °C", false); n == 0 ||
		h.ticket(n).Class != desk.Resolved {
		t.Errorf("ticket %d is not resolved", n)
	}
	if m := h.monitored("plc@planta.test", "Informe semanal del sensor T7", "…",
		false); m.Ticket == n {
		t.Errorf("what is no alert: %+v", m)
	}
}

// TestSourcesThatMayFlood: of those each ticket is told as usual, however many there are.
func TestSourcesThatMayFlood(t *testing.T) {
	t.Parallel()
	for _, sources := range [][]string{nil, {"vigia.cliente.test"}} {
		h := watching(t, func(o *Options) { o.Alerts.Sources = sources })
		h.person(desk.Person{Addresses: []string{monitor}, Role: desk.Customer, Active: true,
			Known: true, Machine: true})
		held := 0
		for i := range 30 {
			h.monitored(monitor, fmt.Sprintf("[PROBLEM] Host web%d is DOWN!", i), "x", false)
			h.now = h.now.Add(time.Minute)
		}
		list, err := h.store.Outbox(t.Context(), store.OutboxFilter{Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range list {
			if strings.Contains(o.LastReply, "many tickets of one requester") {
				held++
			}
		}
		who, err := h.store.AlertSources(t.Context())
		if err != nil || len(who) != 1 ||
			who[0] != (store.AlertSource{Mailbox: box, Source: monitor, Alerts: 30, Open: 30,
				Told: 30}) {
			t.Errorf("who tells: %+v, %v", who, err)
		}
		if (held == 0) != (sources != nil) {
			t.Errorf("%v: %d are held as a flood", sources, held)
		}
	}
}
