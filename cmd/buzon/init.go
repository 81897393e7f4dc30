package main

import (
	"bufio"
	"bytes"
	"cmp"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"text/template"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"buzon/store/desk"
	"buzon/templates"
)

//go:embed init.toml
var initText string

// answers are what a new configuration says otherwise than every other.
type answers struct {
	DataDir, Language, Timezone string
	Address, Name               string
	Plus                        bool
	Listen                      string
	IMAP, IMAPUser, IMAPSecret  string
	Relay, TLS                  string
	Port                        int
	Username, PasswordFile      string
	agents, OnCall              []string // "ana@ejemplo.test=Ana Gómez"
}

func (a *app) initialise() *cobra.Command {
	var w answers
	var ask bool
	c := &cobra.Command{
		Use: "init [FILE]", Short: "Write a configuration, asking on a terminal or by flags",
		Args: cobra.MaximumNArgs(1),
		Long: "Writes a commented configuration with every key to FILE (buzon.toml), mode 0600. " +
			"It asks for what no flag says where standard\n" +
			"input is a terminal, or with --ask. A file that is there stays as it is. " +
			"No desk is made: that is for buzon serve.",
		RunE: func(c *cobra.Command, args []string) error {
			file := "buzon.toml"
			if len(args) == 1 {
				file = args[0]
			}
			if exists(file) {
				return failed(fmt.Errorf("%s is there already: it stays as it is; "+
					"name another file, or move it away", file))
			}
			w.defaults(file)
			if input, ok := a.stdin.(*os.File); ask || ok && term.IsTerminal(int(input.Fd())) {
				if err := w.ask(c, a.stdin, a.stdout); err != nil {
					return err
				}
			}
			return a.writeConfig(file, w)
		}}
	w.register(c)
	c.Flags().BoolVar(&ask, "ask", false, "ask even where standard input is no terminal")
	return c
}

func (w *answers) register(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&w.Address, "address", "", "address that customers write to")
	f.StringVar(&w.Name, "name", "", "the desk's name as people read it (default the address)")
	f.StringVar(&w.Language, "language", usual.Language, "es or en")
	f.StringVar(&w.Timezone, "timezone", "", "such as America/Bogota (default the system's)")
	f.StringVar(&w.DataDir, "data-dir", "", "where the desk is kept (default /var/lib/buzon of "+
		"root and of a file in /etc, else buzon-data beside the file)")
	f.BoolVar(&w.Plus, "plus-addressing", true, "the mail server delivers soporte+x@ to soporte@")
	f.StringArrayVar(&w.agents, "agent", nil,
		"an agent, as \"ana@ejemplo.test=Ana Gómez\" (repeatable)")
	f.StringArrayVar(&w.OnCall, "on-call", nil,
		"address that is alerted when production is down (repeatable)")
	f.StringVar(&w.Listen, "listen", usualDoor, "where mail comes in by SMTP; empty: nowhere")
	f.StringVar(&w.IMAP, "imap", "", "server of a mailbox to fetch from")
	f.StringVar(&w.IMAPUser, "imap-username", "", "name to log in with there (default the address)")
	f.StringVar(&w.IMAPSecret, "imap-password-file", "/etc/buzon/imap.secret",
		"file with the password")
	f.StringVar(&w.Relay, "relay", "", "server that outgoing mail is handed to; "+
		"empty: it is written to a Maildir")
	f.IntVar(&w.Port, "port", 587, "its port")
	f.StringVar(&w.TLS, "tls", "starttls", "tls, starttls or none")
	f.StringVar(&w.Username, "username", "", "name to log in with there; empty: without")
	f.StringVar(&w.PasswordFile, "password-file", "/etc/buzon/smtp.secret",
		"file with the password")
}

// defaults fills in what depends on the machine.
func (w *answers) defaults(file string) {
	w.Timezone = cmp.Or(w.Timezone, systemZone())
	dir, _ := filepath.Abs(filepath.Dir(file))
	switch {
	case w.DataDir != "":
	case os.Geteuid() == 0 || strings.HasPrefix(dir, "/etc/"):
		w.DataDir = usual.DataDir
	default:
		w.DataDir = filepath.Join(dir, "buzon-data")
	}
}

// systemZone is the name of the system's time zone, or Local where it has none that can be found.
func systemZone() string {
	link, _ := os.Readlink("/etc/localtime")
	_, linked, _ := strings.Cut(link, "/zoneinfo/")
	text, _ := os.ReadFile("/etc/timezone")
	for _, name := range []string{os.Getenv("TZ"), linked, strings.TrimSpace(string(text))} {
		if _, err := time.LoadLocation(name); name != "" && err == nil {
			return name
		}
	}
	return usual.Timezone
}

// question asks for what a flag says.
type question struct{ flag, text string }

var questions = []question{
	{"address", "Address that customers write to"},
	{"name", "Name of the desk, as people read it (empty: the address)"},
	{"language", "Language, es or en"},
	{"timezone", "Time zone"},
	{"data-dir", "Directory of the desk"},
	{"agent", "First agent, as ana@ejemplo.test=Ana Gómez (empty: none yet)"},
	{"on-call", "Address that is alerted when production is down (empty: none)"},
	{"listen", "Where mail comes in by SMTP, host:port (\"-\": nowhere)"},
	{"plus-addressing", "Does your server deliver soporte+x@ to soporte@, true or false"},
	{"imap", "Server of a mailbox to fetch from (empty: none)"},
	{"relay", "Server that outgoing mail is handed to (empty: none, it is written to a Maildir)"},
	{"port", "Its port"},
	{"tls", "Its encryption: tls, starttls or none"},
	{"username", "Name to log in with there (empty: without)"},
}

// ask asks for what no flag says; an empty line takes what stands in brackets.
func (w *answers) ask(c *cobra.Command, in io.Reader, out io.Writer) error {
	lines := bufio.NewScanner(in)
	for _, q := range questions {
		flag := c.Flags().Lookup(q.flag)
		aboutRelay := q.flag == "port" || q.flag == "tls" || q.flag == "username"
		if flag.Changed || aboutRelay && w.Relay == "" {
			continue
		}
		for asking := true; asking; {
			fmt.Fprint(out, q.text)
			if value := strings.Trim(flag.Value.String(), "[]"); value != "" {
				fmt.Fprintf(out, " [%s]", value)
			}
			fmt.Fprint(out, ": ")
			if !lines.Scan() {
				return failed(errors.Join(errors.New("the answers ended: nothing was written"),
					lines.Err()))
			}
			asking = !answered(c, out, q.flag, strings.TrimSpace(lines.Text()), w)
		}
	}
	return nil
}

// answered takes an answer, or says what is wrong with it.
func answered(c *cobra.Command, out io.Writer, flag, answer string, w *answers) bool {
	if answer == "-" {
		answer = ""
	} else if answer == "" {
		return flag != "address" || w.Address != ""
	}
	before := *w
	err := c.Flags().Set(flag, answer)
	if err == nil {
		_, err = w.config("")
	}
	if err != nil {
		*w = before
		fmt.Fprintln(out, safeText(err.Error()))
	}
	return err == nil
}

// config is the text of the configuration, which is right.
func (w answers) config(file string) (string, error) {
	if desk.Canonical(w.Address) == "" {
		return "", fmt.Errorf("--address: %q is no mail address: "+
			"name the one that customers write to, such as soporte@ejemplo.test", w.Address)
	}
	w.Name, w.IMAPUser = cmp.Or(w.Name, w.Address), cmp.Or(w.IMAPUser, w.Address)
	text, err := w.render()
	if err != nil {
		return "", err
	}
	c, err := parseConfig(file, text)
	if err == nil {
		_, _, err = c.words(templates.Load)
	}
	return text, cmp.Or(err, c.checkValues())
}

// render fills the answers into the text.
func (w answers) render() (string, error) {
	type agent struct{ Address, Name string }
	view := struct {
		answers
		Agents []agent
	}{answers: w}
	for _, line := range w.agents {
		address, name, _ := strings.Cut(line, "=")
		name = cmp.Or(strings.TrimSpace(name), address)
		view.Agents = append(view.Agents, agent{quoted(strings.TrimSpace(address)), quoted(name)})
	}
	view.OnCall = nil
	for _, address := range w.OnCall {
		view.OnCall = append(view.OnCall, quoted(address))
	}
	for _, s := range []*string{&view.DataDir, &view.Language, &view.Timezone, &view.Address,
		&view.Name, &view.Listen, &view.IMAP, &view.IMAPUser,
		&view.IMAPSecret, &view.Relay, &view.TLS, &view.Username, &view.PasswordFile,
	} {
		if *s != "" {
			*s = quoted(*s)
		}
	}
	var b bytes.Buffer
	err := template.Must(template.New("init.toml").Parse(initText)).Execute(&b, view)
	return b.String(), err
}

// quoted writes a TOML string; JSON's are.
func quoted(s string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s)
	return strings.TrimSpace(b.String())
}

// writeConfig writes the file, which must not be there, and says what comes next.
func (a *app) writeConfig(file string, w answers) error {
	text, err := w.config(file)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		err = fmt.Errorf("%s is there already: it stays as it is", file)
	}
	if err != nil {
		return failed(err)
	}
	if _, err = f.WriteString(text); err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		os.Remove(file)
		return failed(err)
	}
	fmt.Fprintf(a.stdout, "%s is written. Next:\n", file)
	for _, secret := range w.secrets() {
		fmt.Fprintf(a.stdout, "  write the password into %s, mode 0600, "+
			"owned by the user who runs buzon\n", secret)
	}
	fmt.Fprintf(a.stdout, "  buzon -c %s check\n"+
		"  buzon -c %[1]s agent add YOUR-ADDRESS --name \"YOUR NAME\" --admin"+
		"    # who hears of trouble\n  buzon -c %[1]s serve\n", file)
	return nil
}

// secrets are the files of passwords that the configuration names and that are not there.
func (w answers) secrets() (list []string) {
	if w.IMAP != "" && !exists(w.IMAPSecret) {
		list = append(list, w.IMAPSecret)
	}
	if w.Username != "" && !exists(w.PasswordFile) {
		list = append(list, w.PasswordFile)
	}
	return list
}
