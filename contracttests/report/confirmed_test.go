package report_test

import (
	"strings"
	"testing"

	"example.com/patmock/contracttests/report"
	"example.com/patmock/fixtures/golden"
)

func TestConfirmed(t *testing.T) {
	for name, proven := range map[string]report.Confirmed{
		"none": {Unconfirmed: 512}, "none of one": {Unconfirmed: 1}, "some": {
			Confirmed: 12, Unconfirmed: 500,
		}, "all": {Confirmed: 512},
	} {
		want := proven.String()
		golden.Check(t, "testdata/messages.golden", golden.Key(t)+"/"+name, want)
		asked, unasked := sample(), sample()
		asked.Confirmed, unasked.Confirmed = &proven, nil
		for _, format := range []string{"text", "markdown", "html"} {
			if text := write(t, format, asked); strings.Count(text, want) != 1 {
				t.Errorf("%s does not tell %q once", format, want)
			}
			if text := write(t, format, unasked); strings.Contains(text, want) {
				t.Errorf("%s tells of tenants where nobody asked", format)
			}
		}
	}
}
