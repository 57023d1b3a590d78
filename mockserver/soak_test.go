package mockserver_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"math/rand/v2"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver"
	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/version"
)

// TestSoak sends a mixed load to one mock: six versions, a namespace for each client and a shared
// one, faults, moved clocks, resets, snapshots and removals. Each response is validated against its
// document and compared with the client's own record of its tokens. At the end, goroutines and file
// descriptors must be as few as at the start.
//
// It takes 200 steps for each client, or the duration in PATMOCK_SOAK, such as 10m.
func TestSoak(t *testing.T) {
	duration, err := time.ParseDuration(os.Getenv("PATMOCK_SOAK"))
	if text := os.Getenv("PATMOCK_SOAK"); text != "" && err != nil {
		t.Fatal(err)
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)

	m := startWith(t, "default", mockserver.Config{})
	warm := newSoaker(m.in("warm").forTest(t), version.V2026, rand.New(rand.NewPCG(seed, 0)))
	for range 20 {
		warm.step()
	}
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	time.Sleep(200 * time.Millisecond) // until the connections are closed
	goroutines, descriptors := waitForIdle(t, math.MaxInt, math.MaxInt)

	stop := make(chan struct{})
	defer close(stop)
	go m.passTime(stop)

	longer, cancel := context.WithTimeout(t.Context(), duration)
	defer cancel()
	var clients sync.WaitGroup // not parallel tests: a small machine runs few of them at once
	for i := range 2 * len(version.All()) {
		v := version.All()[i%len(version.All())]
		clients.Go(func() {
			t.Run(fmt.Sprintf("%s-%d", v, i/len(version.All())), func(t *testing.T) {
				s := newSoaker(m.in(fmt.Sprintf("soak-%d", i)).forTest(t), v,
					rand.New(rand.NewPCG(seed, uint64(i)+1)))
				s.shared = s.join(m.in("together").forTest(t), i)
				for n := 0; n < 200 || longer.Err() == nil; n++ {
					s.step()
				}
				t.Logf("%d steps: %v", s.steps(), s.done)
			})
		})
	}
	clients.Wait()

	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	// one goroutine advances the clock
	goroutinesAfter, descriptorsAfter := waitForIdle(t, goroutines+1, descriptors)
	t.Logf("goroutines %d, then %d; file descriptors %d, then %d", goroutines, goroutinesAfter,
		descriptors, descriptorsAfter)
	if goroutinesAfter > goroutines+1 || descriptorsAfter > descriptors {
		t.Errorf("%d goroutines and %d file descriptors, then %d and %d", goroutines, descriptors,
			goroutinesAfter, descriptorsAfter)
	}
}

// waitForIdle returns the numbers of goroutines and file descriptors (none without /proc) once
// neither exceeds the expected number, or after ten seconds. Connections take a moment to close.
func waitForIdle(t *testing.T, goroutines, descriptors int) (int, int) {
	t.Helper()
	for try := 0; ; try++ {
		open, err := os.ReadDir("/proc/self/fd")
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		if got := runtime.NumGoroutine(); try == 100 ||
			got <= goroutines && len(open) <= descriptors {
			return got, len(open)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// passTime advances the clock until stop is closed.
func (c *clock) passTime(stop <-chan struct{}) {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			return
		case <-tick.C:
			c.advance(10 * time.Millisecond)
		}
	}
}

// A soaker is a client that knows the names of its tokens by id.
type soaker struct {
	*client
	version version.Version
	random  *rand.Rand
	user    string
	// passed is the time by which the clock of its namespace was advanced.
	passed time.Duration
	tokens map[string]string
	// seeded are the ids of the tokens at the start.
	seeded  []string
	created int
	done    map[string]int
	// shared is the same client in a namespace with other clients.
	shared *soaker
}

func newSoaker(m *tenant, v version.Version, random *rand.Rand) *soaker {
	s := &soaker{
		client: m.as("jane.doe"), version: v, random: random, user: "jane.doe",
		done: map[string]int{},
	}
	s.restart()
	return s
}

// join adds a user to a shared namespace.
func (s *soaker) join(m *tenant, i int) *soaker {
	user := object{"name": fmt.Sprintf("user-%d", i)}
	added := m.anonymous().post("/_mock/identities", user.String()).is(http.StatusCreated).object()
	shared := &soaker{
		client:  m.withLogin(added["clientId"].(string), added["clientSecret"].(string)),
		version: s.version, random: s.random, user: user["name"].(string), done: s.done,
	}
	shared.restart()
	return shared
}

// restart records the listed tokens as those at the start.
func (s *soaker) restart() {
	s.tokens, s.seeded = map[string]string{}, nil
	s.seeded = slices.Sorted(maps.Keys(s.listNames()))
}

func (s *soaker) listPath() string { return s.version.CollectionPath() + "?owner-id=me&limit=250" }

func (s *soaker) listNames() map[string]string {
	names := map[string]string{}
	for _, token := range s.get(s.listPath()).is(http.StatusOK).list() {
		names[token["id"].(string)] = token["name"].(string)
	}
	return names
}

func (s *soaker) steps() (n int) {
	for _, times := range s.done {
		n += times
	}
	return n
}

// soakSteps are the actions of a client. Frequent ones are listed several times.
var soakSteps = []struct {
	name string
	do   func(*soaker)
	// alone marks steps that need a namespace without other clients.
	alone bool
}{
	{"create", (*soaker).createOne, false},
	{"create", (*soaker).createOne, false},
	{"create", (*soaker).createOne, false},
	{"duplicate", (*soaker).duplicate, false},
	{"rename", (*soaker).rename, false},
	{"rename", (*soaker).rename, false},
	{"delete", (*soaker).deleteOne, false},
	{"delete", (*soaker).deleteOne, false},
	{"list", (*soaker).compareList, false},
	{"list", (*soaker).compareList, false},
	{"login", (*soaker).loginAgain, false},
	{"bad login", (*soaker).badLogin, false},
	{"malformed", (*soaker).malformed, false},
	{"unmatched", (*soaker).unmatched, false},
	{"journal", (*soaker).readJournal, false},
	{"clock", (*soaker).moveClock, true},
	{"fault", (*soaker).injectStatus, true},
	{"broken connection", (*soaker).injectReset, true},
	{"spoiled body", (*soaker).injectEffect, true},
	{"snapshot", (*soaker).roundTrip, true},
	{"reset", (*soaker).reset, true},
	{"remove", (*soaker).remove, true},
}

// step runs a random step, in its own namespace or in the shared one.
func (s *soaker) step() {
	s.Helper()
	step := soakSteps[s.random.IntN(len(soakSteps))]
	s.done[step.name]++
	if s.shared != nil && !step.alone && s.random.IntN(3) == 0 {
		s = s.shared
	}
	step.do(s)
}

// randomToken returns the id of one of the soaker's tokens, or "" if there are none.
func (s *soaker) randomToken() string {
	ids := slices.Sorted(maps.Keys(s.tokens))
	if len(ids) == 0 {
		return ""
	}
	return ids[s.random.IntN(len(ids))]
}

func (s *soaker) freshName() string {
	s.created++
	return fmt.Sprintf("soak %s %d", s.user, s.created)
}

func (s *soaker) body(name string) string {
	return object{
		"name": name, "expirationDate": stamp(s.Now().Add(s.passed + 30*24*time.Hour)),
	}.String()
}

func (s *soaker) createOne() {
	if len(s.tokens) == 40 {
		s.deleteOne()
	}
	name := s.freshName()
	created := s.post(s.version.CollectionPath(), s.body(name)).is(http.StatusOK).object()
	s.tokens[created["id"].(string)] = name
	if s.random.IntN(3) == 0 {
		s.login(created["id"].(string), created["secret"].(string)).is(http.StatusOK)
	}
}

func (s *soaker) duplicate() {
	if id := s.randomToken(); id != "" {
		s.post(s.version.CollectionPath(),
			s.body(s.tokens[id])).is(http.StatusBadRequest).hasRule(rule.NameUnique)
	}
}

func (s *soaker) rename() {
	if id := s.randomToken(); id != "" {
		name := s.freshName()
		s.patch(s.version.CollectionPath()+"/"+id,
			`[{"op":"replace","path":"/name","value":"`+name+`"}]`).is(http.StatusOK).equal("name",
			name)
		s.tokens[id] = name
	}
}

func (s *soaker) deleteOne() {
	if id := s.randomToken(); id != "" {
		s.delete(s.version.CollectionPath() + "/" + id).is(http.StatusNoContent)
		s.delete(s.version.CollectionPath() + "/" + id).is(http.StatusNotFound)
		delete(s.tokens, id)
	}
}

// compareList compares the list with the tokens that it should contain.
func (s *soaker) compareList() {
	s.Helper()
	got := s.listNames()
	for _, id := range s.seeded {
		if _, present := got[id]; !present {
			s.Errorf("list does not contain %s", id)
		}
		delete(got, id)
	}
	if diff := cmp.Diff(s.tokens, got); diff != "" {
		s.Errorf("tokens by id (-want +got):\n%s", diff)
	}
}

func (s *soaker) loginAgain() { s.authorization = s.relogin().authorization }

func (s *soaker) relogin() *client {
	if s.user == "jane.doe" {
		return s.as(s.user)
	}
	// an added user keeps its access token: the clock of the shared namespace is never moved
	return s.client
}

func (s *soaker) badLogin() {
	login, err := s.seed.LoginToken("jane.doe")
	if err != nil {
		s.Fatal(err)
	}
	s.login(login.ID, strings.Repeat("0", 64)).is(http.StatusUnauthorized)
}

func (s *soaker) malformed() {
	for _, body := range []string{`{"name":`, `{"name":1}`, `[]`, `{"name":"x","scope":[1,2,3]}`} {
		s.post(s.version.CollectionPath(), body).is(http.StatusBadRequest)
	}
}

func (s *soaker) unmatched() { s.get("/v2026/unheard-of").is(http.StatusNotImplemented) }

func (s *soaker) readJournal() {
	s.anonymous().get("/_mock/requests?limit=10").is(http.StatusOK)
	s.anonymous().post("/_mock/verify", `{"match":{"operation":"list"},"atLeast":0}`)
}

func (s *soaker) moveClock() {
	durations := []time.Duration{time.Second, time.Hour, 13 * time.Hour}[s.random.IntN(3)]
	if s.passed+durations > 20*24*time.Hour {
		s.reset() // before the tokens expire
		return
	}
	s.anonymous().post("/_mock/clock/advance", object{
		"by": durations.String(),
	}.String()).is(http.StatusOK)
	s.passed += durations
	if durations > 12*time.Hour {
		s.get(s.listPath()).is(http.StatusUnauthorized)
	}
	s.loginAgain()
	s.compareList()
}

func (s *soaker) injectStatus() {
	id := s.addFault(`{"operation":"list","status":503,"times":2}`)
	for range 2 {
		if r := s.get(s.listPath()).
			is(http.StatusServiceUnavailable); r.header.Get("X-Mock-Fault") != id {
			s.Errorf("X-Mock-Fault = %q, want %q", r.header.Get("X-Mock-Fault"), id)
		}
	}
	s.delete("/_mock/faults/" + id).is(http.StatusNoContent)
	s.compareList()
}

func (s *soaker) injectReset() {
	s.addFault(`{"operation":"list","effect":"reset"}`)
	if response, err := s.listUnvalidated(); err == nil {
		s.Errorf("reset connection got the response %s", response)
	}
	s.compareList()
}

func (s *soaker) injectEffect() {
	effect := []string{
		"html", "truncated-json", "wrong-content-type", "empty-body",
	}[s.random.IntN(4)]
	id := s.addFault(`{"operation":"list","effect":"` + effect + `"}`)
	if fault, err := s.listUnvalidated(); err != nil || fault != id {
		s.Errorf("%s: the fault is called %q, want %q; %v", effect, fault, id, err)
	}
	s.compareList()
}

// listUnvalidated lists the tokens without validation and returns the fault in the response.
func (s *soaker) listUnvalidated() (fault string, err error) {
	r, err := http.NewRequest(http.MethodGet, s.url+s.listPath(), http.NoBody)
	if err != nil {
		s.Fatal(err)
	}
	r.Header.Set("Authorization", s.authorization)
	// no retry on another connection
	response, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(r)
	if err != nil {
		return "", err
	}
	defer response.Body.Close() //nolint:errcheck // the header was read
	_, _ = io.Copy(io.Discard, response.Body)
	return response.Header.Get("X-Mock-Fault"), nil
}

func (s *soaker) roundTrip() {
	state := s.anonymous().get("/_mock/state?secrets=true").is(http.StatusOK).text
	s.anonymous().put("/_mock/state", state).is(http.StatusNoContent)
	s.loginAgain()
	s.compareList()
}

func (s *soaker) reset() {
	s.anonymous().post("/_mock/reset", "").is(http.StatusNoContent)
	s.passed = 0
	s.loginAgain()
	s.restart()
}

func (s *soaker) remove() {
	s.anonymous().delete("/_mock/namespace").is(http.StatusNoContent)
	s.passed = 0
	s.loginAgain()
	s.restart()
}

// hasRule expects a rule in the header.
func (r testResponse) hasRule(want rule.ID) {
	r.Helper()
	if got := r.header.Get("X-Patmock-Rule"); got != string(want) {
		r.Errorf("rule = %q, want %q: %s", got, want, r.text)
	}
}
