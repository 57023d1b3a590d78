package spec_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/spec"
	"example.com/patmock/spec/limit"
)

func decode(t testing.TB, text string) any {
	t.Helper()
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatal(err)
	}
	return value
}

// array returns a JSON array of n elements.
func array(element string, n int) string {
	return "[" + strings.TrimSuffix(strings.Repeat(element+",", n), ",") + "]"
}

func TestValidate_LimitsViolations(t *testing.T) {
	create := load(t, "v2026").Operation("createPersonalAccessToken")
	patch := load(t, "v2026").Operation("patchPersonalAccessToken")
	list := load(t, "v2026").Operation("listPersonalAccessTokens")
	fault := load(t, "control").Operation("addFault")
	names := strings.Repeat(`"n":1,`, 100)
	for i := range 100 {
		names = strings.Replace(names, `"n"`, `"n`+strings.Repeat("x", i)+`"`, 1)
	}
	for _, test := range []struct {
		name  string
		found []spec.Violation
		want  int // total number of violations
	}{
		{
			"as many as are reported",
			create.ValidateRequest(t.Context(), "application/json",
				decode(t, `{"name":"x","scope":`+array("1", limit.Items)+`}`)), limit.Items,
		},
		{
			"one more",
			create.ValidateRequest(t.Context(), "application/json",
				decode(t, `{"name":"x","scope":`+array("1", limit.Items+1)+`}`)), limit.Items + 1,
		},
		{
			"thousands",
			create.ValidateRequest(t.Context(), "application/json",
				decode(t, `{"name":"x","scope":`+array("1", 16_000)+`}`)), 16_000,
		},
		{
			"half of them",
			create.ValidateRequest(t.Context(), "application/json",
				decode(t, `{"name":"x","scope":`+array(`1,"a"`, 8_000)+`}`)), 8_000,
		},
		{
			"elements that lack properties",
			patch.ValidateRequest(t.Context(), "application/json-patch+json",
				decode(t, array("{}", 1_000))), 2_000,
		},
		{
			"a response", list.ValidateResponse(200, "application/json", []byte(array("1", 1_000))),
			1_000,
		},
		{
			"undeclared names",
			fault.ValidateRequest(t.Context(), "application/json",
				decode(t, `{`+names+`"status":429}`)), 100,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			more := 0
			for i, v := range test.found {
				if v.More > 0 && i != limit.Items {
					t.Errorf("violation %d must not count further ones: %v", i, v)
				}
				more += v.More
			}
			listed := min(test.want, limit.Items)
			if diff := cmp.Diff(listed+min(1, more), len(test.found)); diff != "" {
				t.Errorf("violations listed (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.want-listed, more); diff != "" {
				t.Errorf("further violations (-want +got):\n%s", diff)
			}
		})
	}
}

func TestValidate_StopsWhenCanceled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	create := load(t, "v2026").Operation("createPersonalAccessToken")
	if found := create.ValidateRequest(ctx, "application/json",
		decode(t, `{"name":"x","scope":`+array("1", 1_000)+`}`)); len(found) > 0 {
		t.Errorf("got %d violations after cancellation, want none", len(found))
	}
}

// The library does not evaluate the branches of the oneOf of a patch's value.
func TestValidate_Alternatives(t *testing.T) {
	patch := load(t, "v2026").Operation("patchPersonalAccessToken")
	for _, test := range []struct {
		value string
		valid bool
	}{
		{`"a"`, true},
		{`1`, true},
		{`true`, true},
		{`{"a":[1.5,null]}`, true},
		{`[]`, true},
		{`["a",1,{"b":2}]`, true},
		{`1.5`, false},
		{`["a",null]`, false},
		{`[true]`, false},
		{`[[]]`, false},
	} {
		t.Run(test.value, func(t *testing.T) {
			found := patch.ValidateRequest(t.Context(), "application/json-patch+json",
				decode(t, `[{"op":"add","path":"/name","value":`+test.value+`}]`))
			if (len(found) == 0) != test.valid {
				t.Errorf("got violations %v, want valid %t", found, test.valid)
			}
			if len(found) > 0 && found[0].Rule != "oneOf" {
				t.Errorf("got rule %s, want oneOf", found[0].Rule)
			}
		})
	}
}
