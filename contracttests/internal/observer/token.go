package observer

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"time"

	"example.com/patmock/spec/rule"
)

// token is what is known of one.
type token struct {
	id string
	// properties are its properties as they were last shown, or as a write has set them since.
	properties object
	// previous are the values that writes have replaced.
	previous map[string][]replacedValue
	// expectedRules are the rules that a property breaks which is not as known, if they are not
	// [rule.NothingElseChanges].
	expectedRules map[string]rule.ID
	// ownerCache is the owner as it was last decoded, from text.
	ownerCache struct {
		text  string
		owner object
	}
	// created reports that an observed request created it, listed that a list has shown it.
	created, listed bool
	createdAt       time.Time
	// deleted reports that it is gone, unsure that it is unknown whether it is.
	deleted, uncertain bool
	deletedAt          time.Time
	// presenceRule is the rule that it breaks by being absent from a list.
	presenceRule rule.ID
	// logins are those that succeeded since lastUsed was last shown.
	logins []time.Time
	// rejectedLogin reports that a login was rejected since then.
	rejectedLogin bool
	// scopes are those that it had before, with the time of the change.
	scopes []replacedValue
}

// replacedValue is a value and the time of the write that replaced it.
type replacedValue struct {
	value json.RawMessage
	time  time.Time
}

func newToken(id string) *token {
	return &token{
		id: id, properties: object{}, previous: map[string][]replacedValue{},
		expectedRules: map[string]rule.ID{},
	}
}

// token returns what is known of a token, nothing at first.
func (o *Observer) token(id string) *token {
	t := o.tokens[id]
	if t == nil {
		t = newToken(id)
		o.tokens[id] = t
	}
	return t
}

// isTracked reports whether changes of the token are judged.
func (o *Observer) isTracked(t *token) bool { return t.created || !o.options.RealTenant }

// owner returns the id of the owner, empty if it is not known.
func (t *token) owner() string { return t.ownerIn(t.properties).text("id") }

// ownerIn returns the owner of the token as a response shows it, nil for none.
func (t *token) ownerIn(item object) object {
	if text := string(item["owner"]); text != t.ownerCache.text {
		t.ownerCache.text, t.ownerCache.owner = text, parseObject(item["owner"])
	}
	return t.ownerCache.owner
}

func (t *token) managed() bool { return decode[bool](t.properties["managed"]) }

// setProperty notes what a write has set a property to.
func (o *Observer) setProperty(t *token, name string, value json.RawMessage) {
	if former, known := t.properties[name]; known && !o.equalValues(name, former, value) {
		t.previous[name] = append(t.previous[name], replacedValue{former, o.now})
		if name == "scope" {
			t.scopes = append(t.scopes, replacedValue{former, o.now})
		}
	}
	t.properties[name] = value
}

// equalValues compares two values of a property.
func (o *Observer) equalValues(name string, a, b json.RawMessage) bool {
	if string(a) == string(b) {
		return true
	}
	switch name {
	case "created", "lastUsed", "expirationDate":
		one, other := parseTime(a), parseTime(b)
		return !one.IsZero() &&
			one.Truncate(time.Millisecond).Equal(other.Truncate(time.Millisecond))
	case "scope":
		one, other := decode[[]string](a), decode[[]string](b)
		if o.options.RealTenant { // no document says that the order is kept
			slices.Sort(one)
			slices.Sort(other)
		}
		return (one == nil) == (other == nil) && slices.Equal(one, other)
	}
	return reflect.DeepEqual(decode[any](a), decode[any](b))
}

// parseTime returns a date, and the zero time for what is none.
func parseTime(value json.RawMessage) time.Time {
	t, err := time.Parse(time.RFC3339Nano, strings.ToUpper(decode[string](value)))
	if err != nil {
		return time.Time{}
	}
	return t
}

// observeToken compares a token in a response with what is known, and learns what is new. Skip are
// the properties that the response to a write has set, which were compared already.
func (o *Observer) observeToken(e *exchange, t *token, item object, skip ...string) {
	o.checkOwner(t, item)
	for name, value := range item {
		if name == "secret" || slices.Contains(skip, name) {
			continue
		}
		if name == "lastUsed" {
			o.observeLastUsed(t, value)
			continue
		}
		known, ok := t.properties[name]
		changed := ok && o.isTracked(t) && !o.equalValues(name, known, value)
		if (changed || !ok) && o.mayLag(t.previous[name], name, value) {
			continue
		}
		if changed {
			o.reportChange(e, t, name, known, value)
		}
		t.properties[name] = value
		if e.Op == List {
			delete(t.expectedRules, name)
		}
	}
}

// reportChange reports a property that is not as it is known to be.
func (o *Observer) reportChange(e *exchange, t *token, name string, known, value json.RawMessage) {
	switch broken := t.expectedRules[name]; broken {
	case rule.FlagAfterDate:
		o.report(broken, "",
			"%s of the token %s is %s after a patch of its date, expected %s as before", name, t.id,
			value, known)
	case rule.WriteIsStored:
		o.report(broken, name,
			"%s of the token %s is %s in the response to %s, expected %s as the write before has "+
				"it", name, t.id, value, e.Op, known)
	case rule.RejectedChangesNothing:
		o.report(broken, name,
			"%s of the token %s is %s after a rejected request, expected %s as before", name, t.id,
			value, known)
	default:
		o.report(rule.NothingElseChanges, name,
			"%s of the token %s is %s in the response to %s, expected %s as before: no request "+
				"has named it",
			name, t.id, value, e.Op, known)
	}
}

// mayLag reports whether a list may still show a value that a write has replaced.
func (o *Observer) mayLag(previous []replacedValue, name string, value json.RawMessage) bool {
	return slices.ContainsFunc(previous, func(r replacedValue) bool {
		return o.now.Sub(r.time) <= o.options.ConsistencyTimeout &&
			o.options.ConsistencyTimeout > 0 &&
			o.equalValues(name, r.value, value)
	})
}

// checkOwner compares the owner of a token with what others show of the same one.
func (o *Observer) checkOwner(t *token, item object) {
	if string(item["owner"]) == string(t.properties["owner"]) {
		return
	}
	owner := t.ownerIn(item)
	if owner == nil {
		return
	}
	if former := t.properties["owner"]; former != nil && o.isTracked(t) &&
		!o.equalValues("owner", t.properties["owner"], item["owner"]) {
		o.report(rule.SameOwner, "", "owner of the token %s is %s, expected %s as before", t.id,
			item["owner"], t.properties["owner"])
		delete(t.properties, "owner")
		return
	}
	o.checkName(owner.text("id"), owner.text("name"), "owner.name of the token "+t.id)
}

// checkName compares the name of an identity with the one that it had before.
func (o *Observer) checkName(id, name, what string) {
	if id == "" || name == "" {
		return
	}
	key := id
	if o.options.RealTenant && strings.HasPrefix(what, "user_name") {
		key += " user" // a tenant may show another name of an owner than the one that logs in
	}
	former := o.names[key]
	if former != "" && former != name {
		broken := rule.SameOwner
		if strings.HasPrefix(what, "user_name") {
			broken = rule.LoginUser
		}
		o.report(broken, "name", "%s is %q, expected %q as in the responses before", what, name,
			former)
		return
	}
	o.names[key] = name
}
