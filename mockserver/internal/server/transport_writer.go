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

// memoryWriter is an http.ResponseWriter that stores what is written until it is flushed. From then
// on the response is a stream.
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
		w.chunks <- w.body.Bytes() // the first one
	}
	close(w.flushed)
}

// memoryChunks is how many writes a stream stores, as the buffers of a socket do.
const memoryChunks = 64

// memoryStream is the body of a response that is read while it is written.
type memoryStream struct {
	cancel context.CancelFunc // ends the request
	chunks chan []byte
	unread []byte        // of the chunk that is read
	done   chan struct{} // closed when nothing more is written
	err    error         // that ended it, before that is closed
	closed chan struct{} // closed when nothing more can be written
	once   sync.Once

	mu    sync.Mutex
	timer *time.Timer
}

// Write stores p, or waits until there is room for it.
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

// close makes every write fail.
func (s *memoryStream) close() { s.once.Do(func() { close(s.closed) }) }

// SetWriteDeadline implements what an http.ResponseController needs. A deadline that has passed
// ends the stream.
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

// finish ends the stream after its handler, which may have panicked.
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

// memoryBody is the side of a stream that is read.
type memoryBody struct{ *memoryStream }

// Read implements io.Reader.
func (b *memoryBody) Read(p []byte) (int, error) {
	if len(b.unread) == 0 {
		select {
		case b.unread = <-b.chunks:
		case <-b.done:
			select {
			case b.unread = <-b.chunks: // which came before the end
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

// Close implements io.Closer. It ends the request.
func (b *memoryBody) Close() error {
	b.close()
	b.cancel()
	return nil
}
