package contracttests

import (
	"errors"
	"fmt"
	"net/http"

	"example.com/patmock/contracttests/tenantguard"
)

// maxConsecutiveFailures is the number of consecutive unreachable cases after which the run stops.
// A tenant may alert its administrators of rejected logins.
const maxConsecutiveFailures = 3

// errCircuitOpen is the error of a run that was stopped after maxConsecutiveFailures.
var errCircuitOpen = fmt.Errorf("the run stopped: %d consecutive cases could not log in or "+
	"reach the API", maxConsecutiveFailures)

// Aborted returns why the run stopped early, nil if it did not. The error is
// [tenantguard.ErrNotResponding] if the target does not respond.
func (r *Runner) Aborted() error {
	if err := r.unresponsiveError(); err != nil {
		return err
	}
	if r.unreachable.Load() >= maxConsecutiveFailures {
		return errCircuitOpen
	}
	return nil
}

// unresponsiveError returns tenantguard.ErrNotResponding if the target does not respond.
func (r *Runner) unresponsiveError() error {
	if r.unresponsive.Load() {
		return tenantguard.ErrNotResponding
	}
	return r.timeouts.Err()
}

// noteAttempt counts timeouts of a target without a guard. A guard counts its own.
func (r *Runner) noteAttempt(login bool, err error) {
	if _, guarded := r.http.Transport.(*tenantguard.Guard); !guarded {
		r.timeouts.Record(login, err)
	}
	if errors.Is(err, tenantguard.ErrNotResponding) {
		r.unresponsive.Store(true)
	}
}

// isLogin reports whether a request has a path below /oauth.
func (r Request) isLogin() bool { return oauthPath.MatchString(r.Path) }

// isWrite reports whether a request may change data.
func (r Request) isWrite() bool {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return false
	}
	return !r.isLogin()
}

// noteReachability counts the consecutive cases that did not reach the target.
func (r *Runner) noteReachability(t *T, err error) {
	var rejected *tenantguard.NotSentError
	switch {
	case t.requests == 0 || errors.As(err, &rejected): // no evidence about the target
	case len(t.rejected) > 0 || !t.responded && (err != nil || len(t.failures) > 0):
		r.unreachable.Add(1)
	default:
		r.unreachable.Store(0)
	}
}
