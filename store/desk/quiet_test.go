package desk

import (
	"testing"
	"time"
)

func TestReadPeace(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what       EditKind
		text, want string // "?": not understood
	}{
		{EditQuiet, "22:00-07:00", "22:00-07:00"}, {EditQuiet, "de 22 a 7", "22:00-07:00"},
		{EditQuiet, "De las 22:30 a las 6.15", "22:30-06:15"},
		{EditQuiet, "from 9 to 17", "09:00-17:00"}, {EditQuiet, "22h – 7h", "22:00-07:00"},
		{EditQuiet, "no", ""}, {EditQuiet, "Ninguna", ""},
		{EditQuiet, "22:00", "?"}, {EditQuiet, "25:00-07:00", "?"}, {EditQuiet, "22:60-07:00", "?"},
		{EditQuiet, "7-7", "?"}, {EditQuiet, "siempre", "?"},
		{EditDigest, "diario", "08:00"}, {EditDigest, "Sí", "08:00"},
		{EditDigest, "daily", "08:00"}, {EditDigest, "18:30", "18:30"},
		{EditDigest, "a las 9", "09:00"},
		{EditDigest, "diario a las 7", "07:00"}, {EditDigest, "cada día 7:15", "07:15"},
		{EditDigest, "NO", ""}, {EditDigest, "off", ""}, {EditDigest, "24:00", "?"},
		{EditDigest, "semanal", "?"},
		{EditTimezone, "America/Bogota", "America/Bogota"},
		{EditTimezone, "Bogotá", "America/Bogota"}, {EditTimezone, "Madrid", "Europe/Madrid"},
		{EditTimezone, "no", ""},
		{EditTimezone, "Mars/Olympus", "?"}, {EditTimezone, "../../etc/passwd", "?"},
		{EditTimezone, "Local", "?"},
	} {
		got, ok := ReadPeace(Edit{What: c.what, Value: c.text})
		if !ok {
			got = "?"
		}
		if got != c.want {
			t.Errorf("%s %q: %q, want %q", c.what, c.text, got, c.want)
		}
	}
}

// TestWaits: by the clock of whose day it is, over nights, over days that are longer and shorter.
func TestWaits(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		quiet, digest, zone string
		now, until          string // in UTC; "": it goes at once
	}{
		"neither":      {"", "", "", "2026-03-03 23:00", ""},
		"before quiet": {"22:00-07:00", "", "UTC", "2026-03-03 21:59", ""},
		"quiet begins": {"22:00-07:00", "", "UTC", "2026-03-03 22:00",
			"2026-03-04 07:00"},
		"after midnight": {"22:00-07:00", "", "UTC", "2026-03-04 00:30",
			"2026-03-04 07:00"},
		"quiet ends": {"22:00-07:00", "", "UTC", "2026-03-04 07:00", ""},
		"by day": {"13:00-15:00", "", "UTC", "2026-03-04 14:00",
			"2026-03-04 15:00"},
		"the desk's zone": {"22:00-07:00", "", "", "2026-03-04 03:00",
			"2026-03-04 12:00"},
		"his own": {"22:00-07:00", "", "Europe/Madrid", "2026-03-03 21:30",
			"2026-03-04 06:00"},
		"the digest": {"", "08:00", "UTC", "2026-03-03 07:59",
			"2026-03-03 08:00"},
		"its very minute": {"", "08:00", "UTC", "2026-03-03 08:00",
			"2026-03-04 08:00"},
		"the night that is an hour less": {"", "08:00", "Europe/Madrid", "2026-03-28 20:00",
			"2026-03-29 06:00"},
		"the night that is an hour more": {"", "08:00", "Europe/Madrid", "2026-10-24 20:00",
			"2026-10-25 07:00"},
		"quiet over a change of hours": {"22:00-07:00", "", "Europe/Madrid", "2026-03-28 21:30",
			"2026-03-29 05:00"},
		"quiet until an hour that is not": {"22:00-02:30", "", "America/New_York",
			"2026-03-08 06:45", "2026-03-08 07:00"},
		"and is over": {"22:00-02:30", "", "America/New_York", "2026-03-08 07:00", ""},
		"quiet until a midnight that is not": {"21:00-00:00", "", "America/Santiago",
			"2026-09-06 02:00", "2026-09-06 04:00"},
		"a digest at that midnight": {"", "00:00", "America/Santiago", "2026-09-06 03:30",
			"2026-09-06 04:00"},
		"quiet until an hour that is not, in the east": {"22:00-02:30", "", "Europe/Madrid",
			"2026-03-29 00:30", "2026-03-29 01:00"},
		"quiet is over when its hour comes again": {"22:00-01:30", "", "America/New_York",
			"2026-11-01 06:10", ""},
		"quiet until an hour that comes twice": {"22:00-02:30", "", "Europe/Madrid",
			"2026-10-25 00:10", "2026-10-25 01:30"},
		"quiet begins in an hour that is not": {"02:30-07:00", "", "Europe/Madrid",
			"2026-03-29 01:10", "2026-03-29 05:00"},
		"a digest in quiet hours": {"22:00-09:00", "08:00", "UTC", "2026-03-03 12:00",
			"2026-03-04 09:00"},
	} {
		bogota, _ := time.LoadLocation("America/Bogota")
		now, _ := time.Parse("2006-01-02 15:04", c.now)
		p := Person{Quiet: c.quiet, Digest: c.digest, Timezone: c.zone}
		until, digest := p.Waits(now, bogota)
		got := ""
		if !until.IsZero() {
			got = until.UTC().Format("2006-01-02 15:04")
		}
		if got != c.until || digest != (c.digest != "") {
			t.Errorf("%s: until %s, want %s", name, got, c.until)
		}
	}
}

// TestCanWait: what its reader waits for, what asks him, and what somebody must act on at once, go
// at once; so does all of severity 1.
func TestCanWait(t *testing.T) {
	t.Parallel()
	now := []Notice{Ack, AckProductionDown, NewNumber, NotUnderstood, DoneNotice, AcceptedNotice,
		AnswerNotice, ConfirmAgent, ConfirmOrders, ConfirmData, ConfirmAddress,
		AdmissionNotice, Receipt, ConfirmPassword, NewPassword, PreviewNotice, Transcript,
		ProductionDown, StillWaiting, Taken, AlarmNotice, MailboxDownNotice, MailboxUpNotice,
		SecretEndsNotice}
	goes := map[Notice]bool{}
	for _, n := range now {
		goes[n] = true
	}
	for _, n := range Notices(nil) {
		if got := (Notification{Notice: n}).CanWait(Ticket{Severity: 2}); got == goes[n] {
			t.Errorf("%s can wait: %t", n, got)
		}
		if (Notification{Notice: n}).CanWait(Ticket{Severity: 1}) ||
			(Notification{Notice: n}).CanWait(Ticket{Severity: 2, ProductionDown: true}) {
			t.Errorf("%s waits, of severity 1", n)
		}
	}
}
