package message

import "strings"

const maxIDs = 1000

// ids reads message identifiers as clients write them: in brackets or not, glued together,
// separated by commas, with a quoted line in front ("message of Monday <id>").
func ids(values []string) []string {
	var list []string
	for _, v := range values {
		if strings.Contains(v, "=?") {
			v = decodeWords(v)
		}
		bracketed := strings.IndexByte(v, '<') >= 0
		// prose, perhaps: only what has an @ is an id
		words := strings.ContainsAny(strings.TrimSpace(v), " \t")
		for v != "" && len(list) < maxIDs {
			var id string
			if bracketed {
				id, v = bracketedID(v)
			} else {
				id, v = bareWord(v)
				if words && !strings.Contains(id, "@") {
					continue
				}
			}
			if id = bareID(id); id != "" {
				list = append(list, id)
			}
		}
	}
	return list
}

// bareWord returns the first word, and the rest.
func bareWord(s string) (word, rest string) {
	s = strings.TrimLeft(s, " \t,;")
	end := strings.IndexAny(s, " \t,;")
	if end < 0 {
		end = len(s)
	}
	return s[:end], s[end:]
}

// bracketedID returns what stands in the first brackets, and the rest.
func bracketedID(s string) (id, rest string) {
	i := strings.IndexByte(s, '<')
	if i < 0 {
		if rest := strings.Trim(s, " \t,;"); strings.Contains(rest, "@") &&
			!strings.ContainsAny(rest, " \t") {
			return rest, ""
		}
		return "", ""
	}
	s = strings.TrimLeft(s[i:], "<")
	end := strings.IndexAny(s, "<>")
	if end < 0 {
		return s, ""
	}
	return s[:end], s[end:]
}

// bareID removes brackets, blanks and controls; what is left is compared, never interpreted.
func bareID(s string) string {
	s = strings.TrimSpace(s)
	if i := strings.IndexByte(s, '<'); i >= 0 {
		if j := strings.IndexByte(s[i:], '>'); j > 1 {
			s = s[i+1 : i+j]
		}
	}
	return strings.Map(func(r rune) rune {
		if r <= ' ' || r == 0x7f || r == '<' || r == '>' || r >= 0x80 && r < 0xa0 {
			return -1
		}
		return r
	}, s)
}
