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

// warnings notice that a run does not really test.
type warnings struct {
	shared *sharedWarnings
}

// sharedWarnings counts over all cases.
type sharedWarnings struct {
	mu       sync.Mutex
	answers  int
	statuses map[int]int
	// filtered lists, and those of them that were empty.
	filtered, empty int
	// refusals are those whose status no document declares, by what is told of them.
	refusals map[string]bool
	// otherRuns are the names of tokens of other runs, and interfered says what one of them did.
	otherRuns  map[string]bool
	interfered string
}

// maxSkew is the largest difference of a target's clock from ours without a warning.
const maxSkew = 30 * time.Second

func (w warnings) see(x *exchange) {
	s := w.shared
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers++
	s.statuses[x.Status]++
	if x.Method == http.MethodGet && x.Status == http.StatusOK && strings.Contains(x.URL, "filters=") {
		s.filtered++
		if strings.TrimSpace(x.Reply) == "[]" {
			s.empty++
		}
	}
}

// otherRun notes a token of another run.
func (w warnings) otherRun(name string) {
	s := w.shared
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.otherRuns == nil {
		s.otherRuns = map[string]bool{}
	}
	s.otherRuns[name] = true
}

// interference notes what another run did, once.
func (w warnings) interference(text string) {
	s := w.shared
	s.mu.Lock()
	defer s.mu.Unlock()
	s.interfered = cmp.Or(s.interfered, text)
}

// undeclared notes a refusal whose status the document of its operation does not declare.
func (w warnings) undeclared(operation string, status int) {
	s := w.shared
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refusals == nil {
		s.refusals = map[string]bool{}
	}
	s.refusals[fmt.Sprintf("%s was refused with %d, which its document does not declare", operation, status)] = true
}

// tell lists what makes the run doubtful.
func (s *sharedWarnings) tell(clock *tenantguard.Clock) []report.Warning {
	s.mu.Lock()
	defer s.mu.Unlock()
	told := []report.Warning{}
	add := func(kind report.WarningKind, format string, args ...any) {
		told = append(told, report.Warning{Kind: kind, Text: fmt.Sprintf(format, args...)})
	}
	for _, status := range []int{http.StatusUnauthorized, http.StatusNotFound} {
		if s.answers > 0 && s.statuses[status] == s.answers {
			add(report.WarnSameStatus, "every answer was %d: is the base URL right, and are the credentials?", status)
		}
	}
	if s.filtered > 0 && s.empty == s.filtered {
		add(report.WarnNoFilterMatch, "no filter has matched any token: a target that answers every filter with an empty list would pass")
	}
	if clock.Differs(maxSkew) {
		add(report.WarnClockSkew, "the target's clock is %s: dates in requests and expectations follow it", clock)
	}
	switch names := slices.Sorted(maps.Keys(s.otherRuns)); {
	case s.interfered != "":
		add(report.WarnOtherRun, "%s", s.interfered)
	case len(names) > 0:
		add(report.WarnOtherRun, "%s is of another run, as are %d more: they are left alone, and patmock contract sweep deletes what that run left",
			redact.Report(names[0]), len(names)-1)
	}
	for _, text := range slices.Sorted(maps.Keys(s.refusals)) {
		add(report.WarnUndeclaredStatus, "%s", text)
	}
	return told
}
