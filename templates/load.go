package templates

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	text "text/template"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"
)

//go:embed layout.txt layout.html es en
var own embed.FS

// fallback is the language that has every kind.
const fallback = "es"

// Languages lists the languages of the set: those that come with buzon and the administrator's.
func (s *Set) Languages() (list []string) {
	if s.all.Load() != nil {
		return slices.Sorted(maps.Keys(s.languages()))
	}
	files, _ := own.ReadDir(".") // they are part of the program
	for _, f := range files {
		if f.IsDir() {
			list = append(list, f.Name())
		}
	}
	return list
}

// Of lists the languages that have a kind.
func (s *Set) Of(kind Kind) (list []string) {
	for _, code := range s.Languages() {
		if s.languages()[code].kinds[kind] != nil {
			list = append(list, code)
		}
	}
	return list
}

// source is one file of templates, and the name to call it by when it is wrong.
type source struct{ name, text string }

// sources are the files that come with buzon and the administrator's, by their path.
type sources struct{ own, theirs map[string]source }

// Load reads the templates that come with buzon, and those of dir, if it is not empty, over them:
// dir/es/ack.txt takes the place of ours; layout.txt, layout.html, LANG/parts.txt and
// LANG/phrases.toml need hold only what is to be different. A folder of another name is another
// language. The error names file and line and says what would be right.
func Load(dir string) (*Set, error) { return loaded(dir, true) }

// Trust is Load for whoever writes no mail, and needs no proof that each can be written: a mistake
// in a kind's words is found when it is rendered.
func Trust(dir string) (*Set, error) { return loaded(dir, false) }

func loaded(dir string, prove bool) (*Set, error) {
	s := new(Set)
	if dir == "" {
		return s, nil
	}
	all, err := load(dir, prove)
	if err != nil {
		return nil, fmt.Errorf("load templates: %w", err)
	}
	s.all.Store(all)
	return s, nil
}

// embedded is read once: nothing can change it.
var embedded = sync.OnceValue(func() *texts {
	all, err := load("", false)
	if err != nil {
		panic(err) // they are part of the program
	}
	return all
})

func load(dir string, prove bool) (*texts, error) {
	files := sources{map[string]source{}, map[string]source{}}
	if err := read(files.own, own, ""); err != nil {
		return nil, err
	}
	if dir != "" {
		if err := read(files.theirs, os.DirFS(dir), dir); err != nil {
			return nil, err
		}
	}
	all := &texts{map[string]*language{}, files.stack("layout.html", "")}
	for _, code := range files.languages() {
		l, err := files.language(code, prove)
		if err != nil {
			return nil, err
		}
		all.languages[strings.ToLower(code)] = l
	}
	return all, nil
}

// read adds the files of fsys to files; names in errors begin with prefix.
func read(files map[string]source, fsys fs.FS, prefix string) error {
	return fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("read %s: %w", filepath.Join(prefix, name), err)
		}
		if d.IsDir() || strings.HasPrefix(d.Name(), ".") {
			return nil
		}
		if !expected(name) {
			return fmt.Errorf("%s is no template: there are layout.txt, layout.html, and for each "+
				"language LANG/%s, LANG/%s, LANG/signature.txt and LANG/sender.txt, for a mailbox "+
				"LANG/ADDRESS/signature.txt and LANG/ADDRESS/sender.txt, "+
				"and LANG/KIND.txt with KIND one of %s",
				filepath.Join(prefix, name), phrasesFile, partsFile, kindList())
		}
		b, err := fs.ReadFile(fsys, name)
		if i := broken(b); i >= 0 {
			return fmt.Errorf("%s:%d: this is not UTF-8: save the file in that encoding",
				filepath.Join(prefix, name), 1+bytes.Count(b[:i], []byte("\n")))
		}
		files[name] = source{filepath.Join(prefix, name),
			strings.ReplaceAll(string(b), "\r\n", "\n")}
		return err
	})
}

// broken is where a file stops being UTF-8, -1 for nowhere.
func broken(b []byte) int {
	for i := 0; i < len(b); {
		r, size := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

const (
	phrasesFile = "phrases.toml"
	partsFile   = "parts.txt"
)

func expected(name string) bool {
	dir, file := path.Split(name)
	if dir == "" {
		return file == "layout.txt" || file == "layout.html"
	}
	return isClosing(name) || strings.Count(name, "/") == 1 &&
		(file == phrasesFile || file == partsFile ||
			slices.Contains(Names(), Kind(strings.TrimSuffix(file, ".txt"))))
}

func kindList() string {
	return strings.Trim(fmt.Sprint(Names()), "[]")
}

func (f sources) languages() []string {
	var codes []string
	for _, files := range []map[string]source{f.own, f.theirs} {
		for name := range files {
			if code, _, below := strings.Cut(name, "/"); below {
				codes = append(codes, code)
			}
		}
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

// stack is a file that need not be whole: each of the sources found in the folders goes over those
// before it.
func (f sources) stack(file string, folders ...string) []source {
	var found []source
	for _, folder := range folders {
		for _, s := range []source{f.own[path.Join(folder, file)],
			f.theirs[path.Join(folder, file)]} {
			if s.name != "" && !slices.Contains(found, s) {
				found = append(found, s)
			}
		}
	}
	return found
}

// ours reports whether all files are those that come with buzon, which a test has checked.
func (f sources) ours(lists ...[]source) bool {
	return !slices.ContainsFunc(slices.Concat(lists...), func(s source) bool {
		return f.own[s.name] != s
	})
}

// language reads one language's files. A kind that it lacks is rendered in another language, and
// Check reports it.
func (f sources) language(code string, prove bool) (*language, error) {
	l := &language{code: code, kinds: map[Kind]func() (*pair, error){}}
	var err error
	if l.phrases, err = readPhrases(f.stack(phrasesFile, fallback, code)); err != nil {
		return nil, err
	}
	if l.given, err = readPhrases(f.stack(phrasesFile, code)); err != nil {
		return nil, err
	}
	if err = f.filledIn(code, l.given); err != nil {
		return nil, err
	}
	if l.parts, err = defined(f.stack(partsFile, code)); err != nil {
		return nil, err
	}
	for _, kind := range Names() {
		body := f.stack(string(kind)+".txt", code)
		if len(body) == 0 {
			continue
		}
		files := slices.Concat(f.stack("layout.txt", ""), f.stack(partsFile, fallback, code),
			body[len(body)-1:])
		html := f.stack("layout.html", "")
		l.kinds[kind] = sync.OnceValues(func() (*pair, error) {
			return parseKind(l.phrases, files, html)
		})
		if !prove || f.ours(files, html, f.stack(phrasesFile, fallback, code)) {
			continue
		}
		if err := l.check(kind); err != nil {
			return nil, err
		}
	}
	return l, f.readClosings(l)
}

// check reads the templates of a kind, and proves that no View can make them fail.
func (l *language) check(kind Kind) error {
	p, err := l.kinds[kind]()
	if err != nil {
		return err
	}
	return p.check(l)
}

func readPhrases(files []source) (*phrases, error) {
	p := new(phrases)
	for _, s := range files {
		if err := p.read(s); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// defined lists the parts that files define.
func defined(files []source) ([]string, error) {
	t := text.New("").Funcs(voice{}.funcs())
	for _, s := range files {
		if _, err := t.New(s.name).Parse(s.text); err != nil {
			return nil, explain(err)
		}
	}
	var parts []string
	for _, one := range t.Templates() {
		if !strings.HasSuffix(one.Name(), partsFile) {
			parts = append(parts, one.Name())
		}
	}
	return parts, nil
}

// read adds a phrases.toml to p, over what is there.
func (p *phrases) read(s source) error {
	d := toml.NewDecoder(strings.NewReader(s.text)).DisallowUnknownFields()
	err := d.Decode(p)
	var unknown *toml.StrictMissingError
	var wrong *toml.DecodeError
	switch {
	case errors.As(err, &unknown) && len(unknown.Errors) > 0:
		row, _ := unknown.Errors[0].Position()
		return fmt.Errorf("%s:%d: there is no key %s here: see the file of the same name in es",
			s.name,
			row, strings.Join(unknown.Errors[0].Key(), "."))
	case errors.As(err, &wrong):
		row, _ := wrong.Position()
		return fmt.Errorf("%s:%d: %w", s.name, row, wrong)
	case err != nil:
		return fmt.Errorf("%s: %w", s.name, err)
	case !p.Date.whole():
		return fmt.Errorf("%s: [date] needs 7 weekdays, Sunday first, and 12 months", s.name)
	}
	return nil
}

// parseKind reads the files of a kind, the last of which is its body, for text, and once more for
// HTML.
func parseKind(p *phrases, files, layout []source) (*pair, error) {
	t := text.New("").Funcs(voice{p: p}.funcs())
	h := template.New("").Funcs(voice{p: p, markup: true}.funcs())
	var body *text.Template
	for _, s := range files {
		var err error
		if body, err = t.New(s.name).Parse(s.text); err != nil {
			return nil, explain(err)
		}
	}
	if _, err := t.AddParseTree("body", body.Tree); err != nil {
		return nil, explain(err)
	}
	for _, one := range t.Templates() {
		if one.Tree == nil {
			continue
		}
		if _, err := h.AddParseTree(one.Name(), escaped(one.Tree)); err != nil {
			return nil, explain(err)
		}
	}
	for _, s := range layout {
		if _, err := h.New(s.name).Parse(s.text); err != nil {
			return nil, explain(err)
		}
	}
	return &pair{text: t, html: h}, nil
}

// Check reports whether every language has every kind, part and phrase, and whether the HTML is
// made of what mail clients support. What a language lacks is said in another one, so a mail goes
// out all the same; the error names everything that is left to translate and to mend.
func (s *Set) Check() error {
	var missing []error
	for _, file := range s.texts().layout {
		missing = append(missing, lintHTML(file)...)
	}
	for _, code := range s.Languages() {
		l := s.languages()[code]
		missing = append(missing, l.lacks(s.languages()[fallback])...)
		missing = append(missing, s.untold(l)...)
	}
	return errors.Join(missing...)
}

// lacks compares a language with the one that has everything.
func (l *language) lacks(whole *language) []error {
	var missing []error
	say := func(format string, args ...any) {
		missing = append(missing,
			fmt.Errorf(format, args...))
	}
	for _, k := range Names() {
		if l.kinds[k] == nil {
			say("%s has no %s.txt", l.code, k)
		}
	}
	for _, part := range whole.parts {
		if !slices.Contains(l.parts, part) {
			say("%s/%s does not define %s", l.code, partsFile, part)
		}
	}
	if !reflect.DeepEqual(l.given.Date, l.phrases.Date) {
		say("%s/%s has no full [date]", l.code, phrasesFile)
	}
	given, all := l.given.tables(), whole.phrases.tables()
	for _, table := range slices.Sorted(maps.Keys(all)) {
		for _, key := range slices.Sorted(maps.Keys(all[table])) {
			if given[table][key] == "" {
				say("%s/%s has no %s in [%s]", l.code, phrasesFile, key, table)
			}
		}
	}
	return missing
}
