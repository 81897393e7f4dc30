package message

import "strings"

// unflow joins the lines of format=flowed text to paragraphs (RFC 3676 section 4).
// The quote marks stay, as "> ".
func unflow(s string, delSp bool) string {
	var b strings.Builder
	b.Grow(len(s))
	open, depth := false, 0 // a paragraph that goes on, and its quote depth
	for line := range strings.Lines(s) {
		line = strings.TrimSuffix(line, "\n")
		quotes := len(line) - len(strings.TrimLeft(line, ">"))
		text := strings.TrimPrefix(line[quotes:], " ") // space-stuffing
		if open && quotes != depth {
			b.WriteByte('\n') // QUIRK a paragraph may not change its depth; senders do it
			open = false
		}
		if !open && quotes > 0 {
			b.WriteString(line[:quotes])
			if text != "" {
				b.WriteByte(' ')
			}
		}
		flows := strings.HasSuffix(text, " ") && text != "-- "
		if text == "-- " && open {
			b.WriteByte('\n')
		}
		if flows && delSp {
			text = text[:len(text)-1]
		}
		b.WriteString(text)
		if !flows {
			b.WriteByte('\n')
		}
		open, depth = flows, quotes
	}
	out := b.String()
	if open {
		out += "\n"
	}
	if !strings.HasSuffix(s, "\n") {
		out = strings.TrimSuffix(out, "\n")
	}
	return out
}
