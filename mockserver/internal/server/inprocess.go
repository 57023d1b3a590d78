package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Transport carries requests to a handler without a socket, whatever host they name. What needs a
// connection, a reset for example, is an error as over a socket.
func Transport(handler http.Handler) http.RoundTripper { return inProcess{handler} }

// inProcess is an http.RoundTripper that asks a handler, without a socket.
type inProcess struct{ handler http.Handler }

// RoundTrip implements http.RoundTripper.
func (t inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancel(r.Context())
	asked := r.Clone(ctx)
	if asked.Body == nil {
		asked.Body = http.NoBody
	}
	asked.Host = r.URL.Host
	written := newMemoryWriter(cancel)
	served := make(chan any, 1)
	go func() {
		var cause any
		defer func() { served <- cause }()
		defer func() { cause = recover() }()
		t.handler.ServeHTTP(written, asked)
	}()
	select {
	case <-written.flushed:
		go func() { written.finish(asked.Body.Close(), <-served) }()
		return written.response(r, &memoryBody{written.memoryStream}, -1), nil
	case cause := <-served:
		cancel()
		if err := abortError(cause); err != nil {
			return nil, err
		}
		if err := asked.Body.Close(); err != nil {
			return nil, err
		}
		return written.response(r, io.NopCloser(&written.body), int64(written.body.Len())), nil
	}
}

// abortError returns the error of a connection that a handler aborted, nil if it did not. It panics
// with any other cause.
func abortError(cause any) error {
	if cause == nil {
		return nil
	}
	if aborted, ok := cause.(error); !ok || !errors.Is(aborted, http.ErrAbortHandler) {
		panic(cause)
	}
	return io.ErrUnexpectedEOF
}

// response returns the response of a handler.
func (w *memoryWriter) response(r *http.Request, body io.ReadCloser, length int64) *http.Response {
	header := w.header
	if length < 0 {
		header = w.sent
	}
	if header.Get("Date") == "" { // which a server adds
		header.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	}
	return &http.Response{
		Status: fmt.Sprintf("%d %s", w.status, http.StatusText(w.status)), StatusCode: w.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: header, Body: body, ContentLength: length, Request: r,
	}
}
