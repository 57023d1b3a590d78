package observer

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"example.com/patmock/spec/rule"
)

var listKeys = []string{
	"id", "name", "scope", "owner", "created", "lastUsed", "managed", "accessTokenValiditySeconds",
	"expirationDate",
}

// seeList compares the tokens of a list with what is known, and judges which are there.
func (o *Observer) seeList(e *exchange) {
	if !e.ok() || e.Concurrent { // what writes beside it have done so far is unknown
		return
	}
	owner := e.Query.Get("owner-id")
	if owner == "me" {
		owner = e.caller()
		if owner == "" {
			owner = "?" // a caller that is not known
		}
	}
	present := map[string]bool{}
	all := tokensOf(e)
	for _, shown := range all {
		id := shown.text("id")
		if present[id] {
			o.find(rule.ListEachOnce, "", "the token %s is listed twice", id)
		}
		present[id] = true
		o.seeListed(e, id, owner, shown)
	}
	if strings.TrimSpace(e.Query.Get("filters")) == "" {
		o.checkComplete(e, owner, present)
	} else {
		o.checkFiltered(e, owner, all)
	}
}

// seeListed judges one token of a list.
func (o *Observer) seeListed(e *exchange, id, owner string, shown object) {
	o.checkKeys(e, shown)
	t, known := o.tokens[id]
	if !known {
		o.checkAppeared(shown)
		t = o.token(id)
	}
	if got := t.ownerIn(shown).text("id"); owner != "" && owner != "?" && got != owner {
		o.find(rule.ListOwn, "owner", "the list of the owner %q has a token of %q", owner, got)
	}
	if t.deleted && !t.unsure && o.now.Sub(t.deletedAt) >= o.options.ConsistencyTimeout {
		o.find(rule.DeleteIsFinal, "list", "the deleted token %s is included", id)
	}
	o.sight(e, t, shown)
	t.listed, t.presence = true, ""
	if t.managed() && e.session != nil {
		e.session.seesManaged = true
	}
}

// checkKeys judges which properties a listed token has.
func (o *Observer) checkKeys(e *exchange, shown object) {
	o.checkPresent(shown, "a listed token")
	if _, present := shown["userAwareTokenNeverExpires"]; present != e.current() {
		o.doubtful(rule.TokenKeys, "userAwareTokenNeverExpires",
			"userAwareTokenNeverExpires of a listed token is in the list of %s: %t, expected %t",
			e.Version, present, e.current())
	}
}

// checkPresent judges whether a token has the properties that it has in every version.
func (o *Observer) checkPresent(shown object, what string) {
	for _, key := range listKeys {
		if _, present := shown[key]; !present {
			o.doubtful(rule.TokenKeys, what+" "+key, "%s of %s is absent", key, what)
		}
	}
}

// checkComplete judges whether a list without a filter has every token that is known.
func (o *Observer) checkComplete(e *exchange, owner string, present map[string]bool) {
	for _, id := range slices.Sorted(maps.Keys(o.tokens)) {
		if t := o.tokens[id]; !present[id] && o.awaited(e, t, owner) {
			o.find(cmp.Or(t.presence, rule.NothingElseChanges), "presence",
				"the token %s is absent from a list of its owner's tokens: no request has deleted "+
					"it", id)
			t.unsure = true
		}
	}
	if owner != "" {
		o.complete[owner] = true
		return
	}
	for _, t := range o.tokens {
		o.complete[t.owner()] = true
	}
}

// awaited reports whether a list for an owner has to show a token.
func (o *Observer) awaited(e *exchange, t *token, owner string) bool {
	switch {
	case t.deleted, t.unsure, t.owner() == "", !t.made && !t.listed:
		return false
	case owner != "" && t.owner() != owner:
		return false
	case !o.options.RealTenant:
		return !t.managed() || owner == "" && t.listed && o.listsManaged(e)
	}
	expires := momentOf(t.known["expirationDate"])
	return t.made && o.now.Sub(t.madeAt) > o.options.ConsistencyTimeout &&
		(expires.IsZero() || o.now.Before(expires))
}

// listsManaged reports whether the caller sees managed tokens, as far as that is known.
func (o *Observer) listsManaged(e *exchange) bool {
	return e.session != nil && e.session.seesManaged
}

// sightLastUsed judges when a token was used last.
func (o *Observer) sightLastUsed(t *token, value json.RawMessage) {
	known, ok := t.known["lastUsed"]
	if !ok || !o.followed(t) {
		t.learnLastUsed(value)
		return
	}
	former, got := momentOf(known), momentOf(value)
	day := former.Add(24 * time.Hour)
	const prefix = "lastUsed of the token %s is %s"
	switch {
	case o.same("lastUsed", known, value):
		o.checkUnmoved(t, former)
		if !o.options.RealTenant {
			t.learnLastUsed(value)
		}
		return
	case o.lags(t.earlier["lastUsed"], "lastUsed", value):
		return
	case got.IsZero():
		o.find(rule.LastUsed, "gone", prefix+", expected %s as before", t.id, value, known)
	case !former.IsZero() && got.Before(former):
		o.find(rule.LastUsed, "back", prefix+", which is before %s", t.id, value, known)
	case len(t.logins) == 0 && t.rejectedLogin:
		o.find(rule.LastUsed, "rejected", prefix+", expected %s: the login since then was rejected",
			t.id, value, known)
	case len(t.logins) == 0:
		o.find(rule.LastUsed, "without a login", prefix+", expected %s: it has not logged in since",
			t.id, value, known)
	case !former.IsZero() && got.Before(day) && sameDay(former, got):
		o.find(rule.LastUsed, "day", prefix+", expected %s: it moves once a day", t.id, value,
			known)
	case !former.IsZero() && got.Before(day):
		o.doubtful(rule.LastUsed, "24 hours", prefix+", expected %s until %s", t.id, value, known,
			stamp(day))
	case !slices.ContainsFunc(t.logins,
		func(at time.Time) bool { return got.Sub(at).Abs() <= tolerance }):
		o.find(rule.LastUsed, "moment", prefix+", expected the moment of a login", t.id, value)
	}
	o.set(t, "lastUsed", value)
	t.learnLastUsed(value)
}

func (t *token) learnLastUsed(value json.RawMessage) {
	t.known["lastUsed"], t.logins, t.rejectedLogin = value, nil, false
}

// checkUnmoved judges a lastUsed that is as it was before logins.
func (o *Observer) checkUnmoved(t *token, former time.Time) {
	if o.options.RealTenant {
		return // it may lag behind by longer than other writes
	}
	for _, at := range t.logins {
		if former.IsZero() {
			o.find(rule.LastUsed, "null",
				"lastUsed of the token %s is null, expected about %s, when it logged in", t.id,
				stamp(at))
		} else if at.Sub(former) > 24*time.Hour+tolerance {
			o.doubtful(rule.LastUsed, "unmoved",
				"lastUsed of the token %s is %s, expected about %s, when it logged in", t.id,
				stamp(former), stamp(at))
		}
	}
}

func sameDay(a, b time.Time) bool {
	return a.UTC().Format(time.DateOnly) == b.UTC().Format(time.DateOnly)
}
