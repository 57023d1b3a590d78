package contracttests_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/contracttests"
	"example.com/patmock/contracttests/report"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/version"
)

func checkUnchanged(t *testing.T, before, after map[string]any) {
	t.Helper()
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("the tenant has changed (-before +after):\n%s", diff)
	}
}

// newCase returns a case with a function.
func newCase(run func(t *contracttests.T)) contracttests.Case {
	return contracttests.Case{
		Version: version.V2026, Scenario: contracttests.Scenario{
			ID: "test/of-the-runner", Evidence: evidence.Published, Run: run,
		},
	}
}

// createInterceptor calls before when a create has reached the tenant, before its response.
type createInterceptor struct {
	next   http.RoundTripper
	before func()
}

func (a createInterceptor) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := a.next.RoundTrip(r)
	if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "personal-access-tokens") {
		a.before()
	}
	if r.Context().Err() != nil { // the response is lost
		return nil, r.Context().Err()
	}
	return response, err
}

// revoking is a tenant that revokes the access tokens of deleted tokens.
type revoking struct {
	next    http.RoundTripper
	bearers map[string]string // Authorization by client id
	revoked []string
}

func (v *revoking) RoundTrip(r *http.Request) (*http.Response, error) {
	if slices.Contains(v.revoked, r.Header.Get("Authorization")) {
		return newResponse(http.StatusUnauthorized, `{"error":"revoked"}`, r), nil
	}
	requestBody, err := bodyOf(r)
	if err != nil {
		return nil, err
	}
	response, err := v.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if r.Method == http.MethodDelete && response.StatusCode == http.StatusNoContent {
		v.revoked = append(v.revoked, v.bearers[r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]])
	}
	if !strings.HasSuffix(r.URL.Path, "/oauth/token") {
		return response, nil
	}
	body, err := io.ReadAll(response.Body)
	response.Body = io.NopCloser(bytes.NewReader(body))
	var issued struct {
		AccessToken string `json:"access_token"`
	}
	form, _ := url.ParseQuery(requestBody)
	if json.Unmarshal(body, &issued) == nil {
		v.bearers[form.Get("client_id")] = "Bearer " + issued.AccessToken
	}
	return response, err
}

// bodyOf returns the body of a request without consuming it.
func bodyOf(r *http.Request) (string, error) {
	if r.Body == nil {
		return "", nil
	}
	body, err := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	return string(body), err
}

func newResponse(status int, body string, r *http.Request) *http.Response {
	return &http.Response{
		StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(body)), Request: r,
	}
}

// deleteFailer is a tenant that deletes do not reach.
type deleteFailer struct{ next http.RoundTripper }

func (f deleteFailer) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method == http.MethodDelete {
		return nil, errors.New("no route to host")
	}
	return f.next.RoundTrip(r)
}

// Possible leftovers are an error, whatever the outcome of the scenario.
func TestCleanup_ReportsLeftovers(t *testing.T) {
	n := newTenant(t)
	target := n.target()
	target.HTTP = &http.Client{Transport: deleteFailer{n}}
	runner, err := contracttests.NewRunner(target, n.options())
	if err != nil {
		t.Fatal(err)
	}
	for _, run := range []func(t *contracttests.T){
		func(t *contracttests.T) { t.Owner().MustCreate() },
		func(t *contracttests.T) {
			t.Owner().MustCreate()
			t.SkipUnsupported("something", "a thing")
		},
		func(t *contracttests.T) {
			t.Owner().MustCreate()
			t.Fatalf("unexpected")
		},
	} {
		result := runner.Run(t.Context(), []contracttests.Case{newCase(run)}).Results[0]
		if result.Outcome != report.Error || result.Kind != report.KindLeftovers {
			t.Errorf("%s of the kind %s: %q, want %s of the kind %s", result.Outcome, result.Kind,
				result.Message, report.Error, report.KindLeftovers)
		}
		checkMessage(t, result.Message)
	}
}

// A failure remains even if the scenario then skips.
func TestSkipUnsupported_KeepsFailure(t *testing.T) {
	n := newTenant(t)
	runner, err := contracttests.NewRunner(n.target(), n.options())
	if err != nil {
		t.Fatal(err)
	}
	result := runner.Run(t.Context(), []contracttests.Case{newCase(func(t *contracttests.T) {
		t.Errorf("unexpected")
		t.SkipUnsupported("something", "a thing")
	})}).Results[0]
	if result.Outcome != report.Fail || result.Message != "unexpected" || result.Missing != nil {
		t.Errorf("%s: %q", result.Outcome, result.Message)
	}
}

// Created tokens are deleted, however a scenario ends.
func TestCleanup_DeletesTokens(t *testing.T) {
	for _, test := range []struct {
		name string
		// afterCreate is called when a create has reached the tenant. May be nil.
		afterCreate func(cancel func())
		run         func(t *contracttests.T, cancel func())
		want        report.Outcome // empty if there is no result
		kind        report.Kind
	}{
		{"interrupt", nil, func(t *contracttests.T, cancel func()) {
			t.Owner().MustCreate()
			t.Second().MustCreate()
			cancel()
			t.Owner().MustCreate()
		}, "", ""},
		{
			"interrupt during a create", func(cancel func()) {
				cancel()
			}, func(t *contracttests.T, _ func()) { t.Owner().MustCreate() }, "", "",
		},
		{"panic", nil, func(t *contracttests.T, _ func()) {
			t.Owner().MustCreate()
			panic("no such thing")
		}, report.Error, report.KindPanic},
		{"failure", nil, func(t *contracttests.T, _ func()) {
			t.Owner().MustCreate()
			t.Fatalf("unexpected")
		}, report.Fail, report.KindPromise},
		{"unsupported feature", nil, func(t *contracttests.T, _ func()) {
			t.Owner().MustCreate()
			t.SkipUnsupported("something", "a thing")
		}, report.Skip, report.KindUnsupported},
		{"raw request", nil, func(t *contracttests.T, _ func()) {
			t.Owner().Send(contracttests.Request{
				Method: http.MethodPost, Path: t.Version().CollectionPath(),
				ContentType: "application/json",
				Body: `{"name":"` + t.UniqueName() +
					`","expirationDate":"2026-11-22T13:00:00.000Z"}`,
			}).ExpectStatus(http.StatusOK)
		}, report.Pass, ""},
		{"revoked access token of the creator", nil, func(t *contracttests.T, _ func()) {
			creator := t.Owner().MustCreate()
			t.Login(creator.Credentials()).MustCreate()
			t.Owner().Delete(creator.ID).ExpectStatus(http.StatusNoContent)
		}, report.Pass, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			n := newTenant(t)
			target := n.target()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			target.HTTP = &http.Client{Transport: &revoking{next: n, bearers: map[string]string{}}}
			if test.afterCreate != nil {
				target.HTTP = &http.Client{Transport: createInterceptor{n, func() {
					test.afterCreate(cancel)
				}}}
			}
			guard := n.withGuard(&target)
			before := n.state()
			runner, err := contracttests.NewRunner(target, n.options())
			if err != nil {
				t.Fatal(err)
			}
			r := runner.Run(ctx, []contracttests.Case{newCase(func(t *contracttests.T) {
				test.run(t, cancel)
			})})
			if test.want == "" {
				if !r.Interrupted || len(r.Results) != 0 {
					t.Errorf("interrupted %t, results %+v", r.Interrupted, r.Results)
				}
			} else if got := r.Results[0]; got.Outcome != test.want || got.Kind != test.kind {
				t.Errorf("%s of the kind %q: %q, want %s of the kind %q", got.Outcome, got.Kind,
					got.Message, test.want, test.kind)
			} else if test.kind != "" {
				checkMessage(t, got.Message)
			}
			if guard.Stats().Requests < 3 {
				t.Errorf("%d requests: no token was created", guard.Stats().Requests)
			}
			checkUnchanged(t, before, n.state())
			if cleanupErr := guard.Leftovers(); len(cleanupErr) > 0 {
				t.Errorf("left: %v", cleanupErr)
			}
		})
	}
}
