package report_test

import (
	"strings"
	"testing"

	"example.com/patmock/contracttests/report"
)

func TestProven(t *testing.T) {
	tests := []struct {
		proven report.Proven
		want   string
	}{
		{report.Proven{Unconfirmed: 512}, "none of 512 scenarios"},
		{report.Proven{Unconfirmed: 1}, "none of 1 scenario"},
		{report.Proven{Confirmed: 12, Unconfirmed: 500}, "12 of 512 scenarios"},
		{report.Proven{Confirmed: 512}, "512 of 512 scenarios"},
	}
	for _, tt := range tests {
		if got := tt.proven.String(); got != tt.want {
			t.Errorf("%+v is %q, want %q", tt.proven, got, tt.want)
		}
		asked, unasked := sample(), sample()
		asked.Proven, unasked.Proven = &tt.proven, nil
		for _, format := range []string{"text", "markdown", "html"} {
			if text := write(t, format, asked); strings.Count(text, "onfirmed by a tenant: "+tt.want) != 1 {
				t.Errorf("%s does not tell %q once", format, tt.want)
			}
			if text := write(t, format, unasked); strings.Contains(text, "by a tenant") {
				t.Errorf("%s tells of tenants where nobody asked", format)
			}
		}
	}
}
