package message

import "testing"

func TestInvitation(t *testing.T) {
	const event = "BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VTIMEZONE\nTZID:America/Bogota\nBEGIN:STANDARD\nDTSTART:16010101T000000\nEND:STANDARD\nEND:VTIMEZONE\n" +
		"BEGIN:VEVENT\nSUMMARY:Revisión\\, caso 1\nDTSTART;TZID=\"America/Bogota\":20260131T100000\nDTEND:20260131T160000Z\n" +
		"LOCATION:Sala\\n2\nORGANIZER;CN=\"Ana: jefa\":mailto:ana@x.\n example\nBEGIN:VALARM\nDESCRIPTION:x\nEND:VALARM\nEND:VEVENT\nEND:VCALENDAR\n"
	calendar := func(method, summary string) string {
		return "BEGIN:VCALENDAR\nMETHOD:" + method + "\nBEGIN:VEVENT\nSUMMARY:" + summary + "\nDTSTART;VALUE=DATE:20260131\nEND:VEVENT\nEND:VCALENDAR\n"
	}
	cases := []struct{ name, mail, text string }{
		{"alone", "Content-Type: text/calendar; charset=utf-8; method=REQUEST\n\n" + event, "Revisión, caso 1 · 2026-01-31 10:00 America/Bogota – 2026-01-31 16:00 UTC · Sala 2 · ana@x.example"},
		{"in an alternative", "Content-Type: multipart/alternative; boundary=b\n\n--b\n\nhola\n--b\nContent-Type: text/calendar; method=CANCEL\n\n" + calendar("CANCEL", "Cita") + "--b--\n", "hola\n[CANCEL] Cita · 2026-01-31"},
		{"a file among others", "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhola\n--b\nContent-Type: text/calendar; name=a.ics\n\n" + calendar("", "Cita") + "--b--\n", "hola"},
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
