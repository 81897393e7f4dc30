package reply

import (
	"strings"
	"unicode"
)

// Forward is a forwarded mail as the text shows it.
type Forward struct {
	Message string // what is written above the forward
	From    Address
	To, Cc  []Address
	Subject string
	Date    string // as written, in the forwarding client's language
	Body    string // without the quote prefix of the forward
}

// Address is a name and an addr-spec as a header block shows them; either may
// be "". It is a claim of whoever forwarded the mail, no proof.
type Address struct{ Name, Address string }

// ParseForward reads the first forwarded mail of a text: its header block, or
// the attribution with which some clients forward. ok is false if there is none.
func ParseForward(text string) (f Forward, ok bool) {
	s := newSplitter(Input{Plain: text})
	for i := range s.lines {
		if s.lines[i].blank() {
			continue
		}
		in, ok := s.introduction(i)
		if !ok || in.rule != ruleAttribution && !in.headers.has(fieldFrom) {
			continue
		}
		f = in.headers.forward()
		if in.rule == ruleAttribution {
			f.From = attributed(s.joined(in.from, in.to))
		}
		f.Message = trimBlank(text[:s.lines[s.rulesAbove(in.from)].start])
		f.Body = trimBlank(s.unquoted(in.to, s.lines[in.to-1].depth))
		return f, true
	}
	return Forward{}, false
}

func (h headers) forward() Forward {
	f := Forward{Subject: strings.TrimRight(h[fieldSubject], "* "),
		Date: strings.TrimRight(h[fieldDate], "* "), To: addresses(h[fieldTo]),
		Cc: addresses(h[fieldCc])}
	if from := addresses(h[fieldFrom]); len(from) > 0 {
		f.From = from[0]
	}
	return f
}

func (s *splitter) joined(from, to int) string {
	var b strings.Builder
	for _, l := range s.lines[from:to] {
		if l.depth > s.lines[from].depth {
			b.WriteString("> ")
		}
		b.WriteString(clipped(l.text) + " ")
	}
	return b.String()
}

// unquoted returns the text from line i on with depth quote prefixes removed.
func (s *splitter) unquoted(i, depth int) string {
	if i >= len(s.lines) {
		return ""
	}
	if depth == 0 {
		return s.base[s.lines[i].start:]
	}
	var b strings.Builder
	for _, l := range s.lines[i:] {
		b.WriteString(strings.TrimRight(cutPrefixes(s.base[l.start:l.end], depth), "\r\n"))
		b.WriteByte('\n')
	}
	return b.String()
}

// cutPrefixes removes up to n quote prefixes, each with the blank after it.
func cutPrefixes(s string, n int) string {
	for ; n > 0; n-- {
		t, ok := strings.CutPrefix(strings.TrimLeft(s, " \t"), ">")
		if !ok {
			return s
		}
		s = strings.TrimPrefix(t, " ")
	}
	return s
}

// addresses reads a list of addresses as clients print them, "Ana <ana@x>; 'b@y'".
func addresses(list string) []Address {
	var all []Address
	for _, one := range splitAddresses(list) {
		if a := readAddress(one); a != (Address{}) {
			all = append(all, a)
		}
	}
	return all
}

// splitAddresses cuts at commas and semicolons outside of quotation marks and brackets.
func splitAddresses(list string) []string {
	var all []string
	quoted, angle, from := false, 0, 0
	for i := 0; i < len(list); i++ {
		switch c := list[i]; {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '<' || c == '[':
			angle++
		case c == '>' || c == ']':
			angle = max(angle-1, 0)
		case c == ';' && angle == 0, c == ',' && angle == 0 && strings.Contains(list[from:i], "@"):
			all = append(all, list[from:i])
			from = i + 1
		}
	}
	return append(all, list[from:])
}

// readAddress reads "Ana <ana@x>", "Ana [mailto:ana@x]", "Ana <ana@x<mailto:ana@x>>", "ana@x",
// "Ana".
func readAddress(s string) Address {
	at := strings.IndexByte(s, '@')
	if at < 0 {
		return Address{Name: bareName(s)}
	}
	from := strings.LastIndexFunc(s[:at], outsideAddress) + 1
	end := at + 1 + strings.IndexFunc(s[at+1:]+" ", outsideAddress)
	name := s[:from]
	if n := strings.IndexAny(name, "<[("); n >= 0 {
		name = name[:n]
	}
	a := Address{Name: bareName(name),
		Address: strings.TrimPrefix(strings.Trim(s[from:min(end, len(s))], ".'"), "mailto:")}
	if strings.EqualFold(a.Name, a.Address) || strings.HasSuffix(a.Name, "mailto:") {
		a.Name = ""
	}
	return a
}

func outsideAddress(r rune) bool {
	return unicode.IsSpace(r) || strings.ContainsRune("<>[](),;\"“”", r) || unicode.IsControl(r)
}

func bareName(s string) string { return strings.Trim(trim(s), "\"'*“”«»<>()[],; ") }

// attributed finds the sender in an attribution: the address, and the words
// before it that belong to no date and are no verb.
func attributed(text string) Address {
	bare := strings.TrimRight(undecorated(text), ":： ")
	at := strings.IndexByte(bare, '@')
	if at < 0 {
		return Address{Name: lastName(bare)}
	}
	open := strings.LastIndexAny(bare[:at], "<([\" ")
	a := readAddress(bare[max(open, 0):])
	a.Name = lastName(strings.TrimRight(bare[:max(open, 0)], "<([ "))
	return a
}

// lastName returns the last words of s that can be a name.
func lastName(s string) string {
	words := strings.Fields(s)
	for len(words) > 0 && isVerb(words[len(words)-1]) {
		words = words[:len(words)-1]
	}
	from := len(words)
	for from > 0 && len(words)-from < 6 {
		w := words[from-1]
		if strings.ContainsAny(w, "0123456789") || isVerb(w) ||
			notName[strings.ToLower(strings.Trim(w, ".,"))] || strings.HasSuffix(w, ",") &&
			from < len(words) {
			break
		}
		from--
	}
	return bareName(strings.Join(words[from:], " "))
}

func isVerb(w string) bool { return lexicon().verbs[lowered(strings.Trim(w, ".,:"))] }

// notName holds what stands between a date and a name.
var notName = setOf("am", "pm", "a.m", "p.m", "m", "uhr", "h", "hs", "hrs", "horas", "ore", "gmt",
	"utc", "cet", "cest", "est", "edt", "pst", "pdt", "eest", "art", "cot",
	"heeft", "użytkownik", "пользователь", "odesílatel", "koda", "г", "р", "v", "o", "в", "о",
	"user", "usuario")
