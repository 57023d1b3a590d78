package contracttests_test

import (
	"regexp"
	"testing"

	"example.com/patmock/fixtures/golden"
)

func TestMain(m *testing.M) { golden.Main(m) }

var idForm = regexp.MustCompile(`\b[0-9a-f]{32}\b`)

// checkMessage compares a message with the golden file, with the test name as key. Ids are
// replaced, since they differ between runs.
func checkMessage(t *testing.T, message string) {
	t.Helper()
	golden.Check(t, "testdata/messages.golden", golden.Key(t),
		idForm.ReplaceAllString(message, "ID"))
}
