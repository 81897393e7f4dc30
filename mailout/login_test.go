package mailout

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"

	"buzon/internal/mailtest"
)

// TestEveryMechanism logs in by each, chosen by the relay's offer and by the configuration.
func TestEveryMechanism(t *testing.T) {
	t.Parallel()
	users := map[string]string{"soporte": "contraseña larga"}
	for _, c := range []struct {
		offered, auth string
		outcome       Outcome
		text          string
	}{
		{"SCRAM-SHA-256", "", Sent, ""},
		{"SCRAM-SHA-1", "", Sent, ""},
		{"CRAM-MD5", "", Sent, ""},
		{"PLAIN CRAM-MD5 SCRAM-SHA-256", "SCRAM-SHA-256", Sent, ""},
		{"PLAIN CRAM-MD5", "CRAM-MD5", Sent, ""},
		{"PLAIN LOGIN", "SCRAM-SHA-256", Held, "offers no SCRAM-SHA-256, but PLAIN LOGIN"},
	} {
		s := mailtest.NewSmarthost(t, mailtest.SmarthostOptions{
			TLS: "starttls", Users: users, Mechanisms: c.offered})
		p := relayTo(t, s, func(r *Relay) {
			r.TLS, r.Username, r.Password, r.Auth = "starttls", "soporte", users["soporte"], c.auth
		})
		want(t, send(t, p), c.outcome, c.text)
		wrong := relayTo(t, s, func(r *Relay) {
			r.TLS, r.Username, r.Password, r.Auth = "starttls", "soporte", "otra", c.auth
		})
		want(t, send(t, wrong), Held, "")
		if got := s.Accepted(); c.outcome == Sent && (len(got) != 1 || got[0].User != "soporte") {
			t.Errorf("%s by %q: the smarthost took %d mails", c.offered, c.auth, len(got))
		}
	}
}

// TestImpostor: whoever does not know the password gets no mail by SCRAM.
func TestImpostor(t *testing.T) {
	t.Parallel()
	for proves, text := range map[string]string{"none": "does not prove", "v=YWJj": "signature",
		"e=other-error": "unexpected", "r=otro,s=YQ==,i=4096": "nonce"} {
		for _, mechanism := range []string{"SCRAM-SHA-256", "SCRAM-SHA-1"} {
			s := mailtest.NewSmarthost(t, mailtest.SmarthostOptions{Mechanisms: mechanism,
				Users: map[string]string{}, Impostor: proves})
			p := relayTo(t, s, func(r *Relay) { r.Username, r.Password = "soporte", "clave" })
			want(t, send(t, p), Held, text)
			wantCopies(t, s, 0)
		}
	}
}

// TestTokenLogin logs in by XOAUTH2; a token that was taken back before its time is asked for anew,
// once.
func TestTokenLogin(t *testing.T) {
	t.Parallel()
	users := map[string]string{"ana@ejemplo.test": "T1"}
	s := mailtest.NewSmarthost(t, mailtest.SmarthostOptions{
		TLS: "starttls", Users: users, Mechanisms: "PLAIN LOGIN XOAUTH2"})
	n, failure := 1, error(nil)
	p := relayTo(t, s, func(r *Relay) {
		r.TLS, r.Username, r.PerConnection = "starttls", "ana@ejemplo.test", 1
		r.Token = func(_ context.Context, fresh bool) (string, error) {
			if fresh {
				n++
			}
			return fmt.Sprintf("T%d", n), failure
		}
	})
	want(t, send(t, p), Sent, "")
	s.SetPassword("ana@ejemplo.test", "T2")
	want(t, send(t, p), Sent, "")
	s.SetPassword("ana@ejemplo.test", "T9")
	want(t, send(t, p), Held, "buzon oauth login")
	if n != 3 {
		t.Errorf("asked for %d tokens, want one fresh one a login", n)
	}
	said := base64.StdEncoding.EncodeToString(
		[]byte("user=ana@ejemplo.test\x01auth=Bearer T3\x01\x01"))
	s.Script(mailtest.AUTH, mailtest.Act{Reply: "535 5.7.3 T3 and " + said, Always: true})
	n = 2 // the fresh one is T3
	if r := send(t, p); strings.Contains(fmt.Sprint(r.Reply, r.Err), "T3") ||
		strings.Contains(fmt.Sprint(r.Reply, r.Err), said) {
		t.Errorf("the token shows in %q, %v", r.Reply, r.Err)
	}
	n = 3
	failure = &TokenDenied{errors.New("invalid_grant: run buzon oauth login")}
	want(t, send(t, p), Held, "buzon oauth login")
	failure = &net.OpError{Op: "dial", Err: io.ErrUnexpectedEOF}
	if r := send(t, p); r.Outcome != Deferred || !r.Away {
		t.Errorf("%+v: a provider that can't be reached comes back", r)
	}
	wantCopies(t, s, 2)
}
