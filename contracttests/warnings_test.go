package contracttests_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"example.com/patmock/contracttests"
	"example.com/patmock/contracttests/report"
	"example.com/patmock/contracttests/scenarios"
)

// responseEditor is an http.RoundTripper that changes responses.
type responseEditor struct {
	next   http.RoundTripper
	change func(r *http.Request, response *http.Response)
}

func (w responseEditor) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := w.next.RoundTrip(r)
	if err == nil {
		w.change(r, response)
	}
	return response, err
}

// always is an http.RoundTripper that always returns the same response.
type always struct {
	status int
	body   string
	date   time.Time
}

func (a always) RoundTrip(r *http.Request) (*http.Response, error) {
	header := http.Header{
		"Content-Type": {"application/json"}, "Date": {a.date.UTC().Format(http.TimeFormat)},
	}
	return &http.Response{
		StatusCode: a.status, Header: header, Body: io.NopCloser(strings.NewReader(a.body)),
		Request: r,
	}, nil
}

// checkWarnings expects a single warning of a kind with its golden text, or none.
func checkWarnings(t *testing.T, want report.WarningKind, got []report.Warning) {
	t.Helper()
	if want == "" && len(got) == 0 {
		return
	}
	if len(got) != 1 || got[0].Kind != want {
		t.Errorf("warnings %v, want one of the kind %q", got, want)
		return
	}
	checkMessage(t, got[0].Text)
}

// A run that tested too little has a warning.
func TestWarnings(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	mock := inProcess(t)
	nothing := func(r *http.Request, response *http.Response) {
		if r.URL.Query().Has("filters") && response.StatusCode == http.StatusOK {
			response.Body = io.NopCloser(bytes.NewReader([]byte("[]")))
		}
	}
	otherTenant := contracttests.Target{
		Name: "other tenant", BaseURL: "http://127.0.0.1", Owner: contracttests.Credentials{
			ClientID: "a", ClientSecret: "b",
		},
	}
	for _, test := range []struct {
		name   string
		target contracttests.Target
		http   http.RoundTripper
		run    string
		want   report.WarningKind // empty if there is none
	}{
		{
			"only 401", otherTenant,
			always{401, `{"error":"no"}`, now},
			"^create/secret-is-shown-once/v3", report.WarnSameStatus,
		},
		{
			"only 404", otherTenant,
			always{404, `{}`, now},
			"^create/secret-is-shown-once/v3",
			report.WarnSameStatus,
		},
		{
			"wrong clock", otherTenant,
			always{200, `{}`, now.Add(31 * time.Second)},
			"^create/secret", report.WarnClockSkew,
		},
		{
			"clock within tolerance", otherTenant,
			always{200, `{}`, now.Add(30 * time.Second)},
			"^create/secret", "",
		},
		{
			"filters without a match", mock,
			responseEditor{mock.HTTP.Transport, nothing},
			"^filter/isnull-finds-the-unused/v3", report.WarnNoFilterMatch,
		},
		{"nothing", mock, mock.HTTP.Transport, "^filter/isnull-finds-the-unused/v3", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			target := test.target
			target.HTTP = &http.Client{Transport: test.http}
			options := contracttests.Options{Run: regexp.MustCompile(test.run)}
			if target.Control == nil {
				options.Now = func() time.Time { return now }
			}
			runner, err := contracttests.NewRunner(target, options)
			if err != nil {
				t.Fatal(err)
			}
			got := runner.Run(t.Context(), contracttests.Select(scenarios.All(), options))
			checkWarnings(t, test.want, got.Warnings)
			if test.want != "" && got.Counts[report.Pass] == len(got.Results) {
				t.Error("everything passed")
			}
		})
	}
}

// notFound is a 404 that fulfills the rules of every exchange.
const notFound = `{"detailCode":"404 Not found","trackingId":%q,"causes":[],` +
	`"messages":[{"locale":"en-US","localeOrigin":"DEFAULT","text":"Not found."}]}`

// Assumed promises and open questions are provisional on a real tenant, and may fail on a patmock.
func TestEvidence_ProvisionalOnTenantOnly(t *testing.T) {
	for _, test := range []struct {
		name, run  string
		realTenant bool
		want       report.Outcome
	}{
		{"published on a tenant", "^create/secret-is-shown-once/v3", true, report.Fail},
		{"assumed on a tenant", "^create/name-comes-back-as-it-was/v3", true, report.Provisional},
		{"open question on a tenant", "^create/name-taken-is-400/v3", true, report.Provisional},
		{"assumed on a patmock", "^create/name-comes-back-as-it-was/v3", false, report.Fail},
	} {
		t.Run(test.name, func(t *testing.T) {
			target := inProcess(t)
			next := target.HTTP.Transport
			target.HTTP = &http.Client{Transport: responseEditor{
				next,
				func(r *http.Request, response *http.Response) {
					if r.Method == http.MethodPost &&
						strings.Contains(r.URL.Path, "personal-access-tokens") {
						body := fmt.Sprintf(notFound, response.Header.Get("Slpt-Request-Id"))
						response.StatusCode, response.Body = http.StatusNotFound,
							io.NopCloser(strings.NewReader(body))
					}
				},
			}}
			if test.realTenant {
				target.Control = nil
				target.Owner = contracttests.Credentials{
					ClientID: strings.Repeat("face", 8), ClientSecret: strings.Repeat("face", 16),
				}
			}
			options := contracttests.Options{Run: regexp.MustCompile(test.run)}
			runner, err := contracttests.NewRunner(target, options)
			if err != nil {
				t.Fatal(err)
			}
			got := runner.Run(t.Context(), contracttests.Select(scenarios.All(), options))
			if len(got.Results) != 1 || got.Results[0].Outcome != test.want {
				t.Errorf("results %+v, want %s", got.Results, test.want)
			}
		})
	}
}
