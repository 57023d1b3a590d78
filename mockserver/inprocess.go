package mockserver

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Transport carries requests to the mock without a socket, whatever host they name. What needs a connection, a reset
// for example, is an error as over a socket.
func (s *Server) Transport() http.RoundTripper { return inProcess{s.handler} }

// inProcess is an http.RoundTripper that asks a handler, without a socket.
type inProcess struct{ handler http.Handler }

// RoundTrip implements http.RoundTripper.
func (t inProcess) RoundTrip(r *http.Request) (answered *http.Response, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			if aborted, ok := cause.(error); !ok || !errors.Is(aborted, http.ErrAbortHandler) {
				panic(cause)
			}
			err = io.ErrUnexpectedEOF
		}
	}()
	asked := r.Clone(r.Context())
	if asked.Body == nil {
		asked.Body = http.NoBody
	}
	asked.Host = r.URL.Host
	written := &memoryWriter{header: http.Header{}, status: http.StatusOK}
	t.handler.ServeHTTP(written, asked)
	if err := asked.Body.Close(); err != nil {
		return nil, err
	}
	if written.header.Get("Date") == "" { // which a server adds
		written.header.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	}
	return &http.Response{
		Status: fmt.Sprintf("%d %s", written.status, http.StatusText(written.status)), StatusCode: written.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: written.header, Body: io.NopCloser(&written.body), ContentLength: int64(written.body.Len()), Request: r,
	}, nil
}

// memoryWriter is an http.ResponseWriter that keeps what is written.
type memoryWriter struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (w *memoryWriter) Header() http.Header { return w.header }

// WriteHeader implements http.ResponseWriter.
func (w *memoryWriter) WriteHeader(status int) { w.status = status }

// Write implements http.ResponseWriter.
func (w *memoryWriter) Write(p []byte) (int, error) { return w.body.Write(p) }
