package proof

import (
	"errors"
	"slices"
	"strings"
)

// authResults is an Authentication-Results field (RFC 8601 section 2.2).
//
// QUIRK: go-msgauth's authres splits at each ";" and blank, inside comments and quotes too:
// "dkim=fail (a; dmarc=pass)" passes there.
type authResults struct {
	server  string
	results []authResult
}

type authResult struct {
	method, result string
	properties     map[string]string // "header.from", in lower case; the first of each
}

var errAuthResults = errors.New("not written as RFC 8601 has it")

// token is a word, a quoted string, or one of ; and =.
type token struct {
	text  string
	quote bool
	// joined: nothing stands between it and the one before
	joined bool
}

func (t token) mark(c string) bool { return !t.quote && t.text == c }
func (t token) word() bool         { return !t.mark(";") && !t.mark("=") }

// tokens takes a value apart; comments are left out.
func tokens(s string) (list []token, err error) {
	joined := false
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == ' ' || c == '\t':
			i, joined = i+1, false
			continue
		case c == '(':
			n := commentLength(s[i:])
			if n == 0 {
				return nil, errAuthResults
			}
			i, joined = i+n, false
			continue
		case c == '"':
			text, n := quoted(s[i:])
			if n == 0 {
				return nil, errAuthResults
			}
			list = append(list, token{text, true, joined})
			i += n
		case c == ';' || c == '=':
			list = append(list, token{s[i : i+1], false, joined})
			i++
		case c == ')' || c < ' ' || c == 0x7f:
			return nil, errAuthResults
		default:
			n := strings.IndexAny(s[i:], " \t();=\"")
			if n < 0 {
				n = len(s) - i
			}
			list = append(list, token{s[i : i+n], false, joined})
			i += n
		}
		joined = true
	}
	return list, nil
}

// commentLength is that of the comment at the beginning of s, 0 where it does not end.
func commentLength(s string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return 0
}

// quoted is the text of the quoted string at the beginning of s, and its length, 0 where it does
// not end.
func quoted(s string) (text string, n int) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '"':
			return b.String(), i + 1
		case '\\':
			if i++; i == len(s) {
				return "", 0
			}
		}
		b.WriteByte(s[i])
	}
	return "", 0
}

// readAuthResults reads a field by its grammar; what does not keep to it says nothing at all.
func readAuthResults(value string) (a authResults, err error) {
	list, err := tokens(value)
	if err != nil || len(list) == 0 || !list[0].word() {
		return a, errAuthResults
	}
	a.server = strings.ToLower(list[0].text)
	if list = list[1:]; len(list) > 0 && list[0].word() { // the version
		if list[0].text != "1" {
			return a, errAuthResults
		}
		list = list[1:]
	}
	for len(list) > 0 {
		if !list[0].mark(";") {
			return a, errAuthResults
		}
		end := slices.IndexFunc(list[1:], func(t token) bool { return t.mark(";") })
		if end < 0 {
			end = len(list) - 1
		}
		one := list[1 : 1+end]
		list = list[1+end:]
		switch {
		case len(one) == 0 && len(list) == 0: // many end with one
		case len(one) == 1 && one[0].mark("none"):
		default:
			r, ok := readResult(one)
			if !ok {
				return a, errAuthResults
			}
			a.results = append(a.results, r)
		}
	}
	return a, nil
}

// readResult reads "method=result property=value …".
func readResult(list []token) (r authResult, ok bool) {
	r.properties = map[string]string{}
	for first := true; len(list) > 0; first = false {
		if len(list) < 3 || list[0].quote || !list[0].word() || !list[1].mark("=") ||
			!list[2].word() {
			return r, false
		}
		key, value := strings.ToLower(list[0].text), list[2].text
		list = list[3:]
		for len(list) > 0 && list[0].joined { // "a b"@example.org, and base64 with its padding
			value += list[0].text
			list = list[1:]
		}
		if first {
			method, version, _ := strings.Cut(key, "/")
			if version != "" && version != "1" {
				return r, false
			}
			r.method, r.result = method, strings.ToLower(value)
			continue
		}
		if _, twice := r.properties[key]; !twice {
			r.properties[key] = value
		}
	}
	return r, r.method != ""
}

// domain is that of a property, which is an address or a domain.
func (r authResult) domain(properties ...string) string {
	for _, name := range properties {
		if value := r.properties[name]; value != "" {
			return ascii(value[strings.LastIndex(value, "@")+1:])
		}
	}
	return ""
}

// traced are the fields that the servers on the way put above a mail.
var traced = []string{"Return-Path", "Delivered-To", "X-Original-To", "Envelope-To",
	"Received", "Received-SPF", "Authentication-Results", "ARC-Seal", "ARC-Message-Signature",
	"ARC-Authentication-Results"}

// servers are the Authentication-Results that count: the topmost, as long as one stands below the
// other, above all that the sender wrote, when all are of hosts that are trusted.
func (e *evaluation) servers() (list []authResults, why string) {
	for _, f := range e.header {
		if !f.is("Authentication-Results") {
			if len(list) > 0 || !slices.ContainsFunc(traced, f.is) &&
				!strings.HasPrefix(strings.ToLower(f.name()), "x-") {
				break
			}
			continue
		}
		a, err := readAuthResults(f.value())
		if err != nil {
			return nil, err.Error()
		}
		if !slices.ContainsFunc(e.mail.Authserv, func(host string) bool {
			return strings.EqualFold(host, a.server)
		}) {
			break
		}
		list = append(list, a)
	}
	return list, ""
}

// checkAuthserv takes over what a trusted host has found out about a mail that was fetched.
func (e *evaluation) checkAuthserv() {
	list, why := e.servers()
	if why != "" || len(list) == 0 {
		e.open = true // SPF was somebody else's to check, and we don't know what he found
		if why != "" {
			e.parts = append(e.parts, Part{Method: "auth-results", Result: "permerror",
				Detail: why})
		}
		return
	}
	loose := e.loose()
	bySPF := e.takeOver(list, loose == "")
	failed := slices.ContainsFunc(e.parts, func(p Part) bool {
		return p.Method == "auth-results" && p.Result == "fail" && p.Aligned
	})
	if loose != "" && !bySPF {
		e.parts = append(e.parts, Part{Method: "dkim", Result: "policy", Detail: loose})
		failed = true
	}
	if failed {
		e.unpass()
	}
	e.remember()
}

// takeOver makes parts of what the hosts say, and reports whether the domain's own server brought
// the mail. covered: what passed covers what people read of it.
func (e *evaluation) takeOver(list []authResults, covered bool) (bySPF bool) {
	open := true
	for _, a := range list {
		for _, r := range a.results {
			p, ok := e.said(r)
			if !ok {
				continue
			}
			p.Method, p.Detail = "auth-results", a.server+" says "+r.method+"="+r.result
			e.parts = append(e.parts, p)
			conclusive := r.method == "spf" || r.method == "dmarc" && p.Aligned &&
				(covered || p.Result == "fail")
			open = open && !conclusive || p.Result == "temperror"
			bySPF = bySPF || r.method == "spf" && p.Result == "pass" && p.Aligned
		}
	}
	e.open = e.open || open
	return bySPF
}

// remember has the signatures known again of a mail that a host has seen pass, though we can't
// verify them any more.
func (e *evaluation) remember() {
	if p := e.passed(); p == nil || p.Method != "auth-results" {
		return
	}
	for _, f := range e.own() {
		if hash := e.cover(f); hash != nil {
			e.proving = append(e.proving, hash)
		}
	}
}

// said is what a result says about the domain in From.
func (e *evaluation) said(r authResult) (p Part, ok bool) {
	p.Result = r.result
	switch r.method {
	case "dmarc":
		p.Domain = r.domain("header.from")
		p.Aligned = p.Domain == e.domain
	case "dkim":
		p.Domain = r.domain("header.d", "header.i")
		p.Aligned = r.result == "pass" && aligned(p.Domain, e.domain, e.record.strictDKIM)
	case "spf":
		p.Domain = r.domain("smtp.mailfrom", "smtp.mfrom", "smtp.helo")
		p.Aligned = r.result == "pass" && e.record.published() &&
			aligned(p.Domain, e.domain, e.record.strictSPF)
	}
	return p, p.Domain != ""
}

// unpass lets a trusted host's "dmarc=fail" outweigh what else it says. What we have verified
// ourselves stands.
func (e *evaluation) unpass() {
	for i, p := range e.parts {
		if p.Method == "auth-results" && p.Result == "pass" {
			e.parts[i].Aligned = false
		}
	}
}
