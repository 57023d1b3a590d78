package admission_test

import (
	"testing"
	"time"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/rule"
)

func TestAdmit_Prefer(t *testing.T) {
	rejected := func(status int, retryAfter string, wait time.Duration) result {
		return result{
			Status: status, RetryAfter: retryAfter, Rule: rule.PreferredStatus, Faults: []string{
				"prefer",
			}, Wait: wait,
		}
	}
	tests := []struct {
		name   string
		header []string
		want   result
	}{
		{"no header", nil, result{}},
		{"code", []string{"code=400"}, rejected(400, "", 0)},
		{"with Retry-After", []string{"code=429"}, rejected(429, "1", time.Second)},
		{"unavailable", []string{"code=503"}, rejected(503, "1", time.Second)},
		{"quoted", []string{`code="401"`}, rejected(401, "", 0)},
		{"blanks", []string{" code = 400 "}, rejected(400, "", 0)},
		{"capitals", []string{"CODE=400"}, rejected(400, "", 0)},
		{"after another preference", []string{"respond-async, code=400"}, rejected(400, "", 0)},
		{"as a parameter", []string{"foo;code=400"}, rejected(400, "", 0)},
		{"after a blank", []string{"dynamic=true code=400"}, rejected(400, "", 0)},
		{"in a second header", []string{"wait=10", "code=400"}, rejected(400, "", 0)},
		{"the first of two", []string{"code=400, code=401"}, rejected(400, "", 0)},
		{"success status", []string{"code=200"}, result{HasNote: true}},
		{"undeclared status", []string{"code=404"}, result{HasNote: true}},
		{"another preference", []string{"return=minimal"}, result{}},
		{"another name", []string{"xcode=400"}, result{}},
		{"two digits", []string{"code=40"}, result{}},
		{"four digits", []string{"code=4000"}, result{}},
		{"with a parameter of its own", []string{"code=400;x=y"}, rejected(400, "", 0)},
		{"not a number", []string{"code=bad"}, result{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			v := newRequest(t)
			for _, value := range test.header {
				v.Request.Header.Add("Prefer", value)
			}
			checkResult(t, test.want, admit(t, newController(t), v))
		})
	}
}

func TestAdmit_FaultsPrecedePrefer(t *testing.T) {
	v := newRequest(t)
	v.Request.Header.Set("Prefer", "code=400")
	if p := admit(t, newController(t, control.Fault{Status: 500}), v); p.Status != 500 {
		t.Errorf("got %v, want 500", p)
	}
}
