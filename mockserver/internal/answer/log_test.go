package answer_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/internal/answer"
	"example.com/patmock/spec/rule"
)

// told is what the log says of an answer, empty for nothing.
func told(t testing.TB, trace *answer.Trace, method, path, agent string, a *answer.Answer) string {
	t.Helper()
	var log bytes.Buffer
	r := answer.WithTrace(httptest.NewRequest(method, path, nil), trace)
	r.Header.Set("User-Agent", agent)
	answer.Writer{Log: slog.New(slog.NewJSONHandler(&log, nil))}.Write(httptest.NewRecorder(), r, a, allows)
	if log.Len() == 0 {
		return ""
	}
	var line struct{ Level, Msg string }
	if err := json.Unmarshal(log.Bytes(), &line); err != nil {
		t.Fatalf("%v: %s", err, &log)
	}
	return line.Level + " " + line.Msg
}

func TestLine(t *testing.T) {
	secret := strings.Repeat("0123456789abcdef", 4)
	tests := []struct {
		name   string
		trace  answer.Trace
		method string
		path   string
		agent  string
		status int
		why    []string
		want   string
	}{
		{"refusal", answer.Trace{}, "GET", "/path", "Go/1", 400, []string{"no name"}, "WARN 400 GET /path (Go/1): no name (rule injected-fault, published)"},
		{"several reasons", answer.Trace{}, "GET", "/path", "Go/1", 400, []string{"a", "b"}, "WARN 400 GET /path (Go/1): a (rule injected-fault, published); b (rule injected-fault, published)"},
		{"as many reasons as fit", answer.Trace{}, "GET", "/path", "Go/1", 400, strings.Split("abcde", ""), "WARN 400 GET /path (Go/1): a (rule injected-fault, published); b (rule injected-fault, published); c (rule injected-fault, published); d (rule injected-fault, published); e (rule injected-fault, published)"},
		{"one reason too many", answer.Trace{}, "GET", "/path", "Go/1", 400, strings.Split("abcdef", ""), "WARN 400 GET /path (Go/1): a (rule injected-fault, published); b (rule injected-fault, published); c (rule injected-fault, published); d (rule injected-fault, published); e (rule injected-fault, published); and 1 more"},
		{"too many reasons", answer.Trace{}, "GET", "/path", "Go/1", 400, strings.Split("abcdefg", ""), "WARN 400 GET /path (Go/1): a (rule injected-fault, published); b (rule injected-fault, published); c (rule injected-fault, published); d (rule injected-fault, published); e (rule injected-fault, published); and 2 more"},
		{"refusal without a reason", answer.Trace{}, "GET", "/path", "Go/1", 400, nil, ""},
		{"notes of a refusal are not told", answer.Trace{Notes: []string{"note"}}, "GET", "/path", "Go/1", 400, nil, ""},
		{"success", answer.Trace{}, "GET", "/path", "Go/1", 200, []string{"why"}, ""},
		{"success with notes", answer.Trace{Notes: []string{"a", "b"}}, "GET", "/path", "Go/1", 200, nil, "WARN 200 GET /path (Go/1): a; b"},
		{"redirect with notes", answer.Trace{Notes: []string{"a"}}, "GET", "/path", "Go/1", 399, nil, "WARN 399 GET /path (Go/1): a"},
		{"the mock's own fault has been told", answer.Trace{}, "GET", "/path", "Go/1", 500, []string{"why"}, ""},
		{"a fault that was asked for", answer.Trace{Faults: []string{"f1"}}, "GET", "/path", "Go/1", 500, []string{"why"}, "WARN 500 GET /path (Go/1): why (rule injected-fault, published)"},
		{"another failure", answer.Trace{}, "GET", "/path", "Go/1", 503, []string{"why"}, "WARN 503 GET /path (Go/1): why (rule injected-fault, published)"},
		{"user", answer.Trace{User: "jane.doe"}, "GET", "/path", "Go/1", 400, []string{"why"}, "WARN 400 GET /path (jane.doe, Go/1): why (rule injected-fault, published)"},
		{"first word of the agent", answer.Trace{}, "GET", "/path", "Go/1 (linux)", 400, []string{"why"}, "WARN 400 GET /path (Go/1): why (rule injected-fault, published)"},
		{"no agent", answer.Trace{}, "GET", "/path", "", 400, []string{"why"}, "WARN 400 GET /path (a client without User-Agent): why (rule injected-fault, published)"},
		{"prefix", answer.Trace{Prefix: "/t/a"}, "GET", "/path", "Go/1", 400, []string{"why"}, "WARN 400 GET /t/a/path (Go/1): why (rule injected-fault, published)"},
		{"query is not told", answer.Trace{}, "GET", "/path?client_secret=a", "Go/1", 400, []string{"why"}, "WARN 400 GET /path (Go/1): why (rule injected-fault, published)"},
		{"escapes stay", answer.Trace{}, "GET", "/a%2Fb%20c", "Go/1", 400, []string{"why"}, "WARN 400 GET /a%2Fb%20c (Go/1): why (rule injected-fault, published)"},
		{"a secret in the path", answer.Trace{}, "GET", "/" + secret, "Go/1", 400, []string{"why"}, "WARN 400 GET /[redacted] (Go/1): why (rule injected-fault, published)"},
		{"a secret in a reason", answer.Trace{}, "GET", "/path", "Go/1", 400, []string{"got " + secret}, "WARN 400 GET /path (Go/1): got [redacted] (rule injected-fault, published)"},
		{"a secret in a note", answer.Trace{Notes: []string{"client_secret=abc was sent"}}, "GET", "/path", "Go/1", 200, nil, "WARN 200 GET /path (Go/1): client_secret=[redacted] was sent"},
		{"a secret in the agent", answer.Trace{}, "GET", "/path", secret, 400, []string{"why"}, "WARN 400 GET /path ([redacted]): why (rule injected-fault, published)"},
		{"lines become one", answer.Trace{}, "GET", "/path", "Go/1", 400, []string{"a\r\nb\u2028c\x1b[31m"}, "WARN 400 GET /path (Go/1): a  b c [31m (rule injected-fault, published)"},
		{"a long method", answer.Trace{}, strings.Repeat("G", 201), "/path", "Go/1", 400, []string{"why"}, "WARN 400 " + strings.Repeat("G", 200) + "... /path (Go/1): why (rule injected-fault, published)"},
		{"a path that just fits", answer.Trace{}, "GET", "/" + strings.Repeat("x", 199), "Go/1", 400, []string{"why"}, "WARN 400 GET /" + strings.Repeat("x", 199) + " (Go/1): why (rule injected-fault, published)"},
		{"a long path", answer.Trace{}, "GET", "/" + strings.Repeat("x", 200), "Go/1", 400, []string{"why"}, "WARN 400 GET /" + strings.Repeat("x", 199) + "... (Go/1): why (rule injected-fault, published)"},
		{"a long agent, cut between characters", answer.Trace{}, "GET", "/path", "a" + strings.Repeat("é", 100), 400, []string{"why"}, "WARN 400 GET /path (a" + strings.Repeat("é", 99) + "...): why (rule injected-fault, published)"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			trace := test.trace
			a := &answer.Answer{Status: test.status, Body: []byte(`{}`), Reasons: reasons(test.why)}
			if diff := cmp.Diff(test.want, told(t, &trace, test.method, test.path, test.agent, a)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(reasons(test.why), trace.Reasons); diff != "" {
				t.Errorf("trace (-want +got):\n%s", diff)
			}
		})
	}
}

// reasons are texts of one rule.
func reasons(texts []string) []answer.Reason {
	var all []answer.Reason
	for _, text := range texts {
		all = append(all, answer.Reason{Rule: rule.InjectedFault, Text: text})
	}
	return all
}

// gone is a client that went away.
type gone struct{ *httptest.ResponseRecorder }

func (gone) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestAClientThatWentAwayIsToldQuietly(t *testing.T) {
	tests := []struct {
		name string
		body []byte
		want bool
	}{
		{"with a body", []byte(`{}`), true},
		{"without", nil, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var log bytes.Buffer
			w := answer.Writer{Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))}
			w.Write(gone{httptest.NewRecorder()}, httptest.NewRequest(http.MethodGet, "/", nil), &answer.Answer{Status: 200, Body: test.body}, allows)
			if got := strings.Contains(log.String(), `level=DEBUG msg="the client went away" error="broken pipe"`); got != test.want {
				t.Errorf("log %q", &log)
			}
		})
	}
}
