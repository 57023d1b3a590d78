package mutants

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// pair is a request that waits for another one.
type pair struct {
	partner chan *exchange
	answer  chan *answer
}

// patience is for how long a request waits for another one that comes at once with it.
const patience = 100 * time.Millisecond

// crossing answers two requests with the same key that come at once with what f returns. A request
// without a key, and one that comes alone, is forwarded.
func crossing(m match, key func(*exchange) string,
	f func(first, second *exchange) (a, b *answer),
) wrap {
	return func(next http.Handler) http.Handler {
		var mu sync.Mutex
		waiting := map[string]*pair{}
		// take returns who waits with that key, or lets p wait.
		take := func(k string, p *pair) *pair {
			mu.Lock()
			defer mu.Unlock()
			other := waiting[k]
			if waiting[k] = p; other != nil {
				delete(waiting, k)
			}
			return other
		}
		// leave ends the wait of p, and reports whether nobody came.
		leave := func(k string, p *pair) bool {
			mu.Lock()
			defer mu.Unlock()
			alone := waiting[k] == p
			if alone {
				delete(waiting, k)
			}
			return alone
		}
		return around(m, func(x *exchange) *answer {
			k := key(x)
			if k == "" {
				return x.forward()
			}
			k = x.prefix + " " + k
			p := &pair{make(chan *exchange, 1), make(chan *answer, 1)}
			if other := take(k, p); other != nil {
				other.partner <- x
				return <-other.answer
			}
			select {
			case <-time.After(patience):
				if leave(k, p) {
					return x.forward()
				}
			case second := <-p.partner:
				p.partner <- second
			}
			a, b := f(x, <-p.partner)
			p.answer <- b
			return a
		})(next)
	}
}

// about is the token that a patch, a delete or a bulk update is about.
func about(x *exchange) string {
	if x.op == bulk && len(x.ids()) > 0 {
		return slices.Min(x.ids())
	}
	return x.id
}

// lost forwards two writes, and takes back what the second did to the token.
func lost(first, second *exchange) (a, b *answer) {
	former := first.token(about(first))
	a, b = first.forward(), second.forward()
	restored := []object{}
	for _, op := range append(second.operations(), second.steps()...) {
		field := strings.Split(text(op, "path")+"/", "/")[1]
		if value, present := former[field]; present {
			restored = append(restored, object{
				"op": "replace", "path": "/" + field, "value": value,
			})
		}
	}
	undo := second.with(restored)
	undo.r = second.r.Clone(second.r.Context())
	undo.r.Method = http.MethodPatch
	undo.r.URL.Path = second.collection(second.version) + "/" + about(first)
	undo.r.Header.Set("Content-Type", "application/json-patch+json")
	undo.forward()
	return a, b
}

// atOnce are mutants of requests that come at once.
var atOnce = []Mutant{
	{
		"creates-at-once-of-one-name", "name-unique",
		"Two creates of one name that come at once both succeed.", by("atonce/creates-of-one-name"),
		crossing(on(create), func(x *exchange) string { return text(x.object(), "name") },
			func(first, second *exchange) (a, b *answer) {
				a = first.forward()
				name, _ := otherName(second)
				b = second.forward()
				b.each(func(token object) { token["name"] = name })
				return a, b
			}),
	},
	{
		"patches-at-once-lose-a-property", "patch-fields",
		"Of two patches that come at once the second is lost.",
		by("atonce/patches-of-two-properties"), crossing(on(patch), about, lost),
	},
	{
		"bulk-and-patch-at-once-lose-a-property", "bulk-update",
		"Of a bulk update and a patch that come at once the second is lost.",
		by("atonce/bulk-and-patch"), crossing(on(patch, bulk), about, lost),
	},
	{
		"deletes-at-once-are-204", "delete-is-final",
		"Two deletes of one token that come at once are both 204.", by("atonce/deletes-of-one-id"),
		crossing(on(remove), about, func(first, second *exchange) (a, b *answer) {
			if a = first.forward(); a.ok() {
				return a, reply(http.StatusNoContent, nil)
			}
			return a, second.forward()
		}),
	},
}
