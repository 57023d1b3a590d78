package tenantguard_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/patmock/contracttests/tenantguard"
)

var errBroken = errors.New("broken pipe")

// onCreate sets the response of the tenant to creates.
func (w *watch) onCreate(response func() (*http.Response, error)) {
	w.tenant.reply = func(r *http.Request, _ string) (*http.Response, error) {
		if r.Method == http.MethodPost && !strings.Contains(r.URL.Path, "oauth") {
			return response()
		}
		return nil, nil
	}
}

func TestGuard_WritesIntentBeforeCreate(t *testing.T) {
	const intended = "intend patmock-r1-1"
	for _, test := range []struct {
		name     string
		response func() (*http.Response, error) // nil means that of the tenant
		events   []string
		left     []string
	}{
		{"made", nil, []string{intended, "created patmock-r1-1 made-1 jane"}, []string{"made-1"}},
		{
			"created without an owner", func() (*http.Response, error) {
				return reply(201, `{"id":"A1"}`), nil
			}, []string{intended, "created patmock-r1-1 A1 jane"}, []string{"A1"},
		},
		{
			"refused", func() (*http.Response, error) {
				return reply(400, `{"id":"x"}`), nil
			}, []string{intended, "rejected patmock-r1-1"}, []string{},
		},
		{
			"moved", func() (*http.Response, error) {
				return reply(302, ""), nil
			}, []string{intended, "rejected patmock-r1-1"}, []string{},
		},
		{
			"fails", func() (*http.Response, error) {
				return reply(500, `{}`), nil
			}, []string{intended}, []string{"(patmock-r1-1)"},
		},
		{
			"unknown response", func() (*http.Response, error) {
				return reply(200, `{"id":`), nil
			}, []string{intended}, []string{"(patmock-r1-1)"},
		},
		{
			"nested object", func() (*http.Response, error) {
				return reply(200, `{"token":{"id":"x"}}`), nil
			}, []string{intended}, []string{"(patmock-r1-1)"},
		},
		{
			"array", func() (*http.Response, error) {
				return reply(200, `[{"id":"laptop"}]`), nil
			}, []string{intended}, []string{"(patmock-r1-1)"},
		},
		{
			"no response", func() (*http.Response, error) {
				return nil, errBroken
			}, []string{intended}, []string{"(patmock-r1-1)"},
		},
		{
			"rate limit exceeded repeatedly", func() (*http.Response, error) {
				return reply(429, "", "Retry-After", "3600"), nil
			}, []string{intended, "rejected patmock-r1-1"}, []string{},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWatch(t)
			jane := w.logIn("login-of-jane")
			ahead := []string{}
			w.onCreate(func() (*http.Response, error) {
				ahead = append(w.events(), w.leftIDs()...)
				if test.response == nil {
					return nil, nil
				}
				return test.response()
			})
			_, _, err := w.send(t.Context(), "POST", tokensPath, jane, `{"name":"patmock-r1-1"}`)
			if tenantguard.ReasonOf(err) != "" {
				t.Errorf("error: %v", err)
			}
			equal(t, "ledger when it was sent", []string{intended}, ahead)
			equal(t, "ledger", test.events, w.events())
			equal(t, "left", test.left, w.leftIDs())
		})
	}
	t.Run("without a name", func(t *testing.T) {
		w := newWatch(t)
		jane := w.logIn("login-of-jane")
		w.expect(400, "POST", tokensPath, jane, `not JSON`)
		equal(t, "ledger", []string{"intend", "rejected"}, w.events())
	})
	t.Run("by another method", func(t *testing.T) {
		w := newWatch(t)
		w.expect(404, "PUT", tokensPath, w.logIn("login-of-jane"), `{"name":"x"}`)
		equal(t, "ledger", []string{}, w.events())
	})
	t.Run("without a bearer", func(t *testing.T) {
		w := newWatch(t)
		w.expect(401, "POST", tokensPath, "", `{"name":"x"}`)
		equal(t, "ledger", []string{"intend x", "rejected x"}, w.events())
		equal(t, "requests", 1, len(w.tenant.takeRequests()))
		r, err := http.NewRequestWithContext(t.Context(), "POST", tenantURL+tokensPath,
			strings.NewReader(`{"name":"x"}`))
		must(t, err)
		r.SetBasicAuth("login-of-jane", "hunter2")
		resp, err := w.guard.RoundTrip(r)
		must(t, err)
		must(t, resp.Body.Close())
		equal(t, "requests by HTTP Basic", 1, len(w.tenant.takeRequests()))
	})
}

func TestGuard_BlocksWritesAfterLedgerError(t *testing.T) {
	t.Run("before", func(t *testing.T) {
		w := newWatch(t)
		jane := w.logIn("login-of-jane")
		must(t, w.ledger.Close())
		w.tenant.takeRequests()
		_, _, err := w.send(t.Context(), "POST", tokensPath, jane, `{"name":"x"}`)
		checkReason(t, tenantguard.LedgerFailed, err, w.path)
		if sent := w.tenant.takeRequests(); !errors.Is(err, fs.ErrClosed) || len(sent) != 1 ||
			!strings.HasPrefix(sent[0], "GET ") {
			t.Errorf("sent %v, error %v", sent, err)
		}
		equal(t, "left", []string{}, w.leftIDs())
	})
	t.Run("after", func(t *testing.T) {
		w := newWatch(t)
		jane := w.logIn("login-of-jane")
		w.onCreate(func() (*http.Response, error) { return nil, w.ledger.Close() })
		id := w.create(jane, "patmock-r1-1") // its owner can delete it
		if err := w.guard.Err(); !errors.Is(err, fs.ErrClosed) {
			t.Errorf("error %v", err)
		}
		w.tenant.takeRequests()
		for _, write := range [][2]string{{"POST", tokensPath}, {"PATCH", tokensPath + "/" + id}} {
			_, _, err := w.send(t.Context(), write[0], write[1], jane, `{"name":"x"}`)
			if sent := w.tenant.takeRequests(); tenantguard.ReasonOf(
				err) != tenantguard.LedgerFailed ||
				!errors.Is(err, fs.ErrClosed) || len(sent) > 0 {
				t.Errorf("%s: sent %v, error %v", write[0], sent, err)
			}
		}
		equal(t, "left", []string{id}, w.leftIDs())
		w.expect(204, "DELETE", tokensPath+"/"+id, jane, "")
		equal(t, "left", []string{}, w.leftIDs())
	})
}

func TestGuard_RecordsDeletes(t *testing.T) {
	const made, deleted = "created patmock-r1-1 made-1 jane", "deleted made-1"
	for _, test := range []struct {
		name     string
		by       string
		response func() *http.Response // nil means that of the tenant
		gone     bool
	}{
		{"deleted", "login-of-jane", nil, true},
		{"deleted by another identity", "login-of-john", nil, true},
		{
			"missing", "login-of-jane", func() *http.Response {
				return reply(404, "")
			}, true,
		},
		{
			"missing for another token of the identity", "report-of-jane",
			func() *http.Response { return reply(404, "") }, true,
		},
		{
			"missing for another identity", "login-of-john", func() *http.Response {
				return reply(404, "")
			}, false,
		},
		{"forbidden", "login-of-jane", func() *http.Response { return reply(403, "") }, false},
		{"fails", "login-of-jane", func() *http.Response { return reply(500, "") }, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWatch(t)
			id := w.create(w.logIn("login-of-jane"), "patmock-r1-1")
			by := w.logIn(test.by)
			w.tenant.reply = func(r *http.Request, _ string) (*http.Response, error) {
				if r.Method == http.MethodDelete && test.response != nil {
					return test.response(), nil
				}
				return nil, nil
			}
			for range 2 { // the second delete changes nothing
				if _, _, err := w.send(t.Context(), "DELETE", tokensPath+"/"+id, by,
					""); err != nil {
					t.Fatal(err)
				}
			}
			want, left := []string{"intend patmock-r1-1", made}, []string{id}
			if test.gone {
				want, left = append(want, deleted), []string{}
			}
			equal(t, "ledger", want, w.events())
			equal(t, "left", left, w.leftIDs())
		})
	}
}

func TestGuard_IgnoresOtherDeletes(t *testing.T) {
	w := newWatch(t)
	jane := w.logIn("login-of-jane")
	id := w.create(jane, "patmock-r1-1")
	w.expect(404, "DELETE", tokensPath+"/"+id+"/x", jane, "")
	equal(t, "left", []string{id}, w.leftIDs())
	w.guard.Allow(id) // no effect on an own token
	w.expect(204, "DELETE", tokensPath+"/"+id, jane, "")
	equal(t, "left", []string{}, w.leftIDs())
}

// marker of a run, and the name that it gave first.
const marker = "0123456789abcdef"

var firstName = tenantguard.Name(noon, marker, 1)

// The next list of the owner resolves a create without a response, and the guard requests it before
// the next create. The list has the created token if name, owner and time match the intent.
func TestGuard_ResolvesUnknownCreates(t *testing.T) {
	for _, test := range []struct {
		name, token string
		listed      string        // name of the listed token, empty for none
		created     time.Duration // after noon, by the clock of the target
		skew        time.Duration // of the target's clock
		state       string        // left and ledger afterwards: made, pending or unlisted
	}{
		{"made", firstName, firstName, 0, 0, "made"},
		{"created just before the intent", firstName, firstName, -time.Millisecond, 0, "pending"},
		{"created at the end of the window", firstName, firstName, 10 * time.Minute, 0, "made"},
		{
			"created after the window", firstName, firstName, 10*time.Minute + time.Millisecond, 0,
			"pending",
		},
		{"existed before", firstName, firstName, -time.Second, 0, "pending"},
		{"created by a fast clock", firstName, firstName, time.Hour, time.Hour, "made"},
		{"created by a slow clock", firstName, firstName, -time.Hour, -time.Hour, "made"},
		{"created by another clock", firstName, firstName, 0, time.Hour, "pending"},
		{
			"created with a suffix", firstName + ` "Zürich" 🔑`, firstName + ` "Zürich" 🔑`, 0, 0,
			"made",
		},
		{"created with a trailing blank", firstName + " ", firstName + " ", 0, 0, "made"},
		{"created without the trailing blank", firstName + " ", firstName, 0, 0, "unlisted"},
		{"not made", firstName, "", 0, 0, "unlisted"},
		{"another case", firstName, strings.ToUpper(firstName), 0, 0, "unlisted"},
		{"trailing blank", firstName, firstName + " ", 0, 0, "unlisted"},
		{"leading blank", firstName, " " + firstName, 0, 0, "unlisted"},
		{
			"another marker", firstName,
			tenantguard.Name(noon, strings.Repeat("0", len(marker)), 1), 0, 0, "unlisted",
		},
		{"created with a common name", "laptop", "laptop", 0, 0, "pending"},
		{"created without a marker in the name", "patmock-r1-1", "patmock-r1-1", 0, 0, "pending"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWatch(t)
			w.tenant.date = noon.Add(test.skew)
			jane := w.logIn("login-of-jane")
			w.onCreate(func() (*http.Response, error) {
				if test.listed != "" {
					w.tenant.created = map[string]time.Time{"lost": noon.Add(test.created)}
					w.tenant.add("lost", "jane", test.listed)
				}
				return nil, errBroken
			})
			if _, _, err := w.send(t.Context(), "POST", tokensPath, jane,
				fmt.Sprintf(`{"name":%q}`, test.token)); !errors.Is(err, errBroken) {
				t.Fatal(err)
			}
			w.tenant.reply = nil
			// the tokens of john are irrelevant for jane
			w.expect(200, "GET", tokensPath+"?owner-id=me", w.logIn("login-of-john"), "")
			equal(t, "left", []string{"(" + test.token + ")"}, w.leftIDs())
			w.create(jane, "next")
			left := map[string][]string{
				"made": {"lost", "made-1"}, "pending": {"made-1", "(" + test.token + ")"},
				"unlisted": {"made-1"},
			}[test.state]
			equal(t, "left", left, w.leftIDs())
			written := strings.TrimSpace(test.token) // as in events
			events := []string{"intend " + written}
			if test.state == "made" {
				events = append(events, "created "+written+" lost jane")
			}
			equal(t, "ledger", append(events, "intend next", "created next made-1 jane"),
				w.events())
			unlisted := w.guard.UnlistedCreates()
			if (test.state == "unlisted") != (len(unlisted) == 1) ||
				len(unlisted) == 1 && unlisted[0].Name != test.token {
				t.Errorf("unlisted: %v", unlisted)
			}
			_, _, err := w.send(t.Context(), "DELETE", tokensPath+"/lost", jane, "")
			if mayGo := test.state == "made" || test.listed == ""; (err == nil) != mayGo {
				t.Errorf("delete: %v", err)
			}
		})
	}
}

// An intent has the identity of the owner and the time of the target.
func TestGuard_RecordsOwnerAndTargetTime(t *testing.T) {
	w := newWatch(t)
	w.onCreate(func() (*http.Response, error) { return nil, errBroken })
	create := func(name, bearer string) {
		if _, _, err := w.send(t.Context(), "POST", tokensPath, bearer,
			fmt.Sprintf(`{"name":%q}`, name)); !errors.Is(err, errBroken) {
			t.Fatal(err)
		}
	}
	create("no date yet", "")
	jane := w.logIn("login-of-jane")
	w.tenant.date = noon.Add(time.Hour)
	john := w.logIn("client-of-john")
	create("no list that shows whose", john)
	w.tenant.add("client-of-john", "john", "login")
	create("of john", john)
	create("of jane", jane)
	w.tenant.date = time.Time{}
	w.clock.Advance(90 * time.Second)
	create("later", "")
	at := func(name, owner string, targetTime time.Time) tenantguard.Entry {
		return tenantguard.Entry{
			Target: host, Run: "r1", Name: name, Owner: owner, Time: noon, TargetTime: targetTime,
		}
	}
	checkEntries(
		t, w.path, at("no date yet", "", time.Time{}),
		at("no list that shows whose", "", noon.Add(time.Hour)),
		at("of john", "john", noon.Add(time.Hour)), at("of jane", "jane", noon.Add(time.Hour)),
		at("later", "", noon.Add(time.Hour+90*time.Second)),
	)
}

// checkNotSent checks an error about the tokens of an identity, and its message.
func checkNotSent(t *testing.T, want tenantguard.Reason, owner string, err error) {
	t.Helper()
	checkReason(t, want, err)
	if rejected, ok := errors.AsType[*tenantguard.NotSentError](err); !ok ||
		rejected.Owner != owner {
		t.Errorf("error %v, want an error about %q", err, owner)
	}
}

func fillJane(t *testing.T, err error) {
	t.Helper()
	checkNotSent(t, tenantguard.OwnerFull, "jane", err)
}

func TestGuard_LimitsTokensOfOwner(t *testing.T) {
	t.Run("full list", func(t *testing.T) {
		w := newWatch(t, func(c *tenantguard.Config) { c.MaxTokens = 3 })
		w.tenant.add("laptop", "jane", "laptop")
		w.tenant.add("phone", "john", "phone")
		jane := w.logIn("login-of-jane")
		first := w.create(jane, "a")
		w.create(w.logIn("report-of-jane"), "b") // another token of the same identity
		w.tenant.takeRequests()
		_, _, err := w.send(t.Context(), "POST", tokensPath, jane, `{"name":"c"}`)
		fillJane(t, err)
		if sent := w.tenant.takeRequests(); len(sent) > 0 {
			t.Errorf("sent %v, error %v", sent, err)
		}
		w.create(w.logIn("login-of-john"), "d")
		w.expect(204, "DELETE", tokensPath+"/"+first, jane, "")
		w.expect(204, "DELETE", tokensPath+"/"+w.create(jane, "e"), jane, "")
		w.create(jane, "f")
		w.expect(204, "DELETE", tokensPath+"/made-2", jane, "")
		w.expect(200, "GET", tokensPath+"?owner-id=me", jane, "")
		equal(t, "most at once", map[string]int{"jane": 3, "john": 2}, w.tenant.max)
	})
	t.Run("counted once", func(t *testing.T) {
		w := newWatch(t)
		jane := w.logIn("login-of-jane")
		w.tenant.takeRequests()
		w.create(jane, "a")
		w.create(jane, "b")
		list := "GET " + tenantURL + tokensPath + "?owner-id=me"
		equal(t, "sent", []string{
			list, "POST " + tenantURL + tokensPath + ` {"name":"a"}`,
			"POST " + tenantURL + tokensPath + ` {"name":"b"}`,
		}, w.tenant.takeRequests())
	})
	t.Run("full list of the run", func(t *testing.T) {
		w := newWatch(t, func(c *tenantguard.Config) { c.MaxTokens = 1 })
		w.tenant.add("laptop", "jane", "laptop")
		jane := w.logIn("login-of-jane")
		create := func() error {
			_, _, err := w.send(t.Context(), "POST", tokensPath, jane, `{"name":"a"}`)
			return err
		}
		w.expect(200, "GET", tokensPath+"?owner-id=me", jane, "")
		w.tenant.tokens = nil // deleted by another client
		w.expect(200, "GET", tokensPath+"?owner-id=me&filters=x", jane, "")
		fillJane(t, create())
		w.expect(200, "GET", tokensPath+"?owner-id=me", jane, "")
		w.tenant.takeRequests()
		must(t, create())
		equal(t, "requests", 1, len(w.tenant.takeRequests()))
	})
	t.Run("deletes before a delayed list", func(t *testing.T) {
		w := newWatch(t, func(c *tenantguard.Config) { c.MaxTokens = 1 })
		jane := w.logIn("login-of-jane")
		id := w.create(jane, "a")
		w.expect(204, "DELETE", tokensPath+"/"+id, jane, "")
		w.tenant.add(id, "jane", "a") // a delayed list
		w.expect(200, "GET", tokensPath+"?owner-id=me", jane, "")
		w.create(jane, "b")
		w.tenant.tokens = nil // or an early one
		w.expect(200, "GET", tokensPath+"?owner-id=me", jane, "")
		_, _, err := w.send(t.Context(), "POST", tokensPath, jane, `{"name":"c"}`)
		fillJane(t, err)
	})
	t.Run("unlisted create", func(t *testing.T) {
		w := newWatch(t, func(c *tenantguard.Config) { c.MaxTokens = 1 })
		jane := w.logIn("login-of-jane")
		w.onCreate(func() (*http.Response, error) { return nil, errBroken })
		_, _, _ = w.send(t.Context(), "POST", tokensPath, jane, `{"name":"a"}`)
		w.tenant.reply = nil
		w.create(jane, "b")
		_, _, err := w.send(t.Context(), "POST", tokensPath, jane, `{"name":"c"}`)
		fillJane(t, err)
	})
	t.Run("nested lists excluded", func(t *testing.T) {
		w := newWatch(t, func(c *tenantguard.Config) { c.MaxTokens = 2 })
		jane := w.logIn("login-of-jane")
		w.tenant.reply = func(r *http.Request, _ string) (*http.Response, error) {
			if r.Method == http.MethodGet {
				return reply(200, `[{"id":"a","extra":{"id":"b"}}]`), nil
			}
			return nil, nil
		}
		w.create(jane, "c")
	})
	t.Run("rejected create", func(t *testing.T) {
		w := newWatch(t, func(c *tenantguard.Config) { c.MaxTokens = 1 })
		jane := w.logIn("login-of-jane")
		for range 3 {
			w.expect(400, "POST", tokensPath, jane, `{}`)
		}
		w.create(jane, "a")
	})
	t.Run("login with a created token", func(t *testing.T) {
		w := newWatch(t, func(c *tenantguard.Config) { c.MaxTokens = 1 })
		id := w.create(w.logIn("login-of-jane"), "a")
		w.tenant.reply = func(r *http.Request, _ string) (*http.Response, error) {
			if strings.Contains(r.URL.Path, "oauth") {
				return reply(200, `{"access_token":"bearer-of-`+id+`"}`), nil // without an identity
			}
			return nil, nil
		}
		_, _, err := w.send(t.Context(), "POST", tokensPath, w.logIn(id), `{"name":"b"}`)
		fillJane(t, err)
	})
	t.Run("list not available", func(t *testing.T) {
		for status, want := range map[int]tenantguard.Reason{
			403: tenantguard.NotCounted, 500: tenantguard.NotCounted, 401: "",
		} {
			w := newWatch(t)
			jane := w.logIn("login-of-jane")
			w.tenant.reply = func(r *http.Request, _ string) (*http.Response, error) {
				if r.Method == http.MethodGet {
					return reply(status, "{}"), nil
				}
				return nil, nil
			}
			_, _, err := w.send(t.Context(), "POST", tokensPath, jane, `{"name":"a"}`)
			if want == "" != (err == nil) || tenantguard.ReasonOf(err) != want {
				t.Errorf("%d: error %v", status, err)
			}
			if status == 403 {
				checkNotSent(t, tenantguard.NotCounted, "jane", err)
			}
		}
	})
	t.Run("list by another token of the identity", func(t *testing.T) {
		w := newWatch(t)
		w.expect(200, "GET", tokensPath+"?owner-id=me", w.logIn("login-of-jane"), "")
		w.tenant.reply = func(r *http.Request, _ string) (*http.Response, error) {
			if r.Method == http.MethodGet {
				return reply(403, ""), nil
			}
			return nil, nil
		}
		w.create(w.logIn("report-of-jane"), "a")
	})
	t.Run("invalid list", func(t *testing.T) {
		w := newWatch(t)
		jane := w.logIn("login-of-jane")
		w.tenant.reply = func(r *http.Request, _ string) (*http.Response, error) {
			if r.Method == http.MethodGet {
				return reply(200, `[{"id":"a"},`), nil
			}
			return nil, nil
		}
		if _, _, err := w.send(t.Context(), "POST", tokensPath, jane,
			`{"name":"a"}`); tenantguard.ReasonOf(err) != tenantguard.NotCounted {
			t.Errorf("error %v", err)
		}
	})
	t.Run("unknown bearer", func(t *testing.T) {
		w := newWatch(t, func(c *tenantguard.Config) { c.MaxTokens = 1 })
		w.tenant.add("laptop", "jane", "laptop")
		_, _, err := w.send(t.Context(), "POST", tokensPath, "bearer-of-login-of-jane",
			`{"name":"a"}`)
		fillJane(t, err)
		w.expect(401, "POST", tokensPath, "garbage", `{"name":"a"}`)
	})
}

func TestGuard_RecordsLogins(t *testing.T) {
	const part = "--b\r\nContent-Disposition: form-data; name=client_id\r\n\r\nlogin-of-jane\r\n" +
		"--b--\r\n"
	for _, test := range []struct{ name, query, contentType, body, user string }{
		{"form", "", "application/x-www-form-urlencoded", "client_id=login-of-jane", ""},
		{"query", "?client_id=login-of-jane", "", "", ""},
		{"multipart", "", "multipart/form-data; boundary=b", part, ""},
		{
			"basic", "", "application/x-www-form-urlencoded", "grant_type=client_credentials",
			"login-of-jane",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWatch(t, func(c *tenantguard.Config) { c.LoginIDs = nil })
			r, err := http.NewRequestWithContext(t.Context(), "POST",
				tenantURL+"/oauth/token"+test.query, strings.NewReader(test.body))
			must(t, err)
			r.Header.Set("Content-Type", test.contentType)
			if test.user != "" {
				r.SetBasicAuth(test.user, "hunter2")
			}
			resp, err := w.guard.RoundTrip(r)
			must(t, err)
			must(t, resp.Body.Close())
			if _, _, err := w.send(t.Context(), "DELETE", tokensPath+"/login-of-jane",
				"bearer-of-login-of-jane",
				""); tenantguard.ReasonOf(err) != tenantguard.ForeignToken {
				t.Errorf("the token that logged in may be deleted: %v", err)
			}
		})
	}
}

// Concurrent creates stay within the limit, each with its own name in the ledger.
func TestGuard_LimitsConcurrentCreates(t *testing.T) {
	w := newWatch(t)
	jane := w.logIn("login-of-jane")
	var group sync.WaitGroup
	made := make(chan string, 100)
	for range 8 {
		group.Go(func() {
			for range 5 {
				status, text, err := w.send(context.WithoutCancel(t.Context()), "POST", tokensPath,
					jane, `{"name":"patmock-r1-1"}`)
				if status == 200 {
					made <- text
				} else if tenantguard.ReasonOf(err) != tenantguard.OwnerFull {
					t.Errorf("%d %v", status, err)
				}
				_, _, _ = w.send(context.WithoutCancel(t.Context()), "GET",
					tokensPath+"?owner-id=me", jane, "")
				w.guard.Stats()
				w.leftIDs()
			}
		})
	}
	group.Wait()
	close(made)
	equal(t, "made", 10, len(made))
	equal(t, "left", 10, len(w.leftIDs()))
	equal(t, "most at once", map[string]int{"jane": 10}, w.tenant.max)
	equal(t, "lines of the ledger", 20, len(w.events()))
}
