package tenantguard_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"example.com/patmock/contracttests/tenantguard"
)

// answer is one that a tenant might give.
func answer(status int, body string) (*http.Response, error) {
	return &http.Response{
		StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)),
	}, nil
}

// What becomes of a token whose deletion goes wrong, one way or another. The list says it.
func TestSweepOfWhatStays(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(send http.RoundTripper, r *http.Request) (*http.Response, error)
		left   tenantguard.SweepReason // empty if it is gone
	}{
		{
			"refused", func(http.RoundTripper, *http.Request) (*http.Response, error) {
				return answer(403, "{}")
			}, tenantguard.DeleteFailed,
		},
		{
			"an answer of another kind, and gone",
			func(send http.RoundTripper, r *http.Request) (*http.Response, error) {
				_, _ = send.RoundTrip(r)
				return answer(200, "{}")
			}, "",
		},
		{"gone already", func(send http.RoundTripper, r *http.Request) (*http.Response, error) {
			_, _ = send.RoundTrip(r)
			return send.RoundTrip(r)
		}, ""},
		{
			"nothing but an answer",
			func(http.RoundTripper, *http.Request) (*http.Response, error) {
				return answer(204, "")
			}, tenantguard.StillListed,
		},
		{
			"no answer", func(http.RoundTripper, *http.Request) (*http.Response, error) {
				return nil, errors.New("line cut")
			}, tenantguard.DeleteFailed,
		},
		{
			"gone, and no answer",
			func(send http.RoundTripper, r *http.Request) (*http.Response, error) {
				_, _ = send.RoundTrip(r)
				return nil, io.ErrUnexpectedEOF
			}, "",
		},
		{"not sent", func(http.RoundTripper, *http.Request) (*http.Response, error) {
			return nil, &tenantguard.NotSentError{
				Reason: tenantguard.BudgetSpent, Missing: "requests",
			}
		}, tenantguard.DeleteFailed},
		{
			"an error that tells secrets",
			func(_ http.RoundTripper, r *http.Request) (*http.Response, error) {
				return nil, fmt.Errorf("sent %v with %s", r.Header, strings.Repeat("face", 16))
			}, tenantguard.DeleteFailed,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			x := newSwept(t)
			id := x.add("jane.doe", runName(1), "")
			x.write(madeBy(mockHost, id, jane))
			x.change = func(send http.RoundTripper, r *http.Request) (*http.Response, error) {
				if r.Method == http.MethodDelete {
					return test.change(send, r)
				}
				return send.RoundTrip(r)
			}
			state := x.state()
			result, err := x.sweep(nil, "jane.doe")
			must(t, err)
			known, err := tenantguard.ReadLedger(x.ledger)
			must(t, err)
			if test.left == "" {
				x.lost(state, id)
				checkFound(t, "deleted", map[string]tenantguard.SweepReason{
					id: tenantguard.RecordedID,
				}, result.Deleted)
				if len(known) > 0 {
					t.Errorf("the ledger has %v", known)
				}
				return
			}
			x.lost(state)
			checkFound(t, "deleted", nil, result.Deleted)
			checkFound(t, "left", map[string]tenantguard.SweepReason{id: test.left},
				result.Remaining)
			checkMessage(t, result.Remaining[0].Detail)
			if len(known) != 1 {
				t.Errorf("the ledger has %v", known)
			}
		})
	}
}

// A list that lags behind is waited for: what a run made a moment ago shows yet, and what was
// deleted goes.
func TestSweepAwaitsLists(t *testing.T) {
	for _, test := range []struct {
		name   string
		wrote  func(id string) func(*tenantguard.Ledger) error
		waited time.Duration // since the ledger was written, when the sweep begins
		// lists that do not show what was made, and as many that show what was deleted
		lag     int
		deleted tenantguard.SweepReason // or empty
		left    tenantguard.SweepReason
		known   int // objects that the ledger has afterwards
		least   time.Duration
		most    time.Duration
	}{
		{
			name: "made", wrote: func(id string) func(*tenantguard.Ledger) error {
				return madeBy(mockHost, id, jane)
			}, lag: 3, deleted: tenantguard.RecordedID, least: time.Second, most: 5 * time.Second,
		},
		{
			name: "intended", wrote: func(string) func(*tenantguard.Ledger) error {
				return intendedAs(mockHost, runName(1))
			}, lag: 3, deleted: tenantguard.RecordedName, known: 1, least: time.Second,
			most: 5 * time.Second,
		},
		{
			name: "made, and never shown", wrote: func(id string) func(*tenantguard.Ledger) error {
				return madeBy(mockHost, id, jane)
			}, lag: 100, least: 10 * time.Second, most: 10 * time.Second,
		},
		{
			name: "made long ago", wrote: func(id string) func(*tenantguard.Ledger) error {
				return madeBy(mockHost, id, jane)
			}, waited: 10 * time.Second, lag: 100,
		},
		{
			name: "intended, and never shown", wrote: func(string) func(*tenantguard.Ledger) error {
				return intendedAs(mockHost, runName(1))
			}, waited: 8 * time.Second, lag: 100, known: 1, least: 2 * time.Second,
			most: 4 * time.Second,
		},
		{
			name: "of another", wrote: func(id string) func(*tenantguard.Ledger) error {
				return madeBy(mockHost, id, john)
			}, lag: 100, left: tenantguard.OwnerAbsent, known: 1,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			x := newSwept(t)
			id := x.add("jane.doe", runName(1), "")
			x.byName = false
			x.write(test.wrote(id))
			x.waited = test.waited
			lists, deleted := 0, 0
			var listed []byte
			x.change = func(send http.RoundTripper, r *http.Request) (*http.Response, error) {
				answered, err := send.RoundTrip(r)
				must(t, err)
				if r.Method == http.MethodDelete {
					deleted = lists
				}
				if r.Method != http.MethodGet {
					return answered, nil
				}
				body, err := io.ReadAll(answered.Body)
				must(t, err)
				lists++
				switch {
				case lists <= test.lag:
					body = bytes.ReplaceAll(body, []byte(id), []byte("another"))
					body = bytes.ReplaceAll(body, []byte(runName(1)), []byte("another"))
				case deleted > 0 && lists <= deleted+test.lag:
					body = listed
				}
				listed = body
				answered.Body = io.NopCloser(bytes.NewReader(body))
				return answered, nil
			}
			result, err := x.sweep(nil, "jane.doe")
			must(t, err)
			checkFound(t, "deleted", because(id, test.deleted), result.Deleted)
			checkFound(t, "left", because(id, test.left), result.Remaining)
			if waited := x.waited - test.waited; waited < test.least || waited > test.most {
				t.Errorf("it waited %s", waited)
			}
			known, err := tenantguard.ReadLedger(x.ledger)
			must(t, err)
			if len(known) != test.known {
				t.Errorf("the ledger has %+v", known)
			}
		})
	}
}

// Where the list cannot be read again the answers to the deletes count.
func TestSweepWithoutConfirmation(t *testing.T) {
	for status, left := range map[int]tenantguard.SweepReason{
		204: "", 404: "", 403: tenantguard.DeleteFailed,
	} {
		x := newSwept(t)
		id := x.add("jane.doe", runName(1), "")
		deleted := false
		x.change = func(send http.RoundTripper, r *http.Request) (*http.Response, error) {
			switch {
			case r.Method == http.MethodDelete:
				deleted = true
				return answer(status, "")
			case deleted:
				return answer(500, "{}")
			}
			return send.RoundTrip(r)
		}
		result, err := x.sweep(nil, "jane.doe")
		must(t, err)
		checkFound(t, "left", because(id, left), result.Remaining)
		if left == "" != (len(result.Deleted) == 1) {
			t.Errorf("%d: deleted %v", status, result.Deleted)
		}
	}
}

// A tenant that does not say whose the login is says it by the token that logs in, or nothing is
// deleted.
func TestSweepOfUnknownOwner(t *testing.T) {
	x := newSwept(t)
	id := x.add("jane.doe", runName(1), "")
	renamed := x.add("jane.doe", "renamed", "")
	x.write(madeBy(mockHost, renamed, jane))
	hide := strings.NewReplacer()
	x.change = func(send http.RoundTripper, r *http.Request) (*http.Response, error) {
		answered, err := send.RoundTrip(r)
		must(t, err)
		body, err := io.ReadAll(answered.Body)
		must(t, err)
		answered.Body = io.NopCloser(strings.NewReader(hide.Replace(string(body))))
		return answered, nil
	}
	state := x.state()
	for _, hidden := range [][]string{
		// neither the login nor the list tells who logged in
		{`"identity_id"`, `"identity"`, janeLogin, "another"},
		{`"identity_id"`, `"identity"`, `"id":"` + jane + `"`, `"id":""`},
		{`"id":"` + jane + `"`, `"id":""`}, // the list does not tell whose the tokens are
	} {
		hide = strings.NewReplacer(hidden...)
		result, err := x.sweep(nil, "jane.doe")
		must(t, err)
		x.lost(state)
		checkFound(t, "deleted", nil, result.Deleted)
		checkFound(t, "left", map[string]tenantguard.SweepReason{
			id: tenantguard.OwnerUnknown, renamed: tenantguard.OwnerUnknown,
		}, result.Remaining)
	}
	hide = strings.NewReplacer(`"identity_id"`, `"identity"`)
	_, err := x.sweep(nil, "jane.doe")
	must(t, err)
	x.lost(state, id, renamed)
}

// A tenant that shows everybody's tokens, whoever was asked for, loses those of the caller only.
func TestSweepOfForeignList(t *testing.T) {
	x := newSwept(t)
	mine, theirs, recorded := x.add("admin", runName(1), ""), x.add("jane.doe", runName(1), ""),
		x.add("jane.doe", "renamed", "")
	x.write(madeBy(mockHost, recorded, ""))
	x.change = func(send http.RoundTripper, r *http.Request) (*http.Response, error) {
		r = r.Clone(r.Context())
		r.URL.RawQuery = ""
		return send.RoundTrip(r)
	}
	state := x.state()
	if _, ok := x.tokens()[theirs]; !ok {
		t.Fatal("the token of another is not there")
	}
	result, err := x.sweep(nil, "admin")
	must(t, err)
	x.lost(state, mine)
	checkFound(t, "deleted", map[string]tenantguard.SweepReason{mine: tenantguard.RunName},
		result.Deleted)
	checkFound(t, "left", map[string]tenantguard.SweepReason{recorded: tenantguard.OwnerForeign},
		result.Remaining)
}

// What cannot be read is a reason to delete nothing at all.
func TestSweepNeedsEveryList(t *testing.T) {
	errLine := errors.New("line cut")
	for _, test := range []struct {
		name   string
		users  []string
		change func(send http.RoundTripper, r *http.Request) (*http.Response, error)
		want   *tenantguard.CallError // nil if nothing is called
	}{
		{"nobody", nil, nil, nil},
		{
			"a refused login", []string{"jane.doe", "nobody"}, nil, &tenantguard.CallError{
				Call: tenantguard.LogIn, ClientID: "x", Status: 401, Err: cmpopts.AnyError,
			},
		},
		{
			"no answer",
			[]string{"jane.doe"},
			func(http.RoundTripper, *http.Request) (*http.Response, error) {
				return nil, errLine
			}, &tenantguard.CallError{Call: tenantguard.LogIn, ClientID: janeLogin, Err: errLine},
		},
		{
			"no list",
			[]string{"jane.doe"},
			func(send http.RoundTripper, r *http.Request) (*http.Response, error) {
				if r.Method == http.MethodGet {
					return answer(403, "{}")
				}
				return send.RoundTrip(r)
			}, &tenantguard.CallError{
				Call: tenantguard.ListTokens, ClientID: janeLogin, Status: 403,
				Err: cmpopts.AnyError,
			},
		},
		{
			"no JSON",
			[]string{"jane.doe"},
			func(send http.RoundTripper, r *http.Request) (*http.Response, error) {
				if r.Method == http.MethodGet {
					return answer(200, "<html>")
				}
				return send.RoundTrip(r)
			}, &tenantguard.CallError{
				Call: tenantguard.ListTokens, ClientID: janeLogin, Status: 200,
				Err: cmpopts.AnyError,
			},
		},
		{
			"no access token",
			[]string{"jane.doe"},
			func(http.RoundTripper, *http.Request) (*http.Response, error) {
				return answer(200, "{}")
			}, &tenantguard.CallError{
				Call: tenantguard.LogIn, ClientID: janeLogin, Status: 200, Err: cmpopts.AnyError,
			},
		},
		{
			"an access token that is refused",
			[]string{"jane.doe"},
			func(send http.RoundTripper, r *http.Request) (*http.Response, error) {
				if r.Method == http.MethodGet {
					return answer(401, "{}")
				}
				return send.RoundTrip(r)
			}, &tenantguard.CallError{
				Call: tenantguard.ListTokens, ClientID: janeLogin, Status: 401,
				Err: cmpopts.AnyError,
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			x := newSwept(t)
			x.logins["nobody"] = tenantguard.Login{
				ClientID: "x", ClientSecret: strings.Repeat("0123456789", 7),
			}
			x.add("jane.doe", runName(1), "")
			x.change = test.change
			state := x.state()
			_, err := x.sweep(nil, test.users...)
			if !errors.Is(err, tenantguard.ErrUnreachable) {
				t.Fatalf("got %v", err)
			}
			failed, _ := errors.AsType[*tenantguard.CallError](err)
			if diff := cmp.Diff(test.want, failed,
				cmpopts.IgnoreFields(tenantguard.CallError{}, "Err")); diff != "" {
				t.Errorf("call (-want +got):\n%s", diff)
			}
			if test.want != nil && failed != nil &&
				!cmp.Equal(test.want.Err, failed.Err, cmpopts.EquateErrors()) {
				t.Errorf("call fails by %v, want %v", failed.Err, test.want.Err)
			}
			config, ok := errors.AsType[*tenantguard.ConfigError](err)
			if (test.want == nil) != ok || ok && config.Field != "Logins" {
				t.Errorf("got %v", err)
			}
			checkMessage(t, err.Error())
			x.lost(state)
		})
	}
}

// An access token that expires in the middle of it is renewed, once.
func TestSweepLogsInAgain(t *testing.T) {
	x := newSwept(t)
	id := x.add("jane.doe", runName(1), "")
	refused := 0
	x.change = func(send http.RoundTripper, r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodDelete && refused == 0 {
			refused++
			return answer(401, `{"error":"JWT validation failed: JWT is expired"}`)
		}
		return send.RoundTrip(r)
	}
	state := x.state()
	_, err := x.sweep(nil, "jane.doe")
	must(t, err)
	x.lost(state, id)
	want := []string{
		"POST token", "GET personal-access-tokens", "DELETE " + id, "POST token", "DELETE " + id,
		"GET personal-access-tokens",
	}
	if diff := cmp.Diff(want, x.sent); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
}

// A token that is revoked in the middle of it is not tried again: a tenant may lock it, or its
// user.
func TestSweepTriesNoRefusedLoginAgain(t *testing.T) {
	x := newSwept(t)
	for _, name := range []string{runName(1), runName(2), runName(3)} {
		x.add("jane.doe", name, "")
	}
	refused := 0
	x.change = func(send http.RoundTripper, r *http.Request) (*http.Response, error) {
		login := r.URL.Path == "/oauth/token"
		if login && len(x.bearers) == 0 || r.Method == http.MethodGet {
			return send.RoundTrip(r)
		}
		if login {
			refused++
		}
		return answer(401, `{"error":"invalid_client"}`)
	}
	state := x.state()
	result, err := x.sweep(nil, "jane.doe")
	must(t, err)
	x.lost(state)
	if refused != 1 || len(result.Remaining) != 3 ||
		result.Remaining[2].Reason != tenantguard.DeleteFailed {
		t.Fatalf("%d logins were refused, left: %+v", refused, result.Remaining)
	}
	checkMessage(t, result.Remaining[2].Detail)
}

// A sweep that is interrupted tells what it did, and what it left.
func TestInterruptedSweep(t *testing.T) {
	x := newSwept(t)
	x.add("jane.doe", runName(1), "")
	x.add("jane.doe", runName(2), "")
	state := x.state()
	known, err := tenantguard.ReadLedger(x.ledger)
	must(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var deleted string
	x.change = func(send http.RoundTripper, r *http.Request) (*http.Response, error) {
		answered, err := send.RoundTrip(r)
		if r.Method == http.MethodDelete {
			deleted = r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
			cancel()
		}
		return answered, err
	}
	result, err := tenantguard.Sweep(ctx, tenantguard.SweepConfig{
		BaseURL: "http://" + mockHost, HTTP: &http.Client{Transport: x},
		Logins: []tenantguard.Login{x.logins["jane.doe"]}, Entries: known, Now: atNoon,
		ByName: true, Confirm: func(context.Context, []tenantguard.SweepToken) bool { return true },
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("it ends with %v", err)
	}
	x.lost(state, deleted)
	checkFound(t, "deleted", map[string]tenantguard.SweepReason{deleted: tenantguard.RunName},
		result.Deleted)
	if len(result.Remaining) != 1 || result.Remaining[0].ID == deleted ||
		result.Remaining[0].Reason != tenantguard.DeleteFailed {
		t.Fatalf("left: %+v", result.Remaining)
	}
	checkMessage(t, result.Remaining[0].Detail)
}

// What a tenant says is shown, but for what nobody shall read, and an id is never a path.
func TestSweepOfHostileTenant(t *testing.T) {
	now := noon.UTC().Format(time.RFC3339)
	for _, test := range []struct {
		name, id, token, created string
		left                     tenantguard.SweepReason
	}{
		{"an id that leads elsewhere", "..", runName(1), now, tenantguard.UnsafeID},
		{"an id with a path", "a/../b", runName(1), now, tenantguard.UnsafeID},
		{"no id", "", runName(1), now, tenantguard.UnsafeID},
		{
			"an id that is a secret", strings.Repeat("face", 16), runName(1), now,
			tenantguard.UnsafeID,
		},
		{"no date", "1", runName(1), "yesterday", tenantguard.AgeUnknown},
		{"no name", "3", "", now, ""},
		{"a name that is a secret", "2", strings.Repeat("face", 16), now, tenantguard.TooYoung},
	} {
		t.Run(test.name, func(t *testing.T) {
			x := newSwept(t)
			x.write(madeBy(mockHost, "1", jane), madeBy(mockHost, "2", jane),
				madeBy(mockHost, janeLogin, ""), intendedAs(mockHost, ""))
			x.change = func(send http.RoundTripper, r *http.Request) (*http.Response, error) {
				if r.Method == http.MethodGet {
					return answer(200,
						fmt.Sprintf(`[{"id":%q,"name":%q,"owner":{"id":%q},"created":%q}]`, test.id,
							test.token, jane, test.created))
				}
				return send.RoundTrip(r)
			}
			result, err := x.sweep(func(c *tenantguard.SweepConfig) { c.OlderThan = time.Hour },
				"jane.doe")
			must(t, err)
			checkFound(t, "deleted", nil, result.Deleted)
			checkFound(t, "left",
				because(strings.ReplaceAll(test.id, strings.Repeat("face", 16), "[redacted]"),
					test.left), result.Remaining)
			if slices.ContainsFunc(x.sent,
				func(sent string) bool { return strings.HasPrefix(sent, http.MethodDelete) }) {
				t.Errorf("sent: %v", x.sent)
			}
		})
	}
}

// Secrets that look like none are known all the same.
func TestSweepKnowsItsSecrets(t *testing.T) {
	x := newSwept(t)
	x.logins["odd"] = tenantguard.Login{ClientID: "odd", ClientSecret: "correct horse"}
	x.change = func(_ http.RoundTripper, r *http.Request) (*http.Response, error) {
		switch r.Method {
		case http.MethodPost:
			return answer(200, `{"access_token":"battery staple","identity_id":"me"}`)
		case http.MethodGet:
			return answer(200,
				`[{"id":"1","name":"correct horse, battery staple","owner":{"id":"me"},`+
					`"created":"battery staple"}]`)
		}
		return nil, errors.New("sent with correct horse and " + r.Header.Get("Authorization"))
	}
	x.write(madeBy(mockHost, "1", "me"))
	result, err := x.sweep(nil, "odd")
	must(t, err)
	want := []tenantguard.SweepToken{{
		ID: "1", Name: "[redacted], [redacted]", Owner: "me", Created: "[redacted]",
		Reason: tenantguard.DeleteFailed,
		Detail: `Delete "http://` + mockHost +
			`/v2026/personal-access-tokens/1": sent with [redacted] and Bearer [redacted]`,
	}}
	if diff := cmp.Diff(want, result.Remaining); diff != "" {
		t.Errorf("left (-want +got):\n%s", diff)
	}
}
