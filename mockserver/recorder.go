package mockserver

import (
	"net/http"
)

// recorder remembers what was written.
type recorder struct {
	http.ResponseWriter
	status  int
	written []byte // what was written first: the writer of answers writes once
	size    int
}

// WriteHeader implements http.ResponseWriter.
func (r *recorder) WriteHeader(status int) {
	if status >= http.StatusOK { // what comes before is no answer yet
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

// maxKept bounds, in bytes, how much of an answer that comes in parts is kept for the journal.
const maxKept = 128 << 10

// Write implements http.ResponseWriter.
func (r *recorder) Write(p []byte) (int, error) {
	if len(r.written) < maxKept {
		r.written = append(r.written, p...)
	}
	r.size += len(p)
	return r.ResponseWriter.Write(p)
}

// Unwrap gives http.ResponseController the writer below.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
