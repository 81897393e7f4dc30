package main

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"buzon/mailin/imappoll"
	"buzon/store/desk"
)

// imapConfig is one [[imap]] account. What is left out takes the provider's or the general default;
// see withDefaults.
type imapConfig struct {
	Name     string `toml:"name"`     // in commands, logs and the journal; the username
	Provider string `toml:"provider"` // microsoft365, google
	Host     string `toml:"host"`
	Port     int    `toml:"port"`
	TLS      string `toml:"tls"` // tls, starttls, none (loopback only)
	CAFile   string `toml:"ca_file"`

	Auth         string `toml:"auth"` // password, xoauth2, oauthbearer
	Username     string `toml:"username"`
	Shared       string `toml:"shared_mailbox"` // opened with the username's rights
	Password     string `toml:"password"`
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

	Folders    []string `toml:"folders"`
	After      string   `toml:"after"` // move, flag, leave, delete
	MovedTo    string   `toml:"moved_to"`
	Quarantine string   `toml:"quarantine"` // folder for what went to quarantine; "": moved_to
	Flag       string   `toml:"flag"`       // keyword set by after = "flag"
	Sent       string   `toml:"sent"`
	Since      string   `toml:"since"` // now, all, 2026-01-31
	Archive    bool     `toml:"archive"`
	Mailbox    string   `toml:"mailbox"` // the address whose mail it is
	// hosts whose Authentication-Results count; nil: the provider's
	Authserv []string `toml:"trusted_authserv"`

	Schedule   string   `toml:"schedule"` // cron, or "@every 2m"
	NoIdle     bool     `toml:"no_idle"`
	MaxSize    size     `toml:"max_size"`
	AlarmAfter duration `toml:"alarm_after"`
}

// checkIMAP says what is wrong with the accounts.
func (c config) checkIMAP() error {
	seen, opened := map[string]bool{}, map[string]string{}
	for i, a := range c.accounts() {
		if err := a.check(c); err != nil {
			return fmt.Errorf("imap account %d (%s): %w", i+1, a.Name, err)
		}
		if seen[a.Name] {
			return fmt.Errorf("imap.name: two accounts are called %q: give each a name of its own",
				a.Name)
		}
		seen[a.Name] = true
		for _, f := range a.Folders {
			place := strings.ToLower(a.Host + "\n" + cmp.Or(a.Shared, a.Username) + "\n" + f)
			if other, ok := opened[place]; ok {
				return fmt.Errorf("imap account %d (%s): "+
					"account %s takes the mail of %s of this mailbox already: "+
					"name it in one of them", i+1, a.Name, other, f)
			}
			opened[place] = a.Name
		}
	}
	return nil
}

// providers hold what is the same for everybody who has mail there.
var providers = map[string]imapConfig{
	"microsoft365": {
		Host: "outlook.office365.com", Auth: "xoauth2",
		AuthURL:   "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize",
		TokenURL:  "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
		DeviceURL: "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/devicecode",
		Scopes:    []string{"https://outlook.office.com/IMAP.AccessAsUser.All", "offline_access"},
	},
	// Google's device flow gives no mail scope: a person logs in with a browser instead, or a
	// service account is used.
	"google": {
		Host: "imap.gmail.com", Authserv: []string{"mx.google.com"}, AuthURL: "https://accounts.google.com/o/oauth2/auth",
		TokenURL: "https://oauth2.googleapis.com/token",
		Scopes:   []string{"https://mail.google.com/"},
	},
}

// accounts are the [[imap]] accounts with their defaults.
func (c config) accounts() (list []imapConfig) {
	for _, a := range c.IMAP {
		list = append(list, a.withDefaults(c))
	}
	return list
}

// withDefaults fills in what the account leaves out.
func (a imapConfig) withDefaults(c config) imapConfig {
	p := providers[a.Provider]
	if a.Provider == "microsoft365" && a.Grant == "client_credentials" {
		p.Scopes = []string{"https://outlook.office365.com/.default"}
	}
	if len(a.Scopes) == 0 {
		a.Scopes = p.Scopes
	}
	if a.Authserv == nil {
		a.Authserv = p.Authserv
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
		{&a.Host, p.Host}, {&a.Auth, p.Auth}, {&a.Auth, "password"}, {&a.AuthURL, p.AuthURL},
		{&a.TokenURL, p.TokenURL}, {&a.DeviceURL, p.DeviceURL},
		{&a.Grant, "login"}, {&a.Name, a.Shared}, {&a.Name, a.Username},
		{&a.Mailbox, c.firstMailbox()},
	} {
		fill(f.to, f.from)
	}
	for _, u := range []*string{&a.AuthURL, &a.TokenURL, &a.DeviceURL} {
		*u = strings.ReplaceAll(*u, "{tenant}", a.Tenant)
	}
	if len(a.Folders) == 0 {
		a.Folders = []string{"INBOX"}
	}
	return a.withDoorDefaults()
}

// withDoorDefaults fills in what the door itself would.
func (a imapConfig) withDoorDefaults() imapConfig {
	d := imappoll.Account{TLS: a.TLS, Port: a.Port, After: imappoll.After(a.After),
		MovedTo: a.MovedTo, Keyword: a.Flag, Since: a.Since,
		Schedule: a.Schedule, MaxSize: int64(a.MaxSize), AlarmAfter: time.Duration(a.AlarmAfter)}
	d.SetDefaults()
	a.TLS, a.Port, a.After, a.MovedTo, a.Flag, a.Since = d.TLS, d.Port, string(d.After), d.MovedTo,
		d.Keyword, d.Since
	a.Schedule, a.MaxSize, a.AlarmAfter = d.Schedule, size(d.MaxSize), duration(d.AlarmAfter)
	return a
}

func fill(to *string, from string) {
	if *to == "" {
		*to = from
	}
}

func (c config) firstMailbox() string {
	if len(c.Mailbox) == 0 {
		return ""
	}
	return c.Mailbox[0].Address
}

// check looks at one account with its defaults.
func (a imapConfig) check(c config) error {
	if a.Provider != "" && providers[a.Provider].Host == "" {
		return fmt.Errorf(`imap.provider: %q: want "microsoft365" or "google", or leave it out`,
			a.Provider)
	}
	for _, k := range []struct{ key, value, why string }{
		{"host", a.Host, "the IMAP server, such as \"imap.ejemplo.test\""},
		{"username", a.Username, "the name to log in with"},
	} {
		if k.value == "" {
			return fmt.Errorf("imap.%s: name %s", k.key, k.why)
		}
	}
	for _, k := range []struct {
		key, value string
		list       []string
	}{
		{"tls", a.TLS, []string{"tls", "starttls", "none"}},
		{"auth", a.Auth, []string{"password", "xoauth2", "oauthbearer"}},
		{"after", a.After, []string{"move", "flag", "leave", "delete"}},
		{"grant", a.Grant, []string{"login", "client_credentials", "service_account"}},
	} {
		if !slices.Contains(k.list, k.value) {
			return fmt.Errorf(`imap.%s: %q: want one of %s`, k.key, k.value,
				strings.Join(k.list, ", "))
		}
	}
	if a.TLS == "none" && !desk.Loopback(a.Host) {
		return fmt.Errorf(`imap.tls: "none" would send the password of %s in clear: want "tls" or `+
			`"starttls"`, a.Host)
	}
	if ip := net.ParseIP(a.Host); ip == nil && strings.ContainsAny(a.Host, ":/") {
		return fmt.Errorf("imap.host: %q: want the name alone, such as \"imap.ejemplo.test\"; the "+
			"port goes into imap.port", a.Host)
	}
	if a.AlarmAfter < duration(time.Second) {
		return fmt.Errorf("imap.alarm_after: %v: write it with its unit and in quotes, "+
			"such as \"15m\"", time.Duration(a.AlarmAfter))
	}
	if a.MaxSize < 64<<10 {
		return fmt.Errorf("imap.max_size: %d bytes: want at least \"64KB\"; "+
			"write it with its unit and in quotes, such as \"25MB\"", a.MaxSize)
	}
	if strings.ContainsAny(a.Name, "/\\:\x00 ") || a.Name == "." || a.Name == ".." {
		return fmt.Errorf("imap.name: %q: want a name without blanks, colons and slashes", a.Name)
	}
	return errors.Join(a.checkFolders(c), a.checkSecrets())
}

func (a imapConfig) checkFolders(c config) error {
	boxes, err := c.mailboxes()
	if err != nil {
		return err
	}
	if _, ok := findMailbox(boxes, a.Mailbox); !ok {
		return fmt.Errorf("imap.mailbox: %s is no [[mailbox]] of this desk: name one of them",
			a.Mailbox)
	}
	seen := map[string]bool{}
	// INBOX alone is the same however it is written (RFC 9051 section 5.1)
	one := func(folder string) string {
		if strings.EqualFold(folder, "INBOX") {
			return "INBOX"
		}
		return folder
	}
	for _, f := range append([]string{a.Sent}, a.Folders...) {
		if seen[one(f)] {
			return fmt.Errorf("imap.folders and imap.sent: %q is named twice", f)
		}
		seen[one(f)] = f != ""
	}
	for key, f := range map[string]string{"moved_to": a.MovedTo, "quarantine": a.Quarantine} {
		if f != "" && seen[one(f)] && a.After == "move" {
			return fmt.Errorf("imap.%s: %q is a folder that mail is taken from: name another",
				key, f)
		}
	}
	since, err := time.ParseInLocation(time.DateOnly, a.Since, time.Local)
	if err != nil && !slices.Contains([]string{"now", "all"}, a.Since) {
		return fmt.Errorf(`imap.since: %q: want "now", "all" or a date such as "2026-01-31"`,
			a.Since)
	}
	if since.After(time.Now()) {
		return fmt.Errorf(`imap.since: %q is in the future: want "now", `+
			`or a day that has begun`, a.Since)
	}
	schedule, err := cron.ParseStandard(a.Schedule)
	if err != nil {
		return fmt.Errorf(`imap.schedule: %q: want five fields of cron such as "*/5 * * * *", or `+
			`"@every 2m": %w`, a.Schedule, err)
	}
	if schedule.Next(time.Now()).IsZero() {
		return fmt.Errorf(`imap.schedule: %q: that day never comes`, a.Schedule)
	}
	if strings.ContainsFunc(a.Flag, func(r rune) bool {
		return r <= ' ' || r >= 0x7f ||
			strings.ContainsRune(`(){%*"\]`, r)
	}) {
		return fmt.Errorf(`imap.flag: %q: `+
			`want one word of ASCII letters such as "$Buzon" (RFC 9051 section 2.3.2)`, a.Flag)
	}
	return nil
}

func (a imapConfig) checkSecrets() error {
	switch {
	case a.Password != "" && a.PasswordFile != "":
		return errors.New("imap.password, imap.password_file: give one of them")
	case a.ClientSecret != "" && a.ClientSecretFile != "":
		return errors.New("imap.client_secret, imap.client_secret_file: give one of them")
	case a.Auth == "password" && a.Password == "" && a.PasswordFile == "":
		return errors.New("imap.password_file: name the file with the password, " +
			"or set auth to xoauth2")
	case a.Auth != "password" && a.Grant != "service_account" &&
		(a.ClientID == "" || a.TokenURL == ""):
		return errors.New("imap.client_id, imap.token_url: register buzon with your provider and " +
			"write them here")
	case a.Provider == "microsoft365" && a.Grant == "client_credentials" &&
		a.Tenant == "organizations":
		return errors.New("imap.tenant: write the Directory (tenant) ID; " +
			"without a person who logs in Microsoft must be told it")
	case a.Grant == "service_account" && a.ServiceAccount == "":
		return errors.New("imap.service_account_file: name the key file of the service account")
	}
	if _, err := time.Parse(time.DateOnly, a.SecretExpires); a.SecretExpires != "" && err != nil {
		return fmt.Errorf(`imap.secret_expires: %q: want a date such as "2027-01-31"`,
			a.SecretExpires)
	}
	return nil
}
