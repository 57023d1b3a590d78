package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// table is a Markdown table: a row of headings, then rows.
type table [][]string

func (t table) String() string {
	rule := slices.Repeat([]string{"---"}, len(t[0]))
	text := ""
	for _, row := range slices.Insert(slices.Clone(t), 1, rule) {
		text += "| " + strings.Join(row, " | ") + " |\n"
	}
	return text
}

// report formats the results of the servers side by side, and the goals.
func report(names []string, samples map[string][]sample) string {
	var b strings.Builder
	for _, part := range []struct {
		title, prefix string
		columns       []string
	}{
		{
			"List of ten tokens", "list: ", []string{
				"requests a second", "p50, ms", "p99, ms", "CPU, s", "RSS after, MB", "errors",
			},
		},
		{
			"Create", "create: ", []string{
				"requests a second", "p50, ms", "p99, ms", "CPU, s", "RSS after, MB", "errors",
			},
		},
		{"Start", "", []string{"ready, ms", "RSS idle, MB"}},
	} {
		t := table{append([]string{"server"}, part.columns...)}
		for _, name := range names {
			row := []string{name}
			for _, column := range part.columns {
				row = append(row, valuesOf(samples[name], part.prefix+column).String())
			}
			t = append(t, row)
		}
		fmt.Fprintf(&b, "### %s\n\n%s\n", part.title, t)
	}
	fmt.Fprintf(&b, "### Goals\n\n%s\n### Servers\n\n", goals(samples))
	for _, name := range names {
		fmt.Fprintf(&b, "* %s: %s\n", name, servers[name].description)
	}
	return b.String()
}

// goals compares patmock with its goals round by round, so that a slow round affects both sides.
func goals(samples map[string][]sample) table {
	t := table{{"goal", "wanted", "measured", "met"}}
	for _, goal := range []struct {
		name, baseline, metric string
		max, min               float64
	}{
		{"CPU of a list, against bare", "bare", "list: CPU, s", 1.15, 0},
		{"CPU of creating a token, against bare", "bare", "create: CPU, s", 1.4, 0},
		{"lists a second, against Prism", "prism", "list: requests a second", math.Inf(1), 6},
		{
			"tokens created a second, against Prism", "prism", "create: requests a second",
			math.Inf(1), 6,
		},
	} {
		ours, theirs := valuesOf(samples["patmock"], goal.metric),
			valuesOf(samples[goal.baseline], goal.metric)
		if len(ours) == 0 || len(theirs) == 0 {
			continue
		}
		var ratios series
		for i := range ours {
			ratios = append(ratios, ours[i]/theirs[i])
		}
		limit := fmt.Sprintf("at most %gx", goal.max)
		if goal.min > 0 {
			limit = fmt.Sprintf("at least %gx", goal.min)
		}
		met := map[bool]string{
			true: "yes", false: "no",
		}[ratios.median() >= goal.min && ratios.median() <= goal.max]
		t = append(t, []string{goal.name, limit, ratios.String(), met})
	}
	return t
}

func valuesOf(samples []sample, name string) (f series) {
	for _, s := range samples {
		f = append(f, s[name])
	}
	return f
}

// series has the values of a metric in several rounds.
type series []float64

func (f series) median() float64 {
	sorted := slices.Sorted(slices.Values(f))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}

// String returns the median, the minimum and the maximum.
func (f series) String() string {
	if len(f) == 1 {
		return number(f[0])
	}
	return number(f.median()) + " (" + number(slices.Min(f)) + " to " + number(slices.Max(f)) + ")"
}

// number formats a number with three significant digits, or all digits of a larger integer.
func number(n float64) string {
	digits := 2
	if n != 0 {
		digits = max(0, 2-int(math.Floor(math.Log10(math.Abs(n)))))
	}
	integer, fraction, _ := strings.Cut(strconv.FormatFloat(n, 'f', digits, 64), ".")
	for i := len(integer) - 3; i > 0; i -= 3 {
		integer = integer[:i] + "," + integer[i:]
	}
	if fraction == "" {
		return integer
	}
	return integer + "." + fraction
}
