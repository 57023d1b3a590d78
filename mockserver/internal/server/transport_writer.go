package server

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"sync"
	"time"
)

// memoryWriter is an http.ResponseWriter that buffers the response until Flush. After that the
// response is a stream.
type memoryWriter struct {
	header, sentHeader http.Header
	status             int
	body               bytes.Buffer
	flushed            chan struct{}
	*memoryStream
}

func newMemoryWriter(cancel context.CancelFunc) *memoryWriter {
	return &memoryWriter{
		header: http.Header{}, status: http.StatusOK, flushed: make(chan struct{}),
		memoryStream: &memoryStream{
			cancel: cancel, chunks: make(chan []byte, memoryChunks), done: make(chan struct{}),
			closed: make(chan struct{}),
		},
	}
}

// Header implements http.ResponseWriter.
func (w *memoryWriter) Header() http.Header { return w.header }

// WriteHeader implements http.ResponseWriter.
func (w *memoryWriter) WriteHeader(status int) { w.status = status }

// Write implements http.ResponseWriter.
func (w *memoryWriter) Write(p []byte) (int, error) {
	if w.sentHeader != nil {
		return w.memoryStream.Write(p)
	}
	return w.body.Write(p)
}

// Flush implements http.Flusher.
func (w *memoryWriter) Flush() {
	if w.sentHeader != nil {
		return
	}
	w.sentHeader = w.header.Clone()
	if w.body.Len() > 0 {
		w.chunks <- w.body.Bytes() // the first chunk
	}
	close(w.flushed)
}

// memoryChunks is the number of writes that a stream buffers. It is similar to a socket buffer.
const memoryChunks = 64

// memoryStream is the body of a streamed response.
type memoryStream struct {
	cancel context.CancelFunc // cancels the request
	chunks chan []byte
	unread []byte        // rest of the current chunk
	done   chan struct{} // closed after the last write
	err    error         // set before done is closed
	closed chan struct{} // closed when writes must fail
	once   sync.Once

	mu    sync.Mutex
	timer *time.Timer
}

// Write buffers a copy of p. It blocks while the buffer is full.
func (s *memoryStream) Write(p []byte) (int, error) {
	select {
	case <-s.closed:
		return 0, io.ErrClosedPipe
	default:
	}
	select {
	case s.chunks <- bytes.Clone(p):
		return len(p), nil
	case <-s.closed:
		return 0, io.ErrClosedPipe
	}
}

// close makes all writes fail.
func (s *memoryStream) close() { s.once.Do(func() { close(s.closed) }) }

// SetWriteDeadline implements the method that http.ResponseController calls. The stream closes at
// the deadline.
func (s *memoryStream) SetWriteDeadline(deadline time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.timer != nil {
		s.timer.Stop()
		s.timer = nil
	}
	if !deadline.IsZero() {
		s.timer = time.AfterFunc(time.Until(deadline), s.close)
	}
	return nil
}

// finish ends the stream after its handler returned or panicked.
func (s *memoryStream) finish(err error, cause any) {
	select {
	case <-s.closed:
		err = errors.Join(err, os.ErrDeadlineExceeded)
	default:
	}
	s.err = errors.Join(err, abortError(cause))
	close(s.done)
	s.cancel()
}

// memoryBody is the reading side of a stream.
type memoryBody struct{ *memoryStream }

// Read implements io.Reader.
func (b *memoryBody) Read(p []byte) (int, error) {
	if len(b.unread) == 0 {
		select {
		case b.unread = <-b.chunks:
		case <-b.done:
			select {
			case b.unread = <-b.chunks: // written before the end
			default:
				if b.err != nil {
					return 0, b.err
				}
				return 0, io.EOF
			}
		}
	}
	n := copy(p, b.unread)
	b.unread = b.unread[n:]
	return n, nil
}

// Close implements io.Closer. It cancels the request.
func (b *memoryBody) Close() error {
	b.close()
	b.cancel()
	return nil
}
