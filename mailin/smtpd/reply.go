package smtpd

import (
	"errors"
	"strings"
	"syscall"

	"github.com/emersion/go-smtp"
)

// Replies that the door itself gives. What a sender may repeat is 4xx; 5xx is a decision about this
// mail.
var (
	errTemporary = reply(451, 4, 3, 0, "Temporary failure, please try again later")
	errFull      = reply(452, 4, 3, 1, "Insufficient storage, please try again later")
	errCut       = reply(421, 4, 4, 2, "Connection cut or too slow, please try again")
	errStopped   = reply(421, 4, 3, 2, "Service shutting down, please try again")
	errTooBig    = reply(552, 5, 3, 4, "Message exceeds the size limit")
	errLoop      = reply(554, 5, 4, 6, "Too many hops, mail loop suspected")
	errBareLF    = reply(550, 5, 5, 2,
		"Message has a bare CR or LF; lines end with CRLF (RFC 5321 section 2.3.8)")
	errNested = reply(503, 5, 5, 1, "Transaction already open; RSET first")
	errSlow   = reply(451, 4, 7, 1,
		"Too many wrong addresses came from there; try again in some minutes")
	errRelay     = reply(550, 5, 7, 1, "Relaying denied")
	errNoMailbox = reply(550, 5, 1, 1, "No such mailbox here")
	errAuthOff   = reply(502, 5, 5, 1, "Authentication not available")
	errAuthClear = reply(523, 5, 7, 10, "Encryption needed before authentication")
	errAuthMech  = reply(504, 5, 7, 4, "Unknown authentication mechanism")
	errAuthWrong = reply(535, 5, 7, 8, "Authentication failed")
	errAuthLater = reply(454, 4, 7, 0, "Temporary authentication failure")
	errAuthForm  = reply(501, 5, 5, 2, "Malformed authentication response")
)

func reply(code, class, subject, detail int, text string) *smtp.SMTPError {
	return &smtp.SMTPError{
		Code: code, EnhancedCode: smtp.EnhancedCode{class, subject, detail}, Message: text,
	}
}

// replyTo is the one way from an error to a reply, because go-smtp answers 554 with the error's
// text to all that is not a bare *smtp.SMTPError: a busy database would bounce a customer's mail
// and print our internals.
func replyTo(err error) *smtp.SMTPError {
	var own *smtp.SMTPError
	if errors.As(err, &own) {
		return own
	}
	var permanent Permanent
	if errors.As(err, &permanent) {
		code, enhanced, text := permanent.SMTP()
		if code >= 500 && code <= 599 {
			return &smtp.SMTPError{Code: code, EnhancedCode: enhanced, Message: replyText(text)}
		}
	}
	var full interface{ Full() bool }
	if errors.As(err, &full) && full.Full() ||
		errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return errFull
	}
	return errTemporary
}

// replyText keeps a text within its reply: a line break would begin another one.
func replyText(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
	return s[:min(len(s), 400)]
}
