package contracttests_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"example.com/patmock/contracttests"
	"example.com/patmock/contracttests/report"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/version"
)

// gateway is a proxy that responds to the requests that pick selects.
type gateway struct {
	next        http.RoundTripper
	status      int
	contentType string
	pick        func(r *http.Request) bool
}

func (g gateway) RoundTrip(r *http.Request) (*http.Response, error) {
	if !g.pick(r) {
		return g.next.RoundTrip(r)
	}
	body := "<html>maintenance</html>"
	if strings.HasSuffix(g.contentType, "json") {
		body = `{"detailCode":"503.0 Unavailable","trackingId":"1","messages":[{"locale":"en-US",` +
			`"localeOrigin":"DEFAULT","text":"down"}],"causes":[]}`
	}
	got := newResponse(g.status, body, r)
	got.Header.Set("Content-Type", g.contentType)
	return got, nil
}

func calls(method, path string) func(*http.Request) bool {
	return func(r *http.Request) bool {
		return r.Method == method && strings.Contains(r.URL.Path, path)
	}
}

// A response of a gateway is an error of the run, not a failed promise. This holds on a tenant and
// on a patmock, for reads, writes and logins, in HTML and JSON.
func TestGatewayError_IsNoFailure(t *testing.T) {
	const tokens = "personal-access-tokens"
	scenario := func(t *contracttests.T) {
		c := t.Owner()
		token := c.MustCreate()
		c.List("owner-id", "me").ExpectStatus(http.StatusOK)
		c.Patch(token.ID, contracttests.Op{
			"op": "replace", "path": "/name", "value": t.UniqueName(),
		}).ExpectStatus(http.StatusOK)
		c.Delete(token.ID).ExpectStatus(http.StatusNoContent)
	}
	tests := []struct {
		name string
		pick func(*http.Request) bool
		kind report.Kind
	}{
		{"create", calls(http.MethodPost, tokens), report.KindGateway},
		{"list", calls(http.MethodGet, tokens), ""}, // a tenant's cleanup reads the list, too
		{"patch", calls(http.MethodPatch, tokens), report.KindGateway},
		{"delete", calls(http.MethodDelete, tokens), report.KindLeftovers},
		{"login", calls(http.MethodPost, "/oauth/token"), ""},
	}
	for _, tt := range tests {
		for _, status := range []int{502, 503, 504} {
			for _, contentType := range []string{"text/html", "application/json"} {
				t.Run(fmt.Sprintf("%s/%d/%s", tt.name, status, contentType), func(t *testing.T) {
					n := newTenant(t)
					tenant, mock := n.target(), inProcess(t)
					for _, target := range []contracttests.Target{tenant, mock} {
						target.HTTP = &http.Client{
							Transport: gateway{target.HTTP.Transport, status, contentType, tt.pick},
						}
						runner, err := contracttests.NewRunner(target, n.options())
						if err != nil {
							t.Fatal(err)
						}
						got := runner.Run(t.Context(), []contracttests.Case{
							newCase(scenario),
						}).Results[0]
						if got.Outcome != report.Error || len(got.Failures) > 0 ||
							tt.kind != "" && got.Kind != tt.kind {
							t.Errorf("%s: %s of the kind %s: %s, %v", target.Name, got.Outcome,
								got.Kind, got.Message, got.Failures)
						}
					}
				})
			}
		}
	}
}

// A scenario that injects a fault may expect its status, but not that of a gateway.
func TestGatewayError_AllowsInjectedFaults(t *testing.T) {
	mock := inProcess(t)
	scenario := contracttests.Scenario{
		ID: "test/of-a-fault", Features: []contracttests.Feature{contracttests.Faults},
		Run: func(t *contracttests.T) {
			t.InjectFault(control.Fault{
				Operation: "list", Status: http.StatusServiceUnavailable, Times: 1,
			})
			t.Owner().List().ExpectStatus(http.StatusServiceUnavailable)
		},
	}
	never := func(*http.Request) bool { return false }
	tests := []struct {
		name string
		pick func(*http.Request) bool
		want report.Outcome
	}{
		{"injected fault", never, report.Pass},
		{"gateway", calls(http.MethodGet, "personal-access-tokens"), report.Error},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			target := mock
			target.HTTP = &http.Client{
				Transport: gateway{mock.HTTP.Transport, 503, "application/json", tt.pick},
			}
			got := run(t, target, contracttests.Case{Scenario: scenario, Version: version.V2026})[0]
			if got.Outcome != tt.want {
				t.Errorf("%s of the kind %s: %s", got.Outcome, got.Kind, got.Message)
			}
			if tt.want == report.Error {
				checkMessage(t, got.Message)
			}
		})
	}
}
