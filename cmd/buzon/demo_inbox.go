package main

import (
	"errors"
	"fmt"
	"html"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/emersion/go-message/mail"
)

// received is a mail of the desk as the client of its recipient shows it.
type received struct {
	To, Name, From string
	Ticket         int64
	ReplyTo        string
	Subject        string
	Date           time.Time
	ID, References string // References as a reply has them: with this mail's own at the end
	Text, HTML     string
}

// inbox reads what was caught for a person about a ticket, the oldest first; "" is everybody, 0
// every ticket.
func (p *player) inbox(to string, ticket int64) (list []received, err error) {
	files, err := os.ReadDir(p.dir) // the names sort by time
	if err != nil {
		return nil, fmt.Errorf("read the mail that was sent: %w", err)
	}
	for _, f := range files {
		m, err := readReceived(filepath.Join(p.dir, f.Name()))
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", f.Name(), err)
		}
		if (to == "" || m.To == to) && (ticket == 0 || m.Ticket == ticket) {
			list = append(list, m)
		}
	}
	return list, nil
}

func readReceived(name string) (m received, err error) {
	f, err := os.Open(name)
	if err != nil {
		return m, err
	}
	defer f.Close()
	r, err := mail.CreateReader(f)
	if err != nil {
		return m, err
	}
	defer r.Close()
	if err := m.header(r.Header); err != nil {
		return m, err
	}
	for {
		part, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			return m, nil
		}
		if err != nil {
			return m, err
		}
		if err := m.part(part); err != nil {
			return m, err
		}
	}
}

func (m *received) part(p *mail.Part) error {
	h, inline := p.Header.(*mail.InlineHeader)
	if !inline {
		return nil
	}
	text, err := io.ReadAll(p.Body)
	if kind, _, _ := h.ContentType(); kind == "text/html" {
		m.HTML = string(text)
	} else {
		m.Text = strings.TrimRight(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n")
	}
	return err
}

func (m *received) header(h mail.Header) (err error) {
	var errs [5]error
	var from, replyTo []*mail.Address
	from, errs[0] = h.AddressList("From")
	replyTo, errs[1] = h.AddressList("Reply-To")
	m.Subject, errs[2] = h.Subject()
	m.Date, errs[3] = h.Date()
	m.ID, errs[4] = h.MessageID()
	if err := errors.Join(errs[:]...); err != nil {
		return err
	}
	if len(from) != 1 {
		return errors.New("no single From")
	}
	m.To, m.Name, m.From = h.Get("Delivered-To"), from[0].Name, from[0].Address
	m.ReplyTo = m.From
	if len(replyTo) > 0 {
		m.ReplyTo = replyTo[0].Address
	}
	m.Date = m.Date.Local()
	m.References = strings.TrimSpace(h.Get("References") + " <" + m.ID + ">")
	m.Ticket, _ = strconv.ParseInt(h.Get("X-Buzon-Caso"), 10, 64)
	return nil
}

// Reply is the subject of a reply.
func (m received) Reply() string { return "Re: " + m.Subject }

// button is the mail that a link of the HTML opens.
type button struct{ To, Subject, Body string }

// Button is the first of the mail's links whose text begins with a word.
func (m received) Button(word string) (b button, err error) {
	href, rest, ok := "", m.HTML, true
	for text := ""; ok && !strings.HasPrefix(text, word); {
		_, rest, ok = strings.Cut(rest, `href="mailto:`)
		href, rest, _ = strings.Cut(rest, `"`)
		_, text, _ = strings.Cut(rest, ">")
		text = strings.TrimSpace(text)
	}
	if !ok {
		return b, fmt.Errorf("the mail has no button «%s»", word)
	}
	u, err := url.Parse("mailto:" + html.UnescapeString(href))
	if err != nil {
		return b, err
	}
	if b.To, err = url.PathUnescape(u.Opaque); err != nil {
		return b, err
	}
	return button{b.To, u.Query().Get("subject"), u.Query().Get("body")}, nil
}
