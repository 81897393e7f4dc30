package message

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestAddresses(t *testing.T) {
	cases := []struct{ name, in, want string }{
		{"bare", "a@x.example", "<a@x.example>"},
		{"name", "Ana Gómez <a@x.example>", "Ana Gómez<a@x.example>"},
		{"domain in lower case", "A@X.Example", "<A@x.example>"},
		{"quoted name with a comma", `"Gómez, Ana" <a@x.example>, b@x.example`,
			"Gómez, Ana<a@x.example> <b@x.example>"},
		{"quoted quote", `"Ana \"la\" Gómez" <a@x.example>`, `Ana "la" Gómez<a@x.example>`},
		{"encoded comma", "=?utf-8?Q?G=C3=B3mez, Ana?= <a@x.example>", "Gómez, Ana<a@x.example>"},
		{"encoded name, quoted", `"=?utf-8?Q?G=C3=B3mez?=" <a@x.example>`, "Gómez<a@x.example>"},
		{"all in one encoded word", "=?utf-8?Q?Ana_<a@x.example>?=", "Ana<a@x.example>"},
		{"quoted in single quotes", "'a@x.example' <a@x.example>", "a@x.example<a@x.example>"},
		{"comment as name", "a@x.example (Ana)", "Ana<a@x.example>"},
		{"semicolon in a comment inside", "Ana <a(y;z)@x.example>, b@x.example",
			"Ana<a@x.example> <b@x.example>"},
		{"comments inside", "Ana(x) <a(y)@x.example(z)>", "Ana<a@x.example>"},
		{"semicolons", "a@x.example; b@x.example", "<a@x.example> <b@x.example>"},
		{"comma forgotten", "Ana <a@x.example> Beto <b@x.example>",
			"Ana<a@x.example> Beto<b@x.example>"},
		{"comma forgotten, bare", "a@x.example b@x.example", "<a@x.example> <b@x.example>"},
		{"commas too many", ",, a@x.example,, ,", "<a@x.example>"},
		{"group", "Equipo: a@x.example, b@x.example;", "<a@x.example> <b@x.example>"},
		{"empty group", "undisclosed-recipients:;", ""},
		{"source route", "<@r.example,@s.example:a@x.example>", "<a@x.example>"},
		{"doubled brackets", "<<a@x.example>>", "<a@x.example>"},
		{"bracket not closed", "Ana <a@x.example", "Ana<a@x.example>"},
		{"mailto", "mailto:a@x.example", "<a@x.example>"},
		{"blanks around dots", "a@x . example", "<a@x.example>"},
		{"blanks in brackets", "Ana < a@x.example >", "Ana<a@x.example>"},
		{"local only", "root", "<root>"},
		{"local only in brackets", "Root <root>", "Root<root>"},
		{"quoted local part", `"ana gómez"@x.example`, `<"ana gómez"@x.example>`},
		{"null", "<>", ""},
		{"words", "no address here", ""},
		{"quote not closed", `"Ana <a@x.example>`, `Ana<a@x.example>`},
		{"raw Latin-1", "G\xf3mez <a@x.example>", "Gómez<a@x.example>"},
		{"line break in the name", "=?utf-8?Q?a=0D=0Ab?= <a@x.example>", "a b<a@x.example>"},
		{"address hidden in the name", `"soporte@ejemplo.example" <evil@x.example>`,
			"soporte@ejemplo.example<evil@x.example>"},
		{"accented domain", "a@ñandú.example", "<a@ñandú.example>"},
		{"trailing dot", "a@x.example.", "<a@x.example>"},
		{"surname first, not quoted", "Gómez, Ana <a@x.example>, De la Cruz, Luis <b@x.example>",
			"Gómez, Ana<a@x.example> De la Cruz, Luis<b@x.example>"},
		{"surname first, encoded", "=?utf-8?Q?G=C3=B3mez?=, Ana <a@x.example>",
			"Gómez, Ana<a@x.example>"},
		{"mailbox of our host before a name", "root, Ana <a@x.example>", "<root> Ana<a@x.example>"},
		{"word before a bare address", "Gomez, a@x.example", "<Gomez> <a@x.example>"},
		{"link in square brackets", "Ana [mailto:a@x.example]", "<a@x.example>"},
		{"domain literal", "a@[192.0.2.1], <b@[192.0.2.2]>", "<a@[192.0.2.1]> <b@[192.0.2.2]>"},
		{"quotes inside the brackets", `Ana <"a@x.example">`, "Ana<a@x.example>"},
		{"escaped for HTML", "Ana &lt;a@x.example&gt;, b@x.example",
			"Ana<a@x.example> <b@x.example>"},
		{"quoted local part with an at sign", `"a@b"@x.example`, `<"a@b"@x.example>`},
	}
	for _, c := range cases {
		var got []string
		for _, a := range read(t, "To: "+c.in+"\r\n\r\n").To {
			got = append(got, a.Name+"<"+a.Address+">")
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %q, want %q", c.name, strings.Join(got, " "), c.want)
		}
	}
}

func TestDates(t *testing.T) {
	const want = "2026-01-05 15:00:00"
	cases := []struct{ name, in, want string }{
		{"standard", "Mon, 5 Jan 2026 10:00:00 -0500", want},
		{"no weekday", "5 Jan 2026 10:00:00 -0500", want},
		{"comment", "Mon, 5 Jan 2026 10:00:00 -0500 (COT)", want},
		{"blanks", "Mon,  5   Jan 2026  10:00:00  -0500", want},
		{"no seconds", "Mon, 5 Jan 2026 10:00 -0500", want},
		{"named zone", "Mon, 5 Jan 2026 10:00:00 EST", want},
		{"GMT", "Mon, 05 Jan 2026 15:00:00 GMT", want},
		{"GMT with offset", "Mon, 05 Jan 2026 10:00:00 GMT-0500", want},
		{"Z", "Mon, 05 Jan 2026 15:00:00 Z", want},
		{"no zone", "Mon, 05 Jan 2026 15:00:00", want},
		{"zone with colon", "Mon, 05 Jan 2026 10:00:00 -05:00", want},
		{"two-digit year", "5 Jan 26 10:00:00 -0500", want},
		{"two-digit year of the last century", "5 Jan 98 10:00:00 -0500", "1998-01-05 15:00:00"},
		{"three-digit year", "5 Jan 126 10:00:00 -0500", want},
		{"Spanish", "lun, 5 ene 2026 10:00:00 -0500", want},
		{"Spanish, long", "lunes, 5 de enero de 2026 10:00:00 -0500", want},
		{"Spanish Tuesday", "mar, 6 ene 2026 10:00:00 -0500", "2026-01-06 15:00:00"},
		{"Spanish March", "mar., 3 mar. 2026 10:00:00 -0500", "2026-03-03 15:00:00"},
		{"German", "Mo, 05 Dez 2025 16:00:00 +0100", "2025-12-05 15:00:00"},
		{"German March", "Di, 3 Mär 2026 16:00:00 +0100", "2026-03-03 15:00:00"},
		{"French", "lun., 3 août 2026 17:00:00 +0200", "2026-08-03 15:00:00"},
		{"Portuguese", "seg, 5 out 2026 12:00:00 -0300", "2026-10-05 15:00:00"},
		{"Italian", "lun, 5 gen 2026 16:00:00 +0100", want},
		{"asctime", "Mon Jan  5 15:00:00 2026", want},
		{"ctime with zone", "Mon Jan  5 10:00:00 EST 2026", want},
		{"American", "January 5, 2026 3:00 PM", want},
		{"midnight", "January 5, 2026 12:00 AM", "2026-01-05 00:00:00"},
		{"dashes", "05-Jan-2026 10:00:00 -0500", want},
		{"slashes", "05/01/2026 15:00:00", want},
		{"slashes, month first", "01/25/2026 15:00:00", "2026-01-25 15:00:00"},
		{"ISO 8601", "2026-01-05T10:00:00-05:00", want},
		{"ISO 8601, blank", "2026-01-05 10:00:00 -0500", want},
		{"Polish", "pon, 5 sty 2026 16:00:00 +0100", want},
		{"Czech", "po, 5 led 2026 16:00:00 +0100", want},
		{"Turkish", "Pzt, 5 Oca 2026 18:00:00 +0300", want},
		{"Ukrainian", "пн, 5 січ 2026 17:00:00 +0200", want},
		{"Finnish", "ma, 5 tammi 2026 17:00:00 +0200", want},
		{"Chinese", "2026年1月5日 23:00:00 +0800", want},
		{"Chinese, in order", "周一, 5 一月 2026 23:00:00 +0800", want},
		{"Japanese", "月, 5 1月 2026 00:00:00 +0900", "2026-01-04 15:00:00"},
		{"ISO 8601, offset without colon", "2026-01-05T10:00:00-0500", want},
		{"ordinal", "Mon, 5th Jan 2026 10:00:00 -0500", want},
		{"zone behind the offset", "Mon, 5 Jan 2026 10:00:00 -0500 GMT", want},
		{"offset behind the zone", "Mon, 5 Jan 2026 10:00:00 GMT -0500", want},
		{"seconds since 1970", "1767625200", want},
		{"day with zero", "Mon, 00 Jan 2026 10:00:00 -0500", "-"},
		{"hour 25", "Mon, 5 Jan 2026 25:00:00 -0500", "-"},
		{"words", "yesterday at ten", "-"},
		{"empty", "", "-"},
		{"comment before the time", "Mon, 5 Jan 2026 (hora de verano) 10:00:00 -0500", want},
		{"nested comment before the time", "Mon, 5 Jan 2026 (a (b) 7) 10:00:00 -0500", want},
		{"all in parentheses", "(Mon, 5 Jan 2026 10:00:00 -0500)", want},
		{"zone only in the comment", "Mon, 5 Jan 2026 10:00:00 (EST)", want},
		{"offset only in the comment", "Mon, 5 Jan 2026 10:00:00 (GMT-05:00)", want},
		{"words in the comment", "Mon, 5 Jan 2026 15:00:00 (i am late, 9 may)", want},
		{"zone beside another in the comment", "Mon, 5 Jan 2026 10:00:00 -0500 (CET)", want},
		{"numbers in the comment", "Mon, 5 Jan 2026 15:00:00 (cola 7 de 12)", want},
		{"POSIX zone", "Mon, 5 Jan 2026 10:00:00 EST5EDT", want},
		{"encoded zone", "Mon, 5 Jan 2026 10:00:00 =?us-ascii?Q?-0500?=", want},
		{"dots in the time", "Mon, 5 Jan 2026 10.00.00 -0500", want},
		{"dots in the date", "05.01.2026 15:00:00", want},
		{"slashes and PM", "1/5/2026 3:00:00 PM", want},
		{"slashes and PM, as in Spanish", "5/1/2026 3:00:00 p.m.", want},
		{"slashes and PM, the day is first", "25/1/2026 3:00:00 PM", "2026-01-25 15:00:00"},
		{"March in front of the day", "Tue Mar  3 15:00:00 2026", "2026-03-03 15:00:00"},
		{"March in front of the day, with zone", "Tue Mar  3 10:00:00 EST 2026",
			"2026-03-03 15:00:00"},
		{"March in front, with comma", "Mar 3, 2026 3:00 PM", "2026-03-03 15:00:00"},
		{"three digits of a zone", "Mon, 5 Jan 2026 19:00:00 400", want},
		{"zone without sign", "Mon, 5 Jan 2026 16:00:00 0100", want},
		{"year behind the zone", "Mon Jan  5 16:00:00 +0100 2026", want},
		{"end of the day", "Mon, 5 Jan 2026 24:00:00 +0000", "2026-01-06 00:00:00"},
		{"past the end of the day", "Mon, 5 Jan 2026 24:01:00 +0000", "-"},
		{"broken zone", "Mon, 5 Jan 2026 15:00:00 H0500", want},
	}
	for _, c := range cases {
		got := "-"
		if d := parseDate(c.in); !d.IsZero() {
			got = d.UTC().Format(time.DateTime)
		}
		if got != c.want {
			t.Errorf("%s: parseDate(%q) = %s, want %s", c.name, c.in, got, c.want)
		}
	}
}

func TestMessageIDs(t *testing.T) {
	cases := []struct {
		name, in string
		want     []string
	}{
		{"one", "<a@x>", []string{"a@x"}},
		{"blanks", " <a@x>  <b@x> ", []string{"a@x", "b@x"}},
		{"glued", "<a@x><b@x>", []string{"a@x", "b@x"}},
		{"commas", "<a@x>,<b@x>", []string{"a@x", "b@x"}},
		{"no brackets", "a@x b@x,c@x", []string{"a@x", "b@x", "c@x"}},
		{"blank inside", "<a @x>", []string{"a@x"}},
		{"not closed", "<a@x> <b@x", []string{"a@x", "b@x"}},
		{"no at", "<abc>", []string{"abc"}},
		{"two ats", "<x$@D2@host>", []string{"x$@D2@host"}},
		{"words around", "Your message of Monday <a@x> (Ana)", []string{"a@x"}},
		{"empty", "<>", nil},
		{"prose", "Your message of Monday", nil},
		{"folded", "<a@\r\n x>", []string{"a@x"}},
		{"encoded", "=?utf-8?Q?<a@x>?=", []string{"a@x"}},
	}
	for _, c := range cases {
		m := read(t, "Message-ID: "+c.in+"\r\nReferences: "+c.in+"\r\n\r\n")
		if !reflect.DeepEqual(m.References, c.want) {
			t.Errorf("%s: References %q, want %q", c.name, m.References, c.want)
		}
		if len(c.want) == 1 && m.MessageID != c.want[0] && c.name != "encoded" {
			t.Errorf("%s: Message-ID %q, want %q", c.name, m.MessageID, c.want[0])
		}
	}
}

func TestHeaderLimitKeepsWhatIsNeeded(t *testing.T) {
	junk := strings.Repeat("X-A: "+strings.Repeat("x", 70)+"\r\n  more\r\n", 4000)
	m := read(t, junk+"Subject: uno\r\n dos\r\nContent-Type: multipart/mixed; boundary=b\r\n"+
		junk+"\r\n"+
		"--b\r\n"+junk+"Content-Type: text/html\r\n\r\n<p>hola\r\n--b--\r\n")
	if m.Subject != "uno dos" || m.HTML != "<p>hola" || !warned(m, "header-limit") {
		t.Errorf("subject %q, HTML %q, warnings %q", m.Subject, m.HTML, m.Warnings)
	}
}

func TestHeaderFields(t *testing.T) {
	m := read(t, "A: 1\r\nb:\t2\r\n 3\r\na: ma\xf1ana\r\n\r\n")
	if got := m.Header.Values("A"); !reflect.DeepEqual(got, []string{"1", "mañana"}) {
		t.Errorf("Values(A) = %q", got)
	}
	if got := m.Header.Get("B"); got != "2 3" {
		t.Errorf("Get(B) = %q", got)
	}
	var names []string
	for name := range m.Header.Fields() {
		names = append(names, name)
	}
	if !reflect.DeepEqual(names, []string{"A", "b", "a"}) || m.Header.Len() != 3 {
		t.Errorf("Fields = %q, Len = %d", names, m.Header.Len())
	}
}
