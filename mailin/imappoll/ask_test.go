package imappoll

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestOneIllMail has one mail of which the server will not even tell size or header, or ends the
// connection. All others come in, soon, and the account is well again.
func TestOneIllMail(t *testing.T) {
	t.Parallel()
	for _, question := range []string{"RFC822.SIZE)", "HEADER.FIELDS", "HEADER]"} {
		for _, answer := range []string{"{tag} NO [SERVERBUG] internal error\r\n", cut} {
			for _, since := range []string{"now", "all"} {
				t.Run(strings.Trim(question, "])")+" "+answer[:3]+" "+since, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						f := newFake(1, 2, 3, 4)
						f.answer = func(command string) string {
							if rest, ok := strings.CutPrefix(command, "UID FETCH "); ok &&
								strings.Contains(command, question) &&
								slices.Contains(f.present(rest), 3) {
								return answer
							}
							return ""
						}
						j, a := f.account()
						a.Since, a.Sent = since, "Sent"
						a.Wanted = func(context.Context, []byte) (Want, error) {
							return Unwanted, nil
						}
						stop := start(t, a)
						elapse(5 * time.Minute)
						f.change(func() { f.uids = append(f.uids, 5) })
						elapse(25 * time.Minute)
						stop()
						want := map[string][]int{"now": {5}, "all": {1, 2, 3, 4, 5}}[since]
						wantNumbers(t, j, want...)
						if st := j.state(); st.Error != "" || f.logins > 12 {
							t.Errorf("error %q after %d logins", st.Error, f.logins)
						}
					})
				})
			}
		}
	}
}

// TestSentWaits has an answer in the folder of sent mail before the mail that it answers is known.
func TestSentWaits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		filed time.Duration // after which the mail that is answered is known; 0: never
		state State         // of the answer, in the end
	}{{30 * time.Second, Done}, {20 * time.Hour, Done}, {0, Skipped}} {
		synctest.Test(t, func(t *testing.T) {
			f := newFake()
			begun := time.Now()
			j, a := f.account()
			a.Since, a.Sent, a.Folders = "now", "Sent", []string{"INBOX"}
			a.Wanted = func(_ context.Context, header []byte) (Want, error) {
				if c.filed == 0 || time.Since(begun) < c.filed {
					return Unknown, nil
				}
				return Wanted, nil
			}
			f.only = "Sent"
			stop := start(t, a)
			elapse(10 * time.Second)
			f.change(func() { f.uids = append(f.uids, 7) })
			elapse(4*24*time.Hour + time.Minute)
			stop()
			if e := j.entries[Folder{"soporte", "Sent", 1}][7]; e.State != c.state {
				t.Errorf("known after %v: the answer is %s, want %s", c.filed, e.State, c.state)
			}
			if n := f.said("UID FETCH 7 (UID RFC822.SIZE BODY.PEEK[HEADER]"); n > 2 {
				t.Errorf("its header was fetched %d times", n)
			}
			if c.state == Done {
				wantNumbers(t, j, 7)
			}
		})
	}
}
