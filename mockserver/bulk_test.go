package mockserver_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/version"
)

const bulkPath = "/personal-access-tokens/v1/bulk-update"

func TestBulkUpdate_ChangesTokens(t *testing.T) {
	for _, method := range []string{"PATCH", "POST"} {
		t.Run(method, func(t *testing.T) {
			c := start(t, callers).as("admin")
			r := c.send(method, bulkPath, "application/json",
				`{"ids":["`+janes+`","`+johns+`","`+janesManaged+
					`"],"patch":[{"op":"replace","path":"/expirationDate",`+
					`"value":"2030-01-01T00:00:00Z"}]}`).is(http.StatusOK)
			var ids []string
			for _, token := range r.list() {
				ids = append(ids, token["id"].(string))
				if token["expirationDate"] != "2030-01-01T00:00:00.000Z" {
					t.Errorf("unexpected expirationDate of %s: %v", token["id"],
						token["expirationDate"])
				}
			}
			if diff := cmp.Diff([]string{johns, janes, janesManaged}, ids); diff != "" {
				t.Errorf("ids (-want +got):\n%s", diff)
			}
			r = c.send(method, bulkPath, "application/json",
				`{"ids":["`+janes+
					`"],"patch":[{"op":"remove","path":"/expirationDate"},{"op":"replace",`+
					`"path":"/userAwareTokenNeverExpires","value":true}]}`).is(http.StatusOK)
			if got := r.list()[0]["expirationDate"]; got != nil {
				t.Errorf("expirationDate = %v, want null", got)
			}
		})
	}
}

func TestBulkUpdate_RejectsInvalidBodies(t *testing.T) {
	const date = `{"op":"replace","path":"/expirationDate","value":"2030-01-01T00:00:00Z"}`
	body := func(ids, patch string) string { return `{"ids":` + ids + `,"patch":` + patch + `}` }
	many := make([]string, 26)
	for i := range many {
		many[i] = fmt.Sprintf(`"%032d"`, i)
	}
	ids := `["` + janes + `","` + johns + `"]`
	for _, test := range []struct {
		name, body, detailCode string
		want                   []cause
	}{
		{"no ids", body(`[]`, `[`+date+`]`), "400.1.3", []cause{{rule.BulkIDs, "/ids"}}},
		{
			"26 ids", body("["+strings.Join(many, ",")+"]", `[`+date+`]`), "400.1.3", []cause{
				{rule.BulkIDs, "/ids"},
			},
		},
		{
			"duplicate id", body(`["`+janes+`","`+janes+`"]`, `[`+date+`]`), "400.1.3", []cause{
				{rule.BulkIDs, "/ids"},
			},
		},
		{"empty id", body(`[""]`, `[`+date+`]`), "400.1", []cause{{rule.BulkIDs, "/ids/0"}}},
		{"blank id", body(`["  "]`, `[`+date+`]`), "400.1", []cause{{rule.BulkIDs, "/ids/0"}}},
		{
			"unknown id", body(`["`+janes+`","`+nobodys+`"]`, `[`+date+`]`), "400.1", []cause{
				{rule.BulkKnown, "/ids/1"},
			},
		},
		{"no operations", body(ids, `[]`), "400.1.3", []cause{{rule.BulkFields, "/patch"}}},
		{
			"name", body(ids, `[{"op":"replace","path":"/name","value":"x"}]`), "400.1", []cause{
				{rule.BulkFields, "/patch/0"},
			},
		},
		{
			"addition of a date",
			body(ids, `[{"op":"add","path":"/expirationDate","value":"2030-01-01T00:00:00Z"}]`),
			"400.1",
			[]cause{{rule.BulkFields, "/patch/0"}},
		},
		{
			"past date",
			body(ids, `[{"op":"replace","path":"/expirationDate","value":"2020-01-01T00:00:00Z"}]`),
			"400.1",
			[]cause{{rule.ExpiryFuture, "/patch/0/value"}},
		},
		{
			"no date, no acknowledgment", body(ids, `[{"op":"remove","path":"/expirationDate"}]`),
			"400.1",
			[]cause{{rule.ExpiryNever, "/patch/0"}},
		},
		{
			"acknowledgment that one token needs",
			body(`["`+johns+`","`+janes+`"]`,
				`[{"op":"replace","path":"/userAwareTokenNeverExpires","value":false}]`), "400.1",
			[]cause{{rule.NeverKeepsAcknowledgment, "/patch/0/value " + johns}},
		},
		{
			"nothing", `{}`, "400.1.0", []cause{
				{rule.BulkIDs, "/ids"}, {rule.MissingProperty, "/patch"},
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := start(t, callers)
			c := m.as("admin")
			before := c.get("/personal-access-tokens/v1").is(http.StatusOK).text
			c.send("PATCH", bulkPath, "application/json", test.body).rejected(http.StatusBadRequest,
				test.detailCode, test.want...)
			if diff := cmp.Diff(before, c.get("/personal-access-tokens/v1").text); diff != "" {
				t.Errorf("tokens changed (-before +after):\n%s", diff)
			}
		})
	}
}

func TestBulkUpdate_IsAtomic(t *testing.T) {
	c := start(t, callers).as("admin")
	dated := c.create(version.V1, "dated")["id"].(string)
	c.send("PATCH", bulkPath, "application/json",
		`{"ids":["`+dated+`","`+johns+
			`"],"patch":[{"op":"replace","path":"/userAwareTokenNeverExpires","value":false}]}`).
		rejected(http.StatusBadRequest, "400.1", cause{
			rule.NeverKeepsAcknowledgment, "/patch/0/value " + johns,
		})
	c.send("PATCH", bulkPath, "application/json",
		`{"ids":["`+dated+
			`"],"patch":[{"op":"replace","path":"/userAwareTokenNeverExpires","value":true}]}`).
		is(http.StatusOK)
	c.send("PATCH", bulkPath, "application/json",
		`{"ids":["`+dated+`","`+johns+
			`"],"patch":[{"op":"replace","path":"/userAwareTokenNeverExpires","value":false}]}`).
		rejected(http.StatusBadRequest, "400.1", cause{
			rule.NeverKeepsAcknowledgment, "/patch/0/value " + johns,
		})
	if got := listedToken(c, version.V1, dated)["userAwareTokenNeverExpires"]; got != true {
		t.Errorf("userAwareTokenNeverExpires %v after a rejected update, want true", got)
	}
}

func TestBulkUpdate_IsAnIDInOtherVersions(t *testing.T) {
	each(t, all(legacy, current[:2]), func(t *testing.T, v version.Version) {
		c := start(t, callers).as("admin")
		c.patch(v.CollectionPath()+"/bulk-update", `[]`).unknownID()
		c.delete(v.CollectionPath() + "/bulk-update").unknownID()
	})
}
