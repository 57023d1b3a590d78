package body_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/internal/body"
	"example.com/patmock/spec/limit"
)

func TestFindOddities(t *testing.T) {
	for _, test := range []struct {
		name, text             string
		duplicates, surrogates []string
	}{
		{"none", `{"a":1,"b":{"a":1},"c":[{"a":1},{"a":2}]}`, nil, nil},
		{"not an object", ` [ 1 , "a:b" , null ] `, nil, nil},
		{"names differing in case", `{"name":1,"Name":2}`, nil, nil},
		{"duplicate name", `{"a":1, "b":2, "a":3}`, []string{"/a"}, nil},
		{"name four times", `{"a":1,"a":2,"a":3,"a":4}`, []string{"/a"}, nil},
		{"empty name", `{"":1,"":2}`, []string{"/"}, nil},
		{"with an escape", `{"ab":1,"\u0061b":2}`, []string{"/ab"}, nil},
		{"below", `[{"x":{"y":[0,{"a":{},"a":[]}]}}]`, []string{"/0/x/y/1/a"}, nil},
		{"in a replaced value", `{"a":{"b":1,"b":2},"a":1}`, []string{"/a/b", "/a"}, nil},
		{"a pointer with escapes", `{"a/~b":1,"a/~b":2}`, []string{"/a~1~0b"}, nil},
		{"braces and quotes in strings", `{"a":"{\"b\":1,\"b\":2}\\","c":"[:"}`, nil, nil},
		{"high half", `{"a":"x\ud800y"}`, nil, []string{"/a"}},
		{"low half", `{"a":["\uDC00"]}`, nil, []string{"/a/0"}},
		{"both in the wrong order", `{"a":"\udc00\ud800"}`, nil, []string{"/a"}},
		{"high half twice", `{"a":"\ud83d\ud83d\ude00"}`, nil, []string{"/a"}},
		{"high half at the end", `"\ud83d"`, nil, []string{""}},
		{"in a name", `{"\udfff":1}`, nil, []string{"/\ufffd"}},
		{"character of two halves", `{"a":"\ud83d\ude00"}`, nil, nil},
		{"another escape", `{"a":"\u00e4\n\uffff"}`, nil, nil},
		{"escaped backslash in front of a u", `{"a":"\\ud800"}`, nil, nil},
		{"both kinds", `{"a":"\ud800","a":1}`, []string{"/a"}, []string{"/a"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var value any
			if err := json.Unmarshal([]byte(test.text), &value); err != nil {
				t.Fatal(err)
			}
			want := body.Oddities{
				DuplicateKeys: body.Locations{
					Pointers: test.duplicates, Total: len(test.duplicates),
				},
				LoneSurrogates: body.Locations{
					Pointers: test.surrogates, Total: len(test.surrogates),
				},
			}
			if diff := cmp.Diff(want, body.FindOddities([]byte(test.text), value)); diff != "" {
				t.Errorf("oddities (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFindOddities_LimitsLocations(t *testing.T) {
	const n = limit.Items + 7
	text := "[" + strings.Repeat(`{"a":"\ud800","a":"\ud800"},`, n-1) +
		`{"a":"\ud800","a":"\ud800"}]`
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatal(err)
	}
	got := body.FindOddities([]byte(text), value)
	for name, test := range map[string]struct {
		got   body.Locations
		total int
	}{"duplicate keys": {got.DuplicateKeys, n}, "surrogates": {got.LoneSurrogates, 2 * n}} {
		if test.got.Total != test.total || len(test.got.Pointers) != limit.Items {
			t.Errorf("%s: %d of %d, want %d of %d", name, len(test.got.Pointers),
				test.got.Total, limit.Items, test.total)
		}
	}
}

func TestFindOddities_Allocations(t *testing.T) {
	text := []byte(`{"name":"a \"build\"","scope":["sp:scopes:all"],` +
		`"expirationDate":"2030-01-01T00:00:00Z"}`)
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(100, func() { body.FindOddities(text, value) }); n != 0 {
		t.Errorf("got %v allocations, want none", n)
	}
}

func FuzzFindOddities(f *testing.F) {
	for _, seed := range []string{
		`{"a":1,"a":2}`, `["\ud800",{"\ud800":{}}]`, ` "\\" `, `-1e5`, `{"a":[{},[],""]}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var value any
		if json.Unmarshal([]byte(text), &value) != nil {
			t.Skip()
		}
		got := body.FindOddities([]byte(text), value)
		if lostNames := countNames(t, text) > countNames(t,
			mustMarshal(t, value)); lostNames != (got.DuplicateKeys.Total > 0) {
			t.Errorf("decoding lost names: %t; duplicate keys: %+v", lostNames, got.DuplicateKeys)
		}
	})
}

// countNames returns the number of object members in JSON.
func countNames(t *testing.T, text string) int {
	t.Helper()
	var open []json.Delim // objects and arrays
	decoder, n, values := json.NewDecoder(strings.NewReader(text)), 0, map[int]int{}
	for {
		token, err := decoder.Token()
		if err != nil {
			return n
		}
		depth := len(open)
		if delim, ok := token.(json.Delim); ok && (delim == '}' || delim == ']') {
			open = open[:depth-1]
			continue
		} else if ok {
			open = append(open, delim)
			values[len(open)] = 0
		}
		if depth == 0 || open[depth-1] != '{' {
			continue
		}
		if values[depth]++; values[depth]%2 == 1 {
			n++
		}
	}
}

func mustMarshal(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
