package control_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/fixtures/golden"
	"example.com/patmock/mockserver/control"
)

func TestClient_ReturnsProblem(t *testing.T) {
	_, url := startFake(t, http.StatusBadRequest,
		`{"type":"urn:problem-type:patmock:invalid-request","title":"Invalid request",`+
			`"status":400,`+
			`"detail":"the rule is wrong","rule":"invalid-request","errors":[{"pointer":"/status",`+
			`"detail":"expected one","rule":"invalid-request"}]}`)
	_, err := control.New(control.Config{URL: url}).AddFault(t.Context(), control.Fault{
		Operation: "list",
	})
	var got *control.Problem
	if !errors.As(err, &got) {
		t.Fatalf("got %v, want a problem", err)
	}
	want := &control.Problem{
		Type: "urn:problem-type:patmock:invalid-request", Title: "Invalid request", Status: 400,
		Detail: "the rule is wrong", Rule: "invalid-request",
		Errors: []control.ProblemError{
			{Pointer: "/status", Detail: "expected one", Rule: "invalid-request"},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	golden.Check(t, "testdata/errors.golden", golden.Key(t), err.Error())
}

func TestClient_DetectsOtherServer(t *testing.T) {
	tests := []struct {
		name        string
		status      int
		contentType string
		body        string
		mediaType   string // in the error
	}{
		{"not found", 404, "text/html", "<html>", "text/html"},
		{"no content type", 404, " ", "", ""},
		{"HTML page", 200, "text/html", "<html>", "text/html"},
		{"unexpected status", 201, "application/json", clockBody, "application/json"},
		{
			"problem of another type", 404, "application/problem+json",
			`{"type":"about:blank","status":404,"detail":"no"}`, "application/problem+json",
		},
		{
			"wrong content type", 404, "application/json",
			`{"type":"urn:problem-type:patmock:x","status":404,"detail":"no"}`, "application/json",
		},
		{
			"invalid problem", 404, "application/problem+json", `no`,
			"application/problem+json",
		},
		{"redirect", 302, "text/html", "", "text/html"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := startServer(t, test.status, test.contentType, test.body).Clock(t.Context())
			var got *control.NotPatmockError
			if !errors.As(err, &got) || got.StatusCode != test.status ||
				got.MediaType != test.mediaType {
				t.Fatalf("got %v, want a NotPatmockError with status %d and type %q", err,
					test.status, test.mediaType)
			}
			checkMessage(t, err)
		})
	}
}

var ports = regexp.MustCompile(`127\.0\.0\.1:[0-9]+/`)

// checkMessage compares the text of an error with the golden file. It replaces ports.
func checkMessage(t *testing.T, err error) {
	t.Helper()
	text := err.Error()
	if number, ok := errors.AsType[syscall.Errno](err); ok {
		text = strings.ReplaceAll(text, number.Error(), "ERROR OF THE SYSTEM")
	}
	golden.Check(t, "testdata/errors.golden", golden.Key(t),
		ports.ReplaceAllString(text, "ADDRESS/"))
}

func TestClient_RejectsUnexpectedJSON(t *testing.T) {
	_, err := startServer(t, http.StatusOK, "application/json; charset=utf-8",
		`[]`).Clock(t.Context())
	if !errors.Is(err, control.ErrUnexpectedBody) ||
		!errors.As(err, new(*json.UnmarshalTypeError)) {
		t.Errorf("got %v, want ErrUnexpectedBody", err)
	}
}

// A redirect never leads to a mock, and would turn a PUT into a GET.
func TestClient_DoesNotFollowRedirects(t *testing.T) {
	f, url := startFake(t, http.StatusOK, clockBody)
	moved := httptest.NewServer(http.RedirectHandler(url+"/_mock/clock", http.StatusFound))
	t.Cleanup(moved.Close)
	_, err := control.New(control.Config{URL: moved.URL}).Clock(t.Context())
	if err == nil || f.sent != nil {
		t.Errorf("got %v and %q, want an error and no further request", err, f.sent)
	}
}

func TestClient_Errors(t *testing.T) {
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	tests := []struct {
		name string
		call func() error
		want error
	}{
		{"no server", func() error {
			return control.New(control.Config{URL: gone.URL}).Reset(t.Context())
		}, control.ErrNoMock},
		{"canceled context", func() error {
			return control.New(control.Config{URL: gone.URL}).Reset(ended)
		}, context.Canceled},
		{"invalid URL", func() error {
			return control.New(control.Config{URL: "http://\x7f"}).Reset(t.Context())
		}, control.ErrAddress},
		{"empty id", func() error {
			return control.New(control.Config{URL: gone.URL}).RemoveFault(t.Context(), "")
		}, control.ErrName},
		{"id ..", func() error {
			_, err := control.New(control.Config{URL: gone.URL}).Request(t.Context(), "..")
			return err
		}, control.ErrName},
		{"namespace ..", func() error {
			return control.New(control.Config{URL: gone.URL, Namespace: ".."}).Reset(t.Context())
		}, control.ErrName},
		{"list by header", func() error {
			_, err := control.New(control.Config{URL: gone.URL}).Requests(t.Context(),
				control.Match{Header: map[string]string{"A": "b"}}, 0)
			return err
		}, control.ErrMatch},
		{"list by query", func() error {
			_, err := control.New(control.Config{URL: gone.URL}).Requests(t.Context(),
				control.Match{Query: map[string]string{"a": "b"}}, 0)
			return err
		}, control.ErrMatch},
		{"list by body", func() error {
			_, err := control.New(control.Config{URL: gone.URL}).Requests(t.Context(),
				control.Match{Body: "b"}, 0)
			return err
		}, control.ErrMatch},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := test.call()
			if !errors.Is(err, test.want) {
				t.Fatalf("got %v, want %v", err, test.want)
			}
			checkMessage(t, err)
		})
	}
}

func TestClient_RejectsUnencodableBody(t *testing.T) {
	f, url := startFake(t, http.StatusOK, "{}")
	_, err := control.New(control.Config{URL: url}).Verify(t.Context(), control.VerifyRequest{
		Expect: []control.Expectation{{Match: control.Match{Body: func() {}}}},
	})
	if !errors.As(err, new(*json.UnsupportedTypeError)) || f.sent != nil {
		t.Errorf("got %v and %q, want an error and no request", err, f.sent)
	}
}

func TestClient_SendsToken(t *testing.T) {
	f, url := startFake(t, http.StatusNoContent, "")
	for token, want := range map[string]string{"": "", "t0k3n": "Bearer t0k3n"} {
		if err := control.New(control.Config{
			URL: url, Token: token,
		}).WithNamespace("a").Reset(t.Context()); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, f.header.Get("Authorization")); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	}
}

// WithNamespace does not change its receiver.
func TestClient_WithNamespace(t *testing.T) {
	f, url := startFake(t, http.StatusNoContent, "")
	first := control.New(control.Config{URL: url, Namespace: "a"})
	tests := []struct {
		name   string
		client *control.Client
		want   string
	}{
		{"another", first.WithNamespace("b"), "POST /t/b/_mock/reset"},
		{"the default", first.WithNamespace(""), "POST /_mock/reset"},
		{"the first", first, "POST /t/a/_mock/reset"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if err := test.client.Reset(t.Context()); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{test.want}, f.sent); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// timeoutRecorder records the time limit of a request and sends no response.
type timeoutRecorder struct{ timeout time.Duration }

// RoundTrip implements http.RoundTripper.
func (r *timeoutRecorder) RoundTrip(request *http.Request) (*http.Response, error) {
	deadline, _ := request.Context().Deadline()
	r.timeout = time.Until(deadline)
	return nil, errors.New("no server")
}

// Verify extends the time limit by the timeout of the verification, even that of the caller's
// client.
func TestVerify_ExtendsTimeout(t *testing.T) {
	tests := []struct {
		name    string
		limit   time.Duration // of the caller's client
		timeout string
		want    time.Duration // at least; less than 20 s more
	}{
		{"no timeout", 0, "", 20 * time.Second},
		{"a timeout", 0, "100s", 120 * time.Second},
		{"a client with a limit", 5 * time.Second, "10s", 14 * time.Second},
		{"what is none", 0, "soon", 20 * time.Second},
		{"a negative one", 0, "-100s", 20 * time.Second},
		{"for ever", 0, "2562047h47m16s", 24*time.Hour + 20*time.Second},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := &timeoutRecorder{}
			c := control.New(control.Config{HTTP: &http.Client{Transport: r, Timeout: test.limit}})
			if _, err := c.Verify(t.Context(), control.VerifyRequest{
				Timeout: test.timeout,
			}); err == nil {
				t.Fatal("no error")
			}
			if r.timeout < test.want || r.timeout > test.want+20*time.Second {
				t.Errorf("timeout %s, want about %s", r.timeout, test.want)
			}
		})
	}
}

func TestClient_LimitsResponses(t *testing.T) {
	var written atomic.Int64 // MiB
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		part := []byte(strings.Repeat(" ", 1<<20))
		for range 256 {
			if _, err := w.Write(part); err != nil {
				return // the client had enough
			}
			written.Add(1)
		}
	}))
	t.Cleanup(server.Close)
	_, err := control.New(control.Config{URL: server.URL}).State(t.Context(),
		control.StateOptions{})
	if !errors.Is(err, control.ErrTooLarge) {
		t.Fatalf("got %v, want ErrTooLarge", err)
	}
	checkMessage(t, err)
	if got := written.Load(); got > 128 { // some is on its way
		t.Errorf("%d MiB were read", got)
	}
}
