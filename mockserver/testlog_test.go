package mockserver_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver"
)

// logTest is a test whose output can be read. It must not be written to after its end.
type logTest struct {
	t *testing.T

	mu       sync.Mutex
	text     bytes.Buffer
	ended    bool
	cleanups []func()
}

func (l *logTest) Helper()                           {}
func (l *logTest) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }
func (l *logTest) Cleanup(f func())                  { l.cleanups = append(l.cleanups, f) }
func (l *logTest) Output() io.Writer                 { return l }

// Write implements io.Writer.
func (l *logTest) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended {
		l.t.Errorf("log written after the end of the test: %s", p)
	}
	return l.text.Write(p)
}

// finish runs the cleanups and returns the output.
func (l *logTest) finish() string {
	for i := len(l.cleanups) - 1; i >= 0; i-- {
		l.cleanups[i]()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = true
	return l.text.String()
}

// check ends the test and compares the namespaces of its log lines.
func (l *logTest) check(want ...string) {
	l.t.Helper()
	var got []string
	for line := range strings.Lines(l.finish()) {
		_, rest, _ := strings.Cut(line, " namespace=")
		name, _, _ := strings.Cut(rest, " ")
		got = append(got, name)
		if !strings.HasPrefix(line, "level=WARN ") {
			l.t.Errorf("line = %q, want a warning", line)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		l.t.Errorf("namespaces of the lines (-want +got):\n%s", diff)
	}
}

// Log lines go to the test that sent the requests, unless it has ended.
func TestStart_LogsToTest(t *testing.T) {
	server, first, second := &logTest{t: t}, &logTest{t: t}, &logTest{t: t}
	mock := mockserver.Start(server)
	reject := func(prefix string) { // logged as a missing bearer
		r := httptest.NewRequest(http.MethodGet, prefix+"/v2026/personal-access-tokens", nil)
		mock.Server.ServeHTTP(httptest.NewRecorder(), r)
	}
	mock.Namespace(first, "a")
	mock.Namespace(second, "b")
	mock.Namespace(second, "default")
	reject("")
	reject("/t/a")
	reject("/t/b")
	first.check("a")
	reject("/t/a")
	second.check("b")
	server.check("default", "a")
	reject("")
}
