package contracttests

import (
	"errors"
	"fmt"
	"net/http"

	"example.com/patmock/contracttests/tenantguard"
)

// maxConsecutiveFailures is after how many cases in a row that do not get through a live target is
// left alone: somebody may have to be told of every login that it refuses.
const maxConsecutiveFailures = 3

// errCircuitOpen ends a run after too many cases in a row that did not get through.
var errCircuitOpen = fmt.Errorf("the target was given up: %d cases in a row could not log in, or "+
	"got "+
	"no answer but faults", maxConsecutiveFailures)

// Aborted returns why the runner leaves out the rest of the cases: the target does not answer
// ([tenantguard.ErrNotResponding]), or several cases in a row could not be tried. It is nil if the
// run was not ended by the target.
func (r *Runner) Aborted() error {
	if err := r.unresponsiveError(); err != nil {
		return err
	}
	if r.unreachable.Load() >= maxConsecutiveFailures {
		return errCircuitOpen
	}
	return nil
}

// unresponsiveError returns live.ErrNotAnswering if the target does not answer.
func (r *Runner) unresponsiveError() error {
	if r.unresponsive.Load() {
		return tenantguard.ErrNotResponding
	}
	return r.timeouts.Err()
}

// noteAttempt counts an attempt at a target without a guard, which counts its own.
func (r *Runner) noteAttempt(login bool, err error) {
	if _, guarded := r.http.Transport.(*tenantguard.Guard); !guarded {
		r.timeouts.Record(login, err)
	}
	if errors.Is(err, tenantguard.ErrNotResponding) {
		r.unresponsive.Store(true)
	}
}

// isLogin reports whether a request is one to the token endpoint, or to what belongs to it.
func (r Request) isLogin() bool { return oauthPath.MatchString(r.Path) }

// isWrite reports whether a request may change something at the target.
func (r Request) isWrite() bool {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return false
	}
	return !r.isLogin()
}

// noteReachability counts the cases in a row that did not get through.
func (r *Runner) noteReachability(t *T, err error) {
	var rejected *tenantguard.NotSentError
	switch {
	case t.requests == 0 || errors.As(err, &rejected): // which says nothing about the target
	case len(t.rejected) > 0 || !t.responded && (err != nil || len(t.failures) > 0):
		r.unreachable.Add(1)
	default:
		r.unreachable.Store(0)
	}
}
