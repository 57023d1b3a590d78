package clients_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// fuzzReport is the report of a schemathesis run, by its events.
type fuzzReport struct {
	// operations has the operations of the document, each a method and a path.
	operations map[string]bool
	// cases counts the requests by phase, and checks counts the checked responses by check.
	cases, checks map[string]int
	// accepted counts the 2xx responses by operation.
	accepted map[string]int
	// linked counts the 2xx responses to requests with data of an earlier response, by link, such
	// as "POST /a -> PATCH /a/{id}".
	linked map[string]int
	// failures has the failed checks by operation, and errors those of schemathesis itself.
	failures map[string][]fuzzFailure
	errors   []string
	// stopped is the reason for the end of the run. The only good reason is completed.
	stopped string
}

// fuzzFailure is a failed check of a case.
type fuzzFailure struct {
	check, text string
}

// fuzzEvent is a line of the report. Exactly one field is set.
type fuzzEvent struct {
	ScenarioFinished *fuzzScenario
	EngineFinished   *struct {
		StopReason string `json:"stop_reason"`
	}
	NonFatalError, FatalError, Interrupted json.RawMessage
}

// fuzzScenario has cases by id, with their requests, responses and results of checks.
type fuzzScenario struct {
	Phase    string
	Recorder struct {
		Label string
		Cases map[string]struct {
			Value    struct{ Method, Path string }
			ParentID string `json:"parent_id"`
			Applied  bool   `json:"is_transition_applied"`
		}
		Interactions map[string]fuzzInteraction
		Checks       map[string][]struct {
			Name, Status string
			FailureInfo  struct {
				Failure struct{ Operation, Title, Message string }
			} `json:"failure_info"`
		}
	}
}

type fuzzInteraction struct {
	Request struct {
		Method, URI string
		Headers     map[string][]string
		Body        fuzzBytes
	}
	Response struct {
		StatusCode int `json:"status_code"`
		Content    fuzzBytes
	}
}

type fuzzBytes struct {
	Bytes []byte `json:"$base64"`
}

func readFuzzReport(t *testing.T, file string) *fuzzReport {
	t.Helper()
	opened, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = opened.Close() }() // it was only read
	r := &fuzzReport{
		operations: map[string]bool{}, cases: map[string]int{}, checks: map[string]int{},
		accepted: map[string]int{}, linked: map[string]int{}, failures: map[string][]fuzzFailure{},
	}
	events := json.NewDecoder(opened)
	for {
		var event fuzzEvent
		err := events.Decode(&event)
		if errors.Is(err, io.EOF) {
			return r
		}
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		r.add(event)
	}
}

func (r *fuzzReport) add(event fuzzEvent) {
	for _, trouble := range []json.RawMessage{
		event.NonFatalError, event.FatalError, event.Interrupted,
	} {
		if trouble != nil {
			r.errors = append(r.errors, string(trouble))
		}
	}
	if event.EngineFinished != nil {
		r.stopped = event.EngineFinished.StopReason
	}
	if event.ScenarioFinished != nil {
		r.addScenario(event.ScenarioFinished)
	}
}

func (r *fuzzReport) addScenario(s *fuzzScenario) {
	recorded := s.Recorder
	if s.Phase != "stateful" {
		r.operations[recorded.Label] = true
	}
	for id, c := range recorded.Cases {
		r.cases[s.Phase]++
		if recorded.Interactions[id].Response.StatusCode/100 != 2 {
			continue
		}
		operation := c.Value.Method + " " + c.Value.Path
		r.accepted[operation]++
		if parent := recorded.Cases[c.ParentID].Value; c.Applied {
			r.linked[parent.Method+" "+parent.Path+" -> "+operation]++
		}
	}
	for id, checks := range recorded.Checks {
		for _, check := range checks {
			r.checks[check.Name]++
			if check.Status == "success" {
				continue
			}
			failure := check.FailureInfo.Failure
			r.failures[failure.Operation] = append(r.failures[failure.Operation], fuzzFailure{
				check: check.Name,
				text: fmt.Sprintf("%s in the phase %s: %s: %s\n%s", check.Name, s.Phase,
					failure.Title, failure.Message, s.story(id)),
			})
		}
	}
}

// story describes a case and the preceding ones as commands, with the last response.
func (s *fuzzScenario) story(id string) string {
	last := s.Recorder.Interactions[id].Response
	lines := []string{fmt.Sprintf("%d %s", last.StatusCode, last.Content.Bytes)}
	for seen := []string(nil); id != "" &&
		!slices.Contains(seen, id); id = s.Recorder.Cases[id].ParentID {
		seen = append(seen, id)
		lines = append(lines, s.Recorder.Interactions[id].curl())
	}
	slices.Reverse(lines)
	return strings.Join(lines, "\n")
}

// curl returns the request as a bash command, with the bearer in a variable.
func (i fuzzInteraction) curl() string {
	words := []string{"curl", "-i", "-X", i.Request.Method, quoted(i.Request.URI)}
	for _, name := range slices.Sorted(maps.Keys(i.Request.Headers)) {
		for _, value := range i.Request.Headers[name] {
			header := quoted(name + ": " + value)
			if value == "[Filtered]" {
				header = `"` + name + `: Bearer $BEARER"`
			}
			words = append(words, "-H", header)
		}
	}
	if body := i.Request.Body.Bytes; len(body) > 0 {
		words = append(words, "--data-binary", quoted(string(body)))
	}
	return strings.Join(words, " ")
}

// quoted quotes a word for bash.
func quoted(word string) string {
	escaped := strconv.QuoteToASCII(word)
	return "$'" +
		strings.ReplaceAll(strings.ReplaceAll(escaped[1:len(escaped)-1], `\"`, `"`), `'`, `\'`) +
		"'"
}
