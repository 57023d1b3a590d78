package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/fixtures/golden"
	"example.com/patmock/spec"
)

// fakeControl responds to one operation of the control API and records the request. It also
// responds to requests for the namespace, which some commands send first.
type fakeControl struct {
	t      *testing.T
	status int
	body   string
	base   string // URL of the namespace, if it is not fakeBase

	sent          string // method, address and body
	authorization string
}

// ServeHTTP implements http.Handler.
func (f *fakeControl) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	content, err := io.ReadAll(r.Body)
	if err != nil {
		f.t.Error(err)
	}
	f.sent = strings.TrimSpace(r.Method + " " + r.URL.RequestURI() + " " + string(content))
	f.authorization = r.Header.Get("Authorization")
	f.check(r, content)
	status, body := f.status, f.body
	if r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/_mock/namespace") {
		status, body = http.StatusOK, fakeNamespace
		if f.base != "" {
			body = strings.ReplaceAll(body, fakeBase, f.base)
		}
	}
	contentType := "application/json"
	if status >= 400 {
		contentType = "application/problem+json"
	}
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

var pathParameter = regexp.MustCompile(`\\\{[a-z]+\\\}`)

// check validates a request against the document.
func (f *fakeControl) check(r *http.Request, content []byte) {
	document, err := spec.Load(spec.Control)
	if err != nil {
		f.t.Error(err)
		return
	}
	_, path, _ := strings.Cut(r.URL.Path, "/_mock")
	path = "/_mock" + path
	i := slices.IndexFunc(document.Operations, func(o *spec.Operation) bool {
		pattern := "^" + pathParameter.ReplaceAllString(regexp.QuoteMeta(o.Path), "[^/]+") + "$"
		return o.Method == r.Method && regexp.MustCompile(pattern).MatchString(path)
	})
	if i < 0 {
		f.t.Errorf("the document has no %s %s", r.Method, path)
		return
	}
	var found []spec.Violation
	if contentType := r.Header.Get("Content-Type"); contentType == "application/json" {
		var value any
		if err := json.Unmarshal(content, &value); err != nil {
			f.t.Error(err)
		}
		found = document.Operations[i].ValidateRequest(f.t.Context(), contentType, value)
	}
	for _, v := range append(found, document.Operations[i].ValidateQuery(r.URL.Query())...) {
		f.t.Errorf("sent: %v", v)
	}
}

const (
	fakeBase      = "http://127.0.0.1:17280/t/a"
	fakeNamespace = `{"name":"a","baseUrl":"` + fakeBase +
		`","fixture":"default","tokens":3,"requests":0,"idleSeconds":90}`
	fakeClock   = `{"now":"2027-01-31T00:00:00Z","frozen":true,"offset":"+72h0m0s"}`
	fakeUser    = `{"user":"ann","userLevels":["USER"],"clientId":"c1","clientSecret":"s1"}`
	fakeRequest = `{"id":"r1","sequence":4,"time":"2027-01-31T00:00:00Z","durationMs":1.5,` +
		`"operation":"create","version":"v3",` +
		`"method":"POST","path":"/v3/personal-access-tokens","query":"a=b","status":400,` +
		`"owner":"ann","clientId":"c1","unmatched":false,` +
		`"forwarded":true,"fault":"f1","stub":"s1","findings":[{"kind":"unknown-property",` +
		`"detail":"/nam is ` +
		`no property"}],"reasons":["no name"],"notes":["a note"],` +
		`"request":{"header":{"Accept":["a","b"]},"body":"{\u001b[31m}","size":9,` +
		`"truncated":true},` +
		`"response":{"header":{"X":["y"]},"body":"","size":0,"truncated":false}}`
	fakeVerdict = `{"verified":false,"outcomes":[{"verified":true,"expected":"one list",` +
		`"actual":1,"matched":["r0"],"nearMisses":[]},` +
		`{"verified":false,"expected":"create 2 times","actual":0,"matched":[],` +
		`"nearMisses":[{"id":"r1","sequence":4,"request":"POST /x 400",` +
		`"differences":[{"pointer":"/status","expected":200,"actual":400},{"pointer":"/query/a",` +
		`"expected":"b","actual":null}]}]}]}`
)

// controlTest is a command line with the expected request and its response. The golden file has the
// expected output.
type controlTest struct {
	name   string
	args   string // separated by blanks; ~ is a blank in an argument
	status int
	body   string
	sent   string
	stdout string // output for a shell; empty for output for people
	code   int
	about  string // subject of the error
}

func testControl(t *testing.T, tests []controlTest) {
	t.Helper()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			fake := &fakeControl{t: t, status: test.status, body: test.body}
			server := httptest.NewServer(fake)
			defer server.Close()
			got := runControl(t, map[string]string{"PATMOCK_URL": server.URL}, test.args)
			if diff := cmp.Diff(test.sent, fake.sent); diff != "" {
				t.Errorf("sent (-want +got):\n%s", diff)
			}
			got.check(t, test.code, test.about)
			test.checkOutput(t, got)
		})
	}
}

// checkOutput checks that a command prints either the response of the mock on standard output or
// its error on standard error.
func (test controlTest) checkOutput(t *testing.T, got outcome) {
	t.Helper()
	prints := test.code <= cli.ExitFailed && test.status != http.StatusNoContent
	if prints != (got.stdout != "") || (test.code > cli.ExitFailed) != (got.stderr != "") {
		t.Errorf("stdout %q, stderr %q", got.stdout, got.stderr)
	}
	switch {
	case prints && strings.Contains(test.args, "--format json"):
		if diff := cmp.Diff(test.body, string(compact(t, []byte(got.stdout)))); diff != "" {
			t.Errorf("stdout (-body of the mock +got):\n%s", diff)
		}
	case test.stdout != "":
		if diff := cmp.Diff(test.stdout, got.stdout); diff != "" {
			t.Errorf("stdout (-want +got):\n%s", diff)
		}
	case got.stdout+got.stderr != "":
		checkMessage(t, golden.Key(t), got.stdout+got.stderr)
	}
}

// runControl runs a command line under control.
func runControl(t *testing.T, variables map[string]string, line string) outcome {
	t.Helper()
	args := []string{"control"}
	for _, arg := range strings.Fields(line) {
		args = append(args, strings.ReplaceAll(arg, "~", " "))
	}
	return command(t.Context(), variables, args...)
}
