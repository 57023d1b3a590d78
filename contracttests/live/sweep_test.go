package live_test

import (
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/contracttests/live"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/version"
)

// Only what a run made and the caller owns goes. What is not known to be both is there afterwards as it was before.
func TestSweep(t *testing.T) {
	before := noon.Add(-24 * time.Hour).UTC().Format(time.RFC3339)
	for _, test := range []struct {
		name, owner, token, created string
		ledger                      func(id string) []func(*live.Ledger) error
		deleted, left               live.FoundKind // empty for neither
	}{
		{name: "a name of a run", owner: "jane.doe", token: "patmock-mk3x-12", deleted: live.RunName},
		{name: "a name of a run, old", owner: "jane.doe", token: "patmock-mk3x-12", created: before, deleted: live.RunName},
		{name: "renamed", owner: "jane.doe", token: "by another name", deleted: live.RecordedID, ledger: func(id string) []func(*live.Ledger) error {
			return []func(*live.Ledger) error{madeBy(mockHost, id, jane)}
		}},
		{name: "of an intent", owner: "jane.doe", token: "Straße 1", deleted: live.RecordedName, ledger: func(string) []func(*live.Ledger) error {
			return []func(*live.Ledger) error{intendedAs(mockHost, "Straße 1")}
		}},
		{name: "there before the intent", owner: "jane.doe", token: "mine", created: before, ledger: func(string) []func(*live.Ledger) error {
			return []func(*live.Ledger) error{intendedAs(mockHost, "mine")}
		}},
		{name: "of an intent that was refused", owner: "jane.doe", token: "mine", ledger: func(string) []func(*live.Ledger) error {
			return []func(*live.Ledger) error{intendedAs(mockHost, "mine"), func(l *live.Ledger) error { return l.Refused(mockHost, "r", "mine") }}
		}},
		{name: "almost the name of an intent", owner: "jane.doe", token: "mine", ledger: func(string) []func(*live.Ledger) error {
			return []func(*live.Ledger) error{intendedAs(mockHost, "Mine"), intendedAs(mockHost, "mine "), intendedAs(mockHost, ""), intendedAs(mockHost, "min")}
		}},
		{name: "an intent whose name was taken out", owner: "jane.doe", token: "client_secret=[redacted]", ledger: func(string) []func(*live.Ledger) error {
			return []func(*live.Ledger) error{intendedAs(mockHost, "client_secret=hunter2")}
		}},
		{name: "an intent elsewhere", owner: "jane.doe", token: "mine", ledger: func(string) []func(*live.Ledger) error {
			return []func(*live.Ledger) error{intendedAs(host, "mine"), intendedAs("127.0.0.1", "mine")}
		}},
		{name: "made elsewhere", owner: "jane.doe", token: "mine", ledger: func(id string) []func(*live.Ledger) error {
			return []func(*live.Ledger) error{madeBy(host, id, jane), madeBy("127.0.0.1", id, jane), madeBy(mockHost+"0", id, jane)}
		}},
		{name: "a stranger's", owner: "jane.doe", token: "mine"},
		{name: "of another, with the name of a run", owner: "john.roe", token: "patmock-mk3x-12"},
		{name: "of another, of an intent", owner: "john.roe", token: "mine", ledger: func(string) []func(*live.Ledger) error {
			return []func(*live.Ledger) error{intendedAs(mockHost, "mine")}
		}},
		{
			name: "of another, made by a run", owner: "john.roe", token: "patmock-mk3x-12", left: live.OwnerAbsent,
			ledger: func(id string) []func(*live.Ledger) error {
				return []func(*live.Ledger) error{madeBy(mockHost, id, john)}
			},
		},
		{name: "a name that a scenario tries", owner: "jane.doe", token: `patmock-mk3x-12 "Zürich" / 日本 <&> 🔑`, deleted: live.RunName},
		{name: "more behind the name of a run", owner: "jane.doe", token: "patmock-x-1-y"},
		{name: "in capitals", owner: "jane.doe", token: "PATMOCK-a-1"},
		{name: "a run in capitals", owner: "jane.doe", token: "patmock-A-1"},
		{name: "a blank behind", owner: "jane.doe", token: "patmock-a-1 "},
		{name: "blanks behind", owner: "jane.doe", token: "patmock-a-1  x"},
		{name: "a line behind", owner: "jane.doe", token: "patmock-a-1\n"},
		{name: "a line in front", owner: "jane.doe", token: "x\npatmock-a-1"},
		{name: "a word in front", owner: "jane.doe", token: "my patmock-a-1"},
		{name: "no number", owner: "jane.doe", token: "patmock-a-"},
		{name: "no run", owner: "jane.doe", token: "patmock--1"},
		{name: "another digit", owner: "jane.doe", token: "patmock-a-١"},
	} {
		t.Run(test.name, func(t *testing.T) {
			x := newSwept(t)
			id := x.add(test.owner, test.token, test.created)
			if test.ledger != nil {
				x.write(test.ledger(id)...)
			}
			state := x.state()
			result, err := x.sweep(nil, "jane.doe")
			must(t, err)
			if test.deleted != "" {
				x.lost(state, id)
			} else {
				x.lost(state)
			}
			checkFound(t, "deleted", because(id, test.deleted), result.Deleted)
			checkFound(t, "left", because(id, test.left), result.Left)
		})
	}
}

// What somebody logs in with is never deleted, whatever it is called and whatever the ledger says.
func TestSweepKeepsLogins(t *testing.T) {
	x := newSwept(t)
	mine := x.add("jane.doe", "patmock-a-1", "")
	user, err := x.control.AddToken(t.Context(), control.NewToken{Owner: "jane.doe", Name: "patmock-a-2"})
	must(t, err)
	x.logins["jane again"] = live.Login{ClientID: user.ClientID, ClientSecret: user.ClientSecret}
	x.write(madeBy(mockHost, janeLogin, jane), madeBy(mockHost, johnLogin, john), madeBy(mockHost, user.ClientID, jane), intendedAs(mockHost, "login"))
	state := x.state()
	result, err := x.sweep(nil, "jane again", "jane.doe", "john.roe")
	must(t, err)
	x.lost(state, mine)
	checkFound(t, "deleted", map[string]live.FoundKind{mine: live.RunName}, result.Deleted)
	checkFound(t, "left", nil, result.Left)
}

// A run that cleans up after itself leaves those of a run beside it.
func TestSweepKnownOnly(t *testing.T) {
	x := newSwept(t)
	a, b := x.add("jane.doe", "patmock-a-1", ""), x.add("jane.doe", "patmock-a-2", "")
	x.add("jane.doe", "patmock-b-1", "")
	x.write(madeBy(mockHost, a, jane), intendedAs(mockHost, "patmock-a-2"))
	state := x.state()
	result, err := x.sweep(func(c *live.SweepConfig) { c.KnownOnly = true }, "jane.doe")
	must(t, err)
	x.lost(state, a, b)
	checkFound(t, "deleted", map[string]live.FoundKind{a: live.RecordedID, b: live.RecordedName}, result.Deleted)
	checkFound(t, "left", nil, result.Left)
}

// The names of one's own run are known, whatever the ledger says.
func TestSweepOfOnesOwnRun(t *testing.T) {
	x := newSwept(t)
	a := x.add("jane.doe", "patmock-a-1", "")
	x.add("jane.doe", "patmock-ab-1", "")
	state := x.state()
	result, err := x.sweep(func(c *live.SweepConfig) { c.KnownOnly, c.Prefix = true, "patmock-a-" }, "jane.doe")
	must(t, err)
	x.lost(state, a)
	checkFound(t, "deleted", map[string]live.FoundKind{a: live.RunName}, result.Deleted)
}

// What a list does not show is deleted all the same: lists may be late for longer than anybody waits.
func TestSweepDeletesWhatNoListShows(t *testing.T) {
	x := newSwept(t)
	id := x.add("jane.doe", "renamed", "")
	x.write(madeBy(mockHost, id, jane))
	state := x.state()
	x.change = func(send http.RoundTripper, r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodGet {
			return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("[]"))}, nil
		}
		return send.RoundTrip(r)
	}
	result, err := x.sweep(nil, "jane.doe")
	must(t, err)
	x.lost(state, id)
	checkFound(t, "left", nil, result.Left)
}

// A host is the same with the port that its scheme has.
func TestSweepOfHostWithPort(t *testing.T) {
	x := newSwept(t)
	id := x.add("jane.doe", "renamed", "")
	x.write(madeBy("acme.example:443", id, jane), madeBy("acme.example:80", "elsewhere", jane))
	result, err := x.sweep(func(c *live.SweepConfig) { c.BaseURL = "https://ACME.example" }, "jane.doe")
	must(t, err)
	checkFound(t, "deleted", map[string]live.FoundKind{id: live.RecordedID}, result.Deleted)
	known, err := live.ReadLedger(x.ledger)
	must(t, err)
	if len(known) != 1 || known[0].ID != "elsewhere" {
		t.Errorf("the ledger has %+v", known)
	}
}

// Each login sees to its own, and the ledger to all of it.
func TestSweepOfSeveral(t *testing.T) {
	x := newSwept(t)
	a, b, c := x.add("jane.doe", "patmock-a-1", ""), x.add("john.roe", "renamed", ""), x.add("admin", "patmock-a-1", "")
	x.write(
		intendedAs(mockHost, "patmock-a-1"), madeBy(mockHost, b, john), madeBy(mockHost, "0123456789abcdef0123456789abcdef", john),
		madeBy(host, "elsewhere", jane),
	)
	state := x.state()
	result, err := x.sweep(nil, "jane.doe", "john.roe", "admin")
	must(t, err)
	x.lost(state, a, b, c)
	checkFound(t, "deleted", map[string]live.FoundKind{a: live.RunName, b: live.RecordedID, c: live.RunName}, result.Deleted)
	checkFound(t, "left", nil, result.Left)
	known, err := live.ReadLedger(x.ledger)
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
	if diff := cmp.Diff(live.SweepResult{Deleted: []live.Found{}, WouldDelete: []live.Found{}, Left: []live.Found{}}, again); diff != "" {
		t.Errorf("a second sweep (-want +got):\n%s", diff)
	}
}

func TestSweepDryRun(t *testing.T) {
	x := newSwept(t)
	a, b := x.add("jane.doe", "patmock-a-1", ""), x.add("jane.doe", "renamed", "")
	x.write(madeBy(mockHost, b, jane), madeBy(mockHost, "0123456789abcdef0123456789abcdef", jane))
	entries, err := os.ReadFile(x.ledger)
	must(t, err)
	state := x.state()
	result, err := x.sweep(func(c *live.SweepConfig) { c.DryRun = true }, "jane.doe")
	must(t, err)
	x.lost(state)
	checkFound(t, "would be deleted", map[string]live.FoundKind{a: live.RunName, b: live.RecordedID}, result.WouldDelete)
	checkFound(t, "deleted", nil, result.Deleted)
	after, err := os.ReadFile(x.ledger)
	must(t, err)
	if diff := cmp.Diff(string(entries), string(after)); diff != "" {
		t.Errorf("the ledger was told (-before +after):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"POST token", "GET personal-access-tokens"}, x.sent); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
}

func TestSweepOlderThan(t *testing.T) {
	x := newSwept(t)
	stamp := func(ago time.Duration) string { return noon.Add(-ago).UTC().Format(time.RFC3339) }
	old, young := x.add("jane.doe", "patmock-a-1", stamp(61*time.Minute)), x.add("jane.doe", "patmock-a-2", stamp(59*time.Minute))
	state := x.state()
	result, err := x.sweep(func(c *live.SweepConfig) { c.OlderThan = time.Hour }, "jane.doe")
	must(t, err)
	x.lost(state, old)
	checkFound(t, "deleted", map[string]live.FoundKind{old: live.RunName}, result.Deleted)
	checkFound(t, "left", map[string]live.FoundKind{young: live.TooYoung}, result.Left)
}

func TestSweepInEveryVersion(t *testing.T) {
	for _, v := range version.All() {
		x := newSwept(t)
		id := x.add("jane.doe", "patmock-a-1", "")
		state := x.state()
		result, err := x.sweep(func(c *live.SweepConfig) { c.Version = v }, "jane.doe")
		must(t, err)
		x.lost(state, id)
		checkFound(t, string(v), map[string]live.FoundKind{id: live.RunName}, result.Deleted)
	}
}

// adopting lets nothing be deleted that it was not told of.
type adopting struct{ ids []string }

func (a *adopting) Adopt(id string) { a.ids = append(a.ids, id) }

func TestSweepTellsGuard(t *testing.T) {
	x := newSwept(t)
	a, b := x.add("jane.doe", "patmock-a-1", ""), x.add("jane.doe", "patmock-a-2", "")
	guard := &adopting{}
	x.change = func(send http.RoundTripper, r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodDelete && !strings.HasSuffix(r.URL.Path, "/"+guard.ids[len(guard.ids)-1]) {
			t.Errorf("%s is deleted, and the guard knows %v", r.URL.Path, guard.ids)
		}
		return send.RoundTrip(r)
	}
	_, err := x.sweep(func(c *live.SweepConfig) { c.Guard = guard }, "jane.doe")
	must(t, err)
	slices.Sort(guard.ids)
	want := []string{a, b}
	slices.Sort(want)
	if diff := cmp.Diff(want, guard.ids); diff != "" {
		t.Errorf("adopted (-want +got):\n%s", diff)
	}
}
