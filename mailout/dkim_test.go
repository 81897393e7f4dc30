package mailout

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/emersion/go-msgauth/dkim"
	"github.com/miekg/dns"

	"buzon/internal/mailtest"
	"buzon/store/desk"
)

// dkimKeys are a key of each kind, and what the DNS says of them.
func dkimKeys(t *testing.T) (keys []DKIMKey, lookup func(string) ([]string, error)) {
	t.Helper()
	r, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	public, e, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(r.Public())
	if err != nil {
		t.Fatal(err)
	}
	keys = []DKIMKey{{"ejemplo.test", "rsa", r}, {"ejemplo.test", "ed", e},
		{"otro.test", "rsa", crypto.Signer(r)}}
	return keys, func(name string) ([]string, error) {
		if strings.HasPrefix(name, "ed.") {
			return []string{"v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(public)},
				nil
		}
		return []string{"v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(der)}, nil
	}
}

// TestDKIM: every key of the domain signs, with all that says who speaks to whom; nothing can be
// added to it, and no key of another domain is used.
func TestDKIM(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	keys, lookup := dkimKeys(t)
	h.renderer.DKIM = keys
	it := h.item(desk.Item{Ticket: h.ticket().Number, Author: h.ana, Text: "Adiós.\n\nñ"},
		attachment{"uno.bin", "", make([]byte, 300<<10)})
	raw, _ := h.render(h.owe(desk.ItemNotice, it, h.carla))
	passes := func(mail []byte) (n int) {
		list, err := dkim.VerifyWithOptions(bytes.NewReader(mail),
			&dkim.VerifyOptions{LookupTXT: lookup})
		h.must(err)
		for _, v := range list {
			if v.Err == nil && v.Domain == "ejemplo.test" &&
				slices.Contains(v.HeaderKeys, "Subject") {
				n++
			}
		}
		return n
	}
	if n := passes(raw); n != 2 {
		t.Fatalf("%d signatures pass, want those of both keys\n%.2000s", n, raw)
	}
	// What neither signed fields nor readers mind stays good, whatever a server adds on its way.
	if n := passes(append([]byte("Received: from a by b; x\r\n"), raw...)); n != 2 {
		t.Errorf("%d pass with a Received", n)
	}
	for _, added := range []string{"From: Otro <otro@ejemplo.test>", "Subject: Otro",
		"To: x@x.test",
		"Cc: x@x.test", "Reply-To: x@x.test", "Content-Type: text/html",
		"Date: Tue, 3 Mar 2026 09:00:00 +0000"} {
		if n := passes(append([]byte(added+"\r\n"), raw...)); n != 0 {
			t.Errorf("%d pass with another %s", n, added)
		}
	}
	if n := passes(bytes.Replace(raw, []byte("Adi=C3=B3s"), []byte("Adi=C3=B3x"), 1)); n != 0 {
		t.Errorf("%d pass with other words", n)
	}
}

// TestDKIMByOpenDKIM has another program verify what we signed; what it asks of the DNS is answered
// here.
func TestDKIMByOpenDKIM(t *testing.T) {
	t.Parallel()
	if os.Getenv("BUZON_TEST_PEERS") == "" || os.Getuid() != 0 {
		t.Skip("set BUZON_TEST_PEERS=1, as root, to ask opendkim-testmsg")
	}
	const server = "127.0.0.153"
	h := newHouse(t)
	keys, lookup := dkimKeys(t)
	h.renderer.DKIM = keys[:1]
	answer := dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
		m := new(dns.Msg).SetReply(q)
		if list, _ := lookup(q.Question[0].Name); q.Question[0].Qtype == dns.TypeTXT {
			m.Answer = []dns.RR{&dns.TXT{Txt: []string{list[0][:200], list[0][200:]},
				Hdr: dns.RR_Header{
					Name: q.Question[0].Name, Rrtype: dns.TypeTXT, Class: dns.ClassINET, Ttl: 60}}}
		}
		w.WriteMsg(m)
	})
	conn, err := net.ListenPacket("udp", server+":53")
	h.must(err)
	s := &dns.Server{PacketConn: conn, Handler: answer}
	go s.ActivateAndServe()
	defer s.Shutdown()
	resolv := filepath.Join(t.TempDir(), "resolv.conf")
	h.must(os.WriteFile(resolv, []byte("nameserver "+server+"\n"), 0o644))
	verify := func(raw []byte) string {
		c := exec.Command("unshare", "-m", "sh", "-c",
			"mount --bind "+resolv+" /etc/resolv.conf && exec opendkim-testmsg")
		c.Stdin = bytes.NewReader(raw)
		said, err := c.CombinedOutput()
		if err != nil {
			return string(said) + err.Error()
		}
		return string(said)
	}
	it := h.item(desk.Item{Ticket: h.ticket().Number, Author: h.ana, Text: "Adiós, ñandú."})
	for _, kind := range []desk.Notice{desk.ItemNotice, desk.Ack, desk.NewTicket} {
		raw, _ := h.render(h.owe(kind, it, h.carla))
		if said := verify(raw); said != "" {
			t.Errorf("%s: opendkim-testmsg says %s\n%.3000s", kind, said, raw)
		}
		if said := verify(bytes.Replace(raw, []byte("Subject: "), []byte("Subject: x"),
			1)); said == "" {
			t.Errorf("%s: opendkim-testmsg takes another subject", kind)
		}
	}
}

// TestDKIMByDkimpy has dkimpy verify the signatures by both kinds of keys: opendkim knows RSA only.
func TestDKIMByDkimpy(t *testing.T) {
	t.Parallel()
	const python = "/usr/bin/python3"
	if os.Getenv("BUZON_TEST_PEERS") == "" ||
		exec.Command(python, "-c", "import dkim, nacl").Run() != nil {
		t.Skip("set BUZON_TEST_PEERS=1, with python3-dkim and python3-nacl, to ask dkimpy")
	}
	h := newHouse(t)
	keys, lookup := dkimKeys(t)
	h.renderer.DKIM = keys
	rsa, err := lookup("rsa.")
	h.must(err)
	ed, err := lookup("ed.")
	h.must(err)
	const verify = `import dkim, sys
says = lambda name, timeout=5: sys.argv[2 if name.startswith(b"ed.") else 1].encode()
mail = dkim.DKIM(sys.stdin.buffer.read())
for i in range(2):
    print(mail.verify(idx=i, dnsfunc=says), mail.signature_fields[b"a"].decode())`
	s := mailtest.NewSmarthost(t, mailtest.SmarthostOptions{})
	relay := relayTo(t, s)
	for n, text := range []string{"Adiós, ñandú.", ".\n..\n.punto\nFrom quien sea\n\n\n",
		strings.Repeat("sin blancos", 500), "blancos   \n\t\tal final \n \n\t\n",
		"=3D=\n=20\n\u200b\u2028 件名"} {
		it := h.item(desk.Item{Ticket: h.ticket().Number, Author: h.ana, Text: text})
		raw, _ := h.render(h.owe(desk.ItemNotice, it, h.carla))
		want(t, relay.Send(t.Context(), Envelope{To: to}, of(raw)), Sent, "")
		c := exec.Command(python, "-c", verify, rsa[0], ed[0])
		c.Stdin = bytes.NewReader(s.Accepted()[n].Raw) // as it came
		said, err := c.CombinedOutput()
		lines := strings.Fields(string(said))
		if err != nil || strings.Count(string(said), "True") != 2 ||
			!slices.Contains(lines, "rsa-sha256") || !slices.Contains(lines, "ed25519-sha256") {
			t.Errorf("%q: dkimpy says %s: %v", text, said, err)
		}
	}
}
