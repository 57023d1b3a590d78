package contracttests

import (
	"context"
	"errors"
	"slices"
	"time"
)

// endTimeout is how long a scenario may take to remove what it made, also when the run is interrupted, and how long a write
// that is on its way then is waited for: a target that does not answer any more holds nobody up for longer.
const endTimeout = time.Minute

// ending is the context of what has to be done also when the run is interrupted.
func ending(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), endTimeout)
}

// end removes what the scenario made, the last first.
func (t *T) end(ctx context.Context) (err error) {
	ctx, stop := ending(ctx)
	defer stop()
	t.ctx, t.ending = ctx, true
	for _, cleanup := range slices.Backward(t.cleanups) {
		err = errors.Join(err, t.guard(cleanup))
	}
	return err
}
