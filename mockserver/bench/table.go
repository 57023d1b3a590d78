package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// table is a table of Markdown: a row of headings, then rows.
type table [][]string

func (t table) String() string {
	var b strings.Builder
	for i, row := range t {
		fmt.Fprintf(&b, "| %s |\n", strings.Join(row, " | "))
		if i == 0 {
			b.WriteString("|" + strings.Repeat("---|", len(row)) + "\n")
		}
	}
	return b.String()
}

// compared is the section about the servers beside each other.
func compared(servers []server, missing map[string]string, found map[string][]sample, o options) string {
	about := table{{"server", "version", "what it does with a request"}}
	for _, s := range servers {
		about = append(about, []string{s.name, s.version, s.does})
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d rounds. In each, every server was started, and wrk with one thread and %d connections asked it for a list of ten tokens and then "+
		"to make tokens, each for %s after a warm-up of %s. Figures are medians, with the least and the most of the rounds behind them; CPU is the server's "+
		"own, in seconds for 1,000 requests.\n\n%s", o.rounds, o.connections, seconds(o.measure), seconds(o.warmUp), about)
	for _, name := range slices.Sorted(maps.Keys(missing)) {
		fmt.Fprintf(&b, "\nNot measured: %s, %s\n", name, strings.Join(strings.Fields(missing[name]), " "))
	}
	fmt.Fprintf(&b, "\n### A list of ten tokens\n\n%s\n### Making a token\n\n%s\n### Start and memory\n\n%s",
		operation(servers, found, func(s sample) load { return s.list }),
		operation(servers, found, func(s sample) load { return s.create }), memory(servers, found))
	if against := goals(found); len(against) > 1 {
		fmt.Fprintf(&b, "\n### Goals\n\nThe ratio of each round; behind the median the least and the most.\n\n%s", against)
	}
	return b.String()
}

func operation(servers []server, found map[string][]sample, of func(sample) load) table {
	t := table{{"server", "requests a second", "p50, ms", "p99, ms", "CPU, s", "errors"}}
	for _, s := range servers {
		pick := func(one func(load) float64) string {
			return each(found[s.name], func(s sample) float64 { return one(of(s)) }).String()
		}
		errors := 0
		for _, one := range found[s.name] {
			errors += of(one).errors
		}
		t = append(t, []string{
			s.name, pick(func(l load) float64 { return l.perSecond }), pick(func(l load) float64 { return l.p50 }),
			pick(func(l load) float64 { return l.p99 }), pick(func(l load) float64 { return l.cpu }), fmt.Sprint(errors),
		})
	}
	return t
}

func memory(servers []server, found map[string][]sample) table {
	t := table{{"server", "ready after, ms", "RSS idle, MB", "after lists, MB", "after making, MB", "tokens made while measured"}}
	for _, s := range servers {
		pick := func(one func(sample) float64) string { return each(found[s.name], one).String() }
		t = append(t, []string{
			s.name, pick(func(s sample) float64 { return s.ready }), pick(func(s sample) float64 { return s.idle }), pick(func(s sample) float64 { return s.listed }),
			pick(func(s sample) float64 { return s.created }), number(each(found[s.name], func(s sample) float64 { return float64(s.create.requests - s.create.errors) }).median()),
		})
	}
	return t
}

// goals holds patmock against what it is to reach, round by round, so that what a round had to bear counts on both sides.
func goals(found map[string][]sample) table {
	t := table{{"goal", "wanted", "measured", "met"}}
	for _, goal := range []struct {
		name, beside string
		of           func(sample) float64
		atMost       float64
		atLeast      float64
	}{
		{"CPU of a list, against bare", "bare", func(s sample) float64 { return s.list.cpu }, 1.15, 0},
		{"CPU of making a token, against bare", "bare", func(s sample) float64 { return s.create.cpu }, 1.4, 0},
		{"lists a second, against Prism", "prism", func(s sample) float64 { return s.list.perSecond }, 0, 6},
		{"tokens made a second, against Prism", "prism", func(s sample) float64 { return s.create.perSecond }, 0, 6},
	} {
		ours, theirs := each(found["patmock"], goal.of), each(found[goal.beside], goal.of)
		if len(ours) == 0 || len(theirs) == 0 {
			continue
		}
		ratios := make(figure, len(ours))
		for i := range ours {
			ratios[i] = ours[i] / theirs[i]
		}
		wanted, met := fmt.Sprintf("at most %gx", goal.atMost), ratios.median() <= goal.atMost
		if goal.atLeast > 0 {
			wanted, met = fmt.Sprintf("at least %gx", goal.atLeast), ratios.median() >= goal.atLeast
		}
		t = append(t, []string{goal.name, wanted, ratios.String(), map[bool]string{true: "yes", false: "no"}[met]})
	}
	return t
}

func each(samples []sample, of func(sample) float64) figure {
	f := make(figure, len(samples))
	for i, s := range samples {
		f[i] = of(s)
	}
	return f
}

func seconds(d time.Duration) string { return fmt.Sprintf("%g s", d.Seconds()) }
