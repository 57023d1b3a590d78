package mockserver_test

import (
	"fmt"
	"net/http"
	"testing"

	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/dialect"
	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/version"
)

// If test operations on fixed fields are evaluated, they pass or fail like others and change
// nothing.
func TestDialect_EvaluatedTests(t *testing.T) {
	m := startWith(t, "default", mockserver.Config{
		Dialect: dialect.Dialect{dialect.TestOfFixedField: {Status: 200}},
	})
	for _, test := range []struct {
		name, patch string
		legacy      bool
		want        rule.ID // empty if the patch is applied
	}{
		{"true", `{"op":"test","path":"/managed","value":false}`, false, ""},
		{"false", `{"op":"test","path":"/managed","value":true}`, false, rule.PatchTest},
		{"object", `{"op":"test","path":"/owner/type","value":"IDENTITY"}`, false, ""},
		{
			"absent value", `{"op":"test","path":"/owner/level","value":"USER"}`, false,
			rule.PatchTest,
		},
		{"no field", `{"op":"test","path":"/secret","value":"x"}`, false, rule.TestOfFixedField},
		{
			"date of a legacy version",
			`{"op":"test","path":"/expirationDate","value":"2020-01-01T00:00:00.000Z"}`, true,
			rule.PatchTest,
		},
		{
			"flag that a legacy version omits",
			`{"op":"test","path":"/userAwareTokenNeverExpires","value":false}`, true,
			rule.TestOfFixedField,
		},
		{"change", `{"op":"replace","path":"/managed","value":true}`, false, rule.PatchFields},
		{"a copy", `{"op":"copy","from":"/id","path":"/name"}`, false, rule.PatchFields},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := prober{m.forTest(t).in(fmt.Sprint("tests-", len(test.name))), version.V2026}
			if test.legacy {
				a.v = version.V3
			}
			r := a.jane().patch(a.path(a.createToken(a.jane(), object{"name": test.name})),
				"["+test.patch+"]")
			if test.want == "" {
				r.is(http.StatusOK)
				return
			}
			if got := r.is(http.StatusBadRequest).
				header.Get("X-Patmock-Rule"); got != string(test.want) {
				t.Errorf("rule = %q, want %s", got, test.want)
			}
		})
	}
}

// An empty date that counts as absent has the meaning of an absent date in the version.
func TestDialect_EmptyDateIsAbsent(t *testing.T) {
	m := startWith(t, "default", mockserver.Config{
		Dialect: dialect.Dialect{dialect.EmptyDate: {Status: 200}},
	})
	for _, v := range version.All() {
		t.Run(string(v), func(t *testing.T) {
			a := prober{m.forTest(t).in("empty-" + string(v)), v}
			r := a.jane().post(v.CollectionPath(), a.body(object{"expirationDate": ""}))
			if a.isCurrent() {
				if got := r.is(http.StatusBadRequest).
					header.Get("X-Patmock-Rule"); got != string(rule.ExpiryNever) {
					t.Errorf("rule = %q without the acknowledgment, want %s", got, rule.ExpiryNever)
				}
				return
			}
			if date, _ := r.is(http.StatusOK).object()["expirationDate"].(string); date == "" {
				t.Errorf("got no date, want one in six months")
			}
		})
	}
}
