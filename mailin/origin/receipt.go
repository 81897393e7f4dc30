package origin

import (
	"slices"
	"strings"
)

// Receipt reports whether the mail is a mere absence, receipt or answer to an invitation: whoever
// waits for words has none in it.
func (v Verdict) Receipt() bool {
	code, detail, _ := strings.Cut(v.Reason, " (")
	switch {
	case v.Class == Calendar, v.Class == Receipt:
		return true
	case v.Class != AutoReply:
		return false
	}
	said := []string{"auto-submitted", "null-sender", "bounce-address"}
	return !slices.Contains(said, code) || strings.Contains(fold(detail), "auto-repl")
}
