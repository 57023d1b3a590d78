package contract

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/contracttests"
	"example.com/patmock/contracttests/tenantguard"
	"example.com/patmock/fixtures/golden"
)

// The doctor reports possible problems of a run, and nothing else.
func TestDoctor_Warns(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	in := func(d time.Duration) *time.Time { at := now.Add(d); return &at }
	day := 24 * time.Hour
	of := func(role string, e tenantguard.ProbeResult) []identityReport {
		return []identityReport{{role, e}}
	}
	for _, tt := range []struct {
		name string
		d    diagnosis
		want doctorKind
	}{
		{
			"nothing",
			diagnosis{RealTenant: true, Writes: true, Tokens: 5, Identities: []identityReport{
				{"first", tenantguard.ProbeResult{InOwnList: true, Room: 5, Expires: in(14 * day)}},
				{"second", tenantguard.ProbeResult{InOwnList: true, Room: 5}},
				{
					"administrator", tenantguard.ProbeResult{
						InOwnList: true, Room: 5, CanListAll: true,
					},
				},
			}},
			"",
		},
		{
			"a token that ends soon",
			diagnosis{
				Identities: of("first", tenantguard.ProbeResult{
					InOwnList: true, Expires: in(14*day - 1),
				}),
			},
			tokenExpiresSoon,
		},
		{
			"a token that is not listed",
			diagnosis{Identities: of("first", tenantguard.ProbeResult{ClientID: "abc"})},
			tokenNotListed,
		},
		{
			"too little room",
			diagnosis{
				Writes: true, Tokens: 5,
				Identities: of("first", tenantguard.ProbeResult{InOwnList: true, Room: 4}),
			},
			tooFewTokens,
		},
		{
			"too little room that is not needed",
			diagnosis{
				Tokens:     5,
				Identities: of("first", tenantguard.ProbeResult{InOwnList: true, Room: 4}),
			},
			"",
		},
		{
			"the same user twice",
			diagnosis{Identities: []identityReport{
				{"first", tenantguard.ProbeResult{InOwnList: true, Identity: "ann"}},
				{"second", tenantguard.ProbeResult{InOwnList: true, Identity: "ann"}},
			}},
			sameUser,
		},
		{
			"a second administrator",
			diagnosis{
				Identities: of("second", tenantguard.ProbeResult{
					InOwnList: true, CanListAll: true,
				}),
			},
			secondIsAdmin,
		},
		{
			"an administrator who is none",
			diagnosis{Identities: of("administrator", tenantguard.ProbeResult{InOwnList: true})},
			adminIsNoAdmin,
		},
		{"a tenant that is only read", diagnosis{RealTenant: true}, noWrites},
		{"a clock ahead of ours", diagnosis{clock: clockAhead(2 * time.Hour)}, clockSkew},
		{"a clock behind ours", diagnosis{clock: clockAhead(-10 * time.Minute)}, clockSkew},
		{"a clock that is right enough", diagnosis{clock: clockAhead(2 * time.Second)}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.d.addWarnings(now)
			if tt.want == "" {
				if len(tt.d.Warnings) > 0 {
					t.Errorf("warnings %q, want none", tt.d.Warnings)
				}
				return
			}
			if len(tt.d.Warnings) != 1 || tt.d.Warnings[0].kind != tt.want {
				t.Fatalf("warnings %q, want one of %s", tt.d.Warnings, tt.want)
			}
			golden.Check(t, "testdata/messages.golden", golden.Key(t), tt.d.Warnings[0].text)
		})
	}
}

// Every feature has a remedy. If a missing feature needs a mock, the other remedies are omitted.
func TestRemedies_CoverFeatures(t *testing.T) {
	for _, need := range contracttests.Features() {
		if remedies[need].text == "" {
			t.Errorf("nothing is known to do about %s", need)
		}
	}
	for _, tt := range []struct {
		missing []string
		want    string
	}{
		{[]string{"clock"}, remedies[contracttests.Clock].text},
		{[]string{"writes", "clock"}, remedies[contracttests.Clock].text},
		{
			[]string{"writes", "admin"},
			remedies[contracttests.Writes].text + "; " + remedies[contracttests.Admin].text,
		},
		{[]string{"something unheard of"}, "-"},
		{[]string{"owner-full"}, "-"},
	} {
		if diff := cmp.Diff(tt.want, remedyOf(tt.missing, true)); diff != "" {
			t.Errorf("%v (-want +got):\n%s", tt.missing, diff)
		}
	}
}

// A patmock without a feature needs another profile.
func TestMergeSkipped_Patmock(t *testing.T) {
	got := mergeSkipped(map[string]int{
		"rate-limit": 30, "token-limit": 18, "scope-delay": 9, "rate-limit, scope-delay": 1,
	}, false)
	want := []skippedCases{
		{58, []string{"rate-limit", "scope-delay", "token-limit"}, faithfulRemedy},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(skippedCases{})); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	got = mergeSkipped(map[string]int{"something unheard of": 1}, false)
	if diff := cmp.Diff([]skippedCases{{1, []string{"something unheard of"}, noRemedy}}, got,
		cmp.AllowUnexported(skippedCases{})); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

// Rows with the same remedy are merged, whatever features their cases lack.
func TestMergeSkipped(t *testing.T) {
	got := mergeSkipped(map[string]int{
		"writes": 3, "writes, clock": 75, "clock, rate-limit": 6, "clock": 1, "seeds": 1,
		"writes, seeds": 3,
		"writes, admin": 5, "token-limit": 2, "scope-delay": 2, "owner-full": 1,
		"something unheard of": 1,
	}, true)
	want := []skippedCases{
		{82, []string{"clock"}, remedies[contracttests.Clock].text},
		{
			5,
			[]string{"writes", "admin"},
			remedies[contracttests.Writes].text + "; " + remedies[contracttests.Admin].text,
		},
		{4, []string{"scope-delay", "token-limit"}, remedies[contracttests.TokenLimit].text},
		{4, []string{"seeds"}, remedies[contracttests.SeededTokens].text},
		{3, []string{"writes"}, remedies[contracttests.Writes].text},
		{1, []string{"owner-full"}, noRemedy},
		{1, []string{"something unheard of"}, noRemedy},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(skippedCases{})); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	for lacks, want := range map[string]string{
		"seeds admin writes": "writes admin seeds", "other clock": "clock other",
	} {
		got := strings.Join(sortFeatures(strings.Fields(lacks)), " ")
		if got != want {
			t.Errorf("%s becomes %s, want %s", lacks, got, want)
		}
	}
}

// A dry run does not wait, and counts concurrent tokens.
func TestDryRun_CountsTokens(t *testing.T) {
	r := plan{}
	for _, x := range []struct {
		method, url, reply string
		status             int
	}{
		{"POST", "/v3/personal-access-tokens", `{"id":"a","secret":"s","owner":{"id":"ann"}}`, 200},
		{
			"POST", "//v1/personal-access-tokens", `{"id":"b","secret":"s","owner":{"id":"ann"}}`,
			200,
		},
		{"POST", "/v3/personal-access-tokens", `{"id":"c","secret":"s","owner":{"id":"bob"}}`, 200},
		{"POST", "/v3/personal-access-tokens", `{"messages":[]}`, 400},
		{"DELETE", "/v3/personal-access-tokens/a", "", 403},
		{"DELETE", "/v3/personal-access-tokens/b", "", 204},
		{"POST", "/v3/personal-access-tokens", `{"id":"d","secret":"s","owner":{"id":"ann"}}`, 200},
		{"POST", "/oauth/token", `{"access_token":"x"}`, 200},
		{"GET", "/identities/v1?limit=1", `[]`, 200},
		{"GET", "/personal-access-tokens/v1", `[]`, 200},
		{"GET", "/v3/public-identities", `[]`, 200},
	} {
		act := contracttests.Observation{}
		act.Exchanges = slices.Grow(act.Exchanges, 1)[:1]
		e := &act.Exchanges[0]
		e.Method, e.URL, e.ResponseBody, e.Status = x.method, inProcess+x.url, x.reply, x.status
		r.cases = append(r.cases, act)
	}
	if got := r.maxTokens(); got != 2 {
		t.Errorf("%d are alive at most, want 2", got)
	}
	if diff := cmp.Diff(map[string]int{"v3": 7, "v1": 3, "oauth": 1}, r.perVersion()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

// clockAhead returns a clock that is ahead of the local one.
func clockAhead(d time.Duration) *tenantguard.Clock {
	var clock tenantguard.Clock
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	clock.Observe(http.StatusOK, http.Header{"Date": {now.Add(d).Format(http.TimeFormat)}}, now,
		now)
	return &clock
}
