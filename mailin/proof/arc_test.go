package proof

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/foxcpp/go-mockdns"
)

var signer = sync.OnceValue(func() *rsa.PrivateKey {
	key, _ := rsa.GenerateKey(rand.Reader, 1024)
	return key
})

// keyRecord is the signer's public key, as the DNS has it.
func keyRecord() string {
	der, _ := x509.MarshalPKIXPublicKey(&signer().PublicKey)
	return "v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(der)
}

func rsaSigned(text string) string {
	sum := sha256.Sum256([]byte(strings.TrimSuffix(text, "\r\n")))
	b, err := rsa.SignPKCS1v15(rand.Reader, signer(), crypto.SHA256, sum[:])
	if err != nil {
		panic(err)
	}
	return base64.StdEncoding.EncodeToString(b)
}

// seal adds a set of ARC to a mail, as the server of a domain that found the results.
func seal(raw, domain, results string, sets []field) (string, []field) {
	h, body, _ := readHeader(strings.NewReader(raw))
	i := len(sets)/3 + 1
	hash, _ := bodyHash(strings.NewReader(raw[body:]), true)
	aar := field(fmt.Sprintf("ARC-Authentication-Results: i=%d; %s; %s\r\n", i, domain, results))
	ams := fmt.Sprintf("ARC-Message-Signature: i=%d; a=rsa-sha256; c=relaxed/relaxed; d=%s; s=k; "+
		"h=from:subject; bh=%s; b=",
		i, domain, base64.StdEncoding.EncodeToString(hash))
	text := ""
	for _, name := range []string{"from", "subject"} {
		text += h.all(name)[0].relaxed()
	}
	signature := field(ams + rsaSigned(text+field(ams+"\r\n").relaxed()) + "\r\n")
	cv := "pass"
	if i == 1 {
		cv = "none"
	}
	as := fmt.Sprintf("ARC-Seal: i=%d; a=rsa-sha256; cv=%s; d=%s; s=k; b=", i, cv, domain)
	text = ""
	for _, f := range append(sets, aar, signature) {
		text += f.relaxed()
	}
	sealed := field(as + rsaSigned(text+field(as+"\r\n").relaxed()) + "\r\n")
	return string(sealed) + string(signature) + string(aar) + raw,
		append(sets, aar, signature, sealed)
}

// TestC16ARC: a listed sealer takes a failure back, and proves nobody.
func TestC16ARC(t *testing.T) {
	zones := texts("_dmarc.ejemplo.test", "v=DMARC1; p=reject", "mal.test", "v=spf1 -all",
		"k._domainkey.lista.test", keyRecord(),
		"k._domainkey.mal.test", keyRecord(), "k._domainkey.otra.test", keyRecord())
	const raw = "From: Ana <ana@ejemplo.test>\r\nSubject: Hola\r\n\r\nHola.\r\n"
	const pass, fail = "dmarc=pass header.from=ejemplo.test", "dmarc=fail header.from=ejemplo.test"
	chain := func(pairs ...string) string {
		mail, sets := raw, []field(nil)
		for i := 0; i < len(pairs); i += 2 {
			mail, sets = seal(mail, pairs[i], pairs[i+1], sets)
		}
		return mail
	}
	for _, c := range []struct {
		name    string
		raw     string
		sealers []string
		want    Verdict
	}{
		{"no seal", raw, []string{"lista.test"}, Failed},
		{"a listed sealer that saw it pass", chain("lista.test", pass), []string{"lista.test"},
			Lifted},
		{"signed, it says", chain("lista.test", "dkim=pass header.d=ejemplo.test"),
			[]string{"lista.test"}, Lifted},
		{"and nobody is listed", chain("lista.test", pass), nil, Failed},
		{"another is listed", chain("lista.test", pass), []string{"otra.test"}, Failed},
		{"it saw it fail", chain("lista.test", fail), []string{"lista.test"}, Failed},
		{"it saw another pass", chain("lista.test", "dmarc=pass header.from=mal.test"),
			[]string{"lista.test"}, Failed},
		{"two, both listed", chain("lista.test", pass, "otra.test", fail),
			[]string{"lista.test", "otra.test"}, Lifted},
		{"two, the last is not", chain("lista.test", pass, "mal.test", pass),
			[]string{"lista.test"}, Failed},
		{"two, the first is not", chain("mal.test", pass, "lista.test", fail),
			[]string{"lista.test"}, Failed},
		{"the body was changed since", chain("lista.test", pass) + "Más.\r\n",
			[]string{"lista.test"}, Failed},
		{"the results were changed since", strings.Replace(chain("lista.test", fail), "dmarc=fail",
			"dmarc=pass", 1), []string{"lista.test"}, Failed},
		{"the seal was made for another", strings.Replace(chain("mal.test", pass), "d=mal.test",
			"d=lista.test", 1), []string{"lista.test"}, Failed},
	} {
		checker := &Checker{Resolver: &mockdns.Resolver{Zones: fqdn(zones)}, Sealers: c.sealers}
		r := checker.Check(t.Context(), mail(c.raw, "ana@ejemplo.test", "x@mal.test",
			"198.51.100.66"))
		if r.Verdict != c.want || r.Verdict == Passed {
			t.Errorf("%s: %q, want %q: %+v", c.name, r.Verdict, c.want, r.Parts)
		}
	}
}

// TestCanonical: the examples of RFC 6376 section 3.4.5.
func TestCanonical(t *testing.T) {
	if got := field("SUBJect : \t\r\n AbC  \r\n").relaxed(); got != "subject:AbC\r\n" {
		t.Errorf("%q", got)
	}
	for _, c := range []struct {
		body, relaxed, simple string
	}{
		{" C \r\nD \t E\r\n\r\n\r\n", " C\r\nD E\r\n", " C \r\nD \t E\r\n"},
		{"", "", "\r\n"}, {"\r\n\r\n", "", "\r\n"}, {" \r\n\t\r\n", "", " \r\n\t\r\n"},
		{"a", "a\r\n", "a\r\n"},
		{"a\nb\n\n", "a\r\nb\r\n", "a\r\nb\r\n"}, {"a\r", "a\r\r\n", "a\r\r\n"},
		{"\r\n\r\na\r\n", "\r\n\r\na\r\n", "\r\n\r\na\r\n"},
	} {
		for relaxed, want := range map[bool]string{true: c.relaxed, false: c.simple} {
			got, err := bodyHash(strings.NewReader(c.body), relaxed)
			sum := sha256.Sum256([]byte(want))
			if err != nil || !bytes.Equal(got, sum[:]) {
				t.Errorf("relaxed %v: %q is not %q", relaxed, c.body, want)
			}
		}
	}
}

// TestTwoReadings: where the one From is not what the reader of the mail took for it, nothing that
// was signed proves anybody.
func TestTwoReadings(t *testing.T) {
	c := &Checker{Resolver: &mockdns.Resolver{Zones: fqdn(texts("ejemplo.test",
		"v=spf1 ip4:192.0.2.1 -all", "_dmarc.ejemplo.test", "v=DMARC1; p=reject"))}}
	for author, want := range map[string]Verdict{"b@ejemplo.test": Passed,
		"a@ejemplo.test": Failed, "": Failed} {
		m := mail("\ufeffFrom: a@ejemplo.test\r\nFrom: b@ejemplo.test\r\n\r\nHola.\r\n",
			"a@ejemplo.test", "a@ejemplo.test", "192.0.2.1")
		m.Author = author
		if r := c.Check(t.Context(), m); r.Verdict != want {
			t.Errorf("%q: %q, want %q: %+v", author, r.Verdict, want, r.Parts)
		}
	}
}
