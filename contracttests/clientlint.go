package contracttests

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"example.com/patmock/contracttests/report"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/limit"
	"example.com/patmock/spec/redact"
	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/version"
)

// LintOptions configures [LintClient]. The zero value checks the namespace of the control client.
type LintOptions struct {
	// AllNamespaces includes every namespace of the mock, even removed ones.
	AllNamespaces bool
	// AllowedKinds are the kinds of findings to ignore.
	AllowedKinds []string
	// AllowEmpty lets the check pass without any judged request.
	AllowEmpty bool
	// Clear clears the findings after they are read.
	Clear bool
}

// LintClient reports the findings about clients since the mock started or its findings were
// cleared. The report has a result for each rule. Without any judged request it has a single
// result, which fails. LintClient returns an error if the mock cannot be reached or the namespace
// never existed.
func LintClient(
	ctx context.Context, mock *control.Client, options LintOptions,
) (*report.Report, error) {
	start := time.Now()
	findings, err := options.fetch(ctx, mock)
	if err != nil {
		return nil, err
	}
	out := &report.Report{
		Schema: report.SchemaVersion, Started: start.UTC(), Warnings: []report.Warning{},
		Results: []report.Result{}, Judged: judgedRequests(findings),
	}
	if findings.Judged == 0 {
		addEmpty(out, options.AllowEmpty)
		return out, nil
	}
	kinds := map[string]control.KindFindings{}
	for _, k := range findings.Kinds {
		kinds[k.Kind] = k
	}
	for _, lintRule := range LintRules() {
		result := report.Result{
			ID: "client/" + lintRule.Kind(), Promise: lintRule.Text, Sources: lintRule.Sources,
			Evidence: lintRule.Evidence,
			Outcome:  report.Pass, Failures: []report.Failure{}, Notes: []string{},
			Requests: findings.Judged,
		}
		judgeRule(&result, lintRule, kinds[lintRule.Kind()],
			slices.Contains(options.AllowedKinds, lintRule.Kind()))
		out.Results = append(out.Results, result)
	}
	out.Seconds = time.Since(start).Seconds()
	out.Count()
	return out, nil
}

// fetch returns the findings to report.
func (o LintOptions) fetch(ctx context.Context, mock *control.Client) (control.Findings, error) {
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

// judgeRule adds the findings of one rule to its result.
func judgeRule(
	result *report.Result, lintRule LintRule, findings control.KindFindings, allowed bool,
) {
	allowedCount := findings.Allowed
	if allowed {
		allowedCount += findings.Count
	}
	switch {
	case findings.Count > 0 && !allowed:
		result.Outcome, result.Kind = report.Fail, report.KindFinding
	case allowedCount > 0:
		result.Outcome, result.Kind, result.Message = report.Skip, report.KindAllowed,
			"allowed: "+findingsText(allowedCount)
		return
	case allowed:
		result.Outcome, result.Kind, result.Message = report.Skip, report.KindAllowed, "allowed"
		return
	default:
		return
	}
	if allowedCount > 0 {
		result.Notes = append(result.Notes, findingsText(allowedCount)+" more were allowed")
	}
	for _, example := range findings.Examples {
		example.Remedy = cmp.Or(example.Remedy, lintRule.Advice)
		result.Failures = append(result.Failures, clientFailure(example))
	}
	if more := findings.Count - len(findings.Examples); more > 0 {
		result.Failures = append(result.Failures, report.Failure{
			Kind: report.KindFinding, Message: limit.Remainder(more),
		})
	}
	result.Sources = sourcesOf(lintRule.Sources, findings.Examples)
	result.Message = findingsMessage(findings, lintRule.Advice)
}

func findingsText(n int) string {
	if n == 1 {
		return "1 finding"
	}
	return fmt.Sprintf("%d findings", n)
}

// findingsMessage returns the number of findings, and the request, problem and remedy of the first
// one.
func findingsMessage(findings control.KindFindings, advice string) string {
	text := findingsText(findings.Count)
	if len(findings.Examples) == 0 {
		return text + ": " + advice
	}
	if findings.Count > 1 {
		text += ", the first"
	}
	first := findings.Examples[0]
	return text + ": " +
		redact.Report(fmt.Sprintf("%s %s: %s; %s", first.Method, first.Path, first.Detail,
			cmp.Or(first.Remedy, advice)))
}

// sourcesOf returns the sources of a rule, in the documents of the versions that the findings are
// about.
func sourcesOf(sources []string, examples []control.FindingExample) []string {
	var versions []version.Version
	for _, v := range version.All() {
		if slices.ContainsFunc(examples,
			func(e control.FindingExample) bool { return versionOf(e) == v }) {
			versions = append(versions, v)
		}
	}
	if len(versions) == 0 {
		return sources
	}
	var out []string
	for _, source := range sources {
		name, pointer, found := strings.Cut(source, " #")
		if _, err := version.Parse(name); !found || err != nil {
			out = append(out, source)
			continue
		}
		for _, v := range versions {
			out = append(out, string(v)+" #"+pointerIn(v, pointer))
		}
	}
	return out
}

// pointerIn translates a pointer to the document of another version. The document of v1 has other
// paths, and schema names in lower case.
func pointerIn(v version.Version, pointer string) string {
	if v != version.V1 {
		return pointer
	}
	const schemas = "/components/schemas/"
	if rest, found := strings.CutPrefix(pointer, schemas); found {
		name, below, _ := strings.Cut(rest+"/", "/")
		return strings.TrimSuffix(schemas+strings.ToLower(name)+"/"+below, "/")
	}
	return strings.Replace(pointer, "/~1personal-access-tokens", "/~1personal-access-tokens~1v1", 1)
}

// versionOf returns the version of a request's path, empty if it has none.
func versionOf(e control.FindingExample) version.Version {
	path := strings.TrimPrefix(e.Path, "/t/"+e.Namespace)
	for _, v := range version.All() {
		if strings.HasPrefix(path+"/", v.CollectionPath()+"/") ||
			strings.HasPrefix(path, "/"+string(v)+"/") {
			return v
		}
	}
	return ""
}

func clientFailure(example control.FindingExample) report.Failure {
	target := example.Path
	if example.Query != "" {
		target += "?" + example.Query
	}
	owner := cmp.Or(example.Owner, "an unknown user")
	lines := []string{
		fmt.Sprintf("%s %s by %s in namespace %s: %d", example.Method, target, owner,
			example.Namespace, example.Status),
		"request " + example.RequestID + ": " + example.Remedy,
	}
	return report.Failure{
		Kind: report.KindFinding, Message: redact.Report(example.Detail),
		Exchange: redact.Report(strings.Join(lines, "\n")),
	}
}

// judgedRequests returns the number of requests that the findings are based on.
func judgedRequests(findings control.Findings) *report.Judged {
	j := &report.Judged{
		Requests: findings.Judged, Namespaces: findings.Namespaces,
		OtherNamespaceRequests: findings.OtherNamespaceRequests,
		ClientCount:            findings.ClientCount, Clients: []report.Client{},
		OtherClientRequests: findings.OtherClientRequests, NotJudged: []report.NotJudged{},
	}
	for _, c := range findings.Clients {
		j.Clients = append(j.Clients, report.Client(c))
	}
	for _, reason := range slices.Sorted(maps.Keys(findings.NotJudged)) {
		j.NotJudged = append(j.NotJudged, report.NotJudged{
			Reason: reason, Text: cmp.Or(notJudgedTexts[reason], "by the rule "+reason),
			Requests: findings.NotJudged[reason],
		})
	}
	return j
}

// notJudgedTexts describe why a mock does not judge requests, as parts of a sentence.
var notJudgedTexts = map[string]string{
	control.NotJudgedControl: "to the control API",
	control.NotJudgedIgnored: "to namespaces whose findings are ignored, such as those of a " +
		"contract run",
	control.NotJudgedForwarded:     "forwarded to the fallback",
	control.NotJudgedBrowser:       "by a browser on its own, such as preflights",
	string(rule.RateLimit):         "rejected by the rate limit",
	string(rule.InjectedFault):     "rejected by an injected fault",
	string(rule.PreferredStatus):   "rejected because of the Prefer header",
	string(rule.HostileProfile):    "rejected by the hostile profile",
	string(rule.MemoryBudget):      "rejected by the memory budget",
	string(rule.TooManyNamespaces): "rejected by the limit of namespaces",
}

// addEmpty adds the single result of a check without any judged request.
func addEmpty(r *report.Report, allowed bool) {
	message := "no request was judged"
	if rest := r.Judged.NotJudgedText(); rest != "" {
		message += ", but these were sent: " + rest
	}
	remedy := "; send requests, or allow this with --allow-empty"
	if allowed {
		remedy = " (allowed by --allow-empty)"
	}
	message += remedy
	result := report.Result{
		ID: "client/any-request", Promise: "A client sends a request that is judged.",
		Sources: []string{"README.md#checking-your-client"}, Evidence: evidence.Assumed,
		Outcome: report.Fail, Kind: report.KindNoRequests, Message: message,
		Failures: []report.Failure{}, Notes: []string{},
	}
	if allowed {
		result.Outcome = report.Skip
		r.Warnings = append(r.Warnings, report.Warning{Kind: report.WarnNoRequests, Text: message})
	}
	r.Results = append(r.Results, result)
	r.Count()
}
