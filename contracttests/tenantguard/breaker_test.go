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

// hangUntilDone ends with the context of the request, like a connection without a response.
func hangUntilDone(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// The target hangs at some reads and logins.
func TestGuard_StopsAtHangingTarget(t *testing.T) {
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
				w := newWatch(t)
				n := 0
				w.tenant.reply = func(r *http.Request, _ string) (*http.Response, error) {
					if n++; test.hangs(r, n) {
						return hangUntilDone(r)
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
				if sent := len(w.tenant.takeRequests()); sent != test.sent ||
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

// The cleanup tries the target again, so that it can delete leftover tokens.
func TestGuard_BeginCleanupClosesBreaker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWatch(t)
		w.tenant.reply = func(r *http.Request, _ string) (*http.Response, error) {
			return hangUntilDone(r)
		}
		_, _, err := w.send(t.Context(), http.MethodGet, tokensPath, "", "")
		if !errors.Is(err, tenantguard.ErrNotResponding) {
			t.Fatal(err)
		}
		w.tenant.reply = nil
		w.guard.BeginCleanup()
		w.logIn("login-of-jane")
	})
}

// Only the first request is retried.
func TestGuard_TriesUnavailableTargetOnce(t *testing.T) {
	w := newWatch(t)
	status := 503
	w.tenant.reply = func(*http.Request, string) (*http.Response, error) {
		return reply(status, "<html>"), nil
	}
	attempts := func() int {
		_, _, _ = w.send(t.Context(), http.MethodGet, tokensPath, "", "")
		return len(w.tenant.takeRequests())
	}
	equal(t, "attempts of two requests", []int{6, 1}, []int{attempts(), attempts()})
	status = 200
	equal(t, "attempts of a request that succeeds", 1, attempts())
	status = 503
	equal(t, "attempts after that", 6, attempts())
}

// A guard sends no request after the end of the start context.
func TestGuard_BeginsNothingAfterEnd(t *testing.T) {
	t.Run("create", func(t *testing.T) {
		w := newWatch(t)
		jane := w.logIn("login-of-jane")
		w.tenant.takeRequests()
		ctx, cancel := context.WithCancel(t.Context())
		graceful, stop := tenantguard.WithGrace(ctx, time.Hour)
		defer stop()
		cancel()
		_, _, err := w.send(graceful, http.MethodPost, tokensPath, jane, `{"name":"patmock-r1-1"}`)
		if sent := w.tenant.takeRequests(); !errors.Is(err, context.Canceled) || len(sent) > 0 {
			t.Errorf("sent %v, error %v", sent, err)
		}
		equal(t, "ledger", 0, len(w.events()))
	})
	t.Run("retry", func(t *testing.T) {
		w := newWatch(t)
		ctx, cancel := context.WithCancel(t.Context())
		graceful, stop := tenantguard.WithGrace(ctx, time.Hour)
		defer stop()
		w.tenant.reply = func(*http.Request, string) (*http.Response, error) {
			cancel()
			return reply(429, "", "Retry-After", "1"), nil
		}
		got, _, _ := w.send(graceful, http.MethodPatch, tokensPath+"/id", "", "")
		equal(t, "status, attempts", []int{429, 1}, []int{got, len(w.tenant.takeRequests())})
	})
}

func TestWithGrace_EndsAfterGrace(t *testing.T) {
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

func TestReadResponse_LimitsSize(t *testing.T) {
	list := func(n int, item string) string {
		return "[" + strings.Repeat(item+",", n-1) + item + "]"
	}
	for _, test := range []struct {
		name, body string
		tooLarge   bool
	}{
		{"array", list(10_000, `{"id":"1","scope":["a","b"],"name":"a,b,c,\"d,e"}`), false},
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

func TestGuard_DoesNotRetryLargeResponse(t *testing.T) {
	w := newWatch(t)
	w.tenant.reply = func(*http.Request, string) (*http.Response, error) {
		return reply(200, "["+strings.Repeat("[],", 200_000)+"[]]"), nil
	}
	_, _, err := w.send(t.Context(), http.MethodGet, tokensPath, "", "")
	if sent := w.tenant.takeRequests(); !errors.Is(err, tenantguard.ErrTooLarge) || len(sent) != 1 {
		t.Errorf("%d attempts, %v", len(sent), err)
	}
}

// OnLatency gets the mean of the first ten responses.
func TestGuard_MeasuresLatency(t *testing.T) {
	var means []time.Duration
	w := newWatch(t, func(c *tenantguard.Config) {
		c.OnLatency = func(mean time.Duration) { means = append(means, mean) }
	})
	w.tenant.reply = func(*http.Request, string) (*http.Response, error) {
		w.clock.Advance(time.Duration(len(means)+1) * 100 * time.Millisecond)
		return reply(200, "[]"), nil
	}
	for range 25 {
		w.expect(200, http.MethodGet, tokensPath, "", "")
	}
	equal(t, "means", []time.Duration{100 * time.Millisecond}, means)
}
