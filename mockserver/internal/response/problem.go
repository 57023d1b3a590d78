package response

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/limit"
	"example.com/patmock/spec/rule"
)

// problemType is the prefix of problem types. Their names are stable.
const problemType = "urn:problem-type:patmock:"

// problemResponse returns an error of the control API. Its type and title are derived from the
// rule.
func problemResponse(tmpl template, e *Error) *Response {
	reason := e.Reasons[0]
	name := string(reason.Rule)
	title := strings.ReplaceAll(name, "-", " ")
	p := control.Problem{
		Type: problemType + name, Title: strings.ToUpper(title[:1]) + title[1:],
		Status: tmpl.status,
		Detail: limit.TruncateJSON(reason.Text, maxDetailBytes), Rule: name,
		Errors: truncateProblems(e.Problems),
	}
	body, _ := json.Marshal(p) // texts and numbers always encode
	resp := &Response{
		Body: body, ContentType: "application/problem+json", Reasons: []Reason{
			{Rule: reason.Rule, Text: p.Error()},
		},
	}
	if tmpl.status == http.StatusUnauthorized {
		resp.Header = http.Header{"WWW-Authenticate": {`Bearer realm="patmock"`}}
	}
	return resp
}

// Maximum sizes of the texts of a problem and of its errors, in bytes of JSON. A problem with
// [limit.Items] errors fits into [limit.Response].
const (
	maxDetailBytes  = 2 << 10
	maxPointerBytes = 200
	maxErrorBytes   = 400
)

// truncateProblems returns the problems that fit into an error response, with truncated texts.
func truncateProblems(all []control.ProblemError) []control.ProblemError {
	problems := slices.Clone(all)
	if more := len(problems) - limit.Items; more > 0 && problems[len(problems)-1].More == 0 {
		problems = append(problems[:limit.Items], MoreProblems(more))
	}
	for i := range problems {
		problems[i].Pointer = limit.TruncateJSON(problems[i].Pointer, maxPointerBytes)
		problems[i].Detail = limit.TruncateJSON(problems[i].Detail, maxErrorBytes)
	}
	return problems
}

// MoreProblems returns an entry that counts n unlisted problems.
func MoreProblems(n int) control.ProblemError {
	return control.ProblemError{
		Detail: limit.Remainder(n), Rule: string(rule.ControlInvalidRequest), More: n,
	}
}
