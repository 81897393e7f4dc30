package mailout

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"buzon/store/desk/lazy"
)

// Graph sends by Microsoft Graph: the mail as it is, in base64, to sendMail of one mailbox
// (learn.microsoft.com/graph/api/user-sendmail). Exchange Online takes sender and recipient from
// the mail's own header, reports bounces to the mailbox and not to the envelope's sender, and keeps
// what it sends in Sent Items.
//
//	202                     Sent
//	400, 422                Refused: the mail is wrong, unless the code is about the mailbox
//	401                     Deferred once with a fresh token, then Held
//	403, 404, 507           Held: the application may not, the mailbox is not there, or full
//	413                     Refused: larger than Graph takes
//	408, 429, 503, 509      Deferred, the mailbox's mail with it, for as long as Retry-After says
//	502, 504                Uncertain: who stands before Exchange does not know
//	a redirection, a page   Held: it is not Graph who answers
//	another                 Deferred
//	no answer               Uncertain, when the mail had begun to leave
type Graph struct {
	opts   GraphOptions
	client *http.Client
	slots  chan struct{}

	mu    sync.Mutex
	until time.Time // Microsoft wants to be left alone until then
	why   error
}

// GraphOptions says which mailbox sends. Mailbox and Token must be set.
type GraphOptions struct {
	Mailbox string // the address that sends: a person's, or one that he shares
	Token   func(ctx context.Context, fresh bool) (string, error)
	URL     string // default "https://graph.microsoft.com/v1.0"
	// Client reaches Microsoft; default one that gives up after two minutes
	Client *http.Client
	// at the same time; default 4, as many as Microsoft allows a mailbox
	Connections int
	Now         func() time.Time // the desk's clock; default time.Now
}

// graphRequest is the most that Graph takes in one request, 4 MB, and graphMail what fits into it
// of a mail, in base64.
const (
	graphRequest = 4 << 20
	graphMail    = graphRequest / 4 * 3
)

var _ Transport = (*Graph)(nil)

// NewGraph makes a Transport of a mailbox at Microsoft 365. It does not connect yet.
func NewGraph(o GraphOptions) *Graph {
	if o.URL == "" {
		o.URL = "https://graph.microsoft.com/v1.0"
	}
	if o.Client == nil {
		o.Client = &http.Client{Timeout: 2 * time.Minute}
	}
	if o.Connections == 0 {
		o.Connections = 4
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	client := *o.Client
	// sendMail is at no other address; what is behind one, such as a page to log in, takes no mail
	client.CheckRedirect = func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}
	return &Graph{opts: o, client: &client, slots: make(chan struct{}, o.Connections)}
}

// Send hands one mail to Graph and says what became of it.
func (g *Graph) Send(ctx context.Context, env Envelope, mail *io.SectionReader) Result {
	if _, err := ready(env, mail); err != nil {
		return refused("send mail: %w", err)
	}
	if mail.Size() > graphMail {
		return tooLarge(mail.Size(), graphMail, fmt.Errorf("graph: the mail has %d bytes, and "+
			"Microsoft Graph takes %d", mail.Size(), graphMail))
	}
	if wait, why := g.resting(); wait > 0 {
		return Result{Outcome: Deferred, Away: true, Elsewhere: true, Err: why, Wait: wait}
	}
	select {
	case g.slots <- struct{}{}:
		defer func() { <-g.slots }()
	case <-ctx.Done():
		return Result{Outcome: Deferred, Err: g.wrap(context.Cause(ctx))}
	}
	r := g.post(ctx, mail, false)
	if r.Outcome == Held && strings.HasPrefix(r.Reply, "401") {
		r = g.post(ctx, mail, true)
	}
	return r
}

// Check asks for a token, and whether Graph takes it for the mailbox.
func (g *Graph) Check(ctx context.Context) error {
	// A mail without a recipient is refused with 400 by whoever may send, and sends nothing.
	empty := []byte("From: <" + g.opts.Mailbox + ">\r\nSubject: buzon check\r\n\r\n\r\n")
	mail := func() *io.SectionReader {
		return io.NewSectionReader(bytes.NewReader(empty), 0, int64(len(empty)))
	}
	r := g.post(ctx, mail(), false)
	if r.Outcome == Held && strings.HasPrefix(r.Reply, "401") {
		r = g.post(ctx, mail(), true)
	}
	if r.Outcome == Refused || r.Outcome == Sent {
		return nil
	}
	return r.Err
}

// Close waits for the mails that are being sent.
func (g *Graph) Close() error {
	for range cap(g.slots) {
		g.slots <- struct{}{}
	}
	g.client.CloseIdleConnections()
	return nil
}

// Limit is the size of the largest mail that Graph takes.
func (g *Graph) Limit(string) int64 { return graphMail }

// post makes one request.
func (g *Graph) post(ctx context.Context, mail *io.SectionReader, fresh bool) Result {
	token, err := g.opts.Token(ctx, fresh)
	if err != nil {
		return g.untokened(ctx, err)
	}
	encoded := make([]byte, base64.StdEncoding.EncodedLen(int(mail.Size())))
	raw := make([]byte, mail.Size())
	if _, err := mail.ReadAt(raw, 0); err != nil && !errors.Is(err, io.EOF) {
		return Result{Outcome: Deferred, Err: fmt.Errorf("read the mail: %w", err)}
	}
	base64.StdEncoding.Encode(encoded, raw)
	body := &noticed{Reader: bytes.NewReader(encoded)}
	to := strings.TrimSuffix(g.opts.URL, "/") + "/users/" + url.PathEscape(g.opts.Mailbox) +
		"/sendMail"
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, to, body)
	if err != nil {
		return Result{Outcome: Held, Err: g.wrap(err)}
	}
	request.ContentLength = int64(len(encoded))
	request.Header.Set("Content-Type", "text/plain")
	request.Header.Set("Authorization", "Bearer "+token)
	answer, err := g.client.Do(request)
	if err != nil {
		return g.unanswered(ctx, err, body.begun)
	}
	defer answer.Body.Close()
	return g.judge(answer, token)
}

// noticed knows whether something of it was read: then some of the mail may have left. It is no
// type that net/http would send again by itself.
type noticed struct {
	io.Reader
	begun bool
}

func (n *noticed) Read(b []byte) (int, error) {
	n.begun = true
	return n.Reader.Read(b)
}

func (g *Graph) untokened(ctx context.Context, err error) Result {
	r := Result{Outcome: Deferred, Away: true, Elsewhere: true, Err: g.wrap(err)}
	var denied *TokenDenied
	switch {
	case ctx.Err() != nil:
		r.Away, r.Elsewhere = false, false
	case errors.As(err, &denied):
		r.Outcome = Held
	}
	return r
}

// unanswered is a request that met no answer: what had not begun to leave was not taken.
func (g *Graph) unanswered(ctx context.Context, err error, begun bool) Result {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err // without the address
	}
	switch {
	case begun:
		return Result{Outcome: Uncertain, Err: g.wrap(err)}
	case ctx.Err() != nil:
		return Result{Outcome: Deferred, Err: g.wrap(context.Cause(ctx))}
	}
	return Result{Outcome: Deferred, Away: true, Elsewhere: true, Err: g.wrap(err)}
}

var (
	// graphSender are the codes, whatever the status, that are about who sends, and graphSize those
	// that are about the mail's size (learn.microsoft.com/exchange/client-developer, ResponseCode)
	graphSender = lazy.Compile(`^(?:Error(?:SendAsDenied|AccessDenied|AccountDisabled|` +
		`AccountSuspend|MessageSubmissionBlocked|QuotaExceeded|ExceededMessageLimit|InvalidUser|` +
		`NonExistentMailbox)|MailboxNotEnabledForRESTAPI)$`)
	graphSize = lazy.Compile(`^Error(?:MessageSizeExceeded|AttachmentSizeLimitExceeded|` +
		`ContentConversionFailedTooLarge)$`)
)

// judge makes a Result of an answer.
func (g *Graph) judge(answer *http.Response, token string) Result {
	reply, why := g.words(answer, token)
	r := Result{Outcome: Deferred, Reply: reply, Err: g.wrap(errors.New(reply)), Elsewhere: true}
	switch code := answer.StatusCode; {
	case code/100 == 3, code/100 == 2 && page(answer):
		r.Outcome, r.Away = Held, true
		r.Err = fmt.Errorf("%w: it is not Microsoft Graph who answers: check url of [relay], and "+
			"what stands between", r.Err)
	case code/100 == 2:
		return Result{Outcome: Sent, Reply: reply}
	case code == http.StatusRequestEntityTooLarge, graphSize.MatchString(why):
		return tooLarge(0, graphMail, r.Err)
	case code == http.StatusUnauthorized:
		r.Outcome, r.Away = Held, true
		r.Err = fmt.Errorf("%w: log in again: buzon oauth login", r.Err)
	case code == http.StatusForbidden, code == http.StatusNotFound,
		code == http.StatusInsufficientStorage, code/100 == 4 && graphSender.MatchString(why):
		// another mailbox of the desk may be one that it may send as
		r.Outcome, r.Away = Held, why != "ErrorSendAsDenied"
		r.Err = fmt.Errorf("%w: the application may not send as %s, or its mailbox is full or "+
			"closed: it needs Mail.Send, for a shared mailbox Mail.Send.Shared and the right to "+
			"send as it", r.Err, g.opts.Mailbox)
	case code == http.StatusTooManyRequests, code == http.StatusServiceUnavailable,
		code == http.StatusRequestTimeout, code == 509:
		r.Away, r.Wait = true, retryAfter(answer, g.opts.Now())
		g.rest(r)
	case code == http.StatusBadGateway, code == http.StatusGatewayTimeout:
		// who stands between us and Exchange does not know what became of it
		r.Outcome, r.Elsewhere = Uncertain, false
	case page(answer): // of a proxy that did not understand us
	case code == http.StatusBadRequest, code == http.StatusUnprocessableEntity:
		r.Outcome, r.Err, r.Elsewhere = Refused, &Refusal{Reply: reply, Cause: r.Err}, false
	}
	return r
}

// page reports whether the answer is for people, as a proxy's is, or that of a network that wants a
// login.
func page(answer *http.Response) bool {
	kind, _, _ := mime.ParseMediaType(answer.Header.Get("Content-Type"))
	return kind == "text/html"
}

// words are what Graph answered: its code and message, not the page; and the code alone.
func (g *Graph) words(answer *http.Response, token string) (line, code string) {
	var said struct {
		Error struct{ Code, Message string }
	}
	text, _ := io.ReadAll(io.LimitReader(answer.Body, 64<<10))
	json.Unmarshal(text, &said)
	line = strconv.Itoa(answer.StatusCode) + " " + said.Error.Code + " " + said.Error.Message
	if said.Error.Code == "" {
		line = answer.Status
	}
	return tidyReply(strings.ReplaceAll(line, token, "***")), said.Error.Code
}

func (g *Graph) wrap(err error) error {
	return fmt.Errorf("microsoft graph, %s: %w", g.opts.Mailbox, err)
}

// usualRest is for how long the mailbox is left alone when Microsoft does not say.
const usualRest = 10 * time.Second

func retryAfter(answer *http.Response, now time.Time) time.Duration {
	said := answer.Header.Get("Retry-After")
	if n, err := strconv.Atoi(said); err == nil && n > 0 {
		return time.Duration(n) * time.Second
	}
	if at, err := http.ParseTime(said); err == nil && at.After(now) {
		return at.Sub(now)
	}
	return usualRest
}

func (g *Graph) rest(r Result) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.until, g.why = g.opts.Now().Add(min(r.Wait, outageAsked)), r.Err
}

// resting is for how long nothing is asked; a clock that was set back does not lengthen it.
func (g *Graph) resting() (time.Duration, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	left := g.until.Sub(g.opts.Now())
	if left > outageAsked {
		left = 0
	}
	return left, g.why
}
