package mailin

import (
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"buzon/internal/bigdesk"
	"buzon/internal/desktest"
	"buzon/store/desk"
)

// BenchmarkIntakeOfBigDesk files the same mails on a desk of 200,000 tickets and on an empty one,
// in turns, and reports how many times as much one costs there, by the clock and by the processor:
// the middle of so many rounds.
func BenchmarkIntakeOfBigDesk(b *testing.B) {
	empty, large := newHouse(b), bigHouse(b)
	for i := range 40 { // as many as the large desk has: each hears of a new ticket
		empty.person(desk.Person{Name: "Agente", Role: desk.Agent, Team: true, Active: true,
			Addresses: []string{fmt.Sprintf("agente%d@ejemplo.test", i)}})
	}
	for _, h := range []*house{empty, large} {
		h.lot(b) // the people are new once
	}
	var clock, cpu []float64
	for i := range b.N {
		list := []*house{empty, large}
		if i%2 == 1 {
			slices.Reverse(list)
		}
		took, used := map[*house]time.Duration{}, map[*house]time.Duration{}
		for _, h := range list {
			took[h], used[h] = h.lot(b)
		}
		clock = append(clock, float64(took[large])/float64(took[empty]))
		cpu = append(cpu, float64(used[large])/float64(used[empty]))
	}
	slices.Sort(clock)
	slices.Sort(cpu)
	b.ReportMetric(clock[b.N/2], "clock-ratio")
	b.ReportMetric(cpu[b.N/2], "cpu-ratio")
}

// bigHouse is a house on a copy of the large desk.
func bigHouse(b *testing.B) *house {
	if url := bigdesk.Database(); url != "" {
		return houseIn(b, b.TempDir(), url)
	}
	if desktest.Engine(b) != "" {
		b.Skip("needs the large desk on PostgreSQL: see bigdesk.Database")
	}
	return houseIn(b, bigdesk.Copy(b, bigdesk.Tickets), "")
}

// lot files the mails of 100 people, and returns how long that took, and the processor's part.
func (h *house) lot(b *testing.B) (took, used time.Duration) {
	const mails = 100
	body := strings.Repeat("Desde ayer no imprime la factura y no sabemos por qué.\n", 30)
	stop := h.start(h.idle)
	begun, before := time.Now(), processTime()
	for i := range mails {
		h.receive(h.plain(fmt.Sprintf("c%d@cliente.test", i), box,
			fmt.Sprintf("No imprime %d", h.sent), body))
	}
	h.settled()
	took, used = time.Since(begun), processTime()-before
	stop()
	return took, used
}

func processTime() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
