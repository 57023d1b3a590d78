package serve

import (
	"errors"
	"io"
	"net"
	"net/http"
	"testing"
	"time"
)

// A connection accepted during shutdown is closed, because the shutdown would wait for a request on
// it. One accepted before is left open.
func TestFollow_WhileTheMockStops(t *testing.T) {
	m := &Mock{done: make(chan struct{})}
	accepted := func() net.Conn {
		client, server := net.Pipe()
		t.Cleanup(func() { _ = client.Close() })
		m.trackConn(server, http.StateNew)
		return client
	}
	isClosed := func(c net.Conn) bool {
		// a closed connection does not receive it
		_ = c.SetReadDeadline(time.Now().Add(time.Millisecond))
		_, err := c.Read(make([]byte, 1))
		return errors.Is(err, io.EOF)
	}
	if isClosed(accepted()) {
		t.Error("a connection is closed though the mock serves")
	}
	close(m.done)
	if !isClosed(accepted()) {
		t.Error("a connection stays open though the mock stops")
	}
}
