package contracttests

import (
	"errors"

	"example.com/patmock/contracttests/live"
)

// givenUp is after how many cases in a row that do not get through a live target is left alone: somebody may have to be told
// of every login that it refuses.
const givenUp = 3

// GaveUp tells that the rest of the cases was left out, because the target answered no more, or refused to log in.
func (r *Runner) GaveUp() bool { return r.lost.Load() >= givenUp }

// countLost counts the cases in a row that did not get through.
func (r *Runner) countLost(t *T, err error) {
	var refused *live.Refusal
	switch {
	case t.requests == 0 || errors.As(err, &refused): // which says nothing about the target
	case t.unreached || !t.reached && (err != nil || len(t.failures) > 0):
		r.lost.Add(1)
	default:
		r.lost.Store(0)
	}
}
