package controlapi

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"example.com/patmock/fixtures"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/fault"
	"example.com/patmock/mockserver/internal/namespace"
	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/mockserver/internal/stub"
	"example.com/patmock/spec"
	"example.com/patmock/spec/redact"
	"example.com/patmock/spec/rule"
)

// newError returns an error with a status and the violated rule.
func newError(status int, broken rule.ID, detail string) *response.Error {
	return &response.Error{Status: status, Reasons: []response.Reason{{Rule: broken, Text: detail}}}
}

// invalid returns the error for a request that violates the document.
func invalid(errors ...control.ProblemError) *response.Error {
	p := newError(http.StatusBadRequest, rule.ControlInvalidRequest,
		"the request does not conform to spec/documents/control.yaml (GET /_mock/spec/control)")
	for i := range errors {
		errors[i].Rule = cmp.Or(errors[i].Rule, string(rule.ControlInvalidRequest))
	}
	p.Problems = errors
	return p
}

func validationError(found []spec.Violation) *response.Error {
	errors := make([]control.ProblemError, len(found))
	for i, v := range found {
		if v.More > 0 {
			errors[i] = response.MoreProblems(v.More)
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
		errors[i] = control.ProblemError{
			Pointer: v.Location(), Detail: detail, Rule: string(broken),
		}
	}
	return invalid(errors...)
}

// tenantErrors returns the error for an invalid tenant.
func tenantErrors(found fixtures.Errors) *response.Error {
	p := newError(http.StatusBadRequest, rule.ControlInvalidTenant,
		"the tenant is invalid; nothing was changed")
	for _, m := range found {
		if m.More > 0 {
			p.Problems = append(p.Problems, response.MoreProblems(m.More))
			continue
		}
		pointer := m.Field
		if m.Line > 0 {
			pointer = fmt.Sprintf("line %d, column %d: %s", m.Line, m.Column, m.Field)
		}
		p.Problems = append(p.Problems, control.ProblemError{
			Pointer: strings.TrimSuffix(pointer, ": "), Detail: m.Message, Rule: string(m.Rule),
		})
	}
	return p
}

func notFound(broken rule.ID, kind, name string) *response.Error {
	return newError(http.StatusNotFound, broken,
		fmt.Sprintf("there is no %s %s", kind, redact.Quote(name)))
}

// Unauthorized returns the error for a request without the control token.
func Unauthorized() *response.Error {
	return newError(http.StatusUnauthorized, rule.ControlUnauthorized,
		"this mock was started with a control token: send it as Authorization: Bearer")
}

func unsupportedMediaType(got string, want []string) *response.Error {
	return newError(http.StatusUnsupportedMediaType, rule.ControlMediaType,
		fmt.Sprintf("header Content-Type: expected %s, got %s", strings.Join(want, " or "),
			redact.Quote(got)))
}

// conflicts are errors of changes that conflict with the state, by rule.
var conflicts = map[error]rule.ID{
	pat.ErrIDTaken: rule.ControlIDTaken, pat.ErrIdentityTaken: rule.ControlNameTaken,
	pat.ErrNameTaken:     rule.ControlNameTaken,
	fault.ErrDuplicateID: rule.ControlIDTaken, fault.ErrTooMany: rule.ControlTooManyFaults,
	stub.ErrDuplicateID: rule.ControlIDTaken, stub.ErrTooMany: rule.StubSize,
	namespace.ErrDefault: rule.ControlDefaultNamespace,
	fixtures.ErrTooLarge: rule.ControlStateTooLarge,
}

// errorOf returns err as a *[response.Error] if the client caused it, or else err.
func errorOf(err error) error {
	if clientErr := clientError(err); clientErr != nil {
		return clientErr
	}
	return err
}

func clientError(err error) *response.Error {
	var known *response.Error
	var wrong fixtures.Errors
	var size *http.MaxBytesError
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &wrong):
		return tenantErrors(wrong)
	case errors.As(err, &size):
		return TooLarge(size.Limit)
	case errors.Is(err, pat.ErrNoIdentity):
		return invalid(control.ProblemError{
			Pointer: "/owner", Detail: err.Error(), Rule: string(rule.ControlUnknownOwner),
		})
	case errors.Is(err, fault.ErrUnknown):
		return newError(http.StatusNotFound, rule.ControlUnknownFault, err.Error())
	case errors.Is(err, stub.ErrUnknown):
		return newError(http.StatusNotFound, rule.ControlUnknownStub, err.Error())
	case errors.Is(err, namespace.ErrUnknown):
		return newError(http.StatusNotFound, rule.UnknownNamespace, err.Error())
	}
	for conflict, name := range conflicts {
		if errors.Is(err, conflict) {
			return newError(http.StatusConflict, name, err.Error())
		}
	}
	return nil
}

// TooLarge returns the error for a body that exceeds a limit in bytes.
func TooLarge(limit int64) *response.Error {
	advice := ""
	switch limit {
	case fixtures.MaxBytes:
		advice = ": leave out tokens, or add them one by one (POST /_mock/tokens)"
	case MaxTenant:
		advice = tooLargeTenant
	}
	return newError(http.StatusRequestEntityTooLarge, rule.ContentTooLarge,
		fmt.Sprintf("body: expected at most %d bytes, got more%s", limit, advice))
}

// tooLargeTenant is the advice for a tenant that is too large for a new namespace.
const tooLargeTenant = ": create the namespace without this tenant, then restore the tenant " +
	"as a state (PUT /_mock/state)"

// NamespaceError returns the error for a namespace that cannot be used. It returns err unchanged if
// the client did not cause it.
func NamespaceError(err error) error {
	switch {
	case errors.Is(err, namespace.ErrTooMany):
		return newError(http.StatusServiceUnavailable, rule.TooManyNamespaces,
			err.Error()+"; remove some, or start the mock with a larger --max-namespaces or a "+
				"shorter --namespace-ttl")
	case errors.Is(err, namespace.ErrCrossOrigin):
		return newError(http.StatusForbidden, rule.CrossOrigin, err.Error())
	case errors.Is(err, namespace.ErrName), errors.Is(err, namespace.ErrUnknown):
		return newError(http.StatusNotFound, rule.UnknownNamespace, err.Error())
	}
	return err
}
