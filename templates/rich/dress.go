package rich

import (
	"html"
	"net/url"
	"strconv"
	"strings"

	nethtml "golang.org/x/net/html"
)

// styles are how the elements look in our mails; the classes are those of the layout's dark twin.
var styles = map[string]string{
	"p": ` style="margin:0 0 12px"`, "div": "", "br": "", "b": "", "i": "", "u": "", "s": "",
	"tr":    "",
	"ul":    ` style="margin:0 0 12px;padding:0 0 0 24px"`,
	"ol":    ` style="margin:0 0 12px;padding:0 0 0 28px"`,
	"li":    ` style="margin:0 0 4px"`,
	"code":  ` style="font-family:Consolas,Menlo,monospace;font-size:14px"`,
	"pre":   ` style="margin:0 0 12px;white-space:pre-wrap;font-family:Consolas,Menlo,monospace;font-size:14px"`,
	"table": ` class="buzon-table" style="margin:0 0 12px;border-collapse:collapse;font-size:15px"`,
	"td":    ` class="buzon-cell" style="padding:4px 8px;border:1px solid #cccccc;vertical-align:top"`,
	"th":    ` class="buzon-cell" style="padding:4px 8px;border:1px solid #cccccc;vertical-align:top;text-align:left"`,
}

// Picture is where a picture of the words is to be had; without a source its name stands there.
type Picture struct{ Source, Name string }

// Dress makes of what Keep returned HTML for the body of one of our mails. It returns "" unless
// that says exactly what the text does.
func Dress(kept, text string, picture func(id string) Picture) string {
	if kept == "" || len(kept) > longestKept || !says(kept, text) {
		return ""
	}
	var b strings.Builder
	var open []string
	link := ""
	z := nethtml.NewTokenizer(strings.NewReader(kept))
	for {
		sort := z.Next()
		if sort == nethtml.ErrorToken {
			for i := len(open) - 1; i >= 0; i-- {
				b.WriteString("</" + open[i] + ">")
			}
			return b.String()
		}
		t := z.Token()
		switch {
		case sort == nethtml.TextToken:
			b.WriteString(html.EscapeString(strings.ReplaceAll(t.Data, "\n", " ")))
		case sort == nethtml.StartTagToken && t.Data == "img":
			b.WriteString(shown(t, picture))
		case sort == nethtml.StartTagToken && t.Data == "a":
			if link = target(value(t, "href")); link != "" {
				b.WriteString(`<a class="buzon-accent" style="color:#0b57d0" href="` +
					html.EscapeString(link) + `">`)
				open = append(open, "a")
			}
		case sort == nethtml.StartTagToken:
			style, known := styles[t.Data]
			if !known {
				return ""
			}
			b.WriteString("<" + t.Data + spans(t) + style + ">")
			if t.Data != "br" {
				open = append(open, t.Data)
			}
		case sort == nethtml.EndTagToken:
			if n := len(open) - 1; n >= 0 && open[n] == t.Data {
				b.WriteString("</" + t.Data + ">")
				if open = open[:n]; t.Data == "a" {
					b.WriteString(leads(b.String(), link))
				}
			}
		}
	}
}

// leads names the host of a link whose words do not.
func leads(before, link string) string {
	u, err := url.Parse(link)
	if err != nil {
		return ""
	}
	where := u.Host
	if u.Scheme == "mailto" {
		where = u.Opaque
	}
	shown := before[strings.LastIndex(before, "<a "):]
	shown = strings.ToLower(html.UnescapeString(shown[strings.Index(shown, ">")+1:]))
	bare := strings.TrimPrefix(strings.ToLower(where), "www.")
	for _, word := range strings.Fields(shown) {
		word = strings.TrimPrefix(strings.TrimPrefix(word, "https://"), "http://")
		rest, same := strings.CutPrefix(strings.TrimPrefix(word, "www."), bare)
		if same && (rest == "" || strings.ContainsAny(rest[:1], "/?#:<")) {
			return ""
		}
	}
	return ` <span class="buzon-quiet" style="color:#595959">(` + html.EscapeString(where) +
		`)</span>`
}

// shown is a picture in its place, or its name.
func shown(t nethtml.Token, picture func(id string) Picture) string {
	id, _ := strings.CutPrefix(value(t, "src"), "cid:")
	switch p := picture(id); {
	case strings.HasPrefix(p.Source, "cid:"):
		return `<img src="` + html.EscapeString(p.Source) + `" alt="` + html.EscapeString(p.Name) +
			`" style="max-width:100%;height:auto;border:0">`
	case p.Name != "":
		return html.EscapeString("[" + p.Name + "]")
	}
	return ""
}

func value(t nethtml.Token, key string) string {
	for _, a := range t.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// spans are the numbers that an element may bear.
func spans(t nethtml.Token) (list string) {
	for _, key := range []string{"colspan", "rowspan", "start"} {
		n, err := strconv.Atoi(value(t, key))
		if err == nil && n > 0 && n < 100 && (t.Data == "ol") == (key == "start") &&
			(t.Data == "td" || t.Data == "th" || t.Data == "ol") {
			list += " " + key + `="` + strconv.Itoa(n) + `"`
		}
	}
	return list
}

// says reports whether HTML that was kept has the letters of a text, and no others; a list's
// numbers are among them.
func says(kept, text string) bool {
	var b strings.Builder
	var lists []int // the next numbers, -1 for bullets
	z := nethtml.NewTokenizer(strings.NewReader(kept))
	for {
		sort := z.Next()
		if sort == nethtml.ErrorToken {
			shown := letters(b.String())
			return shown != "" && shown == letters(text)
		}
		t := z.Token()
		last := len(lists) - 1
		switch {
		case sort == nethtml.TextToken:
			b.WriteString(t.Data)
		case t.Data == "ul" && sort == nethtml.StartTagToken:
			lists = append(lists, -1)
		case t.Data == "ol" && sort == nethtml.StartTagToken:
			start, err := strconv.Atoi(value(t, "start"))
			if err != nil {
				start = 1
			}
			lists = append(lists, start)
		case (t.Data == "ul" || t.Data == "ol") && last >= 0:
			lists = lists[:last]
		case t.Data == "li" && sort == nethtml.StartTagToken && last >= 0 && lists[last] >= 0:
			b.WriteString("\n" + strconv.Itoa(lists[last]) + ". ")
			lists[last]++
		case sort == nethtml.StartTagToken && blocks[t.DataAtom]:
			b.WriteByte('\n')
		}
	}
}
