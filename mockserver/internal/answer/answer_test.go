package answer_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/internal/answer"
	"example.com/patmock/spec"
)

func write(t *testing.T, a *answer.Answer, check answer.Check) (rw *httptest.ResponseRecorder, log string) {
	t.Helper()
	var lines bytes.Buffer
	rw = httptest.NewRecorder()
	rw.Header().Set(answer.RequestID, "cede")
	w := answer.Writer{Log: slog.New(slog.NewTextHandler(&lines, nil))}
	w.Write(rw, httptest.NewRequest(http.MethodGet, "/path", nil), a, check)
	return rw, lines.String()
}

func allows(int, string, []byte) []spec.Violation { return nil }

func TestWriteAsksTheDocument(t *testing.T) {
	var asked []any
	a := &answer.Answer{Status: http.StatusTeapot, Body: []byte("{}"), Header: http.Header{"Allow": {"GET"}}}
	rw, _ := write(t, a, func(status int, contentType string, body []byte) []spec.Violation {
		asked = append(asked, status, contentType, string(body))
		return nil
	})
	if diff := cmp.Diff([]any{http.StatusTeapot, "application/json", "{}"}, asked); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
	if rw.Code != http.StatusTeapot || rw.Body.String() != "{}" || rw.Header().Get("Content-Type") != "application/json" || rw.Header().Get("Allow") != "GET" {
		t.Errorf("wrote %d %s %v", rw.Code, rw.Body, rw.Header())
	}
}

func TestWriteSendsNothingThatTheDocumentForbids(t *testing.T) {
	refused := 0
	rw, log := write(t, &answer.Answer{Status: http.StatusOK, Body: []byte(`"secret"`)}, func(status int, _ string, _ []byte) []spec.Violation {
		if status == http.StatusInternalServerError {
			return nil
		}
		refused++
		return []spec.Violation{{In: spec.InBody, Expected: "an object", Got: "a secret", Rule: "type", Place: "here"}}
	})
	const want = `{"detailCode":"500.0 Internal fault","trackingId":"cede","messages":[` +
		`{"locale":"en-US","localeOrigin":"DEFAULT","text":"An internal fault occurred."},` +
		`{"locale":"und","localeOrigin":"REQUEST","text":"An internal fault occurred."}],"causes":[]}`
	if rw.Code != http.StatusInternalServerError || rw.Body.String() != want || refused != 1 {
		t.Errorf("wrote %d %s after %d refusals", rw.Code, rw.Body, refused)
	}
	if !strings.Contains(log, "level=ERROR") || !strings.Contains(log, "expected an object, got a secret (type of here)") {
		t.Errorf("log %q", log)
	}
}

func TestNoBodyHasNoContentType(t *testing.T) {
	rw, _ := write(t, &answer.Answer{Status: http.StatusNoContent}, allows)
	if _, present := rw.Header()["Content-Type"]; present || rw.Body.Len() > 0 || rw.Code != http.StatusNoContent {
		t.Errorf("wrote %d %q %v", rw.Code, rw.Body, rw.Header())
	}
}

func TestVerifyAsksOnce(t *testing.T) {
	asked := 0
	a := &answer.Answer{Status: http.StatusOK, Body: []byte("1")}
	check := func(int, string, []byte) []spec.Violation { asked++; return nil }
	for range 2 {
		if err := a.Verify(check); err != nil {
			t.Fatal(err)
		}
	}
	if asked != 1 {
		t.Errorf("asked %d times, want once", asked)
	}
}
