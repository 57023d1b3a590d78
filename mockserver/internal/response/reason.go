package response

import (
	"net/http"
	"slices"
	"strings"

	"example.com/patmock/spec/rule"
)

// RuleHeader is the header that names the rules by which a request was rejected, separated by
// commas. Only a friendly mock sends it.
const RuleHeader = "X-Patmock-Rule"

// ruleHeader is RuleHeader as a map of headers has it.
var ruleHeader = http.CanonicalHeaderKey(RuleHeader)

// A Reason is why a request was rejected.
type Reason struct {
	// Rule that the request broke, empty in a reason that counts others.
	Rule rule.ID
	// Text says where and how, for a person.
	Text string
	// More is how many reasons this one stands for, 0 for one that is a reason itself.
	More int
}

// String returns the text with the rule and its evidence behind it.
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

// Rules returns the rules of the reasons, each once.
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
