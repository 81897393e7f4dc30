package imappoll

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// TestPatienceWithProviders replays how servers turn a client away for half an hour: at most twelve
// logins come of it, nothing counts against any mail, and when the server relents the mail comes
// in.
func TestPatienceWithProviders(t *testing.T) {
	t.Parallel()
	says := func(prefix, answer string) func(string) string {
		return func(command string) string {
			if strings.HasPrefix(command, prefix) {
				return answer
			}
			return ""
		}
	}
	for _, c := range []struct {
		name   string
		answer func(string) string
	}{
		{"Google, wrong password", says("LOGIN",
			"{tag} NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)\r\n")},
		{"Google, too many connections",
			says("LOGIN", "{tag} NO [ALERT] Too many simultaneous connections. (Failure)\r\n")},
		{"Google, bandwidth", says("UID FETCH",
			"{tag} NO [OVERQUOTA] Account exceeded command or bandwidth limits. (Failure)\r\n")},
		{"Google, THROTTLED", says("UID SEARCH", "{tag} NO [THROTTLED] Slow down\r\n")},
		{"Google, goodbye", says("SELECT", "* BYE Session expired, please login again.\r\n"+cut)},
		{"Microsoft, login failed", says("LOGIN", "{tag} NO LOGIN failed.\r\n")},
		{"Microsoft, login failed with a token",
			says("AUTHENTICATE", "{tag} NO AUTHENTICATE failed.\r\n")},
		{"Microsoft, throttled", says("SELECT",
			"{tag} BAD Request is throttled. Suggested Backoff Time: 92415 milliseconds\r\n")},
		{"Microsoft, unavailable", says("SELECT",
			"{tag} NO [UNAVAILABLE] Server Unavailable. 15\r\n")},
		{"Microsoft, authenticated but not connected",
			says("SELECT", "{tag} BAD User is authenticated but not connected.\r\n"+cut)},
		{"hangs up after the login", says("LIST", cut)},
		{"hangs up in the greeting of each fetch", says("UID FETCH", cut)},
		{"silent after the login", says("LIST", silence)},
	} {
		t.Run(strings.NewReplacer(" ", "-", ",", "").Replace(c.name), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake(1)
				// and no mail is more to blame than another
				if strings.Contains(c.name, "each fetch") {
					f = newFake(many()...)
				}
				f.answer = c.answer
				j, a := f.account()
				if strings.Contains(c.name, "token") {
					f.caps = "SASL-IR AUTH=XOAUTH2 MOVE UIDPLUS"
					a.Token = func(context.Context, bool) (string, error) { return "T", nil }
				}
				stop := start(t, a)
				elapse(30 * time.Minute)
				f.mu.Lock()
				if f.logins > 12 || f.logins < 3 && !strings.HasPrefix(c.name, "Microsoft, login") {
					t.Errorf("%d logins in half an hour, want at most 12", f.logins)
				}
				f.answer = nil
				f.mu.Unlock()
				if st := j.state(); st.Error == "" || j.alarmed() != "[down]" {
					t.Errorf("error %q, alarms %v", st.Error, j.alarmed())
				}
				elapse(13 * time.Minute)
				stop()
				if j.alarmed() != "[down up]" {
					t.Errorf("alarms %v", j.alarmed())
				}
				var good []taken
				for _, m := range j.all() {
					if m.State != Aside {
						good = append(good, m)
					}
				}
				if aside := len(j.all()) - len(good); !strings.Contains(c.name, "each fetch") {
					exactlyOnce(t, good, 1)
				} else if aside > 3 || aside+len(good) != len(many()) {
					t.Errorf("%d mails were taken and %d set aside, of %d", len(good), aside,
						len(many()))
				}
			})
		})
	}
}

// TestServerThatHangsUp has a server that lets us in, gives its mail and ends the connection when
// it likes: we come back at once where that is rare, and never more than twelve times in half an
// hour.
func TestServerThatHangsUp(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		lasts time.Duration // a connection
		wait  time.Duration // for a mail, at most
	}{{0, 6 * time.Minute}, {time.Minute, 6 * time.Minute}, {6 * time.Minute, 8 * time.Second}} {
		synctest.Test(t, func(t *testing.T) {
			f := newFake()
			f.caps = "IDLE MOVE"
			var logins []time.Time
			f.answer = func(command string) string {
				switch {
				case strings.HasPrefix(command, "LOGIN"):
					logins = append(logins, time.Now())
				case command == "IDLE" && c.lasts == 0:
					return "+ idling\r\n" + cut
				}
				return ""
			}
			j, a := f.account()
			a.Schedule = "@every 3h"
			stop := start(t, a)
			for n := 1; n <= 60; n++ {
				elapse(max(c.lasts, 2*time.Minute))
				f.change(func() {
					f.uids = append(f.uids, n)
					f.last.Close()
				})
			}
			elapse(c.wait)
			exactlyOnce(t, j.all(), 60)
			stop()
			for i := 12; i < len(logins); i++ {
				if d := logins[i].Sub(logins[i-12]); d < 30*time.Minute {
					t.Fatalf("connections of %v: thirteen logins in %v", c.lasts, d)
				}
			}
			if c.lasts > 5*time.Minute {
				for i, m := range j.all() {
					if want := time.Duration(i+1)*c.lasts +
						c.wait; m.Received.Sub(logins[0]) > want {
						t.Errorf("mail %d came after %v, want %v", i+1,
							m.Received.Sub(logins[0]), want)
					}
				}
			}
		})
	}
}

// TestEverLessOften has a server that can't be reached, or refuses every login: it is tried ever
// less often, down to a bound, for hours.
func TestEverLessOften(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		down        bool
		lasts       time.Duration
		half        int // tries in half an hour, at most
		least, most int // in all
	}{{true, time.Hour, 40, 50, 75}, {false, 6 * time.Hour, 12, 25, 50}} {
		t.Run(fmt.Sprintf("down-%v", c.down), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake()
				f.answer = func(command string) string {
					if strings.HasPrefix(command, "LOGIN") {
						return "{tag} NO [AUTHENTICATIONFAILED] no\r\n"
					}
					return ""
				}
				var tries []time.Time
				play(t, f, c.lasts, func(a *Account) {
					a.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
						tries = append(tries, time.Now())
						if c.down {
							return nil, errors.New("connection refused")
						}
						return f.Dial(ctx, network, address)
					}
				})
				if n := len(tries); n < c.least || n > c.most || !c.down && f.logins != n {
					t.Errorf("%d tries and %d logins in %v, want %d to %d", n, f.logins, c.lasts,
						c.least, c.most)
				}
				for i := c.half; i < len(tries); i++ {
					if d := tries[i].Sub(tries[i-c.half]); d < 30*time.Minute {
						t.Fatalf("%d tries in %v", c.half+1, d)
					}
				}
			})
		})
	}
}

// TestTokens gives the token that the server wants, and a new one when it was refused.
func TestTokens(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		bearer bool
		shared string
		want   string // of the initial response
	}{
		{false, "", "user=soporte\x01auth=Bearer T1\x01\x01"},
		{false, "equipo@ejemplo.test", "user=equipo@ejemplo.test\x01auth=Bearer T1\x01\x01"},
		{true, "", "n,a=soporte,\x01host=127.0.0.1\x01port=143\x01auth=Bearer T1\x01\x01"},
	} {
		synctest.Test(t, func(t *testing.T) {
			f := newFake(1)
			f.caps = "SASL-IR AUTH=XOAUTH2 AUTH=OAUTHBEARER MOVE UIDPLUS"
			f.answer = func(command string) string {
				_, response, ok := strings.Cut(command, "AUTHENTICATE ")
				if !ok {
					return ""
				}
				_, response, _ = strings.Cut(response, " ")
				raw, _ := base64.StdEncoding.DecodeString(response)
				if strings.Contains(string(raw), "T2") {
					return ""
				}
				if string(raw) != c.want {
					t.Errorf("sent %q, want %q", raw, c.want)
				}
				return "{tag} NO AUTHENTICATE failed.\r\n"
			}
			var asked []bool
			j := play(t, f, 3*time.Minute, func(a *Account) {
				a.OAuthBearer, a.Shared, a.Password = c.bearer, c.shared, nil
				a.Token = func(_ context.Context, fresh bool) (string, error) {
					asked = append(asked, fresh)
					return map[bool]string{false: "T1", true: "T2"}[fresh], nil
				}
			})
			exactlyOnce(t, j.all(), 1)
			if fmt.Sprint(asked) != "[false true]" {
				t.Errorf("tokens asked for: %v", asked)
			}
		})
	}
}

// TestDeadPeerInIdle swallows everything once IDLE has begun; a mail that comes another way is
// taken within five minutes.
func TestDeadPeerInIdle(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.caps = "IDLE MOVE UIDPLUS"
		dead := true
		f.answer = func(command string) string {
			if dead && (command == "DONE" || strings.HasPrefix(command, "NOOP")) {
				dead = false // the next connection is good
				return silence
			}
			return ""
		}
		j, a := f.account()
		a.Schedule = "@hourly"
		stop := start(t, a)
		elapse(10 * time.Second)
		f.change(func() { f.uids = append(f.uids, 1) })
		elapse(5*time.Minute + 10*time.Second)
		stop()
		exactlyOnce(t, j.all(), 1)
	})
}

func TestIdleIsRenewed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.caps = "IDLE"
		play(t, f, 61*time.Minute, func(a *Account) { a.Schedule = "@every 90m" })
		if n, noops := f.said("IDLE"), f.said("NOOP"); n < 15 || n > 19 || noops < n-1 ||
			f.conns != 1 {
			t.Errorf("in an hour %d IDLE, %d NOOP, %d connections", n, noops, f.conns)
		}
	})
}

func TestIdleThatIsPromisedAndRefused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.caps = "IDLE MOVE"
		f.answer = func(command string) string {
			if command == "IDLE" {
				return "{tag} NO not today\r\n"
			}
			return ""
		}
		go func() {
			time.Sleep(10 * time.Minute)
			f.mu.Lock()
			f.uids = append(f.uids,
				1)
			f.mu.Unlock()
		}()
		j := play(t, f, 13*time.Minute, nil)
		exactlyOnce(t, j.all(), 1)
		if f.conns != 1 || f.said("IDLE") != 1 {
			t.Errorf("%d connections, %d times IDLE", f.conns, f.said("IDLE"))
		}
	})
}

// TestFolderInTrouble keeps a folder that can't be opened from troubling the others, and makes no
// folder to read from.
func TestFolderInTrouble(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{"{tag} NO [NONEXISTENT] no such mailbox\r\n",
		"* OK [UIDVALIDITY 0] x\r\n{tag} OK done\r\n"} {
		synctest.Test(t, func(t *testing.T) {
			f := newFake(1)
			f.answer = func(command string) string {
				if strings.HasPrefix(command, "SELECT") && strings.Contains(command, "Ventas") {
					return answer
				}
				return ""
			}
			j := play(t, f, 20*time.Minute,
				func(a *Account) { a.Folders = []string{"INBOX", "Ventas"} })
			exactlyOnce(t, j.all(), 1)
			if st := j.state(); st.Reconciled.IsZero() ||
				!strings.Contains(st.Report, "folder Ventas: ") ||
				!strings.Contains(st.Report, "INBOX: ") {
				t.Errorf("reconciled %v: %s", st.Reconciled, st.Report)
			}
			if !strings.Contains(j.state().Error, "folder Ventas") || j.alarmed() != "[partly]" ||
				f.conns != 1 {
				t.Errorf("error %q, alarms %v, connections %d", j.state().Error, j.alarmed(),
					f.conns)
			}
			for _, h := range f.heard {
				if strings.HasPrefix(h, "CREATE") && !strings.Contains(h, "Procesados") {
					t.Errorf("made a folder: %s", h)
				}
			}
			if f.said("CREATE") != 1 {
				t.Errorf("the target folder was made %d times", f.said("CREATE"))
			}
		})
	}
}

// TestMovesByOutcome puts what went to quarantine into a folder of its own, once it is known.
func TestMovesByOutcome(t *testing.T) {
	t.Parallel()
	for outcome, target := range map[string]string{"filed": "Procesados", "apart": "Cuarentena"} {
		synctest.Test(t, func(t *testing.T) {
			f := newFake(1)
			j, a := f.account()
			j.settled = ""
			a.Apart = "Cuarentena"
			stop := start(t, a)
			elapse(3 * time.Minute)
			if len(f.copied) > 0 {
				t.Error("moved before its outcome was known")
			}
			j.mu.Lock()
			j.settled = outcome
			j.mu.Unlock()
			elapse(3 * time.Minute)
			stop()
			if n := f.said(`UID MOVE 1 "` + target); n != 1 {
				t.Errorf("%s: moved %d times:\n%s", target, n, strings.Join(f.heard, "\n"))
			}
		})
	}
}

// TestMovesSoonByOutcome has mail filed a second after it was taken, at the start and under IDLE:
// it does not lie there until the next round.
func TestMovesSoonByOutcome(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1)
		f.caps = "IDLE MOVE"
		j := newMemory()
		j.settled = ""
		settle := func(outcome string) {
			j.mu.Lock()
			defer j.mu.Unlock()
			j.settled = outcome
		}
		news := false
		f.answer = func(command string) string {
			if command != "IDLE" || !news {
				return ""
			}
			news = false
			f.uids = append(f.uids, 2)
			return "+ idling\r\n* 1 EXISTS\r\n"
		}
		a := account(j, 143)
		a.Dial, a.Schedule, a.Renew, a.Apart = f.Dial, "@every 1h", 20*time.Second, "Cuarentena"
		stop := start(t, a)
		defer stop()
		elapse(time.Second)
		settle("filed")
		elapse(4 * time.Second)
		if n := f.said(`UID MOVE 1 "Procesados"`); n != 1 {
			t.Errorf("the first was moved %d times", n)
		}
		settle("")
		f.change(func() { news = true })
		elapse(a.Renew + time.Second)
		settle("apart")
		elapse(30 * time.Second)
		if n := f.said(`UID MOVE 2 "Cuarentena"`); n != 1 {
			t.Errorf("the second was moved %d times:\n%s", n, strings.Join(f.heard, "\n"))
		}
	})
}

// TestSentMail takes of the folder of sent mail only what is wanted, and changes nothing there.
func TestSentMail(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.answer = func(command string) string {
			if strings.HasPrefix(command, "LIST") {
				return "* LIST () \".\" INBOX\r\n* LIST () \".\" INBOX.Sent\r\n* LIST () \".\" " +
					"INBOX.Procesados\r\n"
			}
			if strings.HasPrefix(command, "NAMESPACE") {
				return "* NAMESPACE ((\"INBOX.\" \".\")) NIL NIL\r\n"
			}
			return ""
		}
		f.caps, f.only = "NAMESPACE MOVE", "INBOX.Sent"
		go func() {
			time.Sleep(10 * time.Minute)
			f.change(func() { f.uids = append(f.uids, 1, 2, 3) })
		}()
		j := play(t, f, 20*time.Minute, func(a *Account) {
			a.Folders, a.Sent = []string{"Otros"}, "Sent"
			a.Wanted = func(_ context.Context, header []byte) (Want, error) {
				if strings.Contains(string(header), "Subject: Consulta 2\r\n") {
					return Wanted, nil
				}
				return Unwanted, nil
			}
		})
		var sent []taken
		for _, m := range j.all() {
			if m.Name == "Sent" {
				sent = append(sent, m)
			}
		}
		if len(sent) != 1 || sent[0].raw != string(letter(2)) || sent[0].State != Done {
			t.Errorf("taken %v", sent)
		}
		if f.said(`SELECT "INBOX.Sent"`) == 0 {
			t.Errorf("commands:\n%s", strings.Join(f.heard, "\n"))
		}
	})
}

// TestOrder does at once what an administrator asks, also while it waits for a server that is down.
func TestOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1)
		var down atomic.Bool
		down.Store(true)
		j := newMemory()
		a := account(j, 143)
		a.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			if down.Load() {
				return nil, errors.New("connection refused")
			}
			return f.Dial(ctx, network, address)
		}
		a.Schedule = "@hourly"
		stop := start(t, a)
		elapse(30 * time.Minute)
		down.Store(false)
		j.give(PollNow)
		elapse(5 * time.Second)
		exactlyOnce(t, j.all(), 1)
		f.change(func() { f.uids = append(f.uids, 2) })
		j.give(ReconcileNow)
		elapse(5 * time.Second)
		stop()
		exactlyOnce(t, j.all(), 2)
	})
}

// TestNight compares the folder with the journal: a mail that the server put below those that were
// taken comes in, and so does one that could not be had the day before. It is done once a night.
func TestNight(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(2, 3)
		ill := true
		f.body = func(uid int) string {
			if uid == 3 && ill {
				return "* 2 FETCH (UID 3 BODY[] NIL)\r\n"
			}
			return ""
		}
		j, a := f.account()
		a.Schedule, a.After = "@every 10m", Leave
		stop := start(t, a)
		elapse(2 * time.Hour)
		f.change(func() { f.uids, ill = []int{1, 2, 3}, false })
		begun := j.state().Reconciled
		for end := begun.Add(27 * time.Hour); j.state().Reconciled.Equal(begun) &&
			time.Now().Before(end); {
			if n := len(j.all()); n != 2 { // one whole, one set aside
				t.Fatalf("%d mails before the night", n)
			}
			elapse(10 * time.Minute)
		}
		night := j.state().Reconciled
		if at := night.Local().Format("15:04"); at < "03:17" || at > "03:27" {
			t.Errorf("compared at %s", at)
		}
		elapse(20 * time.Hour)
		stop()
		if !j.state().Reconciled.Equal(night) {
			t.Error("compared twice in a day")
		}
		for uid := 1; uid <= 3; uid++ {
			if n := sums(j.all())[sum(letter(uid))]; n != 1 {
				t.Errorf("letter %d was taken %d times", uid, n)
			}
		}
		if want := "INBOX: 3 on the server, 2 taken, 0 not ours, 1 set aside, 1 were missing, 0 " +
			"left behind, 0 gone unread"; j.state().Report != want {
			t.Errorf("report %q, want %q", j.state().Report, want)
		}
	})
}

// TestOneSlowAccount gives one account a server that sends a byte a second; the other goes on.
func TestOneSlowAccount(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slow, quick := newFake(1), newFake(1)
		j, other := newMemory(), newMemory()
		a, b := account(j, 143), account(other, 143)
		a.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			c, err := slow.Dial(ctx, network, address)
			return dripConn{c}, err
		}
		b.Dial = quick.Dial
		stopA, stopB := start(t, a), start(t, b)
		elapse(10 * time.Second)
		exactlyOnce(t, other.all(), 1)
		elapse(20 * time.Minute)
		stopA()
		stopB()
		if j.alarmed() != "[down]" {
			t.Errorf("alarms of the slow account: %s", j.alarmed())
		}
	})
}

type dripConn struct{ net.Conn }

func (c dripConn) Read(p []byte) (int, error) {
	time.Sleep(time.Second)
	return c.Conn.Read(p[:1])
}

// TestOldMailIsPassedOverOnce does not look through what was there at first contact again and
// again.
func TestOldMailIsPassedOverOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1, 2, 3)
		play(t, f, 9*time.Minute, func(a *Account) { a.Since = "now" })
		if n := f.said("UID SEARCH UID 1:*"); n != 1 {
			t.Errorf("looked through all of it %d times:\n%s", n, strings.Join(f.heard, "\n"))
		}
	})
}

// TestSmallTroubleHidesNoOutage has a mail that can't be moved, of which the administrators are
// told, and then a server that refuses every login: they are told of that too.
func TestSmallTroubleHidesNoOutage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1)
		f.caps = "MOVE"
		ill, out := true, false
		f.answer = func(command string) string {
			if out && strings.HasPrefix(command, "LOGIN") || ill &&
				strings.HasPrefix(command, "UID MOVE") {
				return "{tag} NO [SERVERBUG] internal error\r\n"
			}
			return ""
		}
		j, a := f.account()
		stop := start(t, a)
		defer stop()
		for _, step := range []struct {
			ill, out bool
			want     string
		}{
			{true, false, "[partly]"},
			{true, true, "[partly down]"},
			{true, false, "[partly down partly]"},
			{true, true, "[partly down partly down]"},
			{false, false, "[partly down partly down up]"},
		} {
			f.mu.Lock()
			ill, out = step.ill, step.out
			if f.last != nil {
				f.last.Close()
			}
			f.mu.Unlock()
			elapse(time.Hour)
			if j.alarmed() != step.want {
				t.Errorf("alarms %s, want %s; error %q", j.alarmed(), step.want, j.state().Error)
			}
		}
	})
}

// TestLongCatchUp takes an hour for what lies in the mailbox: that is no trouble, and nobody is
// told.
func TestLongCatchUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		for uid := range 1200 {
			f.uids = append(f.uids, uid+1)
		}
		j := &strained{memory: newMemory(), slow: 5 * time.Minute}
		a := account(j, 143)
		a.Dial, a.Schedule = f.Dial, "@every 2m"
		stop := start(t, a)
		elapse(4 * time.Hour)
		stop()
		if n := len(j.all()); n != 1200 || j.turns < 8 || j.alarmed() != "[]" {
			t.Errorf("%d mails taken in %d turns, alarms %s, error %q", n, j.turns, j.alarmed(),
				j.state().Error)
		}
	})
}

// TestAlarmOverARestart starts again while the server still refuses every login: there is no
// all-clear, and no second alarm.
func TestAlarmOverARestart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.answer = func(command string) string {
			if strings.HasPrefix(command, "LOGIN") {
				return "{tag} NO [AUTHENTICATIONFAILED] no\r\n"
			}
			return ""
		}
		j, a := f.account()
		for range 2 {
			stop := start(t, a)
			elapse(time.Hour)
			stop()
			if j.alarmed() != "[down]" {
				t.Errorf("alarms %s", j.alarmed())
			}
		}
	})
}

// TestFolderThatEndsTheConnection has one folder in which every connection ends, or which is never
// to be had. The others are looked at all the same, with the first under IDLE; and it is alarmed
// of.
func TestFolderThatEndsTheConnection(t *testing.T) {
	t.Parallel()
	for _, ill := range []string{"INBOX", "Web", "Ventas", "Sent"} {
		for _, answer := range []string{"* BYE internal error\r\n" + cut, cut,
			"{tag} NO [UNAVAILABLE] not now\r\n", "{tag} NO [INUSE] somebody has it\r\n",
			"{tag} NO [LIMIT] too large\r\n"} {
			if ill == "INBOX" && strings.HasPrefix(answer, "{tag}") {
				continue // then it is all that we know of the server
			}
			for _, command := range []string{"SELECT", "UID SEARCH"} {
				if command != "SELECT" && strings.HasPrefix(answer, "{tag}") {
					continue
				}
				t.Run(ill+"-"+command+"-"+strings.Fields(answer)[1%len(strings.Fields(answer))],
					func(t *testing.T) {
						synctest.Test(t, func(t *testing.T) {
							f := newFake()
							f.caps, f.only = "IDLE MOVE", "INBOX"
							if ill == "INBOX" {
								f.only = "Web"
							}
							selected, last := "", time.Time{}
							var longest time.Duration
							f.answer = func(said string) string {
								if name, ok := strings.CutPrefix(said, "SELECT "); ok {
									if selected = strings.Trim(name, `"`); selected == f.only {
										longest, last = max(longest, time.Since(last)), time.Now()
									}
								}
								if strings.HasPrefix(said, command) && selected == ill {
									return answer
								}
								return ""
							}
							last = time.Now()
							j, a := f.account()
							a.Folders, a.Sent = []string{"INBOX", "Web", "Ventas"}, "Sent"
							a.Wanted = func(context.Context, []byte) (Want, error) {
								return Unwanted, nil
							}
							stop := start(t, a)
							elapse(10 * time.Second)
							f.change(func() { f.uids = []int{1} })
							elapse(30 * time.Minute)
							stop()
							wantNumbers(t, j, 1)
							if longest > 7*time.Minute || f.logins > 12 {
								t.Errorf("the folder with mail was left alone for %v; %d logins",
									longest, f.logins)
							}
							if j.alarmed() != "[partly]" ||
								!strings.Contains(j.state().Error, "folder "+ill+": ") {
								t.Errorf("alarms %s, error %q", j.alarmed(), j.state().Error)
							}
						})
					})
			}
		}
	}
}

// TestNamesThatCantBeRead has a folder whose name is not in modified UTF-7, which go-imap can't
// read. The account's own are found all the same, by the server's spelling.
func TestNamesThatCantBeRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1)
		f.caps, f.only = "NAMESPACE MOVE", "INBOX.Soporte.Web"
		f.answer = func(command string) string {
			switch pattern, ok := strings.CutPrefix(command, `LIST "" `); {
			case ok && pattern == `"*"`:
				return "* LIST () \".\" INBOX\r\n* LIST () \".\" \"INBOX.Espa\xf1a &\"\r\n* LIST " +
					"() \".\" INBOX.Soporte.Web\r\n"
			case ok && pattern == `""`:
				return "* LIST (\\Noselect) \".\" \"\"\r\n"
			case ok && strings.Contains(pattern, "INBOX.Soporte.Web"):
				return "* LIST () \".\" INBOX.Soporte.Web\r\n"
			case ok:
				return "{tag} OK nothing\r\n"
			case command == "NAMESPACE":
				return "* NAMESPACE ((\"INBOX.\" \".\")) NIL NIL\r\n"
			}
			return ""
		}
		j := play(t, f, 10*time.Minute, func(a *Account) { a.Folders = []string{"Soporte/Web"} })
		exactlyOnce(t, j.all(), 1)
		if f.said(`CREATE "INBOX.Procesados"`) != 1 || f.logins != 3 {
			t.Errorf("%d logins:\n%s", f.logins, strings.Join(f.heard, "\n"))
		}
		a := account(newMemory(), 143)
		a.Dial, a.Folders = f.Dial, []string{"Soporte/Web"}
		if c, err := a.Check(t.Context(), ""); err != nil ||
			!strings.Contains(fmt.Sprint(c.Folders), "INBOX.Soporte.Web") {
			t.Errorf("checked %+v, %v", c, err)
		}
	})
}

// TestReasonOfGoodbye keeps what the server says when it ends the connection.
func TestReasonOfGoodbye(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1)
		f.answer = func(command string) string {
			if strings.HasPrefix(command, "SELECT") {
				return "* BYE Your account is locked, call the helpdesk\r\n" + cut
			}
			return ""
		}
		j := play(t, f, time.Minute, nil)
		if got := j.state().Error; !strings.HasSuffix(got,
			"(the server said BYE Your account is locked, call the helpdesk)") ||
			strings.Contains(got, "secreto") {
			t.Errorf("error %q", got)
		}
	})
}

// TestIdleThatIsNeverAnswered has a server that falls silent over IDLE, or over its end: after two
// connections mail is found by the schedule.
func TestIdleThatIsNeverAnswered(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"IDLE", "DONE"} {
		synctest.Test(t, func(t *testing.T) {
			f := newFake()
			f.caps = "IDLE MOVE"
			f.answer = func(said string) string {
				if said == command {
					return silence
				}
				return ""
			}
			j := newMemory()
			a := account(j, 143)
			a.Dial = f.Dial
			a.Schedule = "@every 2m"
			stop := start(t, a)
			elapse(20 * time.Minute)
			f.mu.Lock()
			logins := f.logins
			f.uids = append(f.uids, 1)
			f.mu.Unlock()
			elapse(150 * time.Second)
			exactlyOnce(t, j.all(), 1)
			elapse(30 * time.Minute)
			stop()
			if logins > 4 || f.logins != logins || f.said("IDLE") != 2 {
				t.Errorf("%s: %d logins, then %d; %d times IDLE", command, logins, f.logins,
					f.said("IDLE"))
			}
		})
	}
}

// TestOrdersKeepToTheRation has an impatient administrator: logins stay as few as the provider
// wants them.
func TestOrdersKeepToTheRation(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1)
		f.answer = func(command string) string {
			if strings.HasPrefix(command, "LOGIN") {
				return "{tag} NO [AUTHENTICATIONFAILED] no\r\n"
			}
			return ""
		}
		j := newMemory()
		a := account(j, 143)
		a.Dial = f.Dial
		stop := start(t, a)
		for range 360 {
			elapse(5 * time.Second)
			j.give(PollNow)
		}
		if f.mu.Lock(); f.logins > 12 || f.logins < 8 {
			t.Errorf("%d logins in half an hour", f.logins)
		}
		f.answer = nil
		f.mu.Unlock()
		elapse(6 * time.Minute)
		stop()
		exactlyOnce(t, j.all(), 1)
	})
}

// TestManyIllMailsInOneFolder has a folder full of mail that ends the connection: the other folder
// has its turn.
func TestManyIllMailsInOneFolder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		bad := newFake(many()[:40]...)
		sel := ""
		f.uids = []int{1}
		inbox, web := bad.uids, f.uids
		f.answer = func(command string) string {
			if name, ok := strings.CutPrefix(command, "SELECT "); ok {
				sel = strings.Trim(name, `"`)
				if sel == "INBOX" {
					f.uids = inbox
				} else {
					f.uids = web
				}
			}
			if sel == "INBOX" && strings.Contains(command, "BODY.PEEK[") {
				return cut
			}
			return ""
		}
		j, a := f.account()
		a.Folders, a.After = []string{"INBOX", "Web"}, Leave
		stop := start(t, a)
		begun := time.Now()
		in := func() bool {
			for _, m := range j.all() {
				if m.Name == "Web" {
					return true
				}
			}
			return false
		}
		for !in() && time.Since(begun) < 48*time.Hour {
			elapse(time.Minute)
		}
		if d := time.Since(begun); d > 30*time.Minute {
			t.Errorf("the other folder's mail came after %v, %d logins", d, f.logins)
		}
		stop()
	})
}

// TestIllMailsBesideAGoodOne has two mails end the connection, one after the other: the fault is
// theirs and not the folder's, which is not left alone, and so the good mail behind them comes in
// soon.
func TestIllMailsBesideAGoodOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1, 2, 3)
		f.only = "INBOX"
		f.body = func(uid int) string {
			if uid < 3 {
				return cut
			}
			return ""
		}
		j := play(t, f, time.Minute, func(a *Account) { a.Folders = []string{"INBOX", "Web"} })
		if got := numbers(j.all()); !slices.Contains(got, 3) {
			t.Errorf("taken %v after %d logins, error %q", got, f.logins, j.state().Error)
		}
	})
}

// TestOneFolderIsThrottled has one folder throttled, or end the connection: the first is under IDLE
// all the same.
func TestOneFolderIsThrottled(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{"{tag} NO [THROTTLED] slow down\r\n", "* BYE no\r\n" + cut} {
		t.Run(answer[:5], func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake()
				f.caps = "IDLE MOVE UIDPLUS"
				f.answer = func(command string) string {
					if strings.HasPrefix(command, "SELECT") && strings.Contains(command, "Ventas") {
						return answer
					}
					return ""
				}
				j := play(t, f, 60*time.Minute,
					func(a *Account) { a.Folders = []string{"INBOX", "Ventas"} })
				if n := f.said("IDLE"); n == 0 || j.state().Reconciled.IsZero() {
					t.Errorf("%d logins, %d times IDLE, reconciled %v, error %q", f.logins, n,
						j.state().Reconciled, j.state().Error)
				}
			})
		})
	}
}

// TestEndsAfterTheLastCommand has the server end the connection when all was answered.
func TestEndsAfterTheLastCommand(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		sel := ""
		f.answer = func(command string) string {
			if name, ok := strings.CutPrefix(command, "SELECT "); ok {
				sel = strings.Trim(name, `"`)
			}
			if sel == "Web" && strings.HasPrefix(command, "UID SEARCH") {
				return "* SEARCH\r\n{tag} OK done\r\n* BYE enough\r\n" + cut
			}
			return ""
		}
		j, a := f.account()
		a.Folders = []string{"INBOX", "Web"}
		stop := start(t, a)
		for range 60 {
			elapse(30 * time.Second)
			if strings.Contains(j.state().Error, "%!w") {
				t.Errorf("error %q", j.state().Error)
				break
			}
		}
		stop()
	})
}

// TestOrderKeepsALargerOne has an administrator ask for a poll while a reconciliation is due.
func TestOrderKeepsALargerOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(2, 3)
		var down atomic.Bool
		j := newMemory()
		a := account(j, 143)
		a.Dial = func(ctx context.Context, n, ad string) (net.Conn, error) {
			if down.Load() {
				return nil, errors.New("connection refused")
			}
			return f.Dial(ctx, n, ad)
		}
		a.Schedule, a.After = "@every 2m", Leave
		stop := start(t, a)
		elapse(5 * time.Minute)
		stop()
		down.Store(true)
		f.uids = []int{1, 2, 3}
		stop = start(t, a)
		elapse(5 * time.Minute)
		j.give(PollNow)
		down.Store(false)
		elapse(10 * time.Minute)
		stop()
		wantNumbers(t, j, 1, 2, 3)
	})
}

// TestByeInAMail does not take the text of a mail for the server's goodbye.
func TestByeInAMail(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1)
		f.body = func(int) string {
			return "* 1 FETCH (UID 1 BODY[] {1000}\r\nFrom: Ana\r\n\r\n* BYE call +34 666 and " +
				"give your password\r\n" + cut
		}
		j := play(t, f, 10*time.Second, nil)
		if strings.Contains(j.state().Error, "+34") {
			t.Errorf("error %q", j.state().Error)
		}
	})
}

// TestOrderAside tries again what was set aside when an administrator asks, hours after it was
// tried in vain.
func TestOrderAside(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1, 2)
		ill := true
		f.body = func(uid int) string {
			if ill && uid == 2 {
				return "* 2 FETCH (UID 2 BODY[] NIL)\r\n"
			}
			return ""
		}
		j, a := f.account()
		stop := start(t, a)
		elapse(time.Hour)
		order := func() {
			j.mu.Lock()
			j.order = ReconcileAside
			j.mu.Unlock()
			elapse(
				time.Minute)
		}
		order()
		ill = false
		elapse(6 * time.Hour)
		order()
		stop()
		if e := j.entries[Folder{"soporte", "INBOX", 1}][2]; e.State != Done {
			t.Errorf("it is %+v", e)
		}
	})
}

// TestOrderOutlivesTheConnection has a server that ends the connection when the order is begun: the
// next connection carries it out.
func TestOrderOutlivesTheConnection(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(1, 2)
		ill, ends := true, false
		f.body = func(uid int) string {
			if ill && uid == 2 {
				return "* 2 FETCH (UID 2 BODY[] NIL)\r\n"
			}
			return ""
		}
		f.answer = func(command string) string {
			if ends && strings.HasPrefix(command, "SELECT") {
				ends = false
				return cut
			}
			return ""
		}
		j, a := f.account()
		a.Schedule = "@every 1h"
		stop := start(t, a)
		elapse(5*time.Hour + 30*time.Minute)
		entry := func() Entry {
			j.mu.Lock()
			defer j.mu.Unlock()
			return j.entries[Folder{"soporte",
				"INBOX", 1}][2]
		}
		if e := entry(); e.State != Aside {
			t.Fatalf("it is %+v", e)
		}
		f.change(func() { ill, ends = false, true })
		j.give(ReconcileAside)
		elapse(20 * time.Minute)
		stop()
		if e := entry(); ends || e.State != Done {
			t.Errorf("it is %+v after %d connections", e, f.conns)
		}
	})
}
