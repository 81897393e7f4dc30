package templates

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// each renders every example in every language.
func each(t *testing.T, check func(t *testing.T, e Sample, m Mail)) {
	s := embeddedSet(t)
	for _, lang := range languages {
		for _, e := range Samples(lang) {
			t.Run(lang+"/"+e.Name, func(t *testing.T) {
				check(t, e,
					render(t, s, e.Kind, lang, e.View))
			})
		}
	}
}

func render(t testing.TB, s *Set, kind Kind, lang string, v View) Mail {
	t.Helper()
	m, err := s.Render(kind, lang, v)
	if err != nil {
		t.Fatalf("render %s in %s: %v", kind, lang, err)
	}
	return m
}

func TestHTMLSaysTheSameAsTheText(t *testing.T) {
	each(t, func(t *testing.T, e Sample, m Mail) {
		if e.View.Rich != "" { // package rich compares the words
			return
		}
		text := strings.Join(strings.Fields(strings.ReplaceAll("\n"+m.Text, "\n>", "\n")), " ")
		if shown := readable(t, m.HTML); shown != text {
			t.Errorf("HTML reads\n%s\ntext\n%s", shown, text)
		}
	})
}

// readable is what a reader of the HTML sees, buttons and what explains a picture left out.
func readable(t *testing.T, page string) string {
	t.Helper()
	var b strings.Builder
	var read func(*html.Node)
	read = func(n *html.Node) {
		if n.DataAtom == atom.Head || slices.ContainsFunc(n.Attr,
			func(a html.Attribute) bool {
				classes := strings.Fields(a.Val)
				return slices.Contains(classes, "buzon-button") ||
					slices.Contains(classes, "buzon-legend")
			}) {
			return
		}
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
		if n.DataAtom == atom.Br || n.DataAtom == atom.P || n.DataAtom == atom.Div ||
			n.DataAtom == atom.Blockquote {
			b.WriteString("\n")
		}
		for c := range n.ChildNodes() {
			read(c)
		}
	}
	read(parsed(t, page))
	return strings.Join(strings.Fields(b.String()), " ")
}

func parsed(t *testing.T, page string) *html.Node {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestTextIsTidy(t *testing.T) {
	each(t, func(t *testing.T, _ Sample, m Mail) {
		if !strings.HasSuffix(m.Text, "\n") || strings.HasSuffix(m.Text, "\n\n") {
			t.Errorf("ends in %q", m.Text[max(0, len(m.Text)-10):])
		}
		for line := range strings.SplitSeq(m.Text, "\n") {
			if strings.TrimRight(line, " \t") != line {
				t.Errorf("blanks at the end of %q", line)
			}
		}
		if strings.Contains(m.Text, "\n\n\n") || strings.HasPrefix(m.Text, "\n") {
			t.Errorf("empty paragraphs in %q", m.Text)
		}
	})
}

func TestSubjectOfATicketIsTagAndSubject(t *testing.T) {
	each(t, func(t *testing.T, e Sample, m Mail) {
		want := "[" + e.View.Tag + " #123] " + e.View.Ticket.Subject
		switch {
		case e.Kind == "production_down", e.Kind == "new_number", e.View.Ticket.Number == 0,
			!e.View.EchoSubject:
			return // seen in the golden files
		case m.Subject != want:
			t.Errorf("subject %q, want %q", m.Subject, want)
		}
	})
}

func TestReplyReaderFindsOurMarks(t *testing.T) {
	each(t, func(t *testing.T, e Sample, m Mail) {
		if e.View.Ticket.Number == 123 &&
			strings.Count(m.HTML, `<div class="buzon-mail" id="buzon-c123"`) != 1 {
			t.Errorf("the mail is not in one div buzon-mail: %s", m.HTML)
		}
		if got := strings.Count(m.HTML, `<div class="buzon-quote"`); got != min(1,
			len(e.View.Quoted)) {
			t.Errorf("%d div buzon-quote for %d quotes", got, len(e.View.Quoted))
		}
	})
}

func TestAgentsWordsHaveNothingAboveThem(t *testing.T) {
	s := embeddedSet(t)
	for _, lang := range languages {
		m := render(t, s, "item", lang, sampleView(func(v *View) { v.Text = "Ya funciona." }))
		if !strings.HasPrefix(m.Text, "Ya funciona.\n\nAna Gómez, Soporte Ejemplo · "+
			map[string]string{"es": "Caso", "en": "Case"}[lang]+" #123 · ") ||
			strings.Count(m.Text, "\n") != 3 {
			t.Errorf("%s: %q", lang, m.Text)
		}
	}
}

func TestWordsKeepTheirLines(t *testing.T) {
	words := "uno\r\n\r\n\r\n\r\n  dos   y medio\rtres\n\n"
	m := render(t, embeddedSet(t), "item", "es", sampleView(func(v *View) { v.Text = words }))
	if want := "uno\n\n\n\n  dos   y medio\ntres\n\nAna"; !strings.HasPrefix(m.Text, want) {
		t.Errorf("text %q, want %q", m.Text, want)
	}
	if want :=
		">uno<br><br><br><br>&nbsp; dos&nbsp;&nbsp; y medio<br>tres</div>"; !strings.Contains(
		m.HTML, want) {
		t.Errorf("HTML %s, want %q", m.HTML, want)
	}
}

// fillStrings sets every string below v but the codes that the program chooses.
func fillStrings(v reflect.Value, s string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(s)
	case reflect.Slice:
		for i := range v.Len() {
			fillStrings(v.Index(i), s)
		}
	case reflect.Struct:
		if v.Type() != reflect.TypeFor[time.Time]() {
			for i := range v.NumField() {
				fillStrings(v.Field(i), s)
			}
		}
	}
}

func TestNoViewCanFail(t *testing.T) {
	s := embeddedSet(t)
	hostile := []string{
		"", " ", "\x00", "\xff\xfe", "a\r\nBcc: evil@x.test\r\n\r\nb", "\u202Etxt.exe\u2066",
		"{{.Secret}}{{end}}", "<script>alert(1)</script>",
		"\"'><img src=x onerror=alert(1)>", "</div></body></html>", "javascript:alert(1)",
		"mailto:x@y.test?subject=<b>", "<!--", "%s%n%!", "\v\v", "\n\n<div onclick=x>",
		strings.Repeat("á\n", 500), strings.Repeat("))", 1000), strings.Repeat("https://a", 300),
		"http://[::1", "\u2028\u2029\u0085",
	}
	for _, h := range hostile {
		v := sample()
		fillStrings(reflect.ValueOf(&v).Elem(), h)
		v.Links = append(v.Links, Link{"close", "javascript:alert(1)"},
			Link{"close", "https://x.test"})
		for _, kind := range Names() {
			for _, v.ToAgent = range []bool{true, false} {
				checkHarmless(t, h, render(t, s, kind, "es", v))
			}
			checkHarmless(t, h, render(t, s, kind, h, View{Text: h, Ticket: Ticket{Subject: h}}))
		}
	}
}

func TestZeroView(t *testing.T) {
	s := embeddedSet(t)
	for _, kind := range Names() {
		for _, lang := range languages {
			m := render(t, s, kind, lang, View{})
			if all := m.Subject + m.Text + m.HTML; m.Subject == "" ||
				strings.Contains(all, "<no value>") || strings.Contains(all, "%!") ||
				strings.Contains(all, "0001") {
				t.Errorf("%s in %s: %+v", kind, lang, m)
			}
		}
	}
}

func FuzzRender(f *testing.F) {
	f.Add("ack", "es", "hola\r\n", true)
	f.Add("item", "en", "https://x.test/(a)> <b onclick=x>", false)
	s := embeddedSet(f)
	f.Fuzz(func(t *testing.T, kind, lang, words string, agent bool) {
		v := sample()
		fillStrings(reflect.ValueOf(&v).Elem(), words)
		v.ToAgent, v.EchoSubject = agent, agent
		if m, err := s.Render(Kind(kind), lang, v); err == nil {
			checkHarmless(t, words, m)
		} else if slices.Contains(Names(), Kind(kind)) {
			t.Fatal(err)
		}
	})
}

// checkHarmless looks for anything that a mail or a page could be made to do.
func checkHarmless(t *testing.T, given string, m Mail) {
	t.Helper()
	for _, r := range m.Subject {
		if unicode.IsControl(r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r) {
			t.Fatalf("%U in the subject %q of %q", r, m.Subject, given)
		}
	}
	for _, r := range m.Text + m.HTML {
		if unicode.IsControl(r) && r != '\n' && r != '\t' || r >= '\u202A' && r <= '\u202E' ||
			r >= '\u2066' && r <= '\u2069' {
			t.Fatalf("%U in the mail of %q", r, given)
		}
	}
	var look func(n *html.Node)
	look = func(n *html.Node) {
		if n.Type == html.ElementNode {
			harmless(t, n)
		}
		for c := range n.ChildNodes() {
			look(c)
		}
	}
	look(parsed(t, m.HTML))
}

func harmless(t *testing.T, n *html.Node) {
	t.Helper()
	if !slices.Contains(strings.Fields("html head meta title style body div p b i u s br a img ul "+
		"ol li pre th span blockquote code table tbody tr td"), n.Data) {
		t.Fatalf("element %s", n.Data)
	}
	for _, a := range n.Attr {
		switch a.Key {
		case "href":
			if !strings.HasPrefix(strings.ToLower(a.Val), "mailto:") &&
				!strings.HasPrefix(strings.ToLower(a.Val), "https://") &&
				!strings.HasPrefix(strings.ToLower(a.Val), "http://") {
				t.Fatalf("link to %q", a.Val)
			}
		case "src":
			if !strings.HasPrefix(a.Val, "cid:") {
				t.Fatalf("picture from %q", a.Val)
			}
		case "alt", "colspan", "rowspan", "start", "role", "width", "height":
		case "class", "style", "id", "lang", "dir", "charset", "name", "content":
		default:
			t.Fatalf("attribute %s=%q", a.Key, a.Val)
		}
	}
}

func TestHostileWordsAppearAsTheyAre(t *testing.T) {
	const odd = `{{.Secret}} <script>alert("x")</script> %(x)s ${x}`
	m := render(t, embeddedSet(t), "item", "es", sampleView(toAgent, func(v *View) {
		v.Author, v.Text, v.Ticket.Subject, v.Ticket.Requester.Name = Person{Name: odd}, odd,
			odd, odd
	}))
	if m.Subject != "[Caso #123] "+odd {
		t.Errorf("subject %q", m.Subject)
	}
	if strings.Count(m.Text, odd) != 2 || strings.Count(readable(t, m.HTML), odd) != 2 {
		t.Errorf("text %q, HTML %q", m.Text, m.HTML)
	}
}

func TestNameThatLooksLikeAnAddressIsNotShown(t *testing.T) {
	m := render(t, embeddedSet(t), "new_ticket", "es",
		sampleView(toAgentNew, func(v *View) {
			v.Author = Person{Name: "ana@ejemplo.test",
				Address: "x@evil.test"}
		}))
	if strings.Contains(m.Text, "ana@") ||
		!strings.HasPrefix(m.Text, "Caso #123 nuevo, de x@evil.test ·") {
		t.Errorf("text %q", m.Text)
	}
}

func TestAcknowledgementRepeatsNothingUnlessTold(t *testing.T) {
	const theirs = "COMPRE-YA"
	v := sampleView(files, unknownProduct, quoted, buttons("close"), down, func(v *View) {
		v.Ticket.Subject, v.Text, v.Detail, v.Author.Name, v.Ticket.Requester.Name,
			v.To.Name = theirs, theirs, theirs, theirs, theirs, theirs
		v.Quoted[0].Text, v.Attachments[0].Name, v.Unknown[0].Value, v.Unknown[1].Field = theirs,
			theirs, theirs, theirs
		v.Links[0].Href = "mailto:x@y.test?subject=" + theirs
	})
	s := embeddedSet(t)
	for _, kind := range []Kind{"ack", "ack_production_down", "new_number"} {
		for _, lang := range languages {
			v.Answers, v.EchoSubject = true, true
			if m := render(t, s, kind, lang, v); !strings.Contains(m.Subject, theirs) {
				t.Errorf("%s: subject %q lacks what was allowed", kind, m.Subject)
			}
			v.EchoSubject = false
			if m := render(t, s, kind, lang, v); strings.Contains(m.Subject+m.Text+m.HTML, theirs) {
				t.Errorf("%s repeats the sender: %+v", kind, m)
			}
		}
	}
}

func TestButtons(t *testing.T) {
	v := sampleView(buttons("close", "history"), func(v *View) {
		v.Links = append(v.Links, Link{"take", "https://x.test"}, Link{"help", "mailto:"},
			Link{"my_tickets", "mailto:a@b.test"}, Link{"note", "mailto:a@b.test"})
	})
	before := slices.Clone(v.Links)
	m := render(t, embeddedSet(t), "ack", "es", v)
	for label, want := range map[string]bool{"Cerrar": true, "Ver historial": true,
		"Mis casos": true, "Tomar": false, "Ayuda": false, "Nota": false} {
		if got := strings.Contains(m.HTML, ">"+label+"</a>"); got != want {
			t.Errorf("button %s shown: %v, want %v", label, got, want)
		}
	}
	if !slices.Equal(before, v.Links) {
		t.Errorf("the caller's links were changed: %v", v.Links)
	}
}

func TestLanguageFallsBackToTheDesksThenSpanish(t *testing.T) {
	s := embeddedSet(t)
	for _, c := range []struct{ lang, desk, want string }{
		{"es", "en", "Recibimos"}, {"EN_us", "es", "We received"}, {"es-AR", "en", "Recibimos"},
		{"pt", "en", "We received"}, {"pt", "xx", "Recibimos"}, {"", "", "Recibimos"},
	} {
		if m := render(t, s, "ack", c.lang,
			View{Desk: Desk{Language: c.desk}}); !strings.HasPrefix(m.Text, c.want) {
			t.Errorf("%q, desk %q: %q, want %q", c.lang, c.desk, m.Text, c.want)
		}
	}
	if _, err := s.Render("acknowledge", "es", View{}); err == nil {
		t.Error("an unknown kind was rendered")
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := load("", false); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRender(b *testing.B) {
	s := embeddedSet(b)
	v := sampleView(files, form, buttons("close"), quoted)
	b.ReportAllocs()
	for b.Loop() {
		render(b, s, "item", "es", v)
	}
}
