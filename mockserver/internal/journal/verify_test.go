package journal_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"example.com/patmock/fixtures/golden"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/journal"
	"example.com/patmock/spec/rule"
)

func TestMain(m *testing.M) { golden.Main(m) }

// sequenceOf returns a journal with a request for each word, which is its operation. The ids are
// r1, r2 and so on.
func sequenceOf(operations string) *journal.Journal {
	j := journal.New(journal.Config{})
	addAll(j, operations)
	return j
}

func addAll(j *journal.Journal, operations string) {
	for i, operation := range strings.Fields(operations) {
		capture(j, &control.Request{
			ID: fmt.Sprintf("r%d", i+1), Operation: operation, Method: "GET", Path: "/" + operation,
			Status: 200,
		})
	}
}

func expect(operation string) control.Expectation {
	return control.Expectation{Match: control.Match{Operation: operation}}
}

func exactly(operation string, n int) control.Expectation {
	e := expect(operation)
	e.Times = &n
	return e
}

func atLeast(operation string, n int) control.Expectation {
	e := expect(operation)
	e.AtLeast = &n
	return e
}

func atMost(operation string, n int) control.Expectation {
	e := expect(operation)
	e.AtMost = &n
	return e
}

func between(operation string, min, max int) control.Expectation {
	return control.Expectation{
		Match: control.Match{Operation: operation}, AtLeast: &min, AtMost: &max,
	}
}

// outcomes returns a line for each outcome: whether it is verified, the number of matches and their
// ids. It compares the texts of the expectations with the golden file.
func outcomes(t *testing.T, v control.VerifyResult) string {
	t.Helper()
	var lines, words []string
	for _, o := range v.Outcomes {
		lines = append(lines,
			fmt.Sprintf("%v %d %s", o.Verified, o.Actual, strings.Join(o.Matched, " ")))
		words = append(words, o.Expected)
	}
	golden.Check(t, "testdata/expectations.golden", golden.Key(t), strings.Join(words, "\n"))
	return strings.Join(lines, "\n")
}

func TestVerify_Counts(t *testing.T) {
	tests := []struct {
		name        string
		expectation control.Expectation
		want        string
	}{
		{"at least once", expect("a"), "true 2 r1 r3"},
		{"at least once, never sent", expect("c"), "false 0 "},
		{"exact", exactly("a", 2), "true 2 r1 r3"},
		{"too few", exactly("a", 3), "false 2 r1 r3"},
		{"too many", exactly("a", 1), "false 2 r1 r3"},
		{"none", exactly("c", 0), "true 0 "},
		{"some instead of none", exactly("a", 0), "false 2 r1 r3"},
		{"at least", atLeast("a", 2), "true 2 r1 r3"},
		{"not at least", atLeast("a", 3), "false 2 r1 r3"},
		{"at least zero", atLeast("c", 0), "true 0 "},
		{"at most", atMost("a", 2), "true 2 r1 r3"},
		{"more than at most", atMost("a", 1), "false 2 r1 r3"},
		{"at most, zero matches", atMost("c", 1), "true 0 "},
		{"between", between("a", 1, 3), "true 2 r1 r3"},
		{"below", between("a", 3, 4), "false 2 r1 r3"},
		{"above", between("a", 0, 1), "false 2 r1 r3"},
		{"anything", control.Expectation{}, "true 3 r1 r2 r3"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			result := sequenceOf("a b a").Verify(t.Context(), control.VerifyRequest{
				Expect: []control.Expectation{test.expectation},
			})
			if diff := cmp.Diff(test.want, outcomes(t, result)); diff != "" {
				t.Errorf("outcome (-want +got):\n%s", diff)
			}
			if want := strings.HasPrefix(test.want, "true"); result.Verified != want {
				t.Errorf("verified: %v, want %v", result.Verified, want)
			}
		})
	}
}

func TestVerify_InOrder(t *testing.T) {
	tests := []struct {
		name     string
		requests string
		expect   []control.Expectation
		want     string // matched ids of each, with a mark if it is not verified
	}{
		{"in order", "a b", []control.Expectation{expect("a"), expect("b")}, "r1, r2"},
		{"reverse order", "b a", []control.Expectation{expect("a"), expect("b")}, "r2, !"},
		{"once more after it", "b a b", []control.Expectation{expect("a"), expect("b")}, "r2, r3"},
		{"same twice", "a", []control.Expectation{expect("a"), expect("a")}, "r1, !"},
		{
			"same twice, sent twice", "a a",
			[]control.Expectation{expect("a"), expect("a")},
			"r1 r2, r2",
		},
		{
			"after the minimum", "a b a b",
			[]control.Expectation{atLeast("a", 2), expect("b")},
			"r1 r3, r4",
		},
		{
			"not after the minimum", "a b a",
			[]control.Expectation{atLeast("a", 2), expect("b")},
			"r1 r3, !",
		},
		{
			"exact counts all after", "a b a",
			[]control.Expectation{exactly("a", 1), expect("b")},
			"!r1 r3, r2",
		},
		{
			"no expectation", "b a",
			[]control.Expectation{atMost("a", 1), expect("b")},
			"r2, r1",
		},
		{"none after", "a b", []control.Expectation{expect("b"), exactly("a", 0)}, "r2, "},
		{"some after", "b a", []control.Expectation{expect("b"), exactly("a", 0)}, "r1, !r2"},
		{
			"after a failed expectation", "b a",
			[]control.Expectation{expect("c"), expect("b")},
			"!, r1",
		},
		{
			"three", "a b c",
			[]control.Expectation{expect("a"), expect("b"), expect("c")},
			"r1, r2, r3",
		},
		{
			"three, last too early", "c a b", []control.Expectation{
				expect("a"), expect("b"), expect("c"),
			}, "r2, r3, !",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			result := sequenceOf(test.requests).Verify(t.Context(), control.VerifyRequest{
				Expect: test.expect, InOrder: true,
			})
			var got []string
			for _, o := range result.Outcomes {
				mark := "!"
				if o.Verified {
					mark = ""
				}
				got = append(got, mark+strings.Join(o.Matched, " "))
			}
			if diff := cmp.Diff(test.want, strings.Join(got, ", ")); diff != "" {
				t.Errorf("matched (-want +got):\n%s", diff)
			}
			if want := !strings.Contains(test.want, "!"); result.Verified != want {
				t.Errorf("verified: %v, want %v", result.Verified, want)
			}
		})
	}
}

func TestVerify_AnyOrder(t *testing.T) {
	result := sequenceOf("b a").Verify(t.Context(), control.VerifyRequest{
		Expect: []control.Expectation{expect("a"), expect("b"), expect("b")},
	})
	const want = "true 1 r2\ntrue 1 r1\ntrue 1 r1"
	if diff := cmp.Diff(want, outcomes(t, result)); diff != "" || !result.Verified {
		t.Errorf("verified: %v, outcomes (-want +got):\n%s", result.Verified, diff)
	}
}

func TestVerify_ReportsNearMisses(t *testing.T) {
	j := journal.New(journal.Config{})
	for i, r := range []control.Request{
		{Operation: "list", Method: "GET", Path: "/a", Status: 200},
		{Operation: "create", Method: "POST", Path: "/a", Status: 400},
		{Operation: "create", Method: "POST", Path: "/a", Status: 201},
		{Operation: "create", Method: "POST", Path: "/a"},
		{Operation: "list", Method: "GET", Path: "/b", Status: 500},
	} {
		r.ID = fmt.Sprintf("r%d", i+1)
		capture(j, &r)
	}
	match := control.Match{Operation: "create", Status: 201}
	result := j.Verify(t.Context(), control.VerifyRequest{
		Expect: []control.Expectation{{Match: match, Times: new(2)}},
	})
	status := func(actual any) control.Difference {
		return control.Difference{Pointer: "/status", Expected: 201, Actual: actual}
	}
	operation := control.Difference{Pointer: "/operation", Expected: "create", Actual: "list"}
	want := control.VerifyResult{Outcomes: []control.Outcome{{
		Actual: 1, Matched: []string{"r3"},
		NearMisses: []control.NearMiss{
			{ID: "r4", Sequence: 4, Differences: []control.Difference{status(0)}},
			{ID: "r2", Sequence: 2, Differences: []control.Difference{status(400)}},
			{ID: "r5", Sequence: 5, Differences: []control.Difference{operation, status(500)}},
		},
	}}}
	words := []cmp.Option{
		cmpopts.IgnoreFields(control.Outcome{}, "Expected"),
		cmpopts.IgnoreFields(control.NearMiss{}, "Request"),
	}
	if diff := cmp.Diff(want, result, words...); diff != "" {
		t.Errorf("verdict (-want +got):\n%s", diff)
	}
	outcome := result.Outcomes[0]
	texts := []string{outcome.Expected}
	for _, nearMiss := range outcome.NearMisses {
		texts = append(texts, nearMiss.Request)
	}
	golden.Check(t, "testdata/expectations.golden", golden.Key(t), strings.Join(texts, "\n"))
}

func TestVerify_OmitsNearMissesIfSatisfied(t *testing.T) {
	for name, e := range map[string]control.Expectation{
		"enough": expect("a"), "too many": exactly("a", 0),
	} {
		t.Run(name, func(t *testing.T) {
			result := sequenceOf("a b").Verify(t.Context(), control.VerifyRequest{
				Expect: []control.Expectation{e},
			})
			if diff := cmp.Diff([]control.NearMiss{}, result.Outcomes[0].NearMisses); diff != "" {
				t.Errorf("nearest (-want +got):\n%s", diff)
			}
		})
	}
}

func TestVerify_ReportsEarlyRequests(t *testing.T) {
	result := sequenceOf("b c a").Verify(t.Context(), control.VerifyRequest{
		Expect: []control.Expectation{expect("a"), expect("b")}, InOrder: true,
	})
	want := []control.NearMiss{
		{
			ID: "r1", Sequence: 1,
			Differences: []control.Difference{{Pointer: "/inOrder"}},
		},
		{
			ID: "r3", Sequence: 3,
			Differences: []control.Difference{
				{Pointer: "/operation", Expected: "b", Actual: "a"}, {Pointer: "/inOrder"},
			},
		},
		{
			ID: "r2", Sequence: 2,
			Differences: []control.Difference{
				{Pointer: "/operation", Expected: "b", Actual: "c"}, {Pointer: "/inOrder"},
			},
		},
	}
	var texts []string
	for _, nearMiss := range result.Outcomes[1].NearMisses {
		texts = append(texts, nearMiss.Request)
		for i, d := range nearMiss.Differences {
			if d.Pointer == "/inOrder" {
				texts = append(texts, fmt.Sprintf("%s: %v, %v", d.Pointer, d.Expected, d.Actual))
				nearMiss.Differences[i].Expected, nearMiss.Differences[i].Actual = nil, nil
			}
		}
	}
	if diff := cmp.Diff(want, result.Outcomes[1].NearMisses,
		cmpopts.IgnoreFields(control.NearMiss{}, "Request")); diff != "" {
		t.Errorf("nearest (-want +got):\n%s", diff)
	}
	golden.Check(t, "testdata/expectations.golden", golden.Key(t), strings.Join(texts, "\n"))
}

func TestVerify_ListsLastHundred(t *testing.T) {
	result := sequenceOf(strings.Repeat("a ", 150)).Verify(t.Context(), control.VerifyRequest{
		Expect: []control.Expectation{expect("a")},
	})
	outcome := result.Outcomes[0]
	if outcome.Actual != 150 || len(outcome.Matched) != 100 || outcome.Matched[0] != "r51" {
		t.Errorf("%d requests, %d named from %s on, want 150, 100 from r51 on", outcome.Actual,
			len(outcome.Matched), outcome.Matched[0])
	}
}

func TestVerify_RedactsExpectations(t *testing.T) {
	match := control.Match{
		Operation: "a", Version: "b", Method: "c", Path: "/d", Status: 5, Owner: "e", ClientID: "f",
		Fault: "g", Finding: "h", Unmatched: new(true),
		Header: map[string]string{"Authorization": "Bearer hunter2", "X": "y"},
		Query:  map[string]string{"code": "hunter2", "z": "1"},
		Body:   map[string]any{"secret": "hunter2", "name": "n", "text": strings.Repeat("x", 300)},
	}
	result := journal.New(journal.Config{}).Verify(t.Context(), control.VerifyRequest{
		Expect: []control.Expectation{{Match: match}},
	})
	words := result.Outcomes[0].Expected
	if strings.Contains(words, "hunter2") {
		t.Errorf("text contains a secret: %s", words)
	}
	if strings.Contains(words, strings.Repeat("x", 200)) {
		t.Errorf("long text is not truncated: %s", words)
	}
	golden.Check(t, "testdata/expectations.golden", golden.Key(t), words)
}

// problemPosition has the machine-readable parts of an error in a verification.
type problemPosition struct {
	Pointer string
	Rule    rule.ID
}

func TestValidate_ReportsProblems(t *testing.T) {
	valid := []control.Expectation{expect("a")}
	tests := []struct {
		name         string
		verification control.VerifyRequest
		want         []problemPosition
	}{
		{"good", control.VerifyRequest{Expect: valid}, nil},
		{
			"valid", control.VerifyRequest{
				Expect:  []control.Expectation{exactly("a", 0), between("a", 2, 2), atMost("a", 0)},
				InOrder: true, Timeout: "1m",
			}, nil,
		},
		{"no timeout", control.VerifyRequest{Expect: valid, Timeout: "0s"}, nil},
		{
			"no expectations", control.VerifyRequest{}, []problemPosition{
				{"/expect", rule.VerifyExpectations},
			},
		},
		{
			"times beside atLeast",
			control.VerifyRequest{
				Expect: []control.Expectation{expect("a"), {Times: new(1), AtLeast: new(1)}},
			},
			[]problemPosition{{"/expect/1/times", rule.VerifyExactNumber}},
		},
		{
			"times beside atMost",
			control.VerifyRequest{Expect: []control.Expectation{{Times: new(1), AtMost: new(1)}}},
			[]problemPosition{{"/expect/0/times", rule.VerifyExactNumber}},
		},
		{
			"bounds crossed", control.VerifyRequest{
				Expect: []control.Expectation{between("a", 3, 2)},
			}, []problemPosition{{"/expect/0/atLeast", rule.VerifyBounds}},
		},
		{
			"negative",
			control.VerifyRequest{
				Expect: []control.Expectation{exactly("a", -1), between("a", -3, -2)},
			},
			[]problemPosition{
				{"/expect/0/times", rule.VerifyNumber},
				{"/expect/1/atLeast", rule.VerifyNumber},
				{"/expect/1/atMost", rule.VerifyNumber},
			},
		},
		{
			"timeout without a unit",
			control.VerifyRequest{Expect: valid, Timeout: "5"},
			[]problemPosition{
				{"/timeout", rule.VerifyTimeout},
			},
		},
		{
			"negative timeout",
			control.VerifyRequest{Expect: valid, Timeout: "-1s"},
			[]problemPosition{
				{"/timeout", rule.VerifyTimeout},
			},
		},
		{
			"long timeout", control.VerifyRequest{Expect: valid, Timeout: "61s"}, []problemPosition{
				{"/timeout", rule.VerifyTimeout},
			},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got []problemPosition
			var details []string
			for _, e := range journal.Validate(test.verification) {
				got, details = append(got, problemPosition{e.Pointer, rule.ID(e.Rule)}),
					append(details, e.Detail)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
			if details != nil {
				golden.Check(t, "testdata/problems.golden", golden.Key(t),
					strings.Join(details, "\n"))
			}
		})
	}
}
