package tenantguard

import (
	"errors"
	"net"
	"sync"
)

// ErrNotResponding is the error of requests to a target that does not answer, see [Breaker].
var ErrNotResponding = errors.New(
	"the target does not answer: two requests in a row had no response in time",
)

// maxTimeouts is the number of consecutive timeouts after which a target does not answer.
const maxTimeouts = 2

// A Breaker detects a target that does not answer: two requests in a row time out, with nothing
// between them but logins. The zero value is ready for use, by several goroutines at once.
type Breaker struct {
	mu       sync.Mutex
	timeouts int
}

// Record counts the end of an attempt that was not canceled. A nil err is a complete response. A
// login that succeeds does not end a silence: a target may log in and then hang.
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

// Err returns ErrNotResponding if the target does not answer, and else nil.
func (s *Breaker) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.timeouts >= maxTimeouts {
		return ErrNotResponding
	}
	return nil
}

// reset allows requests again.
func (s *Breaker) reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.timeouts = 0
}
