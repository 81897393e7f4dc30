package mailtest

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"testing"
	"text/template"
	"time"
)

// needPeer skips the test unless the real server of this name may be started.
func needPeer(t testing.TB, program string) {
	t.Helper()
	if os.Getenv("BUZON_TEST_PEERS") != "1" {
		t.Skipf("needs %s: run with BUZON_TEST_PEERS=1", program)
	}
	if os.Getuid() != 0 {
		t.Skipf("needs %s, which only root can start", program)
	}
	if _, err := exec.LookPath(program); err != nil {
		t.Skipf("needs %s, which is not installed", program)
	}
}

// peerDir is a folder that the peer's own users can enter, unlike that of t.TempDir.
func peerDir(t testing.TB, program string) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "mailtest-"+program+"-")
	check(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	check(t, os.Chmod(dir, 0o755))
	return dir
}

// freePort is a port on which nobody listens.
func freePort(t testing.TB) int {
	t.Helper()
	ln, err := net.Listen("tcp", anyPort)
	check(t, err)
	defer ln.Close()
	return port(ln.Addr().String())
}

// fill writes a configuration file of a peer.
func fill(t testing.TB, file string, mode os.FileMode, tmpl string, data any) {
	t.Helper()
	var text bytes.Buffer
	check(t, template.Must(template.New(filepath.Base(file)).Parse(tmpl)).Execute(&text, data))
	check(t, os.MkdirAll(filepath.Dir(file), 0o755))
	check(t, os.WriteFile(file, text.Bytes(), mode))
}

// waitPort returns when a peer listens; on failure it prints the peer's log.
func waitPort(t testing.TB, port int, log string) {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			conn.Close()
			return
		}
	}
	text, _ := os.ReadFile(log)
	t.Fatalf("port %d does not open; %s says:\n%s", port, log, text)
}

// own makes a folder that belongs to a system user, and returns the user's numbers.
func own(t testing.TB, dir, name string) (uid, gid int) {
	t.Helper()
	u, err := user.Lookup(name)
	if err != nil {
		t.Skipf("needs the user %s: %v", name, err)
	}
	uid, _ = strconv.Atoi(u.Uid)
	gid, _ = strconv.Atoi(u.Gid)
	check(t, os.MkdirAll(dir, 0o755))
	check(t, os.Chown(dir, uid, gid))
	return uid, gid
}
