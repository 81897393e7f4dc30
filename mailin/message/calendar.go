package message

import (
	"strings"
	"time"
)

// Invitation is the first entry of a calendar part (RFC 5545).
type Invitation struct {
	Method    string // REQUEST, CANCEL, REPLY …; "" if none
	Summary   string
	Start     string // "2026-01-31 10:00 America/Bogota" or "2026-01-31"
	End       string
	Starts    time.Time // Start, where it is a moment that can be told
	Ends      time.Time
	Location  string
	Organizer string // address, or the name where there is none
}

// String is the entry in one line, without words of any language. A request is the rule; other
// methods are named.
func (v *Invitation) String() string {
	when := v.Start
	if v.End != "" && v.End != v.Start {
		when += " – " + v.End
	}
	var parts []string
	for _, s := range []string{v.Summary, when, v.Location, v.Organizer} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	line := strings.Join(parts, " · ")
	if v.Method != "" && v.Method != "REQUEST" && v.Method != "PUBLISH" {
		line = "[" + v.Method + "] " + line
	}
	return line
}

// invitation reads the first calendar part of a mail.
func (w *walker) invitation(p *Part) {
	if w.m.Invitation != nil {
		return
	}
	raw, _ := w.read(p, 64<<10)
	text, _ := toUTF8(raw, p.Params["charset"])
	v := parseCalendar(lineEnds(text))
	if v.Method == "" {
		v.Method = strings.ToUpper(cleanLine(p.Params["method"]))
	}
	if v.Summary != "" || v.Start != "" {
		w.m.Invitation = v
	}
}

func parseCalendar(text string) *Invitation {
	v := &Invitation{}
	var zones calendarZones
	text = strings.NewReplacer("\n ", "", "\n\t", "").Replace(text) // folded lines
	entry := false
	for line := range strings.Lines(text) {
		name, params, value := calendarLine(line)
		zones.read(name, value)
		switch {
		case name == "BEGIN" && (value == "VEVENT" || value == "VTODO"):
			entry = true
		case name == "END" && entry && (value == "VEVENT" || value == "VTODO"):
			return v
		case name == "BEGIN" && entry: // an alarm has a description of its own
			entry = false
		case name == "END" && value != "VTIMEZONE":
			entry = v.Summary != "" || v.Start != ""
		case name == "METHOD":
			v.Method = strings.ToUpper(cleanLine(value))
		case entry:
			v.set(name, params, value)
			v.moment(name, value, zones.find(calendarParam(params, "TZID")))
		}
	}
	return v
}

func (v *Invitation) set(name, params, value string) {
	switch name {
	case "SUMMARY":
		v.Summary = calendarText(value)
	case "LOCATION":
		v.Location = calendarText(value)
	case "DTSTART":
		v.Start = calendarTime(params, value)
	case "DTEND", "DUE":
		v.End = calendarTime(params, value)
	case "ORGANIZER":
		v.Organizer = cleanLine(value)
		if len(value) > 7 && strings.EqualFold(value[:7], "mailto:") {
			v.Organizer = cleanLine(value[7:])
		} else if cn := calendarParam(params, "CN"); cn != "" {
			v.Organizer = cn
		}
	}
}

// calendarLine splits "NAME;PARAM=x:value"; a colon in quotes does not count.
func calendarLine(line string) (name, params, value string) {
	line = strings.TrimRight(line, "\r\n")
	quoted := false
	for i := 0; i < len(line); i++ {
		if line[i] == '"' {
			quoted = !quoted
		} else if line[i] == ':' && !quoted {
			name, params, _ = strings.Cut(line[:i], ";")
			return strings.ToUpper(strings.TrimSpace(name)), params, strings.TrimSpace(line[i+1:])
		}
	}
	return "", "", ""
}

func calendarParam(params, name string) string {
	for p := range strings.SplitSeq(params, ";") {
		if k, v, ok := strings.Cut(p, "="); ok && strings.EqualFold(k, name) {
			return cleanLine(strings.Trim(v, `"`))
		}
	}
	return ""
}

func calendarText(s string) string {
	return cleanLine(strings.NewReplacer(`\n`, " ", `\N`, " ", `\,`, ",", `\;`, ";", `\\`,
		`\`).Replace(s))
}

// calendarTime reads "20260131T100000Z" and its kin; the zone is named as the sender names it.
func calendarTime(params, value string) string {
	if t, err := time.Parse("20060102T150405Z", value); err == nil {
		return t.Format("2006-01-02 15:04") + " UTC"
	}
	if t, err := time.Parse("20060102T150405", value); err == nil {
		return strings.TrimSpace(t.Format("2006-01-02 15:04") + " " + calendarParam(params, "TZID"))
	}
	if t, err := time.Parse("20060102", value); err == nil {
		return t.Format("2006-01-02")
	}
	return cleanLine(value)
}
