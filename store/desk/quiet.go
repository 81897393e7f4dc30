package desk

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"buzon/store/desk/lazy"
)

// A person may have hours in which nothing is written to him, "22:00-07:00", and may get all that
// concerns him as one mail a day, at "08:00". Both are by the clock of his own zone. What cannot
// wait goes at once: what answers himself, and severity 1.

// UsualDigest is when a digest goes whose hour nobody has named.
const UsualDigest = "08:00"

var (
	oneTime  = `(\d{1,2})(?:[:.h](\d{2}))? ?(?:h|hs|horas?)?\.?`
	quietArg = lazy.Compile(`^(?:de |desde |from )?(?:las? )?` + oneTime +
		` ?(?:-|–|—|a|hasta|to|until) ?(?:las? )?` + oneTime + `$`)
	timeArg = lazy.Compile(`^(?:a |at )?(?:las? )?` + oneTime + `$`)
)

var (
	saysNo  = []string{"no", "nunca", "ninguna", "ninguno", "off", "none", "never", "-"}
	saysYes = []string{"si", "diario", "cada dia", "on", "yes", "daily", "every day"}
)

// ReadQuiet reads hours of quiet: "22:00-07:00", «de 22 a 7», «no».
func ReadQuiet(text string) (quiet string, ok bool) {
	text = OneLine(Fold(text))
	if slices.Contains(saysNo, text) || text == "" {
		return "", true
	}
	m := quietArg.FindStringSubmatch(text)
	if m == nil {
		return "", false
	}
	from, ok := clockTime(m[1], m[2])
	to, ok2 := clockTime(m[3], m[4])
	return from + "-" + to, ok && ok2 && from != to
}

// ReadDigest reads when a digest goes: «diario», "8:30", «no».
func ReadDigest(text string) (at string, ok bool) {
	switch text = OneLine(Fold(text)); {
	case slices.Contains(saysNo, text) || text == "":
		return "", true
	case slices.Contains(saysYes, text):
		return UsualDigest, true
	}
	for _, word := range saysYes {
		text = strings.TrimSpace(strings.TrimPrefix(text, word+" "))
	}
	m := timeArg.FindStringSubmatch(text)
	if m == nil {
		return "", false
	}
	return clockTime(m[1], m[2])
}

func clockTime(hour, minute string) (string, bool) {
	h, _ := strconv.Atoi(hour)
	m, _ := strconv.Atoi(minute)
	return fmt.Sprintf("%02d:%02d", h, m), h < 24 && m < 60
}

// zones are the cities of which people say the time, by the zones' names.
var zones = map[string]string{
	"bogota": "America/Bogota", "colombia": "America/Bogota",
	"madrid": "Europe/Madrid", "espana": "Europe/Madrid", "spain": "Europe/Madrid",
	"canarias": "Atlantic/Canary", "buenos aires": "America/Argentina/Buenos_Aires",
	"argentina": "America/Argentina/Buenos_Aires", "mexico": "America/Mexico_City",
	"ciudad de mexico": "America/Mexico_City", "mexico city": "America/Mexico_City",
	"santiago": "America/Santiago", "chile": "America/Santiago",
	"lima": "America/Lima", "peru": "America/Lima", "utc": "UTC",
}

// ReadZone reads a time zone: "America/Bogota", «Bogotá»; the desk's is «no».
func ReadZone(text string) (zone string, ok bool) {
	folded := OneLine(Fold(text))
	if slices.Contains(saysNo, folded) || folded == "" {
		return "", true
	}
	zone = zones[folded]
	if text = strings.TrimSpace(text); zone == "" && strings.Contains(text, "/") {
		zone = text
	}
	if _, err := time.LoadLocation(zone); err != nil || zone == "" {
		return "", false
	}
	return zone, true
}

// ReadPeace reads what a line says of when somebody is written to.
func ReadPeace(e Edit) (value string, ok bool) {
	switch e.What {
	case EditQuiet:
		return ReadQuiet(e.Value)
	case EditDigest:
		return ReadDigest(e.Value)
	}
	return ReadZone(e.Value)
}

// SetPeace sets what a line of his says of when he is written to.
func (p *Person) SetPeace(what EditKind, value string) {
	switch what {
	case EditQuiet:
		p.Quiet = value
	case EditDigest:
		p.Digest = value
	case EditTimezone:
		p.Timezone = value
	}
}

// Peace is when the person is written to, to be compared.
func (p Person) Peace() [3]string { return [3]string{p.Quiet, p.Digest, p.Timezone} }

// Clock is the zone of the person's clock, or else another.
func (p Person) Clock(otherwise *time.Location) *time.Location {
	if l, err := time.LoadLocation(p.Timezone); err == nil && p.Timezone != "" {
		return l
	}
	if otherwise == nil {
		return time.UTC
	}
	return otherwise
}

// Awake is the first moment from one on in which the person is written to.
func (p Person) Awake(at time.Time, zone *time.Location) time.Time {
	from, to, quiet := strings.Cut(p.Quiet, "-")
	if !quiet {
		return at
	}
	local := at.In(p.Clock(zone))
	ends, begins := nextTime(local, to), nextTime(local, from)
	if !ends.Before(begins) {
		return at
	}
	return ends
}

// Waits is until when what concerns a person is kept for him, and whether it is his digest that it
// goes with; the zero time where nothing is.
func (p Person) Waits(now time.Time, zone *time.Location) (until time.Time, digest bool) {
	if p.Digest != "" {
		return p.Awake(nextTime(now.In(p.Clock(zone)), p.Digest), zone), true
	}
	if awake := p.Awake(now, zone); awake.After(now) {
		return awake, false
	}
	return time.Time{}, false
}

// nextTime is the next moment at which the clock on the wall shows a time, "08:00", or is put past
// it. Of an hour that comes twice, one counts.
func nextTime(now time.Time, clock string) time.Time {
	at, err := time.Parse("15:04", clock)
	if err != nil {
		return now
	}
	y, m, d := now.Date()
	for day := d; ; day++ {
		next := time.Date(y, m, day, at.Hour(), at.Minute(), 0, 0, now.Location())
		if next.Hour() != at.Hour() { // that day has no such hour: it is off to either side
			next, _ = next.Add(time.Hour).ZoneBounds()
		}
		if next.After(now) {
			return next
		}
	}
}

// CanWait reports whether an event's notice may be kept for its reader: it answers nothing that he
// did, and nobody waits for him at once.
func (n Notification) CanWait(t Ticket) bool {
	row := n.Notice.Trait()
	return !row.Answers && !row.Query && !row.Asks && !row.Urgent && !row.Climbs && !row.Alert &&
		t.Severity != 1 && !t.ProductionDown
}
