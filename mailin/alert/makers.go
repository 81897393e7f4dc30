package alert

import (
	"strings"

	"buzon/store/desk"
	"buzon/store/desk/lazy"
)

// maker is how a monitoring system writes. Subjects are matched folded: without case and accents.
type maker struct {
	name    string
	subject *lazy.Regexp // with the groups key and, where they are there, type and level
	// what the text must have beside, where people write such subjects too; a sender whose name
	// has the maker's is as good
	also *lazy.Regexp
	more func(a *Alert, text string) // what the text adds
}

// groups are the named parts of a subject, nil where it does not match.
func (k maker) groups(subject string) map[string]string {
	match := k.subject.FindStringSubmatch(subject)
	if match == nil {
		return nil
	}
	list := map[string]string{}
	for i, name := range k.subject.SubexpNames() {
		if name != "" && match[i] != "" {
			list[name] = strings.TrimSpace(match[i])
		}
	}
	return list
}

// from reports whether the maker's name is in the part of the address that names the sender.
func (k maker) from(address string) bool {
	local, _, _ := strings.Cut(desk.Fold(address), "@")
	return strings.Contains(local, k.name)
}

// The makers, each after its documentation:
//
//	Nagios, Icinga 1   commands.cfg: ** PROBLEM Service Alert: web01/HTTP is CRITICAL **
//	Icinga 2           mail-service-notification.sh: [PROBLEM] HTTP on web01 is CRITICAL!
//	Check_MK           notifications/mail: Check_MK: web01/HTTP OK -> CRIT
//	Zabbix             media types: Problem: High CPU load; Resolved in 5m: High CPU load
//	Alertmanager       default.tmpl: [FIRING:1] InstanceDown web01 (critical)
//	Uptime Kuma        smtp.js: [Web] [🔴 Down] connect ECONNREFUSED
var makers = []maker{
	{name: "nagios", subject: lazy.Compile(`^\*+ ?(?P<type>[a-z]+) ` +
		`(?:host|service|alerta de (?:host|equipo|servidor|servicio)|alert|alerta)(?: alert)?(?::| -) ` +
		`(?P<key>.+) (?:is|esta) (?P<level>[a-z]+) ?\*+$`)},
	{name: "nagios", subject: lazy.Compile(
		`^host (?P<level>[a-z]+) alert for (?P<key>.+?) ?!$`)},
	{name: "icinga", subject: lazy.Compile(
		`^\[(?P<type>[a-z]+)\] (?P<key>.+) (?:is|esta) (?P<level>[a-z]+) ?!$`)},
	{name: "checkmk", subject: lazy.Compile(`^check_?mk: (?P<key>.+?)(?: -)? ` +
		`(?:(?:` + checkmkStates + `) -> (?P<level>` + checkmkStates + `)|(?P<type>` +
		`(?:started|stopped|disabled) flapping|acknowledged|custom notification|` +
		`(?:scheduled )?downtime (?:started|ended|cancelled)))$`)},
	{name: "alertmanager", subject: lazy.Compile(
		`^\[(?P<type>firing|resolved)(?::\d+)?\] ?(?P<key>.+)$`), more: ofLabels},
	{name: "kuma", subject: lazy.Compile(
		`^\[(?P<key>.+?)\] ?\[(?:\W+ )?(?P<level>up|down|arriba|caido)\W*\]`)},
	{name: "kuma", subject: lazy.Compile(
		`^(?P<key>.+?)[ :–-]+(?:(?:is|esta) )?(?:🔴 ?(?P<level>down|caido)|✅ ?(?P<type>up|arriba))$`)},
	{name: "zabbix", subject: lazy.Compile(
		`^(?P<type>problem|problema|resolved|resuelto|ok|updated problem|problema actualizado)` +
			`(?: (?:in|en) [0-9a-z ]+| (?:tras|despues de) [0-9a-z ]+)?: (?P<key>.+)$`),
		also: lazy.Compile(`(?m)^\W*(?:original problem id|problem name|trigger status|` +
			`nombre del problema|id (?:original )?del problema(?: original)?|estado del trigger)\b`),
		more: ofHost},
}

const checkmkStates = `ok|warn|warning|crit|critical|unkn|unknown|pend|up|down|unre|unreach|unreachable`

// kinds are the notifications that change something, as the makers and their translators call them.
var kinds = map[string]desk.AlertState{
	"problem": desk.AlertProblem, "problema": desk.AlertProblem, "firing": desk.AlertProblem,
	"recovery": desk.AlertRecovery, "recuperacion": desk.AlertRecovery,
	"recuperado": desk.AlertRecovery, "resolved": desk.AlertRecovery,
	"resuelto": desk.AlertRecovery, "ok": desk.AlertRecovery, "up": desk.AlertRecovery,
	"arriba":        desk.AlertRecovery,
	"flappingstart": desk.AlertFlaps, "started flapping": desk.AlertFlaps,
}

// good are the states in which nothing is wrong.
var good = map[string]bool{"ok": true, "up": true, "arriba": true}

// levels are how bad a state, or a severity, is.
var levels = map[string]int{
	"critical": 1, "crit": 1, "critico": 1, "critica": 1, "down": 1, "caido": 1, "disaster": 1,
	"desastre": 1, "unreachable": 1, "unreach": 1, "unre": 1, "page": 1, "emergency": 1,
	"high": 2, "alta": 2, "alto": 2, "average": 2, "media": 2, "promedio": 2, "major": 2,
	"error": 2, "unknown": 2, "unkn": 2, "desconocido": 2,
	"warning": 3, "warn": 3, "advertencia": 3, "aviso": 3, "information": 3, "informacion": 3,
	"info": 3, "minor": 3, "not classified": 3, "sin clasificar": 3,
}

var (
	common   = lazy.Compile(`^(.*\S) \([^()]*\)$`)
	severity = lazy.Compile(`(?m)^\W*(?:severity|severidad|trigger severity|gravedad)` +
		`\s*[:=]?\s*([a-z]+(?: [a-z]+)?)\b`)
	host = lazy.Compile(`(?m)^\W*(?:host|equipo|servidor|anfitrion)\s*:\s*(\S.*)$`)
)

// ofLabels leaves out of a group's name, in brackets behind it, the labels that its alerts have in
// common: they change with the alerts.
func ofLabels(a *Alert, text string) {
	if m := common.FindStringSubmatch(a.Key); m != nil {
		a.Key = m[1]
	}
	ofSeverity(a, text)
}

// ofHost adds the host, which Zabbix names in the text only.
func ofHost(a *Alert, text string) {
	if m := host.FindStringSubmatch(text); m != nil {
		a.Key = desk.OneLine(m[1]) + "/" + a.Key
	}
	ofSeverity(a, text)
}

func ofSeverity(a *Alert, text string) {
	if m := severity.FindStringSubmatch(text); m != nil {
		first, _, _ := strings.Cut(m[1], " ")
		a.Level = max(levels[m[1]], levels[first])
	}
}
