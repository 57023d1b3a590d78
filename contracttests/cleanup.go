package contracttests

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// maxTokensPerOwner is the number of tokens of one owner that a scenario may have at a time. A
// tenant allows ten, and some exist before the run.
const maxTokensPerOwner = 5

// cleanups has the functions to run at the end of a scenario, and the tokens that they delete.
type cleanups struct {
	funcs      []func()
	liveTokens map[string]string // owner id by token id
	// owners has the credentials of the owners by token id, if they are known.
	owners map[string]Credentials
	// cleaningUp reports whether the cleanups are running. Then interrupted reports whether the run
	// was interrupted.
	cleaningUp  bool
	interrupted func() bool
}

// trackToken records the tokens that an exchange creates or deletes.
func (t *T) trackToken(c *Client, operation string, x *exchange) {
	switch operation {
	case "createPersonalAccessToken":
		if id, owner, ok := parseCreated(x.Status, []byte(x.ResponseBody)); ok {
			t.addToken(c, id, owner)
		}
	case "deletePersonalAccessToken":
		if x.Status == http.StatusNoContent {
			delete(t.liveTokens, x.id())
		}
	}
}

// id returns the last segment of the path.
func (x *exchange) id() string {
	path, _, _ := strings.Cut(x.URL, "?")
	id, _ := url.PathUnescape(path[strings.LastIndex(path, "/")+1:]) // an invalid escape is no id
	return id
}

// addToken registers a token to be deleted when the scenario ends.
func (t *T) addToken(c *Client, id, owner string) {
	t.liveTokens[id] = owner
	t.owners[id] = t.identityOf(c.credentials)
	t.Cleanup(func() {
		if _, cleanupErr := t.liveTokens[id]; cleanupErr {
			t.cleanupClient(c, id).deleteLeftover(id)
		}
	})
	n := 0
	for _, other := range t.liveTokens {
		if other == owner {
			n++
		}
	}
	if n > maxTokensPerOwner {
		t.must(fmt.Errorf("the scenario has more than %d tokens of one owner", maxTokensPerOwner))
	}
}

// identityOf returns the identity of a login: its own, or that of the owner of the token. It is
// zero for other logins.
func (t *T) identityOf(credentials Credentials) Credentials {
	for _, identity := range []Credentials{t.session.owner, t.session.second, t.session.admin} {
		if credentials == identity {
			return credentials
		}
	}
	return t.owners[credentials.ClientID]
}

// cleanupClient returns the client that deletes a token. On a real tenant it is the owner's, since
// the owner's login has all rights. Otherwise it is the client that created the token.
func (t *T) cleanupClient(creator *Client, id string) *Client {
	if owner := t.owners[id]; owner.isSet() && t.RealTenant() {
		return t.client(owner)
	}
	return creator.ExpectInvalid() // the delete itself is valid
}

// deleteLeftover deletes a token that the scenario left.
func (c *Client) deleteLeftover(id string) {
	request := Request{
		Method: http.MethodDelete, Path: c.t.CollectionPath() + "/" + url.PathEscape(id),
	}
	r := c.Send(request)
	// The access token may have expired or been revoked.
	if r.status == http.StatusUnauthorized && c.credentials.isSet() {
		r = c.t.relogin(c).Send(request)
	}
	if r.status != http.StatusNoContent && r.status != http.StatusNotFound {
		c.t.Errorf("the token %s of the scenario is left: delete returned %d", id, r.status)
	}
	delete(c.t.liveTokens, id)
}

const (
	// cleanupTimeout is the time limit of a scenario's cleanups.
	cleanupTimeout = time.Minute
	// writeGrace is the time that a write in progress has to finish when the run is interrupted.
	// Its outcome must be known, so that the created token is deleted.
	writeGrace = 5 * time.Second
	// cleanupGrace is the time limit of all cleanups together when the run is interrupted. With
	// writeGrace it is within the ten seconds of docker stop.
	cleanupGrace = 4 * time.Second
)

// cleanupBudget is the remaining time for cleanups of an interrupted run. It starts with the first
// cleanup.
type cleanupBudget struct {
	mu       sync.Mutex
	deadline time.Time
}

// remaining returns the time left at now.
func (g *cleanupBudget) remaining(now time.Time) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.deadline.IsZero() {
		g.deadline = now.Add(cleanupGrace)
	}
	return g.deadline.Sub(now)
}

// CleanupContext returns a context for cleanups at the end of a run. It ends after limit. If ctx
// ends or the target does not respond, the limit is four seconds. All such contexts of the runner
// share them.
func (r *Runner) CleanupContext(
	ctx context.Context, limit time.Duration,
) (context.Context, context.CancelFunc) {
	if r.unresponsiveError() != nil {
		limit = min(limit, cleanupGrace)
	}
	cleanup, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	stop := context.AfterFunc(ctx, func() {
		timer := time.AfterFunc(r.cleanupBudget.remaining(r.options.Now()), cancel)
		context.AfterFunc(cleanup, func() { timer.Stop() })
	})
	return cleanup, func() {
		stop()
		cancel()
	}
}

// runCleanups runs the cleanups of the scenario in reverse order.
func (t *T) runCleanups(ctx context.Context) (err error) {
	cleanup, stop := t.run.CleanupContext(ctx, cleanupTimeout)
	defer stop()
	t.ctx, t.cleaningUp, t.interrupted = cleanup, true, func() bool { return ctx.Err() != nil }
	for _, f := range slices.Backward(t.funcs) {
		err = errors.Join(err, t.runGuarded(f))
	}
	return err
}
