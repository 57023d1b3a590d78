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

// onCreate makes the tenant answer creates so.
func (w *watch) onCreate(answer func() (*http.Response, error)) {
	w.tenant.reply = func(r *http.Request, _ string) (*http.Response, error) {
		if r.Method == http.MethodPost && !strings.Contains(r.URL.Path, "oauth") {
			return answer()
		}
		return nil, nil
	}
}

func TestGuardWritesAhead(t *testing.T) {
	const intended = "intend patmock-r1-1"
	for _, test := range []struct {
		name   string
		answer func() (*http.Response, error) // nil is the tenant's
		events []string
		left   []string
	}{
		{"made", nil, []string{intended, "created patmock-r1-1 made-1 jane"}, []string{"made-1"}},
		{
			"made, without an owner", func() (*http.Response, error) {
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
			"nobody knows what it is", func() (*http.Response, error) {
				return reply(200, `{"id":`), nil
			}, []string{intended}, []string{"(patmock-r1-1)"},
		},
		{
			"something in something", func() (*http.Response, error) {
				return reply(200, `{"token":{"id":"x"}}`), nil
			}, []string{intended}, []string{"(patmock-r1-1)"},
		},
		{
			"a list", func() (*http.Response, error) {
				return reply(200, `[{"id":"laptop"}]`), nil
			}, []string{intended}, []string{"(patmock-r1-1)"},
		},
		{
			"no answer", func() (*http.Response, error) {
				return nil, errBroken
			}, []string{intended}, []string{"(patmock-r1-1)"},
		},
		{
			"refused for good by the rate limit", func() (*http.Response, error) {
				return reply(429, "", "Retry-After", "3600"), nil
			}, []string{intended, "rejected patmock-r1-1"}, []string{},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := watched(t)
			jane := w.logIn("login-of-jane")
			ahead := []string{}
			w.onCreate(func() (*http.Response, error) {
				ahead = append(w.events(), w.leftIDs()...)
				if test.answer == nil {
					return nil, nil
				}
				return test.answer()
			})
			_, _, err := w.send(t.Context(), "POST", tokensPath, jane, `{"name":"patmock-r1-1"}`)
			if tenantguard.ReasonOf(err) != "" {
				t.Errorf("refused: %v", err)
			}
			equal(t, "ledger when it was sent", []string{intended}, ahead)
			equal(t, "ledger", test.events, w.events())
			equal(t, "left", test.left, w.leftIDs())
		})
	}
	t.Run("without a name", func(t *testing.T) {
		w := watched(t)
		jane := w.logIn("login-of-jane")
		w.is(400, "POST", tokensPath, jane, `not JSON`)
		equal(t, "ledger", []string{"intend", "rejected"}, w.events())
	})
	t.Run("by another method", func(t *testing.T) {
		w := watched(t)
		w.is(404, "PUT", tokensPath, w.logIn("login-of-jane"), `{"name":"x"}`)
		equal(t, "ledger", []string{}, w.events())
	})
	t.Run("without a bearer", func(t *testing.T) {
		w := watched(t)
		w.is(401, "POST", tokensPath, "", `{"name":"x"}`)
		equal(t, "ledger", []string{"intend x", "rejected x"}, w.events())
		equal(t, "requests", 1, len(w.tenant.take()))
		r, err := http.NewRequestWithContext(t.Context(), "POST", tenantURL+tokensPath,
			strings.NewReader(`{"name":"x"}`))
		must(t, err)
		r.SetBasicAuth("login-of-jane", "hunter2")
		answered, err := w.guard.RoundTrip(r)
		must(t, err)
		must(t, answered.Body.Close())
		equal(t, "requests by HTTP Basic", 1, len(w.tenant.take()))
	})
}

func TestGuardSendsNothingThatItCannotWriteDown(t *testing.T) {
	t.Run("before", func(t *testing.T) {
		w := watched(t)
		jane := w.logIn("login-of-jane")
		must(t, w.ledger.Close())
		w.tenant.take()
		_, _, err := w.send(t.Context(), "POST", tokensPath, jane, `{"name":"x"}`)
		checkReason(t, tenantguard.LedgerFailed, err, w.path)
		if sent := w.tenant.take(); !errors.Is(err, fs.ErrClosed) || len(sent) != 1 ||
			!strings.HasPrefix(sent[0], "GET ") {
			t.Errorf("sent %v, error %v", sent, err)
		}
		equal(t, "left", []string{}, w.leftIDs())
	})
	t.Run("after", func(t *testing.T) {
		w := watched(t)
		jane := w.logIn("login-of-jane")
		w.onCreate(func() (*http.Response, error) { return nil, w.ledger.Close() })
		id := w.create(jane, "patmock-r1-1") // whoever made it can clean up
		if err := w.guard.Err(); !errors.Is(err, fs.ErrClosed) {
			t.Errorf("error %v", err)
		}
		w.tenant.take()
		for _, write := range [][2]string{{"POST", tokensPath}, {"PATCH", tokensPath + "/" + id}} {
			_, _, err := w.send(t.Context(), write[0], write[1], jane, `{"name":"x"}`)
			if sent := w.tenant.take(); tenantguard.ReasonOf(err) != tenantguard.LedgerFailed ||
				!errors.Is(err, fs.ErrClosed) || len(sent) > 0 {
				t.Errorf("%s: sent %v, error %v", write[0], sent, err)
			}
		}
		equal(t, "left", []string{id}, w.leftIDs())
		w.is(204, "DELETE", tokensPath+"/"+id, jane, "")
		equal(t, "left", []string{}, w.leftIDs())
	})
}

func TestGuardNotesDeletions(t *testing.T) {
	const made, deleted = "created patmock-r1-1 made-1 jane", "deleted made-1"
	for _, test := range []struct {
		name   string
		by     string
		answer func() *http.Response // nil is the tenant's
		gone   bool
	}{
		{"deleted", "login-of-jane", nil, true},
		{"deleted by another", "login-of-john", nil, true},
		{
			"not there any more", "login-of-jane", func() *http.Response {
				return reply(404, "")
			}, true,
		},
		{
			"not there for another token of the same identity", "report-of-jane",
			func() *http.Response { return reply(404, "") }, true,
		},
		{
			"not there for another", "login-of-john", func() *http.Response {
				return reply(404, "")
			}, false,
		},
		{"forbidden", "login-of-jane", func() *http.Response { return reply(403, "") }, false},
		{"fails", "login-of-jane", func() *http.Response { return reply(500, "") }, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := watched(t)
			id := w.create(w.logIn("login-of-jane"), "patmock-r1-1")
			by := w.logIn(test.by)
			w.tenant.reply = func(r *http.Request, _ string) (*http.Response, error) {
				if r.Method == http.MethodDelete && test.answer != nil {
					return test.answer(), nil
				}
				return nil, nil
			}
			for range 2 { // the second changes nothing
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

func TestGuardNotesNoOtherDeletions(t *testing.T) {
	w := watched(t)
	jane := w.logIn("login-of-jane")
	id := w.create(jane, "patmock-r1-1")
	w.is(404, "DELETE", tokensPath+"/"+id+"/x", jane, "")
	equal(t, "left", []string{id}, w.leftIDs())
	w.guard.Allow(id) // it is the run's own anyway
	w.is(204, "DELETE", tokensPath+"/"+id, jane, "")
	equal(t, "left", []string{}, w.leftIDs())
}

// marker of a run, and the name that it gave first.
const marker = "0123456789abcdef"

var firstName = tenantguard.Name(noon, marker, 1)

// What became of a create whose answer was lost shows in the next list, which the guard asks for
// before it makes another. A token that agrees with the intent in name, owner and time is what the
// run made.
func TestGuardFindsWhatWasLost(t *testing.T) {
	for _, test := range []struct {
		name, token string
		listed      string        // name of the token that is there, empty for none
		created     time.Duration // after noon, by the clock of the target
		skew        time.Duration // of that clock
		state       string        // left and ledger afterwards: made, pending or unlisted
	}{
		{"made", firstName, firstName, 0, 0, "made"},
		{"a moment before", firstName, firstName, -time.Millisecond, 0, "pending"},
		{"made at the end", firstName, firstName, 10 * time.Minute, 0, "made"},
		{"made too late", firstName, firstName, 10*time.Minute + time.Millisecond, 0, "pending"},
		{"there before", firstName, firstName, -time.Second, 0, "pending"},
		{"made, by a clock that is fast", firstName, firstName, time.Hour, time.Hour, "made"},
		{"made, by a clock that is slow", firstName, firstName, -time.Hour, -time.Hour, "made"},
		{"made, by another clock than the target's", firstName, firstName, 0, time.Hour, "pending"},
		{
			"made, with a text behind", firstName + ` "Zürich" 🔑`, firstName + ` "Zürich" 🔑`, 0, 0,
			"made",
		},
		{"made, with a blank behind", firstName + " ", firstName + " ", 0, 0, "made"},
		{"made, without its blank behind", firstName + " ", firstName, 0, 0, "unlisted"},
		{"not made", firstName, "", 0, 0, "unlisted"},
		{"another case", firstName, strings.ToUpper(firstName), 0, 0, "unlisted"},
		{"a blank behind", firstName, firstName + " ", 0, 0, "unlisted"},
		{"a blank in front", firstName, " " + firstName, 0, 0, "unlisted"},
		{
			"another marker", firstName,
			tenantguard.Name(noon, strings.Repeat("0", len(marker)), 1), 0, 0, "unlisted",
		},
		{"made, under a name that others may give", "laptop", "laptop", 0, 0, "pending"},
		{"made, under a name without a marker", "patmock-r1-1", "patmock-r1-1", 0, 0, "pending"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := watched(t)
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
			// which tells nothing of jane's
			w.is(200, "GET", tokensPath+"?owner-id=me", w.logIn("login-of-john"), "")
			equal(t, "left", []string{"(" + test.token + ")"}, w.leftIDs())
			w.create(jane, "next")
			left := map[string][]string{
				"made": {"lost", "made-1"}, "pending": {"made-1", "(" + test.token + ")"},
				"unlisted": {"made-1"},
			}[test.state]
			equal(t, "left", left, w.leftIDs())
			written := strings.TrimSpace(test.token) // as events has it
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

// An intent has the identity that a token will belong to, and the time of the target.
func TestGuardWritesWhoseAndWhen(t *testing.T) {
	w := watched(t)
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
	checkObjects(
		t, w.path, at("no date yet", "", time.Time{}),
		at("no list that shows whose", "", noon.Add(time.Hour)),
		at("of john", "john", noon.Add(time.Hour)), at("of jane", "jane", noon.Add(time.Hour)),
		at("later", "", noon.Add(time.Hour+90*time.Second)),
	)
}

// checkRefusal expects a refusal about the tokens of an identity, and its message.
func checkRefusal(t *testing.T, want tenantguard.Reason, owner string, err error) {
	t.Helper()
	checkReason(t, want, err)
	if refused, ok := errors.AsType[*tenantguard.NotSentError](err); !ok || refused.Owner != owner {
		t.Errorf("error %v, want a refusal about %q", err, owner)
	}
}

func janeIsFull(t *testing.T, err error) {
	t.Helper()
	checkRefusal(t, tenantguard.OwnerFull, "jane", err)
}

func TestGuardKeepsRoom(t *testing.T) {
	t.Run("as the list says", func(t *testing.T) {
		w := watched(t, func(c *tenantguard.Config) { c.MaxTokens = 3 })
		w.tenant.add("laptop", "jane", "laptop")
		w.tenant.add("phone", "john", "phone")
		jane := w.logIn("login-of-jane")
		first := w.create(jane, "a")
		w.create(w.logIn("report-of-jane"), "b") // of the same identity
		w.tenant.take()
		_, _, err := w.send(t.Context(), "POST", tokensPath, jane, `{"name":"c"}`)
		janeIsFull(t, err)
		if sent := w.tenant.take(); len(sent) > 0 {
			t.Errorf("sent %v, error %v", sent, err)
		}
		w.create(w.logIn("login-of-john"), "d")
		w.is(204, "DELETE", tokensPath+"/"+first, jane, "")
		w.is(204, "DELETE", tokensPath+"/"+w.create(jane, "e"), jane, "")
		w.create(jane, "f")
		w.is(204, "DELETE", tokensPath+"/made-2", jane, "")
		w.is(200, "GET", tokensPath+"?owner-id=me", jane, "")
		equal(t, "most at once", map[string]int{"jane": 3, "john": 2}, w.tenant.most)
	})
	t.Run("asked once", func(t *testing.T) {
		w := watched(t)
		jane := w.logIn("login-of-jane")
		w.tenant.take()
		w.create(jane, "a")
		w.create(jane, "b")
		list := "GET " + tenantURL + tokensPath + "?owner-id=me"
		equal(t, "sent", []string{
			list, "POST " + tenantURL + tokensPath + ` {"name":"a"}`,
			"POST " + tenantURL + tokensPath + ` {"name":"b"}`,
		}, w.tenant.take())
	})
	t.Run("as a list says that passes", func(t *testing.T) {
		w := watched(t, func(c *tenantguard.Config) { c.MaxTokens = 1 })
		w.tenant.add("laptop", "jane", "laptop")
		jane := w.logIn("login-of-jane")
		create := func() error {
			_, _, err := w.send(t.Context(), "POST", tokensPath, jane, `{"name":"a"}`)
			return err
		}
		w.is(200, "GET", tokensPath+"?owner-id=me", jane, "")
		w.tenant.tokens = nil // which somebody else deleted
		w.is(200, "GET", tokensPath+"?owner-id=me&filters=x", jane, "")
		janeIsFull(t, create())
		w.is(200, "GET", tokensPath+"?owner-id=me", jane, "")
		w.tenant.take()
		must(t, create())
		equal(t, "requests", 1, len(w.tenant.take()))
	})
	t.Run("that deletes leave, whatever a list still shows", func(t *testing.T) {
		w := watched(t, func(c *tenantguard.Config) { c.MaxTokens = 1 })
		jane := w.logIn("login-of-jane")
		id := w.create(jane, "a")
		w.is(204, "DELETE", tokensPath+"/"+id, jane, "")
		w.tenant.add(id, "jane", "a") // it lags behind
		w.is(200, "GET", tokensPath+"?owner-id=me", jane, "")
		w.create(jane, "b")
		w.tenant.tokens = nil // or ahead
		w.is(200, "GET", tokensPath+"?owner-id=me", jane, "")
		_, _, err := w.send(t.Context(), "POST", tokensPath, jane, `{"name":"c"}`)
		janeIsFull(t, err)
	})
	t.Run("of what was lost and is not there", func(t *testing.T) {
		w := watched(t, func(c *tenantguard.Config) { c.MaxTokens = 1 })
		jane := w.logIn("login-of-jane")
		w.onCreate(func() (*http.Response, error) { return nil, errBroken })
		_, _, _ = w.send(t.Context(), "POST", tokensPath, jane, `{"name":"a"}`)
		w.tenant.reply = nil
		w.create(jane, "b")
		_, _, err := w.send(t.Context(), "POST", tokensPath, jane, `{"name":"c"}`)
		janeIsFull(t, err)
	})
	t.Run("without what is in tokens", func(t *testing.T) {
		w := watched(t, func(c *tenantguard.Config) { c.MaxTokens = 2 })
		jane := w.logIn("login-of-jane")
		w.tenant.reply = func(r *http.Request, _ string) (*http.Response, error) {
			if r.Method == http.MethodGet {
				return reply(200, `[{"id":"a","extra":{"id":"b"}}]`), nil
			}
			return nil, nil
		}
		w.create(jane, "c")
	})
	t.Run("a refused create leaves it", func(t *testing.T) {
		w := watched(t, func(c *tenantguard.Config) { c.MaxTokens = 1 })
		jane := w.logIn("login-of-jane")
		for range 3 {
			w.is(400, "POST", tokensPath, jane, `{}`)
		}
		w.create(jane, "a")
	})
	t.Run("by a token that was made, of its maker's identity", func(t *testing.T) {
		w := watched(t, func(c *tenantguard.Config) { c.MaxTokens = 1 })
		id := w.create(w.logIn("login-of-jane"), "a")
		w.tenant.reply = func(r *http.Request, _ string) (*http.Response, error) {
			if strings.Contains(r.URL.Path, "oauth") {
				return reply(200, `{"access_token":"bearer-of-`+id+`"}`), nil // names nobody
			}
			return nil, nil
		}
		_, _, err := w.send(t.Context(), "POST", tokensPath, w.logIn(id), `{"name":"b"}`)
		janeIsFull(t, err)
	})
	t.Run("that cannot be counted", func(t *testing.T) {
		for status, want := range map[int]tenantguard.Reason{
			403: tenantguard.NotCounted, 500: tenantguard.NotCounted, 401: "",
		} {
			w := watched(t)
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
				checkRefusal(t, tenantguard.NotCounted, "jane", err)
			}
		}
	})
	t.Run("counted by another token of the identity", func(t *testing.T) {
		w := watched(t)
		w.is(200, "GET", tokensPath+"?owner-id=me", w.logIn("login-of-jane"), "")
		w.tenant.reply = func(r *http.Request, _ string) (*http.Response, error) {
			if r.Method == http.MethodGet {
				return reply(403, ""), nil
			}
			return nil, nil
		}
		w.create(w.logIn("report-of-jane"), "a")
	})
	t.Run("a list that cannot be read", func(t *testing.T) {
		w := watched(t)
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
	t.Run("of a bearer that nobody saw", func(t *testing.T) {
		w := watched(t, func(c *tenantguard.Config) { c.MaxTokens = 1 })
		w.tenant.add("laptop", "jane", "laptop")
		_, _, err := w.send(t.Context(), "POST", tokensPath, "bearer-of-login-of-jane",
			`{"name":"a"}`)
		janeIsFull(t, err)
		w.is(401, "POST", tokensPath, "garbage", `{"name":"a"}`)
	})
}

func TestGuardSeesWhoLogsIn(t *testing.T) {
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
			w := watched(t, func(c *tenantguard.Config) { c.LoginIDs = nil })
			r, err := http.NewRequestWithContext(t.Context(), "POST",
				tenantURL+"/oauth/token"+test.query, strings.NewReader(test.body))
			must(t, err)
			r.Header.Set("Content-Type", test.contentType)
			if test.user != "" {
				r.SetBasicAuth(test.user, "hunter2")
			}
			answered, err := w.guard.RoundTrip(r)
			must(t, err)
			must(t, answered.Body.Close())
			if _, _, err := w.send(t.Context(), "DELETE", tokensPath+"/login-of-jane",
				"bearer-of-login-of-jane",
				""); tenantguard.ReasonOf(err) != tenantguard.ForeignToken {
				t.Errorf("the token that logged in may be deleted: %v", err)
			}
		})
	}
}

// Many at once make no more than there is room for, each under its own name in the ledger.
func TestGuardAtOnce(t *testing.T) {
	w := watched(t)
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
	equal(t, "most at once", map[string]int{"jane": 10}, w.tenant.most)
	equal(t, "lines of the ledger", 20, len(w.events()))
}
