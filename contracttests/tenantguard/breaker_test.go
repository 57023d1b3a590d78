package tenantguard_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/patmock/contracttests/tenantguard"
)

// hang ends with the context of the request, as a connection without a response does.
func hang(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// TestGuard_StopsAtSilentTarget sends reads and logins to a target that hangs at some of them.
func TestGuard_StopsAtSilentTarget(t *testing.T) {
	const login, list = "/oauth/token", tokensPath
	for _, test := range []struct {
		name string
		// hangs reports whether the nth request hangs.
		hangs func(r *http.Request, n int) bool
		paths []string
		// sent counts the attempts.
		sent   int
		silent bool
	}{
		{
			"every request", func(*http.Request, int) bool {
				return true
			}, []string{login, list}, 2, true,
		},
		{
			"reads", func(r *http.Request, _ int) bool {
				return r.Method == http.MethodGet
			}, []string{login, list, login}, 3, true,
		},
		{
			"one read", func(_ *http.Request, n int) bool {
				return n == 1
			}, []string{list, list}, 3, false,
		},
		{
			"a login between timeouts", func(r *http.Request, _ int) bool {
				return r.Method == http.MethodPatch
			}, []string{"PATCH", login, "PATCH", list}, 3, true,
		},
		{
			"a read between timeouts", func(r *http.Request, _ int) bool {
				return r.Method == http.MethodPatch
			}, []string{"PATCH", list, "PATCH", list}, 4, false,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := watched(t)
				n := 0
				w.tenant.reply = func(r *http.Request, _ string) (*http.Response, error) {
					if n++; test.hangs(r, n) {
						return hang(r)
					}
					return reply(200, "[]"), nil
				}
				started := time.Now() //nolint:forbidigo // the clock of the bubble
				var last error
				for _, path := range test.paths {
					method := http.MethodGet
					switch path {
					case login:
						method = http.MethodPost
					case "PATCH":
						method, path = http.MethodPatch, tokensPath+"/id"
					}
					_, _, last = w.send(t.Context(), method, path, "", "")
				}
				if sent := len(w.tenant.take()); sent != test.sent ||
					errors.Is(last, tenantguard.ErrNotResponding) != test.silent {
					t.Errorf("%d attempts, error %v, want %d, silent %t", sent, last, test.sent,
						test.silent)
				}
				if took := time.Since(started); took > 30*time.Second {
					t.Errorf("it took %s", took)
				}
			})
		})
	}
}

// TestGuard_BeginCleanupTriesSilentTargetAgain checks that leftovers are deleted if that is
// possible.
func TestGuard_BeginCleanupTriesSilentTargetAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := watched(t)
		w.tenant.reply = func(r *http.Request, _ string) (*http.Response, error) { return hang(r) }
		_, _, err := w.send(t.Context(), http.MethodGet, tokensPath, "", "")
		if !errors.Is(err, tenantguard.ErrNotResponding) {
			t.Fatal(err)
		}
		w.tenant.reply = nil
		w.guard.BeginCleanup()
		w.logIn("login-of-jane")
	})
}

// TestGuard_TriesUnavailableTargetOnce checks that only the first request is repeated for long.
func TestGuard_TriesUnavailableTargetOnce(t *testing.T) {
	w := watched(t)
	status := 503
	w.tenant.reply = func(*http.Request, string) (*http.Response, error) {
		return reply(status, "<html>"), nil
	}
	attempts := func() int {
		_, _, _ = w.send(t.Context(), http.MethodGet, tokensPath, "", "")
		return len(w.tenant.take())
	}
	equal(t, "attempts of two requests", []int{6, 1}, []int{attempts(), attempts()})
	status = 200
	equal(t, "attempts of a request that succeeds", 1, attempts())
	status = 503
	equal(t, "attempts after that", 6, attempts())
}

// TestGuard_BeginsNothingAfterEnd checks what a guard does with a graceful context that has ended.
func TestGuard_BeginsNothingAfterEnd(t *testing.T) {
	t.Run("a create", func(t *testing.T) {
		w := watched(t)
		jane := w.logIn("login-of-jane")
		w.tenant.take()
		ctx, cancel := context.WithCancel(t.Context())
		graceful, stop := tenantguard.WithGrace(ctx, time.Hour)
		defer stop()
		cancel()
		_, _, err := w.send(graceful, http.MethodPost, tokensPath, jane, `{"name":"patmock-r1-1"}`)
		if sent := w.tenant.take(); !errors.Is(err, context.Canceled) || len(sent) > 0 {
			t.Errorf("sent %v, error %v", sent, err)
		}
		equal(t, "ledger", 0, len(w.events()))
	})
	t.Run("a repetition", func(t *testing.T) {
		w := watched(t)
		ctx, cancel := context.WithCancel(t.Context())
		graceful, stop := tenantguard.WithGrace(ctx, time.Hour)
		defer stop()
		w.tenant.reply = func(*http.Request, string) (*http.Response, error) {
			cancel()
			return reply(429, "", "Retry-After", "1"), nil
		}
		got, _, _ := w.send(graceful, http.MethodPatch, tokensPath+"/id", "", "")
		equal(t, "status, attempts", []int{429, 1}, []int{got, len(w.tenant.take())})
	})
}

// TestGraceful checks when the context of a write ends.
func TestGraceful(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		graceful, stop := tenantguard.WithGrace(ctx, 5*time.Second)
		defer stop()
		time.AfterFunc(time.Minute, cancel)
		started := time.Now() //nolint:forbidigo // the clock of the bubble
		<-graceful.Done()
		equal(t, "after", time.Minute+5*time.Second, time.Since(started))
	})
}

// TestReadResponse checks the limits of a response.
func TestReadResponse(t *testing.T) {
	list := func(n int, item string) string {
		return "[" + strings.Repeat(item+",", n-1) + item + "]"
	}
	for _, test := range []struct {
		name, body string
		tooLarge   bool
	}{
		{"a list", list(10_000, `{"id":"1","scope":["a","b"],"name":"a,b,c,\"d,e"}`), false},
		{"400,000 numbers", list(400_000, "1234567890"), true},
		{"400,000 objects", list(400_000, `{"id":"1"}`), true},
		{"brackets", strings.Repeat("[", 300_000), true},
		{"commas in a text", list(2, `"`+strings.Repeat(`,\"`, 300_000)+`"`), false},
		{"a long page", "<html>" + strings.Repeat(",", 1_000_000), false},
		{"17 MB", strings.Repeat("a", 17<<20), true},
		{"nothing", "", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := tenantguard.ReadResponse(strings.NewReader(test.body))
			if errors.Is(err, tenantguard.ErrTooLarge) != test.tooLarge ||
				!test.tooLarge && string(got) != test.body {
				t.Errorf("%d bytes, %v, too large %t", len(got), err, test.tooLarge)
			}
		})
	}
}

// TestGuard_DoesNotRepeatLargeResponse checks that a response that is too large is final.
func TestGuard_DoesNotRepeatLargeResponse(t *testing.T) {
	w := watched(t)
	w.tenant.reply = func(*http.Request, string) (*http.Response, error) {
		return reply(200, "["+strings.Repeat("[],", 200_000)+"[]]"), nil
	}
	_, _, err := w.send(t.Context(), http.MethodGet, tokensPath, "", "")
	if sent := w.tenant.take(); !errors.Is(err, tenantguard.ErrTooLarge) || len(sent) != 1 {
		t.Errorf("%d attempts, %v", len(sent), err)
	}
}

// TestGuard_MeasuresLatency checks the mean of the first ten responses.
func TestGuard_MeasuresLatency(t *testing.T) {
	var means []time.Duration
	w := watched(t, func(c *tenantguard.Config) {
		c.OnLatency = func(mean time.Duration) { means = append(means, mean) }
	})
	w.tenant.reply = func(*http.Request, string) (*http.Response, error) {
		w.clock.Advance(time.Duration(len(means)+1) * 100 * time.Millisecond)
		return reply(200, "[]"), nil
	}
	for range 25 {
		w.is(200, http.MethodGet, tokensPath, "", "")
	}
	equal(t, "means", []time.Duration{100 * time.Millisecond}, means)
}
