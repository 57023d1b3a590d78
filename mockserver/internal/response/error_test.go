package response_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/fixtures/golden"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/dialect"
	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/spec"
	"example.com/patmock/spec/rule"
)

func TestErrorResponse_ByStatus(t *testing.T) {
	tests := []struct {
		status     int
		detailCode string
		published  string // empty if patmock's own text
	}{
		{
			400, "400.1 Bad request content",
			"The request was syntactically correct but its content is semantically invalid.",
		},
		{403, "403 Forbidden", "The server understood the request but refuses to authorize it."},
		{
			404, "404 Not found",
			"The server did not find a current representation for the target resource.",
		},
		{413, "413 Request Entity Too Large", ""},
		{500, "500.0 Internal fault", "An internal fault occurred."},
		{503, "503 Service unavailable", ""},
	}
	for _, test := range tests {
		t.Run(test.detailCode, func(t *testing.T) {
			got := errorResponse(&response.RequestInfo{RequestID: "cede"}, &response.Error{
				Status: test.status, Reasons: []response.Reason{testReason},
			})
			if diff := cmp.Diff([]response.Reason{testReason}, got.Reasons); diff != "" ||
				got.Status != test.status {
				t.Errorf("status %d, reasons (-want +got):\n%s", got.Status, diff)
			}
			body := decodeError(t, got.Body)
			text := body.Messages[0].Text
			want := errorBody{DetailCode: test.detailCode, TrackingID: "cede"}
			want.Messages = append(want.Messages, message{"en-US", "DEFAULT", text}, message{
				"und", "REQUEST", text,
			})
			want.Causes = append(want.Causes, message{"en-US", "DEFAULT", testReason.String()})
			if diff := cmp.Diff(want, body); diff != "" {
				t.Errorf("body (-want +got):\n%s", diff)
			}
			if test.published != "" && text != test.published {
				t.Errorf("message = %q, want %q", text, test.published)
			}
			golden.Check(t, errorTexts, golden.Key(t), text+"\n"+body.Causes[0].Text)
		})
	}
}

var testReason = response.Reason{Rule: rule.InjectedFault, Text: "because"}

// errorResponse returns the response to an error.
func errorResponse(info *response.RequestInfo, err error) *response.Response {
	r := response.RequestWithInfo(httptest.NewRequest(http.MethodGet, "/path", nil), info)
	return response.Writer{Log: slog.New(slog.DiscardHandler)}.ErrorResponse(r, err)
}

func TestErrorResponse_RateLimited(t *testing.T) {
	want := &response.Response{
		Status: 429, Body: []byte(`{"message":" Rate Limit Exceeded "}`),
		Reasons: []response.Reason{testReason},
	}
	got := errorResponse(&response.RequestInfo{},
		response.NewError(response.RateLimited, testReason))
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(response.Response{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	d, err := spec.Load("v2026")
	if err != nil {
		t.Fatal(err)
	}
	if err := got.Validate(d.Operation("listPersonalAccessTokens").ValidateResponse); err != nil {
		t.Error(err)
	}
}

func TestJSON(t *testing.T) {
	got, err := response.JSON(http.StatusOK, map[string]int{"a": 1})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&response.Response{Status: 200, Body: []byte(`{"a":1}`)}, got,
		cmp.AllowUnexported(response.Response{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := response.JSON(http.StatusOK, make(chan int)); err == nil {
		t.Error("encoding a channel succeeded, want an error")
	}
}

func TestValidate_ReturnsViolations(t *testing.T) {
	resp := &response.Response{Status: 200, Body: []byte(`{}`), ContentType: "application/yaml"}
	var args string
	err := resp.Validate(func(status int, contentType string, body []byte) []spec.Violation {
		args = fmt.Sprint(status, " ", contentType, " ", string(body))
		return rejectAll(status, contentType, body)
	})
	var invalid *response.ValidationError
	if !errors.As(err, &invalid) || invalid.Status != 200 || len(invalid.Violations) != 1 ||
		resp.Validated {
		t.Errorf("%#v, validated %t", err, resp.Validated)
	}
	golden.Check(t, errorTexts, golden.Key(t), err.Error())
	if args != "200 application/yaml {}" {
		t.Errorf("validated %s", args)
	}
	if err := (&response.Response{Validated: true}).Validate(rejectAll); err != nil {
		t.Errorf("already validated: %v", err)
	}
}

func TestReply(t *testing.T) {
	fine := &response.Response{Status: 200, Body: []byte(`"fine"`)}
	tests := []struct {
		name   string
		resp   *response.Response
		err    error
		status int
		want   string // in the body
	}{
		{"response", fine, nil, 200, `"fine"`},
		{
			"error with a status", nil,
			fmt.Errorf("list: %w", &response.Error{
				Status: http.StatusTeapot, Reasons: []response.Reason{testReason},
			}), 418, `"detailCode":"418 I'm a teapot"`,
		},
		{
			"error with a kind", nil, response.NewError(response.BadSyntax, testReason), 400,
			`"detailCode":"400.0 Bad request syntax"`,
		},
		{"disk error", nil, diskError{}, 503, `"text":"disk full"`},
		{"body over a limit", nil, &http.MaxBytesError{Limit: 7}, 413, "expected at most 7 bytes"},
		{"bug", nil, errors.New("broken"), 500, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var log bytes.Buffer
			rw := httptest.NewRecorder()
			info := &response.RequestInfo{
				Prefix: "/t/a", RequestID: "cede", Operation: "list", Namespace: "a",
			}
			r := response.RequestWithInfo(httptest.NewRequest(http.MethodGet, "/path", nil), info)
			response.Writer{
				Log: slog.New(slog.NewJSONHandler(&log, nil)),
			}.Reply(rw, r, acceptAll, test.resp, test.err)
			lines := decodeLog(t, &log)
			if test.status != http.StatusInternalServerError {
				if rw.Code != test.status || !strings.Contains(rw.Body.String(), test.want) {
					t.Errorf("%d %s, want %d with %s", rw.Code, rw.Body, test.status, test.want)
				}
				return
			}
			checkInternalError(t, rw, lines)
			got := lines[0]
			got.Msg, got.Level = "", 0
			want := record{
				RequestID: "cede", Namespace: "a", Operation: "list", Path: "/t/a/path",
				Rule: "fault", Error: "broken",
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("log (-want +got):\n%s", diff)
			}
			golden.Check(t, errorTexts, golden.Key(t),
				lines[0].Msg+"\n"+decodeError(t, rw.Body.Bytes()).Causes[0].Text)
		})
	}
}

// diskError is an error of a state file.
type diskError struct{}

func (diskError) Error() string          { return "disk full" }
func (diskError) UnwritablePath() string { return "/state" }

func TestReply_IgnoresDisconnectedClient(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	info := &response.RequestInfo{}
	r := response.RequestWithInfo(httptest.NewRequestWithContext(ctx, http.MethodGet, "/path", nil),
		info)
	rw := httptest.NewRecorder()
	response.Writer{Log: slog.New(slog.DiscardHandler)}.Reply(rw, r, acceptAll, nil, ctx.Err())
	if !info.Abort || rw.Body.Len() > 0 {
		t.Errorf("abort %t, wrote %s", info.Abort, rw.Body)
	}
}

// The same error has different forms for the API, the token endpoint and the control API.
func TestErrorResponse_Forms(t *testing.T) {
	bearer := response.Reason{Rule: rule.BearerRequired, Text: "no bearer"}
	late := response.Reason{Rule: rule.RequestTimeout, Text: "late"}
	wait := http.Header{"Retry-After": {"1"}}
	tests := []struct {
		name  string
		plain bool
		form  response.Form
		err   *response.Error
	}{
		{"API", false, response.API, response.NewError(response.Missing, testReason)},
		{
			"API, field", false, response.API, &response.Error{
				Kind: response.Illegal, Field: "/name", Reasons: []response.Reason{testReason},
			},
		},
		{
			"API, reason as message", true, response.API,
			response.NewError(response.RequestTimeout, late),
		},
		{"API, bearer", false, response.API, response.NewError(response.NoBearer, bearer)},
		{"API, bearer, faithful", true, response.API, response.NewError(response.NoBearer, bearer)},
		{
			"API, invalid bearer", false, response.API,
			response.NewError(response.InvalidBearer, bearer),
		},
		{
			"API, by status", false, response.API,
			&response.Error{Status: 503, Reasons: []response.Reason{testReason}, Header: wait},
		},
		{"OAuth", false, response.OAuth, response.NewError(response.NotFound, testReason)},
		{"OAuth, faithful", true, response.OAuth, response.NewError(response.NotFound, testReason)},
		{
			"OAuth, description", true, response.OAuth, &response.Error{
				Kind: response.BadSyntax, Description: "two\"grants", Reasons: []response.Reason{
					testReason,
				},
			},
		},
		{
			"OAuth, unauthorized by status", true, response.OAuth,
			&response.Error{Status: 401, Reasons: []response.Reason{testReason}},
		},
		{
			"OAuth, rate limit", false, response.OAuth,
			&response.Error{Status: 429, Reasons: []response.Reason{testReason}, Header: wait},
		},
		{"control API", false, response.Control, response.NewError(response.NotFound, testReason)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := response.RequestWithInfo(httptest.NewRequest(http.MethodGet, "/path", nil),
				&response.RequestInfo{Form: test.form})
			got := response.Writer{
				Faithful: test.plain, Log: slog.New(slog.DiscardHandler),
			}.ErrorResponse(r, test.err)
			body := string(got.Body)
			if strings.Contains(body, "detailCode") {
				body = decodeError(t, got.Body).Messages[0].Text
			}
			golden.Check(t, errorTexts, golden.Key(t),
				fmt.Sprint(got.Status, " ", got.Header, " ", body))
			if len(got.Reasons) != 1 || got.Reasons[0].Rule != test.err.Reasons[0].Rule {
				t.Errorf("unexpected reasons: %v", got.Reasons)
			}
		})
	}
}

func TestErrorResponse_Dialect(t *testing.T) {
	w := response.Writer{Log: slog.New(slog.DiscardHandler), Dialect: dialect.Dialect{
		"coded": {Status: 422, DetailCode: "422.1 No", Text: "no"}, "usual": {Status: 403},
		"bearer": {Status: 401, Text: "log in"},
		"grant":  {Error: "invalid_grant", Description: "no such grant"},
	}}
	tests := []struct {
		entry string
		form  response.Form
		want  string
	}{
		{"coded", response.API, `422 "detailCode":"422.1 No" "text":"no"`},
		{
			"usual", response.API,
			`403 "detailCode":"403 Forbidden" "text":"The server understood the request but ` +
				`refuses to authorize it."`,
		},
		{"bearer", response.API, `401 "error":"log in"`},
		{
			"grant", response.OAuth,
			`400 "error":"invalid_grant" "error_description":"no such grant"`,
		},
		{"unknown", response.API, `400 "detailCode":"400.1 Bad request content"`},
	}
	for _, test := range tests {
		t.Run(test.entry, func(t *testing.T) {
			r := response.RequestWithInfo(httptest.NewRequest(http.MethodGet, "/path", nil),
				&response.RequestInfo{Form: test.form})
			got := w.ErrorResponse(r, &response.Error{
				Kind: response.Invalid, Reasons: []response.Reason{testReason},
				DialectEntry: test.entry,
			})
			for i, part := range strings.SplitAfter(test.want, `" `) {
				part = strings.TrimSpace(part)
				if status, rest, _ := strings.Cut(part, " "); i == 0 {
					part = rest
					if strconv.Itoa(got.Status) != status {
						t.Errorf("status = %d, want %s", got.Status, status)
					}
				}
				if !strings.Contains(string(got.Body), part) {
					t.Errorf("%s\ndoes not contain %s", got.Body, part)
				}
			}
		})
	}
}

func TestInfoFrom(t *testing.T) {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	response.InfoFrom(r).AddNote("unread")
	if diff := cmp.Diff(&response.RequestInfo{}, response.InfoFrom(r)); diff != "" {
		t.Errorf("without info (-want +got):\n%s", diff)
	}
	info := &response.RequestInfo{}
	r = response.RequestWithInfo(r, info)
	response.InfoFrom(r).AddNote("a")
	response.InfoFrom(r).AddFinding(control.NoWait, "b", "c")
	want := &response.RequestInfo{
		Notes: []string{"a"}, Findings: []control.Finding{
			{Kind: control.NoWait, Detail: "b", Remedy: "c"},
		},
	}
	if diff := cmp.Diff(want, info); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestHTTPDate(t *testing.T) {
	noon := time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		name string
		noon time.Time
		want string
	}{
		{"full second", noon, "Sun, 01 Mar 2026 12:00:00 GMT"},
		{"nanosecond later", noon.Add(1), "Sun, 01 Mar 2026 12:00:01 GMT"},
		{"nanosecond before the next", noon.Add(time.Second - 1), "Sun, 01 Mar 2026 12:00:01 GMT"},
		{"another zone", noon.In(time.FixedZone("CET", 3600)), "Sun, 01 Mar 2026 12:00:00 GMT"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := response.HTTPDate(test.noon); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestBaseURL(t *testing.T) {
	local := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080}
	tests := []struct {
		name   string
		prefix string
		public string
		host   string
		local  bool
		tls    bool
		want   string
	}{
		{"host", "", "", "mock:8080", true, false, "http://mock:8080"},
		{"host by TLS", "", "", "mock:8080", false, true, "https://mock:8080"},
		{"namespace", "/t/a", "", "mock:8080", false, false, "http://mock:8080/t/a"},
		{"namespace by TLS", "/t/a", "", "mock", false, true, "https://mock/t/a"},
		{
			"public URL", "", "https://example.com/mock", "mock:8080", true, false,
			"https://example.com/mock",
		},
		{
			"public URL and namespace", "/t/a", "https://example.com", "mock:8080", false, true,
			"https://example.com/t/a",
		},
		{"no host", "", "", "", true, false, "http://127.0.0.1:8080"},
		{"no host, namespace by TLS", "/t/a", "", "", true, true, "https://127.0.0.1:8080/t/a"},
		{"no host and no address", "", "", "", false, false, "http://"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.Host, r.TLS = test.host, nil
			if test.tls {
				r.TLS = &tls.ConnectionState{}
			}
			if test.local {
				r = r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, local))
			}
			r = response.RequestWithInfo(r, &response.RequestInfo{Prefix: test.prefix})
			if got := response.BaseURL(r, test.public); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestWrite_RuleHeader(t *testing.T) {
	reason := func(id rule.ID) response.Reason { return response.Reason{Rule: id, Text: "because"} }
	tests := []struct {
		name      string
		nameRules bool
		reasons   []response.Reason
		want      []string
	}{
		{"disabled", false, []response.Reason{reason(rule.NameUnique)}, nil},
		{"no reason", true, nil, nil},
		{"one rule", true, []response.Reason{reason(rule.NameUnique)}, []string{"name-unique"}},
		{
			"two rules", true,
			[]response.Reason{reason(rule.NameUnique), reason(rule.ExpiryNever)},
			[]string{"name-unique, expiry-never"},
		},
		{
			"repeated rule", true,
			[]response.Reason{reason(rule.NameUnique), reason(rule.NameUnique)},
			[]string{"name-unique"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			rw := httptest.NewRecorder()
			w := response.Writer{Log: slog.New(slog.DiscardHandler), SendRuleHeader: test.nameRules}
			w.Write(rw, httptest.NewRequest(http.MethodGet, "/", nil), &response.Response{
				Status: 400, Body: []byte(`{}`), Reasons: test.reasons,
			}, acceptAll)
			if diff := cmp.Diff(test.want, rw.Header().Values(response.RuleHeader)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", response.RuleHeader, diff)
			}
		})
	}
}
