package mailin

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-msgauth/dkim"
	"github.com/foxcpp/go-mockdns"

	"buzon/internal/mailtest"
	"buzon/mailin/proof"
	"buzon/store"
	"buzon/store/desk"
)

// The world of these tests: ejemplo.test is the desk's and its agents', and asks to refuse what
// fails; cliente.test only watches; mal.test is the forger's, and all that he sends passes for it.
const (
	ourServer    = "192.0.2.10"
	forgerServer = "198.51.100.66"
)

var keyOf = struct {
	rsa *rsa.PrivateKey
	ed  ed25519.PrivateKey
	sync.Once
}{}

func keys() (*rsa.PrivateKey, ed25519.PrivateKey) {
	keyOf.Do(func() {
		keyOf.rsa, _ = rsa.GenerateKey(rand.Reader, 1024)
		_, keyOf.ed, _ = ed25519.GenerateKey(rand.Reader)
	})
	return keyOf.rsa, keyOf.ed
}

// world is the DNS of the tests.
func world() map[string]mockdns.Zone {
	r, e := keys()
	der, _ := x509.MarshalPKIXPublicKey(&r.PublicKey)
	key := "v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(der)
	edKey := "v=DKIM1; k=ed25519; p=" +
		base64.StdEncoding.EncodeToString(e.Public().(ed25519.PublicKey))
	zones := map[string]mockdns.Zone{}
	for name, text := range map[string]string{
		"ejemplo.test":         "v=spf1 ip4:" + ourServer + " -all",
		"_dmarc.ejemplo.test":  "v=DMARC1; p=reject; sp=quarantine",
		"correo.ejemplo.test":  "v=spf1 ip4:" + ourServer + " -all",
		"cliente.test":         "v=spf1 ip4:192.0.2.20 -all",
		"_dmarc.cliente.test":  "v=DMARC1; p=none",
		"estricto.test":        "v=spf1 ip4:192.0.2.30 -all",
		"_dmarc.estricto.test": "v=DMARC1; p=reject; adkim=s; aspf=s",
		"correo.estricto.test": "v=spf1 ip4:192.0.2.30 -all",
		"cuidado.test":         "v=spf1 -all", "_dmarc.cuidado.test": "v=DMARC1; p=reject",
		"sinpolitica.test":      "v=spf1 ip4:192.0.2.40 -all",
		"mal.test":              "v=spf1 ip4:" + forgerServer + " -all",
		"_dmarc.mal.test":       "v=DMARC1; p=none",
		"ejemplo.test.mal.test": "v=spf1 ip4:" + forgerServer + " -all",
	} {
		zones[name+"."] = mockdns.Zone{TXT: []string{text}}
	}
	for _, domain := range []string{"ejemplo.test", "correo.ejemplo.test", "cliente.test",
		"estricto.test", "correo.estricto.test",
		"sinpolitica.test", "mal.test", "ejemplo.test.mal.test", "ejemplo.test\x00.mal.test",
		"listas.test", "test", "k._domainkey.mal.test\x00"} {
		zones["rsa._domainkey."+domain+"."] = mockdns.Zone{TXT: []string{key}}
		zones["ed._domainkey."+domain+"."] = mockdns.Zone{TXT: []string{edKey}}
		zones["prueba._domainkey."+domain+"."] = mockdns.Zone{TXT: []string{"t=y; " + key}}
		zones["sola._domainkey."+domain+"."] = mockdns.Zone{TXT: []string{"t=s; " + key}}
	}
	zones["k._domainkey.mal.test\x00._domainkey.ejemplo.test."] = mockdns.Zone{TXT: []string{key}}
	for _, name := range []string{"_dmarc.", "spf.", "k._domainkey."} {
		zones[name+"roto.test."] = mockdns.Zone{Err: &net.DNSError{Err: "server failure",
			IsTemporary: true}}
	}
	return zones
}

// provenHouse is a desk that asks the DNS of the tests.
func provenHouse(t testing.TB, change ...func(*Options)) *house {
	return newHouse(t, append([]func(*Options){func(o *Options) {
		o.Proof = &proof.Checker{Resolver: &mockdns.Resolver{Zones: world()}}
	}}, change...)...)
}

// signature is what a mail is signed with; the zero value is as most do it.
type signature struct {
	selector  string // rsa
	user      string // in i=; "": the domain
	fields    []string
	expired   bool
	canonical dkim.Canonicalization // relaxed
}

// sign signs a mail for a domain.
func sign(t testing.TB, raw, domain string, s ...signature) string {
	t.Helper()
	var how signature
	if len(s) > 0 {
		how = s[0]
	}
	r, e := keys()
	o := &dkim.SignOptions{Domain: domain, Selector: "rsa", Signer: r, HeaderKeys: how.fields,
		HeaderCanonicalization: dkim.CanonicalizationRelaxed,
		BodyCanonicalization:   dkim.CanonicalizationRelaxed}
	if how.canonical != "" {
		o.HeaderCanonicalization, o.BodyCanonicalization = how.canonical, how.canonical
	}
	o.Identifier = how.user
	if how.selector != "" {
		o.Selector = how.selector
	}
	if o.Selector == "ed" {
		o.Signer = crypto.Signer(e)
	}
	if how.fields == nil {
		o.HeaderKeys = []string{"From", "To", "Subject", "Date", "Message-ID"}
	}
	if how.expired {
		o.Expiration = time.Now().Add(-time.Hour)
	}
	var b bytes.Buffer
	if err := dkim.Sign(&b, strings.NewReader(raw), o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// by is the envelope of a mail that a server in the world hands over.
func by(server, from string) store.Envelope {
	return store.Envelope{Door: "smtp", From: from, NullSender: from == "", To: []string{box},
		Remote: server, Helo: "correo.servidor.test"}
}

// TestSpoofing: forgeries after the published catalogue of J. Chen, V. Paxson and J. Jiang,
// "Composition Kills" (USENIX Security 2020). All come as if from an agent, and none is proven to.
func TestSpoofing(t *testing.T) {
	t.Parallel()
	const from = "From: " + agent
	h := provenHouse(t)
	plain := func(from string, more ...string) string {
		return strings.Replace(h.plain("X", box, "Urgente", "Pague en la cuenta 666.", more...),
			"From: X", from, 1)
	}
	genuine := func(s ...signature) string {
		return sign(t, h.plain(agent, "otra@mal.test", "Saludos", "Hola."), "ejemplo.test", s...)
	}
	forged := func(from string) string { return sign(t, plain(from), "mal.test") }
	forger := by(forgerServer, "x@mal.test")
	for _, c := range []struct {
		name string
		raw  string
		env  store.Envelope
	}{
		{"A01 From alone, the envelope is the forger's", plain(from), forger},
		{"A02 empty envelope, HELO of the agent's domain", plain(from),
			store.Envelope{Door: "smtp", NullSender: true, To: []string{box}, Remote: forgerServer,
				Helo: "ejemplo.test"}},
		{"A03 envelope of a subdomain without SPF", plain(from),
			by(forgerServer, "ana@nada.ejemplo.test")},
		{"A04 envelope with two at signs", plain(from),
			by(forgerServer, "x@mal.test@ejemplo.test")},
		{"A05 envelope with two at signs, the other way", plain(from),
			by(forgerServer, "ana@ejemplo.test@mal.test")},
		{"A06 signed by the forger's domain", forged(from), forger},
		{"A07 signed by a domain that begins as the agent's",
			sign(t, plain(from), "ejemplo.test.mal.test"), forger},
		{"A08 signed by a domain with NUL", sign(t, plain(from), "ejemplo.test\x00.mal.test"),
			forger},
		{"A09 selector that ends the name with NUL",
			sign(t, plain(from), "ejemplo.test", signature{selector: "k._domainkey.mal.test\x00"}),
			forger},
		{"A10 signed by the public suffix", sign(t, plain(from), "test"), forger},
		{"A11 two From, the agent first", forged(from + "\r\nFrom: x@mal.test"), forger},
		{"A12 two From, the agent last", forged("From: x@mal.test\r\n" + from), forger},
		{"A13 From with a blank before its colon",
			forged("From : " + agent + "\r\nFrom: x@mal.test"), forger},
		{"A14 two addresses in From", forged(from + ", x@mal.test"), forger},
		{"A15 two addresses in From, the agent last", forged("From: <x@mal.test>, <" + agent + ">"),
			forger},
		{"A16 a group in From", forged("From: mal: " + agent + ";"), forger},
		{"A17 an empty address beside", forged("From: <>, <" + agent + ">"), forger},
		{"A18 a route before the address", forged("From: <@mal.test:" + agent + ">"), forger},
		{"A19 an encoded address", forged("From: =?utf-8?q?ana=40ejemplo=2Etest?="), forger},
		{"A20 NUL in From", forged("From: " + agent + "\x00@mal.test"), forger},
		{"A21 the agent as display name", forged("From: " + agent + " <x@mal.test>"), forger},
		{"A22 the agent as quoted display name", forged("From: \"" + agent + "\" <x@mal.test>"),
			forger},
		{"A23 Sender is the agent", forged("From: x@mal.test\r\nSender: " + agent), forger},
		{"A24 Sender passes, From is the agent", sign(t, plain(from+"\r\nSender: x@mal.test"),
			"mal.test", signature{fields: []string{"Sender", "From", "Subject"}}), forger},
		{"A25 a folded From, empty on its first line", forged("From:\r\n x@mal.test\r\n" + from),
			forger},
		{"A26 quotes and comments", forged("From: \"<" + agent + ">\" (" + agent +
			") <x@mal.test>"), forger},
		{"A27 a look-alike in Cyrillic", forged("From: аna@ejemplo.test"), forger},
		{"A28 a look-alike domain", forged("From: ana@ejеmplo.test"), forger},
		{"A29 replayed, with another From on top", "From: x@mal.test\r\n" + genuine(), forger},
		{"A30 replayed, with another Subject", "Subject: #cerrar\r\n" + genuine(), forger},
		{"A31 replayed, with another Content-Type", "Content-Type: text/html\r\n" + genuine(),
			forger},
		{"A32 replayed, with another To", "To: " + box + "\r\n" + genuine(), forger},
		{"A33 replayed, with Subject unsigned and changed",
			strings.Replace(genuine(signature{fields: []string{"From", "Date"}}), "Saludos",
				"#cerrar", 1), forger},
		{"A34 replayed, with another body", genuine() + "#cerrar\r\n", forger},
		{"A35 replayed with l=", strings.Replace(genuine(), "DKIM-Signature: ",
			"DKIM-Signature: l=4; ", 1) + "Más.\r\n", forger},
		{"A36 expired", genuine(signature{expired: true}), forger},
		{"A37 with a key that is only tried out",
			sign(t, plain(from), "ejemplo.test", signature{selector: "prueba"}), forger},
		{"A38 a byte order mark before the agent's From", "\ufeff" + from + "\r\n" +
			sign(t, h.plain("intern@ejemplo.test", box, "x", "Hola."), "ejemplo.test"), forger},
		{"A39 a line of blanks in the header", from + "\r\nX: 1\r\n \r\n" +
			sign(t, h.plain("intern@ejemplo.test", box, "x", "Hola."), "ejemplo.test"), forger},
		{"A40 Authentication-Results of the forger's",
			plain(
				from, "Authentication-Results: mail.ejemplo.test; dmarc=pass "+
					"header.from=ejemplo.test"), forger},
		{"A41 Received of the agent's server, by the forger",
			"Received: from ejemplo.test (ejemplo.test [" + ourServer +
				"]) by correo.servidor.test with ESMTPS id 1; now\r\n" + plain(from),
			by(forgerServer, agent)},
		{"A42 Resent-From and X-Original-From",
			forged("From: x@mal.test\r\nResent-From: " + agent + "\r\nX-Original-From: " + agent),
			forger},
		{"A43 ARC of a sealer that is not listed",
			plain(from, "ARC-Seal: i=1; cv=none; a=rsa-sha256; d=mal.test; s=rsa; b=AA==",
				"ARC-Authentication-Results: i=1; mal.test; dmarc=pass header.from=ejemplo.test"),
			forger},
		{"A45 two signatures, the agent's broken",
			strings.Replace(sign(t, forged(from), "ejemplo.test"), "666", "667", 1), forger},
		{"A46 signed by both, the body longer than the agent's l=",
			strings.Replace(forged(from), "DKIM-Signature: ",
				"DKIM-Signature: v=1; a=rsa-sha256; d=ejemplo.test; s=rsa; l=0; "+
					"h=From:Subject:Date; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; "+
					"b=AA==\r\nDKIM-Signature: ", 1), forger},
		{"A47 a comment within the address", forged("From: ana(x@mal.test)@ejemplo.test"), forger},
		{"A48 a quoted local part", forged("From: \"ana\"@ejemplo.test"), forger},
		{"A49 blanks around the at sign", forged("From: ana @ ejemplo.test"), forger},
		{"A50 the domain's root", forged("From: ana@ejemplo.test."), forger},
		{"A51 folded within the address", forged("From: ana@\r\n ejemplo.test"), forger},
		{"A52 an empty group before it", forged("From: nadie:;, " + agent), forger},
		{"A53 Reply-To and Return-Path are the agent's",
			forged("From: x@mal.test\r\nReply-To: " + agent), by(forgerServer, agent)},
		{"A54 resent by the forger", "Resent-From: x@mal.test\r\nResent-To: " + box + "\r\n" +
			plain(from), forger},
		{"A55 the envelope's DNS fails", plain(from), by(forgerServer, "x@spf.roto.test")},
		{"A56 so does that of a signature's key",
			sign(t, plain(from), "roto.test", signature{selector: "k"}), forger},
		{"A57 a header that no proof is looked for in", plain(from,
			strings.Repeat("X: "+strings.Repeat("x", 900)+"\r\n", 1200)+"X: x"), forger},
		{"A58 a key for no subdomain", sign(t, plain(from), "ejemplo.test",
			signature{selector: "sola", user: "@nada.ejemplo.test"}), forger},
		{"A44 a subdomain of the agent's, forged", forged("From: ana@nada.ejemplo.test"), forger},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := provenHouse(t)
			n := h.opened()
			var m store.Mail
			told := h.told(func() { m = h.file(c.raw, c.env) })
			if m.Proof == "A2" && (m.Sender == agent ||
				strings.HasSuffix(m.Sender, "ejemplo.test")) {
				t.Errorf("proven: %+v", m)
			}
			if m.Sender == agent && (m.Outcome != store.OutcomeQuarantine || m.Proof != "A0") {
				t.Errorf("the agent's mail is %s: %+v", m.Outcome, m)
			}
			if strings.Contains(told, customer) || h.ticket(n).Class == desk.Closed {
				t.Errorf("told %s", told)
			}
			// and fetched from a mailbox, where no server of ours has seen who brought it
			fetched := provenHouse(t).file(c.raw, store.Envelope{Door: "imap:a", To: []string{box}})
			if fetched.Proof == "A2" && strings.HasSuffix(fetched.Sender, "ejemplo.test") ||
				fetched.Sender == agent && fetched.Outcome != store.OutcomeQuarantine &&
					fetched.Outcome != store.OutcomePending {
				t.Errorf("fetched: %+v", fetched)
			}
		})
	}
}

// TestSignedMailIsReplayed: who has a copy of what an agent signed, and sends it again under
// another Message-ID, or to another case, orders nothing by it.
func TestSignedMailIsReplayed(t *testing.T) {
	t.Parallel()
	h := provenHouse(t)
	n, other := h.opened(), h.opened()
	few := signature{fields: []string{"From", "Subject", "Date"}}
	plain := "From: " + agent + "\r\nTo: " + box + "\r\nSubject: Re: No imprime\r\n" +
		"Date: Tue, 3 Mar 2026 09:00:00 +0000\r\n\r\n#nota\r\nUna sola vez.\r\n"
	twice := sign(t, sign(t, plain, "correo.ejemplo.test", few), "ejemplo.test", few)
	first := "Message-ID: <uno@ejemplo.test>\r\n" + twice
	to := func(n int64) store.Envelope {
		env := by(forgerServer, "x@mal.test")
		env.To = []string{h.token(n, agent)}
		return env
	}
	// a copy of the signature on another text keeps nothing out
	forged := strings.Replace(first, "Una sola vez", "Otra vez", 1)
	if m := h.file(forged, to(n)); m.Proof != "A0" {
		t.Fatalf("forged: %+v", m)
	}
	before := len(h.items(other))
	if m := h.file(strings.Replace(first, "uno@", "dos@", 1), to(n)); m.Outcome !=
		store.OutcomeItem || m.Proof != "A2" {
		t.Fatalf("the first: %+v", m)
	}
	_, alone, _ := strings.Cut(twice, "\r\nDKIM-Signature:")
	for name, raw := range map[string]string{
		"another Message-ID": strings.Replace(first, "uno@", "tres@", 1),
		"the same Message-ID, read in another way": "Content-Type: text/html\r\n" +
			strings.Replace(first, "uno@", "dos@", 1),
		"no Message-ID": twice,
		"a subject with more blanks": strings.Replace(first, "Subject: Re: ",
			"Subject:  Re:   ", 1),
		"one of two signatures":     "Message-ID: <cuatro@ejemplo.test>\r\nDKIM-Signature:" + alone,
		"the signature folded anew": strings.Replace(first, " b=", " b=\r\n\t ", 1),
		"a copy for another, signed by another server": "Message-ID: <cinco@ejemplo.test>\r\n" +
			sign(t, plain, "ejemplo.test", signature{selector: "ed", fields: few.fields}),
		"named in another case": "In-Reply-To: <x@ejemplo.test>\r\n" + first,
	} {
		m := h.file(raw, to(other))
		if m.Outcome != store.OutcomeDuplicate || m.Proof != "A2" {
			t.Errorf("%s: %s by rule %s (%s), %s", name, m.Outcome, m.Rule, m.Reason, m.Proof)
		}
	}
	if len(h.items(other)) != before {
		t.Error("the other case has what was replayed")
	}
	again := sign(t, strings.Replace(plain, "sola", "segunda", 1), "ejemplo.test", few)
	if m := h.file(again, to(other)); m.Outcome != store.OutcomeItem {
		t.Errorf("what he signs anew: %+v", m)
	}
}

// TestC15Verified: what proves a mail at the door, and what speaks against it.
func TestC15Verified(t *testing.T) {
	t.Parallel()
	h := provenHouse(t)
	mail := func(from string) string { return h.plain(from, box, "Hola", "Hola.") }
	relayed := func(received string) string { return received + "\r\n" + mail(agent) }
	behind := func(helo string) store.Envelope {
		return store.Envelope{Door: "smtp", From: agent, To: []string{box}, Remote: "127.0.0.1",
			Helo: helo}
	}
	const genuine = "Received: from ejemplo.test (ejemplo.test [192.0.2.10])\r\n\tby " +
		"mx.ejemplo.test (Postfix) with ESMTPS id 1\r\n\tfor <soporte@ejemplo.test>; Tue, 3 Mar " +
		"2026 09:00:00 +0000"
	forged := strings.Replace(genuine, ourServer, forgerServer, 1)
	for _, c := range []struct {
		name, want, rule string
		raw              string
		env              store.Envelope
	}{
		{"SPF, aligned", "A2", "10", mail(agent), by(ourServer, agent)},
		{"SPF of a subdomain, relaxed", "A2", "10", mail(agent),
			by(ourServer, "rebotes@correo.ejemplo.test")},
		{"SPF fails, nothing signed", "A0", "12", mail(agent), by(forgerServer, agent)},
		{"DKIM, rsa", "A2", "10", sign(t, mail(agent), "ejemplo.test"),
			by(forgerServer, "x@mal.test")},
		{"DKIM, ed25519", "A2", "10", sign(t, mail(agent), "ejemplo.test",
			signature{selector: "ed"}), by(forgerServer, "x@mal.test")},
		{"DKIM, simple", "A2", "10", sign(t, mail(agent), "ejemplo.test",
			signature{canonical: dkim.CanonicalizationSimple}), by(forgerServer, "x@mal.test")},
		{"DKIM, oversigned", "A2", "10",
			sign(t, mail(agent), "ejemplo.test",
				signature{fields: []string{"From", "From", "Subject", "Subject", "Date", "Date"}}),
			by(forgerServer, "x@mal.test")},
		{"DKIM, a key for no subdomain", "A2", "10",
			sign(t, mail(agent), "ejemplo.test", signature{selector: "sola", user: agent}),
			by(forgerServer, "x@mal.test")},
		{"DKIM of a subdomain, relaxed", "A2", "10", sign(t, mail(agent), "correo.ejemplo.test"),
			by(forgerServer, "x@mal.test")},
		{"the good one of two signatures", "A2", "10", sign(t, sign(t, mail(agent), "ejemplo.test"),
			"mal.test"), by(forgerServer, "x@mal.test")},
		{"DKIM of a subdomain, strict", "A0", "24",
			sign(t, mail("e@estricto.test"), "correo.estricto.test"),
			by(forgerServer, "x@mal.test")},
		{"SPF of a subdomain, strict", "A0", "24", mail("e@estricto.test"),
			by("192.0.2.30", "e@correo.estricto.test")},
		{"strict, and the same", "A2", "23", sign(t, mail("e@estricto.test"), "estricto.test"),
			by(forgerServer, "x@mal.test")},
		{"a policy of none", "A1", "23", mail("c@cliente.test"), by(forgerServer, "x@mal.test")},
		{"a policy of reject", "A0", "24", mail("c@cuidado.test"), by(forgerServer, "x@mal.test")},
		{"the subdomain's policy", "A0", "24", mail("c@nada.ejemplo.test"),
			by(forgerServer, "x@mal.test")},
		{"no policy, SPF", "A1", "23", mail("c@sinpolitica.test"),
			by("192.0.2.40", "c@sinpolitica.test")},
		{"no policy, signed", "A2", "23", sign(t, mail("c@sinpolitica.test"), "sinpolitica.test"),
			by(forgerServer, "x@mal.test")},
		{"no policy, nothing", "A1", "23", mail("c@nadie.test"), by(forgerServer, "x@mal.test")},
		{"the DNS fails", "A1", "23", mail("c@roto.test"), by(forgerServer, "x@mal.test")},
		{"behind our own server", "A2", "10", relayed(genuine), behind("mx.ejemplo.test")},
		{"behind it, by its filter", "A2", "10",
			relayed("Received: from localhost (localhost [127.0.0.1])\r\n\tby mx.ejemplo.test " +
				"(Postfix) with ESMTP id 3; now\r\n" +
				"Received: from mx.ejemplo.test ([127.0.0.1]) by localhost (mx.ejemplo.test " +
				"[127.0.0.1]) (amavisd-new, port 10024) with ESMTP id 2; now\r\n" + genuine),
			behind("mx.ejemplo.test")},
		{"behind it, forged", "A0", "12", relayed(forged), behind("mx.ejemplo.test")},
		{"behind it, a forged Received below", "A0", "12", relayed(forged + "\r\n" + genuine),
			behind("mx.ejemplo.test")},
		{"behind it, and it wrote none", "A1", "11", mail(agent), behind("mx.ejemplo.test")},
		{"behind it, and another wrote it", "A1", "11",
			relayed(strings.Replace(genuine, "by mx.", "by otro.", 1)), behind("mx.ejemplo.test")},
		{"behind it, and the client logged in", "A1", "11",
			relayed(strings.Replace(forged, "ESMTPS", "ESMTPSA", 1)), behind("mx.ejemplo.test")},
		{"behind Exim, with a HELO that looks like an address", "A0", "12",
			relayed("Received: from [" + forgerServer + "] (helo=[" + ourServer +
				"]) by mx.ejemplo.test with esmtps (Exim 4.94) id 1; now"),
			behind("mx.ejemplo.test")},
		{"fetched from another server", "A1", "11",
			relayed("Received: from imap.otro.test [192.0.2.10] by mx.ejemplo.test with IMAP " +
				"(fetchmail); now"), behind("mx.ejemplo.test")},
		{"by the command line", "A1", "11", mail(agent),
			store.Envelope{Door: "deliver", From: agent, To: []string{box}}},
		{"by the command line, signed", "A2", "10",
			strings.ReplaceAll(sign(t, mail(agent), "ejemplo.test"), "\r\n", "\n"),
			store.Envelope{Door: "deliver", From: agent, To: []string{box}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := provenHouse(t).file(c.raw, c.env)
			if m.Proof != c.want || m.Rule != c.rule || len(m.ProofParts) == 0 {
				t.Errorf("%s by rule %s, want %s by %s: %+v", m.Proof, m.Rule, c.want, c.rule,
					m.ProofParts)
			}
			if c.rule == "24" && m.Outcome != store.OutcomeQuarantine {
				t.Errorf("it is %s", m.Outcome)
			}
		})
	}
}

// TestC13AuthenticationResults: of fetched mail those count that a configured host put on top.
func TestC13AuthenticationResults(t *testing.T) {
	t.Parallel()
	const ar = "Authentication-Results: "
	for _, c := range []struct {
		name, fields, want string
		trusted            []string
	}{
		{"none configured", ar + "mx.google.com; dmarc=pass header.from=ejemplo.test", "A1", nil},
		{"the host's", ar + "mx.google.com; dmarc=pass (p=REJECT) header.from=ejemplo.test", "A2",
			[]string{"mx.google.com"}},
		{"folded, with a version, in other letters",
			ar + "MX.google.com 1;\r\n\tspf=pass (ok) smtp.mailfrom=x@mal.test;\r\n\tDMARC=Pass " +
				"header.From=ejemplo.test;", "A2", []string{"mx.google.com"}},
		{"signed, says the host", ar +
			"mx.google.com; dkim=pass header.i=@ejemplo.test header.s=a header.b=\"x/y=\"", "A2",
			[]string{"mx.google.com"}},
		{"SPF, says the host", ar + "mx.google.com; spf=pass smtp.mailfrom=ana@ejemplo.test", "A2",
			[]string{"mx.google.com"}},
		{"fails, says the host", ar + "mx.google.com; spf=fail smtp.mailfrom=x@ejemplo.test; " +
			"dmarc=fail header.from=ejemplo.test", "A0", []string{"mx.google.com"}},
		{"another host", ar + "mal.test; dmarc=pass header.from=ejemplo.test", "A1",
			[]string{"mx.google.com"}},
		{"a host that begins so", ar +
			"mx.google.com.mal.test; dmarc=pass header.from=ejemplo.test", "A1",
			[]string{"mx.google.com"}},
		{"forged below another's", ar + "otro.test; spf=none\r\n" + ar +
			"mx.google.com; dmarc=pass header.from=ejemplo.test", "A1", []string{"mx.google.com"}},
		{"forged below what the host did not write",
			ar + "mx.google.com; dmarc=none header.from=ejemplo.test\r\nReceived: from x by y " +
				"with SMTP; now\r\n" + ar + "mx.google.com; dmarc=pass header.from=ejemplo.test",
			"A0", []string{"mx.google.com"}},
		{"forged below the sender's own fields", "X-Mailer: x\r\nReply-To: x@mal.test\r\n" + ar +
			"mx.google.com; dmarc=pass header.from=ejemplo.test", "A1", []string{"mx.google.com"}},
		{"both, one below the other", ar +
			"mx.google.com; dmarc=fail header.from=ejemplo.test\r\n" + ar +
			"mx.google.com; dmarc=pass header.from=ejemplo.test", "A0", []string{"mx.google.com"}},
		{"pass in a comment", ar + "mx.google.com; dmarc=fail (dmarc=pass) header.from=ejemplo.test", "A0", []string{"mx.google.com"}},
		{"pass in a comment with a semicolon",
			ar + "mx.google.com; dmarc=fail (x; dmarc=pass header.from=ejemplo.test) " +
				"header.from=ejemplo.test", "A0", []string{"mx.google.com"}},
		{"pass in a quoted reason", ar + "mx.google.com; dmarc=fail reason=\"; dmarc=pass " +
			"header.from=ejemplo.test\" header.from=ejemplo.test", "A0", []string{"mx.google.com"}},
		{"a comment without an end", ar + "mx.google.com; dmarc=pass (x header.from=ejemplo.test",
			"A1", []string{"mx.google.com"}},
		{"an unknown version", ar + "mx.google.com 2; dmarc=pass header.from=ejemplo.test", "A1",
			[]string{"mx.google.com"}},
		{"about another domain", ar + "mx.google.com; dmarc=pass header.from=mal.test", "A1",
			[]string{"mx.google.com"}},
		{"about a subdomain", ar + "mx.google.com; dmarc=pass header.from=x.ejemplo.test", "A1",
			[]string{"mx.google.com"}},
		{"without a domain", ar + "mx.google.com; dmarc=pass", "A1", []string{"mx.google.com"}},
		{"no results", ar + "mx.google.com; none", "A1", []string{"mx.google.com"}},
		{"two From", "From: x@mal.test\r\n" + ar +
			"mx.google.com; dmarc=pass header.from=ejemplo.test", "A0", []string{"mx.google.com"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := provenHouse(
				t, func(o *Options) { o.Authserv = map[string][]string{"a": c.trusted} })
			raw := "Delivered-To: x\r\nReceived: by 2002:a with SMTP id 1; now\r\n" + c.fields +
				"\r\n" + h.plain(agent, box, "Hola", "Hola.")
			m := h.file(raw, store.Envelope{Door: "imap:a", To: []string{box}})
			if m.Proof != c.want {
				t.Errorf("%s, want %s: %+v", m.Proof, c.want, m.ProofParts)
			}
			if m := h.file(raw+"2\r\n", by(forgerServer, "x@mal.test")); m.Proof != "A0" {
				t.Errorf("at our own door: %s", m.Proof)
			}
		})
	}
	h := provenHouse(t)
	if m := h.file(sign(t, h.plain(agent, box, "Hola", "Hola."), "ejemplo.test"),
		store.Envelope{Door: "imap:a", To: []string{box}}); m.Proof != "A2" {
		t.Errorf("signed, and no host is trusted: %+v", m)
	}
}

// TestHostPassesLooseSignatures: what a host says of a signature that leaves something open proves
// nothing, unless the server that brought the mail is the domain's own.
func TestHostPassesLooseSignatures(t *testing.T) {
	t.Parallel()
	const google = "Authentication-Results: mx.google.com; dkim=pass header.i=@ejemplo.test; "
	const says = google + "dmarc=pass header.from=ejemplo.test\r\n"
	h := provenHouse(t)
	signed := func(s ...signature) string {
		return sign(t, h.plain(agent, box, "Hola", "Hola."), "ejemplo.test", s...)
	}
	changed := func(raw string) string { return strings.Replace(raw, "Hola.", "Hola, Carla.", 1) }
	part := strings.Replace(signed(), "DKIM-Signature: ", "DKIM-Signature: l=5; ", 1)
	junk := strings.Repeat("DKIM-Signature: v=1; d=mal.test\r\n", 5)
	for name, c := range map[string]struct{ raw, want string }{
		"its server has changed the mail": {says + changed(signed(signature{fields: []string{"From",
			"Subject", "Date"}})), "A2"},
		"not signed at all":     {says + h.plain(agent, box, "Hola", "Hola."), "A2"},
		"a part of the body":    {says + part + "Pague.\r\n", "A1"},
		"behind five of others": {says + junk + part + "Pague.\r\n", "A1"},
		"the subject is not signed": {says + changed(signed(signature{fields: []string{"From",
			"Date"}})), "A1"},
		"two subjects": {says + "Subject: #cerrar\r\n" + changed(signed()), "A1"},
		"tags that nobody can read": {says + "DKIM-Signature: l=5; l=6; d=ejemplo.test\r\n" +
			changed(signed()), "A1"},
		"and the domain's own server": {google + "spf=pass smtp.mailfrom=ana@ejemplo.test\r\n" +
			part + "Pague.\r\n", "A2"},
	} {
		house := provenHouse(t, func(o *Options) {
			o.Authserv = map[string][]string{"a": {"mx.google.com"}}
		})
		env := store.Envelope{Door: "imap:a", To: []string{box}}
		m := house.file(c.raw, env)
		if m.Proof != c.want {
			t.Errorf("%s: %s, want %s: %+v", name, m.Proof, c.want, m.ProofParts)
		}
		again := strings.Replace(c.raw, "Message-ID: <", "Message-ID: <otra.", 1)
		if name == "its server has changed the mail" {
			if m := house.file(again, env); m.Outcome != store.OutcomeDuplicate {
				t.Errorf("%s, and it is sent again: %s", name, m.Outcome)
			}
		}
	}
}

// TestOursAndAgentsDomains: a failure that the domain wants nobody to act on counts where the
// domain is the desk's or an agent's.
func TestOursAndAgentsDomains(t *testing.T) {
	t.Parallel()
	h := provenHouse(t)
	if m := h.file(h.plain("c@cliente.test", box, "Hola", "Hola."),
		by(forgerServer, "x@mal.test")); m.Proof != "A1" {
		t.Errorf("a customer's: %+v", m)
	}
	h.person(desk.Person{Addresses: []string{"externo@cliente.test"}, Role: desk.Agent,
		Active: true})
	if m := h.file(h.plain("d@cliente.test", box, "Hola", "Hola 2."),
		by(forgerServer, "x@mal.test")); m.Proof != "A0" {
		t.Errorf("an agent's: %+v", m)
	}
}

// TestLoginProves: an agent who logs in is proven, in his own name only.
func TestLoginProves(t *testing.T) {
	t.Parallel()
	for user, want := range map[string]string{agent: "A2", "luis@ejemplo.test": "A0",
		customer: "A0", "nadie@mal.test": "A0", "": "A0"} {
		h := provenHouse(t)
		h.opened()
		env := by(forgerServer, agent)
		env.AuthUser, env.TLS = user, true
		if m := h.file(h.plain(agent, box, "Hola", "Hola."), env); m.Proof != want {
			t.Errorf("%q: %s, want %s: %+v", user, m.Proof, want, m.ProofParts)
		}
	}
	h := newHouse(t)
	env := by(forgerServer, customer)
	h.opened()
	env.AuthUser = customer
	if m := h.file(h.plain(customer, box, "Hola", "Hola."), env); m.Proof != "A1" {
		t.Errorf("a customer: %+v", m)
	}
}

// TestExplainOtherwise: what would have made another thing of a mail.
func TestExplainOtherwise(t *testing.T) {
	t.Parallel()
	h := provenHouse(t)
	m := h.file(h.plain(agent, box, "Hola", "Hola."), by(forgerServer, agent))
	text := strings.Join(Otherwise(m), "\n")
	for _, want := range []string{"agent pending by rule 11", "agent's ticket by rule 10"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	for rule, want := range map[string]string{"8a": "answered yes",
		"8b": "a notice of the last 30 days", "22": "were x@mal.test not blocked"} {
		m := store.Mail{Sender: "x@mal.test", Rule: rule, Proof: "A2", Evidence: "T"}
		if text := strings.Join(Otherwise(m), "\n"); !strings.Contains(text, want) {
			t.Errorf("rule %s: %s", rule, text)
		}
	}
	var parts []string
	for _, p := range m.ProofParts {
		parts = append(parts, ExplainProof(p))
	}
	if got := fmt.Sprint(parts); !strings.Contains(got,
		"spf fail of ejemplo.test, the domain in From: client "+forgerServer) ||
		!strings.Contains(got, "policy reject") {
		t.Error(got)
	}
}

// silent is a DNS that answers when it is let.
type silent struct {
	proof.Resolver
	speak chan struct{}
}

func (s silent) LookupTXT(ctx context.Context, name string) ([]string, error) {
	select {
	case <-s.speak:
		return s.Resolver.LookupTXT(ctx, name)
	case <-ctx.Done():
		return nil, &net.DNSError{Err: ctx.Err().Error(), Name: name, IsTemporary: true}
	}
}

// TestSlowDNS: the sender of a mail waits for no DNS, and neither does other mail.
func TestSlowDNS(t *testing.T) {
	t.Parallel()
	dns := silent{&mockdns.Resolver{Zones: world()}, make(chan struct{})}
	h := newHouse(t, func(o *Options) {
		o.Proof,
			o.Workers = &proof.Checker{Resolver: dns, Timeout: time.Minute}, 1
	})
	stop := h.start(h.idle)
	defer stop()
	var slow []int64
	for range 3 {
		// returns: it is durable
		slow = append(slow, h.receive(h.plain(agent, box, "Hola", "Hola."), by(ourServer, agent)))
	}
	other := h.receive(h.plain(customer, box, "No imprime", "No imprime."),
		store.Envelope{Door: "deliver", To: []string{box}})
	for end := time.Now().Add(mailtest.Patience); h.mail(other).Outcome == ""; time.Sleep(
		5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("another mail waits for the DNS")
		}
	}
	for _, id := range slow {
		if m := h.mail(id); m.Outcome != "" {
			t.Errorf("filed before it was proven: %+v", m)
		}
	}
	close(dns.speak)
	h.settled()
	for _, id := range slow {
		if m := h.mail(id); m.Proof != "A2" {
			t.Errorf("%+v", m)
		}
	}
}
