package tenantguard_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"example.com/patmock/contracttests/tenantguard"
)

// arrivals has the times of requests by client and version.
type arrivals map[string][]time.Time

func (a arrivals) at(now time.Time, r *http.Request) {
	version, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	key := r.Header.Get("Authorization") + " " + version
	a[key] = append(a[key], now)
}

// most is the most of one client and version in any ten seconds.
func (a arrivals) max() (most int) {
	for _, times := range a {
		most = max(most, maxInWindow(times))
	}
	return most
}

// maxInWindow returns the maximum number of times in ten seconds, both ends included.
func maxInWindow(times []time.Time) (highest int) {
	for i, from := range times {
		n := 0
		for _, at := range times[i:] {
			if at.Sub(from) <= 10*time.Second {
				n++
			}
		}
		highest = max(highest, n)
	}
	return highest
}

// Requests come at random times, and waits end late at random. No ten seconds have more requests
// than a tenant accepts.
func TestRateLimit_IsNeverExceeded(t *testing.T) {
	ledger := openLedger(t, t.TempDir()+"/ledger.jsonl")
	rapid.Check(t, func(t *rapid.T) {
		clock, arrived := &fakeClock{now: noon}, arrivals{}
		oversleep := rapid.SampledFrom([]time.Duration{
			0, time.Millisecond, time.Second, 30 * time.Second,
		}).Draw(t, "oversleep")
		guard, err := tenantguard.NewGuard(tenantguard.Config{
			BaseURL: tenantURL, AllowWrites: true, Ledger: ledger, Now: clock.Now,
			Wait: func(ctx context.Context, d time.Duration) error {
				return clock.Wait(ctx, d+oversleep)
			},
			Next: roundTripper(func(r *http.Request) (*http.Response, error) {
				arrived.at(clock.Now(), r)
				return reply(200, "[]"), nil
			}),
		})
		if err != nil {
			t.Fatal(err)
		}
		pauses := []time.Duration{
			0, 0, time.Microsecond, 50 * time.Millisecond, 200 * time.Millisecond, 3 * time.Second,
			9999 * time.Millisecond, 10 * time.Second,
		}
		for range rapid.IntRange(1, 30).Draw(t, "bursts") {
			clock.Advance(rapid.SampledFrom(pauses).Draw(t, "pause"))
			version := rapid.SampledFrom([]string{"v3", "v2026"}).Draw(t, "version")
			step := rapid.SampledFrom(pauses[:5]).Draw(t, "step")
			for range rapid.IntRange(1, 60).Draw(t, "requests") {
				clock.Advance(step)
				r, err := http.NewRequestWithContext(context.Background(), "GET",
					tenantURL+"/"+version+"/personal-access-tokens", nil)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := guard.RoundTrip(r); err != nil { //nolint:bodyclose // it is in memory
					t.Fatal(err)
				}
			}
		}
		for key, times := range arrived {
			if n := maxInWindow(times); n > 100 {
				t.Fatalf("%s: %d requests in ten seconds", key, n)
			}
		}
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// A client that only waits sends requests at the rate of the guard.
func TestRateLimit_Throughput(t *testing.T) {
	w, arrived := newWatch(t), arrivals{}
	w.tenant.reply = func(r *http.Request, _ string) (*http.Response, error) {
		arrived.at(w.clock.Now(), r)
		return nil, nil
	}
	for range tenantguard.Burst + 10*tenantguard.PerSecond {
		w.expect(401, "GET", tokensPath, "", "")
	}
	if took := w.clock.Now().Sub(noon); took < 9*time.Second || took > 11*time.Second {
		t.Errorf("took %s", took)
	}
	if limit := arrived.max(); limit < tenantguard.Burst+10*tenantguard.PerSecond-2 ||
		limit > tenantguard.Burst+10*tenantguard.PerSecond {
		t.Errorf("%d in ten seconds", limit)
	}
}

func TestRateLimit_SeparatesClientsAndVersions(t *testing.T) {
	w := newWatch(t)
	jane, report := w.logIn("login-of-jane"), w.logIn("report-of-jane")
	for range 2 { // another bearer of the same client shares its bucket
		w.expect(200, "GET", tokensPath, jane, "")
	}
	for _, lane := range []struct {
		path, bearer string
		used         int
	}{
		{tokensPath, jane, 2},
		{tokensPath, report, 0},
		{"/v3/personal-access-tokens", jane, 0},
		{"/personal-access-tokens/v1", jane, 0},
		{"/oauth/info", jane, 1}, // the login
		{tokensPath, "", 0},
	} {
		for range tenantguard.Burst - lane.used {
			_, _, err := w.send(t.Context(), "GET", lane.path, lane.bearer, "")
			must(t, err)
		}
		equal(t, fmt.Sprintf("waits of %s at %s", lane.bearer, lane.path), 0, len(w.clock.waits))
	}
	w.expect(200, "GET", tokensPath+"?a=b", jane, "")
	equal(t, "waits", 1, len(w.clock.waits))
}

func TestWithoutRateLimit_SendsAtOnce(t *testing.T) {
	w := newWatch(t)
	n := 0
	w.tenant.reply = func(*http.Request, string) (*http.Response, error) {
		if n++; n > 100 {
			return reply(429, "", "Retry-After", "9"), nil
		}
		return nil, nil
	}
	ctx := tenantguard.WithoutRateLimit(t.Context())
	statuses := []int{}
	for range 102 {
		status, _, err := w.send(ctx, "GET", tokensPath, "", "")
		must(t, err)
		statuses = append(statuses, status)
	}
	equal(t, "statuses", append(slices.Repeat([]int{401}, 100), 429, 429), statuses)
	equal(t, "stats", tenantguard.Stats{Requests: 102}, w.guard.Stats())
	equal(t, "waits", 0, len(w.clock.waits))
	w.tenant.reply = nil
	w.expect(401, "GET", tokensPath, "", "")
	if took := w.clock.Now().Sub(noon); took < 10*time.Second {
		t.Errorf("the next request was sent after %s, into the same window", took)
	}
}

func TestRateLimit_EndsWithContext(t *testing.T) {
	w := newWatch(t)
	ctx, cancel := context.WithCancel(t.Context())
	w.clock.onWait = cancel
	var err error
	for range tenantguard.Burst + 1 {
		_, _, err = w.send(ctx, "GET", tokensPath, "", "")
	}
	if sent := w.tenant.takeRequests(); !errors.Is(err, context.Canceled) ||
		len(sent) != tenantguard.Burst {
		t.Errorf("sent %d, error %v", len(sent), err)
	}
}

// The default Wait ends with the context.
func TestSleep_EndsWithContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		n := 0
		guard, err := tenantguard.NewGuard(tenantguard.Config{
			BaseURL: tenantURL, Now: func() time.Time {
				return noon
			}, Jitter: func() float64 { return 0 },
			Next: roundTripper(func(*http.Request) (*http.Response, error) {
				if n++; n == 2 {
					time.AfterFunc(time.Millisecond, cancel)
				}
				return reply(429, "", "Retry-After", []string{"0", "100"}[n-1]), nil
			}),
		})
		must(t, err)
		r, err := http.NewRequestWithContext(ctx, "GET", tenantURL, nil)
		must(t, err)
		_, err = guard.RoundTrip(r) //nolint:bodyclose // there is no response
		if !errors.Is(err, context.Canceled) || n != 2 {
			t.Errorf("sent %d, error %v", n, err)
		}
	})
}
