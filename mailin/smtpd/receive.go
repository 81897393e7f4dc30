package smtpd

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-smtp"
)

var buffers = sync.Pool{New: func() any { return new([wireBuffer]byte) }}

// incoming is one mail on its way into the spool. What is refused or can't be kept is still read to
// its end, so that the reply comes where the client expects it and the session goes on.
type incoming struct {
	spool Spool
	size  int64
	limit int64
	hops  hopCounter
	err   error // of the spool
}

func (m *incoming) Write(p []byte) (int, error) {
	m.size += int64(len(p))
	if m.size > m.limit || m.err != nil {
		return len(p), nil
	}
	m.hops.look(p)
	_, m.err = m.spool.Write(p)
	return len(p), nil
}

// receive takes a mail and returns the reply: an *smtp.SMTPError, with code 250 once the mail is
// durable.
func (s *session) receive(env Envelope, r io.Reader) error {
	id, size, err := s.keep(env, r)
	log := s.door.opts().Log.With("queue_id", env.QueueID, "remote", env.Remote, "size", size)
	if err != nil {
		answer := replyTo(err)
		log.Warn("mail not taken", "reply", answer.Code, "error", err)
		return answer
	}
	log.Info("mail taken", "mail", id, "door", env.door(), "protocol", env.Protocol)
	s.wire.taken()
	return reply(250, 2, 0, 0, "OK: queued as "+env.QueueID)
}

// door names the door as the journal does.
func (e *Envelope) door() string {
	if e.Protocol == "LMTP" {
		return "lmtp"
	}
	return "smtp"
}

// keep spools and journals the mail. Whatever happens on the way, a panic of the journal too, the
// spool is closed.
func (s *session) keep(env Envelope, r io.Reader) (id, size int64, err error) {
	o := s.door.opts()
	m := &incoming{limit: o.MaxSize}
	if m.spool, m.err = o.Journal.Spool(s.door.ctx); m.err == nil {
		defer m.spool.Close()
		_, m.err = io.WriteString(m.spool, env.trace(o.Hostname))
	}
	if err := s.read(m, r); err != nil {
		return 0, m.size, err
	}
	if o.Inspect != nil {
		if env.Found, err = o.Inspect(s.door.ctx, env, m.spool); err != nil {
			return 0, m.size, fmt.Errorf("inspect mail: %w", err)
		}
	}
	id, err = o.Journal.Receive(s.door.ctx, env, m.spool)
	return id, m.size, err
}

// read copies the mail into the spool and says what speaks against it.
func (s *session) read(m *incoming, r io.Reader) error {
	buf := buffers.Get().(*[wireBuffer]byte)
	defer buffers.Put(buf)
	if _, err := io.CopyBuffer(m, r, buf[:]); err != nil {
		if !errors.Is(err, smtp.ErrDataReset) {
			s.wire.dead.Store(true)
		}
		return fmt.Errorf("read mail: %w: %w", err, errCut)
	}
	dots, _ := r.(*dotReader)
	switch {
	case m.size > m.limit:
		return errTooBig
	case m.hops.n > s.door.opts().Hops:
		return errLoop
	case dots != nil && dots.bare && !s.keepsBare():
		return errBareLF
	case m.err != nil:
		return fmt.Errorf("spool mail: %w", m.err)
	}
	return nil
}

func (s *session) keepsBare() bool {
	mode := s.door.opts().BareLF
	return mode == BareLFKeep || mode == BareLFLocal && s.wire.local
}

// trace is our Received field (RFC 5321 section 4.4). The recipient is named only when there is
// one, or a blind copy would show.
func (e *Envelope) trace(hostname string) string {
	from := plainWord(e.Helo)
	if e.Remote.IsValid() {
		from += " (" + literal(e.Remote) + ")"
	}
	clause := ""
	if len(e.To) == 1 && plainWord(e.To[0]) == e.To[0] {
		clause = "\r\n\tfor <" + e.To[0] + ">"
	}
	return fmt.Sprintf("Received: from %s\r\n\tby %s with %s id %s%s;\r\n\t%s\r\n",
		from, hostname, e.Protocol, e.QueueID, clause, e.Received.Format(time.RFC1123Z))
}

func literal(a netip.Addr) string {
	if a.Is6() {
		return "[IPv6:" + a.String() + "]"
	}
	return "[" + a.String() + "]"
}

// plainWord keeps what the client claims from writing header fields of its own.
func plainWord(s string) string {
	s = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' ||
			strings.ContainsRune("-._:[]+=@", r) {
			return r
		}
		return '?'
	}, s)
	return s[:min(len(s), 255)]
}
