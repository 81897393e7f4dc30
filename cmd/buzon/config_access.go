package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// accessConfig is who logs in at a server, and by what: a password, or tokens of a provider. It is
// a part of [[imap]] and of [[relay]].
type accessConfig struct {
	Name     string `toml:"name"`     // in commands, logs and the journal
	Provider string `toml:"provider"` // microsoft365, google; of a relay also microsoft365-graph
	Auth     string `toml:"auth"`     // password, xoauth2 …
	Username string `toml:"username"`
	Shared   string `toml:"shared_mailbox"` // opened with the username's rights
	Password string `toml:"password"`

	PasswordFile string `toml:"password_file"`

	// login (a person, once: buzon oauth login), client_credentials, service_account
	Grant            string   `toml:"grant"`
	Tenant           string   `toml:"tenant"`
	ClientID         string   `toml:"client_id"`
	ClientSecret     string   `toml:"client_secret"`
	ClientSecretFile string   `toml:"client_secret_file"`
	SecretExpires    string   `toml:"secret_expires"` // 2027-01-31
	ServiceAccount   string   `toml:"service_account_file"`
	AuthURL          string   `toml:"auth_url"`
	TokenURL         string   `toml:"token_url"`
	DeviceURL        string   `toml:"device_url"`
	Scopes           []string `toml:"scopes"`

	table string // imap or relay
}

// microsoft is the same for all that asks Microsoft for tokens.
var microsoft = accessConfig{
	Auth:      "xoauth2",
	AuthURL:   "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize",
	TokenURL:  "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
	DeviceURL: "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/devicecode",
}

// google's device flow gives no mail scope: a person logs in with a browser instead, or a service
// account is used.
var google = accessConfig{
	AuthURL:  "https://accounts.google.com/o/oauth2/auth",
	TokenURL: "https://oauth2.googleapis.com/token",
	Scopes:   []string{"https://mail.google.com/"},
}

// withScopes are what a person lets the desk do, and, behind them, what a tenant lets it do.
func (a accessConfig) withScopes(person ...string) accessConfig {
	a.Scopes = person
	return a
}

// fillIn fills in what the table leaves out from the provider p. whole is the scope of a tenant.
func (a *accessConfig) fillIn(table string, p accessConfig, whole string) {
	a.table = table
	if a.Grant == "client_credentials" && whole != "" {
		p.Scopes = []string{whole}
	}
	if len(a.Scopes) == 0 {
		a.Scopes = p.Scopes
	}
	if a.Tenant == "" {
		a.Tenant = "organizations"
	}
	if a.ServiceAccount != "" {
		fill(&a.Grant, "service_account")
	}
	if a.ClientID != "" || a.ServiceAccount != "" {
		fill(&a.Auth, "xoauth2")
	}
	for _, f := range []struct {
		to   *string
		from string
	}{
		{&a.Auth, p.Auth}, {&a.Auth, "password"}, {&a.AuthURL, p.AuthURL},
		{&a.TokenURL, p.TokenURL}, {&a.DeviceURL, p.DeviceURL}, {&a.Grant, "login"},
	} {
		fill(f.to, f.from)
	}
	for _, u := range []*string{&a.AuthURL, &a.TokenURL, &a.DeviceURL} {
		*u = strings.ReplaceAll(*u, "{tenant}", a.Tenant)
	}
}

// tokened reports whether a provider's tokens are used instead of a password.
func (a accessConfig) tokened() bool { return a.Auth == "xoauth2" || a.Auth == "oauthbearer" }

// checkName looks at a name that stands in commands and names a file.
func (a accessConfig) checkName() error {
	if strings.ContainsAny(a.Name, "/\\:\x00 ") || a.Name == "." || a.Name == ".." {
		return fmt.Errorf("%s.name: %q: want a name without blanks, colons and slashes", a.table,
			a.Name)
	}
	return nil
}

// checkAccess says what is wrong with secrets and tokens.
func (a accessConfig) checkAccess() error {
	grants := []string{"login", "client_credentials", "service_account"}
	wrong := func(format string, args ...any) error {
		return errors.New(a.table + "." + fmt.Sprintf(format, args...))
	}
	switch {
	case !slices.Contains(grants, a.Grant):
		return wrong("grant: %q: want one of %s", a.Grant, strings.Join(grants, ", "))
	case a.Password != "" && a.PasswordFile != "":
		return wrong("password, %s.password_file: give one of them", a.table)
	case a.ClientSecret != "" && a.ClientSecretFile != "":
		return wrong("client_secret, %s.client_secret_file: give one of them", a.table)
	case a.tokened() && a.Grant != "service_account" && (a.ClientID == "" || a.TokenURL == ""):
		return wrong("client_id, %s.token_url: register buzon with your provider and "+
			"write them here", a.table)
	case strings.HasPrefix(a.Provider, "microsoft365") && a.Grant == "client_credentials" &&
		a.Tenant == "organizations":
		return wrong("tenant: write the Directory (tenant) ID; " +
			"without a person who logs in Microsoft must be told it")
	case a.Grant == "service_account" && a.ServiceAccount == "":
		return wrong("service_account_file: name the key file of the service account")
	}
	if _, err := time.Parse(time.DateOnly, a.SecretExpires); a.SecretExpires != "" && err != nil {
		return wrong(`secret_expires: %q: want a date such as "2027-01-31"`, a.SecretExpires)
	}
	return nil
}

// ends is the last day of the client secret, false where the configuration does not say.
func (a accessConfig) ends() (time.Time, bool) {
	day, err := time.Parse(time.DateOnly, a.SecretExpires)
	return day, err == nil
}

// expiring reports whether the client secret ends soon, or has ended.
func (a accessConfig) expiring(now time.Time) bool {
	day, ok := a.ends()
	return ok && day.Sub(now) < soon
}
