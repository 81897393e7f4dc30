package mailtest

import (
	"slices"
	"strings"
	"sync"
	"time"
)

// Step is a moment of the SMTP dialogue at which a Smarthost can be told to act.
type Step string

const (
	Connect  Step = "connect"     // instead of the greeting
	EHLO     Step = "EHLO"        // and HELO
	STARTTLS Step = "STARTTLS"    // before the handshake
	AUTH     Step = "AUTH"        // after the credentials have been read
	MAIL     Step = "MAIL"        //
	RCPT     Step = "RCPT"        //
	DATA     Step = "DATA"        // instead of 354
	Content  Step = "content"     // while the mail's bytes come: Stall and DropAfter
	End      Step = "end of data" // after the final dot
)

// Act is what the server does at a step instead of the usual. The fields act in their order.
type Act struct {
	For       string        // only when this is a recipient of the mail; "" = always
	Stall     time.Duration // waits first; Forever = until the connection ends
	DropAfter int           // at Content: closes the connection after so many bytes
	Store     bool          // at End: keeps the mail whatever is answered
	Cut       bool          // closes the connection without an answer
	// this answer, without the last CRLF; may have several lines; "" = the usual one
	Reply   string
	Trickle time.Duration // pause after each byte of the answer
	Always  bool          // is not used up
}

// Forever is a stall that ends only with the connection or the server.
const Forever time.Duration = -1

// Reply answers once with these words: "450 4.7.1 come back later".
func Reply(text string) Act { return Act{Reply: text} }

// Cut closes the connection once.
func Cut() Act { return Act{Cut: true} }

// Usual goes on as if there were no script, once: to have the third mail refused, not the first.
func Usual() Act { return Act{} }

// script is what a server has been told to do. It may change while the server runs.
type script struct {
	mu   sync.Mutex
	acts map[Step][]Act
}

// set replaces what is to be done at a step.
func (s *script) set(step Step, acts []Act) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.acts == nil {
		s.acts = map[Step][]Act{}
	}
	s.acts[step] = slices.Clone(acts)
}

// next takes the first act for one of these recipients.
func (s *script) next(step Step, rcpts ...string) (Act, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, a := range s.acts[step] {
		meant := func(rcpt string) bool { return strings.EqualFold(rcpt, a.For) }
		if a.For != "" && !slices.ContainsFunc(rcpts, meant) {
			continue
		}
		if !a.Always {
			s.acts[step] = slices.Delete(s.acts[step], i, i+1)
		}
		return a, true
	}
	return Act{}, false
}
