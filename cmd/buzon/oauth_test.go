package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"buzon/internal/mailtest"
	"buzon/mailout"
)

// provider gives tokens as Microsoft and Google do, and remembers what it was asked.
type provider struct {
	*httptest.Server
	mu      sync.Mutex // for what a daemon asks while a test goes on
	asked   []url.Values
	pending int // how often the device flow says that the person has not finished
	status  int // of a refusal; 400
	refuse  string
	short   bool // no refresh tokens
}

// refuses is what whoever asks is told from now on; "": tokens again.
func (p *provider) refuses(code string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refuse = code
}

func newProvider(t *testing.T) *provider {
	t.Helper()
	p := &provider{pending: 1}
	mux := http.NewServeMux()
	mux.HandleFunc("/device", func(w http.ResponseWriter, r *http.Request) {
		r.ParseForm()
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(
			w,
			`{"device_code":"D","user_code":"ABCD-1234","verification_uri":"https://login.test/device","expires_in":900,"interval":1}`)
	})
	mux.HandleFunc("/token", func(w http.ResponseWriter, r *http.Request) {
		r.ParseForm()
		p.mu.Lock()
		defer p.mu.Unlock()
		p.asked = append(p.asked, r.PostForm)
		w.Header().Set("Content-Type", "application/json")
		device := r.PostForm.Get("device_code") != ""
		switch {
		case p.refuse == "echo":
			http.Error(w, "bad request: "+r.PostForm.Encode(), http.StatusBadRequest)
		case p.refuse != "":
			w.WriteHeader(cmp.Or(p.status, http.StatusBadRequest))
			fmt.Fprintf(w, `{"error":%q}`, p.refuse)
		case device && p.pending > 0:
			p.pending--
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"error":"authorization_pending"}`)
		case p.short:
			fmt.Fprint(w, `{"access_token":"T","token_type":"Bearer","expires_in":3600}`)
		default:
			fmt.Fprintf(
				w,
				`{"access_token":"T%d","refresh_token":"R%d","token_type":"Bearer","expires_in":3600}`, len(p.asked), len(p.asked))
		}
	})
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	return p
}

// config writes a configuration with one account at the provider.
func (p *provider) config(t *testing.T, more string) (file, dir string) {
	t.Helper()
	dir = t.TempDir()
	file = filepath.Join(dir, "buzon.toml")
	text := fmt.Sprintf(`data_dir = %q
[[mailbox]]
address = "soporte@ejemplo.test"
[[imap]]
name = "cuenta"
host = "127.0.0.1"
tls = "none"
username = "ana@ejemplo.test"
client_id = "C"
token_url = "%s/token"
%s
`, filepath.Join(dir, "data"), p.URL, strings.ReplaceAll(more, "URL", p.URL))
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file, filepath.Join(dir, "data")
}

func (p *provider) account(t *testing.T, more string) (imapConfig, string) {
	t.Helper()
	file, dir := p.config(t, more)
	conf, err := (&app{configFile: file}).config()
	if err != nil {
		t.Fatal(err)
	}
	account, err := conf.imapAccount("cuenta")
	if err != nil {
		t.Fatal(err)
	}
	return account, dir
}

func TestOAuthDeviceLogin(t *testing.T) {
	p := newProvider(t)
	more := `device_url = "URL/device"`
	file, dir := p.config(t, more)
	var out, errs bytes.Buffer
	if code := run(t.Context(), []string{"-c", file, "oauth", "login", "cuenta"},
		strings.NewReader(""), &out, &errs); code != 0 {
		t.Fatalf("exit %d: %s", code, errs.String())
	}
	if !strings.Contains(out.String(), "https://login.test/device") ||
		!strings.Contains(out.String(), "ABCD-1234") {
		t.Errorf("said %q", out.String())
	}
	kept := filepath.Join(dir, "oauth", "cuenta.json")
	if info, err := os.Stat(kept); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("token file: %v, %v", info, err)
	}
	conf, err := (&app{configFile: file}).config()
	if err != nil {
		t.Fatal(err)
	}
	account, _ := conf.imapAccount("cuenta")
	get := account.tokens(dir)
	for _, c := range []struct {
		fresh bool
		want  string
	}{{false, "T2"}, {true, "T3"}, {false, "T3"}} {
		if got, err := get(t.Context(), c.fresh); got != c.want || err != nil {
			t.Errorf("fresh %v: token %q, %v, want %q", c.fresh, got, err, c.want)
		}
	}
	token, err := readToken(kept)
	if err != nil || token.RefreshToken != "R3" ||
		p.asked[len(p.asked)-1].Get("refresh_token") != "R2" {
		t.Errorf("kept %+v, %v: a new refresh token takes the place of the old", token, err)
	}
	p.refuse = "invalid_grant"
	if got, err := get(t.Context(), true); err == nil ||
		!strings.Contains(err.Error(), "buzon oauth login cuenta") {
		t.Errorf("token %q, %v of a login that was taken back", got, err)
	}
}

// TestOAuthLoginRefused keeps no token when the person says no, when he takes too long, or when it
// would not last.
func TestOAuthLoginRefused(t *testing.T) {
	const device = `device_url = "URL/device"`
	for _, c := range []struct {
		refuse string
		short  bool
		more   string
		want   string
	}{
		{"access_denied", false, device, "access_denied"},
		{"expired_token", false, device, "expired_token"},
		{"", true, device, "no refresh token"},
		{"", false, `grant = "client_credentials"`, "needs no login"},
	} {
		p := newProvider(t)
		p.pending, p.refuse, p.short = 0, c.refuse, c.short
		file, dir := p.config(t, c.more)
		var out, errs bytes.Buffer
		code := run(t.Context(), []string{"-c", file, "oauth", "login", "cuenta"},
			strings.NewReader(""), &out, &errs)
		if code == 0 || !strings.Contains(errs.String(), c.want) {
			t.Errorf("exit %d: %s, want %q", code, errs.String(), c.want)
		}
		if exists(filepath.Join(dir, "oauth")) {
			t.Errorf("a token is kept, though %s", c.want)
		}
	}
}

func TestOAuthBrowserLogin(t *testing.T) {
	p := newProvider(t)
	file, dir := p.config(t, `auth_url = "https://login.test/auth"`)
	in, typed := io.Pipe()
	out := &syncBuffer{}
	done := make(chan int, 1)
	go func() {
		done <- run(context.Background(), []string{"-c", file, "oauth", "login", "cuenta"}, in,
			out, out)
	}()
	var address *url.URL
	for end := time.Now().Add(mailtest.Patience); address == nil &&
		time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		for _, line := range strings.Split(out.String(), "\n") {
			if strings.HasPrefix(line, "https://login.test/auth?") &&
				strings.Contains(out.String(), "Paste") {
				address, _ = url.Parse(line)
			}
		}
	}
	if address == nil {
		t.Fatalf("said %q", out.String())
	}
	fmt.Fprintf(typed, "%s?state=%s&code=K\n", address.Query().Get("redirect_uri"),
		address.Query().Get("state"))
	if code := <-done; code != 0 {
		t.Fatalf("exit %d: %s", code, out.String())
	}
	q := p.asked[0]
	if q.Get("code") != "K" || oauth2.S256ChallengeFromVerifier(
		q.Get("code_verifier")) != address.Query().Get("code_challenge") {
		t.Errorf("asked %v", q)
	}
	if token, err := readToken(filepath.Join(dir, "oauth", "cuenta.json")); err != nil ||
		token.RefreshToken != "R1" {
		t.Errorf("kept %+v, %v", token, err)
	}
}

func TestOAuthWithoutAPerson(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "google.json")
	p := newProvider(t)
	text, _ := json.Marshal(map[string]string{"client_email": "buzon@proyecto.test",
		"token_uri": p.URL + "/token",
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY",
			Bytes: x509.MarshalPKCS1PrivateKey(key)}))})
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ more, grant string }{
		{"auth = \"xoauth2\"\ngrant = \"client_credentials\"\nclient_secret = \"S\"\nscopes = " +
			"[\"x\"]", "client_credentials"},
		{fmt.Sprintf("service_account_file = %q\nscopes = [\"x\"]", file),
			"urn:ietf:params:oauth:grant-type:jwt-bearer"},
	} {
		p.asked = nil
		account, dir := p.account(t, c.more)
		get := account.tokens(dir)
		for _, s := range []struct {
			fresh bool
			want  string
		}{{false, "T1"}, {false, "T1"}, {true, "T2"}} {
			if got, err := get(t.Context(), s.fresh); got != s.want || err != nil {
				t.Errorf("%s: token %q, %v, want %q", c.grant, got, err, s.want)
			}
		}
		if got := p.asked[0].Get("grant_type"); got != c.grant {
			t.Errorf("asked by %s, want %s", got, c.grant)
		}
	}
}

func TestOAuthBeforeTheLogin(t *testing.T) {
	account, dir := newProvider(t).account(t, `device_url = "URL/device"`)
	get := account.tokens(dir)
	if _, err := get(t.Context(), false); err == nil ||
		!strings.Contains(err.Error(), "run buzon oauth login cuenta") {
		t.Errorf("error %v", err)
	}
}

// TestSecretExpires warns in time of a client secret that ends, in the check and in the list.
func TestSecretExpires(t *testing.T) {
	now := time.Date(2027, 1, 1, 12, 0, 0, 0, time.UTC)
	for day, want := range map[string]bool{"": false, "2027-02-15": false, "2027-02-01": false,
		"2027-01-31": true, "2027-01-01": true, "2026-12-01": true} {
		if got := (accessConfig{SecretExpires: day}).expiring(now); got != want {
			t.Errorf("%q on %s: warned is %v", day, now.Format(time.DateOnly), got)
		}
	}
	p := newProvider(t)
	p.refuse = "invalid_client" // the check shall warn all the same
	file, _ := p.config(
		t, "grant = \"client_credentials\"\nclient_secret = \"S\"\nsecret_expires = \""+
			time.Now().Add(soon/2).Format(time.DateOnly)+"\"")
	var out, errs bytes.Buffer
	run(t.Context(), []string{"-c", file, "check"}, strings.NewReader(""), &out, &errs)
	if !strings.Contains(out.String(), "the client secret of cuenta expires on ") {
		t.Errorf("check:\n%s%s", out.String(), errs.String())
	}
}

// TestTokenDenied: a provider that is out of order has not taken the access back.
func TestTokenDenied(t *testing.T) {
	p := newProvider(t)
	account, dir := p.account(t, "grant = \"client_credentials\"\nclient_secret = \"S\"")
	for _, c := range []struct {
		status int
		code   string
		denied bool
	}{{400, "invalid_grant", true}, {401, "invalid_client", true}, {403, "access_denied", true},
		{400, "temporarily_unavailable", false}, {429, "slow_down", false},
		{500, "server_error", false}, {503, "x", false}} {
		p.status, p.refuse = c.status, c.code
		_, err := account.tokens(dir)(t.Context(), false)
		var denied *mailout.TokenDenied
		if errors.As(err, &denied) != c.denied || !strings.Contains(fmt.Sprint(err), c.code) {
			t.Errorf("%d %s: %v", c.status, c.code, err)
		}
	}
}

// TestTokenErrorsKeepSecrets has a server that repeats the request, with the secret, in the page of
// its error.
func TestTokenErrorsKeepSecrets(t *testing.T) {
	p := newProvider(t)
	p.refuse = "echo"
	account, dir := p.account(
		t, "grant = \"client_credentials\"\nclient_secret = \"Secreto77\"\nauth = \"xoauth2\"")
	get := account.tokens(dir)
	_, err := get(t.Context(), false)
	if err == nil || strings.Contains(err.Error(), "Secreto77") ||
		!strings.Contains(err.Error(), "/token answers 400 Bad Request") {
		t.Errorf("error %v", err)
	}
}

func TestIMAPConfiguration(t *testing.T) {
	good := "host = \"imap.test\"\nusername = \"soporte\"\npassword = \"x\"\n"
	for _, c := range []struct{ more, wrong string }{
		{good, ""},
		{good + "after = \"archive\"", "imap.after"},
		{good + "tls = \"none\"", "imap.tls"},
		{good + "folders = [\"INBOX\", \"INBOX\"]", "named twice"},
		{good + "moved_to = \"INBOX\"", "imap.moved_to"},
		{good + "quarantine = \"Inbox\"", "imap.quarantine"},
		{good + "folders = [\"INBOX\", \"inbox\"]", "named twice"},
		{good + "since = \"ayer\"", "imap.since"},
		{good + "schedule = \"often\"", "imap.schedule"},
		{good + "schedule = \"0 0 30 2 *\"", "that day never comes"},
		{good + "flag = \"mi marca\"", "imap.flag"},
		{good + "flag = '\\Deleted'", "imap.flag"},
		{good + "[[imap]]\nname = \"otra\"\n" + good,
			"takes the mail of INBOX of this mailbox already"},
		{good + "mailbox = \"otra@ejemplo.test\"", "imap.mailbox"},
		{good + "password_file = \"/x\"", "give one of them"},
		{good + "provider = \"yahoo\"", "imap.provider"},
		{good + "name = \"a/b\"", "imap.name"},
		{"host = \"imap.test:993\"\nusername = \"a\"\npassword = \"x\"", "imap.port"},
		{"host = \"::1\"\nusername = \"a\"\npassword = \"x\"", ""},
		{good + "alarm_after = 15", "imap.alarm_after"},
		{good + "max_size = 25", "imap.max_size"},
		{good + "[[imap]]\n" + good, "two accounts"},
		{"host = \"imap.test\"\npassword = \"x\"", "imap.username"},
		{"provider = \"microsoft365\"\nusername = \"a@b.test\"", "imap.client_id"},
		{"provider = \"microsoft365\"\nusername = \"a@b.test\"\nclient_id = \"x\"", ""},
		{"provider = \"microsoft365\"\nusername = \"a@b.test\"\nclient_id = \"x\"\ngrant = " +
			"\"client_credentials\"", "imap.tenant"},
		{"provider = \"google\"\nusername = \"a@b.test\"\npassword = \"x\"", ""},
		{"provider = \"google\"\nusername = \"a@b.test\"\nservice_account_file = \"/x\"", ""},
		{"provider = \"google\"\nusername = \"a@b.test\"\nclient_id = \"x\"\nsecret_expires = " +
			"\"soon\"", "imap.secret_expires"},
	} {
		conf, err := parseConfig("buzon.toml",
			"[[mailbox]]\naddress = \"soporte@ejemplo.test\"\n[[imap]]\n"+c.more)
		if err == nil {
			err = conf.check()
		}
		if (err == nil) != (c.wrong == "") || err != nil &&
			!strings.Contains(err.Error(), c.wrong) {
			t.Errorf("%s: %v, want %q", c.more, err, c.wrong)
		}
	}
	conf, err := parseConfig("buzon.toml",
		"[[mailbox]]\naddress = \"soporte@ejemplo.test\"\n[[imap]]\nprovider = \"microsoft365\"\n"+
			"username = \"a@b.test\"\nclient_id = \"x\"\ntenant = \"t\"\ngrant = "+
			"\"client_credentials\"")
	if err != nil {
		t.Fatal(err)
	}
	a, _ := conf.imapAccount("a@b.test")
	if a.Host != "outlook.office365.com" ||
		a.TokenURL != "https://login.microsoftonline.com/t/oauth2/v2.0/token" ||
		a.Auth != "xoauth2" || a.Port != 993 ||
		fmt.Sprint(a.Scopes) != "[https://outlook.office365.com/.default]" ||
		fmt.Sprint(a.Folders) != "[INBOX]" {
		t.Errorf("preset %+v", a)
	}
}
