package proof

import (
	"crypto/sha256"
	"errors"
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

// keys looks up public keys and remembers the flags that a domain has put on them (RFC 6376 section
// 3.6.1): y where they are only tried out, s where no subdomain may use them.
type keys struct {
	*evaluation
	mu    sync.Mutex
	flags map[string][]string
}

func (k *keys) lookup(name string) ([]string, error) {
	texts, err := k.text(name)
	_, domain, _ := strings.Cut(strings.ToLower(name), "._domainkey.")
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, text := range texts {
		k.flags[domain] = append(k.flags[domain], words(tags(text)["t"])...)
	}
	return texts, err
}

// checkDKIM verifies the signatures.
func (e *evaluation) checkDKIM() {
	signatures := e.header.all("DKIM-Signature")
	if len(signatures) == 0 {
		e.parts = append(e.parts, Part{Method: "dkim", Result: "none"})
		return
	}
	k := &keys{evaluation: e, flags: map[string][]string{}}
	list, err := dkim.VerifyWithOptions(io.NewSectionReader(e.mail.Raw, 0, e.mail.Size),
		&dkim.VerifyOptions{LookupTXT: k.lookup, MaxVerifications: maxSignatures})
	// QUIRK: dkim has no error of a signature's own where one is returned beside
	if err != nil && !errors.Is(err, dkim.ErrTooManySignatures) {
		e.parts = append(e.parts, Part{Method: "dkim", Result: "permerror", Detail: err.Error()})
		return
	}
	for i, v := range list {
		p, hash := e.signature(v, k.flags[strings.ToLower(v.Domain)]), e.cover(signatures[i])
		if p.Result == "pass" && hash == nil {
			p.Result, p.Detail = "permerror", errTags.Error()
		}
		if e.parts = append(e.parts, p); p.Result == "pass" && p.Aligned {
			e.proving = append(e.proving, hash)
		}
	}
}

// told are the fields by which people, and we, tell one mail from another.
var told = []string{"From", "Sender", "Reply-To", "To", "Cc", "Subject", "Date", "Message-ID",
	"In-Reply-To", "References"}

// cover hashes what a signature covers: the same whichever server of the domain has signed a copy
// of the mail, and however it is folded; nil for what can't be read in one way only.
func (e *evaluation) cover(signature field) []byte {
	t := tags(signature.value())
	body, err := bytesOf(t["bh"])
	if err != nil {
		return nil
	}
	sum, covered := sha256.New(), words(strings.ToLower(t["h"]))
	sum.Write(body)
	for _, name := range told {
		if !slices.Contains(covered, strings.ToLower(name)) {
			continue
		}
		for _, f := range e.header.all(name) {
			io.WriteString(sum, f.relaxed())
		}
	}
	return sum.Sum(nil)
}

// signature says what a verified signature is worth.
func (e *evaluation) signature(v *dkim.Verification, flags []string) Part {
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
	case slices.Contains(flags, "y"):
		p.Result, p.Detail = "neutral", "the key is only tried out"
	case slices.Contains(flags, "s") && !strings.HasSuffix(v.Identifier, "@"+v.Domain):
		p.Result, p.Detail = "policy", "the key is for no subdomain"
	default:
		if p.Detail = e.uncovered(v.HeaderKeys); p.Detail != "" {
			p.Result = "policy"
		}
	}
	return p
}

// uncovered says what people read of the mail that a signature of these fields leaves open, "" for
// nothing.
func (e *evaluation) uncovered(keys []string) string {
	if name := e.header.twice(); name != "" {
		return "the mail has more than one " + name
	}
	for _, name := range signed {
		if len(e.header.all(name)) > 0 && !slices.ContainsFunc(keys, func(key string) bool {
			return strings.EqualFold(key, name)
		}) {
			return name + " is not signed"
		}
	}
	return ""
}

// loose says what the signatures of the domain in From leave open, "" for nothing: by such a one
// anybody makes another mail of what somebody wrote once, and it passes.
func (e *evaluation) loose() string {
	if len(e.header.all("DKIM-Signature")) > maxSignatures {
		return "there are too many signatures"
	}
	for _, f := range e.own() {
		t := tags(f.value())
		if _, part := t["l"]; part || t == nil {
			return "a signature leaves a part of the body out"
		}
		if why := e.uncovered(words(t["h"])); why != "" {
			return why
		}
	}
	return ""
}

// own are the signatures of the domain in From, whatever they are worth.
func (e *evaluation) own() (list []field) {
	for _, f := range e.header.all("DKIM-Signature") {
		t := tags(f.value())
		if t == nil || aligned(ascii(t["d"]), e.domain, e.record.strictDKIM) {
			list = append(list, f)
		}
	}
	return list
}
