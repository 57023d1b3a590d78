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

// warnings count over all cases what shows that a run does not really test.
type warnings struct {
	mu        sync.Mutex
	responses int
	statuses  map[int]int
	// filtered lists, and those of them that were empty.
	filtered, empty int
	// rejections are those whose status no document declares, by what is found of them.
	rejections map[string]bool
	// otherRuns are the names of tokens of other runs, and interfered says what one of them did.
	otherRuns    map[string]bool
	interference string
}

// maxSkew is the largest difference of a target's clock from ours without a warning.
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

// otherRun notes a token of another run.
func (w *warnings) otherRun(name string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.otherRuns[name] = true
}

// addInterference notes what another run did, once.
func (w *warnings) addInterference(text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.interference = cmp.Or(w.interference, text)
}

// undeclared notes a refusal whose status the document of its operation does not declare.
func (w *warnings) undeclared(operation string, status int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rejections[fmt.Sprintf("%s was refused with %d, which its document does not declare",
		operation, status)] = true
}

// list returns what makes the run doubtful.
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
				"every answer was %d: is the base URL right, and are the credentials?", status)
		}
	}
	if w.filtered > 0 && w.empty == w.filtered {
		add(report.WarnNoFilterMatch,
			"no filter has matched any token: a target that answers every filter with an empty "+
				"list would pass")
	}
	if clock.Differs(maxSkew) {
		add(report.WarnClockSkew,
			"the target's clock is %s: dates in requests and expectations follow it", clock)
	}
	switch names := slices.Sorted(maps.Keys(w.otherRuns)); {
	case w.interference != "":
		add(report.WarnOtherRun, "%s", w.interference)
	case len(names) > 0:
		add(report.WarnOtherRun,
			"%s is of another run, as are %d more: they are left alone, and patmock contract "+
				"sweep deletes what that run left",
			redact.Report(names[0]), len(names)-1)
	}
	for _, text := range slices.Sorted(maps.Keys(w.rejections)) {
		add(report.WarnUndeclaredStatus, "%s", text)
	}
	return found
}
