package contracttests_test

import (
	"errors"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/patmock/contracttests"
	"example.com/patmock/contracttests/report"
	"example.com/patmock/contracttests/scenarios"
	"example.com/patmock/spec/version"
)

// A run stops when the target becomes unreachable. It makes no further requests, and the remaining
// scenarios do not fail.
func TestRun_StopsAtUnreachableTarget(t *testing.T) {
	mock := inProcess(t)
	credentials, err := mock.Control.Credentials(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	respond := func(status int, body string) func() (*http.Response, error) {
		return func() (*http.Response, error) {
			return &http.Response{
				StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}},
				Body: io.NopCloser(strings.NewReader(body)),
			}, nil
		}
	}
	for _, tt := range []struct {
		name     string
		respond  func() (*http.Response, error)
		aborted  bool
		requests int // after the target is unreachable: in that scenario and in three more
	}{
		//nolint:bodyclose // the client closes it
		{"login rejected", respond(401, `{"error":"invalid_client"}`), true, 4},
		//nolint:bodyclose // as above
		{"service unavailable", respond(503, "<html>maintenance</html>"), true, 4},
		//nolint:bodyclose // as above
		{"redirect", respond(302, ""), true, 4},
		{
			"no response", func() (*http.Response, error) {
				return nil, errors.New("connection refused")
			}, true, 4,
		},
		{"reachable", nil, false, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			requests, lost := 0, 0
			target := contracttests.Target{
				Name: "tenant", BaseURL: tenantURL, ReadOnly: true,
				Owner: contracttests.Credentials{
					ClientID:     credentials.Users[0].ClientID,
					ClientSecret: credentials.Users[0].ClientSecret,
				},
				HTTP: &http.Client{Transport: roundTrip(func(
					r *http.Request,
				) (*http.Response, error) {
					if requests++; requests > 20 && tt.respond != nil {
						lost++
						return tt.respond()
					}
					return mock.HTTP.Transport.RoundTrip(r)
				})},
			}
			o := contracttests.Options{
				Versions: []version.Version{version.V3},
				Run:      regexp.MustCompile("^(filter|list|errors)/"),
			}
			runner, err := contracttests.NewRunner(target, o)
			if err != nil {
				t.Fatal(err)
			}
			cases := contracttests.Select(scenarios.All(), o)
			got := runner.Run(t.Context(), cases)
			if (runner.Aborted() != nil) != tt.aborted || got.Interrupted != tt.aborted ||
				lost != tt.requests {
				t.Errorf("aborted: %v, interrupted: %v, %d requests after the target was "+
					"unreachable",
					runner.Aborted(), got.Interrupted, lost)
			}
			breaker := slices.IndexFunc(got.Warnings, func(w report.Warning) bool {
				return w.Kind == report.WarnCircuitBreaker
			})
			if (breaker >= 0) != tt.aborted {
				t.Errorf("warnings: %v", got.Warnings)
			} else if tt.aborted {
				checkMessage(t, got.Warnings[breaker].Text)
			}
			if !tt.aborted && (got.Counts[report.Pass] == 0 || len(got.Results) != len(cases)) {
				t.Errorf("%v of %d cases", got.Counts, len(cases))
			}
		})
	}
}

// If a token is revoked during a scenario, the cleanup does not retry the login for each created
// token.
func TestCleanup_DoesNotRetryRejectedLogin(t *testing.T) {
	n := newTenant(t)
	target, o := n.target(), n.options()
	tokens, rejected := 0, 0
	target.HTTP = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		if tokens == 2 {
			if r.URL.Path == "/oauth/token" {
				rejected++
			}
			return always{
				http.StatusUnauthorized, `{"error":"invalid_client"}`, n.Now(),
			}.RoundTrip(r)
		}
		if r.Method == http.MethodPost && r.URL.Path != "/oauth/token" {
			tokens++
		}
		return n.RoundTrip(r)
	})}
	o.ConsistencyTimeout, o.Run, o.Versions = time.Nanosecond,
		regexp.MustCompile("^create/makes-different-tokens"), []version.Version{version.V3}
	n.contract(target, o)
	if tokens != 2 || rejected != 1 {
		t.Errorf("%d tokens created and %d logins rejected, want 2 and 1", tokens, rejected)
	}
}

// roundTrip is an http.RoundTripper function.
type roundTrip func(r *http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
