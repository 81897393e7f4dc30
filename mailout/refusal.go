package mailout

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"slices"
	"strings"
	"unicode"

	"buzon/store/desk/lazy"
)

// Refusal is the only permanent error of this package: the mail will never reach this recipient,
// and trying again is of no use. Everything else is tried again.
type Refusal struct {
	Reply string // the relay's words, fit to be shown to an agent; "" when buzon itself refuses
	Cause error
}

func (r *Refusal) Error() string { return r.Cause.Error() }

func (r *Refusal) Unwrap() error { return r.Cause }

// refused is the Result of a mail that buzon itself does not hand to the relay.
func refused(format string, args ...any) Result {
	return Result{Outcome: Refused, Err: &Refusal{Cause: fmt.Errorf(format, args...)}}
}

// step is a moment of the dialogue. Up to MAIL a refusal concerns every mail alike; from RCPT on it
// is this recipient's.
//
//	                reply 4xx   reply 5xx   no reply
//	dial … MAIL     Deferred    Held        Deferred (no TLS as configured: Held)
//	RCPT, DATA      Deferred    Refused     Deferred
//	content         Deferred    Refused     Deferred
//	final dot       Deferred    Refused     Uncertain
//
// 530, 534, 535 and 538 ask for a login (RFC 4954 section 6) and are Held wherever they come. So is
// what is about us: see aboutUs.
type step string

const (
	stepDial    step = "log in"
	stepMail    step = "MAIL"
	stepRcpt    step = "RCPT"
	stepData    step = "DATA"
	stepContent step = "send content"
	stepEnd     step = "final dot"
)

// judge makes a Result of what went wrong at a step.
func (p *Pool) judge(ctx context.Context, at step, err error) Result {
	var refusal *Refusal
	if errors.As(err, &refusal) {
		return Result{Outcome: Refused, Err: refusal, Elsewhere: true}
	}
	if reply := replied(err); reply != nil {
		return p.judgeReply(at, reply)
	}
	r := Result{Outcome: Deferred, Err: p.wrap(at, err), Away: at == stepDial, Elsewhere: true}
	var denied *TokenDenied
	switch {
	case ctx.Err() != nil:
		r.Err, r.Away, r.Elsewhere = p.wrap(at, context.Cause(ctx)), false, false
	case errors.As(err, &denied):
		r.Outcome = Held
	case at == stepDial && !network(err):
		r.Outcome, r.Err = Held, fmt.Errorf("%w; check host, port and tls of [relay]", r.Err)
	}
	if at == stepEnd {
		r.Outcome, r.Elsewhere = Uncertain, false
	}
	return r
}

func (p *Pool) judgeReply(at step, reply *textproto.Error) Result {
	r := Result{Outcome: Deferred, Reply: p.reply(reply.Code, reply.Msg)}
	r.Err = p.wrap(at, errors.New(r.Reply))
	login := asksLogin(reply.Code)
	r.Away = at == stepDial || login
	// what a relay says for now about one recipient, another would say too
	r.Elsewhere = at != stepRcpt || reply.Code == 421
	switch {
	case at == stepMail && sizeReply.MatchString(r.Reply): // RFC 1870 section 6.1
		return tooLarge(0, 0, r.Err)
	case reply.Code/100 == 5 && login:
		advice := "check username and password of [relay]"
		if p.relay.Token != nil {
			advice = "check username of [relay], and log in again: buzon oauth login"
		}
		r.Outcome, r.Err = Held, fmt.Errorf("%w: %s", r.Err, advice)
		r.Elsewhere = true
	case reply.Code/100 == 5 && (at == stepDial || at == stepMail):
		r.Outcome, r.Err = Held, fmt.Errorf("%w: the relay refuses all mail, check [relay]", r.Err)
	case at != stepRcpt && sizeReply.MatchString(r.Reply):
		return tooLarge(0, 0, r.Err)
	case aboutUs(r.Reply):
		r.Outcome, r.Away, r.Elsewhere = Held, true, true
		r.Err = fmt.Errorf("%w: the relay refuses us and not the recipient, check [relay] and "+
			"the account there", r.Err)
	case reply.Code/100 == 5:
		r.Outcome, r.Err = Refused, &Refusal{Reply: r.Reply, Cause: r.Err}
		r.Elsewhere = false
	case reply.Code/100 != 4 && at == stepEnd: // no answer to the mail at all
		r.Outcome, r.Elsewhere = Uncertain, false
	}
	return r
}

// sizeReply is a refusal for the mail's size: 5.3.4 (RFC 3463), or 552 without a better code.
var sizeReply = lazy.Compile(`^5\d\d[ -]5\.3\.4|^552(?:$|[ -](?:[^5]|5[^.]|5\.2\.3))`)

var (
	permanent = lazy.Compile(`^5\d\d (?:5\.(\d{1,3}\.\d{1,3})(?: |$))?(.*)`)
	// ourCode is about who sends (RFC 3463: 1.7, 1.8; Exchange: 2.252, 7.54 to 7.68, 7.501 and on),
	// the relay's own state (3.5, 4.5: a quota) or the login (RFC 4954 section 6)
	ourCode = lazy.Compile(
		`^(?:1\.[78]|2\.252|3\.5|4\.5|7\.(?:8|9|11|54|57|60|64|68|50[123]|7\d\d))$`)
	// ourWords are those of Postfix, Exim, Exchange, Amazon SES, SendGrid and cPanel where the code
	// says no more than that something is not allowed
	ourWords = lazy.Compile(`(?i)\b(?:` +
		`relay(?:ing)?(?: access)? (?:is )?(?:denied|prohibited|not (?:permitted|allowed))|` +
		`(?:unable|not (?:permitted|allowed|authorized)) to (?:relay|perform|send (?:as|from))|` +
		`permissions? to send as|sender address rejected|not owned by|email address is not verified|` +
		`authentication (?:is )?required|unauthenticated senders|verified sender|` +
		`sending (?:is |was )?(?:paused|suspended|disabled)|` +
		`(?:daily|hourly|sending|submission|outbound)\b.{0,30}(?:quota|limit)|` +
		`(?:e?mails|messages) per (?:hour|day)\b)|send ?as ?denied|QuotaExceededException`)
)

// aboutUs reports whether a relay refuses who sends, and not to whom or what: many look at the
// sender only with the recipient, or behind the final dot. The words of another server that it
// passes on are about that one's recipient.
func aboutUs(reply string) bool {
	m := permanent.FindStringSubmatch(reply)
	if m == nil {
		return false
	}
	code, words := m[1], m[2]
	vague := slices.Contains([]string{"", "0.0", "1.0", "2.0", "7.0", "7.1"}, code)
	return ourCode.MatchString(code) ||
		vague && ourWords.MatchString(words) && !strings.Contains(words, " said: ")
}

// asksLogin reports whether a reply is about the login (RFC 4954 section 6), wherever it comes.
func asksLogin(code int) bool { return code == 530 || code == 534 || code == 535 || code == 538 }

// TokenDenied says that the provider of access tokens refuses to give one: waiting does not mend
// it.
type TokenDenied struct{ Cause error }

func (e *TokenDenied) Error() string { return e.Cause.Error() }

func (e *TokenDenied) Unwrap() error { return e.Cause }

// wrap names the relay and the step. The text of a library's error may repeat what the relay said.
func (p *Pool) wrap(at step, err error) error {
	if text := p.tidy(err.Error()); text != err.Error() {
		err = errors.New(text)
	}
	return fmt.Errorf("relay %s: %s: %w", p.relay.addr(), at, err)
}

// replied is the answer in an error, or nil when the relay did not answer.
func replied(err error) *textproto.Error {
	var reply *textproto.Error
	if errors.As(err, &reply) {
		return reply
	}
	return nil
}

// network tells a connection that may come back from what waiting does not mend: no STARTTLS, a bad
// certificate, a TLS alert, no login that both sides know, a server that does not speak SMTP.
func network(err error) bool {
	var op *net.OpError
	// crypto/tls: "remote error", "local error"
	if errors.As(err, &op) && strings.HasSuffix(op.Op, " error") {
		return false
	}
	var ne net.Error
	return errors.As(err, &ne) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// maxReply is how much of a relay's answer is kept, in bytes.
const maxReply = 500

// tidy is what a relay said on one line, without control characters, capped, and without our
// password, should the relay repeat it.
func (p *Pool) tidy(text string) string {
	return tidyReply(p.conceal(strings.ToValidUTF8(text, " ")))
}

// tidyReply is tidy of what holds no password.
func tidyReply(text string) string {
	printable := func(r rune) rune {
		if r == unicode.ReplacementChar || !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}
	text = strings.Map(printable, strings.ToValidUTF8(text, " "))
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > maxReply {
		text = strings.ToValidUTF8(text[:maxReply], "")
	}
	return text
}

func (p *Pool) reply(code int, text string) string {
	return p.tidy(fmt.Sprintf("%d %s", code, text))
}

// conceal takes the password and the token out of a text, plain and as AUTH sends them.
func (p *Pool) conceal(text string) string {
	for _, secret := range p.secrets() {
		text = strings.ReplaceAll(text, base64.StdEncoding.EncodeToString([]byte(secret)), "***")
		text = strings.ReplaceAll(text, secret, "***")
	}
	return text
}

func (p *Pool) secrets() (list []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if password := p.relay.Password; password != "" {
		list = append(list, "\x00"+p.relay.Username+"\x00"+password, password)
	}
	if p.token != "" {
		list = append(list, "user="+p.relay.Username+"\x01auth=Bearer "+p.token+"\x01\x01", p.token)
	}
	return list
}
