package observer

import (
	"encoding/json"
	"regexp"
	"slices"
	"time"

	"example.com/patmock/spec/rule"
)

// tolerance is how far the clocks of target and observer may be apart.
const tolerance = time.Minute

var (
	idForm     = regexp.MustCompile(`^[0-9a-f]{32}$`)
	secretForm = regexp.MustCompile(`^[0-9a-f]{64}$`)
	createKeys = []string{
		"id", "secret", "scope", "name", "owner", "created", "accessTokenValiditySeconds",
		"expirationDate",
	}
	defaultLife = encoded(43200)
	allScopes   = encoded([]string{"sp:scopes:all"})
)

// seeCreate compares a new token with the request, and remembers it.
func (o *Observer) seeCreate(e *exchange) {
	sent, shown := e.body(), e.reply()
	if !e.ok() {
		o.noteRejectedCreate(e, sent)
		return
	}
	if sent == nil || shown == nil {
		return // which the document forbids
	}
	for _, key := range createKeys {
		if _, present := shown[key]; !present && (key != "expirationDate" || sent.has(key)) {
			o.find(rule.CreateIs200, key, "%s is absent from the response to create", key)
		}
	}
	id := shown.text("id")
	if o.tokens[id] != nil {
		o.find(rule.IDAndSecretForm, "id twice", "the new token has the id %s of another", id)
	}
	if !idForm.MatchString(id) || !secretForm.MatchString(shown.text("secret")) {
		o.find(rule.IDAndSecretForm, "form",
			"expected an id of 32 and a secret of 64 hexadecimal digits in the response to create")
	}
	t := newToken(id)
	o.tokens[id] = t
	t.made, t.madeAt, t.presence = true, o.now, rule.WriteIsStored
	o.checkSent(e, sent, shown)
	if owner := objectOf(shown["owner"]).text("id"); e.caller() != "" && owner != e.caller() {
		o.find(rule.CreateForCaller, "", "owner.id of the new token is %q, expected the caller %q",
			owner, e.caller())
	}
	if at := momentOf(shown["created"]); at.Sub(o.now).Abs() > tolerance {
		o.find(rule.CreatedNow, "", "created of the new token is %s, expected about %s",
			shown["created"], stamp(o.now))
	}
	o.checkOwner(t, shown)
	for name, value := range shown {
		if name != "secret" {
			t.known[name] = value
		}
	}
	if time.Time.Year(momentOf(shown["expirationDate"])) == 9999 && !sent.has("expirationDate") {
		t.known["expirationDate"] = json.RawMessage("null") // some tenants may write never so
	}
	t.known["lastUsed"], t.known["managed"] = json.RawMessage("null"), json.RawMessage("false")
	t.known["userAwareTokenNeverExpires"] = encoded(e.current() &&
		valueOf[bool](sent["userAwareTokenNeverExpires"]))
	for name := range t.known {
		t.expected[name] = rule.WriteIsStored
	}
}

// checkSent compares what was sent with what is answered.
func (o *Observer) checkSent(e *exchange, sent, shown object) {
	want := object{
		"name": sent["name"], "scope": sent["scope"],
		"accessTokenValiditySeconds": sent["accessTokenValiditySeconds"],
	}
	if !sent.has("scope") {
		want["scope"] = allScopes
	}
	if !sent.has("accessTokenValiditySeconds") {
		want["accessTokenValiditySeconds"] = defaultLife
	}
	if sent.has("expirationDate") {
		want["expirationDate"] = sent["expirationDate"]
	}
	for name, value := range want {
		if got, present := shown[name]; present && !o.same(name, value, got) &&
			!o.isLeapSecond(name, value) {
			o.find(rule.StoredAsSent, name, "%s of the new token is %s, expected %s as it was sent",
				name, got, value)
		}
	}
	o.checkDefaultDate(e, sent, shown)
}

// isLeapSecond reports whether a value is a date that cannot be compared.
func (o *Observer) isLeapSecond(name string, value json.RawMessage) bool {
	return name == "expirationDate" && momentOf(value).IsZero()
}

// checkDefaultDate judges the date of a token that was created without one.
func (o *Observer) checkDefaultDate(e *exchange, sent, shown object) {
	got := momentOf(shown["expirationDate"])
	switch {
	case sent.has("expirationDate"):
	case e.current() && !got.IsZero() && got.Year() < 9999:
		o.find(rule.ExpiryNever, "",
			"expirationDate of the new token is %s, expected null: it never expires",
			shown["expirationDate"])
	case !e.current():
		want := sixMonths(momentOf(shown["created"]))
		if got.Sub(want).Abs() > 4*24*time.Hour {
			o.find(rule.ExpirySixMonths, "", "expirationDate of the new token is %s, expected %s",
				shown["expirationDate"], stamp(want))
		} else if !o.options.RealTenant && got.Sub(want).Abs() > time.Second {
			o.doubtful(rule.ExpirySixMonths, "exact",
				"expirationDate of the new token is %s, expected %s", shown["expirationDate"],
				stamp(want))
		}
	}
}

// sixMonths returns the moment six calendar months later, or on the last day of that month.
func sixMonths(t time.Time) time.Time {
	t = t.UTC()
	first := time.Date(t.Year(), t.Month()+6, 1, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(),
		time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(t.Day(), last)-1)
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// noteRejectedCreate remembers a name that no token shall have because of this request.
func (o *Observer) noteRejectedCreate(e *exchange, sent object) {
	owner, name := e.caller(), sent.text("name")
	if owner == "" || name == "" || e.unsure() {
		return
	}
	if o.rejected[owner] == nil {
		o.rejected[owner] = map[string]time.Time{}
	}
	o.rejected[owner][name] = o.now
}

// checkAppeared judges a token that is in a list for the first time.
func (o *Observer) checkAppeared(shown object) {
	owner, name := objectOf(shown["owner"]).text("id"), shown.text("name")
	at, rejected := o.rejected[owner][name]
	switch {
	case rejected && !momentOf(shown["created"]).Before(at.Add(-time.Second)):
		o.find(rule.RejectedChangesNothing, "create",
			"the token %s is listed, whose create was rejected", shown.text("id"))
	case !o.options.RealTenant && o.complete[owner] && !valueOf[bool](shown["managed"]):
		o.find(rule.NothingElseChanges, "appeared",
			"the token %s appears in a list: no request has created it", shown.text("id"))
	}
}

// doubt forgets what a write of unknown outcome may have changed.
func (o *Observer) doubt(e *exchange) {
	switch e.Op {
	case Create:
		if id := e.reply().text("id"); id != "" {
			o.token(id).unsure = true
		}
		clear(o.complete)
	case Patch, Delete:
		o.token(e.ID).forget()
	case Bulk:
		for _, id := range valueOf[[]string](e.body()["ids"]) {
			o.token(id).forget()
		}
	}
}

// forget makes everything of a token unknown.
func (t *token) forget() {
	clear(t.known)
	clear(t.expected)
	t.unsure = true
}

// named returns the properties that a JSON Patch names.
func named(operations []object) (names []string) {
	for _, op := range operations {
		for _, pointer := range []string{op.text("path"), op.text("from")} {
			if name := property(pointer); name != "" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}
