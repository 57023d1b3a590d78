package recording_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"example.com/patmock/contracttests/recording"
	"example.com/patmock/fixtures/golden"
)

func TestMain(m *testing.M) { golden.Main(m) }

// checkMessage compares a message with the golden file, under the name of the test and an optional
// label.
func checkMessage(t *testing.T, label, message string) {
	t.Helper()
	key := golden.Key(t)
	if label != "" {
		key += "/" + label
	}
	golden.Check(t, "testdata/messages.golden", key, message)
}

// checkWarnings compares warnings without their texts, and those with the golden file.
func checkWarnings(t *testing.T, want, got []recording.Warning) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(recording.Warning{}, "Text")); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
		return
	}
	for _, w := range got {
		checkMessage(t, "warning "+string(w.Kind)+" of "+w.Subjects[0], w.Text)
	}
}
