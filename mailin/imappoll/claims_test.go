package imappoll

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestClaimsOfSearch answers SEARCH with more than can be true. It must end in an error: go-imap
// would never come back from some of these, and need gigabytes for others.
func TestClaimsOfSearch(t *testing.T) {
	t.Parallel()
	for _, claim := range []string{"* SEARCH 4294967295",
		"* ESEARCH (TAG \"{tag}\") UID ALL 1:60000000",
		"* ESEARCH (TAG \"{tag}\") UID ALL 1:4294967295",
		"* ESEARCH (TAG \"{tag}\") UID ALL 5:*", "* ESEARCH (TAG \"{tag}\") UID ALL *"} {
		synctest.Test(t, func(t *testing.T) {
			f := newFake(1)
			f.caps = "ESEARCH MOVE"
			lies := true
			f.answer = func(command string) string {
				if lies && strings.HasPrefix(command, "UID SEARCH") {
					return claim + "\r\n{tag} OK done\r\n"
				}
				return ""
			}
			j, a := f.account()
			stop := start(t, a)
			elapse(10 * time.Minute)
			if st := j.state(); len(j.all()) > 0 || !strings.Contains(st.Error, "list UIDs") {
				t.Errorf("%s: taken %v, error %q", claim, j.all(), st.Error)
			}
			f.change(func() { lies = false })
			elapse(13 * time.Minute)
			stop()
			exactlyOnce(t, j.all(), 1)
		})
	}
}
