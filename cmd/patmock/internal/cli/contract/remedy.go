package contract

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"example.com/patmock/contracttests"
)

// A remedy describes how to provide a missing feature.
type remedy struct {
	text string
	mock bool // only a mock has the feature
}

var remedies = map[contracttests.Feature]remedy{
	contracttests.Writes: {text: "set --allow-writes to the target's host"},
	contracttests.SecondIdentity: {
		text: "set PATMOCK_SECOND_CLIENT_ID and _SECRET of a user who is not an administrator",
	},
	contracttests.Admin: {
		text: "set PATMOCK_ADMIN_CLIENT_ID and _SECRET of an ORG_ADMIN",
	},
	contracttests.RateLimit: {
		text: "--provoke-rate-limit, which blocks other clients of the tenant for a while",
	},
	contracttests.Clock:            {"a mock: the clock of a tenant cannot be moved", true},
	contracttests.Faults:           {"a mock: a tenant does not fail on request", true},
	contracttests.SeededTokens:     {"a mock: a tenant does not accept tokens in any state", true},
	contracttests.TokenLimit:       {"a mock with --profile faithful", true},
	contracttests.ScopeDelay:       {"a mock with --profile faithful", true},
	contracttests.APIClient:        {"a mock: a tenant would need a new API client", true},
	contracttests.DisposableTokens: {"a mock: tokens of a tenant must not be lost", true},
	contracttests.Unmetered:        {"a mock: a tenant should get few requests", true},
}

// faithfulFeatures are the features of a patmock with the faithful profile that other profiles may
// lack.
var faithfulFeatures = []contracttests.Feature{
	contracttests.RateLimit, contracttests.TokenLimit, contracttests.ScopeDelay,
}

const faithfulRemedy = "patmock serve --profile faithful"

// skippedCases is the number of cases that need the same remedy, with the features that they lack.
type skippedCases struct {
	cases    int
	features []string
	remedy   string
}

// sortFeatures sorts missing features in the order of contracttests.Features, with unknown ones at
// the end.
func sortFeatures(missing []string) []string {
	rank := func(feature string) int {
		i := slices.Index(contracttests.Features(), contracttests.Feature(feature))
		if i < 0 {
			return len(contracttests.Features())
		}
		return i
	}
	return slices.SortedStableFunc(slices.Values(missing), func(a, b string) int {
		return cmp.Compare(rank(a), rank(b))
	})
}

// mergeSkipped merges skipped cases with the same remedy, sorted by their number. missing has the
// number of cases by their missing features.
func mergeSkipped(missing map[string]int, realTenant bool) []skippedCases {
	var all []skippedCases
	for _, features := range slices.Sorted(maps.Keys(missing)) {
		names := strings.Split(features, ", ")
		group := skippedCases{missing[features], names, remedyOf(names, realTenant)}
		if isMock := func(feature string) bool {
			return remedies[contracttests.Feature(feature)].mock
		}; realTenant && slices.ContainsFunc(names, isMock) {
			group.features = slices.DeleteFunc(names, func(feature string) bool {
				return remedies[contracttests.Feature(feature)].text != group.remedy
			})
		}
		i := slices.IndexFunc(all, func(s skippedCases) bool {
			return s.remedy == group.remedy &&
				(s.remedy != noRemedy || slices.Equal(s.features, group.features))
		})
		if i < 0 {
			all = append(all, group)
			continue
		}
		all[i].cases += group.cases
		for _, feature := range group.features {
			if !slices.Contains(all[i].features, feature) {
				all[i].features = append(all[i].features, feature)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b skippedCases) int {
		return cmp.Or(cmp.Compare(b.cases, a.cases), slices.Compare(a.features, b.features))
	})
	return all
}

const noRemedy = "-"

// remedyOf returns the remedy for missing features: that of the first feature that only a mock has,
// else those of all.
func remedyOf(missing []string, realTenant bool) string {
	isOther := func(feature string) bool {
		return !slices.Contains(faithfulFeatures, contracttests.Feature(feature))
	}
	if !realTenant && !slices.ContainsFunc(missing, isOther) {
		return faithfulRemedy
	}
	var all []string
	for _, feature := range missing {
		r := remedies[contracttests.Feature(feature)]
		if r.mock {
			return r.text
		}
		if r.text != "" {
			all = append(all, r.text)
		}
	}
	return cmp.Or(strings.Join(all, "; "), noRemedy)
}
