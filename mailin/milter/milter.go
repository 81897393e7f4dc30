// Package milter asks a filter what it thinks of a mail, by the protocol of Sendmail's: rspamd,
// clamav-milter.
//
//	envelope, bytes ─► the filter, within a time ─► Finding: fields that it adds, or what it refuses
//
// What a filter would change is not changed: the mail stays as it came. It does no more than it is
// asked in one session, and fails where the filter is not there.
package milter

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"time"

	"github.com/emersion/go-milter"
)

// Mail is what the filter is told.
type Mail struct {
	Hostname string // ours
	Helo     string
	Remote   netip.Addr // of the client; invalid: a socket of this machine
	User     string     // who logged in
	From     string
	To       []string
	QueueID  string
	Raw      io.Reader
}

// Field is a header field that the filter adds.
type Field struct{ Name, Value string }

// Finding is what the filter says.
type Finding struct {
	Added []Field
	Apart string // why the mail is to be kept apart
	Code  int    // of the SMTP reply by which it refuses the mail, 4xx for now; 0: it does not
	Text  string // of that reply, without its code
}

// Filter is a milter.
type Filter struct {
	Network, Address string        // "tcp", "127.0.0.1:11332"; "unix", "/run/rspamd/milter.sock"
	Timeout          time.Duration // for all of a mail; 30 s
}

// Parse reads an address as Postfix writes it: "inet:127.0.0.1:11332", "unix:/run/x.sock", or
// without the first word.
func Parse(text string) (f Filter, err error) {
	kind, rest, _ := strings.Cut(text, ":")
	switch {
	case kind == "unix" || kind == "local":
		f = Filter{Network: "unix", Address: rest}
	case strings.HasPrefix(text, "/"):
		f = Filter{Network: "unix", Address: text}
	case kind == "inet" || kind == "inet6":
		f = Filter{Network: "tcp", Address: rest}
	default:
		f = Filter{Network: "tcp", Address: text}
	}
	if f.Network == "tcp" {
		_, _, err = net.SplitHostPort(f.Address)
	} else if !strings.HasPrefix(f.Address, "/") {
		err = errors.New("a socket is named by its whole path")
	}
	return f, err
}

// Check asks about a mail. An error says that the filter is not there, or has not answered.
func (f Filter) Check(ctx context.Context, m Mail) (Finding, error) {
	timeout := f.Timeout
	if timeout == 0 {
		timeout = 30 * time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	dialer := &dialing{ctx: ctx}
	defer dialer.close()
	s, err := milter.NewClientWithOptions(f.Network, f.Address, milter.ClientOptions{
		Dialer: dialer, ReadTimeout: timeout, WriteTimeout: timeout,
		ActionMask: milter.OptAddHeader | milter.OptChangeHeader | milter.OptQuarantine,
	}).Session()
	if err != nil {
		return Finding{}, err
	}
	finding, err := (&asking{s, m}).ask()
	if err != nil {
		return finding, fmt.Errorf("ask the filter: %w", err)
	}
	return finding, nil
}

// dialing ends the connection with its context: each packet has a time-out of its own, and a filter
// that says over and over that it is busy would never end.
type dialing struct {
	ctx  context.Context
	conn net.Conn
	stop func() bool
}

func (d *dialing) Dial(network, address string) (conn net.Conn, err error) {
	if conn, err = new(net.Dialer).DialContext(d.ctx, network, address); err == nil {
		d.conn, d.stop = conn, context.AfterFunc(d.ctx, func() { conn.Close() })
	}
	return conn, err
}

func (d *dialing) close() {
	if d.conn != nil {
		d.stop()
		d.conn.Close()
	}
}

// asking is one mail in its session.
type asking struct {
	*milter.ClientSession
	Mail
}

// ask goes through the steps until the filter has decided.
func (a *asking) ask() (f Finding, err error) {
	body := bufio.NewReaderSize(a.Raw, 64<<10)
	for _, step := range []func() (*milter.Action, error){
		a.connect, a.sender, a.recipients, func() (*milter.Action, error) { return a.header(body) },
	} {
		act, err := step()
		if err != nil {
			return f, err
		}
		if act.Code != milter.ActContinue {
			return decided(f, act), nil
		}
	}
	changes, act, err := a.BodyReadFrom(body)
	if err != nil {
		return f, err
	}
	f.note(changes)
	return decided(f, act), nil
}

func (f *Finding) note(changes []milter.ModifyAction) {
	for _, c := range changes {
		switch c.Code {
		case milter.ActAddHeader, milter.ActInsertHeader, milter.ActChangeHeader:
			f.Added = append(f.Added, Field{c.HeaderName, strings.TrimSpace(c.HeaderValue)})
		case milter.ActQuarantine:
			f.Apart = "the filter: " + c.Reason
		}
	}
}

// decided is what comes of a filter's last word. Nothing is ever thrown away in silence.
func decided(f Finding, act *milter.Action) Finding {
	switch act.Code {
	case milter.ActDiscard:
		f.Apart = "the filter would have thrown it away"
	case milter.ActReject:
		f.Code, f.Text = 550, "5.7.1 Refused by the filter"
	case milter.ActTempFail:
		f.Code, f.Text = 451, "4.7.1 The filter asks you to try again later"
	case milter.ActReplyCode:
		f.Code, f.Text = act.SMTPCode, act.SMTPText
	}
	return f
}

func (a *asking) connect() (*milter.Action, error) {
	family, address := milter.FamilyUnknown, ""
	if a.Remote.IsValid() {
		family, address = milter.FamilyInet, a.Remote.String()
		if a.Remote.Is6() {
			family = milter.FamilyInet6
		}
	}
	if err := a.Macros(milter.CodeConn, "j", a.Hostname, "{daemon_name}", "buzon"); err != nil {
		return nil, err
	}
	name := "localhost"
	if address != "" {
		name = "[" + address + "]"
	}
	act, err := a.Conn(name, family, 0, address)
	if err != nil || act.Code != milter.ActContinue {
		return act, err
	}
	return a.ClientSession.Helo(a.Mail.Helo)
}

func (a *asking) sender() (*milter.Action, error) {
	macros := []string{"i", a.QueueID}
	if a.User != "" {
		macros = append(macros, "{auth_authen}", a.User)
	}
	if err := a.Macros(milter.CodeMail, macros...); err != nil {
		return nil, err
	}
	return a.ClientSession.Mail(a.From, nil)
}

func (a *asking) recipients() (act *milter.Action, err error) {
	for _, to := range a.To {
		if act, err = a.Rcpt(to, nil); err != nil || act.Code != milter.ActContinue {
			return act, err
		}
	}
	return &milter.Action{Code: milter.ActContinue}, nil
}

// longestField bounds what is told of one header field.
const longestField = 60 << 10

// header tells the header fields, as they stand there.
func (a *asking) header(r *bufio.Reader) (*milter.Action, error) {
	var field []byte
	for {
		line, err := r.ReadBytes('\n')
		if err != nil && err != io.EOF {
			return nil, err
		}
		text := bytes.TrimRight(line, "\r\n")
		folded := len(text) > 0 && (text[0] == ' ' || text[0] == '\t')
		if !folded && len(field) > 0 {
			if act, err := a.field(field); err != nil || act.Code != milter.ActContinue {
				return act, err
			}
			field = nil
		}
		if len(text) == 0 {
			return a.HeaderEnd()
		}
		if folded && len(field) > 0 {
			field = append(field, '\n')
		}
		if len(field) < longestField {
			field = append(field, text...)
		}
	}
}

func (a *asking) field(field []byte) (*milter.Action, error) {
	name, value, ok := strings.Cut(string(field[:min(len(field), longestField)]), ":")
	if !ok { // no field of a mail's
		return &milter.Action{Code: milter.ActContinue}, nil
	}
	return a.HeaderField(name, strings.TrimPrefix(value, " "))
}
