// Package alert reads what monitoring systems write: what is wrong, or right again, and with what.
//
//	subject, text ─► the makers' patterns, or one's own ─► Alert{Source, Key, State, Level}
//
// It knows the mails that Nagios, Icinga, Check_MK, Zabbix, Prometheus Alertmanager and Uptime Kuma
// write as they are shipped, in English, and as they are usually translated into Spanish. What it
// reads is a claim of whoever sent the mail. It does no I/O, and what is read is capped.
package alert

import (
	"regexp"
	"strings"

	"buzon/store/desk"
	"buzon/store/desk/lazy"
)

// Mail is what is read of a mail.
type Mail struct {
	Subject string // decoded, as it came
	From    string // address alone
	Text    string // what stands in it
}

// Alert is what a mail says of the thing that is watched.
type Alert struct {
	Source string // the maker, "own" for a pattern of the administrator's
	Key    string // what is watched, folded: "web01/http"
	State  desk.AlertState
	Level  int // how bad it is: 1 the worst, 3 the least; 0: it is not said
}

// Patterns are an administrator's own, for a system that is not known here; the zero value is none.
// They are tried on the subject and, below it, the text.
type Patterns struct {
	Problem, Recovery *regexp.Regexp
	Key               *regexp.Regexp // its first group, or all that it matches
}

// Bounds of what is read, and kept.
const (
	longestText = 64 << 10
	longestKey  = 300 // bytes
)

// reply tells what a person wrote about an alert.
var reply = lazy.Compile(`^(?:re|rv|fwd?|fw|tr|aw|wg|enc|res)(?:\[\d+\])? ?:`)

// Read returns what the mail says; false where it is no alert.
func Read(m Mail, own Patterns) (a Alert, ok bool) {
	if len(m.Text) > longestText {
		m.Text = strings.ToValidUTF8(m.Text[:longestText], "")
	}
	subject := desk.OneLine(desk.Fold(m.Subject))
	if reply.MatchString(subject) {
		return Alert{}, false
	}
	if a, ok = own.read(m); !ok {
		a, ok = known(subject, m)
	}
	a.Key = strings.ToValidUTF8(a.Key[:min(len(a.Key), longestKey)], "")
	return a, ok && a.Key != ""
}

// read tries the administrator's own patterns. A recovery may well name the problem.
func (p Patterns) read(m Mail) (a Alert, ok bool) {
	if p.Key == nil {
		return Alert{}, false
	}
	text := m.Subject + "\n" + m.Text
	key := p.Key.FindStringSubmatch(text)
	if key == nil {
		return Alert{}, false
	}
	a = Alert{Source: "own", Key: desk.OneLine(desk.Fold(key[min(1, len(key)-1)]))}
	switch {
	case p.Recovery != nil && p.Recovery.MatchString(text):
		a.State = desk.AlertRecovery
	case p.Problem != nil && p.Problem.MatchString(text):
		a.State = desk.AlertProblem
	default:
		return Alert{}, false
	}
	return a, true
}

// known tries the makers.
func known(subject string, m Mail) (a Alert, ok bool) {
	text := desk.Fold(m.Text)
	for _, k := range makers {
		g := k.groups(subject)
		if g == nil || k.also != nil && !k.also.MatchString(text) && !k.from(m.From) {
			continue
		}
		a = Alert{Source: k.name, Key: g["key"], Level: levels[g["level"]],
			State: stateOf(g["type"], g["level"])}
		if k.more != nil {
			k.more(&a, text)
		}
		return a, true
	}
	return Alert{}, false
}

// stateOf reads what kind of notification it is, which decides, or else the state that is told.
func stateOf(kind, level string) desk.AlertState {
	if s, ok := kinds[kind]; ok {
		return s
	}
	switch {
	case kind != "" && kind != level: // an acknowledgement, a downtime, a word of somebody's
		return desk.AlertNews
	case good[level]:
		return desk.AlertRecovery
	case levels[level] != 0:
		return desk.AlertProblem
	}
	return desk.AlertNews
}
