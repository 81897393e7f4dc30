package proof

import (
	"errors"
	"io"
	"log"
	"net/netip"
	"os"
	"strings"
	"testing"

	"github.com/foxcpp/go-mockdns"
	"github.com/miekg/dns"
)

// stub is a DNS server with zones, and the client that asks it.
func stub(t testing.TB, zones map[string]mockdns.Zone) *Client {
	t.Helper()
	server, err := mockdns.NewServerWithLogger(fqdn(zones), log.New(io.Discard, "", 0), false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	c, err := NewClient(server.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func fqdn(zones map[string]mockdns.Zone) map[string]mockdns.Zone {
	all := map[string]mockdns.Zone{}
	for name, z := range zones {
		if z.CNAME != "" {
			z.CNAME = dns.Fqdn(z.CNAME)
		}
		all[dns.Fqdn(strings.ToLower(name))] = z
	}
	return all
}

// texts are zones of TXT records.
func texts(pairs ...string) map[string]mockdns.Zone {
	zones := map[string]mockdns.Zone{}
	for i := 0; i < len(pairs); i += 2 {
		z := zones[pairs[i]]
		z.TXT = append(z.TXT, pairs[i+1])
		zones[pairs[i]] = z
	}
	return zones
}

var errBroken = errors.New("server failure")

// mail is one from the address in the world, at our door.
func mail(raw, from, mailFrom, client string) Mail {
	raw = strings.ReplaceAll(strings.ReplaceAll(raw, "\r\n", "\n"), "\n", "\r\n")
	m := Mail{Raw: strings.NewReader(raw), Size: int64(len(raw)), Author: from, From: from,
		MailFrom: mailFrom, Helo: "client.test", Door: client != ""}
	if client != "" {
		m.Peer = netip.MustParseAddr(client)
	}
	return m
}

// judges is the path of a file with vectors of others; the test is skipped where there are none.
func judges(t testing.TB, name string) string {
	t.Helper()
	path := "../../../shared/judges/" + name
	if _, err := os.Stat(path); err != nil {
		t.Skip("no judges beside the repository: ", err)
	}
	return path
}

func part(r Result, method string) Part {
	for _, p := range r.Parts {
		if p.Method == method {
			return p
		}
	}
	return Part{}
}

var _ Resolver = (*mockdns.Resolver)(nil)
