package admission_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/fixtures/golden"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/hostile"
	"example.com/patmock/mockserver/internal/random"
	"example.com/patmock/mockserver/internal/ratelimit"
	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/spec/rule"
)

func TestHold(t *testing.T) {
	slow := control.Fault{Latency: "3s"}
	tests := []struct {
		name      string
		rules     []control.Fault
		gone      time.Duration // when the client goes away, zero for never
		stopped   time.Duration // when the mock stops, zero for never
		wantWaits time.Duration
	}{
		{"nothing", nil, 0, 0, 0},
		{"as long as asked", []control.Fault{slow}, 0, 0, 3 * time.Second},
		{"latencies add up", []control.Fault{slow, slow}, 0, 0, 6 * time.Second},
		{"before the status", []control.Fault{slow, {Status: 500}}, 0, 0, 3 * time.Second},
		{"until the client has gone", []control.Fault{slow}, time.Second, 0, time.Second},
		{"until the mock stops", []control.Fault{slow}, 0, 2 * time.Second, 2 * time.Second},
		{"none without latency", []control.Fault{{Status: 500}}, 0, 0, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			v, g := visit(t), start(t, test.rules...)
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if test.gone > 0 {
					time.AfterFunc(test.gone, cancel)
				}
				stopped := make(chan struct{})
				if test.stopped > 0 {
					time.AfterFunc(test.stopped, func() { close(stopped) })
				}
				g.Stopped = stopped
				v.Request = v.Request.WithContext(ctx)
				begun := time.Now() //nolint:forbidigo // it is no wall clock
				pass(t, g, v)
				if took := time.Since(begun); took != test.wantWaits {
					t.Errorf("held up for %s, want %s", took, test.wantWaits)
				}
			})
		})
	}
}

// surprises is a hostile mock that shows a behaviour whenever it can.
func surprises(behaviours ...string) *hostile.Hostile {
	seed := uint64(7)
	return hostile.New(hostile.Config{
		Behaviours: behaviours, Rate: 1, MaxConsecutive: 1000, Random: random.New(&seed, "default"),
		WallNow: func() time.Time { return noon },
	})
}

func TestHostileOutages(t *testing.T) {
	g := start(t)
	g.Limits, g.Hostile = ratelimit.New(ratelimit.Limit{}),
		surprises(hostile.Outages, hostile.RetryAfterDate)
	checkPassed(t, passed{}, pass(t, g, visit(t))) // before the first login
	g.NoteLogin("cafe")
	got := map[string]bool{}
	for range 100 {
		p := pass(t, g, visit(t))
		if p.Status == 0 {
			continue // it shows the other behaviour, if the answer can
		}
		if diff := cmp.Diff([]string{"hostile-outages"}, p.Faults); diff != "" ||
			p.Wait != 2*time.Second || p.Rule != rule.HostileProfile {
			t.Errorf("rule %s, waits %s, faults (-want +got):\n%s", p.Rule, p.Wait, diff)
		}
		golden.Check(t, "testdata/reasons.golden", fmt.Sprintf("%s/%d", golden.Key(t), p.Status),
			strings.Join(p.words, "\n"))
		got[fmt.Sprintf("%d, %s", p.Status, p.RetryAfter)] = true
	}
	const date = "Sun, 01 Mar 2026 12:00:02 GMT"
	want := map[string]bool{
		"429, 2": true, "503, 2": true,
		"429, " + date: true, "503, " + date: true,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestHostileEarlyExpiry(t *testing.T) {
	g := start(t)
	g.Hostile = surprises(hostile.EarlyExpiry)
	g.NoteLogin("cafe")
	v := visit(t)
	v.Operation, v.Trace.Operation, v.Trace.Version = operation(t, "oauth", "requestAccessToken"),
		"token", ""
	checkPassed(t, passed{Faults: []string{"hostile-early-expiry"}}, pass(t, g, v))
	if v.Trace.TokenTTL < 5 || v.Trace.TokenTTL > 14 {
		t.Errorf("an access token lives %d seconds, want 5 to 14", v.Trace.TokenTTL)
	}
}

func TestHostileAnswersAreMarked(t *testing.T) {
	tests := []struct {
		name string
		body string
		want []string
	}{
		{"nothing to change", `[]`, nil},
		{"changed", `[{"id":"a"}]`, []string{"hostile-extra-properties"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			g := start(t)
			g.Hostile = surprises(hostile.ExtraProperties)
			g.NoteLogin("cafe")
			v := visit(t)
			checkPassed(t, passed{}, pass(t, g, v))
			plain := &response.Response{Status: http.StatusOK, Body: []byte(test.body)}
			if varied := v.Trace.Vary(plain); (varied == plain) != (test.want == nil) {
				t.Errorf("answers %s", varied.Body)
			}
			if diff := cmp.Diff(test.want, v.Trace.Faults); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestWithoutHostility(t *testing.T) {
	g, v := start(t), visit(t)
	g.NoteLogin("cafe")
	pass(t, g, v)
	if v.Trace.Vary != nil || v.Trace.TokenTTL != 0 {
		t.Errorf("trace %+v", v.Trace)
	}
}
