package ratelimit_test

import (
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/internal/ratelimit"
)

var noon = time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)

// result is a result of Take.
type result struct {
	Count int
	Wait  time.Duration
}

// request is a request of a key, at an offset from noon.
type request struct {
	key    string
	offset time.Duration
}

func TestTake(t *testing.T) {
	const window = 10 * time.Second
	tests := []struct {
		name     string
		limit    int
		requests []request
		want     []result
	}{
		{"no limit", 0, []request{{"a", 0}, {"a", 0}, {"a", 0}}, []result{{0, 0}, {0, 0}, {0, 0}}},
		{
			"over the limit", 2,
			[]request{
				{"a", 0}, {"a", time.Second}, {"a", 2 * time.Second}, {"a", 9 * time.Second}, {
					"a", window - 1,
				},
			},
			[]result{{1, 0}, {2, 0}, {3, 8 * time.Second}, {4, time.Second}, {5, 1}},
		},
		{
			"window starts at first request", 1,
			[]request{
				{"a", 7 * time.Second}, {"a", window}, {"a", 17*time.Second - 1}, {
					"a", 17 * time.Second,
				},
			},
			[]result{{1, 0}, {2, 7 * time.Second}, {3, 1}, {1, 0}},
		},
		{
			"after the window", 1,
			[]request{{"a", 0}, {"a", window}, {"a", window + 1}, {"a", time.Hour}},
			[]result{{1, 0}, {1, 0}, {2, window - 1}, {1, 0}},
		},
		{
			"rejected requests do not extend the window", 1,
			[]request{{"a", 0}, {"a", window - 1}, {"a", window}},
			[]result{{1, 0}, {2, 1}, {1, 0}},
		},
		{
			"several keys", 1,
			[]request{
				{"a", 0}, {"b", 5 * time.Second}, {"a", 6 * time.Second}, {"b", 6 * time.Second}, {
					"", 6 * time.Second,
				},
			},
			[]result{{1, 0}, {1, 0}, {2, 4 * time.Second}, {2, 9 * time.Second}, {1, 0}},
		},
		{
			"clock moved back", 1,
			[]request{
				{"a", time.Hour}, {"a", time.Hour - 1}, {"a", time.Hour - 1}, {"a", time.Hour},
			},
			[]result{{1, 0}, {1, 0}, {2, window}, {3, window - 1}},
		},
		{"same time", 1, []request{{"a", 0}, {"a", 0}}, []result{{1, 0}, {2, window}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			limit := ratelimit.Limit{Requests: test.limit, Window: window}
			l := ratelimit.New(limit)
			if l.Limit() != limit {
				t.Errorf("Limit() = %v, want %v", l.Limit(), limit)
			}
			var got []result
			for _, r := range test.requests {
				count, wait := l.Take(ratelimit.Key{ClientID: r.key}, noon.Add(r.offset))
				got = append(got, result{count, wait})
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestReset(t *testing.T) {
	l := ratelimit.New(ratelimit.Limit{Requests: 1, Window: time.Minute})
	for range 2 {
		for _, key := range []string{"a", "b"} {
			if count, wait := l.Take(ratelimit.Key{ClientID: key}, noon); count != 1 || wait != 0 {
				t.Errorf("%s: request %d waits %s, want 1, 0", key, count, wait)
			}
		}
		l.Reset()
	}
}

// maxWindows is the maximum number of windows in memory.
const maxWindows = 1 << 16

func fill(l *ratelimit.Limiter, from, to int, now time.Time) {
	for i := from; i < to; i++ {
		l.Take(ratelimit.Key{ClientID: "client " + strconv.Itoa(i)}, now)
	}
}

func TestTake_LimitsWindows(t *testing.T) {
	limit := ratelimit.Limit{Requests: 1, Window: time.Minute}
	tests := []struct {
		name string
		fill func(l *ratelimit.Limiter)
		key  string
		want int // number of the next request, a second before its window ends
	}{
		{
			"maximum", func(l *ratelimit.Limiter) {
				fill(l, 0, maxWindows, noon)
			}, "client 0", 2,
		},
		{
			"oldest key, one over the maximum", func(l *ratelimit.Limiter) {
				fill(l, 0, maxWindows+1, noon)
			}, "client 0", 1,
		},
		{
			"second oldest key, one over the maximum", func(l *ratelimit.Limiter) {
				fill(l, 0, maxWindows+1, noon)
			}, "client 1", 2,
		},
		{"after expired windows", func(l *ratelimit.Limiter) {
			fill(l, maxWindows, 2*maxWindows, noon.Add(-time.Minute))
			fill(l, 0, maxWindows, noon)
		}, "client 0", 2},
		{"after restarted windows", func(l *ratelimit.Limiter) {
			for minute := range 2 {
				fill(l, maxWindows, 2*maxWindows, noon.Add(time.Duration(minute-2)*time.Minute))
			}
			fill(l, 0, maxWindows, noon)
		}, "client 0", 2},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			l := ratelimit.New(limit)
			test.fill(l)
			if count, _ := l.Take(ratelimit.Key{ClientID: test.key},
				noon.Add(59*time.Second)); count != test.want {
				t.Errorf("request = %d, want %d", count, test.want)
			}
		})
	}
}

// A key is often part of a body, and would keep all of it in memory.
func TestTake_CopiesKey(t *testing.T) {
	const keys, size = 100, 1 << 20
	l := ratelimit.New(ratelimit.TenantLimit)
	before := heap()
	for i := range keys {
		body := strings.Repeat(strconv.Itoa(i%10), size)
		l.Take(ratelimit.Key{ClientID: body[i : i+64]}, noon)
	}
	if after := heap(); after > before+size {
		t.Errorf("%d bytes more after %d keys", after-before, keys)
	}
	runtime.KeepAlive(l)
}

// heap returns the size of the heap in bytes.
func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func TestTake_LimitsMemory(t *testing.T) {
	l := ratelimit.New(ratelimit.TenantLimit)
	fill(l, 0, maxWindows, noon)
	before := heap()
	fill(l, maxWindows, 5*maxWindows, noon)
	if after := heap(); after > before+before/2 {
		t.Errorf("%d bytes after five times as many keys, %d before", after, before)
	}
	runtime.KeepAlive(l)
}

func TestTake_Concurrent(t *testing.T) {
	const limit, workers, each = 100, 16, 25
	l := ratelimit.New(ratelimit.Limit{Requests: limit, Window: time.Minute})
	var allowed, other atomic.Int64
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for range each {
				if _, wait := l.Take(ratelimit.Key{ClientID: "a"}, noon); wait == 0 {
					allowed.Add(1)
				}
				if _, wait := l.Take(ratelimit.Key{ClientID: "b"}, noon.Add(time.Hour)); wait == 0 {
					other.Add(1)
				}
			}
		})
	}
	wg.Wait()
	if allowed.Load() != limit || other.Load() != limit {
		t.Errorf("%d and %d of %d requests were allowed, want %d", allowed.Load(), other.Load(),
			workers*each, limit)
	}
}
