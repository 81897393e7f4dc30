package mailtest

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/smtp"
	"net/textproto"
	"strings"
	"testing"
	"time"
)

// patience is how long the test's own clients wait for a peer.
const patience = 60 * time.Second

// Send hands in a mail by SMTP, in clear, and ends the test when it is not taken. from "" is the
// null sender.
func Send(t testing.TB, addr, from string, rcpts []string, raw []byte) {
	t.Helper()
	if err := Submit(addr, from, rcpts, raw); err != nil {
		t.Fatalf("send mail from <%s> to %v: %v", from, rcpts, err)
	}
}

// Submit hands in a mail by SMTP, in clear; a refusal is a *textproto.Error. It sends as a mail
// client does: the first refused recipient ends it.
func Submit(addr, from string, rcpts []string, raw []byte) error {
	conn, err := dial(addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	c, err := smtp.NewClient(conn, "localhost")
	if err != nil {
		return err
	}
	if err := c.Hello("client.test"); err != nil {
		return err
	}
	if err := c.Mail(from); err != nil {
		return err
	}
	for _, to := range rcpts {
		if err := c.Rcpt(to); err != nil {
			return err
		}
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(raw); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	c.Quit() // the mail has been taken: what follows changes nothing
	return nil
}

// dial connects to host:port, or to a socket when addr is a path.
func dial(addr string) (net.Conn, error) {
	network := "tcp"
	if strings.HasPrefix(addr, "/") {
		network = "unix"
	}
	conn, err := net.DialTimeout(network, addr, patience)
	if err == nil {
		conn.SetDeadline(time.Now().Add(patience))
	}
	return conn, err
}

// Want is a step of Raw that reads one reply, of one or several lines, which must begin so:
// Want("250"), Want("4"). Want("") takes any.
type Want string

// Closed is a step of Raw: the server must have closed the connection, and say nothing before it.
type Closed struct{}

// Raw speaks with a server (host:port, or the path of a socket), in exactly these bytes: a string
// is sent as it is, a time.Duration is a pause, Want reads a reply, Closed the end, and a
// func(net.Conn) does what it likes. Raw returns the replies, lines joined by "\n". It hangs up at
// the end.
func Raw(t testing.TB, addr string, script ...any) []string {
	t.Helper()
	conn, err := dial(addr)
	check(t, err)
	defer conn.Close()
	r := textproto.NewReader(bufio.NewReader(conn))
	var replies []string
	for i, step := range script {
		reply, err := rawStep(conn, r, step)
		if err != nil {
			t.Fatalf("step %d of the SMTP script (%.60q): %v; replies so far:\n%s", i+1,
				fmt.Sprint(step), err, strings.Join(replies, "\n"))
		}
		if reply != "" {
			replies = append(replies, reply)
		}
	}
	return replies
}

func rawStep(conn net.Conn, r *textproto.Reader, step any) (string, error) {
	switch step := step.(type) {
	case string:
		_, err := io.WriteString(conn, step)
		return "", err
	case time.Duration:
		time.Sleep(step)
	case func(net.Conn):
		step(conn)
	case Want:
		return wanted(r, string(step))
	case Closed:
		return "", ended(r)
	default:
		return "", fmt.Errorf("%T is no step", step)
	}
	return "", nil
}

func wanted(r *textproto.Reader, prefix string) (string, error) {
	code, text, err := r.ReadResponse(-1)
	if err != nil {
		return "", err
	}
	reply := fmt.Sprintf("%d %s", code, text)
	if !strings.HasPrefix(reply, prefix) {
		return "", fmt.Errorf("the server says %q", reply)
	}
	return reply, nil
}

func ended(r *textproto.Reader) error {
	line, err := r.ReadLine()
	var ne net.Error
	switch {
	case err == nil:
		return fmt.Errorf("the server says %q", line)
	case errors.As(err, &ne) && ne.Timeout():
		return errors.New("the connection is still open")
	}
	return nil
}
