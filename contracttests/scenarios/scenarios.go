// Package scenarios lists the scenarios of the contract, one file for each family.
package scenarios

import (
	"slices"
	"strings"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/rule"
)

// All returns every scenario, by family. Open questions are last.
func All() []contract.Scenario {
	all := slices.Concat(create, expiry, patch, list, filter, deletion, crossversion, authBearers,
		auth, authScopes, authRights, token, loginResponse, errorShapes, errorReads, errorStatuses,
		rateLimit, httpConformance, lifecycle, lastUsed, lifetimeScenarios, bulk, boundaryBulk,
		boundarySizes, concurrent, edgeCases, otherProperties, identities, questions)
	for i := range all {
		applyDefaults(&all[i])
	}
	return all
}

// applyDefaults sets omitted fields. The default feature is Writes, unless reads or writes sets
// others. The default evidence is the weakest of the rules. A source that begins with # cites a
// fact.
func applyDefaults(s *contract.Scenario) {
	if s.Features == nil {
		s.Features = writes()
	}
	if s.Evidence == "" {
		s.Evidence = weakestEvidence(s.Rules)
	}
	s.Sources = slices.Clone(s.Sources)
	for i, source := range s.Sources {
		if strings.HasPrefix(source, "#") {
			s.Sources[i] = "docs/behaviour.md" + source
		}
	}
}

// forEachRow returns a scenario for each row of a table.
func forEachRow[R any](rows []R, scenario func(R) contract.Scenario) []contract.Scenario {
	all := make([]contract.Scenario, len(rows))
	for i, row := range rows {
		all[i] = scenario(row)
	}
	return all
}

// weakestEvidence returns the weakest evidence of several rules.
func weakestEvidence(rules []rule.ID) evidence.Level {
	for _, e := range []evidence.Level{evidence.Assumed, evidence.Observed} {
		if slices.ContainsFunc(rules, func(id rule.ID) bool { return id.Evidence() == e }) {
			return e
		}
	}
	return evidence.Published
}

// writes returns the features of a scenario that writes, and reads those of one that only reads.
func writes(extra ...contract.Feature) []contract.Feature {
	return append([]contract.Feature{contract.Writes}, extra...)
}

func reads(extra ...contract.Feature) []contract.Feature {
	return append([]contract.Feature{}, extra...)
}

// withRules returns the scenario with other rules.
func withRules(s contract.Scenario, rules ...rule.ID) contract.Scenario {
	s.Rules = rules
	return s
}
