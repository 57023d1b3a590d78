package contracttests

import (
	"context"
	"errors"
	"fmt"

	"example.com/patmock/mockserver/control"
)

// openSession opens the session of a scenario. On a patmock it creates a namespace.
func (r *Runner) openSession(ctx context.Context) (*session, error) {
	if r.target.RealTenant() {
		return &session{
			target: r.target, base: r.target.BaseURL, owner: r.target.Owner,
			second: r.target.Second, admin: r.target.Admin,
			provoke: r.options.ProvokeRateLimit, close: func(context.Context) error { return nil },
		}, nil
	}
	name := fmt.Sprintf("contract-%d-%d", processID, namespaces.Add(1))
	c := r.target.Control.WithNamespace(name)
	_, err := c.PutNamespace(ctx, control.NewNamespace{Fixture: fixture, IgnoreFindings: true})
	if err != nil {
		err = fmt.Errorf("create namespace: %w", err)
		if ctx.Err() == nil {
			return nil, err
		}
		// The namespace may exist: the request was canceled before its response.
		return nil, errors.Join(err, r.remove(ctx, c))
	}
	session, err := r.mock.fetch(ctx, c, r.Now)
	if err != nil {
		return nil, errors.Join(err, r.remove(ctx, c))
	}
	session.target, session.base, session.control, session.close = r.target,
		r.target.BaseURL+"/t/"+name, c, c.DeleteNamespace
	session.provoke = r.options.ProvokeRateLimit
	return session, nil
}

// remove deletes the namespace of a scenario that could not start.
func (r *Runner) remove(ctx context.Context, c *control.Client) error {
	ctx, stop := r.CleanupContext(ctx, cleanupTimeout)
	defer stop()
	return c.DeleteNamespace(ctx)
}
