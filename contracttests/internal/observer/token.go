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
	// known are its properties as they were last shown, or as a write has set them since.
	known object
	// earlier are the values that writes have replaced.
	earlier map[string][]replaced
	// expected are the rules that a property breaks which is not as known, if they are not
	// [rule.NothingElseChanges].
	expected map[string]rule.ID
	// parsed is the owner as it was last decoded, from text.
	parsed struct {
		text  string
		owner object
	}
	// made reports that an observed request created it, listed that a list has shown it.
	made, listed bool
	madeAt       time.Time
	// deleted reports that it is gone, unsure that it is unknown whether it is.
	deleted, unsure bool
	deletedAt       time.Time
	// presence is the rule that it breaks by being absent from a list.
	presence rule.ID
	// logins are those that succeeded since lastUsed was last shown.
	logins []time.Time
	// rejectedLogin reports that a login was rejected since then.
	rejectedLogin bool
	// scopes are those that it had before, with the time of the change.
	scopes []replaced
}

// replaced is a value and the time of the write that replaced it.
type replaced struct {
	value json.RawMessage
	at    time.Time
}

func newToken(id string) *token {
	return &token{
		id: id, known: object{}, earlier: map[string][]replaced{}, expected: map[string]rule.ID{},
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

// followed reports whether changes of the token are judged.
func (o *Observer) followed(t *token) bool { return t.made || !o.options.RealTenant }

// owner returns the id of the owner, empty if it is not known.
func (t *token) owner() string { return t.ownerIn(t.known).text("id") }

// ownerIn returns the owner of the token as a response shows it, nil for none.
func (t *token) ownerIn(shown object) object {
	if text := string(shown["owner"]); text != t.parsed.text {
		t.parsed.text, t.parsed.owner = text, objectOf(shown["owner"])
	}
	return t.parsed.owner
}

func (t *token) managed() bool { return valueOf[bool](t.known["managed"]) }

// set notes what a write has set a property to.
func (o *Observer) set(t *token, name string, value json.RawMessage) {
	if former, known := t.known[name]; known && !o.same(name, former, value) {
		t.earlier[name] = append(t.earlier[name], replaced{former, o.now})
		if name == "scope" {
			t.scopes = append(t.scopes, replaced{former, o.now})
		}
	}
	t.known[name] = value
}

// same compares two values of a property.
func (o *Observer) same(name string, a, b json.RawMessage) bool {
	if string(a) == string(b) {
		return true
	}
	switch name {
	case "created", "lastUsed", "expirationDate":
		one, other := momentOf(a), momentOf(b)
		return !one.IsZero() &&
			one.Truncate(time.Millisecond).Equal(other.Truncate(time.Millisecond))
	case "scope":
		one, other := valueOf[[]string](a), valueOf[[]string](b)
		if o.options.RealTenant { // no document says that the order is kept
			slices.Sort(one)
			slices.Sort(other)
		}
		return (one == nil) == (other == nil) && slices.Equal(one, other)
	}
	return reflect.DeepEqual(valueOf[any](a), valueOf[any](b))
}

// momentOf returns a date, and the zero time for what is none.
func momentOf(value json.RawMessage) time.Time {
	at, err := time.Parse(time.RFC3339Nano, strings.ToUpper(valueOf[string](value)))
	if err != nil {
		return time.Time{}
	}
	return at
}

// sight compares a token in a response with what is known, and learns what is new. Skip are the
// properties that the response to a write has set, which were compared already.
func (o *Observer) sight(e *exchange, t *token, shown object, skip ...string) {
	o.checkOwner(t, shown)
	for name, value := range shown {
		if name == "secret" || slices.Contains(skip, name) {
			continue
		}
		if name == "lastUsed" {
			o.sightLastUsed(t, value)
			continue
		}
		known, ok := t.known[name]
		changed := ok && o.followed(t) && !o.same(name, known, value)
		if (changed || !ok) && o.lags(t.earlier[name], name, value) {
			continue
		}
		if changed {
			o.findChange(e, t, name, known, value)
		}
		t.known[name] = value
		if e.Op == List {
			delete(t.expected, name)
		}
	}
}

// findChange reports a property that is not as it is known to be.
func (o *Observer) findChange(e *exchange, t *token, name string, known, value json.RawMessage) {
	switch broken := t.expected[name]; broken {
	case rule.FlagAfterDate:
		o.find(broken, "",
			"%s of the token %s is %s after a patch of its date, expected %s as before", name, t.id,
			value, known)
	case rule.WriteIsStored:
		o.find(broken, name,
			"%s of the token %s is %s in the response to %s, expected %s as the write before has "+
				"it", name, t.id, value, e.Op, known)
	case rule.RejectedChangesNothing:
		o.find(broken, name,
			"%s of the token %s is %s after a rejected request, expected %s as before", name, t.id,
			value, known)
	default:
		o.find(rule.NothingElseChanges, name,
			"%s of the token %s is %s in the response to %s, expected %s as before: no request "+
				"has named it",
			name, t.id, value, e.Op, known)
	}
}

// lags reports whether a list may still show a value that a write has replaced.
func (o *Observer) lags(earlier []replaced, name string, value json.RawMessage) bool {
	return slices.ContainsFunc(earlier, func(r replaced) bool {
		return o.now.Sub(r.at) <= o.options.ConsistencyTimeout && o.options.ConsistencyTimeout > 0 &&
			o.same(name, r.value, value)
	})
}

// checkOwner compares the owner of a token with what others show of the same one.
func (o *Observer) checkOwner(t *token, shown object) {
	if string(shown["owner"]) == string(t.known["owner"]) {
		return
	}
	owner := t.ownerIn(shown)
	if owner == nil {
		return
	}
	if former := t.known["owner"]; former != nil && o.followed(t) &&
		!o.same("owner", t.known["owner"], shown["owner"]) {
		o.find(rule.SameOwner, "", "owner of the token %s is %s, expected %s as before", t.id,
			shown["owner"], t.known["owner"])
		delete(t.known, "owner")
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
		o.find(broken, "name", "%s is %q, expected %q as in the responses before", what, name,
			former)
		return
	}
	o.names[key] = name
}
