package tenantguard

import (
	"errors"
	"net"
	"sync"
)

// ErrNotResponding is the error of requests to a target that does not respond, see [Breaker].
var ErrNotResponding = errors.New(
	"the target does not respond: two consecutive requests timed out",
)

// maxTimeouts is the number of consecutive timeouts that opens a [Breaker].
const maxTimeouts = 2

// A Breaker is a circuit breaker. It opens after two consecutive timeouts, not counting logins in
// between. The zero value is closed and ready for use. It is safe for concurrent use.
type Breaker struct {
	mu       sync.Mutex
	timeouts int
}

// Record records the outcome of an attempt that was not canceled. A nil err is a complete response.
// A successful login does not reset the count, since a target may log in and then hang.
func (s *Breaker) Record(login bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	timeout, isTimeout := errors.AsType[net.Error](err)
	switch {
	case isTimeout && timeout.Timeout():
		s.timeouts++
	case !login:
		s.timeouts = 0
	}
}

// Err returns ErrNotResponding if the breaker is open, and nil otherwise.
func (s *Breaker) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.timeouts >= maxTimeouts {
		return ErrNotResponding
	}
	return nil
}

// reset closes the breaker.
func (s *Breaker) reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.timeouts = 0
}
