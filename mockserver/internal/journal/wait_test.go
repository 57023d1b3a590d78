package journal_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"example.com/patmock/mockserver/control"
)

// stopwatch returns a function that returns the time since the call, by the clock of the test's
// bubble.
func stopwatch() func() time.Duration {
	start := time.Now() //nolint:forbidigo // a fake clock
	return func() time.Duration { return time.Since(start) }
}

func TestVerify_Waits(t *testing.T) {
	tests := []struct {
		name   string
		before string
		expect control.Expectation
		wait   string
		after  time.Duration // the time at which "a" is added
		want   bool
		took   time.Duration
	}{
		{"not at all", "", expect("a"), "", time.Second, false, 0},
		{"no longer than needed", "", expect("a"), "10s", time.Second, true, time.Second},
		{
			"no longer than the timeout", "", atLeast("a", 2), "10s", time.Second, false,
			10 * time.Second,
		},
		{"not where all is true", "a", expect("a"), "10s", time.Second, true, 0},
		{"not for more than at most", "", atMost("a", 3), "10s", time.Second, true, 0},
		{"not for more than the exact number", "a", exactly("a", 1), "10s", time.Second, true, 0},
		{"for the exact number", "a", exactly("a", 2), "10s", time.Second, true, time.Second},
		{
			"longer than the request takes", "", expect("a"), "1s", 2 * time.Second, false,
			time.Second,
		},
		{"up to the same moment", "", expect("a"), "1s", time.Second - 1, true, time.Second - 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				j, took := sequenceOf(test.before), stopwatch()
				timer := time.AfterFunc(test.after, func() { addAll(j, "b a") })
				defer timer.Stop()
				result := j.Verify(t.Context(), control.VerifyRequest{
					Expect: []control.Expectation{test.expect}, Timeout: test.wait,
				})
				if took := took(); result.Verified != test.want || took != test.took {
					t.Errorf("verified: %v after %s, want %v after %s", result.Verified, took,
						test.want, test.took)
				}
			})
		})
	}
}

func TestVerify_EndsWithContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(3*time.Second, cancel)
		took := stopwatch()
		result := sequenceOf("b").Verify(ctx, control.VerifyRequest{
			Expect: []control.Expectation{expect("a")}, Timeout: "1m",
		})
		if took := took(); result.Verified || took != 3*time.Second {
			t.Errorf("verified: %v after %s, want false after 3s", result.Verified, took)
		}
		if result := sequenceOf("a").Verify(ctx, control.VerifyRequest{
			Expect: []control.Expectation{expect("a")}, Timeout: "1m",
		}); !result.Verified {
			t.Error("canceled context hides an expectation that is already met")
		}
	})
}

func TestVerify_WakesOnClear(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j, took := sequenceOf("a"), stopwatch()
		time.AfterFunc(time.Second, j.Clear)
		result := j.Verify(t.Context(), control.VerifyRequest{
			Expect: []control.Expectation{exactly("a", 0)}, Timeout: "10s",
		})
		if took := took(); !result.Verified || took != time.Second {
			t.Errorf("verified: %v after %s, want true after 1s", result.Verified, took)
		}
	})
}
