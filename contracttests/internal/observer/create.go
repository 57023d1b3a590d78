package observer

import (
	"encoding/json"
	"regexp"
	"slices"
	"time"

	"example.com/patmock/spec/rule"
)

// clockTolerance is the tolerated difference between the clocks of target and observer.
const clockTolerance = time.Minute

var (
	idPattern     = regexp.MustCompile(`^[0-9a-f]{32}$`)
	secretPattern = regexp.MustCompile(`^[0-9a-f]{64}$`)
	createKeys    = []string{
		"id", "secret", "scope", "name", "owner", "created", "accessTokenValiditySeconds",
		"expirationDate",
	}
	defaultValidity = encode(43200)
	allScopes       = encode([]string{"sp:scopes:all"})
)

// observeCreate compares a new token with the request, and records it.
func (o *Observer) observeCreate(e *exchange) {
	req, resp := e.requestObject(), e.responseObject()
	if !e.ok() {
		o.recordRejectedCreate(e, req)
		return
	}
	if req == nil || resp == nil {
		return // validation reports it
	}
	for _, key := range createKeys {
		if _, present := resp[key]; !present && (key != "expirationDate" || req.has(key)) {
			o.report(rule.CreateIs200, key, "%s is absent from the response to create", key)
		}
	}
	id := resp.text("id")
	if o.tokens[id] != nil {
		o.report(rule.IDAndSecretForm, "id twice", "the new token has the id %s of another token",
			id)
	}
	if !idPattern.MatchString(id) || !secretPattern.MatchString(resp.text("secret")) {
		o.report(rule.IDAndSecretForm, "form",
			"the response to create lacks an id of 32 and a secret of 64 hexadecimal digits")
	}
	t := newToken(id)
	o.tokens[id] = t
	t.created, t.createdAt, t.presenceRule = true, o.now, rule.WriteIsStored
	o.checkStoredAsSent(e, req, resp)
	if owner := parseObject(resp["owner"]).text("id"); e.caller() != "" && owner != e.caller() {
		o.report(rule.CreateForCaller, "",
			"owner.id of the new token is %q, expected the caller %q", owner, e.caller())
	}
	if created := parseTime(resp["created"]); created.Sub(o.now).Abs() > clockTolerance {
		o.report(rule.CreatedNow, "", "created of the new token is %s, expected about %s",
			resp["created"], formatTime(o.now))
	}
	o.checkOwner(t, resp)
	for name, value := range resp {
		if name != "secret" {
			t.properties[name] = value
		}
	}
	if time.Time.Year(parseTime(resp["expirationDate"])) == 9999 && !req.has("expirationDate") {
		// some tenants may encode never like this
		t.properties["expirationDate"] = json.RawMessage("null")
	}
	t.properties["lastUsed"], t.properties["managed"] = json.RawMessage("null"),
		json.RawMessage("false")
	t.properties["userAwareTokenNeverExpires"] = encode(e.isCurrent() &&
		decode[bool](req["userAwareTokenNeverExpires"]))
	for name := range t.properties {
		t.expectedRules[name] = rule.WriteIsStored
	}
}

// checkStoredAsSent compares the request with the response.
func (o *Observer) checkStoredAsSent(e *exchange, req, resp object) {
	want := object{
		"name": req["name"], "scope": req["scope"],
		"accessTokenValiditySeconds": req["accessTokenValiditySeconds"],
	}
	if !req.has("scope") {
		want["scope"] = allScopes
	}
	if !req.has("accessTokenValiditySeconds") {
		want["accessTokenValiditySeconds"] = defaultValidity
	}
	if req.has("expirationDate") {
		want["expirationDate"] = req["expirationDate"]
	}
	for name, value := range want {
		if got, present := resp[name]; present && !o.equalValues(name, value, got) &&
			!o.isLeapSecond(name, value) {
			o.report(rule.StoredAsSent, name, "%s of the new token is %s, expected %s as sent",
				name, got, value)
		}
	}
	o.checkDefaultDate(e, req, resp)
}

// isLeapSecond reports whether a value is a date that cannot be compared.
func (o *Observer) isLeapSecond(name string, value json.RawMessage) bool {
	return name == "expirationDate" && parseTime(value).IsZero()
}

// checkDefaultDate checks the date of a token that was created without one.
func (o *Observer) checkDefaultDate(e *exchange, req, resp object) {
	got := parseTime(resp["expirationDate"])
	switch {
	case req.has("expirationDate"):
	case e.isCurrent() && !got.IsZero() && got.Year() < 9999:
		o.report(rule.ExpiryNever, "",
			"expirationDate of the new token is %s, expected null because it never expires",
			resp["expirationDate"])
	case !e.isCurrent():
		want := addSixMonths(parseTime(resp["created"]))
		if got.Sub(want).Abs() > 4*24*time.Hour {
			o.report(rule.ExpirySixMonths, "", "expirationDate of the new token is %s, expected %s",
				resp["expirationDate"], formatTime(want))
		} else if !o.options.RealTenant && got.Sub(want).Abs() > time.Second {
			o.reportAssumed(rule.ExpirySixMonths, "exact",
				"expirationDate of the new token is %s, expected %s", resp["expirationDate"],
				formatTime(want))
		}
	}
}

// addSixMonths returns the time six calendar months later, or on the last day of that month.
func addSixMonths(t time.Time) time.Time {
	t = t.UTC()
	first := time.Date(t.Year(), t.Month()+6, 1, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(),
		time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(t.Day(), last)-1)
}

func formatTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// recordRejectedCreate records the name of a rejected create. No token may get it from this
// request.
func (o *Observer) recordRejectedCreate(e *exchange, req object) {
	owner, name := e.caller(), req.text("name")
	if owner == "" || name == "" || e.outcomeUnknown() {
		return
	}
	if o.rejectedNames[owner] == nil {
		o.rejectedNames[owner] = map[string]time.Time{}
	}
	o.rejectedNames[owner][name] = o.now
}

// checkNewlyListed checks a token that a list includes for the first time.
func (o *Observer) checkNewlyListed(resp object) {
	owner, name := parseObject(resp["owner"]).text("id"), resp.text("name")
	rejectedAt, rejected := o.rejectedNames[owner][name]
	switch {
	case rejected && !parseTime(resp["created"]).Before(rejectedAt.Add(-time.Second)):
		o.report(rule.RejectedChangesNothing, "create",
			"the token %s is listed although its create was rejected", resp.text("id"))
	case !o.options.RealTenant && o.completeOwners[owner] && !decode[bool](resp["managed"]):
		o.report(rule.NothingElseChanges, "appeared",
			"the token %s is in a list although no request created it", resp.text("id"))
	}
}

// forgetWrite forgets everything that a write with unknown outcome may have changed.
func (o *Observer) forgetWrite(e *exchange) {
	switch e.Op {
	case Create:
		if id := e.responseObject().text("id"); id != "" {
			o.token(id).uncertain = true
		}
		clear(o.completeOwners)
	case Patch, Delete:
		o.token(e.ID).forget()
	case Bulk:
		for _, id := range decode[[]string](e.requestObject()["ids"]) {
			o.token(id).forget()
		}
	}
}

// forget makes the state of a token unknown.
func (t *token) forget() {
	clear(t.properties)
	clear(t.expectedRules)
	t.uncertain = true
}

// namedProperties returns the properties in the paths of a JSON Patch.
func namedProperties(operations []object) (names []string) {
	for _, op := range operations {
		for _, pointer := range []string{op.text("path"), op.text("from")} {
			if name := firstSegment(pointer); name != "" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}
