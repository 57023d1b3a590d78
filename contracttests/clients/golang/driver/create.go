package main

import "time"

const (
	jsonType = "application/json"
	march    = "2040-03-15T12:00:00Z"
)

// september is six months after march.
var september = time.Date(2040, time.September, 15, 12, 0, 0, 0, time.UTC)

// createMinimal sends only what a version requires. The created token can log in.
func createMinimal(r *run) string {
	r.tenant.freeze(march)
	f, body, expires := fields{name: "build"}, map[string]any{"name": "build"}, september
	if !r.version.legacy {
		expires = september.AddDate(1, 0, 0)
		f.expires = expires
		body["expirationDate"] = "2041-09-15T12:00:00Z"
		body["userAwareTokenNeverExpires"] = false // the constructor of the SDK sets it
	}
	api := r.as("jane.doe")
	created := api.create(f).ok(200).token
	matches("id", created.id, "^[0-9a-f]{32}$")
	matches("secret", created.secret, "^[0-9a-f]{64}$")
	equal("token", created, token{
		id: created.id, secret: created.secret, name: "build",
		ownerType: "IDENTITY", ownerName: "jane.doe", scope: []string{"sp:scopes:all"},
		validity: 43200,
		created:  september.AddDate(0, -6, 0), expires: expires,
	})
	r.tenant.request("create").is(wire{"POST", r.path, "", 200, jsonType, encoded(body)})

	itself := r.with(r.tenant.url, created.id, created.secret)
	named(itself.list("me", "").ok(200).tokens, "build")
	return ""
}

// createAllFields sends every field of the version.
func createAllFields(r *run) string {
	f := fields{
		name: "build", validity: 900, expires: in(30), acknowledged: !r.version.legacy,
		scope: []string{
			"sp:my-personal-access-tokens:read", "sp:my-personal-access-tokens:manage",
		},
	}
	body := map[string]any{
		"name": "build", "scope": f.scope, "accessTokenValiditySeconds": 900,
		"expirationDate": f.expires.Format(time.RFC3339Nano),
	}
	if f.acknowledged {
		body["userAwareTokenNeverExpires"] = true
	}
	created := r.as("jane.doe").create(f).ok(200).token
	equal("token", []any{created.name, created.scope, created.validity, created.expires},
		[]any{f.name, f.scope, f.validity, f.expires})
	r.tenant.request("create").is(wire{"POST", r.path, "", 200, jsonType, encoded(body)})
	kept := r.tenant.token("build")
	equal("acknowledgement", kept.UserAwareTokenNeverExpires, f.acknowledged)
	equal("date", kept.ExpirationDate, f.expires)
	return ""
}

// createNeverExpiring requests tokens that never expire, with a null and without a date. Legacy
// versions ignore that.
func createNeverExpiring(r *run) string {
	r.tenant.freeze(march)
	api := r.as("jane.doe")
	if r.version.legacy {
		created := api.create(fields{name: "forever", acknowledged: true}).ok(200).token
		equal("date", created.expires, september)
		r.tenant.request("create").is(wire{
			"POST", r.path, "", 200, jsonType,
			`{"name":"forever","userAwareTokenNeverExpires":true}`,
		}, "unknown-property")
		return ""
	}
	created := api.create(fields{name: "forever", never: true, acknowledged: true}).ok(200).token
	check(created.expires.IsZero(), "the date is %s, want none", created.expires)
	created = api.create(fields{name: "always", acknowledged: true}).ok(200).token
	check(created.expires.IsZero(), "the date is %s, want none", created.expires)
	requests := r.tenant.requests("create", 2, "")
	requests[0].is(wire{
		"POST", r.path, "", 200, jsonType,
		`{"name":"forever","expirationDate":null,"userAwareTokenNeverExpires":true}`,
	})
	requests[1].is(wire{
		"POST", r.path, "", 200, jsonType, `{"name":"always","userAwareTokenNeverExpires":true}`,
	})
	for _, name := range []string{"forever", "always"} {
		kept := r.tenant.token(name)
		check(kept.UserAwareTokenNeverExpires && kept.ExpirationDate.IsZero(), "the tenant has %+v",
			kept)
	}
	return ""
}
