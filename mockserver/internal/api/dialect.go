package api

import (
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"example.com/patmock/mockserver/dialect"
	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/spec"
	"example.com/patmock/spec/redact"
)

// unsettled is the refusal of a request that a tenant may as well serve.
type unsettled struct{ question, problem string }

// Error tells the problem.
func (e *unsettled) Error() string { return e.problem }

// Question implements questioned.
func (e *unsettled) Question() string { return e.question }

// Question implements questioned.
func (e *unsupportedMediaType) Question() string { return e.question }

// questioned is a refusal that answers a question which nothing published settles, or none where that is empty.
type questioned interface {
	error
	Question() string
}

// contentTypeQuestions are about the content type of an operation's body, by spec.Operation.Name.
var contentTypeQuestions = map[string]string{
	"createPersonalAccessToken": dialect.CreateContentType, "patchPersonalAccessToken": dialect.PatchContentType,
}

// maxLimit is the most that a list of the standard collection parameters gives (published).
const maxLimit = 250

// checkLimit refuses a limit that is too high, where the tenant does.
func (x *exchange) checkLimit() error {
	if !x.dialect[dialect.Limit251].Refuses() {
		return nil
	}
	limit := x.query.Get("limit")
	if n, _ := strconv.Atoi(limit); n <= maxLimit { // what is no number is 0
		return nil
	}
	return &unsettled{dialect.Limit251, "query parameter limit: expected at most " + strconv.Itoa(maxLimit) + ", got " + redact.Cut(limit, 80)}
}

// withoutEmptyDate removes an expirationDate that is an empty string from a request, if the tenant
// counts it as absent. It returns the text of what is left.
func (x *exchange) withoutEmptyDate(text []byte, value any) []byte {
	object, _ := value.(map[string]any)
	if object["expirationDate"] != "" || x.dialect[dialect.EmptyDate].Status != http.StatusOK {
		return text
	}
	delete(object, "expirationDate")
	text, _ = json.Marshal(object) // it was just read
	return text
}

// Question implements questioned.
func (e *misshapen) Question() string {
	for _, v := range e.violations {
		if v.In != spec.InBody || v.Pointer != "/expirationDate" || v.Value != "" {
			return ""
		}
	}
	return dialect.EmptyDate
}

// checkExperimental refuses who does not ask for what is experimental, where the tenant does.
func (x *exchange) checkExperimental() error {
	const header = "X-SailPoint-Experimental"
	if !x.dialect[dialect.ExperimentalHeader].Refuses() || x.request.Header.Get(header) == "true" {
		return nil
	}
	return &unsettled{dialect.ExperimentalHeader, "header " + header + ": expected true, got " + redact.Quote(x.request.Header.Get(header))}
}

// differing returns a rejection as the tenant's dialect has it, which leaves open what is usual for its
// status. There is at least one reason.
func (a *API) differing(rw http.ResponseWriter, c code, by dialect.Answer, at string, reasons ...response.Reason) *response.Response {
	if by.Status != c.status {
		c.detail, c.text = response.DefaultMessage(by.Status)
	}
	if by.Status == http.StatusUnauthorized && by.DetailCode == "" { // the published form
		refused := &response.BearerError{Rule: reasons[0].Rule, Expired: true, Err: errors.New(reasons[0].Text)}
		if by.Text != "" {
			return challenge(refused, by.Text)
		}
		return a.unauthorized(refused)
	}
	return a.config.Writer.Error(rw, by.Status, cmp.Or(by.DetailCode, c.detail), cmp.Or(by.Text, c.message(at)), reasons...)
}
