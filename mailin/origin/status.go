package origin

import "strings"

// statusCode reads a Status field: "5.1.1", also with a comment behind it.
func statusCode(v string) string {
	v = strings.TrimSpace(v)
	if s, n := statusAt(v); n > 0 {
		return s
	}
	return statusIn(v)
}

// statusIn is the first RFC 3463 code in s, else what an SMTP reply code says of the class, else
// "".
func statusIn(s string) string {
	for i := 0; i < len(s); i++ {
		if (s[i] == '4' || s[i] == '5') && (i == 0 || !wordByte(s[i-1]) && s[i-1] != '.') {
			if code, n := statusAt(s[i:]); n > 0 {
				return code
			}
		}
	}
	return ""
}

// statusAt reads class "." subject "." detail (RFC 3463 section 2) at the beginning of s and
// returns it with its length. An IP address or a version number is none.
func statusAt(s string) (string, int) {
	if len(s) < 5 || s[0] != '2' && s[0] != '4' && s[0] != '5' || s[1] != '.' {
		return "", 0
	}
	i := digits(s, 2)
	if i == 2 || i > 5 || i >= len(s) || s[i] != '.' {
		return "", 0
	}
	j := digits(s, i+1)
	if j == i+1 || j > i+4 || j < len(s) && wordByte(s[j]) ||
		j+1 < len(s) && s[j] == '.' && s[j+1] >= '0' && s[j+1] <= '9' {
		return "", 0
	}
	return s[:j], j
}

func digits(s string, i int) int {
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	return i
}

func wordByte(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
}

// replyClass is "5.0.0" or "4.0.0" after the first SMTP reply code that an error line shows, ""
// without one.
func replyClass(s string) string {
	for i := 0; i+3 <= len(s); i++ {
		if s[i] != '4' && s[i] != '5' ||
			i > 0 && (wordByte(s[i-1]) || s[i-1] == '.' || s[i-1] == '-') {
			continue
		}
		j := digits(s, i)
		if j == i+3 && s[i+1] <= '5' && (j == len(s) || strings.IndexByte(" -:),\n", s[j]) >= 0) {
			return s[i:i+1] + ".0.0"
		}
		i = max(i, j-1)
	}
	return ""
}
