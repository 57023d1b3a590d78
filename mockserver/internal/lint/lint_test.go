package lint_test

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/fixtures/golden"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/lint"
)

func TestMain(m *testing.M) { golden.Main(m) }

// noon is the wall time of the first request, and start its time by the clock of the namespace.
var (
	noon  = time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)
	start = noon.AddDate(1, 0, 0)
)

// request returns an exchange some time after noon, by both clocks.
func request(status int, body string, after time.Duration) lint.Exchange {
	r := httptest.NewRequest(http.MethodPost, "/v3/personal-access-tokens?limit=1", nil)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer a")
	return lint.Exchange{
		Request: r, Body: []byte(body), Operation: "create", Version: "v3", ClientID: "cafe",
		Status: status,
		Start:  noon.Add(after), ClockStart: start.Add(after), End: noon.Add(after),
	}
}

// kinds checks exchanges and returns the kinds of the findings about each.
func kinds(w *lint.Linter, exchanges ...lint.Exchange) []string {
	var all []string
	for _, x := range exchanges {
		var findings []string
		for _, f := range w.Check(x) {
			findings = append(findings, f.Kind)
		}
		all = append(all, strings.Join(findings, " "))
	}
	return all
}

func TestCheck_RepeatedRejection(t *testing.T) {
	const repeated = control.RepeatedRejection
	get := func(change func(x *lint.Exchange)) lint.Exchange {
		x := request(400, "a", 0)
		change(&x)
		return x
	}
	tests := []struct {
		name      string
		exchanges []lint.Exchange
		want      []string
	}{
		{
			"again", []lint.Exchange{request(400, "a", 0), request(400, "a", time.Hour)}, []string{
				"", repeated,
			},
		},
		{
			"and again", []lint.Exchange{
				request(400, "a", 0), request(400, "a", 0), request(400, "a", 0),
			}, []string{"", repeated, repeated},
		},
		{
			"with another status",
			[]lint.Exchange{request(401, "a", 0), request(403, "a", 0)},
			[]string{"", repeated},
		},
		{
			"with another in between", []lint.Exchange{
				request(400, "a", 0), request(400, "b", 0), request(400, "a", 0),
			}, []string{"", "", repeated},
		},
		{
			"lowest and highest status", []lint.Exchange{
				request(499, "a", 0), request(400, "a", 0),
			}, []string{"", repeated},
		},
		{
			"success",
			[]lint.Exchange{request(200, "a", 0), request(200, "a", 0)},
			[]string{"", ""},
		},
		{
			"redirect",
			[]lint.Exchange{request(399, "a", 0), request(399, "a", 0)},
			[]string{"", ""},
		},
		{
			"server error", []lint.Exchange{
				request(500, "a", 0), request(500, "a", 0),
			}, []string{"", ""},
		},
		{
			"too many requests", []lint.Exchange{
				request(429, "a", 0), request(429, "a", 0),
			}, []string{"", ""},
		},
		{
			"timeout",
			[]lint.Exchange{request(408, "a", 0), request(408, "a", 0)},
			[]string{"", ""},
		},
		{
			"no response", []lint.Exchange{request(0, "a", 0), request(0, "a", 0)}, []string{
				"", "",
			},
		},
		{
			"success in between ends it",
			[]lint.Exchange{
				request(400, "a", 0), request(200, "a", 0), request(400, "a", 0),
				request(400, "a", 0),
			},
			[]string{"", "", "", repeated},
		},
		{
			"another success does not",
			[]lint.Exchange{request(400, "a", 0), request(200, "b", 0), request(400, "a", 0)},
			[]string{"", "", repeated},
		},
		{
			"another body", []lint.Exchange{request(400, "a", 0), request(400, "b", 0)}, []string{
				"", "",
			},
		},
		{
			"another method", []lint.Exchange{
				request(400, "a", 0), get(func(x *lint.Exchange) {
					x.Request.Method = http.MethodPut
				}),
			}, []string{"", ""},
		},
		{
			"another path", []lint.Exchange{
				request(400, "a", 0), get(func(x *lint.Exchange) { x.Request.URL.Path = "/v3" }),
			}, []string{"", ""},
		},
		{
			"another query", []lint.Exchange{
				request(400, "a", 0), get(func(x *lint.Exchange) {
					x.Request.URL.RawQuery = "limit=2"
				}),
			}, []string{"", ""},
		},
		{
			"another content type", []lint.Exchange{
				request(400, "a", 0), get(func(x *lint.Exchange) {
					x.Request.Header.Set("Content-Type", "a/b")
				}),
			}, []string{"", ""},
		},
		{
			"another access token", []lint.Exchange{
				request(400, "a", 0), get(func(x *lint.Exchange) {
					x.Request.Header.Set("Authorization", "b")
				}),
			}, []string{"", ""},
		},
		{
			"another User-Agent is the same", []lint.Exchange{
				request(400, "a", 0), get(func(x *lint.Exchange) {
					x.Request.Header.Set("User-Agent", "b")
				}),
			}, []string{"", repeated},
		},
		{
			"what ends one part does not begin the next",
			[]lint.Exchange{
				get(func(x *lint.Exchange) {
					x.Request.URL.RawQuery = "ab"
					x.Request.Header.Set("Content-Type", "c")
				}),
				get(func(x *lint.Exchange) {
					x.Request.URL.RawQuery = "a"
					x.Request.Header.Set("Content-Type", "bc")
				}),
			},
			[]string{"", ""},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, kinds(lint.New(), test.exchanges...)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestCheck_ReportsEarlierRequest(t *testing.T) {
	w := lint.New()
	first := request(401, "a", 0)
	first.RetryAfter = 1500 * time.Millisecond
	w.Check(first)
	before := map[string]string{control.RepeatedRejection: "401", control.NoWait: "1.5s"}
	findings := w.Check(request(403, "a", time.Second))
	if len(findings) != len(before) {
		t.Fatalf("found %v, want one of each of %v", findings, before)
	}
	for _, f := range findings {
		if value := before[f.Kind]; value == "" || !strings.Contains(f.Detail, value) {
			t.Errorf("%+v does not contain %q", f, value)
		}
		delete(before, f.Kind)
		golden.Check(t, "testdata/findings.golden", f.Kind, f.Detail)
	}
}

// rejections returns rejected requests whose bodies are the given numbers.
func rejections(from, to int) []lint.Exchange {
	var all []lint.Exchange
	for i := from; i < to; i++ {
		all = append(all, request(400, strconv.Itoa(i), 0))
	}
	return all
}

func TestCheck_ForgetsOldRejections(t *testing.T) {
	const most = 256
	tests := []struct {
		name   string
		before []lint.Exchange
		want   string // of a request like the first one
	}{
		{"as many as are remembered", rejections(0, most), control.RepeatedRejection},
		{"one more", rejections(0, most+1), ""},
		{"many more", rejections(0, 3*most), ""},
		{
			"repeated ones take no room",
			append(append(rejections(0, most), rejections(0, most)...), rejections(0, most)...),
			control.RepeatedRejection,
		},
		{
			"successes take no room",
			append([]lint.Exchange{request(400, "0", 0), request(200, "0", 0)},
				rejections(0, most)...),
			control.RepeatedRejection,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := lint.New()
			kinds(w, test.before...)
			if diff := cmp.Diff([]string{test.want}, kinds(w, request(400, "0", 0))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestCheck_RetryAfter(t *testing.T) {
	rateLimited := func() lint.Exchange {
		x := request(429, "a", 0)
		x.RetryAfter, x.End = 3*time.Second, noon.Add(time.Second) // the response took a second
		return x
	}
	atTimes := func(wall, clock time.Duration) lint.Exchange {
		x := request(200, "a", 0)
		x.Start, x.ClockStart, x.End = noon.Add(wall), start.Add(clock), noon.Add(wall)
		return x
	}
	withChange := func(change func(x *lint.Exchange)) lint.Exchange {
		x := atTimes(0, 0)
		change(&x)
		return x
	}
	again := atTimes(0, 0)
	again.Status, again.RetryAfter = 429, time.Second
	const tolerance = 100 * time.Millisecond
	tests := []struct {
		name      string
		exchanges []lint.Exchange // after the one with a Retry-After of three seconds
		want      []string
	}{
		{"at once", []lint.Exchange{atTimes(time.Second, 0)}, []string{control.NoWait}},
		{"after it, by wall time", []lint.Exchange{atTimes(4*time.Second, 0)}, []string{""}},
		{
			"slightly early, by wall time",
			[]lint.Exchange{atTimes(4*time.Second-tolerance, 0)},
			[]string{""},
		},
		{
			"too early, by wall time",
			[]lint.Exchange{atTimes(4*time.Second-tolerance-1, 0)},
			[]string{
				control.NoWait,
			},
		},
		{
			"after it, by the clock",
			[]lint.Exchange{atTimes(time.Second, 3*time.Second)},
			[]string{""},
		},
		{
			"slightly early, by the clock", []lint.Exchange{
				atTimes(time.Second, 3*time.Second-tolerance),
			}, []string{""},
		},
		{
			"too early, by the clock",
			[]lint.Exchange{atTimes(time.Second, 3*time.Second-tolerance-1)},
			[]string{control.NoWait},
		},
		{
			"each that is too early", []lint.Exchange{
				atTimes(time.Second, 0), atTimes(2*time.Second, 0), atTimes(4*time.Second, 0),
			}, []string{control.NoWait, control.NoWait, ""},
		},
		{
			"who waited once has waited",
			[]lint.Exchange{atTimes(4*time.Second, 0), atTimes(0, 0)},
			[]string{
				"", "",
			},
		},
		{
			"another client",
			[]lint.Exchange{withChange(func(x *lint.Exchange) { x.ClientID = "babe" })},
			[]string{""},
		},
		{
			"another version",
			[]lint.Exchange{withChange(func(x *lint.Exchange) { x.Version = "beta" })},
			[]string{""},
		},
		{
			"nobody",
			[]lint.Exchange{withChange(func(x *lint.Exchange) { x.ClientID = "" })},
			[]string{""},
		},
		{
			"another operation", []lint.Exchange{
				withChange(func(x *lint.Exchange) { x.Operation = "list" }),
			}, []string{control.NoWait},
		},
		{
			"shorter second Retry-After",
			[]lint.Exchange{again, atTimes(999*time.Millisecond, time.Second)},
			[]string{control.NoWait, ""},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := lint.New()
			if findings := w.Check(rateLimited()); findings != nil {
				t.Errorf("unexpected findings: %v", findings)
			}
			if diff := cmp.Diff(test.want, kinds(w, test.exchanges...)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A client must wait for each of the stored rules, which are the latest.
func TestCheck_RetryAfterRules(t *testing.T) {
	w := lint.New()
	const rules, remembered = 20, 16
	for i := range rules {
		x := request(429, "a", 0)
		x.Operation, x.RetryAfter, x.End, x.RetryRule = strconv.Itoa(i), time.Hour, noon,
			strconv.Itoa(i)
		x.RetryMatches = func(operation string, _ http.Header) bool {
			return operation == x.RetryRule
		}
		if findings := w.Check(x); findings != nil {
			t.Errorf("rule %d: unexpected findings: %v", i, findings)
		}
	}
	for i := range rules {
		x := request(200, "a", 0)
		x.Operation = strconv.Itoa(i)
		want := ""
		if i >= rules-remembered {
			want = control.NoWait
		}
		if diff := cmp.Diff([]string{want}, kinds(w, x)); diff != "" {
			t.Errorf("rule %d (-want +got):\n%s", i, diff)
		}
	}
}

func TestCheck_IgnoresAnonymousClients(t *testing.T) {
	anonymous := request(429, "a", 0)
	anonymous.ClientID, anonymous.RetryAfter = "", time.Hour
	if diff := cmp.Diff([]string{"", ""}, kinds(lint.New(), anonymous, anonymous)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestCheck_BoundsClients(t *testing.T) {
	const most = 1024
	tests := []struct {
		name    string
		clients int
		want    string // of the first client, at once
	}{
		{"as many as are remembered", most, control.NoWait},
		{"one more evicts the others", most + 1, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := lint.New()
			for i := range test.clients {
				x := request(429, "a", 0)
				x.ClientID, x.RetryAfter = strconv.Itoa(i), time.Hour
				w.Check(x)
			}
			for client, want := range map[int]string{
				0: test.want, test.clients - 1: control.NoWait,
			} {
				x := request(200, "a", 0)
				x.ClientID = strconv.Itoa(client)
				if diff := cmp.Diff([]string{want}, kinds(w, x)); diff != "" {
					t.Errorf("client %d (-want +got):\n%s", client, diff)
				}
			}
		})
	}
}

func TestCount_UntilReset(t *testing.T) {
	type counted struct {
		Requests      map[string]map[string]int
		Findings      map[string]int
		Total, Faults int
	}
	count := func(w *lint.Linter) counted {
		c := w.Counters()
		return counted{c.Requests, c.Findings, w.Total(), c.Faults}
	}
	nothing := counted{map[string]map[string]int{}, map[string]int{}, 0, 0}
	w := lint.New()
	if diff := cmp.Diff(nothing, count(w)); diff != "" {
		t.Errorf("at first (-want +got):\n%s", diff)
	}
	rateLimitedRequest := request(429, "a", 0)
	rateLimitedRequest.RetryAfter, rateLimitedRequest.FaultInjected = time.Hour, true
	unmatched := lint.Exchange{Request: rateLimitedRequest.Request, Status: 404}
	aborted := request(0, "b", 0)
	for _, x := range []lint.Exchange{
		rateLimitedRequest, request(200, "b", 0), unmatched, unmatched, aborted,
	} {
		w.Count(x, w.Check(x))
	}
	want := counted{
		map[string]map[string]int{"create": {"429": 1, "200": 1, "0": 1}, "unmatched": {"404": 2}},
		map[string]int{control.NoWait: 2, control.RepeatedRejection: 1},
		5, 1,
	}
	if diff := cmp.Diff(want, count(w)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	w.Counters().Requests["create"]["429"] = 7
	w.Counters().Findings[control.NoWait] = 7
	if diff := cmp.Diff(want, count(w)); diff != "" {
		t.Errorf("after a change to the returned value (-want +got):\n%s", diff)
	}
	w.Reset()
	if diff := cmp.Diff(nothing, count(w)); diff != "" {
		t.Errorf("after a reset (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"", "", ""},
		kinds(w, request(200, "b", 0), unmatched, request(400, "a", 0))); diff != "" {
		t.Errorf("findings after a reset (-want +got):\n%s", diff)
	}
}

func TestLinter_ConcurrentUse(t *testing.T) {
	const workers, each = 8, 50
	w := lint.New()
	var all sync.WaitGroup
	for i := range workers {
		all.Go(func() {
			for range each {
				x := request(400, strconv.Itoa(i), 0)
				w.Count(x, w.Check(x))
				w.Counters()
			}
		})
	}
	all.Wait()
	want := map[string]int{control.RepeatedRejection: workers * (each - 1)}
	if diff := cmp.Diff(want, w.Counters().Findings); diff != "" || w.Total() != workers*each {
		t.Errorf("%d requests, findings (-want +got):\n%s", w.Total(), diff)
	}
}
