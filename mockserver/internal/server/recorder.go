package server

import "net/http"

// recorder notes the response of the fallback.
type recorder struct {
	http.ResponseWriter
	status int
	body   []byte // its beginning
	size   int
}

// WriteHeader implements http.ResponseWriter.
func (r *recorder) WriteHeader(status int) {
	if status >= http.StatusOK { // an informational response is not the last one
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

// maxRecorded bounds, in bytes, how much of a body is recorded for the journal.
const maxRecorded = 128 << 10

// Write implements http.ResponseWriter.
func (r *recorder) Write(p []byte) (int, error) {
	if len(r.body) < maxRecorded {
		r.body = append(r.body, p...)
	}
	r.size += len(p)
	return r.ResponseWriter.Write(p)
}

// Unwrap gives http.ResponseController the writer below.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
