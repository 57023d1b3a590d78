package contracttests_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"example.com/patmock/contracttests"
	"example.com/patmock/internal/sample"
	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/version"
)

// world is a namespace with its model.
type world struct {
	model
	*rapid.T
	http    *http.Client
	control *control.Client
	base    string
	// Access tokens by user, secrets by id, identities by name.
	bearers, secrets, identities map[string]string
	ids                          []string
	users                        map[string]control.User
	// steps is the number of steps so far. Quiet requests are printed only if they fail.
	steps        int
	quiet        bool
	lastExchange string
}

var worlds atomic.Int64

// play compares a sequence with the model: each response, and after each step all lists and logins.
func play(t *rapid.T, target contracttests.Target) {
	w := newWorld(t, target)
	defer func() { w.must(w.control.DeleteNamespace(context.Background())) }()
	t.Repeat(map[string]func(*rapid.T){
		"step": func(t *rapid.T) { w.step(steps.Draw(t, "step")) },
		"":     func(*rapid.T) { w.compare() },
	})
	for _, k := range slices.Clone(w.tokens) { // finally all tokens log in
		if secret, known := w.secrets[k.ID]; known {
			w.expect("status of the last login", w.login(k.ID), w.token("", "form", k.ID, secret))
		}
	}
	w.compare()
}

func newWorld(t *rapid.T, target contracttests.Target) *world {
	name, ctx := fmt.Sprintf("model-%d", worlds.Add(1)), context.Background()
	w := &world{
		model: model{now: time.Date(2027, 8, 31, 12, 0, 0, 0, time.UTC)}, T: t, http: target.HTTP,
		control: target.Control.WithNamespace(name), base: "http://127.0.0.1/t/" + name,
		bearers: map[string]string{}, secrets: map[string]string{}, identities: map[string]string{},
		users: map[string]control.User{}, quiet: true,
	}
	w.observe()
	_, putErr := w.control.PutNamespace(ctx, control.NewNamespace{})
	_, clockErr := w.control.SetClock(ctx, control.ClockSetting{Now: &w.now, Frozen: true})
	credentials, credentialsErr := w.control.Credentials(ctx)
	w.must(errors.Join(putErr, clockErr, credentialsErr))
	for _, user := range credentials.Users {
		w.users[user.Name] = user
		w.token(user.Name, "form", user.ClientID, user.ClientSecret)
	}
	start, _ := w.listTokens("admin", version.V2026, version.V2026.CollectionPath())
	for _, k := range start {
		w.tokens = append(w.tokens, &k.tokenModel)
		w.identities[k.Owner] = k.identity
		if !k.Managed && k.Name != "login" {
			w.ids = append(w.ids, k.ID)
		}
	}
	return w
}

func (w *world) must(err error) {
	if err != nil {
		w.Fatal(err)
	}
}

// logIn gives all users access tokens.
func (w *world) logIn() {
	for _, name := range modelUsers {
		user := w.users[name]
		w.expect("the login of "+name, w.login(user.ClientID),
			w.token(name, "form", user.ClientID, user.ClientSecret))
	}
}

// expect compares values. It logs the difference before it fails, since rapid shrinks by failures
// with equal text.
func (w *world) expect(subject string, want, got any) {
	if diff := cmp.Diff(want, got); diff != "" {
		if w.quiet {
			w.Logf("%s", w.lastExchange)
		}
		w.Logf("-model +response:\n%s", diff)
		w.Fatalf("%s differs from the model", subject)
	}
}

// compare compares all lists, filters and logins that change nothing. The versions take turns.
func (w *world) compare() {
	w.quiet = true
	defer func() { w.quiet = false }()
	turn := w.steps
	next := func() version.Version {
		turn++
		return version.All()[turn%len(version.All())]
	}
	w.list(step{User: "admin", Version: next()})
	for _, user := range modelUsers {
		w.list(step{User: user, Owner: "me", Version: next()})
		w.list(step{User: "admin", Owner: user, Version: next()})
	}
	for i, f := range []filterModel{
		{Op: "isnull"},
		{Op: "le", Ago: 2 * day},
		{Op: "not", Args: []filterModel{{Op: "le", Ago: time.Second}}},
	} {
		owner := []string{"", "me", modelUsers[turn%len(modelUsers)]}[(turn+i)%3]
		w.list(step{User: "admin", Owner: owner, Filter: &f, Version: next()})
	}
	for _, id := range slices.Sorted(maps.Keys(w.secrets)) {
		if k := w.model.token(id); !w.logsIn(k) || w.usedToday(k) {
			w.expect("the status of a login", w.login(id), w.token("", "form", id, w.secrets[id]))
		}
	}
}

// target returns the id of a step's token: an own one, any one, even a deleted one, or an unknown
// id.
func (w *world) target(s step, at int) string {
	ids := w.ids
	if s.Own {
		ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
			k := w.model.token(id)
			return k == nil || k.Owner != s.User
		})
	}
	if at < len(ids) {
		return ids[at]
	}
	return "0123456789abcdef0123456789abcdef"
}

// step makes one step, and compares its response.
func (w *world) step(s step) {
	w.steps++
	w.quiet = false
	id := w.target(s, s.Target)
	path := s.Version.CollectionPath()
	switch s.Op {
	case "create":
		w.create(s)
	case "fill":
		for w.count(s.User) < 10 {
			w.create(step{
				User: s.User, Version: s.Version, Name: fmt.Sprint("fill ", len(w.ids)),
				Forever: "true",
			})
		}
	case "list":
		w.list(s)
	case "patch":
		var patched wireToken
		status := w.do(s.User, http.MethodPatch, path+"/"+id, "application/json-patch+json",
			encodeJSON(s.wirePatch(w.now)), &patched)
		w.expect("the status of patch", w.patch(s, id), status)
		if status == http.StatusOK {
			w.expect("the patch response", w.visible(id, s.Version),
				w.toModel(patched, s.Version).tokenModel)
		}
	case "bulk":
		w.bulk(s)
	case "delete":
		w.expect("the status of delete", w.remove(s, id),
			w.do(s.User, http.MethodDelete, path+"/"+id, "", "", nil))
	case "login":
		if secret, known := w.secrets[id]; known {
			w.expect("the status of login", w.login(id), w.token("", s.Form, id, secret))
		} else {
			w.expect("the status of login with another secret", http.StatusUnauthorized,
				w.token("", s.Form, id, strings.Repeat("0", 64)))
		}
	case "advance":
		w.advance(s.Advance)
	}
}

// visible returns a token as listed in a version.
func (w *world) visible(id string, v version.Version) tokenModel {
	visible := *w.model.token(id)
	visible.Acknowledged = visible.Acknowledged && !isLegacy(v)
	return visible
}

func (w *world) advance(duration time.Duration) {
	if next := w.nextExpiry(); duration < 0 && next.IsZero() {
		return
	} else if duration == toExpiry {
		duration = next.Sub(w.now)
	} else if duration == beforeExpiry {
		duration = max(0, next.Sub(w.now)-time.Millisecond)
	}
	w.Logf("patmock control clock advance %s", duration)
	_, err := w.control.Advance(context.Background(), duration)
	w.must(err)
	w.now = w.now.Add(duration)
	w.quiet = true
	w.logIn()
}

func (w *world) create(s step) {
	var response wireToken
	want, status := w.model.create(s)
	w.expect("the status of create", status,
		w.do(s.User, http.MethodPost, s.Version.CollectionPath(), "application/json",
			encodeJSON(s.body(w.now)), &response))
	if want != nil {
		want.ID = response.ID
		created := w.toModel(response, version.V3) // the response has no acknowledgment
		visible := *want
		visible.Acknowledged = false
		w.expect("the created token", visible, created.tokenModel)
		w.tokens, w.ids = append(w.tokens, want), append(w.ids, want.ID)
		w.secrets[want.ID] = response.Secret.Value
	}
}

func (w *world) bulk(s step) {
	ids := []string{w.target(s, s.Target)}
	for more := range s.More {
		ids = append(ids, w.target(step{}, (s.Target+more+1)%(len(w.ids)+1)))
	}
	var response []wireToken
	body := encodeJSON(map[string]any{"ids": ids, "patch": s.wirePatch(w.now)})
	status := w.do(s.User, http.MethodPatch, version.V1.CollectionPath()+"/bulk-update",
		"application/json", body, &response)
	w.expect("the status of bulk update", w.model.bulk(s, ids), status)
	if status != http.StatusOK {
		return
	}
	var want, got []tokenModel
	for _, id := range slices.Sorted(slices.Values(ids)) {
		want = append(want, w.visible(id, version.V3)) // the response has no acknowledgment
	}
	for _, k := range response {
		got = append(got, w.toModel(k, version.V3).tokenModel)
	}
	w.expect("the response to bulk update", want, got)
}

// modelTarget returns a mock with a frozen clock. It has no rate limit, because its window would
// never end.
func modelTarget(t *testing.T) contracttests.Target {
	t.Helper()
	profile, err := mockserver.ProfileByName(mockserver.ProfileFaithful)
	if err != nil {
		t.Fatal(err)
	}
	profile.RateLimit = "off"
	mock, err := mockserver.New(mockserver.Config{
		Profile: profile, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := mock.Close(); err != nil {
			t.Error(err)
		}
	})
	return target(mock.Transport(), mock)
}

// modelTime is the time that TestModel spends on further sequences.
var modelTime = flag.Duration("model", 0,
	"time that TestModel spends on sequences of other seeds, after -rapid.checks sequences of the "+
		"first one")

// The mock responds to any sequence of operations like the model. The logged seed repeats the
// sequences with -rapid.seed.
func TestModel(t *testing.T) {
	seed := flag.Lookup("rapid.seed").Value.String()
	values := map[string]string{"rapid.nofailfile": "true"}
	if flag.Lookup("rapid.checks").Value.String() == flag.Lookup("rapid.checks").DefValue {
		values["rapid.checks"] = fmt.Sprint(sample.Count(t, 25, 100))
	}
	setFlags(t, values)
	target := modelTarget(t)
	for end := time.After(*modelTime); ; {
		if seed == "0" {
			values["rapid.seed"] = fmt.Sprint(rand.Uint64N(1 << 53))
			setFlags(t, values)
		}
		t.Logf("sequences of -rapid.seed=%s", flag.Lookup("rapid.seed").Value)
		rapid.Check(t, func(t *rapid.T) { play(t, target) })
		select {
		case <-end:
			return
		default:
		}
	}
}

// setFlags sets flags of rapid until the test ends.
func setFlags(t *testing.T, values map[string]string) {
	t.Helper()
	for name, value := range values {
		former := flag.Lookup(name).Value.String()
		if err := flag.Set(name, value); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = flag.Set(name, former) }) // the value was valid before
	}
}
