package gate_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/answer"
	"example.com/patmock/mockserver/internal/gate"
	"example.com/patmock/spec/rule"
)

func TestPrefer(t *testing.T) {
	const all = "400, 401, 403, 413, 429, 500, 503"
	prefers := func(status int, retryAfter string, wait time.Duration) passed {
		why := "Prefer: code=" + map[int]string{400: "400", 401: "401", 429: "429", 503: "503"}[status] + " asked for it"
		return passed{Refusal: &gate.Refusal{Status: status, RetryAfter: retryAfter, Why: answer.Reason{Rule: rule.PreferredStatus, Text: why}}, Faults: []string{"prefer"}, Wait: wait}
	}
	ignored := func(code string) passed {
		return passed{Notes: []string{"Prefer: code=" + code + " is ignored: expected a status of a refusal that the operation has, one of " + all}}
	}
	tests := []struct {
		name   string
		header []string
		want   passed
	}{
		{"no header", nil, passed{}},
		{"code", []string{"code=400"}, prefers(400, "", 0)},
		{"with Retry-After", []string{"code=429"}, prefers(429, "1", time.Second)},
		{"unavailable", []string{"code=503"}, prefers(503, "1", time.Second)},
		{"quoted", []string{`code="401"`}, prefers(401, "", 0)},
		{"blanks", []string{" code = 400 "}, prefers(400, "", 0)},
		{"capitals", []string{"CODE=400"}, prefers(400, "", 0)},
		{"behind another", []string{"respond-async, code=400"}, prefers(400, "", 0)},
		{"as a parameter", []string{"foo;code=400"}, prefers(400, "", 0)},
		{"behind a blank", []string{"dynamic=true code=400"}, prefers(400, "", 0)},
		{"in a second header", []string{"wait=10", "code=400"}, prefers(400, "", 0)},
		{"the first of two", []string{"code=400, code=401"}, prefers(400, "", 0)},
		{"success is no refusal", []string{"code=200"}, ignored("200")},
		{"a status that the operation has not", []string{"code=404"}, ignored("404")},
		{"another preference", []string{"return=minimal"}, passed{}},
		{"another name", []string{"xcode=400"}, passed{}},
		{"two digits", []string{"code=40"}, passed{}},
		{"four digits", []string{"code=4000"}, passed{}},
		{"with a parameter of its own", []string{"code=400;x=y"}, prefers(400, "", 0)},
		{"no number", []string{"code=bad"}, passed{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			v := visit(t)
			for _, value := range test.header {
				v.Request.Header.Add("Prefer", value)
			}
			if diff := cmp.Diff(test.want, pass(t, start(t), v)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestFaultsComeBeforePrefer(t *testing.T) {
	v := visit(t)
	v.Request.Header.Set("Prefer", "code=400")
	if p := pass(t, start(t, control.Fault{Status: 500}), v); p.Refusal == nil || p.Refusal.Status != 500 {
		t.Errorf("%v, want 500", p.Refusal)
	}
}
