package contract

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/contracttests/report"
)

// A run without a terminal prints a line every few seconds, and fewer of them when it takes long.
func TestProgress_Lines(t *testing.T) {
	for _, test := range []struct {
		name        string
		takes       time.Duration
		least, most int
	}{
		{"short", 4 * time.Second, 0, 0},
		{"six minutes", 6 * time.Minute, 36, 120},
		{"two hours", 2 * time.Hour, 120, 400},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var out bytes.Buffer
				w := &lockedWriter{w: &out}
				p := newProgress(cli.Env{Stderr: w, Lookup: noVariables}, w, 2248)
				p.add(report.Result{Outcome: report.Pass})
				p.add(report.Result{Outcome: report.Skip})
				time.Sleep(test.takes) // in the bubble no time passes
				p.end()
				n := strings.Count(out.String(), "\n")
				if n < test.least || n > test.most {
					t.Errorf("%d lines, want %d to %d", n, test.least, test.most)
				}
				first, _, _ := strings.Cut(out.String(), "\n")
				if form := regexp.MustCompile(`^2 of 2248 .* 5s: 1 .*, 1 `); n > 0 &&
					!form.MatchString(first) {
					t.Errorf("the first line is %q, want one like %s", first, form)
				}
			})
		})
	}
}

// The first results that neither passed nor were skipped are printed immediately.
func TestProgress_Results(t *testing.T) {
	for _, test := range []struct {
		name    string
		outcome report.Outcome
		want    int
	}{
		{"pass", report.Pass, 0},
		{"skip", report.Skip, 0},
		{"fail", report.Fail, maxProgressResults},
		{"error", report.Error, maxProgressResults},
		{"provisional", report.Provisional, maxProgressResults},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out bytes.Buffer
			p := newProgress(cli.Env{Stderr: &out, Lookup: noVariables}, &out, 2248)
			for range 2 * maxProgressResults {
				p.add(report.Result{ID: "create/a", Outcome: test.outcome, Message: "why"})
			}
			p.end()
			if got := strings.Count(out.String(), "create/a"); got != test.want {
				t.Errorf("%d results, want %d", got, test.want)
			}
		})
	}
}

func noVariables(string) (string, bool) { return "", false }
