package main

import (
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
)

// TestLMTPSocket: the socket is for whom the configuration says; a group that is ours can always be
// given.
func TestLMTPSocket(t *testing.T) {
	group, err := user.LookupGroupId(strconv.Itoa(os.Getgid()))
	if err != nil {
		t.Skip(err)
	}
	s := smtpConfig{LMTP: filepath.Join(t.TempDir(), "lmtp.sock")}
	for _, c := range []struct {
		mode, group string
		want        os.FileMode
	}{{"", "", 0o660}, {"0666", "", 0o666}, {"600", group.Name, 0o600}} {
		s.LMTPMode, s.LMTPGroup = c.mode, c.group
		l, err := s.listenLMTP()
		if err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(s.LMTP)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != c.want || info.Sys().(*syscall.Stat_t).Gid != uint32(os.Getgid()) {
			t.Errorf("lmtp_mode %q, lmtp_group %q: %v, group %d", c.mode, c.group, info.Mode(),
				info.Sys().(*syscall.Stat_t).Gid)
		}
		l.Close()
	}
}
