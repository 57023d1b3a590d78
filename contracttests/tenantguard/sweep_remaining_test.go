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

// responseFunc returns the response of a tenant to a request.
func responseFunc(status int, body string) (*http.Response, error) {
	return &http.Response{
		StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)),
	}, nil
}

// The list determines the outcome of a failed delete.
func TestSweep_ReportsFailedDeletes(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(send http.RoundTripper, r *http.Request) (*http.Response, error)
		left   tenantguard.SweepReason // empty if deleted
	}{
		{
			"refused", func(http.RoundTripper, *http.Request) (*http.Response, error) {
				return responseFunc(403, "{}")
			}, tenantguard.DeleteFailed,
		},
		{
			"other status, deleted",
			func(send http.RoundTripper, r *http.Request) (*http.Response, error) {
				_, _ = send.RoundTrip(r)
				return responseFunc(200, "{}")
			}, "",
		},
		{"gone already", func(send http.RoundTripper, r *http.Request) (*http.Response, error) {
			_, _ = send.RoundTrip(r)
			return send.RoundTrip(r)
		}, ""},
		{
			"success without a delete",
			func(http.RoundTripper, *http.Request) (*http.Response, error) {
				return responseFunc(204, "")
			}, tenantguard.StillListed,
		},
		{
			"no response", func(http.RoundTripper, *http.Request) (*http.Response, error) {
				return nil, errors.New("line cut")
			}, tenantguard.DeleteFailed,
		},
		{
			"deleted without a response",
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
			"error with secrets",
			func(_ http.RoundTripper, r *http.Request) (*http.Response, error) {
				return nil, fmt.Errorf("sent %v with %s", r.Header, strings.Repeat("face", 16))
			}, tenantguard.DeleteFailed,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			x := newSweptTenant(t)
			id := x.add("jane.doe", runName(1), "")
			x.write(recordCreatedBy(mockHost, id, jane))
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
				x.expectLost(state, id)
				checkTokens(t, "deleted", map[string]tenantguard.SweepReason{
					id: tenantguard.RecordedID,
				}, result.Deleted)
				if len(known) > 0 {
					t.Errorf("the ledger has %v", known)
				}
				return
			}
			x.expectLost(state)
			checkTokens(t, "deleted", nil, result.Deleted)
			checkTokens(t, "left", map[string]tenantguard.SweepReason{id: test.left},
				result.Remaining)
			checkMessage(t, result.Remaining[0].Detail)
			if len(known) != 1 {
				t.Errorf("the ledger has %v", known)
			}
		})
	}
}

// A sweep waits for delayed lists, for new tokens to appear and deleted ones to disappear.
func TestSweep_WaitsForLists(t *testing.T) {
	for _, test := range []struct {
		name   string
		wrote  func(id string) func(*tenantguard.Ledger) error
		waited time.Duration // age of the ledger when the sweep begins
		// number of lists without the new token, and with the deleted token
		lag     int
		deleted tenantguard.SweepReason // empty if not deleted
		left    tenantguard.SweepReason
		known   int // ledger entries afterwards
		least   time.Duration
		most    time.Duration
	}{
		{
			name: "made", wrote: func(id string) func(*tenantguard.Ledger) error {
				return recordCreatedBy(mockHost, id, jane)
			}, lag: 3, deleted: tenantguard.RecordedID, least: time.Second, most: 5 * time.Second,
		},
		{
			name: "intended", wrote: func(string) func(*tenantguard.Ledger) error {
				return recordIntent(mockHost, runName(1))
			}, lag: 3, deleted: tenantguard.RecordedName, known: 1, least: time.Second,
			most: 5 * time.Second,
		},
		{
			name: "created, never listed", wrote: func(id string) func(*tenantguard.Ledger) error {
				return recordCreatedBy(mockHost, id, jane)
			}, lag: 100, least: 10 * time.Second, most: 10 * time.Second,
		},
		{
			name: "created long ago", wrote: func(id string) func(*tenantguard.Ledger) error {
				return recordCreatedBy(mockHost, id, jane)
			}, waited: 10 * time.Second, lag: 100,
		},
		{
			name: "intent, never listed", wrote: func(string) func(*tenantguard.Ledger) error {
				return recordIntent(mockHost, runName(1))
			}, waited: 8 * time.Second, lag: 100, known: 1, least: 2 * time.Second,
			most: 4 * time.Second,
		},
		{
			name: "of another", wrote: func(id string) func(*tenantguard.Ledger) error {
				return recordCreatedBy(mockHost, id, john)
			}, lag: 100, left: tenantguard.OwnerAbsent, known: 1,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			x := newSweptTenant(t)
			id := x.add("jane.doe", runName(1), "")
			x.byName = false
			x.write(test.wrote(id))
			x.waited = test.waited
			lists, deleted := 0, 0
			var listed []byte
			x.change = func(send http.RoundTripper, r *http.Request) (*http.Response, error) {
				resp, err := send.RoundTrip(r)
				must(t, err)
				if r.Method == http.MethodDelete {
					deleted = lists
				}
				if r.Method != http.MethodGet {
					return resp, nil
				}
				body, err := io.ReadAll(resp.Body)
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
				resp.Body = io.NopCloser(bytes.NewReader(body))
				return resp, nil
			}
			result, err := x.sweep(nil, "jane.doe")
			must(t, err)
			checkTokens(t, "deleted", reasonOfToken(id, test.deleted), result.Deleted)
			checkTokens(t, "left", reasonOfToken(id, test.left), result.Remaining)
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

// If the second list fails, the responses to the deletes count.
func TestSweep_CountsDeletesWithoutList(t *testing.T) {
	for status, left := range map[int]tenantguard.SweepReason{
		204: "", 404: "", 403: tenantguard.DeleteFailed,
	} {
		x := newSweptTenant(t)
		id := x.add("jane.doe", runName(1), "")
		deleted := false
		x.change = func(send http.RoundTripper, r *http.Request) (*http.Response, error) {
			switch {
			case r.Method == http.MethodDelete:
				deleted = true
				return responseFunc(status, "")
			case deleted:
				return responseFunc(500, "{}")
			}
			return send.RoundTrip(r)
		}
		result, err := x.sweep(nil, "jane.doe")
		must(t, err)
		checkTokens(t, "left", reasonOfToken(id, left), result.Remaining)
		if left == "" != (len(result.Deleted) == 1) {
			t.Errorf("%d: deleted %v", status, result.Deleted)
		}
	}
}

// The token of a login determines the owner if the tenant does not report it. Without an owner
// nothing is deleted.
func TestSweep_DeterminesOwner(t *testing.T) {
	x := newSweptTenant(t)
	id := x.add("jane.doe", runName(1), "")
	renamed := x.add("jane.doe", "renamed", "")
	x.write(recordCreatedBy(mockHost, renamed, jane))
	hide := strings.NewReplacer()
	x.change = func(send http.RoundTripper, r *http.Request) (*http.Response, error) {
		resp, err := send.RoundTrip(r)
		must(t, err)
		body, err := io.ReadAll(resp.Body)
		must(t, err)
		resp.Body = io.NopCloser(strings.NewReader(hide.Replace(string(body))))
		return resp, nil
	}
	state := x.state()
	for _, hidden := range [][]string{
		// neither the login nor the list has the identity
		{`"identity_id"`, `"identity"`, janeLogin, "another"},
		{`"identity_id"`, `"identity"`, `"id":"` + jane + `"`, `"id":""`},
		{`"id":"` + jane + `"`, `"id":""`}, // the list does not report owners
	} {
		hide = strings.NewReplacer(hidden...)
		result, err := x.sweep(nil, "jane.doe")
		must(t, err)
		x.expectLost(state)
		checkTokens(t, "deleted", nil, result.Deleted)
		checkTokens(t, "left", map[string]tenantguard.SweepReason{
			id: tenantguard.OwnerUnknown, renamed: tenantguard.OwnerUnknown,
		}, result.Remaining)
	}
	hide = strings.NewReplacer(`"identity_id"`, `"identity"`)
	_, err := x.sweep(nil, "jane.doe")
	must(t, err)
	x.expectLost(state, id, renamed)
}

// A tenant may ignore the owner in a list. The sweep deletes only the tokens of the caller.
func TestSweep_IgnoresForeignTokens(t *testing.T) {
	x := newSweptTenant(t)
	mine, theirs, recorded := x.add("admin", runName(1), ""), x.add("jane.doe", runName(1), ""),
		x.add("jane.doe", "renamed", "")
	x.write(recordCreatedBy(mockHost, recorded, ""))
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
	x.expectLost(state, mine)
	checkTokens(t, "deleted", map[string]tenantguard.SweepReason{mine: tenantguard.RunName},
		result.Deleted)
	checkTokens(t, "left", map[string]tenantguard.SweepReason{recorded: tenantguard.OwnerForeign},
		result.Remaining)
}

// A sweep deletes nothing if a login or a list fails.
func TestSweep_RequiresEveryList(t *testing.T) {
	errLine := errors.New("line cut")
	for _, test := range []struct {
		name   string
		users  []string
		change func(send http.RoundTripper, r *http.Request) (*http.Response, error)
		want   *tenantguard.CallError // nil without a call
	}{
		{"no logins", nil, nil, nil},
		{
			"rejected login", []string{"jane.doe", "unknown"}, nil, &tenantguard.CallError{
				Call: tenantguard.LogIn, ClientID: "x", Status: 401, Err: cmpopts.AnyError,
			},
		},
		{
			"no response",
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
					return responseFunc(403, "{}")
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
					return responseFunc(200, "<html>")
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
				return responseFunc(200, "{}")
			}, &tenantguard.CallError{
				Call: tenantguard.LogIn, ClientID: janeLogin, Status: 200, Err: cmpopts.AnyError,
			},
		},
		{
			"rejected access token",
			[]string{"jane.doe"},
			func(send http.RoundTripper, r *http.Request) (*http.Response, error) {
				if r.Method == http.MethodGet {
					return responseFunc(401, "{}")
				}
				return send.RoundTrip(r)
			}, &tenantguard.CallError{
				Call: tenantguard.ListTokens, ClientID: janeLogin, Status: 401,
				Err: cmpopts.AnyError,
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			x := newSweptTenant(t)
			x.logins["unknown"] = tenantguard.Login{
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
			x.expectLost(state)
		})
	}
}

// An access token that expires during a sweep is renewed once.
func TestSweep_RenewsAccessToken(t *testing.T) {
	x := newSweptTenant(t)
	id := x.add("jane.doe", runName(1), "")
	rejected := 0
	x.change = func(send http.RoundTripper, r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodDelete && rejected == 0 {
			rejected++
			return responseFunc(401, `{"error":"JWT validation failed: JWT is expired"}`)
		}
		return send.RoundTrip(r)
	}
	state := x.state()
	_, err := x.sweep(nil, "jane.doe")
	must(t, err)
	x.expectLost(state, id)
	want := []string{
		"POST token", "GET personal-access-tokens", "DELETE " + id, "POST token", "DELETE " + id,
		"GET personal-access-tokens",
	}
	if diff := cmp.Diff(want, x.sent); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
}

// A login that is revoked during a sweep is not repeated, since a tenant may lock the token or its
// user.
func TestSweep_DoesNotRepeatRejectedLogin(t *testing.T) {
	x := newSweptTenant(t)
	for _, name := range []string{runName(1), runName(2), runName(3)} {
		x.add("jane.doe", name, "")
	}
	rejected := 0
	x.change = func(send http.RoundTripper, r *http.Request) (*http.Response, error) {
		login := r.URL.Path == "/oauth/token"
		if login && len(x.bearers) == 0 || r.Method == http.MethodGet {
			return send.RoundTrip(r)
		}
		if login {
			rejected++
		}
		return responseFunc(401, `{"error":"invalid_client"}`)
	}
	state := x.state()
	result, err := x.sweep(nil, "jane.doe")
	must(t, err)
	x.expectLost(state)
	if rejected != 1 || len(result.Remaining) != 3 ||
		result.Remaining[2].Reason != tenantguard.DeleteFailed {
		t.Fatalf("%d logins were rejected, remaining: %+v", rejected, result.Remaining)
	}
	checkMessage(t, result.Remaining[2].Detail)
}

// An interrupted sweep reports the deleted and the remaining tokens.
func TestSweep_ReportsInterruption(t *testing.T) {
	x := newSweptTenant(t)
	x.add("jane.doe", runName(1), "")
	x.add("jane.doe", runName(2), "")
	state := x.state()
	known, err := tenantguard.ReadLedger(x.ledger)
	must(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var deleted string
	x.change = func(send http.RoundTripper, r *http.Request) (*http.Response, error) {
		resp, err := send.RoundTrip(r)
		if r.Method == http.MethodDelete {
			deleted = r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
			cancel()
		}
		return resp, err
	}
	result, err := tenantguard.Sweep(ctx, tenantguard.SweepConfig{
		BaseURL: "http://" + mockHost, HTTP: &http.Client{Transport: x},
		Logins: []tenantguard.Login{x.logins["jane.doe"]}, Entries: known, Now: atNoon,
		ByName: true, Confirm: func(context.Context, []tenantguard.SweepToken) bool { return true },
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("it ends with %v", err)
	}
	x.expectLost(state, deleted)
	checkTokens(t, "deleted", map[string]tenantguard.SweepReason{deleted: tenantguard.RunName},
		result.Deleted)
	if len(result.Remaining) != 1 || result.Remaining[0].ID == deleted ||
		result.Remaining[0].Reason != tenantguard.DeleteFailed {
		t.Fatalf("left: %+v", result.Remaining)
	}
	checkMessage(t, result.Remaining[0].Detail)
}

// Values of a tenant are redacted, and an id is never used as a path.
func TestSweep_RedactsHostileValues(t *testing.T) {
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
		{"invalid time", "1", runName(1), "yesterday", tenantguard.AgeUnknown},
		{"no name", "3", "", now, ""},
		{"a name that is a secret", "2", strings.Repeat("face", 16), now, tenantguard.TooYoung},
	} {
		t.Run(test.name, func(t *testing.T) {
			x := newSweptTenant(t)
			x.write(recordCreatedBy(mockHost, "1", jane), recordCreatedBy(mockHost, "2", jane),
				recordCreatedBy(mockHost, janeLogin, ""), recordIntent(mockHost, ""))
			x.change = func(send http.RoundTripper, r *http.Request) (*http.Response, error) {
				if r.Method == http.MethodGet {
					return responseFunc(200,
						fmt.Sprintf(`[{"id":%q,"name":%q,"owner":{"id":%q},"created":%q}]`, test.id,
							test.token, jane, test.created))
				}
				return send.RoundTrip(r)
			}
			result, err := x.sweep(func(c *tenantguard.SweepConfig) { c.OlderThan = time.Hour },
				"jane.doe")
			must(t, err)
			checkTokens(t, "deleted", nil, result.Deleted)
			checkTokens(t, "left",
				reasonOfToken(strings.ReplaceAll(test.id, strings.Repeat("face", 16), "[redacted]"),
					test.left), result.Remaining)
			if slices.ContainsFunc(x.sent,
				func(sent string) bool { return strings.HasPrefix(sent, http.MethodDelete) }) {
				t.Errorf("sent: %v", x.sent)
			}
		})
	}
}

// The secrets of the sweep are redacted even if they do not look like secrets.
func TestSweep_RedactsItsSecrets(t *testing.T) {
	x := newSweptTenant(t)
	x.logins["odd"] = tenantguard.Login{ClientID: "odd", ClientSecret: "correct horse"}
	x.change = func(_ http.RoundTripper, r *http.Request) (*http.Response, error) {
		switch r.Method {
		case http.MethodPost:
			return responseFunc(200, `{"access_token":"battery staple","identity_id":"me"}`)
		case http.MethodGet:
			return responseFunc(200,
				`[{"id":"1","name":"correct horse, battery staple","owner":{"id":"me"},`+
					`"created":"battery staple"}]`)
		}
		return nil, errors.New("sent with correct horse and " + r.Header.Get("Authorization"))
	}
	x.write(recordCreatedBy(mockHost, "1", "me"))
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
