package main

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// figure is what several rounds showed of one thing.
type figure []float64

func (f figure) median() float64 {
	sorted := slices.Sorted(slices.Values(f))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// quantile is the value that this share of a sorted figure does not exceed; nothing has 0.
func (f figure) quantile(share float64) float64 {
	if len(f) == 0 {
		return 0
	}
	return f[max(0, int(math.Ceil(share*float64(len(f))))-1)]
}

// String is the median with the least and the most.
func (f figure) String() string {
	if len(f) == 1 {
		return number(f[0])
	}
	return number(f.median()) + " (" + number(slices.Min(f)) + " to " + number(slices.Max(f)) + ")"
}

// number writes a number with three digits, and more where it is large.
func number(n float64) string {
	digits := 2
	if n != 0 {
		digits = max(0, 2-int(math.Floor(math.Log10(math.Abs(n)))))
	}
	whole, fraction, _ := strings.Cut(strconv.FormatFloat(n, 'f', digits, 64), ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if fraction == "" {
		return whole
	}
	return whole + "." + fraction
}
