package mailtest

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// IMAPStep is one step of a scripted IMAP session.
type IMAPStep struct {
	verb string
	text string
	wait time.Duration
}

// Expect reads a command, which must begin with these words (letter case does not count, nor does
// the tag). The tag is remembered for Say. A literal {n} or {n+} at the end of the command's line
// is taken and read over.
func Expect(prefix string) IMAPStep { return IMAPStep{verb: "expect", text: prefix} }

// Say sends exactly these bytes, but for {tag}, which becomes the tag of the last command. Line
// ends are the script's own.
func Say(text string) IMAPStep { return IMAPStep{verb: "send", text: text} }

// SayLiteral sends a literal: {length}, CRLF and the bytes.
func SayLiteral(raw []byte) IMAPStep {
	return IMAPStep{verb: "send", text: fmt.Sprintf("{%d}\r\n%s", len(raw), raw)}
}

// CutConn closes the connection and ends the session's script.
func CutConn() IMAPStep { return IMAPStep{verb: "cut"} }

// Stall waits; Forever = until the test ends or the client closes.
func Stall(d time.Duration) IMAPStep { return IMAPStep{verb: "stall", wait: d} }

// Idle reads DONE, the end of an IDLE command, and keeps the tag of IDLE.
func Idle() IMAPStep { return IMAPStep{verb: "done"} }

// Answer is Expect and Say in one: the lines, each with CRLF, then "{tag} OK done" unless the last
// line has a {tag} of its own.
func Answer(prefix string, lines ...string) []IMAPStep {
	if n := len(lines); n == 0 || !strings.HasPrefix(lines[n-1], "{tag} ") {
		lines = append(lines, "{tag} OK done")
	}
	return []IMAPStep{Expect(prefix), Say(strings.Join(lines, "\r\n") + "\r\n")}
}

// LogIn is how nearly every session begins: the greeting with these capabilities, and LOGIN.
func LogIn(caps string) []IMAPStep {
	code := "[CAPABILITY IMAP4rev1 " + caps + "]"
	return append([]IMAPStep{Say("* OK " + code + " ready\r\n")},
		Answer("LOGIN", "{tag} OK "+code+" welcome")...)
}

// Session joins steps and lists of steps into the script of one connection.
func Session(parts ...any) []IMAPStep {
	var all []IMAPStep
	for _, p := range parts {
		switch p := p.(type) {
		case IMAPStep:
			all = append(all, p)
		case []IMAPStep:
			all = append(all, p...)
		default:
			panic(fmt.Sprintf("mailtest: %T is no step of an IMAP session", p))
		}
	}
	return all
}

// ScriptedIMAP is an IMAP server in clear that plays the first session to the first connection, the
// second to the second, and the last to all that follow. A command that is not the expected one
// fails the test and ends the connection. After its script a session reads on in silence; so end
// with CutConn where the server shall hang up.
type ScriptedIMAP struct {
	t        testing.TB
	ln       net.Listener
	sessions [][]IMAPStep
	stopped  chan struct{}
	running  sync.WaitGroup

	mu    sync.Mutex
	heard []string
	done  int
	conns []net.Conn
}

// NewScriptedIMAP starts a server that stops with the test.
func NewScriptedIMAP(t testing.TB, sessions ...[]IMAPStep) *ScriptedIMAP {
	t.Helper()
	ln, err := net.Listen("tcp", anyPort)
	check(t, err)
	s := &ScriptedIMAP{t: t, ln: ln, sessions: sessions, stopped: make(chan struct{})}
	s.running.Go(s.serve)
	t.Cleanup(s.stop)
	return s
}

// Addr is where the server listens.
func (s *ScriptedIMAP) Addr() string { return s.ln.Addr().String() }

// Port is the port of Addr.
func (s *ScriptedIMAP) Port() int { return port(s.Addr()) }

// Heard is every command line that clients sent, without tags: "1 UID SEARCH ALL", where 1 is the
// number of the connection.
func (s *ScriptedIMAP) Heard() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.heard...)
}

// Connections is how many connections were made.
func (s *ScriptedIMAP) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.conns)
}

// WaitPlayed returns when n sessions have been played to their end, and ends the test when they are
// not within 15 seconds.
func (s *ScriptedIMAP) WaitPlayed(n int) {
	s.t.Helper()
	played := func() int {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.done
	}
	for end := time.Now().Add(15 * time.Second); played() < n; time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			s.t.Fatalf("%d scripted sessions ended, want %d; heard:\n%s", played(), n,
				strings.Join(s.Heard(), "\n"))
		}
	}
}

func (s *ScriptedIMAP) stop() {
	close(s.stopped)
	s.ln.Close()
	s.mu.Lock()
	for _, c := range s.conns {
		c.Close()
	}
	s.mu.Unlock()
	s.running.Wait()
}

func (s *ScriptedIMAP) serve() {
	for {
		nc, err := s.ln.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		s.conns = append(s.conns, nc)
		no := len(s.conns)
		s.mu.Unlock()
		script := s.sessions[min(no, len(s.sessions))-1]
		s.running.Go(func() {
			defer nc.Close()
			p := &player{s: s, no: no, conn: nc, r: bufio.NewReader(nc)}
			if p.play(script) {
				io.Copy(io.Discard, p.r)
			}
		})
	}
}

// player plays one session.
type player struct {
	s    *ScriptedIMAP
	no   int
	conn net.Conn
	r    *bufio.Reader
	tag  string
}

// play reports whether the connection stays open after the script.
func (p *player) play(script []IMAPStep) bool {
	for i, step := range script {
		err := p.step(step)
		if errors.Is(err, errEnd) {
			break
		}
		if err != nil {
			p.fail(i, step, err)
			return false
		}
	}
	p.s.mu.Lock()
	p.s.done++
	p.s.mu.Unlock()
	return len(script) == 0 || script[len(script)-1].verb != "cut"
}

// fail tells the test, unless the test is over and has closed the connection itself.
func (p *player) fail(i int, step IMAPStep, err error) {
	select {
	case <-p.s.stopped:
	default:
		p.s.t.Errorf("scripted IMAP, connection %d, step %d (%s %.60q): %v", p.no, i+1, step.verb,
			step.text, err)
	}
}

func (p *player) step(step IMAPStep) error {
	switch step.verb {
	case "expect":
		return p.expect(step.text)
	case "done":
		line, err := p.line()
		if err == nil && !strings.EqualFold(line, "DONE") {
			err = fmt.Errorf("got %q, want DONE", line)
		}
		return err
	case "cut":
		return errEnd
	case "stall":
		return p.stall(step.wait)
	}
	_, err := io.WriteString(p.conn, strings.ReplaceAll(step.text, "{tag}", p.tag))
	return err
}

func (p *player) expect(prefix string) error {
	line, err := p.line()
	if err != nil {
		return fmt.Errorf("got no command: %w", err)
	}
	tag, command, _ := strings.Cut(line, " ")
	p.s.mu.Lock()
	p.s.heard = append(p.s.heard, fmt.Sprintf("%d %s", p.no, command))
	p.s.mu.Unlock()
	if len(command) < len(prefix) || !strings.EqualFold(command[:len(prefix)], prefix) {
		return fmt.Errorf("got %q", command)
	}
	p.tag = tag
	return nil
}

// line reads a command with the literals in it: their bytes follow the "{n}" in the text.
func (p *player) line() (string, error) {
	var all strings.Builder
	for {
		line, err := p.r.ReadString('\n')
		if err != nil {
			return all.String(), err
		}
		line = strings.TrimRight(line, "\r\n")
		all.WriteString(line)
		size, sync, found := announced(line)
		if !found {
			return all.String(), nil
		}
		if sync {
			io.WriteString(p.conn, "+ go on\r\n")
		}
		if _, err := io.CopyN(&all, p.r, size); err != nil {
			return all.String(), err
		}
	}
}

// announced reads the literal at the end of a line: {n}, or {n+}, which waits for no answer.
func announced(line string) (size int64, sync, found bool) {
	open := strings.LastIndexByte(line, '{')
	if open < 0 || !strings.HasSuffix(line, "}") {
		return 0, false, false
	}
	digits, plus := strings.CutSuffix(line[open+1:len(line)-1], "+")
	_, err := fmt.Sscanf(digits, "%d", &size)
	return size, !plus, err == nil
}

// stall waits; the client's closing ends a stall as well.
func (p *player) stall(d time.Duration) error {
	closed := make(chan struct{})
	if d == Forever {
		go func() { p.r.Peek(1); close(closed) }()
		d = time.Hour
	}
	select {
	case <-time.After(d):
	case <-closed:
	case <-p.s.stopped:
	}
	return nil
}
