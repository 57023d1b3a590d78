package namespace

import (
	"net/http"

	"example.com/patmock/mockserver/dialect"
	"example.com/patmock/mockserver/internal/pat"
)

// PolicyOptions returns the options of the domain for a dialect.
func PolicyOptions(d dialect.Dialect) pat.Options {
	return pat.Options{
		RejectUnknownScopes:    d[dialect.UnknownScope].Rejects(),
		RejectUnknownOwner:     d[dialect.UnknownOwner].Rejects(),
		RejectEmptyPatch:       d[dialect.EmptyPatch].Rejects(),
		RejectQuotedTimestamps: d[dialect.QuotedTimestamp].Rejects(),
		HelpdeskReadsAll:       d[dialect.HelpdeskListAll].Status == http.StatusOK,
		ReadMyByOwnID:          d[dialect.OwnIDWithMyRead].Status == http.StatusOK,
		ListNeverUsed:          d[dialect.NeverUsedUnderLe].Value == dialect.Included,
		IgnoreNameCase:         d[dialect.NameCase].Value == dialect.Same,
		TrimNames:              d[dialect.NameBlanks].Value == dialect.Same,
		NormalizeNames:         d[dialect.NameNormalization].Value == dialect.Same,
		MaxNameLength:          d[dialect.MaxNameLength].Int(),
		MaxScopeLength:         d[dialect.MaxScopeLength].Int(),
		MaxScopes:              d[dialect.MaxScopes].Int(),
		AcceptEmptyDates:       d[dialect.EmptyDate].Status == http.StatusOK,
		EvaluateTests:          d[dialect.TestOfFixedField].Status == http.StatusOK,
		ClearAckOnDate:         d[dialect.FlagAfterDate].Value == dialect.Cleared,
	}
}
