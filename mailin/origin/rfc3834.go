package origin

import "strings"

// submitted is one Auto-Submitted field (RFC 3834 section 5):
//
//	auto-submitted-field = "Auto-Submitted:" [CFWS] auto-submitted [CFWS] CRLF
//	auto-submitted       = ( "no" / "auto-generated" / "auto-replied" / extension ) opt-parameter-list
//
// parseSubmitted returns the keyword in lower case, "" for an empty field. Comments nest, with quoted pairs.
func parseSubmitted(value string) string {
	value = stripComments(value)
	if i := strings.IndexByte(value, ';'); i >= 0 {
		value = value[:i]
	}
	words := strings.Fields(strings.ToLower(value))
	if len(words) == 0 {
		return ""
	}
	return strings.Trim(words[0], `"'.,`)
}

// stripComments takes out RFC 5322 comments; one that never ends goes to the end of the value.
func stripComments(s string) string {
	if !strings.Contains(s, "(") {
		return s
	}
	var b strings.Builder
	depth, quoted := 0, false
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '\\' && i+1 < len(s):
			if depth == 0 {
				b.WriteString(s[i : i+2])
			}
			i++
			continue
		case c == '"' && depth == 0:
			quoted = !quoted
		case c == '(' && !quoted:
			depth++
			continue
		case c == ')' && depth > 0:
			depth--
			if depth == 0 {
				b.WriteByte(' ')
			}
			continue
		}
		if depth == 0 {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// judgeAutoSubmitted: anything but "no" in any instance is a machine, extensions such as auto-notified included.
func judgeAutoSubmitted(e *evidence) (Verdict, bool) {
	for _, v := range e.values("Auto-Submitted") {
		switch kw := parseSubmitted(v); kw {
		case "", "no":
		case "auto-replied", "auto-reply":
			return machine(AutoReply, "auto-submitted", "Auto-Submitted: "+v)
		default: // auto-generated, auto-notified: a list's or a ticket system's notice says so too
			if f, ok := e.listField(); ok {
				return machine(List, "list", f)
			}
			return machine(AutoReply, "auto-submitted", "Auto-Submitted: "+v)
		}
	}
	return Verdict{}, false
}
