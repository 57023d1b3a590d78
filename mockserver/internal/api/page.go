package api

import (
	"strconv"

	"example.com/patmock/mockserver/dialect"
	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/spec/redact"
)

// pagingParameters are the standard collection parameters of a paged list.
var pagingParameters = []string{"limit", "offset", "count"}

// isPaged reports whether the operation is a paged list.
func (req *request) isPaged() bool {
	return req.dialect[dialect.ListPaging].Value == dialect.Paged && req.isList()
}

func (req *request) isList() bool { return req.operation.Name == "listPersonalAccessTokens" }

// page returns the part of a list that limit and offset select. A limit above the maximum counts as
// the maximum, unless checkLimit rejects it.
func (req *request) page(tokens []*pat.Token) []*pat.Token {
	start := min(req.intParameter("offset", 0), len(tokens))
	return tokens[start:min(start+min(req.intParameter("limit", maxLimit), maxLimit), len(tokens))]
}

// maxLimit is the maximum of the standard collection parameter limit.
//
// published: standard collection parameters
const maxLimit = 250

// checkLimit rejects a limit above the maximum, if the tenant does.
func (req *request) checkLimit() error {
	if !req.dialect[dialect.Limit251].Rejects() {
		return nil
	}
	limit := req.query.Get("limit")
	if n, _ := strconv.Atoi(limit); n <= maxLimit { // n is 0 if limit is not a number
		return nil
	}
	return dialectError(dialect.Limit251,
		"query parameter limit: expected at most "+strconv.Itoa(maxLimit)+", got "+
			redact.Truncate(limit, 80))
}

// intParameter returns a parameter that is a non-negative number, or fallback for any other value.
func (req *request) intParameter(name string, fallback int) int {
	if n, err := strconv.Atoi(req.query.Get(name)); err == nil && n >= 0 {
		return n
	}
	return fallback
}
