package response

import (
	"net/http"
	"slices"
	"strings"

	"example.com/patmock/spec/rule"
)

// RuleHeader is the header with the rules that a request violates, separated by commas. Only a
// friendly mock sends it.
const RuleHeader = "X-Patmock-Rule"

// ruleHeader is the canonical form of RuleHeader.
var ruleHeader = http.CanonicalHeaderKey(RuleHeader)

// A Reason explains why a request is rejected.
type Reason struct {
	// Rule is the violated rule. It is empty if More is set.
	Rule rule.ID
	// Text describes the violation.
	Text string
	// More is the number of reasons that are not listed. It is 0 in a listed reason.
	More int
}

// String returns the text, followed by the rule and its evidence in parentheses.
func (r Reason) String() string {
	if r.Rule == "" {
		return r.Text
	}
	return r.Text + " (" + r.Rule.String() + ")"
}

// Texts returns the reasons as sentences.
func Texts(reasons []Reason) []string {
	texts := make([]string, len(reasons))
	for i, r := range reasons {
		texts[i] = r.String()
	}
	return texts
}

// Rules returns the distinct rules of the reasons.
func Rules(reasons []Reason) []string {
	rules := []string{}
	for _, r := range reasons {
		if id := string(r.Rule); id != "" && !slices.Contains(rules, id) {
			rules = append(rules, id)
		}
	}
	return rules
}

func ruleList(reasons []Reason) string { return strings.Join(Rules(reasons), ", ") }
