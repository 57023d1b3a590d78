package response_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/spec"
	"example.com/patmock/spec/rule"
)

func write(t *testing.T, a *response.Response,
	check response.Validator,
) (rw *httptest.ResponseRecorder, log []record) {
	t.Helper()
	var lines bytes.Buffer
	rw = httptest.NewRecorder()
	rw.Header().Set(response.RequestID, "cede")
	w := response.Writer{Log: slog.New(slog.NewJSONHandler(&lines, nil))}
	w.Write(rw, httptest.NewRequest(http.MethodGet, "/path", nil), a, check)
	return rw, recorded(t, &lines)
}

func allows(int, string, []byte) []spec.Violation { return nil }

func TestWriteAsksTheDocument(t *testing.T) {
	var asked []any
	a := &response.Response{
		Status: http.StatusTeapot, Body: []byte("{}"), Header: http.Header{"Allow": {"GET"}},
	}
	rw, _ := write(t, a, func(status int, contentType string, body []byte) []spec.Violation {
		asked = append(asked, status, contentType, string(body))
		return nil
	})
	if diff := cmp.Diff([]any{http.StatusTeapot, "application/json", "{}"}, asked); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
	if rw.Code != http.StatusTeapot || rw.Body.String() != "{}" ||
		rw.Header().Get("Content-Type") != "application/json" || rw.Header().Get("Allow") != "GET" {
		t.Errorf("wrote %d %s %v", rw.Code, rw.Body, rw.Header())
	}
}

func TestWriteSendsNothingThatTheDocumentForbids(t *testing.T) {
	violation := spec.Violation{
		In: spec.InBody, Expected: "an object", Got: "a secret", Rule: "type", Place: "here",
	}
	refused := 0
	rw, log := write(t, &response.Response{Status: http.StatusOK, Body: []byte(`"secret"`)},
		func(status int, _ string, _ []byte) []spec.Violation {
			if status == http.StatusInternalServerError {
				return nil
			}
			refused++
			return []spec.Violation{violation}
		})
	checkFault(t, rw, log)
	if refused != 1 || strings.Contains(rw.Body.String(), "secret") {
		t.Errorf("wrote %s after %d refusals", rw.Body, refused)
	}
	if got := log[0].Error; !strings.Contains(got, violation.String()) {
		t.Errorf("log has the error %q, want %s in it", got, violation)
	}
}

// checkFault expects the response to a bug of the mock, and that the log says so once.
func checkFault(t *testing.T, rw *httptest.ResponseRecorder, log []record) {
	t.Helper()
	got := decoded(t, rw.Body.Bytes())
	if rw.Code != http.StatusInternalServerError || got.DetailCode != "500.0 Internal fault" ||
		len(got.Causes) != 1 {
		t.Errorf("wrote %d %s, want a fault", rw.Code, rw.Body)
	}
	if len(log) != 1 || log[0].Level != slog.LevelError ||
		log[0].Rule != string(rule.ControlFault) {
		t.Errorf("log %+v, want one error of rule %s", log, rule.ControlFault)
	}
}

func TestNoBodyHasNoContentType(t *testing.T) {
	rw, _ := write(t, &response.Response{Status: http.StatusNoContent}, allows)
	if _, present := rw.Header()["Content-Type"]; present || rw.Body.Len() > 0 ||
		rw.Code != http.StatusNoContent {
		t.Errorf("wrote %d %q %v", rw.Code, rw.Body, rw.Header())
	}
}

func TestVerifyAsksOnce(t *testing.T) {
	asked := 0
	a := &response.Response{Status: http.StatusOK, Body: []byte("1")}
	check := func(int, string, []byte) []spec.Violation { asked++; return nil }
	for range 2 {
		if err := a.Validate(check); err != nil {
			t.Fatal(err)
		}
	}
	if asked != 1 {
		t.Errorf("asked %d times, want once", asked)
	}
}
