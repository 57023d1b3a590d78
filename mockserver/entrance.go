package mockserver

import (
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"example.com/patmock/mockserver/internal/answer"
	"example.com/patmock/mockserver/internal/random"
)

// entrance is what every request passes first.
type entrance struct {
	next http.Handler
	log  *slog.Logger
}

// ServeHTTP names the request, bounds its body, mends its path, and outlives a panic behind it.
func (e *entrance) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	started := time.Now()
	id := random.Hex(16)
	rw.Header().Set(answer.RequestID, id)
	recorded := &statusRecorder{ResponseWriter: rw}
	r.Body = http.MaxBytesReader(rw, r.Body, maxBody)
	collapseSlashes(r)
	defer func() {
		if cause := recover(); cause != nil {
			err := fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
			writer := answer.Writer{Log: e.log}
			fault := writer.Fault(recorded, r, err)
			fault.Checked = true // nothing is known about the operation here
			writer.Write(recorded, r, fault, nil)
		}
		e.log.DebugContext(r.Context(), "request", "method", r.Method, "path", r.URL.Path,
			"status", recorded.status, "requestId", id, "duration", time.Since(started))
	}()
	e.next.ServeHTTP(recorded, r)
}

// collapseSlashes makes one slash of those in front of the path: SDKs join a base URL that ends
// in a slash with a path that starts with one. A redirect would turn their POST into a GET.
func collapseSlashes(r *http.Request) {
	if !strings.HasPrefix(r.URL.Path, "//") {
		return
	}
	mended := *r.URL
	mended.Path = "/" + strings.TrimLeft(mended.Path, "/")
	if mended.RawPath != "" {
		mended.RawPath = "/" + strings.TrimLeft(mended.RawPath, "/")
	}
	r.URL = &mended
}

// statusRecorder remembers the status that was written.
type statusRecorder struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements http.ResponseWriter.
func (r *statusRecorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

// Unwrap gives http.ResponseController the writer below.
func (r *statusRecorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
