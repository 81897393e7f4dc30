package origin

import (
	"slices"
	"strings"
)

// submitted is one Auto-Submitted field (RFC 3834 section 5):
//
//	auto-submitted-field = "Auto-Submitted:" [CFWS] auto-submitted [CFWS] CRLF
//	auto-submitted       = ( "no" / "auto-generated" / "auto-replied" / extension ) opt-parameter-list
//
// parseSubmitted returns the keyword in lower case, "" for an empty field. Comments nest, with
// quoted pairs.
func parseSubmitted(value string) string {
	value, _, _ = strings.Cut(stripComments(value), ";")
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

// judgeAutoSubmitted: anything but "no" in any instance is a machine, extensions such as
// auto-notified included. Only "auto-generated" is written on people's mail too: by what redirects
// it, and by the ticket systems that people write in.
func judgeAutoSubmitted(e *evidence) (Verdict, bool) {
	for _, v := range e.values("Auto-Submitted") {
		kw := parseSubmitted(v)
		if kw == "" || kw == "no" || kw == "auto-generated" && e.passedOnByRule() {
			continue
		}
		// a list's or a ticket system's notice
		if f, ok := e.listField(); ok && !strings.HasPrefix(kw, "auto-repl") {
			return machine(List, "list", f)
		}
		verdict, ok := machine(AutoReply, "auto-submitted", "Auto-Submitted: "+v)
		verdict.PersonWithToken = kw == "auto-generated" && e.answeredByHand()
		return verdict, ok
	}
	return Verdict{}, false
}

// answeredByHand reports whether nothing but Auto-Submitted speaks for a machine: a "Re:" in a
// thread, from an address and an envelope that people have, with words that no responder begins
// with.
func (e *evidence) answeredByHand() bool {
	_, auto := e.find(auto)
	_, mass := e.find(bulk)
	return !auto && !mass && e.ordinary() && e.reply() && e.answered() && !saysAutomatic(e.New)
}

// ordinary reports whether envelope and From are such as people have.
func (e *evidence) ordinary() bool {
	s := e.sender
	return !s.null() && s.daemon == "" && s.role == "" && s.monitor == ""
}

// passedOnByRule reports whether a rule or a redirection passed a mail on that has a person's
// address in From.
func (e *evidence) passedOnByRule() bool {
	return e.ordinary() && e.autoSubject() == "" &&
		slices.ContainsFunc(e.marks(), func(m Mark) bool { return m.Kind != ListMark })
}
