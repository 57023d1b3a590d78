package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A curve is what an operation costs by the number of something that the mock has already.
type curve struct {
	operation string
	// prepare returns the call of a mock that has n of them.
	prepare func(ctx context.Context, n int) (call, error)
	// most bounds the calls of a round if they add to what there is. Zero means as many as the time allows.
	most int
}

// A call runs the operation for the nth time.
type call struct {
	run func(n int) error
	end func()
}

// A family is curves over the same sizes.
type family struct {
	number string // of what
	sizes  [4]int
	curves []curve
}

// scaleRounds is the number of times that a size is measured. The median counts.
const scaleRounds = 3

// scale measures every curve, for some time at each size.
func scale(ctx context.Context, families []family, each time.Duration) (string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "The mock runs in the process of the benchmark, without a socket. Figures are microseconds of CPU for one operation, the "+
		"collector's share included: medians of %d rounds.\n", scaleRounds)
	for _, f := range families {
		heading := []string{f.number}
		for _, n := range f.sizes {
			heading = append(heading, count(n))
		}
		t := table{append(heading, "largest / smallest")}
		for _, c := range f.curves {
			row, err := c.measure(ctx, f.sizes, each)
			if err != nil {
				return "", fmt.Errorf("%s with %s: %w", c.operation, f.number, err)
			}
			t = append(t, row)
		}
		fmt.Fprintf(&b, "\n%s", t)
	}
	return b.String(), nil
}

// count writes a number of things.
func count(n int) string {
	if n < 1000 {
		return strconv.Itoa(n)
	}
	return number(float64(n))
}

func (c curve) measure(ctx context.Context, sizes [4]int, each time.Duration) ([]string, error) {
	row := []string{c.operation}
	var costs figure
	for _, n := range sizes {
		fmt.Fprintf(os.Stderr, "bench: %s, %d\n", c.operation, n)
		cost, err := c.cost(ctx, n, each)
		if err != nil {
			return nil, err
		}
		costs = append(costs, cost)
		row = append(row, number(cost))
	}
	return append(row, number(costs[len(costs)-1]/costs[0])), nil
}

// cost returns the microseconds of CPU of one call.
func (c curve) cost(ctx context.Context, size int, each time.Duration) (float64, error) {
	prepared, err := c.prepare(ctx, size)
	if err != nil {
		return 0, err
	}
	defer prepared.end()
	var costs figure
	calls := 0
	for range scaleRounds {
		runtime.GC()
		before, err := threadsCPU()
		if err != nil {
			return 0, err
		}
		begin, first := time.Now(), calls
		for time.Since(begin) < each/scaleRounds && (c.most == 0 || calls-first < c.most) && ctx.Err() == nil {
			if err := prepared.run(calls); err != nil {
				return 0, err
			}
			calls++
		}
		after, err := threadsCPU()
		if err := cmp.Or(err, ctx.Err()); err != nil {
			return 0, err
		}
		costs = append(costs, float64((after-before).Nanoseconds())/1000/float64(calls-first))
	}
	return costs.median(), nil
}

// threadsCPU returns the CPU that the threads of this process have used, more exactly than in ticks.
func threadsCPU() (time.Duration, error) {
	files, err := filepath.Glob("/proc/self/task/*/schedstat")
	if err != nil || len(files) == 0 {
		return 0, cmp.Or(err, os.ErrNotExist)
	}
	var sum time.Duration
	for _, file := range files {
		raw, err := os.ReadFile(file) //nolint:gosec // of /proc
		if err != nil {
			continue // the thread has ended
		}
		nanoseconds, _ := strconv.ParseInt(strings.Fields(string(raw))[0], 10, 64)
		sum += time.Duration(nanoseconds)
	}
	return sum, nil
}

var (
	users = [4]int{10, 1_000, 10_000, 100_000}
	half  = [4]int{10, 1_000, 10_000, 64_000}
)

// everything is what there may be much of.
var everything = []family{
	{"users, each with a token", users, []curve{
		{"login", ofUsers((*world).login), 0},
		{"login with a wrong secret", ofUsers((*world).loginWrong), 0},
		{"login with an unknown id", ofUsers((*world).loginUnknown), 0},
		{"list of one's own tokens", ofUsers((*world).list), 0},
		{"list of all that were not used since", ofUsers((*world).listFiltered), 0},
		{"make and delete a token", ofUsers((*world).createAndDelete), 0},
		{"add a user", ofUsers((*world).addIdentity), 300},
	}},
	{"users in a state file", [4]int{10, 100, 1_000, 10_000}, []curve{
		{"make and delete a token", inFile((*world).createAndDelete), 300},
		{"add a user", inFile((*world).addIdentity), 100},
	}},
	{"tokens that were deleted", [4]int{10, 100, 1_000, 10_000}, []curve{
		{"make and delete a token", afterCalls((*world).createAndDelete, (*world).createAndDelete), 0},
		{"list of one's own tokens", afterCalls((*world).createAndDelete, (*world).list), 0},
	}},
	{"namespaces", [4]int{1, 100, 1_000, 10_000}, []curve{
		{"list of one's own tokens", ofNamespaces((*world).list), 0},
		{"make and remove a namespace", ofNamespaces((*world).namespace), 300},
	}},
	{"bearers in use", half, []curve{{"list with each in turn", ofBearers, 0}}},
	{"client ids in ten seconds", half, []curve{{"login of each in turn", ofClients, 0}}},
	{"requests in the journal", [4]int{10, 1_000, 10_000, 200_000}, []curve{
		{"list of one's own tokens", ofJournal((*world).list), 0},
		{"the same while a verification waits", ofJournal((*world).listVerified), 0},
		{"the latest request of the journal", ofJournal((*world).latest), 0},
		{"the latest one with a filter, which looks at all", ofJournal((*world).latestFiltered), 0},
		{"a request of the journal by its id", ofJournal((*world).byID), 0},
	}},
	{"fault rules about other users", [4]int{1, 10, 100, 1_000}, []curve{
		{"list of one's own tokens", ofFaults, 0},
	}},
}

// choose returns the curves whose operation or number has a word in it, all of them for an empty one.
func choose(word string) []family {
	var chosen []family
	for _, f := range everything {
		curves := slices.DeleteFunc(slices.Clone(f.curves), func(c curve) bool {
			return !strings.Contains(c.operation, word) && !strings.Contains(f.number, word)
		})
		if len(curves) > 0 {
			f.curves = curves
			chosen = append(chosen, f)
		}
	}
	return chosen
}
