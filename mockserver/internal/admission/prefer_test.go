package admission_test

import (
	"testing"
	"time"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/rule"
)

func TestPrefer(t *testing.T) {
	prefers := func(status int, retryAfter string, wait time.Duration) passed {
		return passed{
			Status: status, RetryAfter: retryAfter, Rule: rule.PreferredStatus, Faults: []string{
				"prefer",
			}, Wait: wait,
		}
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
		{"success is no refusal", []string{"code=200"}, passed{HasNote: true}},
		{"a status that the operation has not", []string{"code=404"}, passed{HasNote: true}},
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
			checkPassed(t, test.want, pass(t, start(t), v))
		})
	}
}

func TestFaultsComeBeforePrefer(t *testing.T) {
	v := visit(t)
	v.Request.Header.Set("Prefer", "code=400")
	if p := pass(t, start(t, control.Fault{Status: 500}), v); p.Status != 500 {
		t.Errorf("%v, want 500", p)
	}
}
