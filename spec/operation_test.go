package spec_test

import (
	"encoding/json"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/spec"
	"example.com/patmock/spec/version"
)

func load(t testing.TB, name string) *spec.Document {
	t.Helper()
	d, err := spec.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestOperationsOfEveryVersion(t *testing.T) {
	type operation struct{ Method, Path, Name string }
	for _, v := range version.All() {
		t.Run(string(v), func(t *testing.T) {
			collection := v.CollectionPath()
			want := []operation{
				{"GET", collection, "listPersonalAccessTokens"},
				{"POST", collection, "createPersonalAccessToken"},
			}
			if v == version.V1 {
				want = append(want,
					operation{"POST", collection + "/bulk-update", "updateBulkPersonalAccessTokensPost"},
					operation{"PATCH", collection + "/bulk-update", "updateBulkPersonalAccessTokens"})
			}
			want = append(want,
				operation{"PATCH", collection + "/{id}", "patchPersonalAccessToken"},
				operation{"DELETE", collection + "/{id}", "deletePersonalAccessToken"})
			var got []operation
			for _, op := range load(t, string(v)).Operations {
				got = append(got, operation{op.Method, op.Path, op.Name})
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("operations (-want +got):\n%s", diff)
			}
		})
	}
}

// A list is answered by joining tokens that were checked one by one, which only an array
// without bounds of its own allows.
func TestListIsAPlainArrayOfWhatPatchAnswers(t *testing.T) {
	for _, v := range version.All() {
		t.Run(string(v), func(t *testing.T) {
			tree := structure(t, source(t, string(v)))
			encoded, err := json.Marshal(tree["paths"])
			if err != nil {
				t.Fatal(err)
			}
			var paths map[string]map[string]struct {
				Responses map[string]struct {
					Content map[string]struct{ Schema map[string]any }
				}
			}
			if err := json.Unmarshal(encoded, &paths); err != nil {
				t.Fatal(err)
			}
			collection := "/personal-access-tokens"
			if v == version.V1 {
				collection += "/v1"
			}
			patched := paths[collection+"/{id}"]["patch"].Responses["200"].Content["application/json"].Schema
			listed := paths[collection]["get"].Responses["200"].Content["application/json"].Schema
			if diff := cmp.Diff(map[string]any{"type": "array", "items": patched}, listed); diff != "" {
				t.Errorf("schema of the list (-want +got):\n%s", diff)
			}
		})
	}
}

func source(t *testing.T, name string) []byte {
	t.Helper()
	source, err := spec.Source(name)
	if err != nil {
		t.Fatal(err)
	}
	return source
}

func TestCheckRequestTellsEveryViolation(t *testing.T) {
	for _, test := range []struct {
		name, document, operation, contentType, body string
		want                                         []string
	}{
		{"valid", "v3", "createPersonalAccessToken", "application/json", `{"name":"x","more":1}`, nil},
		{"what only the library knows", "v3", "createPersonalAccessToken", "application/json", `{"n\u0061me":"x"}`, nil},
		{"what is absent is not set", "v2026", "createPersonalAccessToken", "application/json; charset=utf-8", `{"name":"x"}`, nil},
		{
			"three at once", "v3", "createPersonalAccessToken", "application/json", `{"scope":[1],"accessTokenValiditySeconds":14}`,
			[]string{
				"/accessTokenValiditySeconds: expected at least 15, got 14 (minimum of v3 createPersonalAccessToken request)",
				"/scope/0: expected a string, got 1 (type of v3 createPersonalAccessToken request)",
				"/name: expected a string, got nothing (required of v3 createPersonalAccessToken request)",
			},
		},
		{
			"integer out of its format", "v1", "createPersonalAccessToken", "application/json", `{"name":"x","accessTokenValiditySeconds":3000000000}`,
			[]string{
				"/accessTokenValiditySeconds: expected format int32, got 3000000000 (format of v1 createPersonalAccessTokenV1 request)",
				"/accessTokenValiditySeconds: expected at most 43200, got 3000000000 (maximum of v1 createPersonalAccessTokenV1 request)",
			},
		},
		{
			"date-time", "v1", "createPersonalAccessToken", "application/json", `{"name":"x","expirationDate":"2030-01-01"}`,
			[]string{`/expirationDate: expected a date and time as in RFC 3339 with Z or an offset, such as 2027-01-31T00:00:00Z, got "2030-01-01" (format of v1 createPersonalAccessTokenV1 request)`},
		},
		{
			"one of several types, in one line", "v3", "patchPersonalAccessToken", "application/json-patch+json", `[{"op":"replace","path":"/name","value":5.5}]`,
			[]string{"/0/value: expected a string, a boolean, an integer, an object, an array (each element a string, an integer or an object) or null, got 5.5 (oneOf of v3 patchPersonalAccessToken request)"},
		},
		{
			"a body where none is declared", "v3", "deletePersonalAccessToken", "application/json", `{}`,
			[]string{`header Content-Type: expected , got "application/json" (content of v3 deletePersonalAccessToken)`},
		},
		{
			"another content type", "v3", "patchPersonalAccessToken", "application/json", `[]`,
			[]string{`header Content-Type: expected application/json-patch+json, got "application/json" (content of v3 patchPersonalAccessToken)`},
		},
		{
			"a long value is shortened", "v3", "createPersonalAccessToken", "application/json", `{"name":["` + string(make80()) + `"]}`,
			[]string{`/name: expected a string, got ["` + string(make80()[:78]) + `... (type of v3 createPersonalAccessToken request)`},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			var body any
			if err := json.Unmarshal([]byte(test.body), &body); err != nil {
				t.Fatal(err)
			}
			op := load(t, test.document).Operation(test.operation)
			if diff := cmp.Diff(test.want, texts(op.CheckRequest(test.contentType, body))); diff != "" {
				t.Errorf("violations (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.want, texts(op.CheckRequestText(test.contentType, []byte(test.body), body))); diff != "" {
				t.Errorf("violations of the text (-want +got):\n%s", diff)
			}
			again, err := json.Marshal(body)
			if err != nil {
				t.Fatal(err)
			}
			var untouched any
			if err := json.Unmarshal([]byte(test.body), &untouched); err != nil {
				t.Fatal(err)
			}
			if want, _ := json.Marshal(untouched); string(again) != string(want) {
				t.Errorf("the check wrote into the body: %s", again)
			}
		})
	}
}

func TestTakes(t *testing.T) {
	op := load(t, "v3").Operation("patchPersonalAccessToken")
	for _, test := range []struct {
		contentType string
		want        bool
	}{
		{"application/json-patch+json", true},
		{"application/json-patch+json; charset=utf-8", true},
		{"application/json-patch+json;charset=UTF-8", true},
		{"application/json-patch+json ; charset=ascii; x=y", true},
		{"application/json-patch+json;", true},
		{"Application/JSON-Patch+JSON", true},
		{"application/json-patch+json; charset", false},
		{"application/json-patch+json;charset=utf-8;charset=UTF-8", false},
		{"application/json-patch+json,application/json", false},
		{"application/json", false},
		{"json", false},
		{"", false},
	} {
		t.Run(test.contentType, func(t *testing.T) {
			if got := op.Takes(test.contentType); got != test.want {
				t.Errorf("takes it: %t, want %t", got, test.want)
			}
		})
	}
}

func make80() []byte {
	long := make([]byte, 80)
	for i := range long {
		long[i] = 'x'
	}
	return long
}

func texts(found []spec.Violation) []string {
	var lines []string
	for _, v := range found {
		lines = append(lines, v.String())
	}
	return lines
}

func TestCheckResponse(t *testing.T) {
	const token = `{"id":"a","name":"n","scope":null,"owner":{},"created":"2026-01-01T00:00:00Z"`
	for _, test := range []struct {
		name, document, operation string
		status                    int
		contentType, body         string
		want                      []string
	}{
		{"valid", "v3", "listPersonalAccessTokens", 200, "application/json", "[" + token + "}]", nil},
		{"a charset", "v3", "listPersonalAccessTokens", 200, "application/json;charset=UTF-8", "[]", nil},
		{"another charset, and a name with an escape", "v3", "listPersonalAccessTokens", 200, "Application/JSON; charset=ascii", "[" + token + `,"managed":true,"\u0061":1}]`, nil},
		{"no body where none is declared", "v3", "deletePersonalAccessToken", 204, "", "", nil},
		{"a body where none is declared", "v3", "deletePersonalAccessToken", 204, "application/json", "{}", []string{"body: expected no body, got {} (content of v3 deletePersonalAccessToken response 204)"}},
		{"a missing key", "v3", "listPersonalAccessTokens", 200, "application/json", `[{"id":"a","name":"n","scope":[],"created":"2026-01-01T00:00:00Z"}]`, []string{"/0/owner: expected an object, got nothing (required of v3 listPersonalAccessTokens response 200)"}},
		{"a wrong enum", "v3", "listPersonalAccessTokens", 200, "application/json", `[{"id":"a","name":"n","scope":[],"owner":{"type":"ROBOT"},"created":"2026-01-01T00:00:00Z"}]`, []string{`/0/owner/type: expected one of "IDENTITY", got "ROBOT" (enum of v3 listPersonalAccessTokens response 200)`}},
		{"an undeclared status", "v3", "createPersonalAccessToken", 201, "application/json", "{}", []string{"status: expected one of 200, 400, 401, 403, 413, 415, 429, 500, 503, got 201 (responses of v3 createPersonalAccessToken response 201)"}},
		{"another content type", "v3", "listPersonalAccessTokens", 200, "text/plain", "[]", []string{`header Content-Type: expected application/json, got "text/plain" (content of v3 listPersonalAccessTokens response 200)`}},
		{"no JSON", "v3", "listPersonalAccessTokens", 200, "application/json", "<html>", []string{"body: expected JSON, got <html> (content of v3 listPersonalAccessTokens response 200)"}},
		{"null where forbidden", "v2024", "createPersonalAccessToken", 200, "application/json", token + `,"secret":"s","accessTokenValiditySeconds":15,"expirationDate":null}`, []string{"/expirationDate: expected a string, got null (nullable of v2024 createPersonalAccessToken response 200)"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := texts(load(t, test.document).Operation(test.operation).CheckResponse(test.status, test.contentType, []byte(test.body)))
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("violations (-want +got):\n%s", diff)
			}
		})
	}
}

// A form is no JSON, even where it looks like it: what counts is what it was decoded to.
func TestCheckRequestTextOfAForm(t *testing.T) {
	op := load(t, spec.OAuth).Operation("requestAccessToken")
	got := texts(op.CheckRequestText("application/x-www-form-urlencoded", []byte(`{}`), "{}"))
	want := []string{`body: expected an object, got "{}" (type of oauth requestAccessToken request)`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("violations (-want +got):\n%s", diff)
	}
}

func TestCheckUnrouted(t *testing.T) {
	const problem = `{"detailCode":"404 Not found","trackingId":"a","messages":[],"causes":[]}`
	for _, test := range []struct {
		name   string
		status int
		body   string
		want   []string
	}{
		{"valid", 404, problem, nil},
		{"a wrong type", 404, `{"messages":1}`, []string{"/messages: expected an array (each element an object), got 1 (type of v3 outside its operations response 404)"}},
		{"an undeclared status", 200, problem, []string{"status: expected one of 404, 405, 408, 413, 415, 501, 503, got 200 (responses of v3 outside its operations response 200)"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, texts(load(t, "v3").CheckUnrouted(test.status, "application/json", []byte(test.body)))); diff != "" {
				t.Errorf("violations (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCheckQuery(t *testing.T) {
	for _, test := range []struct {
		document, operation, query string
		want                       []string
	}{
		{"v3", "listPersonalAccessTokens", "", nil},
		{"v3", "listPersonalAccessTokens", "owner-id=me&filters=&limit=x&limit=y", nil},
		{"v3", "listPersonalAccessTokens", "filters=a&filters=b", []string{"query parameter filters: expected the parameter once, got 2 values (style of v3 listPersonalAccessTokens)"}},
		{"control", "listRequests", "status=400&unmatched=true", nil},
		{"control", "listRequests", "status=4xx&unmatched=maybe", []string{
			`query parameter status: expected string doesn't match the regular expression "^[1-5][0-9][0-9]$", got "4xx" (pattern of control listRequests)`,
			`query parameter unmatched: expected one of "true","false", got "maybe" (enum of control listRequests)`,
		}},
	} {
		t.Run(test.query, func(t *testing.T) {
			query, err := url.ParseQuery(test.query)
			if err != nil {
				t.Fatal(err)
			}
			got := texts(load(t, test.document).Operation(test.operation).CheckQuery(query))
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("violations (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDocumentsThatAreWrong(t *testing.T) {
	for _, test := range []struct{ name, source, want string }{
		{"no YAML", "a: [", "read document v3: "},
		{"no OpenAPI", "openapi: 3.0.1", "validate document v3: "},
		{"a bad server", "openapi: 3.0.1\ninfo: {title: t, version: v}\npaths: {}\nservers: [{url: 'http://%zz'}]", "document v3: server "},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := spec.Parse("v3", []byte(test.source), nil)
			if err == nil || len(err.Error()) < len(test.want) || err.Error()[:len(test.want)] != test.want {
				t.Errorf("error %v, want %s...", err, test.want)
			}
		})
	}
	if _, err := spec.Load("v4"); err == nil || err.Error() != `unknown document "v4": expected one of beta, v3, v2024, v2025, v2026, v1, oauth, control` {
		t.Errorf("error %v", err)
	}
}

func TestEffectiveDocumentCanBeReadAgain(t *testing.T) {
	for _, name := range spec.Names() {
		t.Run(name, func(t *testing.T) {
			text, err := load(t, name).YAML()
			if err != nil {
				t.Fatal(err)
			}
			again, err := spec.Parse(name, text, nil)
			if err != nil {
				t.Fatal(err)
			}
			if len(again.Operations) != len(load(t, name).Operations) {
				t.Errorf("%d operations, want %d", len(again.Operations), len(load(t, name).Operations))
			}
		})
	}
}
