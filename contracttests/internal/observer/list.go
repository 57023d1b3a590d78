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

// observeList compares the tokens of a list with the known tokens, and checks that the list is
// complete.
func (o *Observer) observeList(e *exchange) {
	if !e.ok() || e.Concurrent { // the state of concurrent writes is unknown
		return
	}
	owner := e.Query.Get("owner-id")
	if owner == "me" {
		owner = e.caller()
		if owner == "" {
			owner = "?" // unknown caller
		}
	}
	present := map[string]bool{}
	all := tokensOf(e)
	for _, item := range all {
		id := item.text("id")
		if present[id] {
			o.report(rule.ListEachOnce, "", "the token %s is listed twice", id)
		}
		present[id] = true
		o.observeListed(e, id, owner, item)
	}
	if strings.TrimSpace(e.Query.Get("filters")) == "" {
		o.checkComplete(e, owner, present)
	} else {
		o.checkFiltered(e, owner, all)
	}
}

// observeListed checks one token of a list.
func (o *Observer) observeListed(e *exchange, id, owner string, item object) {
	o.checkKeys(e, item)
	t, known := o.tokens[id]
	if !known {
		o.checkNewlyListed(item)
		t = o.token(id)
	}
	if got := t.ownerIn(item).text("id"); owner != "" && owner != "?" && got != owner {
		o.report(rule.ListOwn, "owner", "the list of the owner %q has a token of %q", owner, got)
	}
	if t.deleted && !t.uncertain && o.now.Sub(t.deletedAt) >= o.options.ConsistencyTimeout {
		o.report(rule.DeleteIsFinal, "list", "the deleted token %s is listed", id)
	}
	o.observeToken(e, t, item)
	t.listed, t.presenceRule = true, ""
	if t.managed() && e.session != nil {
		e.session.seesManaged = true
	}
}

// checkKeys checks the properties of a listed token.
func (o *Observer) checkKeys(e *exchange, item object) {
	o.checkPresent(item, "a listed token")
	if _, present := item["userAwareTokenNeverExpires"]; present != e.isCurrent() {
		o.reportAssumed(rule.TokenKeys, "userAwareTokenNeverExpires",
			"userAwareTokenNeverExpires of a token in a list of %s is present: %t, expected %t",
			e.Version, present, e.isCurrent())
	}
}

// checkPresent checks that a token has the properties of every version.
func (o *Observer) checkPresent(item object, what string) {
	for _, key := range listKeys {
		if _, present := item[key]; !present {
			o.reportAssumed(rule.TokenKeys, what+" "+key, "%s of %s is absent", key, what)
		}
	}
}

// checkComplete checks that a list without a filter has every known token.
func (o *Observer) checkComplete(e *exchange, owner string, present map[string]bool) {
	for _, id := range slices.Sorted(maps.Keys(o.tokens)) {
		if t := o.tokens[id]; !present[id] && o.mustBeListed(e, t, owner) {
			o.report(cmp.Or(t.presenceRule, rule.NothingElseChanges), "presence",
				"the token %s is absent from a list of its owner although no request deleted "+
					"it", id)
			t.uncertain = true
		}
	}
	if owner != "" {
		o.completeOwners[owner] = true
		return
	}
	for _, t := range o.tokens {
		o.completeOwners[t.owner()] = true
	}
}

// mustBeListed reports whether a list for an owner must include a token.
func (o *Observer) mustBeListed(e *exchange, t *token, owner string) bool {
	switch {
	case t.deleted, t.uncertain, t.owner() == "", !t.created && !t.listed:
		return false
	case owner != "" && t.owner() != owner:
		return false
	case !o.options.RealTenant:
		return !t.managed() || owner == "" && t.listed && o.listsManaged(e)
	}
	expires := parseTime(t.properties["expirationDate"])
	return t.created && o.now.Sub(t.createdAt) > o.options.ConsistencyTimeout &&
		(expires.IsZero() || o.now.Before(expires))
}

// listsManaged reports whether earlier lists of the caller had managed tokens.
func (o *Observer) listsManaged(e *exchange) bool {
	return e.session != nil && e.session.seesManaged
}

// observeLastUsed checks lastUsed of a token.
func (o *Observer) observeLastUsed(t *token, value json.RawMessage) {
	known, ok := t.properties["lastUsed"]
	if !ok || !o.isTracked(t) {
		t.setLastUsed(value)
		return
	}
	former, got := parseTime(known), parseTime(value)
	day := former.Add(24 * time.Hour)
	const prefix = "lastUsed of the token %s is %s"
	switch {
	case o.equalValues("lastUsed", known, value):
		o.checkUnchangedLastUsed(t, former)
		if !o.options.RealTenant {
			t.setLastUsed(value)
		}
		return
	case o.mayLag(t.previous["lastUsed"], "lastUsed", value):
		return
	case got.IsZero():
		o.report(rule.LastUsed, "gone", prefix+", expected %s as before", t.id, value, known)
	case !former.IsZero() && got.Before(former):
		o.report(rule.LastUsed, "back", prefix+", earlier than the previous %s", t.id, value, known)
	case len(t.logins) == 0 && t.rejectedLogin:
		o.report(rule.LastUsed, "rejected",
			prefix+", expected %s because the login since then was rejected", t.id, value, known)
	case len(t.logins) == 0:
		o.report(rule.LastUsed, "without a login",
			prefix+", expected %s because it has not logged in since", t.id, value, known)
	case !former.IsZero() && got.Before(day) && sameDay(former, got):
		o.report(rule.LastUsed, "day", prefix+", expected %s because it changes once a day", t.id,
			value, known)
	case !former.IsZero() && got.Before(day):
		o.reportAssumed(rule.LastUsed, "24 hours", prefix+", expected %s until %s", t.id, value,
			known, formatTime(day))
	case !slices.ContainsFunc(t.logins,
		func(login time.Time) bool { return got.Sub(login).Abs() <= clockTolerance }):
		o.report(rule.LastUsed, "moment", prefix+", expected the time of a login", t.id, value)
	}
	o.setProperty(t, "lastUsed", value)
	t.setLastUsed(value)
}

func (t *token) setLastUsed(value json.RawMessage) {
	t.properties["lastUsed"], t.logins, t.rejectedLogin = value, nil, false
}

// checkUnchangedLastUsed checks a lastUsed that logins did not change.
func (o *Observer) checkUnchangedLastUsed(t *token, former time.Time) {
	if o.options.RealTenant {
		return // lastUsed may lag longer than other properties
	}
	for _, login := range t.logins {
		if former.IsZero() {
			o.report(rule.LastUsed, "null",
				"lastUsed of the token %s is null, expected the time of its login, about %s", t.id,
				formatTime(login))
		} else if login.Sub(former) > 24*time.Hour+clockTolerance {
			o.reportAssumed(rule.LastUsed, "unmoved",
				"lastUsed of the token %s is %s, expected the time of its login, about %s", t.id,
				formatTime(former), formatTime(login))
		}
	}
}

func sameDay(a, b time.Time) bool {
	return a.UTC().Format(time.DateOnly) == b.UTC().Format(time.DateOnly)
}
