package proof

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"buzon/store/desk/lazy"
)

var (
	tagName = lazy.Compile(`^[A-Za-z][A-Za-z0-9_]*$`)
	// signature finds the value of the tag b, which is empty in what is signed
	signatureTag = lazy.Compile(`((?:^|[;:])[ \t\r\n]*b[ \t\r\n]*=)[^;]*`)

	errTags = errors.New("malformed tags")
)

// readTags reads a tag list (RFC 6376 section 3.2).
func readTags(s string) (map[string]string, error) {
	list := map[string]string{}
	parts := strings.Split(s, ";")
	for i, part := range parts {
		if strings.TrimSpace(part) == "" && i == len(parts)-1 {
			break
		}
		key, value, ok := strings.Cut(part, "=")
		key = strings.TrimSpace(key)
		if _, twice := list[key]; !ok || twice || !tagName.MatchString(key) {
			return nil, errTags
		}
		list[key] = strings.TrimSpace(value)
	}
	return list, nil
}

// tags are those of a text that may be none; nil then.
func tags(s string) map[string]string {
	list, _ := readTags(s)
	return list
}

// words are the parts of a tag's value between colons.
func words(s string) (list []string) {
	for w := range strings.SplitSeq(s, ":") {
		list = append(list, strings.TrimSpace(w))
	}
	return list
}

// bytesOf decodes base64 that may be folded.
func bytesOf(s string) ([]byte, error) {
	b, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(s), ""))
	if err == nil && len(b) == 0 {
		err = errTags
	}
	return b, err
}

// publicKey is a key of the DNS (RFC 6376 section 3.6.1, RFC 8463) that may sign with algorithm.
func publicKey(texts []string, algorithm string) (crypto.PublicKey, error) {
	if len(texts) != 1 {
		return nil, fmt.Errorf("%d keys found", len(texts))
	}
	list, err := readTags(texts[0])
	if err != nil {
		return nil, err
	}
	kind := list["k"]
	if kind == "" {
		kind = "rsa"
	}
	if v, ok := list["v"]; ok && v != "DKIM1" || kind+"-sha256" != algorithm {
		return nil, errors.New("the key is for another use")
	}
	b, err := bytesOf(list["p"])
	if err != nil {
		return nil, errors.New("no key, or it is revoked")
	}
	if kind == "ed25519" {
		if len(b) != ed25519.PublicKeySize {
			return nil, errors.New("no Ed25519 key")
		}
		return ed25519.PublicKey(b), nil
	}
	key, err := x509.ParsePKIXPublicKey(b)
	if err != nil {
		if key, err = x509.ParsePKCS1PublicKey(b); err != nil { // erratum 3017
			return nil, err
		}
	}
	if k, ok := key.(*rsa.PublicKey); !ok || k.Size() < 128 { // RFC 8301 section 3.2
		return nil, errors.New("no RSA key of 1024 bits or more")
	}
	return key, nil
}

// verify checks a signature of a SHA-256.
func verify(key crypto.PublicKey, sum, signature []byte) error {
	switch k := key.(type) {
	case *rsa.PublicKey:
		return rsa.VerifyPKCS1v15(k, crypto.SHA256, sum, signature)
	case ed25519.PublicKey:
		if ed25519.Verify(k, sum, signature) {
			return nil
		}
	}
	return errors.New("the signature is wrong")
}
