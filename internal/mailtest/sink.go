package mailtest

import (
	"net"
	"os"
	"os/exec"
	"testing"
	"time"
)

// Sink runs Postfix's smtp-sink, which takes every mail and keeps none, until the test ends. A
// machine without it skips the test.
func Sink(t testing.TB) (port int) {
	t.Helper()
	path, err := exec.LookPath("smtp-sink")
	if err != nil {
		t.Skip("there is no smtp-sink: it comes with Postfix")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().(*net.TCPAddr)
	l.Close()
	args := []string{address.String(), "100"}
	if os.Geteuid() == 0 {
		args = append([]string{"-u", "nobody"}, args...)
	}
	sink := exec.Command(path, args...)
	if err := sink.Start(); err != nil {
		t.Fatal("run smtp-sink: ", err)
	}
	t.Cleanup(func() {
		sink.Process.Kill()
		sink.Wait()
	})
	for range 500 {
		c, err := net.Dial("tcp", address.String())
		if err == nil {
			c.Close()
			return address.Port
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("smtp-sink does not listen")
	return 0
}
