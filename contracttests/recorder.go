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

// recorder has the exchanges and failures of a scenario.
type recorder struct {
	lastExchange *exchange
	requests     int
	// recording reports whether exchanges are stored. dialectEntries has the indices of exchanges
	// that decide dialect entries.
	recording      bool
	exchanges      []recording.Exchange
	dialectEntries map[string]int
	// responded reports whether the target responded with a status below 500.
	responded bool
	// modified reports whether a write succeeded.
	modified bool

	failures, observerFailures []report.Failure
	// assumedFailures are failures of assumed rules on a real tenant.
	assumedFailures []report.Failure
	notes           []string
	// otherRuns has the listed tokens of other runs, by request and name.
	otherRuns map[string]map[string]string
	// interference describes how another run interfered, empty if none did.
	interference string
	// secrets are redacted, also in JSON. They need not look like secrets.
	secrets  map[string]bool
	personal personalData
}

// recordExchange stores an exchange if the run is recorded.
func (r *recorder) recordExchange(x *exchange) {
	if r.recording {
		r.exchanges = append(r.exchanges, x.toRecording())
	}
}

func (r *recorder) fail(kind report.Kind, message, diff string) {
	r.failures = append(r.failures, r.failure(kind, message, diff))
}

// failure returns a failure with the latest exchange.
func (r *recorder) failure(kind report.Kind, message, diff string) report.Failure {
	f := report.Failure{
		Kind: kind, Message: r.excerpt(message, maxMessage), Diff: r.excerpt(diff, maxDiff),
	}
	if x := r.personal.redactExchange(r.lastExchange); x != nil {
		f.Exchange, f.Curl = x.text(r.redact, r.excerpt), x.curl(r.redact)
	}
	return f
}

// rememberSecrets adds the secrets and the personal data of an exchange. Shorter values are not
// secret.
func (r *recorder) rememberSecrets(x *exchange) {
	r.personal.remember(x)
	const minSecretLength = 16
	var response struct {
		AccessToken string `json:"access_token"`
		Secret      string `json:"secret"`
	}
	_ = json.Unmarshal([]byte(x.ResponseBody), &response) // absent properties are empty
	_, bearer, _ := strings.Cut(x.Header.Get("Authorization"), " ")
	for _, secret := range []string{bearer, response.AccessToken, response.Secret} {
		if len(secret) >= minSecretLength {
			r.secrets[secret] = true
		}
	}
}

// redact replaces known secrets, and values that look like secrets.
func (r *recorder) redact(text string) string {
	for secret := range r.secrets {
		text = strings.ReplaceAll(text, secret, redact.Mark)
		text = strings.ReplaceAll(text, strings.Trim(encode(secret), `"`), redact.Mark)
	}
	return redact.Report(r.personal.redact(text))
}

// excerpt returns the beginning of a redacted text, about limit bytes.
func (r *recorder) excerpt(text string, limit int) string {
	return truncate(r.redact(cutAtWord(text, maxRedacted)), limit)
}

// setOutcome sets the outcome of a scenario. err ended the scenario, and cleanupErr its cleanup.
func (r *recorder) setOutcome(result *report.Result, s Scenario, isTenant bool, err,
	cleanupErr error,
) {
	result.Requests = r.requests
	result.Failures = slices.Concat(result.Failures, r.failures, r.observerFailures,
		r.assumedFailures)
	for _, note := range r.notes {
		result.Notes = append(result.Notes, r.excerpt(note, maxMessage))
	}
	provisional := isTenant && (s.Evidence == evidence.Assumed || s.OpenQuestion)
	set := func(outcome report.Outcome, kind report.Kind, message string) {
		result.Outcome, result.Kind, result.Message = outcome, kind, message
	}
	var rejected *tenantguard.NotSentError
	switch {
	case cleanupErr != nil:
		set(report.Error, report.KindLeftovers,
			"tokens of the scenario may be left: "+
				r.excerpt(firstLine(cleanupErr.Error()), maxMessage))
	case errors.As(err, &rejected) && len(r.failures)+len(r.observerFailures) == 0:
		set(report.Skip, report.KindUnsupported, "the target lacks "+rejected.Missing)
		result.Missing = []string{string(rejected.Reason)}
	case err != nil && !errors.As(err, &rejected):
		kind := report.KindUntested
		if _, panicked := errors.AsType[*panicError](err); panicked {
			kind = report.KindPanic
		} else if _, gateway := errors.AsType[*GatewayError](err); gateway {
			kind = report.KindGateway
		}
		set(report.Error, kind, r.excerpt(firstLine(err.Error()), maxMessage))
	case len(r.failures)+len(r.observerFailures) > 0 && r.interference != "":
		set(report.Error, report.KindOtherRun, r.interference)
	case len(r.failures) > 0 && !provisional:
		set(report.Fail, r.failures[0].Kind, r.failures[0].Message)
	case len(r.observerFailures) > 0:
		set(report.Fail, r.observerFailures[0].Kind, r.observerFailures[0].Message)
	case len(r.failures) > 0:
		set(report.Provisional, report.KindAssumed,
			"assumed, but different here: "+r.failures[0].Message)
	case len(r.assumedFailures) > 0:
		set(report.Provisional, report.KindAssumed,
			"assumed, but different here: "+r.assumedFailures[0].Message)
	case s.OpenQuestion && isTenant:
		set(report.Provisional, report.KindOpenQuestion,
			"an open question; response: "+strings.Join(result.Notes, "; "))
	}
}
