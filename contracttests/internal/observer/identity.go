package observer

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"example.com/patmock/spec/rule"
)

// defaultPage is the number of identities on a page without a limit.
const defaultPage = 250

// identityKeys are the properties that every identity has, by operation.
var identityKeys = map[Operation][]string{
	PublicIdentities: {"id", "name", "alias", "email", "status"},
	Identities:       {"id", "name", "alias", "emailAddress"},
	Identity:         {"id", "name", "alias", "emailAddress"},
}

// observeIdentities checks a response with identities. No finding has a value of an identity,
// because it may be personal data.
func (o *Observer) observeIdentities(e *exchange) {
	if !e.ok() {
		return
	}
	people := []object{e.responseObject()}
	if e.Op != Identity {
		people = decode[[]object](json.RawMessage(e.ResponseBody))
		o.checkIdentityPage(e, people)
	}
	seen := map[string]bool{}
	for _, person := range people {
		id := person.text("id")
		if seen[id] {
			o.report(rule.IdentityPages, "twice", "a list has the identity %s twice", id)
		}
		seen[id] = true
		if e.Op == Identity && id != e.ID {
			o.report(rule.IdentityFields, "id", "the identity %s has the id %q", e.ID, id)
		}
		o.checkIdentity(e, id, person)
	}
}

// checkIdentityPage checks the size of a page and X-Total-Count.
func (o *Observer) checkIdentityPage(e *exchange, people []object) {
	limit := defaultPage
	if n, err := strconv.Atoi(e.Query.Get("limit")); err == nil {
		limit = n
	}
	if len(people) > limit {
		o.report(rule.IdentityPages, "", "a list has %d identities, more than the limit of %d",
			len(people), limit)
	}
	count := e.ResponseHeader.Get("X-Total-Count")
	n, err := strconv.Atoi(count)
	switch isRequested := e.Query.Get("count") == "true"; {
	case !isRequested && count != "":
		o.report(rule.IdentityCount, "absent", "X-Total-Count is %q without count=true", count)
	case isRequested && (err != nil || n < len(people)):
		o.report(rule.IdentityCount, "",
			"X-Total-Count is %q, expected the number of identities on all pages", count)
	}
}

// checkIdentity compares an identity with the earlier responses of the same kind.
func (o *Observer) checkIdentity(e *exchange, id string, person object) {
	for _, key := range identityKeys[e.Op] {
		if _, present := person[key]; !present {
			o.report(rule.IdentityFields, key, "%s of an identity is absent", key)
		}
	}
	kind := "identity "
	if e.Op == PublicIdentities {
		kind = "public "
	}
	known, isKnown := o.identities[kind+id]
	if !isKnown || o.options.RealTenant { // a tenant may refresh an identity at any time
		o.identities[kind+id] = person
		return
	}
	both := maps.Clone(known)
	maps.Copy(both, person)
	for _, key := range slices.Sorted(maps.Keys(both)) {
		_, was := known[key]
		_, is := person[key]
		if was != is || !o.equalValues(key, known[key], person[key]) {
			o.report(rule.IdentityFields, "change "+key,
				"%s of the identity %s is not as before", key, id)
		}
	}
}
