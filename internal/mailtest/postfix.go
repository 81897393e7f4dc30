package mailtest

import (
	"crypto/x509"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// PostfixOptions says where Postfix takes mail. It takes nothing for domains that are not named
// here, and nothing leaves the machine.
type PostfixOptions struct {
	Deliver []string       // domains whose mail goes to a Maildir each, whatever the local part
	Relay   map[string]int // domain: port on 127.0.0.1 to which its mail is sent on
}

// PostfixServer is a Postfix of its own on loopback: a smarthost that delivers, and a sender.
type PostfixServer struct {
	Addr string // takes mail without login, offers STARTTLS
	Log  string // file
	dir  string
	cert Certificate
}

// Postfix starts a Postfix that ends with the test; it is skipped where that cannot be.
func Postfix(t testing.TB, opts PostfixOptions) *PostfixServer {
	t.Helper()
	needPeer(t, "postfix")
	dir := peerDir(t, "postfix")
	p := &PostfixServer{dir: dir, cert: Certify(t, validity), Log: filepath.Join(dir, "mail.log")}
	conf := filepath.Join(dir, "conf")
	smtp := freePort(t)
	p.Addr = fmt.Sprintf("127.0.0.1:%d", smtp)
	uid, gid := own(t, filepath.Join(dir, "mail"), "nobody")
	own(t, filepath.Join(dir, "data"), "postfix")
	check(t, os.Mkdir(filepath.Join(dir, "queue"), 0o755))
	values := map[string]any{"Dir": dir, "Port": smtp, "UID": uid, "GID": gid, "Options": opts,
		"Domains": strings.Join(opts.Deliver, " ")}
	fill(t, filepath.Join(conf, "main.cf"), 0o644, postfixMain, values)
	fill(t, filepath.Join(conf, "master.cf"), 0o644, postfixMaster, values)
	fill(t, filepath.Join(conf, "maildirs"), 0o644,
		"{{range .Options.Deliver}}@{{.}} {{.}}/\n{{end}}", values)
	// the key first, or Postfix does not find it
	chain := append(slices.Clone(p.cert.Key), p.cert.PEM...)
	check(t, os.WriteFile(filepath.Join(conf, "chain.pem"), chain, 0o600))
	if out, err := exec.Command("postfix", "-c", conf, "start").CombinedOutput(); err != nil {
		t.Fatalf("start postfix: %v\n%s", err, out)
	}
	t.Cleanup(func() { exec.Command("postfix", "-c", conf, "stop").Run() })
	waitPort(t, smtp, p.Log)
	return p
}

// Port is the port of Addr.
func (p *PostfixServer) Port() int { return port(p.Addr) }

// Pool trusts the server's certificate.
func (p *PostfixServer) Pool() *x509.CertPool { return p.cert.Pool }

// Maildir is where the mail of a domain of Deliver goes; see WaitMaildir.
func (p *PostfixServer) Maildir(domain string) string {
	return filepath.Join(p.dir, "mail",
		domain)
}

// Flush has Postfix try at once what it has put off.
func (p *PostfixServer) Flush(t testing.TB) {
	t.Helper()
	out, err := exec.Command("postqueue", "-c", filepath.Join(p.dir, "conf"), "-f").CombinedOutput()
	if err != nil {
		t.Fatalf("flush postfix: %v\n%s", err, out)
	}
}

const postfixMain = `compatibility_level = 3.6
queue_directory = {{.Dir}}/queue
data_directory = {{.Dir}}/data
maillog_file = {{.Dir}}/mail.log
maillog_file_prefixes = {{.Dir}}
mail_owner = postfix
setgid_group = postdrop
myhostname = postfix.test
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
biff = no
alias_maps =
alias_database =
local_recipient_maps =
disable_dns_lookups = yes
smtp_host_lookup = native
default_transport = error:5.1.2 tests only
relay_transport = error:5.1.2 tests only
relay_domains ={{range $domain, $_ := .Options.Relay}} {{$domain}}{{end}}
transport_maps = inline:{ {{range $domain, $port := .Options.Relay}}{ {{$domain}} = smtp:[127.0.0.1]:{{$port}} }, {{end}}{ none.invalid = discard: } }
virtual_mailbox_domains = {{.Domains}}
virtual_mailbox_base = {{.Dir}}/mail
virtual_mailbox_maps = texthash:{{.Dir}}/conf/maildirs
virtual_mailbox_limit = 0
virtual_minimum_uid = 1
virtual_uid_maps = static:{{.UID}}
virtual_gid_maps = static:{{.GID}}
message_size_limit = 52428800
queue_run_delay = 2s
minimal_backoff_time = 2s
maximal_backoff_time = 4s
smtpd_tls_chain_files = {{.Dir}}/conf/chain.pem
smtpd_tls_security_level = may
smtp_tls_security_level = may
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_peername_lookup = no
smtpd_client_connection_rate_limit = 0
smtp_destination_rate_delay = 0
`

const postfixMaster = `127.0.0.1:{{.Port}} inet n - n - - smtpd
pickup    unix  n - n 60 1 pickup
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 2 1 qmgr
tlsmgr    unix  - - n 1000? 1 tlsmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
verify    unix  - - n - 1 verify
flush     unix  n - n 1000? 0 flush
proxymap  unix  - - n - - proxymap
smtp      unix  - - n - - smtp
relay     unix  - - n - - smtp
showq     unix  n - n - - showq
error     unix  - - n - - error
retry     unix  - - n - - error
discard   unix  - - n - - discard
virtual   unix  - n n - - virtual
anvil     unix  - - n - 1 anvil
scache    unix  - - n - 1 scache
postlog   unix-dgram n - n - 1 postlogd
`
