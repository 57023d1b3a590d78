package contract

import (
	"testing"

	"example.com/patmock/contracttests/recording"
)

// The example of --allow in the help is valid.
func TestAllowExample_Parses(t *testing.T) {
	all, err := recording.ParseSuppressions("help", []byte(allowExample))
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 1 || all[0].At == "" || all[0].Version == "" || all[0].Severity == "" ||
		all[0].Reason == "" {
		t.Errorf("allowances %+v", all)
	}
}
