package fault

import (
	"fmt"
	"net/textproto"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/clock"
	"example.com/patmock/spec/redact"
	"example.com/patmock/spec/rule"
)

// effectHTML is the effect that may have a status.
const effectHTML = "html"

// latencyLimit is the maximum latency of a rule.
const latencyLimit = 5 * time.Minute

// Check returns the errors of a rule that its schema does not express. Statuses returns the
// declared statuses of an operation in a version. An empty name or version matches all. It returns
// none if there is no such operation.
func Check(f control.Fault, statuses func(operation, version string) []int) []control.ProblemError {
	var problems []control.ProblemError
	report := func(violated rule.ID, pointer, format string, args ...any) {
		problems = append(problems, control.ProblemError{
			Pointer: pointer, Detail: fmt.Sprintf(format, args...), Rule: string(violated),
		})
	}
	checkKind(f, report)
	if f.Operation == "token" && f.Version != "" {
		report(rule.FaultVersion, "/version",
			"expected no version with the operation token: the token endpoint has none")
	} else if declared := statuses(f.Operation, f.Version); len(declared) == 0 {
		report(rule.FaultOperation, "/operation", "no operation %s is served in version %s",
			f.Operation, f.Version)
	} else if f.Status != 0 && f.Effect == "" && !slices.Contains(declared, f.Status) {
		report(rule.FaultStatus, "/status",
			"expected a status that the operation declares (%s), got %d; for the error page of a "+
				"gateway set \"effect\": \"html\" with a status",
			joinErrorStatuses(declared), f.Status)
	}
	if f.RetryAfter != "" && (f.Status == 0 || f.Effect != "") {
		report(rule.FaultCompanion, "/retryAfter", "expected only with a status")
	}
	if f.RetryAfterAs != "" && f.RetryAfter == "" {
		report(rule.FaultCompanion, "/retryAfterAs", "expected only with retryAfter")
	}
	if f.Rate > 0 && (f.After > 0 || f.Times > 0) {
		report(rule.FaultSchedule, "/rate", "expected a rate, or after and times, not both")
	}
	if low, high, err := parseLatency(f.Latency); err != nil {
		report(rule.FaultDuration, "/latency", "%v", err)
	} else if low > high || high > latencyLimit {
		report(rule.FaultLatency, "/latency",
			"expected at most %s, and the lower bound of a range first, got %s", latencyLimit,
			f.Latency)
	}
	if _, err := parseDuration(f.RetryAfter); err != nil {
		report(rule.FaultDuration, "/retryAfter", "%v", err)
	}
	for name := range f.Header {
		if textproto.TrimString(name) == "" || strings.EqualFold(name, "Authorization") {
			report(rule.FaultHeader, "/header",
				"expected names of headers without secrets, got %s", redact.Quote(name))
		}
	}
	return problems
}

func checkKind(
	f control.Fault, report func(violated rule.ID, pointer, format string, args ...any),
) {
	count := 0
	for _, set := range []bool{
		f.Status != 0 && f.Effect != effectHTML, f.Latency != "", f.Effect != "",
	} {
		if set {
			count++
		}
	}
	if count != 1 {
		report(rule.FaultEffect, "",
			"expected exactly one of status, latency and effect (html may have a status), got %d "+
				"of them", count)
	}
}

// parseLatency parses a duration, or a range of two.
func parseLatency(text string) (low, high time.Duration, err error) {
	lowText, highText, isRange := strings.Cut(text, "-")
	if low, err = parseDuration(lowText); err != nil {
		return 0, 0, err
	}
	if !isRange {
		return low, low, nil
	}
	high, err = parseDuration(highText)
	return low, high, err
}

// parseDuration parses a duration. Empty text is zero.
func parseDuration(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	return clock.ParseDuration(text)
}

func joinErrorStatuses(statuses []int) string {
	var texts []string
	for _, s := range statuses {
		if s >= 400 {
			texts = append(texts, strconv.Itoa(s))
		}
	}
	return strings.Join(texts, ", ")
}
