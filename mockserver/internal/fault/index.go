package fault

import (
	"maps"
	"net/http"
	"slices"

	"example.com/patmock/mockserver/control"
)

// An index finds the rules that can be about a request, so that the others cost it nothing.
type index struct {
	rules  map[selector][]*entry // in their order
	shapes map[shape]int         // how many rules have each
}

// A selector is what a rule demands of a request, empty for anything. Of several headers it has
// one.
type selector struct{ operation, version, owner, header, value string }

// A shape is what a selector has. There are few of them, whatever the number of rules.
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

// add puts a rule behind the others.
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

// find calls visit for the rules whose selector fits a request, in their order, until it returns
// false. The selector of the request has no owner and no header.
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

// appendMatches adds the rules of a shape whose selector fits a request.
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
