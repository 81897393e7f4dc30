package mailtest

import "time"

// Bound is what a test allows for work that takes a fraction of d: hostile mail must not take
// quadratic time. The race detector slows down code that does nothing but compute by ten to forty
// times, and is allowed that.
func Bound(d time.Duration) time.Duration {
	if raceDetector {
		return 10 * d
	}
	return d
}
