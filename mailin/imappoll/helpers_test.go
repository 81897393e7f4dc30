package imappoll

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"buzon/internal/mailtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// memory is a journal in memory: what the store keeps, and what the tests want to know of it.
type memory struct {
	mu      sync.Mutex
	at      map[string]Position
	entries map[Folder]map[uint32]Entry
	mails   []taken
	status  Status
	alarms  []string
	order   Order
	open    int           // spools not closed
	takeErr error         // of Take
	settled string        // outcome that mail has at once: "", "filed", "apart"
	rounds  chan struct{} // one for every round that was reported
}

// taken is a mail in the journal.
type taken struct {
	Mail
	Folder
	raw string
}

func newMemory() *memory {
	return &memory{at: map[string]Position{}, entries: map[Folder]map[uint32]Entry{},
		rounds: make(chan struct{}, 1000), settled: "filed"}
}

type memSpool struct {
	bytes.Buffer
	j    *memory
	done bool
}

func (s *memSpool) Close() error {
	s.j.mu.Lock()
	defer s.j.mu.Unlock()
	if !s.done {
		s.done = true
		s.j.open--
	}
	return nil
}

func (j *memory) Spool(context.Context) (Spool, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.open++
	return &memSpool{j: j}, nil
}

func (j *memory) Position(_ context.Context, account, folder string) (Position, bool, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	p, ok := j.at[account+"/"+folder]
	p.Prints = true
	for _, e := range j.entries[Folder{account, folder, p.UIDValidity}] {
		p.Prints = p.Prints && (e.State != Skipped || e.Print != nil)
	}
	return p, ok, nil
}

func (j *memory) Begin(_ context.Context, f Folder, old uint32, known []Entry) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	p := Position{UIDValidity: f.UIDValidity, Old: old}
	if before, met := j.at[f.Account+"/"+f.Name]; met && before.UIDValidity == f.UIDValidity {
		p.SetBack = time.Now()
	}
	j.at[f.Account+"/"+f.Name] = p
	j.entries[f] = map[uint32]Entry{}
	j.note(f, 0, known)
	return nil
}

func (j *memory) note(f Folder, cursor uint32, list []Entry) {
	for _, e := range list {
		if e.Print == nil {
			e.Print = j.entries[f][e.UID].Print
		}
		j.entries[f][e.UID] = e
	}
	p := j.at[f.Account+"/"+f.Name]
	p.Cursor = max(p.Cursor, cursor)
	j.at[f.Account+"/"+f.Name] = p
}

func (j *memory) list(f Folder, want func(Entry) bool) (list []Entry) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, e := range j.entries[f] {
		if want(e) {
			e.Settled, e.Apart = j.settled != "", j.settled == "apart"
			list = append(list, e)
		}
	}
	slices.SortFunc(list, func(a, b Entry) int { return cmp.Compare(a.UID, b.UID) })
	return list
}

func (j *memory) Entries(_ context.Context, f Folder, above uint32) ([]Entry, error) {
	return j.list(f, func(e Entry) bool { return e.UID > above }), nil
}

func (j *memory) Owed(_ context.Context, f Folder) ([]Entry, error) {
	return j.list(f, func(e Entry) bool {
		return slices.Contains([]State{Taken, Copied, Failed,
			Waiting}, e.State)
	}), nil
}

func (j *memory) Prints(_ context.Context, f Folder) (list [][]byte, err error) {
	f = j.epoch(f.Name)
	for _, e := range j.list(f, func(e Entry) bool {
		return e.State == Skipped &&
			len(e.Print) > 0
	}) {
		list = append(list, e.Print)
	}
	return list, nil
}

// epoch is the folder of the account as it is now.
func (j *memory) epoch(folder string) Folder {
	j.mu.Lock()
	defer j.mu.Unlock()
	return Folder{"soporte", folder, j.at["soporte/"+folder].UIDValidity}
}

func (j *memory) Take(_ context.Context, f Folder, cursor uint32, mails []Mail) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.takeErr != nil {
		return j.takeErr
	}
	if at, met := j.at[f.Account+"/"+f.Name]; !met || at.UIDValidity != f.UIDValidity {
		panic("taken before it was met")
	}
	for _, m := range mails {
		if e, known := j.entries[f][m.UID]; known && e.State != Failed && e.State != Aside &&
			e.State != Done && e.State != Skipped && e.State != Waiting {
			panic(fmt.Sprintf("UID %d taken twice", m.UID))
		}
		j.mails = append(j.mails, taken{m, f, m.Spool.(*memSpool).String()})
		j.note(f, cursor, []Entry{{UID: m.UID, State: m.State}})
	}
	return nil
}

func (j *memory) Note(_ context.Context, f Folder, cursor uint32, list []Entry) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.note(f, cursor, list)
	return nil
}

func (j *memory) Status(context.Context, string) (Status, error) { return j.status, nil }

func (j *memory) SetStatus(_ context.Context, _ string, s Status) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.status = s
	select {
	case j.rounds <- struct{}{}:
	default:
	}
	return nil
}

func (j *memory) Alarm(_ context.Context, _ string, h Health, why string) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	what := cmp.Or(string(h), "up")
	if len(j.alarms) == 0 && h == Well || len(j.alarms) > 0 && j.alarms[len(j.alarms)-1] == what {
		return nil
	}
	j.alarms = append(j.alarms, what)
	return nil
}

func (j *memory) Order(context.Context, string) (Order, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	o := j.order
	j.order = NoOrder
	return o, nil
}

// give is an order of an administrator.
func (j *memory) give(o Order) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.order = o
}

// all is every mail in the journal.
func (j *memory) all() []taken {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.mails)
}

func (j *memory) alarmed() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return fmt.Sprint(j.alarms)
}

func (j *memory) state() Status {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.status
}

// wait returns when so many mails have been taken in all.
func (j *memory) wait(t testing.TB, n int) []taken {
	t.Helper()
	eventually(t, fmt.Sprintf("%d mails in the journal", n),
		func() bool { return len(j.all()) >= n })
	return j.all()
}

func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(mailtest.Patience); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never came: %s", what)
		}
	}
}

// account is one that talks to a server on this machine.
func account(j Journal, port int) Account {
	return Account{Name: "soporte", Host: "127.0.0.1", Port: port, TLS: "none", Username: "soporte",
		Password: func() (string, error) { return "secreto", nil }, Folders: []string{"INBOX"},
		Since: "all", Schedule: "@every 1s", Journal: j}
}

// start runs the account until the test ends, or until stop is called.
func start(t testing.TB, a Account) (stop func()) {
	t.Helper()
	a.Log = slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug}))
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("Run: %v", err)
			}
		case <-time.After(mailtest.Patience):
			t.Error("Run does not end")
		}
	})
	t.Cleanup(stop)
	return stop
}

// letter is a mail that can be told from others.
func letter(n int) []byte {
	return fmt.Appendf(
		nil, "From: Ana <ana@cliente.test>\r\nTo: soporte@ejemplo.test\r\nSubject: Consulta %d\r\n"+
			"Message-ID: <m%d@cliente.test>\r\nDate: Mon, 02 Nov 2026 10:00:00 +0000\r\n\r\nHola, "+
			"%d.\r\n", n, n, n)
}

// sums counts mails by content.
func sums(mails []taken) map[string]int {
	count := map[string]int{}
	for _, m := range mails {
		count[sum([]byte(m.raw))]++
	}
	return count
}

// exactlyOnce fails unless each of the letters 1..n is in the journal once, whole, and nothing else
// is.
func exactlyOnce(t testing.TB, mails []taken, n int) {
	t.Helper()
	count := sums(mails)
	for i := 1; i <= n; i++ {
		if n := count[sum(letter(i))]; n != 1 {
			t.Errorf("letter %d was taken %d times", i, n)
		}
		delete(count, sum(letter(i)))
	}
	if len(count) > 0 {
		t.Errorf("%d mails were taken that nobody sent: %.300v", len(count), mails)
	}
}

// cutting dials the server and lets the first connections pass only so many bytes from it.
func cutting(port int, cuts ...int) func(context.Context, string, string) (net.Conn, error) {
	var mu sync.Mutex
	return func(ctx context.Context, network, _ string) (net.Conn, error) {
		c, err := (&net.Dialer{}).DialContext(ctx, network, fmt.Sprintf("127.0.0.1:%d", port))
		mu.Lock()
		defer mu.Unlock()
		if len(cuts) > 0 && err == nil {
			c = &cutConn{Conn: c, left: cuts[0]}
			cuts = cuts[1:]
		}
		return c, err
	}
}

// cutConn ends after so many bytes.
type cutConn struct {
	net.Conn
	left int
}

var errCut = errors.New("the line is cut")

func (c *cutConn) Read(p []byte) (int, error) {
	if c.left == 0 {
		c.Conn.Close()
		return 0, errCut
	}
	n, err := c.Conn.Read(p[:min(len(p), c.left)])
	c.left -= n
	return n, err
}

func sum(raw []byte) string { return fmt.Sprintf("%x", sha256.Sum256(raw)) }
