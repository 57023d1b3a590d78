package mockserver_test

import (
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver"
)

// With LogRequests, each request is logged in one line with the attributes of a rejection, except
// reads of the control API.
func TestLogRequests(t *testing.T) {
	const pats = "/v2026/personal-access-tokens"
	secret := strings.Repeat("0123456789abcdef", 4)
	for _, tt := range []struct {
		name, method, path, body string
		header                   http.Header
		level                    slog.Level
		start                    string // of the message; empty if there is no line
		operation                string
		has                      string
	}{
		{
			"served", "GET", pats + "?owner-id=me", "", nil, slog.LevelInfo,
			"200 GET " + pats + " (jane.doe, ", "list", "",
		},
		{
			"served without a body", "HEAD", "/oauth/info", "", nil, slog.LevelInfo, "200 HEAD ",
			"info", "",
		},
		{
			"rejected", "POST", pats, "{}", nil, slog.LevelWarn,
			"400 POST " + pats + " (jane.doe, ", "create", "name-required",
		},
		{
			"served with a note", "POST", pats,
			`{"name":"x","expirationDate":null,"userAwareTokenNeverExpires":true}`,
			http.Header{
				"User-Agent": {"SailPoint-SDK-Python/1.0"},
			},
			slog.LevelWarn, "200 POST ", "create", "",
		},
		{
			"login page of a tenant", "GET", "/oauth/info", "", nil, slog.LevelInfo,
			"200 GET /oauth/info (", "info", "",
		},
		{
			"preflight", "OPTIONS", pats, "", http.Header{
				"Origin": {"http://localhost:1"}, "Access-Control-Request-Method": {"GET"},
			}, slog.LevelInfo, "204 OPTIONS ", "", "",
		},
		{
			"fault of a rule", "GET", pats, "",
			http.Header{"Prefer": {"code=503"}},
			slog.LevelWarn,
			"503 GET ", "list", "",
		},
		{
			"change by the control API", "POST", "/_mock/clock/advance", `{"by":"1s"}`, nil,
			slog.LevelInfo, "200 POST /_mock/clock/advance (", "advanceClock", "",
		},
		{"read of the control API", "GET", "/_mock/health", "", nil, slog.LevelInfo, "", "", ""},
		{
			"rejected read of the control API", "GET", "/_mock/requests/x", "", nil, slog.LevelWarn,
			"404 GET /_mock/requests/x (", "getRequest", "",
		},
		{
			"secret in a path", "POST", "/_mock/" + secret, "", nil, slog.LevelWarn,
			"404 POST /_mock/", "", "",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var log records
			m := startWith(t, "default", mockserver.Config{Log: slog.New(&log), LogRequests: true})
			jane := m.as("jane.doe")
			r, err := http.NewRequest(tt.method, m.url+tt.path, strings.NewReader(tt.body))
			if err != nil {
				t.Fatal(err)
			}
			maps.Copy(r.Header, tt.header)
			if tt.body != "" {
				r.Header.Set("Content-Type", "application/json")
			}
			if tt.operation != "info" {
				r.Header.Set("Authorization", jane.authorization)
			}
			sent, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			_ = sent.Body.Close()
			got := log.about(testResponse{TB: t, header: sent.Header})
			if tt.start == "" {
				if got.message != "" {
					t.Errorf("unexpected log: %q", got.message)
				}
				return
			}
			if got.level != tt.level || !strings.HasPrefix(got.message, tt.start) ||
				!strings.Contains(got.message, tt.has) {
				t.Errorf("logged %v %q, want %v and %s...%s", got.level, got.message, tt.level,
					tt.start, tt.has)
			}
			if got.attrs["operation"] != tt.operation || got.attrs["namespace"] != "default" {
				t.Errorf("attributes = %v, want operation %q of the default namespace", got.attrs,
					tt.operation)
			}
			want := []string{"namespace", "operation", "requestId", "rule"}
			if diff := cmp.Diff(want, slices.Sorted(maps.Keys(got.attrs))); diff != "" {
				t.Errorf("attributes (-want +got):\n%s", diff)
			}
			if strings.Contains(got.message, secret) {
				t.Errorf("log %q contains a secret", got.message)
			}
		})
	}
}

// The line of a delayed request has the fault.
func TestLogRequests_Fault(t *testing.T) {
	var log records
	m := startWith(t, "default", mockserver.Config{Log: slog.New(&log), LogRequests: true})
	jane := m.as("jane.doe")
	jane.post("/_mock/faults",
		`{"id":"slow","operation":"list","latency":"1ms"}`).is(http.StatusCreated)
	got := log.about(jane.get(listOwn).is(http.StatusOK))
	if got.level != slog.LevelInfo || !strings.Contains(got.message, "slow") {
		t.Errorf("logged %v %q, want the fault slow", got.level, got.message)
	}
}
