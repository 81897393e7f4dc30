package main

import (
	"bytes"
	"fmt"
	"html/template"
	"os"
	"path/filepath"
	"strings"

	"buzon/mailout"
	"buzon/templates"
)

// gallery writes mails into a directory, for people to look at.
type gallery struct {
	dir      string
	set      *templates.Set
	language string
	mails    []galleryMail
}

// galleryMail is a mail of the index: its files are named so, with different ends.
type galleryMail struct{ File, Kind, Language, Subject string }

// galleryIndex shows each mail light, dark and on a telephone; frames are loaded as one comes to
// them.
var galleryIndex = template.Must(template.New("").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Mails</title>
<style>body{font-family:sans-serif;margin:16px}iframe{border:1px solid #bbb;height:560px;margin:4px}
h2{font-size:16px;margin:24px 0 4px}</style>
<h1>{{len .}} mails</h1>
{{range .}}<h2 id="{{.File}}">{{.Language}} · {{.Kind}}: {{.Subject}}</h2>
<a href="{{.File}}.txt">text</a> <a href="{{.File}}.eml">eml</a> <a href="{{.File}}.html">light</a>
<a href="{{.File}}.dark.html">dark</a><br>
<iframe loading="lazy" width="660" src="{{.File}}.html"></iframe>
<iframe loading="lazy" width="660" src="{{.File}}.dark.html"></iframe>
<iframe loading="lazy" width="360" src="{{.File}}.dark.html"></iframe>
<iframe loading="lazy" width="360" src="{{.File}}.html"></iframe>
{{end}}</html>
`))

// write writes the samples of every language, and the index.
func (g *gallery) write(samples func(language string) []templates.Sample) error {
	for _, language := range g.set.Languages() {
		if err := os.MkdirAll(filepath.Join(g.dir, language), 0o755); err != nil {
			return err
		}
		for _, s := range samples(language) {
			if err := g.one(language, s); err != nil {
				return fmt.Errorf("%s in %s: %w", s.Name, language, err)
			}
		}
	}
	var index bytes.Buffer
	if err := galleryIndex.Execute(&index, g.mails); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(g.dir, "index.html"), index.Bytes(), 0o644)
}

// darkQuery is what asks for the dark twin: two files are made that need no browser's setting.
const darkQuery = "@media (prefers-color-scheme: dark)"

func (g *gallery) one(language string, s templates.Sample) error {
	s.View.Desk.Language = g.language
	m, err := g.set.Render(s.Kind, language, s.View)
	if err != nil {
		return err
	}
	var eml bytes.Buffer
	if err := mailout.Letter(&eml, s.View.Desk, s.View.To, s.View.At, m); err != nil {
		return err
	}
	page, err := mailout.InBrowser(m.HTML)
	if err != nil {
		return err
	}
	file := filepath.Join(language, s.Name)
	for end, content := range map[string]string{
		".txt": "Subject: " + m.Subject + "\n\n" + m.Text, ".eml": eml.String(),
		".html":      strings.Replace(page, darkQuery, "@media not all", 1),
		".dark.html": strings.Replace(page, darkQuery, "@media all", 1),
	} {
		if err := os.WriteFile(filepath.Join(g.dir, file+end), []byte(content), 0o644); err != nil {
			return err
		}
	}
	g.mails = append(g.mails, galleryMail{filepath.ToSlash(file), string(s.Kind), language,
		m.Subject})
	return nil
}
