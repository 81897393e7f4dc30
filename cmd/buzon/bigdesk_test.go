package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"buzon/internal/bigdesk"
	"buzon/internal/mailtest"
)

// readings are the commands that read, on a desk of internal/bigdesk; N is a ticket, WHO its
// requester.
var readings = []string{"version", "status list", "ticket list", "ticket list --status closed",
	"ticket list --requester WHO", "ticket show N", "ticket history N", "ticket search factura",
	"ticket search factura --status open", "ticket export N --json", "view-as WHO N",
	"person show WHO", "person list", "agent list", "org list", "product list", "module list", "project list",
	"outbox list", "mail list", "quarantine list", "pending list", "block list", "alert list",
	"jobs list", "report", "report --by status", "report --satisfaction"}

// bigConfig is a configuration for a desk of internal/bigdesk.
func bigConfig(t testing.TB, data string) (file string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "buzon.toml")
	text := fmt.Sprintf("data_dir = %q\ndatabase = %q\n[[mailbox]]\naddress = %q\n", data,
		bigdesk.Database(), bigdesk.Mailbox)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// aboutTicket are the words of a command about a ticket.
func aboutTicket(command, number, requester string) []string {
	return strings.Fields(strings.NewReplacer("WHO", requester, "N", number).Replace(command))
}

// TestReadings gives each command that is measured on a large desk to a small one.
func TestReadings(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := bigdesk.Fill(t.Context(), dir, 50); err != nil {
		t.Fatal(err)
	}
	d := &liveDesk{t: t, data: dir, file: bigConfig(t, dir)}
	who := d.ticket(7).Requester
	for _, command := range readings {
		d.cli(aboutTicket(command, "7", who)...)
	}
	testPages(t, d)
}

// testPages: people are listed page by page, each of which says where the next one begins, and all
// of them where a program asks.
func testPages(t *testing.T, d *liveDesk) {
	var pages []string
	after := "0"
	for after != "" {
		code, out, errs := d.runCLI("", "person", "list", "--limit", "20", "--after", after)
		rows := strings.Split(strings.TrimSpace(out), "\n")[1:]
		if code != exitOK || len(rows) > 20 {
			t.Fatalf("behind %s: exit %d, %d rows, %s", after, code, len(rows), errs)
		}
		for _, row := range rows {
			pages = append(pages, strings.Fields(row)[0])
		}
		_, after, _ = strings.Cut(errs, "--after ")
		after, _, _ = strings.Cut(after, " ")
	}
	var all []string
	for _, p := range rowsOf[personRow](t, d.cli("person", "list", "--json")) {
		all = append(all, p.Addresses[0])
	}
	if len(all) == 0 || !slices.Equal(pages, all) {
		t.Errorf("page by page: got %q, want %q", pages, all)
	}
	some := rowsOf[personRow](t, d.cli("person", "list", "--json", "--limit", "7"))
	if len(some) != 7 {
		t.Errorf("a page for a program: %d people, want 7", len(some))
	}
	if n := strings.Count(d.cli("person", "list", "--all"), "@"); n != len(all) {
		t.Errorf("everybody: %d people, want %d", n, len(all))
	}
}

// BenchmarkReadings measures each command on a desk of 200,000 tickets, as a process of its own,
// and reports how long half of them take, by the clock and by the processor.
func BenchmarkReadings(b *testing.B) {
	const number = "199001"
	binary, config := buildBuzon(b), bigConfig(b, bigdesk.Kept(b, bigdesk.Tickets))
	command := func(args ...string) *exec.Cmd {
		return exec.CommandContext(b.Context(), binary, append([]string{"-c", config}, args...)...)
	}
	out, err := command("ticket", "show", number, "--json").Output()
	if err != nil {
		b.Fatal(err)
	}
	who := rowsOf[ticketRow](b, string(out))[0].Requester
	for _, text := range readings {
		b.Run(strings.ReplaceAll(text, " ", "_"), func(b *testing.B) {
			var clock, cpu []time.Duration
			for range b.N {
				c, begun := command(aboutTicket(text, number, who)...), time.Now()
				if out, err := c.CombinedOutput(); err != nil {
					b.Fatalf("%v\n%s", err, out)
				}
				clock = append(clock, time.Since(begun))
				cpu = append(cpu, c.ProcessState.UserTime()+c.ProcessState.SystemTime())
			}
			slices.Sort(clock)
			slices.Sort(cpu)
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(clock[b.N/2])/1e6, "ms")
			b.ReportMetric(float64(cpu[b.N/2])/1e6, "cpu-ms")
		})
	}
}

// TestMemoryOfBigDesk: the daemon of a desk of 200,000 tickets never has 120 MB while it files
// mail, searches and makes panels.
func TestMemoryOfBigDesk(t *testing.T) {
	if os.Getenv("BUZON_TEST_LONG") != "1" {
		t.Skip("needs a desk of 200,000 tickets: run with BUZON_TEST_LONG=1")
	}
	const limit = 120 << 10 // kB
	relay := &countingRelay{}
	relay.start(t)
	dir := t.TempDir()
	d := &liveDesk{t: t, data: bigdesk.Copy(t, bigdesk.Tickets), addr: freeAddress(t),
		file: filepath.Join(dir, "buzon.toml")}
	_, port, _ := net.SplitHostPort(relay.addr)
	d.configure(fmt.Sprintf("data_dir = %q\ndatabase = %q\n[[mailbox]]\naddress = %q\n"+
		"plus_addressing = true\n[smtp]\nlisten = %q\nper_address = 50\n"+
		"trusted_networks = [\"127.0.0.0/8\"]\n[relay]\nhost = \"127.0.0.1\"\nport = %s\n"+
		"tls = \"none\"\n", d.data, bigdesk.Database(), bigdesk.Mailbox, d.addr, port), "")
	p := serveBinary(t, buildBuzon(t), d.file)
	idle := memoryOf(t, p.Process.Pid, "VmRSS")
	asked := []string{"panel", "buscar factura", `buscar "de la factura"`, "casos", "casos cerrados",
		"ficha p1", "vencidos"}
	for i := range 300 {
		from, subject := fmt.Sprintf("nuevo%d@cliente%d.test", i%60, i%60), "No imprime"
		text := "Desde ayer."
		if i%3 == 0 {
			from, subject = fmt.Sprintf("agente%d@ejemplo.test", i%40), asked[i/3%len(asked)]
			text = "" // it is asked in the subject
		}
		l := letter{From: from, To: bigdesk.Mailbox, Subject: subject, Text: text}
		if err := mailtest.Submit(d.addr, from, []string{bigdesk.Mailbox}, l.raw()); err != nil {
			t.Fatal(err)
		}
	}
	d.quiet()
	now, most := memoryOf(t, p.Process.Pid, "VmRSS"), memoryOf(t, p.Process.Pid, "VmHWM")
	t.Logf("resident: %d MB idle, %d MB behind it all, at most %d MB", idle>>10, now>>10, most>>10)
	if most > limit {
		t.Errorf("%d MB resident, want less than %d", most>>10, limit>>10)
	}
}
