//go:build !race

package mailtest

// RaceDetector reports whether it runs.
const RaceDetector = false
