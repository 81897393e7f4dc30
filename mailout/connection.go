package mailout

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"
)

// connection is one SMTP session with the relay, logged in.
type connection struct {
	pool    *Pool
	client  *smtp.Client
	conn    *measured // below TLS; closing it ends whatever waits
	mails   int       // sent or tried
	inOrder bool      // the last answer has been read, and the relay waits for MAIL
	age     *time.Timer
}

var errNoTLS = errors.New(`the relay offers no STARTTLS, and nothing was sent in clear (tls = ` +
	`"tls" goes with port 465)`)

// dial makes a connection that is logged in. A token that is refused is asked for anew, once: it
// may have been taken back before its time.
func (p *Pool) dial(ctx context.Context) (*connection, error) {
	p.count(1, 0)
	c, err := p.connect(ctx, false)
	if reply := replied(err); p.relay.Token != nil && reply != nil && asksLogin(reply.Code) {
		c, err = p.connect(ctx, true)
	}
	if err != nil {
		p.count(-1, 0)
		return nil, err
	}
	p.count(-1, 1)
	return c, nil
}

// count counts the connections that are being made, and those that are open.
func (p *Pool) count(dialing, open int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dialing, p.open = p.dialing+dialing, p.open+open
	p.dialed.Broadcast()
}

// connect connects, starts TLS as configured, and logs in. go-mail does the dialogue, under one
// deadline; cancelling is ours.
func (p *Pool) connect(ctx context.Context, fresh bool) (*connection, error) {
	l := &login{relay: p.relay}
	if p.relay.Token != nil {
		token, err := p.relay.Token(ctx, fresh)
		if err != nil {
			return nil, err
		}
		l.token = p.learnToken(token)
	}
	c := &connection{pool: p}
	stop := func() bool { return true }
	dialer := func(dialing context.Context, network, _ string) (nc net.Conn, err error) {
		if nc, err = new(net.Dialer).DialContext(dialing, network, p.relay.addr()); err != nil {
			return nil, err
		}
		c.conn = &measured{Conn: nc}
		stop = context.AfterFunc(ctx, func() { c.conn.Close() })
		return p.relay.secured(dialing, c.conn)
	}
	options := append(p.relay.options(l), mail.WithDialContextFunc(dialer))
	m, err := mail.NewClient(p.relay.Host, options...)
	if err != nil {
		return nil, err
	}
	c.client, err = m.DialToSMTPClientWithContext(ctx)
	if !stop() && err == nil {
		err = context.Cause(ctx)
	}
	if err == nil {
		return c, nil
	}
	if c.conn != nil {
		c.conn.Close()
		if errors.As(err, new(textproto.ProtocolError)) {
			err = cmp.Or(c.conn.lost, err) // what it did not understand was half a line
		}
	}
	if strings.Contains(err.Error(), "does not support STARTTLS") { // go-mail has no type for it
		err = errNoTLS
	}
	return nil, err
}

// secured begins TLS at once where the relay wants it so.
func (r Relay) secured(ctx context.Context, nc net.Conn) (net.Conn, error) {
	if r.TLS != "tls" {
		return &lineConn{Conn: nc, r: bufio.NewReader(nc)}, nil
	}
	secure := tls.Client(nc, r.tlsConfig())
	return secure, secure.HandshakeContext(ctx)
}

func (r Relay) options(l *login) []mail.Option {
	policy := mail.NoTLS // with "tls" it has begun already
	if r.TLS == "starttls" {
		policy = mail.TLSMandatory
	}
	options := []mail.Option{mail.WithPort(r.Port), mail.WithTimeout(r.Timeout),
		mail.WithHELO(r.Hello),
		mail.WithTLSPolicy(policy), mail.WithTLSConfig(r.tlsConfig())}
	if r.Username != "" {
		options = append(options, mail.WithSMTPAuthCustom(l))
	}
	return options
}

// lineConn reads no further than the end of a line. What somebody slipped in after the answer to
// STARTTLS is so met by the handshake, which fails on it, instead of being taken for an answer that
// came over TLS (CVE-2021-38371).
type lineConn struct {
	net.Conn
	r *bufio.Reader
}

func (c *lineConn) Read(b []byte) (int, error) {
	if _, err := c.r.Peek(1); err != nil {
		return 0, err
	}
	there, _ := c.r.Peek(min(len(b), c.r.Buffered()))
	if end := bytes.IndexByte(there, '\n'); end >= 0 {
		there = there[:end+1]
	}
	return c.r.Read(b[:len(there)])
}

// measured ends a connection whose relay says more than any answer has: lines are read whole, and
// one without an end would fill the memory. Where a line has been cut off, which net/textproto takes
// for whole, nothing more is said or heard.
type measured struct {
	net.Conn
	heard int   // bytes, since we last said something
	lost  error // of the first read that failed
}

// longestAnswer is the most that a relay may say at once, certificates among it, in bytes.
const longestAnswer = 1 << 20

var errEndless = errors.New("the relay's answer has no end")

func (c *measured) Read(b []byte) (n int, err error) {
	if c.heard > longestAnswer {
		c.lost = errEndless
	}
	if c.lost == nil {
		n, c.lost = c.Conn.Read(b)
		c.heard += n
	}
	return n, c.lost
}

func (c *measured) Write(b []byte) (int, error) {
	if c.lost != nil {
		return 0, c.lost
	}
	c.heard = 0
	return c.Conn.Write(b)
}

func (r Relay) tlsConfig() *tls.Config {
	return &tls.Config{ServerName: r.Host, RootCAs: r.RootCAs, MinVersion: tls.VersionTLS12}
}

// send sends one mail. gone means that the relay has closed the connection before it heard of the
// mail, as it does with idle ones: a new connection may be tried at once.
func (c *connection) send(ctx context.Context, env Envelope,
	mail *io.SectionReader) (r Result, gone bool) {
	c.inOrder = false
	c.mails++
	stop := context.AfterFunc(ctx, func() { c.conn.Close() })
	defer func() { c.inOrder = stop() && c.inOrder }()

	if most := c.pool.learn(c.limit()); most > 0 && mail.Size() > most {
		c.inOrder = true
		return tooLarge(mail.Size(), most,
			fmt.Errorf("relay %s takes %d bytes, and the mail has %d",
				c.pool.relay.addr(), most, mail.Size())), false
	}
	at, err := c.offer(env, mail.Size())
	if err == nil {
		return c.content(ctx, env, io.NewSectionReader(mail, 0, mail.Size())), false
	}
	gone = at == stepMail && hungUp(err)
	c.reset(err)
	return c.pool.judge(ctx, at, err), gone
}

// offer gives the envelope, up to 354.
func (c *connection) offer(env Envelope, size int64) (step, error) {
	if err := c.sender(env, size); err != nil {
		return stepMail, err
	}
	c.client.UpdateDeadline(c.pool.relay.Timeout)
	if err := c.client.Rcpt("<" + env.To + ">"); err != nil {
		return stepRcpt, err
	}
	_, err := c.command(354, "DATA")
	return stepData, err
}

// sender begins with MAIL, and with SMTPUTF8 only when a local part needs it (RFC 6531).
func (c *connection) sender(env Envelope, size int64) error {
	line := "MAIL FROM:<" + env.From + ">"
	if c.offers("8BITMIME") {
		line += " BODY=8BITMIME"
	}
	if !ascii(env.From + env.To) {
		if !c.offers("SMTPUTF8") {
			c.inOrder = true
			return &Refusal{
				Cause: fmt.Errorf("relay %s takes no address with letters beyond ASCII: "+
					"%s", c.pool.relay.addr(), env.To)}
		}
		line += " SMTPUTF8"
	}
	if c.offers("SIZE") { // RFC 1870: it refuses before all of the mail has been sent
		line += fmt.Sprintf(" SIZE=%d", size)
	}
	_, err := c.command(250, line)
	return err
}

func (c *connection) offers(extension string) bool {
	offered, _ := c.client.Extension(extension)
	return offered
}

// limit is the size of the largest mail that the relay says it takes, 0 when it does not.
func (c *connection) limit() int64 {
	_, text := c.client.Extension("SIZE")
	n, _ := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	return max(n, 0)
}

// command is for what go-mail's client does not show us exactly: the code and the text.
func (c *connection) command(expect int, line string) (string, error) {
	c.client.UpdateDeadline(c.pool.relay.Timeout)
	id, err := c.client.Text.Cmd("%s", line)
	if err != nil {
		return "", err
	}
	c.client.Text.StartResponse(id)
	defer c.client.Text.EndResponse(id)
	_, text, err := c.client.Text.ReadResponse(expect)
	return text, err
}

// piece is how much content is written under one deadline.
const piece = 64 << 10

// content sends the mail, dot-stuffed, and waits for the answer. As long as the final dot has not
// wholly left, the relay cannot have taken the mail.
func (c *connection) content(ctx context.Context, env Envelope, mail io.Reader) Result {
	w := c.client.Text.DotWriter()
	part := pieces.Get().(*[piece]byte)
	defer pieces.Put(part)
	for more := true; more; {
		n, failure := io.ReadFull(mail, part[:])
		more = failure == nil
		c.client.UpdateDeadline(c.pool.relay.Timeout)
		if _, err := w.Write(part[:n]); err != nil {
			return c.pool.judge(ctx, stepContent, c.lastWords(err))
		}
		if !more && !errors.Is(failure, io.EOF) && !errors.Is(failure, io.ErrUnexpectedEOF) {
			return c.pool.judge(ctx, stepContent, failure) // without the final dot nothing was sent
		}
	}
	c.client.UpdateDeadline(c.pool.relay.Timeout)
	if err := w.Close(); err != nil {
		return c.pool.judge(ctx, stepContent, c.lastWords(err))
	}
	return c.finish(ctx, env)
}

// finish reads the answer to a mail that has wholly left.
func (c *connection) finish(ctx context.Context, env Envelope) Result {
	c.client.UpdateDeadline(c.pool.relay.FinalTimeout)
	code, text, err := c.client.Text.ReadResponse(2)
	c.inOrder = c.conn.lost == nil && (err == nil || settled(replied(err)))
	if err != nil {
		return c.pool.judge(ctx, stepEnd, err)
	}
	reply := c.pool.reply(code, text)
	return Result{Outcome: Sent, Reply: reply, ID: learnt(c.pool.relay.Host, reply, env)}
}

// lastWords looks whether a relay that hung up in the middle has said why.
func (c *connection) lastWords(lost error) error {
	if !hungUp(lost) {
		return lost
	}
	c.conn.SetReadDeadline(time.Now().Add(time.Second))
	if _, _, err := c.client.Text.ReadResponse(2); replied(err) != nil {
		return err
	}
	return lost
}

// reset makes the connection good for another mail after a refusal.
func (c *connection) reset(err error) {
	if settled(replied(err)) {
		_, err := c.command(250, "RSET")
		c.inOrder = err == nil
	}
}

// settled reports whether a refusal leaves the dialogue in order: 421 announces its end.
func settled(reply *textproto.Error) bool {
	return reply != nil && reply.Code != 421 && reply.Code >= 400 && reply.Code < 600
}

// hungUp reports whether the relay had ended the connection; a time-out is no such thing.
func hungUp(err error) bool {
	if reply := replied(err); reply != nil {
		return reply.Code == 421
	}
	var ne net.Error
	return !(errors.As(err, &ne) && ne.Timeout()) && !errors.As(err, new(*Refusal))
}

// quit ends a connection, politely while it is in order.
func (c *connection) quit() {
	defer c.pool.count(0, -1)
	if c.inOrder || c.mails == 0 {
		c.conn.SetDeadline(time.Now().Add(2 * time.Second))
		c.client.Quit()
	}
	c.conn.Close()
}
