package contracttests_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/patmock/contracttests"
	"example.com/patmock/contracttests/report"
	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/version"
)

// lint checks the clients of a mock. It returns the report and its result about unmatched paths.
func lint(
	t *testing.T, mock *mockserver.TestServer, options contracttests.LintOptions,
) (*report.Report, report.Result) {
	t.Helper()
	r, err := contracttests.LintClient(t.Context(), mock.Control(), options)
	if err != nil {
		t.Fatal(err)
	}
	for _, result := range r.Results {
		if result.ID == "client/"+control.UnmatchedPath {
			return r, result
		}
	}
	return r, report.Result{}
}

// request sends n requests to an unmatched path.
func request(t *testing.T, mock *mockserver.TestServer, n int) {
	t.Helper()
	for range n {
		response, err := http.Get(mock.URL + "/nothing")
		if err != nil {
			t.Fatal(err)
		}
		if err := response.Body.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestLintClient_RequiresRequests(t *testing.T) {
	mock := mockserver.Start(t)
	for _, allowed := range []bool{false, true} {
		r, _ := lint(t, mock, contracttests.LintOptions{AllowEmpty: allowed})
		want := report.Fail
		if allowed {
			want = report.Skip
		}
		if len(r.Results) != 1 || r.Results[0].Outcome != want ||
			r.Results[0].Kind != report.KindNoRequests || r.Counts[want] != 1 {
			t.Errorf("allowed %t: %+v", allowed, r.Results)
		}
		if hasRemedy := strings.Contains(r.Results[0].Message,
			"send requests"); hasRemedy == allowed {
			t.Errorf("allowed %t: message %q", allowed, r.Results[0].Message)
		}
		if warned := len(r.Warnings) > 0; warned != allowed {
			t.Errorf("allowed %t: warnings %v", allowed, r.Warnings)
		}
	}
}

// TestLintClient_LimitsExamples checks that findings beyond the shown ones are counted.
func TestLintClient_LimitsExamples(t *testing.T) {
	mock := mockserver.Start(t, mockserver.Config{JournalSize: 10})
	request(t, mock, 120)
	r, result := lint(t, mock, contracttests.LintOptions{})
	if result.Outcome != report.Fail || !strings.HasPrefix(result.Message, "120 ") ||
		result.Requests != 120 || r.Judged.Requests != 120 {
		t.Errorf("%s: %s, %d requests", result.Outcome, result.Message, result.Requests)
	}
	if last := result.Failures[len(result.Failures)-1]; len(result.Failures) != 51 ||
		last.Message != "and 70 more" {
		t.Errorf("%d failures, the last one is %q", len(result.Failures), last.Message)
	}
}

func TestLintClient_SkipsAllowedFindings(t *testing.T) {
	mock := mockserver.Start(t)
	// The second request repeats the first one.
	allow := []string{control.UnmatchedPath, control.RepeatedRejection}
	if err := mock.Control().AllowFindings(t.Context(), allow...); err != nil {
		t.Fatal(err)
	}
	request(t, mock, 2)
	if r, result := lint(t, mock, contracttests.LintOptions{}); result.Outcome != report.Skip ||
		result.Kind != report.KindAllowed || r.Counts[report.Fail] > 0 {
		t.Errorf("allowed before: %+v", result)
	}
	if err := mock.Control().Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	request(t, mock, 1)
	if _, result := lint(t, mock, contracttests.LintOptions{}); result.Outcome != report.Fail ||
		len(result.Failures) != 1 || len(result.Notes) != 1 {
		t.Errorf("allowed in part: %+v", result)
	}
	if _, result := lint(t, mock, contracttests.LintOptions{
		AllowedKinds: allow,
	}); result.Outcome != report.Skip || !strings.Contains(result.Message, "3") {
		t.Errorf("allowed by the check: %+v", result)
	}
	if _, result := lint(t, mock, contracttests.LintOptions{
		Clear: true,
	}); result.Outcome != report.Fail {
		t.Errorf("cleared: %+v", result)
	}
	if r, _ := lint(t, mock, contracttests.LintOptions{AllNamespaces: true}); len(r.Results) != 1 {
		t.Errorf("after they were cleared: %+v", r.Results)
	}
}

func TestLintClient_UnknownNamespace(t *testing.T) {
	mock := mockserver.Start(t)
	var problem *control.Problem
	_, err := contracttests.LintClient(t.Context(), mock.Control().WithNamespace("never"),
		contracttests.LintOptions{})
	if !errors.As(err, &problem) || problem.Status != http.StatusNotFound {
		t.Errorf("error %v", err)
	}
}

// A result names the property and the request of its first finding, and cites the document of its
// version.
func TestLintClient_NamesTheFinding(t *testing.T) {
	for _, v := range version.All() {
		t.Run(string(v), func(t *testing.T) {
			mock := mockserver.Start(t)
			client := mock.Client("admin")
			for _, body := range []string{`{"name":"a","colour":1}`, `{"name":"b","size":1}`} {
				response, err := client.Post(mock.URL+v.CollectionPath(), "application/json",
					strings.NewReader(body))
				if err != nil {
					t.Fatal(err)
				}
				if err := response.Body.Close(); err != nil {
					t.Fatal(err)
				}
			}
			before := time.Now() //nolint:forbidigo // the report has the real time
			r, err := contracttests.LintClient(t.Context(), mock.Control(),
				contracttests.LintOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if r.Started.Before(before) || r.Seconds <= 0 {
				t.Errorf("started %s, took %v s, want a time after %s", r.Started, r.Seconds,
					before)
			}
			i := slices.IndexFunc(r.Results, func(r report.Result) bool {
				return r.ID == "client/"+control.UnknownProperty
			})
			result := r.Results[i]
			for _, part := range []string{"2 ", "colour", "POST " + v.CollectionPath()} {
				if !strings.Contains(result.Message, part) {
					t.Errorf("message %q lacks %q", result.Message, part)
				}
			}
			for _, source := range result.Sources {
				if !strings.HasPrefix(source, string(v)+" #") {
					t.Errorf("source %q, want one of %s", source, v)
				}
			}
		})
	}
}
