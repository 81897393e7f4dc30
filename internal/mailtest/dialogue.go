package mailtest

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"strings"
	"time"
)

// dialogue is one connection to a Smarthost.
type dialogue struct {
	s       *Smarthost
	no      int
	stopped <-chan struct{}
	conn    net.Conn
	r       *bufio.Reader
	tls     bool
	user    string
	mail    *Mail // the mail under way, from MAIL to its end
}

// errEnd ends a dialogue on purpose: QUIT, or a cut by the script.
var errEnd = errors.New("end of dialogue")

func (c *dialogue) run(nc net.Conn) {
	c.over(nc)
	if c.s.opts.TLS == "tls" && c.handshake() != nil {
		return
	}
	if ok, err := c.answer(Connect, "220 smarthost.test ESMTP"); !ok || err != nil {
		return
	}
	for {
		line, err := c.line()
		if err != nil {
			return
		}
		verb, arg, _ := strings.Cut(line, " ")
		if c.command(strings.ToUpper(verb), strings.TrimSpace(arg)) != nil {
			return
		}
	}
}

func (c *dialogue) over(nc net.Conn) { c.conn, c.r = nc, bufio.NewReader(nc) }

func (c *dialogue) handshake() error {
	tc := tls.Server(c.conn, c.s.tlsConfig())
	if err := tc.Handshake(); err != nil {
		return err
	}
	c.over(tc) // what was pipelined in clear is dropped with the old reader
	c.tls, c.user, c.mail = true, "", nil
	return nil
}

func (c *dialogue) command(verb, arg string) error {
	switch verb {
	case "EHLO", "HELO":
		return c.hello(verb)
	case "STARTTLS":
		return c.startTLS()
	case "AUTH":
		return c.auth(arg)
	case "MAIL":
		return c.mailFrom(arg)
	case "RCPT":
		return c.rcptTo(arg)
	case "DATA":
		return c.data()
	case "RSET":
		c.mail = nil
		return c.write("250 2.0.0 reset", 0)
	case "NOOP":
		return c.write("250 2.0.0 still here", 0)
	case "QUIT":
		c.write("221 2.0.0 bye", 0)
		return errEnd
	}
	return c.write("500 5.5.1 unknown command", 0)
}

func (c *dialogue) hello(verb string) error {
	c.mail = nil
	lines := []string{"smarthost.test"}
	if verb == "EHLO" {
		lines = append(lines, c.s.opts.Extensions...)
		if c.s.opts.TLS == "starttls" && !c.tls {
			lines = append(lines, "STARTTLS")
		}
		if c.s.opts.Users != nil && (c.tls || c.s.opts.TLS != "starttls") {
			lines = append(lines, "AUTH "+c.s.opts.Mechanisms)
		}
	}
	last := len(lines) - 1
	for i := range lines[:last] {
		lines[i] = "250-" + lines[i]
	}
	lines[last] = "250 " + lines[last]
	_, err := c.answer(EHLO, strings.Join(lines, "\r\n"))
	return err
}

func (c *dialogue) startTLS() error {
	if c.s.opts.TLS != "starttls" || c.tls {
		return c.write("502 5.5.1 no STARTTLS", 0)
	}
	ok, err := c.answer(STARTTLS, "220 2.0.0 go ahead")
	if err != nil || !ok {
		return err
	}
	return c.handshake()
}

// secret takes what the client has said already, or asks for it.
func (c *dialogue) secret(prompt, said string) (string, error) {
	if said == "" {
		if err := c.write("334 "+base64.StdEncoding.EncodeToString([]byte(prompt)), 0); err != nil {
			return "", err
		}
		var err error
		if said, err = c.line(); err != nil {
			return "", err
		}
	}
	b, _ := base64.StdEncoding.DecodeString(said)
	return string(b), nil
}

func (c *dialogue) mailFrom(arg string) error {
	from, params, ok := path(arg, "FROM:")
	switch {
	case !ok:
		return c.write("501 5.5.4 MAIL FROM:<address>", 0)
	case c.mail != nil:
		return c.write("503 5.5.1 one mail at a time", 0)
	case c.s.opts.Users != nil && c.user == "":
		return c.write("530 5.7.0 authenticate first", 0)
	}
	ok, err := c.answer(MAIL, "250 2.1.0 ok")
	if ok {
		c.mail = &Mail{From: from, Params: params, TLS: c.tls, User: c.user, Conn: c.no}
	}
	return err
}

func (c *dialogue) rcptTo(arg string) error {
	to, _, ok := path(arg, "TO:")
	switch {
	case !ok || to == "":
		return c.write("501 5.5.4 RCPT TO:<address>", 0)
	case c.mail == nil:
		return c.write("503 5.5.1 MAIL first", 0)
	}
	ok, err := c.answer(RCPT, "250 2.1.5 ok", to)
	if ok {
		c.mail.To = append(c.mail.To, to)
	}
	return err
}

func (c *dialogue) data() error {
	if c.mail == nil || len(c.mail.To) == 0 {
		return c.write("503 5.5.1 RCPT first", 0)
	}
	ok, err := c.answer(DATA, "354 go on", c.mail.To...)
	if err != nil || !ok {
		return err
	}
	act, _ := c.s.script.next(Content, c.mail.To...)
	if err := c.stall(act.Stall); err != nil {
		return err
	}
	if c.mail.Raw, err = c.content(act.DropAfter); err != nil {
		return err
	}
	return c.end()
}

// content reads up to the final dot, which is CRLF . CRLF and nothing else. With drop > 0 the
// connection ends after so many bytes.
func (c *dialogue) content(drop int) ([]byte, error) {
	r := c.r
	if drop > 0 {
		r = bufio.NewReaderSize(io.LimitReader(c.r, int64(drop)), 16)
	}
	var raw bytes.Buffer
	defer func() { c.s.heard(Line{c.no, c.tls, raw.String() + "\n"}) }()
	for whole := true; ; {
		line, err := r.ReadBytes('\n')
		if err != nil {
			raw.Write(line)
			return nil, err
		}
		if whole && string(line) == ".\r\n" {
			return bytes.Clone(raw.Bytes()), nil
		}
		if whole && line[0] == '.' {
			line = line[1:]
		}
		raw.Write(line)
		whole = bytes.HasSuffix(line, []byte("\r\n"))
	}
}

// end keeps the mail and answers, in the order of a server that may die in between.
func (c *dialogue) end() error {
	m := *c.mail
	c.mail, m.Time = nil, time.Now()
	act, scripted := c.s.script.next(End, m.To...)
	refused := act.Cut || act.Reply != "" && act.Reply[0] != '2'
	if act.Store || !scripted || !refused {
		c.s.keep(m)
	}
	_, err := c.do(act, "250 2.0.0 queued")
	return err
}

// answer does what the script says at this step, else the usual. It reports whether the dialogue
// goes on as if all were well.
func (c *dialogue) answer(step Step, usual string, rcpts ...string) (bool, error) {
	act, _ := c.s.script.next(step, rcpts...)
	return c.do(act, usual)
}

func (c *dialogue) do(act Act, usual string) (bool, error) {
	if err := c.stall(act.Stall); err != nil {
		return false, err
	}
	if act.Cut {
		return false, errEnd
	}
	text := usual
	if act.Reply != "" {
		text = act.Reply
	}
	return text[0] == '2' || text[0] == '3', c.write(text, act.Trickle)
}

// stall waits; a connection that the client or HangUp ends is noticed at the next write.
func (c *dialogue) stall(d time.Duration) error {
	if d == 0 {
		return nil
	}
	var passed <-chan time.Time
	if d > 0 {
		timer := time.NewTimer(d)
		defer timer.Stop()
		passed = timer.C
	}
	select {
	case <-passed:
		return nil
	case <-c.stopped:
		return errEnd
	}
}

func (c *dialogue) write(text string, pause time.Duration) error {
	b := []byte(text + "\r\n")
	if pause == 0 {
		_, err := c.conn.Write(b)
		return err
	}
	for i := range b {
		if _, err := c.conn.Write(b[i : i+1]); err != nil {
			return err
		}
		if err := c.stall(pause); err != nil {
			return err
		}
	}
	return nil
}

func (c *dialogue) line() (string, error) {
	line, err := c.r.ReadString('\n')
	if line != "" {
		line = strings.TrimRight(line, "\r\n")
		c.s.heard(Line{c.no, c.tls, line})
	}
	return line, err
}

// path takes "FROM:<a@b> PARAMS" apart.
func path(arg, key string) (addr, params string, ok bool) {
	if len(arg) < len(key) || !strings.EqualFold(arg[:len(key)], key) {
		return "", "", false
	}
	addr, params, ok = strings.Cut(arg[len(key):], ">")
	addr, bracket := strings.CutPrefix(strings.TrimSpace(addr), "<")
	return addr, strings.TrimSpace(params), ok && bracket
}
