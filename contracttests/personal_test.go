package contracttests_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"example.com/patmock/contracttests/report"
)

// peopleTenant is a tenant that changes the responses about identities.
type peopleTenant struct {
	*tenant
	change func(r *http.Response, body []byte) (status int, changed []byte)
}

func (p peopleTenant) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := p.tenant.RoundTrip(r)
	if err != nil || !strings.Contains(r.URL.Path, "identities") {
		return response, err
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	response.StatusCode, body = p.change(response, body)
	response.Header.Del("Content-Length")
	response.ContentLength, response.Body = -1, io.NopCloser(bytes.NewReader(body))
	return response, nil
}

var identityScenarios = regexp.MustCompile(`^identity/`)

// Reports of a tenant have no names and no mail addresses of its identities, in any place.
func TestReport_LeavesOutPersonalData(t *testing.T) {
	n := newTenant(t)
	target, o := n.target(), n.options()
	o.Run = identityScenarios
	target.HTTP = &http.Client{Transport: peopleTenant{n, withPersonalData}}
	result := n.contract(target, o)
	if result.Counts[report.Fail] < 10 {
		t.Fatalf("the tenant fulfills promises: %v", result.Counts)
	}
	text, err := json.Marshal(result)
	if err != nil {
		t.Fatal(err)
	}
	for _, personal := range []string{
		"Quincy", "quincy", "Smith", "smith", "555-0100", "Springfield", "corp.example",
	} {
		if i := strings.Index(string(text), personal); i >= 0 {
			t.Errorf("the report has %q: %s", personal, text[max(0, i-200):min(len(text), i+100)])
		}
	}
}

// withPersonalData returns identities with personal data that violate their document.
func withPersonalData(r *http.Response, body []byte) (status int, changed []byte) {
	change := func(i map[string]any) {
		i["name"], i["alias"] = `Quincy "Q" Smith`, "quincy.smith"
		i["isManager"] = "Quincy"
		i["attributes"] = map[string]any{"phone": "555-0100", "city": "Springfield"}
		for _, name := range []string{"email", "emailAddress"} {
			if _, present := i[name]; present {
				i[name] = "quincy@corp.example"
			}
		}
	}
	var list []map[string]any
	var one map[string]any
	switch {
	case r.StatusCode >= http.StatusBadRequest:
		return r.StatusCode, []byte(strings.ReplaceAll(string(body), "identity", "quincy.smith"))
	case json.Unmarshal(body, &list) == nil:
		for _, i := range list {
			change(i)
		}
		changed, _ = json.Marshal(list) // it was decoded
	case json.Unmarshal(body, &one) == nil:
		change(one)
		changed, _ = json.Marshal(one) // it was decoded
	}
	return r.StatusCode, changed
}

// A user without the right to identities skips their scenarios, which name the right.
func TestIdentities_SkipWithoutRight(t *testing.T) {
	n := newTenant(t)
	target, o := n.target(), n.options()
	o.Run = identityScenarios
	target.HTTP = &http.Client{Transport: peopleTenant{
		n,
		func(r *http.Response, _ []byte) (int, []byte) {
			return http.StatusForbidden, []byte(`{"detailCode":"403 Forbidden","trackingId":"` +
				r.Header.Get("Slpt-Request-Id") + `","causes":[],"messages":[{"locale":"en-US",` +
				`"localeOrigin":"DEFAULT","text":"No."}]}`)
		},
	}}
	result := n.contract(target, o)
	rights := 0
	for _, r := range result.Results {
		if r.Outcome != report.Skip {
			t.Errorf("%s has the outcome %s: %s", r.Name(), r.Outcome, r.Message)
		}
		if len(r.Missing) == 1 && r.Missing[0] == "identity-rights" {
			rights++
		}
	}
	if rights < 100 {
		t.Errorf("%d cases lack the right, want at least 100", rights)
	}
}

// All scenarios about identities that a tenant can run pass on a tenant as the mock is, through a
// guard without writes.
func TestIdentities_PassOnTenant(t *testing.T) {
	n := newTenant(t)
	target, o := n.target(), n.options()
	target.ReadOnly, o.Run = true, identityScenarios
	n.withGuard(&target)
	result := n.contract(target, o)
	if result.Counts[report.Pass] < 100 {
		t.Errorf("outcomes %v, want at least 100 passes", result.Counts)
	}
	for _, r := range result.Results {
		if r.Outcome != report.Pass && r.Outcome != report.Skip {
			t.Errorf("%s has the outcome %s: %s", r.Name(), r.Outcome, r.Message)
		}
	}
}

// An error may repeat a filter, which has a part of a mail address.
func TestReport_LeavesOutPersonalDataOfErrors(t *testing.T) {
	n := newTenant(t)
	target, o := n.target(), n.options()
	o.Run = identityScenarios
	target.HTTP = &http.Client{Transport: peopleTenant{
		n,
		func(r *http.Response, body []byte) (int, []byte) {
			filter, _ := json.Marshal("got " + r.Request.URL.Query().Get("filters")) // a string
			if !strings.Contains(string(filter), "email sw ") {
				return r.StatusCode, body
			}
			return http.StatusBadRequest, []byte(`{"detailCode":"400.1 Bad Request Content",` +
				`"trackingId":"` + r.Header.Get("Slpt-Request-Id") + `","causes":[],"messages":[` +
				`{"locale":"en-US","localeOrigin":"DEFAULT","text":` + string(filter) + `}]}`)
		},
	}}
	text, err := json.Marshal(n.contract(target, o))
	if err != nil || !strings.Contains(string(text), "email sw") {
		t.Fatalf("no report of the errors: %v", err)
	}
	if i := strings.Index(string(text), "@e"); i >= 0 {
		t.Errorf("the report has a part of an address: %s", text[max(0, i-200):i+20])
	}
}
