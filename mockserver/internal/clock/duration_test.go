package clock_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/fixtures/golden"
	"example.com/patmock/mockserver/internal/clock"
)

func TestParseDuration(t *testing.T) {
	tests := []struct {
		name string
		text string
		want time.Duration
	}{
		{"milliseconds", "500ms", 500 * time.Millisecond},
		{"seconds", "3s", 3 * time.Second},
		{"minutes", "90m", 90 * time.Minute},
		{"hours", "36h", 36 * time.Hour},
		{"days", "191d", 191 * day},
		{"zero", "0s", 0},
		{"a sum", "1h30m", 90 * time.Minute},
		{
			"sum of all", "1d2h3m4s5ms",
			day + 2*time.Hour + 3*time.Minute + 4*time.Second + 5*time.Millisecond,
		},
		{"sum in any order, twice the same", "5ms1d1d", 2*day + 5*time.Millisecond},
		{"fraction", "1.5h", 90 * time.Minute},
		{"fraction without an exact float", "1.001s", 1001 * time.Millisecond},
		{"fraction of a millisecond", "0.25ms", 250 * time.Microsecond},
		{"less than a nanosecond", "0.0000001ms", 0},
		{"leading zeros", "007s", 7 * time.Second},
		{"hundred years", "36500d", 36500 * day},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got, err := clock.ParseDuration(test.text); got != test.want || err != nil {
				t.Errorf("ParseDuration(%q) = %s, %v, want %s", test.text, got, err, test.want)
			}
		})
	}
}

func TestParseDuration_Errors(t *testing.T) {
	tests := []struct {
		name    string
		text    string
		tooLong bool
	}{
		{"more than a hundred years", "36500d1s", true},
		{"more than an integer holds", "9999999999999999999d", true},
		{"more than a float holds", strings.Repeat("9", 400) + "d", true},
		{"empty", "", false},
		{"number", "5", false},
		{"unit", "s", false},
		{"trailing number", "1h5", false},
		{"leading number", "5 1h", false},
		{"blank", "1h 30m", false},
		{"blanks around", " 1h ", false},
		{"negative", "-1h", false},
		{"positive", "+1h", false},
		{"no digit before the point", ".5h", false},
		{"no digit after the point", "5.h", false},
		{"comma", "1,5h", false},
		{"exponent", "1e3s", false},
		{"another unit", "1w", false},
		{"unit of Go", "5us", false},
		{"capitals", "1H", false},
		{"other digits", "١s", false},
		{"line end", "1s\n", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := clock.ParseDuration(test.text)
			var durationErr *clock.DurationError
			if got != 0 || !errors.As(err, &durationErr) {
				t.Fatalf("ParseDuration(%q) = %s, %v, want an error", test.text, got, err)
			}
			if diff := cmp.Diff(&clock.DurationError{Text: test.text, TooLong: test.tooLong},
				durationErr); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
			golden.Check(t, "testdata/errors.golden", golden.Key(t), err.Error())
		})
	}
}

func TestFormatOffset(t *testing.T) {
	tests := []struct {
		name string
		d    time.Duration
		want string
	}{
		{"empty", 0, "+0s"},
		{"second", time.Second, "+1s"},
		{"second back", -time.Second, "-1s"},
		{"rounded", 1500 * time.Millisecond, "+2s"},
		{"rounded back", -1499 * time.Millisecond, "-1s"},
		{"hours", 23*time.Hour + 30*time.Minute, "+23h30m0s"},
		{"hours back", -23 * time.Hour, "-23h0m0s"},
		{"a day", day, "+1d"},
		{"day back", -day, "-1d"},
		{"truncated days", 3*day - 1, "+2d"},
		{"truncated days back", 1 - 3*day, "-2d"},
		{"maximum", 1<<63 - 1, "+106751d"},
		{"minimum", -1 << 63, "-106751d"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := clock.FormatOffset(test.d); got != test.want {
				t.Errorf("Distance(%d) = %q, want %q", test.d, got, test.want)
			}
		})
	}
}

// grammar matches valid durations, independently of the implementation.
var grammar = regexp.MustCompile(`^([0-9]+(\.[0-9]+)?(ms|s|m|h|d))+$`)

func FuzzParseDuration(f *testing.F) {
	for _, seed := range []string{
		"", "500ms", "3s", "1h30m", "191d", "1.001s", "36500d", "36501d", "-1s", "1e9s", ".5s",
		"5.s", "1d 1h", "0.0000001ms",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := clock.ParseDuration(text)
		if err != nil {
			if got != 0 {
				t.Errorf("ParseDuration(%q) = %s with error %v", text, got, err)
			}
			var durationErr *clock.DurationError
			if !errors.As(err, &durationErr) || durationErr.Text != text ||
				durationErr.TooLong != grammar.MatchString(text) {
				t.Errorf("ParseDuration(%q): %v", text, err)
			}
			return
		}
		if !grammar.MatchString(text) || got < 0 || got > 36500*day {
			t.Errorf("ParseDuration(%q) = %s", text, got)
		}
		if strings.Contains(text, "d") || got > 100*day { // Go has no days and counts in integers
			return
		}
		std, err := time.ParseDuration(text)
		// Go truncates each number, and ParseDuration rounds the sum.
		if err != nil || (got-std).Abs() > time.Duration(len(text)) {
			t.Errorf("ParseDuration(%q) = %s, time.ParseDuration returns %s, %v", text, got, std,
				err)
		}
	})
}
