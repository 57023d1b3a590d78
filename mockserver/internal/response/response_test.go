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

func writeResponse(
	t *testing.T, resp *response.Response, validate response.Validator,
) (rw *httptest.ResponseRecorder, log []record) {
	t.Helper()
	var lines bytes.Buffer
	rw = httptest.NewRecorder()
	rw.Header().Set(response.RequestID, "cede")
	w := response.Writer{Log: slog.New(slog.NewJSONHandler(&lines, nil))}
	w.Write(rw, httptest.NewRequest(http.MethodGet, "/path", nil), resp, validate)
	return rw, decodeLog(t, &lines)
}

func acceptAll(int, string, []byte) []spec.Violation { return nil }

func TestWrite_Validates(t *testing.T) {
	var args []any
	resp := &response.Response{
		Status: http.StatusTeapot, Body: []byte("{}"), Header: http.Header{"Allow": {"GET"}},
	}
	rw, _ := writeResponse(t, resp,
		func(status int, contentType string, body []byte) []spec.Violation {
			args = append(args, status, contentType, string(body))
			return nil
		})
	if diff := cmp.Diff([]any{http.StatusTeapot, "application/json", "{}"}, args); diff != "" {
		t.Errorf("arguments (-want +got):\n%s", diff)
	}
	if rw.Code != http.StatusTeapot || rw.Body.String() != "{}" ||
		rw.Header().Get("Content-Type") != "application/json" || rw.Header().Get("Allow") != "GET" {
		t.Errorf("wrote %d %s %v", rw.Code, rw.Body, rw.Header())
	}
}

func TestWrite_RejectsInvalidResponse(t *testing.T) {
	violation := spec.Violation{
		In: spec.InBody, Expected: "an object", Got: "a secret", Rule: "type", Subject: "here",
	}
	rejections := 0
	rw, log := writeResponse(t, &response.Response{Status: http.StatusOK, Body: []byte(`"secret"`)},
		func(status int, _ string, _ []byte) []spec.Violation {
			if status == http.StatusInternalServerError {
				return nil
			}
			rejections++
			return []spec.Violation{violation}
		})
	checkInternalError(t, rw, log)
	if rejections != 1 || strings.Contains(rw.Body.String(), "secret") {
		t.Errorf("wrote %s after %d rejections", rw.Body, rejections)
	}
	if got := log[0].Error; !strings.Contains(got, violation.String()) {
		t.Errorf("logged error %q does not contain %s", got, violation)
	}
}

// checkInternalError checks the response to a bug of the mock. The log must have one error.
func checkInternalError(t *testing.T, rw *httptest.ResponseRecorder, log []record) {
	t.Helper()
	got := decodeError(t, rw.Body.Bytes())
	if rw.Code != http.StatusInternalServerError || got.DetailCode != "500.0 Internal fault" ||
		len(got.Causes) != 1 {
		t.Errorf("wrote %d %s, want an internal error", rw.Code, rw.Body)
	}
	if len(log) != 1 || log[0].Level != slog.LevelError ||
		log[0].Rule != string(rule.ControlInternalError) {
		t.Errorf("log = %+v, want one error of rule %s", log, rule.ControlInternalError)
	}
}

func TestWrite_NoContentTypeWithoutBody(t *testing.T) {
	rw, _ := writeResponse(t, &response.Response{Status: http.StatusNoContent}, acceptAll)
	if _, present := rw.Header()["Content-Type"]; present || rw.Body.Len() > 0 ||
		rw.Code != http.StatusNoContent {
		t.Errorf("wrote %d %q %v", rw.Code, rw.Body, rw.Header())
	}
}

func TestValidate_ValidatesOnce(t *testing.T) {
	calls := 0
	resp := &response.Response{Status: http.StatusOK, Body: []byte("1")}
	validate := func(int, string, []byte) []spec.Violation { calls++; return nil }
	for range 2 {
		if err := resp.Validate(validate); err != nil {
			t.Fatal(err)
		}
	}
	if calls != 1 {
		t.Errorf("validated %d times, want 1", calls)
	}
}
