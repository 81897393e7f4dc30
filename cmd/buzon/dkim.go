package main

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/net/idna"

	"buzon/mailin/proof"
	"buzon/mailout"
	"buzon/store/desk/lazy"
)

// dkimConfig is one [[dkim]]: a key that signs what the desk sends.
type dkimConfig struct {
	Domain   string `toml:"domain"`
	Selector string `toml:"selector"`
	KeyFile  string `toml:"key_file"`
}

var selectorForm = lazy.Compile(`^[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9])?` +
	`(\.[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9])?)*$`)

// check looks at the names, and writes the domain as the DNS has it.
func (k *dkimConfig) check(dir string) error {
	domain, err := idna.Lookup.ToASCII(k.Domain)
	switch {
	case err != nil || !strings.Contains(domain, ".") || strings.ContainsAny(domain, "/@"):
		return fmt.Errorf("dkim.domain: %q: want the domain of a mailbox, such as \"ejemplo.test\"",
			k.Domain)
	case !selectorForm.MatchString(k.Selector) || len(k.Selector) > 63:
		return fmt.Errorf("dkim.selector: %q: want letters and digits, such as \"buzon1\"",
			k.Selector)
	}
	k.Domain = domain
	fill(&k.KeyFile, filepath.Join(dir, "dkim", k.Selector+"."+domain+".pem"))
	return nil
}

func (c config) checkDKIM() error {
	seen := map[string]bool{}
	for _, k := range c.DKIM {
		if err := k.check(c.DataDir); err != nil {
			return err
		}
		if name := strings.ToLower(k.record()); seen[name] {
			return fmt.Errorf("dkim.selector: %q stands twice for %s: give each key a selector of "+
				"its own", k.Selector, k.Domain)
		} else {
			seen[name] = true
		}
	}
	return nil
}

// record is where the public key stands in the DNS.
func (k dkimConfig) record() string { return k.Selector + "._domainkey." + k.Domain }

// dkimKeys are the keys that sign, read from their files.
func (c config) dkimKeys() (list []mailout.DKIMKey, err error) {
	for _, k := range c.DKIM {
		if err := k.check(c.DataDir); err != nil {
			return nil, err
		}
		key, err := k.read()
		if err != nil {
			return nil, err
		}
		list = append(list, mailout.DKIMKey{Domain: k.Domain, Selector: k.Selector, Key: key})
	}
	return list, nil
}

// read reads the private key: PKCS #8, or RSA's own form.
func (k dkimConfig) read() (crypto.Signer, error) {
	text, err := secret("", k.KeyFile, "dkim.key_file")
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%w: make one by buzon dkim new %s %s", err, k.Domain, k.Selector)
	}
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, fmt.Errorf("dkim.key_file: %s holds no key in PEM", k.KeyFile)
	}
	return k.parse(block)
}

func (k dkimConfig) parse(block *pem.Block) (_ crypto.Signer, err error) {
	var key any
	if key, err = x509.ParsePKCS8PrivateKey(block.Bytes); err != nil {
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	}
	switch key := key.(type) {
	case *rsa.PrivateKey:
		if err == nil && key.N.BitLen() < 1024 { // RFC 8301 section 3.2
			return nil, fmt.Errorf("dkim.key_file: %s: RSA with %d bits is too weak, and nobody "+
				"takes it: make a new key", k.KeyFile, key.N.BitLen())
		}
		if err == nil {
			return key, nil
		}
	case ed25519.PrivateKey:
		return key, nil
	}
	return nil, fmt.Errorf("dkim.key_file: %s holds no RSA or Ed25519 key", k.KeyFile)
}

// published is the text of the DNS record of a key.
func published(key crypto.Signer) (string, error) {
	if public, ok := key.Public().(ed25519.PublicKey); ok {
		return "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(public), nil
	}
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	return "v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(der), err
}

// zoneLine is the record as zone files have it: a text of the DNS has at most 255 bytes.
func (k dkimConfig) zoneLine(text string) string {
	var pieces []string
	for len(text) > 255 {
		pieces, text = append(pieces, `"`+text[:255]+`"`), text[255:]
	}
	pieces = append(pieces, `"`+text+`"`)
	return fmt.Sprintf("%s. IN TXT ( %s )", k.record(), strings.Join(pieces, " "))
}

func (a *app) dkim() *cobra.Command {
	var kind, out string
	c := &cobra.Command{Use: "dkim", Short: "The keys by which outgoing mail is signed"}
	fresh := &cobra.Command{Use: "new DOMAIN SELECTOR", Args: cobra.ExactArgs(2),
		Short: "Make a key, and print the DNS record and the lines of the configuration",
		RunE: func(_ *cobra.Command, args []string) error {
			conf, err := a.config()
			if err != nil {
				return err
			}
			k := dkimConfig{Domain: args[0], Selector: args[1], KeyFile: out}
			if err := k.check(conf.DataDir); err != nil {
				return err
			}
			if err := becomeOwner(conf.DataDir); err != nil {
				return failed(err)
			}
			return failed(a.newDKIM(k, kind, out == ""))
		}}
	fresh.Flags().StringVar(&kind, "type", "rsa", "rsa, or ed25519 beside it")
	fresh.Flags().StringVar(&out, "out", "", "file of the key; DATA/dkim/SELECTOR.DOMAIN.pem")
	c.AddCommand(fresh)
	return c
}

func newKey(kind string) (crypto.Signer, error) {
	if kind == "ed25519" {
		_, key, err := ed25519.GenerateKey(rand.Reader)
		return key, err
	}
	return rsa.GenerateKey(rand.Reader, 2048)
}

// write keeps a private key, never over another.
func (k dkimConfig) write(key crypto.Signer) error {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(k.KeyFile, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("%s is there already: choose another selector, so that mail signed by "+
			"the old key stays good", k.KeyFile)
	}
	if err != nil {
		return err
	}
	err = pem.Encode(f, &pem.Block{Type: "PRIVATE KEY", Bytes: der})
	return errors.Join(err, f.Sync(), f.Close())
}

// newDKIM writes a new key, never over another.
func (a *app) newDKIM(k dkimConfig, kind string, usual bool) error {
	if err := among("type", kind, "rsa", "ed25519"); err != nil {
		return err
	}
	key, err := newKey(kind)
	if err != nil {
		return err
	}
	if usual {
		if err := os.MkdirAll(filepath.Dir(k.KeyFile), 0o700); err != nil {
			return err
		}
	}
	if err := k.write(key); err != nil {
		return err
	}
	text, err := published(key)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "# 1. publish in the DNS of %s:\n%s\n\n"+
		"# 2. once it is there (buzon check says so), add to the configuration, and reload:\n"+
		"[[dkim]]\ndomain = %q\nselector = %q\n", k.Domain, k.zoneLine(text), k.Domain, k.Selector)
	if !usual {
		fmt.Fprintf(a.stdout, "key_file = %q\n", k.KeyFile)
	}
	return nil
}

// checkDKIM checks the keys, and whether the DNS has what belongs to them.
func (f *findings) checkDKIM(ctx context.Context, c config) {
	for _, k := range c.DKIM {
		if err := k.check(c.DataDir); err != nil {
			f.report("dkim", err, "")
			continue
		}
		key, err := k.read()
		if err != nil {
			f.report("dkim", err, "")
			continue
		}
		f.checkPublished(ctx, c, k, key)
	}
}

// lookup asks the DNS for the public key.
func (k dkimConfig) lookup(ctx context.Context, server string) ([]string, error) {
	client, err := proof.NewClient(server)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	return client.LookupTXT(ctx, k.record())
}

func (f *findings) checkPublished(ctx context.Context, c config, k dkimConfig, key crypto.Signer) {
	if !c.asksDNS() {
		f.say("dkim", "note", k.record()+`: the DNS is not asked (dns.server = "none")`)
		return
	}
	want, err := published(key)
	if err != nil {
		f.report("dkim", err, "")
		return
	}
	list, err := k.lookup(ctx, c.DNS.Server)
	var missing *net.DNSError
	switch {
	case errors.As(err, &missing) && missing.IsNotFound:
		f.report(
			"dkim", fmt.Errorf("%s is not in the DNS, so that all signatures fail: publish\n%s",
				k.record(), k.zoneLine(want)), "")
	case err != nil:
		f.say("dkim", "warning", fmt.Sprintf("%s: the DNS does not answer (%v)", k.record(), err))
	case len(list) != 1 || !bytes.Equal(publicKey(list[0]), publicKey(want)):
		f.report("dkim", fmt.Errorf("%s in the DNS does not fit %s, so that all signatures fail: "+
			"publish\n%s", k.record(), k.KeyFile, k.zoneLine(want)), "")
	default:
		f.say("dkim", "ok", k.record())
	}
}

// publicKey is the key in a DNS record.
func publicKey(text string) []byte {
	for tag := range strings.SplitSeq(text, ";") {
		name, value, _ := strings.Cut(tag, "=")
		if strings.TrimSpace(name) == "p" {
			key, _ := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(value), ""))
			return key
		}
	}
	return nil
}
