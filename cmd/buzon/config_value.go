package main

import (
	"fmt"
	"strings"
	"time"
)

// duration is written as "10m" or "96h".
type duration time.Duration

func (d *duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	if err != nil || v < 0 {
		return fmt.Errorf("%q is no duration: write one such as \"90s\", \"10m\" or \"96h\"", text)
	}
	*d = duration(v)
	return nil
}

// size is written as "25MB", "512KB" or a number of bytes in quotes.
type size int64

func (s *size) UnmarshalText(text []byte) error {
	number, unit := strings.TrimSpace(string(text)), int64(1)
	for _, u := range []struct {
		suffix string
		bytes  int64
	}{{"KB", 1 << 10}, {"MB", 1 << 20}, {"GB", 1 << 30}, {"B", 1}} {
		if n, ok := strings.CutSuffix(strings.ToUpper(number), u.suffix); ok {
			number, unit = strings.TrimSpace(n), u.bytes
			break
		}
	}
	var n int64
	if _, err := fmt.Sscanf(number+"\n", "%d\n", &n); err != nil || n < 0 {
		return fmt.Errorf("%q is no size: write one such as \"25MB\" or \"512KB\"", text)
	}
	*s = size(n * unit)
	return nil
}
