package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"buzon/store"
)

// postedMail is what a servant sends.
type postedMail struct {
	From string `json:"from"` // of the envelope
	To   string `json:"to"`
	Raw  []byte `json:"raw"`
}

// servant is a real one to which mail is delivered.
type servant func(m takenMail) []postedMail

// needProgram skips a test without the peers, and without the servant.
func needProgram(t *testing.T, names ...string) {
	t.Helper()
	if os.Getenv("BUZON_TEST_PEERS") != "1" || os.Getuid() != 0 {
		t.Skipf("needs %s: run with BUZON_TEST_PEERS=1 as root", names)
	}
	for _, name := range names {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("needs %s, which is not installed", name)
		}
	}
}

// spool is a sendmail that keeps what is handed to it, its arguments on the first line.
func spool(t *testing.T) (sendmail string, take func() []postedMail) {
	t.Helper()
	dir := t.TempDir()
	out := filepath.Join(dir, "out")
	sendmail = filepath.Join(dir, "sendmail")
	text := "#!/bin/sh\nmkdir -p " + out + "\nf=$(mktemp " + out +
		"/XXXXXX)\n{ echo \"$*\"; cat; } >$f\n"
	if err := os.WriteFile(sendmail, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	return sendmail, func() (list []postedMail) {
		files, _ := filepath.Glob(out + "/*")
		for _, file := range files {
			all := must(os.ReadFile(file))(t)
			args, raw, _ := strings.Cut(string(all), "\n")
			m := postedMail{Raw: []byte(strings.ReplaceAll(raw, "\n", "\r\n"))}
			words := strings.Fields(args)
			m.To = words[len(words)-1]
			if strings.HasPrefix(m.To, "-") { // -t: to whom its fields say
				m.To = headerOfRaw(raw, "To")
			}
			if i := slices.Index(words, "-f"); i >= 0 && i+2 < len(words) {
				m.From = strings.Trim(words[i+1], "<>")
			}
			list = append(list, m)
			os.Remove(file)
		}
		return list
	}
}

func headerOfRaw(raw, field string) string {
	for line := range strings.Lines(raw) {
		if value, ok := strings.CutPrefix(line, field+": "); ok {
			return bareAddress(value)
		}
	}
	return ""
}

// delivered is a mail as the last server leaves it with a servant.
func (m takenMail) delivered() []byte {
	raw := "Return-Path: <" + m.bounces + ">\n" + strings.ReplaceAll(string(m.raw), "\r\n", "\n")
	return []byte("From " + m.bounces + " Tue Mar  3 09:00:00 2026\n" + raw)
}

// vacation is the servant of this name; its own interval of a week is set to none.
func vacation(t *testing.T, who string, more ...string) servant {
	needProgram(t, "vacation", "unshare", "sendmail")
	sendmail, take := spool(t)
	dir := filepath.Dir(sendmail)
	text := "From: " + who + "\nSubject: Fuera de la oficina\n\nEstoy de vacaciones. Sobre " +
		"$SUBJECT le respondo al volver.\n"
	if err := os.WriteFile(dir+"/msg", []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	args := append([]string{"-d", "-r", "0", "-a", who, "-f", dir + "/db", "-m", dir + "/msg"},
		more...)
	script := `mount --bind "$0" /usr/sbin/sendmail && exec vacation "$@"`
	return func(m takenMail) []postedMail {
		all := append([]string{"--mount", "sh", "-c", script, sendmail},
			append(slices.Clone(args), "nobody")...)
		pipe(t, m.delivered(), "unshare", all...)
		return take()
	}
}

// procmail answers by a recipe; SENDMAIL in it is where it goes.
func procmail(t *testing.T, recipe string) servant {
	needProgram(t, "procmail", "formail")
	sendmail, take := spool(t)
	rc := filepath.Join(filepath.Dir(sendmail), "rc")
	text := "SHELL=/bin/sh\nDEFAULT=/dev/null\nSENDMAIL=" + sendmail + "\n" + recipe +
		"\n:0\n/dev/null\n"
	if err := os.WriteFile(rc, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return func(m takenMail) []postedMail {
		pipe(t, m.delivered(), "procmail", "-m", rc)
		return take()
	}
}

func pipe(t *testing.T, in []byte, name string, args ...string) {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Stdin = bytes.NewReader(in)
	// which waits for all that hold its output open, too
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%s: %v: %s", name, err, out)
	}
}

// mailman is a list of GNU Mailman 3, todos@listas.test.
func mailman(t *testing.T, options map[string]any) servant {
	needProgram(t, "mailman")
	cmd := exec.Command("/usr/bin/python3", "testdata/mailman.py", t.TempDir(),
		string(must(json.Marshal(options))(t)))
	in, out := must(cmd.StdinPipe())(t), must(cmd.StdoutPipe())(t)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close(); cmd.Wait() })
	lines := bufio.NewReader(out)
	read := func() string {
		line, err := lines.ReadString('\n')
		if err != nil {
			t.Fatalf("mailman: %v: %s", err, errs.String())
		}
		return line
	}
	read()
	return func(m takenMail) (list []postedMail) {
		line := must(json.Marshal(postedMail{m.bounces, m.to, m.raw}))(t)
		if _, err := io.WriteString(in, string(line)+"\n"); err != nil {
			t.Fatalf("mailman: %v: %s", err, errs.String())
		}
		if err := json.Unmarshal([]byte(read()), &list); err != nil {
			t.Fatal(err)
		}
		for i := range list {
			list[i].Raw = bytes.ReplaceAll(list[i].Raw, []byte("\n"), []byte("\r\n"))
		}
		return list
	}
}

// The recipes: the one of procmailex(5), and one that looks at nothing and marks nothing.
const (
	procmailex = `:0 hc
* !^FROM_DAEMON
* !^X-Loop: carla@cliente\.test
| (formail -r -I"Precedence: junk" -A"X-Loop: carla@cliente.test" -I"From: carla@cliente.test"; \
   echo "Estoy de vacaciones.") | $SENDMAIL -t`
	procmailRude = `:0 hc
| (formail -rt -I"From: carla@cliente.test" -I"References:" -I"In-Reply-To:"; \
   echo "Estoy de vacaciones, son las"; date +%s%N) | $SENDMAIL -t`
)

// TestB09_Programs: real responders and lists, each a customer of a running desk: in a day they get
// at most six mails, and what is marked as a machine's is answered by none. Run with
// BUZON_TEST_PEERS=1.
func TestB09_Programs(t *testing.T) {
	const list = "todos@listas.test"
	members := []string{"soporte@uno.test", "pepe@cliente.test"}
	for name, c := range map[string]struct {
		who   string
		make  func(t *testing.T) servant
		quiet bool // it says nothing to our notices: they are marked
		rude  bool // nothing tells it from a person
	}{
		"vacation": {"carla@cliente.test",
			func(t *testing.T) servant { return vacation(t, "carla@cliente.test") }, true, false},
		"vacation, empty sender": {"carla@cliente.test",
			func(t *testing.T) servant { return vacation(t, "carla@cliente.test", "-z") }, true,
			false},
		"procmail, its example": {"carla@cliente.test",
			func(t *testing.T) servant { return procmail(t, procmailex) }, false, false},
		"procmail, rude": {"carla@cliente.test",
			func(t *testing.T) servant { return procmail(t, procmailRude) }, false, true},
		"mailman, closed list": {list,
			func(t *testing.T) servant {
				return mailman(t,
					map[string]any{"members": members[1:]})
			}, false, false},
		"mailman, with us in it": {list,
			func(t *testing.T) servant {
				return mailman(t,
					map[string]any{"members": members, "open": true})
			}, false, false},
		"mailman, From is the list's": {list, func(t *testing.T) servant {
			return mailman(t, map[string]any{"members": members, "open": true, "munge": true})
		}, false, false},
		"mailman, which responds": {list, func(t *testing.T) servant {
			return mailman(t, map[string]any{"members": members, "open": true, "responds": true})
		}, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run := c.make(t)
			d := newVirtualDesk(t, "uno.test")
			d.trusts = true
			d.write(c.who, "soporte@uno.test", "Consulta", "Hola, una consulta.")
			d.settle()
			start := d.clock.Now()
			if d.to("ana@uno.test") == nil {
				t.Fatal("Ana hears nothing")
			}
			d.write("ana@uno.test", d.to("ana@uno.test")[0].replyTo(), "Re: Consulta",
				"Hola, ¿qué luz está encendida?")
			posted := d.delivering(run, domainOf(c.who), 24*time.Hour)
			if n := len(d.to("." + domainOf(c.who))); n > 6 || n == 0 {
				t.Errorf("%d mails in a day", n)
			}
			if c.quiet && posted > 1 {
				t.Errorf("it sent %d mails: it answers what is marked", posted)
			}
			// the first is a person's; all that comes back is its own words
			for _, m := range must(d.store.Mails(t.Context(),
				store.MailFilter{Outcome: store.OutcomeTicket}))(t) {
				if m.ID != 1 && !c.rude {
					t.Errorf("it opened a case: %q by rule %s (%s)", m.Subject, m.Rule, m.Reason)
				}
			}
			for _, m := range d.to("." + domainOf(c.who)) {
				if c.rude || m.header.Get("Auto-Submitted") != "auto-replied" || m.at.Equal(start) {
					continue
				}
				t.Errorf("a machine is acknowledged: %s", m.subject)
			}
		})
	}
}

// delivering hands each mail to a domain to a servant, and back what that sends to us, for some
// time.
func (d *virtualDesk) delivering(run servant, domain string, total time.Duration) (posted int) {
	d.t.Helper()
	for ; total > 0; total -= 10 * time.Minute {
		d.settle()
		for list := d.next(); len(list) > 0 && posted < 100; list = d.next() {
			for _, m := range list {
				if domainOf(m.to) != domain {
					continue
				}
				for _, p := range run(m) {
					if domainOf(p.To) == "uno.test" {
						posted++
						d.take(p.From, p.To, string(p.Raw))
					}
				}
			}
			d.settle()
		}
		d.clock.Advance(10 * time.Minute)
	}
	return posted
}
