package proof

import (
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/emersion/go-msgauth/dkim"
)

// maxSignatures is how many signatures of a mail are verified: each is asked for in the DNS.
const maxSignatures = 5

// signed are the fields that a signature must cover where they are there: without the subject in it
// a mail that somebody kept says something else.
var signed = []string{"From", "Subject", "Date"}

// keys looks up public keys and remembers which are only tried out (RFC 6376 section 3.6.1).
type keys struct {
	*evaluation
	mu      sync.Mutex
	testing map[string]bool
}

func (k *keys) lookup(name string) ([]string, error) {
	texts, err := k.text(name)
	for _, text := range texts {
		for _, flag := range strings.Split(tags(text)["t"], ":") {
			if strings.TrimSpace(flag) == "y" {
				k.mu.Lock()
				_, domain, _ := strings.Cut(strings.ToLower(name), "._domainkey.")
				k.testing[domain] = true
				k.mu.Unlock()
			}
		}
	}
	return texts, err
}

// checkDKIM verifies the signatures.
func (e *evaluation) checkDKIM() {
	if len(e.header.all("DKIM-Signature")) == 0 {
		e.parts = append(e.parts, Part{Method: "dkim", Result: "none"})
		return
	}
	k := &keys{evaluation: e, testing: map[string]bool{}}
	list, err := dkim.VerifyWithOptions(io.NewSectionReader(e.mail.Raw, 0, e.mail.Size),
		&dkim.VerifyOptions{LookupTXT: k.lookup, MaxVerifications: maxSignatures})
	if err != nil && len(list) == 0 {
		e.parts = append(e.parts, Part{Method: "dkim", Result: "permerror", Detail: err.Error()})
		return
	}
	for _, v := range list {
		e.parts = append(e.parts, e.signature(v, k.testing))
	}
}

// signature says what a verified signature is worth.
func (e *evaluation) signature(v *dkim.Verification, testing map[string]bool) Part {
	p := Part{Method: "dkim", Result: "pass", Domain: ascii(v.Domain)}
	p.Aligned = aligned(p.Domain, e.domain, e.record.strictDKIM)
	switch {
	case dkim.IsTempFail(v.Err):
		p.Result, p.Detail = "temperror", v.Err.Error()
		e.open = e.open || p.Aligned
	case dkim.IsPermFail(v.Err):
		p.Result, p.Detail = "permerror", v.Err.Error()
	case v.Err != nil:
		p.Result, p.Detail = "fail", v.Err.Error()
	case testing[strings.ToLower(v.Domain)]:
		p.Result, p.Detail = "neutral", "the key is only tried out"
	default:
		p.Result, p.Detail = e.covered(v)
	}
	return p
}

// covered reports whether a good signature is one of the mail that people read.
func (e *evaluation) covered(v *dkim.Verification) (result, detail string) {
	if name := e.header.twice(); name != "" {
		return "policy", "the mail has more than one " + name
	}
	for _, name := range signed {
		if len(e.header.all(name)) > 0 && !slices.ContainsFunc(v.HeaderKeys, func(key string) bool {
			return strings.EqualFold(key, name)
		}) {
			return "policy", name + " is not signed"
		}
	}
	return "pass", ""
}
