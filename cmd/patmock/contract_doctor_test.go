package main

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/contracttests/report"
	"example.com/patmock/mockserver"
)

// diagnosis has the tested fields of doctor's JSON output.
type diagnosis struct {
	Identities           []struct{ ClientID, Name string }
	Run, Requests, Lists int
	Missing              map[string]int
	Skipped              map[string]string
	Clock                float64
}

func TestDoctor_ForecastsRun(t *testing.T) {
	t.Parallel() // it mostly waits
	const chosen = "^(ratelimit|lifecycle|list)/"
	limit := mockserver.Profile{Name: mockserver.ProfileFriendly, TokenLimit: 10}
	friendly, full := mockserver.Start(t), mockserver.Start(t, mockserver.Config{Profile: limit})
	for _, tt := range []struct {
		name, target string
		lacks        []string
	}{
		{"in process", "mock", nil},
		{"friendly", friendly.URL, []string{"rate-limit", "scope-delay", "token-limit"}},
		{"token limit", full.URL, []string{"rate-limit", "scope-delay"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			args := []string{"--target", tt.target, "--run", chosen, "--versions", "v3"}
			var d diagnosis
			got := command(t.Context(), nil,
				append([]string{"contract", "doctor", "--format", "json"}, args...)...)
			if err := json.Unmarshal([]byte(got.stdout), &d); err != nil {
				t.Fatalf("%v: %s%s", err, got.stdout, got.stderr)
			}
			var r report.Report
			got = command(t.Context(), nil,
				append([]string{"contract", "run", "--report", "json=-"}, args...)...)
			if err := json.Unmarshal([]byte(got.stdout), &r); err != nil {
				t.Fatalf("%v: %s%s", err, got.stdout, got.stderr)
			}
			skipped := map[string]string{}
			for _, result := range r.Results {
				if result.Outcome == report.Skip {
					skipped[result.Name()] = strings.Join(result.Missing, ", ")
				}
			}
			if diff := cmp.Diff(skipped, d.Skipped); diff != "" {
				t.Errorf("skipped (-run +diagnosis):\n%s", diff)
			}
			if d.Run != len(r.Results)-len(skipped) || d.Requests != int(r.Observed.Exchanges) ||
				d.Lists != int(r.Observed.Lists) {
				t.Errorf("%d cases, %d requests, %d lists, but a run has %+v of %d cases", d.Run,
					d.Requests, d.Lists, r.Observed, len(r.Results))
			}
			if lacks := slices.Sorted(maps.Keys(d.Missing)); !slices.Equal(lacks, tt.lacks) {
				t.Errorf("lacks %q, want %q", lacks, tt.lacks)
			}
		})
	}
}
