package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"buzon/mailin"
	"buzon/store/desk"
	"buzon/store/desk/lazy"
)

// config is the configuration file. Its keys are fixed interfaces; docs/configuration.md explains
// them.
type config struct {
	DataDir    string   `toml:"data_dir"`
	Database   string   `toml:"database"` // "": SQLite in data_dir; else PostgreSQL's URL
	Language   string   `toml:"language"`
	Templates  string   `toml:"templates"` // a directory with words of the administrator's own
	Timezone   string   `toml:"timezone"`
	Hostname   string   `toml:"hostname"`
	Markers    []string `toml:"production_down"`
	AgentProof string   `toml:"agent_proof"`
	Sealers    []string `toml:"arc_sealers"` // domains whose ARC seals are believed
	MinFree    size     `toml:"min_free"`

	Mailbox []mailboxConfig   `toml:"mailbox"`
	Profile []profileConfig   `toml:"profile"`
	Agents  map[string]string `toml:"agents"`
	OnCall  onCallConfig      `toml:"on_call"`
	SMTP    *smtpConfig       `toml:"smtp"`
	IMAP    []imapConfig      `toml:"imap"`
	Relay   []relayConfig     `toml:"relay"`
	DKIM    []dkimConfig      `toml:"dkim"`
	Outbox  outboxConfig      `toml:"outbox"`
	Limits  limitsConfig      `toml:"limits"`
	Caps    capsConfig        `toml:"caps"`
	HTTP    *httpConfig       `toml:"http"`
	DNS     dnsConfig         `toml:"dns"`
	SLA     slaConfig         `toml:"sla"`
	Alerts  alertsConfig      `toml:"alerts"`
	Milter  milterConfig      `toml:"milter"`

	Calendar   []calendarConfig `toml:"calendar"`
	Escalation escalationConfig `toml:"escalation"`
	Plazos     string           `toml:"plazos"` // the law whose clock runs
	Legal      legalConfig      `toml:"legal"`
	Panel      panelConfig      `toml:"panel"`

	file, text string // where it was read, and what
	named      bool   // the command line names the data directory
}

type onCallConfig struct {
	Addresses []string `toml:"addresses"`
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

// usual is what holds where a file says nothing: of the top level here, of each table where that is
// read.
var usual = config{DataDir: "/var/lib/buzon", Language: "es", Timezone: "Local"}

// defaults are what a desk without a configuration works with.
func defaults() config {
	c := usual
	c.DataDir, c.SMTP = "buzon-data", &smtpConfig{Listen: usualDoor}
	c.Mailbox = []mailboxConfig{{Address: "soporte@ejemplo.test", Name: "Soporte Ejemplo",
		PlusAddressing: true, NumberIsEnough: true}}
	return c
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
	c := usual
	c.file, c.text = file, text
	text, err := expandEnv(file, text)
	if err != nil {
		return c, err
	}
	d := toml.NewDecoder(strings.NewReader(relayTable(text))).DisallowUnknownFields()
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

var blamed = lazy.Compile(`^(?:(\w+)\.)?(\w+)[,:][^"]*("(?:[^"\\]|\\.)*")?`)

// line finds the line that an error begins to speak of, "relay.tls: "ssl": …", or 0: where a table
// is there more than once, the first line that holds the value too.
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
		return fmt.Errorf("data_dir: name a directory, such as %q", usual.DataDir)
	}
	if !slices.Contains([]string{"", "normal", "strict", "id"}, c.AgentProof) {
		return fmt.Errorf(`agent_proof: %q: want "normal", "strict" or "id"`, c.AgentProof)
	}
	if err := c.checkPeople(); err != nil {
		return err
	}
	if _, err := c.profiles(); err != nil {
		return err
	}
	if _, err := c.times(); err != nil {
		return err
	}
	return cmp.Or(c.checkSMTP(), c.checkRelay(), c.checkIMAP(), c.checkHTTP(), c.checkDNS(),
		c.checkAlerts(), c.checkMilter(), c.checkPanel())
}

// checkPeople looks at the addresses of those who work for the desk.
func (c config) checkPeople() error {
	boxes, err := c.mailboxes()
	if err != nil {
		return err
	}
	people := slices.AppendSeq(slices.Clone(c.OnCall.Addresses), maps.Keys(c.Agents))
	for _, s := range c.Escalation.Steps {
		people = append(people, s.To...)
	}
	for _, address := range people {
		if desk.Canonical(address) == "" {
			return fmt.Errorf("agents, on_call: %q is no mail address", address)
		}
		if _, own := findMailbox(boxes, address); own {
			return fmt.Errorf("agents, on_call: %s is a mailbox of the desk: "+
				"its notices would come back to it; name a person's own address", address)
		}
	}
	return nil
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
		return nil, fmt.Errorf(`timezone: %q is not known: write one such as "America/Bogota"`,
			c.Timezone)
	}
	return l, nil
}

// keyFile holds the signing keys, outside of the database.
func (c config) keyFile() string { return filepath.Join(c.DataDir, "keys.json") }

// exists reports whether a file is there; an error other than its absence counts as there.
func exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}
