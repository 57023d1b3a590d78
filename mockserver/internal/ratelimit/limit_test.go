package ratelimit_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/fixtures/golden"
	"example.com/patmock/mockserver/internal/clock"
	"example.com/patmock/mockserver/internal/ratelimit"
)

func TestMain(m *testing.M) { golden.Main(m) }

func TestParse(t *testing.T) {
	tests := []struct {
		name      string
		text      string
		canonical string // empty if rejected
		want      ratelimit.Limit
	}{
		{"tenant's", "100/10s", "100/10s", ratelimit.TenantLimit},
		{"none", "off", "off", ratelimit.Limit{}},
		{"one", "1/1ms", "1/1ms", ratelimit.Limit{Requests: 1, Window: time.Millisecond}},
		{"a sum", "5/1m30s", "5/1m30s", ratelimit.Limit{Requests: 5, Window: 90 * time.Second}},
		{"a day", "5/1d", "5/24h0m0s", ratelimit.Limit{Requests: 5, Window: 24 * time.Hour}},
		{
			"fraction", "5/1.001s", "5/1.001s",
			ratelimit.Limit{Requests: 5, Window: 1001 * time.Millisecond},
		},
		{
			"nine digits", "999999999/1s", "999999999/1s",
			ratelimit.Limit{Requests: 999_999_999, Window: time.Second},
		},
		{"leading zeros", "007/1s", "7/1s", ratelimit.Limit{Requests: 7, Window: time.Second}},
		{
			"hundred years", "1/36500d", "1/876000h0m0s",
			ratelimit.Limit{Requests: 1, Window: 36500 * 24 * time.Hour},
		},
		{"nothing", "", "", ratelimit.Limit{}},
		{"no window", "100", "", ratelimit.Limit{}},
		{"empty window", "100/", "", ratelimit.Limit{}},
		{"no requests", "/10s", "", ratelimit.Limit{}},
		{"ten digits", "1000000000/1s", "", ratelimit.Limit{}},
		{"zero requests", "0/10s", "", ratelimit.Limit{}},
		{"window of zero", "1/0s", "", ratelimit.Limit{}},
		{"window of less than a millisecond", "1/0.999ms", "", ratelimit.Limit{}},
		{"window too long", "1/36501d", "", ratelimit.Limit{}},
		{"window without a unit", "100/10", "", ratelimit.Limit{}},
		{"another unit", "100/10w", "", ratelimit.Limit{}},
		{"negative", "-1/10s", "", ratelimit.Limit{}},
		{"fraction of a request", "1.5/10s", "", ratelimit.Limit{}},
		{"capitals", "OFF", "", ratelimit.Limit{}},
		{"blanks", "100 / 10s", "", ratelimit.Limit{}},
		{"two windows", "100/10s/10s", "", ratelimit.Limit{}},
		{"line end", "100/10s\n", "", ratelimit.Limit{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := ratelimit.Parse(test.text)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if (err == nil) != (test.canonical != "") {
				t.Fatalf("unexpected error: %v", err)
			}
			if err != nil {
				return
			}
			if got.String() != test.canonical {
				t.Errorf("String() = %q, want %q", got.String(), test.canonical)
			}
			if again, err := ratelimit.Parse(got.String()); err != nil || again != got {
				t.Errorf("Parse(%q) = %v, %v, want %v", got.String(), again, err, got)
			}
		})
	}
}

func TestParse_Errors(t *testing.T) {
	tests := []struct {
		name string
		text string
		want error
	}{
		{"form", "ten", &ratelimit.LimitError{Text: "ten"}},
		{"window", "5/10", &clock.DurationError{Text: "10"}},
		{"empty", "0/1s", &ratelimit.LimitError{Text: "0/1s", Empty: true}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := ratelimit.Parse(test.text)
			if diff := cmp.Diff(test.want, err); diff != "" {
				t.Fatalf("error (-want +got):\n%s", diff)
			}
			golden.Check(t, "testdata/errors.golden", golden.Key(t), err.Error())
		})
	}
}
