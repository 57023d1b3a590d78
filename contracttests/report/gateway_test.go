package report_test

import (
	"testing"

	"example.com/patmock/contracttests/report"
)

func TestFromGateway(t *testing.T) {
	tests := []struct {
		name   string
		status int
		fault  string
		want   bool
	}{
		{"bad gateway", 502, "", true},
		{"unavailable", 503, "", true},
		{"gateway timeout", 504, "", true},
		{"no origin", 521, "", true},
		{"injected fault", 503, "f1", false},
		{"error of the API", 500, "", false},
		{"not simulated", 501, "", false},
		{"rate limit", 429, "", false},
		{"success", 200, "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := report.FromGateway(tt.status, tt.fault); got != tt.want {
				t.Errorf("status %d with the fault %q: %t, want %t", tt.status, tt.fault, got,
					tt.want)
			}
		})
	}
}
