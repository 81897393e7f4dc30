// Package proof says what proves, or speaks against, that a mail is from the domain in its From.
//
//	border ─► SPF ──┐                                   pass: Proven
//	raw bytes ─► DKIM ─┼─► aligned with From? ─► DMARC ─► fail: Failed, and what the domain asks for
//	trusted host's Authentication-Results ┘  ▲            else: nothing is known
//	listed sealers' ARC ─────────────────────┘ takes a failure back
//
// It reads the raw bytes and asks the DNS, and decides nothing about people: mailin does. What the
// DNS can't answer now counts neither for nor against anybody. All that a mail says of itself is a
// claim; the parsers fail closed.
package proof

import (
	"context"
	"io"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// Resolver asks the DNS. A name that is not there is a *net.DNSError with IsNotFound; what may be
// answered later one with IsTemporary or IsTimeout.
type Resolver interface {
	LookupTXT(ctx context.Context, name string) ([]string, error)
	LookupMX(ctx context.Context, name string) ([]*net.MX, error)
	LookupIPAddr(ctx context.Context, host string) ([]net.IPAddr, error)
	LookupAddr(ctx context.Context, ip string) ([]string, error)
}

// Checker proves mail. The zero value of an option is its default.
type Checker struct {
	Resolver Resolver
	Timeout  time.Duration // for all that the DNS is asked about one mail; 5 s
	// Relays reports whether a mail server of ours is at the address; nil: loopback
	Relays   func(netip.Addr) bool
	Hostname string   // of this host, as our own mail servers may name it too
	Sealers  []string // domains whose ARC seals are believed
}

// Mail is what is looked at.
type Mail struct {
	Raw  io.ReaderAt
	Size int64
	// Author is the one address of the one From as it stands there, and From its canonical form
	Author, From string
	MailFrom     string // of the envelope; "" for a null sender
	Helo         string
	// Peer is who handed it over. Invalid is nobody on the network: a socket, the command line
	Peer netip.Addr
	Door bool // it came in by SMTP or LMTP
	// Authserv are hosts whose Authentication-Results count: of mail that was fetched
	Authserv []string
}

// Verdict is what is known of the domain in From.
type Verdict string

const (
	Unknown Verdict = ""       // nothing speaks for or against it
	Passed  Verdict = "pass"   // what it passed names the domain
	Failed  Verdict = "fail"   // the domain publishes a policy, and nothing that names it passed
	Lifted  Verdict = "lifted" // it failed, and a listed sealer saw it pass
)

// Result is a verdict, and what it rests on.
type Result struct {
	Verdict Verdict
	Policy  Policy // that the domain asks for where it failed; "" where it publishes none
	Parts   []Part
	// Signatures are hashes of what those cover that prove the domain. What one covers again is the
	// same mail, whatever else its header says
	Signatures [][]byte
}

// Part is one thing that was looked at.
type Part struct {
	Method  string `json:"method"` // spf, dkim, dmarc, arc, auth-results
	Result  string `json:"result"` // as in RFC 8601: pass, fail, none, temperror …
	Domain  string `json:"domain,omitempty"`
	Aligned bool   `json:"aligned,omitempty"` // with the domain in From
	Detail  string `json:"detail,omitempty"`
}

// maxHeader is how long a header is looked at.
const maxHeader = 1 << 20

// Check looks at a mail. It fails for nothing that the mail or the DNS holds.
func (c *Checker) Check(ctx context.Context, m Mail) Result {
	_, domain, ok := strings.Cut(m.From, "@")
	if !ok {
		return Result{Parts: []Part{{Method: "dmarc", Result: "permerror",
			Detail: "no single usable From"}}}
	}
	ctx, cancel := context.WithTimeout(ctx, c.Limit())
	defer cancel()
	h, body, err := readHeader(io.NewSectionReader(m.Raw, 0, m.Size))
	if err != nil || !h.from(m.Author) { // no honest mail's is so
		return Result{Verdict: Failed, Policy: Reject, Parts: []Part{{Method: "dmarc",
			Result: "permerror", Detail: "the header can be read in several ways"}}}
	}
	e := &evaluation{ctx: ctx, checker: c, header: h, bodyAt: body,
		domain: ascii(domain), mail: m}
	return e.run()
}

// Limit is for how long Check waits for the DNS, at most.
func (c *Checker) Limit() time.Duration {
	if c.Timeout == 0 {
		return 5 * time.Second
	}
	return c.Timeout
}

func (c *Checker) relay(a netip.Addr) bool {
	if c.Relays == nil {
		return a.IsLoopback()
	}
	return c.Relays(a)
}

// evaluation is one mail under examination.
type evaluation struct {
	ctx     context.Context
	checker *Checker
	header  header
	bodyAt  int64  // where the body begins
	domain  string // in From, as the DNS has it
	mail    Mail
	record  record
	parts   []Part
	proving [][]byte // hashes of what the signatures cover that do
	// open: something could not be found out that may have passed
	open bool
}

func (e *evaluation) run() Result {
	bare, temporary := e.bare(), false
	if !bare {
		temporary = e.policy()
	}
	e.look()
	r := Result{Parts: e.parts, Signatures: e.proving}
	dmarc := Part{Method: "dmarc", Domain: e.record.domain, Result: "none"}
	switch passed := e.passed(); {
	case passed != nil:
		r.Verdict, dmarc.Aligned = Passed, true
		dmarc.Result, dmarc.Detail = "pass", "by "+passed.Method
		if !e.record.published() {
			dmarc.Result = "none"
			dmarc.Detail += ", though the domain publishes no policy"
		}
	case bare:
		dmarc.Detail = "nothing is there that could pass or fail"
	case temporary:
		dmarc.Result, dmarc.Detail = "temperror", "the DNS did not answer"
	case !e.record.published():
		dmarc.Detail = "the domain publishes no policy"
	case e.open:
		dmarc.Detail = "no verdict: not all could be looked at"
	default:
		r.Verdict, r.Policy = Failed, e.record.asks(e.domain)
		dmarc.Result, dmarc.Detail = "fail", "policy "+string(r.Policy)
	}
	r.Parts = append(r.Parts, dmarc)
	if r.Verdict == Failed && len(e.checker.Sealers) > 0 {
		arc := e.checkARC()
		if r.Parts = append(r.Parts, arc); arc.Aligned {
			r.Verdict = Lifted
		}
	}
	return r
}

// look finds out what passes. SPF is asked first, and for half of the time: whose servers are asked
// the sender says, and slow ones would leave none to find out that nothing else passes.
func (e *evaluation) look() {
	var spf Part
	if e.mail.Door {
		spf = e.checkSPF()
	}
	e.checkDKIM()
	if e.mail.Door {
		e.parts = append(e.parts, spf)
	} else {
		e.checkAuthserv()
	}
}

// bare reports whether nothing is there that could prove the mail, or fail: of such, and where it
// comes in by our own means that is much, the DNS is asked nothing.
func (e *evaluation) bare() bool {
	if len(e.header.all("DKIM-Signature")) > 0 {
		return false
	}
	if e.mail.Door {
		_, why := e.border()
		return why != ""
	}
	list, _ := e.servers()
	return len(list) == 0
}

// passed is the part that proves the domain, if any. What a domain's servers may send is enough
// only where the domain says that it is (RFC 7489): servers are shared by many.
func (e *evaluation) passed() *Part {
	i := slices.IndexFunc(e.parts, func(p Part) bool {
		return p.Aligned && p.Result == "pass" && (p.Method != "spf" || e.record.published())
	})
	if i < 0 {
		return nil
	}
	return &e.parts[i]
}
