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

// DefaultConsistencyTimeout is the default of Options.ConsistencyTimeout. A tenant is eventually
// consistent. After each write the harness polls the list of the token's owner, with growing
// intervals. The scenario continues when the list shows the write, and fails after the timeout. The
// polls count as requests of the scenario, but are not recorded. A patmock is consistent and is not
// polled.
const DefaultConsistencyTimeout = 10 * time.Second

// The bounds of the interval between two polls.
const (
	initialPollInterval = 100 * time.Millisecond
	maxPollInterval     = 2 * time.Second
)

// effect is the expected state of a token in its owner's list after a write.
type effect struct {
	id string
	// deleted means that the list must not have the token.
	deleted bool
	// patched is the response to a patch. Nil means that the token must only be listed.
	patched *Token
}

// mismatch describes how a list contradicts the effect. It is empty if the list shows the effect.
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
			problem = name + " of the patched token " + e.id +
				" is not listed as in the response to patch"
		}
		return problem, diff
	}
	if e.deleted {
		return "", ""
	}
	return "the token " + e.id + " is not listed", ""
}

// firstDifference returns the first property in which a listed token differs from the response to
// patch. It ignores properties that the response lacks. It also ignores lastUsed, because logins
// change it.
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

// effects returns the expected effects of a successful write.
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

// awaitEffects waits until the lists of a real tenant show the effects of a write. It skips tokens
// of unknown owners.
func (t *T) awaitEffects(effects []effect) {
	// an interrupted cleanup deletes the rest without waiting
	if !t.RealTenant() || t.cleaningUp && t.interrupted() {
		return
	}
	for _, e := range effects {
		if owner := t.owners[e.id]; owner.isSet() {
			t.awaitVisible(owner, e)
		}
	}
}

// awaitVisible polls the list of an identity until it shows an effect.
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
				fmt.Sprintf("the write is not visible after %s (Options.ConsistencyTimeout): %s",
					t.run.options.ConsistencyTimeout, problem), diff)
			panic(abort{})
		}
		//nolint:gosec // jitter keeps two runs from polling in step; it need not be unpredictable
		jittered := interval/2 + rand.N(interval/2)
		t.must(t.run.options.Wait(t.ctx, min(jittered, remaining)))
	}
}

// checkList fetches the own list of an identity and describes how it contradicts an effect.
func (t *T) checkList(owner Credentials, e effect) (problem, diff string) {
	c := t.client(owner)
	t.requests++
	t.run.observed.lists.Add(1)
	x, err := c.do(t.ctx, Request{
		Method: http.MethodGet, Path: t.CollectionPath(), Query: url.Values{"owner-id": {"me"}},
	})
	var rejected *tenantguard.NotSentError
	if errors.As(err, &rejected) && t.cleaningUp {
		return "", "" // deleting the rest is more important
	}
	t.must(err)
	t.must(t.gatewayError(x))
	t.judgeExchange(x)
	if x.Status == http.StatusUnauthorized { // the access token may have expired
		t.evictLogin(c)
	}
	var list []Token
	if x.Status != http.StatusOK {
		return fmt.Sprintf("the list of the owner has status %d", x.Status), ""
	}
	if err := json.Unmarshal([]byte(x.ResponseBody), &list); err != nil {
		return fmt.Sprintf("the list of the owner is not a list of tokens: %v", err), ""
	}
	return e.mismatch(list)
}
