package response_test

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/fixtures/golden"
	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/spec/rule"
)

// logLine returns the log line of a response, or nil if it is not logged.
func logLine(
	t testing.TB, info *response.RequestInfo, method, path, agent string, resp *response.Response,
) *record {
	t.Helper()
	var log bytes.Buffer
	r := response.RequestWithInfo(httptest.NewRequest(method, path, nil), info)
	r.Header.Set("User-Agent", agent)
	response.Writer{
		Log: slog.New(slog.NewJSONHandler(&log, nil)),
	}.Write(httptest.NewRecorder(), r, resp, acceptAll)
	switch lines := decodeLog(t, &log); len(lines) {
	case 0:
		return nil
	case 1:
		return &lines[0]
	default:
		t.Fatalf("got %d lines, want one: %+v", len(lines), lines)
		return nil
	}
}

func TestWrite_LogsRejection(t *testing.T) {
	const (
		noLine  = "" // no line is written
		anyLine = " "
		// phrase resembles a secret but must not be redacted.
		phrase = "requested by Prefer: code=401; /access_token: expected a string"
	)
	secret := strings.Repeat("0123456789abcdef", 4)
	tests := []struct {
		name    string
		info    response.RequestInfo
		method  string
		path    string
		agent   string
		status  int
		reasons []string
		want    string // part of the line, or noLine
	}{
		{
			"one reason",
			response.RequestInfo{},
			"GET", "/path", "Go/1", 400,
			[]string{"no name"},
			"no name",
		},
		{
			"several reasons",
			response.RequestInfo{},
			"GET", "/path", "Go/1", 400,
			[]string{"a", "b"},
			anyLine,
		},
		{
			"maximum number of reasons",
			response.RequestInfo{},
			"GET", "/path", "Go/1", 400,
			strings.Split("abcde", ""), anyLine,
		},
		{
			"one reason over the maximum",
			response.RequestInfo{},
			"GET", "/path", "Go/1", 400,
			strings.Split("abcdef", ""), anyLine,
		},
		{
			"too many reasons",
			response.RequestInfo{},
			"GET", "/path", "Go/1", 400,
			strings.Split("abcdefg", ""), anyLine,
		},
		{"no reason", response.RequestInfo{}, "GET", "/path", "Go/1", 400, nil, noLine},
		{
			"rejection with notes",
			response.RequestInfo{Notes: []string{"note"}},
			"GET", "/path",
			"Go/1", 400, nil, noLine,
		},
		{"success", response.RequestInfo{}, "GET", "/path", "Go/1", 200, []string{"why"}, noLine},
		{
			"success with notes",
			response.RequestInfo{Notes: []string{"a", "b"}},
			"GET", "/path",
			"Go/1", 200, nil, anyLine,
		},
		{
			"redirect with notes",
			response.RequestInfo{Notes: []string{"a"}},
			"GET", "/path",
			"Go/1", 399, nil, "399",
		},
		{
			"injected fault",
			response.RequestInfo{Overrides: response.Overrides{Faults: []string{"f1"}}},
			"GET",
			"/path", "Go/1", 500,
			[]string{"why"},
			"500",
		},
		{
			"unavailable",
			response.RequestInfo{},
			"GET", "/path", "Go/1", 503,
			[]string{"why"},
			"503",
		},
		{
			"user",
			response.RequestInfo{User: "jane.doe"},
			"GET", "/path", "Go/1", 400,
			[]string{"why"},
			"jane.doe",
		},
		{
			"first word of the agent",
			response.RequestInfo{},
			"GET", "/path", "Go/1 (linux)", 400,
			[]string{"why"},
			"Go/1",
		},
		{"no agent", response.RequestInfo{}, "GET", "/path", "", 400, []string{"why"}, anyLine},
		{
			"prefix",
			response.RequestInfo{Prefix: "/t/a"},
			"GET", "/path", "Go/1", 400,
			[]string{"why"},
			"/t/a/path",
		},
		{
			"query",
			response.RequestInfo{},
			"GET", "/path?client_secret=" + secret, "Go/1", 400,
			[]string{"why"},
			"/path",
		},
		{
			"escaped path",
			response.RequestInfo{},
			"GET", "/a%2Fb%20c", "Go/1", 400,
			[]string{"why"},
			"/a%2Fb%20c",
		},
		{
			"secret in the path",
			response.RequestInfo{},
			"GET", "/" + secret, "Go/1", 400,
			[]string{"why"},
			anyLine,
		},
		{
			"reason that resembles a secret",
			response.RequestInfo{},
			"GET", "/path", "Go/1", 401,
			[]string{phrase},
			phrase,
		},
		{
			"note that resembles a secret",
			response.RequestInfo{Notes: []string{phrase}},
			"GET",
			"/path", "Go/1", 200, nil, phrase,
		},
		{
			"secret in the method",
			response.RequestInfo{},
			secret, "/path", "Go/1", 400,
			[]string{"why"},
			anyLine,
		},
		{
			"secret in the namespace",
			response.RequestInfo{Prefix: "/t/" + secret},
			"GET",
			"/path", "Go/1", 400,
			[]string{"why"},
			anyLine,
		},
		{
			"secret in the user",
			response.RequestInfo{User: secret},
			"GET", "/path", "Go/1", 400,
			[]string{"why"},
			anyLine,
		},
		{
			"truncated secret",
			response.RequestInfo{},
			"GET",
			"/" + strings.Repeat("x", 180) + secret, "Go/1", 400,
			[]string{"why"},
			"[redacted]",
		},
		{
			"secret in the agent",
			response.RequestInfo{},
			"GET", "/path", secret, 400,
			[]string{"why"},
			anyLine,
		},
		{
			"line breaks",
			response.RequestInfo{},
			"GET", "/path", "Go/1", 400,
			[]string{"a\r\nb\u2028c\x1b[31m"},
			"a  b c [31m",
		},
		{
			"long method",
			response.RequestInfo{},
			strings.Repeat("G", 201), "/path", "Go/1", 400,
			[]string{"why"},
			strings.Repeat("G", 200) + "...",
		},
		{
			"path of maximum length",
			response.RequestInfo{},
			"GET", "/" + strings.Repeat("x", 199),
			"Go/1", 400,
			[]string{"why"},
			"/" + strings.Repeat("x", 199),
		},
		{
			"long path",
			response.RequestInfo{},
			"GET", "/" + strings.Repeat("x", 200), "Go/1",
			400,
			[]string{"why"},
			"/" + strings.Repeat("x", 199) + "...",
		},
		{
			"long agent with multibyte characters",
			response.RequestInfo{},
			"GET", "/path",
			"a" + strings.Repeat("é", 100), 400,
			[]string{"why"},
			"a" + strings.Repeat("é", 99) + "...",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			info := test.info
			resp := &response.Response{
				Status: test.status, Body: []byte(`{}`), Reasons: reasons(test.reasons),
			}
			got := logLine(t, &info, test.method, test.path, test.agent, resp)
			if (got != nil) != (test.want != noLine) {
				t.Fatalf("unexpected line: %+v", got)
			}
			if diff := cmp.Diff(reasons(test.reasons), info.Reasons); diff != "" {
				t.Errorf("reasons (-want +got):\n%s", diff)
			}
			if got == nil {
				return
			}
			wantRecord := record{Level: slog.LevelWarn, Msg: got.Msg}
			if test.status >= 400 {
				wantRecord.Rule = string(rule.InjectedFault)
			}
			if diff := cmp.Diff(wantRecord, *got); diff != "" {
				t.Errorf("line (-want +got):\n%s", diff)
			}
			if !strings.Contains(got.Msg, test.want) || strings.Contains(got.Msg, secret) ||
				strings.ContainsFunc(got.Msg, func(r rune) bool { return !unicode.IsPrint(r) }) {
				t.Errorf("line %q does not contain %q", got.Msg, test.want)
			}
			golden.Check(t, errorTexts, golden.Key(t), got.Msg)
		})
	}
}

// reasons returns reasons of one rule.
func reasons(texts []string) []response.Reason {
	var all []response.Reason
	for _, text := range texts {
		all = append(all, response.Reason{Rule: rule.InjectedFault, Text: text})
	}
	return all
}

// brokenWriter simulates a disconnected client.
type brokenWriter struct{ *httptest.ResponseRecorder }

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestWrite_LogsDisconnectAtDebugLevel(t *testing.T) {
	tests := []struct {
		name string
		body []byte
		want bool
	}{
		{"body", []byte(`{}`), true},
		{"no body", nil, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var log bytes.Buffer
			w := response.Writer{
				Log: slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{
					Level: slog.LevelDebug,
				})),
			}
			w.Write(brokenWriter{httptest.NewRecorder()},
				httptest.NewRequest(http.MethodGet, "/", nil),
				&response.Response{Status: 200, Body: test.body}, acceptAll)
			if got := slices.ContainsFunc(decodeLog(t, &log),
				func(r record) bool {
					return r.Level == slog.LevelDebug && r.Error == "broken pipe"
				}); got != test.want {
				t.Errorf("unexpected log: %q", &log)
			}
		})
	}
}

func TestLogRequest(t *testing.T) {
	for _, tt := range []struct {
		name   string
		info   response.RequestInfo
		status int
		level  slog.Level // of the logger
		want   string     // message, empty for no line
	}{
		{
			"served",
			response.RequestInfo{User: "ann"},
			200, slog.LevelInfo,
			"200 GET /path (ann, Go/1)",
		},
		{"no response", response.RequestInfo{}, 0, slog.LevelInfo, "no response GET /path (Go/1)"},
		{
			"faults",
			response.RequestInfo{Overrides: response.Overrides{Faults: []string{"a", "b"}}},
			204,
			slog.LevelInfo, "204 GET /path (Go/1): injected: a, b",
		},
		{
			"namespace",
			response.RequestInfo{Prefix: "/t/a"},
			200, slog.LevelInfo,
			"200 GET /t/a/path (Go/1)",
		},
		{
			"user that resembles a secret",
			response.RequestInfo{User: strings.Repeat("0123456789abcdef", 4)},
			200, slog.LevelInfo,
			"200 GET /path ([redacted], Go/1)",
		},
		{"already logged", response.RequestInfo{Logged: true}, 200, slog.LevelInfo, ""},
		{"below the log level", response.RequestInfo{}, 200, slog.LevelWarn, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var log bytes.Buffer
			r := response.RequestWithInfo(httptest.NewRequest(http.MethodGet, "/path", nil),
				&tt.info)
			r.Header.Set("User-Agent", "Go/1")
			writer := response.Writer{
				Log: slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: tt.level})),
			}
			writer.LogRequest(r, tt.status)
			writer.LogRequest(r, tt.status) // already logged
			var want []string
			if tt.want != "" {
				want = []string{tt.want}
			}
			var got []string
			for _, line := range decodeLog(t, &log) {
				got = append(got, line.Msg)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("messages (-want +got):\n%s", diff)
			}
		})
	}
}
