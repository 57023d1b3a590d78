package contracttests

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"example.com/patmock/contracttests/report"
	"example.com/patmock/contracttests/tenantguard"
	"example.com/patmock/spec/redact"
)

// warnings counts signs over all cases that a run tests less than it should.
type warnings struct {
	mu        sync.Mutex
	responses int
	statuses  map[int]int
	// filtered is the number of filtered lists, and empty the number of those without a token.
	filtered, empty int
	// rejections describe rejections with an undeclared status.
	rejections map[string]bool
	// otherRuns has the names of tokens of other runs. interference describes the first change by
	// one of them.
	otherRuns    map[string]bool
	interference string
}

// maxSkew is the clock difference of a target that is accepted without a warning.
const maxSkew = 30 * time.Second

func (w *warnings) record(x *exchange) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.responses++
	w.statuses[x.Status]++
	if x.Method == http.MethodGet && x.Status == http.StatusOK &&
		strings.Contains(x.URL, "filters=") {
		w.filtered++
		if strings.TrimSpace(x.ResponseBody) == "[]" {
			w.empty++
		}
	}
}

// otherRun records the name of a token of another run.
func (w *warnings) otherRun(name string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.otherRuns[name] = true
}

// addInterference records the first interference.
func (w *warnings) addInterference(text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.interference = cmp.Or(w.interference, text)
}

// undeclared records a rejection whose status the document does not declare.
func (w *warnings) undeclared(operation string, status int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rejections[fmt.Sprintf("%s was rejected with %d, which its document does not declare",
		operation, status)] = true
}

// list returns the warnings of the run.
func (w *warnings) list(clock *tenantguard.Clock) []report.Warning {
	w.mu.Lock()
	defer w.mu.Unlock()
	found := []report.Warning{}
	add := func(kind report.WarningKind, format string, args ...any) {
		found = append(found, report.Warning{Kind: kind, Text: fmt.Sprintf(format, args...)})
	}
	for _, status := range []int{http.StatusUnauthorized, http.StatusNotFound} {
		if w.responses > 0 && w.statuses[status] == w.responses {
			add(report.WarnSameStatus,
				"every response was %d: check the base URL and the credentials", status)
		}
	}
	if w.filtered > 0 && w.empty == w.filtered {
		add(report.WarnNoFilterMatch,
			"no filter matched any token: a target that ignores all tokens would pass")
	}
	if clock.Differs(maxSkew) {
		add(report.WarnClockSkew,
			"the target's clock is %s: dates in requests and expectations are adjusted", clock)
	}
	switch names := slices.Sorted(maps.Keys(w.otherRuns)); {
	case w.interference != "":
		add(report.WarnOtherRun, "%s", w.interference)
	case len(names) > 0:
		add(report.WarnOtherRun,
			"%s is a token of another run, as are %d more; they are left alone: delete leftovers "+
				"with patmock contract sweep",
			redact.Report(names[0]), len(names)-1)
	}
	for _, text := range slices.Sorted(maps.Keys(w.rejections)) {
		add(report.WarnUndeclaredStatus, "%s", text)
	}
	return found
}
