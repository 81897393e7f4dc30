package mailin

import (
	"testing"
	"time"

	"buzon/store"
)

func TestAtOnce(t *testing.T) {
	t.Parallel()
	at := func(seconds int) time.Time { return time.Unix(1_800_000_000+int64(seconds), 0) }
	// his is a mail of his, and ours what it got, sent after so many seconds; negative: held.
	his := func(id int64, received, sent int) store.Contact {
		c := store.Contact{Answers: id, His: true, Received: at(received), Owed: at(received)}
		if sent >= 0 {
			c.Sent, c.Owed, c.Settled = true, at(sent), at(sent)
		}
		return c
	}
	for name, c := range map[string]struct {
		exchange []store.Contact
		received int
		want     int
	}{
		"the first":       {nil, 0, 0},
		"answers at once": {[]store.Contact{his(1, 0, 1)}, 2, 1},
		"answers each at once": {[]store.Contact{his(1, 0, 1), his(2, 2, 3),
			his(3, 5, 65)}, 66, 3},
		"takes its time once": {[]store.Contact{his(1, 0, 1), his(2, 2, 3),
			his(3, 300, 301)}, 302, 1},
		"writes before it is answered": {[]store.Contact{his(1, 0, 1), his(2, 2, 3),
			his(3, 5, -1)}, 66, 0},
		"two of ours, two answers": {[]store.Contact{his(1, 0, 1),
			{Answers: 2, Sent: true, Owed: at(1), Settled: at(1)}, his(3, 2, -1)}, 2, 2},
		"what we send is not settled yet": {[]store.Contact{{Answers: 1, His: true, Sent: true,
			Received: at(0), Owed: at(1)}}, 2, 1},
		"what came after cannot be answered": {[]store.Contact{{Answers: 99, Sent: true,
			Owed: at(1), Settled: at(1)}}, 2, 0},
	} {
		if got := atOnce(c.exchange, 50, at(c.received)); got != c.want {
			t.Errorf("%s: %d in a row, want %d", name, got, c.want)
		}
	}
}
