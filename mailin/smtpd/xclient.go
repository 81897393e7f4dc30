package smtpd

import (
	"net/netip"
	"strconv"
	"strings"
)

// forwarded is who stands behind one of our own mail servers, as that server says by XCLIENT
// (Postfix's XCLIENT_README; nginx and HAProxy know it). The zero value is nobody.
type forwarded struct {
	remote netip.Addr
	helo   string
	login  string // by which the client proved itself there
}

// mayName reports whether the peer is a server of ours that may say whose mail it hands over.
func (w *wire) mayName() bool { return !w.remote.IsValid() || w.door.opts().Relay(w.remote) }

// clientAddr is the address of the sender's server, the peer's unless that names another. A client
// that logged in there is somebody's own machine, of which SPF says nothing.
func (w *wire) clientAddr() netip.Addr {
	if w.behind.remote.IsValid() && w.behind.login == "" {
		return w.behind.remote
	}
	return w.remote
}

// xclient takes over what the server in front says of its client. The session begins anew.
func (w *wire) xclient(arg string) {
	if !w.mayName() {
		w.say("550 5.7.0 You are not among the relays of this server")
		return
	}
	c := w.behind
	for _, word := range strings.Fields(arg) {
		name, value, ok := strings.Cut(word, "=")
		value, good := xtext(value)
		if !ok || !good {
			w.say("501 5.5.4 Malformed XCLIENT")
			return
		}
		known := value != "[UNAVAILABLE]" && value != "[TEMPUNAVAIL]"
		switch strings.ToUpper(name) {
		case "ADDR":
			c.remote = netip.Addr{}
			if !known {
				break
			}
			a, err := netip.ParseAddr(strings.TrimPrefix(strings.ToUpper(value), "IPV6:"))
			if err != nil {
				w.say("501 5.5.4 XCLIENT ADDR: want an address")
				return
			}
			c.remote = a.Unmap().WithZone("")
		case "HELO":
			if c.helo = ""; known {
				c.helo = value
			}
		case "LOGIN":
			if c.login = ""; known {
				c.login = value
			}
		}
	}
	w.behind = c
	w.say("220 " + w.door.opts().Hostname + " ESMTP")
}

// announced adds XCLIENT to what EHLO offers a server of ours, behind the first line.
func (w *wire) announced(line []byte) []byte {
	if !w.greeted || !strings.HasPrefix(string(line), "250") {
		return line
	}
	w.greeted = false
	if line[3] != '-' {
		return line
	}
	return append(line[:len(line):len(line)], "250-XCLIENT ADDR HELO LOGIN NAME PORT PROTO\r\n"...)
}

// xtext decodes a value (RFC 3461 section 4), which has no controls.
func xtext(s string) (text string, ok bool) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '+' {
			n, err := strconv.ParseUint(s[i+1:min(i+3, len(s))], 16, 8)
			if err != nil || i+3 > len(s) {
				return "", false
			}
			c, i = byte(n), i+2
		}
		if c <= ' ' || c >= 0x7f {
			return "", false
		}
		b.WriteByte(c)
	}
	return b.String(), true
}
