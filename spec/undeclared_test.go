package spec_test

import (
	"encoding/json"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestUnknownQuery(t *testing.T) {
	op := load(t, "v3").Operation("listPersonalAccessTokens")
	for _, test := range []struct {
		query string
		want  []string
	}{
		{"", nil},
		{"owner-id=me&filters=", nil},
		{
			"sorters=name&owner-id=me&limit=1&limit=2&Filters=x&count=true", []string{
				"Filters", "count", "limit", "sorters",
			},
		},
	} {
		t.Run(test.query, func(t *testing.T) {
			query, err := url.ParseQuery(test.query)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, op.UnknownQuery(query)); diff != "" {
				t.Errorf("unknown parameters (-want +got):\n%s", diff)
			}
		})
	}
}

func TestUnknownProperties(t *testing.T) {
	for _, test := range []struct {
		name, document, operation, contentType, body string
		want                                         []string
	}{
		{
			"none", "v3", "createPersonalAccessToken", "application/json",
			`{"name":"x","scope":["a"]}`, nil,
		},
		{
			"several", "v3", "createPersonalAccessToken", "application/json; charset=utf-8",
			`{"z":1,"name":"x","a/b~c":{"d":1}}`,
			[]string{"/a~1b~0c", "/z"},
		},
		{
			"of elements", "v3", "patchPersonalAccessToken", "application/json-patch+json",
			`[{"op":"test","path":"/name","value":{"any":1}},{"op":"test","path":"","b":1,"a":1}]`,
			[]string{"/1/a", "/1/b"},
		},
		{
			"of what a property holds", "v1", "updateBulkPersonalAccessTokens", "application/json",
			`{"ids":["a"],"patch":[{"op":"remove","path":"/x","a":1}]}`,
			[]string{"/patch/0/a"},
		},
		{"another content type", "v3", "createPersonalAccessToken", "text/plain", `{"a":1}`, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			var body any
			if err := json.Unmarshal([]byte(test.body), &body); err != nil {
				t.Fatal(err)
			}
			got := load(t,
				test.document).Operation(test.operation).UnknownProperties(test.contentType, body)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("unknown properties (-want +got):\n%s", diff)
			}
		})
	}
}
