package observer

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"example.com/patmock/spec/rule"
)

// seePatch compares a patched token with what the patch names.
func (o *Observer) seePatch(e *exchange) {
	t, known := o.tokens[e.ID]
	operations := valueOf[[]object](json.RawMessage(e.Body))
	if !e.ok() {
		o.noteRejected(e, t, named(operations))
		return
	}
	shown := e.reply()
	if id := shown.text("id"); id != e.ID && id != "" {
		o.find(rule.ExactID, "",
			"the patch of the id %q changed the token %s, expected 404: no token has this id", e.ID,
			id)
		return
	}
	if shown == nil || !known && !idForm.MatchString(e.ID) {
		return // which the document forbids
	}
	t = o.token(e.ID)
	o.checkGone(e, t)
	o.apply(e, t, operations, shown)
}

// seeBulk compares the tokens of a bulk update with what it names.
func (o *Observer) seeBulk(e *exchange) {
	sent := e.body()
	ids, operations := valueOf[[]string](sent["ids"]), valueOf[[]object](sent["patch"])
	if !e.ok() {
		for _, id := range ids {
			o.noteRejected(e, o.tokens[id], named(operations))
		}
		return
	}
	answered := []string{}
	for _, shown := range valueOf[[]object](json.RawMessage(e.ResponseBody)) {
		id := shown.text("id")
		answered = append(answered, id)
		o.checkPresent(shown, "a token of a bulk update")
		if _, present := shown["userAwareTokenNeverExpires"]; present {
			o.find(rule.BulkFlag, "",
				"userAwareTokenNeverExpires is in the response to a bulk update, expected it "+
					"absent")
		}
		if slices.Contains(ids, id) {
			t := o.token(id)
			o.checkGone(e, t)
			o.apply(e, t, operations, shown)
		}
	}
	slices.Sort(ids)
	if !slices.Equal(ids, slices.Sorted(slices.Values(answered))) {
		o.find(rule.BulkUpdate, "ids",
			"the bulk update responds with the tokens %q, expected those that it names: %q",
			answered, ids)
	}
}

// seeDelete notes a token that is gone.
func (o *Observer) seeDelete(e *exchange) {
	t, known := o.tokens[e.ID]
	switch {
	case !e.ok():
		if known {
			o.noteRejected(e, t, nil)
		}
		return
	case !known && !idForm.MatchString(e.ID):
		o.find(rule.ExactID, "",
			"the delete of the id %q is %d, expected 404: no token has this id", e.ID, e.Status)
		return
	}
	t = o.token(e.ID)
	o.checkGone(e, t)
	t.deleted, t.deletedAt, t.unsure = true, o.now, false
}

// checkGone reports a write that finds a token which was deleted.
func (o *Observer) checkGone(e *exchange, t *token) {
	if t.deleted && !t.unsure && !e.Concurrent {
		o.find(rule.DeleteIsFinal, string(e.Op),
			"the %s of the deleted token %s is %d, expected 404", e.Op, t.id, e.Status)
	}
}

// noteRejected notes a write that was rejected: the properties that it names stay as they are.
func (o *Observer) noteRejected(e *exchange, t *token, names []string) {
	if t == nil {
		return
	}
	if e.unsure() {
		if !e.Concurrent || e.Status >= 500 {
			o.doubt(e)
		}
		return
	}
	for _, name := range names {
		t.expected[name] = rule.RejectedChangesNothing
	}
	if e.Op == Delete {
		t.presence = rule.RejectedChangesNothing
	}
}

// apply compares a changed token with what the operations make of what is known, and learns it.
func (o *Observer) apply(e *exchange, t *token, operations []object, shown object) {
	names := named(operations)
	if e.Concurrent { // the order of writes is unknown
		for _, name := range names {
			if former, known := t.known[name]; known { // which late lists may show
				t.earlier[name] = append(t.earlier[name], replaced{former, o.now})
			}
			delete(t.known, name)
		}
		return
	}
	want := maps.Clone(t.known)
	exact := patched(want, operations)
	for _, name := range names {
		value, present := shown[name]
		if expected, ok := want[name]; ok && exact && present && !o.same(name, expected, value) &&
			!o.isLeapSecond(name, expected) {
			o.find(rule.StoredAsSent, name,
				"%s of the token %s is %s in the response to %s, expected %s as it was sent", name,
				t.id, value, e.Op, expected)
		}
		switch {
		case present:
			o.set(t, name, value)
		case exact && want[name] != nil:
			o.set(t, name, want[name])
		default:
			delete(t.known, name)
		}
		t.expected[name] = rule.WriteIsStored
	}
	const flag = "userAwareTokenNeverExpires"
	if slices.Contains(names, "expirationDate") && !slices.Contains(names, flag) {
		t.expected[flag] = rule.FlagAfterDate // which no document settles
	}
	o.sight(e, t, shown, names...)
}

// property returns the first segment of a JSON pointer.
func property(pointer string) string {
	rest, isPointer := strings.CutPrefix(pointer, "/")
	if !isPointer {
		return ""
	}
	name, _, _ := strings.Cut(rest, "/")
	return unescape(name)
}

func unescape(segment string) string {
	return strings.NewReplacer("~1", "/", "~0", "~").Replace(segment)
}

// patched applies a JSON Patch to the properties of a token. It reports whether the outcome is
// sure: operations on what is not known, and copies, are not followed.
func patched(known object, operations []object) bool {
	for _, op := range operations {
		name := property(op.text("path"))
		_, element, isElement := strings.Cut(strings.TrimPrefix(op.text("path"), "/"), "/")
		switch {
		case op.text("op") == "test":
			continue
		case isElement:
			list, ok := changedElement(valueOf[[]string](known[name]), op, unescape(element))
			if _, isKnown := known[name]; !isKnown || !ok {
				return false
			}
			known[name] = encoded(list)
		case op.text("op") == "remove":
			known[name] = defaultOf(name)
		case op.text("op") == "add", op.text("op") == "replace":
			known[name] = op["value"]
			if !op.has("value") {
				known[name] = defaultOf(name)
			}
		default:
			return false
		}
	}
	return true
}

// defaultOf returns the value of a property that is removed or null.
func defaultOf(name string) json.RawMessage {
	switch name {
	case "scope":
		return allScopes
	case "userAwareTokenNeverExpires":
		return json.RawMessage("false")
	}
	return json.RawMessage("null")
}

// changedElement applies an operation to an element of a list.
func changedElement(list []string, op object, element string) ([]string, bool) {
	list = slices.Clone(list)
	at, err := strconv.Atoi(element)
	kind, value := op.text("op"), op.text("value")
	switch {
	case kind == "add" && element == "-":
		return append(list, value), true
	case err != nil, at < 0, at > len(list):
		return nil, false
	case kind == "add":
		return slices.Insert(list, at, value), true
	case at == len(list):
		return nil, false
	case kind == "replace":
		list[at] = value
		return list, true
	case kind == "remove":
		return slices.Delete(list, at, at+1), true
	}
	return nil, false
}
