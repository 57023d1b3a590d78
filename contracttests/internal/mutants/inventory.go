package mutants

import (
	"bytes"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// A Surface holds what responses show: properties, headers and claims, by operation. It is learned
// from the exchanges of a run, so that nothing that a response has is left out of the generated
// mutants.
type Inventory struct {
	mu        sync.Mutex
	exchanges []Exchange
	places    map[place]bool
}

// place is where a response shows something.
type place struct {
	kind Kind
	// group of operations whose responses have the same form.
	group string
	op    operation
	// name of a property, header or claim. That of a property has its parents before it:
	// "owner/id".
	name string
}

// Exchange is a request and its response, as a Surface has recorded them.
type Exchange struct {
	request  *http.Request
	body     []byte
	response *answer
}

// Record returns a handler that records the exchanges with next.
func (s *Inventory) Record(next http.Handler) http.Handler {
	return after(anything, func(x *exchange, a *answer) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.exchanges = append(s.exchanges, Exchange{x.r, x.body, a})
		s.learn(x, a)
	})(next)
}

// Drain returns the exchanges that were recorded since the last call.
func (s *Inventory) Drain() []Exchange {
	s.mu.Lock()
	defer s.mu.Unlock()
	taken := s.exchanges
	s.exchanges = nil
	return taken
}

// learn adds the places of a response.
func (s *Inventory) learn(x *exchange, a *answer) {
	if s.places == nil {
		s.places = map[place]bool{}
	}
	add := func(kind Kind, group, name string) { s.places[place{kind, group, x.op, name}] = true }
	for name := range a.header {
		if name != "Content-Length" {
			add(KindHeader, string(x.op), name)
		}
	}
	if group := groupOf(x, a); group != "" {
		for _, o := range a.objects() {
			eachPlace("", o, func(name string) { add(KindProperty, group, name) })
		}
	}
	if parts := strings.Split(a.text("access_token"), "."); x.op == login && len(parts) == 3 {
		for name := range claimsIn(parts[1]) {
			add(KindClaim, string(login), name)
		}
	}
}

// Groups of responses beside those of the token endpoint's operations, which are named as these
// are.
const (
	tokenGroup = "token"
	errorGroup = "error"
)

// groupOf returns the group of a response, empty if it has no properties.
func groupOf(x *exchange, a *answer) string {
	switch {
	case a.status >= http.StatusBadRequest:
		return errorGroup
	case on(list, create, patch, bulk)(x.target):
		return tokenGroup
	case on(login, check, info)(x.target):
		return string(x.op)
	}
	return ""
}

// objects are the object that is the body, or those of the array.
func (a *answer) objects() []object {
	if o := a.object(); o != nil {
		return []object{o}
	}
	return a.array()
}

// eachPlace calls f with the name of each property of an object and of those in it.
func eachPlace(prefix string, o object, f func(name string)) {
	for name, value := range o {
		f(prefix + name)
		switch value := value.(type) {
		case object:
			eachPlace(prefix+name+"/", value, f)
		case []any:
			for _, item := range value {
				if o, ok := item.(object); ok {
					eachPlace(prefix+name+"/", o, f)
				}
			}
		}
	}
}

// visit calls f for the parent of each property of that name.
func visit(o object, name string, f func(parent object, key string)) {
	key, rest, deeper := strings.Cut(name, "/")
	value, present := o[key]
	switch {
	case !present:
	case !deeper:
		f(o, key)
	default:
		items, isArray := value.([]any)
		if !isArray {
			items = []any{value}
		}
		for _, item := range items {
			if o, ok := item.(object); ok {
				visit(o, rest, f)
			}
		}
	}
}

// Changes reports whether a mutant changes any response of recorded exchanges. It is exact for
// mutants that do nothing but change responses.
func (g Generated) Changes(exchanges []Exchange) bool {
	var response *answer
	handler := g.wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		response.send(w)
	}))
	for _, x := range exchanges {
		response = x.response
		if !ask(handler, x.request, x.body).same(response) {
			return true
		}
	}
	return false
}

// same reports whether two answers are the same for a client.
func (a *answer) same(other *answer) bool {
	if a.status != other.status || !bytes.Equal(a.body, other.body) {
		return false
	}
	names := func(h http.Header) []string {
		return slices.DeleteFunc(slices.Sorted(maps.Keys(h)), func(name string) bool {
			return name == "Content-Length"
		})
	}
	sameField := func(name string) bool { return slices.Equal(a.header[name], other.header[name]) }
	return slices.Equal(names(a.header), names(other.header)) &&
		!slices.ContainsFunc(names(a.header), func(name string) bool { return !sameField(name) })
}
