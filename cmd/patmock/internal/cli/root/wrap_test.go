package root

import (
	"strings"
	"testing"
)

func TestWrapError_BreaksBeforeRemedy(t *testing.T) {
	a, b, c := strings.Repeat("a", 60), strings.Repeat("b", 30), strings.Repeat("c", 30)
	for _, tt := range []struct {
		name, text string
		columns    int
		want       string
	}{
		{"no limit", "x: " + a + ": " + b + ": " + c, 0, "x: " + a + ": " + b + ": " + c},
		{"short", "x: wrong: do it", 100, "x: wrong: do it"},
		{"remedy", "x: " + a + ": " + b + " " + c, 100, "x: " + a + ":\n" + b + " " + c},
		{"last remedy", "x: " + a + ": " + b + "; " + c, 100, "x: " + a + ": " + b + ";\n" + c},
		{"position in a file", "x: f:1:2: " + a + ": " + b, 90, "x: f:1:2: " + a + ": " + b},
		{"space at the beginning", " a b: c", 3, " a b:\nc"},
		{"no remedy", "x: " + a + " " + b + " " + c, 100, "x: " + a + " " + b + " " + c},
		{
			"remedy after the limit", "x: " + a + " " + b + " " + c + ": " + a, 100,
			"x: " + a + " " + b + " " + c + ":\n" + a,
		},
		{"exactly the limit", "x: " + a + ": " + c, 95, "x: " + a + ": " + c},
		{"one more than the limit", "x: " + a + ": " + c, 94, "x: " + a + ":\n" + c},
		{"two remedies", "x: " + a + ": " + a + ": " + a, 100, "x: " + a + ":\n" + a + ":\n" + a},
		{"second line", "x\ny: " + a + ": " + b + " " + c, 100, "x\ny: " + a + ":\n" + b + " " + c},
		{"wide characters", "x: " + strings.Repeat("ü", 80) + ": " + c, 115, "x: " +
			strings.Repeat("ü", 80) + ": " + c},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := WrapError(tt.text, tt.columns); got != tt.want {
				t.Errorf("WrapError = %q, want %q", got, tt.want)
			}
		})
	}
}
