package sample

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// recorder is a testing.TB that records log messages and skips.
type recorder struct {
	testing.TB
	name    string
	text    string
	skipped bool
}

func (l *recorder) Name() string                    { return l.name }
func (l *recorder) Helper()                         {}
func (l *recorder) Logf(format string, args ...any) { l.text += fmt.Sprintf(format, args...) }
func (l *recorder) Skipf(format string, args ...any) {
	l.skipped = true
	l.Logf(format, args...)
}

func hundred() []int {
	all := make([]int, 100)
	for i := range all {
		all[i] = i
	}
	return all
}

func TestOf_ReturnsSample(t *testing.T) {
	t.Setenv(EnvVar, "")
	log := &recorder{TB: t, name: "TestA"}
	some := Of(log, 10, hundred())
	if len(slices.Compact(slices.Clone(some))) != 10 || !slices.IsSorted(some) || some[9] > 99 {
		t.Errorf("got %v, want ten different elements in their order", some)
	}
	if !strings.Contains(log.text, "10 of 100") || !strings.Contains(log.text, EnvVar) {
		t.Errorf("logged %q, want the number of omitted elements and the variable", log.text)
	}
	if diff := cmp.Diff(some, Of(&recorder{TB: t, name: "TestA"}, 10, hundred())); diff != "" {
		t.Errorf("the same test selects other elements (-first +second):\n%s", diff)
	}
	if slices.Equal(some, Of(&recorder{TB: t, name: "TestB"}, 10, hundred())) {
		t.Error("another test selects the same elements")
	}
}

func TestOf_ReturnsAll(t *testing.T) {
	for _, tt := range []struct {
		name, variable string
		n              int
	}{
		{"exhaustive", "1", 10},
		{"as many as there are", "", 100},
		{"more than there are", "", 1000},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv(EnvVar, tt.variable)
			log := &recorder{TB: t, name: "TestA"}
			if diff := cmp.Diff(hundred(), Of(log, tt.n, hundred())); diff != "" || log.text != "" {
				t.Errorf("sample (-want +got), logged %q:\n%s", log.text, diff)
			}
		})
	}
}

func TestSkip_UnlessExhaustive(t *testing.T) {
	for _, tt := range []struct {
		variable string
		want     bool
	}{{"", true}, {"0", true}, {"1", false}, {"true", false}} {
		t.Setenv(EnvVar, tt.variable)
		log := &recorder{TB: t}
		if Skip(log, "all of them"); log.skipped != tt.want ||
			tt.want && !strings.HasPrefix(log.text, "all of them: ") {
			t.Errorf("%s=%s: skipped %v with %q, want %v", EnvVar, tt.variable, log.skipped,
				log.text, tt.want)
		}
	}
}

func TestExhaustive_RejectsInvalidVariable(t *testing.T) {
	t.Setenv(EnvVar, "yes")
	defer func() {
		if recover() == nil {
			t.Error("no panic for an invalid value")
		}
	}()
	Exhaustive()
}

func TestExhaustive_IfRunNamesSubtests(t *testing.T) {
	t.Setenv(EnvVar, "")
	run := flag.Lookup("test.run").Value
	defer func(before string) { _ = run.Set(before) }(run.String())
	for pattern, want := range map[string]bool{"": false, "TestA": false, "TestA$/case": true} {
		if err := run.Set(pattern); err != nil {
			t.Fatal(err)
		}
		if got := Exhaustive(); got != want {
			t.Errorf("-run %q: exhaustive %t, want %t", pattern, got, want)
		}
	}
	t.Setenv(EnvVar, "0")
	if Exhaustive() {
		t.Errorf("%s=0 is exhaustive", EnvVar)
	}
}
