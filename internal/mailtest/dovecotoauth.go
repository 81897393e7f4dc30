package mailtest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2/imapclient"
)

// OAuth has the server take access tokens by XOAUTH2 and OAUTHBEARER as well. It asks valid whose a
// token is; "" for nobody's.
func (d *DovecotServer) OAuth(t testing.TB, valid func(token string) (user string)) {
	t.Helper()
	stub := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		user := valid(r.URL.Query().Get("access_token"))
		fmt.Fprintf(w, `{"active":%q,"username":%q}`, strconv.FormatBool(user != ""), user)
	}))
	t.Cleanup(stub.Close)
	conf := filepath.Join(d.dir, "conf")
	fill(t, filepath.Join(conf, "oauth2.conf.ext"), 0o644, `introspection_mode = get
introspection_url = {{.}}/?access_token=
username_attribute = username
active_attribute = active
active_value = true
`, stub.URL)
	f, err := os.OpenFile(filepath.Join(conf, "dovecot.conf"), os.O_APPEND|os.O_WRONLY, 0)
	check(t, err)
	_, err = fmt.Fprintf(f, "auth_mechanisms = plain login xoauth2 oauthbearer\npassdb {\n  "+
		"driver = oauth2\n  mechanisms = xoauth2 oauthbearer\n  args = %s/oauth2.conf.ext\n}\n",
		conf)
	check(t, err)
	check(t, f.Close())
	d.reload(t)
}

// reload has the server read its configuration, and returns when it has.
func (d *DovecotServer) reload(t testing.TB) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(d.dir, "run", "master.pid"))
	for end := time.Now().Add(patience); (err != nil || len(text) == 0) &&
		time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		// it is written when the ports are open already
		text, err = os.ReadFile(filepath.Join(d.dir, "run", "master.pid"))
	}
	check(t, err)
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	check(t, err)
	check(t, syscall.Kill(pid, syscall.SIGHUP))
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		c, err := imapclient.DialInsecure(d.Addr, nil)
		if err != nil {
			continue
		}
		ready := c.Caps().Has("AUTH=XOAUTH2")
		c.Close()
		if ready {
			return
		}
	}
	log, _ := os.ReadFile(d.Log)
	t.Fatalf("dovecot does not take tokens; it says:\n%s", log)
}
