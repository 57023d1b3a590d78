package main

import (
	"net/http"
	"slices"
	"time"
)

// pats is the API of personal access tokens of a version. Each version of the SDK has its own types
// with the same names, so that they share no interface.
type pats struct {
	create func(fields) response
	// list omits the query parameters that are empty.
	list func(ownerID, filters string) response
	// patch sends an operation for each change.
	patch  func(id string, changes ...change) response
	remove func(id string) response
}

// fields has the properties of a new token. Zero properties are not set.
type fields struct {
	name     string
	scope    []string
	validity int32
	expires  time.Time
	// never sets the expiration date to null.
	never bool
	// acknowledged sets userAwareTokenNeverExpires, as another property if the model lacks it.
	acknowledged bool
}

// A change is a JSON Patch operation that replaces a value: a string, a bool, or a list of strings.
type change struct {
	path  string
	value any
}

// body returns the change as JSON.
func (c change) body() string {
	return encoded([]any{map[string]any{"op": "replace", "path": c.path, "value": c.value}})
}

// A response is the outcome of a call.
type response struct {
	// token is that of a create or patch. Secret is empty in the latter.
	token  token
	tokens []token
	http   *http.Response
	err    error
}

// ok asserts that the call succeeded.
func (r response) ok(status int) response {
	noError(r.err)
	equal("status", r.http.StatusCode, status)
	return r
}

// A token has the values of the getters of a model.
type token struct {
	id, secret, name, ownerType, ownerName string
	scope                                  []string
	validity                               int32
	created, expires, lastUsed             time.Time
	managed, acknowledged                  bool
}

// names returns the names of tokens, sorted.
func names(tokens []token) []string {
	var all []string
	for _, t := range tokens {
		all = append(all, t.name)
	}
	slices.Sort(all)
	return all
}

// owners returns the names of owners, sorted and once each.
func owners(tokens []token) []string {
	var all []string
	for _, t := range tokens {
		all = append(all, t.ownerName)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// named returns the token with a name.
func named(tokens []token, name string) token {
	i := slices.IndexFunc(tokens, func(t token) bool { return t.name == name })
	check(i >= 0, "want a token %q, got %q", name, names(tokens))
	return tokens[i]
}

// moment is SailPointTime, which each version declares.
type moment interface{ ~struct{ time.Time } }

// A model is a response of the SDK with a token.
type model[T moment, O any] interface {
	GetId() string
	GetName() string
	GetScope() []string
	GetOwner() O
	GetCreated() T
	GetAccessTokenValiditySeconds() int32
	GetExpirationDate() T
}

// An owner is PatOwner, which each version declares.
type owner[O any] interface {
	*O
	GetType() string
	GetName() string
}

// read returns the values of a model.
func read[T moment, O any, P owner[O]](m model[T, O]) token {
	o := m.GetOwner()
	return token{
		id: m.GetId(), name: m.GetName(), scope: m.GetScope(),
		ownerType: P(&o).GetType(), ownerName: P(&o).GetName(),
		validity: m.GetAccessTokenValiditySeconds(),
		created:  struct{ time.Time }(m.GetCreated()).Time,
		expires:  struct{ time.Time }(m.GetExpirationDate()).Time,
	}
}

// readCreated is read for a created token, which may be nil.
func readCreated[T moment, O any, P owner[O], M interface {
	comparable
	model[T, O]
	GetSecret() string
}](m M) token {
	var none M
	if m == none {
		return token{}
	}
	t := read[T, O, P](m)
	t.secret = m.GetSecret()
	return t
}

// readListed is read for an existing token, which may be nil.
func readListed[T moment, O any, P owner[O], M interface {
	comparable
	model[T, O]
	GetLastUsed() T
	GetManaged() bool
}](m M) token {
	var none M
	if m == none {
		return token{}
	}
	t := read[T, O, P](m)
	t.lastUsed, t.managed = struct{ time.Time }(m.GetLastUsed()).Time, m.GetManaged()
	return t
}

// set sets the properties of a request that every version has. The types of some versions have the
// acknowledgement, too.
func set[T moment](m interface {
	SetScope([]string)
	SetAccessTokenValiditySeconds(int32)
	SetExpirationDate(T)
	SetExpirationDateNil()
}, f fields,
) {
	if f.scope != nil {
		m.SetScope(f.scope)
	}
	if f.validity != 0 {
		m.SetAccessTokenValiditySeconds(f.validity)
	}
	if !f.expires.IsZero() {
		m.SetExpirationDate(T(struct{ time.Time }{f.expires}))
	}
	if f.never {
		m.SetExpirationDateNil()
	}
}

// readAcknowledged is readListed for versions with the acknowledgement that a token never expires.
func readAcknowledged[T moment, O any, P owner[O], M interface {
	comparable
	model[T, O]
	GetLastUsed() T
	GetManaged() bool
	GetUserAwareTokenNeverExpires() bool
}](m M) token {
	var none M
	if m == none {
		return token{}
	}
	t := readListed[T, O, P](m)
	t.acknowledged = m.GetUserAwareTokenNeverExpires()
	return t
}
