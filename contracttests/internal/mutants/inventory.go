package mutants

import (
	"bytes"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// An Inventory has the properties, headers and claims of responses, by operation. It is built from
// the exchanges of a run, so that the generated mutants cover everything that responses contain.
type Inventory struct {
	mu        sync.Mutex
	exchanges []Exchange
	elements  map[element]bool
}

// element is a property, a header or a claim of responses.
type element struct {
	kind Kind
	// group of operations whose responses have the same structure.
	group string
	op    operation
	// name of the property, header or claim. A property's name includes its parents, as in
	// "owner/id".
	name string
}

// Exchange is a recorded request and its response.
type Exchange struct {
	request  *http.Request
	body     []byte
	response *response
}

// Record returns a handler that records the exchanges with next.
func (s *Inventory) Record(next http.Handler) http.Handler {
	return mutateResponseFor(anyRequest, func(x *exchange, resp *response) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.exchanges = append(s.exchanges, Exchange{x.r, x.body, resp})
		s.addResponse(x, resp)
	})(next)
}

// Drain returns the exchanges that were recorded since the last call.
func (s *Inventory) Drain() []Exchange {
	s.mu.Lock()
	defer s.mu.Unlock()
	exchanges := s.exchanges
	s.exchanges = nil
	return exchanges
}

// addResponse adds the elements of a response.
func (s *Inventory) addResponse(x *exchange, resp *response) {
	if s.elements == nil {
		s.elements = map[element]bool{}
	}
	add := func(kind Kind, group, name string) {
		s.elements[element{kind, group, x.op, name}] = true
	}
	for name := range resp.header {
		if name != "Content-Length" {
			add(KindHeader, string(x.op), name)
		}
	}
	if group := groupOf(x, resp); group != "" {
		for _, o := range resp.objects() {
			walkProperties("", o, func(name string) { add(KindProperty, group, name) })
		}
	}
	if parts := strings.Split(resp.text("access_token"), "."); x.op == login && len(parts) == 3 {
		for name := range decodeSegment(parts[1]) {
			add(KindClaim, string(login), name)
		}
	}
}

// Groups of responses. Other groups are named after the operations of the token endpoint.
const (
	tokenGroup  = "token"
	errorGroup  = "error"
	publicGroup = "public-identity"
	peopleGroup = "identity"
)

// groupOf returns the group of a response, empty if it has no properties.
func groupOf(x *exchange, resp *response) string {
	switch {
	case resp.status >= http.StatusBadRequest:
		return errorGroup
	case on(list, create, patch, bulk)(x.target):
		return tokenGroup
	case x.op == publicPeople:
		return publicGroup
	case on(people, onePerson)(x.target):
		return peopleGroup
	case on(login, check, info)(x.target):
		return string(x.op)
	}
	return ""
}

// objects returns the object in the body, or the objects of the array.
func (resp *response) objects() []object {
	if o := resp.object(); o != nil {
		return []object{o}
	}
	return resp.array()
}

// walkProperties calls f with the name of each property of an object, nested ones included.
func walkProperties(prefix string, o object, f func(name string)) {
	for name, value := range o {
		f(prefix + name)
		switch value := value.(type) {
		case object:
			walkProperties(prefix+name+"/", value, f)
		case []any:
			for _, item := range value {
				if o, ok := item.(object); ok {
					walkProperties(prefix+name+"/", o, f)
				}
			}
		}
	}
}

// visitProperty calls f for the parent of each property with that name.
func visitProperty(o object, name string, f func(parent object, key string)) {
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
				visitProperty(o, rest, f)
			}
		}
	}
}

// Changes reports whether a mutant changes any response of the recorded exchanges. It is exact for
// mutants that only change responses.
func (g GeneratedMutant) Changes(exchanges []Exchange) bool {
	var response *response
	handler := g.wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		response.writeTo(w)
	}))
	for _, x := range exchanges {
		response = x.response
		if !serve(handler, x.request, x.body).equal(response) {
			return true
		}
	}
	return false
}

// equal reports whether two responses are the same for a client.
func (resp *response) equal(other *response) bool {
	if resp.status != other.status || !bytes.Equal(resp.body, other.body) {
		return false
	}
	names := func(h http.Header) []string {
		return slices.DeleteFunc(slices.Sorted(maps.Keys(h)), func(name string) bool {
			return name == "Content-Length"
		})
	}
	equalField := func(name string) bool {
		return slices.Equal(resp.header[name], other.header[name])
	}
	return slices.Equal(names(resp.header), names(other.header)) &&
		!slices.ContainsFunc(names(resp.header), func(name string) bool {
			return !equalField(name)
		})
}
