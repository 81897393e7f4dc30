package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"

	"buzon/store/desk/lazy"
)

// readConfig reads the file of a configuration, which must not be what anybody can change or read
// passwords in.
func readConfig(file string) (string, error) {
	info, err := os.Stat(file)
	if err != nil {
		return "", fmt.Errorf("read configuration: %w", err)
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("read configuration: %w", err)
	}
	text := string(raw)
	if err := plainText(text); err != nil {
		return "", fmt.Errorf("%s: %w", file, err)
	}
	return text, guarded(file, text, info.Mode())
}

// plainText refuses what editors write that is no TOML, in words that say how to mend it.
func plainText(text string) error {
	switch {
	case strings.HasPrefix(text, "\ufeff"):
		return errors.New("the file begins with a byte order mark, as Notepad writes it: " +
			"save it as UTF-8 without BOM")
	case strings.HasPrefix(text, "\xff\xfe"), strings.HasPrefix(text, "\xfe\xff"):
		return errors.New("the file is in UTF-16, as Notepad writes \"Unicode\": " +
			"save it as UTF-8 without BOM")
	case !utf8.ValidString(text):
		return errors.New("the file is not in UTF-8, perhaps in Latin-1 or ANSI: " +
			"save it as UTF-8 without BOM")
	}
	return nil
}

// secretLine is a line that holds a secret itself, as apart from the name of its file or of a
// variable.
var secretLine = lazy.Compile(
	`(?m)^[^#\n]*\b(?:(?:password|client_secret|blobs_key)\s*=\s*["']+` +
		`|database\s*=\s*["']+\w+://[^:@/"'\n]*:)([^"'@\n]+)`)

// guarded refuses a configuration with secrets that others can read, or that a group can change.
func guarded(file, text string, mode fs.FileMode) error {
	if mode.Perm()&0o027 == 0 {
		return nil
	}
	for _, m := range secretLine.FindAllStringSubmatch(text, -1) {
		if envPattern.FindString(m[1]) != m[1] {
			return fmt.Errorf("%s: it holds passwords, "+
				"and others can read or change it (mode %04o): chmod 600 %s, "+
				"or chmod 640 with the group of buzon's user", file, mode.Perm(), file)
		}
	}
	return nil
}

// curly are the quotes of a word processor.
const curly = "“”„«»‘’"

// typographic says what is wrong with a line that the decoder can't read, where it is quotes.
func typographic(text string, line int) string {
	lines := strings.Split(text, "\n")
	if line < 1 || line > len(lines) || !strings.ContainsAny(lines[line-1], curly) {
		return ""
	}
	return "the quotes of this line are typographic (“…”): write straight ones, \"…\""
}

// decodeError says where and what is wrong with a text that is no TOML, or not ours.
func decodeError(file, text string, err error) error {
	var strict *toml.StrictMissingError
	var decode *toml.DecodeError
	switch {
	case errors.As(err, &strict):
		e := strict.Errors[0]
		line, _ := e.Position()
		return fmt.Errorf("%s:%d: unknown key %s%s", file, line, strings.Join(e.Key(), "."),
			didYouMean(e.Key()))
	case errors.As(err, &decode):
		line, _ := decode.Position()
		if words := typographic(text, line); words != "" {
			return fmt.Errorf("%s:%d: %s", file, line, words)
		}
		return fmt.Errorf("%s:%d: %s%s", file, line, keyPrefix(decode.Key()),
			wanted(strings.TrimPrefix(decode.Error(), "toml: ")))
	}
	return fmt.Errorf("%s: %s", file, strings.TrimPrefix(err.Error(), "toml: "))
}

var wrongType = lazy.Compile(`^cannot decode TOML (.+) into .* of type (\S+)$`)

// wanted says what would be right where the decoder speaks of our types.
func wanted(text string) string {
	m := wrongType.FindStringSubmatch(text)
	if m == nil {
		return text
	}
	want, known := map[string]string{"bool": "true or false, without quotes",
		"int": "a number, without quotes", "string": "text in quotes",
		"[]string":      "a list of texts, such as [\"a\", \"b\"]",
		"main.duration": "a duration in quotes, such as \"10m\"",
		"main.size":     "a size in quotes, such as \"25MB\""}[strings.TrimPrefix(m[2], "*")]
	if !known {
		want = "something else"
	}
	return "this is of type " + m[1] + ": want " + want
}

func keyPrefix(key toml.Key) string {
	if len(key) == 0 {
		return ""
	}
	return strings.Join(key, ".") + ": "
}
