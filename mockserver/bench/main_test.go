package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReplace(t *testing.T) {
	const page = "# Bench\n<!-- begin peers -->\nold\n<!-- end peers -->\nby hand\n<!-- begin mixed -->\n<!-- end mixed -->\n"
	for _, test := range []struct {
		name, section, want string
	}{
		{"what stood there goes", "peers", "# Bench\n<!-- begin peers -->\nnew\n<!-- end peers -->\nby hand\n<!-- begin mixed -->\n<!-- end mixed -->\n"},
		{"an empty section", "mixed", "# Bench\n<!-- begin peers -->\nold\n<!-- end peers -->\nby hand\n<!-- begin mixed -->\nnew\n<!-- end mixed -->\n"},
		{"no such section", "other", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := replace(page, test.section, "new\n")
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if (err != nil) != (test.want == "") {
				t.Errorf("unexpected: %v", err)
			}
		})
	}
}
