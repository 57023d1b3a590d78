package api

import (
	"strconv"

	"example.com/patmock/mockserver/dialect"
	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/spec/redact"
)

// pagingParameters are the standard collection parameters of a paged list.
var pagingParameters = []string{"limit", "offset", "count"}

// isPaged reports whether the request is for a list that the dialect pages.
func (req *request) isPaged() bool {
	return req.dialect[dialect.ListPaging].Value == dialect.Paged && req.isList()
}

func (req *request) isList() bool { return req.operation.Name == "listPersonalAccessTokens" }

// page returns the part of a list that limit and offset select. A limit above the maximum counts as
// the maximum, unless validateLimit rejects it.
func (req *request) page(tokens []*pat.Token) []*pat.Token {
	start := min(req.intParameter("offset", 0), len(tokens))
	return tokens[start:min(start+min(req.intParameter("limit", maxLimit), maxLimit), len(tokens))]
}

// maxLimit is the maximum of the standard collection parameter limit.
//
// published: standard collection parameters
const maxLimit = 250

// validateLimit returns an error for a limit above the maximum, if the dialect rejects it.
func (req *request) validateLimit() error {
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

// intParameter returns the value of a parameter, or fallback if it is not a non-negative number.
func (req *request) intParameter(name string, fallback int) int {
	if n, err := strconv.Atoi(req.query.Get(name)); err == nil && n >= 0 {
		return n
	}
	return fallback
}
