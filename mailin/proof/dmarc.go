package proof

import (
	"errors"
	"net"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// Policy is what a domain wants done with mail that fails (RFC 7489 section 6.3).
type Policy string

const (
	None       Policy = "none"
	Quarantine Policy = "quarantine"
	Reject     Policy = "reject"
)

// record is a domain's DMARC record; the zero value is none.
type record struct {
	domain             string // that publishes it
	policy, subdomains Policy
	// of subdomains that are not there (RFC 9989), and whether the sender's is one
	missing    Policy
	absent     bool
	strictDKIM bool
	strictSPF  bool
	testing    bool // it asks nobody to act yet
}

func (r record) published() bool { return r.policy != "" }

// asks is what the policy wants for mail of domain.
func (r record) asks(domain string) Policy {
	p := r.policy
	if domain != r.domain && r.subdomains != "" {
		p = r.subdomains
	}
	if domain != r.domain && r.absent && r.missing != "" {
		p = r.missing
	}
	if r.testing {
		p = None
	}
	return p
}

// policy finds the record for the domain in From, or the organisation's; temporary says that the
// DNS may answer later.
func (e *evaluation) policy() (temporary bool) {
	for _, domain := range []string{e.domain, organisation(e.domain)} {
		texts, err := e.text("_dmarc." + domain)
		if later(err) {
			return true
		}
		if r, ok := readRecord(texts); ok {
			e.record = r
			e.record.domain = domain
			return e.absent()
		}
	}
	return false
}

// absent finds out whether the domain in From is a subdomain that is not there, where the
// organisation has a policy for those: no host and no server of mail has its name.
func (e *evaluation) absent() (temporary bool) {
	r := &e.record
	if r.missing == "" || r.domain == e.domain {
		return false
	}
	_, err := e.checker.Resolver.LookupMX(e.ctx, e.domain)
	if notFound(err) {
		_, err = e.checker.Resolver.LookupIPAddr(e.ctx, e.domain)
	}
	r.absent = notFound(err)
	return later(err)
}

// readRecord reads the one DMARC record among the texts; several are none.
func readRecord(texts []string) (r record, ok bool) {
	for _, text := range texts {
		tags, version := dmarcTags(text)
		if !version {
			continue
		}
		if ok {
			return record{}, false
		}
		r, ok = record{
			policy: policyOf(tags["p"]), subdomains: policyOf(tags["sp"]),
			missing:    policyOf(tags["np"]),
			strictDKIM: tags["adkim"] == "s", strictSPF: tags["aspf"] == "s",
			testing: tags["pct"] == "0" || tags["t"] == "y",
		}, true
		if r.policy == "" { // a record that can't be read wants reports at most
			r.policy = None
		}
	}
	return r, ok
}

// dmarcTags splits a record into its tags; version reports whether it is one of DMARC at all.
func dmarcTags(text string) (tags map[string]string, version bool) {
	tags = map[string]string{}
	for i, part := range strings.Split(text, ";") {
		key, value, _ := strings.Cut(part, "=")
		key, value = strings.ToLower(strings.TrimSpace(key)), strings.TrimSpace(value)
		if i == 0 && (key != "v" || value != "DMARC1") {
			return nil, false
		}
		if _, twice := tags[key]; !twice {
			tags[key] = strings.ToLower(value)
		}
	}
	return tags, true
}

func policyOf(s string) Policy {
	switch p := Policy(s); p {
	case None, Quarantine, Reject:
		return p
	}
	return ""
}

// organisation is the domain that somebody registered, of which domain is a part.
func organisation(domain string) string {
	if org, err := publicsuffix.EffectiveTLDPlusOne(domain); err == nil {
		return org
	}
	return domain // a public suffix by itself
}

// aligned reports whether a domain that passed speaks for the domain in From.
func aligned(domain, from string, strict bool) bool {
	if domain == "" || from == "" {
		return false
	}
	return domain == from || !strict && organisation(domain) == organisation(from)
}

// text asks for the texts of a name. That there are none is no error.
func (e *evaluation) text(name string) ([]string, error) {
	if !hostname(name) {
		return nil, nil
	}
	texts, err := e.checker.Resolver.LookupTXT(e.ctx, name)
	if notFound(err) {
		err = nil
	}
	return texts, err
}

// later reports whether an error of the DNS may pass. Whatever does not say that a name is not
// there is such: a server that refuses or is broken says nothing about the mail.
func later(err error) bool { return err != nil && !notFound(err) }

func isDNS(err error) bool {
	var e *net.DNSError
	return errors.As(err, &e)
}

func notFound(err error) bool {
	var e *net.DNSError
	return errors.As(err, &e) && e.IsNotFound
}

// hostname reports whether a name can be asked for as it is: what has other characters in it is
// read in one way by us and in another by those who publish (a NUL ends it for some).
func hostname(name string) bool {
	name = strings.TrimSuffix(name, ".")
	if name == "" || len(name) > 253 {
		return false
	}
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || len(label) > 63 || strings.ContainsFunc(label, notInName) {
			return false
		}
	}
	return true
}

func notInName(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' ||
		r == '-' || r == '_')
}

// ascii is a domain as the DNS has it, in lower case; "" for what is none.
func ascii(domain string) string {
	domain, err := names.ToASCII(strings.TrimSuffix(domain, "."))
	if err != nil || !hostname(domain) {
		return ""
	}
	return strings.ToLower(domain)
}
