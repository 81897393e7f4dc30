package mailout

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"buzon/internal/mailtest"
)

// The same stories against Postfix: STARTTLS, reuse, refusal of one recipient, and the bytes that
// arrive.
func TestPostfixAsRelay(t *testing.T) {
	t.Parallel()
	postfix := mailtest.Postfix(t, mailtest.PostfixOptions{Deliver: []string{"cliente.test"}})
	r := Relay{Host: "localhost", Port: postfix.Port(), RootCAs: postfix.Pool(),
		Hello: "buzon.test"}
	p, err := NewRelay(r)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for i := range 5 {
		want(t, p.Send(t.Context(), Envelope{From: from, To: fmt.Sprintf("c%d@cliente.test", i)},
			of(letter)), Sent, "queued as")
	}
	want(t, p.Send(t.Context(), Envelope{To: "x@fuera.test"}, of(letter)), Refused, "tests only")
	want(t, p.Send(t.Context(), Envelope{To: "ana@cliente.test"}, of(letter)), Sent, "queued as")
	mails := mailtest.WaitMaildir(t, postfix.Maildir("cliente.test"), 6)
	lf := bytes.ReplaceAll(letter, []byte("\r\n"), []byte("\n"))
	_, body, _ := bytes.Cut(lf, []byte("\n\n"))
	for _, m := range mails {
		if !bytes.HasSuffix(m, body) || !bytes.Contains(m, []byte("with ESMTPS")) {
			t.Errorf("arrived altered, or not over TLS:\n%s", m)
		}
	}
	r.RootCAs = mailtest.Certify(t, time.Hour).Pool
	stranger, err := NewRelay(r)
	if err != nil {
		t.Fatal(err)
	}
	defer stranger.Close()
	want(t, send(t, stranger), Held, "unknown authority")
}
