package fault

import (
	"maps"
	"net/http"
	"slices"

	"example.com/patmock/mockserver/control"
)

// A ruleIndex finds the rules that may match a request without iterating over the others.
type ruleIndex struct {
	rules  map[selector][]*entry // each list in order
	shapes map[shape]int         // number of rules by shape
}

// A selector holds the conditions of a rule. An empty field matches any value. If the rule has
// several headers, the selector holds only the first.
type selector struct{ operation, version, owner, header, value string }

// A shape reports which fields of a selector are set. There are few shapes, even with many rules.
type shape struct {
	operation, version, owner bool
	header                    string
}

func newIndex() ruleIndex { return ruleIndex{map[selector][]*entry{}, map[shape]int{}} }

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
func (x *ruleIndex) add(e *entry) {
	sel := selectorOf(&e.Fault)
	x.rules[sel] = append(x.rules[sel], e)
	x.shapes[sel.shape()]++
}

func (x *ruleIndex) remove(e *entry) {
	sel := selectorOf(&e.Fault)
	x.rules[sel] = slices.DeleteFunc(x.rules[sel], func(other *entry) bool { return other == e })
	if len(x.rules[sel]) == 0 {
		delete(x.rules, sel)
	}
	if x.shapes[sel.shape()]--; x.shapes[sel.shape()] == 0 {
		delete(x.shapes, sel.shape())
	}
}

// find calls visit for the rules with a matching selector, in order, until visit returns false. The
// owner and header of sel must be empty.
func (x *ruleIndex) find(
	sel selector, owners [2]string, header http.Header, visit func(e *entry) bool,
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
func (x *ruleIndex) appendMatches(
	lists [][]*entry, s shape, sel selector, owners [2]string, header http.Header,
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
