package journal

import (
	"context"
	"encoding/json"
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

// Check tells what is wrong with a verification beyond what the document of the control surface says of it.
func Check(v control.Verification) []control.ProblemError {
	var found []control.ProblemError
	report := func(broken rule.ID, detail, pointer string, args ...any) {
		found = append(found, control.ProblemError{Pointer: fmt.Sprintf(pointer, args...), Detail: detail, Rule: string(broken)})
	}
	if len(v.Expect) == 0 {
		report(rule.VerifyExpectations, "expected at least one expectation", "/expect")
	}
	for i, e := range v.Expect {
		if e.Times != nil && (e.AtLeast != nil || e.AtMost != nil) {
			report(rule.VerifyExactNumber, "cannot stand beside atLeast or atMost: it is the exact number", "/expect/%d/times", i)
		}
		if e.AtLeast != nil && e.AtMost != nil && *e.AtLeast > *e.AtMost {
			report(rule.VerifyBounds, fmt.Sprintf("%d is more than atMost, which is %d", *e.AtLeast, *e.AtMost), "/expect/%d/atLeast", i)
		}
		for _, n := range []struct {
			name  string
			value *int
		}{{"times", e.Times}, {"atLeast", e.AtLeast}, {"atMost", e.AtMost}} {
			if n.value != nil && *n.value < 0 {
				report(rule.VerifyNumber, fmt.Sprintf("expected a number of requests, got %d", *n.value), "/expect/%d/%s", i, n.name)
			}
		}
	}
	if v.Timeout != "" {
		switch timeout, err := time.ParseDuration(v.Timeout); {
		case err != nil:
			report(rule.VerifyTimeout, fmt.Sprintf("expected a duration such as 2s or 500ms, got %s", redact.Quote(v.Timeout)), "/timeout")
		case timeout < 0 || timeout > maxTimeout:
			report(rule.VerifyTimeout, fmt.Sprintf("expected 0s to %s, got %s", maxTimeout, timeout), "/timeout")
		}
	}
	return found
}

// Verify tells whether the requests that are held are as expected. It waits for that up to the timeout, or until ctx
// ends, and answers as soon as all of it is true. The verification has passed [Check].
//
// In order, the requests that count for an expectation are those after the one that fulfilled the minimum of the
// expectation before; a request that came too early has a difference at /inOrder, which leads into the verification.
func (j *Journal) Verify(ctx context.Context, v control.Verification) control.Verdict {
	timeout, _ := time.ParseDuration(v.Timeout) // 0 where it is empty
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	e := newEvaluation(v)
	for over := false; ; {
		requests, changed := j.watch()
		counts, all := e.count(requests)
		if all || over {
			verdict := e.verdict(counts, all)
			verdict.Dropped = j.Dropped()
			return verdict
		}
		select {
		case <-changed:
		case <-ctx.Done():
			over = true // what came at the same moment still counts
		}
	}
}

// evaluation holds a verification against requests, again and again.
type evaluation struct {
	inOrder      bool
	expectations []expectation
	subjects     []*subject // what is held, kept so that no body is read twice
}

// expectation is one in terms of bounds. Most is negative where there is none.
type expectation struct {
	*matcher
	least, most int
}

// count is what an expectation found: requests before the one at start do not count.
type count struct {
	start   int
	matched []*subject
}

func newEvaluation(v control.Verification) *evaluation {
	e := &evaluation{inOrder: v.InOrder}
	for _, expected := range v.Expect {
		x := expectation{matcher: newMatcher(expected.Match), least: 1, most: -1}
		switch {
		case expected.Times != nil:
			x.least, x.most = *expected.Times, *expected.Times
		case expected.AtLeast != nil:
			x.least = *expected.AtLeast
		case expected.AtMost != nil:
			x.least = 0
		}
		if expected.AtMost != nil && expected.Times == nil {
			x.most = *expected.AtMost
		}
		e.expectations = append(e.expectations, x)
	}
	return e
}

func (x expectation) holds(n int) bool { return n >= x.least && (x.most < 0 || n <= x.most) }

// take makes subjects of requests, with those that there were.
func (e *evaluation) take(requests []*entry) {
	known := map[*entry]*subject{}
	for _, s := range e.subjects {
		known[s.entry] = s
	}
	e.subjects = make([]*subject, len(requests))
	for i, r := range requests {
		if e.subjects[i] = known[r]; e.subjects[i] == nil {
			e.subjects[i] = newSubject(r)
		}
	}
}

// count tells for each expectation what it found, and whether all of them hold.
func (e *evaluation) count(requests []*entry) (counts []count, all bool) {
	e.take(requests)
	start := 0
	all = true
	for _, x := range e.expectations {
		found := count{start: start}
		for i := start; i < len(e.subjects); i++ {
			if !x.matches(e.subjects[i]) {
				continue
			}
			found.matched = append(found.matched, e.subjects[i])
			if e.inOrder && len(found.matched) == x.least {
				start = i + 1
			}
		}
		counts = append(counts, found)
		all = all && x.holds(len(found.matched))
	}
	return counts, all
}

func (e *evaluation) verdict(counts []count, all bool) control.Verdict {
	verdict := control.Verdict{Verified: all, Outcomes: []control.Outcome{}}
	for i, x := range e.expectations {
		n := len(counts[i].matched)
		outcome := control.Outcome{
			Verified: x.holds(n), Expected: x.String(), Actual: n, Matched: []string{}, Nearest: []control.Miss{},
		}
		for _, s := range counts[i].matched[max(0, n-maxMatched):] {
			outcome.Matched = append(outcome.Matched, s.ID)
		}
		if n < x.least {
			outcome.Nearest = e.nearest(x, counts[i].start)
		}
		verdict.Outcomes = append(verdict.Outcomes, outcome)
	}
	return verdict
}

// nearest returns the requests with the fewest differences, the latest first among equals.
func (e *evaluation) nearest(x expectation, start int) []control.Miss {
	misses := []control.Miss{}
	for i, s := range slices.Backward(e.subjects) {
		differences := x.differences(s)
		if i < start {
			after := e.subjects[start-1].Sequence
			differences = append(differences, control.Difference{
				Pointer: "/inOrder", Expected: fmt.Sprintf("after request %d", after), Actual: fmt.Sprintf("request %d", s.Sequence),
			})
		}
		if len(differences) == 0 {
			continue // it counts
		}
		misses = append(misses, control.Miss{ID: s.ID, Sequence: s.Sequence, Request: describe(&s.Request), Differences: differences})
	}
	slices.SortStableFunc(misses, func(a, b control.Miss) int { return len(a.Differences) - len(b.Differences) })
	return misses[:min(len(misses), maxNearest)]
}

func describe(r *control.Request) string {
	if r.Status == 0 {
		return r.Method + " " + r.Path + " without an answer"
	}
	return r.Method + " " + r.Path + " " + strconv.Itoa(r.Status)
}

// String tells the expectation in words, such as: exactly 2 requests with operation create, status 201.
func (x expectation) String() string {
	var number string
	switch {
	case x.most == x.least:
		number = fmt.Sprintf("exactly %d", x.least)
	case x.most < 0:
		number = fmt.Sprintf("at least %d", x.least)
	case x.least == 0:
		number = fmt.Sprintf("at most %d", x.most)
	default:
		number = fmt.Sprintf("%d to %d", x.least, x.most)
	}
	noun := " requests"
	if max(x.least, x.most) == 1 {
		noun = " request"
	}
	return number + noun + x.words()
}

// words lists what is asked for, "" for anything.
func (c *matcher) words() string {
	m := c.match
	var words []string
	for _, text := range []struct{ name, value string }{
		{"operation", m.Operation},
		{"version", m.Version},
		{"method", m.Method},
		{"path", m.Path},
		{"owner", m.Owner},
		{"clientId", m.ClientID},
		{"fault", m.Fault},
		{"finding", m.Finding},
	} {
		if text.value != "" {
			words = append(words, text.name+" "+redact.String(text.value))
		}
	}
	if m.Status != 0 {
		words = append(words, "status "+strconv.Itoa(m.Status))
	}
	if m.Unmatched != nil {
		words = append(words, "unmatched "+strconv.FormatBool(*m.Unmatched))
	}
	for _, name := range c.header {
		words = append(words, "header "+redact.String(name)+": "+redactHeader(name, m.Header[name]))
	}
	for _, name := range c.query {
		words = append(words, "query "+redact.String(name)+"="+redact.Named(name, m.Query[name]))
	}
	if c.bodyIsAsked {
		text, _ := json.Marshal(c.body) // it was made from JSON
		words = append(words, "body "+clip(redact.Body(string(text))))
	}
	if len(words) == 0 {
		return ""
	}
	return " with " + strings.Join(words, ", ")
}
