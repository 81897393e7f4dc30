package templates

import (
	"html/template"
	"net/url"
	"strings"

	"buzon/store/desk/lazy"
	"buzon/templates/rich"
)

// hold stands for a line end inside somebody's words while the paragraphs around them are set:
// those lines are not ours to join. It cannot be in a cleaned view.
const hold = "\v"

// words shows what somebody wrote, as he wrote it.
func (w voice) words(s string) any {
	if !w.markup {
		return strings.ReplaceAll(s, "\n", hold)
	}
	return template.HTML(set(linked(s)))
}

// spoken shows the words of a mail; what a program wrote among them keeps its columns.
func (w voice) spoken(v *View) any {
	if !w.markup {
		return w.words(v.Text)
	}
	if v.Rich != "" {
		return template.HTML(v.Rich)
	}
	var b strings.Builder
	rest := v.Text
	for _, code := range v.Code {
		before, after, ok := strings.Cut(rest, code)
		if !ok || code == "" {
			continue
		}
		b.WriteString(set(linked(before)) +
			`<span class="buzon-code" style="font-family:Consolas,Menlo,monospace;font-size:13px">` +
			set(template.HTMLEscapeString(code)) + `</span>`)
		rest = after
	}
	return template.HTML(b.String() + set(linked(rest)))
}

// dressed is the text's formatting as HTML, or "" where text alone is certain: the words are the
// text's, without the marks that stand in it for pictures.
func dressed(v *View) string {
	if v.Rich == "" || len(v.Code) > 0 {
		return ""
	}
	text := v.Text
	for _, p := range v.Pictures {
		text = strings.ReplaceAll(text, "["+p.Name+"]", "")
	}
	return rich.Dress(v.Rich, text, func(id string) rich.Picture {
		for _, p := range v.Pictures {
			if p.ID == id {
				return rich.Picture{Source: p.Source, Name: p.Name}
			}
		}
		return rich.Picture{}
	})
}

var runs = lazy.Compile(`(?m)^ | {2,}|\t`)

// set keeps in HTML the line ends of a text, and the blanks by which a program writes columns:
// Outlook makes one of a run, whatever the style says.
func set(s string) string {
	if strings.Contains(s, "  ") || strings.Contains(s, "\t") || strings.Contains(s, "\n ") {
		s = runs.ReplaceAllStringFunc(s, func(run string) string {
			if run == "\t" {
				return "&nbsp;&nbsp;&nbsp; "
			}
			return strings.Repeat("&nbsp;", max(1, len(run)-1)) +
				map[bool]string{true: " "}[len(run) > 1]
		})
	}
	return strings.ReplaceAll(s, "\n", "<br>")
}

// quote shows words that were said before: small and indented in the HTML, behind "> " in the text.
func (w voice) quote(s string) any {
	if w.markup {
		return w.words(s)
	}
	var b strings.Builder
	for line := range strings.SplitSeq(s, "\n") {
		for _, piece := range wrap(line, 76) {
			b.WriteString(strings.TrimRight("> "+piece, " ") + hold)
		}
	}
	return strings.TrimSuffix(b.String(), hold)
}

// preview shows a mail within another.
func (w voice) preview(p Preview) any {
	switch {
	case p.Mail == nil:
		return ""
	case w.markup:
		return p.Mail.Body
	}
	return w.quote(strings.TrimSpace(p.Mail.Text))
}

func subjectOf(p Preview) string {
	if p.Mail == nil {
		return ""
	}
	return p.Mail.Subject
}

// wrap cuts a line at blanks into pieces of at most width characters; a longer word stays whole.
func wrap(line string, width int) []string {
	var pieces []string
	for {
		end := characters(line, width)
		if end == len(line) {
			return append(pieces, line)
		}
		cut := strings.LastIndexByte(line[:end+1], ' ')
		if cut <= 0 {
			if cut = strings.IndexByte(line[end:], ' ') + end; cut < end {
				return append(pieces, line)
			}
		}
		pieces, line = append(pieces, line[:cut]), strings.TrimLeft(line[cut:], " ")
	}
}

// characters is how many bytes the first n characters of s take, or all of s.
func characters(s string, n int) int {
	for i := range s {
		if n--; n < 0 {
			return i
		}
	}
	return len(s)
}

// longestURL, in bytes: what is longer is no address that a person can judge.
const longestURL = 2000

var address = lazy.Compile(`(?i)\b(?:https?://|mailto:)[^\s<>"'«»“”\x60]+`)

// linked escapes s and links the addresses in it that are safe to open. A link shows where it goes.
func linked(s string) string {
	var b strings.Builder
	end := 0
	for _, at := range address.FindAllStringIndex(s, -1) {
		if at[1]-at[0] > longestURL {
			continue
		}
		u := withoutPunctuation(s[at[0]:at[1]])
		if !safeURL(u) {
			continue
		}
		escaped := template.HTMLEscapeString(u)
		b.WriteString(template.HTMLEscapeString(s[end:at[0]]))
		b.WriteString(`<a class="buzon-accent" style="color:` + accent + `" href="` +
			escaped + `">` +
			escaped + `</a>`)
		end = at[0] + len(u)
	}
	return b.String() + template.HTMLEscapeString(s[end:])
}

// withoutPunctuation leaves the sentence its full stop, and a bracket that was opened before the
// address.
func withoutPunctuation(u string) string {
	for {
		short := strings.TrimRight(u, ".,;:!?…*_")
		if strings.HasSuffix(short, ")") && strings.Count(short, ")") > strings.Count(short, "(") {
			short = strings.TrimSuffix(short, ")")
		}
		if strings.HasSuffix(short, "]") && strings.Count(short, "]") > strings.Count(short, "[") {
			short = strings.TrimSuffix(short, "]")
		}
		if short == u {
			return u
		}
		u = short
	}
}

func safeURL(s string) bool {
	u, err := url.Parse(s)
	if err != nil {
		return false
	}
	return (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" ||
		u.Scheme == "mailto" && u.Opaque != ""
}

func safeMailto(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Scheme == "mailto" && u.Opaque != ""
}

// onceBlank has one blank line wherever s has some, and none at either end.
func onceBlank(s string) string {
	s = strings.TrimSpace(s)
	var b strings.Builder
	b.Grow(len(s))
	between := ""
	for line := range strings.SplitSeq(s, "\n") {
		if strings.Trim(line, " \t") == "" {
			between = "\n\n"
			continue
		}
		b.WriteString(between)
		b.WriteString(line)
		between = "\n"
	}
	return b.String()
}

// tidy makes the text of a mail: paragraphs with one blank line between them, no blanks at the end
// of a line, one line end at the end.
func tidy(s string) string {
	s = onceBlank(s)
	lines := strings.Split(strings.ReplaceAll(s, hold, "\n"), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " \t")
	}
	return strings.Join(lines, "\n") + "\n"
}

// apart begins a block that is set like a paragraph.
const apart = `<div class="buzon-apart"`

// lineless is a block without line ends right within it.
func lineless(p string) string {
	begin := strings.IndexByte(p, '>') + 1
	inner, _ := strings.CutSuffix(p[begin:], "</div>")
	return p[:begin] + strings.TrimSpace(inner) + "</div>"
}

// paragraphs makes the HTML of a body whose paragraphs are apart by a blank line. A paragraph that
// is a block already stays: only the layout can have made it, all else is escaped.
func paragraphs(s string) template.HTML {
	var b strings.Builder
	for p := range strings.SplitSeq(onceBlank(s), "\n\n") {
		switch p = strings.TrimSpace(p); {
		case p == "":
		case strings.HasPrefix(p, apart):
			b.WriteString(strings.ReplaceAll(lineless(p), "\n", "<br>\n") + "\n")
		case strings.HasPrefix(p, "<div"):
			b.WriteString(p + "\n")
		default:
			b.WriteString(`<p style="margin:0 0 16px">` + strings.ReplaceAll(p, "\n", "<br>\n") +
				"</p>\n")
		}
	}
	return template.HTML(b.String())
}
