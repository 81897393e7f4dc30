package message

import (
	"strings"
	"testing"
)

// When an entry begins, for people elsewhere: the sender's zone by its name, or by the description
// that came along.
func TestInvitationMoment(t *testing.T) {
	const microsoft = "BEGIN:VTIMEZONE\nTZID:%s\nBEGIN:STANDARD\nDTSTART:16010101T030000\n" +
		"TZOFFSETFROM:+0200\nTZOFFSETTO:+0100\n" +
		"RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\nEND:STANDARD\nBEGIN:DAYLIGHT\n" +
		"DTSTART:16010101T020000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\n" +
		"RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\nEND:DAYLIGHT\nEND:VTIMEZONE\n"
	const plain = "BEGIN:VTIMEZONE\nTZID:(UTC-05:00) Bogotá Lima\nBEGIN:STANDARD\n" +
		"DTSTART:16010101T000000\nTZOFFSETTO:-0500\nEND:STANDARD\nEND:VTIMEZONE\n"
	const southern = "BEGIN:VTIMEZONE\nTZID:Pacific SA\nBEGIN:STANDARD\nDTSTART:16010101T000000\n" +
		"TZOFFSETTO:-0400\nRRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=4\n" +
		"END:STANDARD\nBEGIN:DAYLIGHT\nDTSTART:16010101T000000\nTZOFFSETTO:-0300\n" +
		"RRULE:FREQ=YEARLY;BYDAY=2SU;BYMONTH=9\nEND:DAYLIGHT\nEND:VTIMEZONE\n"
	romance := strings.Replace(microsoft, "%s", "Romance Standard Time", 1)
	for _, c := range []struct{ name, zone, start, want string }{
		{"UTC", "", "DTSTART:20260303T140000Z", "2026-03-03 14:00"},
		{"a name that all know", "", "DTSTART;TZID=America/Bogota:20260303T090000",
			"2026-03-03 14:00"},
		{"Microsoft, in winter", romance, "DTSTART;TZID=Romance Standard Time:20260303T090000",
			"2026-03-03 08:00"},
		{"Microsoft, in summer", romance, "DTSTART;TZID=\"Romance Standard Time\":20260703T090000",
			"2026-07-03 07:00"},
		{"the first day of summer", romance, "DTSTART;TZID=Romance Standard Time:20260329T090000",
			"2026-03-29 07:00"},
		{"the last day of summer", romance, "DTSTART;TZID=Romance Standard Time:20261024T090000",
			"2026-10-24 07:00"},
		{"no summer", plain, "DTSTART;TZID=\"(UTC-05:00) Bogotá Lima\":20260703T090000",
			"2026-07-03 14:00"},
		{"the south in January", southern, "DTSTART;TZID=Pacific SA:20260103T090000",
			"2026-01-03 12:00"},
		{"the south in June", southern, "DTSTART;TZID=Pacific SA:20260603T090000",
			"2026-06-03 13:00"},
		{"a repeated entry", romance, "RRULE:FREQ=YEARLY;BYDAY=1MO;BYMONTH=1\n" +
			"DTSTART;TZID=Romance Standard Time:20260703T090000", "2026-07-03 07:00"},
		{"nobody's zone", "", "DTSTART;TZID=Casa:20260303T090000", ""},
		{"no zone", "", "DTSTART:20260303T090000", ""},
		{"a day", "", "DTSTART;VALUE=DATE:20260303", ""},
		{"a zone without anything", "BEGIN:VTIMEZONE\nTZID:Casa\nEND:VTIMEZONE\n",
			"DTSTART;TZID=Casa:20260303T090000", ""},
		{"a rule that is none", strings.ReplaceAll(romance, "-1SU", "XX"),
			"DTSTART;TZID=Romance Standard Time:20260303T090000", ""},
	} {
		m :=
			read(
				t,
				"Content-Type: text/calendar; charset=utf-8; method=REQUEST\n\nBEGIN:VCALENDAR\n"+
					c.zone+"BEGIN:VEVENT\nSUMMARY:x\n"+c.start+"\nEND:VEVENT\nEND:VCALENDAR\n")
		got := ""
		if !m.Invitation.Starts.IsZero() {
			got = m.Invitation.Starts.Format("2006-01-02 15:04")
		}
		if got != c.want {
			t.Errorf("%s: begins at %q, want %q", c.name, got, c.want)
		}
	}
}

func TestInvitation(t *testing.T) {
	const event = "BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VTIMEZONE\nTZID:America/Bogota\n" +
		"BEGIN:STANDARD\nDTSTART:16010101T000000\nEND:STANDARD\nEND:VTIMEZONE\n" +
		"BEGIN:VEVENT\nSUMMARY:Revisión\\, caso 1\n" +
		"DTSTART;TZID=\"America/Bogota\":20260131T100000\nDTEND:20260131T160000Z\n" +
		"LOCATION:Sala\\n2\nORGANIZER;CN=\"Ana: jefa\":mailto:ana@x.\n example\nBEGIN:VALARM\n" +
		"DESCRIPTION:x\nEND:VALARM\nEND:VEVENT\nEND:VCALENDAR\n"
	calendar := func(method, summary string) string {
		return "BEGIN:VCALENDAR\nMETHOD:" + method + "\nBEGIN:VEVENT\nSUMMARY:" + summary +
			"\nDTSTART;VALUE=DATE:20260131\nEND:VEVENT\nEND:VCALENDAR\n"
	}
	cases := []struct{ name, mail, text string }{
		{"alone", "Content-Type: text/calendar; charset=utf-8; method=REQUEST\n\n" + event,
			"Revisión, caso 1 · 2026-01-31 10:00 America/Bogota – 2026-01-31 16:00 UTC · Sala 2 " +
				"· ana@x.example"},
		{"in an alternative", "Content-Type: multipart/alternative; boundary=b\n\n--b\n\nhola\n" +
			"--b\nContent-Type: text/calendar; method=CANCEL\n\n" + calendar("CANCEL", "Cita") +
			"--b--\n", "hola\n[CANCEL] Cita · 2026-01-31"},
		{"a file among others", "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhola\n--b\n" +
			"Content-Type: text/calendar; name=a.ics\n\n" + calendar("", "Cita") + "--b--\n",
			"hola"},
		{"not a calendar", "Content-Type: text/calendar\n\nhola\n", ""},
	}
	for _, c := range cases {
		m := read(t, c.mail)
		if m.Text != c.text {
			t.Errorf("%s: text %q, want %q", c.name, m.Text, c.text)
		}
		if len(m.Attachments) != 1 {
			t.Errorf("%s: %d attachments", c.name, len(m.Attachments))
		}
	}
}
