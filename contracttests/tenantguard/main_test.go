package tenantguard_test

import (
	"regexp"
	"strings"
	"testing"

	"example.com/patmock/contracttests/tenantguard"
	"example.com/patmock/fixtures/golden"
)

func TestMain(m *testing.M) { golden.Main(m) }

var idForm = regexp.MustCompile(`\b[0-9a-f]{32}\b`)

// checkMessage compares a message with the golden entry of the test. It replaces ids and the given
// values.
func checkMessage(t *testing.T, message string, varying ...string) {
	t.Helper()
	for _, value := range varying {
		message = strings.ReplaceAll(message, value, "VARYING")
	}
	golden.Check(t, "testdata/messages.golden", golden.Key(t),
		idForm.ReplaceAllString(message, "ID"))
}

// checkReason checks the reason of an error and its message.
func checkReason(t *testing.T, want tenantguard.Reason, err error, varying ...string) {
	t.Helper()
	if got := tenantguard.ReasonOf(err); got != want || err == nil {
		t.Errorf("reason %q, want %q: %v", got, want, err)
		return
	}
	checkMessage(t, err.Error(), varying...)
}
