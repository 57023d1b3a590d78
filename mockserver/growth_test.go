package mockserver_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
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

const (
	maxResponse = 16 << 10 // bytes in an error response
	maxLine     = 2 << 10  // bytes in a log line
	maxListed   = 20       // entries of a list, not counting a summary of the omitted ones
)

// growthHarness calls a mock's handler directly with requests of any size.
type growthHarness struct {
	mock       *mockserver.Server
	log        *bytes.Buffer
	id, secret string
}

func newGrowthHarness(t testing.TB) *growthHarness {
	t.Helper()
	seed, err := fixtures.Load("default")
	if err != nil {
		t.Fatal(err)
	}
	login, err := seed.LoginToken("admin")
	if err != nil {
		t.Fatal(err)
	}
	g := &growthHarness{log: &bytes.Buffer{}, id: login.ID, secret: login.Secret}
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

// bearer returns the Authorization header for a new access token of a namespace.
func (g *growthHarness) bearer(t testing.TB, namespace string) string {
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

func (g *growthHarness) send(r *http.Request) *httptest.ResponseRecorder {
	rw := httptest.NewRecorder()
	g.mock.ServeHTTP(rw, r)
	return rw
}

// A cost is the bytes, allocations and time of one request or of several.
type cost struct {
	bytes, allocs uint64
	time          time.Duration
	response      *httptest.ResponseRecorder // the last one
}

// measure sends the request for size n and returns its cost.
func (g *growthHarness) measure(c growthCase, namespace, bearer string, n int) cost {
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
		bytes:    after.TotalAlloc - before.TotalAlloc,
		allocs:   after.Mallocs - before.Mallocs,
		time:     took,
		response: response,
	}
}

// compare returns the total cost at several sizes and at twice those sizes. Several sizes average
// out the steps in which buffers grow.
func (g *growthHarness) compare(c growthCase, namespace, bearer string) (small, large cost) {
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

// onceBytes allows for memory that does not grow with a large request: one copy of a body beyond
// its first buffer, and the copy of its beginning in the journal.
const onceBytes = 64 << 10

// ratio returns (large-once)/small. The numerator is at least zero.
func ratio(small, large, once uint64) float64 {
	return float64(large-min(large, once)) / float64(small)
}

// ratios returns by which factor bytes and allocations grow if the input doubles. small is the
// total cost at the sizes, and large the total cost at twice the sizes.
func (g *growthHarness) ratios(
	c growthCase, namespace, bearer string,
) (byteRatio, allocRatio float64, small, large cost) {
	small, large = g.compare(c, namespace, bearer)
	return ratio(small.bytes, large.bytes, uint64(len(growthFactors))*onceBytes),
		ratio(small.allocs, large.allocs, 0), small, large
}

// growthFactors are the measured sizes in percent of a case's size. They are spread over one
// doubling.
var growthFactors = []int{100, 119, 141, 168}

// Doubling the input at most multiplies memory by 2.2, and error responses stay bounded.
func TestGrowth(t *testing.T) {
	if raceEnabled() {
		t.Skip("the race detector distorts allocation counts; run without -race")
	}
	g := newGrowthHarness(t)
	for i, c := range sample.Of(t, 25, growthCases()) {
		t.Run(c.name, func(t *testing.T) {
			namespace := fmt.Sprintf("/t/grow-%d", i)
			bearer := g.bearer(t, namespace)
			byteRatio, allocRatio, small, large := g.ratios(c, namespace, bearer)
			if max(byteRatio, allocRatio) > 2.2 {
				// Retry: a garbage collection may have emptied the pools.
				bytesAgain, allocsAgain, _, _ := g.ratios(c, namespace, bearer)
				byteRatio = min(byteRatio, bytesAgain)
				allocRatio = min(allocRatio, allocsAgain)
			}
			t.Logf("status %d; %d bytes, %d allocations, %s; "+
				"at twice the size: %.2fx bytes, %.2fx allocations, %s",
				large.response.Code, small.bytes, small.allocs, small.time,
				byteRatio, allocRatio, large.time)
			if max(byteRatio, allocRatio) > 2.2 {
				t.Errorf("doubling the input took %.2f times the bytes and %.2f times the "+
					"allocations, want at most 2.2", byteRatio, allocRatio)
			}
			if large.response.Code >= 400 {
				checkErrorSize(t, large.response)
			}
			for line := range strings.Lines(g.log.String()) {
				if len(line) > maxLine {
					t.Errorf("log line has %d bytes, want at most %d: %.200s", len(line), maxLine,
						line)
				}
			}
			g.checkJournal(t, namespace, large.response)
		})
	}
}

func checkErrorSize(t *testing.T, response *httptest.ResponseRecorder) {
	t.Helper()
	if n := response.Body.Len(); n > maxResponse {
		t.Errorf("error response has %d bytes, want at most %d", n, maxResponse)
	}
	var body struct{ Causes, Errors []any }
	_ = json.Unmarshal(response.Body.Bytes(), &body) // other formats have neither
	if n := max(len(body.Causes), len(body.Errors)); n > maxListed+1 {
		t.Errorf("response lists %d violations, want at most %d plus a summary", n, maxListed)
	}
}

// checkJournal checks the size of the journal entry of a request, if there is one.
func (g *growthHarness) checkJournal(
	t *testing.T, namespace string, response *httptest.ResponseRecorder,
) {
	t.Helper()
	got := g.send(httptest.NewRequest(http.MethodGet,
		namespace+"/_mock/requests/"+response.Header().Get("SLPT-Request-ID"), nil))
	if got.Code != http.StatusOK {
		return // control API requests are not recorded
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
	counts := []int{len(entry.Why), len(entry.Notes)}
	for _, n := range slices.AppendSeq(counts, maps.Values(kinds)) {
		if n > maxListed+1 {
			t.Errorf("journal entry has %d texts of one kind, want at most %d plus a summary", n,
				maxListed)
		}
	}
	for _, text := range texts {
		if len(text) > maxLine+len("...") {
			t.Errorf("journal entry has a text of %d bytes, want at most %d: %.200s", len(text),
				maxLine, text)
		}
	}
}

// BenchmarkGrowth reports how much longer a request of twice the size takes.
func BenchmarkGrowth(b *testing.B) {
	g := newGrowthHarness(b)
	for i, c := range growthCases() {
		b.Run(c.name, func(b *testing.B) {
			namespace := fmt.Sprintf("/t/grow-%d", i)
			bearer := g.bearer(b, namespace)
			for b.Loop() {
				b.ReportMetric(g.timeRatio(b, c, namespace, bearer), "time-ratio")
			}
		})
	}
}

// timeRatio returns how many times longer requests of size 2n take than those of size n. It
// alternates between the sizes and keeps the shortest of at least five runs each, as noise only
// adds time. It repeats while the ratio exceeds 2.2, up to 50 runs.
func (g *growthHarness) timeRatio(b *testing.B, c growthCase, namespace, bearer string) float64 {
	b.Helper()
	const (
		minTime  = 20 * time.Millisecond
		minRuns  = 5
		maxRuns  = 50
		maxRatio = 2.2
	)
	requests := 1
	for g.repeat(b, c, namespace, bearer, c.n, requests) < minTime {
		requests *= 2
	}
	small, large := time.Duration(math.MaxInt64), time.Duration(math.MaxInt64)
	for run := 1; ; run++ {
		small = min(small, g.repeat(b, c, namespace, bearer, c.n, requests))
		large = min(large, g.repeat(b, c, namespace, bearer, 2*c.n, requests))
		ratio := float64(large) / float64(small)
		if run == maxRuns || run >= minRuns && ratio <= maxRatio {
			return ratio
		}
	}
}

// repeat returns the CPU time of several requests with garbage collection off, because a collection
// could start in any of them. TestGrowth limits the garbage.
func (g *growthHarness) repeat(
	b *testing.B, c growthCase, namespace, bearer string, n, requests int,
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

// raceEnabled reports whether the race detector is on.
func raceEnabled() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}

// A request that is canceled before it is sent aborts the handler, and nothing is stored.
func TestCanceledRequest_StopsWork(t *testing.T) {
	g := newGrowthHarness(t)
	bearer := g.bearer(t, "")
	for _, c := range growthCases() {
		if c.name != "create/all scopes invalid" && c.name != "put state/valid tokens" &&
			c.name != "verify/half the expectations invalid" {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			defer func() {
				//nolint:errorlint // compared as in net/http
				if cause := recover(); cause != http.ErrAbortHandler {
					t.Errorf("recovered %v, want http.ErrAbortHandler", cause)
				}
			}()
			g.log.Reset()
			response := g.send(c.request("", bearer, c.n).WithContext(ctx))
			t.Errorf("handler returned status %d, want a panic: %.200s", response.Code,
				response.Body)
		})
	}
	state := g.send((growthCase{method: http.MethodGet, path: "/_mock/state"}).request("", "", 0))
	if strings.Contains(state.Body.String(), `"t1"`) {
		t.Error("state was stored for a canceled request")
	}
	if g.log.Len() > 0 {
		t.Errorf("unexpected log: %s", g.log)
	}
}

// Only tenants may have large bodies, because other decoded values take far more memory than their
// text.
func TestControl_BoundsBodies(t *testing.T) {
	g := newGrowthHarness(t)
	for _, test := range []struct {
		name, method, path, body string
		want                     int
	}{
		{
			"expectations", http.MethodPost, "/_mock/verify",
			`{"expect":[` + items(`{"match":{}}`)(100_000) + `]}`, http.StatusRequestEntityTooLarge,
		},
		{
			"valid tenant", http.MethodPut, "/_mock/namespace",
			`{"tenant":{"identities":[` +
				items(`{"name":"user %[1]d","userLevels":["ORG_ADMIN"]}`)(40_000) +
				`],"tokens":[]}}`, http.StatusOK,
		},
		{
			"tenant is an array", http.MethodPut, "/_mock/namespace",
			`{"tenant":[` + items(`{}`)(700_000) + `]}`, http.StatusBadRequest,
		},
		{
			"body is an array", http.MethodPut, "/_mock/namespace",
			`[` + items(`{}`)(700_000) + `]`, http.StatusBadRequest,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := growthCase{
				method: test.method, path: test.path, contentType: jsonType,
				body: func(int) string { return test.body },
			}
			got := g.measure(c, "/t/bounded", "", 0)
			if got.response.Code != test.want {
				t.Errorf("status = %d, want %d: %.300s", got.response.Code, test.want,
					got.response.Body)
			}
			if got.response.Code >= 400 {
				checkErrorSize(t, got.response)
			}
			if limit := 10 * len(test.body); test.want >= 400 && got.bytes > uint64(limit) {
				t.Errorf("allocated %d bytes, want at most %d", got.bytes, limit)
			}
		})
	}
}
