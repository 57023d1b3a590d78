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
	functions []func()
	alive     map[string]string // owner of each live token
	// owners are the identities that tokens belong to, by id, as far as they are known.
	owners map[string]Credentials
	// ending reports that the cleanups are running. Hurried reports then whether the run ends
	// early.
	ending  bool
	hurried func() bool
}

// trackToken tracks what comes into being and goes, whichever way it was asked for.
func (t *T) trackToken(c *Client, operation string, x *exchange) {
	switch operation {
	case "createPersonalAccessToken":
		if id, owner, made := created(x.Status, []byte(x.ResponseBody)); made {
			t.own(c, id, owner)
		}
	case "deletePersonalAccessToken":
		if x.Status == http.StatusNoContent {
			delete(t.alive, x.id())
		}
	}
}

// id is the last segment of the path that was asked for.
func (x *exchange) id() string {
	path, _, _ := strings.Cut(x.URL, "?")
	id, _ := url.PathUnescape(path[strings.LastIndex(path, "/")+1:]) // what cannot be read is no id
	return id
}

// own notes an object, which is removed when the scenario ends.
func (t *T) own(c *Client, id, owner string) {
	t.alive[id] = owner
	t.owners[id] = t.identity(c.who)
	t.Cleanup(func() {
		if _, left := t.alive[id]; left {
			t.cleanupClient(c, id).deleteLeftover(id)
		}
	})
	n := 0
	for _, other := range t.alive {
		if other == owner {
			n++
		}
	}
	if n > maxTokensPerOwner {
		t.must(fmt.Errorf("the scenario has more than %d objects of an owner alive",
			maxTokensPerOwner))
	}
}

// identity is the one that a login belongs to: itself, or who made the token that logs in. It is
// none for others.
func (t *T) identity(who Credentials) Credentials {
	for _, identity := range []Credentials{t.session.owner, t.session.second, t.session.admin} {
		if who == identity {
			return who
		}
	}
	return t.owners[who.ClientID]
}

// cleanupClient returns who removes an object: its owner, whose own login has every right, or else
// who made it.
func (t *T) cleanupClient(maker *Client, id string) *Client {
	if owner := t.owners[id]; owner.given() && t.RealTenant() {
		return t.client(owner)
	}
	return maker.ExpectInvalid() // the delete is right
}

// deleteLeftover deletes what a scenario left, in any version that the target serves.
func (c *Client) deleteLeftover(id string) {
	gone := Request{
		Method: http.MethodDelete, Path: c.t.CollectionPath() + "/" + url.PathEscape(id),
	}
	r := c.Send(gone)
	// its access token has expired meanwhile
	if r.status == http.StatusUnauthorized && c.who.given() {
		r = c.t.again(c).Send(gone)
	}
	if r.status != http.StatusNoContent && r.status != http.StatusNotFound {
		c.t.Errorf("the token %s that the scenario made is left: delete answers %d", id, r.status)
	}
	delete(c.t.alive, id)
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

// grace is the time for cleanups in a run that ends early. It begins with the first of them.
type grace struct {
	mu    sync.Mutex
	until time.Time
}

// left returns how much of the time is left at a moment.
func (g *grace) left(now time.Time) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.until.IsZero() {
		g.until = now.Add(cleanupGrace)
	}
	return g.until.Sub(now)
}

// CleanupContext returns the context for what has to be done at the end of a run, whatever ended
// it. It ends after limit. If ctx ends or the target does not answer, that is after four seconds,
// which all these contexts of a runner share.
func (r *Runner) CleanupContext(ctx context.Context, limit time.Duration) (context.Context,
	context.CancelFunc,
) {
	if r.silence() != nil {
		limit = min(limit, cleanupGrace)
	}
	cleanup, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	stop := context.AfterFunc(ctx, func() {
		timer := time.AfterFunc(r.grace.left(r.options.Now()), cancel)
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
	t.ctx, t.ending, t.hurried = cleanup, true, func() bool { return ctx.Err() != nil }
	for _, f := range slices.Backward(t.functions) {
		err = errors.Join(err, t.guard(f))
	}
	return err
}
