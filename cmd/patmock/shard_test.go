package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/contracttests/parity"
	"example.com/patmock/contracttests/report"
	"example.com/patmock/fixtures/golden"
)

func TestParseShard_Wrong(t *testing.T) {
	for _, text := range []string{
		"0/4", "5/4", "-1/4", "1/0", "1/-1", "1", "/", "1/", "/4", "1/4/2", "1 / 4", "01/4", "a/b",
		"1.5/4", "9999999/9999999",
	} {
		t.Run(text, func(t *testing.T) {
			got := command(t.Context(), nil, "contract", "run", "--shard", text)
			if got.code != cli.ExitUsage || got.stdout != "" {
				t.Errorf("exit code %d, want %d: %s", got.code, cli.ExitUsage, got.stdout)
			}
		})
	}
	got := command(t.Context(), nil, "contract", "run", "--shard", "5/4")
	checkMessage(t, golden.Key(t), got.stderr)
}

func TestShard_RejectsEmptySelection(t *testing.T) {
	got := command(t.Context(), nil, "contract", "run", "--run", "^create/secret-is-shown-once/v3",
		"--shard", "2/2")
	got.check(t, cli.ExitUsage, "--shard")
	checkMessage(t, golden.Key(t), got.stderr)
}

// The report names the shard and has only its cases.
func TestReport_NamesShard(t *testing.T) {
	var names []string
	for i := range 2 {
		text := fmt.Sprintf("%d/2", i+1)
		got := command(t.Context(), nil, "contract", "run", "--run", "^create/secret-is-shown-once",
			"--shard", text, "--report", "json=-")
		var r report.Report
		if err := json.Unmarshal([]byte(got.stdout), &r); err != nil || got.code != cli.ExitOK ||
			r.Shard != text {
			t.Fatalf("exit code %d, shard %q, %v: %s", got.code, r.Shard, err, got.stderr)
		}
		for _, result := range r.Results {
			names = append(names, result.Name())
		}
		for _, format := range []string{"text", "junit", "markdown", "html"} {
			got := command(t.Context(), nil, "contract", "run", "--run",
				"^create/secret-is-shown-once", "--shard", text, "--report", format+"=-")
			if got.code != cli.ExitOK || !strings.Contains(got.stdout, text) {
				t.Errorf("the %s report does not name the shard: %s", format, got.stdout)
			}
		}
	}
	if len(names) != 6 {
		t.Errorf("the two shards have %v, want every version", names)
	}
}

// A shard confirms its own cases and keeps other confirmations.
func TestShard_UpdatesOwnConfirmations(t *testing.T) {
	target, variables := tenantLikeInProcess(t, func(int64) {})
	path := filepath.Join(t.TempDir(), "parity.yaml")
	key := func(id string) parity.Key { return parity.Key{Scenario: id, Target: "127.0.0.1"} }
	var want []int
	for i := range 2 {
		got := command(t.Context(), variables, "contract", "run", "--target", target, "--run",
			"^token/(urlencoded-form|query)$",
			"--shard", fmt.Sprintf("%d/2", i+1), "--update-parity", "--parity", path)
		if got.code != cli.ExitOK {
			t.Fatalf("exit code %d: %s", got.code, got.stderr)
		}
		want = append(want, len(readParity(t, path)))
	}
	if diff := cmp.Diff([]int{1, 2}, want); diff != "" {
		t.Errorf("confirmations after each shard (-want +got):\n%s", diff)
	}
	for _, id := range []string{"token/urlencoded-form", "token/query"} {
		if at := readParity(t, path)[key(id)].Date; time.Since(at) > time.Hour {
			t.Errorf("%s is confirmed at %s", id, at)
		}
	}
}
