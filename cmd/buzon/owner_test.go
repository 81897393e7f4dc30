package main

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// asUser runs a program as a user of its own; without one it stays root.
func asUser(t *testing.T, uid int, stdin, binary string, args ...string) (code int, output string) {
	t.Helper()
	c := exec.Command(binary, args...)
	c.Env = asProgram()
	c.Stdin = strings.NewReader(stdin)
	c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid),
		Gid: uint32(uid)}}
	out, err := c.CombinedOutput()
	if _, exited := err.(*exec.ExitError); err != nil && !exited {
		t.Fatal(err)
	}
	return c.ProcessState.ExitCode(), string(out)
}

// TestRootLeavesNothingBehind: what root does to the desk of another user is done as that user, so
// that the daemon can read it; and another user, who can't become him, is told so.
func TestRootLeavesNothingBehind(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root, who alone can become others")
	}
	t.Parallel()
	const owner, other = 63001, 63002
	binary := theProgram(t)
	dir, err := os.MkdirTemp("", "buzon-owner")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	shared := filepath.Join(dir, "buzon") // t.TempDir is closed to others
	program, err := os.ReadFile(binary)
	if err == nil {
		err = os.WriteFile(shared, program, 0o755)
	}
	file, data := filepath.Join(dir, "buzon.toml"), filepath.Join(dir, "data")
	if err == nil {
		err = os.WriteFile(file, []byte(deskTOML), 0o644)
	}
	for _, step := range []func() error{func() error { return os.Chmod(dir, 0o755) },
		func() error { return os.Mkdir(data, 0o700) },
		func() error { return os.Chown(data, owner, owner) }} {
		if err == nil {
			err = step()
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	mail := "From: carla@cliente.test\r\nTo: soporte@ejemplo.test\r\nSubject: Grande\r\n\r\n" +
		strings.Repeat(strings.Repeat("x", 70)+"\r\n", 4000)
	args := func(more ...string) []string {
		return append([]string{"-c", file, "--data", data},
			more...)
	}
	if code, out := asUser(t, other, mail, shared,
		args("deliver", "--rcpt", soporte)...); code != exitTempFail ||
		!strings.Contains(out, "run this as") {
		t.Errorf("another user: exit %d, %s", code, out)
	}
	for i := range 2 {
		if code, out := asUser(t, 0, strings.Replace(mail, "Grande", strings.Repeat("Grande ", i+1),
			1), shared, args("deliver", "--rcpt", soporte)...); code != exitOK {
			t.Fatalf("root: exit %d, %s", code, out)
		}
	}
	for _, c := range [][]string{{"ticket", "list"}, {"agent", "add", ana}, {"key", "rotate"},
		{"check"}} {
		if code, out := asUser(t, 0, "", shared, args(c...)...); code != exitOK {
			t.Errorf("root, %v: exit %d, %s", c, code, out)
		}
	}
	files := 0
	err = filepath.WalkDir(data, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Sys().(*syscall.Stat_t).Uid != owner {
			t.Errorf("%s is of user %d", path, info.Sys().(*syscall.Stat_t).Uid)
		}
		files++
		return err
	})
	if err != nil || files < 6 {
		t.Errorf("%d files, %v", files, err)
	}
	if code, out := asUser(t, owner, "", shared, args("mail", "list")...); code != exitOK ||
		bytes.Count([]byte(out), []byte("ticket")) != 2 {
		t.Errorf("the owner: exit %d, %s", code, out)
	}
	if err := os.Chmod(file, 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out := asUser(t, 0, "", shared, args("check")...); code != exitFailure ||
		!strings.Contains(out, "can't be read by 63001") {
		t.Errorf("check of a configuration that the owner can't read: exit %d, %s", code, out)
	}
}
