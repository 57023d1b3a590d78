package contracttests

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"

	"example.com/patmock/contracttests/report"
	"example.com/patmock/contracttests/tenantguard"
)

// DefaultConsistencyTimeout is how long the lists of a live target may take to show a write that it
// has answered. A tenant is eventually consistent: the harness looks at the list of the token's
// owner after each write, at once and then less and less often, and a scenario goes on when the
// write shows, or fails when it does not show in this time. What it looks at counts as requests of
// the scenario, and is no part of what is observed. A patmock is consistent, and not looked at.
const DefaultConsistencyTimeout = 10 * time.Second

// How long is waited between two looks at a list: at first, and at most.
const (
	initialPollInterval = 100 * time.Millisecond
	maxPollInterval     = 2 * time.Second
)

// effect is what the list of its owner shows of a token when a write has come through.
type effect struct {
	id string
	// deleted tells that it is not there.
	deleted bool
	// patched is the response to a patch, nil if the token only has to be there.
	patched *Token
}

// mismatch says how a list differs from the effect, empty for not at all.
func (e effect) mismatch(list []Token) (problem, diff string) {
	for _, token := range list {
		if token.ID != e.id {
			continue
		}
		if e.deleted {
			return "the deleted token " + e.id + " is listed", ""
		}
		if e.patched == nil {
			return "", ""
		}
		name, diff := e.patched.firstDifference(token)
		if diff != "" {
			problem = name + " of the patched token " + e.id + " is not listed as patch answered it"
		}
		return problem, diff
	}
	if e.deleted {
		return "", ""
	}
	return "the token " + e.id + " is not listed", ""
}

// firstDifference returns the first property by which a list does not show a patched token yet.
// Properties that the response to the patch lacks do not count, nor do those that change by
// themselves, such as lastUsed.
func (k *Token) firstDifference(listed Token) (name, diff string) {
	for _, property := range []struct {
		name      string
		present   bool
		want, got any
	}{
		{"name", true, k.Name, listed.Name},
		{"scope", k.Scope.Present, k.Scope, listed.Scope},
		{"expirationDate", k.ExpirationDate.Present, k.ExpirationDate, listed.ExpirationDate},
		{
			"userAwareTokenNeverExpires", k.UserAwareTokenNeverExpires.Present,
			k.UserAwareTokenNeverExpires, listed.UserAwareTokenNeverExpires,
		},
	} {
		if diff := difference(property.want, property.got); property.present && diff != "" {
			return property.name, diff
		}
	}
	return "", ""
}

// effects are those of a write that was answered, by what it asked for.
func effects(operation string, x *exchange) []effect {
	if x.Status < 200 || x.Status > 299 {
		return nil
	}
	id := x.id()
	switch operation {
	case "createPersonalAccessToken":
		if id, _, ok := parseCreated(x.Status, []byte(x.ResponseBody)); ok {
			return []effect{{id: id}}
		}
	case "deletePersonalAccessToken":
		return []effect{{id: id, deleted: true}}
	case "patchPersonalAccessToken":
		var token Token
		if json.Unmarshal([]byte(x.ResponseBody), &token) == nil {
			return []effect{{id: id, patched: &token}}
		}
	case "updateBulkPersonalAccessTokens", "updateBulkPersonalAccessTokensPost":
		var tokens []Token
		if json.Unmarshal([]byte(x.ResponseBody), &tokens) != nil {
			return nil
		}
		var all []effect
		for _, token := range tokens {
			all = append(all, effect{id: token.ID, patched: &token})
		}
		return all
	}
	return nil
}

// awaitEffects waits until the lists show what a write did, on a live target. A token whose owner
// is none of the identities cannot be waited for.
func (t *T) awaitEffects(effects []effect) {
	if !t.RealTenant() || t.cleaningUp && t.interrupted() { // a cleanup in a hurry deletes the rest
		return
	}
	for _, e := range effects {
		if owner := t.owners[e.id]; owner.isSet() {
			t.awaitVisible(owner, e)
		}
	}
}

// awaitVisible looks at the list of an identity until it shows an effect.
func (t *T) awaitVisible(owner Credentials, e effect) {
	deadline := t.run.Now().Add(t.run.options.ConsistencyTimeout)
	for interval := initialPollInterval; ; interval = min(2*interval, maxPollInterval) {
		problem, diff := t.checkList(owner, e)
		if problem == "" {
			return
		}
		remaining := deadline.Sub(t.run.Now())
		if remaining <= 0 {
			t.fail(report.KindNotVisible,
				fmt.Sprintf("the write does not show within %s (Options.ConsistencyTimeout): %s",
					t.run.options.ConsistencyTimeout, problem), diff)
			panic(abort{})
		}
		//nolint:gosec // jitter keeps two runs from polling in step; it need not be unpredictable
		jittered := interval/2 + rand.N(interval/2)
		t.must(t.run.options.Wait(t.ctx, min(jittered, remaining)))
	}
}

// checkList says how an identity's own list differs from an effect.
func (t *T) checkList(owner Credentials, e effect) (problem, diff string) {
	c := t.client(owner)
	t.requests++
	t.run.observed.lists.Add(1)
	x, err := c.do(t.ctx, Request{
		Method: http.MethodGet, Path: t.CollectionPath(), Query: url.Values{"owner-id": {"me"}},
	})
	var rejected *tenantguard.NotSentError
	if errors.As(err, &rejected) && t.cleaningUp {
		return "", "" // that it is gone matters more than that this shows
	}
	t.must(err)
	t.must(t.gatewayError(x))
	t.judgeExchange(x)
	if x.Status == http.StatusUnauthorized { // its access token may have expired meanwhile
		t.evictLogin(c)
	}
	var list []Token
	if x.Status != http.StatusOK {
		return fmt.Sprintf("the list of its owner is answered %d", x.Status), ""
	}
	if err := json.Unmarshal([]byte(x.ResponseBody), &list); err != nil {
		return fmt.Sprintf("the list of its owner is none: %v", err), ""
	}
	return e.mismatch(list)
}
