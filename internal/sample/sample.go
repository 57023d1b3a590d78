// Package sample chooses what a test tries of a long list: a few by default, so that go test stays
// quick, and all of it with PATMOCK_EXHAUSTIVE=1, which .ci/run sets. Only tests import it.
//
// Which few is the same in every run: it follows from the name of the test. What is left out is
// logged.
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

// Variable is the environment variable that makes tests try everything.
const EnvVar = "PATMOCK_EXHAUSTIVE"

// Exhaustive reports whether tests try everything: with the variable, or if -run names subtests,
// which a sample would leave out without a word. It panics if the variable is neither true nor
// false, so that a typo does not leave anything out.
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

// Of returns n elements of all, in their order, or all of them in an exhaustive run.
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

// hash returns a number for an index that looks random, and is another in another test.
func hash(test string, index int) uint64 {
	sum := sha256.Sum256(fmt.Append(nil, index, test))
	return binary.BigEndian.Uint64(sum[:])
}

// Count returns n, or all in an exhaustive run, which may not be less. It is for loops without a
// list, such as rounds and steps.
func Count(t testing.TB, n, all int) int {
	t.Helper()
	if n >= all || Exhaustive() {
		return all
	}
	t.Logf("tries %d of %d: %s=1 tries all", n, all, EnvVar)
	return n
}

// Skip skips a test, unless the run is exhaustive. The reason says what is left out.
func Skip(t testing.TB, reason string) {
	t.Helper()
	if !Exhaustive() {
		t.Skipf("%s: %s=1 runs it", reason, EnvVar)
	}
}
