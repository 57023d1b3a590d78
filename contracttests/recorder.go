package contracttests

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"example.com/patmock/contracttests/recording"
	"example.com/patmock/contracttests/report"
	"example.com/patmock/contracttests/tenantguard"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/redact"
)

// recorder has what a scenario did and what was found.
type recorder struct {
	last     *exchange
	requests int
	// recording reports that exchanges are kept. Answers has the places of those that answered a
	// question.
	recording bool
	exchanges []recording.Exchange
	answers   map[string]int
	// reached reports that the target responded with a status below 500.
	reached bool
	// wrote reports that a write was carried out.
	wrote bool

	failures, beside []report.Failure
	// doubts are failures of rules that are only assumed, on a real tenant.
	doubts []report.Failure
	notes  []string
	// otherRuns are the tokens of other runs as lists show them, by name, for each request.
	otherRuns map[string]map[string]string
	// interference says what another run did during the scenario, empty if it did nothing.
	interference string
	// secrets are redacted, also in JSON. They need not look like secrets.
	secrets map[string]bool
}

// observe keeps an exchange if the run is recorded.
func (r *recorder) observe(x *exchange) {
	if r.recording {
		r.exchanges = append(r.exchanges, x.recorded())
	}
}

func (r *recorder) fail(kind report.Kind, message, diff string) {
	r.failures = append(r.failures, r.failure(kind, message, diff))
}

// failure returns a failure that shows the last exchange.
func (r *recorder) failure(kind report.Kind, message, diff string) report.Failure {
	f := report.Failure{
		Kind: kind, Message: r.excerpt(message, maxMessage), Diff: r.excerpt(diff, maxDiff),
	}
	if r.last != nil {
		f.Exchange, f.Curl = r.last.text(r.redact, r.excerpt), r.last.curl(r.redact)
	}
	return f
}

// rememberSecrets remembers the secrets of an exchange. Shorter texts are words.
func (r *recorder) rememberSecrets(x *exchange) {
	const shortest = 16
	var response struct {
		AccessToken string `json:"access_token"`
		Secret      string `json:"secret"`
	}
	_ = json.Unmarshal([]byte(x.ResponseBody), &response) // what is left out is not there
	_, bearer, _ := strings.Cut(x.Header.Get("Authorization"), " ")
	for _, secret := range []string{bearer, response.AccessToken, response.Secret} {
		if len(secret) >= shortest {
			r.secrets[secret] = true
		}
	}
}

// redact removes the known secrets, and all that look like one.
func (r *recorder) redact(text string) string {
	for secret := range r.secrets {
		text = strings.ReplaceAll(text, secret, redact.Mark)
		text = strings.ReplaceAll(text, strings.Trim(encode(secret), `"`), redact.Mark)
	}
	return redact.Report(text)
}

// excerpt returns the beginning of a text without secrets, at most about limit bytes of it.
func (r *recorder) excerpt(text string, limit int) string {
	return truncate(r.redact(wholeWords(text, maxRedacted)), limit)
}

// judge sets the outcome of a scenario. Err ended it, and left kept its cleanup from deleting what
// it created.
func (r *recorder) judge(result *report.Result, s Scenario, isTenant bool, err, left error) {
	result.Requests = r.requests
	result.Failures = slices.Concat(result.Failures, r.failures, r.beside, r.doubts)
	for _, note := range r.notes {
		result.Notes = append(result.Notes, r.excerpt(note, maxMessage))
	}
	provisional := isTenant && (s.Evidence == evidence.Assumed || s.OpenQuestion)
	set := func(outcome report.Outcome, kind report.Kind, message string) {
		result.Outcome, result.Kind, result.Message = outcome, kind, message
	}
	var refused *tenantguard.NotSentError
	switch {
	case left != nil:
		set(report.Error, report.KindLeftovers,
			"what the scenario made may be left: "+r.excerpt(firstLine(left.Error()), maxMessage))
	case errors.As(err, &refused) && len(r.failures)+len(r.beside) == 0:
		set(report.Skip, report.KindUnsupported, "the target lacks "+refused.Missing)
		result.Missing = []string{string(refused.Reason)}
	case err != nil && !errors.As(err, &refused):
		kind := report.KindUntested
		if _, panicked := errors.AsType[*panicError](err); panicked {
			kind = report.KindPanic
		} else if _, gateway := errors.AsType[*GatewayError](err); gateway {
			kind = report.KindGateway
		}
		set(report.Error, kind, r.excerpt(firstLine(err.Error()), maxMessage))
	case len(r.failures)+len(r.beside) > 0 && r.interference != "":
		set(report.Error, report.KindOtherRun, r.interference)
	case len(r.failures) > 0 && !provisional:
		set(report.Fail, r.failures[0].Kind, r.failures[0].Message)
	case len(r.beside) > 0:
		set(report.Fail, r.beside[0].Kind, r.beside[0].Message)
	case len(r.failures) > 0:
		set(report.Provisional, report.KindAssumed,
			"assumed, and not so here: "+r.failures[0].Message)
	case len(r.doubts) > 0:
		set(report.Provisional, report.KindAssumed,
			"assumed, and not so here: "+r.doubts[0].Message)
	case s.OpenQuestion && isTenant:
		set(report.Provisional, report.KindOpenQuestion,
			"an open question, answered: "+strings.Join(result.Notes, "; "))
	}
}
