package journal

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/redact"
	"example.com/patmock/spec/rule"
)

const (
	maxTimeout = time.Minute
	maxMatched = 100 // ids in an outcome
	maxNearest = 3
)

// Validate returns the errors of a verification that the document of the control API does not
// express.
func Validate(v control.VerifyRequest) []control.ProblemError {
	var problems []control.ProblemError
	report := func(violated rule.ID, detail, pointer string, args ...any) {
		problems = append(problems, control.ProblemError{
			Pointer: fmt.Sprintf(pointer, args...), Detail: detail, Rule: string(violated),
		})
	}
	if len(v.Expect) == 0 {
		report(rule.VerifyExpectations, "expected at least one expectation", "/expect")
	}
	for i, e := range v.Expect {
		if e.Times != nil && (e.AtLeast != nil || e.AtMost != nil) {
			report(rule.VerifyExactNumber, "cannot be combined with atLeast or atMost",
				"/expect/%d/times", i)
		}
		if e.AtLeast != nil && e.AtMost != nil && *e.AtLeast > *e.AtMost {
			report(rule.VerifyBounds,
				fmt.Sprintf("%d is greater than atMost, %d", *e.AtLeast, *e.AtMost),
				"/expect/%d/atLeast", i)
		}
		for _, n := range []struct {
			name  string
			value *int
		}{{"times", e.Times}, {"atLeast", e.AtLeast}, {"atMost", e.AtMost}} {
			if n.value != nil && *n.value < 0 {
				report(rule.VerifyNumber,
					fmt.Sprintf("expected a number that is not negative, got %d", *n.value),
					"/expect/%d/%s", i, n.name)
			}
		}
	}
	if v.Timeout != "" {
		switch timeout, err := time.ParseDuration(v.Timeout); {
		case err != nil:
			report(rule.VerifyTimeout,
				fmt.Sprintf("expected a duration such as 2s or 500ms, got %s",
					redact.Quote(v.Timeout)), "/timeout")
		case timeout < 0 || timeout > maxTimeout:
			report(rule.VerifyTimeout,
				fmt.Sprintf("expected 0s to %s, got %s", maxTimeout, timeout), "/timeout")
		}
	}
	return problems
}

// Verify reports whether the stored requests meet the expectations of v. It waits until they do,
// the timeout expires, or ctx ends. v must pass [Validate].
//
// With InOrder, an expectation counts only requests after the request that met the minimum of the
// previous expectation. For an earlier request, the result contains a difference at /inOrder, which
// is a pointer into the verification.
func (j *Journal) Verify(ctx context.Context, v control.VerifyRequest) control.VerifyResult {
	timeout, _ := time.ParseDuration(v.Timeout) // 0 if it is empty
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	e := newVerifier(v)
	for expired := false; ; {
		requests, changed := j.watch()
		e.read(requests)
		counts, all := e.count()
		if all || expired {
			return e.result(counts, all)
		}
		select {
		case <-changed:
		case <-ctx.Done():
			expired = true // a request at the same moment still counts
		}
	}
}

// verifier verifies expectations against the requests of a journal. It reads each request once.
type verifier struct {
	inOrder      bool
	expectations []expectation
	requests     entries // read so far
}

// expectation is an expectation with its bounds. max is negative if there is no maximum.
type expectation struct {
	matcher
	min, max int
	matched  []int // sequences of the stored requests that match, oldest first
}

// count holds the matching requests of an expectation. Requests before the sequence start do not
// count.
type count struct {
	start   int
	matched []int
}

func newVerifier(v control.VerifyRequest) *verifier {
	e := &verifier{inOrder: v.InOrder}
	for _, expected := range v.Expect {
		x := expectation{matcher: newMatcher(expected.Match), min: 1, max: -1}
		switch {
		case expected.Times != nil:
			x.min, x.max = *expected.Times, *expected.Times
		case expected.AtLeast != nil:
			x.min = *expected.AtLeast
		case expected.AtMost != nil:
			x.min = 0
		}
		if expected.AtMost != nil && expected.Times == nil {
			x.max = *expected.AtMost
		}
		e.expectations = append(e.expectations, x)
	}
	return e
}

func (x expectation) satisfied(n int) bool { return n >= x.min && (x.max < 0 || n <= x.max) }

// read matches the requests since the last call. It removes dropped requests from the matches.
func (e *verifier) read(requests entries) {
	if requests.cleared != e.requests.cleared { // sequences restart at 1
		e.requests = entries{}
		for i := range e.expectations {
			e.expectations[i].matched = nil
		}
	}
	s := &parsedRequest{}
	for r := range requests.after(e.requests.latest) {
		*s = parsedRequest{entry: r}
		for i := range e.expectations {
			if x := &e.expectations[i]; x.matches(s) {
				x.matched = append(x.matched, r.Sequence)
			}
		}
	}
	for i := range e.expectations {
		x := &e.expectations[i]
		for len(x.matched) > 0 && x.matched[0] < requests.oldest {
			x.matched = x.matched[1:]
		}
	}
	e.requests = requests
}

// count returns the matching requests of each expectation, and whether all expectations are met.
func (e *verifier) count() (counts []count, all bool) {
	start := 0
	all = true
	for _, x := range e.expectations {
		first, _ := slices.BinarySearch(x.matched, start)
		tally := count{start: start, matched: x.matched[first:]}
		if e.inOrder && x.min > 0 && len(tally.matched) >= x.min {
			start = tally.matched[x.min-1] + 1
		}
		counts = append(counts, tally)
		all = all && x.satisfied(len(tally.matched))
	}
	return counts, all
}

func (e *verifier) result(counts []count, all bool) control.VerifyResult {
	result := control.VerifyResult{
		Verified: all, Outcomes: []control.Outcome{}, Dropped: e.requests.dropped,
	}
	for i, x := range e.expectations {
		n := len(counts[i].matched)
		outcome := control.Outcome{
			Verified: x.satisfied(n), Expected: x.String(), Actual: n, Matched: []string{},
			NearMisses: []control.NearMiss{},
		}
		for _, sequence := range counts[i].matched[max(0, n-maxMatched):] {
			if r := e.requests.slot(sequence).Load(); r != nil { // nil if it was just dropped
				outcome.Matched = append(outcome.Matched, r.ID)
			}
		}
		if n < x.min {
			outcome.NearMisses = e.nearest(x, counts[i].start)
		}
		result.Outcomes = append(result.Outcomes, outcome)
	}
	return result
}

// nearest returns the requests with the fewest differences, the latest first among equals.
func (e *verifier) nearest(x expectation, start int) []control.NearMiss {
	misses, s := []control.NearMiss{}, &parsedRequest{}
	for r := range e.requests.backward() {
		*s = parsedRequest{entry: r}
		differences := x.differences(s)
		if r.Sequence < start {
			differences = append(differences, control.Difference{
				Pointer: "/inOrder", Expected: fmt.Sprintf("after request %d", start-1),
				Actual: fmt.Sprintf("request %d", r.Sequence),
			})
		}
		if len(differences) == 0 {
			continue // it matches
		}
		index := slices.IndexFunc(misses, func(m control.NearMiss) bool {
			return len(m.Differences) > len(differences)
		})
		if index < 0 {
			index = len(misses)
		}
		if index == maxNearest {
			continue
		}
		misses = slices.Insert(misses, index, control.NearMiss{
			ID: r.ID, Sequence: r.Sequence, Request: describe(&r.Request), Differences: differences,
		})
		misses = misses[:min(len(misses), maxNearest)]
	}
	return misses
}

func describe(r *control.Request) string {
	if r.Status == 0 {
		return r.Method + " " + r.Path + " without a response"
	}
	return r.Method + " " + r.Path + " " + strconv.Itoa(r.Status)
}

// String returns the expectation in words, such as: exactly 2 requests with operation create,
// status 201.
func (x expectation) String() string {
	var number string
	switch {
	case x.max == x.min:
		number = fmt.Sprintf("exactly %d", x.min)
	case x.max < 0:
		number = fmt.Sprintf("at least %d", x.min)
	case x.min == 0:
		number = fmt.Sprintf("at most %d", x.max)
	default:
		number = fmt.Sprintf("%d to %d", x.min, x.max)
	}
	noun := " requests"
	if max(x.min, x.max) == 1 {
		noun = " request"
	}
	if len(x.matcher) == 0 {
		return number + noun
	}
	var words []string
	for _, c := range x.matcher {
		words = append(words, c.description)
	}
	return number + noun + " with " + strings.Join(words, ", ")
}
