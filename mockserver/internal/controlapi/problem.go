package controlapi

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"example.com/patmock/fixtures"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/fault"
	"example.com/patmock/mockserver/internal/namespace"
	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/spec"
	"example.com/patmock/spec/limit"
	"example.com/patmock/spec/redact"
	"example.com/patmock/spec/rule"
)

// typePrefix is how the types of problems begin. Their names stay the same.
const typePrefix = "urn:problem-type:patmock:"

// newProblem returns a problem of the type that is named after a rule, titled as the type reads.
func newProblem(status int, broken rule.ID, detail string) *control.Problem {
	name := string(broken)
	title := strings.ReplaceAll(name, "-", " ")
	return &control.Problem{
		Type: typePrefix + name, Title: strings.ToUpper(title[:1]) + title[1:], Status: status, Detail: detail, Rule: name,
	}
}

// invalid is the problem of a request that is wrong in itself.
func invalid(errors ...control.ProblemError) *control.Problem {
	p := newProblem(http.StatusBadRequest, rule.ControlInvalidRequest, "the request is not as spec/documents/control.yaml describes it (GET /_mock/spec/control)")
	for i := range errors {
		errors[i].Rule = cmp.Or(errors[i].Rule, string(rule.ControlInvalidRequest))
	}
	p.Errors = errors
	return p
}

func violations(found []spec.Violation) *control.Problem {
	errors := make([]control.ProblemError, len(found))
	for i, v := range found {
		if v.More > 0 {
			errors[i] = rest(v.More)
			continue
		}
		broken := rule.InvalidProperty
		if v.Rule == "required" {
			broken = rule.MissingProperty
		}
		detail := fmt.Sprintf("expected %s, got %s (%s)", v.Expected, v.Got, v.Rule)
		if advice := pat.IDAdvice(strings.Trim(v.Got, `"`)); advice != "" && v.Rule == "pattern" {
			detail += "; " + advice
		}
		errors[i] = control.ProblemError{Pointer: v.Where(), Detail: detail, Rule: string(broken)}
	}
	return invalid(errors...)
}

// rest counts the errors that are not listed.
func rest(n int) control.ProblemError {
	return control.ProblemError{Detail: limit.More(n), Rule: string(rule.ControlInvalidRequest), More: n}
}

// mistakes is the problem of a tenant that nobody can start from.
func mistakes(found fixtures.Mistakes) *control.Problem {
	p := newProblem(http.StatusBadRequest, rule.ControlInvalidTenant, "the tenant is wrong; nothing was changed")
	for _, m := range found {
		if m.More > 0 {
			p.Errors = append(p.Errors, rest(m.More))
			continue
		}
		pointer := m.Field
		if m.Line > 0 {
			pointer = fmt.Sprintf("line %d, column %d: %s", m.Line, m.Column, m.Field)
		}
		p.Errors = append(p.Errors, control.ProblemError{Pointer: strings.TrimSuffix(pointer, ": "), Detail: m.Message, Rule: string(m.Rule)})
	}
	return p
}

func unknown(broken rule.ID, kind, name string) *control.Problem {
	return newProblem(http.StatusNotFound, broken, fmt.Sprintf("there is no %s %s", kind, redact.Quote(name)))
}

// Unauthorized is the problem of a request without the control token.
func Unauthorized() *control.Problem {
	return newProblem(http.StatusUnauthorized, rule.ControlUnauthorized, "this mock was started with a control token: send it as Authorization: Bearer")
}

func unsupportedMediaType(got string, want []string) *control.Problem {
	return newProblem(http.StatusUnsupportedMediaType, rule.ControlMediaType, fmt.Sprintf("header Content-Type: expected %s, got %s", strings.Join(want, " or "), redact.Quote(got)))
}

// conflicts are errors that say what is in the way, with the names of their problems.
var conflicts = map[error]rule.ID{
	pat.ErrIDTaken: rule.ControlIDTaken, pat.ErrIdentityTaken: rule.ControlNameTaken, pat.ErrNameTaken: rule.ControlNameTaken,
	fault.ErrTaken: rule.ControlIDTaken, fault.ErrTooMany: rule.ControlTooManyFaults, namespace.ErrDefault: rule.ControlDefaultNamespace,
	fixtures.ErrTooLarge: rule.ControlStateTooLarge,
}

// Bounds, in bytes of JSON, of the texts of a problem and of its errors: [limit.Items] of them have room
// in [limit.Response].
const (
	maxDetail  = 2 << 10
	maxPointer = 200
	maxError   = 400
)

// bounded returns a problem that fits into an error response.
func bounded(p control.Problem) *control.Problem {
	p.Detail = limit.JSON(p.Detail, maxDetail)
	listed := slices.Clone(p.Errors)
	if more := len(listed) - limit.Items; more > 0 && listed[len(listed)-1].More == 0 {
		listed = append(listed[:limit.Items], rest(more))
	}
	for i := range listed {
		listed[i].Pointer = limit.JSON(listed[i].Pointer, maxPointer)
		listed[i].Detail = limit.JSON(listed[i].Detail, maxError)
	}
	p.Errors = listed
	return &p
}

// Answer writes a problem down.
func Answer(p *control.Problem) *response.Response {
	p = bounded(*p)
	body, _ := json.Marshal(p) // texts and numbers always encode
	a := &response.Response{Status: p.Status, Body: body, ContentType: "application/problem+json"}
	a.Reasons = []response.Reason{{Rule: rule.ID(p.Rule), Text: p.Error()}}
	if p.Status == http.StatusUnauthorized {
		a.Header = http.Header{"WWW-Authenticate": {`Bearer realm="patmock"`}}
	}
	return a
}

// refusal turns an error into an answer. One that is none of a caller's is a fault of the mock.
func (s *Server) refusal(rw http.ResponseWriter, r *http.Request, err error) *response.Response {
	if known := problemOf(err); known != nil {
		return Answer(known)
	}
	s.config.Writer.InternalError(rw, r, err)
	return Answer(Fault())
}

// Fault is the problem of a mistake of the mock's own.
func Fault() *control.Problem {
	return newProblem(http.StatusInternalServerError, rule.ControlFault, "patmock is at fault; its log says more")
}

func problemOf(err error) *control.Problem {
	var known *control.Problem
	var wrong fixtures.Mistakes
	var size *http.MaxBytesError
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &wrong):
		return mistakes(wrong)
	case errors.As(err, &size):
		return TooLarge(size.Limit)
	case unwritable(err) != nil:
		return unwritable(err)
	case errors.Is(err, pat.ErrNoIdentity):
		return invalid(control.ProblemError{Pointer: "/owner", Detail: err.Error(), Rule: string(rule.ControlUnknownOwner)})
	case errors.Is(err, fault.ErrUnknown):
		return newProblem(http.StatusNotFound, rule.ControlUnknownFault, err.Error())
	case errors.Is(err, namespace.ErrUnknown):
		return newProblem(http.StatusNotFound, rule.UnknownNamespace, err.Error())
	}
	for conflict, name := range conflicts {
		if errors.Is(err, conflict) {
			return newProblem(http.StatusConflict, name, err.Error())
		}
	}
	return nil
}

// unwritable returns the problem of a change that the disk did not take, nil for another error.
func unwritable(err error) *control.Problem {
	why, ok := response.Unwritable(err)
	if !ok {
		return nil
	}
	return newProblem(http.StatusServiceUnavailable, why.Rule, why.Text)
}

// TooLarge is the problem of a body over a limit in bytes.
func TooLarge(limit int64) *control.Problem {
	advice := ""
	switch limit {
	case fixtures.MaxBytes:
		advice = ": leave out tokens, or add them one by one (POST /_mock/tokens)"
	case MaxTenant:
		advice = tooLargeTenant
	}
	return newProblem(http.StatusRequestEntityTooLarge, rule.ContentTooLarge, fmt.Sprintf("body: expected at most %d bytes, got more%s", limit, advice))
}

// tooLargeTenant says what to do about a tenant that is too large for a new namespace.
const tooLargeTenant = ": make the namespace without this tenant, and put it there as a state (PUT /_mock/state)"

// BodyProblem returns the problem of a body that no operation can read.
func BodyProblem(status int, why response.Reason) *control.Problem {
	return newProblem(status, why.Rule, why.Text)
}

// CrossOriginProblem returns the problem of a request that a page of another site sent.
func CrossOriginProblem(detail string) *control.Problem {
	return newProblem(http.StatusForbidden, rule.CrossOrigin, detail)
}

// HostProblem returns the problem of a request whose Host need not mean this mock.
func HostProblem(detail string) *control.Problem {
	return newProblem(http.StatusMisdirectedRequest, rule.MisdirectedHost, detail)
}

// UnknownPath is the problem of a path that the surface has not.
func UnknownPath(path string) *control.Problem {
	return newProblem(http.StatusNotFound, rule.ControlUnknownPath, fmt.Sprintf("there is nothing at %s: GET /_mock/spec/control lists what there is", path))
}

// UnknownMethod is the problem of a method that a path has not.
func UnknownMethod(method, allowed string) *control.Problem {
	return newProblem(http.StatusMethodNotAllowed, rule.MethodNotAllowed, fmt.Sprintf("expected %s, got %s", allowed, method))
}

// NoNamespace is the problem of a namespace that cannot be had, nil for an error that is the mock's own.
func NoNamespace(err error) *control.Problem {
	if errors.Is(err, namespace.ErrTooMany) {
		return newProblem(http.StatusServiceUnavailable, rule.TooManyNamespaces,
			err.Error()+": remove some, or start the mock with a larger --max-namespaces or a shorter --namespace-ttl")
	}
	if disk := unwritable(err); disk != nil {
		return disk
	}
	if errors.Is(err, namespace.ErrPage) {
		return CrossOriginProblem(err.Error())
	}
	if errors.Is(err, namespace.ErrName) || errors.Is(err, namespace.ErrUnknown) {
		return newProblem(http.StatusNotFound, rule.UnknownNamespace, err.Error())
	}
	return nil
}
