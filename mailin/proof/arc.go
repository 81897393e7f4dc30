package proof

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// maxSeals is how many servers may have sealed a mail (RFC 8617 section 4.2.1).
const maxSeals = 50

// arcSet is what one server added (RFC 8617 section 4.1).
type arcSet struct {
	results, signature, seal       field
	signatureTags, sealTags        map[string]string
	nResults, nSignatures, nSealed int
}

var (
	errNoARC  = errors.New("none")
	errSealed = errors.New("the sets are not one of each kind for each server")
)

// checkARC looks whether a listed sealer saw the mail pass before it was changed on its way. All
// who sealed it after him must be listed too: each of them could have written what stands below.
func (e *evaluation) checkARC() Part {
	p := Part{Method: "arc", Result: "pass"}
	sets, err := e.verifyARC()
	switch {
	case errors.Is(err, errNoARC):
		p.Result = "none"
	case isDNS(err):
		p.Result, p.Detail = "temperror", err.Error()
	case err != nil:
		p.Result, p.Detail = "fail", err.Error()
	}
	if err != nil {
		return p
	}
	p.Domain = ascii(sets[len(sets)-1].sealTags["d"])
	for _, s := range slices.Backward(sets) {
		sealer := ascii(s.sealTags["d"])
		if !slices.ContainsFunc(e.checker.Sealers, func(listed string) bool {
			return sealer != "" && strings.EqualFold(listed, sealer)
		}) {
			p.Detail = sealer + " is not among arc_sealers"
			return p
		}
		if e.sawPass(s) {
			p.Domain, p.Aligned, p.Detail = sealer, true, "it saw the mail pass"
			return p
		}
	}
	p.Detail = "no sealer saw the mail pass"
	return p
}

// sawPass reports whether the results of a set say that the domain in From passed.
func (e *evaluation) sawPass(s arcSet) bool {
	_, results, _ := strings.Cut(s.results.value(), ";") // the instance
	a, err := readAuthResults(results)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(a.results, func(r authResult) bool {
		p, ok := e.said(r)
		return ok && p.Aligned && p.Result == "pass"
	})
}

// verifyARC verifies the chain: the newest signature, and all seals.
func (e *evaluation) verifyARC() ([]arcSet, error) {
	sets, err := e.arcSets()
	if err != nil {
		return nil, err
	}
	for i, s := range sets {
		want := "pass"
		if i == 0 {
			want = "none"
		}
		if s.sealTags["cv"] != want {
			return nil, fmt.Errorf("seal %d says that the chain is %q", i+1, s.sealTags["cv"])
		}
	}
	if err := e.verifyMessage(sets[len(sets)-1]); err != nil {
		return nil, fmt.Errorf("signature %d: %w", len(sets), err)
	}
	for i := len(sets); i > 0; i-- {
		if err := e.verifySeal(sets[:i]); err != nil {
			return nil, fmt.Errorf("seal %d: %w", i, err)
		}
	}
	return sets, nil
}

// arcSets gathers the sets in their order.
func (e *evaluation) arcSets() ([]arcSet, error) {
	sets := make([]arcSet, 0, 4)
	for _, f := range e.header {
		kind := strings.ToLower(f.name())
		if !strings.HasPrefix(kind, "arc-") {
			continue
		}
		list, n, err := instance(kind, f)
		if err != nil {
			return nil, err
		}
		if n == 0 {
			continue
		}
		for len(sets) < n {
			sets = append(sets, arcSet{})
		}
		switch s := &sets[n-1]; kind {
		case "arc-authentication-results":
			s.results, s.nResults = f, s.nResults+1
		case "arc-message-signature":
			s.signature, s.signatureTags, s.nSignatures = f, list, s.nSignatures+1
		case "arc-seal":
			s.seal, s.sealTags, s.nSealed = f, list, s.nSealed+1
		}
	}
	if len(sets) == 0 {
		return nil, errNoARC
	}
	for _, s := range sets {
		if s.nResults != 1 || s.nSignatures != 1 || s.nSealed != 1 {
			return nil, errSealed
		}
	}
	return sets, nil
}

// instance is the number of a field's set, 0 for a field of another kind.
func instance(kind string, f field) (list map[string]string, n int, err error) {
	text := ""
	switch kind {
	case "arc-authentication-results":
		first, _, ok := strings.Cut(f.value(), ";")
		key, value, is := strings.Cut(first, "=")
		if !ok || !is || strings.TrimSpace(key) != "i" {
			return nil, 0, errSealed
		}
		text = strings.TrimSpace(value)
	case "arc-message-signature", "arc-seal":
		if list, err = readTags(f.value()); err != nil {
			return nil, 0, err
		}
		text = list["i"]
	default:
		return nil, 0, nil
	}
	n, err = strconv.Atoi(text)
	if err != nil || n < 1 || n > maxSeals {
		return nil, 0, errSealed
	}
	return list, n, nil
}

// verifyMessage verifies the signature of a set, which is one of DKIM (RFC 8617 section 4.1.2).
func (e *evaluation) verifyMessage(s arcSet) error {
	t := s.signatureTags
	if _, ok := t["l"]; ok {
		return errors.New("it covers a part of the body only")
	}
	c, ok := t["c"]
	if !ok {
		c = "relaxed/relaxed" // QUIRK: DKIM's is simple, but those who seal without it mean this
	}
	headerForm, bodyForm, two := strings.Cut(strings.Join(strings.Fields(c), ""), "/")
	if !form(headerForm) || two && !form(bodyForm) {
		return errors.New("unknown canonicalization")
	}
	names := words(t["h"])
	if slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, "arc-seal") }) {
		return errors.New("it signs a seal")
	}
	if !slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, "from") }) {
		return errors.New("it does not sign From")
	}
	want, err := bytesOf(t["bh"])
	if err != nil {
		return err
	}
	sum, err := bodyHash(e.body(), bodyForm == "relaxed")
	if err != nil {
		return err
	}
	if !bytes.Equal(sum, want) {
		return errors.New("the body has been changed")
	}
	var signed strings.Builder
	for _, f := range append(e.pick(names), s.signature.unsigned()) {
		if headerForm == "relaxed" {
			f = field(f.relaxed())
		}
		signed.WriteString(string(f))
	}
	return e.verifyTags(t, strings.TrimSuffix(signed.String(), "\r\n"))
}

func form(s string) bool { return s == "simple" || s == "relaxed" }

// body is what follows the header.
func (e *evaluation) body() io.Reader {
	return io.NewSectionReader(e.mail.Raw, e.bodyAt, e.mail.Size-e.bodyAt)
}

// pick takes the fields that are signed, from the last up (RFC 6376 section 5.4.2).
func (e *evaluation) pick(names []string) (list header) {
	taken := map[string]int{}
	for _, name := range names {
		all := e.header.all(name)
		key := strings.ToLower(name)
		if taken[key]++; taken[key] <= len(all) {
			list = append(list, all[len(all)-taken[key]])
		}
	}
	return list
}

// verifySeal verifies the last seal of a chain (RFC 8617 section 5.1.1).
func (e *evaluation) verifySeal(sets []arcSet) error {
	last := sets[len(sets)-1]
	for _, tag := range []string{"h", "bh"} {
		if _, ok := last.sealTags[tag]; ok {
			return errors.New("a seal has no " + tag)
		}
	}
	var signed strings.Builder
	for _, s := range sets[:len(sets)-1] {
		signed.WriteString(s.results.relaxed() + s.signature.relaxed() + s.seal.relaxed())
	}
	signed.WriteString(last.results.relaxed() + last.signature.relaxed() +
		last.seal.unsigned().relaxed())
	return e.verifyTags(last.sealTags, strings.TrimSuffix(signed.String(), "\r\n"))
}

// verifyTags verifies what the tags of a signature say of a text.
func (e *evaluation) verifyTags(t map[string]string, signed string) error {
	signature, err := bytesOf(t["b"])
	if err != nil {
		return err
	}
	domain := ascii(t["d"])
	if domain == "" || !hostname(t["s"]) {
		return errors.New("no domain, or no selector")
	}
	if at, ok := t["t"]; ok {
		if _, err := strconv.ParseUint(at, 10, 63); err != nil {
			return errTags
		}
	}
	texts, err := e.text(t["s"] + "._domainkey." + domain)
	if err != nil {
		return err
	}
	key, err := publicKey(texts, t["a"])
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(signed))
	return verify(key, sum[:], signature)
}
