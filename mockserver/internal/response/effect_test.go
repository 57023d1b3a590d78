package response_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/spec"
	"example.com/patmock/spec/rule"
)

// writeGET writes the response to a GET of /path. It returns the log as well.
func writeGET(
	t testing.TB, info *response.RequestInfo, resp *response.Response, validate response.Validator,
) (rw *httptest.ResponseRecorder, log []record) {
	t.Helper()
	var buf bytes.Buffer
	w := response.Writer{Log: slog.New(slog.NewJSONHandler(&buf, nil))}
	rw = httptest.NewRecorder()
	w.Write(rw, response.RequestWithInfo(httptest.NewRequest(http.MethodGet, "/path", nil), info),
		resp, validate)
	return rw, decodeLog(t, &buf)
}

func rejectAll(int, string, []byte) []spec.Violation {
	return []spec.Violation{
		{In: spec.InBody, Expected: "another", Got: "this", Rule: "type", Subject: "here"},
	}
}

func TestWrite_AppliesEffect(t *testing.T) {
	type output struct {
		Status            int
		ContentType, Body string
	}
	const page = "<!DOCTYPE html>\n<html><head><title>Bad Gateway</title></head>\n<body><h1>Bad " +
		"Gateway</h1><hr>the gateway</body></html>\n"
	tests := []struct {
		name     string
		effect   response.Effect
		status   int
		body     []byte
		validate response.Validator
		want     output
	}{
		{
			"none", "", 200, []byte(`{"a":"b"}`), acceptAll,
			output{200, "application/json", `{"a":"b"}`},
		},
		{
			"truncated", response.Truncated, 200, []byte(`{"a":"b"}`), acceptAll,
			output{200, "application/json", `{"a"`},
		},
		{"truncated without body", response.Truncated, 204, nil, acceptAll, output{204, "", ""}},
		{
			"wrong type", response.WrongType, 200, []byte(`{"a":"b"}`), acceptAll,
			output{200, "text/plain; charset=utf-8", `{"a":"b"}`},
		},
		{"wrong type without body", response.WrongType, 204, nil, acceptAll, output{204, "", ""}},
		{
			"empty", response.Empty, 200, []byte(`{"a":"b"}`), acceptAll,
			output{200, "application/json", ""},
		},
		{"empty without a body", response.Empty, 204, nil, acceptAll, output{204, "", ""}},
		{
			"page", response.HTML, 502, []byte(`{"a":"b"}`), acceptAll,
			output{502, "text/html; charset=utf-8", page},
		},
		{
			"page with undeclared status", response.HTML, 502, []byte(`{}`), rejectAll,
			output{502, "text/html; charset=utf-8", page},
		},
		{
			"unknown effect", "melt", 200, []byte(`{}`), acceptAll,
			output{200, "application/json", `{}`},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			info := &response.RequestInfo{
				Overrides: response.Overrides{Effect: test.effect, Faults: []string{"f1"}},
			}
			resp := &response.Response{Status: test.status, Body: test.body}
			original := string(test.body)
			rw, _ := writeGET(t, info, resp, test.validate)
			if diff := cmp.Diff(test.want, output{
				rw.Code, rw.Header().Get("Content-Type"), rw.Body.String(),
			}); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if string(resp.Body) != original || resp.ContentType != "" {
				t.Errorf("the response itself changed to %s %s", resp.ContentType, resp.Body)
			}
			if rw.Header().Get(response.FaultHeader) != "f1" {
				t.Errorf("%s is %q, want f1", response.FaultHeader,
					rw.Header().Get(response.FaultHeader))
			}
		})
	}
}

func TestWrite_EffectsDoNotHideInternalErrors(t *testing.T) {
	for _, effect := range []response.Effect{
		response.Reset, response.Hang, response.Truncated, response.WrongType, response.Empty,
	} {
		t.Run(string(effect), func(t *testing.T) {
			info := &response.RequestInfo{
				Overrides: response.Overrides{Effect: effect, Faults: []string{"f1"}},
			}
			rw, log := writeGET(t, info, &response.Response{Status: 200, Body: []byte(`{}`)},
				rejectAll)
			checkInternalError(t, rw, log)
		})
	}
}

func TestWrite_ResetSendsNothing(t *testing.T) {
	info := &response.RequestInfo{
		Overrides: response.Overrides{Effect: response.Reset, Faults: []string{"f1"}},
	}
	rw, _ := writeGET(t, info, &response.Response{
		Status: 503, Body: []byte(`{}`), Reasons: []response.Reason{
			{Rule: rule.InjectedFault, Text: "why"},
		},
	}, acceptAll)
	if !info.Abort || rw.Body.Len() > 0 || len(rw.Header()) > 0 {
		t.Errorf("abort %t, wrote %s %v", info.Abort, rw.Body, rw.Header())
	}
	if diff := cmp.Diff([]response.Reason{{Rule: rule.InjectedFault, Text: "why"}},
		info.Reasons); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWrite_Hangs(t *testing.T) {
	tests := []struct {
		name string
		end  func(cancel, stop func())
	}{
		{"client disconnects", func(cancel, _ func()) { cancel() }},
		{"mock stops", func(_, stop func()) { stop() }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				mockDone, done := make(chan struct{}), make(chan struct{})
				w := response.Writer{Log: slog.New(slog.DiscardHandler), Done: mockDone}
				info := &response.RequestInfo{Overrides: response.Overrides{Effect: response.Hang}}
				r := response.RequestWithInfo(httptest.NewRequestWithContext(ctx, http.MethodGet,
					"/", nil), info)
				rw := httptest.NewRecorder()
				go func() {
					defer close(done)
					w.Write(rw, r, &response.Response{Status: 503, Body: []byte(`{}`)}, acceptAll)
				}()
				synctest.Wait()
				select {
				case <-done:
					t.Error("handler returned too early")
				default:
				}
				test.end(cancel, func() { close(mockDone) })
				<-done
				if !info.Abort || rw.Body.Len() > 0 || len(rw.Header()) > 0 {
					t.Errorf("abort %t, wrote %s %v", info.Abort, rw.Body, rw.Header())
				}
			})
		})
	}
}

func TestAbort_PanicsWithoutConnection(t *testing.T) {
	defer func() {
		if err, _ := recover().(error); !errors.Is(err, http.ErrAbortHandler) {
			t.Errorf("ended with %v, want %v", err, http.ErrAbortHandler)
		}
	}()
	response.Abort(httptest.NewRecorder())
}

func TestAbort_ClosesConnection(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		response.Abort(rw)
	}))
	t.Cleanup(server.Close)
	response, err := http.Get(server.URL)
	if err == nil {
		_ = response.Body.Close()
		t.Errorf("got response %s", response.Status)
	}
}

func TestWrite_FaultHeader(t *testing.T) {
	tests := []struct {
		name   string
		faults []string
		want   []string
	}{
		{"none", nil, nil},
		{"one", []string{"f1"}, []string{"f1"}},
		{"two", []string{"f1", "hostile-list-order"}, []string{"f1, hostile-list-order"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			rw, _ := writeGET(t, &response.RequestInfo{
				Overrides: response.Overrides{Faults: test.faults},
			}, &response.Response{Status: 200, Body: []byte(`{}`)}, acceptAll)
			if diff := cmp.Diff(test.want, rw.Header().Values(response.FaultHeader)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if got := rw.Header().Get("Cache-Control"); got != "no-cache, no-store, "+
				"must-revalidate" {
				t.Errorf("unexpected Cache-Control: %q", got)
			}
		})
	}
}

func TestWrite_Varies(t *testing.T) {
	validate := func(_ int, _ string, body []byte) []spec.Violation {
		if string(body) == `"illegal"` {
			return rejectAll(0, "", nil)
		}
		return nil
	}
	tests := []struct {
		name     string
		plain    string
		varied   string
		internal bool
	}{
		{"valid variation", `"plain"`, `"other"`, false},
		{"invalid variation", `"plain"`, `"illegal"`, true},
		{"invalid response", `"illegal"`, `"other"`, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			info := &response.RequestInfo{}
			info.Vary = func(*response.Response) *response.Response {
				info.Faults = append(info.Faults, "varied")
				return &response.Response{Status: 200, Body: []byte(test.varied)}
			}
			rw, log := writeGET(t, info, &response.Response{Status: 200, Body: []byte(test.plain)},
				validate)
			if test.internal {
				checkInternalError(t, rw, log)
			} else if rw.Code != 200 || rw.Body.String() != test.varied || len(log) > 0 {
				t.Errorf("%d %s, log %+v", rw.Code, rw.Body, log)
			}
		})
	}
}
