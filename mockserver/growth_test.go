package mockserver_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/patmock/fixtures"
	"example.com/patmock/internal/sample"
	"example.com/patmock/mockserver"
)

// Maximum sizes of an error response and of a log line, in bytes, and of lists.
const (
	maxResponse = 16 << 10
	maxLine     = 2 << 10
	maxListed   = 20
)

// grower sends requests of any size to a mock without a socket.
type grower struct {
	mock       *mockserver.Server
	log        *bytes.Buffer
	id, secret string
}

func newGrower(t testing.TB) *grower {
	t.Helper()
	seed, err := fixtures.Load("default")
	if err != nil {
		t.Fatal(err)
	}
	login, err := seed.LoginToken("admin")
	if err != nil {
		t.Fatal(err)
	}
	g := &grower{log: &bytes.Buffer{}, id: login.ID, secret: login.Secret}
	g.mock, err = mockserver.New(mockserver.Config{
		Tenant: seed, Log: slog.New(slog.NewTextHandler(g.log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := g.mock.Close(); err != nil {
			t.Error(err)
		}
	})
	return g
}

// bearer returns an access token for a namespace.
func (g *grower) bearer(t testing.TB, namespace string) string {
	t.Helper()
	form := "grant_type=client_credentials&client_id=" + g.id + "&client_secret=" + g.secret
	r := httptest.NewRequest(http.MethodPost, namespace+"/oauth/token", strings.NewReader(form))
	r.Header.Set("Content-Type", formType)
	var response struct {
		Token string `json:"access_token"`
	}
	if err := json.Unmarshal(g.send(r).Body.Bytes(), &response); err != nil {
		t.Fatal(err)
	}
	return "Bearer " + response.Token
}

func (g *grower) send(r *http.Request) *httptest.ResponseRecorder {
	rw := httptest.NewRecorder()
	g.mock.ServeHTTP(rw, r)
	return rw
}

// request returns the request of a case.
func (c growthCase) request(namespace, bearer string, n int) *http.Request {
	path, body := namespace+c.path, ""
	if c.name == "unmatched/a long path" {
		path += strings.Repeat("/nothing", n)
	}
	if c.query != nil {
		path += "?" + c.query(n)
	}
	if c.body != nil {
		body = c.body(n)
	}
	r := httptest.NewRequest(c.method, namespace+c.path, strings.NewReader(body))
	r.Host = "127.0.0.1"
	// set here because httptest would parse it
	r.URL.Path, r.URL.RawQuery, _ = strings.Cut(path, "?")
	if c.contentType != "" {
		r.Header.Set("Content-Type", c.contentType)
	}
	if bearer != "" {
		r.Header.Set("Authorization", bearer)
	}
	if c.authorization != nil {
		r.Header.Set("Authorization", c.authorization(n))
	}
	return r
}

// cost is the cost of a request.
type cost struct {
	bytes, allocs uint64
	time          time.Duration
	response      *httptest.ResponseRecorder
}

// measure sends the request of a case and returns its cost.
func (g *grower) measure(c growthCase, namespace, bearer string, n int) cost {
	r := c.request(namespace, bearer, n)
	g.log.Reset()
	g.log.Grow(64 << 10)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now() //nolint:forbidigo // the time is measured
	response := g.send(r)
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	return cost{
		after.TotalAlloc - before.TotalAlloc, after.Mallocs - before.Mallocs, took, response,
	}
}

// compare adds up the costs of several sizes and of their doubles. Buffers grow in steps, at other
// sizes each time.
func (g *grower) compare(c growthCase, namespace, bearer string) (small, large cost) {
	g.measure(c, namespace, bearer, 4*c.n) // grows the pooled buffers to their final size
	for _, factor := range growthFactors {
		n := c.n * factor / 100
		for _, sum := range []struct {
			cost *cost
			n    int
		}{{&small, n}, {&large, 2 * n}} {
			measured := g.measure(c, namespace, bearer, sum.n)
			sum.cost.bytes += measured.bytes
			sum.cost.allocs += measured.allocs
			sum.cost.time += measured.time
			sum.cost.response = measured.response
		}
	}
	return small, large
}

// onceBytes is the constant part of the memory of a large request: one copy of a body beyond its
// first buffer, and the copy of its beginning in the journal.
const onceBytes = 64 << 10

// ratio returns the ratio of the costs without the constant part.
func ratio(small, large, once uint64) float64 {
	return float64(large-min(large, once)) / float64(small)
}

// ratios returns the ratios of bytes and of allocations.
func (g *grower) ratios(c growthCase, namespace, bearer string) (bytes, allocs float64, small,
	large cost,
) {
	small, large = g.compare(c, namespace, bearer)
	return ratio(small.bytes, large.bytes, uint64(len(growthFactors))*onceBytes),
		ratio(small.allocs, large.allocs, 0), small, large
}

// growthFactors are the measured sizes in percent. They cover an octave.
var growthFactors = []int{100, 119, 141, 168}

// Input of twice the size costs at most 2.2 times the memory, and errors do not grow.
func TestGrowth(t *testing.T) {
	if raceDetector() {
		t.Skip("the race detector allocates, too: run without -race")
	}
	g := newGrower(t)
	for i, c := range sample.Of(t, 25, growthCases()) {
		t.Run(c.name, func(t *testing.T) {
			namespace := fmt.Sprintf("/t/grow-%d", i)
			bearer := g.bearer(t, namespace)
			bytes, allocs, small, large := g.ratios(c, namespace, bearer)
			if max(bytes, allocs) > 2.2 { // a collection empties the pools
				again, allocsAgain, _, _ := g.ratios(c, namespace, bearer)
				bytes, allocs = min(bytes, again), min(allocs, allocsAgain)
			}
			t.Logf("status %d; %d bytes, %d allocations, %s; twice: %.2f of the bytes, %.2f of "+
				"the allocations, %s",
				large.response.Code, small.bytes, small.allocs, small.time, bytes, allocs,
				large.time)
			if max(bytes, allocs) > 2.2 {
				t.Errorf("twice as much costs %.2f times the bytes and %.2f times the allocations,"+
					" want at most 2.2", bytes, allocs)
			}
			if large.response.Code >= 400 {
				checkErrorSize(t, large.response)
			}
			for line := range strings.Lines(g.log.String()) {
				if len(line) > maxLine {
					t.Errorf("a line of the log has %d bytes, want at most %d: %.200s", len(line),
						maxLine, line)
				}
			}
			g.checkJournal(t, namespace, large.response)
		})
	}
}

func checkErrorSize(t *testing.T, response *httptest.ResponseRecorder) {
	t.Helper()
	if n := response.Body.Len(); n > maxResponse {
		t.Errorf("the error has %d bytes, want at most %d", n, maxResponse)
	}
	var dto struct{ Causes, Errors []any }
	_ = json.Unmarshal(response.Body.Bytes(), &dto) // other formats have neither
	if n := max(len(dto.Causes), len(dto.Errors)); n > maxListed+1 {
		t.Errorf("%d violations are reported, want at most %d and the number of the others", n,
			maxListed)
	}
}

// checkJournal checks the size of the journal entry of a request, if the namespace has one.
func (g *grower) checkJournal(t *testing.T, namespace string, response *httptest.ResponseRecorder) {
	t.Helper()
	got := g.send(httptest.NewRequest(http.MethodGet,
		namespace+"/_mock/requests/"+response.Header().Get("SLPT-Request-ID"), nil))
	if got.Code != http.StatusOK {
		return // the journal has no requests to the control API
	}
	var entry struct {
		Path, Query string
		Why, Notes  []string
		Findings    []struct{ Kind, Detail string }
	}
	if err := json.Unmarshal(got.Body.Bytes(), &entry); err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	texts := slices.Concat(entry.Why, entry.Notes, []string{entry.Path, entry.Query})
	for _, f := range entry.Findings {
		kinds[f.Kind]++
		texts = append(texts, f.Detail)
	}
	for _, n := range append([]int{len(entry.Why), len(entry.Notes)},
		slices.Collect(valuesOf(kinds))...) {
		if n > maxListed+1 {
			t.Errorf("the journal has %d texts of a kind, want at most %d and the number of the "+
				"others", n, maxListed)
		}
	}
	for _, text := range texts {
		if len(text) > maxLine+len("...") {
			t.Errorf("a text in the journal has %d bytes, want at most %d: %.200s", len(text),
				maxLine, text)
		}
	}
}

func valuesOf(m map[string]int) func(func(int) bool) {
	return func(yield func(int) bool) {
		for _, n := range m {
			if !yield(n) {
				return
			}
		}
	}
}

// BenchmarkGrowth reports the ratio of the times of twice the size and of the size.
func BenchmarkGrowth(b *testing.B) {
	g := newGrower(b)
	for i, c := range growthCases() {
		b.Run(c.name, func(b *testing.B) {
			namespace := fmt.Sprintf("/t/grow-%d", i)
			bearer := g.bearer(b, namespace)
			for b.Loop() {
				b.ReportMetric(g.timeRatio(b, c, namespace, bearer), "x-half")
			}
		})
	}
}

// timeRatio returns the ratio of the shortest time of size 2n to that of size n. It measures them
// in turns, for some milliseconds each. Disturbances only lengthen a run, so the shortest of at
// least five runs counts. It takes more runs if the ratio is not near two.
func (g *grower) timeRatio(b *testing.B, c growthCase, namespace, bearer string) float64 {
	b.Helper()
	const (
		least   = 20 * time.Millisecond
		runs    = 5
		maxRuns = 50
		near    = 2.2
	)
	requests := 1
	for g.repeat(b, c, namespace, bearer, c.n, requests) < least {
		requests *= 2
	}
	small, large := time.Duration(math.MaxInt64), time.Duration(math.MaxInt64)
	for run := 1; ; run++ {
		small = min(small, g.repeat(b, c, namespace, bearer, c.n, requests))
		large = min(large, g.repeat(b, c, namespace, bearer, 2*c.n, requests))
		ratio := float64(large) / float64(small)
		if run == maxRuns || run >= runs && ratio <= near {
			return ratio
		}
	}
}

// repeat returns the time of several requests without garbage collections, which start at any time.
// TestGrowth limits the garbage.
func (g *grower) repeat(b *testing.B, c growthCase, namespace, bearer string, n,
	requests int,
) time.Duration {
	b.Helper()
	all := make([]*http.Request, requests)
	for i := range all {
		all[i] = c.request(namespace, bearer, n)
	}
	g.log.Reset()
	runtime.GC()
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	start := cpuTime(b)
	for _, r := range all {
		g.send(r)
	}
	return cpuTime(b) - start
}

// raceDetector reports whether the race detector is on, because it allocates as well.
func raceDetector() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}

// Work on a request stops when its client disconnects, and nothing is stored.
func TestCanceledRequest_StopsWork(t *testing.T) {
	g := newGrower(t)
	bearer := g.bearer(t, "")
	for _, c := range growthCases() {
		if c.name != "create/scope all wrong" && c.name != "put state/tokens valid" &&
			c.name != "verify/expectations half wrong" {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			defer func() {
				//nolint:errorlint // compared as in net/http
				if cause := recover(); cause != http.ErrAbortHandler {
					t.Errorf("the request ended with %v", cause)
				}
			}()
			g.log.Reset()
			response := g.send(c.request("", bearer, c.n).WithContext(ctx))
			t.Errorf("status %d: %.200s", response.Code, response.Body)
		})
	}
	state := g.send((growthCase{method: http.MethodGet, path: "/_mock/state"}).request("", "", 0))
	if strings.Contains(state.Body.String(), `"t1"`) {
		t.Error("a state was restored for a client that has gone")
	}
	if g.log.Len() > 0 {
		t.Errorf("the log says %s", g.log)
	}
}

// Only tenants may be large. Other decoded values take far more memory than their text.
func TestControl_BoundsBodies(t *testing.T) {
	g := newGrower(t)
	for _, test := range []struct {
		name, method, path, body string
		want                     int
	}{
		{
			"expectations", http.MethodPost, "/_mock/verify",
			`{"expect":[` + items(`{"match":{}}`)(100_000) + `]}`, http.StatusRequestEntityTooLarge,
		},
		{
			"a tenant", http.MethodPut, "/_mock/namespace",
			`{"tenant":{"identities":[` +
				items(`{"name":"user %[1]d","userLevels":["ORG_ADMIN"]}`)(40_000) +
				`],"tokens":[]}}`, http.StatusOK,
		},
		{
			"a tenant of something else", http.MethodPut, "/_mock/namespace",
			`{"tenant":[` + items(`{}`)(700_000) + `]}`, http.StatusBadRequest,
		},
		{
			"no object", http.MethodPut, "/_mock/namespace", `[` + items(`{}`)(700_000) + `]`,
			http.StatusBadRequest,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := growthCase{
				method: test.method, path: test.path, contentType: jsonType,
				body: func(int) string { return test.body },
			}
			got := g.measure(c, "/t/bounded", "", 0)
			if got.response.Code != test.want {
				t.Errorf("status %d, want %d: %.300s", got.response.Code, test.want,
					got.response.Body)
			}
			if got.response.Code >= 400 {
				checkErrorSize(t, got.response)
			}
			if limit := 10 * len(test.body); test.want >= 400 && got.bytes > uint64(limit) {
				t.Errorf("%d bytes were allocated, want at most %d", got.bytes, limit)
			}
		})
	}
}
