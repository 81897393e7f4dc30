package origin

import "strings"

const (
	maxFields = 2000      // of one header or report
	maxValue  = 4 << 10   // bytes of one unfolded value
	maxNotice = 64 << 10  // bytes of a bounce's text that are looked at
	maxReport = 256 << 10 // bytes of a report or a returned header
)

// field is one header field, unfolded.
type field struct{ name, value string }

// fields is one header or one group of a report.
type fields []field

// unfold adds a continuation line. Past maxValue the rest is dropped: no field that decides is so
// long.
func (f *field) unfold(line string) {
	if len(f.value) < maxValue {
		f.value = strings.TrimSpace(f.value + " " + strings.TrimSpace(clipBytes(line, maxValue)))
	}
}

// get is the first value of name, "" without one.
func (f fields) get(name string) string {
	for _, x := range f {
		if strings.EqualFold(x.name, name) {
			return x.value
		}
	}
	return ""
}

// first is the first value that any of the names has, in the order of names.
func (f fields) first(names ...string) string {
	for _, n := range names {
		if v := f.get(n); v != "" {
			return v
		}
	}
	return ""
}

// groups reads the blocks of fields that blank lines separate (RFC 3464 section 2.1).
func groups(body string) []fields {
	var out []fields
	var cur fields
	n := 0
	for _, line := range lines(clipBytes(body, maxReport)) {
		switch {
		case strings.TrimSpace(line) == "":
			if cur != nil {
				out, cur = append(out, cur), nil
			}
		case n > maxFields:
			return out
		case (line[0] == ' ' || line[0] == '\t') && len(cur) > 0:
			cur[len(cur)-1].unfold(line)
		default:
			if name, value, ok := splitField(line); ok {
				cur = append(cur, field{name, value})
				n++
			}
		}
	}
	if cur != nil {
		out = append(out, cur)
	}
	return out
}

// header reads the first block of fields.
func header(body string) fields {
	g := groups(headerEnd(body))
	if len(g) == 0 {
		return nil
	}
	return g[0]
}

// headerEnd cuts body after the first blank line that follows a field: what follows need not be
// read.
func headerEnd(body string) string {
	body = strings.TrimLeft(clipBytes(body, maxReport), "\r\n")
	if i := strings.Index(body, "\n\n"); i >= 0 {
		body = body[:i]
	}
	if i := strings.Index(body, "\r\n\r\n"); i >= 0 {
		body = body[:i]
	}
	return body
}

// splitField takes "Name: value" apart; a name is printable ASCII without blanks (RFC 5322 section
// 2.2).
func splitField(line string) (name, value string, ok bool) {
	i := strings.IndexByte(line, ':')
	if i <= 0 || i > 70 {
		return "", "", false
	}
	name = strings.TrimRight(line[:i], " \t")
	for j := 0; j < len(name); j++ {
		if name[j] <= ' ' || name[j] > '~' {
			return "", "", false
		}
	}
	return name, strings.TrimSpace(line[i+1:]), name != ""
}

// lines splits at LF, CRLF and bare CR.
func lines(s string) []string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Split(strings.ReplaceAll(s, "\r", "\n"), "\n")
}

func clipBytes(s string, n int) string {
	if len(s) > n {
		return s[:n]
	}
	return s
}
