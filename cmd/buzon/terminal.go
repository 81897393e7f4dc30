package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/term"
)

// unseen reports whether a character moves the cursor, turns the text round or can't be seen at
// all: controls of both sets (C0, C1), format characters (the bidirectional ones, zero-width ones,
// tags), separators of lines and paragraphs, and private ones, which every terminal reads in its
// own way.
func unseen(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp)
}

// escaped writes a character as JSON and Go do.
func escaped(r rune) string {
	if high, low := utf16.EncodeRune(r); high != utf8.RuneError {
		return fmt.Sprintf(`\u%04x\u%04x`, high, low)
	}
	return fmt.Sprintf(`\u%04x`, r)
}

// escape writes unseen characters as escapes, except those in keep. What strangers wrote can't move
// the cursor, forge a line, or look like something else.
func escape(s, keep string) string {
	visible := func(r rune) bool { return !unseen(r) || strings.ContainsRune(keep, r) }
	if strings.IndexFunc(s, func(r rune) bool { return !visible(r) }) < 0 {
		return strings.ToValidUTF8(s, "\ufffd")
	}
	var b strings.Builder
	for _, r := range s {
		if visible(r) {
			b.WriteRune(r)
		} else {
			b.WriteString(escaped(r))
		}
	}
	return b.String()
}

// safe makes one line of what a stranger wrote.
func safe(s string) string { return escape(s, "") }

// safeText is safe for text of several lines.
func safeText(s string) string { return escape(strings.ReplaceAll(s, "\r\n", "\n"), "\n\t") }

// terminal reports whether w is one.
func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// printMail writes a mail into a file or a pipe as it is, byte for byte, and escaped on a terminal.
func printMail(w io.Writer, mail io.Reader) error {
	if !terminal(w) {
		_, err := io.Copy(w, mail)
		return err
	}
	text, err := io.ReadAll(mail)
	if err == nil {
		_, err = io.WriteString(w, safeText(string(text)))
	}
	return err
}
