package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"buzon/mailin"
	"buzon/store"
	"buzon/store/desk"
	"buzon/threading"
)

// config is the configuration file. Its keys are fixed interfaces; docs/configuration.md explains them.
type config struct {
	DataDir    string   `toml:"data_dir"`
	Database   string   `toml:"database"` // "": SQLite in data_dir; else the URL of a PostgreSQL database
	Language   string   `toml:"language"`
	Templates  string   `toml:"templates"` // a directory with words of the administrator's own
	Timezone   string   `toml:"timezone"`
	Hostname   string   `toml:"hostname"`
	Markers    []string `toml:"production_down"`
	AgentProof string   `toml:"agent_proof"`
	MinFree    size     `toml:"min_free"`

	Mailbox []mailboxConfig   `toml:"mailbox"`
	Profile []profileConfig   `toml:"profile"`
	Agents  map[string]string `toml:"agents"`
	OnCall  onCallConfig      `toml:"on_call"`
	SMTP    *smtpConfig       `toml:"smtp"`
	IMAP    []imapConfig      `toml:"imap"`
	Relay   *relayConfig      `toml:"relay"`
	Outbox  outboxConfig      `toml:"outbox"`
	Limits  limitsConfig      `toml:"limits"`
	Caps    capsConfig        `toml:"caps"`
	HTTP    *httpConfig       `toml:"http"`

	file, text string // where it was read, and what
	named      bool   // the command line names the data directory
}

type mailboxConfig struct {
	Address        string   `toml:"address"`
	Name           string   `toml:"name"`
	Aliases        []string `toml:"aliases"`
	Senders        []string `toml:"senders"`
	PlusAddressing bool     `toml:"plus_addressing"`
	SubjectTag     string   `toml:"subject_tag"`
	ClosedReply    string   `toml:"closed_reply"`
	Product        string   `toml:"product"`
	NumberIsEnough bool     `toml:"number_is_enough"`
	Alerts         bool     `toml:"alerts"`
	Hold           duration `toml:"hold"`
	Profile        string   `toml:"profile"`
}

type onCallConfig struct {
	Addresses []string `toml:"addresses"`
}

type smtpConfig struct {
	Listen      string   `toml:"listen"`
	LMTP        string   `toml:"lmtp"`
	LMTPMode    string   `toml:"lmtp_mode"`  // of the socket, in octal; "0660"
	LMTPGroup   string   `toml:"lmtp_group"` // of the socket; that of the process
	TLSCert     string   `toml:"tls_cert"`
	TLSKey      string   `toml:"tls_key"`
	Trusted     []string `toml:"trusted"`          // networks whose mail with bare line feeds is taken
	Networks    []string `toml:"trusted_networks"` // that let their users write in their own names only
	Relays      []string `toml:"relays"`           // our own mail servers in front; nil: this machine
	Connections int      `toml:"connections"`
	PerAddress  int      `toml:"per_address"`
	MaxSize     size     `toml:"max_size"`
}

type relayConfig struct {
	Host         string `toml:"host"`
	Port         int    `toml:"port"`
	TLS          string `toml:"tls"`
	Username     string `toml:"username"`
	Password     string `toml:"password"`
	PasswordFile string `toml:"password_file"`
	CAFile       string `toml:"ca_file"`
	Connections  int    `toml:"connections"`
}

type outboxConfig struct {
	Retry  []duration `toml:"retry"`
	GiveUp duration   `toml:"give_up"`
}

type limitsConfig struct {
	Depth  int      `toml:"depth"`
	Parts  int      `toml:"parts"`
	Header size     `toml:"header"`
	Text   size     `toml:"text"`
	Work   duration `toml:"work"`
	Hops   int      `toml:"hops"`
}

type capsConfig struct {
	AckEvery     *duration `toml:"ack_every"` // 0s: no time between
	AcksADay     int       `toml:"acks_a_day"`
	AcksDomain   int       `toml:"acks_domain_hour"`
	AcksAll      int       `toml:"acks_hour"`
	TicketHour   int       `toml:"ticket_hour"`
	NewTicketsOf int       `toml:"new_tickets_hour"`
	Agents       int       `toml:"agent_notices_a_minute"`
}

func (c capsConfig) caps() store.Caps {
	caps := store.Caps{AcksADay: c.AcksADay, AcksDomain: c.AcksDomain, AcksAll: c.AcksAll,
		TicketHour: c.TicketHour, NewTicketsOf: c.NewTicketsOf, AgentsAMinute: c.Agents}
	if c.AckEvery != nil {
		caps.AckEvery = cmp.Or(time.Duration(*c.AckEvery), -1) // the zero value is the default
	}
	return caps
}

type httpConfig struct {
	Listen string `toml:"listen"`
}

// duration is written as "10m" or "96h".
type duration time.Duration

func (d *duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	if err != nil || v < 0 {
		return fmt.Errorf("%q is no duration: write one such as \"90s\", \"10m\" or \"96h\"", text)
	}
	*d = duration(v)
	return nil
}

// size is written as "25MB", "512KB" or a number of bytes in quotes.
type size int64

func (s *size) UnmarshalText(text []byte) error {
	number, unit := strings.TrimSpace(string(text)), int64(1)
	for _, u := range []struct {
		suffix string
		bytes  int64
	}{{"KB", 1 << 10}, {"MB", 1 << 20}, {"GB", 1 << 30}, {"B", 1}} {
		if n, ok := strings.CutSuffix(strings.ToUpper(number), u.suffix); ok {
			number, unit = strings.TrimSpace(n), u.bytes
			break
		}
	}
	var n int64
	if _, err := fmt.Sscanf(number+"\n", "%d\n", &n); err != nil || n < 0 {
		return fmt.Errorf("%q is no size: write one such as \"25MB\" or \"512KB\"", text)
	}
	*s = size(n * unit)
	return nil
}

// defaults are what a desk without a configuration works with.
func defaults() config {
	return config{
		DataDir: "buzon-data", Language: "es", Timezone: "Local",
		Mailbox: []mailboxConfig{{Address: "soporte@ejemplo.test", Name: "Soporte Ejemplo", PlusAddressing: true, NumberIsEnough: true}},
		SMTP:    &smtpConfig{Listen: "127.0.0.1:2525"},
	}
}

// config reads the configuration that the command line names, or finds. Nothing is created.
func (a *app) config() (config, error) {
	file := a.configFile
	for _, usual := range []string{"buzon.toml", "/etc/buzon/buzon.toml"} {
		if _, err := os.Stat(usual); file == "" && err == nil {
			file = usual
		}
	}
	c := defaults()
	if file != "" {
		text, err := readConfig(file)
		if err != nil {
			return c, err
		}
		if c, err = parseConfig(file, text); err != nil {
			return c, err
		}
	}
	if a.dataDir != "" {
		c.DataDir, c.named = a.dataDir, true
	}
	a.zone, _ = c.location() // check says what is wrong with it
	return c, c.check()
}

// parseConfig reads a configuration strictly: an unknown key is an error, with the line.
func parseConfig(file, text string) (config, error) {
	c := config{DataDir: "/var/lib/buzon", Language: "es", Timezone: "Local", file: file, text: text}
	text, err := expandEnv(file, text)
	if err != nil {
		return c, err
	}
	d := toml.NewDecoder(strings.NewReader(text)).DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return c, decodeError(file, c.text, err)
	}
	return c, nil
}

// check says what is wrong with the values, naming the key, and what would be right.
func (c config) check() error { return c.in(c.checkValues()) }

// in names the file of what is wrong in it.
func (c config) in(err error) error {
	if err == nil || c.file == "" {
		return err
	}
	if line := c.line(err.Error()); line != 0 {
		return fmt.Errorf("%s:%d: %w", c.file, line, err)
	}
	return fmt.Errorf("%s: %w", c.file, err)
}

var blamed = regexp.MustCompile(`^(?:(\w+)\.)?(\w+)[,:][^"]*("(?:[^"\\]|\\.)*")?`)

// line finds the line that an error begins to speak of, "relay.tls: "ssl": …", or 0: where a table is there more than once,
// the first line that holds the value too.
func (c config) line(text string) int {
	m := blamed.FindStringSubmatch(text)
	if m == nil {
		return 0
	}
	table := ""
	for i, line := range strings.Split(c.text, "\n") {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "[") {
			table = strings.Trim(line, "[] ")
		}
		key, value, _ := strings.Cut(line, "=")
		if table == m[1] && strings.TrimSpace(key) == m[2] && strings.Contains(value, m[3]) {
			return i + 1
		}
	}
	return 0
}

func (c config) checkValues() error {
	if _, err := c.location(); err != nil {
		return err
	}
	if c.DataDir == "" {
		return errors.New(`data_dir: name a directory, such as "/var/lib/buzon"`)
	}
	if !slices.Contains([]string{"", "normal", "strict", "id"}, c.AgentProof) {
		return fmt.Errorf(`agent_proof: %q: want "normal", "strict" or "id"`, c.AgentProof)
	}
	boxes, err := c.mailboxes()
	if err != nil {
		return err
	}
	for _, address := range slices.AppendSeq(slices.Clone(c.OnCall.Addresses), maps.Keys(c.Agents)) {
		if desk.Canonical(address) == "" {
			return fmt.Errorf("agents, on_call: %q is no mail address", address)
		}
		if _, own := findMailbox(boxes, address); own {
			return fmt.Errorf("agents, on_call: %s is a mailbox of the desk: its notices would come back to it; name a person's own address", address)
		}
	}
	if _, err := c.profiles(); err != nil {
		return err
	}
	return cmp.Or(c.checkSMTP(), c.checkRelay(), c.checkIMAP(), c.checkHTTP())
}

// agentProof is what it takes for an agent's mail to run commands.
func (c config) agentProof() mailin.AgentProof {
	if c.AgentProof == "normal" {
		return mailin.Normal
	}
	return mailin.AgentProof(c.AgentProof)
}

func (c config) location() (*time.Location, error) {
	l, err := time.LoadLocation(c.Timezone)
	if err != nil {
		return nil, fmt.Errorf(`timezone: %q is not known: write one such as "America/Bogota"`, c.Timezone)
	}
	return l, nil
}

func (c config) checkSMTP() error {
	if c.SMTP == nil {
		return nil
	}
	if c.SMTP.Listen == "" && c.SMTP.LMTP == "" {
		return errors.New(`smtp.listen: name an address such as "127.0.0.1:2525", or lmtp, or leave out [smtp]`)
	}
	if c.SMTP.Listen != "" {
		if err := checkListen("smtp.listen", c.SMTP.Listen, "127.0.0.1:2525"); err != nil {
			return err
		}
	}
	if (c.SMTP.TLSCert == "") != (c.SMTP.TLSKey == "") {
		return errors.New("smtp.tls_cert, smtp.tls_key: give both or none")
	}
	_, _, socket := c.SMTP.socket()
	_, err := networks("smtp.trusted", c.SMTP.Trusted)
	_, vouched := networks("smtp.trusted_networks", c.SMTP.Networks)
	_, relays := networks("smtp.relays", c.SMTP.Relays)
	return cmp.Or(socket, err, vouched, relays)
}

// checkListen looks whether a door can be opened there, as far as that is seen from its address.
func checkListen(key, address, example string) error {
	_, port, err := net.SplitHostPort(address)
	if err == nil {
		_, err = net.LookupPort("tcp", port)
	}
	if err != nil {
		return fmt.Errorf("%s: %q: want host:port, such as %q", key, address, example)
	}
	return nil
}

func (c config) checkHTTP() error {
	if c.HTTP == nil {
		return nil
	}
	if c.HTTP.Listen == "" {
		return errors.New(`http.listen: name an address such as "127.0.0.1:8025", or leave out [http]`)
	}
	return checkListen("http.listen", c.HTTP.Listen, "127.0.0.1:8025")
}

func (c config) checkRelay() error {
	if c.Relay == nil {
		return nil
	}
	if c.Relay.Host == "" {
		return errors.New(`relay.host: name the smarthost, such as "smtp.ejemplo.test", or leave out [relay]`)
	}
	if !slices.Contains([]string{"", "tls", "starttls", "none"}, c.Relay.TLS) {
		return fmt.Errorf(`relay.tls: %q: want "tls", "starttls" or "none"`, c.Relay.TLS)
	}
	if c.Relay.Port < 0 || c.Relay.Port > 65535 {
		return fmt.Errorf("relay.port: %d: want 1 to 65535", c.Relay.Port)
	}
	if c.Relay.Password != "" && c.Relay.PasswordFile != "" {
		return errors.New("relay.password, relay.password_file: give one of them")
	}
	return nil
}

// mailboxes are the desk's, with their defaults filled in.
func (c config) mailboxes() (list desk.Mailboxes, err error) {
	if len(c.Mailbox) == 0 {
		return nil, errors.New("mailbox: add a [[mailbox]] with the address that customers write to")
	}
	for _, m := range c.Mailbox {
		box := desk.Mailbox{Address: desk.Canonical(m.Address), Name: m.Name, Plus: m.PlusAddressing, Tag: m.SubjectTag,
			ClosedReply: desk.ClosedReply(m.ClosedReply), Product: m.Product, NumberIsEnough: m.NumberIsEnough, Alerts: m.Alerts}
		if box.Address == "" {
			return nil, fmt.Errorf("mailbox.address: %q is no mail address", m.Address)
		}
		for _, a := range m.Aliases {
			if desk.Canonical(a) == "" {
				return nil, fmt.Errorf("mailbox.aliases: %q is no mail address", a)
			}
			box.Aliases = append(box.Aliases, desk.Canonical(a))
		}
		for _, a := range m.Senders {
			if desk.Canonical(a) == "" {
				return nil, fmt.Errorf("mailbox.senders: %q is no mail address", a)
			}
			box.Senders = append(box.Senders, desk.Canonical(a))
		}
		if box.Name == "" {
			box.Name = box.Address
		}
		switch {
		case box.Tag != "":
		case c.Language == "en":
			box.Tag = "Case"
		default:
			box.Tag = "Caso"
		}
		if !slices.Contains([]string{"", "new", "reopen", "reject"}, string(box.ClosedReply)) {
			return nil, fmt.Errorf(`mailbox.closed_reply: %q: want "new", "reopen" or "reject"`, m.ClosedReply)
		}
		if m.Hold != 0 {
			return nil, errors.New(`mailbox.hold: answers can't be held back yet: take the line out, or set "0s"`)
		}
		if m.PlusAddressing {
			if err := threading.CheckMailbox(box.Address); err != nil {
				return nil, fmt.Errorf("mailbox.address: %w", err)
			}
		}
		list = append(list, box)
	}
	return list, list.Check()
}

// keyFile holds the signing keys, outside of the database.
func (c config) keyFile() string { return filepath.Join(c.DataDir, "keys.json") }

// exists tells whether a file is there; an error other than its absence counts as there.
func exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}
