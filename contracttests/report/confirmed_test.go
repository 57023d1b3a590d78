package report_test

import (
	"strings"
	"testing"

	"example.com/patmock/contracttests/report"
	"example.com/patmock/fixtures/golden"
)

func TestConfirmed_String(t *testing.T) {
	for name, counts := range map[string]report.Confirmed{
		"none": {Unconfirmed: 512}, "none of one": {Unconfirmed: 1}, "some": {
			Confirmed: 12, Unconfirmed: 500,
		}, "all": {Confirmed: 512},
	} {
		want := counts.String()
		golden.Check(t, "testdata/messages.golden", golden.Key(t)+"/"+name, want)
		withLedger, withoutLedger := sample(), sample()
		withLedger.Confirmed, withoutLedger.Confirmed = &counts, nil
		for _, format := range []string{"text", "markdown", "html"} {
			if text := write(t, format, withLedger); strings.Count(text, want) != 1 {
				t.Errorf("%s does not have %q exactly once", format, want)
			}
			if text := write(t, format, withoutLedger); strings.Contains(text, want) {
				t.Errorf("%s has %q without a ledger", format, want)
			}
		}
	}
}
