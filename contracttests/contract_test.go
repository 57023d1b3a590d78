package contracttests_test

import (
	"context"
	"flag"
	"log/slog"
	"net/http"
	"os"
	"testing"

	"example.com/patmock/contracttests"
	"example.com/patmock/contracttests/report"
	"example.com/patmock/contracttests/scenarios"
	"example.com/patmock/mockserver"
)

// inProcess returns a mock with the faithful profile as a target without a socket.
func inProcess(t testing.TB) contracttests.Target {
	t.Helper()
	profile, err := mockserver.ProfileByName(mockserver.ProfileFaithful)
	if err != nil {
		t.Fatal(err)
	}
	mock, err := mockserver.New(mockserver.Config{
		Profile: profile, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := mock.Close(); err != nil {
			t.Error(err)
		}
	})
	return target(mock.Transport(), mock)
}

// target returns a mock as a target.
func target(transport http.RoundTripper, mock *mockserver.Server) contracttests.Target {
	return contracttests.Target{
		Name: "mock", BaseURL: "http://127.0.0.1", Control: mock.Control(), HTTP: &http.Client{
			Transport: transport,
		},
	}
}

// targetFlag selects another target than the mock in process, like contract run --target. Only
// tests support "container". SAIL_ variables alone select no target, since they may be those of a
// tenant.
var targetFlag = flag.String("target", os.Getenv("PATMOCK_TARGET"),
	"base URL of a running mock, env, or container for an image; the mock in process if empty")

// TestContract runs each scenario in each of its versions as a subtest.
func TestContract(t *testing.T) {
	switch *targetFlag {
	case "":
		runContract(t, inProcess(t), true)
	case "container":
		runContract(t, inContainer(t), true)
	default:
		target, err := contracttests.TargetOptions{
			Address: *targetFlag, Lookup: os.LookupEnv,
		}.Resolve(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		runContract(t, target, false)
	}
}

// runContract runs every scenario. On a complete target no scenario may be skipped.
func runContract(t *testing.T, target contracttests.Target, complete bool) {
	t.Helper()
	runner, err := contracttests.NewRunner(target, contracttests.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range contracttests.Select(scenarios.All(), contracttests.Options{}) {
		t.Run(c.Name(), func(t *testing.T) {
			t.Parallel()
			for _, result := range runner.Run(context.WithoutCancel(t.Context()),
				[]contracttests.Case{c}).Results {
				checkResult(t, result, complete)
			}
		})
	}
}

// checkResult reports the failures of a result, and on a complete target also a skip.
func checkResult(t *testing.T, result report.Result, complete bool) {
	t.Helper()
	for _, f := range result.Failures {
		t.Errorf("%s\n%s\n%s\n%s", f.Message, f.Diff, f.Exchange, f.Curl)
	}
	switch result.Outcome {
	case report.Skip:
		if complete {
			t.Fatalf("skipped: %s", result.Message)
		}
		t.Skip(result.Message)
	case report.Error:
		t.Fatal(result.Message)
	}
}

func TestScenariosAreWellFormed(t *testing.T) {
	if err := contracttests.CheckScenarios(scenarios.All()); err != nil {
		t.Error(err)
	}
}
