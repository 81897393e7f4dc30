// Package message reads one mail, whatever its state, into one honest Message.
//
//	io.ReaderAt ─► source ─► header ─► walker ─► leaves ─► body      ─► Text, HTML
//	 (the spool)   a window   repair    parts    (Part)    attachment ─► name, size, SHA-256
//	                          of 64 KB  by their
//	                                    boundaries
//
// The mail is never held in memory: one window of it is, and the text. A part is
// a range of the file, decoded while it is read and again whenever Open is called.
//
// Nothing in a mail makes Read fail. What can't be understood stays what it is,
// text as text and bytes as an attachment, and Message.Warnings says so. The worst
// case is the raw body as text. Every string in a Message is valid UTF-8 without NUL.
package message

import (
	"context"
	"io"
	"slices"
	"strings"
	"time"
)

// Limits bounds the work that one mail may cause. The zero value of a field
// means its default.
type Limits struct {
	Depth int // nested multiparts and attached mails; default 20
	Parts int // leaves; default 500
	// Header is octets of the top header, and of all other headers together; default 256 KB
	Header int
	Text   int           // octets of text kept, four times as many of HTML; default 1 MB
	Time   time.Duration // work; default 10 s
}

func (l Limits) withDefaults() Limits {
	set := func(v *int, def int) {
		if *v <= 0 {
			*v = def
		}
	}
	set(&l.Depth, 20)
	set(&l.Parts, 500)
	set(&l.Header, 256<<10)
	set(&l.Text, 1<<20)
	if l.Time <= 0 {
		l.Time = 10 * time.Second
	}
	return l
}

// Message is a mail as its reader sees it.
type Message struct {
	Header Header

	Subject     string // decoded, one line, no control characters
	From        []Address
	To          []Address
	Cc          []Address
	ReplyTo     []Address
	DeliveredTo []Address // Delivered-To, X-Original-To, Envelope-To and kin, in order
	Sender      *Address
	FromFields  int // how many From fields there were
	// Author is the one address of the one From as all readers read it, else "". Whatever else
	// names a sender is for reading only
	Author     string
	Date       time.Time // zero if there is none or it is unreadable
	MessageID  string    // without brackets; "" if none
	InReplyTo  []string  // without brackets
	References []string  // without brackets, as written: oldest first

	ContentType string            // of the mail itself, lower case
	Params      map[string]string // of ContentType; names in lower case

	// Text and HTML are two views of the same body. HTML is the source, decoded;
	// parts that exist only as text are put into it escaped. Text is "" when a part of
	// the body exists only as HTML: what Text says is never less than the body.
	Text string
	HTML string

	// TextFiles are those attachments that clients show in line: to be read and found, and never
	// the sender's words.
	TextFiles []TextFile

	// FirstText is how many octets of Text the first of several text parts has; 0: there is one. In
	// HTML PartBoundary stands there
	FirstText int
	LoneCR    bool // a line of the body ends, or does not, in a carriage return alone

	Invitation  *Invitation // the calendar entry that the mail is about, if any
	Parts       []Part      // every leaf in order, those of attached mails too
	Attachments []Attachment

	Signed    bool // S/MIME or OpenPGP; not verified
	Encrypted bool // S/MIME or OpenPGP; kept as attachments

	// Warnings are "code" or "code: detail", each once:
	//
	//	boundary-absent, -guessed, -unclosed, -after-end    how the parts were told apart
	//	charset-guessed, -unknown, -wrong, -damaged         how text was decoded
	//	base64-damaged, encoding-wrong, tnef-unreadable     what could not be decoded as declared
	//	header-limit, depth-limit, part-limit, text-limit,  what was not read further; it is
	//	html-limit, attached-mail-limit, time-limit         still in the raw mail
	//	interrupted                                         the context or the file ended the reading
	Warnings []string
}

// TextFile is a short text with a file name.
type TextFile struct{ Name, Text string }

// Truncated reports whether a limit left something of the mail unread.
func (m *Message) Truncated() bool {
	return slices.ContainsFunc(m.Warnings, func(w string) bool {
		return strings.HasSuffix(w, "-limit") || w == "interrupted"
	})
}

// Read reads the mail of size octets in r. It never fails for what a mail
// contains: the error is r's own or ctx's, and comes with what was read until then.
// Past lim.Time what was read is returned without an error, with the warning "time-limit".
// r must stay readable while Open is used on parts and attachments.
func Read(ctx context.Context, r io.ReaderAt, size int64, lim Limits) (*Message, error) {
	w := newWalker(ctx, r, size, lim.withDefaults())
	defer w.src.release()
	m := w.message()
	return m, w.clock.err
}
