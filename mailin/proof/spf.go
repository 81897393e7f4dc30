package proof

import (
	"context"
	"net"
	"strings"

	"blitiri.com.ar/go/spf"
)

// checkSPF asks whether the client at our border may send for the domain of the envelope, or, for a
// null sender, for that of its greeting (RFC 7208).
func (e *evaluation) checkSPF() Part {
	b, why := e.border()
	if why != "" {
		e.open = true
		return Part{Method: "spf", Result: "none", Detail: why}
	}
	ctx, cancel := context.WithTimeout(e.ctx, e.checker.Limit()/2)
	defer cancel()
	sender := e.mail.MailFrom
	_, domain, _ := strings.Cut(sender, "@")
	if sender == "" {
		domain = b.helo
	}
	p := Part{Method: "spf", Domain: ascii(domain), Detail: "client " + b.client.String()}
	result, err := spf.CheckHostWithSender(net.IP(b.client.AsSlice()), b.helo, sender,
		spf.WithContext(ctx), spf.WithResolver(spfResolver{e.checker.Resolver, b.client}))
	p.Result = string(result)
	p.Aligned = aligned(p.Domain, e.domain, e.record.strictSPF)
	if err != nil && result != spf.Pass {
		p.Detail += ": " + err.Error()
	}
	// what another domain publishes would prove nothing; inside a network nobody publishes who may
	// send
	if result == spf.TempError && p.Aligned || b.inside && result != spf.Pass {
		e.open = true
	}
	return p
}
