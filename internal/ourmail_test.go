package internal

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"buzon/internal/mailtest"
	"buzon/mailin/message"
	"buzon/mailin/reply"
	"buzon/mailout"
	"buzon/templates"
)

// TestOurMailsAreReadBack: each kind of mail in each language is, to our own reader, exactly what
// it was made of; and whatever program answers it, the answer is what was written above it.
func TestOurMailsAreReadBack(t *testing.T) {
	t.Parallel()
	set, err := templates.Load("")
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range set.Languages() {
		for _, s := range templates.Samples(language) {
			t.Run(language+"/"+s.Name, func(t *testing.T) {
				words, err := set.Render(s.Kind, language, s.View)
				if err != nil {
					t.Fatal(err)
				}
				readBack(t, s.View, words)
				answered(t, words, s.View.Desk.Address)
			})
		}
	}
}

func readBack(t *testing.T, v templates.View, words templates.Mail) {
	t.Helper()
	var raw bytes.Buffer
	if err := mailout.Letter(&raw, v.Desk, v.To, v.At, words); err != nil {
		t.Fatal(err)
	}
	if err := mailtest.Validate(raw.Bytes()); err != nil {
		t.Error(err)
	}
	m, err := message.Read(t.Context(), bytes.NewReader(raw.Bytes()), int64(raw.Len()),
		message.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	pictures := strings.Count(words.HTML, `src="cid:`) // that stand among the words
	if m.Subject != words.Subject || strings.TrimSpace(m.Text) != strings.TrimSpace(words.Text) ||
		strings.TrimSpace(m.HTML) != strings.TrimSpace(words.HTML) ||
		len(m.Attachments) != pictures || len(m.Warnings) > 0 {
		t.Errorf("read as %q, %v, %v\n%s\nof %q\n%s", m.Subject, m.Attachments, m.Warnings, m.Text,
			words.Subject, words.Text)
	}
}

// ids are those of our elements, which Outlook shows again under other names.
var ids = regexp.MustCompile(`(id|class)="(buzon)`)

func answered(t *testing.T, words templates.Mail, desk string) {
	t.Helper()
	const answer = "Sí, gracias.\n\nSigue igual."
	const html = "<p>Sí, gracias.</p><p>Sigue igual.</p>"
	quoted := "> " + strings.ReplaceAll(strings.TrimSpace(words.Text), "\n", "\n> ")
	for client, in := range map[string]reply.Input{
		"text": {Plain: answer + "\n\nEl mar, 3 mar 2026 a las 9:01, Soporte Ejemplo (<" + desk +
			">) escribió:\n\n" + quoted + "\n"},
		"Gmail": {HTML: reply.HTML(html +
			`<br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">El mar, 3 mar 2026 a las 9:01, Soporte (<a href="mailto:` + desk + `">` + desk +
			`</a>) escribió:<br></div><blockquote class="gmail_quote">` + words.HTML +
			`</blockquote></div>`)},
		"Outlook": {HTML: reply.HTML(html +
			`<div style="border:none;border-top:solid #E1E1E1 1.0pt"><p><b>De:</b> Soporte Ejemplo &lt;` + desk + `&gt;<br><b>Enviado:</b> martes, 3 de marzo de 2026 9:01<br><b>Para:</b> Carla<br><b>Asunto:</b> ` +
			"x</p></div>" + words.HTML)},
		"none that says so": {HTML: reply.HTML(html +
			ids.ReplaceAllString(words.HTML, `$1="x_$2`))},
	} {
		in.Own, in.From = []string{desk}, "carla@cliente.test"
		if got := reply.Split(in).New(); got != answer {
			t.Errorf("answered by %s: %q", client, got)
		}
	}
}
