package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Transport returns a RoundTripper that calls a handler without a socket, regardless of the host of
// a request. If the handler aborts the connection, RoundTrip returns an error.
func Transport(handler http.Handler) http.RoundTripper { return handlerTransport{handler} }

// handlerTransport is an http.RoundTripper that calls a handler without a socket.
type handlerTransport struct{ handler http.Handler }

// RoundTrip implements http.RoundTripper.
func (t handlerTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancel(r.Context())
	req := r.Clone(ctx)
	if req.Body == nil {
		req.Body = http.NoBody
	}
	req.Host = r.URL.Host
	if r.URL.Scheme == "https" {
		req.TLS = &tls.ConnectionState{ServerName: r.URL.Hostname(), HandshakeComplete: true}
	}
	rw := newMemoryWriter(cancel)
	done := make(chan any, 1)
	go func() {
		var cause any
		defer func() { done <- cause }()
		defer func() { cause = recover() }()
		t.handler.ServeHTTP(rw, req)
	}()
	select {
	case <-rw.flushed:
		go func() { rw.finish(req.Body.Close(), <-done) }()
		return rw.response(r, &memoryBody{rw.memoryStream}, -1), nil
	case cause := <-done:
		cancel()
		if err := abortError(cause); err != nil {
			return nil, err
		}
		if err := req.Body.Close(); err != nil {
			return nil, err
		}
		return rw.response(r, io.NopCloser(&rw.body), int64(rw.body.Len())), nil
	}
}

// abortError returns the error for a connection that a handler aborted, or nil if recovered is nil.
// It panics with any other recovered value.
func abortError(recovered any) error {
	if recovered == nil {
		return nil
	}
	if aborted, ok := recovered.(error); !ok || !errors.Is(aborted, http.ErrAbortHandler) {
		panic(recovered)
	}
	return io.ErrUnexpectedEOF
}

// response returns the response of a handler. A negative length means a streamed response, whose
// header is already sent.
func (w *memoryWriter) response(r *http.Request, body io.ReadCloser, length int64) *http.Response {
	header := w.header
	if length < 0 {
		header = w.sentHeader
	}
	if header.Get("Date") == "" { // net/http adds it
		header.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	}
	return &http.Response{
		Status: fmt.Sprintf("%d %s", w.status, http.StatusText(w.status)), StatusCode: w.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: header, Body: body, ContentLength: length, Request: r,
	}
}
