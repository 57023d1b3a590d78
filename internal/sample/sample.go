// Package sample selects elements of a long list for a test. It selects a few by default, so that
// go test is quick, and all of them with PATMOCK_EXHAUSTIVE=1, as set by .ci/run. Only tests import
// it.
//
// The selection depends only on the name of the test, so every run has the same one. The test logs
// the number of omitted elements.
package sample

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"flag"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// EnvVar is the environment variable that makes tests exhaustive.
const EnvVar = "PATMOCK_EXHAUSTIVE"

// Exhaustive reports whether tests use complete lists. It is true with the environment variable, or
// if -run names subtests, since a sample might not have them. It panics if the variable is not a
// boolean, so that a typo does not skip anything.
func Exhaustive() bool {
	text := os.Getenv(EnvVar)
	if text == "" {
		return namesSubtests()
	}
	exhaustive, err := strconv.ParseBool(text)
	if err != nil {
		panic(fmt.Sprintf("%s is %q: expected 1 or 0", EnvVar, text))
	}
	return exhaustive
}

// namesSubtests reports whether the flag -run has a pattern for subtests.
func namesSubtests() bool {
	run := flag.Lookup("test.run")
	return run != nil && strings.Contains(run.Value.String(), "/")
}

// Of returns n elements of all in their order, or all of them in an exhaustive run.
func Of[T any](t testing.TB, n int, all []T) []T {
	t.Helper()
	if n = Count(t, n, len(all)); n == len(all) {
		return all
	}
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		return cmp.Compare(hash(t.Name(), i), hash(t.Name(), j))
	})
	slices.Sort(order[:n])
	sample := make([]T, 0, n)
	for _, i := range order[:n] {
		sample = append(sample, all[i])
	}
	return sample
}

// hash returns a pseudo-random number for an index, which depends on the name of the test.
func hash(test string, index int) uint64 {
	sum := sha256.Sum256(fmt.Append(nil, index, test))
	return binary.BigEndian.Uint64(sum[:])
}

// Count returns n, or all in an exhaustive run. All must not be less than n. Use it for loops
// without a list, such as rounds and steps.
func Count(t testing.TB, n, all int) int {
	t.Helper()
	if n >= all || Exhaustive() {
		return all
	}
	t.Logf("tests %d of %d: set %s=1 to test all", n, all, EnvVar)
	return n
}

// Skip skips a test unless the run is exhaustive. The reason describes the test.
func Skip(t testing.TB, reason string) {
	t.Helper()
	if !Exhaustive() {
		t.Skipf("%s: set %s=1 to run it", reason, EnvVar)
	}
}
