package main

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"buzon/mailout"
	"buzon/store/desk"
	"buzon/store/desk/lazy"
)

// relayConfig is one [[relay]]; [relay] is the same. What is left out takes the provider's or the
// general default; see withDefaults.
type relayConfig struct {
	accessConfig
	Mailboxes   []string `toml:"mailboxes"` // whose mail it takes; none: everybody's
	Host        string   `toml:"host"`
	Port        int      `toml:"port"`
	TLS         string   `toml:"tls"`
	CAFile      string   `toml:"ca_file"`
	Connections int      `toml:"connections"`
	URL         string   `toml:"url"` // of Microsoft Graph, for national clouds
}

const graph = "microsoft365-graph"

var relayProviders = map[string]relayConfig{
	// Exchange Online takes three connections of a mailbox at the same time
	"microsoft365": {Host: "smtp.office365.com", Connections: 3,
		accessConfig: microsoft.withScopes("https://outlook.office.com/SMTP.Send",
			"offline_access")},
	"google": {Host: "smtp.gmail.com", accessConfig: google},
	graph: {Host: "graph.microsoft.com", accessConfig: microsoft.withScopes(
		"https://graph.microsoft.com/Mail.Send", "https://graph.microsoft.com/Mail.Send.Shared",
		"offline_access")},
}

// tenantScopes are what a tenant lets the desk do without a person.
var tenantScopes = map[string]string{
	"microsoft365": "https://outlook.office365.com/.default",
	graph:          "https://graph.microsoft.com/.default",
}

var oneRelay = lazy.Compile(`(?m)^([ \t]*)\[relay\]`)

// relayTable makes [relay] the only [[relay]] that there is.
func relayTable(text string) string {
	if len(oneRelay.FindAllString(text, 2)) == 1 && !strings.Contains(text, "\n[[relay]]") {
		return oneRelay.ReplaceAllString(text, "$1[[relay]]")
	}
	return text
}

// relays are the [[relay]] tables with their defaults.
func (c config) relays() (list []relayConfig) {
	for _, r := range c.Relay {
		list = append(list, r.withDefaults())
	}
	return list
}

func (r relayConfig) withDefaults() relayConfig {
	p := relayProviders[r.Provider]
	fill(&r.Host, p.Host)
	r.Connections = cmp.Or(r.Connections, p.Connections)
	r.fillIn("relay", p.accessConfig, tenantScopes[r.Provider])
	fill(&r.Name, r.Host)
	return r
}

// checkRelay says what is wrong with how mail is sent: relays, and the keys that sign it.
func (c config) checkRelay() error {
	boxes, err := c.mailboxes()
	if err != nil {
		return err
	}
	names := map[string]bool{}
	for _, a := range c.accounts() {
		names[a.Name] = a.tokened() && a.Grant == "login"
	}
	for _, r := range c.relays() {
		if err := r.check(); err != nil {
			return err
		}
		if names[r.Name] {
			return fmt.Errorf("relay.name: %q is the name of another relay or IMAP account: "+
				"give each a name of its own", r.Name)
		}
		names[r.Name] = true
	}
	return cmp.Or(c.checkServed(boxes), c.checkDKIM())
}

// checkServed names a mailbox whose mail has no relay.
func (c config) checkServed(boxes desk.Mailboxes) error {
	served := map[string]bool{}
	for _, r := range c.relays() {
		for _, address := range r.Mailboxes {
			box, ok := findMailbox(boxes, address)
			if !ok {
				return fmt.Errorf("relay.mailboxes: %q is no [[mailbox]] of this desk: "+
					"name one of them", address)
			}
			served[box] = true
		}
		served[""] = served[""] || len(r.Mailboxes) == 0
	}
	for _, box := range boxes {
		if len(c.Relay) > 0 && !served[""] && !served[box.Address] {
			return fmt.Errorf("relay.mailboxes: no relay is for the mail of %s: add it to one, "+
				"or add a [[relay]] without the key", box.Address)
		}
	}
	return nil
}

// logins are how a relay may be logged in to, by the word of the configuration.
var logins = []string{"password", "plain", "login", "cram-md5", "scram-sha-1", "scram-sha-256",
	"xoauth2"}

func (r relayConfig) check() error {
	if _, known := relayProviders[r.Provider]; r.Provider != "" && !known {
		return fmt.Errorf(`relay.provider: %q: want "microsoft365", "microsoft365-graph" or `+
			`"google", or leave it out`, r.Provider)
	}
	u, err := url.Parse(r.URL)
	switch {
	case r.Host == "":
		return errors.New(`relay.host: name the smarthost, such as "smtp.ejemplo.test", ` +
			`or leave out [relay]`)
	case !slices.Contains([]string{"", "tls", "starttls", "none"}, r.TLS):
		return fmt.Errorf(`relay.tls: %q: want "tls", "starttls" or "none"`, r.TLS)
	case r.Port < 0 || r.Port > 65535:
		return fmt.Errorf("relay.port: %d: want 1 to 65535", r.Port)
	case !slices.Contains(logins, r.Auth):
		return fmt.Errorf(`relay.auth: %q: want one of %s`, r.Auth, strings.Join(logins, ", "))
	case r.Connections < 0 || r.Connections > 100:
		return fmt.Errorf("relay.connections: %d: want 1 to 100", r.Connections)
	case r.tokened() && r.Username == "":
		return errors.New("relay.username: name the mailbox that logs in to send")
	case r.URL != "" && (r.Provider != graph || err != nil || u.Host == ""):
		return fmt.Errorf(`relay.url: %q: it is for provider = "microsoft365-graph", such as `+
			`"https://graph.microsoft.us/v1.0"`, r.URL)
	}
	return cmp.Or(r.checkName(), r.checkAccess())
}

// transport is the relay as what sends mail.
func (r relayConfig) transport(c config) (mailout.Transport, error) {
	if r.Provider == graph {
		return mailout.NewGraph(mailout.GraphOptions{
			Mailbox: cmp.Or(r.Shared, r.Username), Token: r.tokens(c.DataDir),
			URL: r.URL, Connections: r.Connections}), nil
	}
	relay, err := r.relay(c)
	if err != nil {
		return nil, err
	}
	return mailout.NewRelay(relay)
}

// relay is the smarthost as the configuration has it.
func (r relayConfig) relay(c config) (relay mailout.Relay, err error) {
	relay = mailout.Relay{Host: r.Host, Port: r.Port, TLS: r.TLS, Username: r.Username,
		Hello: c.hostname(), Connections: r.Connections}
	if relay.RootCAs, err = certificates("relay.ca_file", r.CAFile); err != nil {
		return relay, err
	}
	if r.tokened() {
		relay.Username, relay.Token = cmp.Or(r.Shared, r.Username), r.tokens(c.DataDir)
		return relay, nil
	}
	if r.Auth != "password" {
		relay.Auth = strings.ToUpper(r.Auth)
	}
	relay.Password, err = secret(r.Password, r.PasswordFile, "relay.password_file")
	return relay, err
}

// transport is the relays, or a Maildir where none is configured. It makes no connection yet.
func (c config) transport(clock mailout.Clock) (mailout.Transport, error) {
	if len(c.Relay) == 0 {
		return mailout.NewMaildir(filepath.Join(c.DataDir, "outgoing"))
	}
	routes, err := c.routes()
	if err != nil {
		return nil, err
	}
	if len(routes) == 1 && len(routes[0].Mailboxes) == 0 {
		return routes[0].Transport, nil
	}
	return mailout.NewRelays(clock, routes...), nil
}

func (c config) routes() (list []mailout.Route, err error) {
	boxes, err := c.mailboxes()
	if err != nil {
		return nil, err
	}
	for _, r := range c.relays() {
		t, err := r.transport(c)
		if err != nil {
			return nil, err
		}
		route := mailout.Route{Name: r.Name, Transport: t}
		for _, address := range r.Mailboxes {
			box, _ := findMailbox(boxes, address)
			route.Mailboxes = append(route.Mailboxes, box)
		}
		list = append(list, route)
	}
	return list, nil
}

// parallel is how many mails may be on their way at once: as many as the relays take together.
func (c config) parallel() (n int) {
	for _, r := range c.relays() {
		n += cmp.Or(r.Connections, 4)
	}
	return n
}
