package main

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/cmd/patmock/internal/cli/root"
	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/control"
)

// withoutFormat are the commands without --format json, with the reason. Other commands that print
// data must have the flag, and a row in docs/json.md.
var withoutFormat = map[string]string{
	"completion":             "prints a script",
	"control fault rm":       "prints nothing",
	"control stub rm":        "prints nothing",
	"control findings allow": "prints a confirmation",
	"control namespace rm":   "prints nothing",
	"control requests clear": "prints nothing",
	"control reset":          "prints nothing",
	"control state put":      "prints nothing",
	"fixtures schema":        "prints JSON anyway",
	"exec":                   "prints what its command does; --report json=FILE",
	"help environment":       "is help",
	"help exit-codes":        "is help",
	"help fixtures":          "is help",
	"man":                    "writes files",
	"serve":                  "prints where it listens; --env-file, --log-format json",
}

// formatCases are command lines that print JSON, by command path. Other commands run without
// arguments.
var formatCases = map[string]string{
	"check":                    "--list",
	"contract coverage":        "--min 1",
	"contract diff":            "RECORDING mock --versions v2026 --run ^create/name-taken",
	"contract doctor":          "--target mock --versions v2026 --run ^create/name-taken",
	"contract list":            "--run ^create/name-taken",
	"contract parity":          "--run ^create/name-taken",
	"contract propose":         "RECORDING --all",
	"contract run":             "--dry-run --versions v2026 --run ^create/name-taken",
	"control clock advance":    "1h",
	"control clock set":        "2027-01-31T00:00:00Z --frozen",
	"control fault add":        "--id busy --status 503 --times 2",
	"control identity add":     "ann.smith",
	"control namespace create": "test-7",
	"control requests show":    "",
	"control stub add":         "--path /v2025/roles --body []",
	"control token add":        "--owner jane.doe --name nightly",
	"control verify":           "--operation info",
	"fixtures show":            "default",
	"spec show":                "v2026",
}

// formatSkips are commands that cannot run here. Scripts test them.
var formatSkips = map[string]string{
	"contract sweep":          "needs a real tenant",
	"control requests follow": "does not end",
}

// Every command that prints data supports JSON as described in docs/json.md.
func TestFormatJSON(t *testing.T) {
	t.Parallel() // it mostly waits
	mock, err := mockserver.New(mockserver.Config{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(mock)
	t.Cleanup(server.Close)
	if _, err := mock.Control().AddFault(t.Context(), control.Fault{
		ID: "slow", Latency: "1ms",
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := mock.Control().AddStub(t.Context(), control.Stub{
		Method: "GET", Path: "/a", Scope: []string{"a"}, Header: map[string]string{"X-A": "a"},
		Body: "{}",
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := server.Client().Get(server.URL + "/oauth/info"); err != nil { //nolint:bodyclose
		t.Fatal(err)
	}
	recording := filepath.Join(t.TempDir(), "recording")
	recorded := command(t.Context(), nil, "contract", "run", "--run", "^create/name-taken",
		"--versions", "v2026", "--record", recording)
	recorded.check(t, cli.ExitOK, "")
	described := parseJSONRows(t)
	for _, cmd := range allCommands() {
		path := cli.ShortPath(cmd)
		if isGroup(cmd) || withoutFormat[path] != "" || formatSkips[path] != "" {
			continue
		}
		t.Run(path, func(t *testing.T) {
			args := strings.Fields(path + " " +
				strings.ReplaceAll(formatCases[path], "RECORDING", recording))
			variables := map[string]string{"PATMOCK_URL": server.URL}
			// of a command that does not end
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			got := command(ctx, variables, append(args, "--format", "json")...)
			if got.code != cli.ExitOK && got.code != cli.ExitFailed {
				t.Fatalf("exit code %d: %s", got.code, got.stderr)
			}
			checkJSONRow(t, described, path, got.stdout)
		})
	}
}

// The tables of this file name existing commands and describe them correctly.
func TestFormatJSON_Tables(t *testing.T) {
	described := parseJSONRows(t)
	var paths []string
	for _, cmd := range allCommands() {
		path := cli.ShortPath(cmd)
		if isGroup(cmd) {
			continue
		}
		paths = append(paths, path)
		_, hasRow := described[path]
		switch offersJSON := offersFormat(cmd); {
		case withoutFormat[path] == "" && !offersJSON:
			t.Errorf("%s has no --format json: add it, or a reason to withoutFormat", path)
		case withoutFormat[path] != "" && (offersJSON || hasRow):
			t.Errorf("%s is in withoutFormat, and has --format json or a row in docs/json.md", path)
		case offersJSON && !hasRow:
			t.Errorf("%s has no row in docs/json.md", path)
		}
	}
	for _, named := range slices.Concat(
		slices.Collect(maps.Keys(withoutFormat)), slices.Collect(maps.Keys(formatCases)),
		slices.Collect(maps.Keys(formatSkips)),
		slices.Collect(maps.Keys(described)),
	) {
		if !slices.Contains(paths, named) {
			t.Errorf("there is no command %s", named)
		}
	}
}

// isGroup reports whether a command only has subcommands.
func isGroup(cmd *cobra.Command) bool {
	return cmd.HasSubCommands() && !offersFormat(cmd)
}

// offersFormat reports whether completion offers json for --format.
func offersFormat(cmd *cobra.Command) bool {
	offer, found := cmd.GetFlagCompletionFunc("format")
	if !found {
		return false
	}
	values, _ := offer(cmd, nil, "")
	return slices.Contains(values, "json")
}

// jsonRow is a row of docs/json.md.
type jsonRow struct {
	kind               string // object or array
	required, optional []string
	open               bool // other fields are allowed
}

// parseJSONRows parses docs/json.md.
func parseJSONRows(t *testing.T) map[string]jsonRow {
	t.Helper()
	rows := map[string]jsonRow{}
	row := regexp.MustCompile("(?m)^\\| `([a-z -]+)` \\| (object|array) \\| (.*) \\|")
	field := regexp.MustCompile("`([A-Za-z_-]+)`(\\?)?")
	for _, found := range row.FindAllStringSubmatch(read(t, "../../docs/json.md"), -1) {
		r := jsonRow{kind: found[2], open: strings.Contains(found[3], "and others")}
		for _, f := range field.FindAllStringSubmatch(found[3], -1) {
			if f[2] == "" {
				r.required = append(r.required, f[1])
			} else {
				r.optional = append(r.optional, f[1])
			}
		}
		rows[found[1]] = r
	}
	return rows
}

// checkJSONRow compares JSON output with its row.
func checkJSONRow(t *testing.T, described map[string]jsonRow, path, text string) {
	t.Helper()
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	kind, objects := "object", []any{value}
	if array, ok := value.([]any); ok {
		kind, objects = "array", array
	}
	row, ok := described[path]
	if !ok || kind != row.kind || len(objects) == 0 {
		t.Fatalf("docs/json.md has %+v, got %s with %d elements", row, kind, len(objects))
	}
	for _, object := range objects {
		fields, _ := object.(map[string]any)
		var got []string
		for name := range fields {
			if slices.Contains(row.required, name) ||
				!row.open && !slices.Contains(row.optional, name) {
				got = append(got, name)
			}
		}
		slices.Sort(got)
		if diff := cmp.Diff(slices.Sorted(slices.Values(row.required)), got); diff != "" {
			t.Errorf("fields of docs/json.md and of the output: %s", diff)
			break
		}
	}
}

// allCommands returns all commands, including help and its topics.
func allCommands() []*cobra.Command {
	root := root.New(cli.Env{Stdout: io.Discard, Stderr: io.Discard, Lookup: os.LookupEnv}, nil)
	root.InitDefaultHelpCmd()
	var all []*cobra.Command
	var collect func(*cobra.Command)
	collect = func(cmd *cobra.Command) {
		all = append(all, cmd)
		for _, child := range cmd.Commands() {
			collect(child)
		}
	}
	collect(root)
	return all
}
