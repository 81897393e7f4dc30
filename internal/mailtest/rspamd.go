package mailtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// RspamdServer is an rspamd of its own on loopback, which is asked as a milter. It knows no more
// than the patterns by which filters are tried out: GTUBE.
type RspamdServer struct {
	Addr string
	Log  string // file
	cmd  *exec.Cmd
}

// Rspamd starts an rspamd that ends with the test; it is skipped where that cannot be.
func Rspamd(t testing.TB) *RspamdServer {
	t.Helper()
	return rspamd(t, rspamdConf)
}

// RspamdJudge starts an rspamd that knows all that it comes with but the DNS, and returns what it
// says of a mail: its score, and for what.
func RspamdJudge(t testing.TB) func(raw []byte) (score float64, why []string) {
	t.Helper()
	judge := rspamd(t, rspamdJudgeConf)
	return func(raw []byte) (score float64, why []string) {
		t.Helper()
		ask, err := http.NewRequest(http.MethodPost, "http://"+judge.Addr+"/checkv2",
			bytes.NewReader(raw))
		check(t, err)
		ask.Header.Set("Hostname", "mail.ejemplo.test") // of who delivers it, by the DNS
		answer, err := http.DefaultClient.Do(ask)
		check(t, err)
		defer answer.Body.Close()
		var said struct {
			Symbols map[string]struct{ Score float64 }
		}
		check(t, json.NewDecoder(answer.Body).Decode(&said))
		if _, whole := said.Symbols["MIME_GOOD"]; !whole {
			t.Fatalf("rspamd has not read the mail: %+v", said)
		}
		for name, s := range said.Symbols {
			if score += s.Score; s.Score != 0 {
				why = append(why, fmt.Sprint(name, " ", s.Score))
			}
		}
		return score, why
	}
}

func rspamd(t testing.TB, settings string) *RspamdServer {
	t.Helper()
	needPeer(t, "rspamd")
	dir, at := peerDir(t, "rspamd"), freePort(t)
	r := &RspamdServer{Addr: fmt.Sprintf("127.0.0.1:%d", at), Log: filepath.Join(dir, "rspamd.log")}
	conf := filepath.Join(dir, "rspamd.conf")
	fill(t, conf, 0o644, settings, map[string]any{"Dir": dir, "Port": at})
	r.cmd = exec.Command("rspamd", "-i", "-f", "-c", conf, "--var", "DBDIR="+dir, "--var",
		"RUNDIR="+dir)
	out, err := os.Create(filepath.Join(dir, "out.log"))
	check(t, err)
	defer out.Close()
	r.cmd.Stdout, r.cmd.Stderr = out, out
	r.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // its workers are of the group
	check(t, r.cmd.Start())
	t.Cleanup(func() { r.Kill(); r.cmd.Wait() })
	waitPort(t, at, r.Log)
	return r
}

// Freeze has it answer nothing any more, though it takes connections.
func (r *RspamdServer) Freeze() { syscall.Kill(-r.cmd.Process.Pid, syscall.SIGSTOP) }

// Kill ends it at once.
func (r *RspamdServer) Kill() { syscall.Kill(-r.cmd.Process.Pid, syscall.SIGKILL) }

const rspamdConf = `options {
	pidfile = "{{.Dir}}/pid";
	control_socket = "{{.Dir}}/control.sock mode=0600";
	url_tld = "/usr/share/rspamd/effective_tld_names.dat";
	filters = "";
	enable_test_patterns = true;
	dns { nameserver = ["127.0.0.1:1:1"]; timeout = 0.1s; retransmits = 1; }
}
logging { type = "file"; filename = "{{.Dir}}/rspamd.log"; level = "info"; }
actions { reject = 15; add_header = 6; }
worker "rspamd_proxy" {
	bind_socket = "127.0.0.1:{{.Port}}";
	milter = yes;
	timeout = 10s;
	upstream "local" { default = yes; self_scan = yes; }
	count = 1;
	spam_header = "X-Spam";
}
`

const rspamdJudgeConf = `.include "$CONFDIR/common.conf"
options {
	.include "$CONFDIR/options.inc"
	pidfile = "{{.Dir}}/pid";
	control_socket = "{{.Dir}}/control.sock mode=0600";
	dns { nameserver = ["127.0.0.1:1:1"]; timeout = 0.1s; retransmits = 1; }
}
logging { type = "file"; filename = "{{.Dir}}/rspamd.log"; level = "info"; }
worker "normal" { bind_socket = "127.0.0.1:{{.Port}}"; count = 1; }
`
