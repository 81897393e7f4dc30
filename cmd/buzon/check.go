package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"buzon/store"
	"buzon/store/desk"
	"buzon/templates"
	"buzon/threading"
)

func (a *app) check() *cobra.Command {
	var send bool
	c := &cobra.Command{Use: "check", Args: cobra.NoArgs,
		Short: "Check configuration, database, templates, doors and logins",
		Long: "Checks the configuration, the database, the templates, " +
			"the doors and the logins as the user who owns the data directory, makes nothing, " +
			"and says what to do. Exit status 1 when something is wrong; a warning alone is 0.",
		RunE: func(c *cobra.Command, _ []string) error {
			conf, err := a.config()
			if err != nil {
				return err
			}
			if err := becomeOwner(conf.DataDir); err != nil {
				return failed(err)
			}
			return a.checkAll(c.Context(), conf, send)
		}}
	c.Flags().BoolVar(&send, "send", false, "send a mail to each IMAP account's address, "+
		"to see that plus-addressing works")
	return c
}

// finding is one line of a check; its JSON is a fixed interface.
type finding struct {
	Check string `json:"check"`
	State string `json:"state"` // ok, note, warning, error
	Text  string `json:"text"`
}

// findings prints what is found as it is found.
type findings struct {
	app   *app
	wrong int
}

func (f *findings) say(what, state, text string) {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if f.app.json {
			f.app.object(finding{what, state, line})
			continue
		}
		if state == "warning" || state == "ok" {
			line = strings.TrimSuffix(state+", "+line, ", ok")
		}
		fmt.Fprintf(f.app.stdout, "%-14s %s\n", what+":", safe(line))
	}
}

// report says that something is right, or what is wrong with it.
func (f *findings) report(what string, err error, right string) {
	if err == nil {
		f.say(what, "ok", cmp.Or(right, "ok"))
		return
	}
	f.wrong++
	f.say(what, "error", err.Error())
}

// checkAll makes every check, so that one run shows everything that is wrong.
func (a *app) checkAll(ctx context.Context, conf config, send bool) error {
	f := &findings{app: a}
	f.report("configuration", conf.checkOwner(), conf.source())
	f.report("templates", conf.checkTemplates(), "")
	running := f.checkDesk(ctx, conf)
	f.checkProof(conf)
	f.checkResolver(ctx, conf)
	f.checkDoors(conf, running)
	if len(conf.Relay) == 0 {
		f.say("relay", "note", "none; mail is written to "+filepath.Join(conf.DataDir, "outgoing"))
	}
	for _, r := range conf.relays() {
		f.checkRelay(ctx, conf, r)
	}
	f.checkDKIM(ctx, conf)
	for _, account := range conf.accounts() {
		f.report("imap "+account.Name, a.tryIMAP(ctx, f, conf, account, send), "")
	}
	if f.wrong > 0 {
		return failed(fmt.Errorf("%d of the checks failed", f.wrong))
	}
	return nil
}

func (c config) checkTemplates() error {
	_, set, err := c.words(templates.Load)
	if err != nil {
		return err
	}
	return set.Check()
}

// checkDesk checks the database, the keys and the people, and reports whether a daemon works on
// them.
func (f *findings) checkDesk(ctx context.Context, c config) (running bool) {
	s, err := store.Look(ctx, c.DataDir, c.storeOptions(nil))
	if errors.Is(err, store.ErrNoDesk) {
		f.checkVacant(c)
		return false
	}
	if err != nil {
		f.report("database", err, "")
		return false
	}
	defer s.Close()
	place := "in " + absolute(c.DataDir)
	if c.Database != "" {
		place = "PostgreSQL; large mails " + place
	}
	f.report("database", s.Check(ctx), place)
	f.checkServer(s.Server(ctx))
	f.report("keys", c.checkKeys(ctx, s), "")
	people, err := s.Persons(ctx, "")
	f.checkPeople(people, err)
	if err := heldOutbox(ctx, s); err != nil {
		f.report("outbox", err, "")
	}
	f.checkReplies(c, people)
	return f.checkDaemon(ctx, s)
}

// checkServer reports what a database server is like, and what to change about it.
func (f *findings) checkServer(server *store.Server, err error) {
	if server == nil && err == nil {
		return
	}
	if err != nil {
		f.report("server", err, "")
		return
	}
	f.report("server", nil, fmt.Sprintf("PostgreSQL %s, a question takes %v",
		server.Version, server.RoundTrip.Round(10*time.Microsecond)))
	for _, warning := range server.Warnings {
		f.say("server", "warning", warning)
	}
}

// checkDaemon reports which process works on the desk, and which waits for it to end.
func (f *findings) checkDaemon(ctx context.Context, s *store.Store) (running bool) {
	holder, err := s.Holder(ctx)
	text := "not running"
	if holder != "" {
		text = "running: " + holder
	}
	f.report("daemon", err, text)
	if waiter, err := s.Waiter(ctx); err != nil || waiter != "" {
		f.report("standby", err, waiter+" takes over when the daemon is gone")
	}
	return holder != ""
}

// checkVacant checks the place of a desk that is to come.
func (f *findings) checkVacant(c config) {
	if exists(c.keyFile()) {
		f.report("database", c.keysAlone(), "")
		return
	}
	dir := absolute(c.DataDir)
	if c.file == "" && !c.named && !exists(dir) {
		f.report("database", errNoConfig, "")
		return
	}
	f.say("database", "note", fmt.Sprintf("none yet in %s; buzon serve makes it", dir))
	for up := dir; ; up = filepath.Dir(up) { // the directory, or the one that it will be made in
		err := unix.Access(up, unix.W_OK|unix.X_OK)
		if !errors.Is(err, fs.ErrNotExist) || up == filepath.Dir(up) {
			if err != nil {
				f.report("database", fmt.Errorf("%s can't be written (%w): "+
					"make %s and give it to the user that runs buzon", up, err, dir), "")
			}
			break
		}
	}
	f.checkPeople(c.people(), nil)
	f.checkReplies(c, c.people())
}

// checkKeys checks that the keys are there and sound.
func (c config) checkKeys(ctx context.Context, s *store.Store) error {
	if err := (&house{config: c, store: s}).keysMissing(ctx); err != nil {
		return err
	}
	if !exists(c.keyFile()) {
		return nil // as new as the desk
	}
	_, err := threading.OpenKeyring(c.keyFile())
	return err
}

// people are those of the configuration, as a new desk will have them.
func (c config) people() (list []desk.Person) {
	for address, p := range c.configured() {
		p.Role, p.Active, p.Addresses = desk.Agent, true, []string{address}
		list = append(list, p)
	}
	return list
}

// checkPeople warns where nobody would hear of something.
func (f *findings) checkPeople(list []desk.Person, err error) {
	agents, admins := 0, 0
	for _, p := range list {
		if p.Agent() && p.Active {
			agents++
		}
		if p.Role == desk.Admin && p.Active {
			admins++
		}
	}
	switch {
	case err != nil:
		f.report("people", err, "")
	case agents == 0:
		f.say("people", "warning", "nobody works here, so that nobody is told of mail: "+
			"buzon agent add ADDRESS --name NAME --admin, or [agents] in the configuration")
	case admins == 0:
		f.say("people", "warning", "there is no administrator, "+
			"so that the whole team hears what goes wrong: buzon agent add ADDRESS --admin")
	default:
		f.say("people", "ok", fmt.Sprintf("%d agents, %d of them administrators", agents, admins))
	}
}

// checkReplies warns where replies come to the domain of those who work here: to other services
// whoever has an address there, if only one that a case gave him, looks like one of them.
func (f *findings) checkReplies(c config, people []desk.Person) {
	staff := map[string]bool{}
	for _, p := range people {
		for _, a := range p.Addresses {
			_, domain, _ := strings.Cut(a, "@")
			staff[domain] = staff[domain] || p.Agent() && p.Active
		}
	}
	boxes, _ := c.mailboxes() // what is wrong with them has been said
	for _, box := range boxes {
		local, domain, _ := strings.Cut(box.Replies(), "@")
		if box.Plus && staff[domain] {
			f.say("replies", "warning", fmt.Sprintf("they come to %s+…@%s, in the agents' "+
				"own domain: where another service lets in whoever gets mail there, a customer "+
				"can give "+
				"it the address of his case; set mailbox.reply_domain to a domain of its own, "+
				"such as casos.%s, whose mail is delivered here", local, domain, domain))
		}
	}
}

// checkProof warns where others can write as an agent, or agents can't show that they wrote.
func (f *findings) checkProof(c config) {
	if c.AgentProof == "id" {
		f.say("agents", "warning",
			`agent_proof = "id": `+
				`whoever was sent a copy of a notice to an agent can write as him; `+
				`where the mail server delivers soporte+x@ to soporte@, `+
				`set mailbox.plus_addressing, and agent_proof = "normal"`)
		return
	}
	boxes, err := c.mailboxes()
	if err != nil || c.asksDNS() || c.logins() || c.SMTP != nil && len(c.SMTP.Networks) > 0 {
		return
	}
	if c.AgentProof == "strict" {
		f.say("agents", "warning", `agent_proof = "strict": nothing here proves a sender, `+
			`so that every answer of an agent waits for an administrator; `+
			`set dns.server, smtp.auth or smtp.trusted_networks, or agent_proof = "normal"`)
		return
	}
	for _, box := range boxes {
		if !box.Plus {
			f.say("agents", "warning", box.Address+": without mailbox.plus_addressing "+
				"nothing shows that an agent wrote, "+
				"so that his answers wait for an administrator; "+
				`set it where the mail server delivers to soporte@ what is sent to soporte+x@, `+
				`else dns.server, smtp.auth or smtp.trusted_networks, or agent_proof = "id"`)
		}
	}
}

// checkDoors checks that the doors can be opened, or are open where the daemon runs.
func (f *findings) checkDoors(c config, running bool) {
	if c.SMTP == nil && len(c.IMAP) == 0 {
		f.say("doors", "warning", "there is none: mail comes in by buzon deliver alone; "+
			"add [smtp] or [[imap]]")
	}
	if s := c.SMTP; s != nil {
		f.report("smtp", errors.Join(checkPort("smtp.listen", s.Listen, running),
			checkSocket(s.LMTP, running), c.checkCertificate()), "")
		if s.TLSCert == "" && s.Listen != "" && !desk.Loopback(host(s.Listen)) {
			f.say("smtp", "warning", "without TLS: "+
				"set smtp.tls_cert and smtp.tls_key where mail comes in over a network")
		}
	}
	if c.HTTP != nil {
		f.report("http", checkPort("http.listen", c.HTTP.Listen, running), "")
	}
}

func host(address string) string {
	h, _, _ := net.SplitHostPort(address)
	return h
}

// checkPort tries to listen where the daemon will; where it runs, somebody must listen there.
func checkPort(key, address string, running bool) error {
	if address == "" || strings.HasSuffix(address, ":0") {
		return nil
	}
	if running {
		conn, err := net.DialTimeout("tcp", address, 5*time.Second)
		if err != nil {
			return fmt.Errorf("%s: %s: the daemon runs and nobody answers there (%w): "+
				"restart buzon serve", key, address, err)
		}
		return conn.Close()
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("%s: %w", key, listenError(err))
	}
	return l.Close()
}

// listenError says what to do about a door that can't be opened.
func listenError(err error) error {
	switch {
	case errors.Is(err, unix.EADDRINUSE):
		return fmt.Errorf("%w: another program listens there; stop it or choose another port", err)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%w: ports below 1024 are root's; choose a higher one, "+
			"or give buzon the right: setcap cap_net_bind_service=+ep", err)
	case errors.Is(err, unix.EADDRNOTAVAIL):
		return fmt.Errorf("%w: this machine has no such address", err)
	}
	return err
}

// checkSocket says why the socket for LMTP can't be made.
func checkSocket(path string, running bool) error {
	if path == "" {
		return nil
	}
	conn, err := net.Dial("unix", path)
	if err == nil {
		conn.Close()
	}
	switch {
	case err == nil && !running:
		return fmt.Errorf("smtp.lmtp: %s is in use: another process listens there", path)
	case err != nil && running:
		return fmt.Errorf("smtp.lmtp: the daemon runs and nobody answers (%w): "+
			"restart buzon serve", err)
	case running:
		return nil
	}
	return mayListen(path)
}

// mayListen says what stands in the way of a socket.
func mayListen(path string) error {
	if info, err := os.Lstat(path); err == nil && info.Mode().Type() != fs.ModeSocket {
		return fmt.Errorf("smtp.lmtp: %s is there and no socket: "+
			"move it away or choose another path", path)
	}
	if err := unix.Access(filepath.Dir(path), unix.W_OK|unix.X_OK); err != nil {
		return fmt.Errorf("smtp.lmtp: %s can't be written (%w): "+
			"make it for the user that runs buzon", filepath.Dir(path), err)
	}
	return nil
}

// checkRelay logs in to a relay and out again.
func (f *findings) checkRelay(ctx context.Context, c config, r relayConfig) {
	name := "relay"
	if len(c.Relay) > 1 {
		name += " " + r.Name
	}
	if r.expiring(time.Now()) {
		f.say(name, "warning", "the client secret of "+r.Name+" expires on "+r.SecretExpires+
			": make a new one and write it into client_secret_file")
	}
	f.report(name, r.try(ctx, c), "")
}

func (r relayConfig) try(ctx context.Context, c config) error {
	t, err := r.transport(c)
	if err != nil {
		return err
	}
	defer t.Close()
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	return t.(interface{ Check(context.Context) error }).Check(ctx)
}
