package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"

	"buzon/internal/mailtest"
)

// TestKilledWhileFetching kills the daemon (kill -9) again and again while mail comes into an IMAP
// mailbox and is moved out of it. In the end each mail is a ticket exactly once, and lies once in
// the folder for taken mail.
func TestKilledWhileFetching(t *testing.T) {
	t.Parallel()
	kills := int(envNumber(t, "BUZON_TEST_KILLS", 3))
	if os.Getenv("BUZON_TEST_LONG") == "1" {
		kills = 60
	}
	seed := envNumber(t, "BUZON_TEST_SEED", rand.Uint64())
	t.Logf("BUZON_TEST_SEED=%d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	binary := theProgram(t)
	srv := mailtest.NewIMAP(t, mailtest.IMAPOptions{})
	d := imapDesk(t, srv, "")
	var sent atomic.Int64
	// a longer run has no more mail, only more kills
	pace := 6 * time.Millisecond * time.Duration(max(1, kills/10))
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			case <-time.After(pace):
				n := sent.Add(1)
				who := fmt.Sprintf("k%d@k%d.test", n, n)
				srv.Append(t, "INBOX", letter{From: who, To: soporte, Subject: "Caso de " + who,
					Text: "Hola.", ID: "<" + who + ">"}.raw())
			}
		}
	}()
	for range kills {
		p := serveBinary(t, binary, d.file)
		time.Sleep(time.Duration(30+random.IntN(400)) * time.Millisecond)
		p.Process.Kill()
		p.Wait()
		if log := p.log.String(); strings.Contains(log, "panic") {
			t.Fatal(log)
		}
	}
	close(stop)
	<-stopped
	p := serveBinary(t, binary, d.file)
	n := int(sent.Load())
	d.until("all filed", func() bool { return len(d.tickets()) >= n })
	d.until("all moved", func() bool { return len(srv.Messages(t, "INBOX")) == 0 })
	d.drained()
	count := map[string]int{}
	for _, m := range d.mails() {
		if m.Outcome != "duplicate" {
			count[m.MessageID]++
		}
		if m.Outcome != "ticket" {
			t.Errorf("mail %d became %s", m.ID, m.Outcome)
		}
	}
	for i := 1; i <= n; i++ {
		if id := fmt.Sprintf("k%d@k%d.test", i, i); count[id] != 1 {
			t.Errorf("%s was filed %d times", id, count[id])
		}
	}
	moved := map[string]int{}
	for _, raw := range srv.Messages(t, "Procesados") {
		moved[headerField(raw, "Message-ID")]++
	}
	if len(moved) != n {
		t.Errorf("%d mails in Procesados, want %d", len(moved), n)
	}
	for id, times := range moved {
		if times != 1 {
			t.Errorf("%s lies %d times in Procesados", id, times)
		}
	}
	t.Logf("%d kills, %d mails", kills, n)
	p.Process.Signal(os.Interrupt)
	if err := p.Wait(); err != nil {
		t.Errorf("the daemon does not end well: %v\n%s", err, p.log)
	}
}

// imapDesk is the configuration of a desk with an account at the server, and more lines for it.
func imapDesk(t *testing.T, srv *mailtest.IMAP, more string) *liveDesk {
	t.Helper()
	relay := mailtest.NewSmarthost(t, mailtest.SmarthostOptions{})
	d := &liveDesk{t: t, data: filepath.Join(t.TempDir(), "data"), relay: relay,
		addr: freeAddress(t)}
	d.file = filepath.Join(filepath.Dir(d.data), "buzon.toml")
	d.configure(fmt.Sprintf(`data_dir = %q
[[mailbox]]
address = "soporte@ejemplo.test"
plus_addressing = true
[agents]
"ana@ejemplo.test" = "Ana"
[smtp]
listen = %q
[relay]
host = "127.0.0.1"
port = %d
tls = "none"
[caps]
agent_notices_a_minute = 1000000
acks_hour = 1000000
ticket_hour = 1000000
[[imap]]
host = "127.0.0.1"
port = %d
tls = "none"
username = "soporte"
password = "secreto"
since = "all"
schedule = "@every 1s"
%s
`, d.data, d.addr, relay.Port(), srv.Port(), more), "")
	return d
}

// TestIMAPAccount takes mail from a mailbox into the desk, answers the commands about it, and finds
// in the folder of sent mail what an agent has answered from his own program.
func TestIMAPAccount(t *testing.T) {
	t.Parallel()
	srv := mailtest.NewIMAP(t, mailtest.IMAPOptions{Folders: []string{"Enviados", "Cuarentena"}})
	old := letter{From: "vieja@cliente.test", To: soporte, Subject: "Vieja: Producción Caída",
		Text: "De antes.", ID: "<vieja@cliente.test>"}
	srv.Append(t, "INBOX", old.raw())
	monitor := freeAddress(t)
	d := imapDesk(t, srv, fmt.Sprintf("archive = true\nsent = \"Enviados\"\nquarantine = "+
		"\"Cuarentena\"\nname = \"cuenta\"\n[http]\nlisten = %q", monitor))
	binary := theProgram(t)
	serveBinary(t, binary, d.file)
	d.until("the old mail filed", func() bool { return len(d.tickets()) == 1 })
	d.drained()
	if told := len(d.relay.Accepted()); told != 0 || d.tickets()[0].ProductionDown {
		t.Errorf("the old mail caused %d mails, production down %v", told,
			d.tickets()[0].ProductionDown)
	}
	start := time.Now()
	srv.Append(t, "INBOX", letter{From: "carla@cliente.test", To: soporte, Subject: "No imprime",
		Text: "Hola.", ID: "<c1@cliente.test>"}.raw())
	d.until("the new mail filed", func() bool { return len(d.tickets()) == 2 })
	t.Logf("filed %v after it came", time.Since(start))
	d.until("it acknowledged", func() bool { return len(d.received("carla@cliente.test")) == 1 })

	answer := letter{From: soporte, To: "carla@cliente.test", Subject: "Re: No imprime",
		Text: "Apáguela y préndala.", ID: "<r1@ejemplo.test>",
		InReplyTo: "<c1@cliente.test>"}
	srv.Append(t, "Enviados", answer.raw())
	srv.Append(t, "Enviados", letter{From: soporte, To: "otra@otra.test", Subject: "Almuerzo",
		Text: "¿Vamos?", ID: "<r2@ejemplo.test>"}.raw())
	d.until("the answer filed", func() bool { return len(d.ticket(2).Items) == 2 })
	it := d.ticket(2).Items[1]
	if it.Type != "Respuesta" || it.Visibility != "public" || d.ticket(2).StatusClass != "waiting" {
		t.Errorf("the answer is %+v, the case %s", it, d.ticket(2).StatusClass)
	}
	d.drained()
	if n := len(d.received("carla@cliente.test")); n != 1 || len(d.mails()) != 3 {
		t.Errorf("the customer has %d mails, the journal %d", n, len(d.mails()))
	}

	srv.Append(t, "INBOX", []byte("Subject: sin remitente\r\n\r\nHola.\r\n"))
	d.until("the bad mail moved apart",
		func() bool { return len(srv.Messages(t, "Cuarentena")) == 1 })
	for _, args := range [][]string{{"mailbox", "poll"}, {"mailbox", "reconcile", "cuenta"}} {
		if out := d.cli(args...); !strings.HasPrefix(out, "cuenta: ") {
			t.Errorf("%v: %s", args, out)
		}
	}
	for _, args := range [][]string{{"poll"}, {"reconcile", "cuenta"}} {
		rows := rowsOf[accountRow](t, d.cli(append([]string{"--json", "mailbox"}, args...)...))
		if len(rows) != 1 || rows[0].Account != "cuenta" || rows[0].State != "ok" {
			t.Errorf("%v: %+v", args, rows)
		}
	}
	rows := rowsOf[accountRow](t, d.cli("--json", "mailbox", "list"))
	if len(rows) != 1 || rows[0].State != "ok" || rows[0].LastGood == nil || rows[0].Taken != 4 ||
		!strings.Contains(rows[0].Report, "INBOX: 0 on the server") {
		t.Errorf("accounts %+v", rows)
	}
	out := d.cli("mailbox", "show", "cuenta")
	for _, line := range []string{`folders:       ["INBOX"]`, "after:         move",
		"moved_to:      Procesados", "quarantine:    Cuarentena", "sent:          Enviados",
		"since:         all"} {
		if !strings.Contains(out, line+"\n") {
			t.Errorf("no %s in\n%s", line, out)
		}
	}
	if page := metricsPage(t, monitor); !strings.Contains(page,
		`buzon_imap_alarm{account="cuenta"} 0`) ||
		!strings.Contains(page, `buzon_imap_last_success_seconds{account="cuenta"} 1`) {
		t.Errorf("metrics:\n%s", page)
	}
	if out := d.cli("check"); !strings.Contains(out, "imap cuenta:   ok") {
		t.Errorf("check:\n%s", out)
	}
	var flags []imap.Flag
	c := srv.Client(t)
	if _, err := c.Select("Enviados", nil).Wait(); err != nil {
		t.Fatal(err)
	}
	found, err := c.Fetch(imap.SeqSet{{Start: 1, Stop: 0}},
		&imap.FetchOptions{Flags: true}).Collect()
	for _, m := range found {
		flags = append(flags, m.Flags...)
	}
	if err != nil || len(found) != 2 || len(flags) != 0 {
		t.Errorf("sent mail: %d mails, flags %v, %v", len(found), flags, err)
	}
}

// TestCheckSendsAMailToItself sees whether plus addresses are delivered; the mail is the desk's own
// and opens no case.
func TestCheckSendsAMailToItself(t *testing.T) {
	t.Parallel()
	srv := mailtest.NewIMAP(t, mailtest.IMAPOptions{})
	d := imapDesk(t, srv, "name = \"cuenta\"")
	go func() {
		for _, m := range d.relay.Wait(t, 1) {
			srv.Append(t, "INBOX", m.Raw)
		}
	}()
	if out := d.cli("check", "--send"); !strings.Contains(out, "plus-addressing works") {
		t.Errorf("check --send:\n%s", out)
	}
	if m := d.relay.Accepted()[0]; fmt.Sprint(m.To) != "[soporte+buzon-check@ejemplo.test]" {
		t.Errorf("sent to %v", m.To)
	}
	serveBinary(t, theProgram(t), d.file)
	d.until("it recorded", func() bool {
		m := d.mails()
		return len(m) == 1 &&
			m[0].Outcome == "own"
	})
}

// TestCheckNamesEachBadFolder gives each a line of its own.
func TestCheckNamesEachBadFolder(t *testing.T) {
	t.Parallel()
	d := imapDesk(t, mailtest.NewIMAP(t, mailtest.IMAPOptions{}),
		"name = \"cuenta\"\nfolders = [\"Una\", \"INBOX\", \"Otra\"]")
	code, out, _ := d.runCLI("", "check")
	if code != exitFailure || !strings.Contains(out, "\nimap cuenta:   open folder Una: ") ||
		!strings.Contains(out, "\nimap cuenta:   open folder Otra: ") {
		t.Errorf("check ends with %d:\n%s", code, out)
	}
}

// TestBrokenAccounts starts with accounts whose files are missing: the SMTP door opens and the
// other account takes mail, each broken one says what it lacks and raises its alarm, and works as
// soon as its file is there.
func TestBrokenAccounts(t *testing.T) {
	t.Parallel()
	srv := mailtest.NewIMAP(t, mailtest.IMAPOptions{Folders: []string{"Clave", "Secreto",
		"Autoridad"}})
	dir := t.TempDir()
	broken := map[string]string{"clave": "imap.password_file", "secreto": "imap.client_secret_file",
		"autoridad": "imap.ca_file"}
	more := "name = \"sana\"\n"
	for name, extra := range map[string]string{"clave": "tls = \"none\"\npassword_file",
		"autoridad": "password = \"secreto\"\nca_file",
		"secreto": "tls = \"none\"\ngrant = \"client_credentials\"\nclient_id = \"C\"\ntoken_url " +
			"= \"http://127.0.0.1:1/\"\nclient_secret_file"} {
		more += fmt.Sprintf("[[imap]]\nname = %q\nhost = \"127.0.0.1\"\nport = %d\nusername = "+
			"\"soporte\"\nfolders = [%q]\nalarm_after = \"1s\"\n%s = %q\n",
			name, srv.Port(), strings.ToUpper(name[:1])+name[1:], extra, filepath.Join(dir, name))
	}
	d := imapDesk(t, srv, more)
	serveBinary(t, theProgram(t), d.file)
	state := func(name string) (row accountRow) {
		for _, row = range rowsOf[accountRow](t, d.cli("--json", "mailbox", "list")) {
			if row.Account == name {
				return row
			}
		}
		return row
	}
	srv.Append(t, "INBOX", letter{From: "carla@cliente.test", To: soporte, Subject: "No imprime",
		Text: "Hola.", ID: "<c1@cliente.test>"}.raw())
	d.until("the sound account's mail filed", func() bool { return len(d.tickets()) == 1 })
	code, out, _ := d.runCLI("", "check")
	for name, key := range broken {
		d.until(name+" alarmed", func() bool { return state(name).Alarmed != nil })
		if row := state(name); row.State != "failing" || !strings.Contains(row.Error, key) {
			t.Errorf("%s is %s: %s", name, row.State, row.Error)
		}
		if code == exitOK || !strings.Contains(out, key) {
			t.Errorf("check ends with %d and does not name %s:\n%s", code, key, out)
		}
	}
	if row := state("sana"); row.State != "ok" {
		t.Errorf("the sound account is %s: %s", row.State, row.Error)
	}
	if err := os.WriteFile(filepath.Join(dir, "clave"), []byte("secreto\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	d.until("the mended account well",
		func() bool { // what was being tried when the file came fails once more
			code, _, _ := d.runCLI("", "mailbox", "poll", "clave")
			return code == exitOK && state("clave").LastGood != nil
		})
}

// metricsPage is what monitoring sees.
func metricsPage(t *testing.T, address string) string {
	t.Helper()
	r, err := http.Get("http://" + address + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
