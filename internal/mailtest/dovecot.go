package mailtest

import (
	"crypto/x509"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// DovecotServer is a Dovecot of its own on loopback, with Maildirs.
type DovecotServer struct {
	Addr    string // in clear, offers STARTTLS
	TLSAddr string // TLS from the first byte
	Log     string // file
	dir     string
	users   map[string]string
	cert    Certificate
}

// Dovecot starts a Dovecot for these users (name: password), which ends with the test; it is
// skipped where that cannot be.
func Dovecot(t testing.TB, users map[string]string) *DovecotServer {
	t.Helper()
	needPeer(t, "dovecot")
	dir := peerDir(t, "dovecot")
	d := &DovecotServer{dir: dir, users: users, cert: Certify(t, validity),
		Log: filepath.Join(dir, "dovecot.log")}
	plain, secure := freePort(t), freePort(t)
	d.Addr, d.TLSAddr = fmt.Sprintf("127.0.0.1:%d", plain), fmt.Sprintf("127.0.0.1:%d", secure)
	uid, gid := own(t, filepath.Join(dir, "mail"), "nobody")
	_, auth := own(t, filepath.Join(dir, "conf"), "dovecot")
	conf := filepath.Join(dir, "conf", "dovecot.conf")
	values := map[string]any{"Dir": dir, "Plain": plain, "Secure": secure, "UID": uid, "GID": gid,
		"Users": users}
	fill(t, conf, 0o644, dovecotConf, values)
	fill(t, filepath.Join(dir, "conf", "users"), 0o640,
		"{{range $name, $password := .Users}}{{$name}}:{PLAIN}{{$password}}::::::\n{{end}}", values)
	check(t, os.Chown(filepath.Join(dir, "conf", "users"), 0, auth))
	check(t, os.WriteFile(filepath.Join(dir, "conf", "cert.pem"), d.cert.PEM, 0o644))
	check(t, os.WriteFile(filepath.Join(dir, "conf", "key.pem"), d.cert.Key, 0o600))
	d.run(t, conf, plain)
	return d
}

func (d *DovecotServer) run(t testing.TB, conf string, port int) {
	t.Helper()
	cmd := exec.Command("dovecot", "-F", "-c", conf)
	out, err := os.Create(filepath.Join(d.dir, "out.log"))
	check(t, err)
	defer out.Close()
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	check(t, cmd.Start())
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		kill := time.AfterFunc(patience, func() { cmd.Process.Kill() })
		cmd.Wait()
		kill.Stop()
	})
	waitPort(t, port, d.Log)
}

// Port is the port of Addr, TLSPort that of TLSAddr.
func (d *DovecotServer) Port() int { return port(d.Addr) }

// TLSPort is the port of TLSAddr.
func (d *DovecotServer) TLSPort() int { return port(d.TLSAddr) }

// CAs trusts the server's certificate.
func (d *DovecotServer) CAs() (*x509.CertPool, error) { return d.cert.Pool, nil }

// Client is a client of this user, logged in, which ends with the test.
func (d *DovecotServer) Client(t testing.TB, user string) *imapclient.Client {
	t.Helper()
	return login(t, d.Addr, "starttls", d.cert.Pool, user, d.users[user])
}

// Create makes a folder.
func (d *DovecotServer) Create(t testing.TB, user, folder string) {
	t.Helper()
	c := d.Client(t, user)
	defer c.Close()
	check(t, c.Create(folder, nil).Wait())
}

// Append puts a mail into a folder of the user.
func (d *DovecotServer) Append(t testing.TB, user, folder string, raw []byte) imap.UID {
	t.Helper()
	c := d.Client(t, user)
	defer c.Close()
	a := c.Append(folder, int64(len(raw)), nil)
	_, err := a.Write(raw)
	check(t, err)
	check(t, a.Close())
	data, err := a.Wait()
	check(t, err)
	return data.UID
}

// Messages is every mail of a folder, in order.
func (d *DovecotServer) Messages(t testing.TB, user, folder string) [][]byte {
	t.Helper()
	return fetch(t, d.Client(t, user), folder)
}

const dovecotConf = `protocols = imap
listen = 127.0.0.1
base_dir = {{.Dir}}/run
state_dir = {{.Dir}}/state
log_path = {{.Dir}}/dovecot.log
first_valid_uid = 1
first_valid_gid = 1
ssl = yes
ssl_cert = <{{.Dir}}/conf/cert.pem
ssl_key = <{{.Dir}}/conf/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0 secs
passdb {
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {{.Dir}}/conf/users
}
userdb {
  driver = static
  args = uid={{.UID}} gid={{.GID}} home={{.Dir}}/mail/%u
}
mail_location = maildir:~/Maildir
namespace inbox {
  inbox = yes
  separator = /
}
service imap-login {
  chroot =
  inet_listener imap {
    port = {{.Plain}}
  }
  inet_listener imaps {
    port = {{.Secure}}
    ssl = yes
  }
}
service anvil {
  chroot =
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
`
