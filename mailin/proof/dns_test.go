package proof

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-msgauth/dkim"
	"github.com/foxcpp/go-mockdns"
	"github.com/miekg/dns"
)

// TestCache: an answer is kept as long as it says, also that there is none, and a failure shortly.
func TestCache(t *testing.T) {
	var asked atomic.Int32
	packets, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &dns.Server{PacketConn: packets,
		Handler: dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
			asked.Add(1)
			m := new(dns.Msg).SetReply(q)
			switch name := q.Question[0].Name; name {
			case "hay.test.":
				m.Answer = []dns.RR{&dns.TXT{Hdr: dns.RR_Header{Name: name, Rrtype: dns.TypeTXT,
					Class: 1, Ttl: 60}, Txt: []string{"v=spf1 ", `a "b\\c`, "\xe9"}}}
			case "no.test.":
				m.Rcode = dns.RcodeNameError
				m.Ns = []dns.RR{&dns.SOA{Hdr: dns.RR_Header{Name: "test.", Rrtype: dns.TypeSOA,
					Class: 1, Ttl: 600}, Ns: "a.", Mbox: "b.", Minttl: 120}}
			default:
				m.Rcode = dns.RcodeServerFailure
			}
			w.WriteMsg(m)
		})}
	go server.ActivateAndServe()
	t.Cleanup(func() { server.Shutdown() })
	c, err := NewClient(packets.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	c.now = func() time.Time { return now }
	for _, step := range []struct {
		name     string
		wait     time.Duration
		want     []string
		notFound bool
		asked    int32
	}{
		{"hay.test", 0, []string{"v=spf1 a \"b\\c\xe9"}, false, 1},
		{"HAY.test.", 59 * time.Second, []string{"v=spf1 a \"b\\c\xe9"}, false, 1},
		{"hay.test", 2 * time.Second, []string{"v=spf1 a \"b\\c\xe9"}, false, 2},
		{"no.test", 0, nil, true, 3}, {"no.test", 119 * time.Second, nil, true, 3},
		{"no.test", 2 * time.Second, nil, true, 4},
		{"roto.test", 0, nil, false, 5}, {"roto.test", 9 * time.Second, nil, false, 5},
		{"roto.test", 2 * time.Second, nil, false, 6},
	} {
		now = now.Add(step.wait)
		got, err := c.LookupTXT(t.Context(), step.name)
		if !slices.Equal(got, step.want) || notFound(err) != step.notFound ||
			later(err) != (step.want == nil && !step.notFound) || asked.Load() != step.asked {
			t.Errorf("%s: %q, %v, asked %d times: %+v", step.name, got, err, asked.Load(), step)
		}
	}
}

// TestBlackHole: who never answers is waited for as long as is configured, and has no verdict.
func TestBlackHole(t *testing.T) {
	silent, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	c, err := NewClient(silent.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	checker := &Checker{Resolver: c, Timeout: 50 * time.Millisecond}
	r := checker.Check(t.Context(), mail("From: a@cliente.test\r\n\r\nx\r\n", "a@cliente.test",
		"a@cliente.test", "192.0.2.1"))
	if took := time.Since(begun); took > 4*time.Second || r.Verdict != Unknown ||
		part(r, "spf").Result != "temperror" || part(r, "dmarc").Result != "temperror" {
		t.Errorf("after %v: %+v", took, r)
	}
}

// noting is a DNS that notes until when each name could have been waited for.
type noting struct {
	Resolver
	until map[string]time.Time
}

func (n noting) LookupTXT(ctx context.Context, name string) ([]string, error) {
	n.until[strings.TrimSuffix(name, ".")], _ = ctx.Deadline()
	return n.Resolver.LookupTXT(ctx, name)
}

// TestSendersServersLeaveTime: however slowly the servers of the envelope's domain answer, there is
// time left to find out that the signature's key is none.
func TestSendersServersLeaveTime(t *testing.T) {
	n := noting{&mockdns.Resolver{Zones: fqdn(texts("k._domainkey.ejemplo.test", keyRecord(),
		"mal.test", "v=spf1 -all", "_dmarc.ejemplo.test", "v=DMARC1; p=reject"))},
		map[string]time.Time{}}
	raw := dkimSigned("k", dkim.CanonicalizationRelaxed, dkim.CanonicalizationRelaxed, "From")(
		"From: a@ejemplo.test\r\nSubject: x\r\n\r\nHola.\r\n", "ejemplo.test")
	c := &Checker{Resolver: n, Timeout: time.Hour}
	r := c.Check(t.Context(), mail(raw, "a@ejemplo.test", "x@mal.test", "192.0.2.1"))
	left := n.until["k._domainkey.ejemplo.test"].Sub(n.until["mal.test"])
	if left < 20*time.Minute || r.Verdict != Failed {
		t.Errorf("%v is left: %+v", left, r)
	}
}

func TestServerAt(t *testing.T) {
	for s, want := range map[string]string{"127.0.0.1": "127.0.0.1:53", "::1": "[::1]:53",
		"192.0.2.5:5353": "192.0.2.5:5353", "dns.test": "", "1.2.3.4:x": ""} {
		if got, err := serverAt(s); got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v", s, got, err)
		}
	}
}

// TestTCP: what does not fit into a datagram is asked for again.
func TestTCP(t *testing.T) {
	long := strings.Repeat("x", 4000)
	if got, err := stub(t, map[string]mockdns.Zone{"largo.test": {TXT: []string{long}}}).LookupTXT(
		t.Context(), "largo.test"); err != nil || len(got) != 1 || got[0] != long {
		t.Errorf("%v, %v", len(got), err)
	}
}

// TestDMARCRecords: what a domain publishes, and what is asked for its mail and its subdomains'.
func TestDMARCRecords(t *testing.T) {
	for _, c := range []struct {
		texts    []string
		own, sub Policy
	}{
		{nil, "", ""}, {[]string{"v=spf1 -all"}, "", ""},
		{[]string{"v=DMARC1; p=reject"}, Reject, Reject},
		{[]string{"v=DMARC1;p=Reject;sp=none"}, Reject, None},
		{[]string{" v = DMARC1 ; p = quarantine "}, Quarantine, Quarantine},
		{[]string{"v=DMARC1; p=none; sp=reject"}, None, Reject},
		{[]string{"v=DMARC1; p=reject", "v=DMARC1; p=none"}, "", ""},
		{[]string{"x", "v=DMARC1; p=reject; pct=0"}, None, None},
		{[]string{"v=DMARC1; p=reject; t=y"}, None, None},
		{[]string{"v=DMARC1; rua=mailto:a@b.test"}, None, None},
		{[]string{"v=DMARC1; p=otra"}, None, None}, {[]string{"v=DMARC2; p=reject"}, "", ""},
		{[]string{"p=reject; v=DMARC1"}, "", ""}, {[]string{"v=DMARC1; p=reject; p=none"}, Reject,
			Reject},
	} {
		r, _ := readRecord(c.texts)
		r.domain = "a.test"
		if !r.published() && c.own == "" {
			continue
		}
		if r.asks("a.test") != c.own || r.asks("b.a.test") != c.sub {
			t.Errorf("%q: %q, %q", c.texts, r.asks("a.test"), r.asks("b.a.test"))
		}
	}
}

func TestAligned(t *testing.T) {
	for _, c := range []struct {
		a, b            string
		relaxed, strict bool
	}{
		{"a.test", "a.test", true, true}, {"x.a.test", "a.test", true, false},
		{"a.test", "x.a.test", true, false}, {"x.a.test", "y.a.test", true, false},
		{"b.test", "a.test", false, false}, {"test", "a.test", false, false},
		{"com.co", "a.com.co", false, false}, {"b.com.co", "a.com.co", false, false},
		{"xa.test", "a.test", false, false}, {"a.test.b.test", "a.test", false, false},
		{"", "", false, false}, {"com.co", "com.co", true, true},
	} {
		if aligned(c.a, c.b, false) != c.relaxed || aligned(c.a, c.b, true) != c.strict {
			t.Errorf("%s, %s", c.a, c.b)
		}
	}
}

// FuzzFields: what servers on the way write is read without a panic, and what was read of
// Authentication-Results is written nowhere in a comment or in quotes.
func FuzzFields(f *testing.F) {
	for _, s := range []string{"mx.test; dmarc=pass (a; b) header.from=a.test",
		`mx.test 1; x="a\"b" y=z;`, "mx.test; none",
		"from a (b [1.2.3.4]) by c with ESMTPS id d; e",
		"from [1.2.3.4] (helo=x) by c with esmtp", "i=1; a=rsa-sha256; b=AA==; d=a.test",
		"v=spf1 a:%{d2r.}.x.test/24//64 -all"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := readAuthResults(s)
		if err == nil && a.server == "" && len(a.results) > 0 {
			t.Errorf("%q: %+v", s, a)
		}
		readReceived(s)
		readTags(s)
		spfValid(s)
		dmarcTags(s)
		unescape(s)
		publicKey([]string{s}, "rsa-sha256")
		e := &evaluation{header: header{field("ARC-Seal: " + s + "\r\n"),
			field("ARC-Message-Signature: " + s + "\r\n")}, checker: &Checker{}}
		if sets, err := e.arcSets(); err == nil {
			t.Errorf("%q: %+v", s, sets)
		}
	})
}

// BenchmarkCheck is what verification costs with the DNS in the cache.
func BenchmarkCheck(b *testing.B) {
	raw := "From: Ana <ana@ejemplo.test>\r\nSubject: Hola\r\n\r\n" +
		strings.Repeat("Una línea de texto como las de siempre.\r\n", 1000)
	sealed, _ := seal(raw, "lista.test", "dmarc=pass header.from=ejemplo.test", nil)
	c := &Checker{Sealers: []string{"lista.test"},
		Resolver: stub(b, texts("_dmarc.ejemplo.test", "v=DMARC1; p=reject", "ejemplo.test",
			"v=spf1 mx -all",
			"k._domainkey.lista.test", keyRecord()))}
	m := mail(sealed, "ana@ejemplo.test", "ana@ejemplo.test", "198.51.100.66")
	var took []time.Duration
	for b.Loop() {
		begun := time.Now()
		if r := c.Check(b.Context(), m); r.Verdict != Lifted {
			b.Fatal(r)
		}
		took = append(took, time.Since(begun))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100])/1e6, "p99-ms")
}

// TestPolicyOfWhatIsNotThere: a domain may want mail of subdomains refused that nobody has made
// (RFC 9989), and watch those that are there.
func TestPolicyOfWhatIsNotThere(t *testing.T) {
	zones := texts("_dmarc.ejemplo.test", "v=DMARC1; p=none; sp=quarantine; np=reject",
		"_dmarc.otro.test", "v=DMARC1; p=reject; sp=none")
	zones["esta.ejemplo.test"] = mockdns.Zone{A: []string{"192.0.2.1"}}
	zones["correo.ejemplo.test"] = mockdns.Zone{MX: []net.MX{{Host: "mx.ejemplo.test."}}}
	zones["mudo.ejemplo.test"] = mockdns.Zone{Err: errors.New("server failure")}
	for domain, want := range map[string]Policy{
		"ejemplo.test": None, "esta.ejemplo.test": Quarantine, "correo.ejemplo.test": Quarantine,
		"nada.ejemplo.test": Reject, "nada.otro.test": None, "mudo.ejemplo.test": "",
	} {
		m := mail("From: a@"+domain+"\r\n\r\nHola\r\n", "a@"+domain, "x@mal.test", outside)
		got := (&Checker{Resolver: &mockdns.Resolver{Zones: fqdn(zones)}}).Check(t.Context(), m)
		if got.Policy != want {
			t.Errorf("%s: %q, want %q: %+v", domain, got.Policy, want, got.Parts)
		}
	}
}
