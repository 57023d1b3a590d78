package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// String is the section about the mixed load.
func (s stress) String() string {
	t := table{{"operation", "requests", "p50, ms", "p99, ms", "p99.9, ms", "most, ms", "errors"}}
	for _, operation := range []string{"login", "create", "list", "filtered list", "patch", "delete", ""} {
		t = append(t, s.row(operation))
	}
	failures := map[string]int{}
	for _, a := range s.asked {
		if a.failure != "" {
			failures[a.operation+": "+a.failure]++
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d connections for %s. On each a client logs in, makes a token, lists, lists with a filter, renames it, lists both ways again and deletes it, and begins anew. "+
		"The clients run on the same cores.\n\n%s\n%s requests a second, %s s of patmock's CPU for 1,000. Tokens before: %d, after: %d.\n\n%s",
		workers, seconds(s.took.Round(time.Second)), t, number(float64(len(s.asked))/s.took.Seconds()),
		number(s.cpu.Seconds()/float64(len(s.asked))*1e3), s.before, s.after, s.memory())
	for i, failure := range slices.Sorted(maps.Keys(failures)) {
		if i == 10 {
			fmt.Fprintf(&b, "\nand %d other kinds of failure\n", len(failures)-i)
			break
		}
		fmt.Fprintf(&b, "\n%d times: %s\n", failures[failure], failure)
	}
	return b.String()
}

// row is what one operation took, or all of them.
func (s stress) row(operation string) []string {
	var took figure
	errors := 0
	for _, a := range s.asked {
		if operation != "" && a.operation != operation {
			continue
		}
		took = append(took, float64(a.took)/float64(time.Millisecond))
		if a.failure != "" {
			errors++
		}
	}
	if operation == "" {
		operation = "all"
	}
	slices.Sort(took)
	return []string{
		operation, number(float64(len(took))), number(took.quantile(0.5)), number(took.quantile(0.99)), number(took.quantile(0.999)),
		number(took.quantile(1)), fmt.Sprint(errors),
	}
}

// memory shows the memory at seven moments of the time, the last at its end.
func (s stress) memory() table {
	t := table{{"after"}, {"RSS, MB"}}
	last := len(s.rss) - 1
	for i := range 7 {
		at := last * i / 6
		t[0] = append(t[0], seconds((s.took * time.Duration(at) / time.Duration(last)).Round(time.Second)))
		t[1] = append(t[1], number(float64(s.rss[at])/1e6))
	}
	return t
}
