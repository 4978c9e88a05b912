package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// quantile is the smallest of the values that q of them do not exceed.
func quantile(values []time.Duration, q float64) time.Duration {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[max(0, int(math.Ceil(q*float64(len(sorted))))-1)]
}

func spread(values []time.Duration) string {
	return fmt.Sprintf("p50 %s, p99 %s, longest %s of %d", short(quantile(values, 0.5)), short(quantile(values, 0.99)), short(quantile(values, 1)), len(values))
}

// short writes a duration with as many digits as one reads.
func short(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return d.Round(time.Second).String()
}

func thousands(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

func mebibytes(bytes int64) string { return fmt.Sprintf("%.0f MiB", float64(bytes)/(1<<20)) }

// each is how many of something fall to one object: whole numbers are written as such.
func each(total, n int) string {
	if n == 0 {
		return "–"
	}
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.3f", float64(total)/float64(n)), "0"), ".")
}

func (u usage) String() string {
	return fmt.Sprintf("CPU %.1f s, RSS %s, peak %s", u.cpu.Seconds(), mebibytes(u.resident), mebibytes(u.peak))
}
