package hostile_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/internal/hostile"
	"example.com/patmock/mockserver/internal/response"
)

// Responses of a tenant.
const (
	token = `{"id":"%s","name":"%s","scope":["sp:scopes:all"],"owner":{"type":"IDENTITY",` +
		`"id":"cafe","name":"jane.doe"},` +
		`"created":"2026-01-01T00:00:00.000Z","lastUsed":null,"managed":false,` +
		`"accessTokenValiditySeconds":43200,` +
		`"expirationDate":"2026-08-31T12:00:00.000Z","userAwareTokenNeverExpires":false}`
	created = `{"id":"a","name":"one","scope":null,"owner":{"type":"IDENTITY","id":"cafe",` +
		`"name":"jane.doe"},` +
		`"created":"2026-01-01T00:00:00.000Z","secret":"s","accessTokenValiditySeconds":43200,` +
		`"expirationDate":null}`
	badRequest = `{"detailCode":"400.1 Bad request content","trackingId":"a","messages":[` +
		`{"locale":"en-US","localeOrigin":"DEFAULT","text":"No."},{"locale":"und",` +
		`"localeOrigin":"REQUEST","text":"No."}],"causes":[]}`
	tooManyRequests = `{"message":" Rate Limit Exceeded "}`
	login           = `{"access_token":"a.b.c","token_type":"bearer","expires_in":43199,` +
		`"scope":"sp:scopes:all","tenant_id":"t","pod":"p",` +
		`"strong_auth_supported":true,"org":"o","identity_id":"cafe","user_name":"jane.doe",` +
		`"strong_auth":true,"jti":"j"}`
	badLogin = `{"error":"invalid_client","error_description":"Bad client credentials"}`
)

var (
	oneToken    = "[" + fmt.Sprintf(token, "a", "one") + "]"
	threeTokens = "[" + fmt.Sprintf(token, "a", "one") + "," + fmt.Sprintf(token, "b", "two") +
		"," +
		fmt.Sprintf(token, "c", "three") + "]"
)

// variations returns the valid variations of a response by one behaviour.
func variations(
	t testing.TB, want, document, name string, plain *response.Response,
) []*response.Response {
	t.Helper()
	op := operation(t, document, name)
	if violations := op.ValidateResponse(plain.Status, "application/json",
		plain.Body); violations != nil {
		t.Fatalf("invalid response: %v", violations)
	}
	h := hostile.New(config(7, want))
	h.NoteLogin("cafe")
	before := string(plain.Body)
	var all []*response.Response
	for range 100 {
		variation := h.Choose("cafe", "list", op)
		if variation.Vary == nil {
			t.Fatalf("got %+v, want a variation", variation)
		}
		varied, behaviour := variation.Vary(plain)
		switch {
		case behaviour == "" && varied != plain ||
			behaviour != "" && (behaviour != want || varied == plain):
			t.Fatalf("unexpected behaviour %q: %s", behaviour, varied.Body)
		case behaviour == "":
			continue
		}
		if violations := op.ValidateResponse(varied.Status, "application/json",
			varied.Body); violations != nil {
			t.Errorf("%s is invalid: %v", varied.Body, violations)
		}
		all = append(all, varied)
	}
	if string(plain.Body) != before || !plain.Validated {
		t.Errorf("response changed to %s", plain.Body)
	}
	return all
}

func TestVary_ReturnsValidResponses(t *testing.T) {
	const (
		listOp, createOp, patchOp = "listPersonalAccessTokens", "createPersonalAccessToken",
			"patchPersonalAccessToken"
		deleteOp, tokenOp = "deletePersonalAccessToken", "requestAccessToken"
	)
	type behaviours map[string]bool
	failure := behaviours{
		hostile.ExtraProperties: true, hostile.AbsentProperties: true, hostile.MessageOrder: true,
		hostile.RetryAfterDate: true,
	}
	tests := []struct {
		name      string
		document  string
		operation string
		status    int
		body      string
		want      behaviours // behaviours that apply
	}{
		{
			"list", "v2026", listOp, 200, threeTokens, behaviours{
				hostile.ListOrder: true, hostile.ExtraProperties: true,
				hostile.AbsentProperties: true,
			},
		},
		{
			"list in an old version", "v3", listOp, 200, threeTokens, behaviours{
				hostile.ListOrder: true, hostile.ExtraProperties: true,
				hostile.AbsentProperties: true,
			},
		},
		{
			"list of one token", "v2026", listOp, 200, oneToken,
			behaviours{hostile.ExtraProperties: true, hostile.AbsentProperties: true},
		},
		{"empty list", "v2026", listOp, 200, `[]`, behaviours{}},
		{
			"list of equal tokens", "v2026", listOp, 200,
			oneToken[:len(oneToken)-1] + "," + oneToken[1:],
			behaviours{hostile.ExtraProperties: true, hostile.AbsentProperties: true},
		},
		{"create", "v2026", createOp, 200, created, behaviours{hostile.ExtraProperties: true}},
		{
			"patch", "v2026", patchOp, 200, oneToken[1 : len(oneToken)-1],
			behaviours{hostile.ExtraProperties: true, hostile.AbsentProperties: true},
		},
		{"delete", "v2026", deleteOp, 204, "", behaviours{}},
		{
			"bad request", "v2026", createOp, 400, badRequest, behaviours{
				hostile.ExtraProperties: true, hostile.AbsentProperties: true,
				hostile.MessageOrder: true,
			},
		},
		{
			"too many requests", "v2026", listOp, 429, tooManyRequests, behaviours{
				hostile.ExtraProperties: true, hostile.AbsentProperties: true,
				hostile.RetryAfterDate: true,
			},
		},
		{"unavailable", "v2026", listOp, 503, badRequest, failure},
		{
			"login", "oauth", tokenOp, 200, login,
			behaviours{hostile.ExtraProperties: true, hostile.AbsentProperties: true},
		},
		{
			"rejected login", "oauth", tokenOp, 401, badLogin,
			behaviours{hostile.ExtraProperties: true},
		},
		{
			"too many logins", "oauth", tokenOp, 429, tooManyRequests,
			behaviours{hostile.ExtraProperties: true, hostile.RetryAfterDate: true},
		},
		{
			"login while unavailable", "oauth", tokenOp, 503, badLogin,
			behaviours{hostile.ExtraProperties: true, hostile.RetryAfterDate: true},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := behaviours{}
			for _, behaviour := range hostile.Behaviours() {
				if behaviour == hostile.Outages || behaviour == hostile.EarlyExpiry {
					continue // they do not change a body
				}
				plain := &response.Response{Status: test.status, Validated: true}
				if test.body != "" {
					plain.Body = []byte(test.body)
				}
				if test.status == http.StatusTooManyRequests ||
					test.status == http.StatusServiceUnavailable {
					plain.Header = http.Header{"Retry-After": {"3"}}
				}
				if len(variations(t, behaviour, test.document, test.operation, plain)) > 0 {
					got[behaviour] = true
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("behaviours (-want +got):\n%s", diff)
			}
		})
	}
}

// mustDecode decodes JSON and preserves the digits of numbers.
func mustDecode[T any](t testing.TB, body []byte) T {
	t.Helper()
	var value T
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := d.Decode(&value); err != nil {
		t.Fatal(err)
	}
	return value
}

type object = map[string]any

func TestVary_ListOrder(t *testing.T) {
	before := mustDecode[[]object](t, []byte(threeTokens))
	orders := map[string]bool{}
	for _, a := range variations(t, hostile.ListOrder, "v2026", "listPersonalAccessTokens",
		&response.Response{Status: 200, Body: []byte(threeTokens), Validated: true}) {
		after := mustDecode[[]object](t, a.Body)
		order := ""
		for _, o := range after {
			order += o["id"].(string)
		}
		orders[order] = true
		slices.SortFunc(after, func(a, b object) int {
			return bytes.Compare([]byte(a["id"].(string)), []byte(b["id"].(string)))
		})
		if diff := cmp.Diff(before, after); diff != "" {
			t.Errorf("changed apart from the order (-want +got):\n%s", diff)
		}
		if a.Validated {
			t.Error("variation is marked as validated")
		}
	}
	want := map[string]bool{"acb": true, "bac": true, "bca": true, "cab": true, "cba": true}
	if diff := cmp.Diff(want, orders); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestVary_MessageOrder(t *testing.T) {
	want := mustDecode[object](t, []byte(badRequest))
	slices.Reverse(want["messages"].([]any))
	for _, a := range variations(t, hostile.MessageOrder, "v2026", "createPersonalAccessToken",
		&response.Response{Status: 400, Body: []byte(badRequest), Validated: true}) {
		if diff := cmp.Diff(want, mustDecode[object](t, a.Body)); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	}
	const single = `{"messages":[{"locale":"en-US","localeOrigin":"DEFAULT","text":"No."}]}`
	if n := len(variations(t, hostile.MessageOrder, "v2026", "createPersonalAccessToken",
		&response.Response{Status: 400, Body: []byte(single), Validated: true})); n > 0 {
		t.Errorf("single message was reordered %d times", n)
	}
}

func TestVary_ExtraProperties(t *testing.T) {
	name := regexp.MustCompile(`^x-new-property-[0-9]{1,2}$`)
	before := mustDecode[[]object](t, []byte(threeTokens))
	kinds := map[string]bool{}
	for _, a := range variations(t, hostile.ExtraProperties, "v2026", "listPersonalAccessTokens",
		&response.Response{Status: 200, Body: []byte(threeTokens), Validated: true}) {
		after := mustDecode[[]object](t, a.Body)
		for _, o := range after {
			extra := 0
			for property, value := range o {
				if name.MatchString(property) {
					extra++
					kinds[fmt.Sprintf("%T", value)] = true
					delete(o, property)
				}
			}
			if extra != 1 {
				t.Errorf("%d new properties in %v, want 1", extra, o)
			}
		}
		if diff := cmp.Diff(before, after); diff != "" {
			t.Errorf("known properties changed (-want +got):\n%s", diff)
		}
	}
	want := map[string]bool{
		"string": true, "json.Number": true, "bool": true, "<nil>": true,
		"map[string]interface {}": true, "[]interface {}": true,
	}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Errorf("kinds (-want +got):\n%s", diff)
	}
}

func TestVary_AbsentProperties(t *testing.T) {
	before := mustDecode[[]object](t, []byte(oneToken))[0]
	seen := map[string]bool{}
	for _, a := range variations(t, hostile.AbsentProperties, "v2026", "listPersonalAccessTokens",
		&response.Response{Status: 200, Body: []byte(oneToken), Validated: true}) {
		after := mustDecode[[]object](t, a.Body)[0]
		changed := 0
		for property, old := range before {
			switch new, present := after[property]; {
			case !present:
				seen[property+" is absent"] = true
				changed++
			case new == nil && old != nil:
				seen[property+" is null"] = true
				changed++
			case !cmp.Equal(old, new):
				t.Errorf("%s changed to %v", property, new)
			}
		}
		if changed == 0 {
			t.Errorf("no change in %s", a.Body)
		}
	}
	want := map[string]bool{
		"accessTokenValiditySeconds is absent": true, "expirationDate is absent": true,
		"expirationDate is null": true, "lastUsed is absent": true,
		"managed is absent": true, "scope is null": true,
		"userAwareTokenNeverExpires is absent": true,
	}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestVary_RetryAfterDate(t *testing.T) {
	const date = "Sun, 01 Mar 2026 12:00:03 GMT"
	tests := []struct {
		name   string
		header http.Header
		want   http.Header // nil if nothing changes
	}{
		{
			"seconds",
			http.Header{"Retry-After": {"3"}, "X": {"y"}},
			http.Header{"Retry-After": {date}, "X": {"y"}},
		},
		{"date already", http.Header{"Retry-After": {date}}, nil},
		{"none", http.Header{"X": {"y"}}, nil},
		{"no header", nil, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			plain := &response.Response{
				Status: 429, Body: []byte(tooManyRequests), Header: test.header, Validated: true,
			}
			before := test.header.Clone()
			varied := variations(t, hostile.RetryAfterDate, "v2026", "listPersonalAccessTokens",
				plain)
			if (len(varied) == 0) != (test.want == nil) {
				t.Fatalf("%d responses changed", len(varied))
			}
			for _, a := range varied {
				if diff := cmp.Diff(test.want, a.Header); diff != "" ||
					string(a.Body) != tooManyRequests {
					t.Fatalf("%s (-want +got):\n%s", a.Body, diff)
				}
			}
			if diff := cmp.Diff(before, plain.Header); diff != "" {
				t.Errorf("response changed (-want +got):\n%s", diff)
			}
		})
	}
}

func TestVary_PreservesDigits(t *testing.T) {
	const body = `{"big":12345678901234567890,"small":1.10,"exponent":1E+2}`
	for _, a := range variations(t, hostile.ExtraProperties, "v2026", "createPersonalAccessToken",
		&response.Response{Status: 400, Body: []byte(body), Validated: true}) {
		for _, number := range []string{"12345678901234567890", "1.10", "1E+2"} {
			if !bytes.Contains(a.Body, []byte(number)) {
				t.Errorf("%s does not contain %s", a.Body, number)
			}
		}
	}
}
