package cli

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// TimeForm describes the form of a time in errors.
const TimeForm = "expected a time such as 2027-01-31T00:00:00Z"

// AdvanceError returns the usage error of an invalid duration of clock advance. A negative duration
// gets a hint at clock set.
func AdvanceError(text string, err error) error {
	if strings.HasPrefix(text, "-") {
		err = fmt.Errorf("%w: use patmock control clock set TIME to move the clock back", err)
	}
	return Usagef("DURATION", "%w", err)
}

var daysPattern = regexp.MustCompile(`^([0-9]+(?:\.[0-9]+)?)d`)

// ParseDuration is like time.ParseDuration but accepts days in front, such as 1d12h. It rejects
// negative durations.
func ParseDuration(text string) (time.Duration, error) {
	errForm := fmt.Errorf("expected a positive duration such as 72h, 191d or 1d12h, got %q", text)
	rest, sum := text, 0.0
	if days := daysPattern.FindStringSubmatch(text); days != nil {
		n, err := strconv.ParseFloat(days[1], 64)
		if err != nil {
			return 0, errForm
		}
		rest, sum = text[len(days[0]):], n*float64(24*time.Hour)
	}
	if rest != "" {
		d, err := time.ParseDuration(rest)
		if err != nil || rest[0] == '-' || rest[0] == '+' {
			return 0, errForm
		}
		sum += float64(d)
	}
	if sum >= math.MaxInt64 {
		return 0, fmt.Errorf("expected at most 290 years, got %q", text)
	}
	return time.Duration(sum), nil
}
