package answer_test

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
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/answer"
	"example.com/patmock/spec"
	"example.com/patmock/spec/rule"
)

func TestStopped(t *testing.T) {
	tests := []struct {
		status int
		code   string
		text   string
	}{
		{400, "400.1 Bad request content", "The request was syntactically correct but its content is semantically invalid."},
		{403, "403 Forbidden", "The server understood the request but refuses to authorize it."},
		{404, "404 Not found", "The server did not find a current representation for the target resource."},
		{413, "413 Request Entity Too Large", "Request Entity Too Large"},
		{500, "500.0 Internal fault", "An internal fault occurred."},
		{503, "503 Service unavailable", "The server cannot take the request now."},
	}
	for _, test := range tests {
		t.Run(test.code, func(t *testing.T) {
			rw := httptest.NewRecorder()
			rw.Header().Set(answer.RequestID, "cede")
			const form = `{"detailCode":%q,"trackingId":"cede","messages":[{"locale":"en-US","localeOrigin":"DEFAULT","text":%[2]q},` +
				`{"locale":"und","localeOrigin":"REQUEST","text":%[2]q}],"causes":[{"locale":"en-US","localeOrigin":"DEFAULT","text":"because (rule injected-fault, published)"}]}`
			want := &answer.Answer{Status: test.status, Body: fmt.Appendf(nil, form, test.code, test.text), Reasons: []answer.Reason{because}}
			if diff := cmp.Diff(want, answer.Writer{}.ErrorForStatus(rw, test.status, because)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

var because = answer.Reason{Rule: rule.InjectedFault, Text: "because"}

func TestRateLimited(t *testing.T) {
	want := &answer.Answer{Status: 429, Body: []byte(`{"message":" Rate Limit Exceeded "}`), Reasons: []answer.Reason{because}}
	got := answer.Writer{}.RateLimited(because)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	d, err := spec.Load("v2026")
	if err != nil {
		t.Fatal(err)
	}
	if err := got.Verify(d.Operation("listPersonalAccessTokens").CheckResponse); err != nil {
		t.Error(err)
	}
}

func TestJSON(t *testing.T) {
	a, err := answer.JSON(http.StatusOK, map[string]int{"a": 1})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&answer.Answer{Status: 200, Body: []byte(`{"a":1}`)}, a); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := answer.JSON(http.StatusOK, make(chan int)); err == nil {
		t.Error("a channel became JSON")
	}
}

func TestVerify(t *testing.T) {
	a := &answer.Answer{Status: 200, Body: []byte(`{}`), ContentType: "application/yaml"}
	var asked string
	err := a.Verify(func(status int, contentType string, body []byte) []spec.Violation {
		asked = fmt.Sprint(status, " ", contentType, " ", string(body))
		return forbids(status, contentType, body)
	})
	var invalid *answer.Invalid
	if !errors.As(err, &invalid) || invalid.Status != 200 || len(invalid.Violations) != 1 || a.Checked {
		t.Errorf("%#v, checked %t", err, a.Checked)
	}
	if want := "answer 200 breaks its document: " + forbids(0, "", nil)[0].String(); err.Error() != want {
		t.Errorf("%s, want %s", err, want)
	}
	if asked != "200 application/yaml {}" {
		t.Errorf("asked about %s", asked)
	}
	if err := (&answer.Answer{Checked: true}).Verify(forbids); err != nil {
		t.Errorf("%v, and it was checked already", err)
	}
}

func TestServe(t *testing.T) {
	broken := errors.New("broken")
	teapot := func(_ http.ResponseWriter, _ *http.Request, err error) *answer.Answer {
		return &answer.Answer{Status: http.StatusTeapot, Body: []byte(`"` + err.Error() + `"`)}
	}
	tests := []struct {
		name   string
		err    error
		refuse answer.Refuse
		status int
		want   string
	}{
		{"answer", nil, teapot, 200, `"fine"`},
		{"answer without refusals", nil, nil, 200, `"fine"`},
		{"refusal", broken, teapot, 418, `"broken"`},
		{"fault", broken, nil, 500, string(answer.Writer{}.Error(httptest.NewRecorder(), 500, "500.0 Internal fault", "An internal fault occurred.").Body)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var log bytes.Buffer
			rw := httptest.NewRecorder()
			trace := &answer.Trace{Prefix: "/t/a", RequestID: "cede", Operation: "list", Namespace: "a"}
			r := answer.WithTrace(httptest.NewRequest(http.MethodGet, "/path", nil), trace)
			answer.Writer{Log: slog.New(slog.NewTextHandler(&log, nil))}.Serve(rw, r, allows, func(_ *http.Request, got *answer.Trace) (*answer.Answer, error) {
				if got != trace {
					t.Error("handles another trace")
				}
				return &answer.Answer{Status: 200, Body: []byte(`"fine"`)}, test.err
			}, test.refuse)
			if rw.Code != test.status || rw.Body.String() != test.want {
				t.Errorf("%d %s, want %d %s", rw.Code, rw.Body, test.status, test.want)
			}
			const line = `msg="patmock is at fault, please report it" method=GET path=/t/a/path requestId=cede operation=list namespace=a error=broken`
			if loud := bytes.Contains(log.Bytes(), []byte(line)); loud != (test.status == 500) {
				t.Errorf("log %s", &log)
			}
		})
	}
}

func TestTrace(t *testing.T) {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	answer.TraceOf(r).Note("nobody reads it")
	if diff := cmp.Diff(&answer.Trace{}, answer.TraceOf(r)); diff != "" {
		t.Errorf("without one (-want +got):\n%s", diff)
	}
	trace := &answer.Trace{}
	r = answer.WithTrace(r, trace)
	answer.TraceOf(r).Note("a")
	answer.TraceOf(r).Find(control.NoWait, "b")
	want := &answer.Trace{Notes: []string{"a"}, Findings: []control.Finding{{Kind: control.NoWait, Detail: "b"}}}
	if diff := cmp.Diff(want, trace); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestDate(t *testing.T) {
	at := time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		name string
		at   time.Time
		want string
	}{
		{"a whole second", at, "Sun, 01 Mar 2026 12:00:00 GMT"},
		{"a moment later", at.Add(1), "Sun, 01 Mar 2026 12:00:01 GMT"},
		{"a moment before the next", at.Add(time.Second - 1), "Sun, 01 Mar 2026 12:00:01 GMT"},
		{"in another zone", at.In(time.FixedZone("CET", 3600)), "Sun, 01 Mar 2026 12:00:00 GMT"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := answer.Date(test.at); got != test.want {
				t.Errorf("%s, want %s", got, test.want)
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
		{"public URL", "", "https://example.com/mock", "mock:8080", true, false, "https://example.com/mock"},
		{"public URL and namespace", "/t/a", "https://example.com", "mock:8080", false, true, "https://example.com/t/a"},
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
			r = answer.WithTrace(r, &answer.Trace{Prefix: test.prefix})
			if got := answer.BaseURL(r, test.public); got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
}
