package observer

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"example.com/patmock/spec/rule"
)

// observePatch compares a patched token with the patch.
func (o *Observer) observePatch(e *exchange) {
	t, known := o.tokens[e.ID]
	operations := decode[[]object](json.RawMessage(e.Body))
	if !e.ok() {
		o.recordRejected(e, t, namedProperties(operations))
		return
	}
	resp := e.responseObject()
	if id := resp.text("id"); id != e.ID && id != "" {
		o.report(rule.ExactID, "",
			"the patch of the id %q changed the token %s, expected 404 because no token "+
				"has this id", e.ID, id)
		return
	}
	if resp == nil || !known && !idPattern.MatchString(e.ID) {
		return // validation reports it
	}
	t = o.token(e.ID)
	o.checkNotDeleted(e, t)
	o.apply(e, t, operations, resp)
}

// observeBulk compares the tokens of a bulk update with the request.
func (o *Observer) observeBulk(e *exchange) {
	req := e.requestObject()
	ids, operations := decode[[]string](req["ids"]), decode[[]object](req["patch"])
	if !e.ok() {
		for _, id := range ids {
			o.recordRejected(e, o.tokens[id], namedProperties(operations))
		}
		return
	}
	gotIDs := []string{}
	for _, resp := range decode[[]object](json.RawMessage(e.ResponseBody)) {
		id := resp.text("id")
		gotIDs = append(gotIDs, id)
		o.checkPresent(resp, "a token of a bulk update")
		if _, present := resp["userAwareTokenNeverExpires"]; present {
			o.report(rule.BulkFlag, "",
				"the response to a bulk update has userAwareTokenNeverExpires, expected it to "+
					"be absent")
		}
		if slices.Contains(ids, id) {
			t := o.token(id)
			o.checkNotDeleted(e, t)
			o.apply(e, t, operations, resp)
		}
	}
	slices.Sort(ids)
	if !slices.Equal(ids, slices.Sorted(slices.Values(gotIDs))) {
		o.report(rule.BulkUpdate, "ids",
			"the bulk update returns the tokens %q, expected the tokens of the request: %q",
			gotIDs, ids)
	}
}

// observeDelete records the deletion of a token.
func (o *Observer) observeDelete(e *exchange) {
	t, known := o.tokens[e.ID]
	switch {
	case !e.ok():
		if known {
			o.recordRejected(e, t, nil)
		}
		return
	case !known && !idPattern.MatchString(e.ID):
		o.report(rule.ExactID, "",
			"the delete of the id %q is %d, expected 404 because no token has this id", e.ID,
			e.Status)
		return
	}
	t = o.token(e.ID)
	o.checkNotDeleted(e, t)
	t.deleted, t.deletedAt, t.uncertain = true, o.now, false
}

// checkNotDeleted reports a write that succeeds on a deleted token.
func (o *Observer) checkNotDeleted(e *exchange, t *token) {
	if t.deleted && !t.uncertain && !e.Concurrent {
		o.report(rule.DeleteIsFinal, string(e.Op),
			"the %s of the deleted token %s is %d, expected 404", e.Op, t.id, e.Status)
	}
}

// recordRejected records a rejected write. Its properties must not change.
func (o *Observer) recordRejected(e *exchange, t *token, names []string) {
	if t == nil {
		return
	}
	if e.outcomeUnknown() {
		if !e.Concurrent || e.Status >= 500 {
			o.forgetWrite(e)
		}
		return
	}
	for _, name := range names {
		t.expectedRules[name] = rule.RejectedChangesNothing
	}
	if e.Op == Delete {
		t.presenceRule = rule.RejectedChangesNothing
	}
}

// apply compares a changed token with the expected result of the operations, and records it.
func (o *Observer) apply(e *exchange, t *token, operations []object, resp object) {
	names := namedProperties(operations)
	if e.Concurrent { // the order of concurrent writes is unknown
		for _, name := range names {
			if former, known := t.properties[name]; known { // late lists may still have it
				t.previous[name] = append(t.previous[name], replacedValue{former, o.now})
			}
			delete(t.properties, name)
		}
		return
	}
	want := maps.Clone(t.properties)
	exact := applyPatch(want, operations)
	for _, name := range names {
		value, present := resp[name]
		if expected, ok := want[name]; ok && exact && present &&
			!o.equalValues(name, expected, value) &&
			!o.isLeapSecond(name, expected) {
			o.report(rule.StoredAsSent, name,
				"%s of the token %s is %s in the response to %s, expected %s as sent", name,
				t.id, value, e.Op, expected)
		}
		switch {
		case present:
			o.setProperty(t, name, value)
		case exact && want[name] != nil:
			o.setProperty(t, name, want[name])
		default:
			delete(t.properties, name)
		}
		t.expectedRules[name] = rule.WriteIsStored
	}
	const flag = "userAwareTokenNeverExpires"
	if slices.Contains(names, "expirationDate") && !slices.Contains(names, flag) {
		t.expectedRules[flag] = rule.FlagAfterDate // not specified by any document
	}
	o.observeToken(e, t, resp, names...)
}

// firstSegment returns the first segment of a JSON pointer.
func firstSegment(pointer string) string {
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

// applyPatch applies a JSON Patch to the properties of a token. It reports whether the result is
// certain: copies and operations on unknown properties are not supported.
func applyPatch(properties object, operations []object) bool {
	for _, op := range operations {
		name := firstSegment(op.text("path"))
		_, element, isElement := strings.Cut(strings.TrimPrefix(op.text("path"), "/"), "/")
		switch {
		case op.text("op") == "test":
			continue
		case isElement:
			list, ok := changeElement(decode[[]string](properties[name]), op, unescape(element))
			if _, isKnown := properties[name]; !isKnown || !ok {
				return false
			}
			properties[name] = encode(list)
		case op.text("op") == "remove":
			properties[name] = defaultValue(name)
		case op.text("op") == "add", op.text("op") == "replace":
			properties[name] = op["value"]
			if !op.has("value") {
				properties[name] = defaultValue(name)
			}
		default:
			return false
		}
	}
	return true
}

// defaultValue returns the value of a removed or null property.
func defaultValue(name string) json.RawMessage {
	switch name {
	case "scope":
		return allScopes
	case "userAwareTokenNeverExpires":
		return json.RawMessage("false")
	}
	return json.RawMessage("null")
}

// changeElement applies an operation to an element of a list.
func changeElement(list []string, op object, element string) ([]string, bool) {
	list = slices.Clone(list)
	index, err := strconv.Atoi(element)
	kind, value := op.text("op"), op.text("value")
	switch {
	case kind == "add" && element == "-":
		return append(list, value), true
	case err != nil, index < 0, index > len(list):
		return nil, false
	case kind == "add":
		return slices.Insert(list, index, value), true
	case index == len(list):
		return nil, false
	case kind == "replace":
		list[index] = value
		return list, true
	case kind == "remove":
		return slices.Delete(list, index, index+1), true
	}
	return nil, false
}
