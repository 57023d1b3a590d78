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

// Kind names what a generated mutant changes.
type Kind string

// Kinds of generated mutants.
const (
	KindProperty Kind = "property"
	KindHeader   Kind = "header"
	KindClaim    Kind = "claim"
	KindRule     Kind = "rule"
)

// Generated is a mutant that is made by rule: for each place of a Surface, and for each mutant of
// All.
type Generated struct {
	// Name says what is changed, how and where: "property/token/scope/null/v2026".
	Name string
	Kind Kind
	// Scenarios are the ids of those that notice the mutant of All that it is made of, nil for
	// others.
	Scenarios []string
	wrap      wrap
}

// Wrap puts the mutant around a handler, as Mutant.Wrap does.
func (g Generated) Wrap(next http.Handler) http.Handler { return g.wrap(next) }

// Generate returns the mutants of a surface, in the order of their names.
func (s *Inventory) Generate() []Generated {
	s.mu.Lock()
	defer s.mu.Unlock()
	type group struct {
		kind        Kind
		group, name string
	}
	ops := map[group][]operation{}
	for p := range s.places {
		key := group{p.kind, p.group, p.name}
		ops[key] = append(ops[key], p.op)
	}
	var all []Generated
	for key, ops := range ops {
		slices.Sort(ops)
		switch key.kind {
		case KindProperty:
			all = append(all, ofProperty(key.group, key.name, ops)...)
		case KindHeader:
			all = append(all, ofHeader(ops[0], key.name)...)
		case KindClaim:
			all = append(all, ofClaim(key.name)...)
		}
	}
	for _, m := range All() {
		all = append(all, ofRule(m)...)
	}
	slices.SortFunc(all, func(a, b Generated) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// where is a part of the responses of a group. Item counts from zero.
type where struct {
	name  string
	holds func(x *exchange, a *answer, item int) bool
}

func everywhere(*exchange, *answer, int) bool { return true }

// second is the user of the fixture who is the second identity of a scenario.
const second = "john.roe"

// secondOnly chooses responses to the second user, and his logins.
func secondOnly(x *exchange, a *answer, _ int) bool {
	if x.op == login {
		return a.text("user_name") == second
	}
	return x.caller().UserName == second
}

// wheres returns the parts of the responses of a group: all, one operation, one version, lists of
// all tokens, the second user, and the items after the tenth.
func wheres(group string, ops []operation) []where {
	parts := []where{{"everywhere", everywhere}, {"second-user", secondOnly}}
	if len(ops) > 1 {
		for _, op := range ops {
			parts = append(parts, where{string(op), func(x *exchange, _ *answer, _ int) bool {
				return x.op == op
			}})
		}
	}
	if group == tokenGroup || group == errorGroup {
		for _, v := range []string{"beta", "v3", "v2024", "v2025", "v2026", "v1"} {
			parts = append(parts, where{v, func(x *exchange, _ *answer, _ int) bool {
				return x.version == v
			}})
		}
	}
	if group == tokenGroup && slices.Contains(ops, list) {
		parts = append(parts,
			where{"list-of-all", func(x *exchange, _ *answer, _ int) bool {
				return x.op == list && ofAll(x)
			}},
			where{"after-the-tenth", func(_ *exchange, _ *answer, item int) bool {
				return item >= 10
			}},
		)
	}
	return parts
}

// sighting is the latest value of a property of one object, and the value before it.
type sighting struct {
	value, before any
	changed       bool
	// number of the object, in the order in which they were seen first, from zero.
	number int
}

// absent is the value of a property that is left out.
type absent struct{}

// defaults are the values that a property has if a request leaves it out.
var defaults = object{
	"accessTokenValiditySeconds": float64(43200), "expirationDate": nil, "lastUsed": nil,
	"managed": false,
	"scope":   []any{allScopes}, "userAwareTokenNeverExpires": false,
}

// values replace a property. ok reports whether there is such a value.
var values = []struct {
	name string
	of   func(name, id string, value any, seen map[string]sighting) (other any, ok bool)
}{
	{"absent", func(string, string, any, map[string]sighting) (any, bool) {
		return absent{}, true
	}},
	{"null", func(string, string, any, map[string]sighting) (any, bool) { return nil, true }},
	{"another", func(_, id string, value any, seen map[string]sighting) (any, bool) {
		var another sighting
		found := false
		for other, s := range seen {
			if other != id && !reflect.DeepEqual(s.value, value) &&
				(!found || s.number < another.number) {
				another, found = s, true
			}
		}
		return another.value, found
	}},
	{"previous", func(_, id string, _ any, seen map[string]sighting) (any, bool) {
		return seen[id].before, seen[id].changed
	}},
	{"default", func(name, _ string, value any, _ map[string]sighting) (any, bool) {
		if d, known := defaults[name]; known {
			return d, true
		}
		if value == nil {
			return "", true
		}
		return reflect.Zero(reflect.TypeOf(value)).Interface(), true
	}},
}

// ofProperty returns the mutants of a property.
func ofProperty(group, name string, ops []operation) (all []Generated) {
	chosen := func(t target) bool { return slices.Contains(ops, t.op) }
	for _, v := range values {
		for _, part := range wheres(group, ops) {
			all = append(all, Generated{
				Name: strings.Join([]string{
					string(KindProperty), group, strings.ReplaceAll(name, "/", "."), v.name,
					part.name,
				}, "/"),
				Kind: KindProperty,
				wrap: stateful(chosen, func(seen map[string]sighting, x *exchange) *answer {
					a := x.forward()
					if groupOf(x, a) != group {
						return a
					}
					objects, changed := a.objects(), false
					for i, o := range objects {
						id := idOf(x, a, o)
						visit(o, name, func(parent object, key string) {
							value := parent[key]
							if _, known := seen[id]; !known {
								seen[id] = sighting{number: len(seen)}
							}
							seen[id] = seen[id].next(value)
							other, ok := v.of(name, id, value, seen)
							if !ok || !part.holds(x, a, i) || reflect.DeepEqual(other, value) {
								return
							}
							changed = true
							if _, left := other.(absent); left {
								delete(parent, key)
							} else {
								parent[key] = other
							}
						})
					}
					switch {
					case !changed:
					case a.object() != nil:
						a.put(objects[0])
					default:
						a.put(objects)
					}
					return a
				}),
			})
		}
	}
	return all
}

// next is the sighting after another value was seen.
func (s sighting) next(value any) sighting {
	if reflect.DeepEqual(s.value, value) {
		return s
	}
	return sighting{value: value, before: s.value, changed: s.value != nil, number: s.number}
}

// idOf distinguishes the objects of responses: tokens by their ids, logins by their clients, and
// errors by their status.
func idOf(x *exchange, a *answer, o object) string {
	return cmp.Or(text(o, "id"), x.client(), strconv.Itoa(a.status))
}

// ofHeader returns the mutants of a header of an operation.
func ofHeader(op operation, name string) []Generated {
	other := "other"
	if name == "Date" {
		other = time.Unix(0, 0).UTC().Format(http.TimeFormat)
	}
	change := func(kind string, f func(http.Header)) Generated {
		return Generated{
			Name: strings.Join([]string{string(KindHeader), string(op), name, kind}, "/"),
			Kind: KindHeader,
			wrap: mutateResponse(on(op), func(a *answer) {
				if _, present := a.header[name]; present {
					f(a.header)
				}
			}),
		}
	}
	return []Generated{
		change("absent", func(h http.Header) { h[name] = nil }),
		change("other", func(h http.Header) { h[name] = []string{other} }),
	}
}

// ofClaim returns the mutants of a claim of access tokens.
func ofClaim(name string) (all []Generated) {
	for _, part := range []where{{"everywhere", everywhere}, {"second-user", secondOnly}} {
		change := func(kind string, f func(claims object)) {
			all = append(all, Generated{
				Name: strings.Join([]string{string(KindClaim), name, kind, part.name}, "/"),
				Kind: KindClaim,
				wrap: claim(func(x *exchange, a *answer, claims object) {
					if _, present := claims[name]; present && part.holds(x, a, 0) {
						f(claims)
					}
				}),
			})
		}
		change("absent", func(claims object) { delete(claims, name) })
		change("other", func(claims object) { claims[name] = otherThan(claims[name]) })
	}
	return all
}

// otherThan returns another value of the same type.
func otherThan(value any) any {
	switch value := value.(type) {
	case string:
		return "another " + value
	case float64:
		return value + 3600 // further than clocks may differ
	case bool:
		return !value
	case []any:
		return append([]any{"another"}, value...)
	}
	return "another"
}

// ofRule returns mutants that keep or break a rule for the first requests of each operation only,
// in all namespaces together. All breaks it for all of them.
func ofRule(m Mutant) []Generated {
	make := func(how string, broken func(request int64) bool) Generated {
		return Generated{
			Name: strings.Join([]string{string(KindRule), string(m.Rule), m.Name, how}, "/"),
			Kind: KindRule, Scenarios: m.KilledBy,
			wrap: func(next http.Handler) http.Handler {
				mutated := m.Wrap(next)
				var counts sync.Map // of *atomic.Int64, by operation
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					count, _ := counts.LoadOrStore(targetOf(r).op, new(atomic.Int64))
					if broken(count.(*atomic.Int64).Add(1)) {
						mutated.ServeHTTP(w, r)
					} else {
						next.ServeHTTP(w, r)
					}
				})
			},
		}
	}
	return []Generated{
		make("applied-to-the-first", func(request int64) bool { return request > 1 }),
		make("applied-to-the-first-ten", func(request int64) bool { return request > 10 }),
		make("ignored-for-the-first-ten", func(request int64) bool { return request <= 10 }),
	}
}
