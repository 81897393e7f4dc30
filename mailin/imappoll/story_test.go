package imappoll

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"buzon/internal/mailtest"
)

// TestColleaguesInTheSameMailbox delivers mail while another client reads it, and moves and deletes
// what was there before.
func TestColleaguesInTheSameMailbox(t *testing.T) {
	t.Parallel()
	srv := mailtest.NewIMAP(t, mailtest.IMAPOptions{Folders: []string{"Personal"}})
	j := newMemory()
	colleagues(t, account(j, srv.Port()), j, 150,
		func() *imapclient.Client { return srv.Client(t) })
}

const dovecotUser = "soporte@ejemplo.test"

func dovecotAccount(d *mailtest.DovecotServer, j Journal) Account {
	a := account(j, d.TLSPort())
	a.TLS, a.CAs, a.Username = "tls", d.CAs, dovecotUser
	return a
}

// TestColleaguesOnDovecot is the same story with a thousand mails and the real server.
func TestColleaguesOnDovecot(t *testing.T) {
	t.Parallel()
	d := mailtest.Dovecot(t, map[string]string{dovecotUser: "secreto"})
	d.Create(t, dovecotUser, "Personal")
	j := newMemory()
	colleagues(t, dovecotAccount(d, j), j, 1000,
		func() *imapclient.Client { return d.Client(t, dovecotUser) })
}

// colleagues plays the story with n mails. The account is the one that skips what was there before.
func colleagues(t *testing.T, a Account, j *memory, n int, client func() *imapclient.Client) {
	const old = 40 // of which a colleague keeps one in four
	c, other := client(), client()
	for i := range old {
		deliver(t, c, "INBOX", letter(100000+i))
	}
	a.Since, a.Schedule = "now", "@every 1s"
	start(t, a)
	eventually(t, "first contact", func() bool { return !j.state().Good.IsZero() })
	ended := make(chan struct{})
	go func() { defer close(ended); meddle(t, other, old) }()
	for i := 1; i <= n; i++ {
		deliver(t, c, "INBOX", letter(i))
	}
	mails := j.wait(t, n)
	<-ended
	eventually(t, "all moved", func() bool { return count(t, c, "Procesados") == n })
	exactlyOnce(t, mails, n)
	if left := count(t, c, "INBOX"); left != old/4 {
		t.Errorf("%d mails are left in INBOX, want the %d that nobody touched", left, old/4)
	}
}

// meddle marks everything as read, moves half of the old mails and deletes a quarter of them.
func meddle(t testing.TB, c *imapclient.Client, old int) {
	select1(t, c, "INBOX")
	for i := range old {
		uid := imap.UIDSetNum(imap.UID(i + 1))
		switch i % 4 {
		case 0, 1:
			_, err := c.Move(uid, "Personal").Wait()
			check(t, err)
		case 2:
			check(t, c.Store(uid, &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true,
				Flags: []imap.Flag{imap.FlagDeleted}}, nil).Close())
			check(t, c.UIDExpunge(uid).Close())
		}
		// Mails move away below us: a server may say NO for those that are gone.
		c.Store(imap.UIDSet{{Start: 1, Stop: 0}},
			&imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true,
				Flags: []imap.Flag{imap.FlagSeen}}, nil).Close()
		time.Sleep(5 * time.Millisecond)
	}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Error(err)
	}
}

func select1(t testing.TB, c *imapclient.Client, folder string) {
	t.Helper()
	_, err := c.Select(folder, nil).Wait()
	check(t, err)
}

func deliver(t testing.TB, c *imapclient.Client, folder string, raw []byte) {
	t.Helper()
	a := c.Append(folder, int64(len(raw)), nil)
	a.Write(raw)
	check(t, a.Close())
	_, err := a.Wait()
	check(t, err)
}

// count is how many mails a folder has; none when it is not there.
func count(t testing.TB, c *imapclient.Client, folder string) int {
	t.Helper()
	data, err := c.Status(folder, &imap.StatusOptions{NumMessages: true}).Wait()
	if err != nil {
		return 0
	}
	return int(*data.NumMessages)
}

// TestAfter does what is owed to taken mail, on servers that can more or less, while somebody else
// has marked a mail of his for deletion.
func TestAfter(t *testing.T) {
	t.Parallel()
	full := imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapMove: {}, imap.CapUIDPlus: {}}
	uidplus, bare := imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapUIDPlus: {}},
		imap.CapSet{imap.CapIMAP4rev1: {}}
	for _, c := range []struct {
		name            string
		caps            imap.CapSet
		after           After
		inbox, archived int
		keyword         int
	}{
		{"move by MOVE", full, Move, 1, 2, 0},
		{"move by COPY and UID EXPUNGE", uidplus, Move, 1, 2, 0},
		{"move where it can't be done safely", bare, Move, 3, 0, 2},
		{"flag", full, Flag, 3, 0, 2},
		{"leave", full, Leave, 3, 0, 0},
		{"delete", uidplus, Delete, 1, 0, 0},
		{"delete where it can't be done safely", bare, Delete, 3, 0, 2},
	} {
		t.Run(strings.ReplaceAll(c.name, " ", "-"), func(t *testing.T) {
			srv := mailtest.NewIMAP(t, mailtest.IMAPOptions{Caps: c.caps})
			other := srv.Client(t)
			deliver(t, other, "INBOX", letter(9)) // the colleague's, old
			j := newMemory()
			a := account(j, srv.Port())
			a.Since, a.After = "now", c.after
			start(t, a)
			eventually(t, "first contact", func() bool { return !j.state().Good.IsZero() })
			select1(t, other, "INBOX")
			check(t, other.Store(imap.UIDSetNum(1),
				&imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true,
					Flags: []imap.Flag{imap.FlagDeleted}}, nil).Close())
			deliver(t, other, "INBOX", letter(1))
			deliver(t, other, "INBOX", letter(2))
			exactlyOnce(t, j.wait(t, 2), 2)
			eventually(t, "nothing owed", func() bool {
				o, _ := j.Owed(t.Context(), j.epoch("INBOX"))
				return len(o) == 0
			})
			if in, out := len(srv.Messages(t, "INBOX")),
				count(t, srv.Client(t), "Procesados"); in != c.inbox || out != c.archived {
				t.Errorf("%d in INBOX and %d in Procesados, want %d and %d", in, out, c.inbox,
					c.archived)
			}
			seen, flagged := flags(t, srv.Client(t))
			if seen != 0 || flagged != c.keyword {
				t.Errorf("%d mails are marked as read and %d with our keyword, want 0 and %d", seen,
					flagged, c.keyword)
			}
		})
	}
}

// flags counts the mails in INBOX that are \Seen, and those with our keyword.
func flags(t testing.TB, c *imapclient.Client) (seen, keyword int) {
	select1(t, c, "INBOX")
	found, err := c.Fetch(imap.SeqSet{{Start: 1, Stop: 0}},
		&imap.FetchOptions{Flags: true}).Collect()
	check(t, err)
	for _, m := range found {
		if slices.Contains(m.Flags, imap.FlagSeen) {
			seen++
		}
		if slices.ContainsFunc(m.Flags,
			func(f imap.Flag) bool { return strings.EqualFold(string(f), "$Buzon") }) {
			keyword++
		}
	}
	return seen, keyword
}

func TestUIDValidityChange(t *testing.T) {
	t.Parallel()
	srv := mailtest.NewIMAP(t, mailtest.IMAPOptions{Folders: []string{"Web"}})
	for i := 1; i <= 30; i++ {
		srv.Append(t, "Web", letter(1000+i))
	}
	j := newMemory()
	a := account(j, srv.Port())
	a.Folders, a.Since, a.After = []string{"Web"}, "now", Leave
	stop := start(t, a)
	eventually(t, "first contact", func() bool { return !j.state().Good.IsZero() })
	for i := 1; i <= 20; i++ {
		srv.Append(t, "Web", letter(i))
	}
	j.wait(t, 20)
	stop()
	srv.Delete(t, "Web")
	srv.Create(t, "Web")
	for i := 30; i >= 1; i-- {
		srv.Append(t, "Web", letter(1000+i))
	}
	for i := 1; i <= 23; i++ {
		srv.Append(t, "Web", letter(i))
	}
	start(t, a)
	mails := j.wait(t, 43) // those of before once more: the intake knows them by their content
	count := sums(mails)
	for i := 1; i <= 23; i++ {
		want := 2
		if i > 20 {
			want = 1
		}
		if got := count[sum(letter(i))]; got != want {
			t.Errorf("letter %d was taken %d times, want %d", i, got, want)
		}
	}
	if len(count) != 23 {
		t.Errorf("%d different mails were taken, want 23: what was skipped before is skipped again",
			len(count))
	}
}

func TestFirstContact(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		since   string
		archive bool
		taken   int
	}{{"now", false, 0}, {"all", false, 3}, {"all", true, 3}, {"2000-01-01", false, 3},
		{"2999-01-01", false, 0}} {
		t.Run(fmt.Sprintf("%s-%v", c.since, c.archive), func(t *testing.T) {
			srv := mailtest.NewIMAP(t, mailtest.IMAPOptions{})
			for i := 1; i <= 3; i++ {
				srv.Append(t, "INBOX", letter(i))
			}
			j := newMemory()
			a := account(j, srv.Port())
			a.Since, a.Archive = c.since, c.archive
			start(t, a)
			eventually(t, "first contact", func() bool { return !j.state().Good.IsZero() })
			srv.Append(t, "INBOX", letter(4))
			mails := j.wait(t, c.taken+1)
			for _, m := range mails {
				if old := m.raw != string(letter(4)); m.Archive != (old && c.archive) {
					t.Errorf("archive is %v for an old mail: %v", m.Archive, old)
				}
			}
			if len(mails) != c.taken+1 {
				t.Errorf("%d mails taken, want %d", len(mails), c.taken+1)
			}
		})
	}
}

// TestTokensOnDovecot logs in by token, and tells a token that is refused.
func TestTokensOnDovecot(t *testing.T) {
	t.Parallel()
	d := mailtest.Dovecot(t, map[string]string{dovecotUser: "secreto"})
	d.OAuth(t, func(token string) string {
		return map[string]string{"good": dovecotUser}[token]
	})
	for _, bearer := range []bool{false, true} {
		d.Append(t, dovecotUser, "INBOX", letter(1))
		j := newMemory()
		a := dovecotAccount(d, j)
		a.OAuthBearer, a.Password = bearer, nil
		a.Token = func(context.Context, bool) (string, error) { return "expired", nil }
		if err := a.Poll(t.Context(), PollNow); !errors.Is(err, errAuth) {
			t.Errorf("with a token that has expired: %v", err)
		}
		a.Token = func(context.Context, bool) (string, error) { return "good", nil }
		if err := a.Poll(t.Context(), PollNow); err != nil {
			t.Errorf("with a good token: %v", err)
		}
		exactlyOnce(t, j.all(), 1)
	}
}
