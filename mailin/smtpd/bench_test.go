package smtpd

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// 16 connections, mails of 10 KB, a journal that costs nothing: what the door itself can take.
func BenchmarkMails(b *testing.B) {
	for _, size := range []int{10_000, 1_000_000} {
		for _, how := range []string{"DATA", "BDAT"} {
			b.Run(fmt.Sprintf("%s/%d", how, size),
				func(b *testing.B) { benchmarkMails(b, how, size) })
		}
	}
}

func benchmarkMails(b *testing.B, how string, size int) {
	const sessions = 16
	s := open(b)
	s.journal.discard = true
	data := sample(size)
	head := "MAIL FROM:<a@otro.test>\r\nRCPT TO:<" + ours + ">\r\n"
	work := make(chan struct{})
	var wg sync.WaitGroup
	for range sessions {
		c := s.hello()
		c.SetDeadline(time.Now().Add(10 * time.Minute))
		wg.Go(func() {
			for range work {
				if how == "DATA" {
					io.WriteString(c, head+"DATA\r\n")
					c.reply()
					c.reply()
					c.reply()
					io.WriteString(c, data+".\r\n")
				} else {
					io.WriteString(c, fmt.Sprintf("%sBDAT %d LAST\r\n%s", head, size, data))
					c.reply()
					c.reply()
				}
				if got := c.reply(); !strings.HasPrefix(got, "250") {
					b.Errorf("got %q", got)
				}
			}
		})
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		work <- struct{}{}
	}
	close(work)
	wg.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "mails/s")
}

// The door streams: many large mails at once need little memory.
func TestLargeMailsInLittleMemory(t *testing.T) {
	s := open(t)
	s.journal.discard = true
	const mails, size = 20, 25 << 20
	chunk := sample(1 << 20)
	var wg sync.WaitGroup
	var peak uint64
	for range mails {
		c := s.hello()
		c.begin()
		wg.Go(func() {
			for range size / len(chunk) {
				io.WriteString(c, chunk)
			}
			io.WriteString(c, ".\r\n")
			if got := c.reply(); !strings.HasPrefix(got, "250") {
				t.Errorf("got %q", got)
			}
		})
	}
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	for going := true; going; {
		select {
		case <-done:
			going = false
		case <-time.After(20 * time.Millisecond):
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			peak = max(peak, m.HeapInuse)
		}
	}
	if peak > 64<<20 {
		t.Errorf("%d MB of heap for %d mails at once", peak>>20, mails)
	}
	t.Logf("peak heap %d MB", peak>>20)
}
