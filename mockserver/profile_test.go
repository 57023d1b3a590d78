package mockserver_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/fixtures/golden"
	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/version"
)

func profile(t testing.TB, name string) mockserver.Profile {
	t.Helper()
	p, err := mockserver.ProfileByName(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// A friendly mock rejects only requests that the documents forbid. Log and journal note requests
// that a real tenant would reject.
func TestFriendly_NotesTenantRejections(t *testing.T) {
	log := &records{}
	m := startWith(t, "empty", mockserver.Config{Log: slog.New(log)})
	c := m.as("jane.doe")
	checkNotes := func(r testResponse, topic string) {
		t.Helper()
		r.is(http.StatusOK)
		notes := r.entry().Notes
		if len(notes) != 1 {
			t.Fatalf("notes = %q, want one", notes)
		}
		if line := log.about(r); line.level != slog.LevelWarn ||
			!strings.HasSuffix(line.message, notes[0]) {
			t.Errorf("logged %+v, want a warning %q", line, notes[0])
		}
		golden.Check(t, rejectionTexts, golden.Key(t)+": "+topic, normalize(notes[0]))
	}
	for i := range 9 { // in addition to the login token
		c.create(version.V2026, fmt.Sprint("token ", i))
	}
	checkNotes(c.post("/v2026/personal-access-tokens",
		`{"name":"eleventh","userAwareTokenNeverExpires":true}`), "eleventh token")
	rejected := c.post("/v2026/personal-access-tokens",
		`{"name":"eleventh","userAwareTokenNeverExpires":true}`).is(http.StatusBadRequest)
	if notes := rejected.entry().Notes; len(notes) > 0 {
		t.Errorf("notes of a rejected create %q, want none", notes)
	}

	id := c.get(listOwn).list()[0]["id"].(string)
	c.patch("/v2026/personal-access-tokens/"+id,
		`[{"op":"replace","path":"/scope","value":["sp:scopes:default"]}]`).is(http.StatusOK)
	r := m.login(id, janeSecret)
	r.equal("scope", "sp:scopes:default")
	checkNotes(r, "new scope")

	john := m.as("john.roe")
	for i := range 103 {
		r := john.get(listOwn).is(http.StatusOK)
		if i == 100 { // one request in a window
			checkNotes(r, "101 requests")
		} else if notes := r.entry().Notes; len(notes) > 0 {
			t.Errorf("request %d: notes %q", i+1, notes)
		}
	}
}

func TestFaithful_EnforcesLimits(t *testing.T) {
	m := startWith(t, "empty", mockserver.Config{Profile: profile(t, "faithful")})
	c := m.as("jane.doe")
	for i := range 9 { // in addition to the login token
		c.create(version.V2026, fmt.Sprint("token ", i))
	}
	each(t, version.All(), func(t *testing.T, v version.Version) {
		m.forTest(t).as("jane.doe").post(v.CollectionPath(),
			`{"name":"one too many","userAwareTokenNeverExpires":true}`).
			rejected(http.StatusBadRequest, "400.1.4", cause{rule.TokensPerOwner, "10"})
	})
	if n := len(c.names(listOwn)); n != 10 {
		t.Errorf("unexpected number of tokens: %d", n)
	}

	c.patch("/v2026/personal-access-tokens/"+janeID,
		`[{"op":"replace","path":"/scope","value":["sp:my-personal-access-tokens:read"]}]`).
		is(http.StatusOK)
	scope := func() any { return m.login(janeID, janeSecret).is(http.StatusOK).object()["scope"] }
	for _, step := range []struct {
		duration string
		want     string
	}{
		{"1ms", "sp:scopes:all"}, {"19m59.998s", "sp:scopes:all"}, {
			"1ms", "sp:my-personal-access-tokens:read",
		},
	} {
		c.post("/_mock/clock/advance", object{"by": step.duration}.String()).is(http.StatusOK)
		if got := scope(); got != step.want {
			t.Errorf("after %s more: scope %v, want %s", step.duration, got, step.want)
		}
	}

	john := m.as("john.roe")
	got := statuses(101, func() testResponse {
		return john.get("/v3/personal-access-tokens?owner-id=me")
	})
	if got[99] != 200 || got[100] != 429 {
		t.Errorf("unexpected 100th %d and 101st %d", got[99], got[100])
	}
	john.get("/beta/personal-access-tokens?owner-id=me").is(http.StatusOK)
}

func TestNeverExpiresAs_FarDate(t *testing.T) {
	each(t, current, func(t *testing.T, v version.Version) {
		m := startWith(t, "empty", mockserver.Config{
			Profile: mockserver.Profile{NeverExpiresAs: mockserver.NeverExpiresAsFarDate},
		})
		c := m.as("jane.doe")
		c.post(v.CollectionPath(),
			`{"name":"ever","userAwareTokenNeverExpires":true}`).is(http.StatusOK).
			equal("expirationDate", "9999-12-31T23:59:59.000Z")
		for _, token := range c.get(v.CollectionPath() + "?owner-id=me").list() {
			if token["expirationDate"] != nil {
				t.Errorf("unexpected list entry: %v", token)
			}
		}
	})
}

func TestProfileByName_RejectsUnknownName(t *testing.T) {
	_, err := mockserver.ProfileByName("angry")
	if err == nil {
		t.Fatal("profile angry exists, want an error")
	}
	golden.Check(t, configTexts, golden.Key(t), err.Error())
}

// A hostile mock shows each behavior, but not on the first login and not more often in a row than
// allowed. Its responses are marked. The harness validates all of them.
func TestHostile_ShowsEveryBehavior(t *testing.T) {
	for _, behavior := range mockserver.HostileBehaviors() {
		t.Run(behavior, func(t *testing.T) {
			p := mockserver.Profile{
				Hostile: []string{behavior}, HostileRate: 0.8, HostileMaxConsecutive: 2,
			}
			m := startWith(t, "default", mockserver.Config{Profile: p, RandomSeed: new(uint64(7))})
			count, row, longest := 0, 0, 0
			check := func(r testResponse) {
				if r.header.Get("X-Mock-Fault") == "" {
					row = 0
					return
				}
				if got := r.header.Get("X-Mock-Fault"); got != "hostile-"+behavior {
					t.Fatalf("unexpected X-Mock-Fault: %q", got)
				}
				count++
				row++
				longest = max(longest, row)
			}
			first := m.login(janeID, janeSecret).is(http.StatusOK)
			if first.header.Get("X-Mock-Fault") != "" || first.object()["expires_in"] != 43200.0 {
				t.Errorf("unexpected X-Mock-Fault of the first login: %q: %s",
					first.header.Get("X-Mock-Fault"), first.text)
			}
			c := m.withAuthorization("Bearer " + first.object()["access_token"].(string))
			for range 40 {
				check(c.get(listOwn))
				check(c.post("/v3/personal-access-tokens", `{"name":" "}`))
				check(m.login(janeID, janeSecret))
			}
			if count == 0 && behavior != "retry-after-date" || longest > 2 {
				t.Errorf("%d times, %d in a row", count, longest)
			}
		})
	}
}

func TestHostile_VariesRetryAfterForm(t *testing.T) {
	p := mockserver.Profile{
		Hostile: []string{"outages", "retry-after-date"}, HostileRate: 1, HostileMaxConsecutive: 3,
	}
	m := startWith(t, "empty", mockserver.Config{Profile: p, RandomSeed: new(uint64(1))})
	c := m.as("jane.doe")
	forms, statuses := map[bool]int{}, map[int]int{}
	for range 60 {
		r := c.get(listOwn)
		statuses[r.status]++
		if r.status != http.StatusOK {
			_, err := http.ParseTime(r.header.Get("Retry-After"))
			forms[err == nil]++
		}
	}
	if len(forms) != 2 || statuses[429] == 0 || statuses[503] == 0 || statuses[200] == 0 {
		t.Errorf("forms %v, statuses %v", forms, statuses)
	}
}

// Three runs with the same seed have the same journals, except timings. Each of eight workers has
// its own namespace, and the clock is frozen.
func TestHostile_RunsAreReproducible(t *testing.T) {
	run := func(seed uint64) map[string]string {
		m := startWith(t, "default", mockserver.Config{
			Profile: profile(t, "hostile"), RandomSeed: &seed,
		})
		journals := map[string]string{}
		var mu sync.Mutex
		var group sync.WaitGroup
		for worker := range 8 {
			group.Go(func() {
				name := fmt.Sprint("worker-", worker)
				w := m.in(name)
				runWorker(w, worker)
				journal := journalText(t, m.mock, name)
				mu.Lock()
				defer mu.Unlock()
				journals[name] = journal
			})
		}
		group.Wait()
		return journals
	}
	first := run(42)
	for range 2 {
		if diff := cmp.Diff(first, run(42)); diff != "" {
			t.Fatalf("another run with the same seed (-first +this):\n%s", diff)
		}
	}
	if cmp.Equal(first, run(43)) {
		t.Error("different seed returned the same result")
	}
	for name, journal := range first {
		if !strings.Contains(journal, "hostile-") {
			t.Errorf("no hostile response in %s", name)
		}
	}
}

// runWorker sends requests and ignores their errors.
func runWorker(m *tenant, worker int) {
	m.anonymous().put("/_mock/clock",
		`{"now":"2027-01-01T00:00:00Z","frozen":true}`).is(http.StatusOK)
	token := m.login(janeID, janeSecret).is(http.StatusOK).object()["access_token"].(string)
	c := m.withAuthorization("Bearer " + token)
	for i := range 8 {
		v := version.All()[(worker+i)%6]
		c.post(v.CollectionPath(), object{
			"name": fmt.Sprint("token ", i), "expirationDate": "2027-03-01T00:00:00Z",
			"colour": "red",
		}.String())
		c.get(v.CollectionPath() + "?owner-id=me&limit=3")
		if r := c.get("/v3/personal-access-tokens?owner-id=me"); r.status == http.StatusOK {
			id := r.list()[0]["id"].(string)
			c.patch("/v3/personal-access-tokens/"+id,
				`[{"op":"replace","path":"/name","value":"renamed"}]`)
		}
		m.login(janeID, janeSecret)
	}
}

var dates = regexp.MustCompile(`[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT`)

// journalText returns the journal of a namespace with headers and bodies, without times and
// addresses.
func journalText(t *testing.T, mock *mockserver.Server, name string) string {
	t.Helper()
	c := mock.Control().WithNamespace(name)
	journal, err := c.Requests(t.Context(), control.Match{}, 0)
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for _, r := range journal.Requests {
		exchange, err := c.Request(t.Context(), r.ID)
		if err != nil {
			t.Fatal(err)
		}
		exchange.DurationMS = 0
		// wall time as well
		exchange.Findings = slices.DeleteFunc(exchange.Findings, func(f control.Finding) bool {
			return f.Kind == control.NoWait
		})
		encoded, err := json.MarshalIndent(exchange, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		text.Write(dates.ReplaceAll(encoded, []byte("a date")))
		text.WriteByte('\n')
	}
	return text.String()
}

// Sixty-four concurrent tests use one server. Each has a namespace with its own resets, clock and
// faults.
func TestNamespaces_SupportParallelTests(t *testing.T) {
	m := start(t, "empty")
	for i := range 64 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			runInNamespace(m.forTest(t).in(fmt.Sprint("test-", i)), i)
		})
	}
}

func runInNamespace(m *tenant, i int) {
	m.anonymous().post("/_mock/reset", "").is(http.StatusNoContent)
	day := noon.AddDate(0, 0, i+1)
	m.anonymous().put("/_mock/clock", object{
		"now": stamp(day), "frozen": true,
	}.String()).is(http.StatusOK)
	c := m.as("jane.doe")
	v := version.All()[i%6]
	name := fmt.Sprint("token of ", i)
	created := c.post(v.CollectionPath(), object{
		"name": name, "expirationDate": stamp(day.AddDate(0, 1, 0)),
	}.String()).is(http.StatusOK).object()
	if created["created"] != stamp(day) {
		m.Errorf("created = %v, want %s", created["created"], stamp(day))
	}
	c.addFault(object{"operation": "list", "status": 503, "times": 2}.String())
	list := func() testResponse { return c.get(v.CollectionPath() + "?owner-id=me") }
	if diff := cmp.Diff([]int{503, 503, 200}, statuses(3, list)); diff != "" {
		m.Errorf("statuses (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"login", name},
		c.names(v.CollectionPath()+"?owner-id=me")); diff != "" {
		m.Errorf("tokens (-want +got):\n%s", diff)
	}
	c.post("/_mock/verify", object{"expect": []any{
		object{"match": object{"operation": "list"}, "times": 4},
		object{"match": object{"operation": "create", "body": object{"name": name}}, "times": 1},
		object{"match": object{}, "times": 6},
	}}.String()).is(http.StatusOK).equal("verified", true)
	c.post("/_mock/clock/advance", `{"by":"1h"}`).is(http.StatusOK).equal("now",
		day.Add(time.Hour).Format(time.RFC3339))
	c.post("/_mock/reset", "").is(http.StatusNoContent)
	if diff := cmp.Diff([]string{"login"}, c.names(v.CollectionPath()+"?owner-id=me")); diff != "" {
		m.Errorf("tokens after reset (-want +got):\n%s", diff)
	}
	c.delete("/_mock/namespace").is(http.StatusNoContent)
}
