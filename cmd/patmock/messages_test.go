package main

import (
	"bytes"
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/cmd/patmock/internal/cli/root"
	"example.com/patmock/contracttests"
	"example.com/patmock/contracttests/tenantguard"
	"example.com/patmock/fixtures/golden"
	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/control"
)

// checkMessage compares a text with the golden file after normalizing it.
func checkMessage(t testing.TB, key, text string) {
	t.Helper()
	golden.Check(t, "testdata/messages.golden", key, normalize(text))
}

var (
	timestamp = regexp.MustCompile(
		`\b[0-9]{4}(-[0-9]{2}){2}T[0-9]{2}(:[0-9]{2}){2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})`,
	)
	clockTime = regexp.MustCompile(`(?m)^\d\d:\d\d:\d\d (DBG|INF|WRN|ERR) `)
	port      = regexp.MustCompile(`(\b127\.0\.0\.1|\[::\]|\b0\.0\.0\.0):\d{5}\b`)
	hexID     = regexp.MustCompile(`\b[0-9a-f]{32,64}\b`)
	runID     = regexp.MustCompile(`\bpatmock-[0-9a-z]{24}-`)
	namespace = regexp.MustCompile(`\bcontract-\d+-\d+\b`)
	caFile    = regexp.MustCompile(`patmock-ca-\d+\.pem`)
	temporary = regexp.MustCompile(`\.\d+\.new\b|\.patmock-\d+\b`)
	duration  = regexp.MustCompile(
		`(?m)( in (?:about )?|^ *(?:fail|error|provisional) \S+ )(\d+m)?\d[0-9.]*( ?ms|µs|s)\b`,
	)
)

// examples are timestamps that are the same in every run.
var examples = []string{
	"2026-01-31T00:00:00Z", "2026-01-31T12:00:00Z", "2027-01-31T00:00:00Z",
	"2027-01-31T00:00:00.000Z",
	"9999-12-31T23:59:59.000Z",
}

// normalize replaces values that differ between runs: times, ports, IDs and the version.
func normalize(text string) string {
	text = strings.ReplaceAll(text, mockserver.Version(), "VERSION")
	text = strings.ReplaceAll(text, "\u00a0", " ") // go-cmp uses it to make its output unstable
	text = clockTime.ReplaceAllString(text, "TIME $1 ")
	text = timestamp.ReplaceAllStringFunc(text, func(s string) string {
		if slices.Contains(examples, s) {
			return s
		}
		return "DATE"
	})
	text = port.ReplaceAllStringFunc(text, func(s string) string {
		if strings.HasSuffix(s, ":17280") { // the default
			return s
		}
		return s[:strings.LastIndex(s, ":")] + ":PORT"
	})
	text = hexID.ReplaceAllStringFunc(text, func(s string) string {
		const period = 8 // of the IDs in fixtures
		if strings.Count(s, s[:period]) == len(s)/period {
			return s
		}
		return "ID"
	})
	text = runID.ReplaceAllString(text, "patmock-RUN-")
	text = namespace.ReplaceAllString(text, "contract-RUN-N")
	text = caFile.ReplaceAllString(text, "patmock-ca-N.pem")
	text = temporary.ReplaceAllString(text, "TEMPORARY")
	return duration.ReplaceAllString(text, "${1}DURATION")
}

// outcome is the result of a command line.
type outcome struct {
	code           int
	about          string // subject of the error
	stdout, stderr string
}

// run runs a command line in this process and returns the exit code.
func run(ctx context.Context, args []string, env cli.Env) int {
	code, _ := root.Run(ctx, args, env)
	return code
}

// command runs a command line in this process with only the given variables.
func command(ctx context.Context, variables map[string]string, args ...string) outcome {
	var stdout, stderr bytes.Buffer
	lookup := func(name string) (string, bool) {
		value, set := variables[name]
		return value, set
	}
	environ := func() []string {
		var all []string
		for name, value := range variables {
			all = append(all, name+"="+value)
		}
		return all
	}
	code, err := root.Run(ctx, args, cli.Env{
		Stdout: &stdout, Stderr: &stderr, Lookup: lookup, Variables: environ,
	})
	return outcome{code, subject(err), stdout.String(), stderr.String()}
}

// check reports an error if the exit code or the subject of the error differ.
func (o outcome) check(t *testing.T, code int, about string) {
	t.Helper()
	if o.code != code || o.about != about {
		t.Errorf("exit code %d, error about %q, want %d and %q: %s", o.code, o.about, code, about,
			o.stderr)
	}
}

// subject returns the subject of an error: the wrong flag, argument or variable; the rules of the
// control API that a request broke, as RULE@POSITION; target if the target cannot be tested;
// no-mock or not-patmock if no mock responds; else nothing.
func subject(err error) string {
	var usage *cli.UsageError
	var problem *control.Problem
	var other *control.NotPatmockError
	switch {
	case errors.As(err, &usage):
		return usage.Subject
	case errors.As(err, &problem):
		if len(problem.Errors) == 0 {
			return problem.Rule
		}
		var places []string
		for _, e := range problem.Errors {
			place := e.Pointer[strings.LastIndex(e.Pointer, " ")+1:] // "query parameter status"
			places = append(places, e.Rule+"@"+place)
		}
		return strings.Join(places, ",")
	case errors.Is(err, contracttests.ErrUnreachable), errors.Is(err, tenantguard.ErrUnreachable):
		return "target"
	case errors.Is(err, control.ErrNoMock):
		return "no-mock"
	case errors.As(err, &other):
		return "not-patmock"
	}
	return ""
}

func TestNormalize(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"version", "patmock " + mockserver.Version() + " is ready", "patmock VERSION is ready"},
		{"time of a log line", "09:17:05 INF stopping", "TIME INF stopping"},
		{"time of day in a sentence", "at 09:17:05 INF", "at 09:17:05 INF"},
		{"timestamp", "made 2026-11-30T09:17:05.123Z", "made DATE"},
		{"timestamp of an example", "such as 2027-01-31T00:00:00Z", "such as 2027-01-31T00:00:00Z"},
		{"port", "http://127.0.0.1:40123/x", "http://127.0.0.1:PORT/x"},
		{"port of every interface", "address=[::]:40123", "address=[::]:PORT"},
		{"default port", "http://127.0.0.1:17280/x", "http://127.0.0.1:17280/x"},
		{"random id", "token 0123456789abcdef0123456789abcdee", "token ID"},
		{
			"id of a fixture",
			"token facedadafacedadafacedadafacedada", "token facedadafacedadafacedadafacedada",
		},
		{"run", "patmock-mk3x9abc0123456789abcdef-1", "patmock-RUN-1"},
		{"duration of a request", "200, in 1.5 ms", "200, in DURATION"},
		{"duration of a run", "13 pass in 0.1s", "13 pass in DURATION"},
		{"duration of a case", "  fail a/b 1m20.5s: no", "  fail a/b DURATION: no"},
		{"duration of a case on its own", "fail a/b 0s: no", "fail a/b DURATION: no"},
		{"estimated duration", "5 requests in about 12s", "5 requests in about DURATION"},
		{"duration of a rule", "retry after 3s", "retry after 3s"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := normalize(tt.text); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func noVariables(string) (string, bool) { return "", false }
