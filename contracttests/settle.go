package contracttests

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/contracttests/live"
	"example.com/patmock/contracttests/report"
)

// DefaultSettle is how long the lists of a live target may take to show a write that it has answered. A tenant is
// eventually consistent: the harness looks at the list of the token's owner after each write, at once and then less and less
// often, and a scenario goes on when the write shows, or fails when it does not show in this time. What it looks at counts as
// requests of the scenario, and is no part of what is observed. A patmock is consistent, and not looked at.
const DefaultSettle = 10 * time.Second

// How long is waited between two looks at a list: at first, and at most.
const (
	firstPause   = 100 * time.Millisecond
	longestPause = 2 * time.Second
)

// settled are the properties by which a list shows a patch. Others, such as lastUsed, may change by themselves.
var settled = []string{"name", "scope", "expirationDate", "userAwareTokenNeverExpires"}

// effect is what the list of its owner shows of a token when a write has come through.
type effect struct {
	id string
	// gone tells that it is not there.
	gone bool
	// patched are properties with their values, nil where the token only has to be there.
	patched map[string]any
}

// shown says how a list differs from the effect, empty for not at all.
func (e effect) shown(list []map[string]any) (problem, diff string) {
	for _, token := range list {
		if token["id"] != e.id {
			continue
		}
		if e.gone {
			return "the deleted token " + e.id + " is listed", ""
		}
		for name, want := range e.patched {
			if diff := cmp.Diff(want, token[name]); diff != "" {
				return fmt.Sprintf("%s of the patched token %s is not listed as patch answered it", name, e.id), diff
			}
		}
		return "", ""
	}
	if e.gone {
		return "", ""
	}
	return "the token " + e.id + " is not listed", ""
}

// patchedBy are the properties by which an answer to a patch is found in a list.
func patchedBy(token map[string]any) map[string]any {
	patched := map[string]any{}
	for _, name := range settled {
		if value, there := token[name]; there {
			patched[name] = value
		}
	}
	return patched
}

// effects are those of a write that was answered, by what it asked for.
func effects(operation string, x *exchange) []effect {
	if x.Status < 200 || x.Status > 299 {
		return nil
	}
	id := x.id()
	switch operation {
	case "createPersonalAccessToken":
		if id, _, made := created(x.Status, []byte(x.Reply)); made {
			return []effect{{id: id}}
		}
	case "deletePersonalAccessToken":
		return []effect{{id: id, gone: true}}
	case "patchPersonalAccessToken":
		var token map[string]any
		if json.Unmarshal([]byte(x.Reply), &token) == nil {
			return []effect{{id: id, patched: patchedBy(token)}}
		}
	case "updateBulkPersonalAccessTokens", "updateBulkPersonalAccessTokensPost":
		var tokens []map[string]any
		if json.Unmarshal([]byte(x.Reply), &tokens) != nil {
			return nil
		}
		var all []effect
		for _, token := range tokens {
			id, _ := token["id"].(string)
			all = append(all, effect{id: id, patched: patchedBy(token)})
		}
		return all
	}
	return nil
}

// settle waits until the lists show what a write did, on a live target. A token whose owner is none of the identities cannot
// be waited for.
func (t *T) settle(effects []effect) {
	if !t.run.target.Live() {
		return
	}
	for _, e := range effects {
		if owner := t.owners[e.id]; owner.given() {
			t.await(owner, e)
		}
	}
}

// await looks at the list of an identity until it shows an effect.
func (t *T) await(owner Credentials, e effect) {
	deadline := t.run.Now().Add(t.run.options.Settle)
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		problem, diff := t.look(owner, e)
		if problem == "" {
			return
		}
		left := deadline.Sub(t.run.Now())
		if left <= 0 {
			t.fail(report.KindNotVisible, fmt.Sprintf("the write does not show within %s (Options.Settle): %s", t.run.options.Settle, problem), diff)
			panic(stopped{})
		}
		jittered := pause/2 + rand.N(pause/2) //nolint:gosec // so that two runs do not keep step: nobody gains by foreseeing it
		t.must(t.run.options.Wait(t.ctx, min(jittered, left)))
	}
}

// look says how an identity's own list differs from an effect.
func (t *T) look(owner Credentials, e effect) (problem, diff string) {
	c := t.client(owner)
	t.requests++
	x, err := c.carry(t.ctx, Request{Method: http.MethodGet, Path: t.path(), Query: url.Values{"owner-id": {"me"}}})
	var refused *live.Refusal
	if errors.As(err, &refused) && t.ending {
		return "", "" // that it is gone matters more than that this shows
	}
	t.must(err)
	if x.Status == http.StatusUnauthorized { // its access token may have expired meanwhile
		t.forget(c)
	}
	var list []map[string]any
	if x.Status != http.StatusOK || json.Unmarshal([]byte(x.Reply), &list) != nil {
		return fmt.Sprintf("the list of its owner is answered %d", x.Status), ""
	}
	return e.shown(list)
}

// wait lets wall time pass.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
