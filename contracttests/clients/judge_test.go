package clients_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// result is a line of a driver's output.
type result struct {
	Client  string `json:"client"`
	SDK     string `json:"sdk"`
	Version string `json:"version"`
	Step    string `json:"step"`
	Outcome string `json:"outcome"`
	Detail  string `json:"detail"`
}

func parse(t *testing.T, out string) []result {
	t.Helper()
	var results []result
	for line := range strings.Lines(out) {
		var r result
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Errorf("%v: %s", err, line)
			continue
		}
		results = append(results, r)
	}
	return results
}

// of returns the results of a step in a version.
func of(results []result, version, step string) []result {
	return slices.DeleteFunc(slices.Clone(results), func(r result) bool {
		return r.Version != version || r.Step != step
	})
}

// unexpected returns the results that belong to no step of the driver.
func (d driver) unexpected(results []result) []result {
	return slices.DeleteFunc(slices.Clone(results), func(r result) bool {
		return r.Client == d.client() && r.SDK == d.sdk && slices.Contains(d.versions, r.Version) &&
			slices.Contains(steps, r.Step)
	})
}

// judge returns the problem with the results of a step in a version, or "".
func (d driver) judge(version, step string, results []result) string {
	if len(results) != 1 {
		return fmt.Sprintf("the driver reported it %d times, expected once", len(results))
	}
	limited := d.limited(version, step)
	switch r := results[0]; {
	case r.Outcome == "limit" && !limited:
		return "a limit that is not listed: " + r.Detail
	case r.Outcome == "pass" && limited:
		return "it passes, but is listed as a limit: remove the limit"
	case r.Outcome == "pass", r.Outcome == "limit":
		return ""
	default:
		return fmt.Sprintf("%s: %s", r.Outcome, r.Detail)
	}
}

// limited reports whether a step in a version is a limit of the SDK.
func (d driver) limited(version, step string) bool {
	among := func(all []string, one string) bool { return all == nil || slices.Contains(all, one) }
	return slices.ContainsFunc(d.limits, func(l limit) bool {
		return among(l.versions, version) && among(l.steps, step)
	})
}

func TestJudge_ReportsProblems(t *testing.T) {
	d := driver{language: "C", sdk: "1", versions: []string{"v1", "v2", "v3"}, limits: []limit{
		{steps: []string{"token"}}, {steps: []string{"delete"}, versions: []string{"v2"}}, {
			versions: []string{"v3"},
		},
	}}
	for _, tt := range []struct {
		name, version, step string
		outcomes            []string
		want                string // prefix of the problem, or empty if there is none
	}{
		{"passed", "v1", "delete", []string{"pass"}, ""},
		{"known limit of every version", "v1", "token", []string{"limit"}, ""},
		{"known limit of a version", "v2", "delete", []string{"limit"}, ""},
		{"known limit of every step", "v3", "delete", []string{"limit"}, ""},
		{"unknown limit", "v1", "delete", []string{"limit"}, "a limit that is not listed"},
		{"limit that is gone", "v2", "delete", []string{"pass"}, "it passes, but is listed"},
		{"failed", "v1", "delete", []string{"fail"}, "fail: because"},
		{"failed at a limit", "v1", "token", []string{"fail"}, "fail: because"},
		{"unknown outcome", "v1", "delete", []string{"skip"}, "skip: because"},
		{"missing", "v1", "delete", nil, "the driver reported it 0 times"},
		{"repeated", "v1", "delete", []string{"pass", "pass"}, "the driver reported it 2 times"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			results := []result{{Version: "v1", Step: "list-me"}, {Version: "v2", Step: "list-me"}}
			for _, outcome := range tt.outcomes {
				results = append(results, result{
					Version: tt.version, Step: tt.step, Outcome: outcome, Detail: "because",
				})
			}
			got := d.judge(tt.version, tt.step, of(results, tt.version, tt.step))
			if !strings.HasPrefix(got, tt.want) || tt.want == "" && got != "" {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestUnexpected_FindsOtherResults(t *testing.T) {
	d := driver{language: "C", sdk: "1", versions: []string{"v1"}}
	expected := result{Client: "c", SDK: "1", Version: "v1", Step: "token"}
	for _, tt := range []struct {
		name   string
		change func(*result)
		want   int
	}{
		{"expected", func(*result) {}, 0},
		{"client", func(r *result) { r.Client = "d" }, 1},
		{"SDK", func(r *result) { r.SDK = "2" }, 1},
		{"version", func(r *result) { r.Version = "v2" }, 1},
		{"step", func(r *result) { r.Step = "guess" }, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			other := expected
			tt.change(&other)
			if got := d.unexpected([]result{expected, other}); len(got) != tt.want {
				t.Errorf("got %v, want %d unexpected results", got, tt.want)
			}
		})
	}
}

// A limit without a step or version would be in the README without a test.
func TestDrivers_LimitsNameStepsAndVersions(t *testing.T) {
	for _, d := range drivers {
		for _, l := range d.limits {
			for _, step := range l.steps {
				if !slices.Contains(steps, step) {
					t.Errorf("%s %s: unknown step %s", d.pkg, d.sdk, step)
				}
			}
			for _, version := range l.versions {
				if !slices.Contains(d.versions, version) {
					t.Errorf("%s %s has no version %s", d.pkg, d.sdk, version)
				}
			}
		}
	}
}
