package main

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"buzon/internal/mailtest"
)

// TestMemory sends 20 mails of 25 MB at once through the real program and looks at the most memory
// that it ever had. Run with BUZON_TEST_LONG=1.
func TestMemory(t *testing.T) {
	if os.Getenv("BUZON_TEST_LONG") != "1" {
		t.Skip("moves half a gigabyte in and a whole one out: run with BUZON_TEST_LONG=1")
	}
	const mails, limit = 20, 200 << 10 // kB
	relay := &countingRelay{}
	relay.start(t)
	dir := t.TempDir()
	d := &liveDesk{t: t, data: filepath.Join(dir, "data"), file: filepath.Join(dir, "buzon.toml"),
		addr: freeAddress(t)}
	_, port, _ := net.SplitHostPort(relay.addr)
	d.configure(fmt.Sprintf("data_dir = %q\n[[mailbox]]\naddress = \"soporte@ejemplo.test\"\n"+
		"plus_addressing = true\n[agents]\n\"ana@ejemplo.test\" = \"Ana\"\n"+
		"[smtp]\nlisten = %q\nper_address = 50\nmax_size = \"26MB\"\n[relay]\nhost = "+
		"\"127.0.0.1\"\nport = %s\ntls = \"none\"\n", d.data, d.addr, port), "")
	p := serveBinary(t, buildBuzon(t), d.file)
	idle := memoryOf(t, p.Process.Pid, "VmRSS")
	attached := bytes.Repeat([]byte("0123456789abcdef"),
		12<<16) // 12 MB: two of them are 25 MB in base64 less a little
	var sending sync.WaitGroup
	for i := range mails {
		sending.Go(func() {
			l := letter{From: fmt.Sprintf("m%d@grande%d.test", i, i), To: soporte,
				Subject: "Registros", Text: "Van los registros."}
			l.Files = []file{{"uno.bin", "application/octet-stream", attached[i:]},
				{"dos.log", "text/plain", attached[:6<<20]}}
			raw := l.raw()
			if len(raw) < 24<<20 || len(raw) > 26<<20 {
				t.Errorf("a mail of %d bytes", len(raw))
			}
			if err := mailtest.Submit(d.addr, l.From, []string{soporte}, raw); err != nil {
				t.Error(err)
			}
		})
	}
	sending.Wait()
	taken := memoryOf(t, p.Process.Pid, "VmHWM")
	d.drained()
	most := memoryOf(t, p.Process.Pid, "VmHWM")
	t.Logf("resident: %d MB idle, at most %d MB while %d mails of 25 MB came in, at most %d MB "+
		"until they were filed and %d MB of notices sent",
		idle>>10, taken>>10, mails, most>>10, relay.bytes()>>20)
	if most > limit {
		t.Errorf("%d MB resident, want less than %d", most>>10, limit>>10)
	}
	if n := len(d.tickets()); n != mails {
		t.Errorf("%d cases of %d mails", n, mails)
	}
}

// memoryOf is a line of /proc/PID/status, in kB.
func memoryOf(t *testing.T, pid int, field string) (kB int) {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Skipf("needs /proc: %v", err)
	}
	for line := range strings.SplitSeq(string(status), "\n") {
		if value, ok := strings.CutPrefix(line, field+":"); ok {
			fmt.Sscanf(value, "%d", &kB)
		}
	}
	if kB == 0 {
		t.Fatalf("no %s in %s", field, status)
	}
	return kB
}

// countingRelay is a smarthost that keeps nothing: 1 GB of mail goes through it.
type countingRelay struct {
	addr string
	mu   sync.Mutex
	n    int64
}

func (r *countingRelay) bytes() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.n
}

func (r *countingRelay) start(t *testing.T) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	r.addr = l.Addr().String()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go r.talk(conn)
		}
	}()
}

func (r *countingRelay) talk(conn net.Conn) {
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(10 * time.Minute))
	in := bufio.NewReader(conn)
	fmt.Fprint(conn, "220 hola\r\n")
	for data := false; ; {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		switch {
		case data && line != ".\r\n":
			r.mu.Lock()
			r.n += int64(len(line))
			r.mu.Unlock()
			continue
		case !data && strings.HasPrefix(line, "DATA"):
			fmt.Fprint(conn, "354 siga\r\n")
			data = true
			continue
		}
		data = false
		fmt.Fprint(conn, "250 bien\r\n")
	}
}
