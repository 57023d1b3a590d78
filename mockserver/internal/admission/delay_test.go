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

func TestAdmit_Delays(t *testing.T) {
	slow := control.Fault{Latency: "3s"}
	tests := []struct {
		name       string
		rules      []control.Fault
		clientGone time.Duration // time of the client's disconnect, zero for never
		mockStops  time.Duration // time of the mock's stop, zero for never
		want       time.Duration
	}{
		{"no rules", nil, 0, 0, 0},
		{"latency", []control.Fault{slow}, 0, 0, 3 * time.Second},
		{"two latencies", []control.Fault{slow, slow}, 0, 0, 6 * time.Second},
		{"latency before a status", []control.Fault{slow, {Status: 500}}, 0, 0, 3 * time.Second},
		{"client disconnects", []control.Fault{slow}, time.Second, 0, time.Second},
		{"mock stops", []control.Fault{slow}, 0, 2 * time.Second, 2 * time.Second},
		{"status without latency", []control.Fault{{Status: 500}}, 0, 0, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r, c := newRequest(t), newController(t, test.rules...)
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if test.clientGone > 0 {
					time.AfterFunc(test.clientGone, cancel)
				}
				mockStops := make(chan struct{})
				if test.mockStops > 0 {
					time.AfterFunc(test.mockStops, func() { close(mockStops) })
				}
				c.Done = mockStops
				r.Request = r.Request.WithContext(ctx)
				start := time.Now() //nolint:forbidigo // it is no wall clock
				admit(t, c, r)
				if took := time.Since(start); took != test.want {
					t.Errorf("delayed by %s, want %s", took, test.want)
				}
			})
		})
	}
}

// newHostile returns a profile that varies every response it can.
func newHostile(behaviours ...string) *hostile.Hostile {
	seed := uint64(7)
	return hostile.New(hostile.Config{
		Behaviours: behaviours, Rate: 1, MaxConsecutive: 1000, Random: random.New(&seed, "default"),
		WallNow: func() time.Time { return noon },
	})
}

func TestAdmit_HostileOutages(t *testing.T) {
	c := newController(t)
	c.Limits, c.Hostile = ratelimit.New(ratelimit.Limit{}),
		newHostile(hostile.Outages, hostile.RetryAfterDate)
	checkResult(t, result{}, admit(t, c, newRequest(t))) // before the first login
	c.NoteLogin("cafe")
	got := map[string]bool{}
	for range 100 {
		result := admit(t, c, newRequest(t))
		if result.Status == 0 {
			continue // the other behaviour applies to responses only
		}
		if diff := cmp.Diff([]string{"hostile-outages"}, result.Faults); diff != "" ||
			result.Wait != 2*time.Second || result.Rule != rule.HostileProfile {
			t.Errorf("rule %s, waits %s, faults (-want +got):\n%s", result.Rule, result.Wait, diff)
		}
		golden.Check(t, "testdata/reasons.golden",
			fmt.Sprintf("%s/%d", golden.Key(t), result.Status), strings.Join(result.messages, "\n"))
		got[fmt.Sprintf("%d, %s", result.Status, result.RetryAfter)] = true
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

func TestAdmit_HostileEarlyExpiry(t *testing.T) {
	c := newController(t)
	c.Hostile = newHostile(hostile.EarlyExpiry)
	c.NoteLogin("cafe")
	r := newRequest(t)
	r.Operation, r.Info.Operation, r.Info.Version = operation(t, "oauth", "requestAccessToken"),
		"token", ""
	checkResult(t, result{Faults: []string{"hostile-early-expiry"}}, admit(t, c, r))
	if r.Info.TokenTTL < 5 || r.Info.TokenTTL > 14 {
		t.Errorf("access token is valid for %d seconds, want 5 to 14", r.Info.TokenTTL)
	}
}

func TestAdmit_MarksVariedResponses(t *testing.T) {
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
			c := newController(t)
			c.Hostile = newHostile(hostile.ExtraProperties)
			c.NoteLogin("cafe")
			r := newRequest(t)
			checkResult(t, result{}, admit(t, c, r))
			plain := &response.Response{Status: http.StatusOK, Body: []byte(test.body)}
			if varied := r.Info.Vary(plain); (varied == plain) != (test.want == nil) {
				t.Errorf("unexpected response: %s", varied.Body)
			}
			if diff := cmp.Diff(test.want, r.Info.Faults); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestAdmit_WithoutHostileProfile(t *testing.T) {
	c, r := newController(t), newRequest(t)
	c.NoteLogin("cafe")
	admit(t, c, r)
	if r.Info.Vary != nil || r.Info.TokenTTL != 0 {
		t.Errorf("unexpected info: %+v", r.Info)
	}
}
