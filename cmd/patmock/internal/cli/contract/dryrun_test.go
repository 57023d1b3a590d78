package contract

import (
	"strings"
	"testing"

	"example.com/patmock/contracttests"
	"example.com/patmock/contracttests/recording"
)

// A body is truncated after its secrets are redacted, because a truncated secret is not recognized.
func TestPlan_TruncatesAfterRedaction(t *testing.T) {
	secret := strings.Repeat("5ec2e7", 11)
	act := contracttests.Observation{
		Case: contracttests.Case{Scenario: contracttests.Scenario{ID: "token/basic"}},
		Exchanges: []recording.Exchange{
			{
				Method: "POST", URL: inProcess + "/oauth/token",
				Body: strings.Repeat("x=y&", 45) + secret,
			},
		},
	}
	var out strings.Builder
	if err := (plan{cases: []contracttests.Observation{act}}).write(&out); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "POST /oauth/token x=y&") ||
		strings.Contains(out.String(), secret[:6]) {
		t.Error(out.String())
	}
}
