package templates

import (
	_ "embed"
	"fmt"
	"path"
	"strings"
	"sync"

	"golang.org/x/net/html"

	"buzon/store/desk/lazy"
)

// support lists what some mail clients lack, where that changes what their users read.
//
//go:embed support.txt
var support string

// lacking are the clients that lack what may stand in HTML, by its sort and its name: "property
// display:flex".
var lacking = sync.OnceValue(func() map[string]string {
	clients := map[string]string{}
	for line := range strings.Lines(support) {
		if f := strings.Split(strings.TrimSpace(line), "\t"); len(f) == 3 {
			clients[f[0]+" "+f[1]] = f[2]
		}
	}
	return clients
})

// foreign are elements that fetch, run or send something: no mail of a desk does.
var foreign = map[string]string{"script": "runs", "iframe": "is fetched", "embed": "is fetched",
	"applet": "runs", "frame": "is fetched"}

// lint names what in the HTML of a file, a template or a mail, some clients show otherwise, and
// what a mail must not have: what is fetched tells who opened it.
type lint struct {
	name  string
	src   string
	found []error
}

// actions are those of a template: what they print is not known here.
var actions = lazy.Compile(`(?s)\{\{.*?\}\}`)

// lintHTML looks through one file.
func lintHTML(s source) []error {
	l := &lint{name: s.name, src: actions.ReplaceAllStringFunc(s.text, func(a string) string {
		return strings.Map(func(r rune) rune {
			if r == '\n' {
				return r
			}
			return ';'
		}, a)
	})}
	z := html.NewTokenizer(strings.NewReader(l.src))
	sheet := false
	for at := 0; ; {
		sort := z.Next()
		if sort == html.ErrorToken {
			return l.found
		}
		raw := string(z.Raw())
		switch t := z.Token(); sort {
		case html.StartTagToken, html.SelfClosingTagToken:
			l.tag(t, at, raw)
			sheet = t.Data == "style"
		case html.EndTagToken:
			sheet = false
		case html.TextToken:
			if sheet {
				l.sheet(raw, at)
			}
		}
		at += len(raw)
	}
}

// say adds a finding at a byte of the file.
func (l *lint) say(at int, format string, args ...any) {
	l.found = append(l.found, fmt.Errorf("%s:%d: %s", l.name, 1+strings.Count(l.src[:at], "\n"),
		fmt.Sprintf(format, args...)))
}

// lacks says which clients do not support what stands at a byte of the file.
func (l *lint) lacks(at int, sort, name, shown string) {
	if clients := lacking()[sort+" "+name]; clients != "" {
		l.say(at, "%s is not supported by %s, where people would read something else", shown,
			clients)
	}
}

func (l *lint) tag(t html.Token, at int, raw string) {
	l.lacks(at, "element", t.Data, "<"+t.Data+">")
	if does := foreign[t.Data]; does != "" {
		l.say(at, "<%s> %s, which nothing in a mail may", t.Data, does)
	}
	for _, a := range t.Attr {
		here := at + max(0, strings.Index(strings.ToLower(raw), a.Key))
		if a.Val != "" {
			here = at + max(here-at, strings.Index(raw, a.Val))
		}
		l.lacks(here, "attribute", a.Key, "the attribute "+a.Key)
		switch {
		case a.Key == "style":
			l.declarations(a.Val, here)
		case a.Key == "type":
			l.lacks(here, "element", t.Data+"["+a.Val+"]", "<"+t.Data+" type="+a.Val+">")
		case a.Key == "src" || a.Key == "background" || a.Key == "poster" || a.Key == "data":
			l.fetched(a.Val, here)
		case a.Key == "href" && strings.HasPrefix(a.Val, "#"):
			l.lacks(here, "link", "#", "a link to a place in the mail")
		case strings.HasPrefix(a.Key, "on"):
			l.say(here, "%s runs, which nothing in a mail may", a.Key)
		}
	}
}

// fetched is the address of something that is shown: it must be in the mail.
func (l *lint) fetched(address string, at int) {
	switch name, carried := strings.CutPrefix(address, "cid:"); {
	case carried:
		l.lacks(at, "image", path.Ext(name), "a picture of the kind "+path.Ext(name))
	case strings.HasPrefix(address, "data:"):
		l.lacks(at, "image", ".base64", "a picture in an address")
	case !strings.HasPrefix(address, ";"): // what a template fills in
		l.say(at, "%q is fetched when the mail is opened: only what the mail carries, cid:…, "+
			"may be shown", address)
	}
}

var (
	functions = lazy.Compile(`([a-z-]+)\(([^)]*)`)
	rules     = lazy.Compile(`@[a-z-]+|::?[a-z-]+`)
	block     = lazy.Compile(`([^{};]*)\{([^{}]*)`)
)

// sheet looks through a style sheet.
func (l *lint) sheet(css string, at int) {
	for _, b := range block.FindAllStringSubmatchIndex(css, -1) {
		before, inside := css[b[2]:b[3]], css[b[4]:b[5]]
		for _, r := range rules.FindAllStringIndex(before, -1) {
			name := before[r[0]:r[1]]
			l.lacks(at+b[2]+r[0], "selector", name, name)
		}
		if !strings.HasPrefix(strings.TrimSpace(before), "@media") {
			l.declarations(inside, at+b[4])
		}
	}
	if i := strings.Index(css, "@import"); i >= 0 {
		l.lacks(at+i, "rule", "@import", "@import")
	}
}

// declarations looks through what a style says.
func (l *lint) declarations(style string, at int) {
	for _, d := range strings.SplitAfter(style, ";") {
		name, value, _ := strings.Cut(strings.ToLower(strings.TrimRight(d, ";")), ":")
		here := at + len(d) - len(strings.TrimLeft(d, " \t\n"))
		name = strings.TrimSpace(name)
		value = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "!important"))
		l.lacks(here, "property", name, name)
		l.lacks(here, "property", name+":"+value, name+":"+value)
		for _, f := range functions.FindAllStringSubmatch(value, -1) {
			l.lacks(here, "function", f[1], f[1]+"()")
			if f[1] == "url" {
				l.fetched(strings.Trim(f[2], ` "'`), here)
			}
		}
		at += len(d)
	}
}
