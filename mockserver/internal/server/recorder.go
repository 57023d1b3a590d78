package server

import (
	"net/http"
)

// recorder remembers what was written.
type recorder struct {
	http.ResponseWriter
	status  int
	written []byte // what was written first
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

// WriteBody implements answer.BodyWriter: nobody changes the body of an answer.
func (r *recorder) WriteBody(body []byte) (int, error) {
	if r.written != nil {
		return r.Write(body)
	}
	r.written, r.size = body, len(body)
	return r.ResponseWriter.Write(body)
}

// Write implements http.ResponseWriter.
func (r *recorder) Write(p []byte) (int, error) {
	if len(r.written) < maxKept {
		r.written = append(r.written[:len(r.written):len(r.written)], p...) // which may be an answer's
	}
	r.size += len(p)
	return r.ResponseWriter.Write(p)
}

// Unwrap gives http.ResponseController the writer below.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
