package control_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/fixtures/golden"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec"
)

func TestMain(m *testing.M) { golden.Main(m) }

// fake is a control API with a fixed response, valid by the OpenAPI document. It records the last
// request.
type fake struct {
	t        testing.TB
	document *spec.Document
	status   int
	body     string // JSON, or YAML if the client accepts it

	// sent has the method and the URL of the last request, followed by content type and body if
	// any.
	sent   []string
	header http.Header
}

// startFake starts a fake and returns its URL.
func startFake(t testing.TB, status int, body string) (*fake, string) {
	t.Helper()
	document, err := spec.Load(spec.Control)
	if err != nil {
		t.Fatal(err)
	}
	f := &fake{t: t, document: document, status: status, body: body}
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	return f, server.URL
}

var parameter = regexp.MustCompile(`\\\{[a-z]+\\\}`)

// operation returns the operation of a request, in any namespace.
func (f *fake) operation(r *http.Request) *spec.Operation {
	path := r.URL.EscapedPath()
	if rest, matched := strings.CutPrefix(path, "/t/"); matched {
		_, rest, _ = strings.Cut(rest, "/")
		path = "/" + rest
	}
	i := slices.IndexFunc(f.document.Operations, func(o *spec.Operation) bool {
		pattern := "^" + parameter.ReplaceAllString(regexp.QuoteMeta(o.Path), "[^/]+") + "$"
		return o.Method == r.Method && regexp.MustCompile(pattern).MatchString(path)
	})
	if i < 0 {
		f.t.Fatalf("the document has no %s %s", r.Method, path)
	}
	return f.document.Operations[i]
}

// ServeHTTP implements http.Handler.
func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o := f.operation(r)
	content, err := io.ReadAll(r.Body)
	if err != nil {
		f.t.Error(err)
	}
	f.sent, f.header = []string{r.Method + " " + r.URL.RequestURI()}, r.Header
	if contentType := r.Header.Get("Content-Type"); contentType != "" {
		f.sent = append(f.sent, contentType, string(content))
		value, err := spec.Decode(contentType, content)
		if err != nil {
			f.t.Error(err)
		}
		for _, v := range o.ValidateRequest(f.t.Context(), contentType, value) {
			f.t.Errorf("sent: %v", v)
		}
	}
	for _, v := range o.ValidateQuery(r.URL.Query()) {
		f.t.Errorf("sent: %v", v)
	}
	for _, name := range o.UnknownQuery(r.URL.Query()) {
		f.t.Errorf("sent: unknown parameter %s", name)
	}
	f.writeResponse(w, r, o)
}

func (f *fake) writeResponse(w http.ResponseWriter, r *http.Request, o *spec.Operation) {
	contentType := "application/json"
	switch {
	case f.body == "":
		contentType = ""
	case f.status >= 400:
		contentType = "application/problem+json"
	case strings.HasPrefix(r.Header.Get("Accept"), "application/yaml"):
		contentType = "application/yaml"
	}
	for _, v := range o.ValidateResponse(f.status, contentType, []byte(f.body)) {
		f.t.Errorf("response of the fake: %v", v)
	}
	if contentType != "" {
		w.Header().Set("Content-Type", contentType)
	}
	w.WriteHeader(f.status)
	if _, err := io.WriteString(w, f.body); err != nil {
		f.t.Error(err)
	}
}

// startServer starts a server with a fixed response, and returns a client.
func startServer(t testing.TB, status int, contentType, body string) *control.Client {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body) // the client may have disconnected
	}))
	t.Cleanup(server.Close)
	return control.New(control.Config{URL: server.URL})
}

// callTest is a test of one method.
type callTest struct {
	name   string
	status int
	body   string
	call   func(context.Context, *control.Client) (any, error)
	sent   []string // expected request
	want   any      // expected result
}

func testCalls(t *testing.T, tests []callTest) {
	t.Helper()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f, url := startFake(t, test.status, test.body)
			got, err := test.call(t.Context(), control.New(control.Config{URL: url + "/"}))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.sent, f.sent); diff != "" {
				t.Errorf("sent (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("result (-want +got):\n%s", diff)
			}
		})
	}
}

// marshalResult encodes the result of a method.
func marshalResult[T any](value T, err error) (any, error) { return value, err }

func discardResult(err error) (any, error) { return nil, err }
