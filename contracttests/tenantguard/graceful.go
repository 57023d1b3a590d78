package tenantguard

import (
	"context"
	"time"
)

type startContextKey struct{}

// WithGrace returns a context for a request whose outcome has to be known: it ends only grace after
// ctx does. A [Guard] does not begin or repeat the request once ctx has ended.
func WithGrace(ctx context.Context, grace time.Duration) (context.Context, context.CancelFunc) {
	graceful, cancel := context.WithCancel(context.WithValue(context.WithoutCancel(ctx),
		startContextKey{}, ctx))
	stop := context.AfterFunc(ctx, func() {
		timer := time.AfterFunc(grace, cancel)
		context.AfterFunc(graceful, func() { timer.Stop() })
	})
	return graceful, func() {
		stop()
		cancel()
	}
}

// startOf returns the context that a request may begin in. It differs from the context of the
// request only if that is graceful.
func startContext(ctx context.Context) context.Context {
	if startCtx, ok := ctx.Value(startContextKey{}).(context.Context); ok {
		return startCtx
	}
	return ctx
}
