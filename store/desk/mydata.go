package desk

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Edit is a line by which somebody changes what the desk knows of him.
type Edit struct {
	What  EditKind `json:"what"`
	Value string   `json:"value"`
	Line  string   `json:"line"` // as written
}

// EditKind is what an edit changes.
type EditKind string

const (
	EditName      EditKind = "name"
	EditLanguage  EditKind = "language"
	AddAddress    EditKind = "add_address"
	RemoveAddress EditKind = "remove_address"

	EditQuiet    EditKind = "quiet"
	EditDigest   EditKind = "digest"
	EditTimezone EditKind = "timezone"

	FollowProject   EditKind = "follow_project"
	UnfollowProject EditKind = "unfollow_project"
)

// editWords are how people call what they change, folded.
var editWords = map[EditKind]string{
	EditName:     "nombre, mi nombre, name, my name",
	EditLanguage: "idioma, mi idioma, lengua, language, my language",
	EditQuiet: "silencio, horas de silencio, horario de silencio, no molestar, " +
		"quiet, quiet hours, do not disturb",
	EditDigest:   "resumen, resumen diario, digest, daily digest",
	EditTimezone: "zona horaria, huso horario, mi zona horaria, time zone, timezone, my time zone",
	AddAddress: "agregar direccion, anadir direccion, nueva direccion, otra direccion, " +
		"agregar correo, add address, new address, another address, add email",
	RemoveAddress: "quitar direccion, borrar direccion, eliminar direccion, quitar correo, " +
		"remove address, delete address, drop address, remove email",
}

// maxEdits bounds what one mail may change.
const maxEdits = 10

// ReadEdits takes the lines that change something out of a text, and returns the rest.
func ReadEdits(text string) (edits []Edit, rest string) {
	var other []string
	for line := range strings.Lines(text) {
		e, ok := readEdit(line)
		if !ok || len(edits) == maxEdits {
			other = append(other, strings.TrimSpace(line))
			continue
		}
		edits = append(edits, e)
	}
	return edits, strings.TrimSpace(strings.Join(other, "\n"))
}

func readEdit(line string) (e Edit, ok bool) {
	key, value, ok := strings.Cut(strings.Trim(OneLine(line), " -*•_"), ":")
	if value = strings.Trim(value, " *_"); !ok || value == "" {
		return e, false
	}
	key = OneLine(Fold(strings.Trim(key, " *_")))
	for what, words := range editWords {
		if slices.Contains(strings.Split(words, ", "), key) {
			return Edit{what, value, OneLine(line)}, true
		}
	}
	return e, false
}

// projectWords are what stands before the name of a project that somebody wants to hear of, or no
// longer, folded, the longest first.
var projectWords = []struct {
	what  EditKind
	words string
}{
	{UnfollowProject, "dejar de seguir el proyecto, dejar de seguir proyecto, " +
		"stop following the project, stop following project, unfollow project"},
	{FollowProject, "seguir el proyecto, seguir proyecto, follow the project, follow project"},
}

// ReadProjectEdit reads a line by which somebody follows a project, or does so no more.
func ReadProjectEdit(line string) (e Edit, ok bool) {
	line = OneLine(strings.Trim(strings.TrimSpace(line), "#«»\"“”.*_ "))
	for _, p := range projectWords {
		for words := range strings.SplitSeq(p.words, ", ") {
			tokens := strings.Fields(line)
			n, ok := begins(tokens, strings.Fields(words))
			if ok && len(tokens) > n && len(tokens) <= n+longestProject {
				name := strings.Trim(strings.Join(tokens[n:], " "), ":«»\"“” ")
				return Edit{p.what, name, line}, name != ""
			}
		}
	}
	return e, false
}

// longestProject is how many words the name of a project has that somebody names alone on a line.
const longestProject = 8

// FollowableBy are the projects that a person may follow: of his organisation, or those that he
// sees already; agents all.
func (s Sight) FollowableBy(c *Catalogue, p Person) []Entry {
	return slices.DeleteFunc(slices.Clone(c.All(Projects)), func(e Entry) bool {
		his := p.Organisation != 0 && e.Parent == p.Organisation
		return !s.All && !his && !slices.Contains(s.Projects, e.ID)
	})
}

// languageNames are what people call a language.
var languageNames = map[string]string{
	"espanol": "es", "castellano": "es", "spanish": "es",
	"ingles": "en", "english": "en",
}

// LanguageNames are what those who speak them call some languages, as they may write them.
func LanguageNames(known []string) (names []string) {
	own := map[string]string{"es": "español", "en": "English"}
	for _, code := range known {
		names = append(names, cmp.Or(own[code], code))
	}
	return names
}

// LanguageNamed is the language that somebody means, of those that the desk has; "" for none.
func LanguageNamed(text string, known []string) string {
	text = Fold(text)
	if code, ok := languageNames[text]; ok {
		text = code
	}
	if slices.Contains(known, text) {
		return text
	}
	return ""
}

// GoodName reports whether somebody may be called so: one line that looks like no address, nor like
// a place on the web.
func GoodName(name string) bool {
	n := utf8.RuneCountInString(name)
	return n > 0 && n <= longestName && !strings.ContainsAny(name, "@＠<>") &&
		!strings.Contains(name, "://") && !strings.Contains(Fold(name), "www.")
}

// Address is the address in what somebody wrote, in the form of Canonical; "" for none.
func (e Edit) Address() string { return address(e.Value) }
