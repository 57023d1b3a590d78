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

// problemType begins the types of problems. Their names stay the same.
const problemType = "urn:problem-type:patmock:"

// problemResponse returns an error of the control API: a problem of the type that is named after
// its rule, titled as the type reads.
func problemResponse(form row, e *Error) *Response {
	why := e.Reasons[0]
	name := string(why.Rule)
	title := strings.ReplaceAll(name, "-", " ")
	p := control.Problem{
		Type: problemType + name, Title: strings.ToUpper(title[:1]) + title[1:],
		Status: form.status,
		Detail: limit.JSON(why.Text, maxDetail), Rule: name, Errors: boundProblems(e.Problems),
	}
	body, _ := json.Marshal(p) // texts and numbers always encode
	resp := &Response{
		Body: body, ContentType: "application/problem+json", Reasons: []Reason{
			{Rule: why.Rule, Text: p.Error()},
		},
	}
	if form.status == http.StatusUnauthorized {
		resp.Header = http.Header{"WWW-Authenticate": {`Bearer realm="patmock"`}}
	}
	return resp
}

// Bounds, in bytes of JSON, of the texts of a problem and of its errors: [limit.Items] of them have
// room in [limit.Response].
const (
	maxDetail  = 2 << 10
	maxPointer = 200
	maxError   = 400
)

// boundProblems returns as many problems as fit into an error response, each with texts that fit.
func boundProblems(all []control.ProblemError) []control.ProblemError {
	listed := slices.Clone(all)
	if more := len(listed) - limit.Items; more > 0 && listed[len(listed)-1].More == 0 {
		listed = append(listed[:limit.Items], MoreProblems(more))
	}
	for i := range listed {
		listed[i].Pointer = limit.JSON(listed[i].Pointer, maxPointer)
		listed[i].Detail = limit.JSON(listed[i].Detail, maxError)
	}
	return listed
}

// MoreProblems counts problems that are not listed.
func MoreProblems(n int) control.ProblemError {
	return control.ProblemError{
		Detail: limit.More(n), Rule: string(rule.ControlInvalidRequest), More: n,
	}
}
