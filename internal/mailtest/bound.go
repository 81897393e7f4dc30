package mailtest

import "time"

// Patience is how long a test waits for what must come: no machine is so slow, and nothing waits
// for it where all is well.
const Patience = 2 * time.Minute

// Bound is what a test allows for work that takes a fraction of d: hostile mail must not take
// quadratic time. The race detector slows down code that does nothing but compute by ten to forty
// times, and is allowed that.
func Bound(d time.Duration) time.Duration {
	if RaceDetector {
		return 10 * d
	}
	return d
}
