package proof

import (
	"bufio"
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-msgauth/dkim"
	"github.com/foxcpp/go-mockdns"
	"github.com/miekg/dns"
)

// judge asks dkimpy and pyspf, with the DNS at the port that it is given.
const judge = `
import base64, json, sys
import dns.resolver
r = dns.resolver.Resolver(configure=False)
r.nameservers, r.port = ["127.0.0.1"], int(sys.argv[1])
dns.resolver.default_resolver = r
import dkim, spf
def txt(name, timeout=5):
    if isinstance(name, bytes): name = name.decode()
    try: return b"".join(next(iter(r.resolve(name, "TXT"))).strings)
    except dns.resolver.NXDOMAIN: return None
for line in sys.stdin:
    m = json.loads(line)
    raw = base64.b64decode(m["raw"])
    d = dkim.DKIM(raw, minkey=1024)
    good = []
    for i in range(sum(1 for h in d.headers if h[0].lower() == b"dkim-signature")):
        try: good.append(bool(d.verify(i, dnsfunc=txt)))
        except dkim.DKIMException: good.append(False)
    print(json.dumps({"dkim": good, "spf": spf.check2(i=m["ip"], s=m["mailfrom"], h="client.test")[0]}), flush=True)
`

// judgeDMARC asks Mail::DMARC what follows from what DKIM and SPF say. It knows no test domains.
const judgeDMARC = `
use strict; use warnings; use JSON::PP; use Net::DNS::Resolver; use Mail::DMARC::PurePerl;
$| = 1;
{ no warnings 'redefine';
  my $suffix = \&Mail::DMARC::Base::is_public_suffix;
  *Mail::DMARC::Base::is_public_suffix = sub { $_[1] eq 'test' || $suffix->(@_) };
  *Mail::DMARC::PurePerl::exists_in_dns = sub { 1 }; }
my $r = Net::DNS::Resolver->new(nameservers => ['127.0.0.1'], port => $ARGV[0]);
while (my $line = <STDIN>) {
  my $m = decode_json($line);
  my $d = Mail::DMARC::PurePerl->new; $d->set_resolver($r);
  $d->source_ip($m->{ip}); $d->envelope_to('cliente.test'); $d->header_from($m->{from});
  $d->envelope_from($m->{mailfrom});
  $d->dkim($m->{dkim}); $d->spf($m->{spf});
  my $p = $d->validate;
  print encode_json({result => $p->result, disposition => $p->disposition}), "\n";
}
`

// askDMARC starts that judge; nil where there is none.
func askDMARC(t *testing.T, c *Client) func(from, mailFrom, client string, parts []Part) string {
	if os.Getenv("BUZON_TEST_PEERS") != "1" ||
		exec.Command("perl", "-MMail::DMARC::PurePerl", "-e1").Run() != nil {
		t.Log("Mail::DMARC is not asked: run with BUZON_TEST_PEERS=1, with libmail-dmarc-perl")
		return nil
	}
	_, port, _ := net.SplitHostPort(c.servers[0])
	ask := conversation(t, exec.Command("perl", "-e", judgeDMARC, port))
	return func(from, mailFrom, client string, parts []Part) string {
		type result map[string]string
		q := map[string]any{"from": domainOf(from), "mailfrom": domainOf(mailFrom), "ip": client,
			"dkim": []result{}}
		dkims := []result{}
		for _, p := range parts {
			switch {
			case p.Method == "dkim" && p.Result != "none":
				dkims = append(dkims, result{"domain": p.Domain, "selector": "k",
					"result": p.Result, "human_result": ""})
			case p.Method == "spf":
				q["spf"] = []result{{"domain": domainOf(mailFrom), "scope": "mfrom",
					"result": p.Result}}
			}
		}
		q["dkim"] = dkims
		var answer struct{ Result, Disposition string }
		ask(q, &answer)
		return answer.Result + " " + answer.Disposition
	}
}

func domainOf(address string) string { return address[strings.LastIndexByte(address, '@')+1:] }

// kind is a sort of generated mail.
type kind struct {
	name     string
	from, d  string // d signs
	mailFrom string
	client   string
	sign     func(raw, d string) string
	change   func(raw string) string
	want     Verdict
	stricter bool // than the peer: what it passes is not all that people read
}

const inside, outside = "192.0.2.1", "198.51.100.1"

func edKey() ed25519.PrivateKey { return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, 32)) }

func dkimSigned(selector string, header, body dkim.Canonicalization, fields ...string) func(raw,
	d string) string {
	return func(raw, d string) string {
		o := &dkim.SignOptions{Domain: d, Selector: selector, Signer: signer(), HeaderKeys: fields,
			HeaderCanonicalization: header, BodyCanonicalization: body}
		if selector == "ed" {
			o.Signer = crypto.Signer(edKey())
		}
		if selector == "old" {
			o.Selector, o.Expiration = "k", time.Now().Add(-72*time.Hour) // dkimpy forgives 36
		}
		var b bytes.Buffer
		if err := dkim.Sign(&b, strings.NewReader(raw), o); err != nil {
			panic(err)
		}
		return b.String()
	}
}

// partly signs the body up to a length.
func partly(raw, d string) string {
	h, at, _ := readHeader(strings.NewReader(raw))
	sum := sha256.Sum256([]byte(raw[at:]))
	tags := fmt.Sprintf("DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/simple; d=%s; s=k; l=%d; "+
		"h=from:subject; bh=%s; b=",
		d, len(raw)-int(at), base64.StdEncoding.EncodeToString(sum[:]))
	text := h.all("from")[0].relaxed() + h.all("subject")[0].relaxed() +
		field(tags+"\r\n").relaxed()
	return tags + rsaSigned(text) + "\r\n" + raw + "Más.\r\n"
}

func kinds() []kind {
	const r, s = dkim.CanonicalizationRelaxed, dkim.CanonicalizationSimple
	fields := []string{"From", "Subject", "Date", "To"}
	relaxed := dkimSigned("k", r, r, fields...)
	broken := func(raw string) string { return raw + "Más.\r\n" }
	return []kind{
		{"rsa, relaxed", "a@ejemplo.test", "ejemplo.test", "x@mal.test", outside, relaxed, nil,
			Passed, false},
		{"ed25519", "a@ejemplo.test", "ejemplo.test", "x@mal.test", outside,
			dkimSigned("ed", r, r, fields...), nil, Passed, false},
		{"simple", "a@ejemplo.test", "ejemplo.test", "x@mal.test", outside,
			dkimSigned("k", s, s, fields...), nil, Passed, false},
		{"relaxed and simple", "a@ejemplo.test", "ejemplo.test", "x@mal.test", outside,
			dkimSigned("k", r, s, fields...), nil, Passed, false},
		{"oversigned", "a@ejemplo.test", "ejemplo.test", "x@mal.test", outside,
			dkimSigned("k", r, r, append(fields, fields...)...), nil, Passed, false},
		{"oversigned, a field added", "a@ejemplo.test", "ejemplo.test", "x@mal.test", outside,
			dkimSigned("k", r, r, append(fields, fields...)...),
			func(raw string) string { return "Subject: Otro\r\n" + raw }, Failed, false},
		{"signed by a subdomain", "a@ejemplo.test", "correo.ejemplo.test", "x@mal.test", outside,
			relaxed, nil, Passed, false},
		{"signed by a subdomain, strict", "a@estricto.test", "correo.estricto.test", "x@mal.test",
			outside, relaxed, nil, Failed, false},
		{"signed by another", "a@ejemplo.test", "mal.test", "x@mal.test", outside, relaxed, nil,
			Failed, false},
		{"expired", "a@ejemplo.test", "ejemplo.test", "x@mal.test", outside,
			dkimSigned("old", r, r, fields...), nil, Failed, false},
		{"two From", "a@ejemplo.test", "ejemplo.test", "x@mal.test", outside, relaxed,
			func(raw string) string { return "From: x@mal.test\r\n" + raw }, Failed, true},
		{"part of the body", "a@ejemplo.test", "ejemplo.test", "x@mal.test", outside, partly, nil,
			Failed, true},
		{"another body", "a@ejemplo.test", "ejemplo.test", "x@mal.test", outside, relaxed, broken,
			Failed, false},
		{"the key is gone", "a@ejemplo.test", "sinclave.ejemplo.test", "x@mal.test", outside,
			relaxed, nil, Failed, false},
		{"SPF", "a@ejemplo.test", "", "a@ejemplo.test", inside, nil, nil, Passed, false},
		{"SPF of a subdomain", "a@ejemplo.test", "", "a@correo.ejemplo.test", inside, nil, nil,
			Passed, false},
		{"SPF of another", "a@ejemplo.test", "", "x@mal.test", outside, nil, nil, Failed, false},
		{"SPF from elsewhere", "a@ejemplo.test", "", "a@ejemplo.test", outside, nil, nil, Failed,
			false},
		{"a subdomain's policy", "a@nada.ejemplo.test", "", "x@mal.test", outside, nil, nil, Failed,
			false},
		{"a subdomain, signed by its parent", "a@nada.ejemplo.test", "ejemplo.test", "x@mal.test",
			outside, relaxed, nil, Passed, false},
	}
}

// TestPeersAgree: 300 generated mails, each verified by dkimpy and pyspf too.
func TestPeersAgree(t *testing.T) {
	zones := texts("_dmarc.ejemplo.test", "v=DMARC1; p=reject; sp=quarantine",
		"_dmarc.estricto.test", "v=DMARC1; p=reject; adkim=s",
		"ejemplo.test", "v=spf1 ip4:192.0.2.0/24 -all", "correo.ejemplo.test",
		"v=spf1 a:mx.ejemplo.test include:ejemplo.test -all", "mal.test",
		"v=spf1 ip4:198.51.100.1 ~all")
	zones["mx.ejemplo.test"] = mockdns.Zone{A: []string{"192.0.2.99"}}
	for _, d := range []string{"ejemplo.test", "correo.ejemplo.test", "correo.estricto.test",
		"mal.test"} {
		zones["k._domainkey."+d] = mockdns.Zone{TXT: []string{keyRecord()}}
		zones["ed._domainkey."+d] = mockdns.Zone{TXT: []string{"v=DKIM1; k=ed25519; p=" +
			base64.StdEncoding.EncodeToString(edKey().Public().(ed25519.PublicKey))}}
	}
	resolver := stub(t, zones)
	ask, dmarc := askPeers(t, resolver), askDMARC(t, resolver)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 300 {
		list := kinds()
		k := list[i%len(list)]
		raw := fmt.Sprintf("From: Ana\r\n <%s>\r\nTo: %s\r\nSubject:   Factura \t%d\r\nDate: Tue, "+
			"3 Mar 2026 09:00:00 +0000\r\n\r\n", k.from, "soporte@ejemplo.test", random.Int())
		for range random.IntN(20) {
			raw += strings.Repeat(" ", random.IntN(3)) +
				strings.Repeat("palabra  ", random.IntN(9)) + "fin \t\r\n"
		}
		raw += strings.Repeat("\r\n", random.IntN(3)) + "fin\r\n" +
			strings.Repeat("\r\n", random.IntN(3))
		if k.sign != nil {
			raw = k.sign(raw, k.d)
		}
		if k.change != nil {
			raw = k.change(raw)
		}
		m := mail(raw, k.from, k.mailFrom, k.client)
		got := (&Checker{Resolver: resolver}).Check(t.Context(), m)
		if got.Verdict != k.want {
			t.Errorf("%s: %q, want %q: %+v", k.name, got.Verdict, k.want, got.Parts)
		}
		if ours := map[Verdict]string{Passed: "pass none", Failed: "fail " +
			string(got.Policy)}[got.Verdict]; dmarc != nil && ours != "" && len(got.Parts) > 1 {
			if theirs := dmarc(k.from, k.mailFrom, k.client, got.Parts); theirs != ours {
				t.Errorf("%s: dmarc %s, Mail::DMARC %s: %+v", k.name, ours, theirs, got.Parts)
			}
		}
		if ask == nil {
			continue
		}
		good, spfResult := ask(raw, k.mailFrom, k.client)
		var ours []bool
		for _, p := range got.Parts {
			if p.Method == "dkim" && p.Result != "none" {
				ours = append(ours, p.Result == "pass")
			}
		}
		if !k.stricter && fmt.Sprint(ours) != fmt.Sprint(good) {
			t.Errorf("%s: dkim %v, dkimpy %v: %+v", k.name, ours, good, got.Parts)
		}
		if s := part(got, "spf").Result; !k.stricter && s != spfResult {
			t.Errorf("%s: spf %s, pyspf %s", k.name, s, spfResult)
		}
	}
}

// askPeers starts the judge; nil where there is none.
func askPeers(t *testing.T, c *Client) func(raw, mailFrom, client string) ([]bool, string) {
	const python = "/usr/bin/python3"
	if os.Getenv("BUZON_TEST_PEERS") != "1" ||
		exec.Command(python, "-c", "import dkim, spf, dns.resolver, nacl").Run() != nil {
		t.Log("dkimpy and pyspf are not asked: run with BUZON_TEST_PEERS=1, with python3-dkim, " +
			"python3-spf and python3-nacl")
		return nil
	}
	_, port, _ := net.SplitHostPort(c.servers[0])
	talk := conversation(t, exec.Command(python, "-c", judge, port))
	return func(raw, mailFrom, client string) ([]bool, string) {
		var answer struct {
			DKIM []bool
			SPF  string
		}
		talk(map[string]string{"raw": base64.StdEncoding.EncodeToString([]byte(raw)),
			"mailfrom": mailFrom, "ip": client}, &answer)
		return answer.DKIM, answer.SPF
	}
}

// conversation starts a program that answers each line of JSON by one.
func conversation(t *testing.T, cmd *exec.Cmd) func(question, answer any) {
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close(); cmd.Wait() })
	lines := bufio.NewScanner(out)
	return func(question, answer any) {
		json.NewEncoder(in).Encode(question)
		if !lines.Scan() {
			t.Fatal("the judge has ended")
		}
		if err := json.Unmarshal(lines.Bytes(), answer); err != nil {
			t.Fatal(err)
		}
	}
}

// TestOpenDKIMAgrees: what is good here is good to OpenDKIM, and what is not is not.
func TestOpenDKIMAgrees(t *testing.T) {
	program, err := exec.LookPath("opendkim-testmsg")
	if err != nil || os.Getenv("BUZON_TEST_PEERS") != "1" || os.Getuid() != 0 {
		t.Skip("needs opendkim-testmsg: run with BUZON_TEST_PEERS=1, as root")
	}
	// it asks port 53 of the server in /etc/resolv.conf: both are made for it alone
	const at = "127.0.53.53"
	zones := &mockdns.Resolver{Zones: fqdn(texts("k._domainkey.ejemplo.test", keyRecord(),
		"_dmarc.ejemplo.test", "v=DMARC1; p=reject"))}
	packets, err := net.ListenPacket("udp", at+":53")
	if err != nil {
		t.Skip("needs port 53: ", err)
	}
	server := &dns.Server{PacketConn: packets,
		Handler: dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
			m := new(dns.Msg).SetReply(q)
			list, _ := zones.LookupTXT(t.Context(), strings.ToLower(q.Question[0].Name))
			for _, text := range list {
				m.Answer = append(m.Answer, &dns.TXT{Hdr: dns.RR_Header{Name: q.Question[0].Name,
					Rrtype: dns.TypeTXT, Class: 1, Ttl: 60}, Txt: []string{text}})
			}
			m.RecursionAvailable = true
			w.WriteMsg(m)
		})}
	go server.ActivateAndServe()
	t.Cleanup(func() { server.Shutdown() })
	conf := filepath.Join(t.TempDir(), "resolv.conf")
	if err := os.WriteFile(conf, []byte("nameserver "+at+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	checker := &Checker{Resolver: zones}
	for i, k := range kinds() {
		if k.d != "ejemplo.test" || k.stricter || k.name == "ed25519" { // it has not learnt that
			continue
		}
		raw := k.sign(fmt.Sprintf("From: Ana <%s>\r\nTo: b@cliente.test\r\nSubject:  Hola %d\r\n"+
			"\t otra vez\r\nDate: Tue, 3 Mar 2026 09:00:00 +0000\r\n\r\nHola  . \r\n", k.from,
			i), k.d)
		if k.change != nil {
			raw = k.change(raw)
		}
		cmd := exec.Command("unshare", "-m", "sh", "-c",
			`mount --bind "$1" /etc/resolv.conf && exec "$2" -C`, "sh", conf, program)
		cmd.Stdin = strings.NewReader(raw)
		out, err := cmd.CombinedOutput()
		r := checker.Check(t.Context(), mail(raw, k.from, "x@mal.test", outside))
		if good := part(r, "dkim").Result == "pass"; good != (err == nil) {
			t.Errorf("%s: good %v, opendkim %v: %s", k.name, good, err, out)
		}
	}
}
