package tenantguard

import (
	"context"
	"time"
)

type startContextKey struct{}

// WithGrace returns a context for a request with an important outcome. The context ends grace after
// ctx does. A [Guard] does not begin or repeat the request after ctx has ended.
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

// startContext returns the context in which a request may begin. It differs from ctx only for a
// context of [WithGrace].
func startContext(ctx context.Context) context.Context {
	if startCtx, ok := ctx.Value(startContextKey{}).(context.Context); ok {
		return startCtx
	}
	return ctx
}
