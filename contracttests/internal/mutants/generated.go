package mutants

import (
	"cmp"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Kind is the kind of a generated mutant.
type Kind string

// The kinds.
const (
	KindProperty Kind = "property"
	KindHeader   Kind = "header"
	KindClaim    Kind = "claim"
	KindRule     Kind = "rule"
)

// GeneratedMutant is a mutant derived from an element of an Inventory, or from a mutant of All.
type GeneratedMutant struct {
	// Name has the element, the change and the subset: "property/token/scope/null/v2026".
	Name string
	Kind Kind
	// Scenarios has the ids that kill the underlying mutant of All, nil for other mutants.
	Scenarios []string
	wrap      middleware
}

// Wrap adds the mutant to a handler, as Mutant.Wrap does.
func (g GeneratedMutant) Wrap(next http.Handler) http.Handler { return g.wrap(next) }

// Generate returns the mutants of the inventory and of All, sorted by name.
func (s *Inventory) Generate() []GeneratedMutant {
	s.mu.Lock()
	defer s.mu.Unlock()
	type group struct {
		kind        Kind
		group, name string
	}
	ops := map[group][]operation{}
	for p := range s.elements {
		key := group{p.kind, p.group, p.name}
		ops[key] = append(ops[key], p.op)
	}
	var all []GeneratedMutant
	for key, ops := range ops {
		slices.Sort(ops)
		switch key.kind {
		case KindProperty:
			all = append(all, propertyMutants(key.group, key.name, ops)...)
		case KindHeader:
			all = append(all, headerMutants(ops[0], key.name)...)
		case KindClaim:
			all = append(all, claimMutants(key.name)...)
		}
	}
	for _, m := range All() {
		all = append(all, ruleMutants(m)...)
	}
	slices.SortFunc(all, func(a, b GeneratedMutant) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// subset is a part of the responses of a group. Item counts from zero.
type subset struct {
	name     string
	contains func(x *exchange, resp *response, item int) bool
}

func inEveryResponse(*exchange, *response, int) bool { return true }

// secondUser is the fixture's user who is the second identity of a scenario.
const secondUser = "john.roe"

// forSecondUser selects the responses to the second user and that user's logins.
func forSecondUser(x *exchange, resp *response, _ int) bool {
	if x.op == login {
		return resp.text("user_name") == secondUser
	}
	return x.callerClaims().UserName == secondUser
}

// subsetsOf returns the subsets of a group: all responses, one operation, one version, lists of all
// tokens, the second user, and the items after the tenth.
func subsetsOf(group string, ops []operation) []subset {
	parts := []subset{{"everywhere", inEveryResponse}, {"second-user", forSecondUser}}
	if len(ops) > 1 {
		for _, op := range ops {
			parts = append(parts, subset{string(op), func(x *exchange, _ *response, _ int) bool {
				return x.op == op
			}})
		}
	}
	if slices.Contains([]string{tokenGroup, errorGroup, publicGroup, peopleGroup}, group) {
		for _, v := range []string{"beta", "v3", "v2024", "v2025", "v2026", "v1"} {
			parts = append(parts, subset{v, func(x *exchange, _ *response, _ int) bool {
				return x.version == v
			}})
		}
	}
	if group == tokenGroup && slices.Contains(ops, list) {
		parts = append(parts,
			subset{"list-of-all", func(x *exchange, _ *response, _ int) bool {
				return x.op == list && listsAll(x)
			}},
			subset{"after-the-tenth", func(_ *exchange, _ *response, item int) bool {
				return item >= 10
			}},
		)
	}
	return parts
}

// observedValue has the latest value of a property of an object, and the previous value.
type observedValue struct {
	value, previous any
	changed         bool
	// number of the object in the order of their first appearance, from zero.
	number int
}

// absent marks a property to remove.
type absent struct{}

// defaults has the values of properties that a request leaves out.
var defaults = object{
	"accessTokenValiditySeconds": float64(43200), "expirationDate": nil, "lastUsed": nil,
	"managed": false,
	"scope":   []any{allScopes}, "userAwareTokenNeverExpires": false,
}

// replacements are the values that replace a property. Ok reports whether there is such a value.
var replacements = []struct {
	name string
	of   func(name, id string, value any, seen map[string]observedValue) (other any, ok bool)
}{
	{"absent", func(string, string, any, map[string]observedValue) (any, bool) {
		return absent{}, true
	}},
	{"null", func(string, string, any, map[string]observedValue) (any, bool) { return nil, true }},
	{"another", func(_, id string, value any, seen map[string]observedValue) (any, bool) {
		var another observedValue
		found := false
		for other, s := range seen {
			if other != id && !reflect.DeepEqual(s.value, value) &&
				(!found || s.number < another.number) {
				another, found = s, true
			}
		}
		return another.value, found
	}},
	{"previous", func(_, id string, _ any, seen map[string]observedValue) (any, bool) {
		return seen[id].previous, seen[id].changed
	}},
	{"default", func(name, _ string, value any, _ map[string]observedValue) (any, bool) {
		if d, known := defaults[name]; known {
			return d, true
		}
		if value == nil {
			return "", true
		}
		return reflect.Zero(reflect.TypeOf(value)).Interface(), true
	}},
}

// propertyMutants returns the mutants of a property.
func propertyMutants(group, name string, ops []operation) (all []GeneratedMutant) {
	selects := func(t target) bool { return slices.Contains(ops, t.op) }
	for _, v := range replacements {
		for _, part := range subsetsOf(group, ops) {
			all = append(all, GeneratedMutant{
				Name: strings.Join([]string{
					string(KindProperty), group, strings.ReplaceAll(name, "/", "."), v.name,
					part.name,
				}, "/"),
				Kind: KindProperty,
				wrap: stateful(selects, func(seen map[string]observedValue, x *exchange) *response {
					resp := x.forward()
					if groupOf(x, resp) != group {
						return resp
					}
					objects, changed := resp.objects(), false
					for i, o := range objects {
						id := objectID(x, resp, o)
						visitProperty(o, name, func(parent object, key string) {
							value := parent[key]
							if _, known := seen[id]; !known {
								seen[id] = observedValue{number: len(seen)}
							}
							seen[id] = seen[id].update(value)
							other, ok := v.of(name, id, value, seen)
							if !ok || !part.contains(x, resp, i) ||
								reflect.DeepEqual(other, value) {
								return
							}
							changed = true
							if _, isAbsent := other.(absent); isAbsent {
								delete(parent, key)
							} else {
								parent[key] = other
							}
						})
					}
					switch {
					case !changed:
					case resp.object() != nil:
						resp.setBody(objects[0])
					default:
						resp.setBody(objects)
					}
					return resp
				}),
			})
		}
	}
	return all
}

// update returns the observed value after another observation.
func (v observedValue) update(value any) observedValue {
	if reflect.DeepEqual(v.value, value) {
		return v
	}
	return observedValue{value: value, previous: v.value, changed: v.value != nil, number: v.number}
}

// objectID identifies an object of a response: a token by its id, a login by its client, an error
// by its status.
func objectID(x *exchange, resp *response, o object) string {
	return cmp.Or(text(o, "id"), x.clientID(), strconv.Itoa(resp.status))
}

// headerMutants returns the mutants of a response header.
func headerMutants(op operation, name string) []GeneratedMutant {
	other := "other"
	if name == "Date" {
		other = time.Unix(0, 0).UTC().Format(http.TimeFormat)
	}
	change := func(kind string, f func(http.Header)) GeneratedMutant {
		return GeneratedMutant{
			Name: strings.Join([]string{string(KindHeader), string(op), name, kind}, "/"),
			Kind: KindHeader,
			wrap: mutateResponse(on(op), func(resp *response) {
				if _, present := resp.header[name]; present {
					f(resp.header)
				}
			}),
		}
	}
	return []GeneratedMutant{
		change("absent", func(h http.Header) { h[name] = nil }),
		change("other", func(h http.Header) { h[name] = []string{other} }),
	}
}

// claimMutants returns the mutants of an access token's claim.
func claimMutants(name string) (all []GeneratedMutant) {
	for _, part := range []subset{{"everywhere", inEveryResponse}, {"second-user", forSecondUser}} {
		change := func(kind string, f func(claims object)) {
			all = append(all, GeneratedMutant{
				Name: strings.Join([]string{string(KindClaim), name, kind, part.name}, "/"),
				Kind: KindClaim,
				wrap: changeClaims(func(x *exchange, resp *response, claims object) {
					if _, present := claims[name]; present && part.contains(x, resp, 0) {
						f(claims)
					}
				}),
			})
		}
		change("absent", func(claims object) { delete(claims, name) })
		change("other", func(claims object) { claims[name] = differentValue(claims[name]) })
	}
	return all
}

// differentValue returns another value of the same type.
func differentValue(value any) any {
	switch value := value.(type) {
	case string:
		return "another " + value
	case float64:
		return value + 3600 // exceeds the tolerance for clocks
	case bool:
		return !value
	case []any:
		return append([]any{"another"}, value...)
	}
	return "another"
}

// ruleMutants returns mutants that break a rule for the first requests of each operation only, or
// for all except those. Requests are counted across namespaces.
func ruleMutants(m Mutant) []GeneratedMutant {
	newMutant := func(variant string, isMutated func(request int64) bool) GeneratedMutant {
		return GeneratedMutant{
			Name: strings.Join([]string{string(KindRule), string(m.Rule), m.Name, variant}, "/"),
			Kind: KindRule, Scenarios: m.KilledBy,
			wrap: func(next http.Handler) http.Handler {
				mutated := m.Wrap(next)
				var counts sync.Map // of *atomic.Int64, by operation
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					count, _ := counts.LoadOrStore(targetOf(r).op, new(atomic.Int64))
					if isMutated(count.(*atomic.Int64).Add(1)) {
						mutated.ServeHTTP(w, r)
					} else {
						next.ServeHTTP(w, r)
					}
				})
			},
		}
	}
	return []GeneratedMutant{
		newMutant("applied-to-the-first", func(request int64) bool { return request > 1 }),
		newMutant("applied-to-the-first-ten", func(request int64) bool { return request > 10 }),
		newMutant("ignored-for-the-first-ten", func(request int64) bool { return request <= 10 }),
	}
}
