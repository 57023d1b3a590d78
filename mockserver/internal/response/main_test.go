package response_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"testing"

	"example.com/patmock/fixtures/golden"
)

func TestMain(m *testing.M) { golden.Main(m) }

// errorTexts is the golden file of errors and log lines.
const errorTexts = "testdata/errors.golden"

// record is a log line.
type record struct {
	Level     slog.Level
	Msg       string
	RequestID string
	Namespace string
	Operation string
	Path      string
	Rule      string
	Error     string
}

// decodeLog decodes the output of a slog.JSONHandler.
func decodeLog(t testing.TB, log *bytes.Buffer) (records []record) {
	t.Helper()
	for _, line := range bytes.Split(bytes.TrimSpace(log.Bytes()), []byte("\n")) {
		if len(line) == 0 {
			continue
		}
		var r record
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		records = append(records, r)
	}
	return records
}

// errorBody is an error in SailPoint's form.
type errorBody struct {
	DetailCode, TrackingID string
	Messages, Causes       []message
}

type message struct{ Locale, LocaleOrigin, Text string }

func decodeError(t testing.TB, body []byte) (e errorBody) {
	t.Helper()
	if err := json.Unmarshal(body, &e); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return e
}
