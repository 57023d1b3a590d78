package tenantguard_test

import (
	"context"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/contracttests/tenantguard"
	"example.com/patmock/mockserver/control"
)

// A sweep deletes only tokens of the ledger that belong to the caller. All others are unchanged.
func TestSweep_DeletesOwnLedgerTokens(t *testing.T) {
	const second = time.Second
	var (
		marked  = runName(12)
		intent  = tenantguard.Entry{Target: mockHost, Name: marked, Owner: jane}
		elapsed = func(d time.Duration) string { return noon.Add(d).UTC().Format(time.RFC3339Nano) }
		with    = func(change func(o *tenantguard.Entry)) []func(*tenantguard.Ledger) error {
			o := intent
			change(&o)
			return []func(*tenantguard.Ledger) error{recordIntentBy(o)}
		}
		pending = with(func(*tenantguard.Entry) {})
	)
	for _, test := range []struct {
		name, owner, token, created string
		ledger                      []func(*tenantguard.Ledger) error
		madeBy                      func(id string) []func(*tenantguard.Ledger) error
		deleted, left               tenantguard.SweepReason // empty for neither
	}{
		{name: "without a ledger", owner: "jane.doe", token: marked},
		{
			name: "created by hand with an old form", owner: "jane.doe", token: "patmock-ci-1",
			ledger: with(func(o *tenantguard.Entry) { o.Name = "patmock-ci-1" }),
		},
		{
			name: "created by hand with a suffix", owner: "jane.doe",
			token: "patmock-prod-3 do not delete", ledger: with(func(o *tenantguard.Entry) {
				o.Name = "patmock-prod-3 do not delete"
			}),
		},
		{
			name: "created by hand, in the ledger", owner: "jane.doe",
			token: "Straße 1", ledger: with(func(o *tenantguard.Entry) { o.Name = "Straße 1" }),
		},
		{
			name: "renamed", owner: "jane.doe", token: "by another name",
			deleted: tenantguard.RecordedID,
			madeBy: func(id string) []func(*tenantguard.Ledger) error {
				return []func(*tenantguard.Ledger) error{recordCreatedBy(mockHost, id, jane)}
			},
		},
		{
			name: "created by hand, with its id in the ledger", owner: "jane.doe",
			token:   "patmock-ci-1",
			deleted: tenantguard.RecordedID,
			madeBy: func(id string) []func(*tenantguard.Ledger) error {
				return []func(*tenantguard.Ledger) error{recordCreatedBy(mockHost, id, jane)}
			},
		},
		{
			name: "created by another identity", owner: "jane.doe", token: marked,
			left: tenantguard.OwnerForeign,
			madeBy: func(id string) []func(*tenantguard.Ledger) error {
				return []func(*tenantguard.Ledger) error{
					recordCreatedBy(mockHost, id, "other"), recordIntent(mockHost, marked),
				}
			},
		},
		{
			name: "pending", owner: "jane.doe", token: marked, ledger: pending,
			deleted: tenantguard.RecordedName,
		},
		{
			name: "pending with a suffix", owner: "jane.doe",
			token:   marked + ` "Zürich" / 日本 <&> 🔑`,
			ledger:  with(func(o *tenantguard.Entry) { o.Name += ` "Zürich" / 日本 <&> 🔑` }),
			deleted: tenantguard.RecordedName,
		},
		{
			name: "pending with a trailing blank", owner: "jane.doe", token: marked + " ",
			ledger:  with(func(o *tenantguard.Entry) { o.Name += " " }),
			deleted: tenantguard.RecordedName,
		},
		{
			name: "pending now and yesterday", owner: "jane.doe", token: marked,
			deleted: tenantguard.RecordedName,
			ledger: append(with(func(o *tenantguard.Entry) {
				o.TargetTime = noon.Add(-24 * time.Hour)
			}), pending...),
		},
		{
			name: "created at the end", owner: "jane.doe", token: marked,
			created: elapsed(600 * second), ledger: pending, deleted: tenantguard.RecordedName,
		},
		{
			name: "created too late", owner: "jane.doe", token: marked,
			created: elapsed(601 * second), ledger: pending, left: tenantguard.CreationMismatch,
		},
		{
			name: "created eleven minutes later", owner: "jane.doe", token: marked,
			created: elapsed(660 * second), ledger: pending, left: tenantguard.CreationMismatch,
		},
		{
			name: "created a second before", owner: "jane.doe", token: marked,
			created: elapsed(-second), ledger: pending, left: tenantguard.CreationMismatch,
		},
		{
			name: "created the day before", owner: "jane.doe", token: marked,
			created: elapsed(-24 * 3600 * second), ledger: pending,
			left: tenantguard.CreationMismatch,
		},
		{
			name: "created by the clock of the target", owner: "jane.doe", token: marked,
			created: elapsed(3600 * second),
			ledger:  with(func(o *tenantguard.Entry) { o.TargetTime = noon.Add(time.Hour) }),
			deleted: tenantguard.RecordedName,
		},
		{
			name: "created by the clock of the machine", owner: "jane.doe", token: marked,
			ledger: with(func(o *tenantguard.Entry) { o.TargetTime = noon.Add(time.Hour) }),
			left:   tenantguard.CreationMismatch,
		},
		{
			name: "created in whole seconds", owner: "jane.doe", token: marked,
			ledger: with(func(o *tenantguard.Entry) {
				o.TargetTime = noon.Add(999 * time.Millisecond)
			}), deleted: tenantguard.RecordedName,
		},
		{
			name: "refused", owner: "jane.doe", token: marked,
			ledger: append(pending[:1:1], func(l *tenantguard.Ledger) error {
				return writeRejected(l, mockHost, "r", marked)
			}),
		},
		{name: "another case", owner: "jane.doe", token: strings.ToUpper(marked), ledger: pending},
		{name: "trailing blank", owner: "jane.doe", token: marked + " ", ledger: pending},
		{name: "leading blank", owner: "jane.doe", token: " " + marked, ledger: pending},
		{name: "more behind", owner: "jane.doe", token: marked + "0", ledger: pending},
		{name: "less behind", owner: "jane.doe", token: marked[:len(marked)-1], ledger: pending},
		{
			name: "another marker", owner: "jane.doe",
			token: tenantguard.Name(noon, strings.Repeat("a", len(marker)), 12), ledger: pending,
		},
		{
			name: "an intent of another's", owner: "jane.doe", token: marked,
			ledger: with(func(o *tenantguard.Entry) { o.Owner = john }),
		},
		{
			name: "intent without an owner", owner: "jane.doe", token: marked,
			ledger: with(func(o *tenantguard.Entry) { o.Owner = "" }),
		},
		{
			name: "an intent whose name was taken out", owner: "jane.doe",
			token: "client_secret=[redacted]", ledger: with(func(o *tenantguard.Entry) {
				o.Name = "client_secret=hunter2"
			}),
		},
		{
			name: "an intent elsewhere", owner: "jane.doe", token: marked,
			ledger: []func(*tenantguard.Ledger) error{
				recordIntent(host, marked), recordIntent("127.0.0.1", marked),
			},
		},
		{
			name: "created at another target", owner: "jane.doe", token: marked,
			madeBy: func(id string) []func(*tenantguard.Ledger) error {
				return []func(*tenantguard.Ledger) error{
					recordCreatedBy(host, id, jane), recordCreatedBy("127.0.0.1", id, jane),
					recordCreatedBy(mockHost+"0", id, jane),
				}
			},
		},
		{name: "of another, pending", owner: "john.roe", token: marked, ledger: pending},
		{
			name: "of another, made by a run", owner: "john.roe", token: marked,
			left: tenantguard.OwnerAbsent,
			madeBy: func(id string) []func(*tenantguard.Ledger) error {
				return []func(*tenantguard.Ledger) error{recordCreatedBy(mockHost, id, john)}
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			x := newSweptTenant(t)
			x.byName = false
			id := x.add(test.owner, test.token, test.created)
			x.write(test.ledger...)
			if test.madeBy != nil {
				x.write(test.madeBy(id)...)
			}
			x.expect("jane.doe", id, test.deleted, test.left)
		})
	}
}

// Without a ledger, a name with a marker and the creation time identifies a token of a run.
func TestSweep_ByName(t *testing.T) {
	for _, test := range []struct {
		name, owner, token string
		created            time.Duration // after noon
		deleted            tenantguard.SweepReason
	}{
		{"of a run", "jane.doe", runName(12), 0, tenantguard.RunName},
		{
			"of a run, ten minutes fast", "jane.doe", runName(12), -10 * time.Minute,
			tenantguard.RunName,
		},
		{
			"of a run, ten minutes slow", "jane.doe", runName(12), 10 * time.Minute,
			tenantguard.RunName,
		},
		{"created eleven minutes before", "jane.doe", runName(12), -11 * time.Minute, ""},
		{"created eleven minutes after", "jane.doe", runName(12), 11 * time.Minute, ""},
		{"created long after", "jane.doe", runName(12), 24 * time.Hour, ""},
		{"of another", "john.roe", runName(12), 0, ""},
		{
			"with a text behind", "jane.doe", runName(12) + ` "Zürich" / 日本 <&> 🔑`, 0,
			tenantguard.RunName,
		},
		{"with a blank behind", "jane.doe", runName(12) + " ", 0, tenantguard.RunName},
		{"without a marker", "jane.doe", "patmock-mk3x-12", 0, ""},
		{"created by hand", "jane.doe", "patmock-ci-1", 0, ""},
		{"created by hand with a suffix", "jane.doe", "patmock-prod-3 do not delete", 0, ""},
		{"a short marker", "jane.doe", tenantguard.Name(noon, marker[1:], 12), 0, ""},
		{"a long marker", "jane.doe", tenantguard.Name(noon, marker+"0", 12), 0, ""},
		{
			"a marker of other letters", "jane.doe", tenantguard.Name(noon, "x"+marker[1:], 12), 0,
			"",
		},
		{"more behind", "jane.doe", runName(12) + "-y", 0, ""},
		{"in capitals", "jane.doe", strings.ToUpper(runName(12)), 0, ""},
		{"a line behind", "jane.doe", runName(12) + "\n", 0, ""},
		{"a line in front", "jane.doe", "x\n" + runName(12), 0, ""},
		{"a word in front", "jane.doe", "my " + runName(12), 0, ""},
		{"no number", "jane.doe", strings.TrimSuffix(runName(12), "12"), 0, ""},
		{"another digit", "jane.doe", strings.TrimSuffix(runName(12), "12") + "١", 0, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			x := newSweptTenant(t)
			id := x.add(test.owner, test.token, noon.Add(test.created).UTC().Format(time.RFC3339))
			x.expect("jane.doe", id, test.deleted, "")
		})
	}
}

// Tokens selected by name are deleted once confirmed. Tokens of the ledger need no confirmation.
func TestSweep_ConfirmsNames(t *testing.T) {
	for name, confirm := range map[string]func(context.Context, []tenantguard.SweepToken) bool{
		"no Confirm": nil, "no": func(context.Context, []tenantguard.SweepToken) bool {
			return false
		},
	} {
		t.Run(name, func(t *testing.T) {
			x := newSweptTenant(t)
			named, made := x.add("jane.doe", runName(1), ""), x.add("jane.doe", runName(2), "")
			x.write(recordCreatedBy(mockHost, made, jane))
			state := x.state()
			var requested []tenantguard.SweepToken
			result, err := x.sweep(func(c *tenantguard.SweepConfig) {
				c.Confirm = confirm
				if confirm != nil {
					c.Confirm = func(ctx context.Context, all []tenantguard.SweepToken) bool {
						requested = all
						return confirm(ctx, all)
					}
				}
			}, "jane.doe")
			must(t, err)
			x.expectLost(state, made)
			checkTokens(t, "deleted", map[string]tenantguard.SweepReason{
				made: tenantguard.RecordedID,
			},
				result.Deleted)
			checkTokens(t, "would be deleted", map[string]tenantguard.SweepReason{
				named: tenantguard.RunName,
			}, result.WouldDelete)
			if confirm != nil {
				checkTokens(t, "asked", map[string]tenantguard.SweepReason{
					named: tenantguard.RunName,
				},
					requested)
			}
		})
	}
}

// A token of a login is never deleted, regardless of its name and of the ledger.
func TestSweep_KeepsLogins(t *testing.T) {
	x := newSweptTenant(t)
	mine := x.add("jane.doe", runName(1), "")
	user, err := x.control.AddToken(t.Context(), control.NewToken{
		Owner: "jane.doe", Name: runName(2),
	})
	must(t, err)
	x.logins["jane again"] = tenantguard.Login{
		ClientID: user.ClientID, ClientSecret: user.ClientSecret,
	}
	x.write(recordCreatedBy(mockHost, janeLogin, jane), recordCreatedBy(mockHost, johnLogin, john),
		recordCreatedBy(mockHost, user.ClientID, jane), recordIntent(mockHost, "login"))
	state := x.state()
	result, err := x.sweep(nil, "jane again", "jane.doe", "john.roe")
	must(t, err)
	x.expectLost(state, mine)
	checkTokens(t, "deleted", map[string]tenantguard.SweepReason{mine: tenantguard.RunName},
		result.Deleted)
	checkTokens(t, "left", nil, result.Remaining)
}

// Two concurrent runs with their own ledgers do not affect each other.
func TestSweep_IgnoresConcurrentRun(t *testing.T) {
	x := newSweptTenant(t)
	x.byName = false
	a, b := x.add("jane.doe", runName(1), ""), x.add("jane.doe", runName(2), "")
	x.add("jane.doe", runName(3), "")
	x.write(recordCreatedBy(mockHost, a, jane), recordIntent(mockHost, runName(2)))
	state := x.state()
	result, err := x.sweep(nil, "jane.doe")
	must(t, err)
	x.expectLost(state, a, b)
	checkTokens(t, "deleted", map[string]tenantguard.SweepReason{
		a: tenantguard.RecordedID, b: tenantguard.RecordedName,
	}, result.Deleted)
	checkTokens(t, "left", nil, result.Remaining)
}

// An administrator could delete the tokens of others. A ledger that attributes one to the
// administrator is wrong.
func TestSweep_IgnoresTokensOfOthersAsAdministrator(t *testing.T) {
	const admin = "cafedadacafedadacafedadacafedada"
	x := newSweptTenant(t)
	theirs, mine := x.add("jane.doe", runName(1), ""), x.add("admin", runName(1), "")
	x.write(recordCreatedBy(mockHost, theirs, admin), recordCreatedBy(mockHost, mine, admin))
	state := x.state()
	result, err := x.sweep(nil, "admin")
	must(t, err)
	x.expectLost(state, mine)
	checkTokens(t, "deleted", map[string]tenantguard.SweepReason{mine: tenantguard.RecordedID},
		result.Deleted)
	checkTokens(t, "left", map[string]tenantguard.SweepReason{theirs: tenantguard.OwnerForeign},
		result.Remaining)
}

// A token that is missing in a list is deleted as well, since lists may be delayed for longer than
// the timeout.
func TestSweep_DeletesUnlistedTokens(t *testing.T) {
	x := newSweptTenant(t)
	id := x.add("jane.doe", "renamed", "")
	x.write(recordCreatedBy(mockHost, id, jane))
	state := x.state()
	x.change = func(send http.RoundTripper, r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodGet {
			return &http.Response{
				StatusCode: http.StatusOK, Header: http.Header{},
				Body: io.NopCloser(strings.NewReader("[]")),
			}, nil
		}
		return send.RoundTrip(r)
	}
	result, err := x.sweep(nil, "jane.doe")
	must(t, err)
	x.expectLost(state, id)
	checkTokens(t, "left", nil, result.Remaining)
}

// A host with the default port of its scheme is the same host.
func TestSweep_NormalizesPort(t *testing.T) {
	x := newSweptTenant(t)
	id := x.add("jane.doe", "renamed", "")
	x.write(recordCreatedBy("acme.example:443", id, jane),
		recordCreatedBy("acme.example:80", "elsewhere", jane))
	result, err := x.sweep(func(c *tenantguard.SweepConfig) { c.BaseURL = "https://ACME.example" },
		"jane.doe")
	must(t, err)
	checkTokens(t, "deleted", map[string]tenantguard.SweepReason{id: tenantguard.RecordedID},
		result.Deleted)
	known, err := tenantguard.ReadLedger(x.ledger)
	must(t, err)
	if len(known) != 1 || known[0].ID != "elsewhere" {
		t.Errorf("the ledger has %+v", known)
	}
}

// Each login deletes its own tokens, and together they process the complete ledger.
func TestSweep_SeveralLogins(t *testing.T) {
	x := newSweptTenant(t)
	a, b, c := x.add("jane.doe", runName(1), ""), x.add("john.roe", "renamed", ""),
		x.add("admin", runName(1), "")
	x.write(
		recordIntent(mockHost, runName(1)), recordCreatedBy(mockHost, b, john),
		recordCreatedBy(mockHost, "0123456789abcdef0123456789abcdef", john),
		recordCreatedBy(host, "elsewhere", jane),
	)
	state := x.state()
	result, err := x.sweep(nil, "jane.doe", "john.roe", "admin")
	must(t, err)
	x.expectLost(state, a, b, c)
	checkTokens(t, "deleted", map[string]tenantguard.SweepReason{
		a: tenantguard.RecordedName, b: tenantguard.RecordedID, c: tenantguard.RunName,
	}, result.Deleted)
	checkTokens(t, "left", nil, result.Remaining)
	known, err := tenantguard.ReadLedger(x.ledger)
	must(t, err)
	var rest []string
	for _, o := range known {
		rest = append(rest, o.Target+" "+o.ID)
	}
	if diff := cmp.Diff([]string{mockHost + " ", host + " elsewhere"}, rest); diff != "" {
		t.Errorf("ledger (-want +got):\n%s", diff)
	}
	again, err := x.sweep(nil, "jane.doe", "john.roe", "admin")
	must(t, err)
	if diff := cmp.Diff(tenantguard.SweepResult{
		Deleted: []tenantguard.SweepToken{}, WouldDelete: []tenantguard.SweepToken{},
		Remaining: []tenantguard.SweepToken{},
	}, again); diff != "" {
		t.Errorf("a second sweep (-want +got):\n%s", diff)
	}
}

func TestSweep_DryRunWritesNothing(t *testing.T) {
	x := newSweptTenant(t)
	a, b := x.add("jane.doe", runName(1), ""), x.add("jane.doe", "renamed", "")
	x.write(recordCreatedBy(mockHost, b, jane),
		recordCreatedBy(mockHost, "0123456789abcdef0123456789abcdef", jane))
	entries, err := os.ReadFile(x.ledger)
	must(t, err)
	state := x.state()
	result, err := x.sweep(func(c *tenantguard.SweepConfig) { c.DryRun = true }, "jane.doe")
	must(t, err)
	x.expectLost(state)
	checkTokens(t, "would be deleted", map[string]tenantguard.SweepReason{
		a: tenantguard.RunName, b: tenantguard.RecordedID,
	}, result.WouldDelete)
	checkTokens(t, "deleted", nil, result.Deleted)
	after, err := os.ReadFile(x.ledger)
	must(t, err)
	if diff := cmp.Diff(string(entries), string(after)); diff != "" {
		t.Errorf("the ledger has changed (-before +after):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"POST token", "GET personal-access-tokens"}, x.sent); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
}

// The age of a token depends on the clock of the target.
func TestSweep_OlderThan(t *testing.T) {
	for _, ahead := range []time.Duration{0, 10 * time.Minute, -10 * time.Minute, -2 * time.Hour} {
		t.Run(ahead.String(), func(t *testing.T) {
			x := newSweptTenant(t)
			x.ahead = ahead
			made := func(ago time.Duration) (id string) {
				at := noon.Add(ahead - ago)
				return x.add("jane.doe", tenantguard.Name(at, marker, 1),
					at.UTC().Format(time.RFC3339))
			}
			old, young := made(61*time.Minute), made(59*time.Minute)
			state := x.state()
			result, err := x.sweep(func(c *tenantguard.SweepConfig) { c.OlderThan = time.Hour },
				"jane.doe")
			must(t, err)
			x.expectLost(state, old)
			checkTokens(t, "deleted", map[string]tenantguard.SweepReason{old: tenantguard.RunName},
				result.Deleted)
			checkTokens(t, "left", map[string]tenantguard.SweepReason{young: tenantguard.TooYoung},
				result.Remaining)
		})
	}
}

// allowRecorder blocks deletes of tokens without a call of Allow.
type allowRecorder struct{ ids []string }

func (a *allowRecorder) Allow(id string) { a.ids = append(a.ids, id) }

func TestSweep_AllowsTokensInGuard(t *testing.T) {
	x := newSweptTenant(t)
	a, b := x.add("jane.doe", runName(1), ""), x.add("jane.doe", runName(2), "")
	guard := &allowRecorder{}
	x.change = func(send http.RoundTripper, r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodDelete &&
			!strings.HasSuffix(r.URL.Path, "/"+guard.ids[len(guard.ids)-1]) {
			t.Errorf("%s is deleted, and the guard knows %v", r.URL.Path, guard.ids)
		}
		return send.RoundTrip(r)
	}
	_, err := x.sweep(func(c *tenantguard.SweepConfig) { c.Guard = guard }, "jane.doe")
	must(t, err)
	slices.Sort(guard.ids)
	want := []string{a, b}
	slices.Sort(want)
	if diff := cmp.Diff(want, guard.ids); diff != "" {
		t.Errorf("adopted (-want +got):\n%s", diff)
	}
}
