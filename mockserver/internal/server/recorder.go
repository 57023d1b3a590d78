package server

import "net/http"

// recorder records the response of the fallback.
type recorder struct {
	http.ResponseWriter
	status int
	body   []byte // at most about maxRecorded bytes
	size   int
}

// WriteHeader implements http.ResponseWriter.
func (r *recorder) WriteHeader(status int) {
	if status >= http.StatusOK { // informational responses are not final
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

// maxRecorded is the size, in bytes, at which recording of a body stops.
const maxRecorded = 128 << 10

// Write implements http.ResponseWriter.
func (r *recorder) Write(p []byte) (int, error) {
	if len(r.body) < maxRecorded {
		r.body = append(r.body, p...)
	}
	r.size += len(p)
	return r.ResponseWriter.Write(p)
}

// Unwrap returns the underlying writer, for http.ResponseController.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
