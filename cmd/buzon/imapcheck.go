package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"buzon/mailin"
	"buzon/mailin/imappoll"
	"buzon/mailout"
)

// tryIMAP logs in to an account, tries what the door needs of the server, and prints what it found.
// It changes nothing there; with send it waits for a mail of its own to arrive at a plus address.
func (a *app) tryIMAP(
	ctx context.Context, f *findings, conf config, c imapConfig, send bool,
) error {
	if c.expiring(time.Now()) {
		f.say("imap "+c.Name, "warning", fmt.Sprintf("the client secret of %s expires on %s: "+
			"make a new one", c.Name, c.SecretExpires))
	}
	account := c.account(conf.DataDir)
	account.Journal = mailin.IMAPJournal{}
	account.Wanted = func(context.Context, []byte) (imappoll.Want, error) {
		return imappoll.Unwanted, nil
	}
	ctx, cancel := context.WithTimeout(ctx, 90*time.Second)
	defer cancel()
	id := ""
	if send {
		var err error
		if id, err = conf.sendProbe(ctx, c.Mailbox); err != nil {
			return fmt.Errorf("send the test mail: %w", err)
		}
	}
	found, err := account.Check(ctx, id)
	if send && errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("the mail to %s has not come in a minute: set plus_addressing = false "+
			"for this mailbox, or have your provider deliver such addresses", plus(c.Mailbox))
	}
	if err != nil {
		return err
	}
	f.showChecked(c, found)
	return nil
}

// finds says how new mail is found.
func (c imapConfig) finds(found imappoll.Checked) string {
	switch {
	case c.NoIdle:
		return "no_idle: new mail is found by the schedule, " + c.Schedule
	case found.Idle:
		return "IDLE works: new mail is announced by the server"
	}
	return "no IDLE: new mail is found by the schedule, " + c.Schedule
}

// removes says how taken mail is moved away or removed.
func (c imapConfig) removes(found imappoll.Checked) string {
	switch {
	case c.After == "move" && found.Move:
		return "MOVE: taken mail is moved to " + c.MovedTo
	case found.UIDPlus && c.After == "move":
		return "UIDPLUS: taken mail is copied to " + c.MovedTo + " and removed"
	case found.UIDPlus:
		return "UIDPLUS: taken mail is removed"
	}
	return "no way to remove mail of ours without touching others': " +
		"taken mail is marked with " + c.Flag + " and stays"
}

func (f *findings) showChecked(c imapConfig, found imappoll.Checked) {
	var mails []string
	for folder, n := range found.Mails {
		mails = append(mails, fmt.Sprintf("%s: %d mails", folder, n))
	}
	slices.Sort(mails)
	lines := []string{strings.Join(mails, ", "),
		"folders on the server: " + strings.Join(found.Folders, ", "), c.finds(found)}
	if c.After == "move" || c.After == "delete" {
		lines = append(lines, c.removes(found))
	}
	for _, pair := range found.Same {
		lines = append(lines, "one folder under two names: "+pair+": name it once")
	}
	if found.Makes != "" {
		lines = append(lines, "the folder "+found.Makes+" will be made")
	}
	if found.Seen {
		lines = append(lines, "plus-addressing works (the mail that showed it stays in "+
			c.Folders[0]+" until buzon serve takes it)")
	}
	f.say("imap "+c.Name, "note", strings.Join(lines, "\n"))
}

// plus is an address as the desk's reply addresses are made.
func plus(address string) string {
	local, domain, _ := strings.Cut(address, "@")
	return local + "+buzon-check@" + domain
}

// sendProbe sends a mail from the mailbox to a plus address of its own; the intake knows it for the
// desk's own mail.
func (c config) sendProbe(ctx context.Context, address string) (id string, err error) {
	if len(c.Relay) == 0 {
		return "", errors.New("there is no [relay] to send it by")
	}
	relays, err := c.transport(time.Now)
	if err != nil {
		return "", err
	}
	defer relays.Close()
	_, domain, _ := strings.Cut(address, "@")
	id = mailin.ProbePrefix + strings.ToLower(rand.Text()) + "@" + domain
	var mail bytes.Buffer
	fmt.Fprintf(&mail, "From: <%s>\r\nTo: <%s>\r\nSubject: buzon check\r\nDate: %s\r\n"+
		"Message-ID: <%s>\r\nAuto-Submitted: auto-generated\r\n"+
		"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"+
		"buzon check --send\r\n", address, plus(address), time.Now().Format(time.RFC1123Z), id)
	raw := mail.Bytes()
	r := relays.Send(ctx, mailout.Envelope{From: address, To: plus(address), Mailbox: address},
		io.NewSectionReader(bytes.NewReader(raw), 0, int64(len(raw))))
	return id, r.Err
}
