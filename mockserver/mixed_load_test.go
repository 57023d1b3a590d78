package mockserver_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// BenchmarkMixed measures sixteen concurrent clients over a socket in the same process. In each
// iteration a client logs in, creates a token, lists tokens with and without a filter, renames the
// token, lists again and deletes it.
func BenchmarkMixed(b *testing.B) {
	const clients = 16
	m := start(b, "default")
	m.skipValidation = true // validation costs more than the request
	before := len(m.as("jane.doe").get(benchPath + "?owner-id=me").list())
	transport := http.DefaultTransport.(*http.Transport)
	idle := transport.MaxIdleConnsPerHost
	transport.MaxIdleConnsPerHost = clients
	defer func() { transport.MaxIdleConnsPerHost = idle }()

	b.ResetTimer()
	cpu := cpuTime(b)
	var sessions atomic.Int64
	all := make([]mixedTimes, clients)
	var working sync.WaitGroup
	for i := range all {
		all[i] = mixedTimes{}
		working.Go(func() {
			for n := sessions.Add(1); n <= int64(b.N) && !b.Failed(); n = sessions.Add(1) {
				all[i].session(m, fmt.Sprintf("session %d", n))
			}
		})
	}
	working.Wait()
	b.ReportMetric(float64((cpuTime(b)-cpu).Microseconds())/float64(b.N), "cpu-us/op")
	for _, operation := range []string{
		"login", "create", "list", "filtered-list", "patch", "delete",
	} {
		var took []time.Duration
		for _, times := range all {
			took = append(took, times[operation]...)
		}
		slices.Sort(took)
		for name, share := range map[string]float64{
			"p50": 0.5, "p99": 0.99, "p99.9": 0.999, "max": 1,
		} {
			percentile := took[int(share*float64(len(took)-1))]
			b.ReportMetric(float64(percentile.Microseconds())/1000, operation+"-"+name+"-ms")
		}
	}
	if after := len(m.as("jane.doe").get(benchPath + "?owner-id=me").list()); after != before {
		b.Errorf("%d tokens before, %d after", before, after)
	}
}

// mixedTimes has the times of the requests by operation.
type mixedTimes map[string][]time.Duration

func (t mixedTimes) session(m *tenant, name string) {
	measure := func(operation string, request func() testResponse, want int) testResponse {
		before := time.Now() //nolint:forbidigo // a stopwatch
		r := request()
		t[operation] = append(t[operation], time.Since(before))
		return r.is(want)
	}
	c := m.anonymous()
	measure("login", func() testResponse {
		login, _ := m.seed.LoginToken("jane.doe")
		r := m.login(login.ID, login.Secret)
		c.authorization = "Bearer " + r.object()["access_token"].(string)
		return r
	}, http.StatusOK)
	own := benchPath + "/" + measure("create", func() testResponse {
		return c.post(benchPath,
			fmt.Sprintf(`{"name":%q,"expirationDate":"2027-06-30T23:59:59Z"}`, name))
	}, http.StatusOK).object()["id"].(string)
	list := benchPath + "?owner-id=me"
	for range 2 {
		measure("list", func() testResponse { return c.get(list) }, http.StatusOK)
		measure("filtered-list",
			func() testResponse {
				return c.get(list + "&filters=" + url.QueryEscape("lastUsed isnull"))
			}, http.StatusOK)
		measure("patch", func() testResponse {
			name += ", renamed"
			return c.patch(own, fmt.Sprintf(`[{"op":"replace","path":"/name","value":%q}]`, name))
		}, http.StatusOK)
	}
	measure("delete", func() testResponse { return c.delete(own) }, http.StatusNoContent)
}
