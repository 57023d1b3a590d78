package observer

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"time"

	"example.com/patmock/spec/rule"
)

// token has the known state of a token.
type token struct {
	id string
	// properties of the latest response, or of later writes.
	properties object
	// previous has the values that writes replaced.
	previous map[string][]replacedValue
	// expectedRules has the rule that an unexpected value breaks, by property. The default is
	// [rule.NothingElseChanges].
	expectedRules map[string]rule.ID
	// ownerCache has the latest owner as text and decoded.
	ownerCache struct {
		text  string
		owner object
	}
	// created reports whether an observed request created the token, listed whether a list had it.
	created, listed bool
	createdAt       time.Time
	// deleted reports whether the token is deleted, uncertain whether that is unknown.
	deleted, uncertain bool
	deletedAt          time.Time
	// presenceRule is the rule that the token's absence from a list breaks.
	presenceRule rule.ID
	// logins are the times of successful logins since the latest lastUsed.
	logins []time.Time
	// rejectedLogin reports whether a login was rejected since the latest lastUsed.
	rejectedLogin bool
	// scopes are the previous scopes.
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

// token returns the state of a token, empty at first.
func (o *Observer) token(id string) *token {
	t := o.tokens[id]
	if t == nil {
		t = newToken(id)
		o.tokens[id] = t
	}
	return t
}

// isTracked reports whether changes of the token are checked.
func (o *Observer) isTracked(t *token) bool { return t.created || !o.options.RealTenant }

// owner returns the id of the owner, empty if it is unknown.
func (t *token) owner() string { return t.ownerIn(t.properties).text("id") }

// ownerIn returns the owner in a response, nil if there is none.
func (t *token) ownerIn(item object) object {
	if text := string(item["owner"]); text != t.ownerCache.text {
		t.ownerCache.text, t.ownerCache.owner = text, parseObject(item["owner"])
	}
	return t.ownerCache.owner
}

func (t *token) managed() bool { return decode[bool](t.properties["managed"]) }

// setProperty records the value that a write has set.
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
		if o.options.RealTenant { // no document specifies the order
			slices.Sort(one)
			slices.Sort(other)
		}
		return (one == nil) == (other == nil) && slices.Equal(one, other)
	}
	return reflect.DeepEqual(decode[any](a), decode[any](b))
}

// parseTime returns the zero time if the value is not a date.
func parseTime(value json.RawMessage) time.Time {
	t, err := time.Parse(time.RFC3339Nano, strings.ToUpper(decode[string](value)))
	if err != nil {
		return time.Time{}
	}
	return t
}

// observeToken compares a token in a response with its known state, and records new values. Skip
// lists the properties of a write that were compared already.
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

// reportChange reports an unexpected value of a property.
func (o *Observer) reportChange(e *exchange, t *token, name string, known, value json.RawMessage) {
	switch broken := t.expectedRules[name]; broken {
	case rule.FlagAfterDate:
		o.report(broken, "",
			"%s of the token %s is %s after a patch of its date, expected %s as before", name, t.id,
			value, known)
	case rule.WriteIsStored:
		o.report(broken, name,
			"%s of the token %s is %s in the response to %s, expected %s as stored by the "+
				"previous write", name, t.id, value, e.Op, known)
	case rule.RejectedChangesNothing:
		o.report(broken, name,
			"%s of the token %s is %s after a rejected request, expected %s as before", name, t.id,
			value, known)
	default:
		o.report(rule.NothingElseChanges, name,
			"%s of the token %s is %s in the response to %s, expected %s as before because no "+
				"request changed it",
			name, t.id, value, e.Op, known)
	}
}

// mayLag reports whether a list may still have a value that a write has replaced.
func (o *Observer) mayLag(previous []replacedValue, name string, value json.RawMessage) bool {
	return slices.ContainsFunc(previous, func(r replacedValue) bool {
		return o.now.Sub(r.time) <= o.options.ConsistencyTimeout &&
			o.options.ConsistencyTimeout > 0 &&
			o.equalValues(name, r.value, value)
	})
}

// checkOwner compares the owner of a token with earlier responses.
func (o *Observer) checkOwner(t *token, item object) {
	if string(item["owner"]) == string(t.properties["owner"]) {
		return
	}
	owner := t.ownerIn(item)
	if owner == nil {
		return
	}
	if previous := t.properties["owner"]; previous != nil && o.isTracked(t) &&
		!o.equalValues("owner", t.properties["owner"], item["owner"]) {
		o.report(rule.SameOwner, "", "owner of the token %s is %s, expected %s as before", t.id,
			item["owner"], t.properties["owner"])
		delete(t.properties, "owner")
		return
	}
	o.checkName(owner.text("id"), owner.text("name"), "owner.name of the token "+t.id)
}

// checkName compares the name of an identity with its earlier name.
func (o *Observer) checkName(id, name, what string) {
	if id == "" || name == "" {
		return
	}
	key := id
	if o.options.RealTenant && strings.HasPrefix(what, "user_name") {
		key += " user" // a tenant may have different names for owners and logins
	}
	previous := o.names[key]
	if previous != "" && previous != name {
		broken := rule.SameOwner
		if strings.HasPrefix(what, "user_name") {
			broken = rule.LoginUser
		}
		o.report(broken, "name", "%s is %q, expected %q as in earlier responses", what, name,
			previous)
		return
	}
	o.names[key] = name
}
