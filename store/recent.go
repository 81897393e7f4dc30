package store

import (
	"sync"
	"time"
)

// recent keeps the bytes of mail that was just received, by their hash, for the intake, which reads
// mail in the order in which it came. So when there is no room it is the new that is not kept: the
// old is next. What nobody has asked for in a while, since its mail was settled without being read,
// makes room again.
type recent struct {
	mu     sync.Mutex
	kept   map[string]recentMail
	size   int       // bytes of them all
	looked time.Time // for what has stayed too long
}

type recentMail struct {
	bytes []byte
	since time.Time
}

// What is kept at most, and how long what nobody asks for stays in the way.
const (
	recentBytes = 8 << 20
	recentTime  = time.Minute
)

func (r *recent) put(p *Spool) {
	if p.file != nil || p.kept || p.size == 0 {
		return
	}
	sha, b, now := p.SHA256(), p.buf.Bytes(), time.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.forget(now)
	if _, there := r.kept[sha]; there || r.size+len(b) > recentBytes {
		return
	}
	if r.kept == nil {
		r.kept = map[string]recentMail{}
	}
	r.kept[sha] = recentMail{b, now}
	r.size += len(b)
}

// forget drops what has stayed too long; it looks for it now and then.
func (r *recent) forget(now time.Time) {
	if now.Sub(r.looked) < recentTime/4 {
		return
	}
	r.looked = now
	for sha, m := range r.kept {
		if now.Sub(m.since) > recentTime {
			r.size -= len(m.bytes)
			delete(r.kept, sha)
		}
	}
}

// take yields the bytes once; nil when they are not here.
func (r *recent) take(sha string) []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	m := r.kept[sha]
	r.size -= len(m.bytes)
	delete(r.kept, sha)
	return m.bytes
}
