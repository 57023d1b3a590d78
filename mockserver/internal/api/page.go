package api

import (
	"strconv"

	"example.com/patmock/mockserver/dialect"
	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/spec/redact"
)

// pagingParameters are the standard collection parameters of a list that has pages.
var pagingParameters = []string{"limit", "offset", "count"}

// pages reports whether the operation is a list that has pages.
func (x *exchange) pages() bool {
	return x.dialect[dialect.ListPaging].Value == dialect.Paged && x.isList()
}

func (x *exchange) isList() bool { return x.operation.Name == "listPersonalAccessTokens" }

// page returns the part of a list that limit and offset choose. A limit beyond the maximum counts
// as the maximum unless checkLimit rejects it.
func (x *exchange) page(tokens []*pat.Token) []*pat.Token {
	from := min(x.count("offset", 0), len(tokens))
	return tokens[from:min(from+min(x.count("limit", maxLimit), maxLimit), len(tokens))]
}

// maxLimit is the most that a list of the standard collection parameters gives (published).
const maxLimit = 250

// checkLimit rejects a limit that is too high, if the tenant does.
func (x *exchange) checkLimit() error {
	if !x.dialect[dialect.Limit251].Rejects() {
		return nil
	}
	limit := x.query.Get("limit")
	if n, _ := strconv.Atoi(limit); n <= maxLimit { // what is no number is 0
		return nil
	}
	return dialectError(dialect.Limit251,
		"query parameter limit: expected at most "+strconv.Itoa(maxLimit)+", got "+
			redact.Truncate(limit, 80))
}

// count returns a parameter that is a number from 0 on. Another one counts as absent.
func (x *exchange) count(name string, absent int) int {
	if n, err := strconv.Atoi(x.query.Get(name)); err == nil && n >= 0 {
		return n
	}
	return absent
}
