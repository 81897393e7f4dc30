package proof

import (
	"net/netip"
	"strings"

	"buzon/store/desk/lazy"
)

// border is where a mail came in to us from the world.
type border struct {
	client netip.Addr
	helo   string
	// inside: the client is in a private network, of which the DNS of the world knows nothing
	inside bool
}

// border finds the client: the peer or, behind our own mail servers, whom the topmost Received
// names that they wrote. why says what is wrong where there is none.
func (e *evaluation) border() (b border, why string) {
	peer := e.mail.Peer.Unmap()
	if peer.IsValid() && !e.checker.relay(peer) {
		return border{client: peer, helo: e.mail.Helo}, ""
	}
	by := e.mail.Helo // how the server names itself that handed the mail over
	for i, f := range e.header.all("Received") {
		r, ok := readReceived(f.value())
		if i == 0 && ok && r.client == peer && strings.EqualFold(r.by, e.checker.Hostname) {
			continue // our own: it names the peer
		}
		switch {
		case !ok || !e.wrote(by, r.by):
			return b, "the mail server in front wrote no Received that says who the client is"
		case r.submitted:
			return b, "the client logged in at the mail server in front"
		case !r.client.IsValid():
			return b, "the mail server in front does not say who the client is"
		case !e.checker.relay(r.client):
			return border{r.client, r.helo, r.client.IsPrivate() ||
				r.client.IsLoopback() || r.client.IsLinkLocalUnicast()}, ""
		}
		by = r.helo
	}
	return b, "no Received says who the client is"
}

// wrote reports whether the server that greets as name may call itself by in its Received. A
// greeting that is no name of a host does not tell.
func (e *evaluation) wrote(name, by string) bool {
	name, by = strings.ToLower(name), strings.ToLower(by)
	return !strings.Contains(name, ".") || strings.HasPrefix(name, "[") ||
		name == by || by == strings.ToLower(e.checker.Hostname)
}

// received is what one Received field says (RFC 5321 section 4.4).
type received struct {
	helo, by  string
	client    netip.Addr
	submitted bool // with authentication: the client is a user, not a server of the sender's
}

var (
	fromClause = lazy.Compile(`^from\s+(\S+)\s*(\((?:[^()]|\([^()]*\))*\))?`)
	byClause   = lazy.Compile(`^\s*(?:\((?:[^()]|\([^()]*\))*\)\s*)*by\s+([^\s;()]+)`)
	withClause = lazy.Compile(`\swith\s+([A-Za-z0-9]+)`)
	literal    = lazy.Compile(`\[(?:IPv6:)?([0-9A-Fa-f.:]+)\]`)
	heloSays   = lazy.Compile(`\bhelo=([^\s)]+)`)
	comments   = lazy.Compile(`\((?:[^()]|\([^()]*\))*\)`)
)

// readReceived takes the form that Postfix, Exim, Sendmail and OpenSMTPD write:
//
//	from HELO (NAME [1.2.3.4]) (comments) by HOST (comments) with ESMTPS id …
//
// ok is false for any other. The address is the server's own word: it stands in the first comment,
// where the client's words do not.
func readReceived(value string) (r received, ok bool) {
	from := fromClause.FindStringSubmatch(value)
	if from == nil {
		return r, false
	}
	rest := value[len(from[0]):]
	by := byClause.FindStringSubmatch(rest)
	if by == nil {
		return r, false
	}
	r.helo, r.by = from[1], by[1]
	tail := comments.ReplaceAllString(rest[len(by[0]):], " ")
	tail, _, _ = strings.Cut(tail, ";")
	with := withClause.FindStringSubmatch(" " + tail)
	if with == nil {
		return r, false
	}
	protocol := strings.TrimPrefix(strings.ToUpper(with[1]), "UTF8")
	switch protocol {
	case "SMTP", "ESMTP", "ESMTPS", "LMTP", "LMTPS", "SMTPS":
	case "ESMTPA", "ESMTPSA", "LMTPA", "LMTPSA", "SMTPA", "SMTPSA":
		r.submitted = true
	default:
		return r, false
	}
	// Exim: from [1.2.3.4] (helo=NAME), from NAME ([1.2.3.4] helo=NAME)
	comment := from[2]
	if helo := heloSays.FindStringSubmatch(comment); helo != nil {
		comment = heloSays.ReplaceAllString(comment, "")
		if r.client = address(comment); !r.client.IsValid() {
			r.client = address(r.helo)
		}
		r.helo = helo[1]
		return r, true
	}
	r.client = address(comment)
	return r, true
}

// address is the last address literal in the server's words.
func address(s string) netip.Addr {
	all := literal.FindAllStringSubmatch(s, -1)
	if all == nil {
		return netip.Addr{}
	}
	a, _ := netip.ParseAddr(all[len(all)-1][1])
	return a.Unmap()
}
