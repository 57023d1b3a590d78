package contracttests_test

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/contracttests"
)

// tokenProperties returns the properties of a token as JSON: all published ones, and two others.
func tokenProperties() map[string]string {
	return map[string]string{
		"id": `"a"`, "name": `"b"`, "created": `"2027-01-31T00:00:00.000Z"`, "scope": `["c","d"]`,
		"owner":    `{"type":"IDENTITY","id":"e","name":"f","colour":"blue"}`,
		"lastUsed": `"2027-01-31T00:00:00.000Z"`, "managed": `true`,
		"accessTokenValiditySeconds": `900`,
		"expirationDate":             `"2027-01-31T00:00:00.000Z"`,
		"userAwareTokenNeverExpires": `true`,
		"secret":                     `"g"`, "colour": `{"of":["h"]}`, "none": `null`,
	}
}

func encodeObject(properties map[string]string) []byte {
	var pairs []string
	for name, value := range properties {
		pairs = append(pairs, `"`+name+`":`+value)
	}
	return []byte("{" + strings.Join(pairs, ",") + "}")
}

func decodeToken(t *testing.T, properties map[string]string) contracttests.Token {
	t.Helper()
	var token contracttests.Token
	if err := json.Unmarshal(encodeObject(properties), &token); err != nil {
		t.Fatal(err)
	}
	return token
}

func TestToken_Decodes(t *testing.T) {
	got := decodeToken(t, map[string]string{
		"id": `"a"`, "name": `"b"`, "created": `"c"`, "owner": `{"id":"d"}`,
		"lastUsed": `null`, "managed": `false`,
	})
	want := contracttests.Token{
		ID: "a", Name: "b", Created: "c", Owner: contracttests.Owner{ID: contracttests.Value("d")},
		LastUsed: contracttests.Null[string](), Managed: contracttests.Value(false),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("token (-want +got):\n%s", diff)
	}
	wantKeys := []string{"created", "id", "lastUsed", "managed", "name", "owner"}
	if diff := cmp.Diff(wantKeys, got.Keys()); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
}

// Two tokens differ if any of their properties differ, even an unpublished one.
func TestToken_DiffersByEveryProperty(t *testing.T) {
	token := decodeToken(t, tokenProperties())
	if diff := cmp.Diff(token, decodeToken(t, tokenProperties())); diff != "" {
		t.Errorf("a token differs from itself:\n%s", diff)
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(tokenProperties())), token.Keys()); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
	changes := map[string]string{
		"id": `"z"`, "name": `"z"`, "created": `"z"`, "scope": `["d","c"]`,
		"owner":    `{"type":"IDENTITY","id":"e","name":"f","colour":"red"}`,
		"lastUsed": `"z"`, "managed": `false`, "accessTokenValiditySeconds": `900.5`,
		"expirationDate":             `"z"`,
		"userAwareTokenNeverExpires": `false`, "secret": `"z"`, "colour": `{"of":["z"]}`,
		"none": `false`,
		"new":  `null`,
	}
	for name, change := range changes {
		changed := tokenProperties()
		changed[name] = change
		if cmp.Equal(token, decodeToken(t, changed)) {
			t.Errorf("%s is not compared", name)
		}
	}
	required := []string{"created", "id", "name", "owner"} // absent or null is an error
	for _, name := range token.Keys() {
		if slices.Contains(required, name) {
			continue
		}
		absent, null := tokenProperties(), tokenProperties()
		delete(absent, name)
		null[name] = "null"
		got := decodeToken(t, absent)
		if cmp.Equal(token, got) || cmp.Equal(got, decodeToken(t, null)) {
			t.Errorf("%s is the same if it is absent", name)
		}
	}
}

func TestToken_Rejects(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(map[string]string)
		// property is the invalid property. missing reports whether it is missing, and not of
		// another type.
		property string
		missing  bool
	}{
		{"no id", func(p map[string]string) { delete(p, "id") }, "id", true},
		{"null id", func(p map[string]string) { p["id"] = "null" }, "id", true},
		{"no owner", func(p map[string]string) { delete(p, "owner") }, "owner", true},
		{
			"name in upper case", func(p map[string]string) {
				p["Name"] = p["name"]
				delete(p, "name")
			}, "name", true,
		},
		{
			"number instead of a string", func(p map[string]string) {
				p["lastUsed"] = "7"
			}, "lastUsed", false,
		},
		{
			"string instead of an owner", func(p map[string]string) {
				p["owner"] = `"e"`
			}, "owner", false,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			changed := tokenProperties()
			test.change(changed)
			var token contracttests.Token
			err := json.Unmarshal(encodeObject(changed), &token)
			propertyErr, ok := errors.AsType[*contracttests.PropertyError](err)
			if !ok || propertyErr.Property != test.property ||
				(propertyErr.Err == nil) != test.missing {
				t.Fatalf("error is %v, expected one of %s", err, test.property)
			}
			if _, typed := errors.AsType[*json.UnmarshalTypeError](err); typed == test.missing {
				t.Errorf("error is %v, missing %t", err, test.missing)
			}
			if test.missing { // other errors are those of encoding/json
				checkMessage(t, err.Error())
			}
		})
	}
}

func TestIntrospection_DecodesClaims(t *testing.T) {
	var got contracttests.Introspection
	text := `{"active":true,"client_id":"a","scope":["b"],"Pod":"c"}`
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatal(err)
	}
	want := contracttests.Introspection{
		Claims: contracttests.Claims{ClientID: contracttests.Value("a")},
		Active: contracttests.Value(true), Scope: contracttests.Value([]string{"b"}),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("introspection (-want +got):\n%s", diff)
	}
}

func TestField_String(t *testing.T) {
	fields := []contracttests.Field[[]string]{
		{}, contracttests.Null[[]string](), contracttests.Value([]string{"a", "b"}),
	}
	for i, want := range []string{"absent", "null", "[a b]"} {
		if got := fields[i].String(); got != want {
			t.Errorf("string is %q, expected %q", got, want)
		}
	}
}
