package control

import (
	"strings"
	"testing"

	"example.com/patmock/mockserver/control"
)

// A line has the rule of a rejection and the detail of a finding.
func TestRequestLine_Remarks(t *testing.T) {
	property := control.Finding{Kind: control.UnknownProperty, Detail: "/colour is no property"}
	for _, test := range []struct {
		name    string
		request control.Request
		want    string
	}{
		{"served", control.Request{}, "GET /a"},
		{
			"rejected",
			control.Request{Rules: []string{"scope-missing"}},
			"GET /a: rule scope-missing",
		},
		{
			"finding",
			control.Request{Findings: []control.Finding{property}},
			"GET /a: unknown-property (/colour is no property)",
		},
		{
			"fault and finding", control.Request{
				Fault: "f1", Findings: []control.Finding{property},
			}, "GET /a: fault f1, unknown-property (/colour is no property)",
		},
		{
			"rule that is a finding",
			control.Request{
				Rules: []string{"unknown-property", "b"}, Findings: []control.Finding{property},
			},
			"GET /a: rule b, unknown-property (/colour is no property)",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.request.Method, test.request.Path, test.request.Status = "GET", "/a", 400
			_, got, _ := strings.Cut(requestLine(test.request), " 400 ")
			if got != test.want+"\n" {
				t.Errorf("the line has %q, want %q", got, test.want)
			}
		})
	}
}
