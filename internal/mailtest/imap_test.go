package mailtest

import (
	"bytes"
	"strings"
	"testing"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

func TestIMAPKeepsMail(t *testing.T) {
	for _, security := range []string{"none", "starttls", "tls"} {
		s := NewIMAP(t, IMAPOptions{TLS: security, Folders: []string{"Procesados"}})
		s.Append(t, "INBOX", plain)
		s.Append(t, "INBOX", []byte("Subject: dos\r\n\r\n"))
		got := s.Messages(t, "INBOX")
		if len(got) != 2 || !bytes.Equal(got[0], plain) || s.Messages(t, "Procesados") != nil {
			t.Fatalf("%s: %d mails: %q", security, len(got), got)
		}
		c := s.Client(t)
		_, err := c.Select("INBOX", nil).Wait()
		check(t, err)
		_, err = c.Move(imap.UIDSetNum(1), "Procesados").Wait()
		check(t, err)
		s.Stop()
		s.Start(t)
		if a, b := len(s.Messages(t, "INBOX")), len(s.Messages(t, "Procesados")); a != 1 || b != 1 {
			t.Errorf("%s: after MOVE and restart %d and %d mails", security, a, b)
		}
	}
}

func TestIMAPRefusesTheWrongPassword(t *testing.T) {
	s := NewIMAP(t, IMAPOptions{})
	c, err := imapclient.DialInsecure(s.Addr(), nil)
	check(t, err)
	defer c.Close()
	if err := c.Login("soporte", "mala").Wait(); err == nil {
		t.Error("logged in")
	}
}

func TestScriptedIMAPPlaysItsLines(t *testing.T) {
	s := NewScriptedIMAP(t,
		Session(LogIn("IDLE"), Answer("SELECT", "* 1 EXISTS"), Expect("UID FETCH 7"),
			Say("* 1 FETCH (UID 7 BO"), CutConn()),
		Session(LogIn("UIDPLUS"), Answer("SELECT", "* 1 EXISTS", "{tag} OK [READ-ONLY] done"),
			Expect("UID FETCH 7"),
			Say("* 1 FETCH (UID 7 BODY[] "), SayLiteral(plain), Say(")\r\n{tag} OK done\r\n"),
			Answer("APPEND"), Stall(Forever)))
	for i, wantErr := range []bool{true, false} {
		c, err := imapclient.DialInsecure(s.Addr(), nil)
		check(t, err)
		check(t, c.Login("soporte", "secreto").Wait())
		_, err = c.Select("INBOX", nil).Wait()
		check(t, err)
		whole := &imap.FetchItemBodySection{Peek: true}
		found, err := c.Fetch(imap.UIDSetNum(7),
			&imap.FetchOptions{UID: true,
				BodySection: []*imap.FetchItemBodySection{whole}}).Collect()
		if (err != nil) != wantErr || !wantErr &&
			!bytes.Equal(found[0].FindBodySection(whole), plain) {
			t.Errorf("session %d: %v, %v", i+1, err, found)
		}
		if !wantErr {
			a := c.Append("INBOX", int64(len(plain)), nil)
			a.Write(plain)
			check(t, a.Close())
			_, err := a.Wait()
			check(t, err)
		}
		c.Close()
	}
	s.WaitPlayed(2)
	heard := strings.Join(s.Heard(), "\n")
	if s.Connections() != 2 || !strings.Contains(heard, "1 LOGIN") ||
		!strings.Contains(heard, "2 APPEND INBOX {") || !strings.Contains(heard, "Factura") {
		t.Errorf("heard:\n%s", heard)
	}
}

func TestScriptedIMAPFailsOnAnotherCommand(t *testing.T) {
	r := &recorder{TB: t}
	s := NewScriptedIMAP(r, Session(Say("* OK [CAPABILITY IMAP4rev1] ready\r\n"), Expect("LOGIN")))
	c, err := imapclient.DialInsecure(s.Addr(), nil)
	check(t, err)
	defer c.Close()
	if err := c.Noop().Wait(); err == nil {
		t.Error("NOOP was answered")
	}
	if got := r.failed(); len(got) != 1 || !strings.Contains(got[0], `"NOOP"`) {
		t.Errorf("failures %q, want one about NOOP", got)
	}
}
