package mailtest

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"testing"
	"time"
)

// Certificate is a self-signed certificate and the pool that trusts it, and nothing else.
type Certificate struct {
	TLS  tls.Certificate
	Pool *x509.CertPool
	PEM  []byte // certificate
	Key  []byte // PKCS #8 key, PEM
}

// validity is how long the certificates of the fakes are good.
const validity = 24 * time.Hour

// Certify makes a certificate for the names (host names or addresses; none: localhost and
// 127.0.0.1), valid from an hour ago until the given time from now.
func Certify(t testing.TB, valid time.Duration, names ...string) Certificate {
	t.Helper()
	if len(names) == 0 {
		names = []string{"localhost", "127.0.0.1"}
	}
	now := time.Now()
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: names[0]},
		NotBefore: now.Add(min(-time.Hour, valid-time.Hour)), NotAfter: now.Add(valid),
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IsCA:        true, BasicConstraintsValid: true,
	}
	for _, n := range names {
		if ip := net.ParseIP(n); ip != nil {
			tmpl.IPAddresses = append(tmpl.IPAddresses, ip)
		} else {
			tmpl.DNSNames = append(tmpl.DNSNames, n)
		}
	}
	return sign(t, tmpl)
}

func sign(t testing.TB, tmpl *x509.Certificate) Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(t, err)
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, key.Public(), key)
	check(t, err)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	check(t, err)
	var cert, secret bytes.Buffer
	check(t, pem.Encode(&cert, &pem.Block{Type: "CERTIFICATE", Bytes: der}))
	check(t, pem.Encode(&secret, &pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}))
	c := Certificate{Pool: x509.NewCertPool(), PEM: cert.Bytes(), Key: secret.Bytes()}
	c.TLS, err = tls.X509KeyPair(c.PEM, c.Key)
	check(t, err)
	c.Pool.AppendCertsFromPEM(c.PEM)
	return c
}

// check ends the test when the fake itself is broken.
func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
