package mailtest

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"strings"
)

// auth lets a client log in by PLAIN (RFC 4616), LOGIN, CRAM-MD5 (RFC 2195), SCRAM (RFC 5802) or
// XOAUTH2, where a user's token stands for his password.
func (c *dialogue) auth(arg string) error {
	mech, first, _ := strings.Cut(arg, " ")
	var user string
	var known bool
	var err error
	switch strings.ToUpper(mech) {
	case "PLAIN":
		user, known, err = c.plain(first)
	case "LOGIN":
		user, known, err = c.loginAuth(first)
	case "CRAM-MD5":
		user, known, err = c.cramMD5()
	case "SCRAM-SHA-1":
		user, known, err = c.scram(first, sha1.New)
	case "SCRAM-SHA-256":
		user, known, err = c.scram(first, sha256.New)
	case "XOAUTH2":
		user, known, err = c.xoauth2(first)
	default:
		return c.write("504 5.5.4 unknown mechanism", 0)
	}
	if err != nil {
		return err
	}
	if !known {
		_, err = c.answer(AUTH, "535 5.7.8 authentication failed")
		return err
	}
	ok, err := c.answer(AUTH, "235 2.7.0 welcome")
	if ok {
		c.user = user
	}
	return err
}

func (c *dialogue) password(user string) (string, bool) {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	password, ok := c.s.opts.Users[user]
	return password, ok
}

// SetPassword changes a user's password, or token.
func (s *Smarthost) SetPassword(user, password string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opts.Users[user] = password
}

func (c *dialogue) plain(first string) (user string, known bool, err error) {
	all, err := c.secret("", first)
	_, rest, _ := strings.Cut(all, "\x00")
	user, pass, _ := strings.Cut(rest, "\x00")
	want, known := c.password(user)
	return user, known && want == pass, err
}

func (c *dialogue) loginAuth(first string) (user string, known bool, err error) {
	if user, err = c.secret("Username:", first); err != nil {
		return "", false, err
	}
	pass, err := c.secret("Password:", "")
	want, known := c.password(user)
	return user, known && want == pass, err
}

func (c *dialogue) cramMD5() (user string, known bool, err error) {
	const challenge = "<1896.697170952@smarthost.test>"
	said, err := c.secret(challenge, "")
	user, digest, _ := strings.Cut(said, " ")
	want, known := c.password(user)
	mac := hmac.New(md5.New, []byte(want))
	mac.Write([]byte(challenge))
	return user, known && digest == hex.EncodeToString(mac.Sum(nil)), err
}

// scram is the server's side of SCRAM without channel binding.
func (c *dialogue) scram(first string, h func() hash.Hash) (user string, known bool, err error) {
	said, err := c.secret("", first)
	if err != nil {
		return "", false, err
	}
	_, bare, _ := strings.Cut(said, ",,")
	user, nonce, _ := strings.Cut(strings.TrimPrefix(bare, "n="), ",r=")
	const iterations = 4096
	salt := []byte("sal del smarthost")
	nonce += "servidor"
	challenge := "r=" + nonce + ",s=" + base64.StdEncoding.EncodeToString(salt) + ",i=4096"
	final, err := c.secret(challenge, "")
	if err != nil {
		return "", false, err
	}
	without, proof, _ := strings.Cut(final, ",p=")
	want, known := c.password(user)
	salted, err := pbkdf2.Key(h, want, salt, iterations, h().Size())
	if err != nil {
		return "", false, err
	}
	message := bare + "," + challenge + "," + without
	clientKey := sum(h, salted, "Client Key")
	stored := h()
	stored.Write(clientKey)
	signature := sum(h, stored.Sum(nil), message)
	for i := range signature {
		signature[i] ^= clientKey[i]
	}
	if proves := c.s.opts.Impostor; proves != "" {
		if proves != "none" {
			_, err = c.secret(proves, "")
		}
		return user, true, err
	}
	if !known || proof != base64.StdEncoding.EncodeToString(signature) ||
		!strings.HasSuffix(without, "r="+nonce) {
		return user, false, nil
	}
	verifier := sum(h, sum(h, salted, "Server Key"), message)
	_, err = c.secret("v="+base64.StdEncoding.EncodeToString(verifier), "")
	return user, true, err
}

func sum(h func() hash.Hash, key []byte, text string) []byte {
	mac := hmac.New(h, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

func (c *dialogue) xoauth2(first string) (user string, known bool, err error) {
	said, err := c.secret("", first)
	if err != nil {
		return "", false, err
	}
	user, rest, _ := strings.Cut(strings.TrimPrefix(said, "user="), "\x01auth=Bearer ")
	want, known := c.password(user)
	if known = known && want == strings.TrimSuffix(rest, "\x01\x01"); !known {
		// the reason comes as a challenge, which the client answers with nothing
		_, err = c.secret(`{"status":"401","schemes":"bearer"}`, "")
	}
	return user, known, err
}
