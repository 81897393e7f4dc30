package main

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"buzon/internal/desktest"
	"buzon/internal/mailtest"
)

// theProgram is what to run as buzon in its own process, with asProgram around it: this test, which
// then is main, and needs no linking. Under the race detector it is the real one, without it.
func theProgram(t testing.TB) (binary string) {
	t.Helper()
	if mailtest.RaceDetector {
		return buildBuzon(t)
	}
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return binary
}

// mainOnly has TestMain be main.
const mainOnly = "BUZON_TEST_MAIN"

func asProgram() []string { return append(os.Environ(), mainOnly+"=1") }

// buildBuzon builds the real program, once for all tests.
func buildBuzon(t testing.TB) (binary string) {
	t.Helper()
	binary, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return binary
}

var built = sync.OnceValues(func() (binary string, err error) {
	if builtDir, err = os.MkdirTemp("", "buzon-program-"); err != nil {
		return "", err
	}
	binary = filepath.Join(builtDir, "buzon")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return binary, nil
})

var builtDir string

// TestMain lets twice as many tests run at once as there are processors, unless -parallel says
// otherwise: most of them wait for a daemon most of the time.
func TestMain(m *testing.M) {
	if os.Getenv(mainOnly) != "" {
		main()
	}
	flag.Parse()
	usualDNS = noDNS
	usualReaders = panelNobody
	memoryLimit = 2 << 30 // of all desks together
	parallel := flag.Lookup("test.parallel")
	if parallel.Value.String() == parallel.DefValue {
		flag.Set(parallel.Name, strconv.Itoa(2*runtime.GOMAXPROCS(0)))
	}
	code := m.Run()
	os.RemoveAll(builtDir)
	os.Exit(code)
}

// process is the real program as its own process, under the loosest umask.
type process struct {
	*exec.Cmd
	log *syncBuffer
}

// serveBinary starts the program and returns when its door is open.
func serveBinary(t testing.TB, binary, config string) process {
	t.Helper()
	return startBinary(t, binary, config, "smtp listening on ")
}

// asksNobody keeps a configuration from the DNS of the world.
func asksNobody(t testing.TB, file string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err == nil && !bytes.Contains(text, []byte("[dns]")) {
		err = os.WriteFile(file, append(text, "\n[dns]\nserver = \"none\"\n"...), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// startBinary starts the program and returns when it has said something.
func startBinary(t testing.TB, binary, config, says string) process {
	t.Helper()
	asksNobody(t, config)
	p := process{exec.Command("sh", "-c", `umask 000; exec "$@"`, "sh", binary, "serve", "-c",
		config), &syncBuffer{}}
	p.Env = asProgram()
	errs, err := p.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	var once sync.Once
	open := make(chan bool, 1)
	go func() {
		for lines := bufio.NewScanner(errs); lines.Scan(); {
			fmt.Fprintln(p.log, lines.Text())
			if strings.Contains(lines.Text(), says) {
				once.Do(func() { open <- true })
			}
		}
		close(open)
	}()
	if !<-open {
		p.Wait()
		t.Fatalf("the daemon does not start:\n%s", p.log)
	}
	t.Cleanup(func() { p.Process.Kill(); p.Wait() })
	return p
}

// number from the environment, or otherwise.
func envNumber(t testing.TB, name string, otherwise uint64) uint64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// TestKilledAtAnyMoment kills the daemon (kill -9) again and again while mail comes in and goes
// out. In the end every mail that was answered 250 is filed exactly once, every notice that is due
// has been sent, at most once more for each kill and then in the same bytes, and the database is
// whole. BUZON_TEST_KILLS says how often, BUZON_TEST_SEED repeats the moments.
func TestKilledAtAnyMoment(t *testing.T) {
	t.Parallel()
	kills := int(envNumber(t, "BUZON_TEST_KILLS", 4))
	seed := envNumber(t, "BUZON_TEST_SEED", rand.Uint64())
	t.Logf("BUZON_TEST_SEED=%d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	binary := theProgram(t)
	relay := mailtest.NewSmarthost(t, mailtest.SmarthostOptions{})
	relay.Script(mailtest.End, mailtest.Act{Stall: 2 * time.Millisecond, Always: true})
	d := &liveDesk{t: t, data: filepath.Join(t.TempDir(), "data"), relay: relay,
		addr: freeAddress(t)}
	d.file = filepath.Join(filepath.Dir(d.data), "buzon.toml")
	d.configure(fmt.Sprintf(`data_dir = %q
[[mailbox]]
address = "soporte@ejemplo.test"
plus_addressing = true
[agents]
"ana@ejemplo.test" = "Ana"
"luis@ejemplo.test" = "Luis"
[smtp]
listen = %q
per_address = 50
[relay]
host = "127.0.0.1"
port = %d
tls = "none"
[outbox]
retry = ["100ms"]
[caps]
agent_notices_a_minute = 1000000
acks_hour = 1000000
ticket_hour = 1000000
`, d.data, d.addr, relay.Port()), "")

	server := d.onServer()
	f := &feeder{addr: d.addr, relay: relay}
	ctx, stop := context.WithCancel(t.Context())
	var feeding sync.WaitGroup
	for worker := range 3 {
		feeding.Go(func() { f.newCases(ctx, worker, 15*kills) })
	}
	feeding.Go(func() { f.replies(ctx) })
	for i := range kills {
		p := serveBinary(t, binary, d.file)
		time.Sleep(time.Duration(random.IntN(300)) * time.Millisecond)
		if server != nil && i%2 == 1 { // it goes on
			server.EndConnections(t)
			time.Sleep(time.Duration(random.IntN(300)) * time.Millisecond)
		}
		p.Process.Kill()
		p.Wait()
		if log := p.log.String(); strings.Contains(log, "panic") {
			t.Fatalf("cycle %d: %s", i, log)
		}
		if i%4 == 3 { // the other times the daemon itself finds what the last one left
			d.whole()
		}
	}
	p := serveBinary(t, binary, d.file)
	d.until("there are mails and replies", func() bool { return f.many(kills) })
	stop()
	feeding.Wait() // each ends with the answer to its last mail
	d.drained()
	for _, m := range d.mails() { // nobody has to lend a hand
		if m.Outcome == "quarantine" {
			t.Errorf("a good mail is in quarantine: %+v", m)
		}
	}
	ownerOnly(t, d.data)
	p.Process.Signal(os.Interrupt)
	if err := p.Wait(); err != nil {
		t.Errorf("the daemon does not end well: %v\n%s", err, p.log)
	}
	d.whole()
	t.Logf("%d kills, %d mails answered 250 (%d replies), %d sent again after a cut, %d mails out",
		kills, len(f.answered), f.replied, f.again, len(relay.Accepted()))
	d.filedOnce(f)
	d.toldAll(f, kills)
}

// onServer gives the desk a PostgreSQL server of its own, whose connections may be ended; nil on
// SQLite.
func (d *liveDesk) onServer() *desktest.PostgresServer {
	d.t.Helper()
	if desktest.Engine(d.t) == "" {
		return nil
	}
	server := desktest.NewPostgres(d.t)
	text, err := os.ReadFile(d.file)
	if err != nil {
		d.t.Fatal(err)
	}
	d.configure(fmt.Sprintf("database = %q\n%s", server.Schema(d.t), text), "")
	return server
}

func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// feeder sends mail as servers do: each again until it is answered 250.
type feeder struct {
	addr  string
	relay *mailtest.Smarthost

	mu       sync.Mutex
	answered map[string]bool // Message-ID: whether it is a reply
	replied  int
	again    int
}

func (f *feeder) newCases(ctx context.Context, worker, most int) {
	for i := 0; i < most && ctx.Err() == nil; i++ {
		who := fmt.Sprintf("k%d-%d@k%d-%d.test", worker, i, worker, i)
		l := letter{From: who, To: soporte, Subject: "Caso de " + who, Text: "Hola.", ID: "<" +
			who + ">"}
		if i%10 == 3 { // too large to live in the database
			l.Files = []file{{"grande.bin", "application/octet-stream",
				bytes.Repeat([]byte(who), 15_000)}}
		}
		f.send(who, soporte, l)
		time.Sleep(10 * time.Millisecond)
	}
}

// replies answers the acknowledgements that have come, each once.
func (f *feeder) replies(ctx context.Context) {
	for at := 0; ctx.Err() == nil; time.Sleep(10 * time.Millisecond) {
		for _, m := range f.relay.Accepted()[at:] {
			at++
			who := m.To[0]
			if !strings.HasPrefix(who, "k") || f.knows("re-"+who) || ctx.Err() != nil {
				continue
			}
			head := string(m.Raw)
			_, to, _ := strings.Cut(head, "<soporte+c")
			to, _, _ = strings.Cut("soporte+c"+to, ">")
			f.send(who, to, letter{From: who, To: to, Subject: "Re: respuesta de " + who,
				Text: "Sigue igual.", ID: "<re-" + who + ">"})
		}
	}
}

// many reports whether so many mails, and replies among them, were answered 250.
func (f *feeder) many(n int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.answered) >= n && f.replied > 0
}

func (f *feeder) knows(id string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	_, ok := f.answered[id]
	return ok
}

func (f *feeder) send(from, to string, l letter) {
	raw := l.raw()
	for tries := 0; mailtest.Submit(f.addr, from, []string{to}, raw) != nil; tries++ {
		time.Sleep(5 * time.Millisecond)
		f.mu.Lock()
		f.again++
		f.mu.Unlock()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.answered == nil {
		f.answered = map[string]bool{}
	}
	reply := strings.HasPrefix(l.ID, "<re-")
	f.answered[strings.Trim(l.ID, "<>")] = reply
	if reply {
		f.replied++
	}
}

// drained waits until the journal and the outbox are settled, what a cap holds too.
func (d *liveDesk) drained() {
	d.t.Helper()
	d.quiet()
	d.until("no cap holds anything", func() bool {
		return !slices.ContainsFunc(d.outbox(),
			func(o outgoingRow) bool { return o.SettledAt == nil })
	})
}

// whole checks the database and the files that it names.
func (d *liveDesk) whole() {
	d.t.Helper()
	if out := d.cli("check"); !strings.Contains(out, "database:      ok") {
		d.t.Fatalf("buzon check:\n%s", out)
	}
}

// filedOnce fails unless every mail that was answered has exactly one outcome that is not a
// duplicate, in the right case.
func (d *liveDesk) filedOnce(f *feeder) {
	d.t.Helper()
	outcomes, cases := map[string][]string{}, map[string]int64{}
	for _, m := range d.mails() {
		if m.Outcome != "duplicate" {
			outcomes[m.MessageID] = append(outcomes[m.MessageID], m.Outcome)
			cases[m.MessageID] = *m.Ticket
		}
	}
	for id, reply := range f.answered {
		want := "[ticket]"
		if reply {
			want = "[item]"
			if cases[id] != cases[strings.TrimPrefix(id, "re-")] {
				d.t.Errorf("the reply %s is in case %d", id, cases[id])
			}
		}
		if got := fmt.Sprint(outcomes[id]); got != want {
			d.t.Errorf("%s was answered 250 and became %s, want %s", id, got, want)
		}
	}
	h, close := d.looks()
	defer close()
	for _, row := range d.tickets() {
		who := strings.TrimPrefix(row.Subject, "Caso de ")
		items := 1
		if f.knows("re-" + who) {
			items = 2
		}
		list, err := h.store.Items(d.t.Context(), row.Number)
		if err != nil || len(list) != items || row.Requester != who {
			d.t.Errorf("case %d of %s has %d items, want %d: %v", row.Number, who, len(list),
				items, err)
		}
	}
}

// toldAll fails unless everybody who must hear of a case or an item has, no more than once for each
// kill, and always the same.
func (d *liveDesk) toldAll(f *feeder, kills int) {
	d.t.Helper()
	copies := map[string][]mailtest.Mail{}
	heard := map[string]int{} // recipient and kind of his own case
	for _, m := range d.relay.Accepted() {
		id := headerField(m.Raw, "Message-ID")
		// a mail in quarantine is told apart from cases
		if len(copies[id]) == 0 && headerField(m.Raw, "X-Buzon-Caso") != "" {
			heard[m.To[0]]++
		}
		copies[id] = append(copies[id], m)
	}
	extra := 0
	for id, list := range copies {
		extra += len(list) - 1
		for _, m := range list {
			if !bytes.Equal(m.Raw, list[0].Raw) {
				d.t.Errorf("two mails with the Message-ID %s", id)
			}
		}
		if len(list) > 1+kills {
			d.t.Errorf("%s was sent %d times in %d kills", id, len(list), kills)
		}
	}
	d.t.Logf("%d copies more than one", extra)
	if extra > 4*kills { // four mails are sent at once
		d.t.Errorf("%d copies too many in %d kills", extra, kills)
	}
	for id, reply := range f.answered {
		if n := heard[id]; !reply && n != 1 {
			d.t.Errorf("%s was acknowledged %d times", id, n)
		}
	}
	for _, agent := range []string{ana, luis} { // of each case, and of each reply
		if heard[agent] != len(f.answered) {
			d.t.Errorf("%s heard of %d things of %d", agent, heard[agent], len(f.answered))
		}
	}
}

// headerField is a field of one line.
func headerField(raw []byte, name string) string {
	for line := range strings.SplitSeq(string(raw), "\r\n") {
		if field, value, _ := strings.Cut(line, ": "); strings.EqualFold(field, name) {
			return value
		}
		if line == "" {
			break
		}
	}
	return ""
}

// ownerOnly fails unless nobody but the owner may do anything with what lies under dir.
func ownerOnly(t *testing.T, dir string) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s is %v", path, info.Mode())
		}
		files++
		return err
	})
	if err != nil || files < 5 {
		t.Errorf("%d files under %s: %v", files, dir, err)
	}
}
