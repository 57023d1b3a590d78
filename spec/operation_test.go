package spec_test

import (
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/fixtures/golden"
	"example.com/patmock/spec"
	"example.com/patmock/spec/version"
)

func TestMain(m *testing.M) { golden.Main(m) }

func load(t testing.TB, name string) *spec.Document {
	t.Helper()
	d, err := spec.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDocument_Operations(t *testing.T) {
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
					operation{
						"POST", collection + "/bulk-update", "updateBulkPersonalAccessTokensPost",
					},
					operation{
						"PATCH", collection + "/bulk-update", "updateBulkPersonalAccessTokens",
					})
			}
			want = append(want,
				operation{"PATCH", collection + "/{id}", "patchPersonalAccessToken"},
				operation{"DELETE", collection + "/{id}", "deletePersonalAccessToken"})
			if v != version.V3 {
				want = append([]operation{
					{"GET", v.Path("identities"), "listIdentities"},
					{"GET", v.Path("identities") + "/{id}", "getIdentity"},
				}, want...)
			}
			if v != version.Beta {
				want = append(want,
					operation{"GET", v.Path("public-identities"), "getPublicIdentities"})
			}
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

// The mock builds a list from tokens that were validated separately. Only an array without
// constraints of its own allows that.
func TestDocument_ListIsArrayOfPatchResponses(t *testing.T) {
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
			patched := paths[collection+
				"/{id}"]["patch"].Responses["200"].Content["application/json"].Schema
			listed := paths[collection]["get"].Responses["200"].Content["application/json"].Schema
			if diff := cmp.Diff(map[string]any{"type": "array", "items": patched},
				listed); diff != "" {
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

func TestValidateRequest_ReportsAllViolations(t *testing.T) {
	for _, test := range []struct {
		name, document, operation, contentType, body string
		want                                         []violationPosition
	}{
		{
			"valid", "v3", "createPersonalAccessToken", "application/json", `{"name":"x","more":1}`,
			nil,
		},
		{
			"what only the library knows", "v3", "createPersonalAccessToken", "application/json",
			`{"n\u0061me":"x"}`, nil,
		},
		{
			"what is absent is not set", "v2026", "createPersonalAccessToken",
			"application/json; charset=utf-8", `{"name":"x"}`, nil,
		},
		{
			"three at once", "v3", "createPersonalAccessToken", "application/json",
			`{"scope":[1],"accessTokenValiditySeconds":14}`,
			[]violationPosition{
				{"body", "/accessTokenValiditySeconds", "minimum"},
				{"body", "/scope/0", "type"},
				{"body", "/name", "required"},
			},
		},
		{
			"integer out of its format", "v1", "createPersonalAccessToken", "application/json",
			`{"name":"x","accessTokenValiditySeconds":3000000000}`,
			[]violationPosition{
				{"body", "/accessTokenValiditySeconds", "format"},
				{"body", "/accessTokenValiditySeconds", "maximum"},
			},
		},
		{
			"date-time", "v1", "createPersonalAccessToken", "application/json",
			`{"name":"x","expirationDate":"2030-01-01"}`,
			[]violationPosition{{"body", "/expirationDate", "format"}},
		},
		{
			"date-time in small letters", "v1", "createPersonalAccessToken", "application/json",
			`{"name":"x","expirationDate":"2030-01-01t00:00:00z"}`,
			nil,
		},
		{
			"date-time of a day that does not exist", "v1", "createPersonalAccessToken",
			"application/json", `{"name":"x","expirationDate":"2030-02-30t00:00:00z"}`,
			[]violationPosition{{"body", "/expirationDate", "format"}},
		},
		{
			"date-time with an offset of a day", "v1", "createPersonalAccessToken",
			"application/json", `{"name":"x","expirationDate":"2030-01-01T00:00:00+24:00"}`,
			[]violationPosition{{"body", "/expirationDate", "format"}},
		},
		{
			"one of several types, in one line", "v3", "patchPersonalAccessToken",
			"application/json-patch+json", `[{"op":"replace","path":"/name","value":5.5}]`,
			[]violationPosition{{"body", "/0/value", "oneOf"}},
		},
		{
			"a body where none is declared", "v3", "deletePersonalAccessToken", "application/json",
			`{}`,
			[]violationPosition{{"header", "Content-Type", "content"}},
		},
		{
			"another content type", "v3", "patchPersonalAccessToken", "application/json", `[]`,
			[]violationPosition{{"header", "Content-Type", "content"}},
		},
		{
			"a long value is shortened", "v3", "createPersonalAccessToken", "application/json",
			`{"name":["` + string(make80()) + `"]}`,
			[]violationPosition{{"body", "/name", "type"}},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			var body any
			if err := json.Unmarshal([]byte(test.body), &body); err != nil {
				t.Fatal(err)
			}
			op := load(t, test.document).Operation(test.operation)
			checkViolations(t, test.want, op.ValidateRequest(t.Context(), test.contentType, body))
			checkViolations(t, test.want,
				op.ValidateRequestBytes(t.Context(), test.contentType, []byte(test.body), body))
			again, err := json.Marshal(body)
			if err != nil {
				t.Fatal(err)
			}
			var untouched any
			if err := json.Unmarshal([]byte(test.body), &untouched); err != nil {
				t.Fatal(err)
			}
			if want, _ := json.Marshal(untouched); string(again) != string(want) {
				t.Errorf("validation modified the body: %s", again)
			}
		})
	}
}

func TestAcceptsContentType(t *testing.T) {
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
			if got := op.AcceptsContentType(test.contentType); got != test.want {
				t.Errorf("got %t, want %t", got, test.want)
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

// violationPosition is the position of a violation, and the violated keyword.
type violationPosition struct{ In, Pointer, Keyword string }

// checkViolations compares the positions of violations, and their texts with the golden file.
func checkViolations(t *testing.T, want []violationPosition, found []spec.Violation) {
	t.Helper()
	var got []violationPosition
	var texts []string
	for _, v := range found {
		got, texts = append(got, violationPosition{v.In, v.Pointer, v.Rule}),
			append(texts, v.String())
		if hasFormat := v.Format != "" && v.Value != nil; hasFormat != (v.Rule == "format") {
			t.Errorf("Format is %q and Value is %v for the rule %s", v.Format, v.Value, v.Rule)
		}
		if len(v.Got) > 80+len("...") {
			t.Errorf("Got has %d bytes: %s", len(v.Got), v.Got)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("violations (-want +got):\n%s", diff)
	}
	if texts != nil {
		golden.Check(t, "testdata/violations.golden", golden.Key(t), strings.Join(texts, "\n"))
	}
}

func TestValidateResponse(t *testing.T) {
	const token = `{"id":"a","name":"n","scope":null,"owner":{},"created":"2026-01-01T00:00:00Z"`
	for _, test := range []struct {
		name, document, operation string
		status                    int
		contentType, body         string
		want                      []violationPosition
	}{
		{
			"valid", "v3", "listPersonalAccessTokens", 200, "application/json", "[" + token + "}]",
			nil,
		},
		{
			"a charset", "v3", "listPersonalAccessTokens", 200, "application/json;charset=UTF-8",
			"[]", nil,
		},
		{
			"another charset, and a name with an escape", "v3", "listPersonalAccessTokens", 200,
			"Application/JSON; charset=ascii", "[" + token + `,"managed":true,"\u0061":1}]`, nil,
		},
		{"no body where none is declared", "v3", "deletePersonalAccessToken", 204, "", "", nil},
		{
			"a body where none is declared", "v3", "deletePersonalAccessToken", 204,
			"application/json", "{}",
			[]violationPosition{{"body", "", "content"}},
		},
		{
			"a missing key", "v3", "listPersonalAccessTokens", 200, "application/json",
			`[{"id":"a","name":"n","scope":[],"created":"2026-01-01T00:00:00Z"}]`,
			[]violationPosition{
				{"body", "/0/owner", "required"},
			},
		},
		{
			"a wrong enum", "v3", "listPersonalAccessTokens", 200, "application/json",
			`[{"id":"a","name":"n","scope":[],"owner":{"type":"ROBOT"},` +
				`"created":"2026-01-01T00:00:00Z"}]`,
			[]violationPosition{{"body", "/0/owner/type", "enum"}},
		},
		{
			"an undeclared status", "v3", "createPersonalAccessToken", 201, "application/json",
			"{}",
			[]violationPosition{{"status", "", "responses"}},
		},
		{
			"another content type", "v3", "listPersonalAccessTokens", 200, "text/plain", "[]",
			[]violationPosition{{"header", "Content-Type", "content"}},
		},
		{
			"no JSON", "v3", "listPersonalAccessTokens", 200, "application/json", "<html>",
			[]violationPosition{
				{"body", "", "content"},
			},
		},
		{
			"null where forbidden", "v2024", "createPersonalAccessToken", 200, "application/json",
			token + `,"secret":"s","accessTokenValiditySeconds":15,"expirationDate":null}`,
			[]violationPosition{
				{"body", "/expirationDate", "nullable"},
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			op := load(t, test.document).Operation(test.operation)
			checkViolations(t, test.want,
				op.ValidateResponse(test.status, test.contentType, []byte(test.body)))
		})
	}
}

// A form is not JSON, even if it looks like it. Validation uses the decoded value.
func TestValidateRequestBytes_IgnoresTextOfForm(t *testing.T) {
	op := load(t, spec.OAuth).Operation("requestAccessToken")
	want := []violationPosition{{"body", "", "type"}}
	checkViolations(t, want,
		op.ValidateRequestBytes(t.Context(), "application/x-www-form-urlencoded", []byte(`{}`),
			"{}"))
}

func TestValidateUnmatched(t *testing.T) {
	const problem = `{"detailCode":"404 Not found","trackingId":"a","messages":[],"causes":[]}`
	for _, test := range []struct {
		name   string
		status int
		body   string
		want   []violationPosition
	}{
		{"valid", 404, problem, nil},
		{"a wrong type", 404, `{"messages":1}`, []violationPosition{{"body", "/messages", "type"}}},
		{"an undeclared status", 200, problem, []violationPosition{{"status", "", "responses"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			checkViolations(t, test.want,
				load(t, "v3").ValidateUnmatched(test.status, "application/json", []byte(test.body)))
		})
	}
}

func TestValidateQuery(t *testing.T) {
	for _, test := range []struct {
		document, operation, query string
		want                       []violationPosition
	}{
		{"v3", "listPersonalAccessTokens", "", nil},
		{"v3", "listPersonalAccessTokens", "owner-id=me&filters=&limit=x&limit=y", nil},
		{
			"v3", "listPersonalAccessTokens", "filters=a&filters=b", []violationPosition{
				{"query", "filters", "style"},
			},
		},
		{"control", "listRequests", "status=400&unmatched=true", nil},
		{"control", "listRequests", "status=4xx&unmatched=maybe", []violationPosition{
			{"query", "status", "pattern"},
			{"query", "unmatched", "enum"},
		}},
	} {
		t.Run(test.query, func(t *testing.T) {
			query, err := url.ParseQuery(test.query)
			if err != nil {
				t.Fatal(err)
			}
			checkViolations(t, test.want,
				load(t, test.document).Operation(test.operation).ValidateQuery(query))
		})
	}
}

func TestParse_Errors(t *testing.T) {
	for _, test := range []struct {
		name, source string
		want         spec.Step
	}{
		{"not YAML", "a: [", spec.StepRead},
		{"not OpenAPI", "openapi: 3.0.1", spec.StepValidate},
		{
			"a bad server",
			"openapi: 3.0.1\ninfo: {title: t, version: v}\npaths: {}\nservers: [{url: " +
				"'http://%zz'}]", spec.StepRoute,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := spec.Parse("v3", []byte(test.source), nil)
			var wrong *spec.DocumentError
			if !errors.As(err, &wrong) || wrong.Name != "v3" || wrong.Step != test.want {
				t.Fatalf("got error %v, want a DocumentError for v3 in step %s", err, test.want)
			}
			golden.Check(t, "testdata/errors.golden", golden.Key(t), err.Error())
		})
	}
}

func TestLoad_UnknownDocument(t *testing.T) {
	_, err := spec.Load("v4")
	var unknown *spec.UnknownDocumentError
	if !errors.As(err, &unknown) || unknown.Name != "v4" {
		t.Fatalf("got error %v, want an UnknownDocumentError for v4", err)
	}
	golden.Check(t, "testdata/errors.golden", golden.Key(t), err.Error())
}

func TestDocument_RoundTrips(t *testing.T) {
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
				t.Errorf("got %d operations, want %d", len(again.Operations),
					len(load(t, name).Operations))
			}
		})
	}
}
