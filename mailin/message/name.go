package message

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	maxName      = 150 // octets
	maxExtension = 16  // octets, the dot included
)

// CleanName makes of an attachment's name one that is safe to show, and to write into
// an empty directory on any system: one path element in NFC, at most 150 octets, its
// extension at most 16. What can't be seen goes first, so that it can't hide the rest. The
// result is "" when nothing is left.
func CleanName(raw string) string {
	name := norm.NFC.String(strings.Map(visible, strings.ToValidUTF8(raw, "\uFFFD")))
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	if len(name) > 1 && name[1] == ':' && unicode.IsLetter(rune(name[0])) {
		name = name[2:] // "C:x"
	}
	name = strings.Map(portable, name)
	name = trimEnds(name)
	name = shorten(name)
	if stem, _, _ := strings.Cut(name, "."); reserved(strings.TrimSpace(stem)) {
		name = "_" + name
	}
	return name
}

// visible drops controls and format characters (bidi, zero width, variation
// selectors of nothing), and makes every blank a space.
func visible(r rune) rune {
	switch {
	case r == '\n' || r == '\r' || r == '\t' || unicode.Is(unicode.Z, r):
		return ' '
	case unicode.Is(unicode.C, r), r == 0x034f, r == 0x115f, r == 0x1160, r == 0x3164, r == 0xffa0,
		r == 0x2800, r >= 0xfe00 && r <= 0xfe0f, r >= 0xe0100 && r <= 0xe01ef:
		return -1
	}
	return r
}

// portable replaces what some file system forbids.
func portable(r rune) rune {
	if strings.ContainsRune(`<>:"|?*`, r) {
		return '_'
	}
	return r
}

func trimEnds(name string) string {
	name = strings.TrimRight(strings.TrimLeft(name, ". "), ". ")
	return strings.Join(strings.Fields(name), " ")
}

// shorten cuts the stem, not the extension, at a character. What is too long for
// an extension is none.
func shorten(name string) string {
	ext := ""
	if i := strings.LastIndexByte(name, '.'); i > 0 && len(name)-i <= maxExtension {
		name, ext = name[:i], name[i:]
	}
	if stem := cut(name, maxName-len(ext)); ext == "" || stem != name {
		name = trimEnds(stem)
	} else {
		name = strings.TrimRight(stem, " ") // "11.51 a.m..png" keeps its dot
	}
	for ext == "" {
		i := strings.LastIndexByte(name, '.')
		if i < 0 || len(name)-i <= maxExtension {
			break
		}
		name = name[:i] + "_" + name[i+1:]
	}
	// the cut may have made an extension
	if i := strings.LastIndexByte(name, '.'); ext == "" && i > 0 {
		name, ext = trimEnds(name[:i]), name[i:]
	}
	return name + ext
}

func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// reserved reports whether Windows takes the stem for a device.
func reserved(stem string) bool {
	stem = strings.ToUpper(stem)
	switch stem {
	case "CON", "PRN", "AUX", "NUL", "CLOCK$", "CONIN$", "CONOUT$":
		return true
	}
	if len(stem) > 3 && (stem[:3] == "COM" || stem[:3] == "LPT") {
		digit := stem[3:]
		return len(digit) == 1 && digit[0] >= '0' && digit[0] <= '9' || digit == "¹" ||
			digit == "²" || digit == "³"
	}
	return false
}
