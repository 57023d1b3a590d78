package spec_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"example.com/patmock/spec"
)

// Frequent bodies of requests and responses.
const (
	listedToken = `{"id":"cafecafecafecafecafecafecafecafe","name":"nightly build",` +
		`"scope":["sp:scopes:all"],` +
		`"owner":{"type":"IDENTITY","id":"babebabebabebabebabebabebabebabe","name":"jane.doe"},` +
		`"created":"2026-06-30T08:00:00.000Z",` +
		`"lastUsed":"2026-07-01T08:00:00.000Z","managed":false,` +
		`"accessTokenValiditySeconds":43200,` +
		`"expirationDate":"2026-12-30T08:00:00.000Z",` +
		`"userAwareTokenNeverExpires":false}`
	createdToken = `{"id":"cafecafecafecafecafecafecafecafe",` +
		`"secret":"cafecafecafecafecafecafecafecafecafecafecafecafecafecafecafecafe",` +
		`"name":"nightly build","scope":["sp:scopes:all"],"owner":{"type":"IDENTITY",` +
		`"id":"babebabebabebabebabebabebabebabe","name":"jane.doe"},` +
		`"created":"2026-06-30T08:00:00.000Z","accessTokenValiditySeconds":43200,` +
		`"expirationDate":"2026-12-30T08:00:00.000Z"}`
	tokenToCreate = `{"name":"nightly build","scope":["sp:scopes:all"],` +
		`"accessTokenValiditySeconds":3600,"expirationDate":"2026-12-31T23:59:59.999Z"}`
)

func BenchmarkValidateResponse(b *testing.B) {
	d := load(b, "v2026")
	for _, bench := range []struct{ name, operation, body string }{
		{
			"list of ten", "listPersonalAccessTokens",
			"[" + strings.Repeat(listedToken+",", 9) + listedToken + "]",
		},
		{"create", "createPersonalAccessToken", createdToken},
	} {
		b.Run(bench.name, func(b *testing.B) {
			op, body := d.Operation(bench.operation), []byte(bench.body)
			b.ReportAllocs()
			for b.Loop() {
				violations := op.ValidateResponse(200, "application/json", body)
				if violations != nil {
					b.Fatal(violations)
				}
			}
		})
	}
}

// The second body has a property with an escaped name, so only the library can validate it.
func BenchmarkValidateRequestBytes(b *testing.B) {
	op := load(b, "v2026").Operation("createPersonalAccessToken")
	for _, bench := range []struct{ name, body string }{
		{"certain", tokenToCreate},
		{"for the library", strings.Replace(tokenToCreate, `"name"`, `"n\u0061me"`, 1)},
	} {
		b.Run(bench.name, func(b *testing.B) {
			text := []byte(bench.body)
			var value any
			if err := json.Unmarshal(text, &value); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if violations := op.ValidateRequestBytes(b.Context(), "application/json", text,
					value); violations != nil {
					b.Fatal(violations)
				}
			}
		})
	}
}

func TestValidate_DoesNotAllocate(t *testing.T) {
	d, oauth := load(t, "v2026"), load(t, spec.OAuth)
	list, create, remove := d.Operation("listPersonalAccessTokens"),
		d.Operation("createPersonalAccessToken"), d.Operation("deletePersonalAccessToken")
	responses := func(op *spec.Operation, status int, body string) func() []spec.Violation {
		text := []byte(body)
		return func() []spec.Violation {
			return op.ValidateResponse(status, "application/json", text)
		}
	}
	errorBody := `{"detailCode":"400.1 Bad request content",` +
		`"trackingId":"e7eab60924f64aa284175b9fa3309599","messages":[{"locale":"en-US",` +
		`"localeOrigin":"DEFAULT","text":"got \"x\""}],"causes":[{"locale":null,` +
		`"localeOrigin":null,"text":""}]}`
	accessToken := `{"access_token":"e30.e30.e30","token_type":"bearer","expires_in":43199,` +
		`"scope":"sp:scopes:all","tenant_id":"a","pod":"b","org":"c",` +
		`"strong_auth_supported":false,"strong_auth":false,"jti":"d"}`
	text, errorText, query := []byte(tokenToCreate), []byte(errorBody), url.Values{
		"owner-id": {"me"}, "filters": {"lastUsed isnull"},
	}
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name  string
		check func() []spec.Violation
	}{
		{"a list", responses(list, 200, "["+listedToken+","+listedToken+"]")},
		{"a new token", responses(create, 200, createdToken)},
		{"an error", responses(create, 400, errorBody)},
		{"an expired access token", responses(list, 401, `{"error":"JWT expired"}`)},
		{"too many requests", responses(list, 429, `{"message":" Rate Limit Exceeded "}`)},
		{"nothing", func() []spec.Violation { return remove.ValidateResponse(204, "", nil) }},
		{"an unknown path", func() []spec.Violation {
			return d.ValidateUnmatched(404, "application/json", errorText)
		}},
		{"an access token", responses(oauth.Operation("requestAccessToken"), 200, accessToken)},
		{"a token to create", func() []spec.Violation {
			return create.ValidateRequestBytes(t.Context(), "application/json; charset=utf-8", text,
				value)
		}},
		{"a query", func() []spec.Violation { return list.ValidateQuery(query) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			if violations := test.check(); violations != nil {
				t.Fatal(violations)
			}
			if n := testing.AllocsPerRun(10, func() { test.check() }); n != 0 {
				t.Errorf("got %g allocations, want none", n)
			}
		})
	}
	if n := testing.AllocsPerRun(10, func() { list.UnknownQuery(query) }); n != 0 {
		t.Errorf("got %g allocations for unknown parameters, want none", n)
	}
	if n := testing.AllocsPerRun(10,
		func() { create.UnknownProperties("application/json", value) }); n != 0 {
		t.Errorf("got %g allocations for unknown properties, want none", n)
	}
	if n := testing.AllocsPerRun(10,
		func() { create.AcceptsContentType("application/json;charset=UTF-8") }); n != 0 {
		t.Errorf("got %g allocations for a content type, want none", n)
	}
}
