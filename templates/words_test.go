package templates

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestLinked(t *testing.T) {
	a := func(u string) string {
		return `<a class="buzon-accent" style="color:#0b57d0" href="` + u + `">` + u + `</a>`
	}
	for _, c := range []struct{ name, in, want string }{
		{"no address", "hola <b> & adiós", "hola &lt;b&gt; &amp; adiós"},
		{"full stop after it", "vea https://x.test/a.", "vea " + a("https://x.test/a") + "."},
		{"in brackets", "(https://x.test/a)", "(" + a("https://x.test/a") + ")"},
		{"brackets of its own", "https://x.test/a_(b)", a("https://x.test/a_(b)")},
		{"in Spanish quotes", "«https://x.test»", "«" + a("https://x.test") + "»"},
		{"in angle brackets", "<https://x.test/?a=1&b=2>",
			"&lt;" + a("https://x.test/?a=1&amp;b=2") + "&gt;"},
		{"two in a line", "http://a.test, http://b.test", a("http://a.test") + ", " +
			a("http://b.test")},
		{"mailto", "mailto:a@b.test?subject=x", a("mailto:a@b.test?subject=x")},
		{"capitals", "HTTPS://X.test", a("HTTPS://X.test")},
		{"accents in the path", "https://x.test/facturación", a("https://x.test/facturación")},
		{"script", "javascript:alert(1)", "javascript:alert(1)"},
		{"script behind a good scheme", "javascript://https://x.test", "javascript://" +
			a("https://x.test")},
		{"data", "data:text/html,x", "data:text/html,x"},
		{"file", "file:///etc/passwd", "file:///etc/passwd"},
		{"attribute break-out", `https://x.test/"onclick="x`, a("https://x.test/") +
			"&#34;onclick=&#34;x"},
		{"no host", "https://", "https://"},
		{"no host but a path", "https:///etc", "https:///etc"},
		{"mailto nobody", "mailto:?subject=x", "mailto:?subject=x"},
		{"bad host", "https://[::1", "https://[::1"},
		{"too long to judge", "https://x.test/" + strings.Repeat("a", longestURL),
			"https://x.test/" + strings.Repeat("a", longestURL)},
	} {
		if got := linked(c.in); got != c.want {
			t.Errorf("%s: %q is %s, want %s", c.name, c.in, got, c.want)
		}
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     []string
	}{
		{"empty", "", []string{""}},
		{"fits", "uno dos", []string{"uno dos"}},
		{"fits exactly", "uno dos tr", []string{"uno dos tr"}},
		{"cut at a blank", "uno dos tres", []string{"uno dos", "tres"}},
		{"blank just behind the width", "uno dos tr cuatro", []string{"uno dos tr", "cuatro"}},
		{"accents count once", "ñandú ñúáó ñ", []string{"ñandú ñúáó", "ñ"}},
		{"long word stays whole", "https://x.test/largo y", []string{"https://x.test/largo", "y"}},
		{"only a long word", "https://x.test/largo", []string{"https://x.test/largo"}},
	} {
		if got := wrap(c.in, 10); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}

func TestHugeWordsTakeLinearTime(t *testing.T) {
	s := embeddedSet(t)
	for _, words := range []string{strings.Repeat("á ", 500_000), strings.Repeat("á", 500_000),
		strings.Repeat("http://a)))).", 80_000), strings.Repeat("\n", 1_000_000) + "."} {
		start := time.Now()
		render(t, s, "item", "es", sampleView(func(v *View) {
			v.Text, v.Quoted = words,
				[]Quote{{Text: words}}
		}))
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("1 MB of %.10q took %v", words, took)
		}
	}
}

func TestDates(t *testing.T) {
	for _, c := range []struct {
		at        time.Time
		lang      string
		date, at2 string
	}{
		{at, "es", "martes 3 de marzo, 9:01", "a las 9:01"},
		{at, "en", "Tuesday 3 March, 9:01", "at 9:01"},
		{time.Date(2026, 2, 28, 13, 5, 0, 0, bogota), "es", "sábado 28 de febrero, 13:05",
			"a las 13:05"},
		{time.Date(2026, 8, 5, 1, 0, 0, 0, bogota), "es", "miércoles 5 de agosto, 1:00",
			"a la 1:00"},
		{time.Date(2026, 12, 31, 0, 7, 0, 0, bogota), "es", "jueves 31 de diciembre, 0:07",
			"a las 0:07"},
		{time.Date(2026, 5, 10, 10, 0, 0, 0, bogota), "en", "Sunday 10 May, 10:00", "at 10:00"},
		{at, "fr", "martes 3 de marzo, 9:01", "a las 9:01"},
		{time.Time{}, "es", "", ""},
	} {
		if got := embeddedSet(t).Date(c.at, c.lang); got != c.date {
			t.Errorf("Date(%v, %s) = %q, want %q", c.at, c.lang, got, c.date)
		}
		if got := embeddedSet(t).language("", c.lang).phrases.Date.clock(c.at); got != c.at2 {
			t.Errorf("clock of %v in %s = %q, want %q", c.at, c.lang, got, c.at2)
		}
	}
}

func TestSpans(t *testing.T) {
	d := embeddedSet(t).language("", "es").phrases.Date
	for in, want := range map[time.Duration]string{time.Minute: "1 minuto",
		5 * time.Minute: "5 minutos", 90 * time.Minute: "90 minutos", time.Hour: "1 hora",
		3 * time.Hour: "3 horas", 299 * time.Second: "5 minutos"} {
		if got := d.span(in); got != want {
			t.Errorf("span of %v = %q, want %q", in, got, want)
		}
	}
}

func TestSizes(t *testing.T) {
	w := voice{p: embeddedSet(t).language("", "es").phrases}
	for in, want := range map[int64]string{1: "1 KB", 1499: "1 KB", 120_400: "120 KB",
		999_400: "999 KB", 1_000_000: "1 MB", 2_460_000: "2,5 MB", 25_000_000: "25 MB"} {
		if got := w.size(in); got != want {
			t.Errorf("size of %d = %q, want %q", in, got, want)
		}
	}
}

func TestPhrase(t *testing.T) {
	s := embeddedSet(t)
	for _, c := range [][4]string{{"es", "status", "waiting", "Esperando respuesta"},
		{"en", "severity", "2", "major"}, {"es", "status", "Mío", "Mío"},
		{"es", "nada", "x", "x"}} {
		if got := s.Phrase(c[0], c[1], c[2]); got != c[3] {
			t.Errorf("phrase %v = %q", c[:3], got)
		}
	}
}

// TestOneAndMany: what a phrase counts is one thing or several, and none speaks of "1 avisos".
func TestOneAndMany(t *testing.T) {
	t.Parallel()
	set := embeddedSet(t)
	for _, lang := range set.Languages() {
		p := set.language("", lang).phrases
		for key, phrase := range p.Answer {
			if !strings.Contains(phrase, "{n}") || p.Answer[key+one] == "" {
				continue
			}
			for n, says := range []bool{true, false, true} {
				said := voice{p: p}.remark(Remark{Key: key, N: n})
				if strings.Contains(said, strconv.Itoa(n)) != says {
					t.Errorf("%s of %d: %q", key, n, said)
				}
			}
		}
	}
}
