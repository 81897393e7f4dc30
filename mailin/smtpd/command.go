package smtpd

import (
	"bufio"
	"bytes"
	"errors"
	"os"
	"strconv"
	"strings"
)

const (
	// commandLimit, in bytes of a line: RFC 5321 asks for 512 and more with extensions
	commandLimit = 2 << 10
	saslLimit    = 12 << 10 // bytes of an answer in AUTH (RFC 4954 section 4)
	maxCommands  = 1000     // without a mail
	maxMails     = 1000     // in one session, relays excepted
)

var errLongLine = errors.New("line too long")

// command returns the next line that is for go-smtp; those that the wire answers itself stay here.
// It returns nil when the session is over, with dead set.
func (w *wire) command() []byte {
	for !w.dead.Load() {
		if !w.bdatOpen {
			w.enter(false)
		}
		if text := w.ending(); text != "" && !w.bdatOpen {
			return w.end(text)
		}
		line, err := w.readLine()
		switch {
		case errors.Is(err, errLongLine) && w.sasl:
			return w.end("421 4.7.0 Authentication line too long, closing connection")
		case errors.Is(err, errLongLine):
			w.say("500 5.5.2 Line too long")
		case err != nil:
			return w.lost(err)
		case w.sasl:
			w.sasl = false
			return line
		case controls(line):
			w.say("500 5.5.2 Control character in command")
		default:
			if line = w.inspect(line); line != nil {
				return line
			}
		}
	}
	return nil
}

// ending returns the reply that closes the session now, or "".
func (w *wire) ending() string {
	switch {
	case w.errors > w.door.opts().Errors:
		return "421 4.7.0 Too many errors, closing connection"
	case w.mails >= maxMails && !w.place.relay:
		return "421 4.7.0 Enough mails for one session, please go on in another"
	case w.commands > maxCommands:
		return "421 4.7.0 Too many commands without a mail, closing connection"
	}
	return w.farewell()
}

func (w *wire) end(text string) []byte {
	w.say(text)
	w.dead.Store(true)
	return nil
}

// lost ends the session after a failed read.
func (w *wire) lost(err error) []byte {
	switch text := w.farewell(); {
	case text != "":
		return w.end(text)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return w.end("421 4.4.2 Timeout, closing connection")
	}
	w.dead.Store(true)
	return nil
}

// readLine returns a line with its end, valid until the next read. A line over the limit is
// skipped.
func (w *wire) readLine() ([]byte, error) {
	limit := commandLimit
	if w.sasl {
		limit = saslLimit
	}
	line, err := w.in.ReadSlice('\n')
	long := len(line) > limit
	for errors.Is(err, bufio.ErrBufferFull) {
		_, err = w.in.ReadSlice('\n')
	}
	if err == nil && long {
		err = errLongLine
	}
	return line, err
}

// controls reports a control character before the line's end: a bare CR or NUL inside a command is
// an attack or noise.
func controls(line []byte) bool {
	line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
	return bytes.ContainsFunc(line, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f })
}

// inspect looks at a command before go-smtp does; nil: it is dealt with.
func (w *wire) inspect(line []byte) []byte {
	w.commands++
	verb, arg := split(line)
	switch {
	case strings.HasPrefix(verb, "STARTTLS") && w.door.secure != nil && !w.secure:
		// as loosely as go-smtp takes it
		w.startTLS(w.door.ctx)
		return nil
	case strings.HasPrefix(verb, "XCLIENT "):
		w.xclient(strings.TrimRight(string(line[len("XCLIENT "):]), "\r\n"))
		return nil
	case verb == "EHLO" || verb == "HELO" || verb == "LHLO":
		w.esmtp = verb != "HELO"
		w.greeted = w.esmtp && w.mayName()
		w.helo, _, _ = strings.Cut(arg, " ")
		w.bdatOpen = false
		// nobody may go on before he knows what we can do (RFC 2920 section 3.1)
		if w.in.Buffered() > 0 && !w.local {
			return w.end("503 5.5.1 Commands sent before the reply to " + verb)
		}
	case verb == "RSET":
		w.bdatOpen = false
	case verb == "BDAT":
		return w.beginChunk(line, arg)
	case verb == "RCPT":
		w.rcpt = arg
		return w.postmaster(line, arg)
	case !verbs[verb]: // go-smtp counts these by itself and ends the session with 500
		w.say("500 5.5.2 Command not recognised")
		return nil
	}
	return line
}

// verbs that go-smtp answers.
var verbs = map[string]bool{
	"MAIL": true, "DATA": true, "NOOP": true, "QUIT": true, "VRFY": true, "AUTH": true,
	"STARTTLS": true,
	"EXPN":     true, "HELP": true, "SEND": true, "SOML": true, "SAML": true, "TURN": true,
}

// split takes a command apart as go-smtp does, so that both see the same.
func split(line []byte) (verb, arg string) {
	s := strings.TrimRight(string(line), "\r\n")
	if len(s) > 5 && s[4] == ' ' {
		return strings.ToUpper(s[:4]), strings.TrimSpace(s[5:])
	}
	return strings.ToUpper(s), ""
}

// beginChunk notes how many bytes after the line are mail (RFC 3030). When that is unknown the
// session can't go on.
func (w *wire) beginChunk(line []byte, arg string) []byte {
	f := strings.Fields(arg)
	last := len(f) == 2 && strings.EqualFold(f[1], "LAST")
	if len(f) != 1 && !last {
		return w.end("501 5.5.4 Malformed BDAT, closing connection")
	}
	size, err := strconv.ParseUint(f[0], 10, 32)
	if err != nil {
		return w.end("501 5.5.4 Malformed BDAT size, closing connection")
	}
	if !w.bdatOpen {
		w.enter(true)
	}
	w.chunk, w.bdatOpen = int64(size), !last
	return line
}

// postmaster completes RCPT TO:<postmaster>, which every server takes (RFC 5321 section 4.1.1.3)
// and go-smtp does not.
func (w *wire) postmaster(line []byte, arg string) []byte {
	o := w.door.opts()
	path, args, _ := strings.Cut(arg, ">")
	if !strings.EqualFold(strings.ReplaceAll(path, " ", ""), "TO:<postmaster") {
		return line
	}
	domain := o.Hostname
	if len(o.Domains) > 0 {
		domain = o.Domains[0]
	}
	return []byte("RCPT TO:<postmaster@" + domain + ">" + args + "\r\n")
}
