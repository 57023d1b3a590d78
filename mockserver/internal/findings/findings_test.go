package findings_test

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/findings"
)

// request returns a request of jane.doe with findings of the given kinds.
func request(namespace string, kinds ...string) findings.Request {
	r := findings.Request{
		Namespace: namespace, ClientID: "cafe", Owner: "jane.doe", UserAgent: "client/1",
		Example: &control.FindingExample{Namespace: namespace, Path: "/v3"},
	}
	for _, kind := range kinds {
		r.Findings = append(r.Findings, control.Finding{Kind: kind, Detail: "a detail"})
	}
	return r
}

func counts(f control.Findings) map[string]int {
	n := map[string]int{}
	for _, k := range f.Kinds {
		n[k.Kind] = k.Count
	}
	return n
}

func TestStore_Counts(t *testing.T) {
	s := findings.New(1 << 20)
	s.Add(request("a"))
	s.Add(request("a", control.NoWait, control.UnknownProperty, control.UnknownProperty))
	allowed := request("b", control.NoWait)
	allowed.Findings[0].Allowed = true
	s.Add(allowed)
	other := request("b")
	other.ClientID, other.Owner, other.UserAgent = "", "", "client/2"
	s.Add(other)
	rejected := request("b")
	rejected.SkipReason = "rate-limit"
	s.Add(rejected)
	rejected = request("b", control.NoWait)
	rejected.SkipReason = "rate-limit" // judged because of its finding
	s.Add(rejected)
	s.Skip("b", control.NotJudgedControl)
	s.Skip("never judged", control.NotJudgedControl)

	example := func(namespace, kind string) control.FindingExample {
		return control.FindingExample{
			Finding: control.Finding{Kind: kind, Detail: "a detail"}, Namespace: namespace,
			Path: "/v3",
		}
	}
	jane := control.FindingClient{ClientID: "cafe", Owner: "jane.doe", UserAgent: "client/1"}
	client := func(requests int) control.FindingClient {
		c := jane
		c.Requests = requests
		return c
	}
	want := control.Findings{
		AllowedKinds: []string{},
		Judged:       5, NotJudged: map[string]int{"rate-limit": 1, control.NotJudgedControl: 2},
		Namespaces: 2, ClientCount: 2,
		Clients: []control.FindingClient{client(4), {UserAgent: "client/2", Requests: 1}},
		Kinds: []control.KindFindings{
			{
				Kind: control.NoWait, Count: 2, Allowed: 1, Examples: []control.FindingExample{
					example("a", control.NoWait), example("b", control.NoWait),
				},
			},
			{
				Kind: control.UnknownProperty, Count: 2, Examples: []control.FindingExample{
					example("a", control.UnknownProperty), example("a", control.UnknownProperty),
				},
			},
		},
	}
	if diff := cmp.Diff(want, s.All()); diff != "" {
		t.Errorf("all (-want +got):\n%s", diff)
	}
	want = control.Findings{
		AllowedKinds: []string{},
		Judged:       3, NotJudged: map[string]int{"rate-limit": 1, control.NotJudgedControl: 1},
		Namespaces: 1, ClientCount: 2,
		Clients: []control.FindingClient{client(2), {UserAgent: "client/2", Requests: 1}},
		Kinds: []control.KindFindings{
			{
				Kind: control.NoWait, Count: 1, Allowed: 1, Examples: []control.FindingExample{
					example("b", control.NoWait),
				},
			},
		},
	}
	if diff := cmp.Diff(want, s.ForNamespace("b")); diff != "" {
		t.Errorf("of one namespace (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, s.Clear("b")); diff != "" {
		t.Errorf("cleared (-want +got):\n%s", diff)
	}
	nothing := control.Findings{
		NotJudged: map[string]int{}, Clients: []control.FindingClient{},
		Kinds: []control.KindFindings{}, AllowedKinds: []string{},
	}
	if diff := cmp.Diff(nothing, s.ForNamespace("b")); diff != "" || s.Has("b") || !s.Has("a") {
		t.Errorf("after a clear (-want +got):\n%s", diff)
	}
	if got := s.ClearAll(); got.Judged != 2 {
		t.Errorf("cleared %d requests, want 2", got.Judged)
	}
	if diff := cmp.Diff(nothing, s.All()); diff != "" || s.Has("a") {
		t.Errorf("after a clear of all (-want +got):\n%s", diff)
	}
}

// The memory of the store stays within its limit after 100,000 requests to as many namespaces, and
// no finding is lost.
func TestStore_Bound(t *testing.T) {
	const limit, requests = 256 << 10, 100_000
	s := findings.New(limit)
	kinds := control.FindingKinds()
	r := request("", "")
	r.Example.Path = strings.Repeat("x", 2<<10)
	before := heap()
	for i := range requests {
		r.Namespace, r.ClientID = fmt.Sprint("n", i), fmt.Sprint("c", i)
		// the last kinds arrive when memory is short
		r.Findings[0].Kind = kinds[len(kinds)*i/requests]
		s.Add(r)
	}
	if took := int(heap()) - int(before); took > 2*limit {
		t.Errorf("store takes %d bytes, want at most %d", took, limit)
	}
	all := s.All()
	total := 0
	for _, k := range all.Kinds {
		total += k.Count
		if len(k.Examples) == 0 {
			t.Errorf("missing example of %s", k.Kind)
		}
	}
	if total != requests || all.Judged != requests || len(all.Kinds) != len(kinds) {
		t.Errorf("%d findings of %d kinds in %d requests, want %d of %d", total, len(all.Kinds),
			all.Judged, requests, len(kinds))
	}
	if got := all.Namespaces; got == 0 || got == requests {
		t.Errorf("got %d namespaces, want as many as the memory allows", got)
	}
	if all.Judged-all.OtherNamespaceRequests != all.Namespaces {
		t.Errorf("%d requests to %d namespaces, and %d to further ones", all.Judged, all.Namespaces,
			all.OtherNamespaceRequests)
	}
	last := s.ForNamespace(fmt.Sprint("n", requests-1))
	if len(last.Kinds) == 0 {
		t.Error("namespace beyond the memory limit has no findings")
	}
	s.ClearAll()
	s.Add(request("late", control.NoWait))
	if !s.Has("late") {
		t.Error("cleared requests still take memory")
	}
}

// heap returns the memory in use.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func TestStore_BoundsOfNamespace(t *testing.T) {
	const requests = 1000
	s := findings.New(1 << 20)
	for i := range requests {
		r := request("a", control.NoWait)
		r.ClientID = fmt.Sprint("c", i)
		s.Add(r)
	}
	got := s.ForNamespace("a")
	if n := counts(got)[control.NoWait]; n != requests {
		t.Errorf("got %d findings, want %d", n, requests)
	}
	if n := len(got.Kinds[0].Examples); n != 50 {
		t.Errorf("got %d examples, want 50", n)
	}
	if got.ClientCount != 100 || len(got.Clients) != 100 ||
		got.OtherClientRequests != requests-100 {
		t.Errorf("%d clients and %d requests of others, want 100 and %d", got.ClientCount,
			got.OtherClientRequests, requests-100)
	}
}

// A cleared namespace releases its memory.
func TestStore_ClearedMemory(t *testing.T) {
	s := findings.New(64 << 10)
	for i := range 10_000 {
		name := fmt.Sprint("n", i)
		s.Add(request(name, control.NoWait))
		if !s.Has(name) {
			t.Fatalf("namespace %d was rejected for lack of memory", i)
		}
		s.Clear(name)
	}
}

func TestStore_ClientTexts(t *testing.T) {
	s := findings.New(1 << 20)
	r := request("a")
	r.ClientID, r.UserAgent = "", "client_secret="+strings.Repeat("ab", 32)+"\xff"
	s.Add(r)
	got := s.All().Clients[0].UserAgent
	if strings.Contains(got, strings.Repeat("ab", 32)) ||
		!strings.HasPrefix(got, "client_secret=") {
		t.Errorf("unexpected User-Agent: %q", got)
	}
	r.UserAgent = strings.Repeat("x", 10_000)
	s.Add(r)
	if got := len(s.All().Clients[1].UserAgent); got != 200 {
		t.Errorf("unexpected length of User-Agent: %d bytes", got)
	}
}

func TestStore_Concurrent(t *testing.T) {
	const workers, each = 8, 200
	s := findings.New(64 << 10)
	var all sync.WaitGroup
	for i := range workers {
		all.Go(func() {
			for j := range each {
				s.Add(request(fmt.Sprint("n", i, j%20), control.NoWait))
				s.Skip("n", control.NotJudgedControl)
				s.ForNamespace("n")
				s.Names()
			}
		})
	}
	all.Go(func() {
		for range each {
			s.All()
			s.Clear("n")
		}
	})
	all.Wait()
	if n := counts(s.All())[control.NoWait]; n != workers*each {
		t.Errorf("got %d findings, want %d", n, workers*each)
	}
}

// BenchmarkAdd counts requests without findings, which are the usual ones.
func BenchmarkAdd(b *testing.B) {
	s := findings.New(1 << 20)
	r := request("default")
	b.ReportAllocs()
	for b.Loop() {
		s.Add(r)
	}
}
