package contracttests

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"example.com/patmock/contracttests/report"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/limit"
	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/standing"
)

// CheckOptions say what [CheckClient] judges. The zero value is the client's namespace.
type CheckOptions struct {
	// AllNamespaces judges every namespace of the mock, also those that were removed.
	AllNamespaces bool
	// Allowed kinds of findings are skipped.
	Allowed []string
	// AllowEmpty lets a check pass that judges no request.
	AllowEmpty bool
	// Clear clears the findings that are judged.
	Clear bool
}

// CheckClient judges what clients did since the mock was started or its findings were cleared. The
// report has a result for each rule. If no request was judged, it has one result, which fails. It
// returns an error if the mock cannot be reached, or never had the namespace.
func CheckClient(ctx context.Context, mock *control.Client, options CheckOptions) (*report.Report, error) {
	found, err := options.fetch(ctx, mock)
	if err != nil {
		return nil, err
	}
	out := &report.Report{Schema: report.SchemaVersion, Warnings: []report.Warning{}, Results: []report.Result{}, Judged: judged(found)}
	if found.Judged == 0 {
		addEmpty(out, options.AllowEmpty)
		return out, nil
	}
	kinds := map[string]control.KindFindings{}
	for _, k := range found.Kinds {
		kinds[k.Kind] = k
	}
	for _, bound := range ClientRules() {
		result := report.Result{
			ID: "client/" + bound.Kind(), Promise: bound.Text, Sources: bound.Sources, Standing: bound.Evidence,
			Outcome: report.Pass, Failures: []report.Failure{}, Notes: []string{}, Requests: found.Judged,
		}
		judgeRule(&result, bound, kinds[bound.Kind()], slices.Contains(options.Allowed, bound.Kind()))
		out.Results = append(out.Results, result)
	}
	out.Count()
	return out, nil
}

// fetch returns the findings that are judged.
func (o CheckOptions) fetch(ctx context.Context, mock *control.Client) (control.Findings, error) {
	switch {
	case o.AllNamespaces && o.Clear:
		return mock.ClearAllFindings(ctx)
	case o.AllNamespaces:
		return mock.AllFindings(ctx)
	case o.Clear:
		return mock.ClearFindings(ctx)
	}
	return mock.Findings(ctx)
}

// judgeRule adds what was found by one rule to its result.
func judgeRule(result *report.Result, bound ClientRule, found control.KindFindings, allowed bool) {
	permitted := found.Allowed
	if allowed {
		permitted += found.Count
	}
	switch {
	case found.Count > 0 && !allowed:
		result.Outcome, result.Kind = report.Fail, report.KindFinding
	case permitted > 0:
		result.Outcome, result.Kind, result.Message = report.Skip, report.KindAllowed, "allowed: "+findingsText(permitted)
		return
	case allowed:
		result.Outcome, result.Kind, result.Message = report.Skip, report.KindAllowed, "allowed"
		return
	default:
		return
	}
	if permitted > 0 {
		result.Notes = append(result.Notes, findingsText(permitted)+" more were allowed")
	}
	var remedies []string
	for _, example := range found.Examples {
		example.Remedy = cmp.Or(example.Remedy, bound.Advice)
		remedies = append(remedies, example.Remedy)
		result.Failures = append(result.Failures, clientFailure(example))
	}
	if more := found.Count - len(found.Examples); more > 0 {
		result.Failures = append(result.Failures, report.Failure{Kind: report.KindFinding, Message: limit.More(more)})
	}
	result.Message = findingsText(found.Count) + ": " + commonRemedy(remedies, bound.Advice)
}

func findingsText(n int) string {
	if n == 1 {
		return "1 finding"
	}
	return fmt.Sprintf("%d findings", n)
}

// commonRemedy returns the remedy of several findings if it is the same for all.
func commonRemedy(remedies []string, advice string) string {
	switch distinct := slices.Compact(slices.Sorted(slices.Values(remedies))); len(distinct) {
	case 0:
		return advice
	case 1:
		return report.Redact(distinct[0])
	default:
		return fmt.Sprintf("%d remedies, see each", len(distinct))
	}
}

func clientFailure(example control.FindingExample) report.Failure {
	target := example.Path
	if example.Query != "" {
		target += "?" + example.Query
	}
	who := cmp.Or(example.Owner, "an unknown user")
	lines := []string{
		fmt.Sprintf("%s %s by %s in namespace %s: %d", example.Method, target, who, example.Namespace, example.Status),
		"request " + example.RequestID + ": " + example.Remedy,
	}
	return report.Failure{
		Kind: report.KindFinding, Message: report.Redact(example.Detail), Exchange: report.Redact(strings.Join(lines, "\n")),
	}
}

// judged returns what the findings are about.
func judged(found control.Findings) *report.Judged {
	j := &report.Judged{
		Requests: found.Judged, Namespaces: found.Namespaces, OtherNamespaceRequests: found.OtherNamespaceRequests,
		ClientCount: found.ClientCount, Clients: []report.Client{}, OtherClientRequests: found.OtherClientRequests, NotJudged: []report.NotJudged{},
	}
	for _, c := range found.Clients {
		j.Clients = append(j.Clients, report.Client(c))
	}
	for _, reason := range slices.Sorted(maps.Keys(found.NotJudged)) {
		j.NotJudged = append(j.NotJudged, report.NotJudged{
			Reason: reason, Text: cmp.Or(notJudgedTexts[reason], "by the rule "+reason), Requests: found.NotJudged[reason],
		})
	}
	return j
}

// notJudgedTexts are the reasons for which a mock does not judge requests, as parts of a sentence.
var notJudgedTexts = map[string]string{
	control.NotJudgedControl:       "to the control API",
	control.NotJudgedIgnored:       "to namespaces whose findings are ignored, such as those of a contract run",
	control.NotJudgedForwarded:     "forwarded to the fallback",
	control.NotJudgedBrowser:       "by a browser on its own, such as preflights",
	string(rule.RateLimit):         "over the rate limit",
	string(rule.InjectedFault):     "rejected by a fault",
	string(rule.PreferredStatus):   "rejected because of Prefer",
	string(rule.HostileProfile):    "rejected by the hostile profile",
	string(rule.MemoryBudget):      "over the memory budget",
	string(rule.TooManyNamespaces): "to one namespace too many",
}

// addEmpty adds the only result of a check that judged no request.
func addEmpty(r *report.Report, allowed bool) {
	message := "no request was judged"
	if rest := r.Judged.NotJudgedText(); rest != "" {
		message += ", but these were sent: " + rest
	}
	message += "; a client has to send some, or --allow-empty lets this pass"
	result := report.Result{
		ID: "client/any-request", Promise: "A client sends a request that is judged.", Sources: []string{"README.md#checking-your-client"}, Standing: standing.Assumed,
		Outcome: report.Fail, Kind: report.KindNoRequests, Message: message, Failures: []report.Failure{}, Notes: []string{},
	}
	if allowed {
		result.Outcome = report.Skip
		r.Warnings = append(r.Warnings, report.Warning{Kind: report.WarnNoRequests, Text: message})
	}
	r.Results = append(r.Results, result)
	r.Count()
}
