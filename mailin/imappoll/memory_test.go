package imappoll

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
)

// TestMemoryStaysFlat takes mails of 25 MB and never has one of them in memory.
// Other tests must not run beside it: their memory would count.
func TestMemoryStaysFlat(t *testing.T) {
	const mails, size = 6, 25<<20 - 1000
	j := &discarding{memory: newMemory()}
	a := account(j, 143)
	a.After = Leave
	a.Dial = func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		go largeMails(server, mails, size)
		return client, nil
	}
	runtime.GC()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	start(t, a)
	j.wait(t, mails)
	if grown := int64(j.peak.Load()) - int64(before.HeapAlloc); grown > 8<<20 {
		t.Errorf("the heap grew by %d MB over mails of 25 MB", grown>>20)
	} else {
		t.Logf("the heap grew by %d KB", grown>>10)
	}
	for _, m := range j.all() {
		if m.Size != size {
			t.Errorf("a mail of %d bytes, want %d", m.Size, size)
		}
	}
}

// discarding is a journal whose spools keep nothing, as files would.
type discarding struct {
	*memory
	peak atomic.Uint64
}

func (j *discarding) Spool(ctx context.Context) (Spool, error) {
	s, err := j.memory.Spool(ctx)
	return &emptySpool{memSpool: s.(*memSpool), j: j}, err
}

func (j *discarding) Take(ctx context.Context, f Folder, cursor uint32, mails []Mail) error {
	for i := range mails {
		mails[i].Spool = mails[i].Spool.(*emptySpool).memSpool
	}
	return j.memory.Take(ctx, f, cursor, mails)
}

type emptySpool struct {
	*memSpool
	j      *discarding
	writes int
}

func (s *emptySpool) Write(p []byte) (int, error) {
	if s.writes++; s.writes%200 == 0 {
		var now runtime.MemStats
		runtime.ReadMemStats(&now)
		s.j.peak.Store(max(s.j.peak.Load(), now.HeapAlloc))
	}
	return len(p), nil
}

// largeMails serves a folder of large mails.
func largeMails(c net.Conn, mails, size int) {
	defer c.Close()
	fmt.Fprint(c, "* OK [CAPABILITY IMAP4rev1] ready\r\n")
	piece := []byte(strings.Repeat("x", 32<<10))
	for r := bufio.NewReader(c); ; {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		tag, command, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch {
		case strings.HasPrefix(command, "LOGIN"):
			fmt.Fprintf(c, "%s OK [CAPABILITY IMAP4rev1] welcome\r\n", tag)
			continue
		case strings.HasPrefix(command, "SELECT"):
			fmt.Fprintf(c, "* %d EXISTS\r\n* OK [UIDVALIDITY 1] x\r\n", mails)
		case strings.HasPrefix(command, "UID SEARCH"):
			fmt.Fprint(c, "* SEARCH")
			for i := range mails {
				fmt.Fprintf(c, " %d", i+1)
			}
			fmt.Fprint(c, "\r\n")
		case strings.Contains(command, "BODY.PEEK[]"):
			var uid int
			fmt.Sscanf(command, "UID FETCH %d", &uid)
			fmt.Fprintf(c, "* %d FETCH (UID %d BODY[] {%d}\r\n", uid, uid, size)
			for left := size; left > 0; left -= len(piece) {
				if _, err := c.Write(piece[:min(left, len(piece))]); err != nil {
					return
				}
			}
			fmt.Fprint(c, ")\r\n")
		case strings.HasPrefix(command, "UID FETCH"):
			for i := range mails {
				fmt.Fprintf(c, "* %d FETCH (UID %d RFC822.SIZE %d)\r\n", i+1, i+1, size)
			}
		}
		fmt.Fprintf(c, "%s OK done\r\n", tag)
	}
}
