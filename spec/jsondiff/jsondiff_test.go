package jsondiff_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/spec/jsondiff"
)

func decode(t *testing.T, text string) (value any) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&value); err != nil {
		t.Fatal(err)
	}
	return value
}

func encode(value any, _ bool) string {
	text, err := json.Marshal(value)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func TestCompare(t *testing.T) {
	byPosition, aligned := &jsondiff.Differ{}, &jsondiff.Differ{Key: encode}
	for _, test := range []struct {
		name   string
		differ *jsondiff.Differ
		a, b   string
		want   []string
	}{
		{"equal", byPosition, `{"a":[1,null,"x",true]}`, `{"a":[1,null,"x",true]}`, nil},
		{"text", byPosition, `"a"`, `"b"`, []string{`value  "a" "b"`}},
		{"type", byPosition, `{"a":1}`, `{"a":"1"}`, []string{`type /a 1 "1"`}},
		{"null", byPosition, `{"a":null}`, `{"a":false}`, []string{`type /a null false`}},
		{"removed", byPosition, `{"a":false}`, `{}`, []string{`removed /a false null`}},
		{"added", byPosition, `{}`, `{"a/b~":1}`, []string{`added /a~1b~0 null 1`}},
		{
			"in order of the names", byPosition, `{"b":1,"a":1}`, `{"c":1}`, []string{
				`removed /a 1 null`, `removed /b 1 null`, `added /c null 1`,
			},
		},
		{
			"some names first",
			&jsondiff.Differ{FirstKeys: []string{"z", "b", "x"}}, `{"b":1,"a":1}`,
			`{"z":1}`,
			[]string{`added /z null 1`, `removed /b 1 null`, `removed /a 1 null`},
		},
		{"numbers by their text", byPosition, `1`, `1.0`, []string{`value  1 1.0`}},
		{
			"numbers as the caller compares them", &jsondiff.Differ{
				Equal: func(_, _ any) bool { return true },
			}, `1`, `1.0`, nil,
		},
		{"list by position", byPosition, `[1,2]`, `[2,2]`, []string{`value /0 1 2`}},
		{"list of another length", byPosition, `[1,2]`, `[1]`, []string{`value  [1,2] [1]`}},
		{"aligned list, removed", aligned, `[1,2,3]`, `[1,3]`, []string{`removed /1 2 null`}},
		{"aligned list, added", aligned, `[1,3]`, `[1,2,3]`, []string{`added /1 null 2`}},
		{
			"aligned list, changed", aligned, `["a",{"b":1}]`, `["a",{"b":2}]`, []string{
				`value /1/b 1 2`,
			},
		},
		{
			"aligned list, of another type", aligned, `["a"]`, `[1]`, []string{
				`removed /0 "a" null`, `added /0 null 1`,
			},
		},
		{"reordered", aligned, `[1,2]`, `[2,1]`, []string{`order  [1,2] [2,1]`}},
		{
			"not similar",
			&jsondiff.Differ{Key: encode, Similarity: func(_, _ any) int { return 0 }},
			`[1]`, `[2]`,
			[]string{`removed /0 1 null`, `added /0 null 2`},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, c := range test.differ.Compare(decode(t, test.a), decode(t, test.b)) {
				got = append(got,
					fmt.Sprintf("%s %s %s %s", c.Kind, jsondiff.Pointer(c.Path), encode(c.A, true),
						encode(c.B, false)))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAlign_LongListsByPosition(t *testing.T) {
	calls := 0
	pairs := jsondiff.Align(3000, 3001, func(_, _ int) int { calls++; return 1 })
	if last := pairs[len(pairs)-1]; calls > 0 || len(pairs) != 3001 ||
		last != (jsondiff.Pair{A: -1, B: 3000}) {
		t.Errorf("got %d pairs, the last one %v, after %d comparisons; want 3001 without any",
			len(pairs), last, calls)
	}
}
