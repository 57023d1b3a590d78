package namespace

import (
	"net/http"

	"example.com/patmock/mockserver/dialect"
	"example.com/patmock/mockserver/internal/pat"
)

// PolicyOptions returns what the domain decides by a dialect.
func PolicyOptions(d dialect.Dialect) pat.Options {
	return pat.Options{
		RefuseUnknownScopes:    d[dialect.UnknownScope].Refuses(),
		RefuseUnknownOwner:     d[dialect.UnknownOwner].Refuses(),
		RefuseEmptyPatch:       d[dialect.EmptyPatch].Refuses(),
		RefuseQuotedTimestamps: d[dialect.QuotedTimestamp].Refuses(),
		HelpdeskReadsAll:       d[dialect.HelpdeskListAll].Status == http.StatusOK,
		ReadMyByOwnID:          d[dialect.OwnIDWithMyRead].Status == http.StatusOK,
		ListNeverUsed:          d[dialect.NeverUsedUnderLe].Value == dialect.Listed,
		IgnoreCaseOfNames:      d[dialect.NameCase].Value == dialect.Same,
		IgnoreBlanksOfNames:    d[dialect.NameBlanks].Value == dialect.Same,
		NormalizeNames:         d[dialect.NameNormalization].Value == dialect.Same,
		LongestName:            d[dialect.LongestName].Limit(),
		LongestScope:           d[dialect.LongestScope].Limit(),
		MostScopes:             d[dialect.MostScopes].Limit(),
		TakeEmptyDates:         d[dialect.EmptyDate].Status == http.StatusOK,
		EvaluateTests:          d[dialect.TestOfFixedField].Status == http.StatusOK,
		ClearFlagByDate:        d[dialect.FlagAfterDate].Value == dialect.Cleared,
	}
}
