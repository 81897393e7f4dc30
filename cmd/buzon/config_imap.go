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
	accessConfig
	Host   string `toml:"host"`
	Port   int    `toml:"port"`
	TLS    string `toml:"tls"` // tls, starttls, none (loopback only)
	CAFile string `toml:"ca_file"`

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
	"microsoft365": {Host: "outlook.office365.com", accessConfig: microsoft.withScopes(
		"https://outlook.office.com/IMAP.AccessAsUser.All", "offline_access")},
	"google": {Host: "imap.gmail.com", Authserv: []string{"mx.google.com"}, accessConfig: google},
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
	if a.Authserv == nil {
		a.Authserv = p.Authserv
	}
	a.fillIn("imap", p.accessConfig, tenantScopes[a.Provider])
	for _, f := range []struct {
		to   *string
		from string
	}{
		{&a.Host, p.Host}, {&a.Name, a.Shared}, {&a.Name, a.Username},
		{&a.Mailbox, c.firstMailbox()},
	} {
		fill(f.to, f.from)
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
	if err := a.checkWords(); err != nil {
		return err
	}
	if err := a.checkHost(); err != nil {
		return err
	}
	if err := a.checkUnits(); err != nil {
		return err
	}
	return errors.Join(a.checkName(), a.checkFolders(c), a.checkTimes(), a.checkFlag(),
		a.checkSecrets())
}

func (a imapConfig) checkUnits() error {
	if a.AlarmAfter < duration(time.Second) {
		return fmt.Errorf("imap.alarm_after: %v: write it with its unit and in quotes, "+
			"such as \"15m\"", time.Duration(a.AlarmAfter))
	}
	if a.MaxSize < 64<<10 {
		return fmt.Errorf("imap.max_size: %d bytes: want at least \"64KB\"; "+
			"write it with its unit and in quotes, such as \"25MB\"", a.MaxSize)
	}
	return nil
}

// checkWords looks at the keys that take one of a few words.
func (a imapConfig) checkWords() error {
	for _, k := range []struct {
		key, value string
		list       []string
	}{
		{"tls", a.TLS, []string{"tls", "starttls", "none"}},
		{"auth", a.Auth, []string{"password", "xoauth2", "oauthbearer"}},
		{"after", a.After, []string{"move", "flag", "leave", "delete"}},
	} {
		if !slices.Contains(k.list, k.value) {
			return fmt.Errorf(`imap.%s: %q: want one of %s`, k.key, k.value,
				strings.Join(k.list, ", "))
		}
	}
	return nil
}

func (a imapConfig) checkHost() error {
	if a.TLS == "none" && !desk.Loopback(a.Host) {
		return fmt.Errorf(`imap.tls: "none" would send the password of %s in clear: want "tls" or `+
			`"starttls"`, a.Host)
	}
	if ip := net.ParseIP(a.Host); ip == nil && strings.ContainsAny(a.Host, ":/") {
		return fmt.Errorf("imap.host: %q: want the name alone, such as \"imap.ejemplo.test\"; the "+
			"port goes into imap.port", a.Host)
	}
	return nil
}

// oneName spells a folder in one way: INBOX alone is the same however it is written (RFC 9051
// section 5.1).
func oneName(folder string) string {
	if strings.EqualFold(folder, "INBOX") {
		return "INBOX"
	}
	return folder
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
	for _, f := range append([]string{a.Sent}, a.Folders...) {
		if seen[oneName(f)] {
			return fmt.Errorf("imap.folders and imap.sent: %q is named twice", f)
		}
		seen[oneName(f)] = f != ""
	}
	for key, f := range map[string]string{"moved_to": a.MovedTo, "quarantine": a.Quarantine} {
		if f != "" && seen[oneName(f)] && a.After == "move" {
			return fmt.Errorf("imap.%s: %q is a folder that mail is taken from: name another",
				key, f)
		}
	}
	return nil
}

// checkTimes looks at since when mail is taken, and when it is looked for.
func (a imapConfig) checkTimes() error {
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
	return nil
}

func (a imapConfig) checkFlag() error {
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
	if a.Auth == "password" && a.Password == "" && a.PasswordFile == "" {
		return errors.New("imap.password_file: name the file with the password, " +
			"or set auth to xoauth2")
	}
	return a.checkAccess()
}
