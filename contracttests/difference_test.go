package contracttests

import (
	"strings"
	"testing"
)

func TestDifference(t *testing.T) {
	for _, test := range []struct {
		name      string
		want, got any
		text      string
	}{
		{"equal", Body{"a": 1}, Body{"a": 1}, ""},
		{"texts", "a", "b", "-\"a\"\n+\"b\"\n"},
		{"types", 1, "1", "-1\n+\"1\"\n"},
		{
			"one of several elements",
			[]string{"a", "b", "c"},
			[]string{"a", "x", "c"},
			"-/1: \"b\"\n+/1: \"x\"\n",
		},
		{"missing element", []string{"a", "b"}, []string{"a"}, "-/1: \"b\"\n"},
		{"additional element", []string{"b"}, []string{"a", "b"}, "+/0: \"a\"\n"},
		{
			"other order",
			[]string{"a", "<b>"},
			[]string{"<b>", "a"},
			"-[\"a\",\"<b>\"]\n+[\"<b>\",\"a\"]\n",
		},
		{"nil and empty", []string(nil), []string{}, "-null\n+[]\n"},
		{"absent and null", Field[string]{}, Null[string](), "-absent\n+null\n"},
		{"absent and null in a token", Token{}, Token{Scope: Null[[]string]()}, "+/scope: null\n"},
		{
			"values with equal texts",
			[1]any{1},
			[1]any{1.0},
			"-[1]interface {}{1}\n+[1]interface {}{1}\n",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := difference(test.want, test.got); got != test.text {
				t.Errorf("got\n%s\nwant\n%s", got, test.text)
			}
		})
	}
	t.Run("value without JSON", func(t *testing.T) {
		got := difference(func() {}, 1)
		if !strings.HasPrefix(got, "-0x") || !strings.HasSuffix(got, "\n+1\n") {
			t.Errorf("got %s", got)
		}
	})
}
