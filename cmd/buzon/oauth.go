package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
	"golang.org/x/oauth2/jwt"

	"buzon/mailout"
)

func (a *app) oauth() *cobra.Command {
	c := &cobra.Command{Use: "oauth",
		Short: "Tokens for IMAP accounts and relays at Microsoft, Google and others"}
	c.AddCommand(&cobra.Command{
		Use:   "login ACCOUNT",
		Short: "Let a person open an account's mailbox to the desk, or send by it, once",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			conf, err := a.config()
			if err == nil {
				err = failed(becomeOwner(conf.DataDir)) // who keeps the token reads it
			}
			if err != nil {
				return err
			}
			account, err := conf.access(args[0])
			if err != nil {
				return failed(err)
			}
			return failed(a.oauthLogin(c.Context(), conf, account))
		}})
	return c
}

// access is how the IMAP account or relay of that name is logged in to. An account comes first
// where a relay that needs no login has the same name.
func (c config) access(name string) (accessConfig, error) {
	var names []string
	var all []accessConfig
	for _, a := range c.accounts() {
		all = append(all, a.accessConfig)
	}
	for _, r := range c.relays() {
		all = append(all, r.accessConfig)
	}
	for _, a := range all {
		if a.Name == name {
			return a, nil
		}
		names = append(names, a.Name)
	}
	return accessConfig{}, fmt.Errorf("there is no IMAP account or relay %s: known are %s", name,
		strings.Join(names, ", "))
}

// imapAccount is the account of that name, with its defaults.
func (c config) imapAccount(name string) (imapConfig, error) {
	var names []string
	for _, a := range c.accounts() {
		if a.Name == name {
			return a, nil
		}
		names = append(names, a.Name)
	}
	return imapConfig{}, fmt.Errorf("there is no IMAP account %s: known are %s", name,
		strings.Join(names, ", "))
}

// oauthLogin has a person allow the access, with the device flow (RFC 8628) where the provider has
// one for mail, and keeps the token.
func (a *app) oauthLogin(ctx context.Context, conf config, account accessConfig) error {
	if !account.tokened() || account.Grant != "login" {
		return fmt.Errorf("account %s needs no login: its auth is %s, its grant %s", account.Name,
			account.Auth, account.Grant)
	}
	o, err := account.oauth()
	if err != nil {
		return err
	}
	login := a.browserLogin
	if account.DeviceURL != "" {
		login = a.deviceLogin
	}
	token, err := login(withClient(ctx), o, account)
	if err != nil {
		return fmt.Errorf("log in: %w", account.tokenError(err))
	}
	if token.RefreshToken == "" {
		return errors.New(
			"the provider gave no refresh token, so the access would end within the " +
				"hour: allow offline access to the registered application")
	}
	if err := os.MkdirAll(conf.DataDir, 0o700); err != nil {
		return err
	}
	if err := keepToken(account.tokenFile(conf.DataDir), token); err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "account %s may be used now; test it with buzon check\n", account.Name)
	return nil
}

func (a *app) deviceLogin(ctx context.Context, o *oauth2.Config,
	account accessConfig) (*oauth2.Token, error) {
	device, err := o.DeviceAuth(ctx)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(a.stdout, "Open %s in any browser, log in as %s, and enter the code %s\n",
		device.VerificationURI, account.Username, device.UserCode)
	return o.DeviceAccessToken(ctx, device)
}

// browserLogin works without a listener, so that the browser may be on another machine: the page
// that can't be opened in the end has the code in its address.
func (a *app) browserLogin(ctx context.Context, o *oauth2.Config,
	account accessConfig) (*oauth2.Token, error) {
	o.RedirectURL = "http://127.0.0.1:47113/" // nobody listens there, and no browser refuses to try
	verifier, state := oauth2.GenerateVerifier(), oauth2.GenerateVerifier()
	address := o.AuthCodeURL(state, oauth2.AccessTypeOffline, oauth2.ApprovalForce,
		oauth2.S256ChallengeOption(verifier),
		oauth2.SetAuthURLParam("login_hint", account.Username))
	fmt.Fprintf(a.stdout, "Open this address in any browser and log in as %s:\n\n%s\n\nIn the end "+
		"the browser shows a page that can't be opened. Paste its address here: ", account.Username,
		address)
	line, err := bufio.NewReader(a.stdin).ReadString('\n')
	if line == "" && err != nil {
		return nil, err
	}
	u, err := url.Parse(strings.TrimSpace(line))
	if err != nil {
		return nil, err
	}
	q := u.Query()
	if q.Get("state") != state || q.Get("code") == "" {
		return nil, fmt.Errorf("that address has no code of this login in it: %s", q.Get("error"))
	}
	return o.Exchange(ctx, q.Get("code"), oauth2.VerifierOption(verifier))
}

// oauth is the account's application as registered with the provider.
func (a accessConfig) oauth() (*oauth2.Config, error) {
	secret, err := secret(a.ClientSecret, a.ClientSecretFile, a.table+".client_secret_file")
	return &oauth2.Config{ClientID: a.ClientID, ClientSecret: secret, Scopes: a.Scopes,
		Endpoint: oauth2.Endpoint{AuthURL: a.AuthURL, TokenURL: a.TokenURL,
			DeviceAuthURL: a.DeviceURL, AuthStyle: oauth2.AuthStyleInParams}}, err
}

func (a accessConfig) tokenFile(dir string) string {
	return filepath.Join(dir, "oauth", a.Name+".json")
}

// withClient bounds the time of calls to the provider.
func withClient(ctx context.Context) context.Context {
	return context.WithValue(ctx, oauth2.HTTPClient, &http.Client{Timeout: 30 * time.Second})
}

// credentials gets a token for buzon itself, as which it logs in by its secret.
func (a accessConfig) credentials(ctx context.Context) (*oauth2.Token, error) {
	o, err := a.oauth()
	if err != nil {
		return nil, err
	}
	c := clientcredentials.Config{ClientID: o.ClientID, ClientSecret: o.ClientSecret,
		TokenURL: a.TokenURL, Scopes: a.Scopes, AuthStyle: oauth2.AuthStyleInParams}
	return c.Token(ctx)
}

// tokens is where the account's access tokens come from. The secrets are read anew for each, so
// that a new one needs no restart.
func (a accessConfig) tokens(dir string) func(ctx context.Context, fresh bool) (string, error) {
	var get func(context.Context) (*oauth2.Token, error)
	switch a.Grant {
	case "client_credentials":
		get = a.credentials
	case "service_account":
		get = a.serviceAccount
	default:
		return (&loginTokens{account: a, file: a.tokenFile(dir)}).token
	}
	var mu sync.Mutex
	var last *oauth2.Token
	return func(ctx context.Context, fresh bool) (string, error) {
		mu.Lock()
		defer mu.Unlock()
		if fresh || !last.Valid() {
			token, err := get(withClient(ctx))
			if err != nil {
				return "", a.tokenError(err)
			}
			last = token
		}
		return last.AccessToken, nil
	}
}

// tokenError is what the provider answered, without the page that it sent: some repeat the request
// there, with the secret. One that is out of order, or asked too often, denies nothing.
func (a accessConfig) tokenError(err error) error {
	var e *oauth2.RetrieveError
	if !errors.As(err, &e) {
		return fmt.Errorf("ask for a token: %w", err)
	}
	if code := e.Response.StatusCode; code >= 500 || code == http.StatusTooManyRequests ||
		e.ErrorCode == "temporarily_unavailable" { // RFC 6749 section 4.1.2.1
		return a.denied(e)
	}
	return &mailout.TokenDenied{Cause: a.denied(e)}
}

// denied is what the provider said when it gave no token.
func (a accessConfig) denied(e *oauth2.RetrieveError) error {
	answer := strings.TrimSpace(e.ErrorCode + " " +
		strings.Join(strings.Fields(e.ErrorDescription), " "))
	if answer == "" {
		return fmt.Errorf("%s answers %s: is it %s.token_url?", a.TokenURL, e.Response.Status,
			a.table)
	}
	return fmt.Errorf("%s answers %s: %s", a.TokenURL, e.Response.Status, answer)
}

// serviceAccount asks as the service account, in the name of the mailbox (Google's domain-wide
// delegation).
func (a accessConfig) serviceAccount(ctx context.Context) (*oauth2.Token, error) {
	text, err := secret("", a.ServiceAccount, a.table+".service_account_file")
	if err != nil {
		return nil, err
	}
	var key struct {
		Email string `json:"client_email"`
		Key   string `json:"private_key"`
		ID    string `json:"private_key_id"`
		URL   string `json:"token_uri"`
	}
	if err := json.Unmarshal([]byte(text), &key); err != nil {
		return nil, fmt.Errorf("%s.service_account_file: %w", a.table, err)
	}
	fill(&key.URL, a.TokenURL)
	c := jwt.Config{Email: key.Email, PrivateKey: []byte(key.Key), PrivateKeyID: key.ID,
		Subject: a.Username, Scopes: a.Scopes, TokenURL: key.URL}
	return c.TokenSource(ctx).Token()
}

// loginTokens are those of a person who has logged in once; the refresh token is in a file.
type loginTokens struct {
	account accessConfig
	file    string
	mu      sync.Mutex
}

func (l *loginTokens) token(ctx context.Context, fresh bool) (string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	have, err := readToken(l.file)
	if errors.Is(err, fs.ErrNotExist) {
		return "", &mailout.TokenDenied{Cause: fmt.Errorf("nobody has logged in yet: "+
			"run buzon oauth login %s", l.account.Name)}
	}
	if err != nil {
		return "", err
	}
	if fresh {
		have.Expiry = time.Unix(1, 0)
	}
	o, err := l.account.oauth()
	if err != nil {
		return "", err
	}
	token, err := o.TokenSource(withClient(ctx), have).Token()
	if err != nil {
		return "", fmt.Errorf("%w (should this last: buzon oauth login %s)",
			l.account.tokenError(err), l.account.Name)
	}
	if token.AccessToken != have.AccessToken || token.RefreshToken != have.RefreshToken {
		err = keepToken(l.file, token) // a provider may take the old refresh token back
	}
	return token.AccessToken, err
}

func readToken(file string) (*oauth2.Token, error) {
	text, err := secret("", file, "token")
	if err != nil {
		return nil, err
	}
	token := &oauth2.Token{}
	return token, json.Unmarshal([]byte(text), token)
}

// keepToken writes a token so that a crash leaves the old one or the new one.
func keepToken(file string, token *oauth2.Token) error {
	text, err := json.Marshal(token)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return fmt.Errorf("keep token: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(file), "token-") // mode 0600
	if err != nil {
		return fmt.Errorf("keep token: %w", err)
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		os.Remove(f.Name())
		return fmt.Errorf("keep token: %w", err)
	}
	return nil
}
