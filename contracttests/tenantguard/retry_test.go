package tenantguard_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/patmock/contracttests/tenantguard"
)

func TestGuard_Retries(t *testing.T) {
	date := func(d time.Duration) string { return noon.Add(d).Format(http.TimeFormat) }
	status := func(status int, header ...string) wire {
		return wire{status: status, header: header}
	}
	broken, cut := wire{}, wire{status: 200, cut: true}
	limited := status(429, "Retry-After", "3")
	for _, test := range []struct {
		name      string
		methods   string
		responses []wire
		waits     []time.Duration // waits between attempts
		status    int             // zero for an error
		err       error
	}{
		{"success", "GET POST DELETE", []wire{status(200)}, nil, 200, nil},
		{
			"seconds", "GET HEAD POST PATCH DELETE BREW",
			[]wire{limited, status(200)},
			[]time.Duration{3 * time.Second},
			200, nil,
		},
		{
			"twice", "GET POST",
			[]wire{limited, status(429, "Retry-After", "5"), status(204)},
			[]time.Duration{3 * time.Second, 5 * time.Second},
			204, nil,
		},
		{
			"zero seconds", "GET POST",
			[]wire{status(429, "Retry-After", "0"), status(200)},
			[]time.Duration{time.Second},
			200, nil,
		},
		{
			"date", "GET POST", []wire{
				status(429, "Retry-After", date(7*time.Second)), status(200),
			}, []time.Duration{7 * time.Second}, 200, nil,
		},
		{
			"date relative to Date", "GET POST",
			[]wire{
				status(429, "Retry-After", date(time.Hour), "Date", date(time.Hour-4*time.Second)),
				status(200),
			},
			[]time.Duration{4 * time.Second},
			200, nil,
		},
		{
			"past date", "GET", []wire{
				status(429, "Retry-After", date(-time.Hour)), status(200),
			}, []time.Duration{time.Second}, 200, nil,
		},
		{
			"other date format", "GET", []wire{
				status(429, "Retry-After", noon.Add(7*time.Second).Format(time.RFC850)),
				status(200),
			}, []time.Duration{7 * time.Second}, 200, nil,
		},
		{
			"invalid Retry-After", "POST", []wire{
				status(429, "Retry-After", "soon"), status(429, "Retry-After", "-3"), status(429),
				status(200),
			}, []time.Duration{time.Second, 2 * time.Second, 4 * time.Second}, 200, nil,
		},
		{
			"503 with Retry-After", "GET POST DELETE", []wire{
				status(503, "Retry-After", "2"), status(200),
			}, []time.Duration{2 * time.Second}, 200, nil,
		},
		{
			"503 without Retry-After", "GET HEAD",
			[]wire{status(503), status(200)},
			[]time.Duration{
				time.Second,
			},
			200, nil,
		},
		{
			"503 without Retry-After to a write", "POST PATCH DELETE",
			[]wire{status(503)},
			nil,
			503, nil,
		},
		{
			"502 and 504", "GET", []wire{status(502), status(504), status(200)}, []time.Duration{
				time.Second, 2 * time.Second,
			}, 200, nil,
		},
		{
			"502 to a write", "POST PATCH DELETE",
			[]wire{status(502, "Retry-After", "1")},
			nil,
			502, nil,
		},
		{"504 to a write", "POST PATCH DELETE", []wire{status(504)}, nil, 504, nil},
		{"500", "GET POST", []wire{status(500, "Retry-After", "1")}, nil, 500, nil},
		{
			"no response", "GET HEAD", []wire{broken, broken, status(200)}, []time.Duration{
				time.Second, 2 * time.Second,
			}, 200, nil,
		},
		{"no response to a write", "POST PATCH DELETE PUT", []wire{broken}, nil, 0, errBroken},
		{
			"incomplete response", "GET",
			[]wire{cut, status(200)},
			[]time.Duration{time.Second},
			200, nil,
		},
		{"incomplete response to a write", "POST DELETE", []wire{cut}, nil, 0, errBroken},
		{
			"never a response", "GET",
			[]wire{broken, broken, broken, broken, broken, broken},
			[]time.Duration{
				1 * time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second,
				10 * time.Second,
			},
			0, errBroken,
		},
		{
			"always 502", "GET", []wire{
				status(502), status(502), status(502), status(502), status(502), status(502),
			}, []time.Duration{
				1 * time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second,
				10 * time.Second,
			}, 502, nil,
		},
		{
			"always 429", "GET POST",
			[]wire{limited, limited, limited, limited, limited, limited},
			[]time.Duration{
				3 * time.Second, 3 * time.Second, 3 * time.Second, 3 * time.Second, 3 * time.Second,
			},
			0, &tenantguard.RetryError{Status: 429, Attempts: 6},
		},
		{
			"two minutes", "POST",
			[]wire{status(429, "Retry-After", "120"), status(200)},
			[]time.Duration{2 * time.Minute},
			200, nil,
		},
		{
			"over the limit", "GET POST",
			[]wire{status(429, "Retry-After", "121")},
			nil, 0,
			&tenantguard.RetryError{Status: 429, Attempts: 1, Wait: 121 * time.Second},
		},
		{
			"date after the limit", "POST",
			[]wire{status(503, "Retry-After", date(time.Hour))},
			nil,
			0, &tenantguard.RetryError{Status: 503, Attempts: 1, Wait: time.Hour},
		},
		{
			"overflowing seconds", "POST", []wire{
				status(429, "Retry-After", "99999999999999999999"), status(200),
			}, []time.Duration{time.Second}, 200, nil,
		},
	} {
		for method := range strings.FieldsSeq(test.methods) {
			t.Run(test.name+" "+method, func(t *testing.T) {
				w := newWatch(t)
				left := test.responses
				w.tenant.reply = func(*http.Request, string) (*http.Response, error) {
					response := left[0]
					left = left[1:]
					return response.reply()
				}
				got, text, err := w.send(t.Context(), method, "/v3/things", "", "what is sent")
				if got != test.status || got > 0 && text != strconv.Itoa(got) {
					t.Errorf("%d %q, want %d", got, text, test.status)
				}
				checkResult(t, test.err, err, method)
				if len(left) > 0 {
					t.Errorf("%d responses were not requested", len(left))
				}
				equal(t, "waits", test.waits, w.clock.waits)
				sent := w.tenant.takeRequests()
				for _, each := range sent {
					equal(t, "sent", method+" "+tenantURL+"/v3/things what is sent", each)
				}
				equal(t, "requests", len(sent), w.guard.Stats().Requests)
			})
		}
	}
}

// checkResult checks the error of a request, or that there is none.
func checkResult(t *testing.T, want, got error, method string) {
	t.Helper()
	if given, ok := errors.AsType[*tenantguard.RetryError](want); ok {
		retried, _ := errors.AsType[*tenantguard.RetryError](got)
		expected := *given
		expected.Request = method + " /v3/things"
		equal(t, "error", &expected, retried)
	} else if !errors.Is(got, want) {
		t.Errorf("error %v, want %v", got, want)
	}
	if got != nil {
		checkMessage(t, got.Error())
	}
}

// wire is a response, or none if the status is zero. Its body is incomplete if cut is set.
type wire struct {
	status int
	header []string
	cut    bool
}

func (x wire) reply() (*http.Response, error) {
	if x.status == 0 {
		return nil, errBroken
	}
	r := reply(x.status, fmt.Sprint(x.status), x.header...)
	if x.cut {
		r.Body = io.NopCloser(io.MultiReader(strings.NewReader("2"), failing{}))
	}
	return r, nil
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errBroken }

// The backoff grows to ten seconds, times the jitter.
func TestGuard_LimitsBackoff(t *testing.T) {
	for _, share := range []float64{0, 0.25, 1} {
		w := newWatch(t, func(c *tenantguard.Config) { c.Jitter = func() float64 { return share } })
		w.tenant.reply = func(*http.Request, string) (*http.Response, error) {
			return nil, errBroken
		}
		_, _, err := w.send(t.Context(), "GET", "/v3/things", "", "")
		if !errors.Is(err, errBroken) {
			t.Fatal(err)
		}
		equal(t, "waited", time.Duration(share*float64(25*time.Second)), w.clock.Now().Sub(noon))
	}
}

func TestGuard_RetryEndsWithContext(t *testing.T) {
	for _, test := range []struct {
		name     string
		response func() (*http.Response, error)
	}{
		{"limited", func() (*http.Response, error) {
			return reply(429, "", "Retry-After", "60"), nil
		}},
		{"broken", func() (*http.Response, error) { return nil, errBroken }},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWatch(t)
			ctx, cancel := context.WithCancel(t.Context())
			w.clock.onWait = cancel
			w.tenant.reply = func(*http.Request, string) (*http.Response, error) {
				return test.response()
			}
			_, _, err := w.send(ctx, "GET", "/v3/things", "", "")
			if sent := w.tenant.takeRequests(); !errors.Is(err, context.Canceled) ||
				len(sent) != 1 ||
				len(w.clock.waits) > 0 {
				t.Errorf("sent %d, waited %v, error %v", len(sent), w.clock.waits, err)
			}
		})
	}
	t.Run("during the delay", func(t *testing.T) {
		w := newWatch(t)
		ctx, cancel := context.WithCancel(t.Context())
		w.tenant.reply = func(*http.Request, string) (*http.Response, error) {
			cancel()
			return nil, context.Canceled
		}
		_, _, err := w.send(ctx, "GET", "/v3/things", "", "")
		if sent := w.tenant.takeRequests(); !errors.Is(err, context.Canceled) || len(sent) != 1 {
			t.Errorf("sent %d, error %v", len(sent), err)
		}
	})
}

// A hanging request ends after the timeout of one attempt.
func TestGuard_LimitsAttemptTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, started := newWatch(t), time.Now() //nolint:forbidigo // the clock of the bubble
		n := 0
		w.tenant.reply = func(r *http.Request, _ string) (*http.Response, error) {
			if n++; n > 1 {
				return reply(200, "[]"), nil
			}
			return hangUntilDone(r)
		}
		w.expect(200, "GET", tokensPath, "", "")
		equal(t, "attempts", 2, n)
		equal(t, "time of the first", 15*time.Second, time.Since(started))
	})
}

func TestGuard_DelaysAllDuringRetryAfter(t *testing.T) {
	w := newWatch(t)
	w.tenant.reply = func(*http.Request, string) (*http.Response, error) {
		return reply(429, "", "Retry-After", "60"), nil
	}
	ctx, cancel := context.WithCancel(t.Context())
	w.clock.onWait = cancel
	_, _, _ = w.send(ctx, "GET", tokensPath, "", "") // canceled, but the block remains
	w.tenant.reply, w.clock.onWait = nil, nil
	w.expect(401, "GET", "/v3/personal-access-tokens", "", "")
	equal(t, "waits in another version", 0, len(w.clock.waits))
	w.expect(401, "GET", tokensPath, "", "")
	equal(t, "waits", []time.Duration{time.Minute}, w.clock.waits)
}

// After a Retry-After over the limit, the guard sends no request until then.
func TestGuard_RejectsDuringLongRetryAfter(t *testing.T) {
	w := newWatch(t)
	w.tenant.reply = func(*http.Request, string) (*http.Response, error) {
		return reply(429, "", "Retry-After", "3600"), nil
	}
	_, _, err := w.send(t.Context(), "GET", tokensPath, "", "")
	if _, ok := errors.AsType[*tenantguard.RetryError](err); !ok ||
		len(w.tenant.takeRequests()) != 1 {
		t.Fatalf("the first request: %v", err)
	}
	_, _, err = w.send(t.Context(), "GET", tokensPath, "", "")
	checkReason(t, tenantguard.WaitTooLong, err)
	equal(t, "sent", 0, len(w.tenant.takeRequests()))
}

// A create with a 503 from a gateway may have been carried out. A later rejection of its name
// proves nothing.
func TestGuard_ReportsRepeatedCreate(t *testing.T) {
	w := newWatch(t)
	jane := w.logIn("login-of-jane")
	n := 0
	w.onCreate(func() (*http.Response, error) {
		if n++; n == 1 {
			return reply(503, "", "Retry-After", "1"), nil
		}
		return reply(400, `{}`), nil
	})
	_, _, err := w.send(t.Context(), "POST", tokensPath, jane, `{"name":"patmock-r1-1"}`)
	repeated, ok := errors.AsType[*tenantguard.RetryError](err)
	if !ok || !repeated.MaybeApplied {
		t.Fatal(err)
	}
	equal(t, "status", 400, repeated.Status)
	checkMessage(t, repeated.Error())
	equal(t, "ledger", []string{"intend patmock-r1-1"}, w.events())
	equal(t, "left", []string{"(patmock-r1-1)"}, w.leftIDs())
}

// An HTML page in response to a delete does not mean that the token is deleted.
func TestGuard_RequiresNoContentAfterDelete(t *testing.T) {
	w := newWatch(t)
	jane := w.logIn("login-of-jane")
	w.expect(200, "POST", tokensPath, jane, `{"name":"patmock-r1-1"}`)
	left := w.leftIDs()
	w.tenant.reply = func(*http.Request, string) (*http.Response, error) {
		return reply(200, "<html>"), nil
	}
	w.expect(200, "DELETE", tokensPath+"/"+left[0], jane, "")
	equal(t, "left", left, w.leftIDs())
}
