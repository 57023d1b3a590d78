package control

import (
	"testing"
)

func TestFormatDays(t *testing.T) {
	for text, want := range map[string]string{
		"+1471h28m34.945s": "+61d7h28m34.945s",
		"+1h0m0s":          "+1h",
		"-36h0m0s":         "-1d12h",
		"+1ms":             "+1ms",
		"-1m30s":           "-1m30s",
		"+24h0m0.5s":       "+1d500ms",
		"":                 "",
		"a while":          "a while",
	} {
		if got := formatDays(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}
