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

// maxTokensPerOwner is how many objects of one owner a scenario may have at a time: a tenant allows
// ten, and some are there already.
const maxTokensPerOwner = 5

// cleanups are a stack of functions that run at the end of a scenario, and the tokens that they
// delete.
type cleanups struct {
	funcs      []func()
	liveTokens map[string]string // owner of each live token
	// owners are the identities that tokens belong to, by id, as far as they are known.
	owners map[string]Credentials
	// cleaningUp reports that the cleanups are running. Hurried reports then whether the run ends
	// early.
	cleaningUp  bool
	interrupted func() bool
}

// trackToken tracks what comes into being and goes, whichever way it was asked for.
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

// id is the last segment of the path that was asked for.
func (x *exchange) id() string {
	path, _, _ := strings.Cut(x.URL, "?")
	id, _ := url.PathUnescape(path[strings.LastIndex(path, "/")+1:]) // what cannot be read is no id
	return id
}

// addToken notes an object, which is removed when the scenario ends.
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
		t.must(fmt.Errorf("the scenario has more than %d objects of an owner alive",
			maxTokensPerOwner))
	}
}

// identityOf is the one that a login belongs to: itself, or who made the token that logs in. It is
// none for others.
func (t *T) identityOf(credentials Credentials) Credentials {
	for _, identity := range []Credentials{t.session.owner, t.session.second, t.session.admin} {
		if credentials == identity {
			return credentials
		}
	}
	return t.owners[credentials.ClientID]
}

// cleanupClient returns who removes an object: its owner, whose own login has every right, or else
// who made it.
func (t *T) cleanupClient(creator *Client, id string) *Client {
	if owner := t.owners[id]; owner.isSet() && t.RealTenant() {
		return t.client(owner)
	}
	return creator.ExpectInvalid() // the delete is right
}

// deleteLeftover deletes what a scenario left, in any version that the target serves.
func (c *Client) deleteLeftover(id string) {
	request := Request{
		Method: http.MethodDelete, Path: c.t.CollectionPath() + "/" + url.PathEscape(id),
	}
	r := c.Send(request)
	// its access token has expired meanwhile
	if r.status == http.StatusUnauthorized && c.credentials.isSet() {
		r = c.t.relogin(c).Send(request)
	}
	if r.status != http.StatusNoContent && r.status != http.StatusNotFound {
		c.t.Errorf("the token %s that the scenario made is left: delete answers %d", id, r.status)
	}
	delete(c.t.liveTokens, id)
}

const (
	// cleanupTimeout bounds the cleanup of a scenario.
	cleanupTimeout = time.Minute
	// writeGrace limits the wait for a write under way when the run ends early. Its outcome
	// has to be known, so that what it made can be deleted.
	writeGrace = 5 * time.Second
	// cleanupGrace limits the time of all cleanups together when the run ends early. With
	// writeGrace it is within the ten seconds that docker stop waits for.
	cleanupGrace = 4 * time.Second
)

// cleanupBudget is the time for cleanups in a run that ends early. It begins with the first of
// them.
type cleanupBudget struct {
	mu       sync.Mutex
	deadline time.Time
}

// remaining returns how much of the time is left at a moment.
func (g *cleanupBudget) remaining(now time.Time) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.deadline.IsZero() {
		g.deadline = now.Add(cleanupGrace)
	}
	return g.deadline.Sub(now)
}

// CleanupContext returns the context for what has to be done at the end of a run, whatever ended
// it. It ends after limit. If ctx ends or the target does not answer, that is after four seconds,
// which all these contexts of a runner share.
func (r *Runner) CleanupContext(ctx context.Context, limit time.Duration) (context.Context,
	context.CancelFunc,
) {
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

// runCleanups deletes what the scenario created, the last first.
func (t *T) runCleanups(ctx context.Context) (err error) {
	cleanup, stop := t.run.CleanupContext(ctx, cleanupTimeout)
	defer stop()
	t.ctx, t.cleaningUp, t.interrupted = cleanup, true, func() bool { return ctx.Err() != nil }
	for _, f := range slices.Backward(t.funcs) {
		err = errors.Join(err, t.runGuarded(f))
	}
	return err
}
