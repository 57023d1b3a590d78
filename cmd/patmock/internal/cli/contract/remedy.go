package contract

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"example.com/patmock/contracttests"
)

// A remedy says what to do about a need that is missing.
type remedy struct {
	text string
	mock bool // no tenant can have it
}

var remedies = map[contracttests.Feature]remedy{
	contracttests.Writes: {text: "--allow-writes with the target's host"},
	contracttests.SecondIdentity: {
		text: "PATMOCK_SECOND_CLIENT_ID and _SECRET, of a user who is no administrator",
	},
	contracttests.Admin: {
		text: "PATMOCK_ADMIN_CLIENT_ID and _SECRET, of an ORG_ADMIN",
	},
	contracttests.RateLimit: {
		text: "--provoke-rate-limit, which keeps others from the tenant for a while",
	},
	contracttests.Clock:            {"a mock: no tenant's clock can be moved", true},
	contracttests.Faults:           {"a mock: no tenant fails when it is asked to", true},
	contracttests.SeededTokens:     {"a mock: no tenant takes tokens in any state", true},
	contracttests.TokenLimit:       {"a mock with --profile faithful", true},
	contracttests.ScopeDelay:       {"a mock with --profile faithful", true},
	contracttests.APIClient:        {"a mock: the client of a tenant would have to be told", true},
	contracttests.DisposableTokens: {"a mock: no tenant's tokens may be lost", true},
	contracttests.Unmetered:        {"a mock: a tenant gets few requests", true},
}

// ofFaithful are the needs that a patmock has with the faithful profile, and may lack with others.
var ofFaithful = []contracttests.Feature{
	contracttests.RateLimit, contracttests.TokenLimit, contracttests.ScopeDelay,
}

const faithfulRemedy = "patmock serve --profile faithful"

// skipped has the number of the cases that one remedy would let run, and the needs that it is
// about.
type skipped struct {
	cases  int
	needs  []string
	remedy string
}

// inOrder returns what a case lacks in the order of the needs, and what is none at the end.
func inOrder(lacks []string) []string {
	place := func(need string) int {
		i := slices.Index(contracttests.Features(), contracttests.Feature(need))
		if i < 0 {
			return len(contracttests.Features())
		}
		return i
	}
	return slices.SortedStableFunc(slices.Values(lacks), func(a, b string) int {
		return cmp.Compare(place(a), place(b))
	})
}

// mergeSkipped puts the skipped cases with the same remedy together, most cases first. Missing are
// their numbers by what they lack. Live reports that the target is a tenant.
func mergeSkipped(missing map[string]int, live bool) []skipped {
	var all []skipped
	for _, lacks := range slices.Sorted(maps.Keys(missing)) {
		needs := strings.Split(lacks, ", ")
		one := skipped{missing[lacks], needs, remedyOf(needs, live)}
		if isMock := func(need string) bool {
			return remedies[contracttests.Feature(need)].mock
		}; live && slices.ContainsFunc(needs, isMock) {
			one.needs = slices.DeleteFunc(needs, func(need string) bool {
				return remedies[contracttests.Feature(need)].text != one.remedy
			})
		}
		i := slices.IndexFunc(all, func(s skipped) bool {
			return s.remedy == one.remedy &&
				(s.remedy != noRemedy || slices.Equal(s.needs, one.needs))
		})
		if i < 0 {
			all = append(all, one)
			continue
		}
		all[i].cases += one.cases
		for _, need := range one.needs {
			if !slices.Contains(all[i].needs, need) {
				all[i].needs = append(all[i].needs, need)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b skipped) int {
		return cmp.Or(cmp.Compare(b.cases, a.cases), slices.Compare(a.needs, b.needs))
	})
	return all
}

const noRemedy = "-"

// remedyOf returns what would do if several things are missing: the first that no tenant has,
// else all. Live reports that the target is a tenant.
func remedyOf(missing []string, live bool) string {
	isOther := func(need string) bool {
		return !slices.Contains(ofFaithful, contracttests.Feature(need))
	}
	if !live && !slices.ContainsFunc(missing, isOther) {
		return faithfulRemedy
	}
	var all []string
	for _, need := range missing {
		r := remedies[contracttests.Feature(need)]
		if r.mock {
			return r.text
		}
		if r.text != "" {
			all = append(all, r.text)
		}
	}
	return cmp.Or(strings.Join(all, "; "), noRemedy)
}
