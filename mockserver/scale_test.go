package mockserver_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"example.com/patmock/fixtures"
	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/control"
)

// A scaleFamily has operations whose cost must not depend on the number of stored objects.
type scaleFamily struct {
	name       string
	sizes      [4]int
	fill       func(tb testing.TB, n int) *scaleWorld
	operations []scaleOperation
}

type scaleOperation struct {
	name string
	run  func(w *scaleWorld)
}

var scaleFamilies = []scaleFamily{
	{"users, each with a token", [4]int{10, 1_000, 10_000, 100_000}, worldOfUsers, []scaleOperation{
		{"login", func(w *scaleWorld) { w.login(w.user(w.calls), http.StatusOK) }},
		{"login with a wrong secret", (*scaleWorld).loginWithWrongSecret},
		{"login with an unknown id", func(w *scaleWorld) {
			w.login(unknownUser(w.calls), http.StatusUnauthorized)
		}},
		{"list of one's own tokens", (*scaleWorld).list},
		{"list of all that were not used since", (*scaleWorld).listUnused},
		{"create and delete a token", (*scaleWorld).createAndDelete},
		{"add a user", (*scaleWorld).addIdentity},
		{"page of identities", func(w *scaleWorld) {
			w.send("GET", "/v2026/identities?limit=10&offset=5", "")
		}},
		{"one identity", func(w *scaleWorld) {
			w.send("GET", fmt.Sprintf("/v2026/identities/%032x", 3), "")
		}},
	}},
	{"users in a state file", [4]int{10, 100, 1_000, 10_000}, worldInFile, []scaleOperation{
		{"create and delete a token", (*scaleWorld).createAndDelete},
		{"add a user", (*scaleWorld).addIdentity},
	}},
	{"deleted tokens", [4]int{10, 100, 1_000, 10_000}, worldOfDeleted, []scaleOperation{
		{"create and delete a token", (*scaleWorld).createAndDelete},
		{"list of one's own tokens", (*scaleWorld).list},
	}},
	{"namespaces", [4]int{1, 100, 1_000, 10_000}, worldOfNamespaces, []scaleOperation{
		{"list of one's own tokens", (*scaleWorld).list},
		{"create and remove a namespace", (*scaleWorld).createAndRemoveNamespace},
	}},
	{"bearers in use", [4]int{10, 1_000, 10_000, 64_000}, worldOfBearers, []scaleOperation{
		{"list with each in turn", (*scaleWorld).list},
	}},
	{
		"client ids in ten seconds",
		[4]int{10, 1_000, 10_000, 64_000},
		worldOfClients,
		[]scaleOperation{
			{"login of each in turn", func(w *scaleWorld) {
				w.login(unknownUser(w.calls%w.size), http.StatusUnauthorized)
			}},
		},
	},
	{
		"requests in the journal",
		[4]int{10, 1_000, 10_000, 200_000},
		worldOfRequests,
		[]scaleOperation{
			{"list of one's own tokens", (*scaleWorld).list},
			{"latest request", func(w *scaleWorld) { w.latest() }},
			{"latest request of an operation", func(w *scaleWorld) {
				w.send("GET", "/_mock/requests?limit=1&operation=patch", "")
			}},
			{"request by its id", (*scaleWorld).readLatest},
			{
				"list of one's own tokens during a verification",
				(*scaleWorld).listDuringVerification,
			},
		},
	},
	{"fault rules for other users", [4]int{1, 10, 100, 1_000}, worldOfFaults, []scaleOperation{
		{"list of one's own tokens", (*scaleWorld).list},
	}},
}

// BenchmarkScale measures operations by the number of objects that the mock stores.
// mockserver/bench/scale prints tables of the results.
func BenchmarkScale(b *testing.B) {
	for _, family := range scaleFamilies {
		for _, size := range family.sizes {
			b.Run(family.name+"/"+strconv.Itoa(size), func(b *testing.B) {
				w := family.fill(b, size)
				for _, operation := range family.operations {
					b.Run(operation.name, func(b *testing.B) {
						before := cpuTime(b)
						for b.Loop() {
							w.run(b, operation)
						}
						b.ReportMetric(float64((cpuTime(b)-before).Microseconds())/float64(b.N),
							"cpu-us/op")
					})
				}
			})
		}
	}
}

// TestScale runs every operation of BenchmarkScale several times at the smallest size.
func TestScale(t *testing.T) {
	for _, family := range scaleFamilies {
		w := family.fill(t, family.sizes[0])
		for _, operation := range family.operations {
			t.Run(family.name+"/"+operation.name, func(t *testing.T) {
				for range 3 {
					w.run(t, operation)
				}
			})
		}
	}
}

// A scaleWorld is a mock with users. The first user is an administrator and sends the requests.
type scaleWorld struct {
	testing.TB

	mock    *mockserver.Server
	size    int
	bearers []string // used in turn
	// calls counts the operations, so that their names differ.
	calls    int
	latestID string
	verified chan int // receives the status of a verification when it ends; nil before it starts
}

func (w *scaleWorld) run(tb testing.TB, operation scaleOperation) {
	w.TB = tb
	w.calls++
	operation.run(w)
}

func newScaleWorld(tb testing.TB, users int, config mockserver.Config) *scaleWorld {
	tb.Helper()
	tenant := &fixtures.Tenant{
		Source: "scale", ID: fixtures.DefaultTenantID, Name: fixtures.DefaultName,
		Pod: fixtures.DefaultPod,
	}
	w := &scaleWorld{TB: tb, size: users}
	for i := range users {
		user, level := w.user(i), "USER"
		if i == 0 {
			level = "ORG_ADMIN"
		}
		tenant.Identities = append(tenant.Identities, fixtures.Identity{
			ID: fmt.Sprintf("%032x", i), Name: user.Name, UserLevels: []string{level},
		})
		tenant.Tokens = append(tenant.Tokens, fixtures.Token{
			ID: user.ClientID, Secret: user.ClientSecret, Owner: user.Name, Name: "login",
			Scope:                      []string{"sp:scopes:all"},
			AccessTokenValiditySeconds: fixtures.MaxValiditySeconds,
			UserAwareTokenNeverExpires: true,
		})
	}
	// enough for the largest journal
	config.Tenant, config.Log, config.MemoryBudget = tenant, slog.New(slog.DiscardHandler), 4<<30
	mock, err := mockserver.New(config)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = mock.Close() })
	w.mock = mock
	w.bearers = []string{w.login(w.user(0), http.StatusOK)}
	return w
}

func worldOfUsers(tb testing.TB, n int) *scaleWorld {
	return newScaleWorld(tb, n, mockserver.Config{})
}

func worldInFile(tb testing.TB, n int) *scaleWorld {
	w := newScaleWorld(tb, n, mockserver.Config{StateFile: filepath.Join(tb.TempDir(), "state")})
	w.addIdentity() // the first write stores the complete tenant
	return w
}

func worldOfDeleted(tb testing.TB, n int) *scaleWorld {
	w := newScaleWorld(tb, 10, mockserver.Config{})
	for w.calls = range n {
		w.createAndDelete()
	}
	return w
}

func worldOfNamespaces(tb testing.TB, n int) *scaleWorld {
	w := newScaleWorld(tb, 10, mockserver.Config{MaxNamespaces: n + 1})
	for i := 1; i < n; i++ {
		w.send("PUT", fmt.Sprintf("/t/n-%d/_mock/namespace", i), "{}")
	}
	return w
}

func worldOfBearers(tb testing.TB, n int) *scaleWorld {
	w := newScaleWorld(tb, min(n, 1000), mockserver.Config{})
	for i := 1; i < n; i++ {
		w.bearers = append(w.bearers, w.login(w.user(i), http.StatusOK))
	}
	return w
}

func worldOfClients(tb testing.TB, n int) *scaleWorld {
	w := newScaleWorld(tb, 10, mockserver.Config{})
	w.size = n
	for i := range n {
		w.login(unknownUser(i), http.StatusUnauthorized)
	}
	return w
}

func worldOfRequests(tb testing.TB, n int) *scaleWorld {
	w := newScaleWorld(tb, 10, mockserver.Config{JournalSize: n})
	for i := range n {
		w.login(unknownUser(i), http.StatusUnauthorized)
	}
	if journal := w.latest(); journal.Stored != n {
		tb.Fatalf("journal has %d requests, want %d", journal.Stored, n)
	}
	return w
}

func worldOfFaults(tb testing.TB, n int) *scaleWorld {
	w := newScaleWorld(tb, 10, mockserver.Config{})
	for i := range n {
		w.send("POST", "/_mock/faults", fmt.Sprintf(`{"owner":"other %d","status":503}`, i))
	}
	return w
}

// user returns the user with a number modulo the number of users.
func (w *scaleWorld) user(i int) control.User {
	i %= w.size
	return control.User{
		Name: fmt.Sprintf("user %06d", i), ClientID: fmt.Sprintf("%032x", i+1<<40),
		ClientSecret: fmt.Sprintf("%064x", i),
	}
}

func unknownUser(i int) control.User {
	return control.User{ClientID: fmt.Sprintf("%032x", i+1<<50), ClientSecret: "wrong"}
}

func (w *scaleWorld) login(user control.User, want int) (bearer string) {
	form := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {user.ClientID}, "client_secret": {
			user.ClientSecret,
		},
	}
	var issued struct {
		AccessToken string `json:"access_token"`
	}
	w.decode(w.request("POST", "/oauth/token", formType, form.Encode(), want), &issued)
	return "Bearer " + issued.AccessToken
}

func (w *scaleWorld) loginWithWrongSecret() {
	user := w.user(w.calls)
	user.ClientSecret = "wrong"
	w.login(user, http.StatusUnauthorized)
}

func (w *scaleWorld) list() { w.send("GET", benchPath+"?owner-id=me", "") }

// listUnused lists the tokens last used before 2000. No token matches.
func (w *scaleWorld) listUnused() {
	w.send("GET", benchPath+"?filters="+url.QueryEscape("lastUsed le 2000-01-01T00:00:00.000Z"), "")
}

func (w *scaleWorld) createAndDelete() {
	var created struct{ ID string }
	w.decode(w.send("POST", benchPath,
		fmt.Sprintf(`{"name":"token %d","userAwareTokenNeverExpires":true}`, w.calls)), &created)
	w.send("DELETE", benchPath+"/"+created.ID, "")
}

func (w *scaleWorld) addIdentity() {
	w.send("POST", "/_mock/identities", fmt.Sprintf(`{"name":"new %d"}`, w.calls))
}

func (w *scaleWorld) createAndRemoveNamespace() {
	w.send("PUT", "/t/another/_mock/namespace", "{}")
	w.send("DELETE", "/t/another/_mock/namespace", "")
}

func (w *scaleWorld) latest() (journal control.Journal) {
	w.decode(w.send("GET", "/_mock/requests?limit=1", ""), &journal)
	return journal
}

func (w *scaleWorld) readLatest() {
	if w.latestID == "" {
		w.latestID = w.latest().Requests[0].ID
	}
	w.send("GET", "/_mock/requests/"+w.latestID, "")
}

// listDuringVerification lists during a verification that waits for a request.
func (w *scaleWorld) listDuringVerification() {
	if w.verified == nil {
		w.verified = make(chan int, 1)
		r := w.newRequest("POST", "/_mock/verify", jsonType,
			`{"expect":[{"match":{"operation":"patch"},"atLeast":1}],"timeout":"60s"}`)
		go func() {
			got := &scaleResponse{}
			w.mock.ServeHTTP(got, r)
			w.verified <- got.status
		}()
	}
	select {
	case status := <-w.verified:
		w.Fatalf("verification ended with status %d before it should", status)
	default:
		w.list()
	}
}

// send sends a request that must succeed.
func (w *scaleWorld) send(method, path, body string) []byte {
	return w.request(method, path, jsonType, body, 0)
}

// request sends a request, expects a status, or any success for 0, and returns the body of the
// response.
func (w *scaleWorld) request(method, path, contentType, body string, want int) []byte {
	w.Helper()
	got := &scaleResponse{}
	w.mock.ServeHTTP(got, w.newRequest(method, path, contentType, body))
	if success := got.status < http.StatusBadRequest; got.status != want &&
		(want != 0 || !success) {
		w.Fatalf("%s %s: status %d: %s", method, path, got.status, got.body.String())
	}
	return got.body.Bytes()
}

func (w *scaleWorld) newRequest(method, path, contentType, body string) *http.Request {
	r, err := http.NewRequest(method, "http://127.0.0.1"+path, strings.NewReader(body))
	if err != nil {
		w.Fatal(err)
	}
	r.Header.Set("Content-Type", contentType)
	if len(w.bearers) > 0 {
		r.Header.Set("Authorization", w.bearers[w.calls%len(w.bearers)])
	}
	return r
}

func (w *scaleWorld) decode(body []byte, into any) {
	w.Helper()
	if err := json.Unmarshal(body, into); err != nil {
		w.Fatalf("%v: %s", err, body)
	}
}

// A scaleResponse is a response writer that costs less than an httptest.ResponseRecorder.
type scaleResponse struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *scaleResponse) Header() http.Header {
	if r.header == nil {
		r.header = http.Header{}
	}
	return r.header
}

func (r *scaleResponse) WriteHeader(status int) { r.status = cmp.Or(r.status, status) }

func (r *scaleResponse) Write(p []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.body.Write(p)
}
