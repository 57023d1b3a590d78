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
		t.Errorf("the tenant is not as it was (-before +after):\n%s", diff)
	}
}

// newCase is a case of its own.
func newCase(run func(t *contracttests.T)) contracttests.Case {
	return contracttests.Case{
		Version: version.V2026, Scenario: contracttests.Scenario{
			ID: "test/of-the-runner", Evidence: evidence.Published, Run: run,
		},
	}
}

// createInterceptor calls what a test wants before a create is answered.
type createInterceptor struct {
	next   http.RoundTripper
	before func()
}

func (a createInterceptor) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := a.next.RoundTrip(r)
	if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "personal-access-tokens") {
		a.before()
	}
	if r.Context().Err() != nil { // the answer is lost
		return nil, r.Context().Err()
	}
	return response, err
}

// revoking is a tenant whose access tokens end with the tokens that they were issued for.
type revoking struct {
	next    http.RoundTripper
	bearers map[string]string // by client id, as in Authorization
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

// bodyOf reads the body of a request, and leaves it there.
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

// deleteFailer is a tenant to which deletes do not come through.
type deleteFailer struct{ next http.RoundTripper }

func (f deleteFailer) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method == http.MethodDelete {
		return nil, errors.New("no route to host")
	}
	return f.next.RoundTrip(r)
}

// What may be left is an error, whatever else became of the scenario.
func TestWhatMayBeLeftIsAnError(t *testing.T) {
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
			t.Fatalf("not so")
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

// A failure that was found stays one, also where the target then lacks something.
func TestFailureBeforeALack(t *testing.T) {
	n := newTenant(t)
	runner, err := contracttests.NewRunner(n.target(), n.options())
	if err != nil {
		t.Fatal(err)
	}
	result := runner.Run(t.Context(), []contracttests.Case{newCase(func(t *contracttests.T) {
		t.Errorf("not so")
		t.SkipUnsupported("something", "a thing")
	})}).Results[0]
	if result.Outcome != report.Fail || result.Message != "not so" || result.Missing != nil {
		t.Errorf("%s: %q", result.Outcome, result.Message)
	}
}

// Whatever ends a scenario, what it made is removed.
func TestWhatIsMadeIsRemoved(t *testing.T) {
	for _, test := range []struct {
		name string
		// afterCreate is what happens when a create has come through, nil for nothing.
		afterCreate func(cancel func())
		run         func(t *contracttests.T, cancel func())
		want        report.Outcome // empty for none
		kind        report.Kind
	}{
		{"an interrupt", nil, func(t *contracttests.T, cancel func()) {
			t.Owner().MustCreate()
			t.Second().MustCreate()
			cancel()
			t.Owner().MustCreate()
		}, "", ""},
		{
			"an interrupt while a create is under way", func(cancel func()) {
				cancel()
			}, func(t *contracttests.T, _ func()) { t.Owner().MustCreate() }, "", "",
		},
		{"a panic", nil, func(t *contracttests.T, _ func()) {
			t.Owner().MustCreate()
			panic("no such thing")
		}, report.Error, report.KindPanic},
		{"a failure", nil, func(t *contracttests.T, _ func()) {
			t.Owner().MustCreate()
			t.Fatalf("not so")
		}, report.Fail, report.KindPromise},
		{"something that the target lacks", nil, func(t *contracttests.T, _ func()) {
			t.Owner().MustCreate()
			t.SkipUnsupported("something", "a thing")
		}, report.Skip, report.KindUnsupported},
		{"a raw request", nil, func(t *contracttests.T, _ func()) {
			t.Owner().Send(contracttests.Request{
				Method: http.MethodPost, Path: t.Version().CollectionPath(),
				ContentType: "application/json",
				Body: `{"name":"` + t.UniqueName() +
					`","expirationDate":"2026-11-22T13:00:00.000Z"}`,
			}).ExpectStatus(http.StatusOK)
		}, report.Pass, ""},
		{"a token whose maker's access token is revoked", nil, func(t *contracttests.T, _ func()) {
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
				t.Errorf("%d requests: nothing was made", guard.Stats().Requests)
			}
			checkUnchanged(t, before, n.state())
			if cleanupErr := guard.Leftovers(); len(cleanupErr) > 0 {
				t.Errorf("left: %v", cleanupErr)
			}
		})
	}
}
