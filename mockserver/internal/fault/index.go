package fault

import (
	"maps"
	"net/http"
	"slices"

	"example.com/patmock/mockserver/control"
)

// An index finds the rules that may match a request without iterating over the others.
type index struct {
	rules  map[selector][]*entry // in order
	shapes map[shape]int         // number of rules by shape
}

// A selector has the conditions of a rule, empty for any. It has only the first of several headers.
type selector struct{ operation, version, owner, header, value string }

// A shape is the set of conditions in a selector. There are few shapes, even with many rules.
type shape struct {
	operation, version, owner bool
	header                    string
}

func newIndex() index { return index{map[selector][]*entry{}, map[shape]int{}} }

func selectorOf(f *control.Fault) selector {
	s := selector{operation: f.Operation, version: f.Version, owner: f.Owner}
	if len(f.Header) > 0 {
		name := slices.Min(slices.Collect(maps.Keys(f.Header)))
		s.header, s.value = http.CanonicalHeaderKey(name), f.Header[name]
	}
	return s
}

func (s selector) shape() shape {
	return shape{s.operation != "", s.version != "", s.owner != "", s.header}
}

// add appends a rule.
func (x *index) add(f *entry) {
	sel := selectorOf(&f.Fault)
	x.rules[sel] = append(x.rules[sel], f)
	x.shapes[sel.shape()]++
}

func (x *index) remove(f *entry) {
	sel := selectorOf(&f.Fault)
	x.rules[sel] = slices.DeleteFunc(x.rules[sel], func(other *entry) bool { return other == f })
	if len(x.rules[sel]) == 0 {
		delete(x.rules, sel)
	}
	if x.shapes[sel.shape()]--; x.shapes[sel.shape()] == 0 {
		delete(x.shapes, sel.shape())
	}
}

// find calls visit for the rules with a matching selector, in order, until it returns false. The
// owner and header of sel must be empty.
func (x *index) find(sel selector, owners [2]string, header http.Header,
	visit func(f *entry) bool,
) {
	var buffer [4][]*entry
	lists := buffer[:0]
	for s := range x.shapes {
		lists = x.appendMatches(lists, s, sel, owners, header)
	}
	for len(lists) > 0 {
		next := 0
		for i, list := range lists {
			if list[0].order < lists[next][0].order {
				next = i
			}
		}
		if !visit(lists[next][0]) {
			return
		}
		if lists[next] = lists[next][1:]; len(lists[next]) == 0 {
			lists = slices.Delete(lists, next, next+1)
		}
	}
}

// appendMatches appends the rules of a shape with a matching selector.
func (x *index) appendMatches(lists [][]*entry, s shape, sel selector, owners [2]string,
	header http.Header,
) [][]*entry {
	if !s.operation {
		sel.operation = ""
	}
	if !s.version {
		sel.version = ""
	}
	if !s.owner {
		owners = [2]string{}
	}
	sel.header = s.header
	values := []string{""}
	if s.header != "" {
		values = header[s.header]
	}
	for i, owner := range owners {
		for k, value := range values {
			if slices.Contains(owners[:i], owner) || slices.Contains(values[:k], value) {
				continue
			}
			sel.owner, sel.value = owner, value
			if rules := x.rules[sel]; len(rules) > 0 && sel.shape() == s {
				lists = append(lists, rules)
			}
		}
	}
	return lists
}
