package mutants

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// pairedRequest is a request that waits for a concurrent one.
type pairedRequest struct {
	partner  chan *exchange
	response chan *response
}

// partnerTimeout is the time that a request waits for a concurrent one.
const partnerTimeout = 100 * time.Millisecond

// mutateConcurrent calls f for two concurrent requests with the same key. It forwards a request
// that has no key or no partner.
func mutateConcurrent(m matcher, key func(*exchange) string,
	f func(first, second *exchange) (firstResp, secondResp *response),
) middleware {
	return func(next http.Handler) http.Handler {
		var mu sync.Mutex
		waiting := map[string]*pairedRequest{}
		// joinOrWait returns the request that waits with that key, or lets p wait.
		joinOrWait := func(k string, p *pairedRequest) *pairedRequest {
			mu.Lock()
			defer mu.Unlock()
			other := waiting[k]
			if waiting[k] = p; other != nil {
				delete(waiting, k)
			}
			return other
		}
		// stopWaiting ends the wait of p, and reports whether p has no partner.
		stopWaiting := func(k string, p *pairedRequest) bool {
			mu.Lock()
			defer mu.Unlock()
			alone := waiting[k] == p
			if alone {
				delete(waiting, k)
			}
			return alone
		}
		return wrap(m, func(x *exchange) *response {
			k := key(x)
			if k == "" {
				return x.forward()
			}
			k = x.prefix + " " + k
			p := &pairedRequest{make(chan *exchange, 1), make(chan *response, 1)}
			if other := joinOrWait(k, p); other != nil {
				other.partner <- x
				return <-other.response
			}
			select {
			case <-time.After(partnerTimeout):
				if stopWaiting(k, p) {
					return x.forward()
				}
			case second := <-p.partner:
				p.partner <- second
			}
			firstResp, secondResp := f(x, <-p.partner)
			p.response <- secondResp
			return firstResp
		})(next)
	}
}

// tokenIDOf returns the id of the token that a patch, a delete or a bulk update changes.
func tokenIDOf(x *exchange) string {
	if x.op == bulk && len(x.bulkIDs()) > 0 {
		return slices.Min(x.bulkIDs())
	}
	return x.id
}

// undoSecond forwards two writes, then reverts the effect of the second on the token.
func undoSecond(first, second *exchange) (firstResp, secondResp *response) {
	previous := first.findToken(tokenIDOf(first))
	firstResp, secondResp = first.forward(), second.forward()
	restored := []object{}
	for _, op := range append(second.patchOperations(), second.bulkOperations()...) {
		field := strings.Split(text(op, "path")+"/", "/")[1]
		if value, present := previous[field]; present {
			restored = append(restored, object{
				"op": "replace", "path": "/" + field, "value": value,
			})
		}
	}
	undo := second.withBody(restored)
	undo.r = second.r.Clone(second.r.Context())
	undo.r.Method = http.MethodPatch
	undo.r.URL.Path = second.collectionPath(second.version) + "/" + tokenIDOf(first)
	undo.r.Header.Set("Content-Type", "application/json-patch+json")
	undo.forward()
	return firstResp, secondResp
}

// concurrentWrites break rules for concurrent requests only.
var concurrentWrites = []Mutant{
	{
		"creates-at-once-of-one-name", "name-unique",
		"Two concurrent creates with the same name both succeed.",
		killedBy("atonce/creates-of-one-name"),
		mutateConcurrent(on(create), func(x *exchange) string { return text(x.object(), "name") },
			func(first, second *exchange) (firstResp, secondResp *response) {
				firstResp = first.forward()
				name, _ := substituteName(second)
				secondResp = second.forward()
				secondResp.changeObjects(func(token object) { token["name"] = name })
				return firstResp, secondResp
			}),
	},
	{
		"patches-at-once-lose-a-property", "patch-fields",
		"The second of two concurrent patches is lost.",
		killedBy("atonce/patches-of-two-properties"),
		mutateConcurrent(on(patch), tokenIDOf, undoSecond),
	},
	{
		"bulk-and-patch-at-once-lose-a-property", "bulk-update",
		"The second of a concurrent bulk update and patch is lost.",
		killedBy("atonce/bulk-and-patch"), mutateConcurrent(on(patch, bulk), tokenIDOf, undoSecond),
	},
	{
		"deletes-at-once-are-204", "delete-is-final",
		"Two concurrent deletes of a token are both 204.",
		killedBy("atonce/deletes-of-one-id"),
		mutateConcurrent(on(remove), tokenIDOf,
			func(first, second *exchange) (firstResp, secondResp *response) {
				if firstResp = first.forward(); firstResp.ok() {
					return firstResp, newResponse(http.StatusNoContent, nil)
				}
				return firstResp, second.forward()
			}),
	},
}
