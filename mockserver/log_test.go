package mockserver_test

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"example.com/patmock/mockserver"
)

// A log line is bounded even if an internal error of the mock is not.
func TestLog_BoundsLines(t *testing.T) {
	for _, newHandler := range []func(*bytes.Buffer) slog.Handler{
		func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) },
		func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) },
	} {
		var log bytes.Buffer
		m := startWith(t, "default", mockserver.Config{Log: slog.New(newHandler(&log))})
		log.Reset()
		r, err := http.NewRequest(http.MethodGet, m.url+"/"+strings.Repeat("%22%3C", 5_000), nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("User-Agent", strings.Repeat(`"`, 5_000))
		m.exchange(r)
		m.mock.HTTPServer(m.mock).ErrorLog.Print(errors.New(strings.Repeat("<", 10_000)))
		lines := 0
		for line := range strings.Lines(log.String()) {
			if lines++; len(line) > maxLine {
				t.Errorf("log line has %d bytes, want at most %d: %.200s", len(line), maxLine, line)
			}
		}
		if lines < 2 {
			t.Errorf("logged %d lines, want one for each cause", lines)
		}
	}
}
