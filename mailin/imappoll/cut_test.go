package imappoll

import (
	"context"
	"net"
	"os"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"buzon/internal/mailtest"
)

// TestSurvivesACutAtEveryByte ends the first connection after each number of bytes that it brings,
// from the greeting to IDLE. Whatever was cut, each mail is taken once and whole, and ends in the
// folder for taken mail.
func TestSurvivesACutAtEveryByte(t *testing.T) {
	t.Parallel()
	length, step := 0, 3
	if os.Getenv("BUZON_TEST_KILLS") != "" { // in CI at every byte
		step = 1
	}
	for cut := 0; ; cut += step {
		srv := mailtest.NewIMAP(t, mailtest.IMAPOptions{})
		srv.Append(t, "INBOX", letter(1))
		srv.Append(t, "INBOX", letter(2))
		var j *memory
		var bytes atomic.Int64
		synctest.Test(t, func(t *testing.T) { // the waits between connections take no time
			j = newMemory()
			a := account(j, srv.Port())
			a.Schedule, a.Dial = "@every 2m", counting(cutting(srv.Port(), cut), &bytes)
			stop := start(t, a)
			good := func() bool { return !j.state().Good.IsZero() }
			for end := time.Now().Add(time.Hour); !good() && time.Now().Before(end); {
				<-j.rounds
			}
			stop()
		})
		exactlyOnce(t, j.all(), 2)
		if in, out := len(srv.Messages(t, "INBOX")), len(srv.Messages(t, "Procesados")); in != 0 ||
			out != 2 {
			t.Errorf("%d mails left in INBOX, %d in Procesados", in, out)
		}
		if j.open != 0 {
			t.Errorf("%d spools are open", j.open)
		}
		srv.Stop()
		if t.Failed() {
			t.Fatalf("cut after %d bytes", cut)
		}
		if length = int(bytes.Load()); cut > length {
			break
		}
	}
	t.Logf("the longest session brought %d bytes", length)
}

// counting adds up what the first connection brings.
func counting(dial func(context.Context, string, string) (net.Conn, error),
	n *atomic.Int64) func(context.Context, string, string) (net.Conn, error) {
	first := true
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := dial(ctx, network, address)
		if first && err == nil {
			first = false
			return countConn{c, n}, nil
		}
		return c, err
	}
}

type countConn struct {
	net.Conn
	n *atomic.Int64
}

func (c countConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.n.Add(int64(n))
	return n, err
}
