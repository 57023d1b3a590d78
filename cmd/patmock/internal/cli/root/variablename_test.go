package root

import (
	"testing"

	"example.com/patmock/cmd/patmock/internal/cli"
)

// Words with other meanings are not suggested.
func TestSimilarVariable_None(t *testing.T) {
	root := New(cli.Env{}, nil)
	serve, _, _ := root.Find([]string{"serve"})
	for _, name := range []string{
		"PATMOCK_STATUS", "PATMOCK_HOST", "PATMOCK_SORT", "PATMOCK_SEED", "PATMOCK_LOG",
		"PATMOCK_TOKEN", "PATMOCK_REPORT", "PATMOCK_",
	} {
		if err := cli.CheckVariables(serve, []string{name + "=x"}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
