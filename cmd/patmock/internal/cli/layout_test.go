package cli

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWrapText(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"empty", "", "\n"},
		{"short", "a b", "a b\n"},
		{"broken at a blank", "one two three", "one two\nthree\n"},
		{"lines of a paragraph are joined", "one\ntwo", "one two\n"},
		{"paragraphs", "one\n\ntwo", "one\n\ntwo\n"},
		{"indented lines are kept", "one\n  two three four\nfive", "one\n  two three four\nfive\n"},
		{"long word", "a supercalifragilistic b", "a\nsupercalifragilistic\nb\n"},
		{"columns, not bytes", "äöüäöü b", "äöüäöü b\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, WrapText(tt.text, 8)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
