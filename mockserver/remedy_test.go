package mockserver_test

import (
	"strings"
	"testing"

	"example.com/patmock/fixtures/golden"
	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/version"
)

// A finding has the remedy of its cause.
func TestFindings_Remedies(t *testing.T) {
	const tokens = "/v2026/personal-access-tokens"
	tokenPath := tokens + "/" + strings.Repeat("0", 32)
	for _, test := range []struct {
		name, method, path, contentType, body string
		kind                                  string
		names                                 string // a name in the remedy
	}{
		{"get of one token", "GET", tokenPath, "", "", control.UnmatchedPath, "list"},
		{"put of one token", "PUT", tokenPath, "", "", control.UnmatchedPath, "PATCH"},
		{"get of the token endpoint", "GET", "/oauth/token", "", "", control.UnmatchedPath, "POST"},
		{
			"misspelt path", "GET", "/v2026/personal-access-token", "", "", control.UnmatchedPath,
			tokens,
		},
		{"path below a token", "GET", tokenPath + "/x", "", "", control.UnmatchedPath, "token"},
		{"other path", "GET", "/nothing", "", "", control.UnmatchedPath, ""},
		{"another API", "GET", "/v2026/accounts", "", "", control.NotSimulated, ""},
		{
			"unsupported version", "GET", "/beta/personal-access-tokens", "", "",
			control.NotSimulated, "--versions",
		},
		{
			"unknown version", "GET", "/v2099/personal-access-tokens", "", "", control.NotSimulated,
			"v2026",
		},
		{
			"login page", "GET", "/oauth/authorize", "", "", control.NotSimulated,
			"grant_type=client_credentials",
		},
		{
			"misspelt parameter", "GET", tokens + "?owner-id=me&ownerId=me", "", "",
			control.UnknownParameter, "owner-id",
		},
		{
			"page of a list", "GET", tokens + "?owner-id=me&limit=5", "", "",
			control.UnknownParameter, "pages",
		},
		{
			"order of a list", "GET", tokens + "?owner-id=me&sorters=name", "", "",
			control.UnknownParameter, "sort",
		},
		{
			"parameter of create", "POST", tokens + "?limit=5", jsonType,
			`{"name":"a","userAwareTokenNeverExpires":true}`, control.UnknownParameter,
			"createPersonalAccessToken",
		},
		{
			"misspelt property", "POST", tokens, jsonType,
			`{"name":"a","userAwareTokenNeverExpires":true,"expiration_date":null}`,
			control.UnknownProperty, "expirationDate",
		},
		{
			"property of the response", "POST", tokens, jsonType,
			`{"name":"a","userAwareTokenNeverExpires":true,"owner":{}}`, control.UnknownProperty,
			"server",
		},
		{
			"property of another operation", "POST", tokens, jsonType,
			`{"name":"a","userAwareTokenNeverExpires":true,"patch":[]}`, control.UnknownProperty,
			"operation",
		},
		{
			"unknown property", "POST", tokens, jsonType,
			`{"name":"a","userAwareTokenNeverExpires":true,"color":"red"}`, control.UnknownProperty,
			"",
		},
		{
			"content type of create", "POST", tokens, patchType, `{}`, control.WrongContentType,
			"application/json",
		},
		{
			"content type of patch", "PATCH", tokenPath, jsonType, `[]`, control.WrongContentType,
			"application/json-patch+json",
		},
		{
			"me in capitals", "GET", tokens + "?owner-id=ME", "", "", control.InvalidProperty,
			"owner-id=me",
		},
		{
			"secret of a login", "POST", "/oauth/token?client_secret=x", "", "",
			control.SecretInQuery, "form",
		},
		{
			"access token in a query", "GET", tokens + "?owner-id=me&access_token=x", "", "",
			control.SecretInQuery, "Authorization",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := startWith(t, "default", mockserver.Config{
				Versions: []version.Version{version.V3, version.V2026},
			}).as("admin")
			c.send(test.method, test.path, test.contentType, test.body)
			var got []string
			for _, f := range c.lastExchange()["findings"].([]any) {
				if f := f.(map[string]any); f["kind"] == test.kind {
					remedy, _ := f["remedy"].(string)
					got = append(got, remedy)
				}
			}
			if len(got) != 1 || (got[0] == "") != (test.names == "") ||
				!strings.Contains(got[0], test.names) {
				t.Fatalf("remedies %q of %s, want one about %q", got, test.kind, test.names)
			}
			if got[0] != "" {
				golden.Check(t, findingTexts, golden.Key(t), got[0])
			}
		})
	}
}
